/* elf_kinds.h: hostile ELF files, by name. Each is a good file with one field changed. */
#ifndef ELF_KINDS_H
#define ELF_KINDS_H

#include "elf_make.h"

/* Good files, as bits of a set. */
enum {
    RV32 = 1,
    RV64 = 2,
    I386 = 4,
    PIE = 8,
    TEXT = 16,
    MANY = 32,
    DYNAMIC = 64, /* the only one with an interpreter: elf_limits_of allows it */
    BASES = 7,
    FIXED = RV32 | RV64 | I386,
    WIDE = RV64 | PIE,
    NARROW = RV32 | I386,
    ALL = FIXED | PIE
};

struct kind {
    const char *name;
    unsigned bases; /* good files that it can be made of                           */
    unsigned phdr;  /* program header that the field is in                         */
    enum field field;
    uint64_t value; /* cut to the field's width                                    */
    bool add;       /* to what is there, rather than instead of it                 */
    enum elf_reason reason;
    unsigned blamed; /* program header at fault, or ELF_NO_PHDR                    */
};

/* [array, elf_kinds_count] */
extern const struct kind elf_kinds[];
extern const size_t elf_kinds_count;

/* Make good file number `base` (bit 1 << base of the set); and the limits that suit it. */
void elf_good(struct elf_bytes *file, unsigned base);
struct elf_limits elf_limits_of(unsigned base);

/* Make a kind out of good file number `base`. */
void elf_hostile(struct elf_bytes *file, const struct kind *kind, unsigned base);

#endif
