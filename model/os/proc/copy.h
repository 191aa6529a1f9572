/* copy.h: bytes between the kernel and the running process. Layer: os/proc.
 *
 * The kernel gets at user memory as the process does, through the MMU, so that a page that is not
 * there is brought in, one that is to be copied is, and what the process may not do the kernel
 * does not do for it. PTE permissions decide, with SUM set, never what the kernel could see.
 *
 * Source: copyin(9), copyout(9), copyinstr(9) of the BSDs.
 */
#ifndef ATLAS_COPY_H
#define ATLAS_COPY_H

#include "os/proc/proc.h"

/* Copy from the process's memory to the kernel's, and back.
 *
 *   va, bytes  in  where; any length, 0 too
 *
 * Returns VM_OK; VM_FAULT if a byte of it cannot be accessed, the process's `signal` says why:
 * the bytes before its page are copied; VM_NOMEM. */
enum vm_status copy_in(struct kernel *k, void *to, vaddr_t va, uint64_t bytes);
enum vm_status copy_out(struct kernel *k, vaddr_t va, const void *from, uint64_t bytes);

/* Copy a string from the process, with its NUL.
 *
 *   to      out  [bytes, size]
 *   length  out  of the string, without the NUL; only if VM_OK
 *
 * Returns as copy_in; VM_LIMIT if the NUL is not among the first `size` bytes. A page behind the
 * NUL is not touched. */
enum vm_status copy_in_string(struct kernel *k, char *to, uint64_t *length, vaddr_t va,
                              uint64_t size);

#endif
