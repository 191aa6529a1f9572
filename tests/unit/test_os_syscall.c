/* test_os_syscall.c: a program's calls of the kernel. A script stands for the processor: it sets
 * registers, as instructions would, and enters the kernel where an ecall would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "mm_fixture.h"
#include "os/proc/check.h"
#include "os/proc/copy.h"
#include "os/proc/syscall.h"

enum { A0 = 10, A7 = 17, PAGE = 4096, BLOCKS = 8, PRIVATE_ANON = 0x22, RW = 3 };

struct fixture {
    struct mm_world *m;
    struct kernel *k;
    char out[64];
    uint32_t written;
    const char *input;
    uint8_t disk[BLOCKS][PAGE];
    struct block device;
    struct file program;
};

/* ---- The machine's part --------------------------------------------------------------------- */

static int64_t host_write(void *ctx, int fd, const uint8_t *bytes, uint32_t count)
{
    struct fixture *f = ctx;

    if (fd != 1)
        return -SYSCALL_EBADF;
    assert_true(f->written + count <= sizeof f->out);
    memcpy(f->out + f->written, bytes, count);
    f->written += count;
    return count;
}

static int64_t host_read(void *ctx, int fd, uint8_t *bytes, uint32_t count)
{
    struct fixture *f = ctx;
    uint32_t length = (uint32_t)strlen(f->input);

    (void)fd;
    length = length < count ? length : count;
    memcpy(bytes, f->input, length);
    f->input += length;
    return length;
}

static struct file *host_program(void *ctx, const char *path)
{
    return strcmp(path, "/bin/hello") == 0 ? &((struct fixture *)ctx)->program : NULL;
}

static struct file *host_file(void *ctx, int fd)
{
    return fd == 3 ? &((struct fixture *)ctx)->program : NULL;
}

static enum vm_status disk_read(void *ctx, uint64_t number, uint8_t *to)
{
    memcpy(to, ((struct fixture *)ctx)->disk[number], PAGE);
    return VM_OK;
}

static int setup(void **state)
{
    static const struct block_ops ops = {.read = disk_read};
    static struct fixture f;
    FILE *in = fopen("tests/elf/riscv/rv64.elf", "rb");
    size_t bytes;

    f = (struct fixture){.m = mm_open(WORLD_FRAMES, NULL), .input = ""};
    f.k = f.m->k;
    assert_non_null(in);
    bytes = fread(f.disk, 1, sizeof f.disk, in);
    fclose(in);
    f.device = (struct block){.ops = &ops, .ctx = &f, .blocks = BLOCKS};
    file_init(&f.program, &f.k->objects, &f.device, 0, bytes);
    proc_enter(f.k, f.m->p);
    *state = &f;
    return 0;
}

static int teardown(void **state) /* M25 */
{
    struct fixture *f = *state;

    assert_null(kernel_check(f->k));
    proc_exit_all(f->k);
    object_drop(&f->program.object);
    kmem_shrink(&f->k->kmem);
    mm_close(f->m);
    return 0;
}

/* ---- The script's instructions -------------------------------------------------------------- */

static struct thread *now(struct fixture *f)
{
    return f->k->hart->running;
}

/* What the kernel answers to an ecall with this number and up to six arguments. */
static int64_t ecall(struct fixture *f, unsigned number, const uint64_t *a)
{
    const struct syscall_host host = {host_write, host_read, host_program, host_file, f};
    struct thread *t = now(f);

    memcpy(&t->context.x[A0], a, 6 * sizeof a[0]);
    t->context.x[A7] = number;
    syscall_enter(f->k, &host);
    assert_null(kernel_check(f->k));
    return now(f) == t ? (int64_t)t->context.x[A0] : 0;
}

#define ECALL(f, number, ...) ecall(f, number, (const uint64_t[6]){__VA_ARGS__})

/* A page of anonymous memory, with these bytes at its start. */
static vaddr_t page_with(struct fixture *f, const void *bytes, uint64_t count)
{
    int64_t at = ECALL(f, SYSCALL_MMAP, 0, PAGE, RW, PRIVATE_ANON, 0, 0);

    assert_true(at > 0);
    assert_int_equal(copy_out(f->k, (vaddr_t)at, bytes, count), VM_OK);
    return (vaddr_t)at;
}

/* ---- Calls ---------------------------------------------------------------------------------- */

/* K5: the thread goes on behind the ecall, with nothing changed but a0, in the same space. */
static void a_call_changes_a0_and_goes_on_behind(void **state)
{
    struct fixture *f = *state;
    struct thread *t = now(f);
    struct context before;

    t->context.pc = 0x1000;
    for (unsigned i = 0; i < CONTEXT_REGISTERS; i++)
        t->context.x[i] = 100 + i;
    t->context.x[A7] = SYSCALL_GETPID;
    before = t->context;
    assert_int_equal(ecall(f, SYSCALL_GETPID, &before.x[A0]), f->m->p->pid);
    before.x[A0] = f->m->p->pid;
    before.pc += 4;
    assert_memory_equal(&t->context, &before, sizeof before);
    assert_int_equal(ECALL(f, 9999, 0), -SYSCALL_ENOSYS);
}

static void bytes_go_out_and_come_in(void **state) /* K5 F18 */
{
    struct fixture *f = *state;
    vaddr_t at = page_with(f, "hello\n", 6);
    char text[16];

    assert_int_equal(ECALL(f, SYSCALL_WRITE, 1, at, 6), 6);
    assert_memory_equal(f->out, "hello\n", 6);
    assert_int_equal(ECALL(f, SYSCALL_WRITE, 9, at, 6), -SYSCALL_EBADF);
    assert_int_equal(ECALL(f, SYSCALL_WRITE, 1, 0x500, 6), -SYSCALL_EFAULT);
    f->input = "typed";
    assert_int_equal(ECALL(f, SYSCALL_READ, 0, at + 100, 50), 5);
    assert_int_equal(copy_in(f->k, text, at + 100, 5), VM_OK);
    assert_memory_equal(text, "typed", 5);
    assert_int_equal(ECALL(f, SYSCALL_READ, 0, at, 50), 0);
    f->input = "x";
    assert_int_equal(ECALL(f, SYSCALL_READ, 0, 0x500, 1), -SYSCALL_EFAULT);
}

static void memory_is_mapped_changed_and_unmapped(void **state) /* K16 K17 */
{
    struct fixture *f = *state;
    int64_t at = ECALL(f, SYSCALL_MMAP, 0, 3 * PAGE + 1, RW, PRIVATE_ANON, 0, 0), brk;

    assert_int_equal(copy_out(f->k, (vaddr_t)at + 3 * PAGE, "end", 3), VM_OK);
    assert_int_equal(ECALL(f, SYSCALL_MPROTECT, (uint64_t)at, PAGE, 1), 0);
    assert_int_equal(copy_out(f->k, (vaddr_t)at, "no", 2), VM_FAULT);
    assert_int_equal(ECALL(f, SYSCALL_MPROTECT, (uint64_t)at, PAGE, 8), -SYSCALL_EINVAL);
    assert_int_equal(ECALL(f, SYSCALL_MUNMAP, (uint64_t)at, PAGE), 0);
    assert_int_equal(ECALL(f, SYSCALL_MPROTECT, (uint64_t)at, PAGE, 1), -SYSCALL_ENOMEM);
    assert_int_equal(ECALL(f, SYSCALL_MUNMAP, 1, PAGE), -SYSCALL_EINVAL);
    assert_int_equal(ECALL(f, SYSCALL_MMAP, 0, 0, RW, PRIVATE_ANON, 0, 0), -SYSCALL_EINVAL);
    assert_int_equal(ECALL(f, SYSCALL_MMAP, 0, PAGE, 1, 2, 4, 0), -SYSCALL_EBADF);
    assert_true(ECALL(f, SYSCALL_MMAP, 0, PAGE, 1, 2, 3, 0) > 0); /* a file */
    brk = ECALL(f, SYSCALL_BRK, 0);
    assert_int_equal(ECALL(f, SYSCALL_BRK, (uint64_t)brk + PAGE), brk + PAGE);
    assert_int_equal(ECALL(f, SYSCALL_BRK, 1), brk + PAGE);
    at = ECALL(f, SYSCALL_MREMAP, (uint64_t)at + PAGE, 3 * PAGE, 3 * PAGE, 3, 0x40000000);
    assert_int_equal(at, 0x40000000);
    assert_int_equal(ECALL(f, SYSCALL_MADVISE, (uint64_t)at, 3 * PAGE, 4), 0);
    assert_int_equal(ECALL(f, SYSCALL_MADVISE, (uint64_t)at, 3 * PAGE, 77), -SYSCALL_EINVAL);
}

static void a_parent_sleeps_until_its_child_has_ended(void **state) /* K5 K19 K20 */
{
    struct fixture *f = *state;
    vaddr_t word = page_with(f, "\0\0\0\0", 4);
    struct thread *parent = now(f);
    int64_t pid;
    uint32_t status;

    assert_int_equal(ECALL(f, SYSCALL_WAIT4, (uint64_t)-1, word, 0), -SYSCALL_ECHILD);
    pid = ECALL(f, SYSCALL_CLONE, 17);
    assert_int_equal(ECALL(f, SYSCALL_CLONE, 1), -SYSCALL_EINVAL);
    assert_int_equal(ECALL(f, SYSCALL_WAIT4, (uint64_t)-1, word, 1), 0);
    parent->context.pc = 0x2000;
    ECALL(f, SYSCALL_WAIT4, (uint64_t)-1, word, 0);
    assert_int_equal(parent->state, THREAD_BLOCKED);
    assert_int_equal(sched_tick(f->k)->proc->pid, pid); /* the child's turn */
    assert_int_equal(now(f)->context.x[A0], 0);
    ECALL(f, SYSCALL_EXIT, 42);
    assert_ptr_equal(sched_tick(f->k), parent); /* it asks again */
    assert_int_equal(parent->context.pc, 0x2000);
    assert_int_equal(ECALL(f, SYSCALL_WAIT4, (uint64_t)-1, word, 0), pid);
    assert_int_equal(copy_in(f->k, &status, word, 4), VM_OK);
    assert_int_equal(status, 42 << 8);
}

static void a_program_begins_with_the_strings_it_is_given(void **state) /* H17 L17 */
{
    struct fixture *f = *state;
    vaddr_t strings = page_with(f, "/bin/hello\0A=1\0/bin/nothing", 28);
    const uint64_t pointers[] = {strings, strings + 5, 0, strings + 11, 0};
    vaddr_t arrays = page_with(f, pointers, sizeof pointers);
    uint64_t word;

    assert_int_equal(ECALL(f, SYSCALL_EXECVE, strings + 15, arrays, 0), -SYSCALL_ENOENT);
    assert_int_equal(ECALL(f, SYSCALL_EXECVE, 0x500, arrays, 0), -SYSCALL_EFAULT);
    assert_int_equal(ECALL(f, SYSCALL_EXECVE, strings, 0x500, 0), -SYSCALL_EFAULT);
    f->disk[0][0] ^= 1;
    object_shrink(&f->program.object, 0);
    assert_int_equal(ECALL(f, SYSCALL_EXECVE, strings, arrays, 0), -SYSCALL_ENOEXEC);
    f->disk[0][0] ^= 1;
    object_shrink(&f->program.object, 0);
    ECALL(f, SYSCALL_EXECVE, strings, arrays, arrays + 24);
    assert_int_equal(now(f)->context.pc, 0x11160);
    assert_int_equal(copy_in(f->k, &word, now(f)->context.x[2], 8), VM_OK);
    assert_int_equal(word, 2);
    assert_int_equal(copy_in(f->k, &word, now(f)->context.x[2] + 32, 8), VM_OK);
    assert_true(word != 0); /* the environment */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_call_changes_a0_and_goes_on_behind, setup, teardown),
        cmocka_unit_test_setup_teardown(bytes_go_out_and_come_in, setup, teardown),
        cmocka_unit_test_setup_teardown(memory_is_mapped_changed_and_unmapped, setup, teardown),
        cmocka_unit_test_setup_teardown(a_parent_sleeps_until_its_child_has_ended, setup, teardown),
        cmocka_unit_test_setup_teardown(a_program_begins_with_the_strings_it_is_given, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
