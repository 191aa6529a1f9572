#include "lockstep_text.h"

#include <inttypes.h>
#include <stdarg.h>

#define RSP_MEMBERS(X) X(pa) X(level) X(napot) X(pbmt) X(fault) X(cause) X(reason) X(killed) X(id)
#define ENTRY_MEMBERS(X)                                                                           \
    X(valid) X(g) X(asid) X(vpn) X(ppn) X(level) X(napot) X(pbmt) X(r) X(w) X(x) X(u) X(d)

bool lockstep_same_rsp(const struct atlas_rsp *a, const struct atlas_rsp *b)
{
#define SAME(member) &&a->member == b->member
    return true RSP_MEMBERS(SAME);
}

bool lockstep_same_entry(const struct atlas_entry *a, const struct atlas_entry *b)
{
    return true ENTRY_MEMBERS(SAME);
#undef SAME
}

static void add(struct lockstep_text *t, const char *format, va_list args)
{
    size_t room = sizeof t->text - t->length;
    int length = vsnprintf(t->text + t->length, room, format, args);

    if (length > 0)
        t->length += (size_t)length < room ? (size_t)length : room - 1;
}

void lockstep_text_begin(struct lockstep_text *t, const char *format, ...)
{
    va_list args;

    t->length = 0;
    va_start(args, format);
    add(t, format, args);
    va_end(args);
}

void lockstep_text_add(struct lockstep_text *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add(t, format, args);
    va_end(args);
}

void lockstep_text_req(struct lockstep_text *t, unsigned port, const struct atlas_req *req)
{
    static const char *const acc[] = {"fetch", "load", "store", "amo"};
    static const char *const priv[] = {"U", "S", "priv 2", "M"};

    lockstep_text_add(t, "\n  port %u: %s of va 0x%" PRIx64 " by %s, sum %d, mxr %d, id %" PRIu32,
                      port, acc[req->acc & 3], req->va, priv[req->priv & 3], req->sum, req->mxr,
                      req->id);
}

void lockstep_text_value(struct lockstep_text *t, const char *name, uint64_t model, uint64_t rtl)
{
    if (model != rtl)
        lockstep_text_add(t, "\n  %s: model 0x%" PRIx64 ", rtl 0x%" PRIx64, name, model, rtl);
}

#define VALUE(member) lockstep_text_value(t, #member, model->member, rtl->member);

void lockstep_text_rsp(struct lockstep_text *t, const struct atlas_rsp *model,
                       const struct atlas_rsp *rtl)
{
    RSP_MEMBERS(VALUE)
    if (model->reason != rtl->reason)
        lockstep_text_add(t, " (model %s, rtl %s)", atlas_reason_name(model->reason),
                          atlas_reason_name(rtl->reason));
}

void lockstep_text_entry(struct lockstep_text *t, const struct atlas_entry *model,
                         const struct atlas_entry *rtl)
{
    ENTRY_MEMBERS(VALUE)
}

void lockstep_text_transaction(struct lockstep_text *t, const char *who,
                               const struct mem_transaction *m)
{
    static const char *const status[] = {"", ": bus error", ": another value"};

    if (m->cas)
        lockstep_text_add(t, "\n  %s: cas 0x%" PRIx64 " from 0x%" PRIx64 " to 0x%" PRIx64 "%s", who,
                          m->addr, m->old, m->value, status[m->status]);
    else
        lockstep_text_add(t, "\n  %s: read 0x%" PRIx64 " = 0x%" PRIx64 "%s", who, m->addr, m->value,
                          status[m->status]);
}

void lockstep_text_place(struct lockstep_text *t, unsigned array, unsigned port, unsigned index)
{
    static const char *const name[] = {"L1 set", "side entry", "L2 entry", "pointer of level"};

    lockstep_text_add(t, "\n  port %u, %s %u", port, name[array & 3], index);
}
