/* vec_run.h: one golden vector, tried on the oracle and on a target.
 *
 * Layer: host. A vector says everything that a cold walk may do: its answer, every PTE read with
 * its order and value, the one write, and nothing beside. All of that is compared.
 */
#ifndef ATLAS_VEC_RUN_H
#define ATLAS_VEC_RUN_H

#include "diff.h"
#include "oracle/cold_walk.h"
#include "options.h"
#include "vec.h"

/* May it be run on an MMU with these parameters? Not if its mode is absent, or the PPN of the
 * root or of a listed PTE, or the address of an untranslated access, does not fit. */
bool vec_fits(const struct vec *v, const struct atlas_params *params);

/* Vectors are written for the widest physical address (Sv32 34 bits, else 56). On an MMU with a
 * narrower one, a superpage of small PPN may reach beyond it: then the answer is an access fault,
 * with no A/D update. Changes the vector to say so. It must fit (vec_fits). */
void vec_narrow(struct vec *v, const struct atlas_params *params);

/* Ask the oracle. The memory that it sees is the vector's, in the vector's order. */
void vec_ask_oracle(const struct vec *v, const struct atlas_params *params,
                    struct cold_query *query, struct cold_result *r);

/* Ask the oracle; adds to d what differs. */
void vec_try_oracle(const struct vec *v, const struct atlas_params *params, struct diff *d);

/* Start the target cold with the vector's memory, make the access, and compare; a store is tried
 * as an AMO too. Adds to d what differs. */
void vec_try_target(const struct vec *v, struct target *t, struct diff *d);

/* The vector's request in words: "Sv39 load of va 1000 in S, sum 0 ...". Returns buf [array, len];
 * 200 bytes hold any. */
const char *vec_describe(const struct vec *v, char *buf, size_t len);

#endif
