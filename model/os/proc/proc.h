/* proc.h: processes, and the path of an access: MMU, fault, handler, again. Layer: os/proc. */
#ifndef ATLAS_PROC_H
#define ATLAS_PROC_H

#include "os/fault/fault.h"
#include "os/proc/kernel.h"
#include "os/proc/signal.h"
#include "os/proc/thread.h"

struct proc {
    uint32_t pid;    /* 1, 2, ...; never used twice                              */
    uint32_t parent; /* pid, or 0: nobody waits for its end                      */
    bool ended;      /* has given everything back but this record                */
    int status;      /* ... with this                                            */
    struct space space;
    struct fault_stats faults;
    struct asid asid;
    struct thread *threads; /* newest first                                      */
    struct signal signal;   /* for the last access that was refused              */
    struct proc *next;      /* in kernel.procs_first                             */
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

/* A new process with an empty address space and one thread, BLOCKED. Returns VM_OK or VM_NOMEM. */
enum vm_status proc_create(struct kernel *k, struct proc **p);

/* A copy of the process of a thread: the same regions, and the same contents, which a store of
 * either copies (space_fork), and a copy of this one thread, BLOCKED. The process is its parent.
 * Returns VM_OK, VM_NOMEM or VM_LIMIT: then there is none. */
enum vm_status proc_fork(struct kernel *k, struct proc **child, const struct thread *t);

/* End a process: everything it has is given back but its record, which waits for its parent; its
 * ASID is fenced. Harts that ran it are idle. Without a parent that lives the record goes, too. */
void proc_exit(struct kernel *k, struct proc *p, int status);

/* Give back the address space and the ASID of a process of which no thread runs, with a fence. Its
 * next space has another ASID. */
void proc_drop_space(struct kernel *k, struct proc *p);

/* End all processes, with status 0 and without records. */
void proc_exit_all(struct kernel *k);

/* Take the record of an ended child of `parent`, of any with pid 0.
 *
 *   pid     in/out  which; which it was
 *   status  out     what it ended with
 *
 * Returns VM_OK; VM_EXISTS if it (or all) still run; VM_ABSENT if there is no such child. */
enum vm_status proc_wait(struct kernel *k, uint32_t *pid, int *status, const struct proc *parent);

/* The process with this pid, ended or not; NULL if there is none. */
struct proc *proc_find(const struct kernel *k, uint32_t pid);

/* Let the oldest thread of p run on kernel.hart now: sched_enter. */
void proc_enter(struct kernel *k, struct proc *p);

/* The process that runs on kernel.hart, or NULL. */
struct proc *proc_running(const struct kernel *k);

/* A user access of the running process, with whatever faults it takes.
 *
 *   k     in/out  a process runs on kernel.hart
 *   rsp   out     the MMU's last answer: the translation if PROC_OK
 *   port  in      port of the MMU
 *   va    in      address [bytes]; the access must not cross a page
 *   acc   in      ATLAS_ACC_*
 *
 * Returns what became of it; unless PROC_OK the process's `signal` says why. */
enum proc_outcome proc_access(struct kernel *k, struct atlas_rsp *rsp, unsigned port, vaddr_t va,
                              uint8_t acc);

/* The same by the kernel, on behalf of the running process: S-mode with SUM set. */
enum proc_outcome proc_kernel_access(struct kernel *k, struct atlas_rsp *rsp, unsigned port,
                                     vaddr_t va, uint8_t acc);

#endif
