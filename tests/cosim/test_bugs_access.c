/* test_bugs_access: permissions, on a hit as on a miss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene.h"

enum { PPN = 0x1234 };

/* The reason that the specification gives, written down without the model. */
static unsigned reason_of(unsigned rwxu, const struct atlas_req *req)
{
    bool r = rwxu & 1, w = rwxu & 2, x = rwxu & 4, u = rwxu & 8;

    if (req->priv == ATLAS_PRIV_U && !u)
        return ATLAS_REASON_S_PAGE;
    if (req->priv == ATLAS_PRIV_S && u && (req->acc == ATLAS_ACC_FETCH || !req->sum))
        return ATLAS_REASON_U_PAGE;
    switch (req->acc) {
    case ATLAS_ACC_FETCH: return x ? ATLAS_REASON_NONE : ATLAS_REASON_NO_X;
    case ATLAS_ACC_LOAD: return r || (req->mxr && x) ? ATLAS_REASON_NONE : ATLAS_REASON_NO_R;
    default: return w ? ATLAS_REASON_NONE : ATLAS_REASON_NO_W;
    }
}

static struct atlas_req request(uint64_t va, unsigned i)
{
    struct atlas_req req = scene_req(va, i & 3);

    req.priv = i & 4 ? ATLAS_PRIV_S : ATLAS_PRIV_U;
    req.sum = (i & 8) != 0;
    req.mxr = (i & 16) != 0;
    req.id = i & 1;
    return req;
}

static void expect(struct scene *s, unsigned rwxu, const struct atlas_req *req)
{
    unsigned reason = reason_of(rwxu, req);

    if (reason != ATLAS_REASON_NONE)
        scene_expect_fault(s, req, reason);
    else
        scene_expect_ok(s, req, (uint64_t)PPN * ATLAS_PAGE_SIZE + req->va % ATLAS_PAGE_SIZE, 0);
}

/* B19 */
static void same_answer_on_a_hit_as_on_a_miss(struct scene *s)
{
    uint64_t va = scene_low(s);

    scene_warm(s, va);
    for (unsigned rwxu = 1; rwxu < 16; rwxu++) {
        if ((rwxu & 7) == 0 || (rwxu & 3) == 2)
            continue; /* a pointer; W without R */
        scene_map(s, va, 0,
                  scene_pte(s, PPN,
                            ATLAS_MASK(PTE_V) | ATLAS_MASK(PTE_A) | ATLAS_MASK(PTE_D) |
                                (uint64_t)rwxu << ATLAS_PTE_R_LSB));
        for (unsigned i = 0; i < 32; i++) {
            struct atlas_req req = request(va, i);

            scene_fence(s, true, va, false, 0);
            expect(s, rwxu, &req);
            for (unsigned k = 0; k < 32; k++) { /* now some of them hit */
                struct atlas_req other = request(va, (i + k * 5) & 31);

                if (k % 4 == 0)
                    expect(s, rwxu, &other);
            }
            expect(s, rwxu, &req);
        }
    }
}

/* B21 */
static void supervisor_fetch_from_a_user_page(struct scene *s)
{
    struct atlas_req fetch = scene_req(scene_high(s), ATLAS_ACC_FETCH);
    struct atlas_req load = scene_req(fetch.va, ATLAS_ACC_LOAD);

    scene_warm(s, fetch.va);
    scene_map(s, fetch.va, 0, scene_pte(s, PPN, SCENE_RWXAD | ATLAS_MASK(PTE_U)));
    for (unsigned sum = 0; sum < 2; sum++) {
        fetch.sum = sum != 0;
        load.sum = sum != 0;
        scene_expect_fault(s, &fetch, ATLAS_REASON_U_PAGE);
        if (sum != 0)
            scene_expect_ok(s, &load, UINT64_C(0x1234000) + load.va % ATLAS_PAGE_SIZE, 0);
        else
            scene_expect_fault(s, &load, ATLAS_REASON_U_PAGE);
        scene_expect_fault(s, &fetch, ATLAS_REASON_U_PAGE); /* with the page in the TLB, too */
    }
}

static void test_same_answer_on_a_hit_as_on_a_miss(void **state)
{
    (void)state;
    scene_each(same_answer_on_a_hit_as_on_a_miss);
}

static void test_supervisor_fetch_from_a_user_page(void **state)
{
    (void)state;
    scene_each(supervisor_fetch_from_a_user_page);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_answer_on_a_hit_as_on_a_miss),
        cmocka_unit_test(test_supervisor_fetch_from_a_user_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
