/* Whom the vault tells what: rows and events for web, peers for net, the service for onion. All of it goes out after
 * the commit of the turn. */
#ifndef BOC_VAULT_TELL_H
#define BOC_VAULT_TELL_H

#include "vault/invites.h"
#include "vault/messages.h"
#include "vault/state.h"

/* One row for web; req 0: as an event. */
void tell_contact(struct vault *v, u32 req, const struct contact *c);
/* The message as a person sees it now; of an item that has no row of its own, its target's. */
void tell_message(struct vault *v, u32 req, bool is_new, const struct message *m);
void tell_own(struct vault *v, u32 req, const struct identity *i);
void tell_invite(struct vault *v, u32 req, const struct invite *i);
void tell_tor(struct vault *v, u32 req);

/* Closes invitations that have expired, and says so. */
void tell_expired(struct vault *v);

/* What net has to know about the contact now; that it is gone, when it is rejected or blocked. */
void tell_peer(struct vault *v, const struct contact *c);

/* An identity of ours, or what changed about it. */
void tell_net_identity(struct vault *v, const struct identity *i);

/* Everything net and onion have to know while the vault is unlocked. */
void tell_net_all(struct vault *v);
void tell_onion_all(struct vault *v);

/* Whether tor's SOCKS socket can be used, for net. */
void tell_tor_up(struct vault *v);

/* An event "contact" for web and an update for net. */
void tell_changed(struct vault *v, const struct contact *c);

#endif
