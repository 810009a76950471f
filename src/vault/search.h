/* Finding messages by their words. The index itself is kept by triggers (migrate.c). */
#ifndef BOC_VAULT_SEARCH_H
#define BOC_VAULT_SEARCH_H

#include "vault/messages.h"

struct search;

/* What is looked for. Zeros are no limits. */
struct search_ask {
	struct slice text; /* every word of it; the last one may go on, unless something stands behind it */
	u64 contact;
	enum search_from from;
	enum search_kind kind;
	u64 since_ms, until_ms; /* the time that is shown, both included */
	u64 before;             /* only messages that came before this one: a row */
	u32 limit;
};

/* A place in a text, in code points: the first one and the one behind the last. */
struct mark {
	u16 from, to;
};

/* Starts; the newest come first. *ret is owned. ERR_PEER_FORMAT: no text or too long. ERR_PEER_LIMIT: too many words. */
err_t search_open(struct store *s, const struct search_ask *ask, struct search **ret) MUST_CHECK;

/* The next message; false at the end. */
bool search_next(struct search *f, struct message *ret);

/* Where the words are in what a message that was found says: sorted, apart from each other. Gives how many, at most MAX_MARKS. */
size_t search_marks(struct search *f, struct slice text, struct mark ret[static MAX_MARKS]);

/* NULL is fine; gives NULL. */
struct search *search_close(struct search *f);

/* Part of a commit that erases: what the index has left of words that are gone goes too. */
void search_scrub(struct store *s);

#endif
