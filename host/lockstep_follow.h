/* lockstep_follow.h: follows the RTL with several requests in flight, cycle by cycle.
 *
 * The RTL's event port says in which order it looks up, walks and fills. The follower drives its
 * own twin in that order, with the answers that memory gave, and demands of every cycle that
 *
 *   - each event is legal: a port looks up its oldest request only, once, or again after a fence
 *     or a read-back; a walk serves a request that has missed; it does not read on after it gave
 *     a request up, nor before memory has answered;
 *   - requests of several ports for the same page share a walk, whenever they may;
 *   - each event is the twin's: hit or miss, PTE reads and compare-and-swaps with their
 *     addresses and values, the end of a walk, the entry that is filled;
 *   - every request is answered once, in order, with the twin's answer, stable until it is taken;
 *     a killed one with `killed`, unless its answer was on offer when the kill came;
 *   - an entry that is read back is the twin's;
 *   - the walks serve the ports in turn;
 *   - no request waits longer than a limit.
 *
 * A fence takes effect on the twin in the cycle of s_fence_done. Layer: host.
 */
#ifndef ATLAS_LOCKSTEP_FOLLOW_H
#define ATLAS_LOCKSTEP_FOLLOW_H

#include "atlas.h"
#include "rtl_shim.h"

struct follower;

/* What was seen: a test asks whether it has tried what it meant to try. */
struct follow_stats {
    uint64_t cycles, answers, faults, killed, looks, hits, begins, l2_hits, reads, cas, cas_fails,
        bus_errors, fills, shares, aborts, fences, refills, longest; /* cycles a request waited */
    unsigned walks;                                                  /* most walks at once */
};

/* Follow an MMU that is now out of reset and ready, with nothing in flight.
 *
 *   limit  in  cycles that a request, a fence or a read-back may take
 *
 * Returns NULL if the host has no memory left. */
struct follower *follow_open(const struct atlas_params *params, uint64_t limit);
void follow_close(struct follower *f);

/* One cycle: after rtl_eval, before rtl_clock. Returns false from the first difference on. */
bool follow_cycle(struct follower *f, const struct rtl_in *in, const struct rtl_out *out);

/* What differed, as text for people; NULL while nothing has. */
const char *follow_difference(const struct follower *f);

/* True while requests, a walk or a fence are under way. */
bool follow_busy(const struct follower *f);

/* The twin, to compare what it remembers while nothing is under way. */
const struct atlas *follow_twin(const struct follower *f);

const struct follow_stats *follow_stats(const struct follower *f);

#endif
