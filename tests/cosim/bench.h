/* bench.h: the RTL on the bench: memory behind it, requests at every port, the follower beside.
 *
 * bench_cycle goes on by one clock cycle; whatever the RTL does in it is compared with the twin.
 * Requests that are sent wait in a queue at their port; answers are collected in order.
 * Inputs without a function here (cfg, kills, soft errors, fences at a certain cycle) are set in
 * b->in before bench_cycle: kill_valid lasts one cycle; fence_valid, refill_valid and rb_req_valid
 * last until accepted.
 */
#ifndef ATLAS_BENCH_H
#define ATLAS_BENCH_H

#include "lockstep_follow.h"
#include "mem_agent.h"
#include "recorder.h"

enum { BENCH_QUEUE = 64 }; /* requests that may wait to be sent, and answers to be looked at */

struct bench_port {
    struct atlas_req queue[BENCH_QUEUE];  /* to be sent: ring [sent, asked)    */
    struct atlas_rsp answer[BENCH_QUEUE]; /* ring [read, answered)             */
    uint64_t asked, sent, answered, read;
    uint32_t ids[BENCH_QUEUE]; /* of unanswered requests, the oldest first; ring  */
};

struct bench {
    const struct rtl_build *build;
    const struct atlas_params *p;
    struct rtl *rtl;
    struct rtl_in *in;
    const struct rtl_out *out;
    struct recorder memory;
    struct mem_agent agent;
    struct follower *follower;
    struct rng rng;
    struct bench_port port[RTL_MAX_PORTS];
    unsigned stall_rsp; /* an answer is not taken in this many of 16 cycles, at random */
    unsigned stall_req; /* a request is not offered in this many of 16 cycles          */
    bool scramble;      /* payload that is not valid is random                         */
    bool alone;         /* the twin is not asked: it knows of no soft errors           */
    uint64_t fences;    /* accepted                                                    */

    /* If not NULL: called in every cycle with what the RTL is driven with and drives. */
    void (*watch)(void *ctx, const struct rtl_in *in, const struct rtl_out *out);
    void *watch_ctx;
};

/* The build named `name`: a preset, or one with other parameters. NULL if it is not linked in. */
const struct rtl_build *bench_build(const char *name);

/* An MMU after reset with an empty memory. `limit`: cycles that anything may take. Ends the
 * program with a message if the host has no memory, or the RTL does not get ready. */
struct bench *bench_open(const struct rtl_build *build, uint64_t seed, uint64_t limit);
void bench_close(struct bench *b);

/* One cycle. Returns false once the RTL and the twin differ. */
bool bench_cycle(struct bench *b);

/* What differed; NULL while nothing has. */
const char *bench_difference(const struct bench *b);

/* Queue a request at a port. At most BENCH_QUEUE may wait. */
void bench_send(struct bench *b, unsigned port, const struct atlas_req *req);

/* Requests of a port that are not answered; those of them that were accepted. */
unsigned bench_open_requests(const struct bench *b, unsigned port);
unsigned bench_accepted(const struct bench *b, unsigned port);

/* The next answer of a port, after as many cycles as it takes. Returns false on a difference. */
bool bench_answer(struct bench *b, unsigned port, struct atlas_rsp *rsp);

/* Send and wait for the answer; earlier answers of the port must have been read. */
bool bench_access(struct bench *b, unsigned port, const struct atlas_req *req,
                  struct atlas_rsp *rsp);

/* Offer a leaf to an MMU with SW_REFILL, and wait until it is taken: *reason is what it said. */
bool bench_refill(struct bench *b, const struct atlas_refill *refill, unsigned *reason);

/* Do a fence, and wait until it is done. */
bool bench_fence(struct bench *b, const struct atlas_fence *fence);

/* Wait until nothing is under way. */
bool bench_drain(struct bench *b);

/* Drain; then read every entry and counter of the RTL back and compare. Takes time. */
bool bench_checkpoint(struct bench *b);

/* A counter of the RTL, in this cycle. Index as in mmu_port.h. */
uint64_t bench_counter(struct bench *b, unsigned index);

/* Memory requests that stand on the port and are not taken. */
unsigned bench_offered(const struct bench *b);

/* The PTE of a table: by frame number and slot. */
void bench_set_pte(struct bench *b, uint64_t table, unsigned slot, uint64_t pte);
uint64_t bench_get_pte(struct bench *b, uint64_t table, unsigned slot); /* 0 if absent */

#endif
