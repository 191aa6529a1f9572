/* pipe_lines.c: see pipe_lines.h. */
#include "pipe_lines.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LITTLE = PIPE_LINE_MAX / 4, NAP_NS = 1000000 };

void pipe_lines_begin(struct pipe_lines *p, int fd)
{
    p->fd = fd;
    p->line = 0;
    p->at = p->end = 0;
    p->eof = p->nap = false;
}

/* More bytes behind those that are there; at the end, or if the pipe cannot be read, eof. */
static void fill(struct pipe_lines *p)
{
    ssize_t got;

    memmove(p->text, p->text + p->at, p->end - p->at);
    p->end -= p->at;
    p->at = 0;
    if (p->nap)
        nanosleep(&(struct timespec){.tv_nsec = NAP_NS}, NULL);
    do
        got = read(p->fd, p->text + p->end, PIPE_LINE_MAX - p->end);
    while (got < 0 && errno == EINTR);
    p->eof = got <= 0;
    p->nap = got < LITTLE;
    p->end += p->eof ? 0 : (size_t)got;
}

bool pipe_lines_next(struct pipe_lines *p, const char **line, size_t *len)
{
    char *start = p->text + p->at, *newline;

    while ((newline = memchr(start, '\n', p->end - p->at)) == NULL && !p->eof &&
           p->end - p->at < PIPE_LINE_MAX) {
        fill(p);
        start = p->text + p->at;
    }
    if (newline == NULL && p->at == p->end)
        return false;
    *line = start;
    *len = newline != NULL ? (size_t)(newline - start) : p->end - p->at;
    start[*len] = '\0';
    p->at += *len + (newline != NULL);
    p->line++;
    return true;
}
