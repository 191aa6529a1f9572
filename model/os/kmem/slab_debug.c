#include "os/kmem/slab_debug.h"

#include "base/bug.h"
#include "base/bytes.h"

enum { ZONE = 8, ZONE_FREE = 0xbb, ZONE_USED = 0xcc, POISON = 0x6b };

void slab_zones(const struct slab_spec *spec, uint32_t *before, uint32_t *after)
{
    bool zones = spec->flags & SLAB_RED_ZONES;

    *before = zones ? (uint32_t)spec->align : 0; /* the object stays aligned */
    *after = zones ? ZONE : 0;
}

static bool poisons(const struct slab_cache *c)
{
    return (c->spec.flags & SLAB_POISON) && !c->spec.construct;
}

/* Where the red zone after the object begins; it goes on to the slot's end. */
static uint32_t tail_of(const struct slab_cache *c)
{
    return c->lead + (uint32_t)c->spec.size;
}

static void paint_zones(const struct slab_cache *c, uint8_t *slot, uint8_t colour)
{
    if (c->spec.flags & SLAB_RED_ZONES) {
        memset(slot, colour, c->lead);
        memset(slot + tail_of(c), colour, c->slot - tail_of(c));
    }
}

static bool all_are(const uint8_t *bytes, uint32_t count, uint8_t value)
{
    while (count > 0 && bytes[count - 1] == value)
        count--;
    return count == 0;
}

static bool zones_are(const struct slab_cache *c, const uint8_t *slot, uint8_t colour)
{
    return !(c->spec.flags & SLAB_RED_ZONES) ||
           (all_are(slot, c->lead, colour) &&
            all_are(slot + tail_of(c), c->slot - tail_of(c), colour));
}

void slab_mark_free(const struct slab_cache *c, uint8_t *slot)
{
    paint_zones(c, slot, ZONE_FREE);
    if (poisons(c))
        memset(slot + c->lead, POISON, c->spec.size);
}

void slab_mark_used(const struct slab_cache *c, uint8_t *slot)
{
    paint_zones(c, slot, ZONE_USED);
}

void slab_expect_free(const struct slab_cache *c, const uint8_t *slot)
{
    bool unwritten = !poisons(c) || all_are(slot + c->lead, (uint32_t)c->spec.size, POISON);

    VM_BUG(!unwritten);                     /* somebody wrote to a free object */
    VM_BUG(!zones_are(c, slot, ZONE_FREE)); /* or beside one */
}

void slab_expect_used(const struct slab_cache *c, const uint8_t *slot)
{
    VM_BUG(!zones_are(c, slot, ZONE_USED)); /* somebody wrote beside an object */
}
