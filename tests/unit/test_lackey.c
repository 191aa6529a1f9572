/* test_lackey.c: lines of lackey --trace-mem. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lackey.h"

static void each_kind_of_reference_is_read(void **state)
{
    static const struct {
        const char *line;
        struct lackey_ref ref;
    } good[] = {
        {"I  04016b80,3", {LACKEY_FETCH, 0x4016b80, 3}},
        {" L 1ffefffe38,8", {LACKEY_LOAD, 0x1ffefffe38, 8}},
        {" S 0,1", {LACKEY_STORE, 0, 1}},
        {" M 04228a10,4", {LACKEY_MODIFY, 0x4228a10, 4}},
        {" S ffffffffff600000,4096", {LACKEY_STORE, UINT64_C(0xffffffffff600000), 4096}},
        {" L ffffffffffffffff,1", {LACKEY_LOAD, UINT64_MAX, 1}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char error[SCAN_ERROR];
        struct lackey_ref ref;

        assert_int_equal(lackey_parse(&ref, good[i].line, strlen(good[i].line), error), LACKEY_REF);
        assert_int_equal(ref.kind, good[i].ref.kind);
        assert_int_equal(ref.va, good[i].ref.va);
        assert_int_equal(ref.size, good[i].ref.size);
    }
}

static void words_of_valgrind_are_passed_over(void **state)
{
    static const char *const notes[] = {"", "==123== Lackey, an example Valgrind tool",
                                        "==1==", "--77-- WARNING: unhandled syscall", "**5** note"};

    (void)state;
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        char error[SCAN_ERROR];
        struct lackey_ref ref;

        assert_int_equal(lackey_parse(&ref, notes[i], strlen(notes[i]), error), LACKEY_NOTE);
    }
}

static void malformed_lines_are_refused_with_the_reason(void **state)
{
    static const struct {
        const char *line, *reason;
    } bad[] = {
        {"garbage", "unknown kind of line"},
        {"I", "unknown kind of line"},
        {"I 04016b80,3", "unknown kind of line"},
        {" X 04016b80,3", "unknown kind of line"},
        {"L 04016b80,3", "unknown kind of line"},
        {"=123= text", "unknown kind of line"},
        {"==x== text", "unknown kind of line"},
        {"== 1== text", "unknown kind of line"},
        {"I  ,3", "no 64-bit hexadecimal address"},
        {"I  x,3", "no 64-bit hexadecimal address"},
        {" L 10000000000000000,8", "no 64-bit hexadecimal address"},
        {" L 1000", "no comma"},
        {" L 1000 8", "no comma"},
        {" L 1000,", "no size from 1 to 4096"},
        {" L 1000,0", "no size from 1 to 4096"},
        {" L 1000,4097", "no size from 1 to 4096"},
        {" L 1000,-8", "no size from 1 to 4096"},
        {" L 1000,99999999999999999999999", "no size from 1 to 4096"},
        {" L 1000,8 ", "something after the size"},
        {" L 1000,8\r", "something after the size"},
        {" L 1000,8a", "something after the size"},
        {" L ffffffffffffffff,2", "address space ends"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char error[SCAN_ERROR];
        struct lackey_ref ref;

        assert_int_equal(lackey_parse(&ref, bad[i].line, strlen(bad[i].line), error), LACKEY_BAD);
        assert_non_null(strstr(error, bad[i].reason));
        assert_non_null(strstr(error, "expected a lackey line"));
    }
}

static void unprintable_bytes_stay_out_of_the_message(void **state)
{
    static const char line[] = "ab\x1b[31m\0\0==1==";
    char error[SCAN_ERROR];
    struct lackey_ref ref;

    (void)state;
    assert_int_equal(lackey_parse(&ref, line, sizeof line - 1, error), LACKEY_BAD);
    assert_null(strchr(error, '\x1b'));
    assert_non_null(strstr(error, "'ab'"));
    assert_int_equal(lackey_parse(&ref,
                                  "\0\0"
                                  "1\0\0",
                                  5, error),
                     LACKEY_BAD);
}

static void a_reference_is_printed_for_messages(void **state)
{
    char text[LACKEY_TEXT];

    (void)state;
    assert_string_equal(lackey_text(text, &(struct lackey_ref){LACKEY_MODIFY, 0x1234, 8}),
                        "M 00001234,8");
    assert_string_equal(lackey_text(text, &(struct lackey_ref){LACKEY_FETCH, UINT64_MAX, 4096}),
                        "I ffffffffffffffff,4096");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_reference_is_read),
        cmocka_unit_test(words_of_valgrind_are_passed_over),
        cmocka_unit_test(malformed_lines_are_refused_with_the_reason),
        cmocka_unit_test(unprintable_bytes_stay_out_of_the_message),
        cmocka_unit_test(a_reference_is_printed_for_messages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
