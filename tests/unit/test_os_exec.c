/* test_os_exec.c: a process begins a program: what is mapped, what is read, what is on its stack,
 * and what stays when it is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../elf/elf_kinds.h"
#include "os/proc/check.h"
#include "os/proc/copy.h"
#include "os/proc/exec.h"
#include "os_fixture.h"

enum { PAGE = 4096, BLOCKS = 16 };
enum { FETCH = ATLAS_ACC_FETCH, LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE };

struct fixture {
    struct world *world;
    struct kernel *k;
    uint8_t disk[BLOCKS][PAGE];
    struct block device;
    struct file file;
    struct proc *p;
};

static enum vm_status disk_read(void *ctx, uint64_t number, uint8_t *to)
{
    struct fixture *f = ctx;

    memcpy(to, f->disk[number], PAGE);
    return VM_OK;
}

static int setup(void **state)
{
    static const struct block_ops ops = {.read = disk_read};
    const struct kernel_config config = {
        .mode = ATLAS_MODE_SV39, .table_limit = 100, .layout = {.w_xor_x = true}};
    const struct region old = {.start = 100, .end = 104, .flags = REGION_R | REGION_W};
    static struct fixture f;

    f = (struct fixture){.world = world_open(WORLD_FRAMES)};
    f.world->params.levels = 3;
    assert_int_equal(kernel_boot(&f.k, &f.world->phys, &f.world->mmu, &config), VM_OK);
    f.device = (struct block){.ops = &ops, .ctx = &f, .blocks = BLOCKS};
    assert_int_equal(proc_create(f.k, &f.p), VM_OK);
    assert_int_equal(space_map(&f.p->space, &old), VM_OK);
    proc_enter(f.k, f.p);
    *state = &f;
    return 0;
}

static int teardown(void **state) /* K19 M25 */
{
    struct fixture *f = *state;
    const uint32_t *by_kind = f->k->frames.by_kind;

    assert_null(kernel_check(f->k));
    proc_exit_all(f->k);
    object_drop(&f->file.object);
    kmem_shrink(&f->k->kmem);
    assert_int_equal(by_kind[FRAME_FREE] + by_kind[FRAME_RESERVED], f->k->frames.count);
    world_close(f->world);
    return 0;
}

/* Put bytes on the disk, as the file. */
static void use_file(struct fixture *f, const uint8_t *bytes, uint64_t size)
{
    if (f->file.object.refs > 0)
        object_drop(&f->file.object);
    memset(f->disk, 0xee, sizeof f->disk);
    memcpy(f->disk, bytes, size);
    file_init(&f->file, &f->k->objects, &f->device, 0, size);
    f->device.reads = 0;
}

static void use_program(struct fixture *f, const char *path)
{
    static uint8_t bytes[BLOCKS * PAGE];
    FILE *in = fopen(path, "rb");
    size_t size;

    assert_non_null(in);
    size = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    use_file(f, bytes, size);
}

static enum vm_status exec(struct fixture *f, struct exec_why *why)
{
    static const char strings[] = "hello\0two words\0HOME=/";
    const struct elf_args args = {
        .strings = strings, .length = sizeof strings, .argc = 2, .envc = 1, .random = {1, 2, 3}};

    return exec_file(f->k, f->k->hart->running, why, &f->file, &args);
}

static void exec_program(struct fixture *f, const char *path)
{
    struct exec_why why;

    use_program(f, path);
    assert_int_equal(exec(f, &why), VM_OK);
    assert_null(kernel_check(f->k));
}

static enum proc_outcome touch(struct fixture *f, vaddr_t va, unsigned acc)
{
    struct atlas_rsp rsp;

    return proc_access(f->k, &rsp, 0, va, (uint8_t)acc);
}

static uint64_t word(struct fixture *f, vaddr_t va)
{
    uint64_t value;

    assert_int_equal(copy_in(f->k, &value, va, sizeof value), VM_OK);
    return value;
}

static const struct region *region_at(struct fixture *f, vaddr_t va)
{
    return regions_find(&f->p->space.regions, va >> ATLAS_PAGE_SHIFT);
}

/* ---- What a program finds ------------------------------------------------------------------- */

/* L3 L14 L17 L18 L19: text at 11000, constants at 10000, data and bss from 12000 on. */
static void a_program_is_mapped_by_its_segments(void **state)
{
    static const struct {
        vaddr_t va;
        enum region_kind kind;
        unsigned perms;
    } places[] = {
        {0x10000, REGION_RODATA, REGION_R},
        {0x11160, REGION_TEXT, REGION_R | REGION_X},
        {0x121a8, REGION_DATA, REGION_R | REGION_W},
        {0x13000, REGION_BSS, REGION_R | REGION_W},
    };
    struct fixture *f = *state;

    exec_program(f, "tests/elf/riscv/rv64.elf");
    assert_int_equal(f->p->threads->context.pc, 0x11160);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(region_at(f, places[i].va)->kind, places[i].kind);
        assert_int_equal(region_at(f, places[i].va)->flags, places[i].perms);
    }
    assert_int_equal(region_at(f, f->p->threads->context.x[2])->kind, REGION_STACK);
    assert_null(region_at(f, 0));
    assert_null(region_at(f, 100 << 12)); /* what was there before */
    assert_int_equal(f->p->space.brk & ~UINT64_C(0xfff), 0x15000);
    assert_int_equal(touch(f, 0x11160, FETCH), PROC_OK);
    assert_int_equal(touch(f, 0x11160, STORE), PROC_SEGV); /* L4 */
    assert_int_equal(touch(f, 0x121a8, FETCH), PROC_SEGV);
}

/* L5 L6: the data begins with the file's bytes and goes on with zeros; the file stays as it is. */
static void data_comes_from_the_file_and_bss_is_zero(void **state)
{
    struct fixture *f = *state;
    uint8_t before[PAGE];

    exec_program(f, "tests/elf/riscv/rv64.elf");
    memcpy(before, f->disk[0], PAGE);
    assert_int_equal(word(f, 0x121a8), 7);
    for (vaddr_t va = 0x121b0; va < 0x13000; va += 8)
        assert_int_equal(word(f, va), 0);
    assert_int_equal(word(f, 0x13000), 0);
    assert_int_equal(copy_out(f->k, 0x121a8, "changed!", 8), VM_OK);
    assert_memory_equal(f->disk[0], before, PAGE);
    assert_int_equal(word(f, 0x101a8), 7); /* the file's own page, mapped as constants */
}

static void the_stack_holds_arguments_environment_and_auxv(void **state) /* H17 */
{
    struct fixture *f = *state;
    char text[32];
    uint64_t length, sp;

    exec_program(f, "tests/elf/riscv/rv64.elf");
    sp = f->p->threads->context.x[2];
    assert_int_equal(sp % 16, 0);
    assert_int_equal(word(f, sp), 2);
    assert_int_equal(copy_in_string(f->k, text, &length, word(f, sp + 8), 32), VM_OK);
    assert_string_equal(text, "hello");
    assert_int_equal(copy_in_string(f->k, text, &length, word(f, sp + 16), 32), VM_OK);
    assert_string_equal(text, "two words");
    assert_int_equal(word(f, sp + 24), 0);
    assert_int_equal(copy_in_string(f->k, text, &length, word(f, sp + 32), 32), VM_OK);
    assert_string_equal(text, "HOME=/");
    assert_int_equal(word(f, sp + 40), 0);
    assert_int_equal(word(f, sp + 48), ELF_AT_PHDR);
    assert_int_equal(word(f, sp + 56), 0x10040);
    assert_int_equal(touch(f, sp - 3 * PAGE, STORE), PROC_OK); /* it grows */
}

/* F3 M11: nothing is read before it is touched, and nothing twice, whoever runs it. */
static void only_what_is_touched_is_read_and_once(void **state)
{
    struct fixture *f = *state;
    static struct elf_bytes made;
    struct exec_why why;
    struct proc *first = f->p;
    uint64_t headers;

    elf_good(&made, 1);
    use_file(f, made.bytes, made.size);
    assert_int_equal(exec(f, &why), VM_OK);
    headers = f->device.reads;
    assert_int_equal(headers, 1);
    for (const struct region *r = f->p->space.regions.first; r; r = r->next)
        if (r->kind == REGION_TEXT)
            assert_int_equal(touch(f, r->start << 12, FETCH), PROC_OK);
    assert_true(f->device.reads <= headers + 1);
    headers = f->device.reads;
    assert_int_equal(proc_create(f->k, &f->p), VM_OK);
    proc_enter(f->k, f->p);
    assert_int_equal(exec(f, &why), VM_OK);
    for (const struct region *r = f->p->space.regions.first; r; r = r->next)
        if (r->kind == REGION_TEXT)
            assert_int_equal(touch(f, r->start << 12, FETCH), PROC_OK);
    assert_int_equal(f->device.reads, headers);
    assert_int_equal(f->p->faults.count[FAULT_PAGER], 0);
    assert_int_equal(first->faults.count[FAULT_COPY], 0);
}

static void a_position_independent_program_goes_where_the_layout_says(void **state) /* L18 */
{
    struct fixture *f = *state;
    vaddr_t image;

    exec_program(f, "tests/elf/riscv/rv64-pie.elf");
    image = f->p->space.layout.image << ATLAS_PAGE_SHIFT;
    assert_int_equal(region_at(f, image)->start, image >> ATLAS_PAGE_SHIFT);
    assert_true(f->p->threads->context.pc > image);
    assert_int_equal(touch(f, f->p->threads->context.pc, FETCH), PROC_OK);
}

/* ---- What becomes of the old one ------------------------------------------------------------ */

static void exec_ends_what_the_process_was(void **state) /* K19 M24 */
{
    struct fixture *f = *state;
    struct thread *second;
    struct proc *child;
    uint32_t asid;

    assert_int_equal(touch(f, 100 << 12, STORE), PROC_OK);
    assert_int_equal(thread_create(f->k, &second, f->p), VM_OK);
    assert_int_equal(proc_fork(f->k, &child, f->p->threads), VM_OK);
    child->parent = 0;
    asid = f->p->space.asid;
    exec_program(f, "tests/elf/riscv/rv64.elf");
    assert_null(f->p->threads->next);
    assert_int_not_equal(f->p->space.asid, asid);
    assert_int_equal(f->p->space.asid, f->p->asid.value);
    assert_ptr_equal(proc_running(f->k), f->p);
    assert_int_equal(touch(f, 100 << 12, LOAD), PROC_SEGV);
    proc_enter(f->k, child);
    assert_int_equal(touch(f, 100 << 12, LOAD), PROC_OK); /* fork's copy lives */
}

/* L17: each hostile file is refused with its reason, and the process goes on as it was. */
static void hostile_files_are_refused_and_change_nothing(void **state)
{
    static struct elf_bytes made;
    struct fixture *f = *state;
    unsigned refused = 0;

    f->p->space.limits.address_space = elf_limits_of(1).pages;
    assert_int_equal(touch(f, 100 << 12, STORE), PROC_OK);
    for (size_t i = 0; i < elf_kinds_count; i++) {
        uint32_t tables = f->k->frames.by_kind[FRAME_TABLE];
        struct exec_why why;

        if (!(elf_kinds[i].bases & RV64))
            continue;
        elf_hostile(&made, &elf_kinds[i], 1);
        use_file(f, made.bytes, made.size);
        if (exec(f, &why) == VM_OK)
            fail_msg("%s: not refused", elf_kinds[i].name);
        refused += why.reason == elf_kinds[i].reason;
        assert_int_equal(f->k->frames.by_kind[FRAME_TABLE], tables);
        assert_null(kernel_check(f->k));
        assert_int_equal(touch(f, 100 << 12, LOAD), PROC_OK);
    }
    assert_true(refused >= 30);
}

/* Every frame that is asked for refused in turn: the old program goes on, until exec succeeds. */
static void without_memory_the_old_program_goes_on(void **state)
{
    struct fixture *f = *state;
    struct exec_why why;
    unsigned n = 0;

    use_program(f, "tests/elf/riscv/rv64.elf");
    assert_int_equal(touch(f, 100 << 12, STORE), PROC_OK);
    for (;;) {
        enum vm_status status;

        kmem_shrink(&f->k->kmem);
        object_shrink(&f->file.object, 0);
        f->k->frames.fail_at = ++n;
        status = exec(f, &why);
        assert_null(kernel_check(f->k));
        if (f->k->frames.fail_at > 0 || status == VM_OK)
            break;
        assert_int_equal(status, why.reason == ELF_UNREADABLE ? VM_RANGE : VM_NOMEM);
        assert_int_equal(touch(f, 100 << 12, LOAD), PROC_OK);
    }
    f->k->frames.fail_at = 0;
    assert_true(n > 8);
    assert_int_equal(f->p->threads->context.pc, 0x11160);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_program_is_mapped_by_its_segments, setup, teardown),
        cmocka_unit_test_setup_teardown(data_comes_from_the_file_and_bss_is_zero, setup, teardown),
        cmocka_unit_test_setup_teardown(the_stack_holds_arguments_environment_and_auxv, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(only_what_is_touched_is_read_and_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_position_independent_program_goes_where_the_layout_says,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(exec_ends_what_the_process_was, setup, teardown),
        cmocka_unit_test_setup_teardown(hostile_files_are_refused_and_change_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(without_memory_the_old_program_goes_on, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
