#include "os/space/mmap.h"

#include "base/bug.h"
#include "base/bytes.h"
#include "os/space/room.h"
#include "os/space/shm.h"

static bool forbidden(const struct space *s, unsigned perms)
{
    return s->layout.w_xor_x && (perms & REGION_W) && (perms & REGION_X);
}

static bool request_ok(const struct mm_request *q)
{
    return !(q->perms & ~(unsigned)REGION_PERMS) && q->offset % ATLAS_PAGE_SIZE == 0 &&
           (!(q->flags & MM_SHARED) || !q->object || q->object->cached) &&
           (q->kind != REGION_MMIO || !q->object);
}

/* ---- Where --------------------------------------------------------------------------------- */

/* Pages [*start, *end) for a request that names no place, or prefers one. */
static bool find_place(struct space *s, vpn_t *start, vpn_t *end, const struct mm_request *q)
{
    vaddr_t hint = q->address - q->address % ATLAS_PAGE_SIZE;
    uint64_t pages = q->length / ATLAS_PAGE_SIZE + (q->length % ATLAS_PAGE_SIZE != 0);

    if (hint > 0 && room_range(s, start, end, hint, q->length) && room_free(s, *start, *end))
        return true;
    if (!room_find(s, start, pages))
        return false;
    *end = *start + pages;
    return true;
}

static enum vm_status choose(struct space *s, vpn_t *start, vpn_t *end, const struct mm_request *q)
{
    const struct region *taken;

    if (!(q->flags & MM_FIXED)) {
        if (q->length == 0)
            return VM_RANGE;
        return find_place(s, start, end, q) ? VM_OK : VM_NOMEM;
    }
    if (!room_range(s, start, end, q->address, q->length))
        return VM_RANGE;
    taken = regions_from(&s->regions, *start);
    return (q->flags & MM_NOREPLACE) && taken && taken->start < *end ? VM_EXISTS : VM_OK;
}

/* ---- What ---------------------------------------------------------------------------------- */

static void describe(struct region *model, const struct mm_request *q)
{
    bool shared = (q->flags & MM_SHARED) || q->kind == REGION_MMIO;

    model->flags = q->perms | (shared ? (unsigned)REGION_SHARED : 0);
    model->kind = q->kind;
    model->object = q->object;
    model->offset = q->offset >> ATLAS_PAGE_SHIFT;
    model->name = q->name;
}

static struct region_sum sum_of(const struct region *model)
{
    uint64_t pages = model->end - model->start, promised = region_commits(model) ? pages : 0;

    return (struct region_sum){.pages = pages, .committed = promised, .data = promised};
}

/* May the process have this region in place of what is there? Nothing can fail afterwards. */
static enum vm_status check(struct space *s, const struct region *model)
{
    const struct region_sum have = regions_sum(&s->regions, 0, UINT64_MAX);
    const struct region_sum less = regions_sum(&s->regions, model->start, model->end);
    const struct region_sum more = sum_of(model);
    enum vm_status status = limits_check(&s->limits, &have, &less, &more);

    if (!space_place_ok(s, model))
        return VM_RANGE;
    if (status != VM_OK)
        return status;
    if (s->env->commit && !commit_fits(s->env->commit, more.committed, less.committed))
        return VM_NOMEM;
    return regions_reserve(&s->regions, 2) ? VM_OK : VM_NOMEM; /* the hole, and the region */
}

static enum vm_status replace(struct space *s, const struct region *model)
{
    enum vm_status status = check(s, model), gone;

    if (status != VM_OK)
        return status;
    gone = space_unmap(s, model->start, model->end);
    VM_BUG(gone != VM_OK);
    return space_map(s, model);
}

/* Anonymous memory that is shared has an object, too. */
static enum vm_status map_shared(struct space *s, struct region *model)
{
    enum vm_status status = shm_create(s->env->shms, &model->object, model->end - model->start);

    if (status != VM_OK)
        return status;
    model->offset = 0;
    status = replace(s, model);
    object_drop(model->object);
    return status;
}

enum vm_status mm_map(struct space *s, vaddr_t *at, const struct mm_request *q)
{
    struct region model = {0};
    enum vm_status status;

    if (!request_ok(q))
        return VM_RANGE;
    if (forbidden(s, q->perms))
        return VM_DENIED;
    status = choose(s, &model.start, &model.end, q);
    if (status != VM_OK)
        return status;
    describe(&model, q);
    if ((q->flags & MM_SHARED) && !q->object && q->kind != REGION_MMIO)
        status = map_shared(s, &model);
    else
        status = replace(s, &model);
    if (status == VM_OK)
        *at = model.start << ATLAS_PAGE_SHIFT;
    return status;
}

/* ---- Unmap and protect --------------------------------------------------------------------- */

enum vm_status mm_unmap(struct space *s, vaddr_t address, uint64_t length)
{
    vpn_t start, end;

    if (!room_range(s, &start, &end, address, length))
        return VM_RANGE;
    return space_unmap(s, start, end);
}

enum vm_status mm_protect(struct space *s, vaddr_t address, uint64_t length, unsigned perms)
{
    const struct region_sum have = regions_sum(&s->regions, 0, UINT64_MAX), none = {0};
    struct region_sum more = {0};
    enum vm_status status;
    vpn_t start, end;

    if ((perms & ~(unsigned)REGION_PERMS) || !room_range(s, &start, &end, address, length))
        return VM_RANGE;
    if (forbidden(s, perms))
        return VM_DENIED;
    if (perms & REGION_W)
        more.data = regions_sum(&s->regions, start, end).fresh;
    status = limits_check(&s->limits, &have, &none, &more);
    return status == VM_OK ? space_protect(s, start, end, perms) : status;
}
