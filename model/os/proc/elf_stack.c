#include "os/proc/elf_stack.h"

#include "base/bytes.h"

enum { ALIGN = 16, OWN_AUX = 8, RANDOM = 16 };

/* Where things go, from the top down. */
struct layout {
    unsigned word; /* bytes of an address */
    uint64_t size; /* of the whole        */
    vaddr_t sp, random, strings;
};

/* Words are written one after another. */
struct writer {
    uint8_t *at;
    unsigned word;
};

static void put(struct writer *w, uint64_t value)
{
    for (unsigned i = 0; i < w->word; i++)
        *w->at++ = (uint8_t)(value >> 8 * i);
}

static void put_aux(struct writer *w, uint64_t type, uint64_t value)
{
    put(w, type);
    put(w, value);
}

/* Are the strings as many as argc and envc say, the last one with its end? */
static bool strings_fit(const struct elf_args *args)
{
    uint64_t ends = 0;

    for (uint32_t i = 0; i < args->length; i++)
        ends += args->strings[i] == '\0';
    return ends == (uint64_t)args->argc + args->envc &&
           (args->length == 0 || args->strings[args->length - 1] == '\0');
}

/* False if there is no room below top. No sum here comes near 2^64. */
static bool lay_out(struct layout *l, const struct elf_image *image, const struct elf_args *args,
                    vaddr_t top)
{
    uint64_t words = 1 + ((uint64_t)args->argc + 1) + ((uint64_t)args->envc + 1) +
                     2 * ((uint64_t)args->auxc + OWN_AUX - (image->phdrs ? 0 : 3));

    l->word = image->bits / 8;
    if (l->word == 4 && top > UINT64_C(1) << 32)
        return false;
    if (top < args->length + RANDOM + words * l->word + 2 * ALIGN)
        return false;
    l->strings = top - args->length;
    l->random = (l->strings - RANDOM) & ~(vaddr_t)(ALIGN - 1);
    l->sp = (l->random - words * l->word) & ~(vaddr_t)(ALIGN - 1);
    l->size = top - l->sp;
    return true;
}

/* Pointers to n strings, which begin at address *at, and the NULL after them. */
static const char *put_pointers(struct writer *w, const char *string, vaddr_t *at, uint32_t n)
{
    while (n-- > 0) {
        put(w, *at);
        do
            (*at)++;
        while (*string++ != '\0');
    }
    put(w, 0);
    return string;
}

static void put_vector(struct writer *w, const struct elf_image *image, const struct elf_args *args,
                       vaddr_t random)
{
    if (image->phdrs) {
        put_aux(w, ELF_AT_PHDR, image->phdrs);
        put_aux(w, ELF_AT_PHENT, 8 + 6 * w->word);
        put_aux(w, ELF_AT_PHNUM, image->phdr_count);
    }
    put_aux(w, ELF_AT_PAGESZ, 4096);
    put_aux(w, ELF_AT_BASE, args->base);
    put_aux(w, ELF_AT_ENTRY, image->entry);
    put_aux(w, ELF_AT_RANDOM, random);
    for (uint32_t i = 0; i < args->auxc; i++)
        put_aux(w, args->aux[i].type, args->aux[i].value);
    put_aux(w, ELF_AT_NULL, 0);
}

enum vm_status elf_stack_build(vaddr_t *sp, uint8_t *buf, uint32_t capacity,
                               const struct elf_image *image, const struct elf_args *args,
                               vaddr_t top)
{
    struct layout l;
    struct writer w;
    const char *rest;
    vaddr_t at;

    if (!strings_fit(args) || !lay_out(&l, image, args, top))
        return VM_RANGE;
    if (l.size > capacity)
        return VM_LIMIT;
    memset(buf, 0, l.size);
    w = (struct writer){.at = buf, .word = l.word};
    at = l.strings;
    put(&w, args->argc);
    rest = put_pointers(&w, args->strings, &at, args->argc);
    put_pointers(&w, rest, &at, args->envc);
    put_vector(&w, image, args, l.random);
    memcpy(buf + (l.random - l.sp), args->random, RANDOM);
    if (args->length > 0)
        memcpy(buf + (l.strings - l.sp), args->strings, args->length);
    *sp = l.sp;
    return VM_OK;
}
