/* zipf.c: see zipf.h. */
#include "zipf.h"

#include <assert.h>
#include <stdlib.h>

#include "report.h"

enum { FRACTION = 32, WEIGHT = 40, THOUSAND = 1000 };

struct zipf {
    uint32_t ranks;
    uint64_t upto[]; /* sum of the weights of ranks 0 .. k [array, ranks] */
};

/* 2^(-1/2), 2^(-1/4), ... [32 fraction bits] [array, FRACTION]. */
struct roots {
    uint64_t root[FRACTION];
};

static uint64_t square_root(uint64_t x)
{
    uint64_t root = 0;

    for (uint64_t bit = UINT64_C(1) << 31; bit != 0; bit >>= 1)
        if ((root | bit) * (root | bit) <= x)
            root |= bit;
    return root;
}

static void roots_init(struct roots *r)
{
    uint64_t value = UINT64_C(1) << (FRACTION - 1);

    for (unsigned i = 0; i < FRACTION; i++) {
        value = square_root(value << FRACTION);
        r->root[i] = value;
    }
}

/* log2 k of k >= 1 [32 fraction bits]. */
static uint64_t logarithm(uint32_t k)
{
    uint64_t log = 31, m = k; /* m: 31 fraction bits, 1 <= m < 2 */

    while (m >> 31 == 0) {
        m <<= 1;
        log--;
    }
    for (unsigned i = 0; i < FRACTION; i++) {
        unsigned carry;

        m *= m;
        carry = (unsigned)(m >> 63);
        m >>= 31 + carry;
        log = log << 1 | carry;
    }
    return log;
}

/* 2^(WEIGHT - x), x with 32 fraction bits. */
static uint64_t power(const struct roots *r, uint64_t x)
{
    uint64_t value = UINT64_C(1) << FRACTION;

    for (unsigned i = 0; i < FRACTION; i++)
        if (x >> (FRACTION - 1 - i) & 1)
            value = value * r->root[i] >> FRACTION;
    return x >> FRACTION < 64 ? value << (WEIGHT - FRACTION) >> (x >> FRACTION) : 0;
}

struct zipf *zipf_open(uint32_t ranks, uint32_t alpha)
{
    struct zipf *z = report_need(malloc(sizeof *z + ranks * sizeof z->upto[0]));
    struct roots roots;
    uint64_t sum = 0;

    assert(ranks >= 1 && ranks <= ZIPF_RANKS_MAX && alpha <= ZIPF_ALPHA_MAX);
    roots_init(&roots);
    z->ranks = ranks;
    for (uint32_t k = 0; k < ranks; k++) {
        sum += power(&roots, logarithm(k + 1) * alpha / THOUSAND);
        z->upto[k] = sum;
    }
    return z;
}

void zipf_close(struct zipf *z)
{
    free(z);
}

uint32_t zipf_pick(const struct zipf *z, struct rng *rng)
{
    uint64_t x = rng_below(rng, z->upto[z->ranks - 1]);
    uint32_t low = 0, high = z->ranks - 1; /* the rank is in [low, high] */

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (x < z->upto[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

uint64_t zipf_weight(const struct zipf *z, uint32_t k)
{
    return z->upto[k] - (k > 0 ? z->upto[k - 1] : 0);
}
