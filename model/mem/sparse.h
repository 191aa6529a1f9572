/* sparse.h: physical memory over 56 bits, of which only what was written exists.
 *
 * Layer: mem. It knows nothing above itself. A word (4 or 8 bytes) is absent until it is written;
 * a bus access to an absent word is a bus error, as on a bus with nothing there. Bus errors can
 * also be injected, word by word. Numbers are little-endian, whatever the host is.
 *
 * Pages of 4 KiB are allocated when first written and kept for reuse until sparse_close. A read
 * costs one probe of a hash table; a page-table walk reads another page each time, so the table
 * has a direct-mapped front.
 */
#ifndef ATLAS_SPARSE_H
#define ATLAS_SPARSE_H

#include <stdbool.h>
#include <stdint.h>

/* The answer of a bus access. The values are those of enum atlas_mem_status (mmu_port.h). */
enum sparse_status {
    SPARSE_OK = 0,
    SPARSE_ERROR = 1, /* absent, or an injected error: nothing was written */
    SPARSE_OTHER = 2  /* compare-and-swap: another value, not written      */
};

struct sparse; /* one memory; opaque */

/* A memory with no word in it. Returns NULL if the host has no memory left. */
struct sparse *sparse_open(void);
void sparse_close(struct sparse *m); /* NULL is fine */

/* All words absent, no injected errors. O(pages written since the last clear). */
void sparse_clear(struct sparse *m);

/* Below, `addr` is a multiple of `bytes` and less than 2^56, `bytes` is 4 or 8; anything else
 * asserts. An 8-byte word is present if both its halves are. */

/* Write a word, past the bus. Returns false, with nothing written, if the host has no memory. */
bool sparse_write(struct sparse *m, uint64_t addr, uint64_t value, unsigned bytes);

/* Read a word, past the bus. Returns false, *value = 0, if it is absent. */
bool sparse_read(const struct sparse *m, uint64_t *value, uint64_t addr, unsigned bytes);

/* Read a word over the bus. On SPARSE_ERROR *value is 0. */
enum sparse_status sparse_bus_read(struct sparse *m, uint64_t *value, uint64_t addr,
                                   unsigned bytes);

/* Compare-and-swap over the bus: if the word is `old`, make it `value`. */
enum sparse_status sparse_bus_cas(struct sparse *m, uint64_t addr, uint64_t old, uint64_t value,
                                  unsigned bytes);

/* Inject bus errors: of the bus reads (cas: compare-and-swaps) of the word at `addr`, the next
 * `after` are answered as ever, then `count` get an error (-1: all that follow). The word may be
 * absent. Replaces what was injected there for the same kind; count 0 removes it. Returns false
 * if the host has no memory. O(words with injected errors). */
bool sparse_fail(struct sparse *m, uint64_t addr, bool cas, unsigned after, int count);

#endif
