/* va_check.h: is an address one that the mode can translate? Twin of atlas_va_check.
 * Layer: mmu. Pure: knows the constants and the parameters.
 *
 * Rules in their order (model/README.md, 1 and 2): an untranslated address must fit the
 * physical width; the mode must be implemented; the bits above the mode's address must be
 * copies of its highest bit (priv. spec 12.4.1 and so on; Sv32 uses all 32 bits).
 */
#ifndef ATLAS_MMU_VA_CHECK_H
#define ATLAS_MMU_VA_CHECK_H

#include "mmu_port.h"

/* What a value of satp.MODE means to an MMU with given parameters. */
struct va_mode {
    bool bare;          /* no translation                                          */
    bool implemented;   /* bare, or a mode with at most LEVELS levels              */
    uint8_t levels;     /* of the mode; 0 if bare or not implemented               */
    uint8_t va_bits;    /* width of an address: 32, 39, 48, 57; else 63            */
    uint64_t half;      /* added to a canonical address, gives one below 2^va_bits */
    uint64_t pa_beyond; /* bits that a physical address must not have              */
};

/* The mode with code `mode` (ATLAS_MODE_*; other values are not implemented). */
struct va_mode va_mode(const struct atlas_params *params, unsigned mode);

/* True if an access at privilege `priv` is translated: the mode is not bare, priv not M. A mode
 * that is not implemented counts as translated. */
static inline bool va_translated(const struct va_mode *mode, unsigned priv)
{
    return !mode->bare && priv != ATLAS_PRIV_M;
}

/* True if the mode is implemented and va canonical in it; for addresses that are translated. */
static inline bool va_canonical(const struct va_mode *mode, uint64_t va)
{
    return mode->implemented && (va + mode->half) >> mode->va_bits == 0;
}

/* Check address va [xlen bits, the others 0] at privilege `priv` (ATLAS_PRIV_*).
 *
 * Returns ATLAS_REASON_NONE, _VA_WIDTH, _MODE or _NONCANONICAL. */
unsigned va_check(const struct va_mode *mode, uint64_t va, unsigned priv);

#endif
