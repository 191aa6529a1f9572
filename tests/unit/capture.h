/* capture.h: what a piece of code writes to standard error, and files with given bytes. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stddef.h>

/* From here on standard error goes to a buffer ... */
void capture_begin(void);

/* ... and from here on it does not; returns what came, valid until the next capture_begin. */
const char *capture_end(void);

/* A new file in the test's own directory with these bytes; `name` gives its ending. Returns its
 * path, valid until the next call. */
const char *scratch_file(const char *name, const void *bytes, size_t len);

/* The same, with a text. */
const char *scratch_text(const char *name, const char *text);

/* Remove the directory with all files. */
int scratch_remove(void **state);

#endif
