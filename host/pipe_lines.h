/* pipe_lines.h: lines from a pipe that another process writes line by line.
 *
 * Layer: host. A reader that is faster than the writer would be woken for every single line, which
 * costs both of them more than the line; so this one naps when it finds little.
 */
#ifndef ATLAS_PIPE_LINES_H
#define ATLAS_PIPE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PIPE_LINE_MAX = 65536 }; /* bytes of the longest line; longer ones are cut in parts */

struct pipe_lines {
    int fd;
    uint64_t line; /* number of the line read last, from 1; 0 before */
    size_t at, end;
    bool eof, nap;
    char text[PIPE_LINE_MAX + 1]; /* unread bytes from at to end */
};

/* Begin with the read end of a pipe, which stays the caller's. */
void pipe_lines_begin(struct pipe_lines *p, int fd);

/* The next line, without its newline and with a NUL after it; valid until the next call. Returns
 * false at the end: when nobody holds the write end any more, or the pipe is empty and its read
 * end has been made non-blocking. */
bool pipe_lines_next(struct pipe_lines *p, const char **line, size_t *len);

#endif
