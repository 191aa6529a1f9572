/* chaos.h: random work for an MMU on the bench, meant to make everything collide.
 *
 * A handful of table frames is shared by all levels, modes and address spaces, tables point at
 * each other and at themselves, and only few slots of them are used; so few addresses reach much
 * and fences, kills, stalls, bus errors, changes of configuration and of PTEs meet walks in every
 * state. The mixture changes every few hundred cycles ("weather"). One seed, one run.
 */
#ifndef ATLAS_CHAOS_H
#define ATLAS_CHAOS_H

#include "bench.h"

enum {
    CHAOS_TABLES = 6, /* frames that hold tables                */
    CHAOS_SLOTS = 10, /* slots of each that are used            */
    CHAOS_GOOD = 16,  /* requests that were translated, to be repeated */
    CHAOS_ASIDS = 4
};

/* How often things happen: once in so many cycles; 0 never. */
struct chaos_weather {
    unsigned configure, fence, kill, pte, bus_error, read_back;
    unsigned damage; /* of 16 PTEs, this many are damaged           */
    unsigned local;  /* of 16 requests, this many are good ones again */
    unsigned echo;   /* ... and of the others, for the page that another port has asked for last */
    unsigned cycles; /* until the weather changes                   */
};

struct chaos {
    struct bench *b;
    struct rng rng;
    uint64_t table[CHAOS_TABLES]; /* frame numbers */
    unsigned slot[CHAOS_SLOTS];
    uint16_t asid[CHAOS_ASIDS];
    struct atlas_req good[CHAOS_GOOD];
    struct atlas_req sent[RTL_MAX_PORTS][BENCH_QUEUE]; /* by number modulo BENCH_QUEUE */
    struct chaos_weather weather;
    bool no_read_back;       /* never, whatever the weather                */
    uint64_t answers;        /* that were read                         */
    uint64_t by_reason[32];  /* faults and (0) translations among them */
    uint64_t refills[32];    /* that were refused, and (0) filled      */
    struct atlas_req missed; /* the last request that got TLB_MISS, of port missed_port */
    unsigned missed_port;
};

/* Build tables in the memory of `b`, and set a first configuration. */
void chaos_begin(struct chaos *c, struct bench *b, uint64_t seed);

/* One cycle of everything at once. Returns false once RTL and twin differ. */
bool chaos_cycle(struct chaos *c);

#endif
