/* test_os_mm_limits.c: what a process may have, what the machine promises, and what a call that
 * runs out of memory leaves behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "mm_fixture.h"
#include "os/proc/check.h"
#include "os/space/advise.h"
#include "os/space/brk.h"
#include "os/space/mmap.h"
#include "os/space/stack.h"

enum { R = REGION_R, RW = REGION_R | REGION_W };

static int open_with(void **state, enum commit_policy policy, unsigned ratio)
{
    const struct kernel_config config = {
        .mode = ATLAS_MODE_SV39, .commit = policy, .commit_ratio = ratio};

    *state = mm_open(128, &config);
    mm_heap_begin(&((struct mm_world *)*state)->p->space, MM_PAGE(0x100));
    return 0;
}

static int setup_always(void **state)
{
    return open_with(state, COMMIT_ALWAYS, 0);
}

static int setup_heuristic(void **state)
{
    return open_with(state, COMMIT_HEURISTIC, 0);
}

static int setup_never(void **state)
{
    return open_with(state, COMMIT_NEVER, 0);
}

static int teardown(void **state) /* K19 M25 */
{
    mm_close(*state);
    return 0;
}

static enum vm_status map_at(struct mm_world *m, vpn_t vpn, uint64_t pages, unsigned perms,
                             unsigned flags, struct object *o)
{
    const struct mm_request q = {.address = MM_PAGE(vpn),
                                 .length = pages * 4096,
                                 .perms = perms,
                                 .flags = flags | MM_FIXED,
                                 .object = o};
    vaddr_t at;
    enum vm_status status = mm_map(&m->p->space, &at, &q);

    assert_null(kernel_check(m->k));
    return status;
}

/* Touch pages until the kernel refuses one. Returns how many were stored to. */
static uint64_t touch(struct mm_world *m, vpn_t vpn, uint64_t pages, enum proc_outcome *outcome)
{
    uint64_t done = 0;
    paddr_t pa;

    for (*outcome = PROC_OK; done < pages; done++) {
        *outcome = mm_access(m, m->p, MM_PAGE(vpn + done), MM_STORE, &pa);
        if (*outcome != PROC_OK)
            break;
    }
    return done;
}

/* ---- Overcommit ---------------------------------------------------------------------------- */

static void policies_refuse_what_they_say(void **state) /* M13 */
{
    struct commit c;

    (void)state;
    commit_init(&c, COMMIT_ALWAYS, 0, 100);
    assert_int_equal(commit_charge(&c, UINT64_C(1) << 50), VM_OK);
    commit_init(&c, COMMIT_HEURISTIC, 0, 100);
    c.swap = 20;
    assert_int_equal(commit_charge(&c, 121), VM_NOMEM);
    assert_int_equal(c.used, 0);
    assert_int_equal(commit_charge(&c, 120), VM_OK);
    assert_int_equal(commit_charge(&c, 120), VM_OK);
    assert_int_equal(c.used, 240);
    commit_init(&c, COMMIT_NEVER, 0, 101);
    assert_int_equal(commit_limit(&c), 50);
    commit_init(&c, COMMIT_NEVER, 80, 100);
    c.swap = 20;
    assert_int_equal(commit_limit(&c), 100);
    assert_int_equal(commit_charge(&c, 99), VM_OK);
    assert_int_equal(commit_charge(&c, 2), VM_NOMEM);
    assert_false(commit_fits(&c, 12, 10));
    assert_true(commit_fits(&c, 11, 10));
    assert_int_equal(commit_charge(&c, 1), VM_OK);
    c.swap = 0;
    assert_int_equal(commit_charge(&c, 0), VM_OK);
    commit_release(&c, 100);
    assert_int_equal(c.used, 0);
}

/* M13: always: everything is promised, and the one who touches it runs out. */
static void always_promises_everything_and_may_run_out(void **state)
{
    struct mm_world *m = *state;
    enum proc_outcome outcome;

    assert_int_equal(map_at(m, 0x1000, 1 << 20, RW, 0, NULL), VM_OK);
    assert_true(touch(m, 0x1000, 200, &outcome) > 80);
    assert_int_equal(outcome, PROC_OOM);
    assert_int_equal(m->p->faults.count[FAULT_NOMEM], 1);
}

/* M13: heuristic: refused is what alone exceeds the machine. */
static void heuristic_refuses_what_cannot_be_at_all(void **state)
{
    struct mm_world *m = *state;
    uint64_t ram = m->k->commit.ram;
    enum proc_outcome outcome;

    assert_int_equal(ram, 128 - m->k->frames.by_kind[FRAME_RESERVED]);
    assert_int_equal(map_at(m, 0x1000, ram + 1, RW, 0, NULL), VM_NOMEM);
    assert_int_equal(map_at(m, 0x1000, ram + 1, RW, MM_SHARED, NULL), VM_NOMEM);
    assert_int_equal(map_at(m, 0x1000, ram + 1, R, 0, NULL), VM_OK);
    assert_int_equal(map_at(m, 0x2000, ram, RW, 0, NULL), VM_OK);
    assert_int_equal(map_at(m, 0x3000, ram, RW, 0, NULL), VM_OK);
    assert_int_equal(mm_protect(&m->p->space, MM_PAGE(0x1000), (ram + 1) * 4096, RW), VM_NOMEM);
    touch(m, 0x2000, ram, &outcome);
    assert_int_equal(outcome, PROC_OOM);
}

/* M13: never: refused when it is asked for; what is promised is there. */
static void never_keeps_its_promises(void **state)
{
    struct mm_world *m = *state;
    struct space *s = &m->p->space;
    uint64_t limit = commit_limit(&m->k->commit);
    enum proc_outcome outcome;

    assert_int_equal(limit, m->k->commit.ram / 2);
    assert_int_equal(map_at(m, 0x1000, limit + 1, RW, 0, NULL), VM_NOMEM);
    assert_int_equal(map_at(m, 0x1000, limit - 3, RW, 0, NULL), VM_OK);
    assert_int_equal(mm_brk(s, MM_PAGE(0x104)), VM_NOMEM);
    assert_int_equal(mm_brk(s, MM_PAGE(0x102)), VM_OK);
    assert_int_equal(map_at(m, 0x2000, 1 << 20, R, 0, NULL), VM_OK);
    assert_int_equal(map_at(m, 0x200, 2, RW, MM_SHARED, NULL), VM_NOMEM);
    assert_int_equal(map_at(m, 0x200, 9, RW, MM_SHARED, &m->file), VM_OK);
    assert_int_equal(mm_protect(s, MM_PAGE(0x2000), 2 * 4096, RW), VM_NOMEM);
    assert_int_equal(mm_protect(s, MM_PAGE(0x2000), 4096, RW), VM_OK);
    assert_int_equal(m->k->commit.used, limit);
    /* what is replaced counts no more */
    assert_int_equal(map_at(m, 0x1000, limit - 3, RW, 0, NULL), VM_OK);
    assert_int_equal(map_at(m, 0x1000, limit - 2, RW, 0, NULL), VM_NOMEM);
    assert_int_equal(touch(m, 0x1000, limit - 3, &outcome), limit - 3);
    assert_int_equal(touch(m, 0x100, 2, &outcome), 2);
    assert_int_equal(touch(m, 0x2000, 1, &outcome), 1);
}

/* M13: what was writable may hold the process's own pages: it counts until it is unmapped. */
static void what_was_writable_goes_on_counting(void **state)
{
    struct mm_world *m = *state;
    struct space *s = &m->p->space;

    map_at(m, 0x20, 10, RW, 0, NULL);
    map_at(m, 0x30, 10, R, 0, &m->file);
    assert_int_equal(m->k->commit.used, 10);
    mm_put(m, m->p, MM_PAGE(0x25), 1);
    assert_int_equal(mm_protect(s, MM_PAGE(0x20), 10 * 4096, R), VM_OK);
    assert_int_equal(m->k->commit.used, 10);
    assert_int_equal(mm_protect(s, MM_PAGE(0x20), 10 * 4096, RW), VM_OK);
    assert_int_equal(m->k->commit.used, 10);
    assert_int_equal(mm_protect(s, MM_PAGE(0x32), 3 * 4096, RW), VM_OK);
    assert_int_equal(m->k->commit.used, 13);
    assert_int_equal(mm_advise(s, MM_PAGE(0x20), 10 * 4096, MM_DONTNEED), VM_OK);
    assert_int_equal(m->k->commit.used, 13);
    assert_int_equal(mm_unmap(s, MM_PAGE(0x28), 12 * 4096), VM_OK);
    assert_int_equal(m->k->commit.used, 9);
}

/* M13: a child counts, and a stack as it grows. */
static void forks_and_stacks_are_promised_too(void **state)
{
    struct mm_world *m = *state;
    uint64_t limit = commit_limit(&m->k->commit);
    struct proc *child, *second;
    enum proc_outcome outcome;
    vaddr_t top;

    assert_int_equal(map_at(m, 0x20, limit / 2 - 3, RW, 0, NULL), VM_OK);
    assert_int_equal(mm_stack(&m->p->space, &top, 2), VM_OK);
    child = mm_fork(m, m->p);
    assert_int_equal(m->k->commit.used, 2 * (limit / 2 - 1));
    assert_int_equal(proc_fork(m->k, &second, m->p->threads), VM_NOMEM);
    assert_null(kernel_check(m->k));
    assert_int_equal(touch(m, (top >> 12) - 6, 1, &outcome), 0);
    assert_int_equal(touch(m, (top >> 12) - 4, 1, &outcome), 1);
    mm_end(m, child);
    assert_int_equal(touch(m, (top >> 12) - 9, 1, &outcome), 1);
    assert_int_equal(m->k->commit.used, limit / 2 - 3 + 9);
}

/* ---- Limits -------------------------------------------------------------------------------- */

/* K16 K17: of address space and of data; each before anything changes. */
static void limits_of_address_space_and_data(void **state)
{
    struct mm_world *m = *state;
    struct space *s = &m->p->space;
    uint64_t before;

    s->limits.address_space = 20;
    s->limits.data = 10;
    assert_int_equal(map_at(m, 0x20, 10, RW, 0, NULL), VM_OK);
    before = mm_fingerprint(m, m->p);
    assert_int_equal(map_at(m, 0x30, 1, RW, 0, NULL), VM_LIMIT);
    assert_int_equal(map_at(m, 0x30, 11, R, 0, NULL), VM_LIMIT);
    assert_int_equal(map_at(m, 0x28, 3, RW, 0, NULL), VM_LIMIT); /* one page more than is there */
    assert_int_equal(mm_brk(s, MM_PAGE(0x101)), VM_LIMIT);
    assert_true(before == mm_fingerprint(m, m->p));
    assert_int_equal(map_at(m, 0x28, 2, RW, MM_SHARED, NULL), VM_OK); /* no data */
    assert_int_equal(map_at(m, 0x30, 2, RW, 0, NULL), VM_OK);
    assert_int_equal(map_at(m, 0x40, 8, R, 0, NULL), VM_OK);
    s->limits.address_space = LIMIT_NONE;
    assert_int_equal(mm_protect(s, MM_PAGE(0x40), 4096, RW), VM_LIMIT);
    s->limits.address_space = 20;
    assert_int_equal(map_at(m, 0x40, 8, R, 0, &m->file), VM_OK);
    assert_int_equal(map_at(m, 0x50, 1, R, 0, NULL), VM_LIMIT);
    s->limits.address_space = 5; /* what is there stays, and may become less */
    assert_int_equal(map_at(m, 0x40, 8, R, 0, NULL), VM_OK);
    assert_int_equal(mm_unmap(s, MM_PAGE(0x40), 4096), VM_OK);
    assert_int_equal(map_at(m, 0x40, 1, R, 0, NULL), VM_LIMIT);
}

/* K17: children have the limits of their parents. */
static void limits_are_inherited(void **state)
{
    struct mm_world *m = *state;
    struct proc *child;

    m->p->space.limits = (struct limits){1, 2, 3, 4};
    child = mm_fork(m, m->p);
    assert_memory_equal(&child->space.limits, &m->p->space.limits, sizeof(struct limits));
}

static void a_resident_limit_is_refused_at_the_fault(void **state)
{
    struct mm_world *m = *state;
    enum proc_outcome outcome;

    map_at(m, 0x20, 10, RW, 0, NULL);
    m->p->space.limits.resident = 4;
    assert_int_equal(touch(m, 0x20, 10, &outcome), 4);
    assert_int_equal(outcome, PROC_OOM);
    assert_int_equal(m->p->faults.count[FAULT_LIMIT], 1);
    assert_int_equal(m->p->faults.count[FAULT_NOMEM], 0);
    mm_put(m, m->p, MM_PAGE(0x21), 1);
    mm_advise(&m->p->space, MM_PAGE(0x20), 4096, MM_DONTNEED);
    mm_put(m, m->p, MM_PAGE(0x29), 1);
}

/* ---- Out of memory, at every place ---------------------------------------------------------- */

/* One call that may need memory. */
struct call {
    const char *name;
    enum vm_status (*make)(struct mm_world *m);
    bool keeps_part; /* what was done before memory ran out stays */
};

static enum vm_status map_new(struct mm_world *m)
{
    return map_at(m, 0x70, 3, RW, 0, NULL);
}

static enum vm_status map_over(struct mm_world *m)
{
    return map_at(m, 0x23, 2, R, 0, &m->file);
}

static enum vm_status map_over_untouched(struct mm_world *m)
{
    return map_at(m, 0x26, 1, R, 0, NULL);
}

static enum vm_status map_over_many(struct mm_world *m)
{
    return map_at(m, 0x22, 0x30, R, 0, NULL);
}

static enum vm_status map_shared(struct mm_world *m)
{
    return map_at(m, 0x23, 2, RW, MM_SHARED, NULL);
}

static enum vm_status unmap_middle(struct mm_world *m)
{
    return mm_unmap(&m->p->space, MM_PAGE(0x23), 4096);
}

static enum vm_status protect_middle(struct mm_world *m)
{
    return mm_protect(&m->p->space, MM_PAGE(0x23), 4096, R);
}

static enum vm_status protect_two(struct mm_world *m)
{
    return mm_protect(&m->p->space, MM_PAGE(0x31), 5 * 4096, RW);
}

static enum vm_status grow_heap(struct mm_world *m)
{
    return mm_brk(&m->p->space, MM_PAGE(0x1ff));
}

static enum vm_status grow_heap_eagerly(struct mm_world *m)
{
    enum vm_status status;

    m->p->space.layout.heap_eager = true;
    status = mm_brk(&m->p->space, MM_PAGE(0x205)); /* over a border of tables */
    m->p->space.layout.heap_eager = false;
    return status;
}

static enum vm_status make_stack(struct mm_world *m)
{
    vaddr_t top;

    return mm_stack(&m->p->space, &top, 3);
}

static enum vm_status move_to(struct mm_world *m, vpn_t old, uint64_t pages, uint64_t wanted,
                              vpn_t to)
{
    const struct mm_remap q = {.old = MM_PAGE(old),
                               .old_length = pages * 4096,
                               .length = wanted * 4096,
                               .flags = MM_FIXED,
                               .address = MM_PAGE(to)};
    vaddr_t at;

    return mm_remap(&m->p->space, &at, &q);
}

static enum vm_status move_near(struct mm_world *m)
{
    return move_to(m, 0x22, 3, 3, 0x80);
}

/* Over a border of tables on both sides, so that the first pages move before a table is missing. */
static enum vm_status move_far(struct mm_world *m)
{
    return move_to(m, 0x5fe, 4, 6, 0x3fffe);
}

static enum vm_status move_between(struct mm_world *m)
{
    return move_to(m, 0x22, 3, 2, 0x40); /* between two that it fits to */
}

static enum vm_status move_middle(struct mm_world *m)
{
    return move_to(m, 0x26, 1, 1, 0x35); /* leaves a hole, and needs one */
}

static enum vm_status fork_all(struct mm_world *m)
{
    struct proc *child;
    enum vm_status status = proc_fork(m->k, &child, m->p->threads);

    if (status == VM_OK)
        mm_end(m, child);
    return status;
}

static enum vm_status will_need(struct mm_world *m)
{
    return mm_advise(&m->p->space, MM_PAGE(0x20), 8 * 4096, MM_WILLNEED);
}

static const struct call calls[] = {
    {"map", map_new, false},
    {"map over the middle", map_over, false},
    {"map over the middle, untouched", map_over_untouched, false},
    {"map over many", map_over_many, false},
    {"map shared", map_shared, false},
    {"unmap the middle", unmap_middle, false},
    {"protect the middle", protect_middle, false},
    {"protect two", protect_two, false},
    {"brk", grow_heap, false},
    {"brk, eager", grow_heap_eagerly, false},
    {"stack", make_stack, false},
    {"remap near", move_near, false},
    {"remap far", move_far, false},
    {"remap between", move_between, false},
    {"remap into the middle", move_middle, false},
    {"fork", fork_all, true},
    {"will need", will_need, true},
};

static void prepare(struct mm_world *m)
{
    map_at(m, 0x20, 8, RW, 0, NULL);
    map_at(m, 0x30, 4, R, 0, &m->file);
    map_at(m, 0x34, 4, R, 0, NULL);
    map_at(m, 0x3e, 2, RW, 0, NULL);
    map_at(m, 0x42, 2, RW, 0, NULL);
    map_at(m, 0x5fc, 10, RW, 0, NULL);
    mm_heap_begin(&m->p->space, MM_PAGE(0x1fa));
    for (unsigned i = 0; i < 4; i++) {
        mm_put(m, m->p, MM_PAGE(0x21 + i), (uint8_t)(i + 1));
        mm_put(m, m->p, MM_PAGE(0x5fe + i), (uint8_t)(i + 11));
        mm_get(m, m->p, MM_PAGE(0x30 + i));
    }
}

/* Make the call with `frames` frames left, and `records` of regions: if it fails, has it changed
 * nothing, and can it be made afterwards? Returns true if it failed. */
static bool fails_cleanly(const struct call *call, unsigned frames, unsigned records)
{
    struct mm_world *m = mm_open(128, NULL);
    enum vm_status status;
    uint64_t before;

    prepare(m);
    mm_starve(m, frames, records);
    before = mm_fingerprint(m, m->p);
    status = call->make(m);
    if (kernel_check(m->k) || (status != VM_OK && status != VM_NOMEM))
        fail_msg("%s with %u frames, %u records: status %d, %s", call->name, frames, records,
                 status, kernel_check(m->k) ? kernel_check(m->k) : "nothing broken");
    if (status != VM_OK && !call->keeps_part && mm_fingerprint(m, m->p) != before)
        fail_msg("%s with %u frames, %u records: refused, but something has changed", call->name,
                 frames, records);
    mm_feed(m);
    if (status != VM_OK)
        assert_int_equal(call->make(m), VM_OK);
    mm_leave(m);
    return status != VM_OK;
}

/* L13 K17 K20: for every number of frames and of records that is too small, until it is not. */
static void a_call_without_memory_changes_nothing(void **state)
{
    unsigned refused = 0;

    (void)state;
    for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        for (unsigned records = 0; records <= 4; records++) {
            unsigned frames = 0;

            while (fails_cleanly(&calls[i], frames, records))
                frames++;
            refused += frames;
        }
    }
    assert_true(refused > 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policies_refuse_what_they_say),
        cmocka_unit_test_setup_teardown(always_promises_everything_and_may_run_out, setup_always,
                                        teardown),
        cmocka_unit_test_setup_teardown(heuristic_refuses_what_cannot_be_at_all, setup_heuristic,
                                        teardown),
        cmocka_unit_test_setup_teardown(never_keeps_its_promises, setup_never, teardown),
        cmocka_unit_test_setup_teardown(what_was_writable_goes_on_counting, setup_always, teardown),
        cmocka_unit_test_setup_teardown(forks_and_stacks_are_promised_too, setup_never, teardown),
        cmocka_unit_test_setup_teardown(limits_of_address_space_and_data, setup_always, teardown),
        cmocka_unit_test_setup_teardown(limits_are_inherited, setup_always, teardown),
        cmocka_unit_test_setup_teardown(a_resident_limit_is_refused_at_the_fault, setup_always,
                                        teardown),
        cmocka_unit_test(a_call_without_memory_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
