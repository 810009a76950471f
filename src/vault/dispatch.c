/* The vault as a whole: who may ask what, turns, unlocking and locking. */
#include <stdio.h>
#include <stdlib.h>

#include "vault/backup.h"
#include "vault/bridges.h"
#include "vault/connection.h"
#include "vault/cover.h"
#include "vault/delivery.h"
#include "vault/gates.h"
#include "vault/receive.h"
#include "vault/restored.h"
#include "vault/state.h"
#include "vault/storage.h"
#include "vault/sweep.h"
#include "vault/tell.h"
#include "vault/typing.h"
#include "vault/vaultdir.h"
#include "wire/cursor.h"

#define OUT_FULL (1u << 20)  /* end the turn */
#define OUT_MAX (64u << 20)  /* more than any one request can ask for */
#define OUT_HEAD (1 + 4 + 4) /* role, life, length */

struct vault *vault_new(const struct env *env, const char *dir)
{
	struct vault *v = calloc(1, sizeof *v);
	if (!v)
		abort();
	v->env = env;
	snprintf(v->dir, sizeof v->dir, "%s", dir);
	v->auth = auth_new(dir);
	v->out = buf_with_max(OUT_MAX);
	v->hand = hand_closed();
	v->tor.m.phase = TOR_STARTING;
	v->has[ROLE_SUPERVISOR] = true; /* without it there is no vault */
	backup_left(v);
	return v;
}

void vault_close_keys(struct vault *v)
{
	backup_stop(v); /* it reads from the database */
	flow_free_all(&v->flows);
	claims_clear(&v->claims);
	hand_close(&v->hand);
	receive_end(v);
	v->store = store_close(v->store);
	v->ids = identities_free(v->ids);
	bridges_forget(v);
	connection_forget(v);
}

struct vault *vault_free(struct vault *v)
{
	if (!v)
		return NULL;
	vault_close_keys(v);
	backup_free(v);
	v->auth = auth_free(v->auth);
	buf_free(&v->out);
	wipe(v, sizeof *v);
	free(v);
	return NULL;
}

bool vault_is_unlocked(const struct vault *v)
{
	return v->store && !v->receive;
}

bool vault_is_receiving(const struct vault *v)
{
	return v->receive != NULL;
}

/* ---- what goes out ---- */

/* While it is locked web hears what it would hear of any locked vault, and nothing of what comes. */
static bool is_kept_back(const struct vault *v, enum role to, const struct ipc_msg *m)
{
	return v->receive && to == ROLE_WEB && m->req == 0 && m->type != ipc_t_locked && m->type != ipc_t_tor_state_now;
}

void vault_send(struct vault *v, enum role to, const struct ipc_msg *m)
{
	if (!v->has[to] || is_kept_back(v, to, m))
		return;
	u8 head[OUT_HEAD];
	size_t n = ipc_encode(m, v->room, sizeof v->room);
	struct writer w = writer_of(head, sizeof head);
	put_u8(&w, (u8)to);
	put_u32(&w, v->life[to]);
	put_u32(&w, (u32)n);
	if (n == 0 || buf_append(&v->out, writer_bytes(&w)) != OK || buf_append(&v->out, slice_of(v->room, n)) != OK) {
		log_error("cannot queue %s", ipc_name(m->type));
		v->bug = true;
	}
	wipe(v->room, n);
}

bool vault_is_full(const struct vault *v)
{
	return buf_bytes(&v->out).n > OUT_FULL;
}

/* The first entry of the queue, without its head. ROLE_NONE: the process it was for is gone, perhaps another is there. */
static struct slice first_out(const struct vault *v, enum role *ret_to)
{
	struct reader r = reader_of(buf_bytes(&v->out));
	enum role to = (enum role)get_u8(&r);
	u32 life = get_u32(&r);
	*ret_to = v->has[to] && v->life[to] == life ? to : ROLE_NONE;
	return get_var(&r, MAX_IPC);
}

bool vault_output(struct vault *v, enum role *ret_to, struct ipc_msg *ret)
{
	while (buf_bytes(&v->out).n) {
		struct slice bytes = first_out(v, ret_to);
		if (*ret_to != ROLE_NONE && ipc_decode(bytes, ret) == OK)
			return true;
		vault_sent(v);
	}
	return false;
}

void vault_sent(struct vault *v)
{
	enum role to;
	buf_consume(&v->out, OUT_HEAD + first_out(v, &to).n);
}

/* ---- unlocked and locked ---- */

err_t vault_open_keys(struct vault *v, const struct secret32 *db_key)
{
	char path[VAULTDIR_PATH];
	vaultdir_db(v->dir, path);
	bool is_backup = false;
	bool foreign = vaultdir_is_foreign(v->dir);
	TRY((foreign ? store_open_foreign : store_open)(path, db_key, &v->store));
	err_t e = restored_begin(v->store, v->env, &is_backup);
	if (e == OK)
		e = gates_begin(v->store, v->env);
	if (e == OK)
		e = identities_load(v->store, &v->ids);
	if (e != OK) {
		v->store = store_close(v->store);
		return e;
	}
	if (foreign)
		vaultdir_set_own(v->dir);
	v->ids->db_key = *db_key;
	settings_load(v);
	bridges_load(v);
	hand_open(&v->hand, v->dir, db_key);
	sweep_begin(v);
	if (is_backup)
		log_info("restored from a backup");
	return OK;
}

/* The database in the place of what was kept in memory; on error that goes on. Links stay. */
static err_t open_again(struct vault *v, const struct secret32 *db_key)
{
	TRY(receive_commit(v));
	struct store *small = MOVE(v->store);
	struct identities *ids = MOVE(v->ids);
	err_t e = vault_open_keys(v, db_key);
	if (e != OK) {
		v->store = small;
		v->ids = ids;
		return e;
	}
	receive_end(v);
	store_close(small);
	identities_free(ids);
	return OK;
}

static void lock_and_tell(struct vault *v);

err_t vault_unlock(struct vault *v, const struct secret32 *db_key)
{
	TRY(v->receive ? open_again(v, db_key) : vault_open_keys(v, db_key));
	v->stopped = OK;
	err_t e = receive_take(v, false);
	if (vault_is_of_disk(e)) {
		TRY(storage_stop(v, e)); /* what is there can be read; it is taken in as soon as the disk is whole */
	} else if (e != OK) {
		if (!store_is_broken(v->store))
			lock_and_tell(v);
		return e;
	}
	settings_asked(v);
	bridges_tell(v);
	tell_onion_all(v);
	if (v->stopped == OK) {
		tell_net_all(v);
		tell_expired(v);
		delivery_resume(v);
	}
	log_info("unlocked");
	return OK;
}

#define WIPED_STACK (512u << 10) /* deeper than a turn goes, with a dozen messages of 12 kB */

/* Erases what calls that are over left on the stack: words of messages. */
static __attribute__((noinline)) void wipe_stack(void)
{
	u8 room[WIPED_STACK];
	wipe(room, sizeof room);
}

void vault_drop_links(struct vault *v)
{
	for (size_t i = 0; i < v->ids->n; i++)
		vault_send(v, ROLE_NET, &IPC_MSG(0, identity_gone, .identity = v->ids->all[i]->id));
	flow_free_all(&v->flows);
	claims_clear(&v->claims);
}

/* Closes everything; the roles are told. */
static void lock_and_tell(struct vault *v)
{
	bool was_unlocked = vault_is_unlocked(v);
	u32 gone[MAX_IDENTITIES];
	size_t n = v->ids->n;
	vault_drop_links(v);
	for (size_t i = 0; i < n; i++)
		gone[i] = v->ids->all[i]->id;
	vault_close_keys(v);
	v->stopped = OK; /* the next login sees for itself */
	for (size_t i = 0; i < n; i++)
		vault_send(v, ROLE_ONION, &IPC_MSG(0, service_gone, .identity = gone[i]));
	if (was_unlocked)
		vault_send(v, ROLE_WEB, &IPC_MSG(0, locked));
	wipe_stack();
}

/* While the disk takes nothing, what is to come would not be kept either. */
static bool goes_on_receiving(struct vault *v)
{
	if (!v->receive_locked || v->stopped != OK)
		return false;
	err_t e = receive_begin(v);
	if (e == OK)
		return true;
	log_error("nothing arrives while locked: %s", err_text(e));
	return false;
}

err_t vault_lock(struct vault *v)
{
	auth_forget(v->auth);
	if (!vault_is_unlocked(v))
		return OK;
	delivery_flush_acks(v);
	TRY(store_commit(v->store));
	if (goes_on_receiving(v)) {
		vault_send(v, ROLE_WEB, &IPC_MSG(0, locked));
		wipe_stack();
		log_info("locked; messages go on arriving");
		return OK;
	}
	lock_and_tell(v);
	log_info("locked");
	return OK;
}

err_t vault_end(struct vault *v)
{
	auth_forget(v->auth);
	if (!v->store)
		return OK;
	delivery_flush_acks(v);
	TRY(v->receive ? receive_commit(v) : store_commit(v->store));
	lock_and_tell(v);
	log_info("locked");
	return OK;
}

err_t vault_on_lock(struct vault *v, u32 req, const struct ipc_lock *m)
{
	(void)m;
	vault_send(v, ROLE_WEB, &IPC_MSG(req, done, .more = 0));
	return vault_lock(v);
}

err_t vault_on_erase(struct vault *v, u32 req, const struct ipc_erase *m)
{
	(void)m;
	/* The keys before anything else, whatever state the rest is in: those on the disk, then those in memory. What they were
	 * for is removed, and not overwritten: it opens with nothing any more. */
	err_t e = keyfile_destroy(v->dir);
	if (e == ERR_LOCAL_IO)
		return e;
	auth_erased(v->auth);
	vault_send(v, ROLE_WEB, &IPC_MSG(req, done, .more = 0));
	if (v->store) {
		store_abandon(v->store);
		lock_and_tell(v);
	}
	backup_free(v);
	if (vaultdir_erase(v->dir) != OK)
		log_error("the keys are destroyed, but not everything is removed"); /* the supervisor tries again */
	log_info("erased");
	vault_send(v, ROLE_SUPERVISOR, &IPC_MSG(0, erased));
	return OK;
}

/* ---- roles that come and go, tor ---- */

static bool tor_is_up(const struct vault *v)
{
	return v->tor.m.phase == TOR_PUBLISHING || v->tor.m.phase == TOR_REACHABLE;
}

static void set_tor(struct vault *v, const struct ipc_tor_state *m)
{
	struct tor_now *t = &v->tor;
	bool was_up = tor_is_up(v);
	/* A tor that was just started knows no onion service: onion gets the key again, for as long as it needs it. */
	bool is_new = m->phase == TOR_CONNECTING &&
	              (t->m.phase == TOR_STARTING || t->m.phase == TOR_DOWN || t->m.phase == TOR_WAITING);
	t->m = *m;
	memcpy(t->tag, m->tag.p ? m->tag.p : t->tag, m->tag.n);
	memcpy(t->summary, m->summary.p ? m->summary.p : t->summary, m->summary.n);
	memcpy(t->warning, m->warning.p ? m->warning.p : t->warning, m->warning.n);
	t->m.tag.p = t->tag;
	t->m.summary.p = t->summary;
	t->m.warning.p = t->warning;
	tell_tor(v, 0);
	if (!was_up && tor_is_up(v))
		sweep_tor_is_up(v);
	if (was_up != tor_is_up(v))
		tell_tor_up(v);
	if (is_new && v->ids)
		tell_onion_all(v);
}

void vault_connected(struct vault *v, enum role r)
{
	v->has[r] = true;
	v->life[r]++;
	if (v->store && v->stopped == OK && r == ROLE_NET)
		tell_net_all(v);
	if (r == ROLE_ONION)
		bridges_tell(v);
	if (v->store && r == ROLE_ONION)
		tell_onion_all(v);
}

void vault_disconnected(struct vault *v, enum role r)
{
	if (!v->has[r])
		return;
	v->has[r] = false;
	if (v->store && r == ROLE_NET)
		delivery_all_down(v);
	if (r == ROLE_ONION)
		set_tor(v, &(struct ipc_tor_state){.phase = TOR_DOWN, .since_ms = env_wall_ms(v->env)});
}

err_t vault_on_role_socket(struct vault *v, u32 req, const struct ipc_role_socket *m)
{
	(void)req;
	if (m->role != ROLE_ONION && m->role != ROLE_NET && m->role != ROLE_WEB)
		return ERR_PEER_FORMAT;
	vault_disconnected(v, (enum role)m->role);
	vault_connected(v, (enum role)m->role);
	return OK;
}

err_t vault_on_tor_state(struct vault *v, u32 req, const struct ipc_tor_state *m)
{
	(void)req;
	set_tor(v, m);
	return OK;
}

/* ---- what comes in ---- */

/* false: no message for a vault. */
static bool dispatch(struct vault *v, const struct ipc_msg *m, err_t *ret)
{
	switch ((int)m->type) {
#define M(name, from, when) \
	case ipc_t_##name: *ret = vault_on_##name(v, m->req, &m->name); return true;
		IPC_TO_VAULT(M)
#undef M
	default: return false;
	}
}

static void answer_error(struct vault *v, enum role from, const struct ipc_msg *m, err_t e)
{
	if (m->req == 0)
		log_debug("%s: %s", ipc_name(m->type), err_text(e));
	else if (from == ROLE_WEB)
		vault_send(v, ROLE_WEB, &IPC_MSG(m->req, failed, .error = (u32)-e));
	else if (from == ROLE_NET)
		vault_send(v, ROLE_NET, &IPC_MSG(m->req, net_failed, .error = (u32)-e));
}

err_t vault_input(struct vault *v, enum role from, const struct ipc_msg *m)
{
	err_t e;
	if (!ipc_may(m->type, from, ANY))
		return ERR_PEER_POLICY;
	/* Before the tick: after a sleep a request may come first, and must not find open what should be locked. */
	if (settings_idle_ms(v) == 0)
		TRY(vault_lock(v));
	/* What is asked before a login keeps nothing open: a stranger's page can ask that, too. */
	if (vault_is_unlocked(v) && from == ROLE_WEB && m->req != 0 && !ipc_may(m->type, from, LOCKED))
		settings_asked(v);
	if (from == ROLE_WEB && m->req && v->n_asked < MAX_ASKED)
		v->asked[v->n_asked++] = m->req;
	bool open = vault_is_unlocked(v) || (v->receive && from == ROLE_NET);
	if (!ipc_may(m->type, from, open ? UNLOCKED : LOCKED))
		answer_error(v, from, m, open ? ERR_PEER_POLICY : ERR_LOCAL_LOCKED);
	else if (!dispatch(v, m, &e))
		return ERR_PEER_POLICY;
	else if (e == ERR_BUG || (v->receive && vault_is_of_disk(e)))
		return e; /* while it receives, only the disk says the latter */
	else if (e != OK)
		answer_error(v, from, m, e);
	if (v->store && store_is_broken(v->store))
		return store_error(v->store);
	return v->bug ? ERR_BUG : OK;
}

static u64 until_expired(struct vault *v)
{
	u64 expiry = v->store ? invites_next_expiry(v->store) : 0, now = env_wall_ms(v->env);
	if (expiry == 0)
		return VAULT_NEVER;
	return expiry > now ? expiry - now : 0;
}

/* PROTO 8.2.4: "The messages of a contact that was removed are erased in steps, which go on after a restart" */
static bool may_erase(struct vault *v)
{
	return vault_is_unlocked(v) && v->stopped == OK && contacts_to_erase(v->store);
}

u64 vault_wait_ms(struct vault *v)
{
	if (may_erase(v))
		return 0;
	u64 due =
		v->stopped != OK ? storage_wait_ms(v) : MIN(MIN(until_expired(v), sweep_wait_ms(v)), gates_wait_ms(v));
	due = MIN(MIN(due, typing_wait_ms(v)), cover_wait_ms(v));
	return MIN(MIN(due, settings_idle_ms(v)), backup_wait_ms(v));
}

void vault_tick(struct vault *v)
{
	if (settings_idle_ms(v) == 0 && vault_lock(v) != OK)
		return; /* noted: the turn fails */
	typing_tick(v);
	if (v->stopped != OK) {
		storage_tick(v);
		return;
	}
	if (until_expired(v) == 0)
		tell_expired(v);
	if (may_erase(v))
		contacts_erase(v->store, ERASE_STEP);
	sweep_tick(v);
	gates_tick(v);
	cover_tick(v);
}

static err_t commit_received(struct vault *v)
{
	TRY(receive_commit(v));
	wipe_stack();
	if (!receive_is_full(v))
		return OK;
	log_warn("the inbox is full: nothing more arrives until somebody logs in");
	return vault_end(v);
}

err_t vault_commit(struct vault *v)
{
	if (v->store)
		delivery_flush_acks(v);
	if (v->receive)
		TRY(commit_received(v));
	else if (v->store)
		TRY(store_commit(v->store));
	if (vault_is_unlocked(v)) {
		hand_forget(&v->hand); /* what was counted is committed: not before */
		bridges_committed(v);
	}
	backup_turn(v);
	v->n_asked = 0;
	return v->bug ? ERR_BUG : OK;
}
