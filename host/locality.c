/* locality.c: see locality.h.
 *
 * Each page used so far has a place in a row, in the order of the last uses; its reuse distance is
 * the number of places taken behind it. A Fenwick tree counts them. A use takes the next place of
 * the row; at its end the places are closed up.
 */
#include "locality.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "report.h"

enum { FIRST_SIZE = 1 << 10, NOBODY = 0 };

struct page {
    uint64_t vpn;
    uint32_t pid;
    uint32_t place;  /* 1 .. */
    uint64_t window; /* of its last use */
};

struct locality {
    struct locality_sums sums;
    struct page *pages; /* page 0 is NOBODY                  [array, size / 2 + 1] */
    uint32_t count;     /* ... of them in use                                      */
    uint32_t *table;    /* hash table of pages                       [array, size] */
    uint32_t *row;      /* who has a place; place 0 is none      [array, size + 1] */
    uint32_t *tree;     /* how many places are taken, by Fenwick [array, size + 1] */
    uint32_t last;      /* place that was taken last                               */
    uint32_t size;      /* a power of two                                          */
    uint64_t window;
    uint32_t *windows; /* [array, windows_size] */
    uint32_t set;      /* pages of the current window, so far */
    size_t windows_count, windows_size;
};

/* ---- The row ------------------------------------------------------------------------------- */

static uint32_t low_bit(uint32_t x)
{
    return x & (0 - x);
}

static uint32_t taken_up_to(const struct locality *l, uint32_t place)
{
    uint32_t sum = 0;

    for (; place > 0; place -= low_bit(place))
        sum += l->tree[place];
    return sum;
}

static void change(struct locality *l, uint32_t place, uint32_t by)
{
    for (; place <= l->size; place += low_bit(place))
        l->tree[place] += by;
}

/* Close up the row: places 1 .. count are taken. */
static void close_up(struct locality *l)
{
    uint32_t to = 0;

    for (uint32_t place = 1; place <= l->last; place++) {
        uint32_t page = l->row[place];

        if (page != NOBODY) {
            l->row[++to] = page;
            l->pages[page].place = to;
        }
    }
    l->last = to;
    memset(&l->row[to + 1], 0, (l->size - to) * sizeof l->row[0]);
    for (uint32_t i = 1; i <= l->size; i++) {
        uint32_t before = i - low_bit(i);

        l->tree[i] = to <= before ? 0 : to < i ? to - before : low_bit(i);
    }
}

static void take_next(struct locality *l, uint32_t page)
{
    if (l->last == l->size)
        close_up(l);
    l->last++;
    l->row[l->last] = page;
    l->pages[page].place = l->last;
    change(l, l->last, 1);
}

/* ---- Pages --------------------------------------------------------------------------------- */

/* Where in the table the page is, or would be. */
static uint32_t *find(const struct locality *l, uint32_t pid, uint64_t vpn)
{
    uint32_t i = (uint32_t)rng_mix(vpn ^ (uint64_t)pid << 52) & (l->size - 1);

    for (;; i = (i + 1) & (l->size - 1)) {
        const struct page *p = &l->pages[l->table[i]];

        if (l->table[i] == NOBODY || (p->vpn == vpn && p->pid == pid))
            return &l->table[i];
    }
}

static void *resized(void *array, size_t count, size_t bytes)
{
    return report_need(realloc(array, count * bytes));
}

/* Room for twice as many pages. */
static void grow(struct locality *l)
{
    const uint32_t size = l->size == 0 ? FIRST_SIZE : 2 * l->size;

    l->pages = resized(l->pages, size / 2 + 1, sizeof l->pages[0]);
    l->table = resized(l->table, size, sizeof l->table[0]);
    l->row = resized(l->row, (size_t)size + 1, sizeof l->row[0]);
    l->tree = resized(l->tree, (size_t)size + 1, sizeof l->tree[0]);
    l->size = size;
    memset(l->table, 0, size * sizeof l->table[0]);
    for (uint32_t i = 1; i <= l->count; i++)
        *find(l, l->pages[i].pid, l->pages[i].vpn) = i;
    close_up(l);
}

static uint32_t new_page(struct locality *l, uint32_t pid, uint64_t vpn)
{
    if (l->count == l->size / 2)
        grow(l);
    l->count++;
    l->pages[l->count] = (struct page){.vpn = vpn, .pid = pid, .window = UINT64_MAX};
    *find(l, pid, vpn) = l->count;
    return l->count;
}

/* ---- Uses ---------------------------------------------------------------------------------- */

static unsigned bin_of(uint32_t distance)
{
    unsigned bin = 0;

    for (; distance > 0; distance >>= 1)
        bin++;
    return bin;
}

/* The page is used in the window that goes on now. */
static void count_in_window(struct locality *l, struct page *p)
{
    uint64_t now = l->sums.uses / l->window;

    l->set += p->window != now;
    p->window = now;
    l->sums.uses++;
    if (l->sums.uses % l->window != 0)
        return;
    if (l->windows_count == l->windows_size) {
        l->windows_size = l->windows_size == 0 ? FIRST_SIZE : 2 * l->windows_size;
        l->windows = resized(l->windows, l->windows_size, sizeof l->windows[0]);
    }
    l->windows[l->windows_count++] = l->set;
    l->set = 0;
}

void locality_use(struct locality *l, uint32_t pid, uint64_t vpn)
{
    uint32_t page = *find(l, pid, vpn);

    if (page == NOBODY) {
        page = new_page(l, pid, vpn);
        l->sums.first++;
        take_next(l, page);
    } else {
        uint32_t place = l->pages[page].place;

        l->sums.reuse[bin_of(l->count - taken_up_to(l, place))]++;
        if (place != l->last) {
            l->row[place] = NOBODY;
            change(l, place, UINT32_MAX); /* one less */
            take_next(l, page);
        }
    }
    count_in_window(l, &l->pages[page]);
}

struct locality *locality_open(uint64_t window)
{
    struct locality *l = report_need(calloc(1, sizeof *l));

    l->window = window;
    grow(l);
    return l;
}

void locality_close(struct locality *l)
{
    if (l == NULL)
        return;
    free(l->pages);
    free(l->table);
    free(l->row);
    free(l->tree);
    free(l->windows);
    free(l);
}

/* ---- What is known ------------------------------------------------------------------------- */

const struct locality_sums *locality_sums(const struct locality *l)
{
    return &l->sums;
}

unsigned locality_bins(const struct locality *l)
{
    unsigned bins = LOCALITY_BINS;

    while (bins > 0 && l->sums.reuse[bins - 1] == 0)
        bins--;
    return bins;
}

uint64_t locality_lru_misses(const struct locality *l, unsigned bin)
{
    uint64_t misses = l->sums.uses;

    for (unsigned i = 0; i <= bin; i++)
        misses -= l->sums.reuse[i];
    return misses;
}

const uint32_t *locality_windows(const struct locality *l, size_t *count)
{
    *count = l->windows_count;
    return l->windows;
}

uint64_t locality_window(const struct locality *l)
{
    return l->window;
}
