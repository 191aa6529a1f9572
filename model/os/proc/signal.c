#include "os/proc/signal.h"

#include "base/bug.h"

struct signal signal_for(enum fault_class why, vaddr_t addr, uint8_t acc)
{
    struct signal s = {.addr = addr, .acc = acc, .why = why};

    switch (why) {
    case FAULT_INVALID: s.number = SIGNAL_SEGV, s.code = SIGNAL_MAPERR; break;
    case FAULT_PROTECTION: s.number = SIGNAL_SEGV, s.code = SIGNAL_ACCERR; break;
    case FAULT_BUS: s.number = SIGNAL_BUS, s.code = SIGNAL_ADRERR; break;
    case FAULT_NOMEM:
    case FAULT_LIMIT: s.number = SIGNAL_KILL; break;
    default: VM_BUG(true);
    }
    return s;
}

const char *signal_code_name(const struct signal *s)
{
    if (s->number == SIGNAL_SEGV)
        return s->code == SIGNAL_MAPERR ? "SEGV_MAPERR" : "SEGV_ACCERR";
    return s->number == SIGNAL_BUS ? "BUS_ADRERR" : "";
}
