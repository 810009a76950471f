/* Rows of messages and of the outbox. No IPC here. */
#ifndef BOC_VAULT_MESSAGES_H
#define BOC_VAULT_MESSAGES_H

#include "base/ids.h"
#include "base/limits.h"
#include "vault/store.h"
#include "wire/ipc.h"
#include "wire/peer_msg.h"

struct message {
	u64 row;
	u64 contact;
	u64 ordinal;
	struct msg_id id;
	bool mine;
	u64 seq;
	u64 time_ms;              /* the author's clock; of theirs, when it came instead if that is above MAX_TIME_MS */
	u8 kind;                  /* enum item_kind, or one of a later version */
	enum message_state state; /* as stored: WAITING while in the outbox */
	size_t n;
	u8 body[MAX_TEXT];
};

/* What a person is shown of it: the text, or nothing for a kind this version does not know. Borrows from m. */
struct slice messages_shown_text(const struct message *m);

/* Stores an item as the next message of the contact; mine goes to the outbox too. False when it is there already
 * (same contact, author and id): nothing changes. *ret_row is its row either way. */
bool messages_add(struct store *s, u64 contact, bool mine, const struct peer_item *item, u64 now_ms, u64 *ret_row);

/* Each fills *ret and gives true when there is such a message. */
bool messages_get(struct store *s, u64 row, struct message *ret);
bool messages_find(struct store *s, u64 contact, bool mine, const struct msg_id *id, struct message *ret);

/* The first message in the contact's outbox with a number greater than seq. */
bool messages_outbox_after(struct store *s, u64 contact, u64 seq, struct message *ret);

/* Number of the first message in the outbox; 0 when it is empty. */
u64 messages_outbox_first(struct store *s, u64 contact);

/* A message of ours was acknowledged: out of the outbox, state DELIVERED. */
void messages_delivered(struct store *s, struct message *m);

/* Starts the rows lo <= ordinal < hi, oldest first; messages_next() gives one after the other and ends the query. */
struct query messages_page(struct store *s, u64 contact, u64 lo, u64 hi);
bool messages_next(struct query *q, struct message *ret);

/* The ordinal of the last message; 0 when there is none. */
u64 messages_max(struct store *s, u64 contact);

/* The last message as a preview: its time, and text cut to at most cap bytes between characters. False when none. */
bool messages_last(struct store *s, u64 contact, u64 *ret_time_ms, u8 *ret_text, size_t cap, size_t *ret_n);

#endif
