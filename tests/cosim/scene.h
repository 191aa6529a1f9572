/* scene.h: a directed test on the bench: one build, one mode, one port, cold or warm, with page
 * tables that the test builds page by page.
 *
 * Every step is compared with the twin (bench.h); the functions here also check what the test
 * says must come, and fail it with the scene's label. A scene begins with empty memory, all
 * translations fenced, asid 1, Svade, Svpbmt and Svnapot on, latency 1, no stalls.
 */
#ifndef ATLAS_SCENE_H
#define ATLAS_SCENE_H

#include "bench.h"

/* Leaf flags that every test page begins with: everything but U, G. */
#define SCENE_RWXAD                                                                                \
    (ATLAS_MASK(PTE_V) | ATLAS_MASK(PTE_R) | ATLAS_MASK(PTE_W) | ATLAS_MASK(PTE_X) |               \
     ATLAS_MASK(PTE_A) | ATLAS_MASK(PTE_D))

struct scene {
    struct bench *b;
    unsigned port, levels; /* levels of the mode: 2 is Sv32 */
    bool warm;             /* scene_warm does something */
    uint64_t root, frame;  /* frame: the next free one for a table */
    char label[160];
};

/* Run a test in every scene: all presets and the builds like them with HIT_LATENCY = 2, all their
 * modes, all ports, cold and warm. */
void scene_each(void (*test)(struct scene *s));

/* Begin anew in the same scene. */
void scene_again(struct scene *s);

/* ---- Tables ---- */

/* An address with another slice on every level: low, or high (negative, but for Sv32); they
 * belong to different sets of the presets' TLBs. */
uint64_t scene_low(const struct scene *s);
uint64_t scene_high(const struct scene *s);

unsigned scene_slice_bits(const struct scene *s);
uint64_t scene_page_size(const struct scene *s, unsigned level);

/* A PTE: PPN in its place, and flags. */
uint64_t scene_pte(const struct scene *s, uint64_t ppn, uint64_t flags);

/* Map the page of `va` at `level`, with tables as needed; a PTE that is there is replaced. */
void scene_map(struct scene *s, uint64_t va, unsigned level, uint64_t pte);

/* Physical address of the PTE that a walk of va reads at `level`; its tables exist. */
uint64_t scene_pte_addr(struct scene *s, uint64_t va, unsigned level);
uint64_t scene_get(struct scene *s, uint64_t va, unsigned level);
void scene_set(struct scene *s, uint64_t va, unsigned level, uint64_t pte);

/* Make the next read (cas: compare-and-swap) of that PTE a bus error. */
void scene_fail(struct scene *s, uint64_t va, unsigned level, bool cas);

/* If the scene is warm: translate the page after next of va, in the same tables, so that last
 * pointers are remembered. */
void scene_warm(struct scene *s, uint64_t va);

/* ---- What is done ---- */

void scene_satp(struct scene *s, uint64_t root, unsigned asid);
void scene_cycles(struct scene *s, unsigned n);

/* A request of supervisor mode, sum = mxr = 0. */
struct atlas_req scene_req(uint64_t va, unsigned acc);

struct atlas_rsp scene_access(struct scene *s, const struct atlas_req *req);
struct atlas_rsp scene_take(struct scene *s, unsigned port); /* the next answer */
void scene_fence(struct scene *s, bool has_va, uint64_t va, bool has_asid, unsigned asid);

/* PTE reads so far; all memory requests so far. */
uint64_t scene_reads(const struct scene *s);
uint64_t scene_requests(const struct scene *s);

/* Everything that is remembered, mixed to one number (compared with the RTL before). */
uint64_t scene_state(struct scene *s);

/* ---- What must come ---- */

void scene_expect(struct scene *s, bool holds, const char *what);
void scene_expect_ok(struct scene *s, const struct atlas_req *req, uint64_t pa, unsigned level);
void scene_expect_fault(struct scene *s, const struct atlas_req *req, unsigned reason);
void scene_expect_hit(struct scene *s, const struct atlas_req *req, uint64_t pa);  /* no reads */
void scene_expect_walk(struct scene *s, const struct atlas_req *req, uint64_t pa); /* reads */

/* The cause that an access gets for a reason. */
unsigned scene_cause(unsigned reason, unsigned acc);

#endif
