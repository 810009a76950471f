/* What becomes of links: told to the vault and to the dialler, doubles sorted out, records handed on. */
#ifndef BOC_NET_LINKS_H
#define BOC_NET_LINKS_H

#include "net/conn.h"

/* The events LINK_OPEN, LINK_RECORD and LINK_CLOSED of c. */
void links_opened(struct conn *c, const struct link_event *ev);
void links_record(struct conn *c, const struct link_event *ev);
void links_ended(struct conn *c, const struct link_event *ev);

/* Sends what the vault wants sent. A link that is gone takes nothing. DATA that the link does not take yet waits
 * (LINK_WAITING bytes), in order; a link of which even that is full is closed, and the vault sends all again. */
void links_send(struct net *n, const struct ipc_record_out *m);

/* Asks every open link whether it lives. */
void links_wake(struct net *n);

/* Gives the link what waits. True when it took something or ended: its events and bytes are to be looked at. */
bool links_flush(struct conn *c);

/* Tells the vault and the dialler when an open link has become quiet, or is heard again. True when that changed: its events
 * and bytes are to be looked at. */
bool links_listen(struct conn *c);

/* Gives up what tries to reach the contact: it can be talked to, or somebody else has to be dialled first. */
void links_cancel_dials(struct net *n, u64 contact);

/* Ends one link, without a reason. */
void links_close(struct net *n, const struct ipc_link_close *m);

/* Responder: tells the vault once that A has the keys of epoch 1. Call after the link was fed. */
void links_confirm(struct conn *c);

/* Asks net/dup.h about the links to c's contact and does as it says. Call when something came on c, or c->decide_ms. */
void links_decide(struct conn *c);

/* Ends every link, open or not, of an identity, or of a contact. */
void links_close_identity(struct net *n, u32 identity);

/* Ends every handshake that others began at the gate. */
void links_close_strangers(struct net *n, u32 identity, enum gate gate);

/* The identity has a new key: its open links end with CLOSE(RENEW), handshakes break. */
void links_renew_identity(struct net *n, u32 identity);
void links_close_contact(struct net *n, u64 contact);

/* The contact's identity is this one: ends every link, open or not, that was made with another. */
void links_pinned(struct net *n, u64 contact, const struct pq_identity *pin);

#endif
