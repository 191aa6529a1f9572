#include "os/space/layout.h"

static uint64_t or_else(uint64_t value, uint64_t otherwise)
{
    return value > 0 ? value : otherwise;
}

static uint64_t at_most(uint64_t value, uint64_t bound)
{
    return value < bound ? value : bound;
}

/* Pages of the process's part. */
static uint64_t pages_of(const struct paging_mode *mode)
{
    unsigned bits = mode->va_bits - ATLAS_PAGE_SHIFT;

    return mode->pte_bytes == 4 ? UINT64_C(3) << (bits - 2) : UINT64_C(1) << (bits - 1);
}

static uint64_t offset(const struct layout *layout, struct rng *rng)
{
    return layout->random > 1 ? rng_below(rng, layout->random) : 0;
}

/* What is no place. */
static void take_over(struct layout *layout, const struct paging_mode *mode,
                      const struct layout_config *config)
{
    vpn_t end = at_most(or_else(config->end, UINT64_MAX), pages_of(mode));
    uint64_t part = end / 16;

    *layout = (struct layout){
        .lowest = config->page_zero ? 0 : at_most(or_else(config->lowest, LAYOUT_LOWEST), part),
        .end = end,
        .guard = at_most(or_else(config->guard, SPACE_GUARD_PAGES), part),
        .gap = at_most(config->gap, part),
        .stack_pages = at_most(or_else(config->stack, SPACE_STACK_PAGES), end / 4),
        .heap_down = config->heap_down,
        .heap_eager = config->heap_eager,
        .mmap_up = config->mmap_up,
        .w_xor_x = config->w_xor_x};
    if (!config->page_zero && layout->lowest == 0)
        layout->lowest = 1;
    if (config->aslr)
        layout->random = at_most(UINT64_C(1) << (mode->va_bits - ATLAS_PAGE_SHIFT) / 2, part);
}

void layout_choose(struct layout *layout, const struct paging_mode *mode,
                   const struct layout_config *config, struct rng *rng)
{
    vpn_t third;

    take_over(layout, mode, config);
    third = layout->end / 3;
    layout->image = layout->lowest + offset(layout, rng);
    layout->heap = layout->heap_down ? third : layout->image;
    layout->stack = layout->end - 1 - offset(layout, rng);
    layout->mmap_high = layout->stack - layout->stack_pages - layout->guard - offset(layout, rng);
    layout->mmap_low = layout->mmap_up ? third + offset(layout, rng) : layout->lowest;
}

void layout_place_heap(struct layout *layout, vpn_t end, struct rng *rng)
{
    if (!layout->heap_down)
        layout->heap = end + offset(layout, rng);
}
