/* kmap.h: the kernel in every address space. Layer: os/proc.
 *
 * The upper part of each process's table is one and the same: the kernel's own table, whose lower
 * tables all roots point to. It maps all RAM, with pages as large as they can be, global (G = 1:
 * a change of process forgets nothing of it) and not for users (U = 0). So the kernel has no table
 * to change to: it runs on whatever root is in satp.
 *
 * Source: OSTEP ch. 23 (VAX/VMS); Linux's direct map.
 */
#ifndef ATLAS_KMAP_H
#define ATLAS_KMAP_H

#include "os/proc/kernel.h"

/* Map all RAM, for the processes that come after. Returns VM_OK, or VM_NOMEM. */
enum vm_status kmap_open(struct kernel *k);

/* Where the kernel sees physical address pa of RAM, in every process. */
vaddr_t kmap_address(const struct kernel *k, paddr_t pa);

/* Map one page of anything else for the kernel, in every process at once.
 *
 *   va     in  in the kernel's part
 *   flags  in  subset of PTE_FLAGS without U and V; G is set whatever it says
 *
 * Returns as radix_map. */
enum vm_status kmap_add(struct kernel *k, vaddr_t va, uint64_t ppn, uint64_t flags);

#endif
