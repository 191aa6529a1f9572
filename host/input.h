/* input.h: a text file, line by line, unpacked on the fly.
 *
 * Layer: host. "-" is standard input; a name that ends in .gz, .xz or .zst is unpacked (several
 * members one after another are one text). Every problem is reported on standard error as
 * FILE:LINE: text; a truncated or damaged packed file is a problem, never an early end.
 */
#ifndef ATLAS_INPUT_H
#define ATLAS_INPUT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define INPUT_LINE_MAX 1048576 /* bytes of the longest line, with its newline */

struct input; /* one open file; opaque */

enum input_status {
    INPUT_LINE, /* here is a line                                  */
    INPUT_END,  /* the file is at its end                          */
    INPUT_BAD   /* it cannot be read; the problem has been reported */
};

/* Open a file. Returns NULL after reporting why not. */
struct input *input_open(const char *path);
void input_close(struct input *in); /* NULL is fine */

/* The next line, without its newline and with a NUL after it (bytes in it may be NUL, too). The
 * last line needs no newline. Valid until the next call. */
enum input_status input_line(struct input *in, const char **line, size_t *len);

/* The path as it was given, and the number of the line that was read last (from 1; 0 before). */
const char *input_name(const struct input *in);
uint64_t input_line_number(const struct input *in);

/* Report a problem with the line that was read last. */
void input_problem(const struct input *in, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
