/* commit.h: how much memory the machine has promised, and how much it may. Layer: os/space; knows
 * base only.
 *
 * A page is promised when a process may come to need a frame of its own for it: private pages
 * that are or were writable (struct region, `committed`), and shared anonymous memory, once
 * (shm.h). File pages can be read again, and device pages need no frame.
 *
 * Source: Linux, Documentation/mm/overcommit-accounting.
 */
#ifndef ATLAS_COMMIT_H
#define ATLAS_COMMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum commit_policy {
    COMMIT_ALWAYS,    /* promise whatever is asked for; who touches too much of it runs out   */
    COMMIT_HEURISTIC, /* refuse only what alone exceeds all RAM and swap                      */
    COMMIT_NEVER      /* refuse what exceeds the limit: swap, and a part of RAM               */
};

enum { COMMIT_RATIO = 50 }; /* percent of RAM that COMMIT_NEVER promises, unless told */

struct commit {
    enum commit_policy policy;
    unsigned ratio; /* [percent] */
    uint64_t ram;   /* frames that are not the kernel's since the start [pages] */
    uint64_t swap;  /* room for pages elsewhere                         [pages] */
    uint64_t used;  /* promised                                         [pages] */
};

/* Nothing is promised, and there is no swap. A ratio of 0 is COMMIT_RATIO. */
void commit_init(struct commit *c, enum commit_policy policy, unsigned ratio, uint64_t ram);

/* The most that COMMIT_NEVER promises [pages]. */
uint64_t commit_limit(const struct commit *c);

/* Could `pages` more be promised once `freed` of those in use have been released? */
bool commit_fits(const struct commit *c, uint64_t pages, uint64_t freed);

/* Promise pages. Returns VM_OK, or VM_NOMEM if the policy refuses: nothing changed. */
enum vm_status commit_charge(struct commit *c, uint64_t pages);

/* They are no longer needed. More than were promised is a bug. */
void commit_release(struct commit *c, uint64_t pages);

#endif
