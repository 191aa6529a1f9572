/* capture.c: see capture.h. */
#include "capture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char text[8192];
static FILE *file;
static int saved = -1;
static char directory[64];
static char path[400];

static void must(int good, const char *what)
{
    if (!good) {
        perror(what);
        abort();
    }
}

void capture_begin(void)
{
    fflush(stderr);
    file = tmpfile();
    must(file != NULL, "tmpfile");
    saved = dup(STDERR_FILENO);
    must(dup2(fileno(file), STDERR_FILENO) >= 0, "dup2");
}

const char *capture_end(void)
{
    size_t n;

    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    n = fread(text, 1, sizeof text - 1, file);
    text[n] = '\0';
    fclose(file);
    return text;
}

const char *scratch_file(const char *name, const void *bytes, size_t len)
{
    FILE *f;

    if (directory[0] == '\0') {
        strcpy(directory, "/tmp/atlas-test-XXXXXX");
        must(mkdtemp(directory) != NULL, "mkdtemp");
    }
    snprintf(path, sizeof path, "%s/%s", directory, name);
    f = fopen(path, "wb");
    must(f != NULL, path);
    must(fwrite(bytes, 1, len, f) == len, path);
    must(fclose(f) == 0, path);
    return path;
}

const char *scratch_text(const char *name, const char *bytes)
{
    return scratch_file(name, bytes, strlen(bytes));
}

int scratch_remove(void **state)
{
    DIR *d = directory[0] == '\0' ? NULL : opendir(directory);
    struct dirent *e;

    (void)state;
    while (d != NULL && (e = readdir(d)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", directory, e->d_name);
        unlink(path);
    }
    if (d != NULL) {
        closedir(d);
        rmdir(directory);
    }
    return 0;
}
