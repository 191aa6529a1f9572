/* test_input.c: reading lines from plain and packed files, whole and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "capture.h"
#include "input.h"

#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

/* Read the file to its end: the lines with | between them, then END or BAD. */
static const char *read_all(const char *path)
{
    static char all[4096];
    struct input *in = input_open(path);
    enum input_status status = INPUT_BAD;
    const char *line;
    size_t len, used = 0;
    uint64_t number = 0;

    all[0] = '\0';
    if (in == NULL)
        return "NULL";
    while ((status = input_line(in, &line, &len)) == INPUT_LINE) {
        assert_int_equal(input_line_number(in), ++number);
        assert_int_equal(line[len], 0);
        used += (size_t)snprintf(all + used, sizeof all - used, "%s|", line);
    }
    snprintf(all + used, sizeof all - used, status == INPUT_END ? "END" : "BAD");
    input_close(in);
    return all;
}

static void expect_lines(const char *text, const char *lines)
{
    assert_string_equal(read_all(scratch_text("plain", text)), lines);
}

/* Reading fails, with these words on standard error. */
static void expect_problem(const char *path, const char *words)
{
    char name[400];
    const char *result, *problem;

    snprintf(name, sizeof name, "%s", path);
    capture_begin();
    result = read_all(name);
    problem = capture_end();
    assert_non_null(strstr(problem, words));
    assert_int_equal(strncmp(problem, name, strlen(name)), 0); /* begins with the file's name */
    assert_int_equal(problem[strlen(problem) - 1], '\n');
    assert_true(strcmp(result, "NULL") == 0 || strstr(result, "BAD") != NULL);
}

/* ---- Packing ------------------------------------------------------------------------------- */

static uint8_t packed[1 << 16];

static size_t pack_gz(const char *text, size_t len)
{
    z_stream z = {0};
    size_t n;

    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (z_const Bytef *)text;
    z.avail_in = (uInt)len;
    z.next_out = packed;
    z.avail_out = sizeof packed;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    n = sizeof packed - z.avail_out;
    deflateEnd(&z);
    return n;
}

static size_t pack_xz(const char *text, size_t len)
{
    size_t n = 0;

    assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, (const uint8_t *)text, len,
                                             packed, &n, sizeof packed),
                     LZMA_OK);
    return n;
}

static size_t pack_zst(const char *text, size_t len)
{
    size_t n = ZSTD_compress(packed, sizeof packed, text, len, 3);

    assert_false(ZSTD_isError(n));
    return n;
}

static const struct {
    const char *name, *suffix;
    size_t (*pack)(const char *text, size_t len);
} packers[] = {{"a.gz", ".gz", pack_gz}, {"a.xz", ".xz", pack_xz}, {"a.zst", ".zst", pack_zst}};

enum { PACKERS = sizeof packers / sizeof packers[0] };

/* ---- Tests --------------------------------------------------------------------------------- */

static void lines_are_given_without_their_newlines(void **state)
{
    (void)state;
    expect_lines("", "END");
    expect_lines("\n", "|END");
    expect_lines("a\n", "a|END");
    expect_lines("a\n\nbc\n", "a||bc|END");
    expect_lines("a\nlast", "a|last|END");
    expect_lines("a\r\n", "a\r|END");
}

static void bytes_of_zero_are_bytes_of_the_line(void **state)
{
    struct input *in;
    const char *line;
    size_t len;

    (void)state;
    in = input_open(scratch_file("zero", "a\0b\nc\n", 6));
    assert_int_equal(input_line(in, &line, &len), INPUT_LINE);
    assert_int_equal(len, 3);
    assert_memory_equal(line, "a\0b", 4);
    assert_int_equal(input_line(in, &line, &len), INPUT_LINE);
    assert_string_equal(line, "c");
    input_close(in);
}

static void a_file_that_cannot_be_read_is_a_problem(void **state)
{
    (void)state;
    expect_problem("/nowhere/at/all", "cannot open: No such file");
    expect_problem("/tmp", "cannot read: Is a directory");
    expect_problem("", "cannot open");
}

static void packed_files_are_unpacked(void **state)
{
    (void)state;
    for (unsigned p = 0; p < PACKERS; p++) {
        const char *path = scratch_file(packers[p].name, packed, packers[p].pack("a\nbc\nd", 6));

        assert_string_equal(read_all(path), "a|bc|d|END");
    }
}

static void members_one_after_another_are_one_text(void **state)
{
    static uint8_t two[1 << 17];

    (void)state;
    for (unsigned p = 0; p < PACKERS; p++) {
        size_t n = packers[p].pack("a\nb", 3);

        memcpy(two, packed, n);
        memcpy(two + n, packed, n);
        assert_string_equal(read_all(scratch_file(packers[p].name, two, 2 * n)), "a|ba|b|END");
    }
}

/* A text that needs several of the unpackers' buffers, behind a short member. */
static void a_long_packed_text_comes_whole(void **state)
{
    enum { LINES = 300000, BYTES = LINES * 8 };
    char *text = malloc(BYTES + 1);
    static uint8_t file[1 << 17];

    (void)state;
    for (unsigned i = 0; i < LINES; i++)
        snprintf(text + i * 8, 9, "%7u\n", i & 1023);
    for (unsigned p = 0; p < PACKERS; p++) {
        size_t first = packers[p].pack("first\n", 6), second;
        struct input *in;
        const char *line;
        size_t len;

        memcpy(file, packed, first);
        second = packers[p].pack(text, BYTES);
        memcpy(file + first, packed, second);
        in = input_open(scratch_file(packers[p].name, file, first + second));
        assert_int_equal(input_line(in, &line, &len), INPUT_LINE);
        assert_string_equal(line, "first");
        for (unsigned i = 0; i < LINES; i++) {
            assert_int_equal(input_line(in, &line, &len), INPUT_LINE);
            assert_int_equal(len, 7);
            assert_int_equal(atoi(line), i & 1023);
        }
        assert_int_equal(input_line(in, &line, &len), INPUT_END);
        input_close(in);
    }
    free(text);
}

static void every_cut_of_a_packed_file_is_a_problem(void **state)
{
    (void)state;
    for (unsigned p = 0; p < PACKERS; p++) {
        size_t n = packers[p].pack("a\nbc\nd\n", 7);

        for (size_t cut = 0; cut < n; cut++)
            expect_problem(scratch_file(packers[p].name, packed, cut), packers[p].suffix);
    }
}

static void other_bytes_are_no_packed_file(void **state)
{
    (void)state;
    for (unsigned p = 0; p < PACKERS; p++) {
        size_t n;

        expect_problem(scratch_text(packers[p].name, "a plain text, longer than any magic number"),
                       "damaged");
        n = packers[p].pack("a\n", 2);
        memcpy(packed + n, "garbage behind it", 17);
        expect_problem(scratch_file(packers[p].name, packed, n + 17), packers[p].suffix);
    }
}

/* No byte of a packed file can be changed unnoticed, but some of the gzip header: the text then
 * is the same. */
static void damage_is_noticed_or_harmless(void **state)
{
    (void)state;
    for (unsigned p = 0; p < PACKERS; p++) {
        size_t n = packers[p].pack("0123456789abcdef\n0123456789abcdef\n", 34);

        for (size_t i = 0; i < n; i++) {
            const char *path, *result;

            packed[i] ^= 0x10;
            path = scratch_file(packers[p].name, packed, n);
            capture_begin();
            result = read_all(path);
            capture_end();
            packed[i] ^= 0x10;
            if (strstr(result, "END") != NULL && strcmp(packers[p].suffix, ".zst") != 0)
                assert_string_equal(result, "0123456789abcdef|0123456789abcdef|END");
        }
    }
}

static void the_longest_line_fits_and_no_longer(void **state)
{
    char *text = malloc(INPUT_LINE_MAX + 1);
    const char *line;
    struct input *in;
    size_t len;

    (void)state;
    memset(text, 'x', INPUT_LINE_MAX + 1);
    text[INPUT_LINE_MAX - 1] = '\n';
    in = input_open(scratch_file("long", text, INPUT_LINE_MAX));
    assert_int_equal(input_line(in, &line, &len), INPUT_LINE);
    assert_int_equal(len, INPUT_LINE_MAX - 1);
    input_close(in);
    text[INPUT_LINE_MAX - 1] = 'x';
    text[INPUT_LINE_MAX] = '\n';
    expect_problem(scratch_file("long", text, INPUT_LINE_MAX + 1), ":1: line is too long");
    free(text);
}

static void minus_is_standard_input(void **state)
{
    int in[2], saved = dup(STDIN_FILENO);

    (void)state;
    assert_int_equal(pipe(in), 0);
    assert_int_equal(write(in[1], "a\nb\n", 4), 4);
    close(in[1]);
    dup2(in[0], STDIN_FILENO);
    assert_string_equal(read_all("-"), "a|b|END");
    dup2(saved, STDIN_FILENO);
    close(in[0]);
    close(saved);
}

static void a_problem_names_file_and_line(void **state)
{
    struct input *in = input_open(scratch_text("plain", "a\nb\nc\n"));
    char expected[500];
    const char *line;
    size_t len;

    (void)state;
    input_line(in, &line, &len);
    input_line(in, &line, &len);
    snprintf(expected, sizeof expected, "%s:2: what is wrong: 7\n", input_name(in));
    capture_begin();
    input_problem(in, "what is wrong: %d", 7);
    assert_string_equal(capture_end(), expected);
    input_close(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_given_without_their_newlines),
        cmocka_unit_test(bytes_of_zero_are_bytes_of_the_line),
        cmocka_unit_test(a_file_that_cannot_be_read_is_a_problem),
        cmocka_unit_test(packed_files_are_unpacked),
        cmocka_unit_test(members_one_after_another_are_one_text),
        cmocka_unit_test(a_long_packed_text_comes_whole),
        cmocka_unit_test(every_cut_of_a_packed_file_is_a_problem),
        cmocka_unit_test(other_bytes_are_no_packed_file),
        cmocka_unit_test(damage_is_noticed_or_harmless),
        cmocka_unit_test(the_longest_line_fits_and_no_longer),
        cmocka_unit_test(minus_is_standard_input),
        cmocka_unit_test(a_problem_names_file_and_line),
    };

    return cmocka_run_group_tests(tests, NULL, scratch_remove);
}
