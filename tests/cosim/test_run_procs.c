/* test_run_procs.c: real programs that take turns in lockstep, with ASIDs of any width, on one hart
 * and on more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "preset.h"
#include "report.h"
#include "run_drive.h"

enum { QUANTUM = 2000, LIMIT = 400000 };

static const char *const replay[2] = {"atlas run --limit", ""};

static char sh[] = "sh", minus_c[] = "-c", script[] = "exit 0", echo[] = "echo", nothing[] = "-n",
            true_[] = "/bin/true";
static char *first[] = {true_, NULL};
static char *second[] = {sh, minus_c, script, NULL};
static char *third[] = {echo, nothing, NULL};

static void open_targets(struct target *targets, unsigned harts, const char *preset)
{
    struct options options = {
        .target = "lockstep", .ops = &backend_lockstep, .preset = preset, .latency = 1};
    char error[SCAN_ERROR];

    assert_true(preset_parse(&options.params, preset, error));
    for (unsigned i = 0; i < harts; i++)
        assert_true(target_open(&targets[i], &options, preset));
}

/* Run `count` programs on a machine with this preset, and see that nothing differs. */
static void run_programs(const char *preset, unsigned count, unsigned harts, bool svade)
{
    const struct machine_config config = {
        .mode = ATLAS_MODE_SV39, .frames = 8192, .svade = svade, .quantum = QUANTUM};
    const struct run_plan plan = {.sources = {{.program = first},
                                              {.program = second},
                                              {.program = third},
                                              {.program = first},
                                              {.program = second}},
                                  .count = count,
                                  .limit = LIMIT,
                                  .quiet = true};
    struct target targets[HARTS_MAX] = {0};
    static struct run run;

    open_targets(targets, harts, preset);
    assert_true(run_open(&run, targets, harts, &config, 3, replay));
    assert_int_equal(run_drive(&run, &plan, report_seconds()), RUN_ENDED);
    for (unsigned i = 0; i < count; i++)
        assert_true(run.procs[i].references > LIMIT / 10);
    assert_int_equal(run.counts.total, LIMIT);
    for (unsigned i = 0; i < harts; i++)
        assert_true(run.machine.kernel->harts[i].switches > LIMIT / QUANTUM / harts / 2);
    run_finish(&run);
    assert_int_equal(run.counts.mismatches, 0);
    run_close(&run);
    for (unsigned i = 0; i < harts; i++)
        target_close(&targets[i]);
}

static void with_asids_for_all(void **state) /* K1 M7 P30 */
{
    (void)state;
    run_programs("full", 3, 1, false);
}

static void without_asids(void **state) /* P30 */
{
    (void)state;
    run_programs("rv64:ASID_BITS=0", 3, 1, false);
}

/* P30: five programs and the ASIDs 1 to 3: again and again a generation ends. */
static void with_two_bits_of_asid(void **state)
{
    (void)state;
    run_programs("rv64:ASID_BITS=2", 5, 1, true);
}

static void on_two_harts_without_asids(void **state) /* P30 K18 */
{
    (void)state;
    run_programs("rv64:ASID_BITS=0", 3, 2, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_asids_for_all),
        cmocka_unit_test(without_asids),
        cmocka_unit_test(with_two_bits_of_asid),
        cmocka_unit_test(on_two_harts_without_asids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
