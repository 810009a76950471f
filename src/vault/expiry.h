/* Messages whose time is over (PROTO 4.5.11, 4.5.10). A message has one clock: of theirs it runs from when a person read it
 * here, of ours from when it was delivered, or refused. Its own time ends it where it is to vanish, and so many days later the
 * conversation's, where that keeps messages for days only: then of what was deleted, too, nothing but its place stays. Each
 * goes by itself, whatever stands before it. Rows only, no IPC: sweep.h does what is due. All times are clock.h's.
 *
 * What was not read here, what is in the outbox and what has an edit or a deletion there is never erased. */
#ifndef BOC_VAULT_EXPIRY_H
#define BOC_VAULT_EXPIRY_H

#include "base/limits.h"
#include "vault/messages.h"

/* A person saw theirs, from one ordinal to another, both included: their clocks run from now. Does nothing to those whose
 * clock runs already. At once those of the last EXPIRE_BATCH ordinals: gives how many of them vanish by that, and their rows,
 * the newest first. The others' run from the same time, as expiry_begin_more() notes. */
size_t expiry_read(struct store *s, u64 contact, u64 from_ordinal, u64 to_ordinal, u64 now_ms,
                   u64 ret_rows[static EXPIRE_BATCH]);

/* Whether there are such others; notes it of some. */
bool expiry_begins(struct store *s);
void expiry_begin_more(struct store *s, u64 now_ms);

/* An item of ours is at the contact, or refused there, as messages.h noted: the clock of the message that a person sees
 * changed by it runs from now. */
void expiry_delivered(struct store *s, const struct message *m, u64 now_ms);

/* An edit or a deletion of ours was written: the clock of its message stands still until it is delivered. */
void expiry_changed(struct store *s, const struct message *change);

/* What the two want, or for how long we keep it here, changed. */
void expiry_terms(struct store *s, u64 contact, u64 now_ms);

/* When the next message is due by its own time; by the days of its conversation. 0: none. */
u64 expiry_next_vanish(struct store *s);
u64 expiry_next_keep(struct store *s);

/* Erases what is due, at most EXPIRE_BATCH messages, and about as much of what was said about them; by the days of a
 * conversation only where may_keep says that the clock can be trusted with that. Gives how many messages, and their rows. What
 * is left is due still. */
size_t expiry_sweep(struct store *s, u64 now_ms, bool may_keep, u64 ret_rows[static EXPIRE_BATCH]);

/* The clock may be behind what it was before the database was opened: no message stays longer from now on than it would have
 * if it had been read now. Sees to EXPIRE_BATCH of them; gives whether there may be more. */
bool expiry_back(struct store *s, u64 now_ms);

#endif
