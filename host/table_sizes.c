/* table_sizes.c: see table_sizes.h. */
#include "table_sizes.h"

#include <stdlib.h>
#include <string.h>

#include "os/paging/flat.h"
#include "os/paging/hashed.h"
#include "os/paging/inverted.h"
#include "os/paging/radix_ops.h"
#include "os/paging/radix_resize.h"
#include "report.h"

enum { FRAMES = 65536, FIRST = 0x80000, OWNER = 1, LIMIT = FRAMES };

static const uint64_t FLAGS = PTE_BIT(V) | PTE_BIT(R) | PTE_BIT(W) | PTE_BIT(U);

/* ---- The machine --------------------------------------------------------------------------- */

struct small_machine {
    struct phys phys;
    struct frames frames;
    struct frame *records;
    struct inverted inverted;
    union {
        struct radix radix;
        struct flat flat;
        struct hashed hashed;
        struct inverted_process process;
    } table;
    uint64_t next_frame; /* for a page. Its bytes are never touched, so it is not allocated:
                            pages begin half-way up RAM, where no table comes to lie */
};

static bool word_read(void *ctx, paddr_t addr, uint64_t *value, unsigned bytes)
{
    const struct small_machine *m = ctx;

    *value = 0;
    memcpy(value, phys_ptr(&m->phys, addr), bytes);
    return true;
}

static void word_write(void *ctx, paddr_t addr, uint64_t value, unsigned bytes)
{
    const struct small_machine *m = ctx;

    memcpy(phys_ptr(&m->phys, addr), &value, bytes);
}

static void machine_begin(struct small_machine *m)
{
    static const struct phys_word_ops words = {word_read, word_write};
    const struct frames_config config = {
        .first = FIRST, .count = FRAMES, .phys = &m->phys, .zeroed = true};

    *m = (struct small_machine){.next_frame = FIRST + FRAMES / 2};
    m->records = calloc(1, frames_bytes(&frames_buddy, FRAMES));
    m->phys = (struct phys){.base = (paddr_t)FIRST << ATLAS_PAGE_SHIFT,
                            .size = (uint64_t)FRAMES << ATLAS_PAGE_SHIFT,
                            .ram = calloc(FRAMES, ATLAS_PAGE_SIZE),
                            .words = &words,
                            .ctx = m};
    if (!m->records || !m->phys.ram)
        report_out_of_memory();
    frames_init(&m->frames, &config, m->records);
}

static void machine_end(struct small_machine *m)
{
    free(m->phys.ram);
    free(m->records);
}

/* ---- The kinds ----------------------------------------------------------------------------- */

static enum vm_status open_radix(struct small_machine *m, const struct paging_mode *mode)
{
    return radix_create(&m->table.radix, &m->phys, &m->frames, mode, OWNER, LIMIT);
}

static enum vm_status open_flat(struct small_machine *m, const struct paging_mode *mode)
{
    return flat_create(&m->table.flat, &m->phys, &m->frames, mode, OWNER, 0,
                       UINT64_C(1) << (mode->va_bits - ATLAS_PAGE_SHIFT));
}

static enum vm_status open_hashed(struct small_machine *m, const struct paging_mode *mode)
{
    (void)mode;
    hashed_create(&m->table.hashed, &m->phys, &m->frames, OWNER);
    return VM_OK;
}

static enum vm_status open_inverted(struct small_machine *m, const struct paging_mode *mode)
{
    (void)mode;
    m->table.process = (struct inverted_process){&m->inverted, OWNER};
    return inverted_create(&m->inverted, &m->phys, &m->frames);
}

static const struct kind {
    const char *name;
    const struct page_table_ops *ops;
    enum vm_status (*open)(struct small_machine *m, const struct paging_mode *mode);
    unsigned mode; /* ATLAS_MODE_*: whose addresses the process has */
} kinds[TABLE_KINDS] = {
    [TABLE_FLAT] = {"flat, 32-bit space", &flat_ops, open_flat, ATLAS_MODE_SV32},
    [TABLE_SV32] = {"2 levels (Sv32)", &radix_ops, open_radix, ATLAS_MODE_SV32},
    [TABLE_SV39] = {"3 levels (Sv39)", &radix_ops, open_radix, ATLAS_MODE_SV39},
    [TABLE_SV48] = {"4 levels (Sv48)", &radix_ops, open_radix, ATLAS_MODE_SV48},
    [TABLE_SV57] = {"5 levels (Sv57)", &radix_ops, open_radix, ATLAS_MODE_SV57},
    [TABLE_MERGED] = {"3 levels, pages merged", &radix_ops, open_radix, ATLAS_MODE_SV39},
    [TABLE_HASHED] = {"hashed", &hashed_ops, open_hashed, ATLAS_MODE_SV48},
    [TABLE_INVERTED] = {"inverted, 256 MiB RAM", &inverted_ops, open_inverted, ATLAS_MODE_SV48},
};

const char *table_kind_name(enum table_kind kind)
{
    return kinds[kind].name;
}

/* ---- The processes ------------------------------------------------------------------------- */

struct piece {
    int64_t start; /* page; below 0: counted down from the middle of the space */
    uint64_t pages;
};

static const struct piece dense[] = {{0x10000, 16384}};

static const struct piece typical[] = {
    {0x10, 128},    /* text               */
    {0x90, 48},     /* read-only data     */
    {0xc0, 32},     /* data, bss          */
    {0x120, 1024},  /* heap               */
    {-0x3000, 512}, /* an arena of malloc */
    {-0x2000, 384}, /* libc: text         */
    {-0x1e80, 96},  /* ... read-only data */
    {-0x1e20, 8},   /* ... data           */
    {-0x1d00, 160}, /* libm               */
    {-0x1c00, 40},  /* the linker         */
    {-0x1bd0, 2},   /* vdso               */
    {-0x40, 33},    /* stack              */
};

enum { SPARSE_PAGES = 1024, NAPOT = 16, LARGE = 512 };

/* Piece i of a process. Returns false behind the last one. */
static bool piece_at(struct piece *piece, enum table_process process, vpn_t middle, unsigned i)
{
    const struct piece *list = process == TABLE_DENSE ? dense : typical;
    unsigned count = process == TABLE_DENSE ? sizeof dense / sizeof dense[0]
                                            : sizeof typical / sizeof typical[0];

    if (process == TABLE_SPARSE) {
        *piece = (struct piece){(int64_t)(middle / SPARSE_PAGES * i), 1};
        return i < SPARSE_PAGES;
    }
    if (i >= count)
        return false;
    *piece = list[i];
    if (piece->start < 0)
        piece->start += (int64_t)middle;
    return true;
}

/* Frames for a piece: those of a long one lie as its pages do in 2 MiB, so that they can merge. */
static uint64_t frames_for(struct small_machine *m, const struct piece *piece)
{
    uint64_t vpn = (uint64_t)piece->start;

    if (piece->pages >= NAPOT)
        m->next_frame += (vpn - m->next_frame) % LARGE;
    m->next_frame += piece->pages;
    return m->next_frame - piece->pages;
}

static enum vm_status map_piece(struct small_machine *m, const struct page_table_ops *ops,
                                const struct piece *piece)
{
    uint64_t ppn = frames_for(m, piece);
    enum vm_status status = VM_OK;

    for (uint64_t i = 0; status == VM_OK && i < piece->pages; i++)
        status = ops->map(&m->table, (vpn_t)piece->start + i, ppn + i, FLAGS);
    return status;
}

static void merge_piece(struct small_machine *m, const struct piece *piece)
{
    for (unsigned level = 0; level < 2; level++) {
        for (uint64_t i = 0; i < piece->pages; i += NAPOT)
            radix_merge(&m->table.radix, ((vaddr_t)piece->start + i) << ATLAS_PAGE_SHIFT, level);
    }
}

static void look_up_piece(const struct small_machine *m, const struct page_table_ops *ops,
                          const struct piece *piece, struct table_size *size)
{
    struct page_entry found;

    for (uint64_t i = 0; i < piece->pages; i++) {
        if (ops->lookup(&m->table, &found, (vpn_t)piece->start + i) == VM_OK)
            size->reads += found.reads;
        size->pages++;
    }
}

static enum vm_status measure(struct small_machine *m, struct table_size *size,
                              enum table_kind kind, enum table_process process)
{
    const struct page_table_ops *ops = kinds[kind].ops;
    const struct paging_mode *mode = paging_mode(kinds[kind].mode);
    vpn_t middle = UINT64_C(1) << (mode->va_bits - 1 - ATLAS_PAGE_SHIFT);
    enum vm_status status = VM_OK;
    struct piece piece;

    *size = (struct table_size){.pages = 0};
    for (unsigned i = 0; status == VM_OK && piece_at(&piece, process, middle, i); i++)
        status = map_piece(m, ops, &piece);
    for (unsigned i = 0; kind == TABLE_MERGED && piece_at(&piece, process, middle, i); i++)
        merge_piece(m, &piece);
    for (unsigned i = 0; piece_at(&piece, process, middle, i); i++)
        look_up_piece(m, ops, &piece, size);
    size->bytes = ops->bytes(&m->table);
    ops->destroy(&m->table);
    return status;
}

enum vm_status table_size(struct table_size *size, enum table_kind kind, enum table_process process)
{
    struct small_machine m;
    enum vm_status status;

    machine_begin(&m);
    status = kinds[kind].open(&m, paging_mode(kinds[kind].mode));
    if (status == VM_OK)
        status = measure(&m, size, kind, process);
    machine_end(&m);
    return status;
}
