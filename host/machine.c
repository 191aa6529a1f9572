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
    const struct target *t = ctx;

    return t->ops->mem_read(t->backend, addr, value, bytes);
}

static void word_write(void *ctx, paddr_t addr, uint64_t value, unsigned bytes)
{
    const struct target *t = ctx;

    t->ops->mem_write(t->backend, addr, value, bytes);
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
    const struct atlas_params *params = &m->target->params;
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

bool machine_open(struct machine *m, struct target *target, const struct machine_config *config)
{
    const struct kernel_config kernel = {
        .mode = config->mode, .svade = config->svade, .table_limit = TABLE_LIMIT};
    enum vm_status status;

    *m = (struct machine){.target = target, .phys = {.words = &words, .ctx = target}};
    if (!preset_has_mode(&target->params, config->mode)) {
        report_problem(NULL, 0, "preset %s has not the paging mode that is asked for",
                       target->preset);
        return false;
    }
    if (!ram_open(m, config->frames))
        return false;
    status = kernel_boot(&m->kernel, &m->phys, &target->port, &kernel);
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
    *m = (struct machine){.target = m->target};
}

enum proc_outcome machine_access(struct machine *m, struct atlas_rsp *rsp, vaddr_t va, uint8_t acc)
{
    return proc_access(m->kernel, rsp, target_port(m->target, acc), va, acc);
}

uint8_t *machine_bytes(const struct machine *m, paddr_t pa, uint64_t bytes)
{
    return phys_holds(&m->phys, pa, bytes) ? m->phys.ram + (pa - m->phys.base) : NULL;
}
