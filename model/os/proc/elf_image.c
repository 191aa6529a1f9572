#include "os/proc/elf_parts.h"
#include "os/space/region.h"

static bool power_of_two(uint64_t n)
{
    return (n & (n - 1)) == 0;
}

static bool writable_code(uint32_t flags)
{
    return (flags & PF_W) && (flags & PF_X);
}

static enum elf_reason check_segment(const struct elf_reader *r, const struct elf_phdr *p)
{
    uint64_t last = r->word == 4 ? UINT32_MAX : UINT64_MAX;

    if (p->filesz > p->memsz)
        return ELF_FILESZ;
    if (p->filesz && !elf_inside(p->offset, p->filesz, r->file->size))
        return ELF_OFFSET;
    if (p->memsz > last - p->vaddr)
        return ELF_WRAP;
    if (!power_of_two(p->align))
        return ELF_ALIGN;
    if (p->filesz && (p->vaddr - p->offset) % ELF_PAGE != 0)
        return ELF_CONGRUENCE;
    if (p->vaddr < r->start)
        return ELF_ORDER;
    if (p->vaddr < r->end)
        return ELF_OVERLAP;
    return r->limits->no_wx && writable_code(p->flags) ? ELF_WX : ELF_OK;
}

static unsigned perms_of(uint32_t flags)
{
    return (flags & (PF_R | PF_W) ? REGION_R : 0u) | (flags & PF_W ? REGION_W : 0u) |
           (flags & PF_X ? REGION_X : 0u);
}

static struct elf_segment plan(const struct elf_phdr *p, unsigned index)
{
    struct elf_segment s = {.start = p->vaddr >> ELF_PAGE_SHIFT,
                            .end = ((p->vaddr + p->memsz - 1) >> ELF_PAGE_SHIFT) + 1,
                            .perms = perms_of(p->flags),
                            .phdr = index};

    if (p->filesz) {
        s.offset = p->offset >> ELF_PAGE_SHIFT;
        s.file_bytes = p->filesz == p->memsz ? (s.end - s.start) << ELF_PAGE_SHIFT
                                             : p->vaddr % ELF_PAGE + p->filesz;
    }
    return s;
}

/* Add b, which begins at vaddr in the last page of a, to a. False if that cannot be. */
static bool merge(struct elf_segment *a, const struct elf_segment *b, vaddr_t vaddr)
{
    uint64_t apart = b->start - a->start, bytes = vaddr - (a->start << ELF_PAGE_SHIFT);
    bool all_file = a->file_bytes == (a->end - a->start) << ELF_PAGE_SHIFT;

    if (a->perms != b->perms)
        return false;
    if (b->file_bytes == 0)
        a->file_bytes = a->file_bytes < bytes ? a->file_bytes : bytes;
    else if (all_file && a->offset + apart == b->offset)
        a->file_bytes = (apart << ELF_PAGE_SHIFT) + b->file_bytes;
    else
        return false;
    a->end = b->end;
    return true;
}

static enum elf_reason add(struct elf_image *image, const struct elf_segment *s, vaddr_t vaddr)
{
    struct elf_segment *last = image->count ? &image->segments[image->count - 1] : NULL;

    if (last && s->start < last->end)
        return merge(last, s, vaddr) ? ELF_OK : ELF_SHARED_PAGE;
    if (image->count == ELF_SEGMENTS)
        return ELF_MANY;
    image->segments[image->count++] = *s;
    return ELF_OK;
}

/* What else a segment says: does it hold the entry, and the program headers? */
static void note(struct elf_reader *r, const struct elf_phdr *p)
{
    struct elf_image *image = r->image;
    uint64_t bytes = image->phdr_count * elf_phdr_bytes(r), into = r->phoff - p->offset;

    if ((p->flags & PF_X) && image->entry - p->vaddr < p->memsz)
        r->enters = true;
    if (!r->has_phdrs && r->phoff >= p->offset && elf_inside(into, bytes, p->filesz)) {
        image->phdrs = p->vaddr + into;
        r->has_phdrs = true;
    }
    if (p->align > r->align)
        r->align = p->align;
    r->start = p->vaddr;
    r->end = p->vaddr + p->memsz;
}

enum elf_reason elf_take_segment(struct elf_reader *r, const struct elf_phdr *p, unsigned index)
{
    enum elf_reason reason = check_segment(r, p);
    struct elf_segment s;

    if (reason || p->memsz == 0)
        return reason;
    s = plan(p, index);
    reason = add(r->image, &s, p->vaddr);
    note(r, p);
    return reason;
}

/* ---- The image ----------------------------------------------------------------------------- */

/* Round the bias up to the alignment; false if there is no such address. */
static bool choose_bias(struct elf_reader *r)
{
    uint64_t low_bits = r->align - 1, bias = r->limits->bias;

    if (r->fixed)
        return true;
    r->image->bias = (bias + low_bits) & ~low_bits;
    return bias <= UINT64_MAX - low_bits;
}

static enum elf_reason refuse(struct elf_image *image, const struct elf_segment *s,
                              enum elf_reason reason)
{
    image->phdr = (uint16_t)s->phdr;
    return reason;
}

enum elf_reason elf_place(struct elf_reader *r)
{
    struct elf_image *image = r->image;
    struct elf_segment *first = image->segments, *last = &first[image->count - 1];
    uint64_t top = r->limits->top >> ELF_PAGE_SHIFT, left = r->limits->pages;

    if (r->word == 4 && top > UINT64_C(1) << 20)
        top = UINT64_C(1) << 20;
    if (!choose_bias(r))
        return ELF_HIGH;
    for (struct elf_segment *s = first; s <= last; s++) {
        s->start += image->bias >> ELF_PAGE_SHIFT;
        s->end += image->bias >> ELF_PAGE_SHIFT;
        if (s->start < r->limits->low >> ELF_PAGE_SHIFT)
            return refuse(image, s, ELF_LOW);
        if (s->end > top)
            return refuse(image, s, ELF_HIGH);
        if (s->end - s->start > left)
            return refuse(image, s, ELF_HUGE);
        left -= s->end - s->start;
    }
    image->entry += image->bias;
    image->low = first->start << ELF_PAGE_SHIFT;
    image->brk = last->end << ELF_PAGE_SHIFT;
    if (r->has_phdrs)
        image->phdrs += image->bias;
    return ELF_OK;
}
