#include "os_fixture.h"

#include <stdlib.h>

#include "os/paging/mode.h"
#include "os/paging/radix.h"

static size_t index_of(paddr_t addr)
{
    return (size_t)(addr - (paddr_t)WORLD_FIRST * ATLAS_PAGE_SIZE) / 4;
}

static bool word_read(void *ctx, paddr_t addr, uint64_t *value, unsigned bytes)
{
    struct world *w = ctx;
    size_t i = index_of(addr);

    if (addr % bytes != 0 || i >= WORLD_WORDS || !w->written[i])
        return false;
    *value = w->words[i];
    return true;
}

static void word_write(void *ctx, paddr_t addr, uint64_t value, unsigned bytes)
{
    struct world *w = ctx;
    size_t i = index_of(addr);

    if (addr % bytes != 0 || i >= WORLD_WORDS)
        abort();
    w->words[i] = value;
    w->written[i] = true;
}

uint64_t world_word(const struct world *w, paddr_t addr)
{
    return w->words[index_of(addr)];
}

static const struct atlas_params *params(void *self)
{
    return &((struct world *)self)->params;
}

static bool configure(void *self, const struct atlas_cfg *cfg)
{
    ((struct world *)self)->cfg = *cfg;
    return true;
}

static const struct paging_mode *mode_of(const struct world *w, pfn_t *root)
{
    uint64_t satp = w->cfg.satp;
    bool narrow = w->params.xlen == 32;

    *root = (pfn_t)(narrow ? ATLAS_GET(satp, SATP32_PPN) : ATLAS_GET(satp, SATP64_PPN));
    return paging_mode(
        (unsigned)(narrow ? ATLAS_GET(satp, SATP32_MODE) : ATLAS_GET(satp, SATP64_MODE)));
}

static void fault(struct atlas_rsp *rsp, uint8_t acc, bool access_fault)
{
    static const uint8_t page[] = {12, 13, 15, 15}, bus[] = {1, 5, 7, 7};

    *rsp = (struct atlas_rsp){.fault = true, .cause = access_fault ? bus[acc] : page[acc]};
}

/* Permission of a user access, and A and D: may it go on with this leaf? */
static bool leaf_allows(struct world *w, uint64_t pte, paddr_t slot, uint8_t acc)
{
    static const uint64_t need[] = {PTE_BIT(X), PTE_BIT(R), PTE_BIT(W), PTE_BIT(W)};
    uint64_t ad = PTE_BIT(A) | (acc >= ATLAS_ACC_STORE ? PTE_BIT(D) : 0);

    if (!(pte & PTE_BIT(U)) || !(pte & need[acc]))
        return false;
    if ((pte & ad) == ad)
        return true;
    if (w->cfg.adue)
        w->words[index_of(slot)] = pte | ad;
    return w->cfg.adue;
}

static void walk(void *self, unsigned port, const struct atlas_req *req, struct atlas_rsp *rsp)
{
    struct world *w = self;
    pfn_t table;
    const struct paging_mode *mode = mode_of(w, &table);
    unsigned level = mode->levels;

    (void)port;
    w->accesses++;
    if (req->va >> ATLAS_PAGE_SHIFT == w->bus_error) {
        fault(rsp, req->acc, true);
        return;
    }
    fault(rsp, req->acc, false);
    while (paging_canonical(mode, req->va) && level-- > 0) {
        paddr_t slot =
            ((paddr_t)table << 12) + paging_index(mode, req->va, level) * mode->pte_bytes;
        uint64_t pte = world_word(w, slot);
        uint64_t inside = (paging_leaf_pages(mode, level) << 12) - 1;

        if (!(pte & PTE_BIT(V)))
            return;
        table = (pfn_t)ATLAS_GET(pte, PTE64_PPN);
        if (!(pte & PTE_LEAF))
            continue;
        if (leaf_allows(w, pte, slot, req->acc))
            *rsp = (struct atlas_rsp){.pa = ((paddr_t)table << 12) | (req->va & inside),
                                      .level = (uint8_t)level};
        return;
    }
}

static void fence(void *self, const struct atlas_fence *f)
{
    struct world *w = self;

    w->fences++;
    w->last_fence = *f;
}

static uint64_t counter(void *self, unsigned i)
{
    (void)self;
    return i;
}

struct world *world_open(unsigned frames)
{
    static const struct phys_word_ops words = {word_read, word_write};
    struct world *w = calloc(1, sizeof *w);

    if (!w)
        abort();
    w->phys = (struct phys){.base = (paddr_t)WORLD_FIRST * ATLAS_PAGE_SIZE,
                            .size = (uint64_t)frames * ATLAS_PAGE_SIZE,
                            .ram = aligned_alloc(ATLAS_PAGE_SIZE, frames * ATLAS_PAGE_SIZE),
                            .words = &words,
                            .ctx = w};
    frames_init(&w->frames,
                &(struct frames_config){.first = WORLD_FIRST, .count = frames, .phys = &w->phys},
                w->table);
    w->mmu = (struct mmu_port){w, params, configure, walk, fence, counter};
    w->params = (struct atlas_params){.xlen = 64, .asid_bits = 16, .ports = 2, .pa_bits = 56};
    w->bus_error = UINT64_MAX;
    return w;
}

void world_close(struct world *w)
{
    free(w->phys.ram);
    free(w);
}
