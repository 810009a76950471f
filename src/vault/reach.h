/* How a contact can be reached: what was last observed of it, and since when that is so. True only while it lasts, as links are
 * (vault/flow.h); of it the database has only when the contact was there last. */
#ifndef BOC_VAULT_REACH_H
#define BOC_VAULT_REACH_H

#include "vault/contacts.h"
#include "vault/state.h"

/* What is shown. */
struct reach {
	enum contact_reach what;
	u64 since_ms; /* wall clock */
	u64 seen_ms;  /* when it was there last; 0: never */
};
void reach_get(struct vault *v, u64 contact, struct reach *ret);

/* A link to the contact is up. */
void reach_up(struct vault *v, u64 contact);

/* One is gone, after flow_remove_link(): why, and for how long nothing had come on it. Does nothing while another is up. */
void reach_down(struct vault *v, u64 contact, enum contact_reach why, u64 silent_ms);

/* Somebody waits for the contact: net dials at once, unless it is there or was asked to a moment ago. */
void reach_hurry(struct vault *v, u64 contact);

#endif
