/* How far a person has read each conversation, and what contacts are told of it. Rows; no IPC. */
#ifndef BOC_VAULT_READING_H
#define BOC_VAULT_READING_H

#include "vault/store.h"
#include "wire/peer_msg.h"

struct reading {
	u64 read;  /* up to this ordinal */
	u64 floor; /* of what is at or below it the contact is never told: it was read while no marks were given */
	u64 named; /* what is at or below it was told, on some link */
};

void reading_get(struct store *s, u64 contact, struct reading *ret);

/* The position, which never goes down: false, and nothing changes, when it is not above the present one. */
bool reading_set(struct store *s, u64 contact, u64 ordinal);
void reading_set_named(struct store *s, u64 contact, u64 ordinal);

/* Nothing of what is read by now is told later; contact 0: to anybody. */
void reading_forget(struct store *s, u64 contact);

/* How many rows of theirs with something to read are above the ordinal, MAX_UNREAD at most. */
u32 reading_unread(struct store *s, u64 contact, u64 ordinal);
/* The ordinal of the first of them; 0: there is none. */
u64 reading_first(struct store *s, u64 contact, u64 ordinal);

/* Starts the ids of texts of theirs in after < ordinal <= up_to that are here, the newest first, `limit` messages at most;
 * each with its last edit when they are to be told, too. reading_next() gives up to READ_MAX of them and ends the query with
 * the last; false: none. */
struct reading_ids {
	struct query q;
	bool has_more, has_edit; /* an edit that found no room waits */
	struct msg_id edit;
};
struct reading_ids reading_ids(struct store *s, u64 contact, u64 after, u64 up_to, u32 limit, bool with_edits);
bool reading_next(struct reading_ids *it, struct peer_read *ret);

#endif
