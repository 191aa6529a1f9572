/* symbols.c: see symbols.h. */
#include "symbols.h"
#include "os/space/region.h"
#include "report.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct section {
    GElf_Shdr header;
    const char *name;
};

static enum vm_status read_bytes(void *ctx, uint64_t offset, void *buf, uint32_t bytes)
{
    return pread(*(int *)ctx, buf, bytes, (off_t)offset) == (ssize_t)bytes ? VM_OK : VM_ABSENT;
}

static bool plan(struct elf_image *image, int fd, const struct elf_limits *limits,
                 const char **problem)
{
    struct elf_file file = {.read = read_bytes, .ctx = &fd};
    enum elf_reason reason;
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0) {
        *problem = strerror(errno);
        return false;
    }
    file.size = (uint64_t)st.st_size;
    reason = elf_read(image, &file, limits);
    *problem = elf_reason_text(reason);
    return reason == ELF_OK;
}

/* ---- Letters, as nm (binutils, bfd_decode_symclass) chooses them --------------------------- */

/* Names that decide before flags do; followed by nothing, or by one of these characters. */
static char letter_of_name(const char *name)
{
    static const char *const known[] = {".bssb",   ".datad", ".rodatar", ".sbsss", ".scommonc",
                                        ".sdatag", ".textt", ".debugN",  ".finit", ".initt"};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t len = strlen(known[i]) - 1;

        if (strncmp(name, known[i], len) == 0 && strchr(".$0123456789", name[len]) != NULL)
            return known[i][len];
    }
    return 0;
}

static char letter_of_section(const struct section *section)
{
    const GElf_Shdr *h = &section->header;
    char letter = letter_of_name(section->name);

    if (letter)
        return letter;
    if (h->sh_flags & SHF_EXECINSTR)
        return 't';
    if (h->sh_type == SHT_NOBITS)
        return 'b';
    if (h->sh_flags & SHF_ALLOC)
        return h->sh_flags & SHF_WRITE ? 'd' : 'r';
    return h->sh_flags & SHF_WRITE ? '?' : 'n';
}

static char letter_of(const GElf_Sym *sym, const struct section *section)
{
    bool object = GELF_ST_TYPE(sym->st_info) == STT_OBJECT;
    bool weak = GELF_ST_BIND(sym->st_info) == STB_WEAK;
    char letter;

    if (sym->st_shndx == SHN_COMMON)
        return 'C';
    if (sym->st_shndx == SHN_UNDEF)
        return weak ? (object ? 'v' : 'w') : 'U';
    if (GELF_ST_TYPE(sym->st_info) == STT_GNU_IFUNC)
        return 'i';
    if (weak)
        return object ? 'V' : 'W';
    if (GELF_ST_BIND(sym->st_info) == STB_GNU_UNIQUE)
        return 'u';
    letter = sym->st_shndx == SHN_ABS ? 'a' : section->name[0] ? letter_of_section(section) : '?';
    return GELF_ST_BIND(sym->st_info) == STB_GLOBAL ? (char)toupper(letter) : letter;
}

/* ---- Symbols ------------------------------------------------------------------------------- */

static const struct elf_segment *region_of(const struct elf_image *image, uint64_t va)
{
    for (uint32_t i = 0; i < image->count; i++)
        if (image->segments[i].start <= va / 4096 && va / 4096 < image->segments[i].end)
            return &image->segments[i];
    return NULL;
}

/* The section that a symbol is in; one without a name if in none. */
static struct section section_of(Elf *elf, const GElf_Sym *sym)
{
    struct section section = {.name = NULL};
    size_t names;

    if (sym->st_shndx != SHN_UNDEF && sym->st_shndx < SHN_LORESERVE &&
        gelf_getshdr(elf_getscn(elf, sym->st_shndx), &section.header) != NULL &&
        elf_getshdrstrndx(elf, &names) == 0)
        section.name = elf_strptr(elf, names, section.header.sh_name);
    if (section.name == NULL)
        section.name = "";
    return section;
}

static void add(struct symbols *s, const GElf_Sym *sym, const char *name)
{
    struct section section = section_of(s->elf, sym);
    struct symbol symbol = {.name = name != NULL ? name : "",
                            .section = section.name,
                            .value = sym->st_value,
                            .size = sym->st_size,
                            .letter = letter_of(sym, &section)};

    if ((section.header.sh_flags & SHF_ALLOC) && GELF_ST_TYPE(sym->st_info) != STT_TLS)
        symbol.region = region_of(&s->image, s->image.bias + sym->st_value);
    if (symbol.region)
        symbol.value += s->image.bias;
    s->list[s->count++] = symbol;
}

static void read_table(struct symbols *s, Elf_Scn *scn, const GElf_Shdr *table)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    size_t count = data != NULL && table->sh_entsize ? data->d_size / table->sh_entsize : 0;
    GElf_Sym sym;

    if (count > INT32_MAX)
        count = 0;
    s->list = report_need(calloc(count + 1, sizeof s->list[0]));
    for (size_t i = 1; i < count && gelf_getsym(data, (int)i, &sym) != NULL; i++) {
        unsigned type = GELF_ST_TYPE(sym.st_info);

        if (type != STT_SECTION && type != STT_FILE)
            add(s, &sym, elf_strptr(s->elf, table->sh_link, sym.st_name));
    }
}

static void read_symbols(struct symbols *s)
{
    Elf_Scn *scn = NULL;
    GElf_Shdr header;

    while (s->list == NULL && (scn = elf_nextscn(s->elf, scn)) != NULL)
        if (gelf_getshdr(scn, &header) != NULL && header.sh_type == SHT_SYMTAB)
            read_table(s, scn, &header);
}

bool symbols_open(struct symbols *s, const char *path, const struct elf_limits *limits,
                  char error[SYMBOLS_ERROR])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    const char *problem;
    bool good;

    *s = (struct symbols){0};
    good = plan(&s->image, fd, limits, &problem);
    if (good) {
        elf_version(EV_CURRENT);
        s->elf = elf_begin(fd, ELF_C_READ, NULL);
        good = s->elf != NULL && elf_cntl(s->elf, ELF_C_FDREAD) == 0;
        problem = "libelf cannot read it";
    }
    if (good)
        read_symbols(s);
    else
        snprintf(error, SYMBOLS_ERROR, "%s: %s", path, problem);
    if (fd >= 0)
        close(fd);
    return good;
}

void symbols_close(struct symbols *s)
{
    elf_end(s->elf);
    free(s->list);
}

/* Is b a better name than a for an address that both are not above? */
static bool better(const struct symbol *a, const struct symbol *b)
{
    if (a == NULL || a->value != b->value)
        return a == NULL || b->value > a->value;
    return isupper((unsigned char)b->letter) && !isupper((unsigned char)a->letter);
}

const struct symbol *symbols_find(const struct symbols *s, uint64_t va)
{
    const struct elf_segment *region = region_of(&s->image, va);
    const struct symbol *best = NULL;

    for (size_t i = 0; region != NULL && i < s->count; i++) {
        const struct symbol *it = &s->list[i];

        if (it->region == region && it->value <= va &&
            (it->size == 0 || va - it->value < it->size) && better(best, it))
            best = it;
    }
    return best;
}

void symbols_print(FILE *out, const struct symbols *s)
{
    int digits = s->image.bits / 4;

    for (size_t i = 0; i < s->count; i++) {
        const struct symbol *it = &s->list[i];
        unsigned perms = it->region ? it->region->perms : 0;

        fprintf(out, "%0*llx %c %c%c%c %-16s %s\n", digits, (unsigned long long)it->value,
                it->letter, perms & REGION_R ? 'r' : '-', perms & REGION_W ? 'w' : '-',
                perms & REGION_X ? 'x' : '-', it->section[0] ? it->section : "-", it->name);
    }
}
