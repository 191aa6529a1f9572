/* test_run_report.c: atlas run --report and --locality: what a run tells to programs. */
#include <inttypes.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "run_atlas.h"

#define MODEL "atlas run --target model "
#define REPORT "--report $D/r.json "

static struct run_atlas r;
static char folder[] = "/tmp/atlas_test_report_XXXXXX";
static json_t *report;

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/atlas_test_report_XXXXXX");
    report = NULL;
    return mkdtemp(folder) == NULL;
}

static int drop_folder(void **state)
{
    char line[100];

    (void)state;
    json_decref(report);
    snprintf(line, sizeof line, "rm -r %s", folder);
    return system(line);
}

/* Run a command line in which $D is a folder. */
static void run_line(const char *command_line, int status)
{
    char line[600];

    snprintf(line, sizeof line, "D=%s; %s", folder, command_line);
    run_atlas_ends(&r, line, status);
}

static void assert_says(const char *text)
{
    run_atlas_says(&r, text);
}

/* ---- What is in a report ------------------------------------------------------------------- */

/* Run it, and read the report. */
static void make_report(const char *command_line)
{
    char path[100];
    json_error_t error;

    run_line(command_line, 0);
    snprintf(path, sizeof path, "%s/r.json", folder);
    json_decref(report);
    report = json_load_file(path, 0, &error);
    if (report == NULL)
        fail_msg("line %d: %s", error.line, error.text);
}

/* The value at "processes.1.faults.total". */
static json_t *at(const char *path)
{
    char copy[100], *rest = NULL;
    json_t *value = report;

    snprintf(copy, sizeof copy, "%s", path);
    for (char *word = strtok_r(copy, ".", &rest); word != NULL; word = strtok_r(NULL, ".", &rest))
        value = json_is_array(value) ? json_array_get(value, (size_t)atoi(word))
                                     : json_object_get(value, word);
    if (value == NULL)
        fail_msg("nothing at %s", path);
    return value;
}

static void assert_count(const char *path, int64_t expected)
{
    json_t *value = at(path);

    if (!json_is_integer(value) || json_integer_value(value) != expected)
        fail_msg("%s: %" PRId64 ", expected %" PRId64, path, (int64_t)json_integer_value(value),
                 expected);
}

static void assert_real(const char *path, double expected)
{
    double value = json_real_value(at(path));

    if (value < expected * (1 - 1e-6) || value > expected * (1 + 1e-6))
        fail_msg("%s: %f, expected %f", path, value, expected);
}

static void assert_text(const char *path, const char *expected)
{
    assert_true(json_is_string(at(path)));
    assert_string_equal(json_string_value(at(path)), expected);
}

/* Nine references on five pages: three fetches of two pages, one of them stored to later. */
#define TRACE                                                                                      \
    "printf 'I  00401000,3\\n S 7ffff008,8\\nI  00401003,5\\n L 7ffff008,8\\n M 7ffff00c,4\\n"     \
    "I  00402ffe,2\\n S 00602ffc,8\\n L 00603000,4\\n S 00402010,1\\n' | "

static void a_report_tells_what_was_run(void **state)
{
    (void)state;
    make_report(TRACE MODEL "--paging sv39 --svade --quantum 5 --seed 77 " REPORT "--trace -");
    assert_text("target", "model");
    assert_text("preset", "full");
    assert_text("mode", "Sv39");
    assert_true(json_is_true(at("svade")));
    assert_count("quantum", 5);
    assert_count("seed", 77);
    assert_text("command.0", "atlas run");
    assert_text("command.4", "sv39");
    assert_text("command.12", "--trace");
    assert_text("command.13", "-");
    assert_int_equal(json_array_size(at("command")), 14);
    assert_count("mismatches", 0);
    assert_true(json_real_value(at("rates.seconds")) > 0);
    assert_true(json_is_null(at("locality")));
}

static void a_report_counts_references_and_faults(void **state)
{
    (void)state;
    make_report(TRACE MODEL REPORT "--trace -");
    assert_count("references.total", 9);
    assert_count("references.fetch", 3);
    assert_count("references.load", 2);
    assert_count("references.store", 3);
    assert_count("references.modify", 1);
    assert_count("references.translations", 11);
    assert_count("references.crossings", 1);
    assert_count("faults.total", 11);
    assert_count("faults.major", 5);
    assert_count("faults.refused", 6);
    assert_count("faults.minor", 0);
    assert_count("faults.classes.demand fill", 5);
    assert_count("faults.classes.protection", 1);
    assert_count("faults.classes.invalid", 5);
    assert_count("memory.distinct_pages", 5);
    assert_count("memory.mapped_by_maps", 0);
    assert_count("memory.mapped_by_use", 5);
    assert_count("memory.widened_by_use", 1);
}

/* M9 M17 */
static void a_report_has_each_process_and_its_memory(void **state)
{
    (void)state;
    make_report(MODEL REPORT "--paging sv39 --quantum 2 --generate loop,pages=8,refs=5,stores=0 "
                             "--generate strided,pages=3,refs=60,stores=100");
    assert_int_equal(json_array_size(at("processes")), 2);
    assert_count("processes.0.pid", 1);
    assert_text("processes.0.source", "loop,pages=8,refs=5,stores=0");
    assert_count("processes.0.references", 5);
    assert_count("processes.0.faults.total", 5);
    assert_count("processes.0.memory.regions", 1);
    assert_count("processes.0.memory.vsz_pages", 8);
    assert_count("processes.0.memory.rss_pages", 5);
    assert_count("processes.0.memory.rss_file_pages", 0);
    assert_count("processes.0.memory.table_frames", 3);
    assert_real("processes.0.memory.table_per_resident", 0.6);
    assert_text("processes.1.source", "strided,pages=3,refs=60,stores=100");
    assert_count("processes.1.references", 60);
    assert_count("processes.1.memory.vsz_pages", 3);
    assert_real("processes.1.memory.table_per_resident", 1);
    assert_count("references.store", 60);
    assert_count("faults.total", 8);
}

/* M14: all that is in use at the peak is free at the end. */
static void a_report_has_frames_by_kind(void **state)
{
    int64_t reserved;

    (void)state;
    make_report(MODEL REPORT "--frames 1000 --paging sv39 --quantum 1 "
                             "--generate loop,pages=7,refs=7 --generate loop,pages=7,refs=90");
    assert_count("memory.frames", 1000);
    assert_count("memory.peak.user", 14);
    assert_count("memory.peak.table", 6);
    assert_count("memory.end.user", 0);
    assert_count("memory.end.table", 0);
    assert_count("memory.end.kernel", 0);
    reserved = json_integer_value(at("memory.end.reserved"));
    assert_true(reserved > 0);
    assert_count("memory.free", 1000 - reserved);
    assert_count("memory.least_free",
                 1000 - reserved - 20 - json_integer_value(at("memory.peak.kernel")));
}

/* M17: 3 pages: a miss, its retry, and then hits. */
static void a_report_has_counters_by_name(void **state)
{
    (void)state;
    make_report(MODEL REPORT "--generate loop,pages=3,refs=13,stores=0");
    assert_count("harts.0.ports.0.LOOKUP", 0);
    assert_count("harts.0.ports.1.LOOKUP", 16);
    assert_count("harts.0.ports.1.L1_HIT", 10);
    assert_count("harts.0.ports.1.L1_MISS", 6);
    assert_count("harts.0.ports.1.FAULT", 3);
    assert_count("harts.0.shared.WALK", 6);
    assert_count("harts.0.switches", 2); /* to the process, and away from it at its end */
    assert_real("rates.l1_hits_per_lookup", 10.0 / 16);
    assert_real("rates.pte_reads_per_translation",
                (double)json_integer_value(at("harts.0.shared.PTE_READ")) / 13);
    assert_true(json_is_null(at("harts.0.cycles")));
    assert_true(json_is_null(at("rates.cycles_per_translation")));
    make_report(MODEL "--preset rv64:CTR_BITS=0 " REPORT "--generate loop,refs=4");
    assert_true(json_is_null(at("harts.0.ports")));
    assert_true(json_is_null(at("harts.0.shared")));
    assert_true(json_is_null(at("rates.l1_hits_per_lookup")));
    assert_true(json_is_null(at("rates.pte_reads_per_translation")));
}

static void a_report_has_every_hart_and_its_cycles(void **state)
{
    int64_t cycles;

    (void)state;
    make_report("atlas run --target rtl --harts 2 --quantum 3 --procs 3 " REPORT
                "--generate loop,pages=3,refs=40");
    assert_int_equal(json_array_size(at("harts")), 2);
    cycles = json_integer_value(at("harts.0.cycles")) + json_integer_value(at("harts.1.cycles"));
    assert_true(json_integer_value(at("harts.1.cycles")) > 0);
    assert_true(json_integer_value(at("harts.1.ports.1.LOOKUP")) > 0);
    assert_real("rates.cycles_per_translation", (double)cycles / 120);
}

/* The words as they were typed, with what the command itself has cut. */
static void a_report_has_the_whole_command(void **state)
{
    (void)state;
    make_report(MODEL "-q " REPORT
                      "--seed 18446744073709551615 -- /bin/true ::: sh -c 'exit 0' a\\xff"
                      "b");
    assert_text("command.6", "--seed");
    assert_text("seed", "18446744073709551615");
    assert_text("command.9", "/bin/true");
    assert_text("command.10", ":::");
    assert_text("command.13", "exit 0");
    assert_text("processes.1.source", "sh");
    assert_true(json_integer_value(at("memory.mapped_by_maps")) > 10);
    make_report(MODEL REPORT "-- echo \"$(printf 'a\\377b')\"");
    assert_text("command.7", "ab"); /* no UTF-8 */
}

/* ---- Locality ------------------------------------------------------------------------------ */

/* P26: A use of each page, then always after seven others. */
static void locality_is_reported(void **state)
{
    (void)state;
    make_report(MODEL REPORT "--locality=20 --generate loop,pages=8,refs=50");
    assert_count("locality.uses", 50);
    assert_count("locality.first_uses", 8);
    assert_int_equal(json_array_size(at("locality.reuse")), 4);
    assert_count("locality.reuse.0.uses", 0);
    assert_count("locality.reuse.0.from", 0);
    assert_count("locality.reuse.0.to", 0);
    assert_count("locality.reuse.3.from", 4);
    assert_count("locality.reuse.3.to", 7);
    assert_count("locality.reuse.3.uses", 42);
    assert_count("locality.reuse.3.lru_frames", 8);
    assert_count("locality.reuse.3.lru_misses", 8);
    assert_count("locality.reuse.2.lru_misses", 50);
    assert_count("locality.window", 20);
    assert_int_equal(json_array_size(at("locality.working_sets")), 2);
    assert_count("locality.working_sets.1", 8);
    assert_says("page uses               50  8 first ones\n");
    assert_says("reuse                   42  (84.000 %) at distances below 8; LRU with as many "
                "pages misses 16.000 %\n");
    assert_says("working sets             2  windows of 20 page uses: 8.0 pages in the mean, at "
                "least 8, at most 8\n");
}

/* P26: the store that crosses uses two pages, the modify one; processes share none: a b c d b d b d
 * b d. */
static void locality_is_that_of_pages_of_processes(void **state)
{
    (void)state;
    make_report(
        "printf ' S 00602ffc,8\\n L 00603000,4\\n M 00603000,4\\nI  00603ff8,8\\n' > $D/t; " MODEL
            REPORT "--locality --quantum 1 --trace $D/t --trace $D/t");
    assert_count("locality.uses", 10);
    assert_count("locality.first_uses", 4);
    assert_count("locality.reuse.2.uses", 1); /* the first load: after both pages of the other */
    assert_count("locality.reuse.1.uses", 5);
    assert_count("locality.window", 10000);
    assert_int_equal(json_array_size(at("locality.working_sets")), 0);
    assert_says("working sets             0  windows of 10000 page uses\n");
    run_line("test -e $D/t && " MODEL "--trace $D/t", 0);
    assert_null(strstr(r.err, "page uses"));
}

/* ---- Physical memory ----------------------------------------------------------------------- */

static char frame_map[RUN_ATLAS_TEXT];

static void make_frame_map(const char *command_line)
{
    run_line(command_line, 0);
    run_line("cat $D/m", 0);
    memcpy(frame_map, r.out, sizeof frame_map);
}

static void assert_maps(const char *text)
{
    if (strstr(frame_map, text) == NULL)
        fail_msg("no \"%s\" in: %s", text, frame_map);
}

/* Lines of the list with this text, or signs of the picture. */
static unsigned count_lines(const char *text)
{
    unsigned count = 0;

    for (const char *p = frame_map; (p = strstr(p, text)) != NULL; p++)
        count++;
    return count;
}

static unsigned count_signs(char sign)
{
    unsigned count = 0;

    for (const char *p = strchr(frame_map, ' '); p < strstr(frame_map, " kernel "); p++)
        count += *p == sign;
    return count;
}

/* M14: two processes' pages lie in turns; each frame in use has a line. */
static void a_frame_map_shows_who_has_which_frame(void **state)
{
    (void)state;
    make_frame_map(MODEL "--frames 200 --paging sv39 --quantum 1 --limit 12 --frame-map $D/m "
                         "--generate loop,pages=9,stores=0 "
                         "--generate loop,pages=7,base=0x40000000,stores=100");
    assert_memory_equal(frame_map, "80000000 RRR", 12);
    assert_maps("\n80040000 "
                "................................................................\n*\n"
                "800c0000 12121212\n");
    assert_int_equal(count_signs('1'), 6);
    assert_int_equal(count_signs('2'), 6);
    assert_int_equal(count_signs('T'), 6);
    assert_int_equal(count_lines(" user 1 1 1:1000"), 6);
    assert_int_equal(count_lines(" user 2 1 2:4000"), 6);
    assert_int_equal(count_lines(" table 1 1\n"), 3);
    assert_int_equal(count_lines(" table 2 1\n"), 3);
    assert_int_equal(count_lines(" kernel 0 1\n"), count_signs('K'));
    assert_maps("\n800c2000 user 1 1 1:10002000:rw-u-a-\n");
    assert_maps("\n800c7000 user 2 1 2:40004000:rw-u-ad\n");
}

/* M14: at the end of the first one, when it has two pages and the other two or three. */
static void a_frame_map_is_of_the_end_of_the_first_process(void **state)
{
    (void)state;
    make_frame_map(MODEL "--quantum 1 --frame-map $D/m --generate loop,pages=2,refs=5 "
                         "--generate loop,pages=50,refs=50");
    assert_int_equal(count_lines(" user 1 1 "), 2);
    assert_int_equal(count_lines(" user 2 1 "), 5);
    assert_int_equal(frame_map[strlen(frame_map) - 2] != '\n', 1);
    make_frame_map("printf 'I  1000,4\\n' | " MODEL "--frame-map $D/m --svade --trace -");
    assert_maps(" user 1 1 1:1000:r-xu-a-\n");
    run_line(MODEL "--frame-map /no/m --generate loop", 2);
    assert_says("/no/m: cannot be written: ");
    run_line("mkdir $D/x; (sleep 1; rmdir $D/x; echo ' L 1000,8') | " MODEL
             "--frame-map $D/x/m --trace -",
             2);
    assert_says("/x/m: cannot be written: ");
    assert_string_equal(r.out, "run: 1 references, 0 mismatches\n");
}

/* ---- The file ------------------------------------------------------------------------------ */

static void a_report_replaces_a_file_whole_and_leaves_nothing_else(void **state)
{
    char path[100];
    struct stat st;

    (void)state;
    make_report("echo old > $D/r.json; umask 027; " MODEL "-q " REPORT "--generate loop,refs=2");
    assert_string_equal(r.err, "");
    assert_string_equal(r.out, "run: 2 references, 0 mismatches\n");
    snprintf(path, sizeof path, "%s/r.json", folder);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    run_line("echo $(ls $D)", 0);
    assert_string_equal(r.out, "r.json\n");
}

static void a_run_that_does_not_count_leaves_the_old_report(void **state)
{
    (void)state;
    run_line("echo old > $D/r.json; echo nonsense | " MODEL REPORT "--trace -", 2);
    run_line("cat $D/*", 0);
    assert_string_equal(r.out, "old\n");
}

static void reports_that_cannot_be_written_are_named_before_the_run(void **state)
{
    static const struct {
        const char *path, *says;
    } wrong[] = {
        {"/no/such/folder/r.json",
         "/no/such/folder/r.json: cannot be written: No such file or directory\n"},
        {"/tmp", "/tmp: is no regular file, expected one, or a new name\n"},
        {"/dev/null", "/dev/null: is no regular file, expected one"},
        {"-", "-: is no regular file, expected one"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char line[200];

        snprintf(line, sizeof line, MODEL "--report %s --generate loop", wrong[i].path);
        run_line(line, 2);
        assert_says(wrong[i].says);
        assert_null(strstr(r.err, "references"));
        assert_string_equal(r.out, "");
    }
}

/* The last line is printed all the same. The reader of standard input takes the folder away. */
static void a_report_that_fails_at_the_end_is_status_2(void **state)
{
    (void)state;
    run_line("mkdir $D/x; (sleep 1; rmdir $D/x; echo ' L 1000,8') | " MODEL
             "--report $D/x/r.json --trace -",
             2);
    assert_says("/x/r.json: cannot be written: No such file or directory\n");
    assert_string_equal(r.out, "run: 1 references, 0 mismatches\n");
    run_line("(sleep 1; mkdir $D/r.json; echo ' L 1000,8') | " MODEL REPORT "--trace -", 2);
    assert_says("/r.json: cannot be written: Is a directory\n");
    run_line("echo $(ls $D)", 0);
    assert_string_equal(r.out, "r.json\n");
}

static void wrong_usage_is_status_2(void **state)
{
    static const struct {
        const char *line, *says;
    } wrong[] = {
        {"atlas run --locality=0 ls", "--locality: '0', expected a number from 1"},
        {"atlas run --locality=x ls", "--locality: 'x', expected a number from 1"},
        {"atlas run -q --locality ls", "expected no --quiet, or --report FILE"},
        {"atlas run --report", "requires an argument"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        run_line(wrong[i].line, 2);
        assert_says(wrong[i].says);
        assert_string_equal(r.out, "");
    }
}

#define FOLDER_TEST(test) cmocka_unit_test_setup_teardown(test, make_folder, drop_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(a_report_tells_what_was_run),
        FOLDER_TEST(a_report_counts_references_and_faults),
        FOLDER_TEST(a_report_has_each_process_and_its_memory),
        FOLDER_TEST(a_report_has_frames_by_kind),
        FOLDER_TEST(a_report_has_counters_by_name),
        FOLDER_TEST(a_report_has_every_hart_and_its_cycles),
        FOLDER_TEST(a_report_has_the_whole_command),
        FOLDER_TEST(locality_is_reported),
        FOLDER_TEST(locality_is_that_of_pages_of_processes),
        FOLDER_TEST(a_frame_map_shows_who_has_which_frame),
        FOLDER_TEST(a_frame_map_is_of_the_end_of_the_first_process),
        FOLDER_TEST(a_report_replaces_a_file_whole_and_leaves_nothing_else),
        FOLDER_TEST(a_run_that_does_not_count_leaves_the_old_report),
        FOLDER_TEST(reports_that_cannot_be_written_are_named_before_the_run),
        FOLDER_TEST(a_report_that_fails_at_the_end_is_status_2),
        FOLDER_TEST(wrong_usage_is_status_2),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
