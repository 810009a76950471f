/* Cover traffic (PROTO 4.5.18): a record that says nothing, at random moments, and its answer. To whoever watches the line
 * of one of the two they look like a short message and its acknowledgement. Only to contacts for which the user chose so;
 * whoever is asked answers. */
#ifndef BOC_VAULT_COVER_H
#define BOC_VAULT_COVER_H

#include "vault/state.h"

/* Draws when cover goes to the contact next, unless that is drawn, or none goes: it is off, or no link carries messages. */
void cover_plan(struct vault *v, const struct contact *c);

/* The contact sent some on this link: it is answered at the end of this turn, as messages are acknowledged. */
void cover_came(struct vault *v, const struct contact *c, struct flow_link *l);

/* At the end of the turn, before the acknowledgements go. */
void cover_answer(struct vault *v, struct flow_link *l);

/* Until some is due: VAULT_NEVER, or cover_tick() then. */
u64 cover_wait_ms(const struct vault *v);
void cover_tick(struct vault *v);

/* A time from the exponential distribution with this mean, cut at eight times the mean: one in 3,000 is longer. */
u64 cover_draw(const struct env *env, u64 mean_ms);

#endif
