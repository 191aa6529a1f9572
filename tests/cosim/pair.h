/* pair.h: two requests at two ports of a scene, for tests of several walks at once. */
#ifndef ATLAS_PAIR_H
#define ATLAS_PAIR_H

#include "scene.h"

enum { PPN = 0x1234, OTHER_PPN = 0x2345 }; /* of the two pages; PPN if they are one */

/* The scene's port, and the one beside it. */
struct pair {
    struct scene *s;
    unsigned port[2];
    struct atlas_req req[2];
    struct atlas_rsp rsp[2];
    uint64_t took[2]; /* cycles from the acceptance of the first request to each answer */
    uint64_t reads;   /* PTE reads of both */
};

/* Run a test in every scene of a build with several walks. */
void pair_each(void (*test)(struct scene *s));

#define PAIR_TEST(function)                                                                        \
    static void test_##function(void **state)                                                      \
    {                                                                                              \
        (void)state;                                                                               \
        pair_each(function);                                                                       \
    }

/* Loads of two addresses. */
struct pair pair_of(struct scene *s, uint64_t va, uint64_t other);

/* The physical address of va in page ppn. */
uint64_t pair_pa(uint64_t ppn, uint64_t va);

/* A page in the same set of the L2. */
uint64_t pair_rival(uint64_t va);

void pair_map(struct scene *s, uint64_t va, uint64_t other, uint64_t flags);

/* Nothing is remembered but, in a warm scene, the pointers of both ports. */
void pair_forget(struct scene *s, uint64_t va, uint64_t other);

void pair_send(struct pair *p, unsigned i);
void pair_take(struct pair *p); /* both answers */

/* The first request, `later` cycles later the second, and both answers. */
void pair_run(struct pair *p, unsigned later);

void pair_expect(const struct pair *p, uint64_t ppn, uint64_t other);
void pair_expect_hits(struct pair *p, uint64_t ppn, uint64_t other); /* both ports remember */

/* Of a walk that is alone: cycles until the L1 and the L2 have missed; reads; cycles as
 * rtl/README.md, "Timing", has them; at most so many. */
uint64_t pair_to_walk(const struct scene *s);
uint64_t pair_reads(const struct scene *s);
uint64_t pair_cycles(const struct scene *s);
unsigned pair_limit(const struct scene *s);

/* Results that were shared so far. */
uint64_t pair_shared(const struct scene *s);

#endif
