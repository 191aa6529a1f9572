/* rmap.h: the reverse map: from a frame to every page-table entry that points to it. Layer:
 * os/space; knows mem and kmem.
 *
 * A record for each mapping of a user frame hangs at the frame's record (struct frame, `maps`),
 * the newest first. Whoever takes a page away from all who map it begins here.
 *
 * Source: the "pte chains" of Linux 2.5.
 */
#ifndef ATLAS_RMAP_H
#define ATLAS_RMAP_H

#include "base/status.h"
#include "os/kmem/slab.h"

struct space;

struct rmap {
    struct space *space;
    vpn_t vpn; /* page of it that shows the frame */
    struct rmap *next;
};

/* Note that page vpn of space s shows the frame. Returns VM_OK, or VM_NOMEM and nothing changed. */
enum vm_status rmap_add(struct slab_cache *rmaps, struct frame *frame, struct space *s, vpn_t vpn);

/* ... does so no more. A mapping that was not noted is a bug. O(mappings). */
void rmap_remove(struct slab_cache *rmaps, struct frame *frame, const struct space *s, vpn_t vpn);

/* ... shows frame `to` from now on. Never needs memory. */
void rmap_move(struct frame *from, struct frame *to, const struct space *s, vpn_t vpn);

/* ... shows it as page `to` of the space from now on. Never needs memory. */
void rmap_rename(struct frame *frame, const struct space *s, vpn_t from, vpn_t to);

/* ... is page vpn of space `to` from now on. */
void rmap_adopt(struct frame *frame, const struct space *s, vpn_t vpn, struct space *to);

/* How many mappings are noted. O(mappings). */
uint32_t rmap_count(const struct frame *frame);

#endif
