/* elf_make.c: see elf_make.h. The layouts are those of the system's <elf.h>, which elf_read does
 * not use. */
#include "elf_make.h"

#include <elf.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "os/space/region.h"

struct place {
    size_t at, bytes;
};

#define PLACE(type, field)                                                                         \
    {                                                                                              \
        offsetof(type, field), sizeof(((type *)0)->field)                                          \
    }
#define EHDR(field)                                                                                \
    {                                                                                              \
        PLACE(Elf32_Ehdr, field), PLACE(Elf64_Ehdr, field)                                         \
    }
#define PHDR(field)                                                                                \
    {                                                                                              \
        PLACE(Elf32_Phdr, field), PLACE(Elf64_Phdr, field)                                         \
    }
#define IDENT(index)                                                                               \
    {                                                                                              \
        {index, 1},                                                                                \
        {                                                                                          \
            index, 1                                                                               \
        }                                                                                          \
    }

static const struct place places[][2] = {
    [EI_MAG0_] = IDENT(EI_MAG0),       [EI_MAG1_] = IDENT(EI_MAG1),
    [EI_MAG2_] = IDENT(EI_MAG2),       [EI_MAG3_] = IDENT(EI_MAG3),
    [EI_CLASS_] = IDENT(EI_CLASS),     [EI_DATA_] = IDENT(EI_DATA),
    [EI_VERSION_] = IDENT(EI_VERSION), [E_TYPE] = EHDR(e_type),
    [E_MACHINE] = EHDR(e_machine),     [E_VERSION] = EHDR(e_version),
    [E_ENTRY] = EHDR(e_entry),         [E_PHOFF] = EHDR(e_phoff),
    [E_FLAGS] = EHDR(e_flags),         [E_EHSIZE] = EHDR(e_ehsize),
    [E_PHENTSIZE] = EHDR(e_phentsize), [E_PHNUM] = EHDR(e_phnum),
    [P_TYPE] = PHDR(p_type),           [P_FLAGS] = PHDR(p_flags),
    [P_OFFSET] = PHDR(p_offset),       [P_VADDR] = PHDR(p_vaddr),
    [P_FILESZ] = PHDR(p_filesz),       [P_MEMSZ] = PHDR(p_memsz),
    [P_ALIGN] = PHDR(p_align),
};

uint8_t elf_pattern(uint64_t i)
{
    return (uint8_t)(i % 255 + 1);
}

static struct place find(const struct elf_bytes *file, unsigned phdr, enum field field)
{
    bool wide = file->bytes[EI_CLASS] == ELFCLASS64;
    struct place place = places[field][wide];

    if (field >= P_TYPE)
        place.at += wide ? sizeof(Elf64_Ehdr) + phdr * sizeof(Elf64_Phdr)
                         : sizeof(Elf32_Ehdr) + phdr * sizeof(Elf32_Phdr);
    return place;
}

uint64_t elf_get(const struct elf_bytes *file, unsigned phdr, enum field field)
{
    struct place place;
    uint64_t value = 0;

    if (field == FILE_SIZE)
        return file->size;
    place = find(file, phdr, field);
    for (size_t i = place.bytes; i-- > 0;)
        value = value << 8 | file->bytes[place.at + i];
    return value;
}

void elf_set(struct elf_bytes *file, unsigned phdr, enum field field, uint64_t value)
{
    struct place place;

    if (field == FILE_SIZE) {
        file->size = value;
        return;
    }
    place = find(file, phdr, field);
    for (size_t i = 0; i < place.bytes; i++)
        file->bytes[place.at + i] = (uint8_t)(value >> 8 * i);
}

static void put_phdr(struct elf_bytes *file, unsigned i, const struct made_phdr *p)
{
    elf_set(file, i, P_TYPE, p->type);
    elf_set(file, i, P_FLAGS, p->flags);
    elf_set(file, i, P_OFFSET, p->offset);
    elf_set(file, i, P_VADDR, p->vaddr);
    elf_set(file, i, P_FILESZ, p->filesz);
    elf_set(file, i, P_MEMSZ, p->memsz);
    elf_set(file, i, P_ALIGN, p->align);
}

void elf_make(struct elf_bytes *file, const struct made *made, uint64_t size)
{
    bool wide = made->bits == 64;

    *file = (struct elf_bytes){.size = size};
    for (uint64_t i = 0; i < size; i++)
        file->bytes[i] = elf_pattern(i);
    memset(file->bytes, 0, sizeof(Elf64_Ehdr));
    memcpy(file->bytes, ELFMAG, SELFMAG);
    file->bytes[EI_CLASS] = wide ? ELFCLASS64 : ELFCLASS32;
    elf_set(file, 0, EI_DATA_, ELFDATA2LSB);
    elf_set(file, 0, EI_VERSION_, EV_CURRENT);
    elf_set(file, 0, E_TYPE, made->type);
    elf_set(file, 0, E_MACHINE, made->machine);
    elf_set(file, 0, E_VERSION, EV_CURRENT);
    elf_set(file, 0, E_ENTRY, made->entry);
    elf_set(file, 0, E_PHOFF, wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr));
    elf_set(file, 0, E_FLAGS, 0x5); /* RVC, single float: whatever, it is handed on */
    elf_set(file, 0, E_EHSIZE, wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr));
    elf_set(file, 0, E_PHENTSIZE, wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr));
    elf_set(file, 0, E_PHNUM, made->count);
    for (unsigned i = 0; i < made->count; i++)
        put_phdr(file, i, &made->phdrs[i]);
}

static enum vm_status read_bytes(void *ctx, uint64_t offset, void *buf, uint32_t bytes)
{
    struct elf_bytes *file = ctx;

    assert_true(offset <= file->size && bytes <= file->size - offset);
    if (++file->reads >= file->fail_from && file->fail_from)
        return VM_ABSENT;
    memcpy(buf, file->bytes + offset, bytes);
    return VM_OK;
}

struct elf_file elf_open(struct elf_bytes *file)
{
    file->reads = 0;
    return (struct elf_file){.read = read_bytes, .ctx = file, .size = file->size};
}

struct elf_image elf_expect(struct elf_bytes *file, const struct elf_limits *limits,
                            enum elf_reason reason)
{
    struct elf_file source = elf_open(file);
    struct elf_image image;

    assert_string_equal(elf_reason_text(elf_read(&image, &source, limits)),
                        elf_reason_text(reason));
    return image;
}

int elf_byte(const struct elf_image *image, const uint8_t *bytes, uint64_t size, uint64_t va)
{
    for (const struct elf_segment *s = image->segments; s < &image->segments[image->count]; s++) {
        uint64_t into = va - s->start * 4096, at = s->offset * 4096 + into;

        if (va / 4096 < s->start || va / 4096 >= s->end)
            continue;
        return into < s->file_bytes && at < size ? bytes[at] : 0;
    }
    return -1;
}

/* ---- Good files ---------------------------------------------------------------------------- */

#define TEXT(base)                                                                                 \
    {                                                                                              \
        .type = PT_LOAD, .flags = PF_R | PF_X, .vaddr = base, .filesz = 0x1234, .memsz = 0x1234,   \
        .align = 0x1000                                                                            \
    }
#define DATA(base)                                                                                 \
    {                                                                                              \
        .type = PT_LOAD, .flags = PF_R | PF_W, .offset = 0x1800, .vaddr = (base) + 0x2800,         \
        .filesz = 0x500, .memsz = 0x2000, .align = 0x1000                                          \
    }
#define PROGRAM(base)                                                                              \
    .entry = (base) + 0x200, .count = 4,                                                           \
    .phdrs = {TEXT(base),                                                                          \
              DATA(base),                                                                          \
              {.type = PT_GNU_STACK, .flags = PF_R | PF_W, .align = 16},                           \
              {.type = PT_NOTE, .flags = PF_R, .offset = 0x1000, .filesz = 16, .align = 4}}

const struct made made_rv32 = {.bits = 32, .machine = EM_RISCV, .type = ET_EXEC, PROGRAM(0x10000)};
const struct made made_rv64 = {.bits = 64, .machine = EM_RISCV, .type = ET_EXEC, PROGRAM(0x10000)};
const struct made made_i386 = {.bits = 32, .machine = EM_386, .type = ET_EXEC, PROGRAM(0x10000)};
const struct made made_pie = {.bits = 64, .machine = EM_X86_64, .type = ET_DYN, PROGRAM(0)};
const struct made made_text = {.bits = 64,
                               .machine = EM_RISCV,
                               .type = ET_EXEC,
                               .entry = 0x10200,
                               .count = 1,
                               .phdrs = {TEXT(0x10000)}};

struct made made_many(void)
{
    struct made made = made_text;

    made.count = ELF_SEGMENTS + 1;
    for (unsigned i = 1; i <= ELF_SEGMENTS; i++) {
        made.phdrs[i] = made.phdrs[0];
        made.phdrs[i].vaddr += i * UINT64_C(0x10000);
    }
    made.phdrs[ELF_SEGMENTS].type = PT_NULL;
    return made;
}

struct made made_dynamic(void)
{
    struct made made = made_pie;

    made.phdrs[MADE_NOTE].type = PT_INTERP;
    return made;
}

const struct elf_limits elf_strict = {
    .low = 0x10000, .top = UINT64_C(1) << 38, .pages = 0x10000, .bias = 0x2aaaaa000, .no_wx = true};
