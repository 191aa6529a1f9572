/* move.c: space_move of space.h: pages change their addresses and keep their frames. */
#include "base/bug.h"
#include "os/space/space.h"

static vaddr_t address(vpn_t vpn)
{
    return vpn << ATLAS_PAGE_SHIFT;
}

/* Move one leaf. Returns VM_OK, or why there is no table for it. */
static enum vm_status move_leaf(struct space *s, const struct radix_leaf *leaf, vpn_t to,
                                vpn_t from)
{
    struct frame *frame = space_frame(s, leaf->ppn);
    enum vm_status status = radix_map(&s->table, address(to), 0, leaf->ppn, leaf->pte & PTE_FLAGS);
    uint32_t tables = s->table.tables;

    VM_BUG(status == VM_EXISTS || status == VM_RANGE || leaf->level != 0);
    if (status != VM_OK)
        return status;
    radix_unmap(&s->table, NULL, leaf->va);
    if (s->table.tables < tables)
        space_fence_all(s);
    else
        space_fence(s, from);
    if (frame)
        rmap_rename(frame, s, from, to);
    return VM_OK;
}

/* Move leaves of [from, from + pages) upwards in turn; *done is the first page that was not. */
static enum vm_status move_leaves(struct space *s, vpn_t to, vpn_t from, uint64_t pages,
                                  uint64_t *done)
{
    struct radix_leaf leaf;

    while (radix_next(&s->table, &leaf, from + *done) == VM_OK) {
        uint64_t page = (leaf.va >> ATLAS_PAGE_SHIFT) - from;
        enum vm_status status;

        if (page >= pages)
            break;
        status = move_leaf(s, &leaf, to + page, from + page);
        if (status != VM_OK)
            return status;
        *done = page + 1;
    }
    return VM_OK;
}

/* Backwards, so that at each step no more tables are needed than there were before. */
static void move_back(struct space *s, vpn_t from, vpn_t to, uint64_t pages)
{
    while (pages-- > 0) {
        struct radix_leaf leaf;
        enum vm_status status;

        if (radix_lookup(&s->table, &leaf, address(to + pages)) != VM_OK)
            continue;
        status = move_leaf(s, &leaf, from + pages, to + pages);
        VM_BUG(status != VM_OK);
    }
}

enum vm_status space_move(struct space *s, vpn_t to, vpn_t from, uint64_t pages)
{
    uint64_t done = 0;
    enum vm_status status = move_leaves(s, to, from, pages, &done);

    if (status != VM_OK)
        move_back(s, from, to, done);
    return status;
}
