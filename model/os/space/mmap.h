/* mmap.h: mappings as processes ask for them: by address, any length, with limits. Layer:
 * os/space.
 *
 * Lengths are rounded up to pages; a length of 0, an address that is no multiple of the page
 * size, and what lies outside the process's part of the layout are VM_RANGE. Unless VM_OK nothing
 * changed, but where it is said. With w_xor_x in the layout what would be writable and executable
 * at once is VM_DENIED.
 *
 * Source: mmap(2), munmap(2), mprotect(2).
 */
#ifndef ATLAS_MMAP_H
#define ATLAS_MMAP_H

#include "os/space/space.h"

enum {
    MM_FIXED = 1,     /* at this very address, in place of what is there       */
    MM_NOREPLACE = 2, /* with MM_FIXED: VM_EXISTS if something is there        */
    MM_SHARED = 4,    /* stores go to the object and are seen by all who map it */
    MM_MAYMOVE = 8    /* of mm_remap: to another address if it must            */
};

struct mm_request {
    vaddr_t address; /* wanted; 0: none. Without MM_FIXED its page is only preferred   */
    uint64_t length; /* [bytes]                                                        */
    unsigned perms;  /* REGION_R | _W | _X                                             */
    unsigned flags;  /* MM_*                                                           */
    enum region_kind kind;
    struct object *object; /* NULL: anonymous. Shared needs one that is cached         */
    uint64_t offset;       /* of the object, or physical address of a device; a multiple of the
                              page size [bytes] */
    const char *name;      /* as in struct region */
};

/* Map memory.
 *
 *   at  out  where it is
 *
 * Without MM_FIXED the place is the page of `address` if it is free, else the highest or the
 * lowest one that is, as the layout says. Regions that the kernel places keep the layout's gap,
 * and the guard of a stack.
 *
 * Returns VM_OK; VM_RANGE; VM_EXISTS; VM_DENIED; VM_LIMIT; VM_NOMEM if there is no room, no memory
 * for records, or not so much can be promised. O(regions). */
enum vm_status mm_map(struct space *s, vaddr_t *at, const struct mm_request *request);

/* Unmap whatever lies in [address, address + length). Returns VM_OK; VM_RANGE; VM_NOMEM if it
 * would leave a hole in a region and there is no memory for a record. */
enum vm_status mm_unmap(struct space *s, vaddr_t address, uint64_t length);

/* Change permissions. Returns VM_OK; VM_RANGE; VM_ABSENT if a page is in no region; VM_DENIED;
 * VM_LIMIT; VM_NOMEM. */
enum vm_status mm_protect(struct space *s, vaddr_t address, uint64_t length, unsigned perms);

struct mm_remap {
    vaddr_t old;         /* all of [old, old + old_length) is in one region               */
    uint64_t old_length; /* [bytes]                                                       */
    uint64_t length;     /* wanted [bytes]                                                */
    unsigned flags;      /* MM_MAYMOVE, MM_FIXED                                          */
    vaddr_t address;     /* with MM_FIXED: where to                                       */
};

/* Make a mapping smaller, larger, or move it; frames are not copied. A part of the heap or of a
 * stack that is moved is plain anonymous memory from then on.
 *
 *   at  out  where it is
 *
 * It stays where it is if there is room; else it moves if it may. With MM_FIXED it always moves, to
 * a range that it does not overlap (VM_RANGE), in place of what is there: should memory run out
 * then, that is gone, and all else is as it was.
 *
 * Returns VM_OK; VM_ABSENT if the old range is not in one region; VM_RANGE; VM_LIMIT; VM_NOMEM if
 * there is no room, or no memory for records or tables. */
enum vm_status mm_remap(struct space *s, vaddr_t *at, const struct mm_remap *request);

#endif
