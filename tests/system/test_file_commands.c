/* test_file_commands.c: atlas vectors, replay and walk, as a user runs them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "run_atlas.h"

#define VEC "tests/vectors/smoke.vec"
#define HEADS "tests/traces/*.head.txt.xz"
#define ONE_HEAD "tests/traces/sv39-forks.head.txt.xz"

static struct run_atlas r;
static char directory[] = "/tmp/atlas_test_files_XXXXXX";

/* A file of these commands' own: $F/NAME in a command line. */
static void put_file(const char *name, const char *text)
{
    char path[100];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", directory, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void run(const char *command)
{
    run_atlas(&r, command);
}

static void expect(const char *command, int status, const char *last_line)
{
    run(command);
    if (r.status != status)
        fail_msg("%s: status %d, expected %d; says %s", command, r.status, status, r.err);
    assert_string_equal(run_atlas_last_line(r.out), last_line);
}

static void expect_says(const char *text)
{
    if (strstr(r.err, text) == NULL)
        fail_msg("no \"%s\" in: %s", text, r.err);
}

static void expect_prints(const char *text)
{
    if (strstr(r.out, text) == NULL)
        fail_msg("no \"%s\" in: %s", text, r.out);
}

/* Status 2, nothing on standard output, and this on standard error. */
static void expect_bad(const char *command, const char *says)
{
    run(command);
    if (r.status != 2)
        fail_msg("%s: status %d, expected 2", command, r.status);
    assert_string_equal(r.out, "");
    expect_says(says);
}

static int make_directory(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL || setenv("F", directory, 1) != 0)
        return -1;
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    run("rm -r $F");
    return 0;
}

/* ---- The program --------------------------------------------------------------------------- */

static void usage(void **state)
{
    (void)state;
    expect_bad("atlas", "no command");
    expect_bad("atlas nothing", "no command 'nothing'");
    expect_bad("atlas --nothing", "unrecognized option");
    expect_bad("atlas vectors --nothing", "unrecognized option");
    expect_bad("atlas vectors", "no FILE");
    expect_bad("atlas replay", "no FILE");
    expect_bad("atlas walk", "no translation");
    expect_bad("atlas vectors -t nothing x", "no target 'nothing'");
    expect_bad("atlas vectors -p nothing x", "no preset 'nothing'");
    expect_bad("atlas vectors -p full:L1_SETS=3 x", "L1_SETS: 3");
    expect_bad("atlas vectors --only 0 x", "--only: '0'");
    expect_bad("atlas vectors --only 1x x", "--only: '1x'");
    expect_bad("atlas vectors --only 1 x y", "--only with 2 FILEs");
    expect_bad("atlas replay --wave w x y", "--wave goes with one FILE");
    expect_bad("atlas replay -t model --wave w x", "--wave goes with one FILE and a --target");
    expect_bad("atlas replay --latency 0 x", "--latency: '0'");
    expect_bad("atlas replay --seed -1 x", "--seed: '-1'");
    run("atlas --help && atlas --version && atlas vectors --help && atlas replay --help && atlas "
        "walk --help && atlas walk --version");
    assert_int_equal(r.status, 0);
    expect_prints("Commands:");
    expect_prints("atlas 0.");
    assert_string_equal(r.err, "");
}

static void a_full_disk_is_noticed(void **state)
{
    (void)state;
    expect_bad("atlas vectors -q -t model " VEC " > /dev/full", "cannot write");
}

/* ---- vectors ------------------------------------------------------------------------------- */

static void all_vectors_pass(void **state)
{
    (void)state;
    expect("atlas vectors -t model " VEC, 0, "vectors: 5132 passed, 0 failed");
    expect("atlas vectors -q -t model " VEC " " VEC, 0, "vectors: 10264 passed, 0 failed");
    assert_string_equal(r.out, "vectors: 10264 passed, 0 failed");
    expect("cat " VEC " | atlas vectors -q -t model -", 0, "vectors: 5132 passed, 0 failed");
    expect("xz < " VEC " > $F/v.xz; atlas vectors -q -t model $F/v.xz", 0,
           "vectors: 5132 passed, 0 failed");
}

static void named_presets_skip_what_does_not_fit(void **state)
{
    (void)state;
    expect("atlas vectors -t model -p tiny " VEC, 0, "vectors: 522 passed, 0 failed, 4610 skipped");
    expect("atlas vectors -t model -p rv32 " VEC, 0, "vectors: 522 passed, 0 failed, 4610 skipped");
    expect("atlas vectors -t model -p rv64 " VEC, 0, "vectors: 280 passed, 0 failed, 4852 skipped");
    expect("atlas vectors -t model -p full " VEC, 0, "vectors: 4556 passed, 0 failed, 576 skipped");
}

/* A wrong word in any field of the answer, of a read or of the write makes a case fail. */
static void every_part_of_a_vector_is_compared(void **state)
{
    /* Sv39 store, A/D by hardware: three reads, one write; fields of the last part by name. */
#define REQUEST "8 100 1 1 0 0 1 1 1 2 1234 3 "
#define READS "100000 40401 0 101000 40801 0 102008 1402f 0 "
    static const char *const wrong[] = {
        REQUEST READS "f 0 0 0 0 0 0 0 0 w\n",
        REQUEST READS "0 51234 0 0 0 1 1 102008 140ef w\n",
        REQUEST READS "0 50234 1 0 0 1 1 102008 140ef w\n",
        REQUEST READS "0 50234 0 1 0 1 1 102008 140ef w\n",
        REQUEST READS "0 50234 0 0 1 1 1 102008 140ef w\n",
        REQUEST READS "0 50234 0 0 0 0 1 102008 140ef w\n",
        REQUEST READS "0 50234 0 0 0 1 0 0 0 w\n",
        REQUEST READS "0 50234 0 0 0 1 2 102008 140ef w\n",
        REQUEST READS "0 50234 0 0 0 1 1 102010 140ef w\n",
        REQUEST READS "0 50234 0 0 0 1 1 102008 1406f w\n",
        REQUEST "100008 40401 0 101000 40801 0 102008 1402f 0 0 50234 0 0 0 1 1 102008 140ef w\n",
        REQUEST "100004 40401 0 101000 40801 0 102008 1402f 0 0 50234 0 0 0 1 1 102008 140ef w\n",
        REQUEST "100000 40401 0 101000 40801 0 102008 1502f 0 0 50234 0 0 0 1 1 102008 140ef w\n",
        REQUEST "100000 40401 0 101000 40801 1 102008 1402f 0 0 50234 0 0 0 1 1 102008 140ef w\n",
        "8 100 1 1 0 0 1 1 1 2 1234 4 " READS "103000 0 0 0 50234 0 0 0 1 1 102008 140ef w\n",
        "8 100 1 1 0 0 1 1 1 2 1234 2 100000 40401 0 101000 40801 0 "
        "0 50234 0 0 0 1 1 102008 140ef w\n",
        "8 100 1 1 0 0 1 1 1 1 1234 3 " READS "0 50234 0 0 0 1 1 102008 140ef w\n",
    };
    char text[400];

    (void)state;
    put_file("good.vec", "# a comment\n" REQUEST READS "0 50234 0 0 0 1 1 102008 140ef w\n");
    expect("atlas vectors -q -t model $F/good.vec", 0, "vectors: 1 passed, 0 failed");
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(text, sizeof text, "#\n%s", wrong[i]);
        put_file("wrong.vec", text);
        expect("atlas vectors -q -t model $F/wrong.vec", 1, "vectors: 0 passed, 1 failed");
        expect_says("wrong.vec:2: case 1 (w): mismatch on model, preset full");
        expect_says("oracle: ");
        expect_says("model: ");
        expect_says("replay: atlas vectors --target model --only 1 ");
    }
}

static void only_the_first_mismatch_is_told(void **state)
{
    (void)state;
    put_file("two.vec", "#\n0 0 0 3 0 0 0 1 1 0 14 0 0 15 0 0 0 0 0 0 0 first\n"
                        "0 0 0 3 0 0 0 1 1 0 14 0 0 14 0 0 0 0 0 0 0 good\n"
                        "0 0 0 3 0 0 0 1 1 0 14 0 0 16 0 0 0 0 0 0 0 second\n");
    expect("atlas vectors -t model $F/two.vec", 1, "vectors: 1 passed, 2 failed");
    expect_says("two.vec:2: case 1 (first)");
    expect_says("two.vec\n");
    expect_says("pa is 14, expected 15");
    assert_null(strstr(r.err, "second"));
    expect("atlas vectors -t model --only 3 $F/two.vec", 1, "vectors: 0 passed, 1 failed");
    expect_says("two.vec:4: case 3 (second)");
    expect("atlas vectors -t model --only 2 $F/two.vec", 0, "vectors: 1 passed, 0 failed");
    expect_bad("atlas vectors -t model --only 4 $F/two.vec", "no case 4, there are 3");
}

/* The command that is told runs in a shell, and finds the file. */
static void what_replays_is_quoted_for_the_shell(void **state)
{
    (void)state;
    run("mkdir \"$F/it's one\"");
    put_file("it's one/a b.vec", "#\n0 0 0 3 0 0 0 1 1 0 14 0 0 15 0 0 0 0 0 0 0 first\n");
    run("atlas vectors -q -t model \"$F/it's one/a b.vec\"");
    expect_says("/it'\\''s one/a b.vec'\n");
    put_file("a b.trace", "# mmutrace 1 window=w svade=1 svnapot=0 svpbmt=0\n"
                          "R 0 14 15 0 0 0\n# end records=1\n");
    run("atlas replay -q -t model \"$F/a b.trace\"");
    expect_says("/a b.trace'\n");
}

/* A preset may name each of its parameters. */
static void a_long_preset_is_a_preset(void **state)
{
    (void)state;
    expect("atlas vectors -q -t model -p full:XLEN=64,LEVELS=5,PA_BITS=56,ASID_BITS=16,PORTS=2,"
           "ID_BITS=4,L1_SETS=256,L1_BIG=256,L1_SIDE=4,L2_SETS=256,L2_WAYS=2,L2_BIG=256,"
           "WALK_CACHE=1,FENCE_PTRS=1,CTR_BITS=32 " VEC,
           0, "vectors: 4556 passed, 0 failed, 576 skipped");
    expect_bad("atlas vectors -p full:$(printf '%0300d') " VEC, "expected at most 255");
}

static void malformed_vectors_end_the_command(void **state)
{
    (void)state;
    expect_bad("atlas vectors -t model $F/nothing.vec", "nothing.vec: cannot open");
    expect_bad("atlas vectors -t model $F", "cannot read: Is a directory");
    put_file("bad.vec", "");
    expect_bad("atlas vectors -t model $F/bad.vec", "bad.vec:1: the file is empty");
    put_file("bad.vec", "0 0 0 3 0 0 0 1 1 0 14 0 0 14 0 0 0 0 0 0 0 x\n");
    expect_bad("atlas vectors -t model $F/bad.vec", "bad.vec:1: no comment");
    put_file("bad.vec", "#\n0 0 0 3 0 0 0 1 1 0 14 0 0 14 0 0 0 0 0 0 0 x\n#\n");
    expect_bad("atlas vectors -t model $F/bad.vec", "bad.vec:3: field mode is '#'");
    expect_bad("atlas vectors -t model " VEC " $F/bad.vec", "bad.vec:3: ");
    put_file("bad.vec", "#\n\n");
    expect_bad("atlas vectors -t model $F/bad.vec", "bad.vec:2: ");
    expect_bad("head -c 100000 /dev/urandom > $F/r.vec; atlas vectors -t model $F/r.vec",
               "r.vec:1: ");
    expect_bad("xz < " VEC " | head -c 5000 > $F/cut.xz; atlas vectors -t model $F/cut.xz",
               ".xz file is cut short");
}

/* ---- replay -------------------------------------------------------------------------------- */

static void heads_replay(void **state)
{
    (void)state;
    expect("atlas replay -t model " HEADS, 0, "replay: 212317 records, 0 mismatches");
    expect("xz -dc " ONE_HEAD " | atlas replay -q -t model -", 0,
           "replay: 39847 records, 0 mismatches");
    assert_string_equal(r.out, "replay: 39847 records, 0 mismatches");
}

static void traces_that_do_not_fit_are_skipped(void **state)
{
    (void)state;
    expect("atlas replay -t model -p rv64:ASID_BITS=16,PA_BITS=56 " HEADS, 0,
           "replay: 172593 records, 0 mismatches, 1 skipped"); /* Sv57 */
    expect("atlas replay -t model -p tiny " HEADS, 0, "replay: 0 records, 0 mismatches, 5 skipped");
    expect("atlas replay -t model -p full " HEADS, 0,
           "replay: 212317 records, 0 mismatches, 0 skipped");
    expect("atlas replay -t model -p rv64:ASID_BITS=0 " ONE_HEAD, 0,
           "replay: 0 records, 0 mismatches, 1 skipped");
    /* A mismatch in a trace that turns out not to fit is none; a malformed line is one. */
    put_file("wide", "# mmutrace 1 window=w svade=0 svnapot=0 svpbmt=0\nF 1 0 4 0 0 0\n"
                     "T 9000000100000000\n# end records=1\n");
    expect("atlas replay -t model $F/wide", 1, "replay: 1 records, 1 mismatches");
    expect("atlas replay -t model -p rv64 $F/wide", 0,
           "replay: 0 records, 0 mismatches, 1 skipped");
    assert_string_equal(r.err, "");
    expect_bad("sed s/end/END/ $F/wide > $F/bad; atlas replay -t model -p rv64 $F/bad",
               "bad:5: the file ends");
}

static void a_changed_record_is_a_mismatch(void **state)
{
    (void)state;
    run("xz -dc " ONE_HEAD " > $F/head");
    /* record 2000 comes to another page */
    expect("awk '/^[FRWACP] /{if (++n == 2000) $4 = $4 \"000\"} 1' $F/head > $F/changed; "
           "atlas replay -t model $F/changed",
           1, "replay: 39847 records, 1 mismatches");
    expect_says(": record 2000: mismatch on model, preset full");
    expect_says("replay: atlas replay --target model --only 2000 ");
    expect("atlas replay -q -t model --only 2000 $F/changed", 1, "replay: 1 records, 1 mismatches");
    expect("atlas replay -q -t model --only 2001 $F/changed", 0, "replay: 1 records, 0 mismatches");
    expect_bad("atlas replay -q -t model --only 39848 $F/changed", "no record 39848");
    /* page-table words are lost */
    run("grep -v '^M' $F/head > $F/lost; atlas replay -t model $F/lost");
    assert_int_equal(r.status, 1);
    expect_says("which is not known");
    /* the number of reads is another one */
    expect("awk '/^[FRWAC] /{if (++n == 3) $6 = 9 - $6 - 4} 1' $F/head > $F/changed; "
           "atlas replay -t model $F/changed",
           1, "replay: 39847 records, 1 mismatches");
    expect_says("oracle: npte is");
}

static void malformed_traces_end_the_command(void **state)
{
    (void)state;
    run("xz -dc " ONE_HEAD " > $F/head");
    expect_bad("head -n 1000 $F/head > $F/bad; atlas replay -t model $F/bad",
               "bad:1001: the file ends");
    expect_bad("sed 500d $F/head > $F/bad; atlas replay -t model $F/bad", "records=39847, but");
    expect_bad("sed 's/$/\\r/' $F/head > $F/bad; atlas replay -t model $F/bad", "bad:1: ");
    expect_bad("sed '700s/^. //' $F/head > $F/bad; atlas replay -t model $F/bad", "bad:700: ");
    expect_bad("atlas replay -t model " ONE_HEAD " $F/bad", "bad:700: ");
    expect_bad("atlas replay -t model /dev/null", "/dev/null:1: the file is empty");
    expect_bad("atlas replay -t model " VEC, "smoke.vec:1: no header");
    expect_bad("head -c 20000 " ONE_HEAD " > $F/bad.xz; atlas replay -t model $F/bad.xz",
               "cut short");
}

/* ---- RTL ----------------------------------------------------------------------------------- */

static void lockstep_is_the_default(void **state)
{
    (void)state;
    run("atlas vectors " VEC);
    assert_int_equal(r.status, 0);
    expect_prints("target lockstep");
}

static void a_waveform_is_written(void **state)
{
    (void)state;
    expect("atlas vectors -q --only 4000 --wave $F/v.fst " VEC, 0, "vectors: 1 passed, 0 failed");
    run("test -s $F/v.fst");
    assert_int_equal(r.status, 0);
    expect("atlas replay -q -t rtl --only 300 --wave $F/r.fst " ONE_HEAD, 0,
           "replay: 1 records, 0 mismatches");
    run("test -s $F/r.fst");
    assert_int_equal(r.status, 0);
    expect_bad("atlas vectors -q --only 4000 --wave /nowhere/w.fst " VEC, "/nowhere/w.fst: ");
    expect_bad("atlas vectors -q --wave $F/w.fst " VEC, "one waveform for two presets");
}

/* ---- walk ---------------------------------------------------------------------------------- */

static void a_walk_is_shown(void **state)
{
    (void)state;
    run("atlas walk --root 81fff --va 0x40001234 --acc store --priv u --adue --mem "
        "81fff008=20001001 "
        "--mem 80004000=20001421 --mem 80005008=2000405f");
    assert_int_equal(r.status, 0);
    expect_prints("level 2  table at 81fff000, index va[38:30] = 1 (1)");
    expect_prints("PTE at 80004000 = 0000000020001421: PPN 80005, flags --G----V");
    expect_prints("a pointer to the table at 80005000");
    expect_prints("flags -A-UXWRV");
    expect_prints("A/D update: PTE at 80005008 becomes 00000000200040df");
    expect_prints("pa 80010234: level 0, 4 KiB, global, 3 PTE reads");
    run("atlas walk --mode sv32 --root 81fff --va 40001234 --mem 81fff400=20000001");
    assert_int_equal(r.status, 0);
    expect_prints("load access fault (cause 5), rule PTE_BUS");
    run("atlas walk --mode sv48 --root 1 --va 800000000000 --acc fetch");
    expect_prints("fetch page fault (cause 12), rule NONCANONICAL");
    run("atlas walk --mode bare --va 1234");
    expect_prints("pa 1234: not translated");
}

static void a_vector_is_walked(void **state)
{
    (void)state;
    run("atlas walk " VEC " --only 1786");
    assert_int_equal(r.status, 0);
    expect_prints("512 GiB page");
    expect_prints("as the vector says");
    run("sed 's/ 0 112a9e3848 / 0 112a9e3849 /' " VEC
        " > $F/w.vec; atlas walk $F/w.vec --only 1786");
    assert_int_equal(r.status, 1);
    expect_prints("differs from the vector");
}

static void a_walk_refuses_what_it_cannot_do(void **state)
{
    (void)state;
    expect_bad("atlas walk --va zz", "--va: 'zz'");
    expect_bad("atlas walk --va 10000000000000000", "--va: ");
    expect_bad("atlas walk --va 1 --mode sv33", "--mode: 'sv33'");
    expect_bad("atlas walk --va 1 --acc read", "--acc: 'read'");
    expect_bad("atlas walk --va 1 --priv h", "--priv: 'h'");
    expect_bad("atlas walk --va 1 --mem 8", "expected ADDR=VALUE");
    expect_bad("atlas walk --va 1 --mem 4=1", "a multiple of 8");
    expect_bad("atlas walk --va 1 --mem 8=x", "--mem: 'x'");
    expect_bad("atlas walk --va 1 --pa-bits 57", "--pa-bits: '57'");
    expect_bad("atlas walk --va 1 --pa-bits 40 --mode sv32", "--pa-bits: 40");
    expect_bad("atlas walk --va 100000000 --mode sv32", "at most 32 bits");
    expect_bad("atlas walk --va 1 --root 100000000000", "wider than satp.PPN");
    expect_bad("atlas walk --va 1 " VEC, "either");
    expect_bad("atlas walk --va 1 --only 3", "either");
    expect_bad("atlas walk " VEC " " VEC, "a second FILE");
    expect_bad("atlas walk " VEC " --only 5133", "no case 5133");
    expect_bad("atlas walk $F/nothing", "cannot open");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usage),
        cmocka_unit_test(a_full_disk_is_noticed),
        cmocka_unit_test(all_vectors_pass),
        cmocka_unit_test(named_presets_skip_what_does_not_fit),
        cmocka_unit_test(every_part_of_a_vector_is_compared),
        cmocka_unit_test(only_the_first_mismatch_is_told),
        cmocka_unit_test(what_replays_is_quoted_for_the_shell),
        cmocka_unit_test(a_long_preset_is_a_preset),
        cmocka_unit_test(malformed_vectors_end_the_command),
        cmocka_unit_test(heads_replay),
        cmocka_unit_test(traces_that_do_not_fit_are_skipped),
        cmocka_unit_test(a_changed_record_is_a_mismatch),
        cmocka_unit_test(malformed_traces_end_the_command),
        cmocka_unit_test(lockstep_is_the_default),
        cmocka_unit_test(a_waveform_is_written),
        cmocka_unit_test(a_walk_is_shown),
        cmocka_unit_test(a_vector_is_walked),
        cmocka_unit_test(a_walk_refuses_what_it_cannot_do),
    };

    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
