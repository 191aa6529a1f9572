#include "os/proc/syscall_exec.h"

#include "base/bytes.h"
#include "os/proc/copy.h"

enum { STRINGS = 16384 }; /* bytes of all arguments and the environment, at most */

/* Strings side by side, each with its NUL. */
struct packed {
    char *bytes; /* [array, STRINGS] */
    uint32_t length;
};

/* Entry i of an array of pointers in the program's memory. */
static enum vm_status pointer_at(struct kernel *k, vaddr_t array, uint64_t i, vaddr_t *pointer)
{
    uint32_t bytes = k->env.mode->pte_bytes; /* a pointer is as wide as a PTE */
    uint64_t wide = 0;
    uint32_t narrow = 0;
    enum vm_status status =
        bytes == 4 ? copy_in(k, &narrow, array + i * 4, 4) : copy_in(k, &wide, array + i * 8, 8);

    *pointer = bytes == 4 ? narrow : wide;
    return status;
}

/* Pack the strings of an array. Returns as copy_in; VM_LIMIT if there is no room. */
static enum vm_status pack(struct kernel *k, struct packed *p, uint32_t *count, vaddr_t array)
{
    for (*count = 0; array != 0; ++*count) {
        uint64_t length;
        vaddr_t at;
        enum vm_status status = pointer_at(k, array, *count, &at);

        if (status != VM_OK || at == 0)
            return status;
        status = copy_in_string(k, p->bytes + p->length, &length, at, STRINGS - p->length);
        if (status != VM_OK)
            return status;
        p->length += (uint32_t)length + 1;
    }
    return VM_OK;
}

static int64_t begin(struct kernel *k, struct thread *t, struct file *file,
                     const struct elf_args *args, bool *again)
{
    struct exec_why why;
    enum vm_status status = exec_file(k, t, &why, file, args);

    *again = status == VM_OK;
    return status == VM_RANGE   ? -SYSCALL_ENOEXEC
           : status == VM_LIMIT ? -SYSCALL_E2BIG
                                : syscall_error_of(status);
}

int64_t syscall_exec(struct kernel *k, const struct syscall_host *host, struct thread *t,
                     const uint64_t a[6], bool *again)
{
    struct packed p = {.bytes = kmalloc(&k->kmalloc, STRINGS)};
    char path[SYSCALL_PATH];
    struct elf_args args = {.strings = p.bytes};
    struct file *file = NULL;
    uint64_t length;
    enum vm_status status;
    int64_t result;

    if (!p.bytes)
        return -SYSCALL_ENOMEM;
    status = copy_in_string(k, path, &length, a[0], sizeof path);
    result = status == VM_LIMIT ? -SYSCALL_ENAMETOOLONG : syscall_error_of(status);
    if (status == VM_OK) {
        file = host->program(host->ctx, path);
        result = file ? 0 : -SYSCALL_ENOENT;
    }
    if (file) {
        status = pack(k, &p, &args.argc, a[1]);
        if (status == VM_OK)
            status = pack(k, &p, &args.envc, a[2]);
        args.length = p.length;
        result = status == VM_OK      ? begin(k, t, file, &args, again)
                 : status == VM_LIMIT ? -SYSCALL_E2BIG
                                      : syscall_error_of(status);
    }
    kfree(&k->kmalloc, p.bytes);
    return result;
}
