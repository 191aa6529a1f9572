/* sparse.c: see sparse.h. Pages hang in an open-addressed hash table, keyed by frame number. */
#include "mem/sparse.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_SHIFT = 12, PAGE_WORDS = 1024, PAGE_MAPS = PAGE_WORDS / 64, FIRST_SLOTS = 64 };

struct page {
    uint32_t word[PAGE_WORDS];
    uint64_t present[PAGE_MAPS]; /* bit i: word i exists */
    size_t slot;                 /* where the table has it */
};

struct slot {
    uint64_t frame; /* meaningful if page is not NULL */
    struct page *page;
};

struct fail {
    uint64_t addr;
    bool cas;
    unsigned after;
    int count;
};

struct sparse {
    struct slot *slots;  /* [array, 1 << (64 - shift)] */
    unsigned shift;      /* the hash's upper bits are the slot */
    struct page **pages; /* [array, room]: first those in the table, then those kept for reuse */
    size_t used, made, room;
    struct fail *fails; /* [array, fail_room] */
    size_t fail_count, fail_room;
};

static size_t slot_count(const struct sparse *m)
{
    return (size_t)1 << (64 - m->shift);
}

/* The slot that holds `frame`, or the empty one where it belongs. */
static inline struct slot *find_slot(const struct sparse *m, uint64_t frame)
{
    size_t i = (size_t)(frame * UINT64_C(0x9e3779b97f4a7c15) >> m->shift);

    while (m->slots[i].page != NULL && m->slots[i].frame != frame)
        i = (i + 1) & (slot_count(m) - 1);
    return &m->slots[i];
}

struct sparse *sparse_open(void)
{
    struct sparse *m = calloc(1, sizeof *m);

    if (m == NULL)
        return NULL;
    m->slots = calloc(FIRST_SLOTS, sizeof m->slots[0]);
    m->shift = 58;
    if (m->slots == NULL) {
        free(m);
        return NULL;
    }
    assert(slot_count(m) == FIRST_SLOTS);
    return m;
}

void sparse_close(struct sparse *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; i < m->made; i++)
        free(m->pages[i]);
    free(m->pages);
    free(m->slots);
    free(m->fails);
    free(m);
}

void sparse_clear(struct sparse *m)
{
    for (size_t i = 0; i < m->used; i++)
        m->slots[m->pages[i]->slot].page = NULL;
    m->used = 0;
    m->fail_count = 0;
}

/* Twice as many slots. */
static bool grow_slots(struct sparse *m)
{
    struct slot *old = m->slots;
    size_t old_count = slot_count(m);
    struct slot *slots = calloc(old_count * 2, sizeof slots[0]);

    if (slots == NULL)
        return false;
    m->slots = slots;
    m->shift--;
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].page != NULL) {
            struct slot *s = find_slot(m, old[i].frame);

            *s = old[i];
            s->page->slot = (size_t)(s - slots);
        }
    }
    free(old);
    return true;
}

/* One more page to take: m->pages[m->used]. */
static bool make_page(struct sparse *m)
{
    if (m->used < m->made)
        return true;
    if (m->made == m->room) {
        size_t room = m->room == 0 ? 16 : m->room * 2;
        struct page **pages = realloc(m->pages, room * sizeof pages[0]);

        if (pages == NULL)
            return false;
        m->pages = pages;
        m->room = room;
    }
    m->pages[m->made] = malloc(sizeof *m->pages[0]);
    if (m->pages[m->made] == NULL)
        return false;
    m->made++;
    return true;
}

/* The page of `frame`, made if need be; NULL if the host has no memory. */
static struct page *take_page(struct sparse *m, uint64_t frame)
{
    struct slot *s = find_slot(m, frame);

    if (s->page != NULL)
        return s->page;
    if ((m->used + 1) * 2 > slot_count(m)) {
        if (!grow_slots(m))
            return NULL;
        s = find_slot(m, frame);
    }
    if (!make_page(m))
        return NULL;
    s->frame = frame;
    s->page = m->pages[m->used++];
    s->page->slot = (size_t)(s - m->slots);
    memset(s->page->present, 0, sizeof s->page->present);
    return s->page;
}

static inline void check_word(uint64_t addr, unsigned bytes)
{
    assert((bytes == 4 || bytes == 8) && addr % bytes == 0 && addr >> 56 == 0);
    (void)addr;
    (void)bytes;
}

/* The presence bits of a word, at their position in present[index / 64]. */
static inline uint64_t presence(unsigned index, unsigned bytes)
{
    return (bytes == 8 ? UINT64_C(3) : UINT64_C(1)) << index % 64;
}

static inline unsigned word_index(uint64_t addr)
{
    return (unsigned)(addr >> 2) % PAGE_WORDS;
}

static inline bool load(const struct sparse *m, uint64_t *value, uint64_t addr, unsigned bytes)
{
    const struct page *page = find_slot(m, addr >> PAGE_SHIFT)->page;
    unsigned i = word_index(addr);
    uint64_t bits = presence(i, bytes);

    *value = 0;
    if (page == NULL || (page->present[i / 64] & bits) != bits)
        return false;
    *value = bytes == 8 ? page->word[i] | (uint64_t)page->word[i + 1] << 32 : page->word[i];
    return true;
}

static void store(struct page *page, uint64_t addr, uint64_t value, unsigned bytes)
{
    unsigned i = word_index(addr);

    page->word[i] = (uint32_t)value;
    if (bytes == 8)
        page->word[i + 1] = (uint32_t)(value >> 32);
    page->present[i / 64] |= presence(i, bytes);
}

bool sparse_write(struct sparse *m, uint64_t addr, uint64_t value, unsigned bytes)
{
    check_word(addr, bytes);

    struct page *page = take_page(m, addr >> PAGE_SHIFT);

    if (page == NULL)
        return false;
    store(page, addr, value, bytes);
    return true;
}

bool sparse_read(const struct sparse *m, uint64_t *value, uint64_t addr, unsigned bytes)
{
    check_word(addr, bytes);
    return load(m, value, addr, bytes);
}

static struct fail *find_fail(struct sparse *m, uint64_t addr, bool cas)
{
    for (size_t i = 0; i < m->fail_count; i++)
        if (m->fails[i].addr == addr && m->fails[i].cas == cas)
            return &m->fails[i];
    return NULL;
}

/* Does an injected error hit this bus access? */
static bool fails_now(struct sparse *m, uint64_t addr, bool cas)
{
    struct fail *f = find_fail(m, addr, cas);

    if (f == NULL)
        return false;
    if (f->after > 0) {
        f->after--;
        return false;
    }
    if (f->count > 0 && --f->count == 0)
        *f = m->fails[--m->fail_count];
    return true;
}

enum sparse_status sparse_bus_read(struct sparse *m, uint64_t *value, uint64_t addr, unsigned bytes)
{
    check_word(addr, bytes);
    if (m->fail_count != 0 && fails_now(m, addr, false)) {
        *value = 0;
        return SPARSE_ERROR;
    }
    return load(m, value, addr, bytes) ? SPARSE_OK : SPARSE_ERROR;
}

enum sparse_status sparse_bus_cas(struct sparse *m, uint64_t addr, uint64_t old, uint64_t value,
                                  unsigned bytes)
{
    uint64_t now;

    check_word(addr, bytes);
    if (m->fail_count != 0 && fails_now(m, addr, true))
        return SPARSE_ERROR;
    if (!load(m, &now, addr, bytes))
        return SPARSE_ERROR;
    if (now != old)
        return SPARSE_OTHER;
    store(find_slot(m, addr >> PAGE_SHIFT)->page, addr, value, bytes);
    return SPARSE_OK;
}

bool sparse_fail(struct sparse *m, uint64_t addr, bool cas, unsigned after, int count)
{
    struct fail *f = find_fail(m, addr, cas);

    assert(count >= -1 && addr >> 56 == 0);
    if (count == 0) {
        if (f != NULL)
            *f = m->fails[--m->fail_count];
        return true;
    }
    if (f == NULL) {
        if (m->fail_count == m->fail_room) {
            size_t room = m->fail_room == 0 ? 8 : m->fail_room * 2;
            struct fail *fails = realloc(m->fails, room * sizeof fails[0]);

            if (fails == NULL)
                return false;
            m->fails = fails;
            m->fail_room = room;
        }
        f = &m->fails[m->fail_count++];
    }
    *f = (struct fail){addr, cas, after, count};
    return true;
}
