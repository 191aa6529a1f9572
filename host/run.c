/* run.c: see run.h. */
#include "run.h"

#include <inttypes.h>
#include <string.h>

#include "base/rng.h"
#include "os/proc/check.h"
#include "report.h"
#include "run_regions.h"

/* One access of one page. */
struct piece {
    struct run_proc *by;
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

bool run_open(struct run *run, struct target *targets, unsigned harts,
              const struct machine_config *config, uint64_t seed, const char *const replay[2])
{
    *run = (struct run){.seed = seed, .replay = {replay[0], replay[1]}};
    if (!machine_open(&run->machine, targets, harts, config))
        return false;
    run->highest = targets->params.xlen == 32 ? UINT32_MAX : UINT64_MAX;
    run->oracle = oracle_open(seed);
    if (run->oracle == NULL)
        report_out_of_memory();
    return true;
}

void run_close(struct run *run)
{
    oracle_close(run->oracle);
    run->oracle = NULL;
    locality_close(run->locality);
    run->locality = NULL;
    machine_close(&run->machine);
}

/* ---- Processes ----------------------------------------------------------------------------- */

struct run_proc *run_add(struct run *run)
{
    static const struct object_ops ops = {.fill = fill};
    struct run_proc *p = &run->procs[run->count];
    struct kernel *k = run->machine.kernel;
    enum vm_status status;

    *p = (struct run_proc){.maps = {.find = no_maps}};
    status = proc_create(k, &p->proc);
    if (status != VM_OK) {
        report_problem(NULL, 0, "no process can be made: %s, expected more --frames",
                       vm_status_text(status));
        return NULL;
    }
    p->pid = p->proc->pid;
    p->filler.seed = run->seed;
    p->filler.pid = p->pid;
    object_init(&p->filler.object, &k->objects, &ops, false, UINT64_MAX);
    sched_wake(k, p->proc->threads);
    run->count++;
    return p;
}

static struct run_proc *of_thread(struct run *run, const struct thread *t)
{
    unsigned i = 0;

    while (run->procs[i].proc != t->proc)
        i++;
    return &run->procs[i];
}

struct run_proc *run_turn(struct run *run)
{
    struct kernel *k = run->machine.kernel;

    for (unsigned tries = 0; tries < k->hart_count; tries++) {
        const struct thread *t;

        k->hart = &k->harts[(k->hart->id + 1) % k->hart_count];
        t = sched_tick(k);
        if (t != NULL)
            return of_thread(run, t);
    }
    return NULL;
}

struct run_summary run_summary(const struct run_proc *p)
{
    struct run_summary now;

    if (p->proc == NULL)
        return p->end;
    now = (struct run_summary){.faults = p->proc->faults,
                               .tables = p->proc->space.table.tables,
                               .regions = p->proc->space.regions.count};
    maps_usage(&now.usage, &p->proc->space);
    return now;
}

void run_exit(struct run *run, struct run_proc *p)
{
    p->end = run_summary(p);
    proc_exit(run->machine.kernel, p->proc, 0);
    p->proc = NULL;
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

static void backend_mismatch(struct run *run, const struct piece *p, bool deep)
{
    const char *text = machine_mismatch(&run->machine, deep);

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
    uint8_t *oracle = oracle_page(run->oracle, p->by->pid, p->va >> ATLAS_PAGE_SHIFT);

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
        if (run_learn(run, p->by, p->va, p->acc) != VM_OK)
            return stop_oom(run, p);
        outcome = machine_access(&run->machine, &rsp, p->va, p->acc);
    }
    backend_mismatch(run, p, false);
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
static void fill_data(const struct run *run, const struct run_proc *p, const struct lackey_ref *ref,
                      uint8_t *data)
{
    uint64_t key = rng_mix(run->seed ^ rng_mix(run->counts.total + ((uint64_t)p->pid << 48)));

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

/* What must hold of the kernel, if it is time to look. */
static void check_kernel(struct run *run, const struct piece *p)
{
    const char *broken;

    if (run->check == 0 || run->counts.total % run->check != 0)
        return;
    broken = kernel_check(run->machine.kernel);
    if (broken != NULL)
        mismatch(run, p, broken);
}

enum run_status run_reference(struct run *run, struct run_proc *by, const struct lackey_ref *ref,
                              const char *file, uint64_t line)
{
    const struct piece p = {
        .by = by, .ref = ref, .file = file, .line = line, .va = ref->va, .bytes = ref->size};
    uint8_t data[LACKEY_MAX_SIZE + sizeof(uint64_t)];

    if (ref->va + (ref->size - 1) > run->highest)
        return stop_width(run, &p);
    run->counts.total++;
    by->references++;
    run->counts.references[ref->kind]++;
    check_kernel(run, &p);
    if (ref->kind == LACKEY_FETCH)
        return access_pages(run, p, ATLAS_ACC_FETCH, NULL);
    if (ref->kind != LACKEY_STORE && access_pages(run, p, ATLAS_ACC_LOAD, NULL) != RUN_OK)
        return RUN_STOP;
    if (ref->kind == LACKEY_LOAD)
        return RUN_OK;
    fill_data(run, by, ref, data);
    return access_pages(run, p, ATLAS_ACC_STORE, data);
}

/* All processes have ended: is every frame free that a process, or the kernel for it, had? */
static bool leaks(const struct run *run)
{
    const struct kernel *k = run->machine.kernel;
    const uint32_t *by_kind = k->frames.by_kind;

    return k->procs_first == NULL &&
           by_kind[FRAME_FREE] + by_kind[FRAME_RESERVED] + k->table.tables < k->frames.count;
}

void run_finish(struct run *run)
{
    const struct lackey_ref none = {.size = 1};
    const struct piece p = {.ref = &none, .file = "at the end"};

    backend_mismatch(run, &p, true);
    if (leaks(run))
        mismatch(run, &p, "frames are in use after the last process has ended");
}
