/* mmutrace.h: reader of `mmutrace 1`, the translation trace of a running operating system.
 *
 * Layer: host. The first line is the header, then one event a line, comments between; the last
 * line is "# end records=N ...", and N must be the number of K, P and ? lines. The reader is
 * strict about form, widths and order of lines; it gives the events no meaning.
 */
#ifndef ATLAS_MMUTRACE_H
#define ATLAS_MMUTRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scan.h"

#define MMUTRACE_WINDOW 64 /* most bytes of a window's name */

/* The header. */
struct mmutrace_header {
    unsigned xlen; /* 32 or 64 */
    char window[MMUTRACE_WINDOW + 1];
    bool svade, svnapot, svpbmt;
};

enum mmutrace_kind {
    MMUTRACE_SATP,   /* T: satp now has this value (no fence implied)                     */
    MMUTRACE_FENCE,  /* V: the guest executed sfence.vma                                  */
    MMUTRACE_MEM,    /* M: the word at addr is val from here on                           */
    MMUTRACE_UPDATE, /* U: like M, by the A/D update that the next record's access needs  */
    MMUTRACE_ACCESS, /* F R W A C: an access that succeeded                               */
    MMUTRACE_FAULT,  /* P: an access that took a page fault                               */
    MMUTRACE_STALE   /* ?: a legal stale translation, not to be checked                   */
};

/* One event. Which members are set: satp (T); has_va, va, has_asid, asid (V); addr, val (M, U);
 * key, acc, ctx, va (the last three); pa (K, ?); level (K); cause (P); npte (K, P); n. */
struct mmutrace_event {
    enum mmutrace_kind kind;
    uint64_t satp;
    bool has_va, has_asid;
    uint16_t asid;
    uint64_t va, pa, addr, val;
    char key;      /* F R W A C, as it stands in the file                      */
    uint8_t acc;   /* ATLAS_ACC_*: C is a store, A an AMO                      */
    uint8_t ctx;   /* MMUTRACE_CTX_*                                           */
    uint8_t level; /* of the leaf                                              */
    uint8_t cause; /* ATLAS_CAUSE_*_PAGE                                       */
    uint8_t npte;  /* PTE reads of a walk from the root                        */
    uint64_t n;    /* accesses to the same page that were left out before this */
};

enum { MMUTRACE_CTX_S = 1, MMUTRACE_CTX_SUM = 2, MMUTRACE_CTX_MXR = 4 };

/* The parsers of single lines: `len` bytes and a NUL, without newline. They return whether the
 * line is one; if not, `error` is a sentence: what is wrong, what was expected. */
bool mmutrace_parse_header(struct mmutrace_header *h, const char *line, size_t len,
                           char error[SCAN_ERROR]);
bool mmutrace_parse_event(struct mmutrace_event *e, unsigned xlen, const char *line, size_t len,
                          char error[SCAN_ERROR]);
bool mmutrace_parse_end(uint64_t *records, const char *line, size_t len, char error[SCAN_ERROR]);

struct mmutrace; /* one open trace */

/* Open a trace and read its header. Returns NULL after reporting why not. */
struct mmutrace *mmutrace_open(const char *path);
void mmutrace_close(struct mmutrace *t); /* NULL is fine */

const struct mmutrace_header *mmutrace_header(const struct mmutrace *t);
uint64_t mmutrace_line(const struct mmutrace *t);    /* number of the line that was read last */
uint64_t mmutrace_records(const struct mmutrace *t); /* K, P and ? lines so far               */

enum mmutrace_status {
    MMUTRACE_EVENT, /* here is an event                                */
    MMUTRACE_END,   /* the trace is complete                           */
    MMUTRACE_BAD    /* it is malformed: the problem has been reported  */
};

/* The next event. */
enum mmutrace_status mmutrace_next(struct mmutrace *t, struct mmutrace_event *e);

#endif
