#include "os/space/advise.h"

#include "os/space/room.h"

enum vm_status mm_advise(struct space *s, vaddr_t address, uint64_t length, enum mm_advice advice)
{
    vpn_t start, end;

    if (!room_range(s, &start, &end, address, length))
        return VM_RANGE;
    if (!regions_cover(&s->regions, start, end))
        return VM_ABSENT;
    if (advice == MM_WILLNEED)
        return s->env->populate(s, start, end);
    space_evict(s, start, end);
    return VM_OK;
}
