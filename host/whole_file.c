/* whole_file.c: see whole_file.h. */
#include "whole_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"

static const char ending[] = ".XXXXXX";

static bool fail(const char *path)
{
    report_problem(path, 0, "cannot be written: %s", strerror(errno));
    return false;
}

/* The permissions that a new file gets. */
static mode_t usual_mode(void)
{
    mode_t mask = umask(0);

    umask(mask);
    return 0666 & ~mask;
}

/* A new file beside `path`. Returns its descriptor, or -1. *name is the caller's to free. */
static int open_beside(const char *path, char **name)
{
    size_t size = strlen(path) + sizeof ending;

    *name = report_need(malloc(size));
    snprintf(*name, size, "%s%s", path, ending);
    return mkstemp(*name);
}

/* Returns false with errno. */
static bool write_all(int fd, const char *text, size_t left)
{
    while (left > 0) {
        ssize_t n = write(fd, text, left);

        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            text += n;
            left -= (size_t)n;
        }
    }
    return true;
}

bool whole_file_check(const char *path)
{
    struct stat there;
    char *name;
    int fd;

    if (strcmp(path, "-") == 0 || (stat(path, &there) == 0 && !S_ISREG(there.st_mode))) {
        report_problem(path, 0, "is no regular file, expected one, or a new name");
        return false;
    }
    fd = open_beside(path, &name);
    if (fd >= 0) {
        close(fd);
        unlink(name);
    }
    free(name);
    return fd >= 0 || fail(path);
}

/* Everything between open and close. Returns false with errno. */
static bool fill(int fd, const char *text)
{
    size_t len = strlen(text);
    bool ended = len > 0 && text[len - 1] == '\n';

    return write_all(fd, text, len) && (ended || write_all(fd, "\n", 1)) &&
           fchmod(fd, usual_mode()) == 0 && fsync(fd) == 0;
}

bool whole_file_save(const char *path, const char *text)
{
    char *name;
    int fd = open_beside(path, &name);
    bool saved = fd >= 0 && fill(fd, text);
    int error = errno;

    if (fd >= 0 && close(fd) != 0 && saved) {
        saved = false;
        error = errno;
    }
    if (saved && rename(name, path) != 0) {
        saved = false;
        error = errno;
    }
    if (!saved && fd >= 0)
        unlink(name);
    free(name);
    errno = error;
    return saved || fail(path);
}
