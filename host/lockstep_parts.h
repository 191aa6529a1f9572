/* lockstep_parts.h: the follower's inside, shared by lockstep_follow.c (requests, answers, fences)
 * and lockstep_miss.c (the walks and the memory channels). Private to host/lockstep_*.
 */
#ifndef ATLAS_LOCKSTEP_PARTS_H
#define ATLAS_LOCKSTEP_PARTS_H

#include "lockstep_follow.h"
#include "lockstep_text.h"
#include "mmu/step.h"

#define FOLLOW_QUEUE 4 /* requests of one port that an MMU may hold */

enum stage {
    WAITS,   /* accepted; not looked up                           */
    MISSED,  /* the L1 has no answer; or the walk was given up    */
    SERVED,  /* a walk works for it                               */
    ANSWERED /* rsp is its answer                                 */
};

struct request {
    struct atlas_sampled s;
    enum stage stage;
    bool offered, killed;
    unsigned passed; /* other ports that were served while it was MISSED */
    struct atlas_rsp rsp;
    uint64_t since; /* cycle of acceptance */
};

struct port {
    struct request queue[FOLLOW_QUEUE]; /* the oldest first [array, count] */
    unsigned count;
    bool fill_due;            /* the L1 is to be written in this cycle */
    bool filling;             /* ... and was: others may share result  */
    struct atlas_walk result; /* of the last walk that filled */
};

/* One walk and its memory channel. */
struct miss {
    bool serving; /* a request, at the beginning of this cycle                       */
    bool begun;   /* ev_begin was in the cycle before                                */
    bool active;  /* walk is under way                                               */
    bool offered; /* a memory request stands on the port: request                    */
    bool asked;   /* it was taken and is not answered                                */
    bool wanted;  /* it is the walk's, which has not been given up                   */
    bool done;    /* memory answered the walk: value, status                         */
    unsigned port;
    struct atlas_walk walk;
    struct mem_transaction request;
    uint64_t value;
    enum atlas_mem_status status;
};

struct follower {
    struct atlas_params params;
    struct atlas *twin;
    uint64_t limit, cycle;
    struct port port[RTL_MAX_PORTS];
    struct miss miss[RTL_MAX_WALKS];
    bool fencing, reading_back;
    uint64_t halt_since; /* cycle in which the fence or read-back was accepted */
    struct atlas_fence fence;
    struct atlas_cfg before; /* the configuration in the cycle before */
    unsigned rb_array, rb_port, rb_index;
    struct follow_stats stats;
    bool failed;
    struct lockstep_text text;
};

/* The first difference is kept; true if this is it, and details may be added to f->text. Of the
 * oldest request of `port`, if there is such a port. */
bool follow_differs(struct follower *f, unsigned port, const char *what);

/* The oldest request of a port, NULL if there is none. */
struct request *follow_oldest(struct port *p);

/* One cycle of the walks: their events, the memory channels, and what ports share. */
void follow_walks(struct follower *f, const struct rtl_in *in, const struct rtl_out *out);

/* True while a walk, or a memory request, is under way. */
bool follow_walking(const struct follower *f);

#endif
