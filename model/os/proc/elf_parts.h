/* elf_parts.h: what elf.c, which decodes, and elf_image.c, which plans, share. */
#ifndef ATLAS_ELF_PARTS_H
#define ATLAS_ELF_PARTS_H

#include "os/proc/elf.h"

enum { ELF_PAGE_SHIFT = 12, ELF_PAGE = 1 << ELF_PAGE_SHIFT };
enum { PF_X = 1, PF_W = 2, PF_R = 4 };

/* A file while it is read. Addresses are the file's own: the bias comes last. */
struct elf_reader {
    const struct elf_file *file;
    const struct elf_limits *limits;
    struct elf_image *image;
    unsigned word;       /* bytes of an address: 4 or 8               */
    bool fixed;          /* ET_EXEC                                   */
    bool enters;         /* the entry is in an executable segment     */
    bool has_phdrs;      /* a segment holds the program headers       */
    uint64_t phoff;      /* where the program headers are     [bytes] */
    uint64_t align;      /* largest p_align, at least a page          */
    uint64_t start, end; /* of the last segment in memory; 0: none    */
};

/* A program header, decoded. */
struct elf_phdr {
    uint32_t type, flags;
    uint64_t offset, vaddr, filesz, memsz, align;
};

/* Are bytes [offset, offset + bytes) all below size? */
static inline bool elf_inside(uint64_t offset, uint64_t bytes, uint64_t size)
{
    return offset <= size && bytes <= size - offset;
}

/* Size of the header, and of a program header, of the file's width. */
static inline unsigned elf_ehdr_bytes(const struct elf_reader *r)
{
    return 40 + 3 * r->word;
}

static inline unsigned elf_phdr_bytes(const struct elf_reader *r)
{
    return 8 + 6 * r->word;
}

/* Check a PT_LOAD, number `index` of the program headers, and add it to the image. */
enum elf_reason elf_take_segment(struct elf_reader *r, const struct elf_phdr *p, unsigned index);

/* Move the image up by its bias, and hold it against the limits of the address space. */
enum elf_reason elf_place(struct elf_reader *r);

#endif
