/* What a contact sent and could not be processed: counted, and after ASIDE_TRIES set aside, so that it blocks nothing. Rows
 * only, no IPC. */
#ifndef BOC_VAULT_ASIDE_H
#define BOC_VAULT_ASIDE_H

#include "base/limits.h"
#include "vault/hand.h"
#include "vault/store.h"

enum aside_kept {
	ASIDE_NOT,    /* only tried so far */
	ASIDE_SHOWN,  /* set aside; it has a row in the conversation */
	ASIDE_HIDDEN, /* set aside; not even its place is known */
};

/* One payload, by its hash (hand.h). */
struct tried {
	u8 hash[HAND_HASH_LEN];
	u32 tries;
	enum aside_kept kept;
};

/* Fills the rest of *t by its hash. */
void aside_get(struct store *s, u64 contact, struct tried *t);

/* It failed once more: counted in the row and in *t. Of each contact MAX_ASIDE are known, those that failed last. */
void aside_try(struct store *s, u64 contact, struct tried *t, u64 now_ms);

/* It was processed after all. */
void aside_done(struct store *s, u64 contact, const struct tried *t);

/* It is set aside. Nothing of what it says is kept: its author has it, and is told; it may have been meant to vanish. */
void aside_keep(struct store *s, u64 contact, const struct tried *t, enum aside_kept how, const struct msg_id *id);

/* How many of the contact's are ASIDE_HIDDEN. */
u64 aside_hidden(struct store *s, u64 contact);

/* Whether an item with this id is set aside; in a store of aside_copy() only. */
bool aside_has(struct store *s, u64 contact, const struct msg_id *id);

/* Copies which of the contact's are set aside, without what is kept of them. */
void aside_copy(struct store *from, struct store *to, u64 contact);

#endif
