/* os_fixture.h: a small machine for the tests of the kernel half: RAM, page-table words that
 * are absent until written, frames, and an MMU that walks the words and remembers nothing. */
#ifndef OS_FIXTURE_H
#define OS_FIXTURE_H

#include "mem/frames.h"
#include "mem/phys.h"
#include "mmu_port.h"

enum { WORLD_FRAMES = 256, WORLD_FIRST = 0x80000, WORLD_WORDS = WORLD_FRAMES * 1024 };

struct world {
    struct phys phys;
    struct frames frames;
    struct frame table[WORLD_FRAMES];
    uint64_t words[WORLD_WORDS]; /* one per 4 bytes of RAM */
    bool written[WORLD_WORDS];
    struct mmu_port mmu;
    struct atlas_params params; /* of the MMU: xlen, asid_bits, ports count; set by world_open */
    struct atlas_cfg cfg;
    unsigned accesses, fences;
    struct atlas_fence last_fence;
    uint64_t bus_error; /* an access to this page is an access fault; UINT64_MAX: none */
};

/* A fresh world; the test frees it with world_close. `frames` of WORLD_FRAMES are managed. */
struct world *world_open(unsigned frames);
void world_close(struct world *world);

/* A page-table word without side effects; 0 if absent. */
uint64_t world_word(const struct world *world, paddr_t addr);

#endif
