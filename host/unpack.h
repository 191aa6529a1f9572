/* unpack.h: unpackers of compressed files behind one table of functions (zlib, liblzma, libzstd).
 *
 * Layer: host, below input. Adding a format is one row in unpack.c.
 */
#ifndef ATLAS_UNPACK_H
#define ATLAS_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum unpack_status {
    UNPACK_MORE,     /* go on with more input, more room, or both */
    UNPACK_END,      /* the text is complete                      */
    UNPACK_DAMAGED,  /* these bytes are not of this format        */
    UNPACK_TRUNCATED /* the file ends in the middle               */
};

/* Bytes to take and room to fill; both shrink as they are used. */
struct unpack_step {
    const uint8_t *in;
    size_t in_left;
    char *out;
    size_t out_left;
};

struct unpack_ops {
    const char *suffix;  /* ".gz" */
    void *(*open)(void); /* NULL: out of memory */
    /* Unpack what fits; in_end: no input comes after this. Only with in_end is it UNPACK_END. */
    enum unpack_status (*step)(void *unpacker, struct unpack_step *s, bool in_end);
    void (*close)(void *unpacker);
};

/* The unpacker for a file of this name; NULL if it is not a packed one. */
const struct unpack_ops *unpack_find(const char *path);

#endif
