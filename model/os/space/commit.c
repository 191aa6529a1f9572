#include "os/space/commit.h"

#include "base/bug.h"

void commit_init(struct commit *c, enum commit_policy policy, unsigned ratio, uint64_t ram)
{
    *c = (struct commit){
        .policy = policy, .ratio = ratio > 0 ? ratio : (unsigned)COMMIT_RATIO, .ram = ram};
}

uint64_t commit_limit(const struct commit *c)
{
    return c->ram * c->ratio / 100 + c->swap;
}

bool commit_fits(const struct commit *c, uint64_t pages, uint64_t freed)
{
    switch (c->policy) {
    case COMMIT_HEURISTIC: return pages <= c->ram + c->swap;
    case COMMIT_NEVER: return pages == 0 || c->used - freed + pages <= commit_limit(c);
    default: return true;
    }
}

enum vm_status commit_charge(struct commit *c, uint64_t pages)
{
    if (!commit_fits(c, pages, 0))
        return VM_NOMEM;
    c->used += pages;
    return VM_OK;
}

void commit_release(struct commit *c, uint64_t pages)
{
    VM_BUG(pages > c->used);
    c->used -= pages;
}
