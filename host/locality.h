/* locality.h: how local a stream of page uses is: reuse distances and working sets.
 *
 * Layer: host. The reuse distance of a use is how many other pages were used since the last use of
 * its page: 0 if none. It is exact. Of n pages' frames LRU misses what is farther than n - 1, and
 * each first use. The working set of a window of uses is the number of its pages.
 *
 * Source: Mattson et al., "Evaluation techniques for storage hierarchies", 1970 (stack distances);
 * Bennett and Kruskal, "LRU stack processing", 1975 (in a tree); Denning, "The working set model
 * for program behavior", 1968.
 */
#ifndef ATLAS_LOCALITY_H
#define ATLAS_LOCALITY_H

#include <stddef.h>
#include <stdint.h>

enum { LOCALITY_BINS = 33 };

struct locality_sums {
    uint64_t uses;
    uint64_t first;                /* uses of a page that was not used before            */
    uint64_t reuse[LOCALITY_BINS]; /* 0: of distance 0; k: of 2^(k-1) .. 2^k - 1         */
};

struct locality; /* opaque */

/* window: >= 1 [uses]. Running out of the host's memory ends the program, here and below. */
struct locality *locality_open(uint64_t window);
void locality_close(struct locality *l); /* NULL is fine */

/* Page vpn of process pid is used. O(log pages), on average. */
void locality_use(struct locality *l, uint32_t pid, uint64_t vpn);

const struct locality_sums *locality_sums(const struct locality *l);

/* Bins up to the last one that is not empty. */
unsigned locality_bins(const struct locality *l);

/* What LRU misses with 2^bin frames. */
uint64_t locality_lru_misses(const struct locality *l, unsigned bin);

/* Working sets of all full windows, one after the other [array, *count] [pages]. */
const uint32_t *locality_windows(const struct locality *l, size_t *count);

uint64_t locality_window(const struct locality *l);

#endif
