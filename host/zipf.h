/* zipf.h: random ranks by Zipf's law: rank k, from 1, comes up as often as 1 / k^alpha.
 *
 * Layer: host. Integers alone, so that one seed gives the same ranks on every machine: the weight
 * of a rank is 2^40 * 2^(-alpha * log2 k), where log2 comes bit by bit from squaring and the power
 * of two is a product of square roots, all as fixed point, cut off. It is within a millionth of
 * the true value, or within 1 of 2^40 of the weight of the first rank.
 *
 * Source: G. K. Zipf, "Human Behavior and the Principle of Least Effort", 1949; Knuth, TAOCP 1,
 * 1.2.2 (log2 by squaring).
 */
#ifndef ATLAS_ZIPF_H
#define ATLAS_ZIPF_H

#include <stdint.h>

#include "base/rng.h"

enum {
    ZIPF_RANKS_MAX = 1 << 20, /* the weights of so many add up to less than 2^64 */
    ZIPF_ALPHA_MAX = 4000     /* [thousandths]                                   */
};

struct zipf; /* opaque */

/* ranks: 1 .. ZIPF_RANKS_MAX; alpha: 0 (all as often) .. ZIPF_ALPHA_MAX [thousandths]. Running out
 * of the host's memory ends the program. O(ranks). */
struct zipf *zipf_open(uint32_t ranks, uint32_t alpha);
void zipf_close(struct zipf *z); /* NULL is fine */

/* A rank, counted from 0. O(log ranks). */
uint32_t zipf_pick(const struct zipf *z, struct rng *rng);

/* How often rank k, from 0, comes up [of 2^40, with 2^40 for the first]. */
uint64_t zipf_weight(const struct zipf *z, uint32_t k);

#endif
