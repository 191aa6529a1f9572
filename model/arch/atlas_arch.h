/* atlas_arch.h: the constants of atlas_arch.def as C names. Layer 0: knows nothing.
 *
 *   ATLAS_PTE_V_LSB, ATLAS_PTE_V_BITS     position and width of a field
 *   ATLAS_GET(x, PTE64_PPN)               its value in x
 *   ATLAS_SET(PTE64_PPN, v)               v at its position; bits beyond its width are dropped
 *   ATLAS_MASK(PTE_V)                     its bits in place
 *   ATLAS_REASON_INVALID ...              codes
 */
#ifndef ATLAS_ARCH_H
#define ATLAS_ARCH_H

#include <stdint.h>

enum atlas_field_place {
#define FIELD(group, name, lsb, width, text)                                                       \
    ATLAS_##group##_##name##_LSB = (lsb), ATLAS_##group##_##name##_BITS = (width),
#include "atlas_arch.def"
    ATLAS_PAGE_SHIFT = 12,
    ATLAS_PAGE_SIZE = 4096
};

enum atlas_code {
#define CODE(group, name, value, width, text) ATLAS_##group##_##name = (value),
#include "atlas_arch.def"
};

#define ATLAS_ONES(bits) ((bits) >= 64 ? UINT64_MAX : (UINT64_C(1) << (bits)) - 1)
#define ATLAS_GET(x, field)                                                                        \
    (((uint64_t)(x) >> ATLAS_##field##_LSB) & ATLAS_ONES(ATLAS_##field##_BITS))
#define ATLAS_SET(field, v)                                                                        \
    (((uint64_t)(v)&ATLAS_ONES(ATLAS_##field##_BITS)) << ATLAS_##field##_LSB)
#define ATLAS_MASK(field) (ATLAS_ONES(ATLAS_##field##_BITS) << ATLAS_##field##_LSB)

#ifdef __cplusplus
extern "C" {
#endif

/* The name of a reason ("NO_R") and its text, from the table; NULL for no such code. */
const char *atlas_reason_name(unsigned reason);
const char *atlas_reason_text(unsigned reason);

/* The name of a port's counter (0 .. ATLAS_CTR_PORT_COUNT - 1) or of a global one
 * (0 .. ATLAS_GCTR_GLOBAL_COUNT - 1); NULL for no such counter. */
const char *atlas_port_counter_name(unsigned c);
const char *atlas_global_counter_name(unsigned c);

#ifdef __cplusplus
}
#endif

#endif
