/* run_drive.h: a run from its first reference to its last: programs, recorded traces and
 * generators, each a process, that take turns.
 *
 * Layer: host, part of run.
 */
#ifndef ATLAS_RUN_DRIVE_H
#define ATLAS_RUN_DRIVE_H

#include "run_feed.h"

struct run_plan {
    struct run_source sources[RUN_PROCS_MAX]; /* [array, count], at least one */
    unsigned count;
    uint64_t limit;        /* stop after so many references; 0: at the end                */
    const char *wave;      /* write a waveform: with a limit of the last reference, else of
                              all; NULL: none                                             */
    uint64_t vmstat;       /* a line every so many references (run_vmstat.h); 0: none      */
    const char *frame_map; /* a file for physical memory when the first process ends
                              (run_frames.h); NULL: none                                 */
    bool maps;             /* at its end each process's regions (run_maps.h)               */
    bool quiet;            /* say nothing that is no problem                              */
};

/* How it ended. */
enum run_ending {
    RUN_ENDED,
    RUN_ENDED_SHORT, /* a program was killed, or Atlas was told to stop: what came was compared */
    RUN_BAD_INPUT    /* nothing of it counts                                                      */
};

/* Do all of it; problems and the programs' ends are reported. `began`: report_seconds() now. */
enum run_ending run_drive(struct run *run, const struct run_plan *plan, double began);

#endif
