/* oracle_bytes.c: see oracle_bytes.h. A hash table of pages, open addressing, at most half full;
 * before it a small direct-mapped cache, because a program stays on few pages for long. */
#include "oracle_bytes.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

enum { PAGE = 4096, FIRST_SLOTS = 1024, CACHED = 256 };

struct slot {
    uint64_t key; /* see key_of; meaningless without a page */
    uint8_t *page;
};

struct oracle_bytes {
    uint64_t seed;
    uint64_t pages, slots; /* slots is a power of two */
    struct slot *table;    /* [array, slots] */
    struct slot cache[CACHED];
};

/* VPNs have 52 bits; no machine has more than 4095 processes. */
static uint64_t key_of(uint32_t pid, uint64_t vpn)
{
    return (uint64_t)pid << 52 ^ vpn;
}

void oracle_filler(uint8_t *page, uint64_t seed, uint32_t pid, uint64_t vpn)
{
    uint64_t at = rng_mix(seed ^ rng_mix(key_of(pid, vpn) + 1));

    for (size_t i = 0; i < PAGE; i += sizeof at) {
        uint64_t word = rng_mix(at + i);

        memcpy(page + i, &word, sizeof word);
    }
}

struct oracle_bytes *oracle_open(uint64_t seed)
{
    struct oracle_bytes *o = calloc(1, sizeof *o);

    if (o == NULL)
        return NULL;
    o->seed = seed;
    o->slots = FIRST_SLOTS;
    o->table = calloc(o->slots, sizeof o->table[0]);
    if (o->table != NULL)
        return o;
    free(o);
    return NULL;
}

void oracle_close(struct oracle_bytes *o)
{
    if (o == NULL)
        return;
    for (uint64_t i = 0; i < o->slots; i++)
        free(o->table[i].page);
    free(o->table);
    free(o);
}

/* The slot that holds the key, or the free one where it goes. */
static struct slot *find(struct slot *table, uint64_t slots, uint64_t key)
{
    uint64_t i = rng_mix(key) & (slots - 1);

    while (table[i].page != NULL && table[i].key != key)
        i = (i + 1) & (slots - 1);
    return &table[i];
}

static bool grow(struct oracle_bytes *o)
{
    struct slot *bigger = calloc(2 * o->slots, sizeof bigger[0]);

    if (bigger == NULL)
        return false;
    for (uint64_t i = 0; i < o->slots; i++)
        if (o->table[i].page != NULL)
            *find(bigger, 2 * o->slots, o->table[i].key) = o->table[i];
    free(o->table);
    o->table = bigger;
    o->slots *= 2;
    return true;
}

static bool add(struct oracle_bytes *o, struct slot **slot, uint32_t pid, uint64_t vpn)
{
    uint64_t key = key_of(pid, vpn);
    uint8_t *page;

    if (2 * (o->pages + 1) > o->slots) {
        if (!grow(o))
            return false;
        *slot = find(o->table, o->slots, key);
    }
    page = malloc(PAGE);
    if (page == NULL)
        return false;
    oracle_filler(page, o->seed, pid, vpn);
    **slot = (struct slot){key, page};
    o->pages++;
    return true;
}

uint8_t *oracle_page(struct oracle_bytes *o, uint32_t pid, uint64_t vpn)
{
    uint64_t key = key_of(pid, vpn);
    struct slot *cached = &o->cache[vpn % CACHED], *slot;

    if (cached->page != NULL && cached->key == key)
        return cached->page;
    slot = find(o->table, o->slots, key);
    if (slot->page == NULL && !add(o, &slot, pid, vpn))
        return NULL;
    *cached = *slot;
    return slot->page;
}

uint64_t oracle_pages(const struct oracle_bytes *o)
{
    return o->pages;
}
