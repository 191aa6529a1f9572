/* symbols.h: which section, and which region of the address space, each symbol of a program is in.
 *
 * Layer: host. Regions are what elf_read (os/proc/elf.h) makes of the file; sections and symbols
 * come from libelf. Letters are those of nm(1).
 */
#ifndef ATLAS_SYMBOLS_H
#define ATLAS_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "os/proc/elf.h"

enum { SYMBOLS_ERROR = 4200 }; /* a path has at most 4096 bytes */

struct symbol {
    const char *name;
    const char *section;              /* ".text"; "" if it is in none                           */
    const struct elf_segment *region; /* NULL: none, such as undefined, absolute, thread-local  */
    uint64_t value;                   /* address in memory if it has a region, else as in file  */
    uint64_t size;                    /* [bytes]                                                */
    char letter;                      /* T text, D data, B BSS, R read-only ...; small: local   */
};

/* A program; names live as long as it. */
struct symbols {
    struct elf_image image;
    struct symbol *list; /* [array, count], in the order of the file; none if it is stripped */
    size_t count;
    void *elf; /* libelf's */
};

/* Read a program. Sections and files, which are symbols too, are left out, as nm does.
 *
 *   limits  in   of the address space, as for elf_read
 *   error   out  a sentence if it returns false [array, SYMBOLS_ERROR]
 */
bool symbols_open(struct symbols *s, const char *path, const struct elf_limits *limits,
                  char error[SYMBOLS_ERROR]);
void symbols_close(struct symbols *s);

/* The symbol that names address va: the one with the highest address up to va in the same region,
 * if va is inside it, or if it has no size. NULL: none. O(count). */
const struct symbol *symbols_find(const struct symbols *s, uint64_t va);

/* A table: address, letter, permissions of the region, section, name. */
void symbols_print(FILE *out, const struct symbols *s);

#endif
