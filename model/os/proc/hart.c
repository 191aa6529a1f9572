#include "os/proc/hart.h"

#include "os/proc/proc.h"

#include "base/bug.h"

static const struct atlas_fence everything = {.has_va = false};

static void fence_here(struct hart *h, const struct atlas_fence *fence)
{
    h->mmu.fence(h->mmu.self, fence);
    h->fences++;
}

void hart_interrupt(struct hart *h)
{
    h->interrupts++;
    if (h->all)
        fence_here(h, &everything);
    for (uint32_t i = 0; !h->all && i < h->mails; i++)
        fence_here(h, &h->mail[i]);
    h->mails = 0;
    h->all = false;
}

static void post(struct hart *h, const struct atlas_fence *fence)
{
    if (h->mails == HART_MAILBOX)
        h->all = true;
    else
        h->mail[h->mails++] = *fence;
}

static bool acknowledged(const struct hart *h)
{
    return h->mails == 0 && !h->all;
}

void hart_fence(struct kernel *k, struct space *s, const struct atlas_fence *fence)
{
    for (uint32_t i = 0; i < k->hart_count; i++) {
        struct hart *h = &k->harts[i];

        if (s && !(s->harts & UINT32_C(1) << i))
            continue;
        if (h == k->hart) {
            fence_here(h, fence);
            continue;
        }
        post(h, fence);
        hart_interrupt(h); /* other harts are between two instructions: they take it at once */
        VM_BUG(!acknowledged(h));
    }
}

static void load_satp(struct kernel *k, struct hart *h, struct proc *p)
{
    uint64_t satp = p ? paging_satp(k->env.mode, p->space.table.root, p->asid.value) : 0;
    const struct atlas_cfg cfg = {.satp = satp, .adue = !k->config.svade};
    bool known = h->mmu.configure(h->mmu.self, &cfg);

    VM_BUG(!known); /* kernel_boot has looked */
    if (p)
        p->space.harts |= UINT32_C(1) << h->id;
    h->switches++;
}

/* The process has another ASID from now on. Where it runs already it runs under the old one,
 * which a fence would miss. */
static void follow(struct kernel *k, struct proc *p)
{
    p->space.asid = p->asid.value;
    p->space.harts = 0;
    for (uint32_t i = 0; i < k->hart_count; i++) {
        struct hart *h = &k->harts[i];

        if (!h->running || h->running->proc != p)
            continue;
        fence_here(h, &everything);
        h->outdated = false;
        load_satp(k, h, p);
    }
}

/* An ASID of this generation for the process. */
static void give_asid(struct kernel *k, struct proc *p)
{
    uint32_t generation = p->asid.generation;
    bool new_generation = asids_assign(&k->asids, &p->asid);

    for (uint32_t i = 0; new_generation && i < k->hart_count; i++)
        k->harts[i].outdated = true;
    if (p->asid.generation != generation)
        follow(k, p);
}

void hart_run(struct kernel *k, struct hart *h, struct thread *t)
{
    struct proc *before = h->running ? h->running->proc : NULL, *p = t ? t->proc : NULL;

    if (p)
        give_asid(k, p);
    h->running = t;
    h->left = k->config.quantum;
    if (p == before)
        return;
    if (p && h->outdated) {
        fence_here(h, &everything);
        h->outdated = false;
    }
    load_satp(k, h, p);
}
