/* Locked, and messages go on arriving (docs/decisions/0011): the user chose so.
 *
 * The database is closed and its key wiped. v->store is a small one in memory, with what handshakes with accepted contacts
 * have to know: no texts, no names, no outbox, no invitations. What comes, and each row there that changes, goes into the
 * sealed inbox before anything is answered; at the next login it is taken in. */
#ifndef BOC_VAULT_RECEIVE_H
#define BOC_VAULT_RECEIVE_H

#include "vault/state.h"

/* Of an unlocked vault whose work is committed: closes the database and goes on with what is needed. On error nothing is
 * changed: it is to be locked for good. */
err_t receive_begin(struct vault *v) MUST_CHECK;

/* A record of an accepted contact, for the inbox. */
void receive_record(struct vault *v, u64 contact, u8 type, struct slice payload);

/* Likewise an item, with the number that its author gave it. */
void receive_item(struct vault *v, u64 contact, u64 seq, struct slice payload);

/* Makes what the turn brought durable. What vault_is_of_disk() says: vault_undo(). */
err_t receive_commit(struct vault *v) MUST_CHECK;

/* vault_undo() and storage_tick() of a vault that receives: no links until the disk takes something again. */
void receive_undo(struct vault *v, err_t why);
void receive_retry(struct vault *v);

/* It may take no more: what comes waits at its authors. */
bool receive_is_full(const struct vault *v);

/* Forgets the keys and what is not committed. The inbox stays. */
void receive_end(struct vault *v);

/* Takes the inbox in, in one transaction, and removes it; before net is told anything of what is in the database. tell:
 * pages are there, and hear of it as far as there is room for so many events. What vault_is_of_disk() says:
 * nothing of it is taken, the store may be broken; ERR_LOCAL_STORE, ERR_LOCAL_CRYPTO, ERR_BUG: likewise.
 * What cannot be processed is tried, counted and set aside as if it came over a link (aside.h). */
err_t receive_take(struct vault *v, bool tell) MUST_CHECK;

#endif
