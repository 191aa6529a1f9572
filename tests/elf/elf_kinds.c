/* elf_kinds.c: see elf_kinds.h. */
#include "elf_kinds.h"

#define HEADER(name, bases, field, value, reason)                                                  \
    {                                                                                              \
        name, bases, 0, field, value, false, reason, ELF_NO_PHDR                                   \
    }
#define HEADER_ADD(name, bases, field, value, reason)                                              \
    {                                                                                              \
        name, bases, 0, field, value, true, reason, ELF_NO_PHDR                                    \
    }
#define SEGMENT(name, bases, phdr, field, value, reason)                                           \
    {                                                                                              \
        name, bases, phdr, field, value, false, reason, phdr                                       \
    }
#define SEGMENT_ADD(name, bases, phdr, field, value, reason)                                       \
    {                                                                                              \
        name, bases, phdr, field, value, true, reason, phdr                                        \
    }
#define MINUS(n) ((uint64_t)0 - (n))

/* clang-format off */
const struct kind elf_kinds[] = {
    /* The header. */
    HEADER("first byte", ALL, EI_MAG0_, 0x7e, ELF_MAGIC),
    HEADER("second byte", ALL, EI_MAG1_, 'e', ELF_MAGIC),
    HEADER("third byte", ALL, EI_MAG2_, 'l', ELF_MAGIC),
    HEADER("fourth byte", ALL, EI_MAG3_, 0, ELF_MAGIC),
    HEADER("no class", ALL, EI_CLASS_, 0, ELF_CLASS),
    HEADER("class of 128 bits", ALL, EI_CLASS_, 3, ELF_CLASS),
    HEADER("64 bits under the name of 32", RV64, EI_CLASS_, 1, ELF_EHSIZE),
    HEADER("32 bits under the name of 64", RV32, EI_CLASS_, 2, ELF_EHSIZE),
    HEADER("no byte order", ALL, EI_DATA_, 0, ELF_ENDIAN),
    HEADER("big-endian", ALL, EI_DATA_, 2, ELF_ENDIAN),
    HEADER("ident version 0", ALL, EI_VERSION_, 0, ELF_VERSION),
    HEADER("ident version 2", ALL, EI_VERSION_, 2, ELF_VERSION),
    HEADER("version 0", ALL, E_VERSION, 0, ELF_VERSION),
    HEADER("version with a high byte", ALL, E_VERSION, 0x01000001, ELF_VERSION),
    HEADER("no type", ALL, E_TYPE, 0, ELF_TYPE),
    HEADER("object file", ALL, E_TYPE, 1, ELF_TYPE),
    HEADER("core dump", ALL, E_TYPE, 4, ELF_TYPE),
    HEADER("type of an operating system", ALL, E_TYPE, 0xfe02, ELF_TYPE),
    HEADER("no machine", ALL, E_MACHINE, 0, ELF_MACHINE),
    HEADER("ARM", ALL, E_MACHINE, 40, ELF_MACHINE),
    HEADER("x86-64 of 32 bits", NARROW, E_MACHINE, 62, ELF_MACHINE),
    HEADER("i386 of 64 bits", WIDE, E_MACHINE, 3, ELF_MACHINE),
    HEADER("no header size", ALL, E_EHSIZE, 0, ELF_EHSIZE),
    HEADER_ADD("header a byte longer", ALL, E_EHSIZE, 1, ELF_EHSIZE),
    HEADER("program headers of no size", ALL, E_PHENTSIZE, 0, ELF_PHENTSIZE),
    HEADER_ADD("program headers a byte longer", ALL, E_PHENTSIZE, 1, ELF_PHENTSIZE),
    HEADER_ADD("program headers 256 bytes longer", ALL, E_PHENTSIZE, 0x100, ELF_PHENTSIZE),
    HEADER("no program headers", ALL, E_PHNUM, 0, ELF_PHNUM_ZERO),
    HEADER("too many program headers", ALL, E_PHNUM, ELF_PHDRS + 1, ELF_PHNUM_MANY),
    HEADER("PN_XNUM program headers", ALL, E_PHNUM, 0xffff, ELF_PHNUM_MANY),
    HEADER("program headers at the end", ALL, E_PHOFF, MADE_SIZE, ELF_PHOFF),
    HEADER("program headers across the end", ALL, E_PHOFF, MADE_SIZE - 100, ELF_PHOFF),
    HEADER("program headers that wrap", ALL, E_PHOFF, UINT64_MAX, ELF_PHOFF),
    HEADER("empty file", ALL, FILE_SIZE, 0, ELF_SHORT),
    HEADER("end in e_ident", ALL, FILE_SIZE, 15, ELF_SHORT),
    HEADER("end after e_ident", ALL, FILE_SIZE, 16, ELF_SHORT),
    HEADER("end in the header of 32 bits", NARROW, FILE_SIZE, 51, ELF_SHORT),
    HEADER("end in the header of 64 bits", WIDE, FILE_SIZE, 63, ELF_SHORT),
    HEADER("end after the header of 32 bits", NARROW, FILE_SIZE, 52, ELF_PHOFF),
    HEADER("end after the header of 64 bits", WIDE, FILE_SIZE, 64, ELF_PHOFF),
    HEADER("end in program headers of 32 bits", NARROW, FILE_SIZE, 52 + 4 * 32 - 1, ELF_PHOFF),
    HEADER("end in program headers of 64 bits", WIDE, FILE_SIZE, 64 + 4 * 56 - 1, ELF_PHOFF),
    /* What segments take from the file. */
    {"end in the text", ALL, 0, FILE_SIZE, 0x1233, false, ELF_OFFSET, MADE_TEXT},
    {"end in the data", ALL, 0, FILE_SIZE, MADE_SIZE - 1, false, ELF_OFFSET, MADE_DATA},
    SEGMENT("text longer in the file", ALL, MADE_TEXT, P_MEMSZ, 0x1233, ELF_FILESZ),
    SEGMENT("endless data in the file", ALL, MADE_DATA, P_FILESZ, UINT64_MAX, ELF_FILESZ),
    SEGMENT("text without memory", ALL, MADE_TEXT, P_MEMSZ, 0, ELF_FILESZ),
    SEGMENT("data a byte beyond the file", ALL, MADE_DATA, P_FILESZ, 0x501, ELF_OFFSET),
    SEGMENT("data behind the file", ALL, MADE_DATA, P_OFFSET, 0x10800, ELF_OFFSET),
    SEGMENT("data at an offset that wraps", ALL, MADE_DATA, P_OFFSET, MINUS(0x800), ELF_OFFSET),
    SEGMENT("offset a byte off", ALL, MADE_DATA, P_OFFSET, 0x17ff, ELF_CONGRUENCE),
    SEGMENT_ADD("address a byte off", ALL, MADE_DATA, P_VADDR, 1, ELF_CONGRUENCE),
    SEGMENT_ADD("address half a page off", ALL, MADE_DATA, P_VADDR, 0x800, ELF_CONGRUENCE),
    SEGMENT("alignment 3", ALL, MADE_TEXT, P_ALIGN, 3, ELF_ALIGN),
    SEGMENT("alignment 4097", ALL, MADE_DATA, P_ALIGN, 4097, ELF_ALIGN),
    SEGMENT("alignment of all ones", ALL, MADE_DATA, P_ALIGN, UINT64_MAX, ELF_ALIGN),
    /* Where they go. */
    SEGMENT("memory size that wraps", ALL, MADE_DATA, P_MEMSZ, UINT64_MAX, ELF_WRAP),
    SEGMENT("address that wraps", ALL, MADE_DATA, P_VADDR, MINUS(0x1800), ELF_WRAP),
    {"text above data", ALL, MADE_TEXT, P_VADDR, 0x100000, true, ELF_ORDER, MADE_DATA},
    SEGMENT("data below text", FIXED, MADE_DATA, P_VADDR, 0x8800, ELF_ORDER),
    {"text over data", ALL, MADE_TEXT, P_MEMSZ, 0x3000, false, ELF_OVERLAP, MADE_DATA},
    {"text a byte over data", ALL, MADE_TEXT, P_MEMSZ, 0x2801, false, ELF_OVERLAP, MADE_DATA},
    SEGMENT_ADD("data inside text", ALL, MADE_DATA, P_VADDR, MINUS(0x2000), ELF_OVERLAP),
    {"zeros of text by data", ALL, MADE_TEXT, P_MEMSZ, 0x2400, false, ELF_SHARED_PAGE, MADE_DATA},
    SEGMENT_ADD("data in the page of text", ALL, MADE_DATA, P_VADDR, MINUS(0x1000), ELF_SHARED_PAGE),
    SEGMENT("text below user space", FIXED, MADE_TEXT, P_VADDR, 0xf000, ELF_LOW),
    SEGMENT_ADD("data behind user space", WIDE, MADE_DATA, P_VADDR, UINT64_C(1) << 38, ELF_HIGH),
    SEGMENT("data to behind user space", WIDE, MADE_DATA, P_MEMSZ, UINT64_C(1) << 38, ELF_HIGH),
    SEGMENT("data of 4 EiB", WIDE, MADE_DATA, P_MEMSZ, UINT64_C(1) << 62, ELF_HIGH),
    SEGMENT("alignment that no address has", PIE, MADE_TEXT, P_ALIGN, UINT64_C(1) << 63, ELF_HIGH),
    SEGMENT("data of 2 GiB", ALL, MADE_DATA, P_MEMSZ, 0x7ff00000, ELF_HUGE),
    SEGMENT("data of 128 GiB", WIDE, MADE_DATA, P_MEMSZ, UINT64_C(1) << 37, ELF_HUGE),
    SEGMENT("one segment too many", MANY, ELF_SEGMENTS, P_TYPE, 1, ELF_MANY),
    HEADER("no segment", TEXT, P_TYPE, 0, ELF_EMPTY),
    /* What they allow. */
    SEGMENT("writable text", ALL, MADE_TEXT, P_FLAGS, 7, ELF_WX),
    SEGMENT("executable data", ALL, MADE_DATA, P_FLAGS, 7, ELF_WX),
    SEGMENT("write and execute alone", ALL, MADE_DATA, P_FLAGS, 3, ELF_WX),
    SEGMENT("executable stack", ALL, MADE_STACK, P_FLAGS, 7, ELF_WX),
    HEADER("entry 0", FIXED, E_ENTRY, 0, ELF_ENTRY),
    HEADER_ADD("entry before the text", ALL, E_ENTRY, MINUS(0x201), ELF_ENTRY),
    HEADER_ADD("entry after the text", ALL, E_ENTRY, 0x1034, ELF_ENTRY),
    HEADER_ADD("entry in the data", ALL, E_ENTRY, 0x2600, ELF_ENTRY),
    {"text that is not executable", ALL, MADE_TEXT, P_FLAGS, 4, false, ELF_ENTRY, ELF_NO_PHDR},
    {"text that is a note", ALL, MADE_TEXT, P_TYPE, 4, false, ELF_ENTRY, ELF_NO_PHDR},
    /* The interpreter. */
    SEGMENT("an interpreter", ALL, MADE_NOTE, P_TYPE, 3, ELF_DYNAMIC),
    SEGMENT("empty path", DYNAMIC, MADE_NOTE, P_FILESZ, 1, ELF_INTERP),
    SEGMENT("no path", DYNAMIC, MADE_NOTE, P_FILESZ, 0, ELF_INTERP),
    SEGMENT("endless path", DYNAMIC, MADE_NOTE, P_FILESZ, UINT64_MAX, ELF_INTERP),
    SEGMENT("path across the end", DYNAMIC, MADE_NOTE, P_OFFSET, MADE_SIZE - 15, ELF_INTERP),
    SEGMENT("path at an offset that wraps", DYNAMIC, MADE_NOTE, P_OFFSET, MINUS(8), ELF_INTERP),
    {"two interpreters", DYNAMIC, MADE_DATA, P_TYPE, 3, false, ELF_INTERP, MADE_NOTE},
};
/* clang-format on */

const size_t elf_kinds_count = sizeof elf_kinds / sizeof elf_kinds[0];

static struct made base_of(unsigned base)
{
    switch (1u << base) {
    case RV32: return made_rv32;
    case RV64: return made_rv64;
    case I386: return made_i386;
    case PIE: return made_pie;
    case TEXT: return made_text;
    case MANY: return made_many();
    default: return made_dynamic();
    }
}

void elf_good(struct elf_bytes *file, unsigned base)
{
    struct made made = base_of(base);

    elf_make(file, &made, MADE_SIZE);
}

struct elf_limits elf_limits_of(unsigned base)
{
    struct elf_limits limits = elf_strict;

    limits.interpreter = 1u << base == DYNAMIC;
    return limits;
}

void elf_hostile(struct elf_bytes *file, const struct kind *kind, unsigned base)
{
    uint64_t was;

    elf_good(file, base);
    was = elf_get(file, kind->phdr, kind->field);
    elf_set(file, kind->phdr, kind->field, kind->add ? was + kind->value : kind->value);
}
