/* vec.h: one golden single-translation vector, a line of a .vec file.
 *
 * Layer: host. Line 1 of a file is a comment; every other line is one case:
 *   mode rootppn asid priv sum mxr adue pbmte svnapot acc va nread {addr val err}*nread
 *   cause pa level napot pbmt g wflag waddr wval scenario
 * separated by one space, all numbers bare hex. The parser is strict about form and widths; that
 * an address lies where no walk would read is a wrong case, not a malformed one.
 */
#ifndef ATLAS_VEC_H
#define ATLAS_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scan.h"

#define VEC_READS 16    /* most reads of a case: five levels and room for a wrong case */
#define VEC_SCENARIO 64 /* most bytes of a scenario's name */

enum vec_write { VEC_NO_WRITE = 0, VEC_WRITTEN = 1, VEC_WRITE_ERROR = 2 };

struct vec {
    uint8_t mode;      /* ATLAS_MODE_*                                 */
    uint64_t root_ppn; /* satp.PPN                                     */
    uint16_t asid;     /* satp.ASID                                    */
    uint8_t priv;      /* ATLAS_PRIV_*                                 */
    bool sum, mxr, adue, pbmte, svnapot;
    uint8_t acc;    /* ATLAS_ACC_FETCH, _LOAD, or _STORE (or AMO)   */
    uint64_t va;    /* 32 bits for Sv32, else 64                    */
    unsigned nread; /* PTE reads that the walk must make            */
    struct vec_read {
        uint64_t addr, val;
        bool err; /* this read gets a bus error                   */
    } read[VEC_READS];
    uint8_t cause; /* ATLAS_CAUSE_*                                */
    uint64_t pa;   /* 0 on a fault                                 */
    uint8_t level; /* of the leaf; 0 on a fault                    */
    bool napot;
    uint8_t pbmt;
    bool g; /* OR of G over the path                        */
    enum vec_write wflag;
    uint64_t waddr, wval;
    char scenario[VEC_SCENARIO + 1];
};

/* Parse one case.
 *
 *   v      out  the case; meaningless on failure
 *   line   in   len bytes and a NUL, without newline
 *   error  out  on failure a sentence [array, SCAN_ERROR]: what is wrong, what was expected
 *
 * Returns whether the line is a case. */
bool vec_parse(struct vec *v, const char *line, size_t len, char error[SCAN_ERROR]);

/* satp as the CSR reads, for the case's mode. */
uint64_t vec_satp(const struct vec *v);

/* Is it work for a 32-bit MMU (Sv32)? All else is 64-bit. */
bool vec_is_32(const struct vec *v);

#endif
