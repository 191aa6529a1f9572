/* run_frames.h: physical memory, frame by frame, for people.
 *
 * Layer: host, part of run. First a picture, a character a frame, 64 in a row, with "*" for rows
 * like the one before:
 *
 *   80000000 RRRRRRRRKKTT1T121212...
 *
 * . is free, # a hole, R reserved, K the kernel's, T a page table; a user's page is its owner's
 * pid, from 1 to 9, a to z, and then again from 1. Then a line for each frame that is in use:
 *
 *   ADDRESS KIND OWNER REFS {PID:VA:FLAGS}
 *
 * with all its mappings and the flags of their leaves, rwxugad; an owner of 0 is the kernel.
 */
#ifndef ATLAS_RUN_FRAMES_H
#define ATLAS_RUN_FRAMES_H

#include <stdio.h>

#include "os/proc/kernel.h"

/* O(frames + mappings). */
void run_frames_print(FILE *out, const struct kernel *k);

#endif
