/* fake_mmu.c: see fake_mmu.h. */
#include "fake_mmu.h"
#include "oracle/cold_walk.h"
#include "preset.h"

#include <assert.h>

struct fake fake;
struct target fake_target;

static const struct atlas_params *fake_params(void *self)
{
    (void)self;
    return &fake.params;
}

static bool fake_configure(void *self, const struct atlas_cfg *cfg)
{
    (void)self;
    if (!fake.refuse)
        fake.cfg = *cfg;
    return !fake.refuse;
}

static void note(bool cas, uint64_t addr, uint64_t value, uint64_t old, enum sparse_status status)
{
    fake.list[fake.count++] = (struct mem_transaction){.cas = cas,
                                                       .addr = addr,
                                                       .value = value,
                                                       .old = old,
                                                       .status = (enum atlas_mem_status)status};
}

static enum cold_answer fake_read(void *ctx, uint64_t addr, uint64_t *pte)
{
    enum sparse_status status = sparse_bus_read(fake.memory, pte, addr, 8);

    (void)ctx;
    note(false, addr, *pte, 0, status);
    return status == SPARSE_OK ? COLD_OK : COLD_ERROR;
}

static enum cold_answer fake_write(void *ctx, uint64_t addr, uint64_t old, uint64_t pte)
{
    enum sparse_status status;

    (void)ctx;
    if (fake.lazy)
        return COLD_OK;
    pte |= fake.extra;
    status = sparse_bus_cas(fake.memory, addr, old, pte, 8);
    note(true, addr, pte, old, status);
    return status == SPARSE_OK ? COLD_OK : COLD_ERROR;
}

static void walk(const struct atlas_req *req)
{
    const struct cold_memory memory = {NULL, fake_read, fake_write};
    const struct cold_query q = {.xlen = 64,
                                 .levels = 5,
                                 .pa_bits = 56,
                                 .va = req->va,
                                 .acc = req->acc,
                                 .priv = req->priv,
                                 .sum = req->sum,
                                 .mxr = req->mxr,
                                 .adue = fake.cfg.adue,
                                 .pbmte = fake.cfg.pbmte,
                                 .napote = fake.cfg.napote,
                                 .mode = (uint8_t)ATLAS_GET(fake.cfg.satp, SATP64_MODE),
                                 .root_ppn = ATLAS_GET(fake.cfg.satp, SATP64_PPN)};
    struct cold_result r;
    uint64_t inside;

    cold_walk(&q, &memory, &r);
    inside = ATLAS_ONES(r.napot ? 4 : r.level * 9); /* bits that an entry does not keep */
    fake.rsp = (struct atlas_rsp){.pa = r.pa,
                                  .level = r.level,
                                  .napot = r.napot,
                                  .pbmt = r.pbmt,
                                  .fault = r.fault,
                                  .cause = r.cause,
                                  .reason = r.reason};
    fake.filled = !r.fault && r.nread > 0;
    fake.entry = (struct atlas_entry){.valid = true,
                                      .g = r.g,
                                      .asid = (uint16_t)ATLAS_GET(fake.cfg.satp, SATP64_ASID),
                                      .vpn = req->va >> ATLAS_PAGE_SHIFT & ~inside,
                                      .ppn = r.pa >> ATLAS_PAGE_SHIFT & ~inside,
                                      .level = r.level,
                                      .napot = r.napot,
                                      .pbmt = r.pbmt};
}

static void fake_access(void *self, unsigned port, const struct atlas_req *req,
                        struct atlas_rsp *rsp)
{
    (void)self;
    fake.req = *req;
    fake.port = port;
    fake.filled = false;
    if (!fake.told)
        walk(req);
    fake.rsp.id = req->id ^ fake.wrong_id;
    fake.told = fake.lazy = fake.wrong_id = false;
    fake.extra = 0;
    if (fake.tamper != NULL)
        fake.tamper();
    *rsp = fake.rsp;
}

static void fake_fence(void *self, const struct atlas_fence *fence)
{
    (void)self;
    fake.fence = *fence;
    fake.fences++;
}

static void fake_mem_write(struct backend *b, uint64_t addr, uint64_t value, unsigned bytes)
{
    bool done = sparse_write(fake.memory, addr, value, bytes);

    (void)b;
    assert(done);
    (void)done;
}

static bool fake_mem_read(struct backend *b, uint64_t addr, uint64_t *value, unsigned bytes)
{
    (void)b;
    return sparse_read(fake.memory, value, addr, bytes);
}

static void fake_mem_clear(struct backend *b)
{
    (void)b;
    sparse_clear(fake.memory);
}

static void fake_mem_fail(struct backend *b, uint64_t addr, bool cas, unsigned after, int count)
{
    (void)b;
    sparse_fail(fake.memory, addr, cas, after, count);
}

static size_t fake_transactions(struct backend *b, const struct mem_transaction **list)
{
    size_t count = fake.count;

    (void)b;
    *list = fake.list;
    fake.count = 0;
    return count;
}

static bool fake_last_fill(struct backend *b, unsigned *array, unsigned *index,
                           struct atlas_entry *e)
{
    (void)b;
    *array = ATLAS_RB_L1;
    *index = 0;
    *e = fake.entry;
    return fake.filled;
}

static bool fake_checkpoint(struct backend *b)
{
    (void)b;
    return !fake.uneven;
}

static const char *fake_mismatch(struct backend *b)
{
    bool differ = fake.differ;

    (void)b;
    fake.differ = false;
    return differ ? "sides differ" : NULL;
}

static const struct backend_ops fake_ops = {.name = "fake",
                                            .mem_write = fake_mem_write,
                                            .mem_read = fake_mem_read,
                                            .mem_clear = fake_mem_clear,
                                            .mem_fail = fake_mem_fail,
                                            .transactions = fake_transactions,
                                            .last_fill = fake_last_fill,
                                            .checkpoint = fake_checkpoint,
                                            .mismatch = fake_mismatch};

void fake_open(const char *preset)
{
    char error[SCAN_ERROR];
    bool parsed;

    fake = (struct fake){.memory = sparse_open()};
    parsed = preset_parse(&fake.params, preset, error);
    assert(fake.memory != NULL && parsed);
    (void)parsed;
    fake_target = (struct target){.ops = &fake_ops, .params = fake.params};
    fake_target.port = (struct mmu_port){.params = fake_params,
                                         .configure = fake_configure,
                                         .access = fake_access,
                                         .fence = fake_fence};
}

void fake_close(void)
{
    sparse_close(fake.memory);
}
