/* step.h: the model one micro-step at a time, to follow an MMU with several requests in flight.
 *
 * The RTL reports its steps on the event port (rtl/README.md, "Events"); whoever calls these
 * functions in that order gets, step by step, what the RTL must have done. atlas_access() is
 * look, begin, and walk to the end, in one call. Layer: mmu.
 */
#ifndef ATLAS_STEP_H
#define ATLAS_STEP_H

#include "atlas.h"

/* What a request depends on, sampled when it is accepted. */
struct atlas_sampled {
    struct atlas_req req;
    struct atlas_cfg cfg;
};

/* How far a walk is. */
enum atlas_walk_next {
    ATLAS_WALK_READ, /* wants the PTE at addr                                  */
    ATLAS_WALK_CAS,  /* wants compare-and-swap of old to new_value at addr     */
    ATLAS_WALK_DONE  /* rsp is the answer                                      */
};

/* One walk in flight. Owned by the caller; opaque but for the first members. */
struct atlas_walk {
    enum atlas_walk_next next;
    uint64_t addr, old, new_value;
    struct atlas_rsp rsp;
    bool l2_hit; /* answered by the L2 TLB: no memory transaction  */
    bool filled; /* the answer was filled into the L1              */
    bool l2_due; /* atlas_step_l2_fill is to come                  */
    /* the walker's registers */
    struct atlas_sampled s;
    unsigned port, level, levels;
    uint64_t pte, table; /* table: PPN of the table that is being read */
    bool g;              /* OR of G over the pointers above            */
    uint64_t data;       /* filled: the translation                    */
};

/* The answer of an L1 lookup. */
enum atlas_look { ATLAS_LOOK_MISS, ATLAS_LOOK_BYPASS, ATLAS_LOOK_L1, ATLAS_LOOK_SIDE };

/* Sample the configuration for a request that is accepted now. */
void atlas_step_sample(const struct atlas *atlas, const struct atlas_req *req,
                       struct atlas_sampled *out);

/* Look the request up in port's L1. Unless a miss, *rsp is its answer (never a fault: what the
 * L1 may not answer is a miss, and the walk decides). */
enum atlas_look atlas_step_look(struct atlas *atlas, unsigned port, const struct atlas_sampled *s,
                                struct atlas_rsp *rsp);

/* The miss unit takes port's request: L2 lookup, address checks, last pointers. Sets w->next. */
void atlas_step_begin(struct atlas *atlas, unsigned port, const struct atlas_sampled *s,
                      struct atlas_walk *w);

/* Memory answered the PTE read / the compare-and-swap that w asked for. */
void atlas_step_read(struct atlas *atlas, struct atlas_walk *w, uint64_t pte,
                     enum atlas_mem_status status);
void atlas_step_cas(struct atlas *atlas, struct atlas_walk *w, enum atlas_mem_status status);

/* The leaf of a walk that is over, with l2_due set, is written to the L2 TLB: after every look of
 * this cycle, one walk's a cycle. */
void atlas_step_l2_fill(struct atlas *atlas, struct atlas_walk *w);

/* May the two requests share a walk: does all that its result depends on, but for the access,
 * agree? */
bool atlas_step_same(const struct atlas *atlas, const struct atlas_sampled *a,
                     const struct atlas_sampled *b);

/* Port's request, which has missed, shares what another port's walk `from` has filled; the two are
 * the same. Returns false, and changes nothing, if that leaf does not allow the access: then the
 * request begins a walk of its own. Else w is done, and filled into port's L1 alone. */
bool atlas_step_share(struct atlas *atlas, unsigned port, const struct atlas_sampled *s,
                      const struct atlas_walk *from, struct atlas_walk *w);

/* The walk is given up for a fence or a kill; it leaves only the pointers it has read. */
void atlas_step_abort(struct atlas *atlas, struct atlas_walk *w);

/* As atlas_refill, under configuration *cfg. */
unsigned atlas_step_refill(struct atlas *atlas, const struct atlas_cfg *cfg,
                           const struct atlas_refill *refill);

/* A killed request was answered on port. */
void atlas_step_killed(struct atlas *atlas, unsigned port);

#endif
