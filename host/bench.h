/* bench.h: the measurements of `atlas bench`, one function a table.
 *
 * Layer: host. Rates are of CPU time of this process, best of three passes, so a loaded machine
 * distorts them little; what a figure is compared with is measured in the same run. Cycles are
 * counted, not timed.
 */
#ifndef ATLAS_BENCH_H
#define ATLAS_BENCH_H

#include <stdbool.h>
#include <stdint.h>

struct atlas_params;
struct backend_ops;

/* CPU seconds of this process so far. */
double bench_cpu_seconds(void);

/* The best rate [1/s] of `pass(ctx, n)` called three times. */
double bench_rate(void (*pass)(void *ctx, uint64_t n), void *ctx, uint64_t n);

/* Hits, walks and oracle walks of the C model beside a bare radix walk. */
void bench_model(void);

/* Nanoseconds of a page fault on the C model, first touch and copy on write, beside those of
 * writing or copying the page alone. Returns false after a message. */
bool bench_faults(void);

/* Bytes of page tables of every kind, and memory reads of a lookup, for three processes. Returns
 * false after a message. */
bool bench_tables(void);

/* Translations a second of a backend ("rtl", "lockstep") on every preset. Returns false after a
 * message if one cannot be had or finds a mismatch. */
bool bench_backend(const char *name);

/* Cycles of hits, L2 hits, walks, faults and fences on every preset, beside the contract. */
bool bench_cycles(void);

/* Mean cycles per translation of each trace on every preset that takes it, at latency `latency`,
 * and the plain mean of the traces of each mode.
 *
 *   files    in  the traces                                        [array, count]
 *   presets  in  presets or "NAME:PARAM=VALUE,..."                 [array, BENCH_PRESETS_MAX]; NULL
 *                ends them; none: the four presets
 *
 * Returns false after a message. */
bool bench_traces(char *const *files, unsigned count, const char *const *presets, unsigned latency);

/* What the TLBs of each preset miss of each trace, beside fully associative LRU and OPT of as many
 * entries and an infinite TLB; by the C model. Arguments and result as for bench_traces. */
bool bench_misses(char *const *files, unsigned count, const char *const *presets);

/* Cycles of each trace on each preset if walks prefetched the PTE of a neighbouring page, beside
 * those without, at latency `latency`; by the C model. Arguments and result as for bench_traces. */
bool bench_prefetch(char *const *files, unsigned count, const char *const *presets,
                    unsigned latency);

enum { BENCH_PRESETS_MAX = 64 };

/* The presets that a table is about: those given, or the four if none is. NULL ends both. */
const char *const *bench_presets(const char *const *presets);

/* The parameters of a preset.
 *
 *   width  in/out  of the column of names, made wider if need be
 *
 * Returns false after a message. */
bool bench_preset(struct atlas_params *params, int *width, const char *name);

#endif
