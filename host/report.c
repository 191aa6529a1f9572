/* report.c: see report.h. */
#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_INTERVAL 0.1 /* seconds between two progress lines */

static bool progress_shown;
static double progress_next;

double report_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void report_progress_end(void)
{
    if (progress_shown)
        fputs("\r\033[K", stderr);
    progress_shown = false;
}

bool report_progress_due(void)
{
    return isatty(STDERR_FILENO) && report_seconds() >= progress_next;
}

void report_progress(const char *format, ...)
{
    va_list args;

    fputs("\r\033[K", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fflush(stderr);
    progress_shown = true;
    progress_next = report_seconds() + PROGRESS_INTERVAL;
}

void report_problem_v(const char *file, uint64_t line, const char *format, va_list args)
{
    report_progress_end();
    if (file != NULL && line != 0)
        fprintf(stderr, "%s:%llu: ", file, (unsigned long long)line);
    else if (file != NULL)
        fprintf(stderr, "%s: ", file);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

void report_problem(const char *file, uint64_t line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    report_problem_v(file, line, format, args);
    va_end(args);
}

void report_text(const char *format, ...)
{
    va_list args;

    report_progress_end();
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
}

void report_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+=:,./@%";

    if (*word != '\0' && word[strspn(word, plain)] == '\0') {
        fprintf(out, " %s", word);
        return;
    }
    fputs(" '", out);
    for (; *word != '\0'; word++)
        *word == '\'' ? fputs("'\\''", out) : fputc(*word, out);
    fputc('\'', out);
}

void report_out_of_memory(void)
{
    report_problem("atlas", 0, "out of memory");
    exit(EXIT_BAD_INPUT);
}

void *report_need(void *p)
{
    if (p == NULL)
        report_out_of_memory();
    return p;
}
