/* entry.h: how a translation is packed in the arrays of the L1 and the L2. Private to model/mmu.
 *
 *   key   valid, ASID and VPN as the filling request had them
 *   care  the bits of the key that a request must have as well: not the VPN bits inside the
 *         page, not the ASID of a global entry
 *   data  what an access is answered from
 *
 * The RTL keeps a tag of fewer VPN bits where the set number implies the rest: the same entries
 * match. An empty entry cares for all bits of a key that no request has.
 */
#ifndef ATLAS_MMU_ENTRY_H
#define ATLAS_MMU_ENTRY_H

#include "atlas.h"
#include "mmu/shape.h"

/* Bits of data, from the lowest: R W X U D, PBMT, page size (level * 2 + napot), G, and the PPN
 * where it stands in a physical address. */
#define DATA_RWXU ATLAS_ONES(4)
#define DATA_RWXUD ATLAS_ONES(5)
#define DATA_D_LSB 4
#define DATA_PBMT_LSB 5
#define DATA_SIZE_LSB 7
#define DATA_G_LSB 11
#define DATA_PPN (ATLAS_ONES(44) << ATLAS_PAGE_SHIFT)
#define DATA_OFFSET ATLAS_ONES(ATLAS_PAGE_SHIFT)

struct entry {
    uint64_t key, care, data;
};

#define ENTRY_EMPTY ((struct entry){.key = 0, .care = UINT64_MAX, .data = 0})

static inline unsigned data_size(uint64_t data)
{
    return (unsigned)(data >> DATA_SIZE_LSB) & (MMU_PAGE_SIZES - 1);
}

static inline uint8_t data_level(uint64_t data)
{
    return (uint8_t)(data_size(data) >> 1);
}

static inline bool data_napot(uint64_t data)
{
    return (data_size(data) & 1) != 0;
}

static inline uint8_t data_pbmt(uint64_t data)
{
    return (uint8_t)(data >> DATA_PBMT_LSB & 3);
}

static inline bool data_g(uint64_t data)
{
    return (data >> DATA_G_LSB & 1) != 0;
}

/* The entry of a translation `data` that the request with key `key` has got. */
static inline struct entry entry_make(const struct shape *shape, uint64_t key, uint64_t data)
{
    const uint64_t any_asid = data_g(data) ? KEY_ASID : 0;

    return (struct entry){
        .key = key, .care = ~(shape->inside[data_size(data)] | any_asid), .data = data};
}

static inline bool entry_valid(const struct entry *e)
{
    return e->key != 0;
}

static inline bool entry_matches(const struct entry *e, uint64_t key)
{
    return ((e->key ^ key) & e->care) == 0;
}

/* A fence removes the entry. `key` holds the fence's VPN and ASID; `named` the parts of it
 * (KEY_VPN, KEY_ASID) that the fence names. A fence of one ASID spares global entries. */
static inline bool entry_fenced(const struct entry *e, uint64_t key, uint64_t named)
{
    if ((named & KEY_ASID) != 0 && data_g(e->data))
        return false;
    return entry_valid(e) && ((e->key ^ key) & e->care & named) == 0;
}

/* A translation of a page of any size, for the request of address va: its PPN is composed. */
static inline uint64_t entry_compose(const struct shape *shape, uint64_t data, uint64_t va)
{
    const uint64_t offset = shape->inside[data_size(data)] << ATLAS_PAGE_SHIFT;

    return (data & ~offset) | (va & offset);
}

/* The answer to a request of address va from a translation of any page size. */
static inline void entry_answer(const struct shape *shape, uint64_t data, uint64_t va, uint32_t id,
                                struct atlas_rsp *rsp)
{
    const uint64_t offset = shape->inside[data_size(data)] << ATLAS_PAGE_SHIFT | DATA_OFFSET;

    *rsp = (struct atlas_rsp){.pa = (data & DATA_PPN & ~offset) | (va & offset),
                              .level = data_level(data),
                              .napot = data_napot(data),
                              .pbmt = data_pbmt(data),
                              .id = id};
}

/* For read-back. What lies inside the page is not kept by the RTL, and reads as 0. */
static inline struct atlas_entry entry_show(const struct shape *shape, const struct entry *e)
{
    const uint64_t kept = ~shape->inside[data_size(e->data)];

    if (!entry_valid(e))
        return (struct atlas_entry){.valid = false};
    return (struct atlas_entry){
        .valid = true,
        .g = data_g(e->data),
        .asid = (uint16_t)(e->key >> KEY_ASID_LSB),
        .vpn = e->key & KEY_VPN & kept,
        .ppn = (e->data & DATA_PPN) >> ATLAS_PAGE_SHIFT & kept,
        .level = data_level(e->data),
        .napot = data_napot(e->data),
        .pbmt = data_pbmt(e->data),
        .r = (e->data & 1) != 0,
        .w = (e->data & 2) != 0,
        .x = (e->data & 4) != 0,
        .u = (e->data & 8) != 0,
        .d = (e->data >> DATA_D_LSB & 1) != 0,
    };
}

#endif
