/* elf_stack.h: what a program finds on its stack when it starts. Layer: os/proc.
 *
 * From sp upwards, in words of the program's width, as the System V ABI has it:
 *
 *     sp  argc | argv[0] .. argv[argc-1] 0 | envp[0] .. 0 | (type, value) .. (AT_NULL, 0)
 *         padding, 16 random bytes, the strings that argv and envp point to          top
 *
 * Source: System V ABI ch. 3 "Process Initialization"; getauxval(3).
 */
#ifndef ATLAS_ELF_STACK_H
#define ATLAS_ELF_STACK_H

#include "os/proc/elf.h"

/* Types of the auxiliary vector that every program gets, in this order. The first three are left
 * out if the program headers are not in memory. */
enum {
    ELF_AT_PHDR = 3,    /* address of the program headers                 */
    ELF_AT_PHENT = 4,   /* size of one                                    */
    ELF_AT_PHNUM = 5,   /* how many                                       */
    ELF_AT_PAGESZ = 6,  /* 4096                                           */
    ELF_AT_BASE = 7,    /* where the interpreter is; 0: there is none     */
    ELF_AT_ENTRY = 9,   /* of the program itself                          */
    ELF_AT_RANDOM = 25, /* address of 16 random bytes                     */
    ELF_AT_NULL = 0     /* the end; what the caller adds stands before it */
};

struct elf_aux {
    uint64_t type, value;
};

struct elf_args {
    const char *strings; /* argv, then envp, each string with its NUL  [array, length]       */
    uint32_t length;     /*                                                           [bytes] */
    uint32_t argc, envc; /* strings of each                                                   */
    uint8_t random[16];  /* for AT_RANDOM                                                     */
    vaddr_t base;        /* for AT_BASE                                                       */
    const struct elf_aux *aux; /* more of the auxiliary vector                 [array, auxc] */
    uint32_t auxc;
};

/* Build the initial stack.
 *
 *   sp        out  its address, a multiple of 16; buf[0] belongs there, top - sp bytes in all
 *   buf       out  the bytes                                                [array, capacity]
 *   capacity  in   the largest initial stack allowed                                  [bytes]
 *   image     in   what elf_read planned
 *   args      in   what the program is given
 *   top       in   address after the last byte of the stack
 *
 * Returns VM_OK; VM_LIMIT if it needs more than capacity; VM_RANGE if args->strings is not
 * exactly argc + envc strings, or if addresses below top are too few or too wide for the program.
 * Unless VM_OK, sp and buf are unchanged. */
enum vm_status elf_stack_build(vaddr_t *sp, uint8_t *buf, uint32_t capacity,
                               const struct elf_image *image, const struct elf_args *args,
                               vaddr_t top);

#endif
