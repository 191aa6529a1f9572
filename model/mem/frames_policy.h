/* frames_policy.h: the door between frames.c, which keeps the records, and a policy, which keeps
 * the free frames. Layer: mem.
 *
 * Frames are told by number. A policy may use next, prev, run, head and order of the records of
 * frames that it has. Of the others it may know that a frame in use is not FRAME_FREE, and that
 * one that it does not have yet is not `head`.
 */
#ifndef ATLAS_FRAMES_POLICY_H
#define ATLAS_FRAMES_POLICY_H

#include "mem/frames.h"

struct frame_policy {
    const char *name;
    /* Storage beside the records, a multiple of 8 [bytes]. */
    uint64_t (*bytes)(uint32_t count);
    /* Begin without a frame. storage: aligned to 8. */
    void (*open)(struct frames *f, void *storage);
    /* Have 2^order frames from pfn on, which is a multiple of that. */
    void (*give)(struct frames *f, pfn_t pfn, unsigned order);
    /* Part with 2^order frames, aligned. Returns the first, or PFN_NONE if there is no such run. */
    pfn_t (*take)(struct frames *f, unsigned order);
    /* Stop with VM_BUG unless it has all free frames and no others. */
    void (*check)(const struct frames *f);
};

static inline struct frame *frames_record(const struct frames *f, pfn_t pfn)
{
    return &f->table[pfn - f->first];
}

static inline bool frames_manages(const struct frames *f, pfn_t pfn)
{
    return pfn >= f->first && pfn - f->first < f->count;
}

#endif
