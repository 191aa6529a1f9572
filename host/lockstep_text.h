/* lockstep_text.h: comparing what two MMUs say, and describing for people where they differ.
 *
 * Layer: host. A description is a first line and then one line for each thing, indented by two.
 * What does not fit is left out.
 */
#ifndef ATLAS_LOCKSTEP_TEXT_H
#define ATLAS_LOCKSTEP_TEXT_H

#include "backend.h"

struct lockstep_text {
    char text[4000];
    size_t length;
};

bool lockstep_same_rsp(const struct atlas_rsp *a, const struct atlas_rsp *b);
bool lockstep_same_entry(const struct atlas_entry *a, const struct atlas_entry *b);

/* Begin anew, or go on; as printf. */
__attribute__((format(printf, 2, 3))) void lockstep_text_begin(struct lockstep_text *t,
                                                               const char *format, ...);
__attribute__((format(printf, 2, 3))) void lockstep_text_add(struct lockstep_text *t,
                                                             const char *format, ...);

/* One request. */
void lockstep_text_req(struct lockstep_text *t, unsigned port, const struct atlas_req *req);

/* "NAME: model 0x.., rtl 0x..", if they differ. */
void lockstep_text_value(struct lockstep_text *t, const char *name, uint64_t model, uint64_t rtl);

/* Every member in which two answers, or two entries, differ. */
void lockstep_text_rsp(struct lockstep_text *t, const struct atlas_rsp *model,
                       const struct atlas_rsp *rtl);
void lockstep_text_entry(struct lockstep_text *t, const struct atlas_entry *model,
                         const struct atlas_entry *rtl);

/* One PTE transaction of the side named `who`. */
void lockstep_text_transaction(struct lockstep_text *t, const char *who,
                               const struct mem_transaction *m);

/* Where in the MMU an entry stands: array ATLAS_RB_*. */
void lockstep_text_place(struct lockstep_text *t, unsigned array, unsigned port, unsigned index);

#endif
