#include "os/paging/frame_array.h"

#include "base/bug.h"
#include "base/bytes.h"

static pfn_t *directory_of(const struct frame_array *a)
{
    return phys_frame(a->phys, a->directory);
}

static pfn_t frame_at(const struct frame_array *a, uint32_t i)
{
    return a->directory == PFN_NONE ? a->first + i : directory_of(a)[i];
}

/* All frames in a row: the run that holds them, less what is beyond. */
static bool open_run(struct frame_array *a, uint32_t count, uint32_t owner)
{
    unsigned order = 0;

    while (1u << order < count)
        order++;
    a->first = frames_alloc_run(a->frames, order, FRAME_TABLE, owner);
    if (a->first == PFN_NONE)
        return false;
    frames_split(a->frames, a->first);
    for (uint32_t i = count; i < 1u << order; i++)
        frames_drop(a->frames, a->first + i);
    a->count = count;
    return true;
}

/* One by one, with their numbers in a directory. */
static bool open_pieces(struct frame_array *a, uint32_t count, uint32_t owner)
{
    a->directory = frames_alloc(a->frames, FRAME_TABLE, owner);
    while (a->directory != PFN_NONE && a->count < count) {
        pfn_t pfn = frames_alloc(a->frames, FRAME_TABLE, owner);

        if (pfn == PFN_NONE)
            frame_array_close(a);
        else
            directory_of(a)[a->count++] = pfn;
    }
    return a->count > 0;
}

enum vm_status frame_array_open(struct frame_array *a, const struct phys *phys,
                                struct frames *frames, uint32_t owner, uint64_t bytes)
{
    uint64_t count = (bytes + ATLAS_PAGE_SIZE - 1) / ATLAS_PAGE_SIZE;

    VM_BUG(count == 0);
    *a = (struct frame_array){.phys = phys, .frames = frames, .directory = PFN_NONE};
    if (count > FRAME_ARRAY_MAX)
        return VM_LIMIT;
    if (!open_run(a, (uint32_t)count, owner) && !open_pieces(a, (uint32_t)count, owner))
        return VM_NOMEM;
    for (uint32_t i = 0; i < count; i++)
        memset(phys_frame(phys, frame_at(a, i)), 0, ATLAS_PAGE_SIZE);
    return VM_OK;
}

void frame_array_close(struct frame_array *a)
{
    for (uint32_t i = 0; i < a->count; i++)
        frames_drop(a->frames, frame_at(a, i));
    if (a->directory != PFN_NONE)
        frames_drop(a->frames, a->directory);
    a->directory = PFN_NONE;
    a->count = 0;
}

void *frame_array_at(const struct frame_array *a, uint64_t offset)
{
    uint64_t i = offset / ATLAS_PAGE_SIZE;

    VM_BUG(i >= a->count);
    return (uint8_t *)phys_frame(a->phys, frame_at(a, (uint32_t)i)) + offset % ATLAS_PAGE_SIZE;
}

unsigned frame_array_reads(const struct frame_array *a)
{
    return a->directory == PFN_NONE ? 1 : 2;
}

uint64_t frame_array_bytes(const struct frame_array *a)
{
    return ((uint64_t)a->count + (a->directory != PFN_NONE)) * ATLAS_PAGE_SIZE;
}
