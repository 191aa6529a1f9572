/* test_os_elf_real.c: real programs, as elf_read plans them and as libelf reads them.
 * L14 L17 */
#include <fcntl.h>
#include <gelf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "../elf/elf_make.h"
#include "os/space/region.h"

enum { BIAS = 0x2aaaa000 }; /* within 32 bits */

struct program {
    uint8_t *bytes;
    size_t size;
    Elf *elf;
    GElf_Ehdr header;
    struct elf_image image;
};

static enum vm_status read_bytes(void *ctx, uint64_t offset, void *buf, uint32_t bytes)
{
    struct program *p = ctx;

    assert_true(offset <= p->size && bytes <= p->size - offset);
    memcpy(buf, p->bytes + offset, bytes);
    return VM_OK;
}

static bool open_program(struct program *p, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0)
        return false;
    assert_int_equal(fstat(fd, &st), 0);
    p->size = (size_t)st.st_size;
    p->bytes = mmap(NULL, p->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    close(fd);
    assert_true(p->bytes != MAP_FAILED);
    assert_int_not_equal(elf_version(EV_CURRENT), EV_NONE);
    p->elf = elf_memory((char *)p->bytes, p->size);
    return gelf_getehdr(p->elf, &p->header) != NULL;
}

static void plan_program(struct program *p)
{
    struct elf_limits limits = elf_strict;
    struct elf_file file = {.read = read_bytes, .ctx = p, .size = p->size};

    limits.interpreter = true;
    limits.bias = BIAS;
    limits.top = UINT64_C(1) << 47;
    assert_string_equal(elf_reason_text(elf_read(&p->image, &file, &limits)), "a program");
}

static const struct elf_segment *segment_of(const struct elf_image *image, uint64_t va)
{
    for (uint32_t i = 0; i < image->count; i++)
        if (image->segments[i].start <= va / 4096 && va / 4096 < image->segments[i].end)
            return &image->segments[i];
    return NULL;
}

static void assert_contents(const struct program *p, const GElf_Phdr *load)
{
    for (uint64_t i = 0; i < load->p_memsz; i++) {
        int expected = i < load->p_filesz ? p->bytes[load->p_offset + i] : 0;
        uint64_t va = p->image.bias + load->p_vaddr + i;

        if (elf_byte(&p->image, p->bytes, p->size, va) != expected)
            fail_msg("byte at %#lx is not %d", (unsigned long)va, expected);
    }
}

static void assert_load(const struct program *p, const GElf_Phdr *load)
{
    uint64_t va = p->image.bias + load->p_vaddr;
    const struct elf_segment *s = segment_of(&p->image, va);

    assert_non_null(s);
    assert_int_equal(s->start, va / 4096);
    assert_int_equal(s->end, (va + load->p_memsz + 4095) / 4096);
    assert_int_equal(s->offset, load->p_offset / 4096);
    assert_int_equal(!!(s->perms & REGION_R), !!(load->p_flags & PF_R));
    assert_int_equal(!!(s->perms & REGION_W), !!(load->p_flags & PF_W));
    assert_int_equal(!!(s->perms & REGION_X), !!(load->p_flags & PF_X));
    if (load->p_filesz < load->p_memsz)
        assert_int_equal(s->file_bytes, va % 4096 + load->p_filesz);
    assert_contents(p, load);
}

/* Every program header that elf_read takes; returns the number of PT_LOADs. */
static unsigned compare_phdrs(const struct program *p)
{
    unsigned loads = 0;
    GElf_Phdr phdr;

    for (int i = 0; i < p->header.e_phnum; i++) {
        assert_non_null(gelf_getphdr(p->elf, i, &phdr));
        if (phdr.p_type == PT_LOAD && ++loads)
            assert_load(p, &phdr);
        if (phdr.p_type == PT_PHDR)
            assert_int_equal(p->image.phdrs, p->image.bias + phdr.p_vaddr);
        if (phdr.p_type == PT_GNU_STACK)
            assert_int_equal(p->image.stack_exec, !!(phdr.p_flags & PF_X));
        if (phdr.p_type == PT_INTERP) {
            assert_int_equal(p->image.interp_offset, phdr.p_offset);
            assert_int_equal(p->image.interp_bytes, phdr.p_filesz);
        }
    }
    return loads;
}

/* False if there is no such file. */
static bool compare(const char *path)
{
    struct program p = {0};

    if (!open_program(&p, path))
        return false;
    plan_program(&p);
    assert_int_equal(p.image.machine, p.header.e_machine);
    assert_int_equal(p.image.bits, gelf_getclass(p.elf) == ELFCLASS64 ? 64 : 32);
    assert_int_equal(p.image.flags, p.header.e_flags);
    assert_int_equal(p.image.entry, p.image.bias + p.header.e_entry);
    assert_int_equal(p.image.bias, p.header.e_type == ET_DYN ? BIAS : 0);
    assert_int_equal(p.image.phdr_count, p.header.e_phnum);
    assert_int_equal(p.image.count, compare_phdrs(&p));
    elf_end(p.elf);
    munmap(p.bytes, p.size);
    return true;
}

/* L14 L17 */
static void this_program_is_read_as_libelf_reads_it(void **state)
{
    (void)state;
    assert_true(compare("/proc/self/exe"));
}

/* L14 L17 */
static void programs_of_the_system_are_read_as_libelf_reads_them(void **state)
{
    /* The last one is position-independent and has no interpreter. */
    static const char *const paths[] = {"/bin/true", "/bin/sh", "/lib64/ld-linux-x86-64.so.2"};

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (!compare(paths[i]))
            print_message("%s: no ELF file here\n", paths[i]);
}

/* L14 L17: rv32.elf and its fellows, which lld has made of tests/elf/riscv/hello.S */
static void riscv_programs_are_read_as_libelf_reads_them(void **state)
{
    (void)state;
    assert_true(compare("tests/elf/riscv/rv32.elf"));
    assert_true(compare("tests/elf/riscv/rv32-pie.elf"));
    assert_true(compare("tests/elf/riscv/rv64.elf"));
    assert_true(compare("tests/elf/riscv/rv64-pie.elf"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(riscv_programs_are_read_as_libelf_reads_them),
        cmocka_unit_test(this_program_is_read_as_libelf_reads_it),
        cmocka_unit_test(programs_of_the_system_are_read_as_libelf_reads_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
