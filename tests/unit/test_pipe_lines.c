/* test_pipe_lines.c: lines from a pipe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "pipe_lines.h"

static struct pipe_lines lines;
static int ends[2];
static pid_t writer;

/* A process that writes `text` in parts of `part` bytes, with a pause after each if asked. */
static void begin(const char *text, size_t len, size_t part, bool pause)
{
    assert_int_equal(pipe(ends), 0);
    writer = fork();
    if (writer == 0) {
        close(ends[0]);
        for (size_t at = 0; at < len; at += part) {
            size_t n = len - at < part ? len - at : part;

            if (write(ends[1], text + at, n) != (ssize_t)n)
                _exit(1);
            if (pause)
                nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        }
        _exit(0);
    }
    close(ends[1]);
    pipe_lines_begin(&lines, ends[0]);
}

static int teardown(void **state)
{
    (void)state;
    close(ends[0]);
    waitpid(writer, NULL, 0);
    return 0;
}

static void assert_line(const char *expected)
{
    const char *line;
    size_t len;

    assert_true(pipe_lines_next(&lines, &line, &len));
    assert_int_equal(len, strlen(expected));
    assert_string_equal(line, expected);
}

static void assert_end(void)
{
    const char *line;
    size_t len;

    assert_false(pipe_lines_next(&lines, &line, &len));
}

static void lines_arrive_whole_in_whatever_parts_they_are_written(void **state)
{
    static const char text[] = "one\n\nthree\nlast";

    (void)state;
    for (size_t part = 1; part <= sizeof text; part++) {
        begin(text, sizeof text - 1, part, part < 4);
        assert_line("one");
        assert_line("");
        assert_line("three");
        assert_int_equal(lines.line, 3);
        assert_line("last");
        assert_int_equal(lines.line, 4);
        assert_end();
        assert_end();
        teardown(NULL);
    }
    begin("", 0, 1, false);
    assert_end();
}

/* More than the buffer holds, with lines across its end. */
static void a_long_stream_loses_nothing(void **state)
{
    enum { COUNT = 40000, SIZE = 12 };
    char *text = malloc(COUNT * SIZE + 1);

    (void)state;
    for (unsigned i = 0; i < COUNT; i++)
        snprintf(text + (size_t)i * SIZE, SIZE + 1, "line %06u\n", i);
    begin(text, (size_t)COUNT * SIZE, 777, false);
    for (unsigned i = 0; i < COUNT; i++) {
        char expected[SIZE + 1];

        snprintf(expected, sizeof expected, "line %06u", i);
        assert_line(expected);
    }
    assert_end();
    free(text);
}

static void a_line_that_is_too_long_is_cut(void **state)
{
    size_t len = PIPE_LINE_MAX + 10, got;
    char *text = malloc(len + 1);
    const char *line;

    (void)state;
    memset(text, 'x', len);
    text[len] = '\n';
    begin(text, len + 1, len + 1, false);
    assert_true(pipe_lines_next(&lines, &line, &got));
    assert_int_equal(got, PIPE_LINE_MAX);
    assert_line("xxxxxxxxxx");
    assert_end();
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(lines_arrive_whole_in_whatever_parts_they_are_written, teardown),
        cmocka_unit_test_teardown(a_long_stream_loses_nothing, teardown),
        cmocka_unit_test_teardown(a_line_that_is_too_long_is_cut, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
