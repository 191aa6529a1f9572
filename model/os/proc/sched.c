#include "os/proc/sched.h"

#include "base/bug.h"
#include "os/proc/proc.h"

static void enqueue(struct sched *s, struct thread *t)
{
    t->queue = NULL;
    if (s->last)
        s->last->queue = t;
    else
        s->first = t;
    s->last = t;
    t->state = THREAD_READY;
}

static struct thread *dequeue(struct sched *s)
{
    struct thread *t = s->first;

    if (!t)
        return NULL;
    s->first = t->queue;
    if (!s->first)
        s->last = NULL;
    t->state = THREAD_RUNNING;
    return t;
}

/* Out of the middle of the queue. */
static void unlink_ready(struct sched *s, const struct thread *t)
{
    struct thread **at = &s->first, *prev = NULL;

    while (*at != t) {
        prev = *at;
        VM_BUG(!prev);
        at = &prev->queue;
    }
    *at = t->queue;
    if (s->last == t)
        s->last = prev;
}

static struct hart *hart_of(struct kernel *k, const struct thread *t)
{
    for (uint32_t i = 0; i < k->hart_count; i++) {
        if (k->harts[i].running == t)
            return &k->harts[i];
    }
    return NULL;
}

void sched_wake(struct kernel *k, struct thread *t)
{
    if (t->state == THREAD_BLOCKED)
        enqueue(&k->sched, t);
}

void sched_block(struct kernel *k, struct thread *t)
{
    if (t->state == THREAD_READY)
        unlink_ready(&k->sched, t);
    else if (t->state == THREAD_RUNNING)
        hart_run(k, hart_of(k, t), NULL);
    t->state = THREAD_BLOCKED;
}

void sched_enter(struct kernel *k, struct thread *t)
{
    struct thread *before = k->hart->running;

    if (t != before) {
        sched_block(k, t); /* wherever it is */
        if (before)
            before->state = THREAD_BLOCKED;
        t->state = THREAD_RUNNING;
    }
    hart_run(k, k->hart, t);
}

struct thread *sched_pass(struct kernel *k)
{
    struct thread *before = k->hart->running, *t = dequeue(&k->sched);

    if (!t) {
        k->hart->left = k->config.quantum; /* nobody else: another turn */
        return before;
    }
    if (before)
        enqueue(&k->sched, before);
    hart_run(k, k->hart, t);
    return t;
}

struct thread *sched_tick(struct kernel *k)
{
    struct hart *h = k->hart;

    if (!h->running)
        return sched_pass(k);
    h->running->ticks++;
    if (--h->left > 0)
        return h->running;
    k->sched.preemptions += k->sched.first != NULL;
    return sched_pass(k);
}
