#include "os/proc/elf.h"

static const char *const texts[] = {
    [ELF_OK] = "a program",
    [ELF_UNREADABLE] = "cannot be read",
    [ELF_SHORT] = "ends inside the ELF header",
    [ELF_MAGIC] = "no ELF file",
    [ELF_CLASS] = "wrong width of addresses, or none",
    [ELF_ENDIAN] = "not little-endian",
    [ELF_VERSION] = "unknown version of ELF",
    [ELF_TYPE] = "neither an executable nor a position-independent file",
    [ELF_MACHINE] = "for another machine",
    [ELF_EHSIZE] = "wrong size of the ELF header",
    [ELF_PHENTSIZE] = "wrong size of a program header",
    [ELF_PHNUM_ZERO] = "no program headers",
    [ELF_PHNUM_MANY] = "too many program headers",
    [ELF_PHOFF] = "program headers beyond the end of the file",
    [ELF_FILESZ] = "segment with more bytes in the file than in memory",
    [ELF_OFFSET] = "segment beyond the end of the file",
    [ELF_WRAP] = "segment beyond the last address",
    [ELF_ALIGN] = "alignment that is no power of two",
    [ELF_CONGRUENCE] = "segment whose address and offset differ within the page",
    [ELF_ORDER] = "segments not in ascending order",
    [ELF_OVERLAP] = "segments that overlap",
    [ELF_SHARED_PAGE] = "segments that differ in one page",
    [ELF_MANY] = "too many segments",
    [ELF_WX] = "writable and executable memory",
    [ELF_INTERP] = "no path, or a second one, of an interpreter",
    [ELF_DYNAMIC] = "needs an interpreter",
    [ELF_EMPTY] = "no segments",
    [ELF_ENTRY] = "entry outside executable segments",
    [ELF_LOW] = "segment below the lowest user address",
    [ELF_HIGH] = "segment beyond the highest user address",
    [ELF_HUGE] = "more memory than allowed",
};

const char *elf_reason_text(enum elf_reason reason)
{
    return (unsigned)reason < sizeof texts / sizeof texts[0] ? texts[reason] : "unknown reason";
}
