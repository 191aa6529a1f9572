/* test_program.c: what can be run. */
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

#include "program.h"

static char path[] = "/tmp/atlas_test_program_XXXXXX";

static int setup(void **state)
{
    int fd;

    (void)state;
    snprintf(path, sizeof path, "/tmp/atlas_test_program_XXXXXX");
    fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
    (void)state;
    return unlink(path);
}

static void make(const char *bytes, size_t len, mode_t mode)
{
    FILE *file = fopen(path, "w");

    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

static void assert_refused(const char *program, const char *reason)
{
    char error[PROGRAM_ERROR];
    unsigned bits;

    assert_false(program_check(&bits, program, error));
    assert_non_null(strstr(error, reason));
}

static void programs_of_this_machine_can_be_run(void **state)
{
    char error[PROGRAM_ERROR];
    unsigned bits = 0;

    (void)state;
    assert_true(program_check(&bits, "/proc/self/exe", error));
    assert_int_equal(bits, sizeof(void *) * 8);
    assert_true(program_check(&bits, "sh", error));
    assert_int_equal(bits, sizeof(void *) * 8);
}

static void a_script_has_no_width_of_its_own(void **state)
{
    char error[PROGRAM_ERROR];
    unsigned bits = 1;

    (void)state;
    make("#!/bin/sh\n", 10, 0755);
    assert_true(program_check(&bits, path, error));
    assert_int_equal(bits, 0);
}

static void what_cannot_be_run_is_named(void **state)
{
    (void)state;
    assert_refused("/no/such/file", "/no/such/file: No such file");
    assert_refused("no-such-program-anywhere", "no such program in PATH");
    assert_refused("/tmp", "no regular file");
    make("#!/bin/sh\n", 10, 0644);
    assert_refused(path, "not executable");
    make("text", 4, 0755);
    assert_refused(path, "neither a program for this machine nor a script");
    make("", 0, 0755);
    assert_refused(path, "neither a program for this machine nor a script");
    make("\x7f"
         "ELF",
         4, 0755);
    assert_refused(path, "neither a program for this machine nor a script");
}

/* This test's own file with one byte of the header changed. */
static void make_changed(size_t at, char byte)
{
    char head[64];
    FILE *file = fopen("/proc/self/exe", "r");

    assert_int_equal(fread(head, 1, sizeof head, file), sizeof head);
    fclose(file);
    head[at] = byte;
    make(head, sizeof head, 0755);
}

static void header_of_the_file_decides(void **state)
{
    enum { CLASS = 4, TYPE = 16, MACHINE = 18, ET_CORE = 4, NONE = 0x7f };
    char error[PROGRAM_ERROR];
    unsigned bits;

    (void)state;
    make_changed(0, '\x7f');
    assert_true(program_check(&bits, path, error));
    make_changed(MACHINE, NONE);
    assert_refused(path, "neither");
    make_changed(TYPE, ET_CORE);
    assert_refused(path, "neither");
    make_changed(CLASS, 3);
    assert_refused(path, "neither");
    make_changed(CLASS, 1);
    assert_true(program_check(&bits, path, error));
    assert_int_equal(bits, 32);
}

/* A 64-bit x86 machine runs 32-bit x86 programs, and nothing else of another kind. */
static void narrow_programs_of_the_family_can_be_run(void **state)
{
    enum { CLASS = 4, MACHINE = 18, EM_386 = 3, EM_X86_64 = 62 };
    char error[PROGRAM_ERROR], head[64] = {0};
    unsigned bits;
    FILE *file = fopen("/proc/self/exe", "r");

    (void)state;
    assert_int_equal(fread(head, 1, sizeof head, file), sizeof head);
    fclose(file);
    if (head[MACHINE] != EM_X86_64)
        skip();
    head[MACHINE] = EM_386;
    make(head, sizeof head, 0755);
    assert_refused(path, "neither");
    head[CLASS] = 1;
    make(head, sizeof head, 0755);
    assert_true(program_check(&bits, path, error));
    assert_int_equal(bits, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_of_this_machine_can_be_run),
        cmocka_unit_test_setup_teardown(a_script_has_no_width_of_its_own, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_run_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(header_of_the_file_decides, setup, teardown),
        cmocka_unit_test_setup_teardown(narrow_programs_of_the_family_can_be_run, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
