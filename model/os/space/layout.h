/* layout.h: what goes where in an address space. Layer: os/space; knows the modes' widths.
 *
 *   0 ..              nothing: page 0, and what lies below `lowest`, is never mapped
 *   image             text, read-only data, data, bss of the program
 *   heap              after the image, grows up (or from a third of the space, and grows down)
 *   mmap_low .. high  mappings, from the top down (or from a third of the space, upwards)
 *   guard             never mapped by the kernel's choice
 *   .. stack          the stack, grows down
 *   one page, end     of the process's part: the lower half, in Sv32 the lower 3 GiB
 *
 * All is a part of `end`, so the same code lays out Sv32 to Sv57, and spaces of a few pages for
 * lessons and tests. With ASLR each of image, heap, mmap area and stack is moved by a random
 * number of pages, below 2^(half the bits of a page number).
 *
 * Source: OSTEP ch. 13 (heap up, stack down); Linux mm/util.c, arch_pick_mmap_layout.
 */
#ifndef ATLAS_LAYOUT_H
#define ATLAS_LAYOUT_H

#include "base/rng.h"
#include "os/paging/mode.h"

enum {
    SPACE_STACK_PAGES = 2048, /* a region that grows does so up to 8 MiB ...             */
    SPACE_GUARD_PAGES = 256,  /* ... and stays 1 MiB away from the region below          */
    LAYOUT_LOWEST = 16        /* the first 64 KiB catch null pointers, and what is near  */
};

/* What is wanted. All zero: as above. */
struct layout_config {
    vpn_t lowest;    /* no page below is mapped; 0: LAYOUT_LOWEST                       */
    bool page_zero;  /* page 0 may be mapped, too: `lowest` does not count              */
    vpn_t end;       /* first page that is not the process's; 0: as the mode has it     */
    uint64_t guard;  /* pages kept free below a stack; 0: SPACE_GUARD_PAGES             */
    uint64_t gap;    /* pages kept free around mappings that the kernel places          */
    uint64_t stack;  /* room for the stack, and its limit at first; 0: SPACE_STACK_PAGES */
    bool heap_down;  /* the heap grows to lower addresses                               */
    bool heap_eager; /* brk gives frames, not just addresses                            */
    bool mmap_up;    /* mappings go to the lowest addresses that are free               */
    bool w_xor_x;    /* what is writable is not executable: a mapping that is both is refused */
    bool aslr;
    uint64_t seed; /* of ASLR                                                         */
};

struct layout {
    vpn_t lowest, end;         /* what a process may map at all         */
    vpn_t image;               /* for a program that can lie anywhere   */
    vpn_t heap;                /* where the heap begins                 */
    vpn_t mmap_low, mmap_high; /* where mappings are placed             */
    vpn_t stack;               /* end of the stack                      */
    uint64_t guard, gap;
    uint64_t stack_pages;
    uint64_t random; /* what is moved is so by fewer pages than this; <= 1: not at all */
    bool heap_down, heap_eager, mmap_up, w_xor_x;
};

/* Lay out an address space. What does not fit is made smaller: the stack may have a quarter of the
 * space, guard, gap, and each random offset a sixteenth.
 *
 *   rng  in/out  asked if there is ASLR; may be NULL if not */
void layout_choose(struct layout *layout, const struct paging_mode *mode,
                   const struct layout_config *config, struct rng *rng);

/* The image ends before page `end`: where does the heap begin? A heap that grows down stays where
 * it is. */
void layout_place_heap(struct layout *layout, vpn_t end, struct rng *rng);

#endif
