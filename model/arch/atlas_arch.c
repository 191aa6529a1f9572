/* atlas_arch.c: names and texts of the codes in atlas_arch.def. */
#include "arch/atlas_arch.h"

#include <stddef.h>
#include <string.h>

struct code_row {
    const char *group, *name, *text;
    unsigned value;
};

static const struct code_row rows[] = {
#define CODE(group, name, value, width, text) {#group, #name, text, value},
#include "arch/atlas_arch.def"
};

static const struct code_row *row_of(const char *group, unsigned value)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].value == value && strcmp(rows[i].group, group) == 0)
            return &rows[i];
    }
    return NULL;
}

const char *atlas_reason_name(unsigned reason)
{
    const struct code_row *row = row_of("REASON", reason);

    return row ? row->name : NULL;
}

const char *atlas_reason_text(unsigned reason)
{
    const struct code_row *row = row_of("REASON", reason);

    return row ? row->text : NULL;
}

const char *atlas_port_counter_name(unsigned c)
{
    return c < ATLAS_CTR_PORT_COUNT ? row_of("CTR", c)->name : NULL;
}

const char *atlas_global_counter_name(unsigned c)
{
    return c < ATLAS_GCTR_GLOBAL_COUNT ? row_of("GCTR", c)->name : NULL;
}
