/* test_symbols.c: regions and sections of a program's symbols: this program's own. L14 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "os/space/region.h"
#include "symbols.h"

/* A symbol for each kind of region. */
int symbols_test_data = 4;
int symbols_test_bss[100];
const int symbols_test_rodata[] = {1, 2};
void symbols_test_text(void);
void symbols_test_text(void)
{
}
static int local_data = 1;

static char self[4096];
static struct symbols symbols;

static int setup(void **state)
{
    static const struct elf_limits limits = {.low = 0x1000,
                                             .top = UINT64_C(1) << 38,
                                             .pages = 1 << 20,
                                             .bias = 0x2aaaaa000,
                                             .interpreter = true};
    char error[SYMBOLS_ERROR];

    (void)state;
    local_data++;
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
        return -1;
    if (symbols_open(&symbols, self, &limits, error))
        return 0;
    print_error("%s\n", error);
    return -1;
}

static int teardown(void **state)
{
    (void)state;
    symbols_close(&symbols);
    return 0;
}

static const struct symbol *named(const char *name)
{
    for (size_t i = 0; i < symbols.count; i++)
        if (strcmp(symbols.list[i].name, name) == 0)
            return &symbols.list[i];
    fail_msg("no symbol %s", name);
    return NULL;
}

static void assert_symbol(const char *name, const char *section, char letter, unsigned perms)
{
    const struct symbol *s = named(name);

    assert_string_equal(s->section, section);
    assert_int_equal(s->letter, letter);
    assert_non_null(s->region);
    assert_int_equal(s->region->perms, perms);
}

/* L14 */
static void each_kind_of_symbol_is_in_its_region(void **state)
{
    (void)state;
    assert_symbol("main", ".text", 'T', REGION_R | REGION_X);
    assert_symbol("symbols_test_text", ".text", 'T', REGION_R | REGION_X);
    assert_symbol("symbols_test_rodata", ".rodata", 'R', REGION_R);
    assert_symbol("symbols_test_data", ".data", 'D', REGION_R | REGION_W);
    assert_symbol("symbols_test_bss", ".bss", 'B', REGION_R | REGION_W);
    assert_symbol("local_data", ".data", 'd', REGION_R | REGION_W);
}

/* L14: where this process has it, but for where the file as a whole went */
static void distances_are_those_of_this_process(void **state)
{
    (void)state;
    assert_int_equal(named("symbols_test_bss")->value - named("symbols_test_text")->value,
                     (uintptr_t)symbols_test_bss - (uintptr_t)symbols_test_text);
    assert_int_equal(named("symbols_test_bss")->size, sizeof symbols_test_bss);
}

/* The line of nm for a symbol. */
static void nm_line(char *line, size_t size, const struct symbol *s)
{
    uint64_t value = s->value - (s->region ? symbols.image.bias : 0);

    if (strchr("Uvw", s->letter))
        snprintf(line, size, "%16s %c %s\n", "", s->letter, s->name);
    else
        snprintf(line, size, "%016llx %c %s\n", (unsigned long long)value, s->letter, s->name);
}

/* L14: symbol by symbol, in the order of the file */
static void addresses_and_letters_are_those_of_nm(void **state)
{
    char command[5000], line[65536], expected[65536];
    size_t i = 0;
    FILE *nm;

    (void)state;
    snprintf(command, sizeof command, "nm -p '%s'", self);
    nm = popen(command, "r");
    assert_non_null(nm);
    for (; fgets(line, sizeof line, nm) != NULL; i++) {
        assert_true(i < symbols.count);
        nm_line(expected, sizeof expected, &symbols.list[i]);
        assert_string_equal(line, expected);
    }
    assert_int_equal(pclose(nm), 0);
    assert_int_equal(i, symbols.count);
    assert_true(i > 100);
}

/* L14 */
static void addresses_have_names(void **state)
{
    uint64_t bss = named("symbols_test_bss")->value;

    (void)state;
    assert_string_equal(symbols_find(&symbols, bss)->name, "symbols_test_bss");
    assert_string_equal(symbols_find(&symbols, bss + sizeof symbols_test_bss - 1)->name,
                        "symbols_test_bss");
    assert_null(symbols_find(&symbols, 0));
    assert_null(symbols_find(&symbols, UINT64_MAX));
}

static void table_has_a_line_for_each(void **state)
{
    char *text = NULL, line[256];
    size_t size, lines = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    symbols_print(out, &symbols);
    fclose(out);
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, symbols.count);
    snprintf(line, sizeof line, "%016llx D rw- %-16s symbols_test_data\n",
             (unsigned long long)named("symbols_test_data")->value, ".data");
    assert_non_null(strstr(text, line));
    free(text);
}

static void what_is_no_program_is_refused_with_a_reason(void **state)
{
    static const struct elf_limits limits = {.top = UINT64_C(1) << 38};
    struct symbols none;
    char error[SYMBOLS_ERROR];

    (void)state;
    assert_false(symbols_open(&none, "/etc/passwd", &limits, error));
    assert_string_equal(error, "/etc/passwd: no ELF file");
    assert_false(symbols_open(&none, "/etc/nothing", &limits, error));
    assert_string_equal(error, "/etc/nothing: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_symbol_is_in_its_region),
        cmocka_unit_test(distances_are_those_of_this_process),
        cmocka_unit_test(addresses_and_letters_are_those_of_nm),
        cmocka_unit_test(addresses_have_names),
        cmocka_unit_test(table_has_a_line_for_each),
        cmocka_unit_test(what_is_no_program_is_refused_with_a_reason),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
