/* types.h: numbers with a unit. Layer: base; knows nothing. */
#ifndef ATLAS_TYPES_H
#define ATLAS_TYPES_H

#include <stdint.h>

typedef uint64_t paddr_t; /* physical address [bytes]                                   */
typedef uint64_t vaddr_t; /* virtual address [bytes]; of Sv39 and up sign-extended       */
typedef uint64_t vpn_t;   /* virtual page number = vaddr / 4096 [pages], below 2^52     */
typedef uint32_t pfn_t;   /* physical frame number = paddr / 4096 [frames]              */

#define PFN_NONE UINT32_MAX /* "no frame"; never the number of a frame in use */

#endif
