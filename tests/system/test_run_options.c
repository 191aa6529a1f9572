/* test_run_options.c: atlas run on references that it makes itself, and what it can tell of a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "run_args.h"
#include "run_atlas.h"
#include "run_sums.h"

#define MODEL "atlas run --target model "

static struct run_atlas r;

static void run_line(const char *line, int status)
{
    run_atlas_ends(&r, line, status);
}

static void assert_says(const char *text)
{
    run_atlas_says(&r, text);
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

/* ---- A line every so many references ------------------------------------------------------- */

/* A line of --vmstat. */
struct line {
    unsigned long refs, free, table, kernel, user, minor, major, cow, refused, cs;
    char tlb[2][8]; /* of port 0 and 1 */
};

static const char *next_line(const char *text)
{
    return strchr(text, '\n') + 1;
}

static const char *read_line(struct line *l, const char *text)
{
    int got = sscanf(text, "%lu %lu %lu %lu %lu %lu %lu %lu %lu %lu %7s %7s\n", &l->refs, &l->free,
                     &l->table, &l->kernel, &l->user, &l->minor, &l->major, &l->cow, &l->refused,
                     &l->cs, l->tlb[0], l->tlb[1]);

    if (got != 12)
        fail_msg("no line of numbers: %s", text);
    return next_line(text);
}

static const char *read_header(const char *text)
{
    assert_true(strncmp(text, "      refs     free  table kernel     user  minor ", 50) == 0);
    return next_line(text);
}

static void assert_line(const struct line *l, unsigned long refs, unsigned long user,
                        unsigned long major, unsigned long cs, const char *tlb1)
{
    assert_int_equal(l->refs, refs);
    assert_int_equal(l->user, user);
    assert_int_equal(l->major, major);
    assert_int_equal(l->cs, cs);
    assert_int_equal(l->minor + l->cow + l->refused, 0);
    assert_string_equal(l->tlb[0], "-");
    assert_string_equal(l->tlb[1], tlb1);
}

/* M17: three pages, two references a line. A fault is a lookup that misses, and so is its retry;
 * every page is then in the TLB. */
static void vmstat_tells_what_has_changed(void **state)
{
    struct line first, l;
    const char *text;

    (void)state;
    run_line(MODEL "--frames 1000 --paging sv39 --vmstat 2 --generate loop,pages=3,refs=7,stores=0",
             0);
    text = read_line(&first, read_header(r.err));
    assert_line(&first, 2, 2, 2, 1, "0.0");
    assert_int_equal(first.table, 3); /* Sv39 */
    text = read_line(&l, text);
    assert_line(&l, 4, 3, 1, 0, "33.3"); /* miss, its retry, hit */
    assert_true(l.free < first.free);
    assert_int_equal(l.free + l.table + l.kernel + l.user,
                     first.free + first.table + first.kernel + first.user);
    text = read_line(&l, text);
    assert_line(&l, 6, 3, 0, 0, "100.0");
    assert_true(strncmp(text, "target ", 7) == 0);
}

static void vmstat_sees_turns_and_what_a_program_maps(void **state)
{
    struct line l;
    const char *text;

    (void)state;
    run_line(MODEL "--vmstat 8 --quantum 2 --svade --generate loop,pages=1,refs=4,stores=100 "
                   "--generate loop,pages=1,refs=4,stores=0",
             0);
    read_line(&l, read_header(r.err));
    assert_int_equal(l.cs, 4);
    assert_int_equal(l.major, 2);
    assert_int_equal(l.user, 2);
    run_line("printf ' L 1000,8\\nI  2000,8\\n L 3000,8\\n' | " MODEL "--vmstat 3 --trace -", 0);
    text = read_line(&l, read_header(r.err));
    assert_int_equal(l.refused, 3);
    assert_int_equal(l.major, 3);
    assert_string_equal(l.tlb[0], "0.0");
    assert_true(strncmp(text, "target ", 7) == 0);
}

static void vmstat_repeats_its_header(void **state)
{
    struct line l;
    const char *text;

    (void)state;
    run_line(MODEL "--vmstat 1 --generate loop,pages=1,refs=41", 0);
    text = r.err;
    for (unsigned i = 0; i < 41; i++) {
        if (i % 20 == 0)
            text = read_header(text);
        text = read_line(&l, text);
        assert_int_equal(l.refs, i + 1);
    }
}

static void mmus_that_do_not_count_have_no_hit_rate(void **state)
{
    struct line l;

    (void)state;
    run_line(MODEL "--preset rv64:CTR_BITS=0 --vmstat 5 --generate random,refs=5", 0);
    read_line(&l, read_header(r.err));
    assert_string_equal(l.tlb[1], "-");
}

/* Counters of 8 bits wrap around between two lines: 200 lookups and then 200 more. */
static void counters_that_wrap_around_are_understood(void **state)
{
    struct line l;
    const char *text;

    (void)state;
    run_line(MODEL "--preset rv64:CTR_BITS=8 --vmstat 200 --generate sequential,refs=400,pages=1",
             0);
    text = read_line(&l, read_header(r.err));
    read_line(&l, text);
    assert_string_equal(l.tlb[1], "100.0");
}

static void each_class_of_fault_has_its_column(void **state)
{
    struct fault_stats stats = {0};
    struct fault_sums sums;

    (void)state;
    for (unsigned i = 0; i < FAULT_CLASSES; i++)
        stats.count[i] = UINT64_C(1) << i;
    sums = run_fault_sums(&stats);
    assert_int_equal(sums.minor, 1 << FAULT_ZERO | 1 << FAULT_CACHE | 1 << FAULT_DEVICE |
                                     1 << FAULT_REUSE | 1 << FAULT_AD | 1 << FAULT_STALE);
    assert_int_equal(sums.major, 1 << FAULT_PAGER);
    assert_int_equal(sums.copied, 1 << FAULT_COPY);
    assert_int_equal(sums.minor | sums.major | sums.copied | sums.refused | 1 << FAULT_GROWTH,
                     (1 << FAULT_CLASSES) - 1);
    assert_int_equal(run_faults(&stats), (1 << FAULT_CLASSES) - 1);
}

/* ---- Maps ---------------------------------------------------------------------------------- */

/* L13 M9: five pages of eight were used. */
static void maps_show_regions_and_what_is_in_memory(void **state)
{
    (void)state;
    run_line(MODEL "--paging sv39 --maps --limit 5 --generate loop,pages=8", 0);
    assert_true(strncmp(r.err,
                        "maps of process 1, loop,pages=8: VSZ 32 KiB, RSS 20 KiB, page tables "
                        "12 KiB\n"
                        "      20 KiB  10000000-10008000 rw-p 10000000 00:00 0\n"
                        "target ",
                        120) == 0);
}

/* Pages 0, 2 and 4 of eight. */
static void maps_count_scattered_pages(void **state)
{
    (void)state;
    run_line(MODEL "--maps --generate strided,pages=8,stride=8192,refs=3", 0);
    assert_says("      12 KiB  10000000-10008000 rw-p ");
}

/* L13: a page of instructions, two of data side by side, a load of the first page, a store. */
static void maps_of_a_trace_show_what_its_use_told(void **state)
{
    (void)state;
    run_line("printf 'I  1000,8\\n L 3000,8\\n S 2ffc,4\\n S 7ffff000,8\\n L 1000,8\\n' | " MODEL
             "--maps --trace -",
             0);
    assert_says("maps of process 1, -: VSZ 16 KiB, RSS 16 KiB, page tables ");
    assert_says("       4 KiB  00001000-00002000 r-xp 00001000 00:00 0\n"
                "       8 KiB  00002000-00004000 rw-p 00002000 00:00 0\n"
                "       4 KiB  7ffff000-80000000 rw-p 7ffff000 00:00 0\n"
                "target ");
}

/* M9: what the regions of a program have in memory adds up to its RSS, their sizes to its VSZ. */
static void maps_of_a_program_add_up(void **state)
{
    unsigned long vsz, rss, resident, start, end;
    unsigned lines = 0;
    const char *text;

    (void)state;
    run_line(MODEL "--maps /bin/true", 0);
    text = strstr(r.err, "maps of process 1, /bin/true: ");
    assert_non_null(text);
    assert_int_equal(sscanf(text, "maps of process 1, /bin/true: VSZ %lu KiB, RSS %lu", &vsz, &rss),
                     2);
    assert_non_null(strstr(text, " r-xp "));
    for (text = next_line(text); sscanf(text, "%lu KiB %lx-%lx ", &resident, &start, &end) == 3;
         text = next_line(text)) {
        assert_true(resident <= (end - start) / 1024);
        vsz -= (end - start) / 1024;
        rss -= resident;
        lines++;
    }
    assert_int_equal(vsz, 0);
    assert_int_equal(rss, 0);
    assert_true(lines > 5);
}

static void each_process_has_its_maps_when_it_ends(void **state)
{
    const char *first, *second;

    (void)state;
    run_line(MODEL "--maps --vmstat 7 --quantum 1 --generate loop,pages=2,refs=6 --generate "
                   "loop,pages=1,refs=2",
             0);
    first = strstr(r.err, "maps of process 2, loop,pages=1,refs=2: VSZ 4 KiB, RSS 4 KiB, ");
    second = strstr(r.err, "maps of process 1, loop,pages=2,refs=6: VSZ 8 KiB, RSS 8 KiB, ");
    assert_non_null(first);
    assert_non_null(second);
    assert_true(first < strstr(r.err, "         7 ") && second > strstr(r.err, "         7 "));
}

/* ---- The command that replays a reference -------------------------------------------------- */

/* Of `words`, up to a NULL. */
static void assert_replay(char **words, const char *expected)
{
    struct run_args a;
    char text[300], *before, *after;
    int count = 0;

    while (words[count] != NULL)
        count++;
    run_args_parse(&a, count, words);
    before = run_args_before(&a);
    after = run_args_after(&a);
    snprintf(text, sizeof text, "%s 7%s", before, after);
    assert_string_equal(text, expected);
    free(before);
    free(after);
    run_args_free(&a);
}

static void a_replay_names_every_source_once(void **state)
{
    char *words[] = {"atlas run", "--generate", "zipf,refs=9", "--procs", "5",  "-t",
                     "model",     "--maps",     "--seed",      "3",       "--", "/bin/true",
                     ":::",       "sh",         "-c",          "exit 0",  NULL};
    char *traces[] = {"atlas run", "--trace", "a b", "--generate", "loop", "--quantum", "5", NULL};

    (void)state;
    assert_replay(words, "atlas run --target model --seed 3 --procs 5 --limit 7 --generate "
                         "zipf,refs=9 -- /bin/true ::: sh -c 'exit 0'");
    assert_replay(traces,
                  "atlas run --target lockstep --quantum 5 --wave run.fst --limit 7 --trace "
                  "'a b' --generate loop");
}

/* ---- Wrong usage --------------------------------------------------------------------------- */

/* M10 P25: all that must hold does, after every reference; with the kernel mapped, too. */
static void invariants_hold_in_runs(void **state)
{
    (void)state;
    run_line(MODEL "--frames 512 --check 1 --generate random,pages=40,refs=400 "
                   "--generate zipf,pages=40,refs=400 --quantum 3",
             0);
    assert_string_equal(r.out, "run: 800 references, 0 mismatches\n");
    run_line("atlas run --frames 512 --check 7 --map-kernel --harts 2 --quantum 3 "
             "--generate random,pages=40,refs=400 --generate chase,pages=40,refs=400",
             0);
    assert_string_equal(r.out, "run: 800 references, 0 mismatches\n");
    run_line(MODEL "--check 0 --generate loop", 2);
    assert_says("--check");
}

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
        {"atlas run --vmstat 0 ls", "--vmstat: '0', expected a number from 1"},
        {"atlas run -q --vmstat 5 ls", "expected no --quiet"},
        {"atlas run -q --maps ls", "expected no --quiet"},
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
        cmocka_unit_test(vmstat_tells_what_has_changed),
        cmocka_unit_test(vmstat_sees_turns_and_what_a_program_maps),
        cmocka_unit_test(vmstat_repeats_its_header),
        cmocka_unit_test(mmus_that_do_not_count_have_no_hit_rate),
        cmocka_unit_test(counters_that_wrap_around_are_understood),
        cmocka_unit_test(each_class_of_fault_has_its_column),
        cmocka_unit_test(maps_show_regions_and_what_is_in_memory),
        cmocka_unit_test(maps_of_a_trace_show_what_its_use_told),
        cmocka_unit_test(maps_count_scattered_pages),
        cmocka_unit_test(maps_of_a_program_add_up),
        cmocka_unit_test(each_process_has_its_maps_when_it_ends),
        cmocka_unit_test(a_replay_names_every_source_once),
        cmocka_unit_test(invariants_hold_in_runs),
        cmocka_unit_test(wrong_usage_is_status_2),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
