/* gen.c: prints everything that is derived from the tables of constants, so that C, Verilog
 * and the build never say different things. A program of the build, not part of libatlas.
 *
 *   gen arch                     rtl/atlas_arch.vh      (`ATLAS_PTE_V_LSB, `ATLAS_REASON_INVALID)
 *   gen presets                  rtl/atlas_presets.vh   (`ATLAS_PRESET_TINY: a parameter list)
 *   gen parameters               the parameters, as a table in Markdown
 *   gen preset-list              the presets, as a table in Markdown
 *   gen flags BUILD              the parameters as -G options of Verilator
 *   gen chparam BUILD            the parameters as -set options of Yosys' chparam
 *   gen params BUILD             the parameters as a C initialiser of struct atlas_params
 *   gen builds BUILD...          the C file with the table of Verilated builds (rtl_shim.h)
 *   gen variants PRESET[,...] P=V[,...]   those BUILDs of these presets that can be, for make
 *
 * BUILD is a preset, or a preset with other parameters: "tiny" or "tiny:ASID_BITS=2,L1_SETS=16".
 * Exit status 2 and a message if it names what does not exist or is out of range.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "atlas.h"

struct field {
    const char *name;
    unsigned lsb, width;
    const char *text;
};

struct code {
    const char *name;
    unsigned value, width;
    const char *text;
};

struct param {
    const char *name, *member;
    size_t offset; /* in struct atlas_params */
    unsigned min, max, def;
    const char *text;
};

struct preset {
    const char *name, *macro;
    struct atlas_params params;
    const char *text;
};

static const struct field fields[] = {
#define FIELD(group, name, lsb, width, text) {#group "_" #name, lsb, width, text},
#include "arch/atlas_arch.def"
};

static const struct code codes[] = {
#define CODE(group, name, value, width, text) {#group "_" #name, value, width, text},
#include "arch/atlas_arch.def"
};

static const struct param param_rows[] = {
#define PARAM(NAME, name, min, max, def, text)                                                     \
    {#NAME, #name, offsetof(struct atlas_params, name), min, max, def, text},
#include "arch/atlas_presets.def"
};

static const struct preset presets[] = {
#define PRESET(name, NAME, text, ...) {#name, #NAME, {__VA_ARGS__}, text},
#include "arch/atlas_presets.def"
};

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

enum { MAX_BUILD_NAME = 512 };

static _Noreturn void bad_input(const char *what, const char *text)
{
    fprintf(stderr, "gen: %s: %s\n", text, what);
    exit(2);
}

static unsigned value_of(const struct atlas_params *p, const struct param *row)
{
    unsigned value;

    memcpy(&value, (const char *)p + row->offset, sizeof value);
    return value;
}

static const struct param *find_param(const char *name)
{
    for (size_t i = 0; i < COUNT(param_rows); i++)
        if (strcmp(param_rows[i].name, name) == 0)
            return &param_rows[i];
    return NULL;
}

/* Apply one "NAME=VALUE" of `build` to *p. `assignment` is cut at its '='. */
static void override(struct atlas_params *p, char *assignment, const char *build)
{
    char *equals = strchr(assignment, '=');
    const struct param *row;
    char *end;
    unsigned long value;
    unsigned number;

    if (equals == NULL)
        bad_input("expected PARAM=VALUE,...", build);
    *equals = '\0';
    row = find_param(assignment);
    if (row == NULL)
        bad_input("no such parameter (see `build/gen parameters`)", assignment);
    value = strtoul(equals + 1, &end, 10);
    if (end == equals + 1 || *end != '\0' || value > 1u << 30)
        bad_input("the value is no decimal number", build);
    number = (unsigned)value;
    memcpy((char *)p + row->offset, &number, sizeof number);
}

static const struct preset *find_preset(const char *name)
{
    for (size_t i = 0; i < COUNT(presets); i++)
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i];
    return NULL;
}

/* The parameters of BUILD `build`. */
static struct atlas_params parse_build(const char *build)
{
    char copy[MAX_BUILD_NAME];
    char *overrides;
    const struct preset *preset;
    struct atlas_params p;

    if (strlen(build) >= sizeof copy)
        bad_input("the name is too long", build);
    strcpy(copy, build);
    overrides = strchr(copy, ':');
    if (overrides != NULL)
        *overrides++ = '\0';
    preset = find_preset(copy);
    if (preset == NULL)
        bad_input("no such preset, expected a name from model/arch/atlas_presets.def", copy);
    p = preset->params;
    for (char *one = overrides ? strtok(overrides, ",") : NULL; one; one = strtok(NULL, ","))
        override(&p, one, build);
    return p;
}

static void print_vh_head(const char *guard, const char *source, const char *text)
{
    printf("// %s\n// Generated from model/arch/%s by `make gen`: do not edit.\n", text, source);
    printf("`ifndef %s\n`define %s\n\n", guard, guard);
}

static void print_arch(void)
{
    print_vh_head("ATLAS_ARCH_VH", "atlas_arch.def",
                  "atlas_arch.vh: fields, codes and counters of the architecture.");
    printf("// Bit fields: position and width\n");
    for (size_t i = 0; i < COUNT(fields); i++) {
        printf("`define ATLAS_%s_LSB %u // %s\n", fields[i].name, fields[i].lsb, fields[i].text);
        printf("`define ATLAS_%s_BITS %u\n", fields[i].name, fields[i].width);
    }
    printf("\n// Codes\n");
    for (size_t i = 0; i < COUNT(codes); i++)
        printf("`define ATLAS_%s %u'd%u // %s\n", codes[i].name, codes[i].width, codes[i].value,
               codes[i].text);
    printf("\n`endif\n");
}

/* Counters double the smallest MMU: who wants them names CTR_BITS beside the preset. The model and
 * its simulated RTL always count. */
static bool in_verilog_preset(const struct param *p)
{
    return strcmp(p->name, "CTR_BITS") != 0;
}

static void print_presets(void)
{
    print_vh_head(
        "ATLAS_PRESETS_VH", "atlas_presets.def",
        "atlas_presets.vh: named parameter sets, as in atlas_mmu #(`ATLAS_PRESET_TINY).\n"
        "// They have no event counters; for these, #(`ATLAS_PRESET_TINY, .CTR_BITS(32)).");
    for (size_t i = 0; i < COUNT(presets); i++) {
        const char *before = " \\\n    ";

        printf("// %s\n`define ATLAS_PRESET_%s", presets[i].text, presets[i].macro);
        for (size_t k = 0; k < COUNT(param_rows); k++) {
            if (!in_verilog_preset(&param_rows[k]))
                continue;
            printf("%s.%s(%u)", before, param_rows[k].name,
                   value_of(&presets[i].params, &param_rows[k]));
            before = ", \\\n    ";
        }
        printf("\n\n");
    }
    printf("`endif\n");
}

static void print_parameters(void)
{
    printf("| parameter | range | default |");
    for (size_t i = 0; i < COUNT(presets); i++)
        printf(" `%s` |", presets[i].name);
    printf(" meaning |\n|---|---|---|");
    for (size_t i = 0; i < COUNT(presets); i++)
        printf("---|");
    printf("---|\n");
    for (size_t k = 0; k < COUNT(param_rows); k++) {
        const struct param *row = &param_rows[k];

        printf("| `%s` | %u to %u | %u |", row->name, row->min, row->max, row->def);
        for (size_t i = 0; i < COUNT(presets); i++)
            printf(" %u |", value_of(&presets[i].params, row));
        printf(" %s |\n", row->text);
    }
}

static void print_preset_list(void)
{
    printf("| preset | for |\n|---|---|\n");
    for (size_t i = 0; i < COUNT(presets); i++)
        printf("| `%s`, `` `ATLAS_PRESET_%s`` | %s |\n", presets[i].name, presets[i].macro,
               presets[i].text);
}

/* Every parameter of `build` in one line of the form that `what` names. */
static void print_for_build(const char *what, const char *build)
{
    struct atlas_params p = parse_build(build);
    const char *form = strcmp(what, "flags") == 0 ? " -G%s=%u" : " -set %s %u";

    for (size_t k = 0; k < COUNT(param_rows); k++)
        printf(form, param_rows[k].name, value_of(&p, &param_rows[k]));
    printf("\n");
}

static void print_params(const char *build)
{
    struct atlas_params p = parse_build(build);

    for (size_t k = 0; k < COUNT(param_rows); k++)
        printf("%s.%s = %u", k == 0 ? "{" : ", ", param_rows[k].member,
               value_of(&p, &param_rows[k]));
    printf("}");
}

/* A BUILD as a C identifier, as in the Makefile: "tiny:A=1,B=2" is tiny__A_1__B_2. */
static void build_id(char *id, size_t len, const char *build)
{
    size_t at = 0;

    for (; *build != '\0' && at + 3 < len; build++) {
        if (*build == ':' || *build == ',')
            id[at++] = '_';
        id[at++] = *build == ':' || *build == ',' || *build == '=' ? '_' : *build;
    }
    id[at] = '\0';
}

static void print_build(const char *build)
{
    char id[2 * MAX_BUILD_NAME];

    build_id(id, sizeof id, build);
    printf("struct rtl *rtl_open_%s(const struct rtl_build *build, uint64_t seed);\n", id);
    printf("static const struct rtl_build build_%s = {\n    .name = \"%s\",\n    .params = ", id,
           build);
    print_params(build);
    printf(",\n    .open = rtl_open_%s,\n};\n\n", id);
}

static void print_builds(char **builds, int count)
{
    char id[2 * MAX_BUILD_NAME];

    printf("/* Generated by `make`: the builds of the RTL that are linked in. */\n"
           "#include \"rtl_shim.h\"\n\n");
    for (int i = 0; i < count; i++)
        print_build(builds[i]);
    printf("static const struct rtl_build *const builds[] = {\n");
    for (int i = 0; i < count; i++) {
        build_id(id, sizeof id, builds[i]);
        printf("    &build_%s,\n", id);
    }
    printf("};\n\nconst struct rtl_build *const *rtl_builds(size_t *count)\n{\n"
           "    *count = sizeof builds / sizeof builds[0];\n    return builds;\n}\n");
}

/* "VARIANTS += PRESET:SET" for each preset of `list` ("tiny,full") that `set` ("L1_SETS=16") is
 * legal for; why it is not for others goes to stderr. `list` is cut at its commas. */
static unsigned print_variants(char *list, const char *set)
{
    char build[MAX_BUILD_NAME], why[256];
    unsigned legal = 0;

    for (char *next = list, *end; next != NULL; next = end) {
        struct atlas_params p;

        end = strchr(next, ',');
        if (end != NULL)
            *end++ = '\0';
        snprintf(build, sizeof build, "%s:%s", next, set);
        p = parse_build(build);
        if (atlas_params_check(&p, why, sizeof why) != NULL) {
            fprintf(stderr, "gen: no build %s: %s\n", build, why);
            continue;
        }
        printf("VARIANTS += %s\n", build);
        legal++;
    }
    return legal;
}

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (argc == 2 && is(what, "arch"))
        print_arch();
    else if (argc == 2 && is(what, "presets"))
        print_presets();
    else if (argc == 2 && is(what, "parameters"))
        print_parameters();
    else if (argc == 2 && is(what, "preset-list"))
        print_preset_list();
    else if (argc == 3 && (is(what, "flags") || is(what, "chparam")))
        print_for_build(what, argv[2]);
    else if (argc == 3 && is(what, "params"))
        print_params(argv[2]);
    else if (argc > 2 && is(what, "builds"))
        print_builds(argv + 2, argc - 2);
    else if (argc == 4 && is(what, "variants"))
        return print_variants(argv[2], argv[3]) > 0 ? 0 : 2;
    else
        bad_input("expected a command and its arguments; model/arch/gen.c lists them", "usage");
    return 0;
}
