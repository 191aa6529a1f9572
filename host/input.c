/* input.c: see input.h. Bytes go file -> raw -> unpacker -> text; lines are handed out in place. */
#include "input.h"
#include "report.h"
#include "unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RAW_SIZE = 65536 };

struct input {
    char *name;
    int fd;
    uint64_t line;
    const struct unpack_ops *ops; /* NULL: the file is plain text */
    void *unpacker;
    uint8_t *raw; /* [array, RAW_SIZE] packed bytes; the unread ones are from raw_at to raw_end */
    size_t raw_at, raw_end;
    bool raw_eof, eof;
    char *text; /* [array, INPUT_LINE_MAX + 1] unread ones are from text_at to text_end */
    size_t text_at, text_end;
};

struct input *input_open(const char *path)
{
    struct input *in = calloc(1, sizeof *in);

    if (in == NULL) {
        report_problem(path, 0, "out of memory");
        return NULL;
    }
    in->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    in->name = strdup(path);
    in->text = malloc(INPUT_LINE_MAX + 1);
    in->raw = malloc(RAW_SIZE);
    in->ops = unpack_find(path);
    if (in->fd < 0)
        report_problem(path, 0, "cannot open: %s", strerror(errno));
    else if (in->name == NULL || in->text == NULL || in->raw == NULL ||
             (in->ops != NULL && (in->unpacker = in->ops->open()) == NULL))
        report_problem(path, 0, "out of memory");
    else
        return in;
    input_close(in);
    return NULL;
}

void input_close(struct input *in)
{
    if (in == NULL)
        return;
    if (in->unpacker != NULL)
        in->ops->close(in->unpacker);
    if (in->fd > STDIN_FILENO)
        close(in->fd);
    free(in->raw);
    free(in->text);
    free(in->name);
    free(in);
}

const char *input_name(const struct input *in)
{
    return in->name;
}

uint64_t input_line_number(const struct input *in)
{
    return in->line;
}

void input_problem(const struct input *in, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    report_problem_v(in->name, in->line, format, args);
    va_end(args);
}

/* Read from the file. Returns false after reporting why not; *got = 0 at its end. */
static bool read_file(struct input *in, void *to, size_t room, size_t *got)
{
    ssize_t n;

    do
        n = read(in->fd, to, room);
    while (n < 0 && errno == EINTR);
    if (n < 0) {
        report_problem(in->name, 0, "cannot read: %s", strerror(errno));
        return false;
    }
    *got = (size_t)n;
    return true;
}

/* Unpack some text. Returns false after reporting why not; *got = 0 at the end. */
static bool read_packed(struct input *in, char *to, size_t room, size_t *got)
{
    enum unpack_status status = UNPACK_MORE;

    *got = 0;
    while (*got == 0 && status != UNPACK_END) {
        if (in->raw_at == in->raw_end && !in->raw_eof) {
            in->raw_at = 0;
            if (!read_file(in, in->raw, RAW_SIZE, &in->raw_end))
                return false;
            in->raw_eof = in->raw_end == 0;
        }

        struct unpack_step step = {in->raw + in->raw_at, in->raw_end - in->raw_at, to, room};

        status = in->ops->step(in->unpacker, &step, in->raw_eof);
        in->raw_at = in->raw_end - step.in_left;
        *got = room - step.out_left;
        if (status == UNPACK_DAMAGED || status == UNPACK_TRUNCATED) {
            report_problem(in->name, in->line + 1, "%s file is %s, expected a whole one",
                           in->ops->suffix, status == UNPACK_DAMAGED ? "damaged" : "cut short");
            return false;
        }
    }
    return true;
}

/* More text behind what is there. Returns false after reporting why not. */
static bool fill(struct input *in)
{
    size_t got, room;

    if (in->text_at != 0)
        memmove(in->text, in->text + in->text_at, in->text_end - in->text_at);
    in->text_end -= in->text_at;
    in->text_at = 0;
    room = INPUT_LINE_MAX - in->text_end;
    if (room == 0) {
        report_problem(in->name, in->line + 1, "line is too long, expected at most %d bytes",
                       INPUT_LINE_MAX - 1);
        return false;
    }
    if (in->ops != NULL ? !read_packed(in, in->text + in->text_end, room, &got)
                        : !read_file(in, in->text + in->text_end, room, &got))
        return false;
    in->eof = got == 0;
    in->text_end += got;
    return true;
}

enum input_status input_line(struct input *in, const char **line, size_t *len)
{
    size_t searched = 0;
    char *start, *newline = NULL;

    for (;;) {
        start = in->text + in->text_at;
        newline = memchr(start + searched, '\n', in->text_end - in->text_at - searched);
        if (newline != NULL || in->eof)
            break;
        searched = in->text_end - in->text_at;
        if (!fill(in))
            return INPUT_BAD;
    }
    if (newline == NULL && in->text_at == in->text_end)
        return INPUT_END;
    *len = newline != NULL ? (size_t)(newline - start) : in->text_end - in->text_at;
    *line = start;
    start[*len] = '\0';
    in->text_at += *len + (newline != NULL);
    in->line++;
    return INPUT_LINE;
}
