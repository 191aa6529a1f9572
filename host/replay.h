/* replay.h: the rules of a translation trace, applied event by event to a target.
 *
 * Layer: host. The trace says what the guest's own machine saw; the target is an MMU with its own
 * TLBs. Compared are success or cause, pa and level; the oracle's number of PTE reads; and what
 * was written to page tables. Where the target disagrees about success, and is right by what was
 * in memory at some time since the last fence that covers it (history.h), the record is `stale`
 * and no mismatch.
 *
 * A/D updates. With svade=0, a U line is held back until the next record: the target must have
 * written that very value then. If instead it answered from an entry that legally had those bits
 * already (the guest cleared them and did not fence), that is stale, and the value is put there.
 * Before a ? record, and with svade=1, U is an M. An update that no U announced is accepted if it
 * sets nothing but A (or D, for a store) and the access did not fault.
 */
#ifndef ATLAS_REPLAY_H
#define ATLAS_REPLAY_H

#include "diff.h"
#include "history.h"
#include "mmutrace.h"
#include "options.h"

/* Counts of one trace, or of several added up. */
struct replay_counts {
    uint64_t fetch, load, store, amo, sc; /* K records by letter: F R W A C            */
    uint64_t faults;                      /* P records                                 */
    uint64_t unchecked;                   /* ? records                                 */
    uint64_t left_out;                    /* sum of n: accesses that records stand for */
    uint64_t satps, fences, words;        /* T, V, and M and U lines                   */
    uint64_t stale;                       /* legal disagreements                       */
    uint64_t announced, unannounced;      /* A/D updates by the target                 */
    uint64_t oracle_reads;                /* PTE reads of the oracle's walks           */
};

uint64_t replay_records(const struct replay_counts *c);

struct replay; /* one trace on one target */

/* Begin a trace on a target that is as after reset. Both pointers must outlive it. */
struct replay *replay_open(struct target *t, const struct mmutrace_header *header);
void replay_close(struct replay *r); /* NULL is fine */

/* Can the target be given this event? Not if satp has a mode, PPN or ASID, or a word of memory a
 * PPN, or an untranslated access an address, that does not fit its parameters. */
bool replay_fits(const struct replay *r, const struct mmutrace_event *e);

/* Apply one event. Adds to d what differs: after a record, d->count != 0 is a mismatch. */
void replay_event(struct replay *r, const struct mmutrace_event *e, struct diff *d);

/* Compare all that is remembered, at the end. */
void replay_finish(struct replay *r, struct diff *d);

const struct replay_counts *replay_counts(const struct replay *r);

#endif
