/* radix_resize.h: leaves of a radix table made smaller and larger, with the same translation.
 * Layer: os/paging.
 *
 * What a walk may see. Each word is visible at once, so it is written when all that it leads to
 * is there: split fills the new table and then writes one pointer over the leaf; merge writes one
 * leaf over the pointer. A walk sees the one or the other, and both translate alike. The 16
 * entries of a NAPOT page cannot change at once: while they are written, a walk finds some of
 * them plain and some with N, and a TLB may take any of the latter for all 16 pages; they, too,
 * translate alike, and their permissions are the same before and after.
 *
 * What is to be fenced (priv. spec 12.2.1). A TLB may go on with the old leaf or leaves until a
 * fence that covers them.
 *   split: nothing at once. Before a part gets other permissions or another frame, nothing is
 *     wrong; the fence of that change, by an address of the part, covers the old large leaf too.
 *   merge of a table: the whole address space (rs1 = x0, for a pointer changed; rs2 = x0 if any
 *     leaf had G), before the next access in it and before the next frames_alloc. Until then the
 *     hardware may walk the old table, which is no table any more, and set A and D there, where
 *     nobody looks.
 *   merge to NAPOT: nothing at once; changes of the page are fenced as those of any NAPOT page.
 *
 * Where other tables share the upper part of this one (radix_share.h) a leaf of the highest level
 * is an entry of their roots, too: split or merge such a one before it is shared.
 *
 * A and D. They are no part of what must be equal: the merged page has what any of its parts has,
 * and each part of a split page has what the page had. So D is never lost, and what was clear
 * stays clear.
 */
#ifndef ATLAS_RADIX_RESIZE_H
#define ATLAS_RADIX_RESIZE_H

#include "os/paging/radix.h"

/* Make the leaf that covers va a table of leaves of the next level with the same flags; a NAPOT
 * page, 16 plain pages, which takes no memory.
 *
 * Returns VM_OK; VM_ABSENT if nothing is there; VM_RANGE if it is one page of 4 KiB; VM_NOMEM or
 * VM_LIMIT if the table cannot be had. Unless VM_OK the table is unchanged. */
enum vm_status radix_split(struct radix *t, vaddr_t va);

/* Make one leaf at `level` of the table of leaves below that covers va, if it is full, and its
 * leaves are in order, aligned, and of equal flags; at level 0, one NAPOT page of 16 plain pages.
 * A table of 4 KiB pages may have NAPOT pages among them. The table below is given back.
 *
 * Returns VM_OK; VM_EXISTS if a leaf that large is there; VM_ABSENT if the leaves below are not
 * as said; VM_RANGE if va is not canonical or in a shared part, or the mode has no such leaf.
 * Unless VM_OK the table is unchanged. Needs no memory. */
enum vm_status radix_merge(struct radix *t, vaddr_t va, unsigned level);

#endif
