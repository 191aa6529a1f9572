/* test_os_elf_limits.c: what the caller of elf_read allows, and what it is told. L17 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../elf/elf_make.h"
#include "os/proc/elf.h"

/* L17: each limit to the page, and one page beyond it */
static void limits_are_exact(void **state)
{
    struct elf_limits limits = {.low = 0x10000, .top = 0x15000, .pages = 5};
    struct elf_bytes file;

    (void)state;
    elf_make(&file, &made_rv32, MADE_SIZE);
    elf_expect(&file, &limits, ELF_OK);
    limits.low = 0x11000;
    assert_int_equal(elf_expect(&file, &limits, ELF_LOW).phdr, MADE_TEXT);
    limits.low = 0;
    limits.top = 0x14000;
    assert_int_equal(elf_expect(&file, &limits, ELF_HIGH).phdr, MADE_DATA);
    limits.top = 0x15000;
    limits.pages = 4;
    assert_int_equal(elf_expect(&file, &limits, ELF_HUGE).phdr, MADE_DATA);
}

/* L17 */
static void segments_reach_the_last_page_of_32_bits(void **state)
{
    struct elf_limits limits = elf_strict;
    struct made made = made_rv32;
    struct elf_bytes file;

    (void)state;
    limits.pages = UINT64_MAX;
    made.phdrs[MADE_DATA].memsz = 0xffffffff - 0x12800;
    elf_make(&file, &made, MADE_SIZE);
    assert_int_equal(elf_expect(&file, &limits, ELF_OK).brk, UINT64_C(1) << 32);
    made.phdrs[MADE_DATA].memsz++;
    elf_make(&file, &made, MADE_SIZE);
    elf_expect(&file, &limits, ELF_WRAP);
    made.type = 3; /* ET_DYN, moved beyond 32 bits */
    made.phdrs[MADE_DATA].memsz -= 0x1000;
    elf_make(&file, &made, MADE_SIZE);
    limits.bias = 0x1000;
    assert_int_equal(elf_expect(&file, &limits, ELF_OK).brk, UINT64_C(1) << 32);
    limits.bias = 0x2000;
    elf_expect(&file, &limits, ELF_HIGH);
}

/* L17 */
static void as_many_program_headers_as_allowed_are_read(void **state)
{
    struct elf_bytes file;

    (void)state;
    elf_make(&file, &made_text, MADE_SIZE);
    memset(file.bytes + 64 + 56, 0, (ELF_PHDRS - 1) * 56); /* PT_NULL */
    elf_set(&file, 0, E_PHNUM, ELF_PHDRS);
    assert_int_equal(elf_expect(&file, &elf_strict, ELF_OK).phdr_count, ELF_PHDRS);
    assert_int_equal(file.reads, 2 + ELF_PHDRS);
}

/* L17 */
static void other_machines_and_widths_are_refused_if_one_is_wanted(void **state)
{
    struct elf_limits rv64 = {.top = 1 << 20, .pages = 99, .machine = ELF_RISCV, .bits = 64};
    struct elf_bytes file;

    (void)state;
    elf_make(&file, &made_rv64, MADE_SIZE);
    elf_expect(&file, &rv64, ELF_OK);
    elf_make(&file, &made_rv32, MADE_SIZE);
    elf_expect(&file, &rv64, ELF_CLASS);
    elf_make(&file, &made_pie, MADE_SIZE);
    elf_expect(&file, &rv64, ELF_MACHINE);
}

/* L17 */
static void interpreter_is_reported_if_allowed(void **state)
{
    struct elf_limits limits = elf_strict;
    struct made made = made_dynamic();
    struct elf_bytes file;
    struct elf_image image;

    (void)state;
    limits.interpreter = true;
    elf_make(&file, &made, MADE_SIZE);
    image = elf_expect(&file, &limits, ELF_OK);
    assert_int_equal(image.interp_offset, 0x1000);
    assert_int_equal(image.interp_bytes, 16);
    for (uint32_t bytes = 1; bytes <= 4097; bytes++) {
        made.phdrs[MADE_NOTE].filesz = bytes;
        elf_make(&file, &made, 0x3000);
        image = elf_expect(&file, &limits, bytes >= 2 && bytes <= 4096 ? ELF_OK : ELF_INTERP);
        assert_int_equal(image.interp_bytes, bytes >= 2 && bytes <= 4096 ? bytes : 0);
    }
}

/* Text at offset 0x1000 of the file and its program header at `phoff`. */
static vaddr_t phdrs_at(uint64_t phoff, uint64_t filesz)
{
    struct made made = made_text;
    struct elf_bytes file;

    made.phdrs[0].offset = 0x1000;
    made.phdrs[0].filesz = filesz;
    elf_make(&file, &made, 0x3000);
    memmove(file.bytes + phoff, file.bytes + 64, 56);
    elf_set(&file, 0, E_PHOFF, phoff);
    return elf_expect(&file, &elf_strict, ELF_OK).phdrs;
}

/* H17: AT_PHDR */
static void program_headers_have_an_address_if_a_segment_holds_them_all(void **state)
{
    (void)state;
    assert_int_equal(phdrs_at(0x1000, 0x1000), 0x10000);
    assert_int_equal(phdrs_at(0x1100, 0x1000), 0x10100);
    assert_int_equal(phdrs_at(0x1100, 0x138), 0x10100);
    assert_int_equal(phdrs_at(0x1100, 0x137), 0);
    assert_int_equal(phdrs_at(0xfff, 0x1000), 0);
    assert_int_equal(phdrs_at(0x40, 0x1000), 0);
}

static void limits_that_are_no_pages_are_a_bug(void **state)
{
    struct elf_limits limits = elf_strict;
    struct elf_image image;
    struct elf_bytes file;
    struct elf_file source;

    (void)state;
    elf_make(&file, &made_rv64, MADE_SIZE);
    source = elf_open(&file);
    limits.low++;
    expect_assert_failure(elf_read(&image, &source, &limits));
    limits = elf_strict;
    limits.top--;
    expect_assert_failure(elf_read(&image, &source, &limits));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_exact),
        cmocka_unit_test(segments_reach_the_last_page_of_32_bits),
        cmocka_unit_test(as_many_program_headers_as_allowed_are_read),
        cmocka_unit_test(other_machines_and_widths_are_refused_if_one_is_wanted),
        cmocka_unit_test(interpreter_is_reported_if_allowed),
        cmocka_unit_test(program_headers_have_an_address_if_a_segment_holds_them_all),
        cmocka_unit_test(limits_that_are_no_pages_are_a_bug),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
