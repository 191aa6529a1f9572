/* frames_audit.h: looks at all frames at once: is the bookkeeping right, how is the free memory
 * cut up, what has an owner left behind. Layer: mem. Each is O(frames).
 */
#ifndef ATLAS_FRAMES_AUDIT_H
#define ATLAS_FRAMES_AUDIT_H

#include "mem/frames.h"

/* Stop with VM_BUG unless
 *   - every frame is of the kind that by_kind counts, and the kinds add up to all frames;
 *   - what the boot map calls usable is no hole and not reserved, all else is;
 *   - a frame in use has a reference, or lies in a run that has; a free one has none, and no
 *     owner, mapping or object;
 *   - the policy has all free frames, once, and no others. */
void frames_check(const struct frames *f);

/* How free memory is cut up, whatever the policy. */
struct frames_survey {
    uint32_t blocks[FRAMES_ORDERS]; /* largest aligned free blocks, by order             */
    uint32_t largest;               /* longest run of free frames, of any length         */
    uint32_t fragmentation;         /* external: 1 - largest / free, 0 if none is free
                                       [1/1000, rounded up]                              */
};

void frames_survey(const struct frames *f, struct frames_survey *survey);

/* Frames of an owner by kind: all 0 after it has ended. Returns their sum. */
uint32_t frames_of_owner(const struct frames *f, uint32_t by_kind[FRAME_KINDS], uint32_t owner);

#endif
