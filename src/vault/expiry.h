/* Messages whose time is over (PROTO 4.5.11, 4.5.10). A message has one clock: of theirs it runs from when a person read it
 * here, of ours from when it was delivered. Its own time ends it where it is to vanish, and so many days later the
 * conversation's, where that keeps messages for days only. Rows only, no IPC: sweep.h does what is due.
 *
 * What was not read here, what is in the outbox and what has an edit there is never erased. */
#ifndef BOC_VAULT_EXPIRY_H
#define BOC_VAULT_EXPIRY_H

#include "base/limits.h"
#include "vault/messages.h"

/* A person saw theirs, from one ordinal to another, both included: their clocks run from now. Does nothing to those whose
 * clock runs already. Gives how many vanish by that, and their rows: the newest EXPIRE_BATCH of them at most. */
size_t expiry_read(struct store *s, u64 contact, u64 from_ordinal, u64 to_ordinal, u64 now_ms,
                   u64 ret_rows[static EXPIRE_BATCH]);

/* An item of ours is at the contact, as messages_delivered() noted: the clock of the message that a person sees changed
 * by it runs from now. */
void expiry_delivered(struct store *s, const struct message *m, u64 now_ms);

/* An edit of ours was written: the clock of its message stands still until it is delivered. */
void expiry_edited(struct store *s, const struct message *edit);

/* What the two want, or for how long we keep it here, changed. */
void expiry_terms(struct store *s, u64 contact, u64 now_ms);

/* When the next message is due by its own time; by the days of its conversation. 0: none. */
u64 expiry_next_vanish(struct store *s);
u64 expiry_next_keep(struct store *s);

/* Erases what is due, at most EXPIRE_BATCH messages; by the days of a conversation only where may_keep says that the
 * clock can be trusted with that. Gives how many, and their rows. What is left is due still. */
size_t expiry_sweep(struct store *s, u64 now_ms, bool may_keep, u64 ret_rows[static EXPIRE_BATCH]);

/* The clock may have been set back: no message stays longer from now on than it would have if it had been read now. */
void expiry_clock_back(struct store *s, u64 now_ms);

#endif
