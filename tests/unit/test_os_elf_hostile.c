/* test_os_elf_hostile.c: ELF files that are refused, each for its own reason. L17 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../elf/elf_kinds.h"
#include "os/proc/elf.h"

static enum elf_reason read_file(struct elf_image *image, struct elf_bytes *file, unsigned base)
{
    struct elf_limits limits = elf_limits_of(base);
    struct elf_file source = elf_open(file);

    return elf_read(image, &source, &limits);
}

/* L17: so it is the one change that a hostile file is refused for */
static void good_files_are_taken(void **state)
{
    (void)state;
    for (unsigned base = 0; base < BASES; base++) {
        struct elf_image image;
        struct elf_bytes file;

        elf_good(&file, base);
        assert_int_equal(read_file(&image, &file, base), ELF_OK);
    }
}

static void refuse_kind(const struct kind *kind, unsigned base)
{
    struct elf_image image;
    struct elf_bytes file;
    enum elf_reason reason;

    elf_hostile(&file, kind, base);
    reason = read_file(&image, &file, base);
    if (reason != kind->reason || image.phdr != kind->blamed)
        print_error("%s, good file %u: %s (program header %u)\n", kind->name, base,
                    elf_reason_text(reason), image.phdr);
    assert_string_equal(elf_reason_text(reason), elf_reason_text(kind->reason));
    assert_int_equal(image.phdr, kind->blamed);
}

/* L17 */
static void each_hostile_kind_is_refused_for_its_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < elf_kinds_count; i++)
        for (unsigned base = 0; base < BASES; base++)
            if (elf_kinds[i].bases >> base & 1)
                refuse_kind(&elf_kinds[i], base);
}

/* L17 */
static void every_reason_has_a_kind_and_a_text(void **state)
{
    (void)state;
    for (enum elf_reason reason = ELF_SHORT; reason <= ELF_HUGE; reason++) {
        size_t kinds = 0;

        for (size_t i = 0; i < elf_kinds_count; i++)
            kinds += elf_kinds[i].reason == reason;
        if (kinds == 0)
            fail_msg("no hostile file for \"%s\"", elf_reason_text(reason));
        for (enum elf_reason other = ELF_OK; other < reason; other++)
            assert_string_not_equal(elf_reason_text(reason), elf_reason_text(other));
    }
    assert_string_equal(elf_reason_text((enum elf_reason)99), "unknown reason");
}

static void assert_same(const struct elf_image *a, const struct elf_image *b)
{
    assert_int_equal(a->entry, b->entry);
    assert_int_equal(a->bias, b->bias);
    assert_int_equal(a->low, b->low);
    assert_int_equal(a->brk, b->brk);
    assert_int_equal(a->phdrs, b->phdrs);
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->segments, b->segments, a->count * sizeof a->segments[0]);
}

/* Size of a good file that has all it needs: the text alone, or the data behind it. */
static uint64_t needed(unsigned base)
{
    return (1u << base) & (TEXT | MANY) ? 0x1234 : MADE_SIZE;
}

/* L17: elf_open fails the test at a read beyond the end */
static void a_file_cut_short_is_refused_or_planned_alike(void **state)
{
    enum { LONGER = MADE_SIZE + 0x100 };

    (void)state;
    for (unsigned base = 0; base < BASES; base++) {
        struct elf_image whole, cut;
        struct elf_bytes file;

        elf_good(&file, base);
        assert_int_equal(read_file(&whole, &file, base), ELF_OK);
        for (file.size = 0; file.size <= LONGER; file.size++) {
            enum elf_reason reason = read_file(&cut, &file, base);

            if (reason == ELF_OK)
                assert_same(&cut, &whole);
            assert_int_equal(reason == ELF_OK, file.size >= needed(base));
        }
    }
}

/* L17: exact counts of what is read */
static void only_the_headers_are_read_each_once(void **state)
{
    (void)state;
    for (unsigned base = 0; base < BASES; base++) {
        struct elf_image image;
        struct elf_bytes file;
        uint64_t reads;

        elf_good(&file, base);
        assert_int_equal(read_file(&image, &file, base), ELF_OK);
        reads = file.reads;
        assert_int_equal(reads, 2 + image.phdr_count);
        for (file.fail_from = 1; file.fail_from <= reads; file.fail_from++) {
            assert_int_equal(read_file(&image, &file, base), ELF_UNREADABLE);
            assert_int_equal(file.reads, file.fail_from);
            assert_int_equal(image.phdr, file.fail_from <= 2 ? ELF_NO_PHDR : file.fail_from - 3);
        }
        assert_int_equal(read_file(&image, &file, base), ELF_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_files_are_taken),
        cmocka_unit_test(each_hostile_kind_is_refused_for_its_reason),
        cmocka_unit_test(every_reason_has_a_kind_and_a_text),
        cmocka_unit_test(a_file_cut_short_is_refused_or_planned_alike),
        cmocka_unit_test(only_the_headers_are_read_each_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
