/* Rows of contacts and their pins. No IPC here: who is told what is in tell.c. */
#ifndef BOC_VAULT_CONTACTS_H
#define BOC_VAULT_CONTACTS_H

#include "base/ids.h"
#include "base/limits.h"
#include "vault/store.h"
#include "wire/ipc.h"

struct contact {
	u64 id;
	u32 identity; /* which of ours knows them */
	struct onion_pub onion;
	char name[MAX_NAME + 1];         /* ours for them, or "" */
	char their_name[MAX_NAME + 1];   /* theirs, or "" */
	char greeting[MAX_GREETING + 1]; /* of the request */
	enum contact_state state;
	bool key_changed;
	bool cover;  /* the user wants cover traffic with it */
	u64 out_seq; /* number of our last item to them */
	u64 created_ms;
	u64 profile;                      /* which change of our profile they were written; 0: none */
	u64 profile_mine, profile_theirs; /* rows of the last PROFILE of each; 0: none */
};

/* The name that is shown; "" when neither side gave one. Borrows from c. */
struct slice contacts_shown_name(const struct contact *c);

/* Each fills *ret and gives true when there is such a contact. */
bool contacts_get(struct store *s, u64 id, struct contact *ret);
bool contacts_find(struct store *s, u32 identity, const struct onion_pub *onion, struct contact *ret);

/* The contact with the smallest id greater than id; start with 0. */
bool contacts_after(struct store *s, u64 id, struct contact *ret);

/* Likewise of those of an identity of ours in this state. */
bool contacts_after_in(struct store *s, u32 identity, enum contact_state state, u64 id, struct contact *ret);

/* How many are in this state: of all, and of those of an identity of ours. */
u64 contacts_count(struct store *s, enum contact_state state);
u64 contacts_count_of(struct store *s, u32 identity, enum contact_state state);

/* Stores c as a new row and sets c->id. */
void contacts_add(struct store *s, struct contact *c);

/* Each changes the row and *c alike. */
void contacts_set_state(struct store *s, struct contact *c, enum contact_state state);
void contacts_set_name(struct store *s, struct contact *c, struct slice name);
void contacts_set_their_name(struct store *s, struct contact *c, struct slice name);
void contacts_set_greeting(struct store *s, struct contact *c, struct slice greeting);
void contacts_set_key_changed(struct store *s, struct contact *c, bool changed);
void contacts_set_profile(struct store *s, struct contact *c, u64 change);
void contacts_set_cover(struct store *s, struct contact *c, bool on);
void contacts_set_out_seq(struct store *s, struct contact *c, u64 seq);

/* It is gone: nothing here gives it any more, and its address may be added again. Its keys and what waits for it are
 * erased; its messages are contacts_erase()'s. */
void contacts_remove(struct store *s, u64 id);

/* Erases up to so many messages of contacts that were removed. A long conversation at once would hold up everything for
 * half a minute: each of its words is looked for in the index. */
void contacts_erase(struct store *s, u32 messages);

/* Whether something of a removed contact is still to be erased. */
bool contacts_to_erase(struct store *s);

/* What the address showed at first contact. False: nothing yet. */
bool contacts_pin(struct store *s, u64 id, struct pq_identity *ret);

#endif
