/* cold_walk.c: see cold_walk.h; the body is in cold_walk_inline.h. */
#include "oracle/cold_walk_inline.h"

void cold_walk(const struct cold_query *q, const struct cold_memory *m, struct cold_result *r)
{
    cold_walk_inline(q, m, r);
}
