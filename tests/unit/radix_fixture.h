/* radix_fixture.h: a page table of any mode in a small machine, for the tests of os/paging. */
#ifndef RADIX_FIXTURE_H
#define RADIX_FIXTURE_H

#include "os/paging/radix.h"
#include "os_fixture.h"

enum { RADIX_OWNER = 7, RADIX_NO_LIMIT = 1000, RADIX_MODES = 4 };

#define RWU (PTE_BIT(V) | PTE_BIT(R) | PTE_BIT(W) | PTE_BIT(U))

extern const unsigned radix_modes[RADIX_MODES]; /* ATLAS_MODE_* */

struct radix_world {
    struct world *world;
    struct radix table;
};

/* An empty table of a mode; after the test, that all its frames have been given back. */
void radix_world_open(struct radix_world *f, unsigned mode, unsigned frames, uint32_t limit);
void radix_world_close(struct radix_world *f);

/* Run `body` on a fresh table of each mode. */
void in_each_mode(void (*body)(struct radix_world *));

#define IN_EACH_MODE(body)                                                                         \
    static void body##_in_each_mode(void **state)                                                  \
    {                                                                                              \
        (void)state;                                                                               \
        in_each_mode(body);                                                                        \
    }

/* Entry i of the tables as it stands in memory: level by level along va; the entry at `level`. */
uint64_t radix_world_entry(const struct radix_world *f, vaddr_t va, unsigned level);

#endif
