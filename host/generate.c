/* generate.c: see generate.h. */
#include "generate.h"

#include <stdlib.h>

#include "base/rng.h"
#include "arch/atlas_arch.h"
#include "report.h"
#include "zipf.h"

enum { PAGE_WORDS = ATLAS_PAGE_SIZE / GENERATE_SIZE, PERCENT = 100 };

struct generator {
    struct generate plan;
    struct rng where, what; /* addresses; loads and stores                            */
    uint64_t number;        /* references so far                                      */
    uint64_t at;            /* strided: offset; phases: first page; chase: page       */
    struct zipf *zipf;
    uint32_t *link; /* of a chase: the page that follows [array, pages] */
};

/* ---- Patterns: the next word of the area --------------------------------------------------- */

static uint64_t sequential(struct generator *g)
{
    return g->number % (g->plan.pages * PAGE_WORDS);
}

static uint64_t strided(struct generator *g)
{
    uint64_t at = g->at;

    g->at = (at + g->plan.stride) % (g->plan.pages * ATLAS_PAGE_SIZE);
    return at / GENERATE_SIZE;
}

static uint64_t loop(struct generator *g)
{
    uint64_t page = g->number % g->plan.pages, round = g->number / g->plan.pages;

    return page * PAGE_WORDS + round % PAGE_WORDS;
}

static uint64_t random_word(struct generator *g)
{
    return rng_below(&g->where, g->plan.pages * PAGE_WORDS);
}

static uint64_t zipf(struct generator *g)
{
    uint64_t page = zipf_pick(g->zipf, &g->where);

    return page * PAGE_WORDS + rng_below(&g->where, PAGE_WORDS);
}

static uint64_t phases(struct generator *g)
{
    if (g->number % g->plan.phase == 0)
        g->at = rng_below(&g->where, g->plan.pages - g->plan.set + 1);
    return g->at * PAGE_WORDS + rng_below(&g->where, g->plan.set * PAGE_WORDS);
}

/* A node lies anywhere in its page, but always there. */
static uint64_t chase(struct generator *g)
{
    uint64_t page = g->at;

    g->at = g->link[page];
    return page * PAGE_WORDS + rng_mix(g->plan.seed + page) % PAGE_WORDS;
}

static uint64_t (*const patterns[GENERATE_KINDS])(struct generator *g) = {
    [GENERATE_SEQUENTIAL] = sequential,
    [GENERATE_STRIDED] = strided,
    [GENERATE_LOOP] = loop,
    [GENERATE_RANDOM] = random_word,
    [GENERATE_ZIPF] = zipf,
    [GENERATE_PHASES] = phases,
    [GENERATE_CHASE] = chase};

/* ---- Generators ---------------------------------------------------------------------------- */

/* One cycle through all pages: Sattolo's shuffle of the identity. */
static void make_links(struct generator *g)
{
    uint32_t pages = (uint32_t)g->plan.pages;

    g->link = report_need(malloc(pages * sizeof g->link[0]));
    for (uint32_t i = 0; i < pages; i++)
        g->link[i] = i;
    for (uint32_t i = pages - 1; i > 0; i--) {
        uint32_t j = (uint32_t)rng_below(&g->where, i), link = g->link[i];

        g->link[i] = g->link[j];
        g->link[j] = link;
    }
}

struct generator *generator_open(const struct generate *plan)
{
    struct generator *g = report_need(calloc(1, sizeof *g));

    g->plan = *plan;
    rng_seed(&g->where, plan->seed);
    rng_seed(&g->what, rng_mix(plan->seed));
    if (plan->kind == GENERATE_ZIPF)
        g->zipf = zipf_open((uint32_t)plan->pages, (uint32_t)plan->alpha);
    if (plan->kind == GENERATE_CHASE)
        make_links(g);
    return g;
}

void generator_close(struct generator *g)
{
    if (g == NULL)
        return;
    zipf_close(g->zipf);
    free(g->link);
    free(g);
}

bool generator_next(struct generator *g, struct lackey_ref *ref)
{
    bool store;

    if (g->number == g->plan.refs)
        return false;
    store = rng_below(&g->what, PERCENT) < g->plan.stores;
    *ref = (struct lackey_ref){.kind = store ? LACKEY_STORE : LACKEY_LOAD,
                               .va = g->plan.base + patterns[g->plan.kind](g) * GENERATE_SIZE,
                               .size = GENERATE_SIZE};
    g->number++;
    return true;
}

uint64_t generator_number(const struct generator *g)
{
    return g->number;
}
