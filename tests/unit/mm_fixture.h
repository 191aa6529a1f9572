/* mm_fixture.h: a kernel with one process and one file, for the tests of what processes ask of
 * their address spaces. RAM begins full of garbage. Whatever is done, kernel_check holds. */
#ifndef MM_FIXTURE_H
#define MM_FIXTURE_H

#include "os/proc/proc.h"
#include "os_fixture.h"

enum { MM_LOAD = ATLAS_ACC_LOAD, MM_STORE = ATLAS_ACC_STORE, MM_FETCH = ATLAS_ACC_FETCH };
enum { MM_FILE_PAGES = 40 };
#define MM_PAGE(n) ((vaddr_t)(n) << ATLAS_PAGE_SHIFT)

struct mm_world {
    struct world *world;
    struct kernel *k;
    struct proc *p;            /* the first process                                      */
    struct object file;        /* page i begins with the byte 100 + i; cached            */
    unsigned fills;            /* of the file                                            */
    pfn_t hoard[WORLD_FRAMES]; /* frames that mm_starve has taken [array, hoarded] */
    unsigned hoarded;
};

/* A machine with `frames` frames, and a process. config: NULL is Sv39 and all else as usual; of
 * another the mode counts, and what is below it. */
struct mm_world *mm_open(unsigned frames, const struct kernel_config *config);

/* End all processes; everything must have been given back. */
void mm_close(struct mm_world *m);

/* The same after mm_starve, which loses records: only that the pages have been given back. */
void mm_leave(struct mm_world *m);

struct proc *mm_fork(struct mm_world *m, struct proc *p);
void mm_end(struct mm_world *m, struct proc *p);

/* A user access: what became of it, and the physical address. */
enum proc_outcome mm_access(struct mm_world *m, struct proc *p, vaddr_t va, unsigned acc,
                            paddr_t *pa);

/* Store and load a byte; they must succeed. */
void mm_put(struct mm_world *m, struct proc *p, vaddr_t va, uint8_t value);
uint8_t mm_get(struct mm_world *m, struct proc *p, vaddr_t va);

/* Frames with contents of pages. */
uint32_t mm_users(const struct mm_world *m);

/* Take all free frames but `left`, and all records that can be had without one, but `records` of
 * regions, up to 4; give the frames back. */
void mm_starve(struct mm_world *m, unsigned left, unsigned records);
void mm_feed(struct mm_world *m);

/* A number for everything that a failed call must leave as it was. */
uint64_t mm_fingerprint(struct mm_world *m, struct proc *p);

/* Regions of a process as text: "start-end perms kind|" in pages; in a buffer that the next call
 * writes again. */
const char *mm_text(const struct proc *p);

#endif
