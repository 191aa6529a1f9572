/* backend_model.c: libatlas as a backend.
 *
 * The library is opened with all its counters, whatever CTR_BITS is: its counter of fills tells
 * whether an access filled an entry. What the door shows is cut to CTR_BITS.
 */
#include "backend.h"
#include "recorder.h"
#include "report.h"

#include <stdlib.h>

struct backend {
    struct atlas_params params; /* as asked for */
    struct atlas *atlas;
    struct recorder recorder;
    unsigned fill_counter; /* its index */
    uint16_t asid;         /* of the configuration */
    struct {               /* the last access */
        unsigned port;
        uint64_t va;
        struct atlas_rsp rsp;
        bool filled;
    } last;
};

enum { ALL_COUNTER_BITS = 64 };

/* ---- The door ------------------------------------------------------------------------------ */

static const struct atlas_params *model_params(void *self)
{
    const struct backend *b = self;

    return &b->params;
}

static bool model_configure(void *self, const struct atlas_cfg *cfg)
{
    struct backend *b = self;
    uint64_t asid = b->params.xlen == 32 ? ATLAS_GET(cfg->satp, SATP32_ASID)
                                         : ATLAS_GET(cfg->satp, SATP64_ASID);

    if (!atlas_configure(b->atlas, cfg))
        return false;
    b->asid = (uint16_t)(asid & ATLAS_ONES(b->params.asid_bits));
    return true;
}

static void model_access(void *self, unsigned port, const struct atlas_req *req,
                         struct atlas_rsp *rsp)
{
    struct backend *b = self;
    uint64_t fills = atlas_counter(b->atlas, b->fill_counter);

    atlas_access(b->atlas, port, req, rsp);
    b->last.filled = atlas_counter(b->atlas, b->fill_counter) != fills;
    if (b->last.filled) {
        b->last.port = port;
        b->last.va = req->va;
        b->last.rsp = *rsp;
    }
}

static void model_fence(void *self, const struct atlas_fence *fence)
{
    struct backend *b = self;

    atlas_fence(b->atlas, fence);
}

static uint64_t model_counter(void *self, unsigned index)
{
    struct backend *b = self;

    return atlas_counter(b->atlas, index) & ATLAS_ONES(b->params.ctr_bits);
}

static struct mmu_port model_port(struct backend *b)
{
    return (struct mmu_port){.self = b,
                             .params = model_params,
                             .configure = model_configure,
                             .access = model_access,
                             .fence = model_fence,
                             .counter = model_counter};
}

/* ---- Memory -------------------------------------------------------------------------------- */

static void model_mem_write(struct backend *b, uint64_t addr, uint64_t value, unsigned bytes)
{
    if (!sparse_write(b->recorder.memory, addr, value, bytes))
        report_out_of_memory();
}

static bool model_mem_read(struct backend *b, uint64_t addr, uint64_t *value, unsigned bytes)
{
    return sparse_read(b->recorder.memory, value, addr, bytes);
}

static void model_mem_clear(struct backend *b)
{
    sparse_clear(b->recorder.memory);
}

static void model_mem_fail(struct backend *b, uint64_t addr, bool cas, unsigned after, int count)
{
    if (!sparse_fail(b->recorder.memory, addr, cas, after, count))
        report_out_of_memory();
}

static size_t model_transactions(struct backend *b, const struct mem_transaction **list)
{
    return transaction_list_take(&b->recorder.done, list);
}

/* ---- What can be seen ---------------------------------------------------------------------- */

static bool model_read_back(struct backend *b, unsigned array, unsigned port, unsigned index,
                            struct atlas_entry *e)
{
    const struct atlas_params *p = &b->params;
    bool side = array == ATLAS_RB_SIDE && index == p->l1_side && port < p->ports;
    bool l2 =
        array == ATLAS_RB_L2 && p->l2_sets > 0 && index == p->l2_sets * p->l2_ways + p->l2_big;

    if (side || l2) {
        *e = (struct atlas_entry){.ppn = atlas_replacement(b->atlas, side ? port : p->ports)};
        return true;
    }
    return atlas_read_back(b->atlas, array, port, index, e);
}

/* Where in the L1's RAMs a page goes (model/README.md, 1.3): a 4 KiB page, or a superpage of
 * level 1. */
static unsigned l1_index(const struct atlas_params *p, uint64_t vpn, unsigned level)
{
    const unsigned slice = p->xlen == 32 ? 10 : 9;

    return level == 0 ? (unsigned)(vpn ^ vpn >> 8 ^ vpn >> 12) & (p->l1_sets - 1)
                      : p->l1_sets + ((unsigned)(vpn >> slice) & (p->l1_big - 1));
}

/* The side entry that holds the page. */
static bool find_side(struct backend *b, uint64_t vpn, unsigned *index, struct atlas_entry *e)
{
    const unsigned slice = b->params.xlen == 32 ? 10 : 9;

    vpn &= ~ATLAS_ONES(b->last.rsp.napot ? 4 : slice * b->last.rsp.level);
    for (*index = 0; *index < b->params.l1_side; ++*index)
        if (atlas_read_back(b->atlas, ATLAS_RB_SIDE, b->last.port, *index, e) && e->valid &&
            e->vpn == vpn && e->asid == b->asid && e->level == b->last.rsp.level &&
            e->napot == b->last.rsp.napot)
            return true;
    return false;
}

static bool model_last_fill(struct backend *b, unsigned *array, unsigned *index,
                            struct atlas_entry *e)
{
    static const unsigned va_bits[] = {0, 0, 32, 39, 48, 57}; /* by levels */
    uint64_t vpn = (b->last.va & ATLAS_ONES(va_bits[b->params.levels])) >> ATLAS_PAGE_SHIFT;

    if (!b->last.filled)
        return false;
    if (b->last.rsp.napot || b->last.rsp.level > (b->params.l1_big > 0 ? 1 : 0)) {
        *array = ATLAS_RB_SIDE;
        return find_side(b, vpn, index, e);
    }
    *array = ATLAS_RB_L1;
    *index = l1_index(&b->params, vpn, b->last.rsp.level);
    return atlas_read_back(b->atlas, ATLAS_RB_L1, b->last.port, *index, e);
}

/* ---- The backend --------------------------------------------------------------------------- */

static void model_close(struct backend *b)
{
    atlas_close(b->atlas);
    recorder_close(&b->recorder);
    free(b);
}

static struct backend *model_open(const struct backend_options *options)
{
    struct backend *b = calloc(1, sizeof *b);
    struct atlas_params params = options->params;

    if (b != NULL) {
        params.ctr_bits = ALL_COUNTER_BITS;
        b->params = options->params;
        b->fill_counter = params.ports * ATLAS_CTR_PORT_COUNT + ATLAS_GCTR_FILL;
        b->atlas = atlas_open(&params, &recorder_ops, &b->recorder);
        if (recorder_open(&b->recorder, params.xlen / 8) && b->atlas != NULL)
            return b;
        model_close(b);
    }
    fprintf(stderr, "atlas: the model cannot be made: out of memory\n");
    return NULL;
}

static uint64_t model_cycles(struct backend *b)
{
    (void)b;
    return 0;
}

static bool model_checkpoint(struct backend *b)
{
    (void)b;
    return true;
}

static const char *model_mismatch(struct backend *b)
{
    (void)b;
    return NULL;
}

static bool model_wave(struct backend *b, const char *path)
{
    (void)b;
    fprintf(stderr, "%s: no waveform: the target model has no RTL, expected rtl or lockstep\n",
            path);
    return false;
}

const struct backend_ops backend_model = {
    .name = "model",
    .open = model_open,
    .close = model_close,
    .port = model_port,
    .mem_write = model_mem_write,
    .mem_read = model_mem_read,
    .mem_clear = model_mem_clear,
    .mem_fail = model_mem_fail,
    .transactions = model_transactions,
    .last_fill = model_last_fill,
    .read_back = model_read_back,
    .cycles = model_cycles,
    .checkpoint = model_checkpoint,
    .mismatch = model_mismatch,
    .wave = model_wave,
};
