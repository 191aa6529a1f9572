#include "os/proc/syscall.h"

#include "base/bug.h"
#include "base/bytes.h"
#include "os/proc/copy.h"
#include "os/proc/syscall_exec.h"
#include "os/space/advise.h"
#include "os/space/brk.h"
#include "os/space/mmap.h"

enum { A0 = 10, A7 = 17, ECALL_BYTES = 4, SIGCHLD_ONLY = 17, WAIT_NO_HANG = 1 };

/* Flags of mmap(2) and mremap(2). */
enum {
    MAP_SHARED_ = 1,
    MAP_PRIVATE_ = 2,
    MAP_FIXED_ = 0x10,
    MAP_ANONYMOUS_ = 0x20,
    MAP_NOREPLACE_ = 0x100000,
    MREMAP_MAYMOVE_ = 1,
    MREMAP_FIXED_ = 2
};

struct call {
    struct kernel *k;
    const struct syscall_host *host;
    struct thread *thread;
    struct space *space;
    const uint64_t *a; /* arguments [array, 6] */
};

int64_t syscall_error_of(enum vm_status status)
{
    switch (status) {
    case VM_OK: return 0;
    case VM_NOMEM:
    case VM_LIMIT: return -SYSCALL_ENOMEM;
    case VM_EXISTS: return -SYSCALL_EEXIST;
    case VM_ABSENT: return -SYSCALL_ENOMEM; /* as mprotect(2) and mremap(2) have it */
    case VM_RANGE: return -SYSCALL_EINVAL;
    case VM_FAULT: return -SYSCALL_EFAULT;
    case VM_DENIED: return -SYSCALL_EACCES;
    case VM_IO: return -SYSCALL_EIO;
    }
    VM_BUG(true);
    return 0;
}

/* ---- Bytes ---------------------------------------------------------------------------------- */

static int64_t do_write(const struct call *c)
{
    uint64_t done = 0;

    while (done < c->a[2]) {
        uint8_t bytes[SYSCALL_CHUNK];
        uint64_t left = c->a[2] - done, part = left < sizeof bytes ? left : sizeof bytes;
        enum vm_status status = copy_in(c->k, bytes, c->a[1] + done, part);
        int64_t took;

        if (status != VM_OK)
            return done > 0 ? (int64_t)done : syscall_error_of(status);
        took = c->host->write(c->host->ctx, (int)c->a[0], bytes, (uint32_t)part);
        if (took < 0)
            return done > 0 ? (int64_t)done : took;
        done += (uint64_t)took;
        if ((uint64_t)took < part)
            break;
    }
    return (int64_t)done;
}

static int64_t do_read(const struct call *c)
{
    uint64_t done = 0;

    while (done < c->a[2]) {
        uint8_t bytes[SYSCALL_CHUNK];
        uint64_t left = c->a[2] - done, part = left < sizeof bytes ? left : sizeof bytes;
        int64_t got = c->host->read(c->host->ctx, (int)c->a[0], bytes, (uint32_t)part);
        enum vm_status status;

        if (got <= 0)
            return done > 0 ? (int64_t)done : got;
        status = copy_out(c->k, c->a[1] + done, bytes, (uint64_t)got);
        if (status != VM_OK)
            return done > 0 ? (int64_t)done : syscall_error_of(status);
        done += (uint64_t)got;
        if ((uint64_t)got < part)
            break;
    }
    return (int64_t)done;
}

/* ---- Memory --------------------------------------------------------------------------------- */

/* brk(2) of the kernel: the break as it is now, whatever was asked for. */
static int64_t do_brk(const struct call *c)
{
    if (c->a[0] != 0)
        mm_brk(c->space, c->a[0]);
    return (int64_t)c->space->brk;
}

static int64_t do_mmap(const struct call *c)
{
    struct mm_request r = {.address = c->a[0], .length = c->a[1], .kind = REGION_ANON};
    uint64_t flags = c->a[3];
    enum vm_status status;
    vaddr_t at;

    if ((c->a[2] & ~(uint64_t)REGION_PERMS) || !(flags & (MAP_SHARED_ | MAP_PRIVATE_)))
        return -SYSCALL_EINVAL;
    r.perms = (unsigned)c->a[2];
    r.flags = (flags & MAP_SHARED_ ? MM_SHARED : 0u) | (flags & MAP_FIXED_ ? MM_FIXED : 0u) |
              (flags & MAP_NOREPLACE_ ? MM_FIXED | MM_NOREPLACE : 0u);
    if (!(flags & MAP_ANONYMOUS_)) {
        struct file *file = c->host->file(c->host->ctx, (int)c->a[4]);

        if (!file)
            return -SYSCALL_EBADF;
        r.object = &file->object;
        r.offset = c->a[5];
        r.kind = REGION_FILE;
    }
    status = mm_map(c->space, &at, &r);
    return status == VM_OK ? (int64_t)at : syscall_error_of(status);
}

static int64_t do_mremap(const struct call *c)
{
    const struct mm_remap r = {.old = c->a[0],
                               .old_length = c->a[1],
                               .length = c->a[2],
                               .flags = (c->a[3] & MREMAP_MAYMOVE_ ? MM_MAYMOVE : 0u) |
                                        (c->a[3] & MREMAP_FIXED_ ? MM_FIXED : 0u),
                               .address = c->a[4]};
    vaddr_t at;
    enum vm_status status = mm_remap(c->space, &at, &r);

    return status == VM_OK       ? (int64_t)at
           : status == VM_ABSENT ? -SYSCALL_EFAULT
                                 : syscall_error_of(status);
}

static int64_t do_madvise(const struct call *c)
{
    enum { WILLNEED = 3, DONTNEED = 4 };
    bool drop = c->a[2] == DONTNEED;

    if (!drop && c->a[2] != WILLNEED)
        return -SYSCALL_EINVAL;
    return syscall_error_of(
        mm_advise(c->space, c->a[0], c->a[1], drop ? MM_DONTNEED : MM_WILLNEED));
}

/* ---- Processes ------------------------------------------------------------------------------ */

static int64_t do_clone(const struct call *c)
{
    struct proc *child;
    enum vm_status status;

    if (c->a[0] != SIGCHLD_ONLY)
        return -SYSCALL_EINVAL;
    status = proc_fork(c->k, &child, c->thread);
    if (status != VM_OK)
        return syscall_error_of(status);
    child->threads->context.pc += ECALL_BYTES;
    child->threads->context.x[A0] = 0;
    sched_wake(c->k, child->threads);
    return child->pid;
}

/* Wait for a child: the thread sleeps until one ends, and asks again. */
static int64_t do_wait(const struct call *c, bool *again)
{
    uint32_t pid = (int32_t)c->a[0] > 0 ? (uint32_t)c->a[0] : 0;
    int status;
    uint32_t word;

    switch (proc_wait(c->k, &pid, &status, c->thread->proc)) {
    case VM_ABSENT: return -SYSCALL_ECHILD;
    case VM_EXISTS:
        if (c->a[2] & WAIT_NO_HANG)
            return 0;
        *again = true;
        c->thread->awaits_child = true;
        sched_block(c->k, c->thread);
        return 0;
    default: break;
    }
    word = (uint32_t)(status & 0xff) << 8;
    if (c->a[1] != 0 && copy_out(c->k, c->a[1], &word, sizeof word) != VM_OK)
        return -SYSCALL_EFAULT;
    return pid;
}

/* ---- Which ---------------------------------------------------------------------------------- */

/* `again`: the thread does not go on behind the ecall. */
static int64_t dispatch(const struct call *c, uint64_t number, bool *again)
{
    struct space *s = c->space;
    const uint64_t *a = c->a;

    switch (number) {
    case SYSCALL_READ: return do_read(c);
    case SYSCALL_WRITE: return do_write(c);
    case SYSCALL_EXIT: proc_exit(c->k, c->thread->proc, (int)a[0]); return 0;
    case SYSCALL_SCHED_YIELD: sched_pass(c->k); return 0;
    case SYSCALL_GETPID: return c->thread->proc->pid;
    case SYSCALL_BRK: return do_brk(c);
    case SYSCALL_MUNMAP: return syscall_error_of(mm_unmap(s, a[0], a[1]));
    case SYSCALL_MREMAP: return do_mremap(c);
    case SYSCALL_CLONE: return do_clone(c);
    case SYSCALL_EXECVE: return syscall_exec(c->k, c->host, c->thread, a, again);
    case SYSCALL_MMAP: return do_mmap(c);
    case SYSCALL_MPROTECT:
        if (a[2] & ~(uint64_t)REGION_PERMS)
            return -SYSCALL_EINVAL;
        return syscall_error_of(mm_protect(s, a[0], a[1], (unsigned)a[2]));
    case SYSCALL_MADVISE: return do_madvise(c);
    case SYSCALL_WAIT4: return do_wait(c, again);
    default: return -SYSCALL_ENOSYS;
    }
}

void syscall_enter(struct kernel *k, const struct syscall_host *host)
{
    struct thread *t = k->hart->running;
    uint64_t a[6], number;
    bool again = false;
    int64_t result;

    VM_BUG(!t);
    memcpy(a, &t->context.x[A0], sizeof a);
    number = t->context.x[A7];
    result = dispatch(&(struct call){k, host, t, &t->proc->space, a}, number, &again);
    if (number == SYSCALL_EXIT || again)
        return;
    t->context.x[A0] = (uint64_t)result;
    t->context.pc += ECALL_BYTES;
}
