/* test_os_radix_resize.c: NAPOT leaves, and leaves made smaller and larger. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rng.h"
#include "os/paging/radix_resize.h"
#include "os/paging/radix_share.h"
#include "radix_fixture.h"

enum { NAPOT_BYTES = 0x10000 };

static const uint64_t AD = PTE_AD, NAPOT_RWU = RWU | PTE_NAPOT;
static const uint64_t IO = UINT64_C(2) << 61;

static bool has_napot(const struct radix *t)
{
    return t->mode->pte_bytes == 8;
}

static void assert_same_leaf(const struct radix_leaf *a, const struct radix_leaf *b)
{
    assert_int_equal(a->va, b->va);
    assert_int_equal(a->slot, b->slot);
    assert_int_equal(a->pte, b->pte);
    assert_int_equal(a->ppn, b->ppn);
    assert_int_equal(a->pages, b->pages);
    assert_int_equal(a->level, b->level);
}

/* ---- NAPOT leaves -------------------------------------------------------------------------- */

/* P10 P15: 16 equal entries, N, and page number xxxx1000 */
static void napot_words_are_as_specified(struct radix_world *f)
{
    if (!has_napot(&f->table))
        return;
    assert_int_equal(radix_map(&f->table, 0x30000, 0, 0x12340, NAPOT_RWU | IO), VM_OK);
    for (vaddr_t va = 0x20000; va < 0x50000; va += 0x1000) {
        uint64_t pte = UINT64_C(1) << 63 | UINT64_C(2) << 61 | 0x12348 << 10 | 0x17;

        assert_int_equal(radix_world_entry(f, va, 0), va >> 16 == 3 ? pte : 0);
    }
}

static void napot_is_one_leaf(struct radix_world *f) /* P15 */
{
    struct radix *t = &f->table;
    struct radix_leaf leaf;

    if (!has_napot(t))
        return;
    radix_map(t, 0x30000, 0, 0x12340, NAPOT_RWU);
    assert_int_equal(t->tables, t->mode->levels);
    assert_int_equal(radix_lookup(t, &leaf, 0x2ffff), VM_ABSENT);
    assert_int_equal(radix_lookup(t, &leaf, 0x40000), VM_ABSENT);
    for (unsigned i = 0; i < NAPOT_PAGES; i++) {
        assert_int_equal(radix_lookup(t, &leaf, 0x30fff + i * 0x1000), VM_OK);
        assert_int_equal(leaf.va, 0x30000);
        assert_int_equal(leaf.ppn, 0x12340);
        assert_int_equal(leaf.pages, 16);
        assert_int_equal(leaf.level, 0);
        assert_int_equal(world_word(f->world, leaf.slot - 8), 0);
    }
    assert_int_equal(radix_next(t, &leaf, 0x3f), VM_OK);
    assert_int_equal(leaf.va, 0x30000);
    assert_int_equal(radix_next(t, &leaf, 0x40), VM_ABSENT);
    assert_int_equal(radix_unmap(t, &leaf, 0x3abcd), VM_OK);
    assert_int_equal(leaf.ppn, 0x12340);
    assert_int_equal(t->tables, 1);
}

static void napot_has_what_any_entry_has(struct radix_world *f) /* P10 */
{
    struct radix *t = &f->table;
    struct radix_leaf leaf;

    if (!has_napot(t))
        return;
    radix_map(t, 0x30000, 0, 0x12340, NAPOT_RWU);
    radix_lookup(t, &leaf, 0x30000);
    phys_word_write(t->phys, leaf.slot + 5 * 8, leaf.pte | PTE_BIT(A), 8); /* as the hardware */
    phys_word_write(t->phys, leaf.slot + 9 * 8, leaf.pte | AD, 8);
    radix_lookup(t, &leaf, 0x3f000);
    assert_int_equal(leaf.pte & AD, AD);
    assert_int_equal(radix_change(t, 0x32000, PTE_BIT(D) | PTE_BIT(W), PTE_BIT(X)), VM_OK);
    assert_int_equal(radix_world_entry(f, 0x30000, 0) & 0xff, 0x1b);
    assert_int_equal(radix_world_entry(f, 0x35000, 0) & 0xff, 0x5b);
    assert_int_equal(radix_world_entry(f, 0x39000, 0) & 0xff, 0x5b);
    radix_change(t, 0x32000, PTE_BIT(A), 0);
    radix_lookup(t, &leaf, 0x30000);
    assert_int_equal(leaf.pte & AD, 0);
}

static void napot_in_impossible_places_is_refused(struct radix_world *f)
{
    struct radix *t = &f->table;

    if (!has_napot(t)) {
        expect_assert_failure(radix_map(t, 0x30000, 0, 0x12340, NAPOT_RWU));
        expect_assert_failure(radix_map(t, 0x30000, 0, 0x12340, RWU | IO));
        return;
    }
    assert_int_equal(radix_map(t, 0x31000, 0, 0x12340, NAPOT_RWU), VM_RANGE);
    assert_int_equal(radix_map(t, 0x30000, 0, 0x12348, NAPOT_RWU), VM_RANGE);
    assert_int_equal(radix_map(t, 0, 1, 0, NAPOT_RWU), VM_RANGE);
    assert_int_equal(t->tables, 1);
    for (unsigned i = 0; i < NAPOT_PAGES; i++) {
        radix_map(t, 0x30000 + i * 0x1000, 0, 1, RWU);
        assert_int_equal(radix_map(t, 0x30000, 0, 0x12340, NAPOT_RWU), VM_EXISTS);
        radix_unmap(t, NULL, 0x30000 + i * 0x1000);
    }
    assert_int_equal(radix_map(t, 0x30000, 0, 0x12340, NAPOT_RWU), VM_OK);
    assert_int_equal(radix_map(t, 0x3f000, 0, 1, RWU), VM_EXISTS);
    expect_assert_failure(radix_replace(t, 0x30000, 1, RWU));
    expect_assert_failure(radix_change(t, 0x30000, PTE_NAPOT, 0));
}

static void reserved_flags_are_a_bug(struct radix_world *f) /* P10 */
{
    struct radix *t = &f->table;

    expect_assert_failure(radix_map(t, 0, 0, 1, PTE_BIT(V) | PTE_BIT(W)));
    expect_assert_failure(radix_map(t, 0, 0, 1, PTE_BIT(V)));
    expect_assert_failure(radix_map(t, 0, 0, 1, PTE_BIT(R)));
    expect_assert_failure(radix_map(t, 0, 0, 1, RWU | ATLAS_MASK(PTE64_PBMT)));
    expect_assert_failure(radix_map(t, 0, 0, 1, RWU | ATLAS_MASK(PTE64_RESERVED)));
    assert_int_equal(radix_map(t, 0, 0, 1, RWU | PTE_BIT(RSW)), VM_OK);
    assert_int_equal(radix_world_entry(f, 0, 0), 1 << 10 | 3 << 8 | 0x17);
    expect_assert_failure(radix_change(t, 0, PTE_BIT(R), 0));
}

/* ---- Split and merge, one at a time -------------------------------------------------------- */

/* P15: each level's leaf becomes a table of the next, and that a leaf again. */
static void split_and_merge_at_every_level(struct radix_world *f)
{
    struct radix *t = &f->table;

    for (unsigned level = 1; level < t->mode->levels; level++) {
        uint64_t pages = paging_leaf_pages(t->mode, level), bytes = pages << 12;
        uint64_t part = paging_leaf_pages(t->mode, level - 1);
        uint64_t flags = RWU | PTE_BIT(G) | PTE_BIT(A) | PTE_BIT(RSW);
        struct radix_leaf leaf, old;
        vaddr_t va = bytes;

        radix_map(t, bytes, level, 5 * pages, flags);
        radix_lookup(t, &old, va);
        assert_int_equal(t->tables, t->mode->levels - level);
        assert_int_equal(radix_split(t, va + 0x1234), VM_OK);
        assert_int_equal(radix_world_entry(f, va, level) & 0x3ff, PTE_BIT(V));
        assert_int_equal(t->tables, t->mode->levels - level + 1);
        for (unsigned i = 0; i < 1u << t->mode->index_bits; i++, va += part << 12) {
            assert_int_equal(radix_lookup(t, &leaf, va), VM_OK);
            assert_int_equal(leaf.va, va);
            assert_int_equal(leaf.level, level - 1);
            assert_int_equal(leaf.ppn, 5 * pages + i * part);
            assert_int_equal(leaf.pte & PTE_FLAGS, flags);
        }
        assert_int_equal(radix_lookup(t, &leaf, va), VM_ABSENT);
        assert_int_equal(radix_merge(t, va - 1, level), VM_OK);
        radix_lookup(t, &leaf, bytes);
        assert_same_leaf(&leaf, &old);
        radix_unmap(t, NULL, bytes);
        assert_int_equal(t->tables, 1);
    }
}

static void split_and_merge_of_napot(struct radix_world *f) /* P15 */
{
    struct radix *t = &f->table;
    struct radix_leaf leaf, old;

    if (!has_napot(t))
        return;
    radix_map(t, 0x30000, 0, 0x12340, NAPOT_RWU | IO);
    radix_lookup(t, &old, 0x30000);
    assert_int_equal(radix_split(t, 0x3ffff), VM_OK);
    for (unsigned i = 0; i < NAPOT_PAGES; i++) {
        radix_lookup(t, &leaf, 0x30000 + i * 0x1000);
        assert_int_equal(leaf.pages, 1);
        assert_int_equal(leaf.pte, IO | (0x12340 + i) << 10 | RWU);
    }
    assert_int_equal(radix_split(t, 0x30000), VM_RANGE);
    assert_int_equal(radix_merge(t, 0x34567, 0), VM_OK);
    radix_lookup(t, &leaf, 0x30000);
    assert_same_leaf(&leaf, &old);
    assert_int_equal(radix_merge(t, 0x30000, 0), VM_EXISTS);
}

/* A superpage becomes small pages in as many steps as there are levels, and one page again. */
static void all_the_way_down_and_up(struct radix_world *f)
{
    struct radix *t = &f->table;
    unsigned top = t->mode->levels - 1u;
    struct radix_leaf leaf;

    radix_map(t, 0, top, 0, RWU);
    for (unsigned level = top; level > 0; level--)
        assert_int_equal(radix_split(t, 0x7000), VM_OK);
    radix_lookup(t, &leaf, 0x7000);
    assert_int_equal(leaf.ppn, 7);
    assert_int_equal(leaf.pages, 1);
    assert_int_equal(t->tables, t->mode->levels);
    for (unsigned level = 2; level <= top; level++)
        assert_int_equal(radix_merge(t, 0x7000, level), VM_ABSENT); /* pointers below */
    for (unsigned level = 1; level <= top; level++)
        assert_int_equal(radix_merge(t, 0x7000, level), VM_OK);
    radix_lookup(t, &leaf, 0x7000);
    assert_int_equal(leaf.level, top);
    assert_int_equal(t->tables, 1);
}

/* A table of 4 KiB pages merges whether some of them are NAPOT or none. */
static void napot_pages_merge_into_a_superpage(struct radix_world *f)
{
    struct radix *t = &f->table;
    struct radix_leaf leaf;

    if (!has_napot(t))
        return;
    radix_map(t, 0, 1, 512, RWU);
    radix_split(t, 0);
    for (vaddr_t va = 0; va < 0x200000; va += 3 * NAPOT_BYTES)
        assert_int_equal(radix_merge(t, va, 0), VM_OK);
    assert_int_equal(radix_merge(t, 0, 1), VM_OK);
    radix_lookup(t, &leaf, 0);
    assert_int_equal(leaf.pte, 512 << 10 | RWU);
    assert_int_equal(leaf.level, 1);
}

/* ---- A and D ------------------------------------------------------------------------------- */

static void a_and_d_of_any_part_are_the_whole_pages(struct radix_world *f) /* P10 */
{
    struct radix *t = &f->table;
    struct radix_leaf leaf;

    for (unsigned level = has_napot(t) ? 0 : 1; level < 2; level++) {
        vaddr_t end = level > 0 ? paging_leaf_pages(t->mode, 1) << 12 : NAPOT_BYTES;

        radix_map(t, 0, 1, 0, RWU);
        radix_split(t, 0);
        radix_change(t, end - 0x1000, 0, PTE_BIT(A));
        radix_merge(t, 0, level);
        radix_lookup(t, &leaf, 0);
        assert_int_equal(leaf.pte & AD, PTE_BIT(A));
        radix_split(t, 0);
        radix_change(t, 0x2000, 0, PTE_BIT(D));
        radix_merge(t, 0, level);
        radix_lookup(t, &leaf, 0);
        assert_int_equal(leaf.pte & AD, AD);
        radix_split(t, 0);
        for (vaddr_t va = 0; va < end; va += 0x1000) {
            radix_lookup(t, &leaf, va);
            assert_int_equal(leaf.pte & AD, AD);
        }
        radix_change(t, 0, AD, 0);
        radix_lookup(t, &leaf, 0x1000);
        assert_int_equal(leaf.pte & AD, AD);
        radix_merge(t, 0, 1);
        radix_unmap(t, NULL, 0);
    }
}

/* The hardware has set D in one entry of a NAPOT page only: all parts may have been written. */
static void d_of_one_napot_entry_is_every_parts(struct radix_world *f) /* P10 */
{
    struct radix *t = &f->table;
    struct radix_leaf leaf;

    if (!has_napot(t))
        return;
    radix_map(t, 0x30000, 0, 0x12340, NAPOT_RWU);
    radix_lookup(t, &leaf, 0x30000);
    phys_word_write(t->phys, leaf.slot + 9 * 8, leaf.pte | AD, 8);
    radix_split(t, 0x30000);
    for (unsigned i = 0; i < NAPOT_PAGES; i++)
        assert_int_equal(radix_world_entry(f, 0x30000 + i * 0x1000, 0) & 0xff, RWU | AD);
}

/* ---- What cannot be ------------------------------------------------------------------------ */

static void merge_refuses_what_translates_otherwise(struct radix_world *f)
{
    struct radix *t = &f->table;
    uint64_t pages = paging_leaf_pages(t->mode, 1);
    unsigned lowest = has_napot(t) ? 0 : 1;

    radix_map(t, 0, 1, pages, RWU);
    assert_int_equal(radix_merge(t, 0, 1), VM_EXISTS);
    radix_split(t, 0);
    for (unsigned level = lowest; level < 2; level++) {
        vaddr_t last = level > 0 ? (pages - 1) << 12 : 0xf000;

        radix_unmap(t, NULL, last); /* a hole */
        assert_int_equal(radix_merge(t, 0, level), VM_ABSENT);
        radix_map(t, last, 0, 3, RWU); /* another frame */
        assert_int_equal(radix_merge(t, 0, level), VM_ABSENT);
        radix_replace(t, last, pages + (last >> 12), RWU | PTE_BIT(X)); /* other flags */
        assert_int_equal(radix_merge(t, 0, level), VM_ABSENT);
        radix_replace(t, last, pages + (last >> 12), RWU | PTE_BIT(RSW));
        assert_int_equal(radix_merge(t, 0, level), VM_ABSENT);
        radix_replace(t, last, pages + (last >> 12), RWU);
    }
    assert_int_equal(t->tables, t->mode->levels);
    for (unsigned i = 0; i < pages; i++)
        radix_replace(t, (vaddr_t)i << 12, pages + 1 + i, RWU); /* in order, but not aligned */
    for (unsigned level = lowest; level < 2; level++)
        assert_int_equal(radix_merge(t, 0, level), VM_ABSENT);
}

static void no_such_place_no_such_leaf(struct radix_world *f)
{
    struct radix *t = &f->table;

    assert_int_equal(radix_split(t, 0x1000), VM_ABSENT);
    assert_int_equal(radix_split(t, UINT64_C(1) << 58), VM_ABSENT);
    for (unsigned level = has_napot(t) ? 0 : 1; level < t->mode->levels; level++)
        assert_int_equal(radix_merge(t, 0x1000, level), VM_ABSENT);
    assert_int_equal(radix_merge(t, 0x1000, t->mode->levels), VM_RANGE);
    assert_int_equal(radix_merge(t, UINT64_C(1) << 58, 1), VM_RANGE);
    radix_map(t, 0x1000, 0, 1, RWU);
    if (!has_napot(t))
        assert_int_equal(radix_merge(t, 0x1000, 0), VM_RANGE);
    assert_int_equal(radix_split(t, 0x1000), VM_RANGE);
}

/* The tables of a shared part are another's: they stay as they are. */
static void shared_part_is_neither_split_nor_merged(struct radix_world *f)
{
    struct radix *kernel = &f->table, t;
    vaddr_t va = paging_kernel_base(kernel->mode);
    uint32_t tables;

    assert_int_equal(radix_create(&t, kernel->phys, kernel->frames, kernel->mode, 8, 10), VM_OK);
    radix_map(kernel, va, 1, 0, RWU);
    radix_split(kernel, va);
    tables = kernel->frames->by_kind[FRAME_TABLE];
    radix_share(&t, kernel);
    assert_int_equal(radix_merge(&t, va, 1), VM_RANGE);
    assert_int_equal(radix_split(&t, va), VM_ABSENT);
    assert_int_equal(kernel->frames->by_kind[FRAME_TABLE], tables);
    assert_int_equal(radix_merge(kernel, va, 1), VM_OK);
    assert_int_equal(kernel->frames->by_kind[FRAME_TABLE], tables - 1);
    radix_destroy(&t);
}

/* P17: a split that gets no table changes nothing, whether frames or the limit ran out. */
static void failing_split_changes_nothing(void **state)
{
    (void)state;
    for (unsigned i = 0; i < RADIX_MODES; i++) {
        for (unsigned by_limit = 0; by_limit < 2; by_limit++) {
            const unsigned levels = paging_mode(radix_modes[i])->levels;
            struct radix_world f;
            struct radix_leaf old, leaf;

            radix_world_open(&f, radix_modes[i], by_limit ? WORLD_FRAMES : levels - 1u,
                             by_limit ? levels - 1u : RADIX_NO_LIMIT);
            assert_int_equal(radix_map(&f.table, 0, 1, 0, RWU | PTE_BIT(D)), VM_OK);
            radix_lookup(&f.table, &old, 0);
            assert_int_equal(radix_split(&f.table, 0), by_limit ? VM_LIMIT : VM_NOMEM);
            assert_int_equal(radix_lookup(&f.table, &leaf, 0), VM_OK);
            assert_same_leaf(&leaf, &old);
            assert_int_equal(f.table.tables, levels - 1u);
            assert_int_equal(f.world->frames.by_kind[FRAME_TABLE], levels - 1u);
            radix_world_close(&f);
        }
    }
}

/* P17: each table that a NAPOT page needs is refused in turn. */
static void failing_napot_map_leaves_nothing(void **state)
{
    (void)state;
    for (unsigned i = 1; i < RADIX_MODES; i++) {
        const unsigned levels = paging_mode(radix_modes[i])->levels;

        for (unsigned frames = 1; frames < levels; frames++) {
            struct radix_world f;

            radix_world_open(&f, radix_modes[i], frames, RADIX_NO_LIMIT);
            assert_int_equal(radix_map(&f.table, 0, 0, 0x20, NAPOT_RWU), VM_NOMEM);
            assert_int_equal(f.table.tables, 1);
            assert_int_equal(f.world->frames.by_kind[FRAME_TABLE], 1);
            radix_world_close(&f);
        }
    }
}

/* ---- Random use of all sizes against a flat array of pages --------------------------------- */

enum { MOST = 1024, WINDOW = 1 }; /* pages of a level-1 leaf; the tests' is number 1 */

struct page {
    uint64_t ppn, flags; /* flags 0: not there; A and D: of the leaf */
    uint64_t leaf;       /* pages of the leaf that it is in          */
};

struct pages {
    struct page page[MOST];
    unsigned count;
};

static void set(struct pages *p, uint64_t first, uint64_t count, uint64_t ppn, uint64_t flags)
{
    for (uint64_t i = 0; i < count; i++)
        p->page[first + i] = (struct page){ppn + i, flags, count};
}

static bool is_free(const struct pages *p, uint64_t first, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (p->page[first + i].flags)
            return false;
    }
    return true;
}

static uint64_t start_of(const struct pages *p, uint64_t i)
{
    return i - i % p->page[i].leaf;
}

static bool joins(const struct pages *p, uint64_t first, uint64_t count, uint64_t *ad)
{
    const struct page *page = &p->page[first];

    *ad = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (!page[i].flags || ((page[i].flags ^ page->flags) & ~AD) || page[i].ppn != page->ppn + i)
            return false;
        *ad |= page[i].flags & AD;
    }
    return page->ppn % count == 0;
}

static void step_map(struct radix *t, struct pages *p, struct rng *rng, uint64_t i)
{
    uint64_t size = rng_one_in(rng, 40) ? p->count : rng_one_in(rng, 2) && has_napot(t) ? 16 : 1;
    uint64_t first = i - i % size;
    uint64_t ppn = first + (rng_one_in(rng, 50) ? 2 * p->count : p->count);
    uint64_t flags =
        RWU | (rng_one_in(rng, 50) ? PTE_BIT(X) : 0) | (rng_one_in(rng, 4) ? PTE_BIT(D) : 0);
    bool ok = is_free(p, first, size);

    assert_int_equal(radix_map(t, ((vaddr_t)p->count * WINDOW + first) << 12, size == p->count, ppn,
                               flags | (size == 16 ? PTE_NAPOT : 0)),
                     ok ? VM_OK : VM_EXISTS);
    if (ok)
        set(p, first, size, ppn, flags);
}

/* Map what lacks around page i, so that there is something to merge. */
static void step_fill(struct radix *t, struct pages *p, uint64_t i, uint64_t size)
{
    for (uint64_t k = i - i % size, n = 0; n < size; n++, k++) {
        if (!p->page[k].flags) {
            radix_map(t, ((vaddr_t)p->count * WINDOW + k) << 12, 0, p->count + k, RWU);
            set(p, k, 1, p->count + k, RWU);
        }
    }
}

static void step_unmap(struct radix *t, struct pages *p, uint64_t i, vaddr_t va)
{
    bool there = p->page[i].flags;
    struct radix_leaf leaf;

    assert_int_equal(radix_unmap(t, &leaf, va), there ? VM_OK : VM_ABSENT);
    if (there)
        set(p, start_of(p, i), p->page[i].leaf, 0, 0);
}

static void step_change(struct radix *t, struct pages *p, uint64_t i, vaddr_t va, struct rng *rng)
{
    uint64_t clear = rng_one_in(rng, 2) ? PTE_BIT(D) | PTE_BIT(X) : PTE_BIT(X);
    uint64_t add = rng_one_in(rng, 2) ? PTE_BIT(A) : 0;
    bool there = p->page[i].flags;

    assert_int_equal(radix_change(t, va, clear, add), there ? VM_OK : VM_ABSENT);
    for (uint64_t k = 0; there && k < p->page[i].leaf; k++) {
        struct page *page = &p->page[start_of(p, i) + k];

        page->flags = (page->flags & ~clear) | add;
    }
}

static void step_split(struct radix *t, struct pages *p, uint64_t i, vaddr_t va)
{
    const struct page *page = &p->page[i];

    assert_int_equal(radix_split(t, va), !page->flags      ? VM_ABSENT
                                         : page->leaf == 1 ? VM_RANGE
                                                           : VM_OK);
    if (page->flags) {
        for (uint64_t k = 0, first = start_of(p, i), n = page->leaf; k < n; k++)
            p->page[first + k].leaf = 1;
    }
}

static void step_merge(struct radix *t, struct pages *p, uint64_t i, vaddr_t va, bool whole)
{
    uint64_t size = whole ? p->count : 16, first = i - i % size, ad;
    enum vm_status want = VM_OK;

    if (size < p->count && !has_napot(t))
        want = VM_RANGE;
    else if (p->page[i].flags && p->page[i].leaf >= size)
        want = VM_EXISTS;
    else if (!joins(p, first, size, &ad))
        want = VM_ABSENT;
    assert_int_equal(radix_merge(t, va, whole), want);
    if (want == VM_OK)
        set(p, first, size, p->page[first].ppn, (p->page[first].flags & ~AD) | ad);
}

static void check_page(const struct radix *t, const struct pages *p, uint64_t i, vaddr_t va)
{
    const struct page *page = &p->page[i];
    struct radix_leaf leaf;

    assert_int_equal(radix_lookup(t, &leaf, va), page->flags ? VM_OK : VM_ABSENT);
    if (page->flags) {
        assert_int_equal(leaf.pages, page->leaf);
        assert_int_equal(leaf.ppn + i % page->leaf, page->ppn);
        assert_int_equal(leaf.pte & PTE_FLAGS & ~PTE_NAPOT, page->flags);
        assert_int_equal(leaf.level, page->leaf == p->count);
    }
}

/* The walk over the whole table visits each leaf of the array once, in order. */
static void check_walk(const struct radix *t, const struct pages *p)
{
    vpn_t from = 0, base = (vpn_t)p->count * WINDOW;
    struct radix_leaf leaf;

    for (uint64_t i = 0; i < p->count; i += p->page[i].flags ? p->page[i].leaf : 1) {
        if (!p->page[i].flags)
            continue;
        assert_int_equal(radix_next(t, &leaf, from), VM_OK);
        assert_int_equal(leaf.va >> 12, base + i);
        check_page(t, p, i, leaf.va);
        from = base + i + leaf.pages;
    }
    assert_int_equal(radix_next(t, &leaf, from), VM_ABSENT);
}

static void check_tables(const struct radix *t, const struct pages *p)
{
    unsigned want = t->mode->levels;

    if (is_free(p, 0, p->count))
        want = 1;
    else if (p->page[0].flags && p->page[0].leaf == p->count)
        want = t->mode->levels - 1u;
    assert_int_equal(t->tables, want);
    assert_int_equal(t->frames->by_kind[FRAME_TABLE], want);
}

static void random_use_of_all_sizes_agrees_with_a_flat_array(struct radix_world *f) /* P9 P15 */
{
    static struct pages p;
    struct radix *t = &f->table;
    unsigned merged = 0;
    struct rng rng;

    p = (struct pages){.count = 1u << t->mode->index_bits};
    rng_seed(&rng, t->mode->code);
    for (unsigned k = 0; k < 20000; k++) {
        uint64_t i = rng_below(&rng, k % 1000 < 500 ? 48 : p.count);
        vaddr_t va = (((vaddr_t)p.count * WINDOW + i) << 12) + rng_below(&rng, 4096);

        switch (rng_below(&rng, 12)) {
        case 0:
        case 1:
        case 2: step_map(t, &p, &rng, i); break;
        case 3: step_unmap(t, &p, i, va); break;
        case 4: step_change(t, &p, i, va, &rng); break;
        case 5: step_split(t, &p, i, va); break;
        case 6:
        case 7: step_merge(t, &p, i, va, false); break;
        case 8: step_merge(t, &p, i, va, true); break;
        case 9: step_fill(t, &p, i, rng_one_in(&rng, 8) ? p.count : 16); break;
        default: check_page(t, &p, i, va);
        }
        merged += p.page[i].flags && p.page[i].leaf == p.count;
        check_tables(t, &p);
        if (k % 100 == 0)
            check_walk(t, &p);
    }
    assert_in_range(merged, 20, 19000);
    for (uint64_t i = 0; i < p.count; i++)
        radix_unmap(t, NULL, ((vaddr_t)p.count * WINDOW + i) << 12);
    assert_int_equal(t->tables, 1);
}

IN_EACH_MODE(napot_words_are_as_specified)
IN_EACH_MODE(napot_is_one_leaf)
IN_EACH_MODE(napot_has_what_any_entry_has)
IN_EACH_MODE(napot_in_impossible_places_is_refused)
IN_EACH_MODE(reserved_flags_are_a_bug)
IN_EACH_MODE(split_and_merge_at_every_level)
IN_EACH_MODE(split_and_merge_of_napot)
IN_EACH_MODE(all_the_way_down_and_up)
IN_EACH_MODE(napot_pages_merge_into_a_superpage)
IN_EACH_MODE(a_and_d_of_any_part_are_the_whole_pages)
IN_EACH_MODE(d_of_one_napot_entry_is_every_parts)
IN_EACH_MODE(merge_refuses_what_translates_otherwise)
IN_EACH_MODE(no_such_place_no_such_leaf)
IN_EACH_MODE(shared_part_is_neither_split_nor_merged)
IN_EACH_MODE(random_use_of_all_sizes_agrees_with_a_flat_array)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(napot_words_are_as_specified_in_each_mode),
        cmocka_unit_test(napot_is_one_leaf_in_each_mode),
        cmocka_unit_test(napot_has_what_any_entry_has_in_each_mode),
        cmocka_unit_test(napot_in_impossible_places_is_refused_in_each_mode),
        cmocka_unit_test(reserved_flags_are_a_bug_in_each_mode),
        cmocka_unit_test(split_and_merge_at_every_level_in_each_mode),
        cmocka_unit_test(split_and_merge_of_napot_in_each_mode),
        cmocka_unit_test(all_the_way_down_and_up_in_each_mode),
        cmocka_unit_test(napot_pages_merge_into_a_superpage_in_each_mode),
        cmocka_unit_test(a_and_d_of_any_part_are_the_whole_pages_in_each_mode),
        cmocka_unit_test(d_of_one_napot_entry_is_every_parts_in_each_mode),
        cmocka_unit_test(merge_refuses_what_translates_otherwise_in_each_mode),
        cmocka_unit_test(no_such_place_no_such_leaf_in_each_mode),
        cmocka_unit_test(shared_part_is_neither_split_nor_merged_in_each_mode),
        cmocka_unit_test(failing_split_changes_nothing),
        cmocka_unit_test(failing_napot_map_leaves_nothing),
        cmocka_unit_test(random_use_of_all_sizes_agrees_with_a_flat_array_in_each_mode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
