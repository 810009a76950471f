/* Whether a contact types, and telling it that we do (PROTO 4.5.13). Only while `typing` is set; nothing is stored. */
#ifndef BOC_VAULT_TYPING_H
#define BOC_VAULT_TYPING_H

#include "vault/state.h"

/* The contact says so on this link. ERR_PEER_FORMAT: malformed. */
err_t typing_came(struct vault *v, const struct contact *c, const struct flow_link *l, struct slice payload) MUST_CHECK;

/* It does not any more: it wrote, it is offline; nobody does, the setting is off. */
void typing_over(struct vault *v, u64 contact);
void typing_all_over(struct vault *v);

/* Until somebody's words have to be believed no longer: VAULT_NEVER, or typing_tick() then. */
u64 typing_wait_ms(const struct vault *v);
void typing_tick(struct vault *v);

#endif
