/* run_sums.c: see run_sums.h. */
#include "run_sums.h"

/* ---- Processes ----------------------------------------------------------------------------- */

static void add_usage(struct maps_usage *sum, const struct maps_usage *u)
{
    sum->size += u->size;
    sum->anon += u->anon;
    sum->file += u->file;
    sum->shared += u->shared;
    sum->resident += u->resident;
}

struct run_summary run_sum(const struct run *run)
{
    struct run_summary sum = {0};

    for (unsigned i = 0; i < run->count; i++) {
        const struct run_summary s = run_summary(&run->procs[i]);

        sum.tables += s.tables;
        sum.regions += s.regions;
        add_usage(&sum.usage, &s.usage);
        for (unsigned class = 0; class < FAULT_CLASSES; class ++)
            sum.faults.count[class] += s.faults.count[class];
    }
    return sum;
}

uint64_t run_faults(const struct fault_stats *stats)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < FAULT_CLASSES; i++)
        sum += stats->count[i];
    return sum;
}

struct fault_sums run_fault_sums(const struct fault_stats *stats)
{
    const uint64_t *count = stats->count;

    return (struct fault_sums){
        .minor = count[FAULT_ZERO] + count[FAULT_CACHE] + count[FAULT_DEVICE] + count[FAULT_REUSE] +
                 count[FAULT_AD] + count[FAULT_STALE],
        .major = count[FAULT_PAGER],
        .copied = count[FAULT_COPY],
        .refused = count[FAULT_PROTECTION] + count[FAULT_INVALID] + count[FAULT_BUS] +
                   count[FAULT_NOMEM] + count[FAULT_LIMIT]};
}

/* ---- Harts --------------------------------------------------------------------------------- */

static uint64_t counter(const struct run *run, unsigned index)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < run->machine.harts; i++) {
        const struct mmu_port *port = &run->machine.targets[i].port;

        sum += port->counter(port->self, index);
    }
    return sum;
}

uint64_t run_port_counter(const struct run *run, unsigned port, unsigned c)
{
    return counter(run, port * ATLAS_CTR_PORT_COUNT + c);
}

uint64_t run_shared_counter(const struct run *run, unsigned c)
{
    return counter(run, run->machine.targets->params.ports * ATLAS_CTR_PORT_COUNT + c);
}

uint64_t run_counter_mask(const struct run *run)
{
    unsigned bits = run->machine.targets->params.ctr_bits;

    return bits == 0 ? 0 : UINT64_MAX >> (64 - bits);
}

uint64_t run_cycles(const struct run *run)
{
    uint64_t cycles = 0;

    for (unsigned i = 0; i < run->machine.harts; i++)
        cycles += run->cycles[i];
    return cycles;
}

uint64_t run_switches(const struct run *run)
{
    const struct kernel *k = run->machine.kernel;
    uint64_t switches = 0;

    for (uint32_t i = 0; i < k->hart_count; i++)
        switches += k->harts[i].switches;
    return switches;
}
