/* lockstep.h: two backends side by side, compared after every transaction. Layer: host. */
#ifndef ATLAS_LOCKSTEP_H
#define ATLAS_LOCKSTEP_H

#include "backend.h"

/* The backend `lockstep`, of any two: `model` gives the answers, `rtl` is compared with it and
 * gives cycles and waveforms. Differences are named after these roles.
 *
 * Returns NULL, after a message to stderr, if one of them cannot be had. */
struct backend *lockstep_open(const struct backend_ops *model, const struct backend_ops *rtl,
                              const struct backend_options *options);

#endif
