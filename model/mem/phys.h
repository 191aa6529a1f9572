/* phys.h: the physical memory of a machine. Layer: mem; knows base only.
 *
 * RAM is one contiguous array: page contents and the kernel's own objects live in it, and the
 * kernel sees all of it through a direct map (phys_ptr). Page-table words go another way: the
 * walker of every backend has a memory of its own, so each word is written and read through
 * one pair of functions (struct phys_word_ops), which reaches them all. Bits that the hardware
 * sets (A, D) are seen by reading through the same pair. The bytes of RAM behind a table word
 * are not used.
 */
#ifndef ATLAS_PHYS_H
#define ATLAS_PHYS_H

#include <stdbool.h>

#include "arch/atlas_arch.h"
#include "base/types.h"

/* Page-table words as the walkers see them. Addresses are multiples of `bytes`, 4 or 8. */
struct phys_word_ops {
    /* Read into *value. Returns false if nobody ever wrote the word. */
    bool (*read)(void *ctx, paddr_t addr, uint64_t *value, unsigned bytes);
    void (*write)(void *ctx, paddr_t addr, uint64_t value, unsigned bytes);
};

struct phys {
    paddr_t base;  /* address of ram[0]; a multiple of the page size       [bytes] */
    uint64_t size; /* bytes of RAM; a multiple of the page size            [bytes] */
    uint8_t *ram;  /* aligned to a page; the machine's            [array, size]    */
    const struct phys_word_ops *words;
    void *ctx; /* handed to the functions of words */
};

/* Does [addr, addr + bytes) lie in RAM? */
bool phys_holds(const struct phys *phys, paddr_t addr, uint64_t bytes);

/* The direct map: where the kernel (or the machine) sees addr. Outside RAM it is a bug. The
 * pointer is good up to the end of RAM. */
void *phys_ptr(const struct phys *phys, paddr_t addr);

/* The same for the first byte of a frame, and back: the frame that holds a kernel object. */
void *phys_frame(const struct phys *phys, pfn_t pfn);
pfn_t phys_pfn_of(const struct phys *phys, const void *object);

/* A page-table word. Reading one that was never written is a bug of the kernel. */
uint64_t phys_word_read(const struct phys *phys, paddr_t addr, unsigned bytes);
void phys_word_write(const struct phys *phys, paddr_t addr, uint64_t value, unsigned bytes);

#endif
