/* diff.h: what differs between what was expected and what came, as text for people.
 *
 * Layer: host. Nothing is written, and nothing costs time, while all values are equal.
 */
#ifndef ATLAS_DIFF_H
#define ATLAS_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diff {
    unsigned count; /* differences */
    size_t used;
    char text[4096]; /* a line each; what does not fit is left out */
};

void diff_begin(struct diff *d);

/* One difference, as a line of text without its newline. */
void diff_add(struct diff *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* If they differ: "WHO: NAME is GOT, expected EXPECTED", in hex. */
void diff_value(struct diff *d, const char *who, const char *name, uint64_t expected, uint64_t got);

/* The same for two ATLAS_CAUSE_*, with their names. */
void diff_cause(struct diff *d, const char *who, unsigned expected, unsigned got);

/* The name of an ATLAS_CAUSE_* ("load page fault"). */
const char *diff_cause_text(unsigned cause);

#endif
