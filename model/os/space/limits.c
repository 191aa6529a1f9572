#include "os/space/limits.h"

void limits_init(struct limits *limits, uint64_t stack)
{
    *limits = (struct limits){
        .address_space = LIMIT_NONE, .data = LIMIT_NONE, .stack = stack, .resident = LIMIT_NONE};
}

static bool exceeds(uint64_t limit, uint64_t have, uint64_t less, uint64_t more)
{
    return more > less && have - less + more > limit;
}

enum vm_status limits_check(const struct limits *limits, const struct region_sum *have,
                            const struct region_sum *less, const struct region_sum *more)
{
    if (exceeds(limits->address_space, have->pages, less->pages, more->pages) ||
        exceeds(limits->data, have->data, less->data, more->data))
        return VM_LIMIT;
    return VM_OK;
}
