/* The vault: all keys, all history. An object without sockets: messages go in, and after a commit messages come out.
 *
 *	vault_input(v, from, &m)   any number of times: one turn
 *	vault_commit(v)            makes the turn durable
 *	vault_output(v, ...)       only now: answers, events, records. "Acknowledged means committed."
 *
 * vault.c drives it from the sockets of a role process; tests and the simulator drive it directly. */
#ifndef BOC_VAULT_VAULT_H
#define BOC_VAULT_VAULT_H

#include "base/env.h"
#include "wire/ipc.h"

struct vault;

/* A locked vault on the folder dir (must exist, 0700). Finishes or clears away what a crash left there.
 * env is borrowed for its life. Never NULL: what is wrong with the folder is logged and shows at login. */
struct vault *vault_new(const struct env *env, const char *dir);

/* Wipes everything, without telling anyone and without committing an open turn. NULL is fine; gives NULL. */
struct vault *vault_free(struct vault *v);

bool vault_is_unlocked(const struct vault *v);

/* Locked, but messages go on arriving, into the sealed inbox: see receive.h. */
bool vault_is_receiving(const struct vault *v);

/* A fresh process of the role is at the other end: it is told what it has to know. (role_socket does this.) */
void vault_connected(struct vault *v, enum role r);

/* The role's process is gone: nothing more is sent to it. Without net every link is down. */
void vault_disconnected(struct vault *v, enum role r);

/* One message. What the role may not ask now is answered with failed or net_failed.
 * ERR_PEER_POLICY: this role may never send that; drop its channel. ERR_LOCAL_STORE, ERR_BUG: the process has to end.
 * What vault_is_of_disk() says: vault_undo(). */
err_t vault_input(struct vault *v, enum role from, const struct ipc_msg *m) MUST_CHECK;

#define VAULT_NEVER UINT64_MAX

/* From now on until `at`; 0: it is not planned, VAULT_NEVER. */
static inline u64 vault_ms_until(u64 at, u64 now)
{
	if (at == 0)
		return VAULT_NEVER;
	return at > now ? at - now : 0;
}

/* For how long vault_tick() has nothing to do if nobody sets the clock; VAULT_NEVER: until a message comes. */
u64 vault_wait_ms(struct vault *v);

/* Does what is due: invitations expire, a vault that nobody uses locks. Part of a turn, as vault_input() is. */
void vault_tick(struct vault *v);

/* So much waits to be sent that the turn should end. */
bool vault_is_full(const struct vault *v);

/* Ends the turn. ERR_LOCAL_STORE, ERR_BUG: the process has to end and may send nothing of the turn. What
 * vault_is_of_disk() says: vault_undo(). */
err_t vault_commit(struct vault *v) MUST_CHECK;

/* Whether it is a fault of the disk that vault_undo() answers. */
static inline bool vault_is_of_disk(err_t e)
{
	return e == ERR_LOCAL_FULL || e == ERR_LOCAL_DISK || e == ERR_LOCAL_DAMAGED;
}

/* Ends a turn that could not be written, as if it had not been: who asked in it is told `why`. From now on nothing is
 * written and no link is held, what is there can be read. vault_tick() tries whether the disk is whole again; one that
 * is damaged is left alone. Locks when not even the database can be opened. */
void vault_undo(struct vault *v, err_t why);

/* The next message to send, after vault_commit() only; false when there is none. Slices in *ret are borrowed until
 * the next call on v; the message stays first until vault_sent(). */
bool vault_output(struct vault *v, enum role *ret_to, struct ipc_msg *ret);
void vault_sent(struct vault *v);

/* Commits, wipes the key of the database and closes it, and tells the roles. Nothing happens when it is locked already.
 * All other keys are wiped too, unless the user chose that messages go on arriving. */
err_t vault_lock(struct vault *v) MUST_CHECK;

/* Likewise, and nothing arrives any more, whatever the user chose. */
err_t vault_end(struct vault *v) MUST_CHECK;

#endif
