/* elf_make.h: ELF files made to measure, for tests. A file is its header, its program headers and
 * a pattern; any field of it can be set to anything afterwards.
 */
#ifndef ELF_MAKE_H
#define ELF_MAKE_H

#include <stddef.h>
#include <stdint.h>

#include "os/proc/elf.h"

enum { MADE_BYTES = 0x4000, MADE_PHDRS = 20 };

struct made_phdr {
    uint32_t type, flags;
    uint64_t offset, vaddr, filesz, memsz, align;
};

struct made {
    unsigned bits;
    uint16_t machine, type;
    uint64_t entry;
    unsigned count;
    struct made_phdr phdrs[MADE_PHDRS];
};

struct elf_bytes {
    uint8_t bytes[MADE_BYTES];
    uint64_t size;
    uint64_t fail_from; /* the read number that fails and all after it; 0: none */
    uint64_t reads;
};

/* Fields of an ELF file, by the names of the standard. E_*: of the header; P_*: of a program
 * header; FILE_SIZE cuts the file itself. */
enum field {
    EI_MAG0_,
    EI_MAG1_,
    EI_MAG2_,
    EI_MAG3_,
    EI_CLASS_,
    EI_DATA_,
    EI_VERSION_,
    E_TYPE,
    E_MACHINE,
    E_VERSION,
    E_ENTRY,
    E_PHOFF,
    E_FLAGS,
    E_EHSIZE,
    E_PHENTSIZE,
    E_PHNUM,
    P_TYPE,
    P_FLAGS,
    P_OFFSET,
    P_VADDR,
    P_FILESZ,
    P_MEMSZ,
    P_ALIGN,
    FILE_SIZE
};

/* Byte i of the pattern: never 0, and the same again only 255 bytes later. */
uint8_t elf_pattern(uint64_t i);

/* Write the file that `made` describes, `size` bytes long. */
void elf_make(struct elf_bytes *file, const struct made *made, uint64_t size);

/* A field, of program header `phdr` if it is one of those. */
uint64_t elf_get(const struct elf_bytes *file, unsigned phdr, enum field field);

/* Set a field, of program header `phdr` if it is one of those, to value, cut to its width. */
void elf_set(struct elf_bytes *file, unsigned phdr, enum field field, uint64_t value);

/* The file as elf_read wants it. A read beyond its end fails the test. */
struct elf_file elf_open(struct elf_bytes *file);

/* What elf_read says to the file; any other reason fails the test. */
struct elf_image elf_expect(struct elf_bytes *file, const struct elf_limits *limits,
                            enum elf_reason reason);

/* What the plan of the file in bytes [array, size] has at address va; -1 if nothing. */
int elf_byte(const struct elf_image *image, const uint8_t *bytes, uint64_t size, uint64_t va);

/* A static RISC-V program of 32 or 64 bits: text at 0x10000, data and BSS at 0x12800 to 0x14800,
 * PT_GNU_STACK, and a PT_NOTE of 16 bytes at 0x1000; entry 0x10200. */
extern const struct made made_rv32, made_rv64;
enum { MADE_TEXT, MADE_DATA, MADE_STACK, MADE_NOTE, MADE_SIZE = 0x1d00 };

/* The same for x86: i386, and a position-independent x86-64 program from address 0 on. */
extern const struct made made_i386, made_pie;

/* Text alone. */
extern const struct made made_text;

/* ELF_SEGMENTS texts with a PT_NULL behind; and made_pie with PT_INTERP in place of PT_NOTE. */
struct made made_many(void);
struct made made_dynamic(void);

/* An address space of Sv39 that allows nothing special. */
extern const struct elf_limits elf_strict;

#endif
