/* test_os_mm_random.c: random calls of two processes on small address spaces, against one record a
 * page that says what is there and which byte it shows.
 *
 * ATLAS_SEED=n in the environment runs one seed, ATLAS_STEPS=n another number of steps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "mm_fixture.h"
#include "os/proc/check.h"
#include "os/space/advise.h"
#include "os/space/brk.h"
#include "os/space/mmap.h"
#include "os/space/stack.h"

enum { R = REGION_R, RW = REGION_R | REGION_W, RX = REGION_R | REGION_X };
enum { PAGES = 80, HEAP = 8, GUARD = 3, STEPS = 1000, SEEDS = 8, LONGEST = 8, BYTE = 5 };

/* ---- The reference ------------------------------------------------------------------------- */

/* What a page shows: of a source with contents, or, once it was stored to privately, its own. */
struct cell {
    bool mapped, committed, own;
    unsigned flags; /* as of a region */
    unsigned kind;
    unsigned source; /* 0: zeros; 1: the file; else shared memory */
    unsigned index;
    uint8_t value; /* if it is its own */
};

struct image {
    struct proc *proc; /* NULL: there is none */
    struct cell cell[PAGES];
    vaddr_t brk;
};

enum { SOURCES = 2 + STEPS * 10 };

struct model {
    struct mm_world *m;
    struct rng rng;
    struct image image[2];
    unsigned size[SOURCES]; /* of each source */
    uint8_t byte[SOURCES][MM_FILE_PAGES];
    unsigned sources;
    bool up;
};

static bool cell_same(const struct cell *a) /* is a[1] of the same region as a[0]? */
{
    return a[0].mapped && a[1].mapped && a[0].flags == a[1].flags && a[0].kind == a[1].kind &&
           a[0].committed == a[1].committed && a[0].source == a[1].source &&
           (a[0].source == 0 || a[0].index + 1 == a[1].index);
}

static bool has_hole(const struct image *im, vpn_t start, vpn_t end)
{
    while (start < end && im->cell[start].mapped)
        start++;
    return start < end;
}

static bool is_taken(const struct image *im, vpn_t start, vpn_t end)
{
    while (start < end && !im->cell[start].mapped)
        start++;
    return start < end;
}

/* No region there, and no stack above that needs the pages as its guard. */
static bool is_free(const struct image *im, vpn_t start, vpn_t end)
{
    vpn_t next = start;

    while (next < PAGES && !im->cell[next].mapped)
        next++;
    if (next < PAGES && (im->cell[next].flags & REGION_GROWS_DOWN) && end + GUARD > next)
        return false;
    return end <= next;
}

static bool place_for(const struct model *t, const struct image *im, vpn_t *start, uint64_t pages)
{
    const struct layout *l = &im->proc->space.layout;

    if (t->up) {
        for (*start = l->mmap_low; *start + pages <= l->mmap_high; ++*start)
            if (is_free(im, *start, *start + pages))
                return true;
        for (*start = l->lowest; *start + pages <= l->mmap_high; ++*start)
            if (is_free(im, *start, *start + pages))
                return true;
        return false;
    }
    for (*start = l->mmap_high - pages; *start >= l->lowest; --*start)
        if (is_free(im, *start, *start + pages))
            return true;
    return false;
}

static void clear(struct image *im, vpn_t start, vpn_t end)
{
    memset(&im->cell[start], 0, (end - start) * sizeof im->cell[0]);
}

static void set(struct image *im, vpn_t start, vpn_t end, const struct cell *first)
{
    for (vpn_t vpn = start; vpn < end; vpn++) {
        struct cell *c = &im->cell[vpn];

        *c = *first;
        c->index += (unsigned)(vpn - start);
        c->committed = c->committed || ((c->flags & REGION_W) && !(c->flags & REGION_SHARED));
    }
}

/* The byte that a mapped page shows; -1 beyond the end of its source. */
static int shown(const struct model *t, const struct cell *c)
{
    if (c->own)
        return c->value;
    if (c->source == 0)
        return 0;
    return c->index < t->size[c->source] ? t->byte[c->source][c->index] : -1;
}

/* ---- Comparison ---------------------------------------------------------------------------- */

static void compare_regions(const struct image *im)
{
    const struct region_list *list = &im->proc->space.regions;
    uint64_t pages = 0;
    uint32_t count = 0;

    for (vpn_t vpn = 0; vpn < PAGES; vpn++) {
        pages += im->cell[vpn].mapped;
        count += im->cell[vpn].mapped && !(vpn > 0 && cell_same(&im->cell[vpn - 1]));
    }
    assert_int_equal(list->pages, pages);
    assert_int_equal(list->count, count);
    for (const struct region *r = list->first; r; r = r->next) {
        for (vpn_t vpn = r->start; vpn < r->end; vpn++) {
            const struct cell *c = &im->cell[vpn];

            assert_true(c->mapped);
            assert_int_equal(c->flags, r->flags);
            assert_int_equal(c->kind, r->kind);
            assert_int_equal(c->committed, r->committed);
            assert_int_equal(c->source != 0, r->object != NULL);
            if (c->source)
                assert_int_equal(c->index, r->offset + (vpn - r->start));
        }
    }
}

/* All bytes that are in a frame, read behind the MMU's back. */
static void compare_bytes(const struct model *t, const struct image *im)
{
    struct radix_leaf leaf;

    for (vpn_t vpn = 0; radix_next(&im->proc->space.table, &leaf, vpn) == VM_OK; vpn++) {
        const uint8_t *frame = phys_frame(&t->m->world->phys, (pfn_t)leaf.ppn);

        vpn = leaf.va >> ATLAS_PAGE_SHIFT;
        assert_int_equal(frame[BYTE], shown(t, &im->cell[vpn]));
    }
}

static void compare(const struct model *t)
{
    assert_null(kernel_check(t->m->k));
    for (unsigned i = 0; i < 2; i++) {
        if (!t->image[i].proc)
            continue;
        compare_regions(&t->image[i]);
        compare_bytes(t, &t->image[i]);
        assert_int_equal(t->image[i].proc->space.brk, t->image[i].brk);
    }
}

/* ---- Calls --------------------------------------------------------------------------------- */

static unsigned below(struct model *t, unsigned n)
{
    return (unsigned)rng_below(&t->rng, n);
}

/* Pages of the process's part, at least one. */
static void random_range(struct model *t, const struct image *im, vpn_t *start, vpn_t *end)
{
    vpn_t lowest = im->proc->space.layout.lowest;

    *start = lowest + below(t, (unsigned)(PAGES - lowest));
    *end = *start + 1 + below(t, LONGEST);
    *end = *end < PAGES ? *end : PAGES;
}

static unsigned random_perms(struct model *t)
{
    static const unsigned perms[] = {0, R, RW, RW, RW, RX, REGION_W, REGION_X};

    return perms[below(t, 8)];
}

/* What the call maps, here and there. */
static void describe(struct model *t, struct mm_request *q, struct cell *c, uint64_t pages)
{
    bool shared = below(t, 2), file = below(t, 2);

    *q = (struct mm_request){.length = pages * 4096 - below(t, 4096), .perms = random_perms(t)};
    *c = (struct cell){.mapped = true, .flags = q->perms};
    if (shared) {
        q->flags = MM_SHARED;
        c->flags |= REGION_SHARED;
    }
    if (file) {
        q->object = &t->m->file;
        q->kind = REGION_FILE;
        c->kind = REGION_FILE;
        c->source = 1;
        c->index = below(t, MM_FILE_PAGES);
        q->offset = MM_PAGE(c->index);
    } else if (shared) {
        c->source = t->sources;
        q->offset = MM_PAGE(below(t, 9)); /* means nothing */
    }
}

static enum vm_status expect_place(struct model *t, struct image *im, const struct mm_request *q,
                                   vpn_t *start, uint64_t pages)
{
    vpn_t hint = q->address >> ATLAS_PAGE_SHIFT;

    if (q->flags & MM_FIXED) {
        *start = hint;
        return (q->flags & MM_NOREPLACE) && is_taken(im, hint, hint + pages) ? VM_EXISTS : VM_OK;
    }
    if (hint > 0 && hint + pages <= PAGES && is_free(im, hint, hint + pages)) {
        *start = hint;
        return VM_OK;
    }
    return place_for(t, im, start, pages) ? VM_OK : VM_NOMEM;
}

static void random_map(struct model *t, struct image *im)
{
    static const unsigned how[] = {0, 0, MM_FIXED, MM_FIXED | MM_NOREPLACE};
    struct mm_request q;
    struct cell c;
    vpn_t start, end;
    vaddr_t at;
    enum vm_status expected;

    random_range(t, im, &start, &end);
    describe(t, &q, &c, end - start);
    q.flags |= how[below(t, 4)];
    if ((q.flags & MM_FIXED) || below(t, 2))
        q.address = MM_PAGE(start);
    end -= start;
    expected = expect_place(t, im, &q, &start, end);
    assert_int_equal(mm_map(&im->proc->space, &at, &q), expected);
    if (expected != VM_OK)
        return;
    assert_int_equal(at, MM_PAGE(start));
    set(im, start, start + end, &c);
    if (c.source > 1)
        t->size[t->sources++] = (unsigned)end;
}

static void random_unmap(struct model *t, struct image *im)
{
    vpn_t start, end;

    random_range(t, im, &start, &end);
    assert_int_equal(mm_unmap(&im->proc->space, MM_PAGE(start), (end - start) * 4096), VM_OK);
    clear(im, start, end);
}

static void random_protect(struct model *t, struct image *im)
{
    unsigned perms = random_perms(t);
    vpn_t start, end;
    bool hole;

    random_range(t, im, &start, &end);
    hole = has_hole(im, start, end);
    assert_int_equal(mm_protect(&im->proc->space, MM_PAGE(start), (end - start) * 4096, perms),
                     hole ? VM_ABSENT : VM_OK);
    for (vpn_t vpn = start; vpn < end && !hole; vpn++) {
        struct cell *c = &im->cell[vpn];

        c->flags = (c->flags & ~(unsigned)REGION_PERMS) | perms;
        c->committed |= (perms & REGION_W) && !(c->flags & REGION_SHARED);
    }
}

static void random_advice(struct model *t, struct image *im)
{
    enum mm_advice advice = below(t, 3) ? MM_DONTNEED : MM_WILLNEED;
    vpn_t start, end;
    bool hole;

    random_range(t, im, &start, &end);
    hole = has_hole(im, start, end);
    assert_int_equal(mm_advise(&im->proc->space, MM_PAGE(start), (end - start) * 4096, advice),
                     hole ? VM_ABSENT : VM_OK);
    for (vpn_t vpn = start; vpn < end && !hole && advice == MM_DONTNEED; vpn++)
        im->cell[vpn].own = false;
}

static void random_brk(struct model *t, struct image *im)
{
    const struct cell heap = {.mapped = true, .flags = RW, .kind = REGION_HEAP};
    vaddr_t brk = MM_PAGE(HEAP) + below(t, 20 * 4096);
    vpn_t from = (im->brk + 4095) / 4096, to = (brk + 4095) / 4096;
    enum vm_status expected = VM_OK;

    if (to > from && !is_free(im, from, to))
        expected = VM_EXISTS;
    assert_int_equal(mm_brk(&im->proc->space, brk), expected);
    if (expected != VM_OK)
        return;
    if (to > from)
        set(im, from, to, &heap);
    else
        clear(im, to, from);
    im->brk = brk;
}

/* ---- mremap -------------------------------------------------------------------------------- */

static void move_cells(struct image *im, vpn_t start, vpn_t end, vpn_t to, uint64_t pages)
{
    struct cell moved[LONGEST];
    struct cell more = im->cell[end - 1];
    uint64_t kept = end - start < pages ? end - start : pages;

    memcpy(moved, &im->cell[start], kept * sizeof moved[0]);
    for (uint64_t i = kept; i < pages; i++) {
        more.index++;
        more.own = false;
        moved[i] = more;
    }
    clear(im, start, end);
    for (uint64_t i = 0; i < pages && to != start; i++) {
        if (moved[i].kind == REGION_HEAP || moved[i].kind == REGION_STACK)
            moved[i].kind = REGION_ANON;
        moved[i].flags &= ~(unsigned)REGION_GROWS_DOWN;
    }
    memcpy(&im->cell[to], moved, pages * sizeof moved[0]);
}

static bool one_region(const struct image *im, vpn_t start, vpn_t end)
{
    if (!im->cell[start].mapped)
        return false;
    while (start + 1 < end && cell_same(&im->cell[start]))
        start++;
    return start + 1 == end;
}

static enum vm_status expect_remap(struct model *t, struct image *im, const struct mm_remap *q,
                                   vpn_t start, vpn_t end, vpn_t *to, uint64_t pages)
{
    if (!one_region(im, start, end))
        return VM_ABSENT;
    if (q->flags & MM_FIXED)
        return (*to < end && start < *to + pages) || *to + pages > PAGES ? VM_RANGE : VM_OK;
    *to = start;
    if (start + pages <= end || (start + pages <= PAGES && is_free(im, end, start + pages)))
        return VM_OK;
    return (q->flags & MM_MAYMOVE) && place_for(t, im, to, pages) ? VM_OK : VM_NOMEM;
}

static void random_remap(struct model *t, struct image *im)
{
    static const unsigned how[] = {0, MM_MAYMOVE, MM_MAYMOVE, MM_FIXED};
    uint64_t pages = 1 + below(t, LONGEST);
    struct mm_remap q = {.length = pages * 4096, .flags = how[below(t, 4)]};
    enum vm_status expected;
    vpn_t start, end, to, to_end;
    vaddr_t at;

    random_range(t, im, &start, &end);
    random_range(t, im, &to, &to_end);
    while (end > start + 1 && !one_region(im, start, end))
        end--;
    q.old = MM_PAGE(start);
    q.old_length = (end - start) * 4096;
    q.address = MM_PAGE(to);
    expected = expect_remap(t, im, &q, start, end, &to, pages);
    assert_int_equal(mm_remap(&im->proc->space, &at, &q), expected);
    if (expected != VM_OK)
        return;
    assert_int_equal(at, MM_PAGE(to));
    move_cells(im, start, end, to, pages);
}

/* ---- Accesses and forks -------------------------------------------------------------------- */

/* A stack may grow down to an access: no region there, the next one above is it, and its limit and
 * the guard allow it. */
static void maybe_grow(struct image *im, vpn_t vpn)
{
    const struct space *s = &im->proc->space;
    vpn_t start = vpn, below_it = vpn, end;

    while (start < PAGES && !im->cell[start].mapped)
        start++;
    if (start == vpn || start == PAGES || !(im->cell[start].flags & REGION_GROWS_DOWN))
        return;
    for (end = start + 1; end < PAGES && cell_same(&im->cell[end - 1]);)
        end++;
    while (below_it > 0 && !im->cell[below_it - 1].mapped)
        below_it--;
    if (end - vpn > s->limits.stack || vpn < below_it + GUARD)
        return;
    for (vpn_t page = vpn; page < start; page++) {
        im->cell[page] = im->cell[start];
        im->cell[page].own = false;
    }
}

static void note_store(struct model *t, struct cell *c, uint8_t value)
{
    if (c->flags & REGION_SHARED) {
        t->byte[c->source][c->index] = value;
    } else {
        c->own = true;
        c->value = value;
    }
}

static void random_access(struct model *t, struct image *im)
{
    vpn_t vpn = im->proc->space.layout.lowest + below(t, PAGES - 8);
    unsigned acc = below(t, 2) ? MM_STORE : MM_LOAD;
    uint8_t value = (uint8_t)rng_next(&t->rng);
    enum proc_outcome expected = PROC_OK;
    struct cell *c;
    paddr_t pa;

    vpn = vpn < PAGES ? vpn : PAGES - 1;
    c = &im->cell[vpn];
    if (!c->mapped)
        maybe_grow(im, vpn);
    if (!c->mapped || !(c->flags & (acc == MM_STORE ? REGION_W : RW)))
        expected = PROC_SEGV;
    else if (shown(t, c) < 0)
        expected = PROC_SIGBUS;
    assert_int_equal(mm_access(t->m, im->proc, MM_PAGE(vpn) + BYTE, acc, &pa), expected);
    if (expected != PROC_OK)
        return;
    if (acc == MM_STORE) {
        *(uint8_t *)phys_ptr(&t->m->world->phys, pa) = value;
        note_store(t, c, value);
    }
    assert_int_equal(*(uint8_t *)phys_ptr(&t->m->world->phys, pa), shown(t, c));
}

static void fork_or_end(struct model *t)
{
    struct image *a = &t->image[below(t, 2)], *b = a == t->image ? &t->image[1] : t->image;

    if (a->proc && b->proc) {
        mm_end(t->m, a->proc);
        a->proc = NULL;
        return;
    }
    a = a->proc ? a : b;
    b = a == t->image ? &t->image[1] : t->image;
    *b = *a;
    b->proc = mm_fork(t->m, a->proc);
}

static void step(struct model *t, bool forks)
{
    struct image *im = &t->image[below(t, 2)];

    im = im->proc ? im : &t->image[im == t->image];
    switch (below(t, 16)) {
    case 0:
    case 1: random_map(t, im); break;
    case 2: random_unmap(t, im); break;
    case 3: random_protect(t, im); break;
    case 4: random_advice(t, im); break;
    case 5: random_brk(t, im); break;
    case 6:
    case 7: random_remap(t, im); break;
    case 8:
        if (forks && below(t, 4) == 0)
            fork_or_end(t);
        break;
    default: random_access(t, im);
    }
    compare(t);
}

/* ---- Runs ---------------------------------------------------------------------------------- */

static void begin(struct model *t, uint64_t seed)
{
    const struct kernel_config config = {
        .mode = seed % 2 ? ATLAS_MODE_SV39 : ATLAS_MODE_SV32,
        .svade = seed % 3 == 0,
        .layout = {.end = PAGES, .lowest = 4, .guard = GUARD, .mmap_up = seed % 4 >= 2}};
    const struct cell stack = {
        .mapped = true, .flags = RW | REGION_GROWS_DOWN, .kind = REGION_STACK};
    vaddr_t top;

    memset(t, 0, sizeof *t);
    rng_seed(&t->rng, seed);
    t->m = mm_open(WORLD_FRAMES, &config);
    t->up = config.layout.mmap_up;
    t->sources = 2;
    t->size[1] = MM_FILE_PAGES;
    for (unsigned i = 0; i < MM_FILE_PAGES; i++)
        t->byte[1][i] = (uint8_t)(100 + i);
    t->image[0].proc = t->m->p;
    mm_heap_begin(&t->m->p->space, MM_PAGE(HEAP));
    t->image[0].brk = MM_PAGE(HEAP);
    assert_int_equal(mm_stack(&t->m->p->space, &top, 2), VM_OK);
    set(&t->image[0], top / 4096 - 2, top / 4096, &stack);
}

static uint64_t number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text ? strtoull(text, NULL, 0) : otherwise;
}

static void run(bool forks)
{
    static struct model t;
    uint64_t only = number("ATLAS_SEED", UINT64_MAX), steps = number("ATLAS_STEPS", STEPS);

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        uint64_t this = only != UINT64_MAX ? only : seed;

        printf("ATLAS_SEED=%llu\n", (unsigned long long)this);
        begin(&t, this);
        for (uint64_t i = 0; i < steps && t.sources < SOURCES; i++)
            step(&t, forks);
        mm_close(t.m);
        if (only != UINT64_MAX)
            return;
    }
}

/* L13 L15 K16 K17 M9 M25 */
static void random_calls_agree_with_one_record_a_page(void **state)
{
    (void)state;
    run(false);
}

/* K17 K20 K21 L5 */
static void random_calls_of_parents_and_children_agree(void **state)
{
    (void)state;
    run(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_calls_agree_with_one_record_a_page),
        cmocka_unit_test(random_calls_of_parents_and_children_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
