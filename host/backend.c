/* backend.c: the table of backends. */
#include "backend.h"

#include <string.h>

static const struct backend_ops *const backends[] = {
    &backend_model,
    &backend_rtl,
    &backend_lockstep,
};

const struct backend_ops *backend_find(const char *name)
{
    for (size_t i = 0; i < sizeof backends / sizeof backends[0]; i++)
        if (strcmp(backends[i]->name, name) == 0)
            return backends[i];
    return NULL;
}

const char *backend_names(void)
{
    static char names[100];
    size_t used = 0;

    for (size_t i = 0; i < sizeof backends / sizeof backends[0]; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i == 0 ? "" : ", ",
                                 backends[i]->name);
    return names;
}
