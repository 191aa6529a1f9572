/* exec.h: a process begins a program. Layer: os/proc.
 *
 * The file is planned by elf.h; its pages come by demand: whole pages from the file, which all who
 * run it share until they are written; the page in which zeros follow the file's bytes as a copy;
 * the rest of bss as zeros. Nothing is read but the headers and what is touched.
 *
 * The new address space is built beside the old one, which stays as it was if anything fails.
 *
 * Source: execve(2); System V ABI ch. 5.
 */
#ifndef ATLAS_EXEC_H
#define ATLAS_EXEC_H

#include "os/proc/elf_stack.h"
#include "os/proc/proc.h"
#include "os/space/file.h"

enum { EXEC_STACK = 65536 }; /* bytes of arguments, environment and the like, at most */

/* Why a program was not begun. */
struct exec_why {
    enum elf_reason reason; /* of the file; ELF_OK if it was not the file's fault */
    uint16_t phdr;          /* program header at fault, or ELF_NO_PHDR            */
};

/* Let the process of a thread begin the program in a file, with this thread alone; its context
 * begins at the entry, with the stack pointer in x2.
 *
 *   why   out  if VM_RANGE
 *   file  in   is held as long as the program shows a page of it
 *   args  in   see elf_stack.h
 *
 * Returns VM_OK; VM_RANGE if the file is refused; VM_LIMIT; VM_DENIED (writable and executable,
 * where the layout forbids it); VM_NOMEM. Unless VM_OK the process goes on as it was. */
enum vm_status exec_file(struct kernel *k, struct thread *t, struct exec_why *why,
                         struct file *file, const struct elf_args *args);

#endif
