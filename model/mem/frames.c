#include "mem/frames.h"

#include "base/bug.h"
#include "base/bytes.h"

void frames_init(struct frames *f, pfn_t first, uint32_t count, uint32_t reserved,
                 struct frame *table)
{
    VM_BUG(count < 1 || count > PFN_NONE - first || reserved > count || !table);
    *f = (struct frames){.first = first, .count = count, .lowest = reserved, .table = table};
    f->by_kind[FRAME_RESERVED] = reserved;
    f->by_kind[FRAME_FREE] = count - reserved;
    for (uint32_t i = 0; i < count; i++) {
        if (i < reserved)
            table[i] = (struct frame){.refs = 1, .kind = FRAME_RESERVED};
        else
            table[i] = (struct frame){.refs = 0, .kind = FRAME_FREE};
    }
}

static void set_kind(struct frames *f, struct frame *frame, enum frame_kind kind)
{
    f->by_kind[frame->kind]--;
    f->by_kind[kind]++;
    frame->kind = (uint8_t)kind;
}

pfn_t frames_alloc(struct frames *f, enum frame_kind kind, uint32_t owner)
{
    struct frame *frame;

    VM_BUG(kind <= FRAME_RESERVED || kind >= FRAME_KINDS);
    while (f->lowest < f->count && f->table[f->lowest].refs > 0)
        f->lowest++;
    if (f->lowest == f->count)
        return PFN_NONE;
    frame = &f->table[f->lowest];
    set_kind(f, frame, kind);
    frame->refs = 1;
    frame->used = 0;
    frame->owner = owner;
    return f->first + f->lowest++;
}

struct frame *frames_get(const struct frames *f, pfn_t pfn)
{
    VM_BUG(pfn < f->first || pfn - f->first >= f->count);
    return &f->table[pfn - f->first];
}

uint32_t frames_share(struct frames *f, pfn_t pfn)
{
    struct frame *frame = frames_get(f, pfn);

    VM_BUG(frame->kind <= FRAME_RESERVED);
    return frame->refs == UINT16_MAX ? 0 : ++frame->refs;
}

uint32_t frames_drop(struct frames *f, pfn_t pfn)
{
    struct frame *frame = frames_get(f, pfn);

    VM_BUG(frame->kind <= FRAME_RESERVED);
    if (--frame->refs > 0)
        return frame->refs;
    VM_BUG(frame->maps || frame->object);
    set_kind(f, frame, FRAME_FREE);
    frame->owner = FRAME_NO_OWNER;
    if (pfn - f->first < f->lowest)
        f->lowest = pfn - f->first;
    return 0;
}

const char *frame_kind_name(enum frame_kind kind)
{
    static const char *const names[FRAME_KINDS] = {"free", "reserved", "kernel", "table", "user"};

    return (unsigned)kind < FRAME_KINDS ? names[kind] : NULL;
}
