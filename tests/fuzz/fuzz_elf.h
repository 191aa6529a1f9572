/* fuzz_elf.h: what holds for any ELF file whatever, for two drivers: libFuzzer (make fuzz) and
 * test_fuzz_elf.c. */
#ifndef FUZZ_ELF_H
#define FUZZ_ELF_H

#include <stddef.h>
#include <stdint.h>

/* Read `data` as an ELF file, as it is and with 16 KiB behind it, under several limits. Reads
 * beyond the file, or a plan that says something else than the file, abort. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* How often elf_read has answered what [array, by enum elf_reason]. */
extern unsigned long fuzz_elf_seen[];

#endif
