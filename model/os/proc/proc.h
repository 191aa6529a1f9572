/* proc.h: processes, and the path of an access: MMU, fault, handler, again. Layer: os/proc. */
#ifndef ATLAS_PROC_H
#define ATLAS_PROC_H

#include "os/fault/fault.h"
#include "os/proc/kernel.h"

struct proc {
    uint32_t pid; /* 1, 2, ...; never used twice */
    struct space space;
    struct fault_stats faults;
    struct asid asid;
    struct proc *next; /* in kernel.procs_first */
};

/* What became of an access. */
enum proc_outcome {
    PROC_OK,     /* translated                                                     */
    PROC_SEGV,   /* no such page, or not allowed                                   */
    PROC_SIGBUS, /* no memory behind it                                            */
    PROC_OOM,    /* out of frames                                                  */
    PROC_STUCK   /* the MMU went on refusing what the page table allows: a bug     */
};

enum { PROC_MAX_FAULTS = 8 }; /* of one access: fill, A, D and an outdated entry are 4 */

/* A new process with an empty address space. Returns VM_OK or VM_NOMEM. */
enum vm_status proc_create(struct kernel *k, struct proc **p);

/* A copy of a process: the same regions, and the same contents, which a store of either copies
 * (space_fork). Returns VM_OK, VM_NOMEM or VM_LIMIT: then there is none. */
enum vm_status proc_fork(struct kernel *k, struct proc **child, struct proc *p);

/* End a process and give back everything it has; its ASID is fenced. If it was running, nobody
 * is. */
void proc_destroy(struct kernel *k, struct proc *p);

/* Make p the running process: its root and ASID go into satp. O(1). */
void proc_enter(struct kernel *k, struct proc *p);

/* A user access of the running process, with whatever faults it takes.
 *
 *   k     in/out  a process is running
 *   rsp   out     the MMU's last answer: the translation if PROC_OK
 *   port  in      port of the MMU
 *   va    in      address [bytes]; the access must not cross a page
 *   acc   in      ATLAS_ACC_*
 *
 * Returns what became of it. */
enum proc_outcome proc_access(struct kernel *k, struct atlas_rsp *rsp, unsigned port, vaddr_t va,
                              uint8_t acc);

#endif
