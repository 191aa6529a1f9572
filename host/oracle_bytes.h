/* oracle_bytes.h: the flat byte oracle: what every byte of every process must hold.
 *
 * Layer: host. It knows no frames, no page tables and no TLB: a byte is named by process and
 * virtual address. A byte never stored holds the filler, a function of seed, process and address
 * alone, so that any two pages differ from the start; a machine's pages must start with the same
 * (oracle_filler).
 */
#ifndef ATLAS_ORACLE_BYTES_H
#define ATLAS_ORACLE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct oracle_bytes; /* opaque */

/* Write the filler of a page: vpn is its virtual page number, page [bytes, 4096]. */
void oracle_filler(uint8_t *page, uint64_t seed, uint32_t pid, uint64_t vpn);

/* An oracle without pages; NULL if the host has no memory. */
struct oracle_bytes *oracle_open(uint64_t seed);
void oracle_close(struct oracle_bytes *o); /* NULL is fine */

/* The bytes that page vpn of process pid must hold [bytes, 4096], to compare and to change; the
 * page begins as filler. NULL if the host has no memory. Good until oracle_close. O(1). */
uint8_t *oracle_page(struct oracle_bytes *o, uint32_t pid, uint64_t vpn);

/* Pages that were ever asked for. */
uint64_t oracle_pages(const struct oracle_bytes *o);

#endif
