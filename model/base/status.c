#include "base/status.h"

const char *vm_status_text(enum vm_status status)
{
    switch (status) {
    case VM_OK: return "done";
    case VM_NOMEM: return "out of frames";
    case VM_LIMIT: return "limit reached";
    case VM_EXISTS: return "already there";
    case VM_ABSENT: return "not there";
    case VM_RANGE: return "impossible address or length";
    case VM_FAULT: return "bad address";
    case VM_DENIED: return "not allowed";
    case VM_IO: return "device error";
    }
    return "unknown status";
}
