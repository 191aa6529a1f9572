/* run.c: see run.h. */
#include "run.h"

#include <inttypes.h>
#include <string.h>

#include "base/rng.h"
#include "report.h"
#include "run_regions.h"

/* One access of one page. */
struct piece {
    const struct lackey_ref *ref;
    const char *file;
    uint64_t line;
    vaddr_t va;
    uint32_t bytes;
    uint8_t acc;
    const uint8_t *data; /* to be stored [array, bytes]; NULL: load or fetch */
};

enum { LEARN_TRIES = 2 }; /* the region, then its permission */

/* ---- Open and close ------------------------------------------------------------------------ */

static enum vm_status fill(struct object *object, uint8_t *frame, uint64_t index)
{
    const struct run_filler *filler = (const struct run_filler *)object;

    oracle_filler(frame, filler->seed, filler->pid, index);
    return VM_OK;
}

static bool no_maps(void *ctx, uint64_t va, uint64_t *start, uint64_t *end, unsigned *perms)
{
    (void)ctx;
    (void)va;
    (void)start;
    (void)end;
    (void)perms;
    return false;
}

bool run_open(struct run *run, struct target *target, const struct machine_config *config,
              uint64_t seed, const char *const replay[2])
{
    static const struct object_ops ops = {.fill = fill};
    enum vm_status status;

    *run = (struct run){.maps = {.find = no_maps}, .seed = seed, .replay = {replay[0], replay[1]}};
    if (!machine_open(&run->machine, target, config))
        return false;
    status = proc_create(run->machine.kernel, &run->proc);
    if (status != VM_OK) {
        report_problem(NULL, 0, "no process can be made: %s, expected more --frames",
                       vm_status_text(status));
        run_close(run);
        return false;
    }
    proc_enter(run->machine.kernel, run->proc);
    run->filler = (struct run_filler){.seed = seed, .pid = run->proc->pid};
    object_init(&run->filler.object, &run->machine.kernel->objects, &ops, false, UINT64_MAX);
    run->highest = target->params.xlen == 32 ? UINT32_MAX : UINT64_MAX;
    run->oracle = oracle_open(seed);
    if (run->oracle == NULL)
        report_out_of_memory();
    return true;
}

void run_close(struct run *run)
{
    oracle_close(run->oracle);
    run->oracle = NULL;
    machine_close(&run->machine);
}

/* ---- Mismatches ---------------------------------------------------------------------------- */

static void report_mismatch(const struct run *run, const struct piece *p, const char *text)
{
    char ref[LACKEY_TEXT];

    report_problem(p->file, p->line, "mismatch at reference %" PRIu64 ": %s", run->counts.total,
                   lackey_text(ref, p->ref));
    report_text("  %s\n  replay: %s %" PRIu64 "%s\n", text, run->replay[0], run->counts.total,
                run->replay[1]);
}

static void mismatch(struct run *run, const struct piece *p, const char *text)
{
    if (run->counts.mismatches++ == 0)
        report_mismatch(run, p, text);
}

/* What went wrong with an access that the kernel's tables allow. */
static void answer_mismatch(struct run *run, const struct piece *p, const char *what,
                            const struct atlas_rsp *rsp)
{
    char text[300];

    if (rsp->fault)
        snprintf(text, sizeof text, "%s: va %" PRIx64 " acc %u cause %u reason %s", what, p->va,
                 p->acc, rsp->cause, atlas_reason_name(rsp->reason));
    else
        snprintf(text, sizeof text, "%s: va %" PRIx64 " acc %u pa %" PRIx64 " level %u", what,
                 p->va, p->acc, rsp->pa, rsp->level);
    mismatch(run, p, text);
}

static void byte_mismatch(struct run *run, const struct piece *p, const struct atlas_rsp *rsp,
                          const uint8_t *memory, const uint8_t *oracle)
{
    char text[300];
    uint32_t i = 0;

    while (memory[i] == oracle[i])
        i++;
    snprintf(text, sizeof text,
             "wrong byte: va %" PRIx64 " pa %" PRIx64 " level %u: memory %02x, oracle %02x",
             p->va + i, rsp->pa + i, rsp->level, memory[i], oracle[i]);
    mismatch(run, p, text);
}

static void backend_mismatch(struct run *run, const struct piece *p)
{
    const struct target *t = run->machine.target;
    const char *text = t->ops->mismatch(t->backend);

    if (text != NULL)
        mismatch(run, p, text);
}

/* ---- One access ---------------------------------------------------------------------------- */

static enum run_status stop_oom(const struct run *run, const struct piece *p)
{
    report_problem(p->file, p->line,
                   "out of frames at reference %" PRIu64 ": %" PRIu32 " are not enough, "
                   "expected more --frames",
                   run->counts.total, run->machine.kernel->frames.count);
    return RUN_STOP;
}

static enum run_status stop_width(const struct run *run, const struct piece *p)
{
    const struct paging_mode *mode = run->machine.kernel->env.mode;

    report_problem(p->file, p->line, "address %" PRIx64 " does not fit %s%s", p->va, mode->name,
                   mode->pte_bytes == 4 ? ": a 64-bit program needs a 64-bit preset"
                                        : ", expected another --mode");
    return RUN_STOP;
}

/* Store or compare the bytes of a translated access. */
static void move(struct run *run, const struct piece *p, const struct atlas_rsp *rsp)
{
    uint8_t *memory = machine_bytes(&run->machine, rsp->pa, p->bytes);
    uint8_t *oracle = oracle_page(run->oracle, run->proc->pid, p->va >> ATLAS_PAGE_SHIFT);

    if (oracle == NULL)
        report_out_of_memory();
    oracle += p->va % ATLAS_PAGE_SIZE;
    if (memory == NULL) {
        answer_mismatch(run, p, "physical address outside RAM", rsp);
    } else if (p->data != NULL) {
        memcpy(memory, p->data, p->bytes);
        memcpy(oracle, p->data, p->bytes);
    } else if (memcmp(memory, oracle, p->bytes) != 0) {
        byte_mismatch(run, p, rsp, memory, oracle);
    }
}

static enum run_status make(struct run *run, const struct piece *p)
{
    struct atlas_rsp rsp;
    enum proc_outcome outcome = machine_access(&run->machine, &rsp, p->va, p->acc);

    run->counts.translations++;
    for (unsigned i = 0; outcome == PROC_SEGV && i < LEARN_TRIES; i++) {
        if (!paging_canonical(run->machine.kernel->env.mode, p->va))
            return stop_width(run, p);
        if (run_learn(run, p->va, p->acc) != VM_OK)
            return stop_oom(run, p);
        outcome = machine_access(&run->machine, &rsp, p->va, p->acc);
    }
    backend_mismatch(run, p);
    switch (outcome) {
    case PROC_OK: move(run, p, &rsp); return RUN_OK;
    case PROC_OOM: return stop_oom(run, p);
    case PROC_SEGV:
    case PROC_SIGBUS:
    case PROC_STUCK: answer_mismatch(run, p, "fault that the page table does not justify", &rsp);
    }
    return RUN_OK;
}

/* ---- A reference --------------------------------------------------------------------------- */

/* The bytes that a store writes. */
static void fill_data(const struct run *run, const struct lackey_ref *ref, uint8_t *data)
{
    uint64_t key =
        rng_mix(run->seed ^ rng_mix(run->counts.total + ((uint64_t)run->proc->pid << 48)));

    for (uint32_t i = 0; i < ref->size; i += (uint32_t)sizeof key) {
        uint64_t word = rng_mix(key ^ (ref->va + i));

        memcpy(data + i, &word, sizeof word);
    }
}

/* One access of the whole reference, in one piece a page. */
static enum run_status access_pages(struct run *run, struct piece p, uint8_t acc,
                                    const uint8_t *data)
{
    uint32_t room = ATLAS_PAGE_SIZE - (uint32_t)(p.va % ATLAS_PAGE_SIZE);

    p.acc = acc;
    p.data = data;
    if (p.bytes <= room)
        return make(run, &p);
    run->counts.crossings++;
    p.bytes = room;
    if (make(run, &p) != RUN_OK)
        return RUN_STOP;
    p.va += room;
    p.bytes = p.ref->size - room;
    p.data = data != NULL ? data + room : NULL;
    return make(run, &p);
}

enum run_status run_reference(struct run *run, const struct lackey_ref *ref, const char *file,
                              uint64_t line)
{
    const struct piece p = {
        .ref = ref, .file = file, .line = line, .va = ref->va, .bytes = ref->size};
    uint8_t data[LACKEY_MAX_SIZE + sizeof(uint64_t)];

    if (ref->va + (ref->size - 1) > run->highest)
        return stop_width(run, &p);
    run->counts.total++;
    run->counts.references[ref->kind]++;
    if (ref->kind == LACKEY_FETCH)
        return access_pages(run, p, ATLAS_ACC_FETCH, NULL);
    if (ref->kind != LACKEY_STORE && access_pages(run, p, ATLAS_ACC_LOAD, NULL) != RUN_OK)
        return RUN_STOP;
    if (ref->kind == LACKEY_LOAD)
        return RUN_OK;
    fill_data(run, ref, data);
    return access_pages(run, p, ATLAS_ACC_STORE, data);
}

void run_finish(struct run *run)
{
    const struct target *t = run->machine.target;
    const struct lackey_ref none = {.size = 1};
    struct piece p = {.ref = &none, .file = "at the end"};
    bool same = t->ops->checkpoint(t->backend);
    const char *text = t->ops->mismatch(t->backend);

    if (!same || text != NULL)
        mismatch(run, &p, text != NULL ? text : "what the backends remember differs");
}
