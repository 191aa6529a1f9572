#include "os/paging/radix_note.h"

#include "base/bug.h"
#include "os/paging/radix_tree.h"

/* A note stands above V = 0. */
static bool is_note(uint64_t pte)
{
    return pte != 0 && !(pte & PTE_BIT(V));
}

uint64_t radix_note_max(const struct paging_mode *mode)
{
    return ATLAS_ONES(8u * mode->pte_bytes - 1);
}

enum vm_status radix_note_put(struct radix *t, vaddr_t va, uint64_t note)
{
    paddr_t slots[RADIX_LEVELS];
    enum vm_status status;
    uint64_t pte;
    unsigned at;

    VM_BUG(note == 0 || note > radix_note_max(t->mode));
    if (!paging_canonical(t->mode, va) || radix_is_shared(t, va) || va % ATLAS_PAGE_SIZE != 0)
        return VM_RANGE;
    at = radix_descend(t, slots, va, 0);
    pte = radix_read(t, slots[at]);
    if (at > 0 ? pte != 0 : pte_is_leaf(pte) && (pte & PTE_NAPOT))
        return VM_EXISTS;
    status = radix_extend(t, slots, va, at, 0);
    if (status == VM_OK)
        radix_write(t, slots[0], note << 1);
    return status;
}

/* The entry of va's page, if it is a note, and the way to it; else 0. */
static uint64_t note_at(const struct radix *t, paddr_t slots[static RADIX_LEVELS], vaddr_t va)
{
    uint64_t pte;

    if (!paging_canonical(t->mode, va) || radix_is_shared(t, va) ||
        radix_descend(t, slots, va, 0) != 0)
        return 0;
    pte = radix_read(t, slots[0]);
    return is_note(pte) ? pte : 0;
}

enum vm_status radix_note_get(const struct radix *t, uint64_t *note, vaddr_t va)
{
    paddr_t slots[RADIX_LEVELS];
    uint64_t pte = note_at(t, slots, va);

    if (pte == 0)
        return VM_ABSENT;
    *note = pte >> 1;
    return VM_OK;
}

enum vm_status radix_note_map(struct radix *t, vaddr_t va, uint64_t ppn, uint64_t flags)
{
    paddr_t slots[RADIX_LEVELS];

    VM_BUG(!pte_flags_ok(t->mode, flags) || (flags & PTE_NAPOT) ||
           ppn > ATLAS_ONES(t->mode->ppn_bits));
    if (note_at(t, slots, va) == 0)
        return VM_ABSENT;
    radix_write(t, slots[0], pte_make(t->mode, ppn, flags));
    return VM_OK;
}

enum vm_status radix_note_remove(struct radix *t, vaddr_t va)
{
    paddr_t slots[RADIX_LEVELS];

    if (note_at(t, slots, va) == 0)
        return VM_ABSENT;
    radix_write(t, slots[0], 0);
    radix_prune(t, slots, 0);
    return VM_OK;
}

enum vm_status radix_note_next(const struct radix *t, uint64_t *note, vpn_t *vpn)
{
    struct radix_place place;

    if (!radix_scan(t, &place, is_note, *vpn))
        return VM_ABSENT;
    *vpn = place.va >> ATLAS_PAGE_SHIFT;
    *note = radix_read(t, place.slot) >> 1;
    return VM_OK;
}
