/* test_os_file.c: files on a block device: what is read, how often, and what its end looks like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "os/proc/proc.h"
#include "os/space/file.h"
#include "os_fixture.h"

enum { R = REGION_R, RW = REGION_R | REGION_W, BLOCKS = 8, PAGE = 4096, FIRST = 2 };
enum { LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE };

struct disk {
    uint8_t bytes[BLOCKS][PAGE];
    uint64_t broken; /* a block that cannot be read */
};

struct fixture {
    struct world *world;
    struct kernel *k;
    struct disk disk;
    struct block device;
    struct file file;
};

static enum vm_status disk_read(void *ctx, uint64_t number, uint8_t *to)
{
    const struct disk *d = ctx;

    memcpy(to, d->bytes[number], PAGE);
    return number == d->broken ? VM_IO : VM_OK;
}

static enum vm_status disk_write(void *ctx, uint64_t number, const uint8_t *from)
{
    struct disk *d = ctx;

    memcpy(d->bytes[number], from, PAGE);
    return VM_OK;
}

static const struct block_ops ops = {disk_read, disk_write}, read_only = {.read = disk_read};

/* A file of four pages and 100 bytes, from block FIRST on; block n is full of n + 1. */
static int setup(void **state)
{
    const struct kernel_config config = {.mode = ATLAS_MODE_SV39, .table_limit = 100};
    static struct fixture f;

    f = (struct fixture){.world = world_open(WORLD_FRAMES), .disk.broken = BLOCKS};
    f.world->params.levels = 3;
    assert_int_equal(kernel_boot(&f.k, &f.world->phys, &f.world->mmu, &config), VM_OK);
    for (unsigned i = 0; i < BLOCKS; i++)
        memset(f.disk.bytes[i], (int)i + 1, PAGE);
    f.device = (struct block){.ops = &ops, .ctx = &f.disk, .blocks = BLOCKS};
    file_init(&f.file, &f.k->objects, &f.device, FIRST, 4 * PAGE + 100);
    *state = &f;
    return 0;
}

static int teardown(void **state) /* M25 */
{
    struct fixture *f = *state;
    const uint32_t *by_kind = f->k->frames.by_kind;

    proc_exit_all(f->k);
    object_drop(&f->file.object);
    assert_int_equal(by_kind[FRAME_FREE] + by_kind[FRAME_RESERVED], f->k->frames.count);
    world_close(f->world);
    return 0;
}

static struct proc *spawn(struct fixture *f, unsigned flags)
{
    const struct region model = {
        .start = 16, .end = 24, .flags = flags, .object = &f->file.object, .offset = 0};
    struct proc *p;

    assert_int_equal(proc_create(f->k, &p), VM_OK);
    assert_int_equal(space_map(&p->space, &model), VM_OK);
    return p;
}

static enum proc_outcome touch(struct fixture *f, struct proc *p, vaddr_t va, unsigned acc,
                               uint8_t **at)
{
    struct atlas_rsp rsp;
    enum proc_outcome outcome;

    proc_enter(f->k, p);
    outcome = proc_access(f->k, &rsp, 0, va, (uint8_t)acc);
    *at = outcome == PROC_OK ? phys_ptr(&f->world->phys, rsp.pa) : NULL;
    return outcome;
}

/* F3: what nobody touches is not read, and what many touch is read once. */
static void reads_are_exact(void **state)
{
    struct fixture *f = *state;
    struct proc *p = spawn(f, R), *q = spawn(f, RW);
    uint8_t *at;

    assert_int_equal(f->device.reads, 0);
    assert_int_equal(touch(f, p, 0x11000, LOAD, &at), PROC_OK);
    assert_int_equal(*at, FIRST + 2);
    assert_int_equal(touch(f, p, 0x11800, LOAD, &at), PROC_OK);
    assert_int_equal(touch(f, q, 0x11000, STORE, &at), PROC_OK);
    assert_int_equal(f->device.reads, 1);
    assert_int_equal(p->faults.count[FAULT_PAGER], 1);
    assert_int_equal(q->faults.count[FAULT_CACHE], 1);
    *at = 99;
    assert_int_equal(f->disk.bytes[FIRST + 1][0], FIRST + 2);
    assert_int_equal(f->device.writes, 0);
}

/* L6: byte by byte around the end of the file. */
static void the_last_page_ends_in_zeros(void **state)
{
    struct fixture *f = *state;
    struct proc *p = spawn(f, R);
    uint8_t *at;

    assert_int_equal(touch(f, p, 0x14000, LOAD, &at), PROC_OK);
    for (unsigned i = 0; i < PAGE; i++)
        assert_int_equal(at[i], i < 100 ? FIRST + 5 : 0);
    assert_int_equal(touch(f, p, 0x15000, LOAD, &at), PROC_SIGBUS);
}

static void a_device_that_fails_is_a_bus_error_and_nothing_is_kept(void **state)
{
    struct fixture *f = *state;
    struct proc *p = spawn(f, R);
    uint8_t *at;

    f->disk.broken = FIRST;
    assert_int_equal(touch(f, p, 0x10000, LOAD, &at), PROC_SIGBUS);
    assert_int_equal(f->device.errors, 1);
    assert_int_equal(f->file.object.pages, 0);
    f->disk.broken = BLOCKS;
    assert_int_equal(touch(f, p, 0x10000, LOAD, &at), PROC_OK);
    assert_int_equal(*at, FIRST + 1);
    assert_int_equal(f->device.reads, 2);
}

static void bytes_are_read_across_pages_and_not_beyond_the_end(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[8];

    assert_int_equal(file_read(&f->file, PAGE - 3, bytes, 8), VM_OK);
    assert_memory_equal(bytes, "\3\3\3\4\4\4\4\4", 8);
    assert_int_equal(file_read(&f->file, 4 * PAGE + 96, bytes, 4), VM_OK);
    assert_memory_equal(bytes, "\7\7\7\7", 4);
    assert_int_equal(file_read(&f->file, 4 * PAGE + 96, bytes, 5), VM_RANGE);
    assert_int_equal(file_read(&f->file, UINT64_MAX, bytes, 2), VM_RANGE);
    assert_int_equal(f->device.reads, 3);
}

static void a_device_has_so_many_blocks_and_may_be_read_only(void **state)
{
    struct fixture *f = *state;
    uint8_t block[PAGE] = {42};

    assert_int_equal(block_read(&f->device, BLOCKS, block), VM_RANGE);
    assert_int_equal(block_write(&f->device, BLOCKS - 1, block), VM_OK);
    assert_int_equal(f->disk.bytes[BLOCKS - 1][0], 42);
    f->device.ops = &read_only;
    assert_int_equal(block_write(&f->device, 0, block), VM_DENIED);
    assert_int_equal(f->device.writes, 1);
    assert_int_equal(f->device.reads, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_are_exact, setup, teardown),
        cmocka_unit_test_setup_teardown(the_last_page_ends_in_zeros, setup, teardown),
        cmocka_unit_test_setup_teardown(a_device_that_fails_is_a_bus_error_and_nothing_is_kept,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(bytes_are_read_across_pages_and_not_beyond_the_end, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_device_has_so_many_blocks_and_may_be_read_only, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
