/* test_parity: soft errors in the RAMs of the RTL, on every build with PARITY = 1. Each bit of a
 * word is flipped, one at a time, and the word is met by the access that would be answered wrongly:
 * every answer must be the oracle's, the word is counted once, and is not met again.
 *
 * The twin is not asked: it has no RAM whose bits could flip. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "oracle/cold_walk.h"
#include "scene.h"

enum { LIMIT = 5000, ALL_WORDS = 16, SOME_WORDS = 5 };
enum { NAPOT_BITS = 4 };
enum { ASID = 1, ROOT = 0x10, OTHER_ROOT = 0x8000 };

/* The bits of a word, from the lowest: {parity, valid, g, asid, tag, size, flags, ppn}. */
enum { FLAG_R, FLAG_W, FLAG_X, FLAG_U, FLAG_D, FLAGS_32 = 5, FLAGS_64 = 7 };

/* One RAM, and the word of it that is under test. */
struct ram {
    unsigned code;        /* ATLAS_FLIP_*                              */
    unsigned level;       /* of the pages that it holds                */
    unsigned sets, ways;  /* ways: of the L2                           */
    bool hash;            /* of the page's number, or its lowest bits  */
    unsigned port, probe; /* whose accesses write it, and meet it      */
    unsigned set, way;    /* the word                                  */
    unsigned ppn, tag;    /* bits of a word that hold them             */
    unsigned size;        /* ... and what tells a NAPOT page: L2_BIG   */
    unsigned flags, bits; /* the same of the flags; of a whole word    */
    uint64_t flipped;     /* soft errors that were made                */
};

/* What meets a word: an access, and the address space that it comes from. */
struct probe {
    struct atlas_req req;
    unsigned asid;
};

static bool of_l2(const struct ram *r)
{
    return r->code == ATLAS_FLIP_L2 || r->code == ATLAS_FLIP_L2_BIG;
}

static unsigned log2_of(unsigned n)
{
    unsigned bits = 0;

    while (1U << bits < n)
        bits++;
    return bits;
}

/* ---- The oracle ---------------------------------------------------------------------------- */

static enum cold_answer read_pte(void *ctx, uint64_t addr, uint64_t *pte)
{
    const struct bench *b = ctx;

    return sparse_bus_read(b->memory.memory, pte, addr, b->memory.pte_bytes) == SPARSE_OK
               ? COLD_OK
               : COLD_ERROR;
}

static struct cold_result right_answer(struct scene *s, const struct atlas_req *req, uint64_t root)
{
    const struct atlas_params *p = s->b->p;
    const struct cold_memory memory = {.ctx = s->b, .read = read_pte};
    const struct cold_query query = {
        .xlen = (uint8_t)p->xlen,
        .levels = (uint8_t)p->levels,
        .pa_bits = (uint8_t)p->pa_bits,
        .mode = (uint8_t)(s->levels == 2 ? ATLAS_MODE_SV32 : s->levels + ATLAS_MODE_SV39 - 3),
        .root_ppn = root,
        .va = req->va,
        .acc = req->acc,
        .priv = req->priv,
        .pbmte = true,
        .napote = true,
    };
    struct cold_result right;

    cold_walk(&query, &memory, &right);
    return right;
}

static void check(struct scene *s, const struct atlas_req *req, const struct atlas_rsp *rsp,
                  uint64_t root)
{
    const struct cold_result right = right_answer(s, req, root);

    if (rsp->fault != right.fault || rsp->reason != right.reason || rsp->pa != right.pa ||
        rsp->level != right.level || rsp->pbmt != right.pbmt)
        fail_msg("%s: va 0x%llx: expected pa 0x%llx, %s, got pa 0x%llx, %s", s->label,
                 (unsigned long long)req->va, (unsigned long long)right.pa,
                 atlas_reason_name(right.reason), (unsigned long long)rsp->pa,
                 atlas_reason_name(rsp->reason));
}

/* ---- One word ------------------------------------------------------------------------------ */

/* Bad words met since `before`, modulo 2^CTR_BITS. */
static uint64_t counted_since(struct scene *s, uint64_t before)
{
    const unsigned global = s->b->p->ports * ATLAS_CTR_PORT_COUNT;

    scene_cycles(s, 1 + s->b->p->ports); /* what has happened is counted */
    return (bench_counter(s->b, global + ATLAS_GCTR_PARITY) - before) &
           ATLAS_ONES(s->b->p->ctr_bits);
}

static uint64_t counted(struct scene *s)
{
    return counted_since(s, 0);
}

/* The page of set r->set with this tag, as an address in the upper half if its highest bit is. */
static uint64_t page_of(const struct scene *s, const struct ram *r, uint64_t tag)
{
    unsigned va_bits = ATLAS_PAGE_SHIFT + s->levels * scene_slice_bits(s);
    uint64_t low = 0, page, va;

    do
        page = tag * r->sets + low++;
    while (((r->hash ? page ^ page >> 8 ^ page >> 12 : page) & (r->sets - 1)) != r->set);
    va = page * scene_page_size(s, r->level);
    return s->levels > 2 && (va >> (va_bits - 1) & 1) != 0 ? va | ~ATLAS_ONES(va_bits) : va;
}

/* Tags of the pages in the ways of a set. Any two differ in two bits: no flip makes one of them
 * another. */
static uint64_t word_tag(unsigned way)
{
    static const uint64_t tags[] = {8, 11, 13, 14};

    return tags[way];
}

static uint64_t word_page(const struct scene *s, const struct ram *r, unsigned way)
{
    return page_of(s, r, word_tag(way));
}

static uint64_t leaf(const struct scene *s, const struct ram *r, uint64_t number, uint64_t flags)
{
    return scene_pte(s, number << (r->level * scene_slice_bits(s)), flags);
}

static struct atlas_rsp access(struct scene *s, unsigned port, const struct probe *p)
{
    uint64_t root = p->asid == ASID ? ROOT : OTHER_ROOT;
    struct atlas_rsp rsp;

    s->port = port;
    scene_satp(s, root, p->asid);
    rsp = scene_access(s, &p->req);
    check(s, &p->req, &rsp, root);
    scene_satp(s, ROOT, ASID);
    return rsp;
}

static struct probe user(uint64_t va, unsigned acc)
{
    struct probe p = {.req = scene_req(va, acc), .asid = ASID};

    p.req.priv = ATLAS_PRIV_U;
    return p;
}

/* The flags of a leaf without this one: a flip adds it. Without R there is no W. */
static uint64_t flags_without(unsigned flag)
{
    static const uint64_t masks[] = {ATLAS_MASK(PTE_R) | ATLAS_MASK(PTE_W), ATLAS_MASK(PTE_W),
                                     ATLAS_MASK(PTE_X), ATLAS_MASK(PTE_U), ATLAS_MASK(PTE_D)};

    return (SCENE_RWXAD | ATLAS_MASK(PTE_U)) & ~(flag <= FLAG_D ? masks[flag] : 0);
}

/* The access that the word would answer wrongly once `bit` has flipped in it. Where another address
 * or address space is meant, its own translation is made. */
static struct probe probe_for(struct scene *s, const struct ram *r, unsigned bit)
{
    static const unsigned acc[] = {ATLAS_ACC_LOAD, ATLAS_ACC_STORE, ATLAS_ACC_FETCH, ATLAS_ACC_LOAD,
                                   ATLAS_ACC_STORE};
    const unsigned tag_lsb = r->ppn + r->flags + r->size, asid_lsb = tag_lsb + r->tag;
    struct probe p = user(word_page(s, r, r->way), ATLAS_ACC_LOAD);
    struct scene other = *s;

    if (bit >= r->ppn && bit < r->ppn + FLAG_D + 1)
        p.req.acc = (uint8_t)acc[bit - r->ppn];
    if (bit >= tag_lsb && bit < asid_lsb) {
        p.req.va = page_of(s, r, word_tag(r->way) ^ UINT64_C(1) << (bit - tag_lsb));
        scene_map(s, p.req.va, r->level, leaf(s, r, 9, flags_without(UINT32_MAX)));
    } else if (bit >= asid_lsb && bit < r->bits - 2) { /* asid, or g */
        p.asid = bit == r->bits - 3 ? 2 : ASID ^ 1U << (bit - asid_lsb);
        other.root = OTHER_ROOT;
        other.frame = OTHER_ROOT + 1;
        scene_map(&other, p.req.va, r->level, leaf(s, r, 10, flags_without(UINT32_MAX)));
    }
    return p;
}

static void flip(struct scene *s, struct ram *r, unsigned port, unsigned bit)
{
    s->b->in->flip_valid = true;
    s->b->in->flip_ram = r->code;
    s->b->in->flip_port = port;
    s->b->in->flip_bit = bit;
    r->flipped++;
}

/* The page of the word under test and those of the ways below it are filled, the word last, with
 * its bit flipped. A translation with U = 0 is filled by S. */
static void fill_flipped(struct scene *s, struct ram *r, unsigned bit)
{
    unsigned flag = bit >= r->ppn && bit <= r->ppn + FLAG_D ? bit - r->ppn : UINT32_MAX;

    if (of_l2(r)) /* then ways are filled from the lowest */
        scene_fence(s, false, 0, false, 0);
    for (unsigned way = 0; way <= r->way; way++) {
        struct probe p =
            user(word_page(s, r, way), flag == FLAG_R ? ATLAS_ACC_FETCH : ATLAS_ACC_LOAD);

        p.req.priv = flag == FLAG_U ? ATLAS_PRIV_S : ATLAS_PRIV_U;
        scene_map(s, p.req.va, r->level, leaf(s, r, 6 + way, flags_without(flag)));
        scene_fence(s, true, p.req.va, false, 0);
        if (way == r->way)
            flip(s, r, r->port, bit);
        scene_expect(s, !access(s, r->port, &p).fault, "a translation");
    }
    scene_cycles(s, 2); /* it is written */
    s->b->in->flip_valid = false;
}

/* The word is met by `p`: a right answer, counted once; by the next accesses never again. */
static void meet(struct scene *s, struct ram *r, const struct probe *p)
{
    const struct probe again = user(word_page(s, r, r->way), ATLAS_ACC_LOAD);
    const uint64_t before = counted(s);

    access(s, r->probe, p);
    scene_expect(s, counted_since(s, before) == 1, "the word is counted once");
    access(s, r->probe, p);
    access(s, r->probe, &again);
    access(s, r->port, &again);
    scene_expect(s, counted_since(s, before) == 1, "the word is not met again");
}

static void flip_in_entry(struct scene *s, struct ram *r, unsigned bit)
{
    const struct probe p = probe_for(s, r, bit);

    fill_flipped(s, r, bit);
    meet(s, r, &p);
}

/* The entry is fenced, and in what is written for "no entry" a bit flips: nothing comes back to
 * life. What the page was translated to is not so any more. */
static void flip_in_empty(struct scene *s, struct ram *r, unsigned bit)
{
    const struct probe p = user(word_page(s, r, r->way), ATLAS_ACC_LOAD);

    scene_map(s, p.req.va, r->level, leaf(s, r, 6, flags_without(UINT32_MAX)));
    scene_fence(s, !of_l2(r), p.req.va, false, 0);
    access(s, r->port, &p);
    scene_map(s, p.req.va, r->level, leaf(s, r, 7, flags_without(UINT32_MAX)));
    flip(s, r, r->port, bit);
    scene_fence(s, true, p.req.va, false, 0);
    s->b->in->flip_valid = false;
    meet(s, r, &p);
}

/* A fence removes a bad word, too, whatever it says that it is, and does not count it. */
static void fence_bad_word(struct scene *s, struct ram *r, unsigned bit)
{
    const struct probe p = user(word_page(s, r, r->way), ATLAS_ACC_LOAD);
    const uint64_t before = counted(s);

    fill_flipped(s, r, bit);
    scene_fence(s, true, p.req.va, false, 0);
    access(s, r->probe, &p);
    scene_expect(s, counted_since(s, before) == 0, "nothing bad is left by the fence");
}

static struct atlas_entry read_back(struct scene *s, const struct ram *r)
{
    struct rtl_in *in = s->b->in;

    in->rb_array = of_l2(r) ? ATLAS_RB_L2 : ATLAS_RB_L1;
    in->rb_port = r->port;
    in->rb_index = r->set * r->ways + r->way;
    in->rb_index += r->code == ATLAS_FLIP_BIG ? s->b->p->l1_sets : 0;
    in->rb_index += r->code == ATLAS_FLIP_L2_BIG ? s->b->p->l2_sets * s->b->p->l2_ways : 0;
    in->rb_req_valid = true;
    do
        scene_cycles(s, 1);
    while (!s->b->out->rb_rsp_valid);
    return s->b->out->rb_entry;
}

/* A bad word reads as no entry. */
static void read_bad_word(struct scene *s, struct ram *r, unsigned bit)
{
    fill_flipped(s, r, bit);
    scene_expect(s, !read_back(s, r).valid, "read back, a bad word is no entry");
}

static void flip_each_bit(struct scene *s, struct ram *r)
{
    for (unsigned bit = 0; bit < r->bits; bit++) {
        snprintf(s->label, sizeof s->label, "%.40s, RAM %u, set %u, way %u, bit %u",
                 s->b->build->name, r->code, r->set, r->way, bit);
        flip_in_entry(s, r, bit);
        if (r->way == 0)
            flip_in_empty(s, r, bit);
        fence_bad_word(s, r, bit);
        read_bad_word(s, r, bit);
    }
}

/* ---- Every word ---------------------------------------------------------------------------- */

static void measure(const struct scene *s, struct ram *r)
{
    const struct atlas_params *p = s->b->p;
    unsigned inside = r->level * scene_slice_bits(s);

    r->ppn = p->pa_bits - ATLAS_PAGE_SHIFT - inside;
    r->flags = p->xlen == 32 ? FLAGS_32 : FLAGS_64;
    r->tag = p->levels * scene_slice_bits(s) - inside - log2_of(r->sets);
    if (r->code == ATLAS_FLIP_L2_BIG && p->xlen == 64) { /* the VPN's lowest slice, and napot */
        r->size = scene_slice_bits(s) - NAPOT_BITS + 1;
        r->ppn += scene_slice_bits(s) - NAPOT_BITS;
    }
    r->bits = r->ppn + r->flags + r->size + r->tag + (p->asid_bits > 0 ? p->asid_bits : 1) + 3;
}

/* All words, or of a large RAM some: the first, the last, and others. */
static void flip_each_word(struct scene *s, struct ram *r)
{
    const bool all = r->sets <= ALL_WORDS;

    measure(s, r);

    for (unsigned i = 0; i < (all ? r->sets : SOME_WORDS); i++) {
        r->set = all ? i : i * (r->sets - 1) / (SOME_WORDS - 1);
        for (r->way = 0; r->way < r->ways; r->way++) {
            scene_again(s);
            flip_each_bit(s, r);
        }
    }
    print_message("  %.50s, RAM %u, port %u: %llu bits flipped\n", s->b->build->name, r->code,
                  r->port, (unsigned long long)r->flipped);
}

/* The L1 RAMs of each port, and the L2: what one port fills there the next one meets. */
static void flip_each_ram(struct scene *s)
{
    const struct atlas_params *p = s->b->p;
    const struct ram rams[] = {
        {.code = ATLAS_FLIP_PAGES, .sets = p->l1_sets, .ways = 1, .hash = true},
        {.code = ATLAS_FLIP_BIG, .sets = p->l1_big, .ways = 1, .level = 1},
        {.code = ATLAS_FLIP_L2, .sets = p->l2_sets, .ways = p->l2_ways, .hash = true},
        {.code = ATLAS_FLIP_L2_BIG, .sets = p->l2_big, .ways = 1, .level = 1},
    };

    for (unsigned i = 0; i < sizeof rams / sizeof rams[0]; i++) {
        for (unsigned port = 0; port < (of_l2(&rams[i]) ? 1 : p->ports); port++) {
            struct ram r = rams[i];

            r.port = port;
            r.probe = of_l2(&r) ? 1 : port;
            if (r.sets > 0)
                flip_each_word(s, &r);
        }
    }
}

/* Run a test on each build that has parity, and walks, in its deepest mode. */
static void each_build(void (*test)(struct scene *s))
{
    size_t count, tried = 0;
    const struct rtl_build *const *builds = rtl_builds(&count);

    for (size_t i = 0; i < count; i++) {
        const struct atlas_params *p = &builds[i]->params;
        struct scene s = {.levels = p->levels};

        if (p->parity == 0 || p->ctr_bits == 0 || p->sw_refill != 0)
            continue;
        s.b = bench_open(builds[i], 1, LIMIT);
        s.b->alone = true;
        scene_again(&s);
        snprintf(s.label, sizeof s.label, "%.70s", builds[i]->name);
        test(&s);
        bench_close(s.b);
        tried++;
    }
    assert_true(tried > 0);
}

static void each_bit_of_each_word_is_flipped(void **state)
{
    (void)state;
    each_build(flip_each_ram);
}

/* ---- Several at once ----------------------------------------------------------------------- */

/* Every port meets a bad word in one cycle: each is counted. */
static void all_ports_at_once(struct scene *s)
{
    const unsigned ports = s->b->p->ports;
    struct ram r = {.code = ATLAS_FLIP_PAGES, .sets = s->b->p->l1_sets, .ways = 1, .hash = true};
    struct probe p;
    uint64_t before;

    measure(s, &r);
    p = user(word_page(s, &r, 0), ATLAS_ACC_LOAD);
    scene_map(s, p.req.va, 0, leaf(s, &r, 6, flags_without(UINT32_MAX)));
    for (unsigned k = 0; k < ports; k++) {
        flip(s, &r, k, 0);
        access(s, k, &p);
        scene_cycles(s, 2);
    }
    s->b->in->flip_valid = false;
    before = counted(s);
    for (unsigned k = 0; k < ports; k++)
        bench_send(s->b, k, &p.req);
    for (unsigned k = 0; k < ports; k++) {
        struct atlas_rsp rsp = scene_take(s, k);

        check(s, &p.req, &rsp, ROOT);
    }
    scene_expect(s, counted_since(s, before) == ports, "one count for each port");
}

static void bad_words_of_all_ports_are_counted_in_one_cycle(void **state)
{
    (void)state;
    each_build(all_ports_at_once);
}

/* Two walks look into one set of the L2, the second in the cycle after that in which the first one
 * removes a bad word there: it was read as the word was written, and is not met again. */
static void two_looks(struct scene *s, struct ram *r, unsigned later)
{
    struct probe p[2];
    uint64_t before;

    for (unsigned k = 0; k < 2; k++) {
        p[k] = user(page_of(s, r, 32 + 3 * k), ATLAS_ACC_LOAD);
        scene_map(s, p[k].req.va, r->level, leaf(s, r, 20 + k, flags_without(UINT32_MAX)));
    }
    fill_flipped(s, r, r->bits - 2); /* no longer valid, but for parity */
    before = counted(s);
    bench_send(s->b, 0, &p[0].req);
    scene_cycles(s, later);
    bench_send(s->b, 1, &p[1].req);
    for (unsigned k = 0; k < 2; k++) {
        struct atlas_rsp rsp = scene_take(s, k);

        check(s, &p[k].req, &rsp, ROOT);
    }
    scene_expect(s, counted_since(s, before) == 1, "the word is counted once");
}

static void each_way_under_two_looks(struct scene *s, struct ram *r)
{
    if (s->b->p->walks == 1 || r->sets == 0)
        return;
    measure(s, r);
    for (unsigned later = 0; later < 4; later++)
        for (r->way = 0; r->way < r->ways; r->way++) {
            snprintf(s->label, sizeof s->label,
                     "%.60s, RAM %u, way %u, a request %u cycles after another", s->b->build->name,
                     r->code, r->way, later);
            two_looks(s, r, later);
        }
    scene_expect(s, r->flipped > 0, "bits flipped");
}

static void each_ram_under_two_looks(struct scene *s)
{
    const struct atlas_params *p = s->b->p;
    struct ram pages = {
        .code = ATLAS_FLIP_L2, .sets = p->l2_sets, .ways = p->l2_ways, .hash = true};
    struct ram large = {.code = ATLAS_FLIP_L2_BIG, .sets = p->l2_big, .ways = 1, .level = 1};

    each_way_under_two_looks(s, &pages);
    each_way_under_two_looks(s, &large);
}

static void a_bad_word_of_the_l2_is_counted_once_under_two_walks(void **state)
{
    (void)state;
    each_build(each_ram_under_two_looks);
}

enum { PAGES = 48, SOAK_ANSWERS = 10000, SOAK_CYCLES = 400000, FLIP_IN = 2, FENCE_IN = 40 };

/* Random work for all ports on pages that do not change. */
struct soak {
    struct scene *s;
    struct rng rng;
    uint64_t page[PAGES];
    struct atlas_req sent[RTL_MAX_PORTS][BENCH_QUEUE]; /* by number modulo BENCH_QUEUE */
    uint64_t answers, counter, met; /* met: bad words, as the counter goes round */
};

static unsigned below(struct soak *k, unsigned n)
{
    return (unsigned)rng_below(&k->rng, n);
}

/* Pages of two sizes, few enough to be met again, with a flag missing here and there. */
static void map_some(struct soak *k)
{
    struct scene *s = k->s;

    for (unsigned i = 0; i < PAGES; i++) {
        unsigned level = i % 2;
        uint64_t ppn = (uint64_t)(1 + below(k, 32)) << level * scene_slice_bits(s);
        uint64_t in_table = below(k, 32) * ATLAS_PAGE_SIZE + below(k, 4) * scene_page_size(s, 1);

        k->page[i] = level == 0 ? in_table : (8 + below(k, 8)) * scene_page_size(s, 1);
        scene_map(s, k->page[i], level, scene_pte(s, ppn, flags_without(below(k, FLAG_D + 4))));
    }
}

static void send_some(struct soak *k, unsigned port)
{
    struct bench *b = k->s->b;
    struct probe p = user(k->page[below(k, PAGES)], below(k, 4));

    if (bench_open_requests(b, port) == 4)
        return;
    p.req.va += below(k, ATLAS_PAGE_SIZE);
    k->sent[port][b->port[port].asked % BENCH_QUEUE] = p.req;
    bench_send(b, port, &p.req);
}

static void disturb(struct soak *k)
{
    struct rtl_in *in = k->s->b->in;

    if (!in->fence_valid && rng_one_in(&k->rng, FENCE_IN)) {
        in->fence_valid = true;
        in->fence = (struct atlas_fence){.has_va = true, .va = k->page[below(k, PAGES)]};
    }
    in->flip_valid = rng_one_in(&k->rng, FLIP_IN);
    in->flip_ram = below(k, 4);
    in->flip_port = below(k, k->s->b->p->ports);
    in->flip_bit = below(k, 100);
}

static void check_answers(struct soak *k, unsigned port)
{
    struct bench_port *p = &k->s->b->port[port];

    for (; p->read < p->answered; p->read++, k->answers++)
        check(k->s, &k->sent[port][p->read % BENCH_QUEUE], &p->answer[p->read % BENCH_QUEUE], ROOT);
}

static void note_met(struct soak *k)
{
    const unsigned index = k->s->b->p->ports * ATLAS_CTR_PORT_COUNT + ATLAS_GCTR_PARITY;
    const uint64_t counter = bench_counter(k->s->b, index);

    k->met += (counter - k->counter) & ATLAS_ONES(k->s->b->p->ctr_bits);
    k->counter = counter;
}

static void soak(struct scene *s)
{
    struct soak k = {.s = s};
    const uint64_t began = rtl_cycles(s->b->rtl);

    k.counter = counted(s);
    rng_seed(&k.rng, 1);
    map_some(&k);
    while (k.answers < SOAK_ANSWERS) {
        disturb(&k);
        for (unsigned port = 0; port < s->b->p->ports; port++)
            send_some(&k, port);
        scene_cycles(s, 1);
        for (unsigned port = 0; port < s->b->p->ports; port++)
            check_answers(&k, port);
        note_met(&k);
        scene_expect(s, rtl_cycles(s->b->rtl) < began + SOAK_CYCLES, "answers");
    }
    s->b->in->flip_valid = false;
    print_message("  %.60s: %llu answers, %llu bad words met\n", s->b->build->name,
                  (unsigned long long)k.answers, (unsigned long long)k.met);
    scene_expect(s, k.met > SOAK_ANSWERS / 200, "soft errors");
}

static void soft_errors_under_random_work_give_no_wrong_answer(void **state)
{
    (void)state;
    each_build(soak);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bit_of_each_word_is_flipped),
        cmocka_unit_test(bad_words_of_all_ports_are_counted_in_one_cycle),
        cmocka_unit_test(a_bad_word_of_the_l2_is_counted_once_under_two_walks),
        cmocka_unit_test(soft_errors_under_random_work_give_no_wrong_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
