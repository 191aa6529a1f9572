#include "base/bug.h"
#include "os/proc/elf_parts.h"

enum { IDENT = 16, EHDR_MAX = 64, PHDR_MAX = 56, PATH_LIMIT = 4096 };
enum { ET_EXEC = 2, ET_DYN = 3 };

#define PT_LOAD UINT32_C(1)
#define PT_INTERP UINT32_C(3)
#define PT_GNU_STACK UINT32_C(0x6474e551)

static uint64_t get(const uint8_t *bytes, unsigned at, unsigned size)
{
    uint64_t value = 0;

    while (size-- > 0)
        value = value << 8 | bytes[at + size];
    return value;
}

static bool read_at(const struct elf_reader *r, uint64_t offset, uint8_t *buf, unsigned bytes)
{
    return r->file->read(r->file->ctx, offset, buf, bytes) == VM_OK;
}

/* ---- The header ---------------------------------------------------------------------------- */

static enum elf_reason check_ident(struct elf_reader *r, const uint8_t *e)
{
    if (get(e, 0, 4) != UINT32_C(0x464c457f))
        return ELF_MAGIC;
    if (e[4] != 1 && e[4] != 2)
        return ELF_CLASS;
    r->word = e[4] * 4u;
    r->image->bits = (uint8_t)(r->word * 8);
    if (r->limits->bits && r->limits->bits != r->image->bits)
        return ELF_CLASS;
    if (e[5] != 1)
        return ELF_ENDIAN;
    return e[6] == 1 ? ELF_OK : ELF_VERSION;
}

static bool machine_fits(const struct elf_reader *r, uint16_t machine)
{
    if (r->limits->machine && r->limits->machine != machine)
        return false;
    return machine == ELF_RISCV || machine == (r->word == 4 ? ELF_I386 : ELF_X86_64);
}

/* Fields after e_ident; those after e_entry move with the width of an address. */
static enum elf_reason check_header(struct elf_reader *r, const uint8_t *e)
{
    struct elf_image *image = r->image;
    unsigned w = r->word, type = (unsigned)get(e, 16, 2);

    if (type != ET_EXEC && type != ET_DYN)
        return ELF_TYPE;
    r->fixed = type == ET_EXEC;
    image->machine = (uint16_t)get(e, 18, 2);
    if (!machine_fits(r, image->machine))
        return ELF_MACHINE;
    if (get(e, 20, 4) != 1)
        return ELF_VERSION;
    image->entry = get(e, 24, w);
    r->phoff = get(e, 24 + w, w);
    image->flags = (uint32_t)get(e, 24 + 3 * w, 4);
    image->phdr_count = (uint16_t)get(e, 32 + 3 * w, 2);
    if (get(e, 28 + 3 * w, 2) != elf_ehdr_bytes(r))
        return ELF_EHSIZE;
    return get(e, 30 + 3 * w, 2) == elf_phdr_bytes(r) ? ELF_OK : ELF_PHENTSIZE;
}

static enum elf_reason check_table(const struct elf_reader *r)
{
    unsigned count = r->image->phdr_count;

    if (count == 0)
        return ELF_PHNUM_ZERO;
    if (count > ELF_PHDRS)
        return ELF_PHNUM_MANY;
    return elf_inside(r->phoff, count * elf_phdr_bytes(r), r->file->size) ? ELF_OK : ELF_PHOFF;
}

static enum elf_reason read_header(struct elf_reader *r)
{
    uint8_t e[EHDR_MAX];
    enum elf_reason reason;

    if (r->file->size < IDENT)
        return ELF_SHORT;
    if (!read_at(r, 0, e, IDENT))
        return ELF_UNREADABLE;
    reason = check_ident(r, e);
    if (reason)
        return reason;
    if (r->file->size < elf_ehdr_bytes(r))
        return ELF_SHORT;
    if (!read_at(r, IDENT, e + IDENT, elf_ehdr_bytes(r) - IDENT))
        return ELF_UNREADABLE;
    reason = check_header(r, e);
    return reason ? reason : check_table(r);
}

/* ---- Program headers ----------------------------------------------------------------------- */

static enum elf_reason take_interp(struct elf_reader *r, const struct elf_phdr *p)
{
    bool path = p->filesz >= 2 && p->filesz <= PATH_LIMIT;

    if (r->image->interp_bytes || !path || !elf_inside(p->offset, p->filesz, r->file->size))
        return ELF_INTERP;
    r->image->interp_offset = p->offset;
    r->image->interp_bytes = (uint32_t)p->filesz;
    return r->limits->interpreter ? ELF_OK : ELF_DYNAMIC;
}

static enum elf_reason take_stack(struct elf_reader *r, const struct elf_phdr *p)
{
    r->image->stack_exec = p->flags & PF_X;
    return r->limits->no_wx && r->image->stack_exec ? ELF_WX : ELF_OK;
}

static struct elf_phdr decode(const uint8_t *b, unsigned w)
{
    return (struct elf_phdr){.type = (uint32_t)get(b, 0, 4),
                             .flags = (uint32_t)get(b, w == 4 ? 24 : 4, 4),
                             .offset = get(b, w, w),
                             .vaddr = get(b, 2 * w, w),
                             .filesz = get(b, 4 * w, w),
                             .memsz = get(b, 5 * w, w),
                             .align = get(b, w == 4 ? 28 : 48, w)};
}

static enum elf_reason read_phdr(struct elf_reader *r, unsigned index)
{
    unsigned bytes = elf_phdr_bytes(r);
    uint8_t b[PHDR_MAX];
    struct elf_phdr p;

    if (!read_at(r, r->phoff + index * bytes, b, bytes))
        return ELF_UNREADABLE;
    p = decode(b, r->word);
    switch (p.type) {
    case PT_LOAD: return elf_take_segment(r, &p, index);
    case PT_INTERP: return take_interp(r, &p);
    case PT_GNU_STACK: return take_stack(r, &p);
    default: return ELF_OK;
    }
}

static enum elf_reason read_phdrs(struct elf_reader *r)
{
    enum elf_reason reason = ELF_OK;

    for (unsigned i = 0; i < r->image->phdr_count && !reason; i++) {
        r->image->phdr = (uint16_t)i;
        reason = read_phdr(r, i);
    }
    if (!reason)
        r->image->phdr = ELF_NO_PHDR;
    return reason;
}

enum elf_reason elf_read(struct elf_image *image, const struct elf_file *file,
                         const struct elf_limits *limits)
{
    struct elf_reader r = {.file = file, .limits = limits, .image = image, .align = ELF_PAGE};
    enum elf_reason reason;

    VM_BUG(limits->low % ELF_PAGE != 0 || limits->top % ELF_PAGE != 0);
    *image = (struct elf_image){.phdr = ELF_NO_PHDR};
    reason = read_header(&r);
    if (!reason)
        reason = read_phdrs(&r);
    if (reason)
        return reason;
    if (image->count == 0)
        return ELF_EMPTY;
    return r.enters ? elf_place(&r) : ELF_ENTRY;
}
