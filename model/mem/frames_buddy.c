/* frames_buddy.c: free frames as blocks of 2^order. The buddy of a block is the other half of
 * the block twice its size; two free buddies are one block, always. A list for each order hangs
 * in the records of the blocks' first frames: these alone are `head`. */
#include "mem/frames_policy.h"

#include <stddef.h>

#include "base/bug.h"

static uint64_t buddy_bytes(uint32_t count)
{
    (void)count;
    return 0;
}

static void buddy_open(struct frames *f, void *storage)
{
    (void)storage;
    for (unsigned order = 0; order < FRAMES_ORDERS; order++)
        f->free.head[order] = PFN_NONE;
}

static void push(struct frames *f, pfn_t pfn, unsigned order)
{
    struct frame *block = frames_record(f, pfn);
    pfn_t next = f->free.head[order];

    block->head = true;
    block->order = (uint8_t)order;
    block->next = next;
    block->prev = PFN_NONE;
    if (next != PFN_NONE)
        frames_record(f, next)->prev = pfn;
    f->free.head[order] = pfn;
    f->free.blocks[order]++;
}

static void take_out(struct frames *f, pfn_t pfn, unsigned order)
{
    struct frame *block = frames_record(f, pfn);

    if (block->next != PFN_NONE)
        frames_record(f, block->next)->prev = block->prev;
    if (block->prev != PFN_NONE)
        frames_record(f, block->prev)->next = block->next;
    else
        f->free.head[order] = block->next;
    block->head = false;
    f->free.blocks[order]--;
}

static bool is_block(const struct frames *f, pfn_t pfn, unsigned order)
{
    const struct frame *frame = frames_manages(f, pfn) ? frames_record(f, pfn) : NULL;

    return frame && frame->kind == FRAME_FREE && frame->head && frame->order == order;
}

static void buddy_give(struct frames *f, pfn_t pfn, unsigned order)
{
    for (; order < FRAMES_ORDER_MAX; order++) {
        pfn_t buddy = pfn ^ (UINT32_C(1) << order);

        if (!is_block(f, buddy, order))
            break;
        take_out(f, buddy, order);
        pfn &= ~(UINT32_C(1) << order);
    }
    push(f, pfn, order);
}

static pfn_t buddy_take(struct frames *f, unsigned order)
{
    unsigned have = order;
    pfn_t pfn;

    while (have < FRAMES_ORDER_MAX && f->free.head[have] == PFN_NONE)
        have++;
    pfn = f->free.head[have];
    if (pfn == PFN_NONE)
        return PFN_NONE;
    take_out(f, pfn, have);
    while (have > order) {
        have--;
        push(f, pfn + (UINT32_C(1) << have), have);
    }
    return pfn;
}

static void check_block(const struct frames *f, pfn_t pfn, unsigned order)
{
    pfn_t size = UINT32_C(1) << order;

    VM_BUG(pfn % size != 0 || !is_block(f, pfn, order));
    VM_BUG(!frames_manages(f, pfn + (size - 1)));
    VM_BUG(order < FRAMES_ORDER_MAX && is_block(f, pfn ^ size, order));
    for (pfn_t i = 1; i < size; i++)
        VM_BUG(frames_record(f, pfn + i)->kind != FRAME_FREE || frames_record(f, pfn + i)->head);
}

static void buddy_check(const struct frames *f)
{
    uint64_t frames = 0;

    for (unsigned order = 0; order < FRAMES_ORDERS; order++) {
        pfn_t last = PFN_NONE;
        uint32_t blocks = 0;

        for (pfn_t pfn = f->free.head[order]; pfn != PFN_NONE; pfn = frames_record(f, pfn)->next) {
            check_block(f, pfn, order);
            VM_BUG(frames_record(f, pfn)->prev != last || ++blocks > f->free.blocks[order]);
            last = pfn;
        }
        VM_BUG(blocks != f->free.blocks[order]);
        frames += (uint64_t)blocks << order;
    }
    VM_BUG(frames != f->by_kind[FRAME_FREE]);
}

const struct frame_policy frames_buddy = {"buddy",    buddy_bytes, buddy_open,
                                          buddy_give, buddy_take,  buddy_check};
