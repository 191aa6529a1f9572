#include "mm_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "os/proc/check.h"

/* ---- Beginning and end --------------------------------------------------------------------- */

static enum vm_status fill_file(struct object *o, uint8_t *frame, uint64_t index)
{
    struct mm_world *m = (struct mm_world *)((char *)o - offsetof(struct mm_world, file));

    m->fills++;
    memset(frame, (int)(100 + index), ATLAS_PAGE_SIZE);
    return VM_OK;
}

struct mm_world *mm_open(unsigned frames, const struct kernel_config *config)
{
    static const struct object_ops file = {.fill = fill_file};
    static struct mm_world m;
    struct kernel_config c = config ? *config : (struct kernel_config){.mode = ATLAS_MODE_SV39};

    memset(&m, 0, sizeof m);
    c.table_limit = 200;
    m.world = world_open(frames);
    m.world->params.xlen = c.mode == ATLAS_MODE_SV32 ? 32 : 64;
    m.world->params.levels = c.mode == ATLAS_MODE_SV32 ? 2 : 5;
    memset(m.world->phys.ram, 0xee, m.world->phys.size);
    assert_int_equal(kernel_boot(&m.k, &m.world->phys, &m.world->mmu, &c), VM_OK);
    assert_int_equal(proc_create(m.k, &m.p), VM_OK);
    object_init(&m.file, &m.k->objects, &file, true, MM_FILE_PAGES);
    return &m;
}

static void end_all(struct mm_world *m)
{
    assert_null(kernel_check(m->k));
    while (m->k->procs_first)
        mm_end(m, m->k->procs_first);
    object_drop(&m->file);
    assert_int_equal(m->k->commit.used, 0);
}

void mm_close(struct mm_world *m)
{
    const uint32_t *by_kind = m->k->frames.by_kind;

    end_all(m);
    assert_int_equal(by_kind[FRAME_FREE] + by_kind[FRAME_RESERVED], m->k->frames.count);
    world_close(m->world);
}

void mm_leave(struct mm_world *m)
{
    const uint32_t *by_kind = m->k->frames.by_kind;

    end_all(m);
    assert_int_equal(by_kind[FRAME_USER] + by_kind[FRAME_TABLE], 0);
    world_close(m->world);
}

struct proc *mm_fork(struct mm_world *m, struct proc *p)
{
    struct proc *child;

    assert_int_equal(proc_fork(m->k, &child, p->threads), VM_OK);
    assert_null(kernel_check(m->k));
    return child;
}

void mm_end(struct mm_world *m, struct proc *p)
{
    p->parent = 0;
    proc_exit(m->k, p, 0);
    assert_null(kernel_check(m->k));
}

/* ---- Accesses ------------------------------------------------------------------------------ */

enum proc_outcome mm_access(struct mm_world *m, struct proc *p, vaddr_t va, unsigned acc,
                            paddr_t *pa)
{
    struct atlas_rsp rsp;
    enum proc_outcome outcome;

    proc_enter(m->k, p);
    outcome = proc_access(m->k, &rsp, 0, va, (uint8_t)acc);
    assert_null(kernel_check(m->k));
    *pa = rsp.pa;
    return outcome;
}

static uint8_t *byte_of(struct mm_world *m, struct proc *p, vaddr_t va, unsigned acc)
{
    paddr_t pa;

    assert_int_equal(mm_access(m, p, va, acc, &pa), PROC_OK);
    return phys_ptr(&m->world->phys, pa);
}

void mm_put(struct mm_world *m, struct proc *p, vaddr_t va, uint8_t value)
{
    *byte_of(m, p, va, MM_STORE) = value;
}

uint8_t mm_get(struct mm_world *m, struct proc *p, vaddr_t va)
{
    return *byte_of(m, p, va, MM_LOAD);
}

uint32_t mm_users(const struct mm_world *m)
{
    return m->k->frames.by_kind[FRAME_USER];
}

/* ---- Shortage ------------------------------------------------------------------------------ */

/* All that can be had; what is not put back is lost until the kernel ends with its test. */
static void exhaust(struct slab_cache *cache, unsigned put_back)
{
    void *object, *last[4] = {NULL};

    for (unsigned i = 0; (object = slab_alloc(cache)) != NULL; i++)
        last[i % 4] = object;
    for (unsigned i = 0; i < put_back; i++)
        slab_free(cache, last[i]);
}

void mm_starve(struct mm_world *m, unsigned left, unsigned records)
{
    struct frames *f = &m->k->frames;

    while (f->by_kind[FRAME_FREE] > 0)
        m->hoard[m->hoarded++] = frames_alloc(f, FRAME_KERNEL, FRAME_NO_OWNER);
    exhaust(&m->k->regions, records);
    exhaust(&m->k->rmaps, 0);
    exhaust(&m->k->nodes, 0);
    exhaust(&m->k->shm, 0);
    while (left-- > 0 && m->hoarded > 0)
        frames_drop(f, m->hoard[--m->hoarded]);
}

void mm_feed(struct mm_world *m)
{
    while (m->hoarded > 0)
        frames_drop(&m->k->frames, m->hoard[--m->hoarded]);
}

/* ---- What there is ------------------------------------------------------------------------- */

static uint64_t mix(uint64_t sum, uint64_t value)
{
    return rng_mix(sum ^ value) + value;
}

uint64_t mm_fingerprint(struct mm_world *m, struct proc *p)
{
    struct space *s = &p->space;
    struct radix_leaf leaf;
    uint64_t sum = mix(m->k->commit.used, s->brk);

    for (const struct region *r = s->regions.first; r; r = r->next) {
        sum = mix(mix(mix(sum, r->start), r->end), r->flags);
        sum = mix(mix(mix(sum, r->kind), r->committed), r->object ? r->object->refs : 0);
        sum = mix(sum, r->object || r->kind == REGION_MMIO ? r->offset : 0);
    }
    for (vpn_t vpn = 0; radix_next(&s->table, &leaf, vpn) == VM_OK; vpn++) {
        vpn = leaf.va >> ATLAS_PAGE_SHIFT;
        sum = mix(mix(sum, vpn), leaf.pte);
    }
    sum = mix(mix(sum, s->resident), s->resident_file);
    return mix(mix(sum, s->resident_shared), s->table.tables);
}

const char *mm_text(const struct proc *p)
{
    static const char *const kinds[] = {"anon", "file", "text",  "rodata", "data",
                                        "bss",  "heap", "stack", "mmio"};
    static char text[2000];
    size_t at = 0;

    text[0] = '\0';
    for (const struct region *r = p->space.regions.first; r; r = r->next) {
        at += (size_t)snprintf(text + at, sizeof text - at, "%llx-%llx %s%s%s%s %s|",
                               (unsigned long long)r->start, (unsigned long long)r->end,
                               r->flags & REGION_R ? "r" : "", r->flags & REGION_W ? "w" : "",
                               r->flags & REGION_X ? "x" : "", r->flags & REGION_SHARED ? "s" : "p",
                               kinds[r->kind]);
        assert_true(at < sizeof text);
    }
    return text;
}
