/* test_os_page_tables.c: every kind of page table against a flat array of pages, through the one
 * interface that they share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rng.h"
#include "os/paging/flat.h"
#include "os/paging/hashed.h"
#include "os/paging/inverted.h"
#include "os/paging/radix_ops.h"
#include "radix_fixture.h"

enum { PAGES = 1200, FIRST = 0x123, OWNER = 7, OTHER = 8 };

/* One table of one kind, and what is in it. */
struct fixture {
    const struct kind *kind;
    struct world *world;
    const struct page_table_ops *ops;
    void *table;
    union {
        struct radix radix;
        struct flat flat;
        struct hashed hashed;
        struct inverted inverted;
    } as;
    struct inverted_process process;
    struct page_entry page[PAGES]; /* pages 0: not mapped */
    unsigned mapped;
};

struct kind {
    const char *name;
    enum vm_status (*open)(struct fixture *f);
    unsigned mode;  /* ATLAS_MODE_*                             */
    vpn_t stride;   /* between pages of the array               */
    bool by_frame;  /* a frame can be mapped once               */
    uint64_t empty; /* bytes of a table without pages, or 0: the same with and without */
};

static enum vm_status open_radix(struct fixture *f)
{
    f->ops = &radix_ops;
    f->table = &f->as.radix;
    return radix_create(&f->as.radix, &f->world->phys, &f->world->frames,
                        paging_mode(f->kind->mode), OWNER, RADIX_NO_LIMIT);
}

static enum vm_status open_flat(struct fixture *f)
{
    f->ops = &flat_ops;
    f->table = &f->as.flat;
    return flat_create(&f->as.flat, &f->world->phys, &f->world->frames, paging_mode(f->kind->mode),
                       OWNER, FIRST, PAGES);
}

static enum vm_status open_hashed(struct fixture *f)
{
    f->ops = &hashed_ops;
    f->table = &f->as.hashed;
    hashed_create(&f->as.hashed, &f->world->phys, &f->world->frames, OWNER);
    return VM_OK;
}

static enum vm_status open_inverted(struct fixture *f)
{
    f->ops = &inverted_ops;
    f->process = (struct inverted_process){&f->as.inverted, OWNER};
    f->table = &f->process;
    return inverted_create(&f->as.inverted, &f->world->phys, &f->world->frames);
}

static const struct kind kinds[] = {
    {"Sv32", open_radix, ATLAS_MODE_SV32, 40, false, 4096},
    {"Sv39", open_radix, ATLAS_MODE_SV39, 20, false, 4096},
    {"Sv48", open_radix, ATLAS_MODE_SV48, 20, false, 4096},
    {"Sv57", open_radix, ATLAS_MODE_SV57, 20, false, 4096},
    {"flat, 4 bytes", open_flat, ATLAS_MODE_SV32, 1, false, 0},
    {"flat, 8 bytes", open_flat, ATLAS_MODE_SV39, 1, false, 0},
    {"hashed, neighbours", open_hashed, 0, 1, false, 1},
    {"hashed, spread", open_hashed, 0, UINT64_C(0x40000000), false, 1},
    {"inverted", open_inverted, 0, 1, true, 0},
    {"inverted, spread", open_inverted, 0, UINT64_C(0x80000), true, 0},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static vpn_t vpn_of(const struct fixture *f, unsigned i)
{
    return FIRST + i * f->kind->stride;
}

static uint64_t table_bytes(const struct fixture *f)
{
    return (uint64_t)f->world->frames.by_kind[FRAME_TABLE] * ATLAS_PAGE_SIZE;
}

/* Every second frame of the world is taken, so that no two free ones are neighbours. */
static void make_holes(struct world *w, unsigned frames)
{
    for (unsigned i = 0; i < frames; i++)
        frames_alloc(&w->frames, FRAME_KERNEL, 1);
    for (unsigned i = 0; i < frames; i += 2)
        frames_drop(&w->frames, WORLD_FIRST + i);
}

static enum vm_status fixture_open(struct fixture *f, const struct kind *kind, unsigned frames,
                                   bool holes)
{
    enum vm_status status;

    *f = (struct fixture){.kind = kind, .world = world_open(frames)};
    if (holes)
        make_holes(f->world, frames);
    status = kind->open(f);
    if (status != VM_OK) {
        assert_int_equal(table_bytes(f), 0);
        world_close(f->world);
    }
    return status;
}

static void fixture_close(struct fixture *f)
{
    f->ops->destroy(f->table);
    if (f->ops == &inverted_ops) {
        assert_int_equal(f->as.inverted.used, 0);
        inverted_destroy(&f->as.inverted);
    }
    assert_int_equal(table_bytes(f), 0);
    world_close(f->world);
}

static void in_each_kind(void (*body)(struct fixture *))
{
    for (unsigned i = 0; i < 2 * KINDS; i++) {
        static struct fixture f;

        assert_int_equal(fixture_open(&f, &kinds[i / 2], WORLD_FRAMES, i % 2), VM_OK);
        body(&f);
        fixture_close(&f);
    }
}

/* ---- Against the array --------------------------------------------------------------------- */

static bool frame_is_mapped(const struct fixture *f, uint64_t ppn)
{
    for (unsigned i = 0; i < PAGES; i++) {
        if (f->page[i].pages > 0 && f->page[i].ppn == ppn)
            return true;
    }
    return false;
}

/* Map page i. An expected refusal is checked; returns false if memory is short. */
static bool try_map(struct fixture *f, unsigned i, uint64_t ppn, uint64_t flags)
{
    bool taken = f->page[i].pages > 0 || (f->kind->by_frame && frame_is_mapped(f, ppn));
    enum vm_status status = f->ops->map(f->table, vpn_of(f, i), ppn, flags);

    if (status == VM_NOMEM && !taken)
        return false;
    assert_int_equal(status, taken ? VM_EXISTS : VM_OK);
    if (taken)
        return true;
    f->page[i] = (struct page_entry){vpn_of(f, i), ppn, 1, flags, 0};
    f->mapped++;
    return true;
}

static void assert_same(const struct page_entry *a, const struct page_entry *b)
{
    assert_int_equal(a->vpn, b->vpn);
    assert_int_equal(a->ppn, b->ppn);
    assert_int_equal(a->pages, b->pages);
    assert_int_equal(a->flags, b->flags);
}

static void unmap(struct fixture *f, unsigned i)
{
    bool there = f->page[i].pages > 0;
    struct page_entry old;

    assert_int_equal(f->ops->unmap(f->table, &old, vpn_of(f, i)), there ? VM_OK : VM_ABSENT);
    if (there) {
        assert_same(&old, &f->page[i]);
        f->page[i].pages = 0;
        f->mapped--;
    }
}

static void protect(struct fixture *f, unsigned i, uint64_t clear, uint64_t set)
{
    assert_int_equal(f->ops->protect(f->table, vpn_of(f, i), clear, set),
                     f->page[i].pages > 0 ? VM_OK : VM_ABSENT);
    f->page[i].flags = (f->page[i].flags & ~clear) | set;
}

static void check_page(const struct fixture *f, unsigned i)
{
    bool there = f->page[i].pages > 0;
    struct page_entry found;

    assert_int_equal(f->ops->lookup(f->table, &found, vpn_of(f, i)), there ? VM_OK : VM_ABSENT);
    if (there) {
        assert_same(&found, &f->page[i]);
        assert_in_range(found.reads, 1, 200);
    }
}

/* Every page, by lookup; and each once by the walk. */
static void check_all(const struct fixture *f)
{
    static bool seen[PAGES];
    struct page_entry found;
    unsigned count = 0;

    for (unsigned i = 0; i < PAGES; i++) {
        check_page(f, i);
        seen[i] = false;
    }
    for (uint64_t cursor = 0; f->ops->next(f->table, &found, &cursor) == VM_OK; count++) {
        uint64_t i = (found.vpn - FIRST) / f->kind->stride;

        assert_in_range(i, 0, PAGES - 1);
        assert_false(seen[i]);
        seen[i] = true;
        assert_same(&found, &f->page[i]);
    }
    assert_int_equal(count, f->mapped);
    assert_int_equal(f->ops->bytes(f->table), table_bytes(f));
}

static void random_use_agrees_with_a_flat_array(struct fixture *f) /* P6 P9 P14 */
{
    const uint64_t pbmt = f->kind->mode == ATLAS_MODE_SV32 ? 0 : UINT64_C(1) << 61;
    uint64_t at_first = table_bytes(f), most = at_first;
    struct rng rng;

    rng_seed(&rng, 5);
    for (unsigned k = 0; k < 12000; k++) {
        unsigned i = (unsigned)rng_below(&rng, PAGES);
        uint64_t ppn = WORLD_FIRST + rng_below(&rng, WORLD_FRAMES);

        switch (rng_below(&rng, 6)) {
        case 0:
        case 1:
        case 2: /* fills up for a while, then empties */
            if (k % 4000 < 3000)
                assert_true(try_map(f, i, ppn, RWU | (rng_one_in(&rng, 2) ? pbmt : 0)));
            else
                unmap(f, i);
            break;
        case 3: unmap(f, rng_one_in(&rng, 3) ? i : 5); break;
        case 4: protect(f, i, PTE_BIT(W), PTE_BIT(D) | PTE_BIT(RSW)); break;
        default: check_page(f, i);
        }
        assert_int_equal(f->ops->bytes(f->table), table_bytes(f));
        most = table_bytes(f) > most ? table_bytes(f) : most;
        if (k % 500 == 0)
            check_all(f);
    }
    for (unsigned i = 0; i < PAGES; i++)
        unmap(f, i);
    check_all(f);
    assert_int_equal(table_bytes(f), at_first); /* reclaimed, or never changed */
    assert_true(f->kind->empty == 0 ? most == at_first : most > at_first);
}

/* ---- What cannot be ------------------------------------------------------------------------ */

static void impossible_mappings_are_refused(struct fixture *f)
{
    const uint64_t beyond = UINT64_C(1) << 52;

    assert_int_equal(f->ops->map(f->table, beyond, WORLD_FIRST, RWU), VM_RANGE);
    assert_int_equal(f->ops->map(f->table, FIRST, UINT64_C(1) << 44, RWU), VM_RANGE);
    assert_int_equal(f->ops->unmap(f->table, NULL, beyond), VM_ABSENT);
    assert_int_equal(f->ops->lookup(f->table, &(struct page_entry){0}, beyond), VM_ABSENT);
    assert_int_equal(f->ops->protect(f->table, beyond, 0, 0), VM_ABSENT);
    expect_assert_failure(f->ops->map(f->table, FIRST, WORLD_FIRST, PTE_BIT(V)));
    try_map(f, 0, WORLD_FIRST, RWU);
    expect_assert_failure(f->ops->protect(f->table, FIRST, PTE_BIT(R), 0));
    check_all(f);
}

/* P17: however few frames there are, what cannot be mapped leaves the table as it was. */
static void failing_map_leaves_the_table_unchanged(void **state)
{
    unsigned refused = 0, opened = 0;

    (void)state;
    for (unsigned k = 0; k < 2 * KINDS; k++) {
        for (unsigned frames = 1; frames < 32; frames++) {
            static struct fixture f;
            bool mapped = true;
            uint64_t bytes = 0;

            if (fixture_open(&f, &kinds[k / 2], frames, k % 2) != VM_OK)
                continue;
            opened++;
            for (unsigned i = 0; i < PAGES && mapped; i++) {
                bytes = f.ops->bytes(f.table);
                mapped = try_map(&f, i, WORLD_FIRST + i % frames, RWU);
            }
            if (!mapped) {
                assert_int_equal(f.ops->bytes(f.table), bytes);
                refused++;
            }
            check_all(&f);
            for (unsigned i = 0; i < PAGES; i += 3)
                unmap(&f, i);
            check_all(&f);
            fixture_close(&f);
        }
    }
    assert_in_range(opened, KINDS * 2 * 20, KINDS * 2 * 31);
    assert_in_range(refused, 200, opened);
}

/* ---- Each kind's own ----------------------------------------------------------------------- */

static void flat_table_is_as_large_as_its_range(void **state) /* P6 P14 */
{
    const struct paging_mode *sv32 = paging_mode(ATLAS_MODE_SV32);
    const struct paging_mode *sv39 = paging_mode(ATLAS_MODE_SV39);
    struct world *w = world_open(WORLD_FRAMES);
    struct flat t;

    (void)state;
    assert_int_equal(flat_bytes(sv32, 1 << 20), 4 << 20);
    assert_int_equal(flat_bytes(sv39, 1 << 27), 1 << 30);
    assert_int_equal(flat_bytes(sv39, 513), 2 << 12);
    assert_int_equal(flat_create(&t, &w->phys, &w->frames, sv39, 1, 10, 513), VM_OK);
    assert_int_equal(flat_ops.bytes(&t), 2 << 12);
    assert_int_equal(flat_ops.map(&t, 9, 1, RWU), VM_RANGE);
    assert_int_equal(flat_ops.map(&t, 10, 1, RWU), VM_OK);
    assert_int_equal(flat_ops.map(&t, 522, 1, RWU), VM_OK);
    assert_int_equal(flat_ops.map(&t, 523, 1, RWU), VM_RANGE);
    flat_ops.destroy(&t);
    assert_int_equal(flat_create(&t, &w->phys, &w->frames, sv32, 1, 0, 0), VM_RANGE);
    assert_int_equal(flat_create(&t, &w->phys, &w->frames, sv32, 1, (vpn_t)1 << 52, 1), VM_RANGE);
    assert_int_equal(flat_create(&t, &w->phys, &w->frames, sv32, 1, 1, (vpn_t)1 << 52), VM_RANGE);
    assert_int_equal(flat_create(&t, &w->phys, &w->frames, sv32, 1, 0, (1 << 20) + 1), VM_LIMIT);
    assert_int_equal(flat_create(&t, &w->phys, &w->frames, sv32, 1, 0, 1 << 20), VM_NOMEM);
    assert_int_equal(w->frames.by_kind[FRAME_TABLE], 0);
    world_close(w);
}

/* An array of pieces costs a directory, and a read more. */
static void reads_count_what_memory_is_asked_for(void **state) /* P14 */
{
    struct page_entry found;

    (void)state;
    for (unsigned holes = 0; holes < 2; holes++) {
        for (unsigned k = 0; k < KINDS; k++) {
            static struct fixture f;
            unsigned want = 1 + holes; /* flat, hashed without collision */

            fixture_open(&f, &kinds[k], WORLD_FRAMES, holes);
            f.ops->map(f.table, FIRST, WORLD_FIRST, RWU);
            f.ops->lookup(f.table, &found, FIRST);
            if (f.ops == &radix_ops)
                want = paging_mode(f.kind->mode)->levels;
            else if (f.ops == &hashed_ops)
                want = 1; /* one frame is always one piece */
            else if (f.ops == &inverted_ops)
                want = 2; /* anchor and entry; 256 frames: one frame each */
            assert_int_equal(found.reads, want);
            fixture_close(&f);
        }
    }
}

static void hashed_table_grows_and_shrinks(void **state) /* P14 */
{
    static struct fixture f;
    uint64_t reads = 0;

    (void)state;
    fixture_open(&f, &kinds[6], WORLD_FRAMES, false);
    assert_int_equal(table_bytes(&f), 0);
    for (unsigned i = 0; i < PAGES; i++) {
        static const unsigned most[] = {192, 384, 768, 1536}; /* 3/4 of 256, 512, 1024, 2048 */
        unsigned step = 0;

        assert_true(try_map(&f, i, i, RWU));
        while (i >= most[step])
            step++;
        assert_int_equal(table_bytes(&f), 4096u << step);
    }
    for (unsigned i = 0; i < PAGES; i++) {
        struct page_entry found;

        f.ops->lookup(f.table, &found, vpn_of(&f, i));
        reads += found.reads;
    }
    assert_in_range(reads, PAGES, 2 * PAGES);
    for (unsigned i = PAGES; i-- > 0;) {
        unmap(&f, i);
        assert_int_equal(table_bytes(&f), i == 0     ? 0
                                          : i <= 64  ? 1 << 12
                                          : i <= 128 ? 2 << 12
                                          : i <= 256 ? 4 << 12
                                                     : 8 << 12);
    }
    fixture_close(&f);
}

/* Two processes map the same page numbers; a frame belongs to one of them. */
static void inverted_table_is_shared_by_all_processes(void **state) /* P14 */
{
    static struct fixture f;
    struct inverted_process other = {&f.as.inverted, OTHER};
    struct page_entry found;

    (void)state;
    fixture_open(&f, &kinds[8], WORLD_FRAMES, false);
    assert_int_equal(inverted_ops.bytes(&other), 2 << 12);
    for (unsigned i = 0; i < 100; i++) {
        assert_true(try_map(&f, i, WORLD_FIRST + 2 * i, RWU));
        assert_int_equal(inverted_ops.map(&other, vpn_of(&f, i), WORLD_FIRST + 2 * i, RWU),
                         VM_EXISTS);
        assert_int_equal(inverted_ops.map(&other, vpn_of(&f, i), WORLD_FIRST + 2 * i + 1, RWU),
                         VM_OK);
    }
    assert_int_equal(inverted_ops.map(&other, 1, WORLD_FIRST - 1, RWU), VM_RANGE);
    assert_int_equal(inverted_ops.map(&other, 1, WORLD_FIRST + WORLD_FRAMES, RWU), VM_RANGE);
    check_all(&f);
    inverted_ops.destroy(f.table);
    assert_int_equal(f.as.inverted.used, 100);
    assert_int_equal(f.ops->lookup(f.table, &found, FIRST), VM_ABSENT);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(inverted_ops.lookup(&other, &found, vpn_of(&f, i)), VM_OK);
        assert_int_equal(found.ppn, WORLD_FIRST + 2 * i + 1);
    }
    inverted_ops.destroy(&other);
    fixture_close(&f);
}

/* Chains of a table of two frames hold pages of both processes. */
static void a_page_is_found_of_its_own_process_only(void **state)
{
    static struct fixture f;
    struct inverted_process other = {&f.as.inverted, OTHER};
    struct page_entry found;

    (void)state;
    assert_int_equal(fixture_open(&f, &kinds[8], 2, false), VM_OK);
    for (vpn_t vpn = 0; vpn < 16; vpn++) {
        other.owner = OTHER + (uint32_t)vpn;
        assert_int_equal(inverted_ops.map(&other, vpn, WORLD_FIRST + 1, RWU), VM_OK);
        assert_int_equal(f.ops->lookup(f.table, &found, vpn), VM_ABSENT);
        assert_int_equal(f.ops->map(f.table, vpn, WORLD_FIRST, RWU), VM_OK);
        assert_int_equal(f.ops->lookup(f.table, &found, vpn), VM_OK);
        assert_int_equal(found.ppn, WORLD_FIRST);
        assert_int_equal(inverted_ops.unmap(&other, &found, vpn), VM_OK);
        assert_int_equal(found.ppn, WORLD_FIRST + 1);
        f.ops->unmap(f.table, NULL, vpn);
    }
    fixture_close(&f);
}

static void large_leaves_are_one_mapping(void **state)
{
    static struct fixture f;
    struct page_entry found;
    uint64_t cursor = 0;

    (void)state;
    fixture_open(&f, &kinds[1], WORLD_FRAMES, false);
    radix_map(&f.as.radix, 0x400000, 1, 0x1000, RWU);
    radix_map(&f.as.radix, 0x800000, 0, 0x2000, RWU | PTE_NAPOT);
    assert_int_equal(f.ops->lookup(f.table, &found, 0x5ff), VM_OK);
    assert_int_equal(found.vpn, 0x400);
    assert_int_equal(found.pages, 512);
    assert_int_equal(found.reads, 2);
    assert_int_equal(f.ops->next(f.table, &found, &cursor), VM_OK);
    assert_int_equal(found.ppn, 0x1000);
    assert_int_equal(f.ops->next(f.table, &found, &cursor), VM_OK);
    assert_int_equal(found.pages, 16);
    assert_int_equal(found.flags, RWU);
    assert_int_equal(f.ops->next(f.table, &found, &cursor), VM_ABSENT);
    assert_int_equal(f.ops->unmap(f.table, &found, 0x80f), VM_OK);
    assert_int_equal(found.ppn, 0x2000);
    assert_int_equal(f.ops->bytes(f.table), 2 << 12);
    fixture_close(&f);
}

static void random_use_agrees_with_a_flat_array_for_each_kind(void **state)
{
    (void)state;
    in_each_kind(random_use_agrees_with_a_flat_array);
}

static void impossible_mappings_are_refused_by_each_kind(void **state)
{
    (void)state;
    in_each_kind(impossible_mappings_are_refused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_use_agrees_with_a_flat_array_for_each_kind),
        cmocka_unit_test(impossible_mappings_are_refused_by_each_kind),
        cmocka_unit_test(failing_map_leaves_the_table_unchanged),
        cmocka_unit_test(flat_table_is_as_large_as_its_range),
        cmocka_unit_test(reads_count_what_memory_is_asked_for),
        cmocka_unit_test(hashed_table_grows_and_shrinks),
        cmocka_unit_test(inverted_table_is_shared_by_all_processes),
        cmocka_unit_test(a_page_is_found_of_its_own_process_only),
        cmocka_unit_test(large_leaves_are_one_mapping),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
