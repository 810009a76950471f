/* Moving messages: what goes out on which link, what came in, acknowledgements both ways. */
#ifndef BOC_VAULT_DELIVERY_H
#define BOC_VAULT_DELIVERY_H

#include "vault/state.h"

/* Hands net what the contact's outbox holds, as far as a link is there, both sides agreed and the window allows. */
void delivery_pump(struct vault *v, const struct contact *c);

/* Says HELLO on the contact's newest link when we want to talk, and SYNC when the contact is accepted; each once per link. */
void delivery_greet(struct vault *v, const struct contact *c);

/* Both sides want it: the contact becomes accepted, everybody is told, what waits goes out. */
void delivery_accepted(struct vault *v, struct contact *c);

/* The address showed another key than the pinned one: marked and shown; links to it are closed and checked anew. */
void delivery_key_changed(struct vault *v, struct contact *c);

/* The pin is replaced by its successor: links that were made with the former identity end. */
void delivery_renewed(struct vault *v, const struct contact *c);

/* All links are down. */
void delivery_all_down(struct vault *v);

/* Queues the acknowledgements for what this turn stored. */
void delivery_flush_acks(struct vault *v);

#endif
