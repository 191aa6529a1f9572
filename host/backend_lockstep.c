/* backend_lockstep.c: the model and the RTL, compared after every transaction.
 *
 * Each side has its own memory. After an access both must have given the same answer, done the
 * same PTE transactions in the same order, and filled the same entry; at a checkpoint every
 * entry, all replacement state and all counters must be equal. It works through the functions of
 * both backends only, so any two of them could stand here.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "lockstep.h"
#include "lockstep_text.h"
#include "recorder.h"
#include "report.h"

struct side {
    const struct backend_ops *ops;
    struct backend *backend;
    struct mmu_port port;
};

struct backend {
    struct side model, rtl;
    struct atlas_params params;
    uint64_t number; /* accesses and fences so far */
    struct transaction_list done;
    uint64_t differences;
    bool waiting; /* text holds the first one since mismatch() was called */
    struct lockstep_text text;
};

/* ---- Differences --------------------------------------------------------------------------- */

/* A difference: true if it is to be written to b->text, false if an earlier one waits there. */
static bool begin_report(struct backend *b, const char *what)
{
    const char *rtl;

    b->differences++;
    if (b->waiting)
        return false;
    b->waiting = true;
    lockstep_text_begin(&b->text, "transaction %" PRIu64 ": %s", b->number, what);
    rtl = b->rtl.ops->mismatch(b->rtl.backend);
    if (rtl != NULL)
        lockstep_text_add(&b->text, "\n  %s", rtl);
    return true;
}

static void compare_rsp(struct backend *b, unsigned port, const struct atlas_req *req,
                        const struct atlas_rsp *model, const struct atlas_rsp *rtl)
{
    if (lockstep_same_rsp(model, rtl) || !begin_report(b, "answers differ"))
        return;
    lockstep_text_req(&b->text, port, req);
    lockstep_text_rsp(&b->text, model, rtl);
}

static bool same_transaction(const struct mem_transaction *a, const struct mem_transaction *b)
{
    return a->cas == b->cas && a->addr == b->addr && a->value == b->value && a->old == b->old &&
           a->status == b->status;
}

static void report_transactions(struct backend *b, unsigned port, const struct atlas_req *req,
                                const struct mem_transaction *const list[2], const size_t count[2])
{
    if (!begin_report(b, "PTE transactions differ"))
        return;
    lockstep_text_req(&b->text, port, req);
    for (unsigned s = 0; s < 2; s++)
        for (size_t i = 0; i < count[s]; i++)
            lockstep_text_transaction(&b->text, s == 0 ? "model" : "rtl", &list[s][i]);
}

static void compare_transactions(struct backend *b, unsigned port, const struct atlas_req *req)
{
    const struct mem_transaction *list[2];
    size_t count[2] = {b->model.ops->transactions(b->model.backend, &list[0]),
                       b->rtl.ops->transactions(b->rtl.backend, &list[1])};
    bool same = count[0] == count[1];

    for (size_t i = 0; i < count[0]; i++) {
        same = same && same_transaction(&list[0][i], &list[1][i]);
        transaction_list_append(&b->done, &list[0][i]);
    }
    if (!same)
        report_transactions(b, port, req, list, count);
}

static void compare_fill(struct backend *b, unsigned port, const struct atlas_req *req)
{
    unsigned array[2], index[2];
    struct atlas_entry e[2];
    bool model = b->model.ops->last_fill(b->model.backend, &array[0], &index[0], &e[0]);
    bool rtl = b->rtl.ops->last_fill(b->rtl.backend, &array[1], &index[1], &e[1]);

    if (!model && !rtl)
        return;
    if (model && rtl && array[0] == array[1] && index[0] == index[1] &&
        lockstep_same_entry(&e[0], &e[1]))
        return;
    if (!begin_report(b, "filled entries differ"))
        return;
    lockstep_text_req(&b->text, port, req);
    lockstep_text_value(&b->text, "filled", model, rtl);
    lockstep_text_value(&b->text, "array", array[0], array[1]);
    lockstep_text_value(&b->text, "index", index[0], index[1]);
    lockstep_text_entry(&b->text, &e[0], &e[1]);
}

/* ---- The door ------------------------------------------------------------------------------ */

static const struct atlas_params *lockstep_params(void *self)
{
    const struct backend *b = self;

    return &b->params;
}

static bool lockstep_configure(void *self, const struct atlas_cfg *cfg)
{
    struct backend *b = self;
    bool model = b->model.port.configure(b->model.port.self, cfg);
    bool rtl = b->rtl.port.configure(b->rtl.port.self, cfg);

    if (model != rtl && begin_report(b, "one side refuses a satp")) {
        lockstep_text_value(&b->text, "satp", cfg->satp, cfg->satp);
        lockstep_text_value(&b->text, "accepted", model, rtl);
    }
    return model;
}

static void lockstep_access(void *self, unsigned port, const struct atlas_req *req,
                            struct atlas_rsp *rsp)
{
    struct backend *b = self;
    struct atlas_rsp rtl;

    b->number++;
    b->model.port.access(b->model.port.self, port, req, rsp);
    b->rtl.port.access(b->rtl.port.self, port, req, &rtl);
    compare_rsp(b, port, req, rsp, &rtl);
    compare_transactions(b, port, req);
    compare_fill(b, port, req);
}

static void lockstep_fence(void *self, const struct atlas_fence *fence)
{
    struct backend *b = self;

    b->number++;
    b->model.port.fence(b->model.port.self, fence);
    b->rtl.port.fence(b->rtl.port.self, fence);
}

static void compare_counter(struct backend *b, unsigned index, uint64_t model, uint64_t rtl)
{
    unsigned ports = b->params.ports * ATLAS_CTR_PORT_COUNT;
    const char *name = index < ports ? atlas_port_counter_name(index % ATLAS_CTR_PORT_COUNT)
                                     : atlas_global_counter_name(index - ports);

    if (model == rtl || !begin_report(b, "counters differ"))
        return;
    lockstep_text_value(&b->text, "counter", index, index);
    lockstep_text_value(&b->text, name, model, rtl);
}

static uint64_t lockstep_counter(void *self, unsigned index)
{
    struct backend *b = self;
    uint64_t model = b->model.port.counter(b->model.port.self, index);
    uint64_t rtl = b->rtl.port.counter(b->rtl.port.self, index);

    compare_counter(b, index, model, rtl);
    return model;
}

static struct mmu_port lockstep_port(struct backend *b)
{
    return (struct mmu_port){.self = b,
                             .params = lockstep_params,
                             .configure = lockstep_configure,
                             .access = lockstep_access,
                             .fence = lockstep_fence,
                             .counter = lockstep_counter};
}

/* ---- The backend --------------------------------------------------------------------------- */

static void lockstep_close(struct backend *b)
{
    if (b->model.backend != NULL)
        b->model.ops->close(b->model.backend);
    if (b->rtl.backend != NULL)
        b->rtl.ops->close(b->rtl.backend);
    transaction_list_close(&b->done);
    free(b);
}

static bool open_side(struct side *side, const struct backend_ops *ops,
                      const struct backend_options *options)
{
    side->ops = ops;
    side->backend = ops->open(options);
    if (side->backend != NULL)
        side->port = ops->port(side->backend);
    return side->backend != NULL;
}

struct backend *lockstep_open(const struct backend_ops *model, const struct backend_ops *rtl,
                              const struct backend_options *options)
{
    struct backend *b = report_need(calloc(1, sizeof *b));

    if (!transaction_list_open(&b->done))
        report_out_of_memory();
    b->params = options->params;
    if (!open_side(&b->model, model, options) || !open_side(&b->rtl, rtl, options)) {
        lockstep_close(b);
        return NULL;
    }
    return b;
}

static struct backend *open_model_and_rtl(const struct backend_options *options)
{
    return lockstep_open(&backend_model, &backend_rtl, options);
}

static void lockstep_mem_write(struct backend *b, uint64_t addr, uint64_t value, unsigned bytes)
{
    b->model.ops->mem_write(b->model.backend, addr, value, bytes);
    b->rtl.ops->mem_write(b->rtl.backend, addr, value, bytes);
}

static bool lockstep_mem_read(struct backend *b, uint64_t addr, uint64_t *value, unsigned bytes)
{
    uint64_t other = 0;
    bool model = b->model.ops->mem_read(b->model.backend, addr, value, bytes);
    bool rtl = b->rtl.ops->mem_read(b->rtl.backend, addr, &other, bytes);

    if ((model != rtl || (model && *value != other)) && begin_report(b, "memories differ")) {
        lockstep_text_value(&b->text, "addr", addr, addr);
        lockstep_text_value(&b->text, "present", model, rtl);
        lockstep_text_value(&b->text, "value", *value, other);
    }
    return model;
}

static void lockstep_mem_clear(struct backend *b)
{
    b->model.ops->mem_clear(b->model.backend);
    b->rtl.ops->mem_clear(b->rtl.backend);
}

static void lockstep_mem_fail(struct backend *b, uint64_t addr, bool cas, unsigned after, int count)
{
    b->model.ops->mem_fail(b->model.backend, addr, cas, after, count);
    b->rtl.ops->mem_fail(b->rtl.backend, addr, cas, after, count);
}

static size_t lockstep_transactions(struct backend *b, const struct mem_transaction **list)
{
    return transaction_list_take(&b->done, list);
}

static bool lockstep_last_fill(struct backend *b, unsigned *array, unsigned *index,
                               struct atlas_entry *e)
{
    return b->model.ops->last_fill(b->model.backend, array, index, e);
}

static bool lockstep_read_back(struct backend *b, unsigned array, unsigned port, unsigned index,
                               struct atlas_entry *e)
{
    struct atlas_entry other;
    bool model = b->model.ops->read_back(b->model.backend, array, port, index, e);
    bool rtl = b->rtl.ops->read_back(b->rtl.backend, array, port, index, &other);

    if (model == rtl && (!model || lockstep_same_entry(e, &other)))
        return model;
    if (begin_report(b, "remembered entries differ")) {
        lockstep_text_place(&b->text, array, port, index);
        lockstep_text_value(&b->text, "exists", model, rtl);
        if (model && rtl)
            lockstep_text_entry(&b->text, e, &other);
    }
    return model;
}

/* Indices [0, *count) of an array of one port; those of the L2 stand under port 0. */
static unsigned array_size(const struct atlas_params *p, unsigned array, unsigned port)
{
    switch (array) {
    case ATLAS_RB_L1: return p->l1_sets + p->l1_big;
    case ATLAS_RB_SIDE: return p->l1_side + 1; /* and the round-robin pointer */
    case ATLAS_RB_L2:
        return port > 0 || p->l2_sets == 0 ? 0 : p->l2_sets * p->l2_ways + p->l2_big + 1;
    default: return p->walk_cache ? p->levels - 1 : 0;
    }
}

static bool lockstep_checkpoint(struct backend *b)
{
    const struct atlas_params *p = &b->params;
    unsigned counters = p->ports * ATLAS_CTR_PORT_COUNT + ATLAS_GCTR_GLOBAL_COUNT;
    uint64_t before = b->differences;
    struct atlas_entry e;

    for (unsigned port = 0; port < p->ports; port++)
        for (unsigned array = ATLAS_RB_L1; array <= ATLAS_RB_PTR; array++)
            for (unsigned index = 0; index < array_size(p, array, port); index++)
                lockstep_read_back(b, array, port, index, &e);
    for (unsigned c = 0; c < counters; c++)
        lockstep_counter(b, c);
    return b->differences == before;
}

static uint64_t lockstep_cycles(struct backend *b)
{
    return b->rtl.ops->cycles(b->rtl.backend);
}

static const char *lockstep_mismatch(struct backend *b)
{
    bool waiting = b->waiting;

    b->waiting = false;
    return waiting ? b->text.text : NULL;
}

static bool lockstep_wave(struct backend *b, const char *path)
{
    return b->rtl.ops->wave(b->rtl.backend, path);
}

const struct backend_ops backend_lockstep = {
    .name = "lockstep",
    .open = open_model_and_rtl,
    .close = lockstep_close,
    .port = lockstep_port,
    .mem_write = lockstep_mem_write,
    .mem_read = lockstep_mem_read,
    .mem_clear = lockstep_mem_clear,
    .mem_fail = lockstep_mem_fail,
    .transactions = lockstep_transactions,
    .last_fill = lockstep_last_fill,
    .read_back = lockstep_read_back,
    .cycles = lockstep_cycles,
    .checkpoint = lockstep_checkpoint,
    .mismatch = lockstep_mismatch,
    .wave = lockstep_wave,
};
