/* syscall_exec.h: the arguments of execve(2), from the program's memory. Layer: os/proc, part of
 * syscall. */
#ifndef ATLAS_SYSCALL_EXEC_H
#define ATLAS_SYSCALL_EXEC_H

#include "os/proc/syscall.h"

/* Let the thread begin the program at path a[0] with arguments a[1] and environment a[2], arrays of
 * pointers to strings, NULL at the end.
 *
 *   again  out  true if it has begun: its context is the new program's
 *
 * Returns 0, or a negative error: ENOENT, ENOEXEC, E2BIG, ENAMETOOLONG, EFAULT, ENOMEM. */
int64_t syscall_exec(struct kernel *k, const struct syscall_host *host, struct thread *t,
                     const uint64_t a[6], bool *again);

/* The error of a status, negative; 0 for VM_OK. */
int64_t syscall_error_of(enum vm_status status);

#endif
