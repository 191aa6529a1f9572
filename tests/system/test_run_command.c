/* test_run_command.c: atlas run, as a user runs it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "run_atlas.h"

#define MODEL "atlas run --target model "

static struct run_atlas r;

static void assert_last_line(const char *expected)
{
    assert_string_equal(run_atlas_last_line(r.out), expected);
}

static void assert_says(const char *text)
{
    run_atlas_says(&r, text);
}

/* ---- Recorded traces ----------------------------------------------------------------------- */

/* Nine references on five pages; one store crosses into a sixth. 32-bit addresses. */
static const char trace_text[] = "==7== Lackey, an example Valgrind tool\n"
                                 "==7== \n"
                                 "I  00401000,3\n"
                                 " S 7ffff008,8\n"
                                 "I  00401003,5\n"
                                 " L 7ffff008,8\n"
                                 " M 7ffff00c,4\n"
                                 "I  00402ffe,2\n"
                                 " S 00602ffc,8\n"
                                 " L 00603000,4\n"
                                 "\n"
                                 " S 00402010,1\n"
                                 "==7== Exit code:       0\n";

static char trace[] = "/tmp/atlas_test_run_XXXXXX";

static int make_trace(void **state)
{
    int fd;

    (void)state;
    snprintf(trace, sizeof trace, "/tmp/atlas_test_run_XXXXXX");
    fd = mkstemp(trace);
    if (fd < 0 || write(fd, trace_text, sizeof trace_text - 1) != (ssize_t)sizeof trace_text - 1)
        return -1;
    return close(fd);
}

static int drop_trace(void **state)
{
    (void)state;
    return unlink(trace);
}

/* Run a command line in which $T is the trace. */
static void with_trace(const char *command_line)
{
    char line[500];

    snprintf(line, sizeof line, "T=%s; %s", trace, command_line);
    run_atlas(&r, line);
}

static void a_recorded_trace_has_known_counts(void **state)
{
    (void)state;
    with_trace(MODEL "--trace $T");
    assert_int_equal(r.status, 0);
    assert_string_equal(r.out, "run: 9 references, 0 mismatches\n");
    assert_says("fetch 3, load 2, store 3, modify 1\n");
    assert_says("translations            11  1 accesses crossed a page\n");
    assert_says("pages                    5  distinct; ");
    assert_says("from use 5 pages, widened by use 1 pages\n");
    assert_says("faults                  11  demand fill 5, protection 1, invalid 5\n");
    assert_says("mismatches               0\n");
}

/* K1: two processes of nine references, with the same addresses. */
static void recorded_traces_take_turns(void **state)
{
    (void)state;
    with_trace(MODEL "--quantum 2 --trace $T --trace $T");
    assert_int_equal(r.status, 0);
    assert_string_equal(r.out, "run: 18 references, 0 mismatches\n");
    assert_says("pages                   10  distinct; ");
    assert_says("process 1                9  references, 11 faults, 5 pages, ");
    assert_says("process 2                9  references, 11 faults, 5 pages, ");
    assert_says("hart 0                  12  switches, ");
    with_trace(MODEL "--quantum 2 --limit 11 --trace $T --procs 3");
    assert_string_equal(r.out, "run: 11 references, 0 mismatches\n");
    assert_says("process 1                4  references, ");
    assert_says("process 2                4  references, ");
    assert_says("process 3                3  references, ");
    with_trace("atlas run --harts 2 --quantum 1 --trace $T --procs 3");
    assert_string_equal(r.out, "run: 27 references, 0 mismatches\n");
    assert_says("hart 1 ");
}

static void every_target_and_preset_runs_it(void **state)
{
    static const char *const targets[] = {"model", "rtl", "lockstep"};
    static const char *const presets[] = {"tiny", "rv32", "rv64", "full"};

    (void)state;
    for (unsigned t = 0; t < 3; t++) {
        for (unsigned p = 0; p < 4; p++) {
            char line[300];

            snprintf(line, sizeof line, "atlas run --target %s --preset %s --trace %s", targets[t],
                     presets[p], trace);
            run_atlas(&r, line);
            assert_int_equal(r.status, 0);
            assert_string_equal(r.out, "run: 9 references, 0 mismatches\n");
            if (t > 0)
                assert_says(" per translation\n");
        }
    }
}

static void modes_and_options_change_what_they_name(void **state)
{
    (void)state;
    with_trace(MODEL "--mode sv39 --trace $T");
    assert_says("(Sv39)");
    with_trace(MODEL "--mode sv57 --svade --trace $T");
    assert_says("(Sv57)");
    assert_says("accessed/dirty 6"); /* one a page, and one for the store after a fetch */
    with_trace(MODEL "--mode sv32 --trace $T");
    assert_says("preset rv32");
    with_trace(MODEL "--frames 1000 --limit 4 --trace $T");
    assert_last_line("run: 4 references, 0 mismatches");
    assert_says("of 1000 frames free");
    with_trace("atlas run --target rtl --latency 9 --stalls --seed 3 --trace $T");
    assert_int_equal(r.status, 0);
}

static void quiet_says_only_the_last_line(void **state)
{
    (void)state;
    with_trace(MODEL "--quiet --trace $T");
    assert_int_equal(r.status, 0);
    assert_string_equal(r.out, "run: 9 references, 0 mismatches\n");
    assert_string_equal(r.err, "");
}

static void packed_traces_and_standard_input_are_read(void **state)
{
    (void)state;
    with_trace("gzip -c < $T > $T.gz && " MODEL "--trace $T.gz; rm $T.gz");
    assert_last_line("run: 9 references, 0 mismatches");
    with_trace("xz -c < $T > $T.xz && " MODEL "--trace $T.xz; rm $T.xz");
    assert_last_line("run: 9 references, 0 mismatches");
    with_trace(MODEL "--trace - < $T");
    assert_last_line("run: 9 references, 0 mismatches");
}

static void a_waveform_of_one_reference_is_written(void **state)
{
    (void)state;
    with_trace("atlas run --target rtl -q --limit 7 --wave $T.fst --trace $T; test -s $T.fst "
               "&& rm $T.fst");
    assert_int_equal(r.status, 0);
}

static void a_malformed_line_is_named(void **state)
{
    char place[60];

    (void)state;
    with_trace("echo ' L 12g,8' >> $T; " MODEL "--trace $T");
    assert_int_equal(r.status, 2);
    assert_string_equal(r.out, "");
    snprintf(place, sizeof place, "%s:14: ", trace);
    assert_says(place);
    assert_says("no comma after the address, expected a lackey line");
}

static void traces_that_cannot_be_read_are_named(void **state)
{
    (void)state;
    run_atlas(&r, MODEL "--trace /no/such/trace");
    assert_int_equal(r.status, 2);
    assert_says("/no/such/trace: ");
    run_atlas(&r, MODEL "--trace /dev/null");
    assert_int_equal(r.status, 2);
    assert_says("/dev/null: no reference in it");
    assert_string_equal(r.out, "");
}

static void addresses_that_do_not_fit_are_named(void **state)
{
    (void)state;
    run_atlas(&r, "echo ' L 1ffefffe38,8' | atlas run --target model --preset rv32 --trace -");
    assert_int_equal(r.status, 2);
    assert_says("-:1: address 1ffefffe38 does not fit Sv32");
    run_atlas(&r, "echo ' L 7fff00000000,8' | " MODEL "--mode sv39 --trace -");
    assert_int_equal(r.status, 2);
    assert_says("-:1: address 7fff00000000 does not fit Sv39");
    run_atlas(&r, "echo ' L 7fff00000000,8' | " MODEL "--trace -");
    assert_int_equal(r.status, 0);
}

static void too_few_frames_end_the_run(void **state)
{
    (void)state;
    with_trace(MODEL "--frames 8 --trace $T");
    assert_int_equal(r.status, 2);
    assert_says("out of frames at reference");
    assert_says("8 are not enough, expected more --frames");
}

static void wrong_usage_is_status_2(void **state)
{
    static const struct {
        const char *line, *says;
    } wrong[] = {
        {"atlas run", "expected a PROGRAM, --trace FILE, or --generate KIND"},
        {"atlas run --trace x ls", "not both"},
        {"atlas run --procs 1 --trace x --trace y", "--procs 1: expected at least 2"},
        {"atlas run --procs 65 ls", "--procs"},
        {"atlas run --harts 9 ls", "--harts"},
        {"atlas run ls :::", "before and after each ':::'"},
        {"atlas run ls ::: ::: ls", "before and after each ':::'"},
        {"atlas run --nonsense ls", "--nonsense"},
        {"atlas run --target none ls", "expected one of model, rtl, lockstep"},
        {"atlas run --preset none ls", "--preset"},
        {"atlas run --mode sv40 ls", "expected sv32, sv39, sv48 or sv57"},
        {"atlas run --preset rv64 --mode sv57 ls", "preset rv64"},
        {"atlas run --frames 0 ls", "--frames"},
        {"atlas run --frames 99999999 --preset rv64 ls", "expected at most 524288"},
        {"atlas run --limit x ls", "--limit"},
        {MODEL "--wave x ls", "--wave needs a --target with RTL"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        run_atlas(&r, wrong[i].line);
        assert_int_equal(r.status, 2);
        assert_says(wrong[i].says);
        assert_string_equal(r.out, "");
    }
}

/* ---- Real programs ------------------------------------------------------------------------- */

static unsigned long references(void)
{
    unsigned long n = 0;

    assert_int_equal(sscanf(run_atlas_last_line(r.out), "run: %lu references, 0 mismatches", &n),
                     1);
    return n;
}

static void a_real_program_runs_in_lockstep(void **state) /* M26 */
{
    (void)state;
    run_atlas(&r, "atlas run -- /bin/true");
    assert_int_equal(r.status, 0);
    assert_true(references() > 50000);
    assert_says("/bin/true: the program's exit status is 0\n");
    assert_says("target            lockstep  preset full\n");
    assert_says("(Sv48)");
    assert_says("learned from the program's maps ");
    assert_null(strstr(r.err, "maps 0 times"));
}

static void the_programs_status_is_no_error(void **state)
{
    (void)state;
    run_atlas(&r, MODEL "sh -c 'exit 7'");
    assert_int_equal(r.status, 0);
    assert_says("sh: the program's exit status is 7\n");
    assert_true(references() > 50000);
}

static void the_program_keeps_its_standard_streams(void **state)
{
    (void)state;
    run_atlas(&r, "echo typed | " MODEL "-q -- sh -c 'read x; echo got $x; echo oops >&2'");
    assert_int_equal(r.status, 0);
    assert_string_equal(r.err, "oops\n");
    assert_true(strncmp(r.out, "got typed\nrun: ", 15) == 0);
}

/* valgrind leaves the log open for the program: at 900, where nobody looks. */
static void the_programs_low_descriptors_are_its_own(void **state)
{
    static const char list[] = "sh -c 'exec ls /proc/self/fd'";
    char line[100], expected[RUN_ATLAS_TEXT];

    (void)state;
    run_atlas(&r, list);
    snprintf(expected, sizeof expected, "%.1000s900\nrun: ", r.out);
    snprintf(line, sizeof line, MODEL "-q -- %s", list);
    run_atlas(&r, line);
    assert_memory_equal(r.out, expected, strlen(expected));
}

/* A process that left the group and keeps the log open does not keep Atlas waiting. */
static void a_daemon_does_not_keep_atlas(void **state)
{
    long pid;

    (void)state;
    run_atlas(&r, MODEL "-q -- sh -c 'setsid sleep 1000 & echo $!; sleep 1'");
    assert_int_equal(r.status, 0);
    assert_int_equal(sscanf(r.out, "%ld", &pid), 1);
    assert_int_equal(kill((pid_t)pid, SIGKILL), 0);
}

static void sv39_and_svade_and_a_small_mmu_run_it_too(void **state)
{
    (void)state;
    run_atlas(
        &r,
        "atlas run --mode sv39 --preset full:L1_SETS=1,L1_SIDE=1,L2_SETS=0,L2_BIG=0 --target model "
        "--svade /bin/true");
    assert_int_equal(r.status, 0);
    assert_true(references() > 50000);
    run_atlas(&r, "atlas run -q --preset rv64 --target lockstep --svade --limit 20000 /bin/true");
    assert_last_line("run: 20000 references, 0 mismatches");
}

static void real_programs_take_turns_in_lockstep(void **state) /* K1 M7 M26 */
{
    (void)state;
    run_atlas(&r, "atlas run --quantum 3000 -- /bin/true ::: sh -c 'exit 5' ::: echo three");
    assert_int_equal(r.status, 0);
    assert_true(references() > 300000);
    assert_says("/bin/true: the program's exit status is 0\n");
    assert_says("sh: the program's exit status is 5\n");
    assert_says("echo: the program's exit status is 0\n");
    assert_string_equal(strtok(r.out, "\n"), "three");
}

static void one_program_that_crashes_does_not_end_the_others(void **state)
{
    (void)state;
    run_atlas(&r, MODEL "-- sh -c 'kill -SEGV $$' ::: echo lives");
    assert_int_equal(r.status, 2);
    assert_says("sh: the program was killed by signal 11 (Segmentation fault)\n");
    assert_says("echo: the program's exit status is 0\n");
    assert_string_equal(strtok(r.out, "\n"), "lives");
}

static void the_limit_ends_the_program(void **state)
{
    (void)state;
    run_atlas(&r, MODEL "--limit 1000 -- sleep 1000");
    assert_int_equal(r.status, 0);
    assert_last_line("run: 1000 references, 0 mismatches");
    assert_says("sleep: stopped after 1000 references\n");
}

static void a_program_that_crashes_is_reported(void **state)
{
    (void)state;
    run_atlas(&r, MODEL "-- sh -c 'kill -SEGV $$'");
    assert_int_equal(r.status, 2);
    assert_says("sh: the program was killed by signal 11 (Segmentation fault)\n");
    assert_true(references() > 50000);
    run_atlas(&r, MODEL "-q -- sh -c 'kill -KILL $$'");
    assert_int_equal(r.status, 2);
    assert_string_equal(r.err, "sh: the program was killed by signal 9 (Killed)\n");
}

static void programs_that_cannot_be_run_are_named(void **state)
{
    static const struct {
        const char *line, *says;
    } wrong[] = {
        {MODEL "/no/such/program", "/no/such/program: No such file or directory\n"},
        {MODEL "no-such-program", "no-such-program: no such program in PATH\n"},
        {MODEL "/tmp", "/tmp: is no regular file, expected a program\n"},
        {MODEL "/etc/passwd", "/etc/passwd: is not executable\n"},
        {"PATH=; " MODEL "/bin/true", "valgrind cannot be started: "},
        {"atlas run --target model --preset rv32 /bin/true",
         "/bin/true: a 64-bit program, expected a 32-bit one for preset rv32\n"},
        {"atlas run --target model --preset tiny -- sh -c 'exit 0'", "a 64-bit program"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        run_atlas(&r, wrong[i].line);
        assert_int_equal(r.status, 2);
        assert_says(wrong[i].says);
        assert_string_equal(r.out, "");
    }
}

static void a_broken_pipe_ends_everything(void **state)
{
    (void)state;
    run_atlas(&r, MODEL "-- yes | head -n 1");
    assert_string_equal(r.out, "y\n");
    assert_says("yes: the program was killed by signal 13 (Broken pipe)\n");
}

/* ---- No process is left behind ------------------------------------------------------------- */

/* A program that says who it is and waits, with a child that waits, too. */
static char *waiting[] = {"atlas",    "run",   "-q",
                          "--target", "model", "--",
                          "sh",       "-c",    "sleep 1000 & echo $$ $!; sleep 1000; :",
                          NULL};
/* The same, second to another one. */
static char *two_waiting[] = {"atlas", "run", "-q",    "--target",
                              "model", "--",  "sleep", "1000",
                              ":::",   "sh",  "-c",    "sleep 1000 & echo $$ $!; sleep 1000; :",
                              NULL};

static void start_waiting(pid_t *atlas, pid_t *program, pid_t *child, char **command)
{
    long pids[2];
    FILE *out;
    int fd;

    *atlas = run_atlas_start(&fd, command);
    out = fdopen(fd, "r");
    assert_int_equal(fscanf(out, "%ld %ld", &pids[0], &pids[1]), 2);
    fclose(out);
    *program = (pid_t)pids[0];
    *child = (pid_t)pids[1];
}

static void no_way_to_end_atlas_leaves_a_process(void **state)
{
    static const int ways[] = {SIGINT, SIGTERM, SIGHUP, SIGKILL};

    (void)state;
    for (size_t i = 0; i < 2 * sizeof ways / sizeof ways[0]; i++) {
        pid_t atlas, program, child;
        int status;

        start_waiting(&atlas, &program, &child, i % 2 == 0 ? waiting : two_waiting);
        assert_int_equal(kill(child, 0), 0);
        kill(atlas, ways[i / 2]);
        status = run_atlas_wait(atlas);
        /* its standard output has no reader: the last line may end it first */
        assert_true(status == -ways[i / 2] || status == -SIGPIPE);
        assert_true(run_atlas_gone(program));
        assert_true(run_atlas_gone(child));
    }
}

static void the_programs_own_end_leaves_no_process(void **state)
{
    pid_t atlas, program, child;

    (void)state;
    start_waiting(&atlas, &program, &child, waiting);
    kill(program, SIGTERM);
    assert_true(run_atlas_gone(program));
    assert_true(run_atlas_gone(child));
    run_atlas_wait(atlas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_recorded_trace_has_known_counts, make_trace, drop_trace),
        cmocka_unit_test_setup_teardown(recorded_traces_take_turns, make_trace, drop_trace),
        cmocka_unit_test_setup_teardown(every_target_and_preset_runs_it, make_trace, drop_trace),
        cmocka_unit_test_setup_teardown(modes_and_options_change_what_they_name, make_trace,
                                        drop_trace),
        cmocka_unit_test_setup_teardown(quiet_says_only_the_last_line, make_trace, drop_trace),
        cmocka_unit_test_setup_teardown(packed_traces_and_standard_input_are_read, make_trace,
                                        drop_trace),
        cmocka_unit_test_setup_teardown(a_waveform_of_one_reference_is_written, make_trace,
                                        drop_trace),
        cmocka_unit_test_setup_teardown(a_malformed_line_is_named, make_trace, drop_trace),
        cmocka_unit_test(traces_that_cannot_be_read_are_named),
        cmocka_unit_test(addresses_that_do_not_fit_are_named),
        cmocka_unit_test_setup_teardown(too_few_frames_end_the_run, make_trace, drop_trace),
        cmocka_unit_test(wrong_usage_is_status_2),
        cmocka_unit_test(a_real_program_runs_in_lockstep),
        cmocka_unit_test(the_programs_status_is_no_error),
        cmocka_unit_test(the_program_keeps_its_standard_streams),
        cmocka_unit_test(the_programs_low_descriptors_are_its_own),
        cmocka_unit_test(a_daemon_does_not_keep_atlas),
        cmocka_unit_test(sv39_and_svade_and_a_small_mmu_run_it_too),
        cmocka_unit_test(real_programs_take_turns_in_lockstep),
        cmocka_unit_test(one_program_that_crashes_does_not_end_the_others),
        cmocka_unit_test(the_limit_ends_the_program),
        cmocka_unit_test(a_program_that_crashes_is_reported),
        cmocka_unit_test(programs_that_cannot_be_run_are_named),
        cmocka_unit_test(a_broken_pipe_ends_everything),
        cmocka_unit_test(no_way_to_end_atlas_leaves_a_process),
        cmocka_unit_test(the_programs_own_end_leaves_no_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
