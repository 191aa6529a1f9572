/* radix_note.h: what software keeps in the entry of a page that is not there, such as the swap
 * slot or the file page that its contents are in. Layer: os/paging.
 *
 * An entry with V = 0 is the kernel's: the hardware looks at no other bit of it. A note is a
 * number from 1 in these bits, in the lowest level of the tree alone. It keeps its table as a leaf
 * does. A leaf becomes a note, and a note a leaf, without memory, so a page can be swapped out
 * when no frame is free. radix_lookup and radix_next see leaves only.
 *
 * Source: RISC-V privileged specification 20240411, 12.3.1 ("if V is 0, all other bits are don't
 * cares and may be used freely by software").
 */
#ifndef ATLAS_RADIX_NOTE_H
#define ATLAS_RADIX_NOTE_H

#include "os/paging/radix.h"

/* The largest note that an entry of the mode holds: 31 or 63 bits. */
uint64_t radix_note_max(const struct paging_mode *mode);

/* Leave a note for the 4 KiB page of va, in place of its leaf or the note that is there. Who
 * replaces a leaf has looked at it, and fences.
 *
 *   note  in  1 .. radix_note_max, anything else is a bug
 *
 * Returns VM_OK; VM_RANGE if va is not canonical, in a shared part, or not a multiple of 4 KiB;
 * VM_EXISTS if it lies in a larger leaf; VM_NOMEM or VM_LIMIT if a table is needed and cannot be
 * had. Unless VM_OK the table is unchanged. */
enum vm_status radix_note_put(struct radix *t, vaddr_t va, uint64_t note);

/* The note for the page of va. Returns VM_OK, or VM_ABSENT with *note unchanged. */
enum vm_status radix_note_get(const struct radix *t, uint64_t *note, vaddr_t va);

/* Make the note for the page of va a leaf for page ppn; flags as radix_map takes them, without
 * PTE_NAPOT. Returns VM_OK or VM_ABSENT. */
enum vm_status radix_note_map(struct radix *t, vaddr_t va, uint64_t ppn, uint64_t flags);

/* Take the note for the page of va away; tables left empty are given back. Returns VM_OK or
 * VM_ABSENT. */
enum vm_status radix_note_remove(struct radix *t, vaddr_t va);

/* The lowest page from *vpn on that has a note (negative addresses come last): *vpn and *note are
 * set. Returns VM_OK, or VM_ABSENT with both unchanged. O(tables and entries passed). */
enum vm_status radix_note_next(const struct radix *t, uint64_t *note, vpn_t *vpn);

#endif
