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

/* Counts what hand_left() says; hand_forget() is left to do, once that is committed. */
void delivery_count_death(struct vault *v);

/* An item or a name that came to the inbox while the vault was locked, at that time. tell: pages hear of it. */
void delivery_take(struct vault *v, u64 contact, u8 type, struct slice payload, u64 came_ms, bool tell);

/* What was under way when the vault locked goes again, and what the links that are up are owed. */
void delivery_resume(struct vault *v);

/* All links are down. */
void delivery_all_down(struct vault *v);

/* Queues the acknowledgements for what this turn stored. */
void delivery_flush_acks(struct vault *v);

#endif
