/* test_fuzz_elf.c: ELF files with random damage, for a machine without libFuzzer and for every run
 * of the tests. L17
 *
 *     test_fuzz_elf --seed N --files N   this many files from seed N
 *     test_fuzz_elf FILE...              these files, such as libFuzzer's findings
 *     test_fuzz_elf --write DIR          the files that damage begins with, for libFuzzer
 */
#include <argp.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../elf/elf_kinds.h"
#include "base/rng.h"
#include "fuzz_elf.h"

enum { HEADERS = 0x400 }; /* bytes of a file that matter most: no good file has more headers */

static struct {
    uint64_t seed, files;
    const char *write;
} options = {.seed = 1, .files = 100000};

/* ---- Damage -------------------------------------------------------------------------------- */

/* A number such as breaks programs: near 0, near a power of two, near the size of the file. */
static uint64_t odd_number(struct rng *rng, uint64_t size)
{
    uint64_t base = UINT64_C(1) << rng_below(rng, 64);

    if (rng_one_in(rng, 4))
        base = size;
    if (rng_one_in(rng, 4))
        base = 0;
    return base + rng_below(rng, 5) - 2;
}

static void damage_field(struct elf_bytes *file, struct rng *rng)
{
    unsigned phdr = (unsigned)rng_below(rng, 4);
    enum field field = (enum field)rng_below(rng, FILE_SIZE);
    uint64_t was = elf_get(file, phdr, field), number = odd_number(rng, file->size);

    elf_set(file, phdr, field, rng_one_in(rng, 2) ? was + number : number);
}

/* Move a segment by whole pages, so that it stays congruent. */
static void move_segment(struct elf_bytes *file, struct rng *rng)
{
    static const enum field fields[] = {P_VADDR, P_OFFSET, P_MEMSZ, P_FILESZ};
    enum field field = fields[rng_below(rng, 4)];
    unsigned phdr = (unsigned)rng_below(rng, 4);
    uint64_t pages = rng_below(rng, 8) - 4;

    elf_set(file, phdr, field, elf_get(file, phdr, field) + pages * 4096);
}

static void copy_phdr(struct elf_bytes *file, struct rng *rng)
{
    unsigned from = (unsigned)rng_below(rng, 4), to = (unsigned)rng_below(rng, 4);

    for (enum field field = P_TYPE; field <= P_ALIGN; field++)
        elf_set(file, to, field, elf_get(file, from, field));
}

static void damage(struct elf_bytes *file, struct rng *rng)
{
    switch (rng_below(rng, 8)) {
    case 0: file->bytes[rng_below(rng, HEADERS)] ^= (uint8_t)(1u << rng_below(rng, 8)); break;
    case 1: file->bytes[rng_below(rng, HEADERS)] = (uint8_t)rng_next(rng); break;
    case 2: file->size = rng_below(rng, MADE_SIZE + 1); break;
    case 3: copy_phdr(file, rng); break;
    case 4:
    case 5: move_segment(file, rng); break;
    default: damage_field(file, rng);
    }
}

static void pick(struct elf_bytes *file, struct rng *rng)
{
    const struct kind *kind = &elf_kinds[rng_below(rng, elf_kinds_count)];
    unsigned base = (unsigned)rng_below(rng, BASES);

    if (kind->bases >> base & 1 && rng_one_in(rng, 4))
        elf_hostile(file, kind, base);
    else
        elf_good(file, base);
}

/* ---- Running ------------------------------------------------------------------------------- */

/* Hand over a copy of exactly the file's size, so that a sanitizer sees what is read beyond it. */
static void run(const uint8_t *bytes, uint64_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

/* L17 */
static void damaged_files_do_no_harm(void **state)
{
    struct rng rng;

    (void)state;
    rng_seed(&rng, options.seed);
    for (uint64_t i = 0; i < options.files; i++) {
        struct elf_bytes file;

        pick(&file, &rng);
        for (uint64_t n = rng_below(&rng, 5); n > 0; n--)
            damage(&file, &rng);
        run(file.bytes, file.size);
    }
}

/* L17: else the test above has tried little */
static void every_answer_was_given(void **state)
{
    (void)state;
    for (enum elf_reason reason = ELF_OK; reason <= ELF_HUGE; reason++) {
        print_message("%8lu  %s\n", fuzz_elf_seen[reason], elf_reason_text(reason));
        if (reason != ELF_UNREADABLE && fuzz_elf_seen[reason] < options.files / 10000)
            fail_msg("hardly ever: %s", elf_reason_text(reason));
    }
    assert_true(fuzz_elf_seen[ELF_OK] >= options.files / 10);
}

static void write_file(const struct elf_bytes *file, const char *kind, unsigned number)
{
    char path[4096];
    FILE *out;

    snprintf(path, sizeof path, "%s/%s-%03u", options.write, kind, number);
    out = fopen(path, "wb");
    if (out == NULL || fwrite(file->bytes, 1, file->size, out) != file->size || fclose(out) != 0) {
        perror(path);
        exit(1);
    }
}

static void write_seeds(void)
{
    struct elf_bytes file;

    for (unsigned base = 0; base < BASES; base++) {
        elf_good(&file, base);
        file.size = HEADERS; /* fuzz_elf.c puts contents behind */
        write_file(&file, "good", base);
    }
    for (unsigned i = 0; i < elf_kinds_count; i++) {
        for (unsigned base = 0; base < BASES; base++) {
            if (elf_kinds[i].bases >> base & 1) {
                elf_hostile(&file, &elf_kinds[i], base);
                file.size = file.size < HEADERS ? file.size : HEADERS;
                write_file(&file, "hostile", i * BASES + base);
            }
        }
    }
}

static void run_file(const char *path)
{
    static uint8_t bytes[1 << 20];
    FILE *in = fopen(path, "rb");

    if (in == NULL) {
        perror(path);
        exit(1);
    }
    run(bytes, fread(bytes, 1, sizeof bytes, in));
    fclose(in);
    options.files = 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    (void)state;
    switch (key) {
    case 's': options.seed = strtoull(arg, NULL, 0); return 0;
    case 'n': options.files = strtoull(arg, NULL, 0); return 0;
    case 'w': options.write = arg; return 0;
    case ARGP_KEY_ARG: run_file(arg); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    static const struct argp_option option_list[] = {
        {"seed", 's', "N", 0, "seed of everything (1)", 0},
        {"files", 'n', "N", 0, "how many (100000)", 0},
        {"write", 'w', "DIR", 0, "write the good and hostile files, and end", 0},
        {0}};
    static const struct argp argp = {
        option_list, parse, "[FILE...]", "Damaged ELF files against elf_read.", NULL, NULL, NULL};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_files_do_no_harm),
        cmocka_unit_test(every_answer_was_given),
    };

    argp_parse(&argp, argc, argv, 0, NULL, NULL);
    if (options.write) {
        write_seeds();
        return 0;
    }
    if (options.files == 0)
        return 0;
    print_message("replay: %s --seed %" PRIu64 " --files %" PRIu64 "\n", argv[0], options.seed,
                  options.files);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
