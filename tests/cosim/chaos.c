#include "chaos.h"

#include "oracle/cold_walk.h"

static unsigned below(struct chaos *c, unsigned n)
{
    return (unsigned)rng_below(&c->rng, n);
}

static bool once_in(struct chaos *c, unsigned n)
{
    return n > 0 && rng_one_in(&c->rng, n);
}

#define PICK(c, array) ((array)[below((c), sizeof(array) / sizeof((array)[0]))])

static unsigned slice_bits(const struct chaos *c)
{
    return c->b->p->xlen == 32 ? 10 : 9;
}

/* ---- Page tables --------------------------------------------------------------------------- */

static uint64_t ppn_bits(const struct chaos *c)
{
    return c->b->p->pa_bits - ATLAS_PAGE_SHIFT;
}

/* Of a leaf: aligned to a page of a random level, sometimes beyond the physical width. */
static uint64_t random_ppn(struct chaos *c)
{
    unsigned aligned = slice_bits(c) * below(c, c->b->p->levels);
    uint64_t width = once_in(c, 24) ? 44 : ppn_bits(c);
    uint64_t ppn = rng_next(&c->rng) & ATLAS_ONES(width);

    ppn &= ~ATLAS_ONES(aligned);
    return once_in(c, 12) ? ppn | UINT64_C(1) << below(c, 44) : ppn;
}

static uint64_t place_ppn(const struct chaos *c, uint64_t ppn)
{
    return c->b->p->xlen == 32 ? ATLAS_SET(PTE32_PPN, ppn) : ATLAS_SET(PTE64_PPN, ppn);
}

static uint64_t random_pointer(struct chaos *c)
{
    uint64_t g = once_in(c, 6) ? ATLAS_MASK(PTE_G) : 0;

    return place_ppn(c, PICK(c, c->table)) | ATLAS_MASK(PTE_V) | g;
}

static uint64_t random_leaf(struct chaos *c)
{
    static const uint64_t likely[] = {ATLAS_MASK(PTE_R), ATLAS_MASK(PTE_W), ATLAS_MASK(PTE_X),
                                      ATLAS_MASK(PTE_U), ATLAS_MASK(PTE_A), ATLAS_MASK(PTE_D)};
    uint64_t pte = ATLAS_MASK(PTE_V) | ATLAS_SET(PTE_RSW, below(c, 4));

    for (unsigned i = 0; i < sizeof likely / sizeof likely[0]; i++)
        pte |= once_in(c, 6) ? 0 : likely[i];
    pte |= once_in(c, 4) ? ATLAS_MASK(PTE_G) : 0;
    if (c->b->p->xlen == 32)
        return pte | ATLAS_SET(PTE32_PPN, random_ppn(c));
    if (once_in(c, 4))
        pte |= ATLAS_SET(PTE64_PBMT, below(c, 3));
    if (once_in(c, 4))
        return pte | ATLAS_MASK(PTE64_N) |
               ATLAS_SET(PTE64_PPN, (random_ppn(c) & ~UINT64_C(15)) | 8);
    return pte | ATLAS_SET(PTE64_PPN, random_ppn(c));
}

/* One to three flipped bits, mostly among the flags and the upper ones. */
static uint64_t damaged(struct chaos *c, uint64_t pte)
{
    for (unsigned n = 1 + below(c, 3); n > 0; n--) {
        unsigned bit = once_in(c, 3) ? below(c, c->b->p->xlen) : below(c, 8);

        if (c->b->p->xlen == 64 && once_in(c, 3))
            bit = 54 + below(c, 10);
        pte ^= UINT64_C(1) << bit;
    }
    return pte;
}

static uint64_t random_pte(struct chaos *c)
{
    uint64_t pte = once_in(c, 2) ? random_pointer(c) : random_leaf(c);

    return below(c, 16) < c->weather.damage ? damaged(c, pte) : pte;
}

/* Any PTE, or the one that the RTL asked for last: that is how a compare-and-swap fails. */
static void change_pte(struct chaos *c)
{
    bool last = once_in(c, 2) && c->b->agent.requests > 0;
    uint64_t addr = c->b->agent.request.addr;
    uint64_t table = last ? addr >> ATLAS_PAGE_SHIFT : PICK(c, c->table);
    unsigned slot =
        last ? (unsigned)(addr % ATLAS_PAGE_SIZE) / c->b->memory.pte_bytes : PICK(c, c->slot);
    uint64_t pte = bench_get_pte(c->b, table, slot);

    /* Half of the changes are small, as software makes them: A, D and permissions. */
    if (once_in(c, 2))
        pte ^= UINT64_C(1) << (1 + below(c, 7));
    else
        pte = random_pte(c);
    bench_set_pte(c->b, table, slot, pte);
}

static void build_tables(struct chaos *c)
{
    for (unsigned t = 0; t < CHAOS_TABLES; t++)
        c->table[t] = rng_next(&c->rng) & ATLAS_ONES(ppn_bits(c));
    for (unsigned s = 0; s < CHAOS_SLOTS; s++)
        c->slot[s] = s < 4 ? s : below(c, 1U << slice_bits(c));
    c->slot[CHAOS_SLOTS - 1] = (1U << slice_bits(c)) - 1;
    for (unsigned t = 0; t < CHAOS_TABLES; t++)
        for (unsigned s = 0; s < CHAOS_SLOTS; s++)
            if (!once_in(c, 20))
                bench_set_pte(c->b, c->table[t], c->slot[s], random_pte(c));
}

/* ---- Configuration ------------------------------------------------------------------------- */

static uint64_t random_satp(struct chaos *c)
{
    /* Sv39, and the deepest mode, and sometimes any code, implemented or not. */
    unsigned deepest = ATLAS_MODE_SV39 + c->b->p->levels - 3;
    unsigned mode = once_in(c, 3) ? ATLAS_MODE_SV39 : deepest - once_in(c, 4);
    uint64_t root = once_in(c, 40) ? rng_next(&c->rng) : PICK(c, c->table);
    uint64_t asid = PICK(c, c->asid);

    if (c->b->p->xlen == 32)
        return ATLAS_SET(SATP32_MODE, !once_in(c, 16)) | ATLAS_SET(SATP32_ASID, asid) |
               ATLAS_SET(SATP32_PPN, root);
    return ATLAS_SET(SATP64_MODE, once_in(c, 12) ? below(c, 16) : mode) |
           ATLAS_SET(SATP64_ASID, asid) | ATLAS_SET(SATP64_PPN, root);
}

static void configure(struct chaos *c)
{
    struct atlas_cfg *cfg = &c->b->in->cfg;

    if (once_in(c, 2))
        cfg->satp = random_satp(c);
    cfg->adue = !once_in(c, 3);
    cfg->pbmte = !once_in(c, 4);
    cfg->napote = !once_in(c, 4);
    cfg->tlb_off = once_in(c, 12);
}

/* ---- Requests ------------------------------------------------------------------------------ */

/* Levels of the mode that satp has now; of a random one in bare and unknown modes. */
static unsigned levels_now(struct chaos *c)
{
    uint64_t mode = ATLAS_GET(c->b->in->cfg.satp, SATP64_MODE);

    if (c->b->p->xlen == 32)
        return 2;
    return mode >= 8 && mode <= 10 ? (unsigned)mode - 5 : 3 + below(c, 3);
}

static uint64_t new_address(struct chaos *c)
{
    unsigned levels = levels_now(c), bits = slice_bits(c);
    unsigned va_bits = ATLAS_PAGE_SHIFT + levels * bits;
    uint64_t va = rng_next(&c->rng) & (ATLAS_PAGE_SIZE - 1);

    for (unsigned l = 0; l < levels; l++)
        va |= (uint64_t)(once_in(c, 2) ? c->slot[below(c, 3)] : PICK(c, c->slot))
              << (ATLAS_PAGE_SHIFT + l * bits);
    if (c->b->p->xlen == 32)
        return va;
    if ((va >> (va_bits - 1) & 1) != 0)
        va |= ~ATLAS_ONES(va_bits);
    return once_in(c, 40) ? va ^ UINT64_C(1) << below(c, 64) : va;
}

static struct atlas_req new_request(struct chaos *c)
{
    static const uint8_t privs[] = {ATLAS_PRIV_U, ATLAS_PRIV_U, ATLAS_PRIV_U, ATLAS_PRIV_U,
                                    ATLAS_PRIV_S, ATLAS_PRIV_S, ATLAS_PRIV_S, ATLAS_PRIV_M};
    struct atlas_req req = {.va = new_address(c),
                            .acc = (uint8_t)below(c, 4),
                            .priv = PICK(c, privs),
                            .sum = !once_in(c, 4),
                            .mxr = once_in(c, 3)};

    if (req.priv == ATLAS_PRIV_M && once_in(c, 2)) /* those that fit are rare otherwise */
        req.va &= ATLAS_ONES(c->b->p->pa_bits);
    return req;
}

/* One that was translated, perhaps on the next page, or by another access. */
static struct atlas_req good_request(struct chaos *c)
{
    struct atlas_req req = PICK(c, c->good);

    req.va ^= rng_next(&c->rng) & (once_in(c, 3) ? 16 * ATLAS_PAGE_SIZE - 1 : ATLAS_PAGE_SIZE - 1);
    if (once_in(c, 8))
        req.acc = (uint8_t)below(c, 4);
    if (once_in(c, 16))
        req.priv ^= 1;
    if (once_in(c, 16))
        req.sum = !req.sum;
    return req;
}

/* For the page of the last request of any port: several ports miss on one page. */
static struct atlas_req echoed_request(struct chaos *c)
{
    unsigned k = below(c, c->b->p->ports);
    struct atlas_req req = c->sent[k][(c->b->port[k].asked - 1) % BENCH_QUEUE];

    if (once_in(c, 3))
        req.acc = (uint8_t)below(c, 4);
    if (once_in(c, 8))
        req.priv ^= 1;
    return req;
}

static void send(struct chaos *c, unsigned k)
{
    uint64_t number = c->b->port[k].asked;
    struct atlas_req req = below(c, 16) < c->weather.local  ? good_request(c)
                           : below(c, 16) < c->weather.echo ? echoed_request(c)
                                                            : new_request(c);

    req.id = (uint32_t)(number & ATLAS_ONES(c->b->p->id_bits));
    c->sent[k][number % BENCH_QUEUE] = req;
    bench_send(c->b, k, &req);
}

/* ---- Software that fills the TLBs ---------------------------------------------------------- */

static enum cold_answer read_pte(void *ctx, uint64_t addr, uint64_t *pte)
{
    const struct bench *b = ctx;

    return sparse_read(b->memory.memory, pte, addr, b->memory.pte_bytes) ? COLD_OK : COLD_ERROR;
}

static enum cold_answer would_write(void *ctx, uint64_t addr, uint64_t old, uint64_t pte)
{
    (void)ctx;
    (void)addr;
    (void)old;
    (void)pte;
    return COLD_OK;
}

static uint16_t asid_now(const struct chaos *c)
{
    uint64_t satp = c->b->in->cfg.satp;

    return (uint16_t)(c->b->p->xlen == 32 ? ATLAS_GET(satp, SATP32_ASID)
                                          : ATLAS_GET(satp, SATP64_ASID));
}

/* What a handler does: walk the tables for the request that has missed. False if it faults. */
static bool find_leaf(struct chaos *c, struct atlas_refill *refill)
{
    const struct atlas_params *p = c->b->p;
    const struct atlas_cfg *cfg = &c->b->in->cfg;
    const struct cold_memory memory = {c->b, read_pte, would_write};
    const bool sv32 = p->xlen == 32;
    struct cold_query q = {
        .xlen = (uint8_t)p->xlen,
        .levels = (uint8_t)p->levels,
        .pa_bits = (uint8_t)p->pa_bits,
        .mode =
            (uint8_t)(sv32 ? ATLAS_GET(cfg->satp, SATP32_MODE) : ATLAS_GET(cfg->satp, SATP64_MODE)),
        .root_ppn = sv32 ? ATLAS_GET(cfg->satp, SATP32_PPN) : ATLAS_GET(cfg->satp, SATP64_PPN),
        .va = c->missed.va,
        .acc = c->missed.acc,
        .priv = c->missed.priv,
        .sum = c->missed.sum,
        .mxr = c->missed.mxr,
        .adue = true,
        .pbmte = cfg->pbmte,
        .napote = cfg->napote};
    struct cold_result r;

    cold_walk(&q, &memory, &r);
    if (r.fault || r.nread == 0)
        return false;
    *refill = (struct atlas_refill){.port = c->missed_port,
                                    .va = c->missed.va,
                                    .asid = asid_now(c),
                                    .level = r.level,
                                    .pte = r.write.tried ? r.write.pte : r.read[r.nread - 1].pte};
    refill->pte |= r.g ? ATLAS_MASK(PTE_G) : 0;
    return true;
}

/* Mostly what a handler does, and sometimes nonsense. */
static void refill(struct chaos *c)
{
    struct rtl_in *in = c->b->in;

    if (c->b->p->sw_refill == 0 || in->refill_valid || once_in(c, 2))
        return;
    if (once_in(c, 3))
        in->refill =
            (struct atlas_refill){.port = below(c, c->b->p->ports),
                                  .va = once_in(c, 2) ? PICK(c, c->good).va : new_address(c),
                                  .asid = PICK(c, c->asid),
                                  .level = (uint8_t)below(c, once_in(c, 8) ? 8 : 3),
                                  .pte = damaged(c, random_leaf(c))};
    else if (!find_leaf(c, &in->refill))
        return;
    else
        PICK(c, c->good) = c->missed;
    in->refill_valid = true;
}

/* ---- Disturbances -------------------------------------------------------------------------- */

static void fence(struct chaos *c)
{
    if (c->b->in->fence_valid)
        return;
    c->b->in->fence_valid = true;
    c->b->in->fence = (struct atlas_fence){.has_va = once_in(c, 2),
                                           .has_asid = once_in(c, 2),
                                           .va = PICK(c, c->good).va,
                                           .asid = PICK(c, c->asid)};
}

/* Of a request in the MMU, mostly; one that is not accepted yet is as well as none. */
static void kill(struct chaos *c, unsigned k)
{
    const struct bench_port *p = &c->b->port[k];
    unsigned accepted = bench_accepted(c->b, k);

    c->b->in->port[k].kill_valid = true;
    c->b->in->port[k].kill_id = accepted > 0 && !once_in(c, 8)
                                    ? p->ids[(p->answered + below(c, accepted)) % BENCH_QUEUE]
                                    : (uint32_t)rng_next(&c->rng);
}

static void read_back(struct chaos *c)
{
    static const unsigned arrays[] = {ATLAS_RB_L1, ATLAS_RB_SIDE, ATLAS_RB_PTR, ATLAS_RB_L2};
    const struct atlas_params *p = c->b->p;
    struct rtl_in *in = c->b->in;
    unsigned size[4] = {p->l1_sets + p->l1_big, p->l1_side + 1,
                        p->l2_sets * p->l2_ways + p->l2_big + 1, p->levels - 1};

    if (in->rb_req_valid)
        return;
    in->rb_array = PICK(c, arrays);
    if (in->rb_array == ATLAS_RB_L2 && p->l2_sets == 0)
        return;
    in->rb_port = below(c, p->ports);
    in->rb_index = below(c, size[in->rb_array]);
    in->rb_req_valid = true;
}

static void bus_error(struct chaos *c)
{
    uint64_t addr =
        PICK(c, c->table) * ATLAS_PAGE_SIZE + (uint64_t)PICK(c, c->slot) * c->b->memory.pte_bytes;

    sparse_fail(c->b->memory.memory, addr, once_in(c, 2), below(c, 2), (int)below(c, 2));
}

static void change_weather(struct chaos *c)
{
    static const unsigned stall[] = {0, 0, 0, 4, 12};
    static const unsigned configure_in[] = {0, 0, 500, 500, 50, 5, 1};
    static const unsigned fence_in[] = {0, 0, 0, 1000, 1000, 300, 60, 10};
    static const unsigned kill_in[] = {0, 0, 0, 0, 200, 40, 8};
    static const unsigned pte_in[] = {0, 0, 1000, 100, 20, 4};
    static const unsigned seldom[] = {0, 0, 0, 500, 100, 20};
    struct bench *b = c->b;

    b->agent.latency = once_in(c, 2) ? 1 : 1 + below(c, 20);
    b->agent.stalls = once_in(c, 2);
    b->stall_rsp = PICK(c, stall);
    b->stall_req = PICK(c, stall);
    c->weather = (struct chaos_weather){.configure = PICK(c, configure_in),
                                        .fence = PICK(c, fence_in),
                                        .kill = PICK(c, kill_in),
                                        .pte = PICK(c, pte_in),
                                        .bus_error = PICK(c, seldom),
                                        .read_back = PICK(c, seldom),
                                        .damage = below(c, 6),
                                        .local = 4 + below(c, 12),
                                        .echo = below(c, 16),
                                        .cycles = 100 + below(c, 1500)};
    configure(c);
}

/* ---- One cycle ----------------------------------------------------------------------------- */

void chaos_begin(struct chaos *c, struct bench *b, uint64_t seed)
{
    *c = (struct chaos){.b = b};
    rng_seed(&c->rng, seed);
    b->scramble = true;
    change_weather(c);
    for (unsigned i = 0; i < CHAOS_ASIDS; i++)
        c->asid[i] = i < 2 ? (uint16_t)i : (uint16_t)rng_next(&c->rng);
    build_tables(c);
    b->in->cfg.satp = random_satp(c);
    for (unsigned i = 0; i < CHAOS_GOOD; i++)
        c->good[i] = new_request(c);
}

static void read_answers(struct chaos *c, unsigned k)
{
    struct bench_port *p = &c->b->port[k];

    for (; p->read < p->answered; p->read++) {
        const struct atlas_rsp *rsp = &p->answer[p->read % BENCH_QUEUE];

        c->answers++;
        if (rsp->killed)
            continue;
        c->by_reason[rsp->reason]++;
        if (rsp->reason == ATLAS_REASON_TLB_MISS) {
            c->missed = c->sent[k][p->read % BENCH_QUEUE];
            c->missed_port = k;
        }
        if (!rsp->fault && (rsp->pa != c->sent[k][p->read % BENCH_QUEUE].va || once_in(c, 16)))
            PICK(c, c->good) = c->sent[k][p->read % BENCH_QUEUE];
    }
}

bool chaos_cycle(struct chaos *c)
{
    const struct chaos_weather *w = &c->weather;
    bool same;

    if (c->weather.cycles-- == 0)
        change_weather(c);
    if (once_in(c, w->configure))
        configure(c);
    if (once_in(c, w->pte))
        change_pte(c);
    if (once_in(c, w->bus_error))
        bus_error(c);
    if (once_in(c, w->fence))
        fence(c);
    if (!c->no_read_back && once_in(c, w->read_back))
        read_back(c);
    for (unsigned k = 0; k < c->b->p->ports; k++) {
        if (bench_open_requests(c->b, k) < 4)
            send(c, k);
        if (once_in(c, w->kill))
            kill(c, k);
    }
    refill(c);
    same = bench_cycle(c->b);
    c->refills[c->b->out->refill_reason] += c->b->out->refill_ready;
    for (unsigned k = 0; k < c->b->p->ports; k++)
        read_answers(c, k);
    return same;
}
