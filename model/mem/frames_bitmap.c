/* frames_bitmap.c: one bit a frame, 1 = free. Bit 0 is a multiple of the largest run, so that
 * what is aligned in the map is aligned in memory. */
#include "mem/frames_policy.h"

#include "base/bug.h"
#include "base/bytes.h"

enum { WORD = 64, LARGEST = 1 << FRAMES_ORDER_MAX };

static pfn_t origin(const struct frames *f)
{
    return f->first & ~(pfn_t)(LARGEST - 1);
}

/* Bits in use: up to that of the last frame. */
static uint64_t bits_of(const struct frames *f)
{
    return (uint64_t)(f->first - origin(f)) + f->count;
}

static uint64_t bitmap_bytes(uint32_t count)
{
    return ((uint64_t)count + LARGEST - 1 + WORD - 1) / WORD * sizeof(uint64_t);
}

static void bitmap_open(struct frames *f, void *storage)
{
    f->free.bits = memset(storage, 0, bitmap_bytes(f->count));
    f->free.lowest = (uint32_t)bits_of(f);
}

/* A run of 1 to 64 bits from bit `at`, which is a multiple of its length, as a mask. */
static uint64_t mask_of(uint64_t at, uint32_t length)
{
    return (length == WORD ? UINT64_MAX : (UINT64_C(1) << length) - 1) << at % WORD;
}

static uint32_t part_of(uint32_t length)
{
    return length < WORD ? length : WORD;
}

static void bitmap_give(struct frames *f, pfn_t pfn, unsigned order)
{
    uint32_t length = UINT32_C(1) << order, part = part_of(length), at = pfn - origin(f);

    if (at < f->free.lowest)
        f->free.lowest = at;
    for (uint32_t i = 0; i < length; i += part)
        f->free.bits[(at + i) / WORD] |= mask_of(at + i, part);
}

static bool all_free(const struct frames *f, uint64_t at, uint32_t length)
{
    uint32_t part = part_of(length);

    for (uint32_t i = 0; i < length; i += part) {
        uint64_t mask = mask_of(at + i, part);

        if ((f->free.bits[(at + i) / WORD] & mask) != mask)
            return false;
    }
    return true;
}

static pfn_t bitmap_take(struct frames *f, unsigned order)
{
    uint32_t length = UINT32_C(1) << order, part = part_of(length);
    uint64_t at = f->free.lowest & ~(length - 1), end = bits_of(f);

    while (at + length <= end && !all_free(f, at, length))
        at = length < WORD && f->free.bits[at / WORD] == 0 ? (at | (WORD - 1)) + 1 : at + length;
    if (at + length > end)
        return PFN_NONE;
    for (uint32_t i = 0; i < length; i += part)
        f->free.bits[(at + i) / WORD] &= ~mask_of(at + i, part);
    if (order == 0)
        f->free.lowest = (uint32_t)at + 1;
    return origin(f) + (pfn_t)at;
}

static void bitmap_check(const struct frames *f)
{
    uint64_t bits = bitmap_bytes(f->count) / sizeof(uint64_t) * WORD;

    for (uint64_t at = 0; at < bits; at++) {
        bool free = f->free.bits[at / WORD] >> at % WORD & 1;
        uint64_t pfn = origin(f) + at;

        VM_BUG(free && (pfn < f->first || pfn >= (uint64_t)f->first + f->count));
        VM_BUG(free && at < f->free.lowest);
        if (pfn >= f->first && pfn < (uint64_t)f->first + f->count)
            VM_BUG(free != (frames_record(f, (pfn_t)pfn)->kind == FRAME_FREE));
    }
}

const struct frame_policy frames_bitmap = {"bitmap",    bitmap_bytes, bitmap_open,
                                           bitmap_give, bitmap_take,  bitmap_check};
