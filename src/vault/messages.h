/* Rows of items and of the outbox. No IPC here; what one item does to another is effects.h's, their numbers order.h's. */
#ifndef BOC_VAULT_MESSAGES_H
#define BOC_VAULT_MESSAGES_H

#include "base/ids.h"
#include "base/limits.h"
#include "vault/store.h"
#include "wire/ipc.h"
#include "wire/peer_msg.h"

/* Why the content of an item is not here any more. */
enum item_gone {
	GONE_NOT,
	GONE_FOR_ALL, /* its author deleted it */
	GONE_FOR_US,  /* deleted here only */
	GONE_EXPIRED, /* its time was over: not even when it was written is left */
};

struct message {
	u64 row;
	u64 contact;
	u64 ordinal; /* 0: an item without a row of its own for a person */
	struct msg_id id;
	bool mine;
	u64 seq;
	u64 time_ms;    /* the author's clock; of theirs, when it came instead if that is above MAX_TIME_MS */
	u64 written_ms; /* the author's clock, whatever it says */
	u8 kind;        /* enum item_kind, or one of a later version; ITEM_NONE: theirs, set aside (aside.h) */
	enum message_state state; /* as stored: WAITING while in the outbox */
	u8 hash[ITEM_HASH_LEN], salt[ITEM_SALT_LEN];
	u64 target, latest;           /* rows; see the schema */
	u64 react_mine, react_theirs; /* likewise */
	enum item_gone gone;
	u32 vanish;  /* seconds that it lives; 0: it stays */
	u64 from_ms; /* when its clock began (expiry.h); 0: not yet */
	size_t n;
	u8 body[MAX_BODY];
};

/* What it says: its words or its emoji; empty for a kind this version does not know. Borrows from m. */
struct slice messages_text(const struct message *m);

/* Stores an item; one that a person is shown by itself becomes the next row of the conversation. Mine goes to the outbox
 * too. False when it is there already (same contact, author and id): nothing changes. *ret_row is the new row. */
bool messages_add(struct store *s, u64 contact, bool mine, const struct peer_item *item,
                  const u8 hash[static ITEM_HASH_LEN], u64 now_ms, u64 *ret_row);

/* Each fills *ret and gives true when there is such an item. */
bool messages_get(struct store *s, u64 row, struct message *ret);
bool messages_find(struct store *s, u64 contact, bool mine, const struct msg_id *id, struct message *ret);
bool messages_at(struct store *s, u64 contact, u64 ordinal, struct message *ret);

/* Likewise an item of ours by its number. Of theirs order.c knows the numbers. */
bool messages_numbered(struct store *s, u64 contact, u64 seq, struct message *ret);

/* The first item in the contact's outbox with a number greater than seq. */
bool messages_outbox_after(struct store *s, u64 contact, u64 seq, struct message *ret);

/* How many are in it. */
u64 messages_outbox_count(struct store *s, u64 contact);

/* An item of ours is at the contact: out of the outbox, state DELIVERED. */
void messages_delivered(struct store *s, struct message *m);

/* An item of ours will not be taken there: out of the outbox, state FAILED. */
void messages_failed(struct store *s, struct message *m);

/* An item that was set aside (kind ITEM_NONE) comes without its content: its author has erased it. */
void messages_came_gone(struct store *s, struct message *m, struct slice body);
/* The contact says that a person read a DELIVERED item of ours. */
void messages_read(struct store *s, struct message *m);

void messages_set_hash(struct store *s, const struct message *m);

/* An item of theirs came again with another number, and so with another hash. */
void messages_set_number(struct store *s, u64 row, u64 seq, const u8 hash[static ITEM_HASH_LEN]);

/* Starts the rows lo <= ordinal < hi, oldest first; messages_next() gives one after the other and ends the query. */
struct query messages_page(struct store *s, u64 contact, u64 lo, u64 hi);
/* Likewise the last `limit` edits of an item, the newest first. */
struct query messages_edits(struct store *s, u64 row, u32 limit);
bool messages_next(struct query *q, struct message *ret);
/* The one row of a query of MESSAGE_COLS; ends it. False: there is none. */
bool messages_take(struct query *q, struct message *ret);

/* The ordinal of the last message; 0 when there is none. */
u64 messages_max(struct store *s, u64 contact);

#endif
