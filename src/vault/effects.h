/* What one item does to another: an answer points to it, a reaction hangs on it, an edit replaces its words, a deletion
 * takes them away, a profile takes the place of the one before. Rows only, no IPC. */
#ifndef BOC_VAULT_EFFECTS_H
#define BOC_VAULT_EFFECTS_H

#include "vault/contacts.h"
#include "vault/messages.h"

/* A new item is in its row: what it does is done. An item whose target is not here does nothing. */
void effects_apply(struct store *s, struct message *m);

/* The content of a message goes, with its edits and reactions; its number and hash stay. What was said about it goes in
 * parts, EXPIRE_BATCH items at most in each: what is left of it is due (expiry.h). Gives how many items went. */
size_t effects_erase(struct store *s, const struct message *m, enum item_gone why);
size_t effects_erase_rest(struct store *s, u64 row, enum item_gone why);

/* The last edit of a message that is there. False: it was not edited, or is gone. */
bool effects_edit(struct store *s, const struct message *m, struct message *ret);

/* The emoji of a reaction in this row; empty for 0. Borrows from room. */
struct slice effects_emoji(struct store *s, u64 row, struct message *room);

/* Whether the PROFILE in this row has a picture. 0: none. */
bool effects_pictured(struct store *s, u64 row);

/* The message that a person sees changed by m: m itself, or its target. False: none. *ret may be m. */
bool effects_shown(struct store *s, const struct message *m, struct message *ret);

#endif
