/* radix_ops.h: radix tables as one kind of page table among others. `table` is a struct radix; a
 * mapping that is found may be a superpage or NAPOT page, and is unmapped or protected whole.
 * Layer: os/paging. */
#ifndef ATLAS_RADIX_OPS_H
#define ATLAS_RADIX_OPS_H

#include "os/paging/page_table.h"

extern const struct page_table_ops radix_ops;

#endif
