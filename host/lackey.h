/* lackey.h: one line of valgrind's `lackey --trace-mem=yes`.
 *
 * Layer: host.
 *
 *   I  04016b80,3      fetch                 address in hex, size in bytes, decimal
 *    L 1ffefffe38,8    load
 *    S 1ffefffe30,8    store
 *    M 04228a10,4      modify: a load and then a store
 *   ==123== text       valgrind's own words, also --123-- and **123**
 */
#ifndef ATLAS_LACKEY_H
#define ATLAS_LACKEY_H

#include <stddef.h>
#include <stdint.h>

#include "scan.h"

enum { LACKEY_MAX_SIZE = 4096 }; /* bytes of one reference: it touches two pages at most */

enum lackey_kind { LACKEY_FETCH, LACKEY_LOAD, LACKEY_STORE, LACKEY_MODIFY, LACKEY_KINDS };

/* One reference. */
struct lackey_ref {
    enum lackey_kind kind;
    uint64_t va;   /* first byte; va + size - 1 does not wrap */
    uint32_t size; /* 1 .. LACKEY_MAX_SIZE [bytes]            */
};

enum lackey_line {
    LACKEY_REF,  /* a reference                                                 */
    LACKEY_NOTE, /* words of valgrind, or an empty line                         */
    LACKEY_BAD   /* neither: error says what is wrong and what was expected     */
};

/* Read a line of len bytes, line[len] = 0, without its newline.
 *
 *   ref    out  the reference, if LACKEY_REF
 *   error  out  a sentence, if LACKEY_BAD [array, SCAN_ERROR]
 */
enum lackey_line lackey_parse(struct lackey_ref *ref, const char *line, size_t len,
                              char error[SCAN_ERROR]);

/* The reference's line, for a message: at most LACKEY_TEXT bytes with the NUL. */
enum { LACKEY_TEXT = 40 };
const char *lackey_text(char text[LACKEY_TEXT], const struct lackey_ref *ref);

#endif
