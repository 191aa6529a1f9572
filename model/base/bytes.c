#include "base/bytes.h"

/* Without this, compilers see what a loop does and turn it into a call of the very function. */
#define KEEP_LOOP() __asm__ volatile("" ::: "memory")

static void copy_up(unsigned char *to, const unsigned char *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        to[i] = from[i];
        KEEP_LOOP();
    }
}

static void copy_down(unsigned char *to, const unsigned char *from, size_t n)
{
    while (n-- > 0) {
        to[n] = from[n];
        KEEP_LOOP();
    }
}

void *BYTES_NAME(memcpy)(void *restrict to, const void *restrict from, size_t n)
{
    copy_up(to, from, n);
    return to;
}

void *BYTES_NAME(memmove)(void *to, const void *from, size_t n)
{
    if ((const unsigned char *)to < (const unsigned char *)from)
        copy_up(to, from, n);
    else
        copy_down(to, from, n);
    return to;
}

void *BYTES_NAME(memset)(void *to, int value, size_t n)
{
    unsigned char *bytes = to;

    for (size_t i = 0; i < n; i++) {
        bytes[i] = (unsigned char)value;
        KEEP_LOOP();
    }
    return to;
}

int BYTES_NAME(memcmp)(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a, *y = b;

    for (size_t i = 0; i < n; i++) {
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    }
    return 0;
}
