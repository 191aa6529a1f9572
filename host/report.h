/* report.h: what a command says to people: problems, and a progress line.
 *
 * Layer: host. Both go to standard error. The progress line is shown only if that is a terminal,
 * at most some ten times a second, and is wiped before anything else is written.
 */
#ifndef ATLAS_REPORT_H
#define ATLAS_REPORT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Exit status of every command. */
enum { EXIT_PASS = 0, EXIT_MISMATCH = 1, EXIT_BAD_INPUT = 2 };

/* "FILE:LINE: text" with a newline; line 0 leaves out the line, file NULL both. */
void report_problem(const char *file, uint64_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void report_problem_v(const char *file, uint64_t line, const char *format, va_list args);

/* A line or several of plain text for standard error, as it is. */
void report_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A space and one word of a command line, quoted so that a shell reads it as it is. */
void report_word(FILE *out, const char *word);

/* The host has no memory left: says so and ends the program with status 2. */
_Noreturn void report_out_of_memory(void);

/* p, which is what an allocation returned; NULL ends the program as above. */
void *report_need(void *p);

/* Is it time for another progress line? Cheap enough to ask every few thousand steps. */
bool report_progress_due(void);

/* Show this as the progress line (no newline in it). */
void report_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Take the progress line away; before the command writes to standard output. */
void report_progress_end(void);

/* Seconds of wall time since some moment; for rates. */
double report_seconds(void);

#endif
