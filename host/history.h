/* history.h: page tables with their past since the last fence, to judge a stale answer.
 *
 * Layer: host. An MMU may answer from translations that were right at some time since the last
 * fence that covers them, and every level's PTE may be remembered on its own (priv. spec 12.2.1).
 * So this keeps
 *   - the memory as it is now;
 *   - each change of a word since the last full fence: the old value, and when it went;
 *   - each satp that was in force since then, and from when to when;
 *   - the other fences since then.
 * A full fence (no address, no ASID) forgets the past: only what is there now can be legal.
 *
 * The judge tries every satp and, for each PTE that the walk reads, every value the word had,
 * lets the oracle walk over them, and asks of each outcome that is the one in question:
 *   - was each value there while that satp was in force, or later;
 *   - is no fence between its going and now that covers it: one without address for pointers, one
 *     whose address lies in the page (or without any) for the leaf, each without ASID or, unless
 *     the path is global, with the ASID of the satp;
 *   - has the satp the present ASID, or is the path global;
 *   - is it no fault for V = 0 by a word that has changed since: an invalid PTE must never be
 *     remembered past its fault (Svvptc).
 * A page of 64 KiB may be remembered by any of its sixteen PTEs (Svnapot), so the leaf's word may
 * be one of theirs: their A and D bits differ.
 * Values of one path may come from different moments: a remembered pointer leads to what the
 * table holds now.
 */
#ifndef ATLAS_HISTORY_H
#define ATLAS_HISTORY_H

#include "mmu_port.h"
#include "oracle/cold_walk.h"

struct history; /* opaque */

/* Empty memory, nothing past. xlen is 32 or 64; PTEs have xlen / 8 bytes. Running out of the
 * host's memory ends the program, here and below. */
struct history *history_open(unsigned xlen);
void history_close(struct history *h); /* NULL is fine */

/* The word at addr (a multiple of its size) is `value` from here on. */
void history_write(struct history *h, uint64_t addr, uint64_t value);

/* The word as it is now; false if it is unknown. */
bool history_read(const struct history *h, uint64_t *value, uint64_t addr);

/* satp has this value from here on; mode and ASID as in satp. */
void history_satp(struct history *h, uint64_t satp);
uint64_t history_current_satp(const struct history *h);

/* A fence was done. */
void history_fence(struct history *h, const struct atlas_fence *fence);

/* Walk over the memory as it is now; an A/D update is answered and not done. query's mode and
 * root are set from satp. */
void history_cold_walk(const struct history *h, struct cold_query *query, struct cold_result *r);

/* What is asked about. */
struct history_answer {
    bool fault; /* a page fault of the access's own cause; else a translation: */
    uint64_t pa;
    uint8_t level;
    bool held;                     /* ... by a remembered leaf, which was the word at ...         */
    uint64_t held_addr, held_bits; /* ... with all these bits                   */
};

/* Could an MMU legally give this answer now? `query` as for history_cold_walk. */
bool history_legal(const struct history *h, const struct cold_query *query,
                   const struct history_answer *answer);

#endif
