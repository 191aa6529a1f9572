/* bytes.h: the four byte functions that compilers emit calls to, for code without a libc.
 * Layer: base; knows nothing.
 *
 * Beside a libc (hosted) its own are used: faster, and known to the sanitizers; then bytes.c
 * gives the same code under the names base_memcpy and so on, so that it can be tested.
 * Freestanding, bytes.c gives the standard names. Meaning: C11 7.24.2.1, 2.2, 6.1 and 4.1.
 */
#ifndef ATLAS_BYTES_H
#define ATLAS_BYTES_H

#include <stddef.h>

#if __STDC_HOSTED__
#include <string.h>
#define BYTES_NAME(function) base_##function
#else
#define BYTES_NAME(function) function
#endif

void *BYTES_NAME(memcpy)(void *restrict to, const void *restrict from, size_t n);
void *BYTES_NAME(memmove)(void *to, const void *from, size_t n);
void *BYTES_NAME(memset)(void *to, int value, size_t n);
int BYTES_NAME(memcmp)(const void *a, const void *b, size_t n);

#endif
