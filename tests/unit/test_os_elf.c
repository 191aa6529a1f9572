/* test_os_elf.c: good ELF files, and the plans made of them. L14 L17 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../elf/elf_kinds.h"
#include "os/proc/elf.h"
#include "os/space/region.h"

static struct elf_image read_made(struct elf_bytes *file, const struct made *made)
{
    elf_make(file, made, MADE_SIZE);
    return elf_expect(file, &elf_strict, ELF_OK);
}

static int byte_at(const struct elf_image *image, const struct elf_bytes *file, uint64_t va)
{
    return elf_byte(image, file->bytes, file->size, va);
}

static void assert_segment(const struct elf_image *image, unsigned i, struct elf_segment expected)
{
    const struct elf_segment *s = &image->segments[i];

    assert_true(i < image->count);
    assert_int_equal(s->start, expected.start);
    assert_int_equal(s->end, expected.end);
    assert_int_equal(s->offset, expected.offset);
    assert_int_equal(s->file_bytes, expected.file_bytes);
    assert_int_equal(s->perms, expected.perms);
    assert_int_equal(s->phdr, expected.phdr);
}

/* L3 L14 L17 */
static void text_and_data_have_their_pages_and_permissions(void **state)
{
    static const struct made *const good[] = {&made_rv32, &made_rv64, &made_i386};
    struct elf_segment text = {0x10, 0x12, 0, 0x2000, REGION_R | REGION_X, 0};
    struct elf_segment data = {0x12, 0x15, 1, 0xd00, REGION_R | REGION_W, 1};
    struct elf_bytes file;

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct elf_image image = read_made(&file, good[i]);

        assert_int_equal(image.count, 2);
        assert_segment(&image, 0, text);
        assert_segment(&image, 1, data);
        assert_int_equal(image.machine, good[i]->machine);
        assert_int_equal(image.bits, good[i]->bits);
        assert_int_equal(image.flags, 5);
        assert_int_equal(image.entry, 0x10200);
        assert_int_equal(image.bias, 0);
        assert_int_equal(image.low, 0x10000);
        assert_int_equal(image.brk, 0x15000);
        assert_int_equal(image.phdrs, 0x10000 + (good[i]->bits == 64 ? 64 : 52));
        assert_int_equal(image.phdr_count, 4);
        assert_int_equal(image.phdr, ELF_NO_PHDR);
        assert_int_equal(image.interp_bytes, 0);
        assert_false(image.stack_exec);
    }
}

/* L17: where a position-independent file goes */
static void bias_is_rounded_up_to_the_alignment(void **state)
{
    struct elf_limits limits = elf_strict;
    struct made made = made_pie;
    struct elf_bytes file;
    struct elf_image image = read_made(&file, &made);

    (void)state;
    assert_int_equal(image.bias, 0x2aaaaa000);
    assert_int_equal(image.entry, 0x2aaaaa200);
    assert_int_equal(image.phdrs, 0x2aaaaa040);
    assert_int_equal(image.low, 0x2aaaaa000);
    assert_int_equal(image.brk, 0x2aaaaf000);
    assert_segment(&image, 1,
                   (struct elf_segment){0x2aaaac, 0x2aaaaf, 1, 0xd00, REGION_R | REGION_W, 1});
    made.phdrs[MADE_DATA].align = 0x200000;
    assert_int_equal(read_made(&file, &made).bias, 0x2aac00000);
    limits.bias = 0x2aac00001;
    assert_int_equal(elf_expect(&file, &limits, ELF_OK).bias, 0x2aae00000);
    made.type = 2; /* ET_EXEC */
    limits.low = 0;
    elf_make(&file, &made, MADE_SIZE);
    assert_int_equal(elf_expect(&file, &limits, ELF_OK).bias, 0);
}

/* L6: zeros begin at the very byte */
static void zeros_begin_where_the_file_s_bytes_end(void **state)
{
    struct made made = made_rv64;
    struct made_phdr *data = &made.phdrs[MADE_DATA];
    struct elf_bytes file;

    (void)state;
    data->offset = 0x1010;
    data->vaddr = 0x12010;
    for (uint64_t end = 0xff0; end <= 0x1010; end++) {
        for (uint64_t zeros = 1; zeros <= 0x20; zeros++) {
            struct elf_image image;

            data->filesz = end - 0x10;
            data->memsz = data->filesz + zeros;
            elf_make(&file, &made, 0x2800);
            image = elf_expect(&file, &elf_strict, ELF_OK);
            assert_int_equal(image.segments[1].file_bytes, end);
            assert_int_equal(image.brk, 0x12000 + (end + zeros + 0xfff) / 0x1000 * 0x1000);
            for (uint64_t va = 0x12fe0; va < 0x12000 + end; va++)
                assert_int_equal(byte_at(&image, &file, va), elf_pattern(0x1000 + va - 0x12000));
            for (uint64_t va = 0x12000 + end; va < image.brk; va++)
                assert_int_equal(byte_at(&image, &file, va), 0);
            assert_int_equal(byte_at(&image, &file, image.brk), -1);
        }
    }
}

/* L6: without zeros, the last page is the file's, so that it can be shared */
static void a_page_without_zeros_is_mapped_whole(void **state)
{
    struct made made = made_rv64;
    struct elf_bytes file;
    struct elf_image image;

    (void)state;
    made.phdrs[MADE_DATA].memsz = made.phdrs[MADE_DATA].filesz;
    image = read_made(&file, &made);
    assert_segment(&image, 1, (struct elf_segment){0x12, 0x13, 1, 0x1000, REGION_R | REGION_W, 1});
    assert_int_equal(byte_at(&image, &file, 0x11234), elf_pattern(0x1234));
    assert_int_equal(byte_at(&image, &file, 0x12cff), elf_pattern(0x1cff));
    assert_int_equal(byte_at(&image, &file, 0x12d00), 0); /* the end of the file */
}

/* L6: BSS alone */
static void segment_without_file_bytes_is_zero(void **state)
{
    struct made made = made_rv32;
    struct elf_bytes file;
    struct elf_image image;

    (void)state;
    made.phdrs[MADE_DATA].filesz = 0;
    made.phdrs[MADE_DATA].offset = 0xfffff123; /* means nothing */
    image = read_made(&file, &made);
    assert_segment(&image, 1, (struct elf_segment){0x12, 0x15, 0, 0, REGION_R | REGION_W, 1});
    made.phdrs[MADE_DATA].memsz = 0;
    image = read_made(&file, &made);
    assert_int_equal(image.count, 1);
    assert_int_equal(image.brk, 0x12000);
}

/* L3 L17: p_flags become permissions of a PTE */
static void permissions_follow_the_flags(void **state)
{
    enum { R = REGION_R, W = REGION_W, X = REGION_X };
    static const unsigned perms[8] = {0, X, R | W, R | W | X, R, R | X, R | W, R | W | X};
    struct elf_limits limits = elf_strict;
    struct made made = made_rv64;
    struct elf_bytes file;

    (void)state;
    limits.no_wx = false;
    for (unsigned flags = 0; flags < 8; flags++) {
        made.phdrs[MADE_DATA].flags = flags | 0x0ff00000; /* others belong to systems */
        elf_make(&file, &made, MADE_SIZE);
        assert_int_equal(elf_expect(&file, &limits, ELF_OK).segments[1].perms, perms[flags]);
    }
    made.phdrs[MADE_STACK].flags = 7;
    elf_make(&file, &made, MADE_SIZE);
    assert_true(elf_expect(&file, &limits, ELF_OK).stack_exec);
}

/* Text of 0x1234 bytes, and a second segment in its last page: at 0x11800, as data. */
static struct made neighbours(uint32_t flags)
{
    struct made made = made_rv64;
    struct made_phdr *next = &made.phdrs[MADE_DATA];

    next->vaddr = 0x11800;
    next->flags = flags;
    return made;
}

/* L17: old layouts */
static void segments_meet_in_a_page_if_the_file_has_both_there(void **state)
{
    struct made made = neighbours(5);
    struct elf_bytes file;
    struct elf_image image = read_made(&file, &made);

    (void)state;
    assert_int_equal(image.count, 1);
    assert_segment(&image, 0, (struct elf_segment){0x10, 0x14, 0, 0x1d00, REGION_R | REGION_X, 0});
    assert_int_equal(byte_at(&image, &file, 0x11cff), elf_pattern(0x1cff));
    assert_int_equal(byte_at(&image, &file, 0x11d00), 0);

    made.phdrs[MADE_DATA].offset = 0x800; /* another page of the file */
    elf_make(&file, &made, MADE_SIZE);
    elf_expect(&file, &elf_strict, ELF_SHARED_PAGE);
    made = neighbours(5);
    made.phdrs[MADE_TEXT].memsz = 0x1235; /* a zero before it */
    elf_make(&file, &made, MADE_SIZE);
    elf_expect(&file, &elf_strict, ELF_SHARED_PAGE);
    made = neighbours(4); /* other permissions */
    elf_make(&file, &made, MADE_SIZE);
    elf_expect(&file, &elf_strict, ELF_SHARED_PAGE);
}

/* L6 L17 */
static void zeros_meet_what_is_before_them(void **state)
{
    struct made made = neighbours(5);
    struct elf_bytes file;
    struct elf_image image;

    (void)state;
    made.phdrs[MADE_DATA].filesz = 0;
    image = read_made(&file, &made);
    assert_int_equal(image.count, 1);
    assert_segment(&image, 0, (struct elf_segment){0x10, 0x14, 0, 0x1800, REGION_R | REGION_X, 0});
    made.phdrs[MADE_TEXT].memsz = 0x1300;
    image = read_made(&file, &made);
    assert_segment(&image, 0, (struct elf_segment){0x10, 0x14, 0, 0x1234, REGION_R | REGION_X, 0});
}

/* L17 */
static void sixteen_segments_fit(void **state)
{
    struct made made = made_many();
    struct elf_bytes file;
    struct elf_image image = read_made(&file, &made);

    (void)state;
    assert_int_equal(image.count, ELF_SEGMENTS);
    assert_int_equal(image.phdr_count, ELF_SEGMENTS + 1);
    assert_segment(&image, 15,
                   (struct elf_segment){0x100, 0x102, 0, 0x2000, REGION_R | REGION_X, 15});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_data_have_their_pages_and_permissions),
        cmocka_unit_test(bias_is_rounded_up_to_the_alignment),
        cmocka_unit_test(zeros_begin_where_the_file_s_bytes_end),
        cmocka_unit_test(a_page_without_zeros_is_mapped_whole),
        cmocka_unit_test(segment_without_file_bytes_is_zero),
        cmocka_unit_test(permissions_follow_the_flags),
        cmocka_unit_test(segments_meet_in_a_page_if_the_file_has_both_there),
        cmocka_unit_test(zeros_meet_what_is_before_them),
        cmocka_unit_test(sixteen_segments_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
