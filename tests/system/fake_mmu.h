/* fake_mmu.h: a target without TLBs that does as it is told, for tests of what drives targets.
 *
 * It is the oracle on a memory of its own: every access walks, and each translated answer counts
 * as filled. A test may lay down the next answer, or change it when it is made. There is one.
 */
#ifndef FAKE_MMU_H
#define FAKE_MMU_H

#include "mem/sparse.h"
#include "options.h"

extern struct fake {
    struct sparse *memory;
    struct atlas_params params;
    struct atlas_cfg cfg;
    struct mem_transaction list[16]; /* since transactions() [array, count]            */
    size_t count;
    struct atlas_rsp rsp; /* the answer: the next one, if told, with no look at memory */
    bool told;
    bool wrong_id;               /* the next answer bears another id                            */
    bool lazy;                   /* the next walk sets no A or D                                */
    uint64_t extra;              /* bits that the next A/D update also sets                     */
    void (*tamper)(void);        /* called after each access, may change all of this; or NULL */
    bool refuse, differ, uneven; /* configure(), mismatch(), checkpoint()              */
    bool filled;
    struct atlas_entry entry; /* the last fill */
    struct atlas_req req;     /* the last request, its port, and the last fence */
    unsigned port, fences;
    struct atlas_fence fence;
} fake;

extern struct target fake_target;

/* Begin anew: no memory, no answer laid down. */
void fake_open(const char *preset);
void fake_close(void);

#endif
