#include "mem/memmap.h"

#include <stdbool.h>
#include <stddef.h>

static uint64_t end_of(const struct memmap_range *r)
{
    return (uint64_t)r->start + r->count;
}

/* Append frames [start, end), or lengthen the last range. Returns false if the map is full. */
static bool append(struct memmap *map, uint64_t start, uint64_t end, enum memmap_kind kind)
{
    struct memmap_range *last = map->count > 0 ? &map->range[map->count - 1] : NULL;

    if (start >= end)
        return true;
    if (last && last->kind == kind && end_of(last) == start) {
        last->count += (uint32_t)(end - start);
        return true;
    }
    if (map->count == MEMMAP_RANGES)
        return false;
    map->range[map->count++] = (struct memmap_range){(pfn_t)start, (uint32_t)(end - start), kind};
    return true;
}

/* Append what `old` has in [start, end). */
static bool append_part(struct memmap *map, const struct memmap *old, uint64_t start, uint64_t end)
{
    bool fits = true;

    for (uint32_t i = 0; i < old->count && fits; i++) {
        const struct memmap_range *r = &old->range[i];
        uint64_t from = r->start > start ? r->start : start;
        uint64_t to = end_of(r) < end ? end_of(r) : end;

        fits = append(map, from, to, r->kind);
    }
    return fits;
}

enum vm_status memmap_mark(struct memmap *map, pfn_t start, uint32_t count, enum memmap_kind kind)
{
    uint64_t end = (uint64_t)start + count;
    struct memmap marked = {.count = 0};

    if (count < 1 || end > PFN_NONE)
        return VM_RANGE;
    if (!append_part(&marked, map, 0, start) || !append(&marked, start, end, kind) ||
        !append_part(&marked, map, end, PFN_NONE))
        return VM_LIMIT;
    *map = marked;
    return VM_OK;
}

const struct memmap_range *memmap_find(const struct memmap *map, pfn_t pfn)
{
    for (uint32_t i = 0; i < map->count; i++) {
        const struct memmap_range *r = &map->range[i];

        if (pfn >= r->start && pfn - r->start < r->count)
            return r;
    }
    return NULL;
}

uint64_t memmap_frames(const struct memmap *map, enum memmap_kind kind)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < map->count; i++)
        sum += map->range[i].kind == kind ? map->range[i].count : 0;
    return sum;
}

pfn_t memmap_place(const struct memmap *map, uint64_t count)
{
    for (uint32_t i = 0; i < map->count; i++) {
        const struct memmap_range *r = &map->range[i];

        if (r->kind == MEMMAP_USABLE && r->count >= count)
            return r->start;
    }
    return PFN_NONE;
}

const char *memmap_kind_name(enum memmap_kind kind)
{
    static const char *const names[MEMMAP_KINDS] = {"usable", "reserved", "kernel", "MMIO"};

    return (unsigned)kind < MEMMAP_KINDS ? names[kind] : NULL;
}
