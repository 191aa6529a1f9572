/* test_run_options.c: atlas run on references that it makes itself, and what it can tell of a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "run_atlas.h"

#define MODEL "atlas run --target model "

static struct run_atlas r;

static void run_line(const char *line, int status)
{
    run_atlas(&r, line);
    if (r.status != status)
        fail_msg("%s: status %d, expected %d: %s", line, r.status, status, r.err);
}

static void assert_says(const char *text)
{
    if (strstr(r.err, text) == NULL)
        fail_msg("no \"%s\" in: %s", text, r.err);
}

/* ---- Generators ---------------------------------------------------------------------------- */

/* P26: nothing is learned by use: the area is mapped from the start. */
static void a_loop_faults_once_a_page(void **state)
{
    (void)state;
    run_line(MODEL "--generate loop,pages=5,refs=12,stores=0", 0);
    assert_string_equal(r.out, "run: 12 references, 0 mismatches\n");
    assert_says("references              12  fetch 0, load 12, store 0, modify 0\n");
    assert_says("pages                    5  distinct; ");
    assert_says("regions                  1  learned from the program's maps 0 times, from use 0 ");
    assert_says("faults                   5  demand fill 5\n");
}

static void every_kind_runs_in_lockstep(void **state) /* P26 */
{
    static const char *const kinds[] = {"sequential", "strided", "loop", "random",
                                        "zipf",       "phases",  "chase"};

    (void)state;
    for (unsigned i = 0; i < 7; i++) {
        char line[200];

        snprintf(line, sizeof line, "atlas run --generate %s,refs=5000,stores=40", kinds[i]);
        run_line(line, 0);
        assert_string_equal(r.out, "run: 5000 references, 0 mismatches\n");
    }
}

/* A generator whose seed is not given follows --seed, wherever that stands. */
static void the_seed_is_the_runs(void **state)
{
    static const char *const same[] = {"--seed 5 --generate random,pages=100,refs=99",
                                       "--generate random,pages=100,refs=99 --seed 5",
                                       "--generate random,pages=100,refs=99,seed=5"};
    char pages[3][40], line[200];

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        snprintf(line, sizeof line, MODEL "%s", same[i]);
        run_line(line, 0);
        assert_non_null(strstr(r.err, "pages "));
        snprintf(pages[i], sizeof pages[i], "%.30s", strstr(r.err, "pages "));
        assert_string_equal(pages[i], pages[0]);
    }
    run_line(MODEL "--generate random,pages=100,refs=99", 0);
    assert_null(strstr(r.err, pages[0]));
}

static void generators_take_turns_with_traces_and_programs(void **state)
{
    (void)state;
    run_line("echo ' L 7ffff000,8' | " MODEL "--quantum 3 --generate loop,pages=2,refs=7 --trace - "
             "--generate sequential,refs=4,base=0x40000000",
             0);
    assert_string_equal(r.out, "run: 12 references, 0 mismatches\n");
    assert_says("process 1                7  references, 2 faults, 2 pages, ");
    assert_says("process 2                1  references, 2 faults, 1 pages, ");
    assert_says("process 3                4  references, 1 faults, 1 pages, ");
    run_line(MODEL "--procs 5 --generate loop,pages=3,refs=6 --generate loop,pages=4,refs=4", 0);
    assert_string_equal(r.out, "run: 26 references, 0 mismatches\n");
    assert_says("process 4                4  references, 4 faults, ");
    assert_says("process 5                6  references, 3 faults, ");
    run_line(MODEL "--limit 5000 --quantum 10 --generate random -- /bin/true", 0);
    assert_string_equal(r.out, "run: 5000 references, 0 mismatches\n");
    assert_says("process 1             2500  references, ");
    assert_says("/bin/true: stopped after 2500 references\n");
}

static void an_area_must_fit(void **state)
{
    (void)state;
    run_line(MODEL "--paging sv39 --generate loop,pages=16,base=0x3ffffff000", 2);
    assert_says("--generate loop,pages=16,base=0x3ffffff000: 16 pages at 0x3ffffff000 in Sv39: ");
    assert_string_equal(r.out, "");
    run_line(MODEL "--paging sv39 --generate loop,pages=1,refs=3,base=0x3ffffff000", 0);
    run_line(MODEL "--paging sv32 --generate loop,pages=1,refs=3,base=0x100000000", 2);
    assert_says("in Sv32: ");
}

/* ---- Wrong usage --------------------------------------------------------------------------- */

static void wrong_usage_is_status_2(void **state)
{
    static const struct {
        const char *line, *says;
    } wrong[] = {
        {"atlas run --generate none", "--generate none: 'none', expected sequential"},
        {"atlas run --generate zipf,stride=8", "--generate zipf,stride=8: 'stride' is a key of"},
        {"atlas run --generate", "requires an argument"},
        {"atlas run --procs 1 --generate loop --generate loop", "--procs 1: expected at least 2"},
        {"atlas run --generate loop --trace x ls", "not both"},
        {"atlas run", "expected a PROGRAM, --trace FILE, or --generate KIND"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        run_line(wrong[i].line, 2);
        assert_says(wrong[i].says);
        assert_string_equal(r.out, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loop_faults_once_a_page),
        cmocka_unit_test(every_kind_runs_in_lockstep),
        cmocka_unit_test(the_seed_is_the_runs),
        cmocka_unit_test(generators_take_turns_with_traces_and_programs),
        cmocka_unit_test(an_area_must_fit),
        cmocka_unit_test(wrong_usage_is_status_2),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
