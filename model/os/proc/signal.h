/* signal.h: what a process is told when an access of it cannot be made. Layer: os/proc.
 *
 * Source: POSIX.1-2017, <signal.h>: the numbers and codes are those of Linux.
 */
#ifndef ATLAS_SIGNAL_H
#define ATLAS_SIGNAL_H

#include "os/fault/fault.h"

enum { SIGNAL_NONE = 0, SIGNAL_BUS = 7, SIGNAL_KILL = 9, SIGNAL_SEGV = 11 };

enum signal_code {
    SIGNAL_MAPERR = 1, /* no region is there                    */
    SIGNAL_ACCERR = 2, /* the region does not allow it          */
    SIGNAL_ADRERR = 2  /* nothing is behind the address         */
};

struct signal {
    int number;   /* SIGNAL_*                               */
    int code;     /* enum signal_code; 0 for KILL           */
    vaddr_t addr; /* of the access                          */
    uint8_t acc;  /* ATLAS_ACC_*                            */
    enum fault_class why;
};

/* The signal for an access that was refused for this reason: SEGV, BUS, or KILL when memory has
 * run out. */
struct signal signal_for(enum fault_class why, vaddr_t addr, uint8_t acc);

/* "SEGV_MAPERR" and so on, "" for KILL; never NULL. */
const char *signal_code_name(const struct signal *s);

#endif
