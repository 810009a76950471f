/* What somebody has begun to write to a contact. Rows; no IPC. */
#ifndef BOC_VAULT_DRAFTS_H
#define BOC_VAULT_DRAFTS_H

#include "base/limits.h"
#include "vault/store.h"

#define DRAFT_ROOM (2 * MAX_TEXT)

/* Messages are named by their ordinals, 0: none. Texts are at most MAX_TEXT bytes. */
struct draft {
	u64 reply;         /* what it answers */
	struct slice text; /* empty: nothing was begun */
	u64 edit;          /* what is being edited; text waits meanwhile */
	struct slice edited;
};

/* What is kept; its texts are in room, which the caller wipes. */
void drafts_get(struct store *s, u64 contact, u8 room[DRAFT_ROOM], struct draft *ret);

/* Keeps this one, none when nothing is in it; what it no longer says is erased. Of a message that is not there, or says nothing any
 * more, it keeps neither the place nor what it was edited to. False: it is so already. */
bool drafts_set(struct store *s, u64 contact, const struct draft *d);

/* A text was sent, an answer to that message: a draft that it goes on from, but for spaces at its edges, is done with. False: there was none. */
bool drafts_sent(struct store *s, u64 contact, u64 reply, struct slice text);

/* That message was edited: so is what was begun of it. False: nothing was. */
bool drafts_edited(struct store *s, u64 contact, u64 edit);

#endif
