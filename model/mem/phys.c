#include "mem/phys.h"

#include "base/bug.h"

bool phys_holds(const struct phys *phys, paddr_t addr, uint64_t bytes)
{
    return addr >= phys->base && addr - phys->base <= phys->size &&
           bytes <= phys->size - (addr - phys->base);
}

void *phys_ptr(const struct phys *phys, paddr_t addr)
{
    VM_BUG(!phys_holds(phys, addr, 1));
    return phys->ram + (addr - phys->base);
}

void *phys_frame(const struct phys *phys, pfn_t pfn)
{
    return phys_ptr(phys, (paddr_t)pfn << ATLAS_PAGE_SHIFT);
}

pfn_t phys_pfn_of(const struct phys *phys, const void *object)
{
    const uint8_t *byte = object;

    VM_BUG(byte < phys->ram || byte >= phys->ram + phys->size);
    return (pfn_t)((phys->base + (uint64_t)(byte - phys->ram)) >> ATLAS_PAGE_SHIFT);
}

uint64_t phys_word_read(const struct phys *phys, paddr_t addr, unsigned bytes)
{
    uint64_t value = 0;
    bool there = phys->words->read(phys->ctx, addr, &value, bytes);

    VM_BUG(!there);
    return value;
}

void phys_word_write(const struct phys *phys, paddr_t addr, uint64_t value, unsigned bytes)
{
    VM_BUG(!phys_holds(phys, addr, bytes));
    phys->words->write(phys->ctx, addr, value, bytes);
}
