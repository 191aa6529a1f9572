#include "radix_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

const unsigned radix_modes[RADIX_MODES] = {ATLAS_MODE_SV32, ATLAS_MODE_SV39, ATLAS_MODE_SV48,
                                           ATLAS_MODE_SV57};

void radix_world_open(struct radix_world *f, unsigned mode, unsigned frames, uint32_t limit)
{
    f->world = world_open(frames);
    assert_int_equal(radix_create(&f->table, &f->world->phys, &f->world->frames, paging_mode(mode),
                                  RADIX_OWNER, limit),
                     VM_OK);
}

void radix_world_close(struct radix_world *f)
{
    radix_destroy(&f->table);
    assert_int_equal(f->world->frames.by_kind[FRAME_TABLE], 0);
    world_close(f->world);
}

void in_each_mode(void (*body)(struct radix_world *))
{
    for (unsigned i = 0; i < RADIX_MODES; i++) {
        struct radix_world f;

        radix_world_open(&f, radix_modes[i], WORLD_FRAMES, RADIX_NO_LIMIT);
        body(&f);
        radix_world_close(&f);
    }
}

uint64_t radix_world_entry(const struct radix_world *f, vaddr_t va, unsigned level)
{
    const struct paging_mode *mode = f->table.mode;
    pfn_t table = f->table.root;

    for (unsigned at = mode->levels - 1u;; at--) {
        paddr_t slot = ((paddr_t)table << 12) + paging_index(mode, va, at) * mode->pte_bytes;

        if (at == level)
            return world_word(f->world, slot);
        table = (pfn_t)(world_word(f->world, slot) >> 10);
    }
}
