/* test_os_radix_mmu.c: what the page tables say is what the MMU does: each leaf, before, while and
 * after it is split or merged, on the C model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "atlas.h"
#include "os/paging/radix_resize.h"
#include "radix_fixture.h"

enum { ASID = 1, LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE };

static const uint64_t NAPOT_RWU = RWU | PTE_NAPOT;

/* A machine whose page-table words can be watched while they are written. */
struct machine {
    struct radix_world w;
    struct atlas *mmu;
    struct phys_word_ops words; /* those of the world, behind watched */
    void *ctx;
    vaddr_t va;      /* what is watched: this leaf ...                        */
    uint64_t bytes;  /* ... of so many bytes; 0: nothing                      */
    uint64_t pa;     /* has to be here                                        */
    unsigned writes; /* that were seen                                       */
};

static enum atlas_mem_status on_read(void *ctx, uint64_t addr, uint64_t *value)
{
    const struct machine *m = ctx;

    *value = world_word(m->w.world, addr);
    return ATLAS_MEM_OK;
}

static enum atlas_mem_status on_cas(void *ctx, uint64_t addr, uint64_t old, uint64_t value)
{
    struct machine *m = ctx;

    if (world_word(m->w.world, addr) != old)
        return ATLAS_MEM_OTHER;
    m->words.write(m->ctx, addr, value, m->w.table.mode->pte_bytes);
    return ATLAS_MEM_OK;
}

static void configure(struct machine *m, bool adue, bool tlb_off)
{
    const struct atlas_cfg cfg = {.satp = paging_satp(m->w.table.mode, m->w.table.root, ASID),
                                  .adue = adue,
                                  .pbmte = true,
                                  .napote = true,
                                  .tlb_off = tlb_off};

    assert_true(atlas_configure(m->mmu, &cfg));
}

static struct atlas_rsp access_of(struct machine *m, vaddr_t va, uint8_t acc)
{
    const struct atlas_req req = {.va = va, .acc = acc, .priv = ATLAS_PRIV_U};
    struct atlas_rsp rsp;

    atlas_access(m->mmu, 0, &req, &rsp);
    return rsp;
}

static void assert_goes_to(struct machine *m, vaddr_t va, uint64_t pa)
{
    struct atlas_rsp rsp = access_of(m, va, LOAD);

    assert_false(rsp.fault);
    assert_int_equal(rsp.pa, pa);
}

static void assert_faults(struct machine *m, vaddr_t va, uint8_t acc, unsigned reason)
{
    struct atlas_rsp rsp = access_of(m, va, acc);

    assert_true(rsp.fault);
    assert_int_equal(rsp.reason, reason);
}

static void fence_space(struct machine *m)
{
    atlas_fence(m->mmu, &(struct atlas_fence){.has_asid = true, .asid = ASID});
}

static void fence_page(struct machine *m, vaddr_t va)
{
    const struct atlas_fence fence = {.has_va = true, .has_asid = true, .va = va, .asid = ASID};

    atlas_fence(m->mmu, &fence);
}

/* All parts of the leaf at va: a few addresses at and around their borders. */
static void assert_leaf(struct machine *m, vaddr_t va, uint64_t bytes, uint64_t pa)
{
    for (uint64_t at = 0; at<bytes; at += bytes> 64 ? bytes / 64 : 1) {
        assert_goes_to(m, va + at, pa + at);
        assert_goes_to(m, va + bytes - 1 - at, pa + bytes - 1 - at);
    }
}

static bool watched_read(void *ctx, paddr_t addr, uint64_t *value, unsigned bytes)
{
    struct machine *m = ctx;

    return m->words.read(m->ctx, addr, value, bytes);
}

static void watched_write(void *ctx, paddr_t addr, uint64_t value, unsigned bytes)
{
    struct machine *m = ctx;

    m->words.write(m->ctx, addr, value, bytes);
    m->writes++;
    if (m->bytes > 0)
        assert_leaf(m, m->va, m->bytes, m->pa);
}

static void machine_open(struct machine *m, unsigned mode)
{
    static const struct phys_word_ops watched = {watched_read, watched_write};
    static const struct atlas_mem_ops mem = {on_read, on_cas};
    struct atlas_params params;

    *m = (struct machine){.bytes = 0};
    radix_world_open(&m->w, mode, WORLD_FRAMES, RADIX_NO_LIMIT);
    m->words = *m->w.world->phys.words;
    m->ctx = m->w.world->phys.ctx;
    m->w.world->phys.words = &watched;
    m->w.world->phys.ctx = m;
    assert_true(atlas_preset(mode == ATLAS_MODE_SV32 ? "rv32" : "full", &params));
    m->mmu = atlas_open(&params, &mem, m);
    configure(m, true, false);
}

static void machine_close(struct machine *m)
{
    atlas_close(m->mmu);
    radix_world_close(&m->w);
}

static void in_each_machine(void (*body)(struct machine *))
{
    for (unsigned i = 0; i < RADIX_MODES; i++) {
        struct machine m;

        machine_open(&m, radix_modes[i]);
        body(&m);
        machine_close(&m);
    }
}

static bool has_napot(const struct machine *m)
{
    return m->w.table.mode->pte_bytes == 8;
}

static uint64_t leaf_bytes(const struct machine *m, unsigned level)
{
    return paging_leaf_pages(m->w.table.mode, level) << 12;
}

static void watch(struct machine *m, vaddr_t va, uint64_t bytes, uint64_t pa)
{
    m->va = va;
    m->bytes = bytes;
    m->pa = pa;
    m->writes = 0;
}

/* ---- Leaves -------------------------------------------------------------------------------- */

static void each_leaf_translates_as_mapped(struct machine *m) /* P10 P15 */
{
    struct radix *t = &m->w.table;

    for (unsigned level = 0; level < t->mode->levels; level++) {
        uint64_t bytes = leaf_bytes(m, level);

        assert_int_equal(radix_map(t, bytes, level, 3 * (bytes >> 12), RWU), VM_OK);
        assert_leaf(m, bytes, bytes, 3 * bytes);
        assert_int_equal(access_of(m, bytes, LOAD).level, level);
        assert_faults(m, bytes - 1, LOAD, ATLAS_REASON_INVALID);
        assert_faults(m, 2 * bytes, LOAD, ATLAS_REASON_INVALID);
        assert_faults(m, bytes, ATLAS_ACC_FETCH, ATLAS_REASON_NO_X);
        radix_unmap(t, NULL, bytes);
        fence_space(m);
        assert_faults(m, bytes, LOAD, ATLAS_REASON_INVALID);
    }
}

static void napot_translates_as_mapped(struct machine *m) /* P10 P15 */
{
    struct radix *t = &m->w.table;
    struct atlas_rsp rsp;

    if (!has_napot(m))
        return;
    radix_map(t, 0x30000, 0, 0x12340, NAPOT_RWU | ATLAS_SET(PTE64_PBMT, ATLAS_PBMT_IO));
    for (unsigned i = 0; i < NAPOT_PAGES; i++) {
        fence_space(m); /* walk through each of the entries */
        rsp = access_of(m, 0x30abc + i * 0x1000, LOAD);
        assert_int_equal(rsp.pa, 0x12340abc + i * 0x1000);
        assert_true(rsp.napot);
        assert_int_equal(rsp.pbmt, ATLAS_PBMT_IO);
    }
    assert_leaf(m, 0x30000, 0x10000, 0x12340000);
    assert_faults(m, 0x2ffff, LOAD, ATLAS_REASON_INVALID);
    assert_faults(m, 0x40000, LOAD, ATLAS_REASON_INVALID);
}

/* What the hardware sets in one entry of a NAPOT page is seen of the leaf, and kept by a split. */
static void hardware_sets_a_and_d_of_a_napot_leaf(struct machine *m) /* P10 */
{
    struct radix *t = &m->w.table;
    struct radix_leaf leaf;

    if (!has_napot(m))
        return;
    radix_map(t, 0x30000, 0, 0x12340, NAPOT_RWU);
    access_of(m, 0x35000, LOAD);
    radix_lookup(t, &leaf, 0x30000);
    assert_int_equal(leaf.pte & PTE_AD, PTE_BIT(A));
    access_of(m, 0x39000, STORE);
    assert_int_equal(radix_world_entry(&m->w, 0x38000, 0) & PTE_AD, 0);
    assert_int_equal(radix_world_entry(&m->w, 0x39000, 0) & PTE_AD, PTE_AD);
    access_of(m, 0x32000, STORE); /* by the TLB: leaves no trace of its own */
    assert_int_equal(radix_world_entry(&m->w, 0x32000, 0) & PTE_AD, 0);
    radix_split(t, 0x30000);
    radix_lookup(t, &leaf, 0x32000);
    assert_int_equal(leaf.pages, 1);
    assert_int_equal(leaf.pte & PTE_AD, PTE_AD);
}

/* ---- Split --------------------------------------------------------------------------------- */

/* A superpage at `level`, or at level 0 a NAPOT page: number 1, at frames of page number 3. */
static uint64_t map_large(struct machine *m, unsigned level)
{
    uint64_t bytes = level > 0 ? leaf_bytes(m, level) : 0x10000;

    assert_int_equal(
        radix_map(&m->w.table, bytes, level, 3 * (bytes >> 12), level > 0 ? RWU : NAPOT_RWU),
        VM_OK);
    return bytes;
}

static void large_leaves(struct machine *m, void (*body)(struct machine *, unsigned level))
{
    for (unsigned level = has_napot(m) ? 0 : 1; level < m->w.table.mode->levels; level++) {
        body(m, level);
        watch(m, 0, 0, 0);
        configure(m, true, false);
        radix_destroy(&m->w.table);
        assert_int_equal(radix_create(&m->w.table, &m->w.world->phys, &m->w.world->frames,
                                      m->w.table.mode, RADIX_OWNER, RADIX_NO_LIMIT),
                         VM_OK);
        configure(m, true, false);
        fence_space(m);
    }
}

/* The TLB still has the large page; the fence of a part's change covers it. */
static void change_part(struct machine *m, unsigned level)
{
    uint64_t bytes = map_large(m, level), part = level > 0 ? leaf_bytes(m, level - 1) : 0x1000;

    assert_leaf(m, bytes, bytes, 3 * bytes);
    assert_int_equal(radix_split(&m->w.table, bytes), VM_OK);
    assert_leaf(m, bytes, bytes, 3 * bytes); /* no fence yet */
    radix_change(&m->w.table, bytes + 5 * part, PTE_BIT(W), 0);
    fence_page(m, bytes + 5 * part);
    assert_faults(m, bytes + 5 * part, STORE, ATLAS_REASON_NO_W);
    assert_faults(m, bytes + 6 * part - 1, STORE, ATLAS_REASON_NO_W);
    assert_false(access_of(m, bytes + 6 * part, STORE).fault);
    radix_unmap(&m->w.table, NULL, bytes + 6 * part);
    fence_page(m, bytes + 6 * part);
    assert_faults(m, bytes + 6 * part, LOAD, ATLAS_REASON_INVALID);
    assert_leaf(m, bytes, 6 * part, 3 * bytes);
    assert_leaf(m, bytes + 7 * part, bytes - 7 * part, 3 * bytes + 7 * part);
}

static void parts_of_a_split_page_part(struct machine *m) /* P15 */
{
    large_leaves(m, change_part);
}

/* Every walk between two writes finds the translation, with a TLB or without. */
static void split_watched(struct machine *m, unsigned level)
{
    uint64_t bytes = map_large(m, level);

    for (unsigned tlb_off = 0; tlb_off < 2; tlb_off++) {
        configure(m, false, tlb_off);
        radix_change(&m->w.table, bytes, 0, PTE_AD);
        watch(m, bytes, bytes, 3 * bytes);
        assert_int_equal(radix_split(&m->w.table, bytes), VM_OK);
        assert_in_range(m->writes, NAPOT_PAGES, 4000);
        watch(m, bytes, bytes, 3 * bytes);
        assert_int_equal(radix_merge(&m->w.table, bytes, level), VM_OK);
        assert_in_range(m->writes, 1, NAPOT_PAGES);
        fence_space(m);
        watch(m, 0, 0, 0);
    }
}

static void no_walk_sees_a_split_or_merge(struct machine *m)
{
    large_leaves(m, split_watched);
}

/* ---- Merge --------------------------------------------------------------------------------- */

/* Somebody else gets the frame of the table and fills it. */
static pfn_t reuse_table(struct machine *m)
{
    pfn_t pfn = frames_alloc(&m->w.world->frames, FRAME_TABLE, RADIX_OWNER);

    for (unsigned i = 0; i < ATLAS_PAGE_SIZE; i += m->w.table.mode->pte_bytes)
        phys_word_write(&m->w.world->phys, ((paddr_t)pfn << 12) + i, 0, m->w.table.mode->pte_bytes);
    return pfn;
}

static void merge_one(struct machine *m, unsigned level)
{
    uint64_t bytes = map_large(m, level);
    uint32_t tables = m->w.table.tables;
    pfn_t reused;

    radix_split(&m->w.table, bytes);
    assert_leaf(m, bytes, bytes, 3 * bytes); /* remembers the parts, and the way to them */
    assert_int_equal(radix_merge(&m->w.table, bytes, level), VM_OK);
    assert_int_equal(m->w.table.tables, tables);
    fence_space(m);
    reused = reuse_table(m);
    assert_leaf(m, bytes, bytes, 3 * bytes);
    assert_int_equal(access_of(m, bytes, LOAD).level, level);
    assert_int_equal(access_of(m, bytes, LOAD).napot, level == 0);
    frames_drop(&m->w.world->frames, reused);
}

static void merged_page_translates(struct machine *m) /* P15 */
{
    large_leaves(m, merge_one);
}

/* Why merge wants a fence of the whole space: the MMU remembers the way to the old table. */
static void without_the_fence_the_old_table_is_walked(void **state)
{
    struct machine m;
    pfn_t reused;

    (void)state;
    machine_open(&m, ATLAS_MODE_SV39);
    radix_map(&m.w.table, 0x200000, 1, 0x600, RWU);
    radix_split(&m.w.table, 0x200000);
    assert_goes_to(&m, 0x200000, 0x600000);
    radix_merge(&m.w.table, 0x200000, 1);
    reused = reuse_table(&m);
    assert_faults(&m, 0x201000, LOAD, ATLAS_REASON_INVALID);
    fence_space(&m);
    assert_goes_to(&m, 0x201000, 0x601000);
    frames_drop(&m.w.world->frames, reused);
    machine_close(&m);
}

#define IN_EACH_MACHINE(body)                                                                      \
    static void body##_in_each_mode(void **state)                                                  \
    {                                                                                              \
        (void)state;                                                                               \
        in_each_machine(body);                                                                     \
    }

IN_EACH_MACHINE(each_leaf_translates_as_mapped)
IN_EACH_MACHINE(napot_translates_as_mapped)
IN_EACH_MACHINE(hardware_sets_a_and_d_of_a_napot_leaf)
IN_EACH_MACHINE(parts_of_a_split_page_part)
IN_EACH_MACHINE(no_walk_sees_a_split_or_merge)
IN_EACH_MACHINE(merged_page_translates)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_leaf_translates_as_mapped_in_each_mode),
        cmocka_unit_test(napot_translates_as_mapped_in_each_mode),
        cmocka_unit_test(hardware_sets_a_and_d_of_a_napot_leaf_in_each_mode),
        cmocka_unit_test(parts_of_a_split_page_part_in_each_mode),
        cmocka_unit_test(no_walk_sees_a_split_or_merge_in_each_mode),
        cmocka_unit_test(merged_page_translates_in_each_mode),
        cmocka_unit_test(without_the_fence_the_old_table_is_walked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
