#include "os/proc/exec.h"

#include "base/bug.h"
#include "base/bytes.h"
#include "os/space/brk.h"
#include "os/space/stack.h"

/* ---- The page in which zeros follow --------------------------------------------------------- */

/* An object of one page: the beginning of a page of a file. */
struct tail {
    struct object object; /* first */
    struct kernel *k;
    struct file *file;
    uint64_t offset; /* in the file [bytes] */
    uint32_t bytes;  /* then come zeros     */
};

static enum vm_status tail_fill(struct object *o, uint8_t *frame, uint64_t index)
{
    struct tail *tail = (struct tail *)o;
    uint64_t left = tail->file->bytes - tail->offset;
    uint32_t bytes = tail->bytes < left ? tail->bytes : (uint32_t)left;

    VM_BUG(index != 0);
    memset(frame, 0, ATLAS_PAGE_SIZE);
    return file_read(tail->file, tail->offset, frame, bytes);
}

static void tail_release(struct object *o)
{
    struct tail *tail = (struct tail *)o;

    object_drop(&tail->file->object);
    kfree(&tail->k->kmalloc, tail);
}

static struct tail *tail_new(struct kernel *k, struct file *file, uint64_t page, uint32_t bytes)
{
    static const struct object_ops ops = {.fill = tail_fill, .release = tail_release};
    struct tail *tail = kmalloc(&k->kmalloc, sizeof *tail);

    if (!tail)
        return NULL;
    object_init(&tail->object, &k->objects, &ops, false, 1);
    object_hold(&file->object);
    tail->k = k;
    tail->file = file;
    tail->offset = page * ATLAS_PAGE_SIZE;
    tail->bytes = bytes;
    return tail;
}

/* ---- The image ------------------------------------------------------------------------------ */

static enum region_kind kind_of(unsigned perms)
{
    if (perms & REGION_W)
        return REGION_DATA;
    return perms & REGION_X ? REGION_TEXT : REGION_RODATA;
}

static enum vm_status map_tail(struct kernel *k, struct space *s, struct file *file,
                               const struct region *model, uint32_t bytes)
{
    struct tail *tail = tail_new(k, file, model->offset, bytes);
    struct region page = *model;
    enum vm_status status;

    if (!tail)
        return VM_NOMEM;
    page.end = page.start + 1;
    page.object = &tail->object;
    page.offset = 0;
    status = space_map(s, &page);
    object_drop(&tail->object); /* the region holds it now */
    return status;
}

/* A segment is up to three regions: whole pages of the file, one with the file's last bytes, and
 * zeros. */
static enum vm_status map_segment(struct kernel *k, struct space *s, struct file *file,
                                  const struct elf_segment *seg)
{
    uint64_t whole = seg->file_bytes / ATLAS_PAGE_SIZE;
    uint32_t rest = (uint32_t)(seg->file_bytes % ATLAS_PAGE_SIZE);
    struct region r = {.start = seg->start,
                       .end = seg->start + whole,
                       .flags = seg->perms,
                       .kind = kind_of(seg->perms),
                       .object = &file->object,
                       .offset = seg->offset};
    enum vm_status status = whole > 0 ? space_map(s, &r) : VM_OK;

    r.start = r.end;
    r.offset += whole;
    if (status == VM_OK && rest > 0) {
        status = map_tail(k, s, file, &r, rest);
        r.start++;
    }
    r.end = seg->end;
    r.kind = REGION_BSS;
    r.object = NULL;
    r.offset = 0;
    return status == VM_OK && r.start < r.end ? space_map(s, &r) : status;
}

static enum vm_status map_image(struct kernel *k, struct space *s, struct file *file,
                                const struct elf_image *image)
{
    enum vm_status status = VM_OK;

    for (uint32_t i = 0; status == VM_OK && i < image->count; i++)
        status = map_segment(k, s, file, &image->segments[i]);
    if (status == VM_OK)
        mm_heap_begin(s, image->brk);
    return status;
}

/* ---- The stack ------------------------------------------------------------------------------ */

/* Write bytes to pages of a space that nobody runs; they get their frames here. */
static enum vm_status put(struct space *s, vaddr_t va, const uint8_t *from, uint64_t bytes)
{
    enum vm_status status = s->env->populate(
        s, va >> ATLAS_PAGE_SHIFT, (va + bytes + ATLAS_PAGE_SIZE - 1) >> ATLAS_PAGE_SHIFT);

    while (status == VM_OK && bytes > 0) {
        uint64_t at = va % ATLAS_PAGE_SIZE, part = ATLAS_PAGE_SIZE - at;
        struct radix_leaf leaf;

        part = part < bytes ? part : bytes;
        status = radix_lookup(&s->table, &leaf, va);
        VM_BUG(status != VM_OK);
        memcpy((uint8_t *)phys_frame(s->env->phys, (pfn_t)leaf.ppn) + at, from, part);
        va += part;
        from += part;
        bytes -= part;
    }
    return status;
}

static enum vm_status build_stack(struct kernel *k, struct space *s, vaddr_t *sp,
                                  const struct elf_image *image, const struct elf_args *args)
{
    uint8_t *bytes = kmalloc(&k->kmalloc, EXEC_STACK);
    enum vm_status status = bytes ? VM_OK : VM_NOMEM;
    vaddr_t top;

    if (status == VM_OK)
        status = mm_stack(s, &top, EXEC_STACK / ATLAS_PAGE_SIZE);
    if (status == VM_OK)
        status = elf_stack_build(sp, bytes, EXEC_STACK, image, args, top);
    if (status == VM_OK)
        status = put(s, *sp, bytes, top - *sp);
    if (bytes)
        kfree(&k->kmalloc, bytes);
    return status;
}

/* ---- All of it ------------------------------------------------------------------------------ */

static enum vm_status read_file(void *ctx, uint64_t offset, void *buf, uint32_t bytes)
{
    return file_read(ctx, offset, buf, bytes);
}

static bool plan(struct elf_image *image, struct exec_why *why, struct file *file,
                 const struct space *s)
{
    const struct layout *l = &s->layout;
    const struct elf_file elf = {.read = read_file, .ctx = file, .size = file->bytes};
    const struct elf_limits limits = {.low = l->lowest << ATLAS_PAGE_SHIFT,
                                      .top = l->mmap_high << ATLAS_PAGE_SHIFT,
                                      .pages = s->limits.address_space,
                                      .bias = l->image << ATLAS_PAGE_SHIFT,
                                      .bits = s->table.mode->pte_bytes == 4 ? 32 : 64,
                                      .no_wx = l->w_xor_x};

    why->reason = elf_read(image, &elf, &limits);
    why->phdr = image->phdr;
    return why->reason == ELF_OK;
}

/* The new space in place of the old one, for this thread alone. */
static void become(struct kernel *k, struct thread *t, struct space *s)
{
    struct proc *p = t->proc;
    bool runs = k->hart->running == t;

    for (struct thread *other = p->threads, *next; other; other = next) {
        next = other->next;
        if (other != t)
            thread_destroy(k, other);
    }
    sched_block(k, t);
    proc_drop_space(k, p);
    space_adopt(&p->space, s);
    if (runs)
        sched_enter(k, t);
}

enum vm_status exec_file(struct kernel *k, struct thread *t, struct exec_why *why,
                         struct file *file, const struct elf_args *args)
{
    struct elf_image image;
    struct space s;
    vaddr_t sp = 0;
    enum vm_status status = space_create(&s, &k->env, t->proc->pid, k->config.table_limit);

    *why = (struct exec_why){.reason = ELF_OK, .phdr = ELF_NO_PHDR};
    if (status != VM_OK)
        return status;
    s.limits = t->proc->space.limits;
    status = plan(&image, why, file, &s) ? map_image(k, &s, file, &image) : VM_RANGE;
    if (status == VM_OK)
        status = build_stack(k, &s, &sp, &image, args);
    if (status != VM_OK) {
        space_destroy(&s);
        return status;
    }
    become(k, t, &s);
    t->context = (struct context){.pc = image.entry};
    t->context.x[2] = sp;
    return VM_OK;
}
