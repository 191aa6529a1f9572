/* test_os_random.c: random use of the kernel on every backend, on harts of their own, against what
 * each process must see.
 *
 *   test_os_random [--seed N] [--operations N] [--target T] [--preset P] [--harts N]
 *
 * Processes fork, begin programs, end, map, unmap, protect, move, drop and touch pages, private and
 * shared ones, and move their break. A flat record of each process says which access succeeds, with
 * which bytes, and which signal it gets else. What must hold of the kernel is checked every few
 * operations, what the backends remember at the end.
 */
#include <argp.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "machine.h"
#include "os/proc/check.h"
#include "os/proc/exec.h"
#include "os/space/advise.h"
#include "os/space/brk.h"
#include "os/space/mmap.h"
#include "preset.h"

enum { HEAP = 12, PROGRAM = 8 }; /* pages of the heap, at most; of the program's file */
enum {
    PROCS = 6,
    PAGES = 40,
    ALL = PAGES + HEAP,
    BASE = 0x200,
    SHARED = 8,
    FRAMES = 1024,
    CHECK = 16,
    SLOTS = 2
};

static struct {
    uint64_t seed, operations; /* 0 operations: as many as the row of the table says */
    const char *target, *preset;
    unsigned harts;
} wanted = {.seed = 2026};

/* One combination, and how much of it fits the tests of every day. */
struct row {
    const char *name, *target, *preset;
    unsigned mode, harts;
    bool svade;
    uint64_t operations;
};

/* Of a page's flags, beside REGION_*: it shows the object; it was stored to, so it does no more. */
enum { OF_OBJECT = 1 << 8, OWN = 1 << 9 };

/* A page as a process must see it: nothing (perms 0), or bytes at the two ends of it. */
struct page {
    unsigned flags; /* REGION_*; no permission: nothing is there */
    unsigned index; /* SHARED: page of the object                */
    uint8_t byte[SLOTS];
};

struct view {
    struct proc *proc;     /* NULL: none                                */
    vpn_t heap;            /* where the heap begins                     */
    struct page page[ALL]; /* from page BASE on; then those of the heap */
};

struct state {
    const struct row *row;
    struct target targets[HARTS_MAX];
    struct machine machine;
    struct kernel *k;
    struct rng rng;
    struct object object;
    uint8_t disk[PROGRAM][ATLAS_PAGE_SIZE];
    struct block device;
    struct file program;
    uint8_t common[SHARED][SLOTS];
    struct view views[PROCS];
    uint64_t seed, operation;
};

#define SAY(s, ...)                                                                                \
    do {                                                                                           \
        print_error(__VA_ARGS__);                                                                  \
        fail_msg("operation %" PRIu64 "; replay: build/tests/cosim/test_os_random --seed %" PRIu64 \
                 " --operations %" PRIu64 " --target %s --preset %s --harts %u",                   \
                 (s)->operation, (s)->seed, (s)->operation + 1, (s)->row->target,                  \
                 (s)->row->preset, (s)->row->harts);                                               \
    } while (0)

static unsigned below(struct state *s, unsigned n)
{
    return (unsigned)rng_below(&s->rng, n);
}

static void expect(struct state *s, bool good, const char *what)
{
    if (!good)
        SAY(s, "%s: not as expected\n", what);
}

static vpn_t page_of(const struct view *v, unsigned i)
{
    return i < PAGES ? BASE + i : v->heap + (i - PAGES);
}

/* ---- The machine --------------------------------------------------------------------------- */

static enum vm_status disk_read(void *ctx, uint64_t number, uint8_t *to)
{
    const struct state *s = ctx;

    memcpy(to, s->disk[number], ATLAS_PAGE_SIZE);
    return VM_OK;
}

static void open_program(struct state *s)
{
    static const struct block_ops ops = {.read = disk_read};
    FILE *in = fopen(s->row->mode == ATLAS_MODE_SV32 ? "tests/elf/riscv/rv32.elf"
                                                     : "tests/elf/riscv/rv64.elf",
                     "rb");
    size_t bytes;

    assert_non_null(in);
    bytes = fread(s->disk, 1, sizeof s->disk, in);
    fclose(in);
    s->device = (struct block){.ops = &ops, .ctx = s, .blocks = PROGRAM};
    file_init(&s->program, &s->k->objects, &s->device, 0, bytes);
}

static void open_state(struct state *s, const struct row *row, uint64_t seed)
{
    static const struct object_ops zeros = {.fill = NULL};
    struct options options = {.target = row->target,
                              .ops = backend_find(row->target),
                              .preset = row->preset,
                              .seed = seed,
                              .latency = 1 + (unsigned)(seed % 5)};
    const struct machine_config config = {
        .mode = row->mode, .frames = FRAMES, .svade = row->svade, .quantum = 1};
    char error[SCAN_ERROR];

    *s = (struct state){.row = row, .seed = seed};
    rng_seed(&s->rng, seed);
    assert_true(preset_parse(&options.params, row->preset, error));
    for (unsigned i = 0; i < row->harts; i++)
        assert_true(target_open(&s->targets[i], &options, row->preset));
    assert_true(machine_open(&s->machine, s->targets, row->harts, &config));
    s->k = s->machine.kernel;
    object_init(&s->object, &s->k->objects, &zeros, true, SHARED);
    open_program(s);
}

static void close_state(struct state *s)
{
    const uint32_t *by_kind = s->k->frames.by_kind;
    const char *text;

    proc_exit_all(s->k);
    object_drop(&s->object);
    object_drop(&s->program.object);
    kmem_shrink(&s->k->kmem);
    expect(s, by_kind[FRAME_FREE] + by_kind[FRAME_RESERVED] == s->k->frames.count, "leak check");
    text = machine_mismatch(&s->machine, true);
    if (text)
        SAY(s, "%s\n", text);
    machine_close(&s->machine);
    for (unsigned i = 0; i < s->row->harts; i++)
        target_close(&s->targets[i]);
}

/* A second thread for a new process, so that two harts can run it at once. */
static struct proc *with_thread(struct state *s, struct proc *p)
{
    struct thread *t;

    (void)thread_create(s->k, &t, p); /* without memory it has one */
    return p;
}

/* ---- Operations ---------------------------------------------------------------------------- */

static void begin_process(struct state *s, struct view *v)
{
    struct proc *p;

    *v = (struct view){0};
    if (proc_create(s->k, &p) == VM_OK)
        v->proc = with_thread(s, p);
    if (v->proc)
        v->heap = p->space.layout.heap;
}

static void fork_process(struct state *s, struct view *v, const struct view *from)
{
    struct proc *child;
    enum vm_status status = proc_fork(s->k, &child, from->proc->threads);

    expect(s, status == VM_OK || status == VM_NOMEM, "fork");
    if (status != VM_OK)
        return;
    child->parent = 0;
    *v = *from;
    v->proc = with_thread(s, child);
}

static void end_process(struct state *s, struct view *v)
{
    proc_exit(s->k, v->proc, 0);
    v->proc = NULL;
}

static bool is_free(const struct view *v, unsigned from, unsigned to)
{
    while (from < to && v->page[from].flags == 0)
        from++;
    return from == to;
}

static void map_pages(struct state *s, struct view *v, unsigned from, unsigned to)
{
    static const unsigned perms[] = {REGION_R, REGION_R | REGION_W, REGION_R | REGION_X,
                                     REGION_PERMS, REGION_X};
    bool shared = rng_one_in(&s->rng, 3);
    struct region model = {.start = BASE + from, .end = BASE + to, .flags = perms[below(s, 5)]};
    unsigned index = below(s, SHARED);
    enum vm_status status;

    if (shared && to - from > SHARED - index)
        return;
    if (shared) {
        model.object = &s->object;
        model.offset = index;
        model.flags |= rng_one_in(&s->rng, 4) ? 0 : REGION_SHARED;
    }
    status = space_map(&v->proc->space, &model);
    if (!is_free(v, from, to)) {
        expect(s, status == VM_EXISTS, "map over something");
        return;
    }
    expect(s, status == VM_OK || status == VM_NOMEM, "map");
    for (unsigned i = from; status == VM_OK && i < to; i++)
        v->page[i] = (struct page){.flags = model.flags | (shared ? OF_OBJECT : 0),
                                   .index = index + (i - from)};
}

static void unmap_pages(struct state *s, struct view *v, unsigned from, unsigned to)
{
    enum vm_status status = space_unmap(&v->proc->space, BASE + from, BASE + to);

    expect(s, status == VM_OK || status == VM_NOMEM, "unmap");
    if (status == VM_OK)
        memset(&v->page[from], 0, (to - from) * sizeof v->page[0]);
}

static void protect_pages(struct state *s, struct view *v, unsigned from, unsigned to)
{
    unsigned perms = 1 + below(s, REGION_PERMS);
    enum vm_status status = space_protect(&v->proc->space, BASE + from, BASE + to, perms);
    bool whole = true;

    for (unsigned i = from; i < to; i++)
        whole = whole && v->page[i].flags != 0;
    expect(s, status == VM_NOMEM || status == (whole ? VM_OK : VM_ABSENT), "protect");
    for (unsigned i = from; status == VM_OK && i < to; i++)
        v->page[i].flags = (v->page[i].flags & ~(unsigned)REGION_PERMS) | perms;
}

/* Move pages to free ones. Whether they are of one region only the kernel knows. */
static void move_pages(struct state *s, struct view *v, unsigned from, unsigned to)
{
    unsigned at = below(s, PAGES - (to - from) + 1);
    const struct mm_remap request = {.old = (vaddr_t)(BASE + from) << 12,
                                     .old_length = (uint64_t)(to - from) << 12,
                                     .length = (uint64_t)(to - from) << 12,
                                     .flags = MM_MAYMOVE | MM_FIXED,
                                     .address = (vaddr_t)(BASE + at) << 12};
    enum vm_status status;
    vaddr_t now;

    if (!is_free(v, at, at + (to - from)))
        return;
    status = mm_remap(&v->proc->space, &now, &request);
    expect(s, status == VM_OK || status == VM_ABSENT || status == VM_NOMEM, "move");
    if (status != VM_OK)
        return;
    memcpy(&v->page[at], &v->page[from], (to - from) * sizeof v->page[0]);
    memset(&v->page[from], 0, (to - from) * sizeof v->page[0]);
}

/* Private pages begin anew. */
static void drop_pages(struct state *s, struct view *v, unsigned from, unsigned to)
{
    enum vm_status status = mm_advise(&v->proc->space, (vaddr_t)(BASE + from) << 12,
                                      (uint64_t)(to - from) << 12, MM_DONTNEED);

    expect(s, status == VM_OK || status == VM_ABSENT, "drop");
    for (unsigned i = from; status == VM_OK && i < to; i++) {
        v->page[i].flags &= ~(unsigned)OWN;
        memset(v->page[i].byte, 0, SLOTS);
    }
}

/* Move the break to the end of a page of the heap. */
static void move_break(struct state *s, struct view *v)
{
    unsigned pages = below(s, HEAP + 1);
    enum vm_status status = mm_brk(&v->proc->space, (v->heap + pages) << 12);

    expect(s, status == VM_OK || status == VM_NOMEM, "brk");
    for (unsigned i = 0; status == VM_OK && i < HEAP; i++) {
        struct page *page = &v->page[PAGES + i];

        if (i >= pages)
            *page = (struct page){0};
        else if (page->flags == 0)
            page->flags = REGION_R | REGION_W;
    }
}

static void begin_program(struct state *s, struct view *v)
{
    const struct elf_args args = {.strings = "x", .length = 2, .argc = 1};
    struct exec_why why;
    enum vm_status status = exec_file(s->k, v->proc->threads, &why, &s->program, &args);

    expect(s, status == VM_OK || status == VM_NOMEM || why.reason == ELF_UNREADABLE, "exec");
    if (status != VM_OK)
        return;
    memset(v->page, 0, sizeof v->page);
    v->heap = v->proc->space.layout.heap;
}

/* ---- Accesses ------------------------------------------------------------------------------ */

static bool allowed(const struct page *page, uint8_t acc)
{
    if (acc == ATLAS_ACC_FETCH)
        return page->flags & REGION_X;
    return page->flags & (acc == ATLAS_ACC_LOAD ? REGION_R | REGION_W : REGION_W);
}

/* A private page of the object shows the object's bytes until it is stored to: OWN. */
static uint8_t *byte_of(struct state *s, struct page *page, unsigned slot)
{
    bool of_object = (page->flags & OF_OBJECT) && !(page->flags & OWN);

    return of_object ? &s->common[page->index][slot] : &page->byte[slot];
}

static void own(struct state *s, struct page *page)
{
    if (!(page->flags & OF_OBJECT) || (page->flags & (REGION_SHARED | OWN)))
        return;
    memcpy(page->byte, s->common[page->index], SLOTS);
    page->flags |= OWN;
}

static void check_refused(struct state *s, const struct view *v, const struct page *page,
                          enum proc_outcome outcome)
{
    int code = (page->flags & REGION_PERMS) ? SIGNAL_ACCERR : SIGNAL_MAPERR;

    expect(s, outcome == PROC_SEGV, "refused access");
    expect(s, v->proc->signal.number == SIGNAL_SEGV && v->proc->signal.code == code, "signal");
}

static void touch(struct state *s, struct view *v)
{
    unsigned i = below(s, ALL), slot = below(s, SLOTS);
    vaddr_t va = page_of(v, i) << 12 | slot * 4095;
    uint8_t acc = (uint8_t)below(s, 3), value = (uint8_t)rng_next(&s->rng);
    struct page *page = &v->page[i];
    enum proc_outcome outcome;
    struct atlas_rsp rsp;
    uint8_t *at;

    s->k->hart = &s->k->harts[below(s, s->k->hart_count)];
    sched_enter(s->k, rng_one_in(&s->rng, 2) && v->proc->threads->next ? v->proc->threads->next
                                                                       : v->proc->threads);
    outcome = machine_access(&s->machine, &rsp, va, acc);
    if (outcome == PROC_OOM)
        return;
    if (!allowed(page, acc)) {
        check_refused(s, v, page, outcome);
        return;
    }
    expect(s, outcome == PROC_OK, "access");
    at = machine_bytes(&s->machine, rsp.pa, 1);
    expect(s, at != NULL, "physical address");
    if (acc == ATLAS_ACC_STORE) {
        own(s, page);
        *at = value;
        *byte_of(s, page, slot) = value;
    }
    expect(s, *at == *byte_of(s, page, slot), "contents");
}

/* ---- All together -------------------------------------------------------------------------- */

static void operate(struct state *s)
{
    struct view *v = &s->views[below(s, PROCS)], *other = &s->views[below(s, PROCS)];
    unsigned from = below(s, PAGES), to = from + 1 + below(s, PAGES / 4), what = below(s, 48);

    to = to < PAGES ? to : PAGES;
    if (!v->proc && other->proc && what % 4 != 0)
        fork_process(s, v, other);
    else if (!v->proc)
        begin_process(s, v);
    else if (what == 0)
        end_process(s, v);
    else if (what < 4)
        map_pages(s, v, from, to);
    else if (what < 6)
        unmap_pages(s, v, from, to);
    else if (what < 8)
        protect_pages(s, v, from, to);
    else if (what < 10)
        move_pages(s, v, from, to);
    else if (what < 11)
        drop_pages(s, v, from, to);
    else if (what < 13)
        move_break(s, v);
    else if (what == 13 && rng_one_in(&s->rng, 4))
        begin_program(s, v);
    else
        touch(s, v);
}

static void check(struct state *s)
{
    const char *broken = kernel_check(s->k), *text = machine_mismatch(&s->machine, false);

    if (broken)
        SAY(s, "%s\n", broken);
    if (text)
        SAY(s, "%s\n", text);
}

/* K7 K18 K19 K20 K21 M7 M10 P25 P30 */
static void random_operations(void **state)
{
    const struct row *row = *state;
    uint64_t operations = wanted.operations ? wanted.operations : row->operations;
    static struct state s;

    open_state(&s, row, wanted.seed);
    for (; s.operation < operations; s.operation++) {
        operate(&s);
        if (s.operation % CHECK == 0)
            check(&s);
    }
    check(&s);
    close_state(&s);
}

/* ---- Command line -------------------------------------------------------------------------- */

static const struct row rows[] = {
    {"model, Sv39", "model", "full", ATLAS_MODE_SV39, 1, false, 6000},
    {"model, Sv57, Svade", "model", "full", ATLAS_MODE_SV57, 2, true, 6000},
    {"model, no ASIDs, four harts", "model", "rv64:ASID_BITS=0", ATLAS_MODE_SV48, 4, false, 6000},
    {"model, two bits of ASID", "model", "full:ASID_BITS=2", ATLAS_MODE_SV48, 3, false, 6000},
    {"model, Sv32, three harts", "model", "rv32", ATLAS_MODE_SV32, 3, true, 6000},
    {"rtl, Sv48", "rtl", "full", ATLAS_MODE_SV48, 1, false, 1500},
    {"lockstep, Sv39, two harts", "lockstep", "full", ATLAS_MODE_SV39, 2, false, 1500},
    {"lockstep, two bits of ASID", "lockstep", "rv64:ASID_BITS=2", ATLAS_MODE_SV39, 2, true, 1500},
    {"lockstep, no ASIDs", "lockstep", "rv64:ASID_BITS=0", ATLAS_MODE_SV48, 2, false, 1500},
    {"lockstep, Sv32", "lockstep", "tiny", ATLAS_MODE_SV32, 2, false, 1500},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static bool is_wanted(const struct row *row)
{
    return (!wanted.target || strcmp(wanted.target, row->target) == 0) &&
           (!wanted.preset || strcmp(wanted.preset, row->preset) == 0) &&
           (wanted.harts == 0 || wanted.harts == row->harts);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    (void)state;
    switch (key) {
    case 's': wanted.seed = strtoull(arg, NULL, 0); return 0;
    case 'n': wanted.operations = strtoull(arg, NULL, 0); return 0;
    case 't': wanted.target = arg; return 0;
    case 'p': wanted.preset = arg; return 0;
    case 'h': wanted.harts = (unsigned)strtoul(arg, NULL, 0); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"seed", 's', "N", 0, "Seed (default 2026)", 0},
    {"operations", 'n', "N", 0, "Operations of each row (default: few)", 0},
    {"target", 't', "T", 0, "Only rows of this target", 0},
    {"preset", 'p', "P", 0, "Only rows of this preset", 0},
    {"harts", 'h', "N", 0, "Only rows of so many harts", 0},
    {0}};

int main(int argc, char **argv)
{
    static const struct argp argp = {
        option_list, parse, NULL, "Random use of the kernel on every backend.", NULL, NULL, NULL};
    struct CMUnitTest tests[ROWS];
    size_t count = 0;

    argp_err_exit_status = 2;
    argp_parse(&argp, argc, argv, 0, NULL, NULL);
    print_message("seed %" PRIu64 "\n", wanted.seed);
    for (size_t i = 0; i < ROWS; i++)
        if (is_wanted(&rows[i]))
            tests[count++] = (struct CMUnitTest){rows[i].name, random_operations, NULL, NULL,
                                                 (void *)(uintptr_t)&rows[i]};
    return _cmocka_run_group_tests("random use of the kernel", tests, count, NULL, NULL) == 0 ? 0
                                                                                              : 1;
}
