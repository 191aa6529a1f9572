/* syscall.h: what a program asks of the kernel, and how. Layer: os/proc.
 *
 * A user thread executes ecall with a number in a7 and arguments in a0 to a5; whoever runs it (a
 * processor, a test) then enters here. The result goes to a0, an error as its negative number, and
 * the thread goes on behind the ecall. All addresses are the thread's, in its own space: the kernel
 * gets at them through the MMU (copy.h).
 *
 * Files and devices are the machine's: it fills in struct syscall_host.
 *
 * Source: the numbers, arguments and errors are those of Linux on RISC-V (asm-generic/unistd.h).
 */
#ifndef ATLAS_SYSCALL_H
#define ATLAS_SYSCALL_H

#include "os/proc/exec.h"

enum syscall_number {
    SYSCALL_READ = 63,
    SYSCALL_WRITE = 64,
    SYSCALL_EXIT = 93,
    SYSCALL_SCHED_YIELD = 124,
    SYSCALL_GETPID = 172,
    SYSCALL_BRK = 214,
    SYSCALL_MUNMAP = 215,
    SYSCALL_MREMAP = 216,
    SYSCALL_CLONE = 220, /* fork only */
    SYSCALL_EXECVE = 221,
    SYSCALL_MMAP = 222,
    SYSCALL_MPROTECT = 226,
    SYSCALL_MADVISE = 233,
    SYSCALL_WAIT4 = 260
};

enum syscall_error {
    SYSCALL_ENOENT = 2,
    SYSCALL_EIO = 5,
    SYSCALL_E2BIG = 7,
    SYSCALL_ENOEXEC = 8,
    SYSCALL_EBADF = 9,
    SYSCALL_ECHILD = 10,
    SYSCALL_ENOMEM = 12,
    SYSCALL_EACCES = 13,
    SYSCALL_EFAULT = 14,
    SYSCALL_EEXIST = 17,
    SYSCALL_EINVAL = 22,
    SYSCALL_ENAMETOOLONG = 36,
    SYSCALL_ENOSYS = 38
};

enum { SYSCALL_CHUNK = 256, SYSCALL_PATH = 256 }; /* bytes at once, and of a path */

/* The machine's part. */
struct syscall_host {
    /* Take bytes for, or give bytes from, descriptor fd; how many, or a negative error. */
    int64_t (*write)(void *ctx, int fd, const uint8_t *bytes, uint32_t count);
    int64_t (*read)(void *ctx, int fd, uint8_t *bytes, uint32_t count);
    /* The program at a path, and the file behind a descriptor; NULL: there is none. */
    struct file *(*program)(void *ctx, const char *path);
    struct file *(*file)(void *ctx, int fd);
    void *ctx;
};

/* Do what the thread that runs on kernel.hart asks for. Another one, or nobody, may run there
 * afterwards. */
void syscall_enter(struct kernel *k, const struct syscall_host *host);

#endif
