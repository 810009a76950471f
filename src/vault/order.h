/* The numbers of items (PROTO 4.5): ours in order and chained by their hashes, theirs counted so that what is missing
 * shows. Rows only, no IPC. */
#ifndef BOC_VAULT_ORDER_H
#define BOC_VAULT_ORDER_H

#include "vault/contacts.h"
#include "vault/messages.h"

/* What of a contact's items is here, by their numbers. */
struct heard {
	u64 top;                /* 1 to top are all here */
	u8 head[ITEM_HASH_LEN]; /* hash of item top */
	u64 last;               /* the highest number */
	u64 above;              /* how many numbers above top are here */
	u64 broken_ms;          /* when an item last did not follow on the one before; 0: never */
};

/* All zeros when nothing came yet. */
void order_heard(struct store *s, u64 contact, struct heard *ret);

/* How many items the contact wrote that are not here, as far as can be known; MAX_OUTBOX: so many or more. */
u64 order_missing(const struct heard *h);

/* Gives the contact's next item of ours its number and what it follows on, and stores it. item: id, salt, time_ms, kind and
 * body are set. The row; 0: no number is left, or the id was used. */
u64 order_write(struct store *s, struct contact *c, struct peer_item *item);

/* Items of ours above the number have other numbers than when they were hashed: their hashes are made again. */
void order_hash_again(struct store *s, u64 contact, u64 above);

/* The item as it goes to the contact: what is gone goes as ITEM_GONE, in room. *ret borrows from m and room. */
void order_item(struct store *s, struct message *m, u8 room[static MAX_BODY], struct peer_item *ret);

/* Stores an item of the contact's that came. False when it was here already: *ret_row is not set then. *ret_gap, in any case:
 * whether it changed what is known to be missing or broken. */
bool order_came(struct store *s, u64 contact, const struct peer_item *item, u64 now_ms, u64 *ret_row, bool *ret_gap);

/* Likewise the place of one that could not be processed: it has a number, kind ITEM_NONE, and no hash that is known. item: as
 * peer_item_envelope() read it. kept: what stays of it, the whole payload or nothing. */
bool order_set_aside(struct store *s, u64 contact, const struct peer_item *item, struct slice kept, u64 now_ms,
                     u64 *ret_row, bool *ret_gap);

/* What we have of the contact's. */
void order_sync(struct store *s, u64 contact, struct peer_sync *ret);

/* The contact said what it has of ours. Takes the first item out of the outbox that it has by that: true, and *ret is the
 * item. To be called until it gives false. */
bool order_synced(struct store *s, u64 contact, const struct peer_sync *sync, struct message *ret);

#endif
