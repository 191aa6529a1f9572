/* machine.c: see machine.h. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "machine.h"

#include <inttypes.h>
#include <sys/mman.h>

#include "preset.h"
#include "report.h"

#define RAM_BASE UINT64_C(0x80000000)

enum { TABLE_LIMIT = 1 << 20 };

/* ---- Page-table words: to and from the backend --------------------------------------------- */

static bool word_read(void *ctx, paddr_t addr, uint64_t *value, unsigned bytes)
{
    const struct machine *m = ctx;
    uint64_t all = 0;

    for (unsigned i = 0; i < m->harts; i++) {
        const struct target *t = &m->targets[i];

        if (!t->ops->mem_read(t->backend, addr, value, bytes))
            return false;
        all |= *value;
    }
    *value = all;
    return true;
}

static void word_write(void *ctx, paddr_t addr, uint64_t value, unsigned bytes)
{
    const struct machine *m = ctx;

    for (unsigned i = 0; i < m->harts; i++)
        m->targets[i].ops->mem_write(m->targets[i].backend, addr, value, bytes);
}

static const struct phys_word_ops words = {word_read, word_write};

/* ---- RAM ----------------------------------------------------------------------------------- */

/* Where RAM begins, and how many frames fit above. */
static uint64_t frames_above(const struct atlas_params *params, paddr_t *base)
{
    uint64_t top = UINT64_C(1) << params->pa_bits, half = top / 2;
    uint64_t limit = PFN_NONE - 1; /* frame numbers have 32 bits */
    uint64_t last;

    *base = half < RAM_BASE ? half : RAM_BASE;
    last = top / ATLAS_PAGE_SIZE < limit ? top / ATLAS_PAGE_SIZE : limit;
    return last - *base / ATLAS_PAGE_SIZE;
}

static bool ram_open(struct machine *m, uint64_t frames)
{
    const struct atlas_params *params = &m->targets[0].params;
    uint64_t fit = frames_above(params, &m->phys.base);
    void *ram;

    if (frames == 0)
        frames = fit < MACHINE_FRAMES ? fit : MACHINE_FRAMES;
    if (frames > fit) {
        report_problem(NULL, 0,
                       "--frames %" PRIu64 ": expected at most %" PRIu64
                       ", which %u physical address bits leave above RAM's base",
                       frames, fit, params->pa_bits);
        return false;
    }
    ram = mmap(NULL, frames * ATLAS_PAGE_SIZE, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (ram == MAP_FAILED) {
        report_problem(NULL, 0, "--frames %" PRIu64 ": the host has not that much memory", frames);
        return false;
    }
    m->phys.ram = ram;
    m->phys.size = frames * ATLAS_PAGE_SIZE;
    return true;
}

/* ---- The machine --------------------------------------------------------------------------- */

static enum vm_status boot(struct machine *m, const struct machine_config *config)
{
    const struct kernel_config kernel = {.mode = config->mode,
                                         .svade = config->svade,
                                         .map_kernel = config->map_kernel,
                                         .table_limit = TABLE_LIMIT,
                                         .quantum = config->quantum,
                                         .zeroed = true};
    enum vm_status status = kernel_boot(&m->kernel, &m->phys, &m->targets[0].port, &kernel);

    for (unsigned i = 1; status == VM_OK && i < m->harts; i++)
        status = kernel_add_hart(m->kernel, &m->targets[i].port);
    return status;
}

bool machine_open(struct machine *m, struct target *targets, unsigned harts,
                  const struct machine_config *config)
{
    enum vm_status status;

    *m = (struct machine){.targets = targets, .harts = harts, .phys = {.words = &words, .ctx = m}};
    if (!preset_has_mode(&targets->params, config->mode)) {
        report_problem(NULL, 0, "preset %s has not the paging mode that is asked for",
                       targets->preset);
        return false;
    }
    if (!ram_open(m, config->frames))
        return false;
    status = boot(m, config);
    if (status == VM_OK)
        return true;
    report_problem(NULL, 0, "--frames %" PRIu64 ": the kernel cannot start: %s",
                   m->phys.size / ATLAS_PAGE_SIZE, vm_status_text(status));
    machine_close(m);
    return false;
}

void machine_close(struct machine *m)
{
    if (m->phys.ram != NULL)
        munmap(m->phys.ram, m->phys.size);
    *m = (struct machine){.targets = m->targets, .harts = m->harts};
}

struct target *machine_target(const struct machine *m)
{
    return &m->targets[m->kernel->hart->id];
}

enum proc_outcome machine_access(struct machine *m, struct atlas_rsp *rsp, vaddr_t va, uint8_t acc)
{
    return proc_access(m->kernel, rsp, target_port(machine_target(m), acc), va, acc);
}

const char *machine_mismatch(struct machine *m, bool deep)
{
    const char *first = NULL;

    for (unsigned i = 0; first == NULL && i < m->harts; i++) {
        const struct target *t = &m->targets[i];
        bool same = !deep || t->ops->checkpoint(t->backend);

        first = t->ops->mismatch(t->backend);
        if (first == NULL && !same)
            first = "what the backends remember differs";
    }
    return first;
}

uint8_t *machine_bytes(const struct machine *m, paddr_t pa, uint64_t bytes)
{
    return phys_holds(&m->phys, pa, bytes) ? m->phys.ram + (pa - m->phys.base) : NULL;
}
