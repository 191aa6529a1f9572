/* trace_pages.h: the pages that a translation trace (mmutrace.h) asks for, as streams.
 *
 * Layer: host. Each record is translated by the oracle, from the root, over the memory as the
 * trace gives it; what that walk finds is the page, with its size, ASID and G. Where the guest's
 * machine answered otherwise (a legal stale translation), the walk counts. U lines are taken as M:
 * an A/D update changes nothing but D of the page, and that the walk itself does.
 * Untranslated accesses (bare mode) are counted and ask no TLB.
 */
#ifndef ATLAS_TRACE_PAGES_H
#define ATLAS_TRACE_PAGES_H

#include "mmutrace.h"
#include "page_stream.h"

enum trace_side {
    TRACE_FETCH, /* what a TLB for instructions is asked */
    TRACE_DATA,  /* ... one for loads and stores         */
    TRACE_ALL,   /* ... one for both                     */
    TRACE_SIDES
};

struct trace_pages; /* opaque */

/* Nothing asked yet. Running out of the host's memory ends the program, here and below. */
struct trace_pages *trace_pages_open(const struct mmutrace_header *header);
void trace_pages_close(struct trace_pages *t); /* NULL is fine */

void trace_pages_event(struct trace_pages *t, const struct mmutrace_event *e);

const struct page_stream *trace_pages_stream(const struct trace_pages *t, enum trace_side side);

/* Translations so far: a record, and the n accesses left out before it, which hit. */
uint64_t trace_pages_translations(const struct trace_pages *t, enum trace_side side);

/* Can an MMU with these parameters follow the trace so far: xlen, modes, ASIDs, physical width?
 * Returns NULL if so, else what it lacks, as "no such mode". */
const char *trace_pages_lacking(const struct trace_pages *t, const struct atlas_params *params);

#endif
