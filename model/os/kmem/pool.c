#include "os/kmem/pool.h"

#include "base/bug.h"
#include "base/bytes.h"

enum { ALIGN = 16, LARGEST = 2000 };

struct free_object {
    struct free_object *next;
};

struct pool_page {
    struct pool_page *next, *prev; /* in pool->open, while free != NULL */
    struct pool *pool;
    struct free_object *free;
};

enum { HEADER = (sizeof(struct pool_page) + ALIGN - 1) / ALIGN * ALIGN };

void pool_init(struct pool *pool, const struct phys *phys, struct frames *frames, size_t size)
{
    VM_BUG(size < 1 || size > LARGEST);
    *pool = (struct pool){.phys = phys, .frames = frames};
    pool->size = (uint32_t)((size + ALIGN - 1) / ALIGN * ALIGN);
}

static void page_open(struct pool *pool, struct pool_page *page)
{
    page->prev = NULL;
    page->next = pool->open;
    if (page->next)
        page->next->prev = page;
    pool->open = page;
}

static void page_close(struct pool *pool, struct pool_page *page)
{
    if (page->next)
        page->next->prev = page->prev;
    if (page->prev)
        page->prev->next = page->next;
    else
        pool->open = page->next;
}

static void object_free(struct pool_page *page, void *object)
{
    struct free_object *entry = object;

    entry->next = page->free;
    page->free = entry;
}

static struct pool_page *page_new(struct pool *pool)
{
    pfn_t pfn = frames_alloc(pool->frames, FRAME_KERNEL, FRAME_NO_OWNER);
    uint32_t count = (ATLAS_PAGE_SIZE - HEADER) / pool->size;
    struct pool_page *page;

    if (pfn == PFN_NONE)
        return NULL;
    page = phys_frame(pool->phys, pfn);
    page->pool = pool;
    page->free = NULL;
    while (count-- > 0)
        object_free(page, (uint8_t *)page + HEADER + count * pool->size);
    page_open(pool, page);
    pool->pages++;
    return page;
}

static pfn_t pfn_of(const struct pool *pool, const struct pool_page *page)
{
    return phys_pfn_of(pool->phys, page);
}

void *pool_get(struct pool *pool)
{
    struct pool_page *page = pool->open ? pool->open : page_new(pool);
    struct free_object *object;

    if (!page)
        return NULL;
    object = page->free;
    page->free = object->next;
    if (!page->free)
        page_close(pool, page);
    frames_get(pool->frames, pfn_of(pool, page))->used++;
    pool->objects++;
    return memset(object, 0, pool->size);
}

void pool_put(struct pool *pool, void *object)
{
    pfn_t pfn = phys_pfn_of(pool->phys, object);
    struct pool_page *page = phys_frame(pool->phys, pfn);
    struct frame *frame = frames_get(pool->frames, pfn);

    VM_BUG(frame->kind != FRAME_KERNEL || frame->used == 0 || page->pool != pool);
    if (!page->free)
        page_open(pool, page);
    object_free(page, object);
    pool->objects--;
    if (--frame->used > 0)
        return;
    page_close(pool, page);
    pool->pages--;
    frames_drop(pool->frames, pfn);
}
