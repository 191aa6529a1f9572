/* test_os_nomem.c: the life of a process, with every single allocation of a frame made to fail in
 * turn: whatever is refused is undone, and the end leaves no frame behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mem/frames_audit.h"
#include "os/proc/proc.h"
#include "os_fixture.h"

enum { R = REGION_R, RW = REGION_R | REGION_W, GIB = 1 << 18 /* [pages] */ };

struct machine {
    struct world *world;
    struct kernel *k;
};

static struct machine boot(const struct frame_policy *policy)
{
    const struct kernel_config config = {.mode = ATLAS_MODE_SV39,
                                         .table_limit = 100,
                                         .frames = policy,
                                         .kmem_flags = SLAB_DEBUG,
                                         .poison = true};
    struct machine m = {.world = world_open(WORLD_FRAMES)};

    m.world->params.levels = 5;
    assert_int_equal(kernel_boot(&m.k, &m.world->phys, &m.world->mmu, &config), VM_OK);
    return m;
}

static void check(const struct kernel *k)
{
    frames_check(&k->frames);
    kmem_check(&k->kmem);
}

/* Map, touch, cut and unmap: what can be done is done. Returns the steps that were refused. */
static unsigned live(struct kernel *k, struct proc *p)
{
    struct atlas_rsp rsp;
    unsigned refused = 0;

    proc_enter(k, p);
    for (vpn_t at = 0; at < 3; at++) {
        const struct region model = {.start = at * GIB + 16, .end = at * GIB + 32, .flags = RW};

        refused += space_map(&p->space, &model) != VM_OK;
        for (vpn_t vpn = model.start; vpn < model.end; vpn += 5)
            refused += proc_access(k, &rsp, 0, vpn << ATLAS_PAGE_SHIFT, ATLAS_ACC_STORE) != PROC_OK;
        check(k);
    }
    refused += space_protect(&p->space, 20, 24, R) != VM_OK;
    check(k);
    refused += space_unmap(&p->space, GIB + 20, GIB + 24) != VM_OK;
    check(k);
    return refused;
}

static void every_refused_frame_is_survived(void **state) /* K8 K19 M25 */
{
    struct machine m = boot(*state);
    struct frames *f = &m.k->frames;
    uint32_t free = f->by_kind[FRAME_FREE], by_kind[FRAME_KINDS];
    unsigned n = 0;
    bool fired = true;

    while (fired) {
        unsigned refused = 1;
        struct proc *p;

        f->fail_at = ++n;
        if (proc_create(m.k, &p) == VM_OK) {
            refused = live(m.k, p);
            proc_exit(m.k, p, 0);
        }
        fired = f->fail_at == 0;
        assert_int_equal(refused > 0, fired);
        assert_int_equal(frames_of_owner(f, by_kind, m.k->next_pid - 1), 0);
        assert_int_equal(f->by_kind[FRAME_FREE], free);
        assert_int_equal(f->by_kind[FRAME_KERNEL], 0);
        check(m.k);
        f->fail_at = 0;
    }
    /* The process, its thread, its root, the regions, the reverse map; in each GiB two tables and
     * four pages. */
    assert_int_equal(n - 1, 3 + 2 + 3 * 6);
    world_close(m.world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(every_refused_frame_is_survived,
                                  (void *)(uintptr_t)&frames_buddy),
        cmocka_unit_test_prestate(every_refused_frame_is_survived,
                                  (void *)(uintptr_t)&frames_bitmap),
        cmocka_unit_test_prestate(every_refused_frame_is_survived, (void *)(uintptr_t)&frames_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
