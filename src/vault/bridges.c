#include "vault/bridges.h"

#include "tor/bridge.h"
#include "vault/vaultdir.h"

static bool is_chosen(const struct vault *v)
{
	return buf_bytes(&v->bridges).n > 0;
}

void bridges_forget(struct vault *v)
{
	buf_free(&v->bridges);
	v->bridges = buf_with_max(MAX_BRIDGES_TEXT);
	v->unhold = false;
}

void bridges_load(struct vault *v)
{
	bridges_forget(v);
	struct query q = store_query(v->store, sql_bridges_get);
	if (query_row(&q) && buf_append(&v->bridges, query_get_bytes(&q, 0)) != OK)
		v->bug = true; /* the database has more than was ever put there */
	query_end(&q);
	/* Of a backup, say. Without the file the next start would connect too early, so the other one stays then. */
	if (is_chosen(v) && !vaultdir_has_hold(v->dir, VAULTDIR_HOLD_BRIDGES) &&
	    vaultdir_hold(v->dir, VAULTDIR_HOLD_BRIDGES) != OK)
		log_error("it cannot be noted that tor has to wait for bridges");
	else
		vaultdir_unhold(v->dir, VAULTDIR_HOLD_RESTORED);
}

enum tor_way bridges_way(const struct vault *v)
{
	if (v->system_tor)
		return WAY_SYSTEM;
	if (!v->store)
		return vaultdir_holds(v->dir) ? WAY_WAIT_UNLOCK : WAY_DIRECT;
	if (is_chosen(v))
		return WAY_BRIDGES;
	/* Wanted and never committed, or asked for at the start of the program. */
	return !v->unhold && vaultdir_has_hold(v->dir, VAULTDIR_HOLD_BRIDGES) ? WAY_WAIT_CHOICE : WAY_DIRECT;
}

void bridges_tell(struct vault *v)
{
	enum tor_way way = bridges_way(v);
	struct slice lines = way == WAY_BRIDGES ? buf_bytes(&v->bridges) : slice_of(NULL, 0);
	vault_send(v, ROLE_ONION, &IPC_MSG(0, tor_way, .way = (u8)way, .lines = lines));
}

void bridges_committed(struct vault *v)
{
	if (v->unhold)
		vaultdir_unhold(v->dir, VAULTDIR_HOLD_BRIDGES);
	v->unhold = false;
}

static void answer(struct vault *v, u32 req)
{
	vault_send(v, ROLE_WEB,
	           &IPC_MSG(req, bridges, .way = (u8)bridges_way(v), .found = v->transports,
	                    .lines = buf_bytes(&v->bridges)));
}

err_t vault_on_bridges_get(struct vault *v, u32 req, const struct ipc_bridges_get *m)
{
	(void)m;
	answer(v, req);
	return OK;
}

/* The first line whose transport has no program here. */
static bool lacks_program(const struct vault *v, const struct bridges *b, struct bridge_fault *ret)
{
	bool lacks = false;
	for (int t = 0; t < BRIDGE_TRANSPORTS; t++) {
		bool missing = b->used & 1u << t && !((v->transports | BRIDGE_PLAIN) & 1u << t);
		if (missing && (!lacks || b->first[t] < ret->line))
			*ret = (struct bridge_fault){b->first[t], BRIDGE_PROGRAM, (enum bridge_transport)t};
		lacks |= missing;
	}
	return lacks;
}

static err_t keep(struct vault *v, struct slice lines)
{
	if (lines.n)
		TRY(vaultdir_hold(v->dir, VAULTDIR_HOLD_BRIDGES));
	v->unhold = lines.n == 0;
	struct query q = store_query(v->store, sql_bridges_set);
	query_text(&q, lines);
	query_run(&q);
	store_erases(v->store); /* who gave the former ones may have to be protected */
	buf_free(&v->bridges);
	return buf_append(&v->bridges, lines);
}

err_t vault_on_bridges_set(struct vault *v, u32 req, const struct ipc_bridges_set *m)
{
	CLEANUP(buf_free) struct buf lines = buf_with_max(MAX_BRIDGES_TEXT);
	struct bridges b;
	struct bridge_fault f;
	if (v->system_tor) {
		vault_send(v, ROLE_WEB, &IPC_MSG(req, bridge_fault, .what = (u8)BRIDGE_SYSTEM));
		return OK;
	}
	if (bridges_read(m->lines, &lines, &b, &f) != OK || lacks_program(v, &b, &f)) {
		vault_send(
			v, ROLE_WEB,
			&IPC_MSG(req, bridge_fault, .line = f.line, .what = (u8)f.what, .transport = (u8)f.transport));
		return OK;
	}
	TRY(keep(v, buf_bytes(&lines)));
	bridges_tell(v);
	answer(v, req);
	return OK;
}

err_t vault_on_tor_transports(struct vault *v, u32 req, const struct ipc_tor_transports *m)
{
	(void)req;
	v->transports = m->found;
	v->system_tor = m->system;
	return OK;
}
