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

#define KEY_VPN ATLAS_ONES(45)
#define KEY_ASID_LSB 45
#define KEY_ASID (ATLAS_ONES(16) << KEY_ASID_LSB)
#define KEY_VALID (UINT64_C(1) << 61)

/* Bits of data; the PPN stands where it stands in a physical address. */
#define DATA_RWXU ATLAS_ONES(4)
#define DATA_D_LSB 4
#define DATA_PBMT_LSB 5
#define DATA_NAPOT_LSB 7
#define DATA_LEVEL_LSB 8
#define DATA_G_LSB 11
#define DATA_PPN (ATLAS_ONES(44) << ATLAS_PAGE_SHIFT)
#define DATA_RWXUD ATLAS_ONES(5)

struct entry {
    uint64_t key, care, data;
};

#define ENTRY_EMPTY ((struct entry){.key = 0, .care = UINT64_MAX, .data = 0})

static inline unsigned data_level(uint64_t data)
{
    return (unsigned)(data >> DATA_LEVEL_LSB) & 7;
}

static inline bool data_napot(uint64_t data)
{
    return (data >> DATA_NAPOT_LSB & 1) != 0;
}

static inline uint8_t data_pbmt(uint64_t data)
{
    return (uint8_t)(data >> DATA_PBMT_LSB & 3);
}

static inline bool data_g(uint64_t data)
{
    return (data >> DATA_G_LSB & 1) != 0;
}

/* The key that a request looks up. */
static inline uint64_t entry_key(uint64_t vpn, uint16_t asid)
{
    return KEY_VALID | (uint64_t)asid << KEY_ASID_LSB | vpn;
}

/* The entry of a translation `data` that the request with key `key` has got. */
static inline struct entry entry_make(const struct shape *shape, uint64_t key, uint64_t data)
{
    const unsigned page_bits = shape_page_bits(shape, data_level(data), data_napot(data));

    return (struct entry){
        .key = key, .care = ~(ATLAS_ONES(page_bits) | (data_g(data) ? KEY_ASID : 0)), .data = data};
}

static inline bool entry_valid(const struct entry *e)
{
    return e->key != 0;
}

static inline bool entry_matches(const struct entry *e, uint64_t key)
{
    return ((e->key ^ key) & e->care) == 0;
}

/* Some request could match both: same VPN above the larger page, and ASID. */
static inline bool entry_overlaps(const struct entry *a, const struct entry *b)
{
    return ((a->key ^ b->key) & a->care & b->care) == 0;
}

/* A fence removes the entry. `key` holds the fence's VPN and ASID; `needed` the parts of it
 * (KEY_VPN, KEY_ASID) that the fence names. A fence of one ASID spares global entries. */
static inline bool entry_fenced(const struct entry *e, uint64_t key, uint64_t needed)
{
    const uint64_t care = (e->care & KEY_VPN) | KEY_ASID | KEY_VALID;

    if ((needed & KEY_ASID) != 0 && data_g(e->data))
        return false;
    return ((e->key ^ key) & care & (needed | KEY_VALID)) == 0;
}

/* Bits of an address that a page of this entry does not translate. */
static inline uint64_t entry_offset_mask(const struct entry *e)
{
    return ATLAS_ONES(ATLAS_PAGE_SHIFT) | (~e->care & KEY_VPN) << ATLAS_PAGE_SHIFT;
}

/* The answer to a request that entry e may answer. */
static inline void entry_answer(const struct entry *e, uint64_t va, uint32_t id,
                                struct atlas_rsp *rsp)
{
    const uint64_t offset = entry_offset_mask(e);

    *rsp = (struct atlas_rsp){.pa = (e->data & DATA_PPN & ~offset) | (va & offset),
                              .level = (uint8_t)data_level(e->data),
                              .napot = data_napot(e->data),
                              .pbmt = data_pbmt(e->data),
                              .id = id};
}

/* For read-back. */
static inline struct atlas_entry entry_show(const struct entry *e)
{
    if (!entry_valid(e))
        return (struct atlas_entry){.valid = false};
    return (struct atlas_entry){
        .valid = true,
        .g = data_g(e->data),
        .asid = (uint16_t)(e->key >> KEY_ASID_LSB),
        .vpn = e->key & KEY_VPN,
        .ppn = (e->data & DATA_PPN) >> ATLAS_PAGE_SHIFT,
        .level = (uint8_t)data_level(e->data),
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
