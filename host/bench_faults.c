/* bench_faults.c: what a page fault costs the kernel, on the C model, beside what no kernel can do
 * without: writing a page of zeros, or copying one. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "machine.h"
#include "preset.h"
#include "report.h"

enum { PAGES = 16384, FIRST = 0x10000, FRAMES = 65536 };

struct faults {
    struct target target;
    struct machine machine;
    struct proc *parent, *child;
    uint8_t *bytes; /* two pages beside the machine's */
};

static void touch_all(struct faults *f, uint8_t acc, uint64_t n)
{
    struct atlas_rsp rsp;

    for (uint64_t i = 0; i < n; i++)
        if (machine_access(&f->machine, &rsp, (FIRST + i) << ATLAS_PAGE_SHIFT, acc) != PROC_OK)
            report_problem(NULL, 0, "bench faults: an access was refused");
}

/* First touches: a frame of zeros each. Then the pages go again. */
static void zero_pass(void *ctx, uint64_t n)
{
    struct faults *f = ctx;

    touch_all(f, ATLAS_ACC_LOAD, n);
}

static void unmap_all(struct faults *f)
{
    space_evict(&f->parent->space, FIRST, FIRST + PAGES);
}

static void fork_child(struct faults *f)
{
    proc_fork(f->machine.kernel, &f->child, f->parent->threads);
    f->child->parent = 0;
}

static void copy_pass(void *ctx, uint64_t n)
{
    touch_all(ctx, ATLAS_ACC_STORE, n);
}

/* What both cannot do without. */
static void bare_zero(void *ctx, uint64_t n)
{
    const struct faults *f = ctx;
    uint8_t *ram = f->machine.phys.ram;

    for (uint64_t i = 0; i < n; i++)
        memset(ram + (FRAMES - 1 - i) * ATLAS_PAGE_SIZE, 0, ATLAS_PAGE_SIZE);
}

static void bare_copy(void *ctx, uint64_t n)
{
    const struct faults *f = ctx;
    uint8_t *ram = f->machine.phys.ram;

    for (uint64_t i = 0; i < n; i++)
        memcpy(ram + (FRAMES - 1 - i) * ATLAS_PAGE_SIZE, f->bytes, ATLAS_PAGE_SIZE);
}

/* Nanoseconds of one of n, at best; `before` is not timed. */
static double best_ns(struct faults *f, void (*before)(struct faults *f),
                      void (*pass)(void *ctx, uint64_t n))
{
    double best = 0;

    for (unsigned i = 0; i < 3; i++) {
        double begin, ns;

        if (before)
            before(f);
        begin = bench_cpu_seconds();
        pass(f, PAGES);
        ns = (bench_cpu_seconds() - begin) * 1e9 / PAGES;
        best = i == 0 || ns < best ? ns : best;
    }
    return best;
}

static void print_row(const char *what, double fault, double bare)
{
    printf("%-28s %8.0f ns  %8.0f ns  %8.0f ns  %5.2f\n", what, fault, bare, fault - bare,
           fault / bare);
}

/* A child that shares all pages, so that each store of the parent copies one. */
static void share_again(struct faults *f)
{
    if (f->child)
        proc_exit(f->machine.kernel, f->child, 0);
    fork_child(f);
}

static bool open_faults(struct faults *f)
{
    const struct options options = {.target = "model", .ops = &backend_model, .latency = 1};
    const struct machine_config config = {.mode = ATLAS_MODE_SV39, .frames = FRAMES};
    const struct region model = {
        .start = FIRST, .end = FIRST + PAGES, .flags = REGION_R | REGION_W};

    f->bytes = calloc(1, ATLAS_PAGE_SIZE);
    if (f->bytes == NULL)
        report_out_of_memory();
    if (!target_open(&f->target, &options, "full") ||
        !machine_open(&f->machine, &f->target, 1, &config))
        return false;
    memset(f->machine.phys.ram + f->machine.phys.size / 2, 1, f->machine.phys.size / 2);
    proc_create(f->machine.kernel, &f->parent);
    space_map(&f->parent->space, &model);
    proc_enter(f->machine.kernel, f->parent);
    return true;
}

bool bench_faults(void)
{
    struct faults f = {.child = NULL};
    bool opened = open_faults(&f);

    if (opened) {
        double zero, copy;

        touch_all(&f, ATLAS_ACC_STORE, PAGES); /* the host has given all its pages then */
        printf("%-28s %11s  %11s  %11s  %5s\n", "fault (C model, Sv39)", "fault", "bare",
               "kernel, MMU", "ratio");
        zero = best_ns(&f, unmap_all, zero_pass);
        print_row("demand zero, beside memset", zero, best_ns(&f, NULL, bare_zero));
        copy = best_ns(&f, share_again, copy_pass);
        print_row("copy on write, beside memcpy", copy, best_ns(&f, NULL, bare_copy));
        proc_exit_all(f.machine.kernel);
    }
    machine_close(&f.machine);
    target_close(&f.target);
    free(f.bytes);
    return opened;
}
