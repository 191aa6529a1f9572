/* rng.h: random numbers that are the same everywhere for one seed. Layer: base.
 *
 * xoshiro256** (Blackman, Vigna 2018), seeded by splitmix64. No global state: who wants random
 * numbers is handed a struct rng, and its seed is printed first.
 */
#ifndef ATLAS_RNG_H
#define ATLAS_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t s[4]; /* never all zero */
};

/* Begin the sequence of `seed`; every seed is good, 0 too. */
void rng_seed(struct rng *rng, uint64_t seed);

/* 64 random bits. */
uint64_t rng_next(struct rng *rng);

/* A number from 0 to n - 1, each as likely as the other to within n / 2^64. n >= 1. */
uint64_t rng_below(struct rng *rng, uint64_t n);

/* True once in n times. n >= 1. */
bool rng_one_in(struct rng *rng, uint64_t n);

/* Spread x over 64 bits: the finalizer of splitmix64, a bijection. No sequence, no state. */
uint64_t rng_mix(uint64_t x);

#endif
