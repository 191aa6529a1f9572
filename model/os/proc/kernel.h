/* kernel.h: everything the kernel knows of one machine. Layer: os/proc, the top of the kernel.
 *
 * It lives in the first usable frames of the machine's RAM that hold it: this record, then the
 * frame table. They are reserved; all other usable frames are free at the start. The kernel has no
 * pid, and runs on whatever table is in satp.
 */
#ifndef ATLAS_KERNEL_H
#define ATLAS_KERNEL_H

#include "os/kmem/kmalloc.h"
#include "os/proc/asid.h"
#include "os/proc/hart.h"
#include "os/proc/sched.h"
#include "os/space/shm.h"
#include "os/space/space.h"

struct proc;

/* How the machine is to be run. */
struct kernel_config {
    unsigned mode;        /* ATLAS_MODE_* of all processes                      */
    bool svade;           /* A and D by page fault; else by the hardware        */
    uint32_t table_limit; /* most page tables a process may have, >= 1          */
    uint32_t quantum;     /* of a thread [ticks], >= 1; 0 is the same as 1      */
    bool map_kernel;      /* the kernel in every address space, see kmap.h      */
    /* What of RAM is the firmware's or a hole, and devices; NULL: nothing. Not used after boot. */
    const struct memmap *firmware;
    const struct frame_policy *frames; /* NULL: frames_buddy                    */
    bool zeroed;                       /* RAM is all 0: a quicker start         */
    unsigned kmem_flags;               /* SLAB_*, of all caches                 */
    bool poison;                       /* overwrite freed frames                */
    struct layout_config layout;       /* of the address spaces of processes         */
    enum commit_policy commit;         /* when memory is refused before it is used   */
    unsigned commit_ratio; /* percent of RAM that COMMIT_NEVER promises; 0: COMMIT_RATIO */
};

struct kernel {
    struct phys phys;
    struct memmap map; /* of all memory, as at boot */
    struct frames frames;
    struct kmem kmem;       /* all kernel objects  */
    struct kmalloc kmalloc; /* those of no cache   */
    struct slab_cache regions, rmaps, nodes, shm, procs, threads;
    struct radix table; /* the kernel's own, with map_kernel */
    struct space_env env;
    struct object_env objects;
    struct commit commit;
    struct shms shms;
    struct rng rng; /* for layouts                        */
    struct kernel_config config;
    struct asids asids;
    struct hart harts[HARTS_MAX]; /* [array, hart_count]                    */
    uint32_t hart_count;
    struct hart *hart; /* that runs kernel code now              */
    struct sched sched;
    struct proc *procs_first;    /* all processes, newest first            */
    uint32_t next_pid, next_tid; /* 1, 2, ...                              */
};

/* Take over a machine.
 *
 *   k       out  the kernel, in RAM
 *   phys    in   copied; RAM stays the machine's
 *   mmu     in   of the first hart; copied
 *   config  in   copied
 *
 * Returns VM_OK; VM_RANGE if the MMU does not have the mode; VM_NOMEM if RAM cannot hold the
 * kernel and one frame; VM_LIMIT if the firmware's map has too many ranges. */
enum vm_status kernel_boot(struct kernel **k, const struct phys *phys, const struct mmu_port *mmu,
                           const struct kernel_config *config);

/* One more hart, idle. Its MMU must have the parameters of the first one's. Returns VM_OK, or
 * VM_LIMIT if there are HARTS_MAX. */
enum vm_status kernel_add_hart(struct kernel *k, const struct mmu_port *mmu);

#endif
