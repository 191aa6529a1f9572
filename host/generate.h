/* generate.h: references of a known pattern, made from a seed.
 *
 * Layer: host. All are of 8 bytes, aligned, in an area of whole pages; loads, and stores by
 * percentage. The pattern is that of the words:
 *
 *   sequential  one after the other
 *   strided     every stride-th byte
 *   loop        one of each page in turn, in the next round the next one: what LRU with one frame
 *               less never hits (OSTEP ch. 22)
 *   random      any word, each as likely as the other
 *   zipf        any word of a page; page k as often as 1 / (k + 1)^alpha
 *   phases      any word of `set` pages in a row, for `phase` references; then of others
 *   chase       a linked list, one node a page, through all pages in random order
 *
 * The first three begin again at the area's end. The same arguments give the same references on
 * every machine; `stores` does not change the addresses.
 *
 * Source: Denning, "The working set model for program behavior", 1968 (phases).
 */
#ifndef ATLAS_GENERATE_H
#define ATLAS_GENERATE_H

#include "lackey.h"

enum generate_kind {
    GENERATE_SEQUENTIAL,
    GENERATE_STRIDED,
    GENERATE_LOOP,
    GENERATE_RANDOM,
    GENERATE_ZIPF,
    GENERATE_PHASES,
    GENERATE_CHASE,
    GENERATE_KINDS
};

enum { GENERATE_PAGES_MAX = 1 << 20, GENERATE_SIZE = 8 /* of a reference [bytes] */ };

struct generate {
    enum generate_kind kind;
    uint64_t pages;  /* 1 .. GENERATE_PAGES_MAX                    */
    uint64_t refs;   /* at least 1                                 */
    uint64_t stores; /* of the references [percent]                */
    uint64_t seed;
    uint64_t base;   /* a multiple of the page size; the area does not wrap [bytes]      */
    uint64_t stride; /* a multiple of GENERATE_SIZE [bytes]        */
    uint64_t alpha;  /* [thousandths]                              */
    uint64_t set;    /* 1 .. pages                                 */
    uint64_t phase;  /* at least 1 [references]                    */
};

/* Read "KIND" or "KIND,KEY=VALUE,...".
 *
 *   g      out  where a key is absent its default; seed: the caller's
 *   error  out  what is wrong, and what was expected [array, SCAN_ERROR]
 *
 * Returns false if there is an error. */
bool generate_parse(struct generate *g, const char *text, uint64_t seed, char error[SCAN_ERROR]);

struct generator; /* opaque */

/* Running out of the host's memory ends the program. */
struct generator *generator_open(const struct generate *g);
void generator_close(struct generator *g); /* NULL is fine */

/* The next reference. Returns false after the last. */
bool generator_next(struct generator *g, struct lackey_ref *ref);

/* How many there were. */
uint64_t generator_number(const struct generator *g);

#endif
