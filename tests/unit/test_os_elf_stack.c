/* test_os_elf_stack.c: the stack that a program finds when it starts. H17 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "os/proc/elf_stack.h"

enum { CAPACITY = 4096 };

static const struct elf_aux extra[] = {{16, 0x1105}, {17, 100}};          /* AT_HWCAP, AT_CLKTCK */
static const struct elf_args args = {.strings = "prog\0-x\0\0HOME=/\0A=", /* the last NUL too */
                                     .length = 19,
                                     .argc = 3,
                                     .envc = 2,
                                     .random = "0123456789abcde",
                                     .base = 0x7000,
                                     .aux = extra,
                                     .auxc = 2};

static const struct elf_image image64 = {
    .bits = 64, .entry = 0x10200, .phdrs = 0x10040, .phdr_count = 4};
static const struct elf_image image32 = {
    .bits = 32, .entry = 0x10200, .phdrs = 0x10034, .phdr_count = 4};

/* A stack, read as a program would read it. */
struct stack {
    uint8_t bytes[CAPACITY];
    vaddr_t sp, top;
    unsigned word;
};

static enum vm_status build(struct stack *s, const struct elf_image *image,
                            const struct elf_args *given, vaddr_t top, uint32_t capacity)
{
    memset(s, 0xee, sizeof *s);
    s->top = top;
    s->word = image->bits / 8;
    return elf_stack_build(&s->sp, s->bytes, capacity, image, given, top);
}

static uint64_t word_at(const struct stack *s, vaddr_t at)
{
    uint64_t value = 0;

    assert_true(at >= s->sp && at + s->word <= s->top);
    memcpy(&value, s->bytes + (at - s->sp), s->word);
    return value;
}

static uint64_t next(const struct stack *s, vaddr_t *at)
{
    uint64_t value = word_at(s, *at);

    *at += s->word;
    return value;
}

static void assert_string(const struct stack *s, vaddr_t *at, const char *expected)
{
    vaddr_t string = next(s, at);

    assert_true(string >= s->sp && string + strlen(expected) + 1 <= s->top);
    assert_string_equal(s->bytes + (string - s->sp), expected);
}

static void assert_aux(const struct stack *s, vaddr_t *at, uint64_t type, uint64_t value)
{
    assert_int_equal(next(s, at), type);
    assert_int_equal(next(s, at), value);
}

static vaddr_t assert_strings(const struct stack *s)
{
    vaddr_t at = s->sp;

    assert_int_equal(next(s, &at), 3);
    assert_string(s, &at, "prog");
    assert_string(s, &at, "-x");
    assert_string(s, &at, "");
    assert_int_equal(next(s, &at), 0);
    assert_string(s, &at, "HOME=/");
    assert_string(s, &at, "A=");
    assert_int_equal(next(s, &at), 0);
    return at;
}

static void assert_stack(const struct stack *s, const struct elf_image *image, unsigned auxc)
{
    vaddr_t at = assert_strings(s), random;

    assert_aux(s, &at, 3, image->phdrs);
    assert_aux(s, &at, 4, s->word == 8 ? 56 : 32);
    assert_aux(s, &at, 5, 4);
    assert_aux(s, &at, 6, 4096);
    assert_aux(s, &at, 7, 0x7000);
    assert_aux(s, &at, 9, 0x10200);
    assert_int_equal(next(s, &at), 25);
    random = next(s, &at);
    for (unsigned i = 0; i < auxc; i++)
        assert_aux(s, &at, extra[i].type, extra[i].value);
    assert_aux(s, &at, 0, 0);
    assert_true(random >= at && random % 16 == 0);
    assert_memory_equal(s->bytes + (random - s->sp), "0123456789abcde", 16);
}

/* H17 */
static void both_widths_find_their_arguments(void **state)
{
    struct stack s;

    (void)state;
    assert_int_equal(build(&s, &image64, &args, 0x3ffffff000, CAPACITY), VM_OK);
    assert_stack(&s, &image64, 2);
    assert_int_equal(build(&s, &image32, &args, UINT64_C(1) << 32, CAPACITY), VM_OK);
    assert_stack(&s, &image32, 2);
}

/* H17: whatever the number of words and the length of the strings */
static void stack_pointer_is_aligned_and_waste_is_small(void **state)
{
    struct elf_args given = args;
    struct stack s;

    (void)state;
    for (given.auxc = 0; given.auxc <= 2; given.auxc++) {
        for (vaddr_t top = 0x3fffffe000; top < 0x3fffffe020; top++) {
            for (unsigned i = 0; i < 2; i++) {
                const struct elf_image *image = i ? &image32 : &image64;
                uint64_t least = 19 + 16 + (1 + 4 + 3 + 2 * (8 + given.auxc)) * image->bits / 8;

                assert_int_equal(build(&s, image, &given, top >> (i * 8), CAPACITY), VM_OK);
                assert_int_equal(s.sp % 16, 0);
                assert_true(s.top - s.sp >= least && s.top - s.sp < least + 31);
                assert_stack(&s, image, given.auxc);
                assert_int_equal(s.bytes[s.top - s.sp], 0xee);
            }
        }
    }
}

/* H17: 27 words, and then 8 bytes of padding */
static void an_odd_number_of_words_spoils_nothing(void **state)
{
    struct elf_args given = args;
    struct stack s;

    (void)state;
    given.length -= 3; /* without "A=" */
    given.envc = 1;
    assert_int_equal(build(&s, &image64, &given, 0x3ffffff000, CAPACITY), VM_OK);
    assert_int_equal(s.top - s.sp, 27 * 8 + 8 + 16 + 16);
    assert_int_equal(word_at(&s, s.sp + 24 * 8), 100); /* AT_CLKTCK, then AT_NULL */
    assert_int_equal(word_at(&s, s.sp + 25 * 8), 0);
    assert_int_equal(word_at(&s, s.sp + 27 * 8), 0);
    assert_memory_equal(s.bytes + 28 * 8, "0123456789abcde", 16);
    assert_memory_equal(s.bytes + 30 * 8, "prog\0-x\0\0HOME=/", 16);
}

/* H17 */
static void largest_stack_is_exact(void **state)
{
    struct stack s;
    uint32_t size;

    (void)state;
    build(&s, &image64, &args, 0x3ffffff000, CAPACITY);
    size = (uint32_t)(s.top - s.sp);
    assert_int_equal(build(&s, &image64, &args, 0x3ffffff000, size), VM_OK);
    assert_int_equal(build(&s, &image64, &args, 0x3ffffff000, size - 1), VM_LIMIT);
    assert_int_equal(s.bytes[0], 0xee);
    assert_int_equal(s.sp, UINT64_C(0xeeeeeeeeeeeeeeee));
}

/* H17 */
static void endless_counts_are_refused(void **state)
{
    struct elf_args given = args;
    struct stack s;

    (void)state;
    given.auxc = UINT32_MAX;
    assert_int_equal(build(&s, &image64, &given, UINT64_C(1) << 60, CAPACITY), VM_LIMIT);
    given = args;
    given.argc = UINT32_MAX;
    given.envc = 6; /* 5 in 32 bits */
    assert_int_equal(build(&s, &image64, &given, UINT64_C(1) << 60, CAPACITY), VM_RANGE);
}

/* H17 */
static void strings_must_be_as_many_as_the_counts(void **state)
{
    struct elf_args given = args;
    struct stack s;

    (void)state;
    given.argc = 4;
    assert_int_equal(build(&s, &image64, &given, 0x3ffffff000, CAPACITY), VM_RANGE);
    given.argc = 2;
    assert_int_equal(build(&s, &image64, &given, 0x3ffffff000, CAPACITY), VM_RANGE);
    given = args;
    given.length = 18; /* "A=" without its end */
    given.envc = 1;
    assert_int_equal(build(&s, &image64, &given, 0x3ffffff000, CAPACITY), VM_RANGE);
    given = (struct elf_args){.strings = "", .length = 1, .argc = 1};
    assert_int_equal(build(&s, &image64, &given, 0x3ffffff000, CAPACITY), VM_OK);
    given.argc = 0;
    assert_int_equal(build(&s, &image64, &given, 0x3ffffff000, CAPACITY), VM_RANGE);
    given = (struct elf_args){.random = "0123456789abcde"};
    assert_int_equal(build(&s, &image64, &given, 0x3ffffff000, CAPACITY), VM_OK);
    assert_int_equal(word_at(&s, s.sp), 0);
    assert_int_equal(word_at(&s, s.sp + 24), 3);
}

/* H17 */
static void stack_must_lie_in_the_addresses_of_the_program(void **state)
{
    struct stack s;

    (void)state;
    assert_int_equal(build(&s, &image32, &args, (UINT64_C(1) << 32) + 1, CAPACITY), VM_RANGE);
    assert_int_equal(build(&s, &image64, &args, 0x100, CAPACITY), VM_RANGE);
    assert_int_equal(build(&s, &image64, &args, 0, CAPACITY), VM_RANGE);
}

/* H17 */
static void headers_that_are_not_in_memory_are_not_told(void **state)
{
    struct elf_image image = image64;
    struct stack s;
    vaddr_t at;

    (void)state;
    image.phdrs = 0;
    assert_int_equal(build(&s, &image, &args, 0x3ffffff000, CAPACITY), VM_OK);
    at = assert_strings(&s);
    assert_aux(&s, &at, 6, 4096);
    assert_int_equal(s.top - s.sp, 8 * (1 + 4 + 3 + 2 * 7) + 16 + 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_widths_find_their_arguments),
        cmocka_unit_test(stack_pointer_is_aligned_and_waste_is_small),
        cmocka_unit_test(an_odd_number_of_words_spoils_nothing),
        cmocka_unit_test(largest_stack_is_exact),
        cmocka_unit_test(endless_counts_are_refused),
        cmocka_unit_test(strings_must_be_as_many_as_the_counts),
        cmocka_unit_test(stack_must_lie_in_the_addresses_of_the_program),
        cmocka_unit_test(headers_that_are_not_in_memory_are_not_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
