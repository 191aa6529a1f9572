/* elf.h: from a program file to the regions of an address space. Layer: os/proc; knows nothing of
 * processes.
 *
 * The file may be anything: every number in it is checked before it is used, and a file that is
 * refused is refused with a reason. Only the header and the program headers are read: no contents
 * (those come by demand), no sections, no symbols. What comes out is a plan: page ranges with
 * permissions, and which page of the file each begins with.
 *
 * Taken: ELF32 and ELF64, little-endian; RISC-V of both widths, x86-64 and i386; programs at fixed
 * addresses (ET_EXEC) and position-independent ones (ET_DYN).
 *
 * Decisions:
 * - PT_LOADs ascend, as the format wants it. One without bytes in memory is passed over.
 * - A page that contents from the file alone fill is mapped whole, as everywhere: around the
 *   segment it shows what the file has there. Where zeros follow the file's bytes (p_filesz <
 *   p_memsz), they begin at that very byte.
 * - p_offset and p_align matter only as far as pages do: p_offset not at all for a segment without
 *   bytes of the file, p_align to place a position-independent file.
 * - Two segments may meet inside a page if one region can show both: with the same permissions,
 *   and contents that the file has in one page or that are zero from the second on. Then they
 *   become one region. Else the file is refused.
 * - W means R too (a PTE with W and without R is reserved). X alone stays X alone.
 * - Without PT_GNU_STACK the stack is not executable.
 *
 * Source: System V ABI ch. 4 and 5 (ELF, program loading); OSTEP ch. 13.
 */
#ifndef ATLAS_ELF_H
#define ATLAS_ELF_H

#include <stdbool.h>

#include "base/status.h"
#include "base/types.h"

enum {
    ELF_SEGMENTS = 16,   /* regions of a program, at most        */
    ELF_PHDRS = 64,      /* program headers, at most             */
    ELF_NO_PHDR = 0xffff /* "about none of the program headers" */
};

enum { ELF_I386 = 3, ELF_X86_64 = 62, ELF_RISCV = 243 }; /* e_machine */

enum elf_reason {
    ELF_OK = 0,
    ELF_UNREADABLE,  /* the file's read failed                                           */
    ELF_SHORT,       /* it ends inside its header                                        */
    ELF_MAGIC,       /* does not begin with 7f 'E' 'L' 'F'                               */
    ELF_CLASS,       /* neither ELF32 nor ELF64, or not the width that is wanted         */
    ELF_ENDIAN,      /* not little-endian                                                */
    ELF_VERSION,     /* not version 1, in e_ident or in e_version                        */
    ELF_TYPE,        /* neither ET_EXEC nor ET_DYN                                       */
    ELF_MACHINE,     /* machine unknown, of the other width, or not the one wanted       */
    ELF_EHSIZE,      /* e_ehsize is not the header's size                                */
    ELF_PHENTSIZE,   /* e_phentsize is not a program header's size                       */
    ELF_PHNUM_ZERO,  /* no program headers                                               */
    ELF_PHNUM_MANY,  /* more than ELF_PHDRS                                              */
    ELF_PHOFF,       /* program headers beyond the end of the file                       */
    ELF_FILESZ,      /* more bytes in the file than in memory                            */
    ELF_OFFSET,      /* a segment's bytes are beyond the end of the file                 */
    ELF_WRAP,        /* a segment passes the end of the addresses that there are         */
    ELF_ALIGN,       /* p_align is no power of two                                       */
    ELF_CONGRUENCE,  /* address and offset differ in their place in the page             */
    ELF_ORDER,       /* a segment below the one before it                                */
    ELF_OVERLAP,     /* a segment inside the one before it                               */
    ELF_SHARED_PAGE, /* two segments in one page that no region can show both of         */
    ELF_MANY,        /* more regions than ELF_SEGMENTS                                   */
    ELF_WX,          /* writable and executable memory, which the limits forbid          */
    ELF_INTERP,      /* a second PT_INTERP, or its path outside the file, or not a path  */
    ELF_DYNAMIC,     /* wants an interpreter, which the limits forbid                    */
    ELF_EMPTY,       /* no segment                                                       */
    ELF_ENTRY,       /* e_entry is in no executable segment                              */
    ELF_LOW,         /* below the lowest user address                                    */
    ELF_HIGH,        /* beyond the highest user address                                  */
    ELF_HUGE         /* more pages than the limits allow                                 */
};

/* "no ELF file" and the like, for a message; never NULL. */
const char *elf_reason_text(enum elf_reason reason);

struct elf_file {
    /* Read `bytes` bytes at `offset` into buf; never asked beyond size. Not VM_OK: unreadable. */
    enum vm_status (*read)(void *ctx, uint64_t offset, void *buf, uint32_t bytes);
    void *ctx;
    uint64_t size; /* [bytes] */
};

struct elf_limits {
    vaddr_t low, top; /* user addresses [low, top), multiples of 4096                       */
    uint64_t pages;   /* of all segments together, at most                                  */
    vaddr_t bias;     /* where address 0 of a position-independent file goes, or higher: it
                         is rounded up to the file's alignment                              */
    uint16_t machine; /* ELF_RISCV ...; 0: any that is known                                */
    uint8_t bits;     /* 32 or 64; 0: both                                                  */
    bool no_wx;       /* refuse memory that is writable and executable                      */
    bool interpreter; /* take programs that want one: the caller loads it                   */
};

/* Pages [start, end). The first file_bytes bytes come from the file, from page `offset` of it on;
 * the rest is zero. file_bytes may pass the end of the file by less than a page: zeros too. */
struct elf_segment {
    vpn_t start, end;    /* [pages], start < end                                            */
    uint64_t offset;     /* page of the file that `start` shows [pages]; 0 without any      */
    uint64_t file_bytes; /* at most (end - start) * 4096; whole pages, unless zeros follow  */
    unsigned perms;      /* REGION_R, _W, _X of os/space/region.h                           */
    unsigned phdr;       /* program header that it comes from, the first if from several    */
};

struct elf_image {
    uint16_t machine;       /* ELF_RISCV ...                                                */
    uint8_t bits;           /* 32 or 64: the width of an address                            */
    bool stack_exec;        /* PT_GNU_STACK asks for an executable stack                    */
    uint32_t flags;         /* e_flags, unchecked: what extensions the code uses            */
    vaddr_t bias;           /* added to the addresses of the file; 0 for ET_EXEC            */
    vaddr_t entry;          /* where execution begins; bias added, as in all that follow    */
    vaddr_t low, brk;       /* the segments lie in [low, brk); the heap may begin at brk    */
    vaddr_t phdrs;          /* of the program headers in memory; 0 if they are in none      */
    uint16_t phdr_count;    /*                                                              */
    uint16_t phdr;          /* if refused: the program header at fault, or ELF_NO_PHDR      */
    uint64_t interp_offset; /* of the interpreter's path in the file                [bytes] */
    uint32_t interp_bytes;  /* its size with the NUL that must end it; 0: no interpreter    */
    uint32_t count;         /* segments                                                     */
    struct elf_segment segments[ELF_SEGMENTS]; /* [array, count], ascending, disjoint       */
};

/* Read a file's headers and plan its image.
 *
 *   image   out  the plan; if refused, only `phdr` says something
 *   file    in   read 2 + e_phnum times, at most 56 bytes each
 *   limits  in   of the address space, and what is allowed
 *
 * Returns ELF_OK, or the first reason found against it: header, then program headers in their
 * order, then the image as a whole. */
enum elf_reason elf_read(struct elf_image *image, const struct elf_file *file,
                         const struct elf_limits *limits);

#endif
