/* run_json.h: all that is known of a run, as one JSON object in a file, for programs.
 *
 * Layer: host, part of run. Counts are integers, pages and frames are of 4 KiB; what is not known,
 * such as the cycles of a target without a clock, is null. A seed above 2^63 - 1 is a string:
 * most readers of JSON have no such integers.
 */
#ifndef ATLAS_RUN_JSON_H
#define ATLAS_RUN_JSON_H

#include "run_drive.h"

/* What the run itself does not know. */
struct run_about {
    char *const *command; /* the command line [array, NULL at the end] */
    const struct run_plan *plan;
    double began; /* report_seconds() when the run began */
};

/* Write it, as whole_file_save. Returns false after reporting why not. */
bool run_json_write(const char *path, const struct run *run, const struct run_about *about);

#endif
