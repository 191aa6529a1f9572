/* kernel.h: everything the kernel knows of one machine. Layer: os/proc, the top of the kernel.
 *
 * It lives in the first frames of the machine's RAM: this record, then the frame table. They
 * are reserved; all other frames are free at the start.
 */
#ifndef ATLAS_KERNEL_H
#define ATLAS_KERNEL_H

#include "os/proc/asid.h"
#include "os/space/space.h"

struct proc;

/* How the machine is to be run. */
struct kernel_config {
    unsigned mode;        /* ATLAS_MODE_* of all processes                      */
    bool svade;           /* A and D by page fault; else by the hardware        */
    uint32_t table_limit; /* most page tables a process may have, >= 1          */
};

struct kernel {
    struct phys phys;
    struct mmu_port mmu;
    struct frames frames;
    struct pool regions, rmaps, nodes, procs;
    struct space_env env;
    struct object_env objects;
    struct kernel_config config;
    struct asids asids;
    struct proc *procs_first; /* all processes, newest first        */
    struct proc *running;     /* whose root is in satp, or NULL     */
    uint32_t next_pid;        /* 1, 2, ...                          */
};

/* Take over a machine.
 *
 *   k       out  the kernel, in the first frames of RAM
 *   phys    in   copied; RAM stays the machine's
 *   mmu     in   copied
 *   config  in   copied
 *
 * Returns VM_OK; VM_RANGE if the MMU does not have the mode; VM_NOMEM if RAM cannot hold the
 * kernel and one frame. */
enum vm_status kernel_boot(struct kernel **k, const struct phys *phys, const struct mmu_port *mmu,
                           const struct kernel_config *config);

#endif
