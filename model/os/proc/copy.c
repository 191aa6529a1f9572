#include "os/proc/copy.h"

#include "base/bytes.h"

/* How much of the bytes lies in the page of va. */
static uint64_t in_page(vaddr_t va, uint64_t bytes)
{
    uint64_t room = ATLAS_PAGE_SIZE - va % ATLAS_PAGE_SIZE;

    return bytes < room ? bytes : room;
}

/* Where the kernel sees va, good to the end of its page, after an access of this kind. */
static enum vm_status see(struct kernel *k, uint8_t **at, vaddr_t va, uint8_t acc)
{
    const struct atlas_params *params = k->hart->mmu.params(k->hart->mmu.self);
    unsigned port = params->ports > 1 ? 1 : 0;
    struct atlas_rsp rsp;

    switch (proc_kernel_access(k, &rsp, port, va, acc)) {
    case PROC_OK:
        if (!phys_holds(&k->phys, rsp.pa, 1))
            return VM_FAULT; /* a device: not through here */
        *at = phys_ptr(&k->phys, rsp.pa);
        return VM_OK;
    case PROC_OOM: return VM_NOMEM;
    default: return VM_FAULT;
    }
}

enum vm_status copy_in(struct kernel *k, void *to, vaddr_t va, uint64_t bytes)
{
    uint8_t *out = to, *at;

    for (uint64_t part; bytes > 0; bytes -= part, va += part, out += part) {
        enum vm_status status = see(k, &at, va, ATLAS_ACC_LOAD);

        if (status != VM_OK)
            return status;
        part = in_page(va, bytes);
        memcpy(out, at, part);
    }
    return VM_OK;
}

enum vm_status copy_out(struct kernel *k, vaddr_t va, const void *from, uint64_t bytes)
{
    const uint8_t *in = from;
    uint8_t *at;

    for (uint64_t part; bytes > 0; bytes -= part, va += part, in += part) {
        enum vm_status status = see(k, &at, va, ATLAS_ACC_STORE);

        if (status != VM_OK)
            return status;
        part = in_page(va, bytes);
        memcpy(at, in, part);
    }
    return VM_OK;
}

enum vm_status copy_in_string(struct kernel *k, char *to, uint64_t *length, vaddr_t va,
                              uint64_t size)
{
    uint64_t done = 0;
    uint8_t *at;

    while (done < size) {
        enum vm_status status = see(k, &at, va + done, ATLAS_ACC_LOAD);
        uint64_t part = in_page(va + done, size - done);

        if (status != VM_OK)
            return status;
        for (uint64_t i = 0; i < part; i++, done++) {
            to[done] = (char)at[i];
            if (at[i] == 0) {
                *length = done;
                return VM_OK;
            }
        }
    }
    return VM_LIMIT;
}
