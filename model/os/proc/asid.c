#include "os/proc/asid.h"

#include "base/bug.h"

static uint32_t lowest(const struct asids *asids)
{
    return asids->last > 0 ? 1 : 0;
}

void asids_init(struct asids *asids, unsigned bits)
{
    VM_BUG(bits > 16);
    *asids = (struct asids){.last = (UINT32_C(1) << bits) - 1, .generation = 1};
    asids->next = lowest(asids);
}

bool asids_assign(struct asids *asids, struct asid *asid)
{
    bool used_up = false;

    if (asid->generation == asids->generation)
        return false;
    if (asids->next > asids->last) {
        asids->generation++;
        asids->next = lowest(asids);
        used_up = true;
    }
    *asid = (struct asid){.value = asids->next++, .generation = asids->generation};
    return used_up;
}
