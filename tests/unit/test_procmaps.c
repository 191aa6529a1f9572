/* test_procmaps.c: map files of processes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "os/space/region.h"
#include "procmaps.h"

static void lines_are_read(void **state)
{
    struct procmap map;
    const char *path;

    (void)state;
    assert_true(procmaps_parse(
        &map, &path, "04001000-04027000 r-xp 00001000 fe:00 354978     /usr/lib/ld.so.2\n"));
    assert_int_equal(map.start, 0x4001000);
    assert_int_equal(map.end, 0x4027000);
    assert_int_equal(map.perms, REGION_R | REGION_X);
    assert_string_equal(path, "/usr/lib/ld.so.2\n");
    assert_true(procmaps_parse(&map, &path, "ffffffffff600000-ffffffffff601000 --xp 0 0:0 0 [v]"));
    assert_int_equal(map.start, UINT64_C(0xffffffffff600000));
    assert_int_equal(map.perms, REGION_X);
    assert_true(procmaps_parse(&map, &path, "1000-2000 ---s 0 0:0 0"));
    assert_int_equal(map.perms, 0);
    assert_string_equal(path, "");
    assert_true(procmaps_parse(&map, &path, "1000-2000 rwxp 0 0:0 0"));
    assert_int_equal(map.perms, REGION_PERMS);
}

static void other_lines_are_not(void **state)
{
    static const char *const bad[] = {"",
                                      "text",
                                      "1000-2000",
                                      "1000-2000 rw",
                                      "1000-2000 rwxp",
                                      "2000-1000 rwxp 0 0:0 0",
                                      "1000-2000 qqqq 0 0:0 0",
                                      "1000-2000 rwxp 0 0:0"};
    struct procmap map;
    const char *path;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(procmaps_parse(&map, &path, bad[i]));
}

static void own_code_and_stack_are_found(void **state)
{
    struct procmap map;
    int on_stack = 0;

    (void)state;
    assert_true(procmaps_find(&map, getpid(), (uintptr_t)&own_code_and_stack_are_found));
    assert_int_equal(map.perms, REGION_R | REGION_X);
    assert_true(procmaps_find(&map, getpid(), (uintptr_t)&on_stack));
    assert_int_equal(map.perms, REGION_R | REGION_W);
    assert_in_range((uintptr_t)&on_stack, map.start, map.end - 1);
    assert_false(procmaps_find(&map, getpid(), 0));
}

static void ended_process_has_no_mappings(void **state)
{
    pid_t pid = fork();
    struct procmap map;
    siginfo_t info;

    (void)state;
    if (pid == 0)
        _exit(0);
    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
    assert_false(procmaps_find(&map, pid, (uintptr_t)&ended_process_has_no_mappings));
    waitpid(pid, NULL, 0);
    assert_false(procmaps_find(&map, pid, (uintptr_t)&ended_process_has_no_mappings));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read),
        cmocka_unit_test(other_lines_are_not),
        cmocka_unit_test(own_code_and_stack_are_found),
        cmocka_unit_test(ended_process_has_no_mappings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
