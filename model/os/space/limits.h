/* limits.h: how much a process may have. Layer: os/space; knows region lists.
 *
 * Set by whoever owns the process at any time; what it already has stays. A child inherits them.
 * Each is looked at before anything changes.
 *
 * Source: POSIX getrlimit; Linux for what counts as data.
 */
#ifndef ATLAS_LIMITS_H
#define ATLAS_LIMITS_H

#include "os/space/region.h"

#define LIMIT_NONE UINT64_MAX

struct limits {
    uint64_t address_space; /* of all regions                                          [pages] */
    uint64_t data;          /* of private regions that are or were writable, but stacks [pages] */
    uint64_t stack;         /* of a region that grows down                             [pages] */
    uint64_t resident;      /* with a frame; a fault beyond it is refused              [pages] */
};

/* None but of the stack. */
void limits_init(struct limits *limits, uint64_t stack);

/* May regions with the sums `have` become ones with `less` taken away and `more` added? Returns
 * VM_OK or VM_LIMIT. What does not grow is allowed. */
enum vm_status limits_check(const struct limits *limits, const struct region_sum *have,
                            const struct region_sum *less, const struct region_sum *more);

#endif
