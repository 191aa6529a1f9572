/* fuzz_elf.c: see fuzz_elf.h. The program headers are decoded here once more, by <elf.h>, and what
 * a plan gives for an address is compared with what they say. */
#include "fuzz_elf.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>

#include "os/proc/elf.h"
#include "os/proc/elf_stack.h"
#include "os/space/region.h"

enum { BEHIND = 0x4000, PAGE = 4096 };

#define HOLD(condition) ((condition) ? (void)0 : broken(#condition, __LINE__))

unsigned long fuzz_elf_seen[ELF_HUGE + 1];

/* The file: `data`, and `size` - `given` bytes of a pattern. */
struct input {
    const uint8_t *data;
    uint64_t given, size, reads;
};

static _Noreturn void broken(const char *what, int line)
{
    fprintf(stderr, "fuzz_elf.c:%d: does not hold: %s\n", line, what);
    abort();
}

static uint8_t content(const struct input *in, uint64_t at)
{
    HOLD(at < in->size);
    return at < in->given ? in->data[at] : (uint8_t)(at % 255 + 1);
}

static void copy(const struct input *in, void *to, uint64_t at, uint64_t bytes)
{
    for (uint64_t i = 0; i < bytes; i++)
        ((uint8_t *)to)[i] = content(in, at + i);
}

static enum vm_status read_bytes(void *ctx, uint64_t offset, void *buf, uint32_t bytes)
{
    struct input *in = ctx;

    HOLD(bytes > 0 && bytes <= 64);
    HOLD(offset <= in->size && bytes <= in->size - offset);
    HOLD(++in->reads <= 2 + ELF_PHDRS);
    copy(in, buf, offset, bytes);
    return VM_OK;
}

/* ---- The file, by <elf.h> ------------------------------------------------------------------ */

static bool wide(const struct input *in)
{
    return content(in, EI_CLASS) == ELFCLASS64;
}

static Elf64_Ehdr ehdr_of(const struct input *in)
{
    Elf64_Ehdr e;
    Elf32_Ehdr narrow;

    if (wide(in)) {
        copy(in, &e, 0, sizeof e);
        return e;
    }
    copy(in, &narrow, 0, sizeof narrow);
    return (Elf64_Ehdr){.e_type = narrow.e_type,
                        .e_entry = narrow.e_entry,
                        .e_phoff = narrow.e_phoff,
                        .e_phentsize = narrow.e_phentsize,
                        .e_phnum = narrow.e_phnum};
}

static Elf64_Phdr phdr_of(const struct input *in, const Elf64_Ehdr *e, unsigned i)
{
    uint64_t at = e->e_phoff + (uint64_t)i * e->e_phentsize;
    Elf64_Phdr p;
    Elf32_Phdr narrow;

    if (wide(in)) {
        copy(in, &p, at, sizeof p);
        return p;
    }
    copy(in, &narrow, at, sizeof narrow);
    return (Elf64_Phdr){.p_type = narrow.p_type,
                        .p_flags = narrow.p_flags,
                        .p_offset = narrow.p_offset,
                        .p_vaddr = narrow.p_vaddr,
                        .p_filesz = narrow.p_filesz,
                        .p_memsz = narrow.p_memsz};
}

/* ---- The plan ------------------------------------------------------------------------------ */

static const struct elf_segment *segment_of(const struct elf_image *image, uint64_t va)
{
    for (uint32_t i = 0; i < image->count; i++)
        if (image->segments[i].start <= va / PAGE && va / PAGE < image->segments[i].end)
            return &image->segments[i];
    return NULL;
}

/* Addresses that the file says something about: what is there, and may it be touched so? */
static void check_byte(const struct elf_image *image, const Elf64_Phdr *p, uint64_t into)
{
    uint64_t va = image->bias + p->p_vaddr + into;
    const struct elf_segment *s = segment_of(image, va);
    uint64_t at;

    HOLD(s != NULL);
    HOLD(!(s->perms & REGION_X) == !(p->p_flags & PF_X));
    HOLD(!(s->perms & REGION_W) == !(p->p_flags & PF_W));
    HOLD(!(s->perms & REGION_R) == !(p->p_flags & (PF_R | PF_W)));
    at = va - s->start * PAGE;
    if (into < p->p_filesz) {
        HOLD(at < s->file_bytes);
        HOLD(s->offset * PAGE + at == p->p_offset + into);
    } else {
        HOLD(at >= s->file_bytes);
    }
}

static void check_load(const struct elf_image *image, const Elf64_Phdr *p)
{
    uint64_t page_end = PAGE - p->p_vaddr % PAGE;
    uint64_t into[] = {0,
                       1,
                       p->p_filesz - 1,
                       p->p_filesz,
                       p->p_filesz + 1,
                       page_end - 1,
                       page_end,
                       p->p_memsz / 2,
                       p->p_memsz - 1};

    for (size_t i = 0; i < sizeof into / sizeof into[0]; i++)
        if (into[i] < p->p_memsz)
            check_byte(image, p, into[i]);
}

/* Segments ascend, are disjoint, inside the limits, and no larger than the file. */
static void check_segments(const struct input *in, const struct elf_image *image,
                           const struct elf_limits *limits)
{
    uint64_t end = limits->low / PAGE, pages = 0;

    HOLD(image->count >= 1 && image->count <= ELF_SEGMENTS);
    for (uint32_t i = 0; i < image->count; i++) {
        const struct elf_segment *s = &image->segments[i];

        HOLD(s->start >= end && s->end > s->start && s->end <= limits->top / PAGE);
        HOLD(image->bits == 64 || s->end <= UINT64_C(1) << 20);
        HOLD(s->file_bytes <= (s->end - s->start) * PAGE);
        HOLD(s->offset <= in->size / PAGE);
        HOLD(s->offset * PAGE + s->file_bytes < in->size + PAGE);
        HOLD((s->perms & ~(unsigned)REGION_PERMS) == 0);
        HOLD(!(s->perms & REGION_W) || (s->perms & REGION_R));
        HOLD(!limits->no_wx || !(s->perms & REGION_W) || !(s->perms & REGION_X));
        HOLD(s->phdr < image->phdr_count);
        end = s->end;
        pages += s->end - s->start;
    }
    HOLD(pages <= limits->pages);
    HOLD(image->low == image->segments[0].start * PAGE && image->brk == end * PAGE);
}

static void check_interp(const struct input *in, const struct elf_image *image, bool allowed)
{
    HOLD(image->interp_bytes == 0 || allowed);
    HOLD(image->interp_bytes <= 4096 && image->interp_offset <= in->size);
    HOLD(image->interp_bytes <= in->size - image->interp_offset);
}

static void check_phdrs(const struct input *in, const struct elf_image *image, const Elf64_Ehdr *e)
{
    uint64_t pages = 0, bytes = (uint64_t)e->e_phnum * e->e_phentsize;

    for (unsigned i = 0; i < e->e_phnum; i++) {
        Elf64_Phdr p = phdr_of(in, e, i);

        if (p.p_type != PT_LOAD || p.p_memsz == 0)
            continue;
        check_load(image, &p);
        pages += (p.p_vaddr % PAGE + p.p_memsz + PAGE - 1) / PAGE;
        if (e->e_phoff >= p.p_offset && e->e_phoff - p.p_offset + bytes <= p.p_filesz)
            HOLD(image->phdrs || image->bias + p.p_vaddr + e->e_phoff == p.p_offset);
    }
    for (uint32_t i = 0; i < image->count; i++)
        pages -= image->segments[i].end - image->segments[i].start;
    HOLD(pages < ELF_PHDRS); /* what is shared: no page is planned that is in no segment */
    if (image->phdrs) {
        const struct elf_segment *s = segment_of(image, image->phdrs);

        HOLD(s != NULL);
        HOLD(s->offset * PAGE + image->phdrs - s->start * PAGE == e->e_phoff);
    }
}

static void check_plan(const struct input *in, const struct elf_image *image,
                       const struct elf_limits *limits)
{
    Elf64_Ehdr e = ehdr_of(in);
    const struct elf_segment *code = segment_of(image, image->entry);

    check_segments(in, image, limits);
    check_interp(in, image, limits->interpreter);
    check_phdrs(in, image, &e);
    HOLD(in->reads == 2u + e.e_phnum);
    HOLD(image->phdr == ELF_NO_PHDR && image->phdr_count == e.e_phnum);
    HOLD(image->bits == (wide(in) ? 64 : 32));
    HOLD(image->entry == image->bias + e.e_entry && code && (code->perms & REGION_X));
    HOLD(image->bias % PAGE == 0 && (image->bias == 0 || image->bias >= limits->bias));
    HOLD(image->bias == 0 || e.e_type == ET_DYN);
    HOLD(!limits->no_wx || !image->stack_exec);
}

/* Strings out of the input: as many as they are, or as it says. */
static void check_stack(const struct input *in, const struct elf_image *image)
{
    uint8_t buf[512];
    struct elf_args args = {.strings = (const char *)in->data,
                            .length = (uint32_t)(in->given < 400 ? in->given : 400)};
    uint64_t top = image->bits == 64 ? UINT64_C(0x3ffffffff0) + in->given : UINT64_C(0xfffffff1);
    uint64_t sp = 1;
    enum vm_status status;

    for (uint32_t i = 0; i < args.length; i++)
        args.argc += in->data[i] == 0;
    args.envc = args.argc / 2;
    args.argc -= args.envc;
    status = elf_stack_build(&sp, buf, sizeof buf, image, &args, top);
    HOLD(status == VM_OK || sp == 1);
    HOLD(status != VM_OK || (sp % 16 == 0 && sp < top && top - sp <= sizeof buf));
    args.argc++;
    HOLD(elf_stack_build(&sp, buf, sizeof buf, image, &args, top) == VM_RANGE);
}

static void check(const uint8_t *data, uint64_t given, uint64_t size,
                  const struct elf_limits *limits)
{
    struct input in = {.data = data, .given = given, .size = size};
    struct elf_file file = {.read = read_bytes, .ctx = &in, .size = size};
    struct elf_image image;
    enum elf_reason reason = elf_read(&image, &file, limits);

    HOLD(reason <= ELF_HUGE && reason != ELF_UNREADABLE);
    HOLD(image.phdr == ELF_NO_PHDR || image.phdr < image.phdr_count);
    fuzz_elf_seen[reason]++;
    if (reason == ELF_OK) {
        check_plan(&in, &image, limits);
        check_stack(&in, &image);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct elf_limits limits[] = {
        {.low = 0x10000, .top = UINT64_C(1) << 38, .pages = 0x10000, .no_wx = true},
        {.low = 0x1000,
         .top = UINT64_C(1) << 31,
         .pages = 64,
         .bias = 0x10000,
         .machine = ELF_RISCV,
         .interpreter = true},
        {.top = UINT64_MAX - PAGE + 1, .pages = UINT64_MAX, .bias = 1, .interpreter = true},
    };

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        check(data, size, size, &limits[i]);
        check(data, size, size + BEHIND, &limits[i]);
    }
    return 0;
}
