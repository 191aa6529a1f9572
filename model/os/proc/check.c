#include "os/proc/check.h"

#include "os/paging/radix_share.h"
#include "os/proc/proc.h"
#include "os/space/check.h"

/* What the processes say that there is. */
struct tally {
    uint64_t tables, mappings, promised;
};

static const char *check_spaces(struct kernel *k, struct tally *tally)
{
    for (struct proc *p = k->procs_first; p; p = p->next) {
        const char *broken;

        if (p->ended)
            continue;
        broken = space_check(&p->space);
        if (broken)
            return broken;
        tally->tables += p->space.table.tables;
        tally->mappings += p->space.resident;
        tally->promised += regions_sum(&p->space.regions, 0, UINT64_MAX).committed;
    }
    return NULL;
}

static const char *check_promised(const struct kernel *k, uint64_t promised)
{
    for (const struct shm *shm = k->shms.first; shm; shm = shm->next)
        promised += shm->object.size;
    return promised == k->commit.used ? NULL : "what is promised does not add up";
}

/* The kernel's part is the same in all. */
static const char *check_kernel_part(const struct kernel *k)
{
    for (const struct proc *p = k->procs_first; k->env.kernel && p; p = p->next) {
        if (!p->ended && !radix_shares(&p->space.table, k->env.kernel))
            return "the kernel is not the same in all address spaces";
    }
    return NULL;
}

static const char *check_user_frame(const struct frame *frame, pfn_t pfn)
{
    const struct object *o = frame->object;

    if (frame->refs != rmap_count(frame) + (o != NULL))
        return "references of a frame are not its mappings";
    if (o && index_tree_get(&o->cache, frame->index) != pfn)
        return "an object does not know of a page that it keeps";
    return NULL;
}

static const char *check_frame(const struct frame *frame, pfn_t pfn, uint64_t *mappings)
{
    if (frame->kind == FRAME_USER) {
        *mappings += rmap_count(frame);
        return check_user_frame(frame, pfn);
    }
    if ((frame->kind == FRAME_FREE) != (frame->refs == 0))
        return "a free frame is referenced, or one in use is not";
    return frame->maps ? "a frame of the kernel is mapped by a user" : NULL;
}

const char *kernel_check(struct kernel *k)
{
    const struct frames *f = &k->frames;
    uint32_t by_kind[FRAME_KINDS] = {0};
    struct tally tally = {0};
    const char *broken = check_spaces(k, &tally);
    uint64_t mappings = 0;

    for (uint32_t i = 0; !broken && i < f->count; i++) {
        const struct frame *frame = frames_get(f, f->first + i);

        by_kind[frame->kind]++;
        broken = check_frame(frame, f->first + i, &mappings);
    }
    for (unsigned kind = 0; !broken && kind < FRAME_KINDS; kind++) {
        if (by_kind[kind] != f->by_kind[kind])
            broken = "frames do not add up";
    }
    if (!broken)
        broken = check_kernel_part(k);
    tally.tables += k->env.kernel ? k->table.tables : 0;
    if (!broken && tally.tables != by_kind[FRAME_TABLE])
        broken = "page tables do not add up";
    if (!broken && tally.mappings != mappings)
        broken = "a mapping is of no process";
    return broken ? broken : check_promised(k, tally.promised);
}
