#include "web/answer.h"
#include "web/hub_priv.h"

/* Whoever holds a KE2 can try one passphrase on it without telling us. So each KE2 that no successful auth.finish
 * follows counts as a failure, whatever the client says, and the next one has to wait: all clients together. */

void login_wipe(struct login *l)
{
	json_decref(l->waiting_id);
	wipe(l, sizeof *l);
}

static u32 delay_ms(const struct hub *h)
{
	u32 ms = h->limits.delay_min_ms;
	for (u32 i = 1; i < h->open_logins && ms < h->limits.delay_max_ms; i++)
		ms *= 2;
	return MIN(ms, h->limits.delay_max_ms);
}

static void ask_for_ke2(struct hub *h, struct client *c, const struct rpc_method *m, const json_t *id)
{
	struct rpc_params p = {0};
	struct ipc_msg ask;
	h->open_logins++;
	h->next_login_ms = env_mono_ms(h->env) + delay_ms(h);
	memcpy(p.bytes, c->login.ke1, sizeof c->login.ke1);
	m->ask(&p, &ask);
	hub_ask(h, c, m, id, &ask);
}

enum rpc_code login_start(struct hub *h, struct client *c, const struct rpc_request *r)
{
	login_wipe(&c->login);
	memcpy(c->login.ke1, r->params.bytes, sizeof c->login.ke1);
	if (env_mono_ms(h->env) >= h->next_login_ms && !login_is_anyone_waiting(h)) {
		ask_for_ke2(h, c, r->method, r->id);
		return RPC_OK;
	}
	c->login.waiting_id = json_incref(r->id);
	c->login.waiting = r->method;
	c->login.turn = ++h->last_turn;
	return RPC_OK;
}

static struct client *first_waiting(const struct hub *h)
{
	struct client *first = NULL;
	for (struct client *c = h->clients; c; c = c->next) {
		if (c->login.waiting_id && (!first || c->login.turn < first->login.turn))
			first = c;
	}
	return first;
}

bool login_is_anyone_waiting(const struct hub *h)
{
	return first_waiting(h) != NULL;
}

void login_next(struct hub *h)
{
	struct client *c = first_waiting(h);
	if (!c)
		return;
	json_t *id = MOVE(c->login.waiting_id);
	c->login_by_ms = env_mono_ms(h->env) + h->limits.login_ms;
	ask_for_ke2(h, c, c->login.waiting, id);
	json_decref(id);
}

json_t *login_started(struct hub *h, struct client *c, const struct ipc_auth_login_r *m)
{
	c->login.has_ke2 = true;
	c->login.number = m->login;
	memcpy(c->login.ke2, m->ke2, sizeof c->login.ke2);
	c->login_by_ms = env_mono_ms(h->env) + h->limits.login_ms;
	return json_pack("{s:o, s:{s:I, s:I}}", "ke2", json_of_bytes(m->ke2, sizeof m->ke2), "ksf", "iterations",
	                 (json_int_t)m->iterations, "memory", (json_int_t)m->memory_kib);
}

bool login_is_end(enum rpc_result r)
{
	return r == RESULT_AUTH_FINISH || r == RESULT_AUTH_CHANGE || r == RESULT_AUTH_RECOVERY ||
	       r == RESULT_BACKUP_BEGUN;
}

enum rpc_code login_finish(struct hub *h, struct client *c, const struct rpc_request *r)
{
	if (!c->login.has_ke2)
		return RPC_NOT_NOW;
	c->login.has_ke2 = false;
	memcpy(c->login.ke3, r->params.ke3, sizeof c->login.ke3);
	struct ipc_msg ask;
	r->method->ask(&r->params, &ask);
	if (ask.type == ipc_t_auth_finish)
		ask.auth_finish.login = c->login.number;
	else if (ask.type == ipc_t_auth_change)
		ask.auth_change.login = c->login.number;
	else if (ask.type == ipc_t_backup_create)
		ask.backup_create.login = c->login.number;
	else
		ask.recovery_create.login = c->login.number;
	hub_ask(h, c, r->method, r->id, &ask);
	return RPC_OK;
}

json_t *login_finished(struct hub *h, struct client *c, const struct ipc_auth_finish_r *m)
{
	h->open_logins = 0;
	h->next_login_ms = 0;
	if (c->kind == CLIENT_PAGE && c->state == CLIENT_STRANGER) {
		const struct login *l = &c->login;
		seal_init(&c->seal, m->ws_secret, slice_str(h->origin), slice_of(l->ke1, sizeof l->ke1),
		          slice_of(l->ke2, sizeof l->ke2), slice_of(l->ke3, sizeof l->ke3));
		c->state = CLIENT_OPEN;
	}
	login_wipe(&c->login);
	return json_object();
}

json_t *login_used(struct hub *h, struct client *c, const struct ipc_msg *m)
{
	h->open_logins = 0;
	h->next_login_ms = 0;
	login_wipe(&c->login);
	if (m->type == ipc_t_recovery_key)
		return json_pack("{s:o}", "sealed",
		                 json_of_bytes(m->recovery_key.sealed, sizeof m->recovery_key.sealed));
	if (m->type == ipc_t_backup_begun)
		return json_pack("{s:o}", "backup", json_of_id(m->backup_begun.id));
	return json_object();
}

enum rpc_code login_failed(struct hub *h, struct client *c, enum rpc_result step, err_t e)
{
	if (step == RESULT_AUTH_LOGIN && h->open_logins) /* no KE2 was given out */
		h->open_logins--;
	if (login_is_end(step) && e == ERR_PEER_CRYPTO)
		e = ERR_LOCAL_SECRET;
	if (step == RESULT_AUTH_LOGIN || login_is_end(step))
		login_wipe(&c->login);
	return rpc_code_of(e);
}
