#include "web/hub.h"

#include <stdlib.h>

#include "web/hub_priv.h"

struct hub *hub_new(const struct env *env, const char *origin, struct hub_limits limits, struct hub_io io)
{
	struct hub *h = calloc(1, sizeof *h);
	if (!h)
		abort();
	h->env = env;
	h->origin = origin;
	h->limits = limits;
	h->io = io;
	return h;
}

struct hub *hub_free(struct hub *h)
{
	if (!h)
		return NULL;
	while (h->clients)
		hub_leave(h, h->clients);
	for (struct call *next; h->calls; h->calls = next) {
		next = h->calls->next;
		json_decref(h->calls->id);
		json_decref(h->calls->rows);
		free(h->calls);
	}
	json_decref(h->tor);
	free(h);
	return NULL;
}

struct client *hub_join(struct hub *h, enum client_kind kind, void *conn)
{
	struct client *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->conn = conn;
	c->kind = kind;
	c->state = kind == CLIENT_PAGE ? CLIENT_STRANGER : CLIENT_OPEN;
	c->login_by_ms = env_mono_ms(h->env) + h->limits.login_ms;
	c->next = h->clients;
	h->clients = c;
	return c;
}

void hub_leave(struct hub *h, struct client *c)
{
	if (!c)
		return;
	for (struct call *call = h->calls; call; call = call->next) {
		if (call->who == c)
			call->who = NULL;
	}
	struct client **at = &h->clients;
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	login_wipe(&c->login);
	wipe(c, sizeof *c);
	free(c);
}

void hub_end(struct hub *h, struct client *c)
{
	c->state = CLIENT_ENDING;
	login_wipe(&c->login);
	h->io.end(h->io.arg, c->conn);
}

void hub_send(struct hub *h, struct client *c, const char *text)
{
	struct slice plain = slice_str(text);
	if (c->kind == CLIENT_SCRIPT || c->state == CLIENT_STRANGER) {
		h->io.send(h->io.arg, c->conn, plain, false);
		return;
	}
	if (c->state != CLIENT_OPEN)
		return;
	u8 *frame = malloc(plain.n + SEAL_OVERHEAD);
	if (!frame)
		abort();
	if (seal_close(&c->seal, plain, frame) == OK)
		h->io.send(h->io.arg, c->conn, slice_of(frame, plain.n + SEAL_OVERHEAD), true);
	else
		hub_end(h, c);
	free(frame);
}

void hub_answer(struct hub *h, struct client *c, const json_t *id, json_t *result)
{
	char *text = rpc_text_of_result(id, result);
	hub_send(h, c, text);
	free(text);
}

void hub_refuse(struct hub *h, struct client *c, const json_t *id, enum rpc_code code)
{
	char *text = rpc_text_of_error(id, code);
	hub_send(h, c, text);
	free(text);
}

void hub_refuse_with(struct hub *h, struct client *c, const json_t *id, enum rpc_code code, const char *sentence)
{
	char *text = rpc_text_of_refusal(id, code, sentence);
	hub_send(h, c, text);
	free(text);
}

void hub_ask(struct hub *h, struct client *c, const struct rpc_method *m, const json_t *id, struct ipc_msg *ask)
{
	struct call *call = calloc(1, sizeof *call);
	if (!call)
		abort();
	if (++h->last_req == 0) /* 0 marks an event */
		h->last_req = 1;
	call->req = ask->req = h->last_req;
	call->who = c;
	call->method = m;
	call->id = json_incref((json_t *)(uintptr_t)id);
	call->next = h->calls;
	h->calls = call;
	c->calls++;
	c->auth_asked |= m->when != WHEN_OPEN;
	h->io.ask(h->io.arg, ask);
}

/* Whether c may ask this now. */
static enum rpc_code may_ask(const struct client *c, const struct rpc_method *m)
{
	if (c->state == CLIENT_STRANGER && m->when == WHEN_OPEN)
		return RPC_LOCKED;
	if (m->when == WHEN_LOGIN && c->kind == CLIENT_PAGE && c->state == CLIENT_OPEN)
		return RPC_NOT_NOW;
	if (m->when != WHEN_OPEN && (c->auth_asked || c->login.waiting_id))
		return RPC_NOT_NOW;
	return c->calls < MAX_RPC_CALLS ? RPC_OK : RPC_TOO_MUCH;
}

static enum rpc_code handle_request(struct hub *h, struct client *c, struct rpc_request *r)
{
	enum rpc_code code = may_ask(c, r->method);
	if (code != RPC_OK)
		return code;
	if (r->method->result == RESULT_AUTH_LOGIN)
		return login_start(h, c, r);
	if (login_is_end(r->method->result))
		return login_finish(h, c, r);
	if (r->method->result == RESULT_MESSAGE && !r->params.has_id)
		env_random(h->env, r->params.id, sizeof r->params.id);
	struct ipc_msg ask;
	r->method->ask(&r->params, &ask);
	hub_ask(h, c, r->method, r->id, &ask);
	return RPC_OK;
}

static void handle_text(struct hub *h, struct client *c, struct slice text)
{
	struct rpc_request r;
	enum rpc_code code = rpc_parse(text, &r);
	if (code == RPC_OK)
		code = handle_request(h, c, &r);
	if (code != RPC_OK)
		hub_refuse(h, c, r.id, code);
	rpc_request_free(&r);
}

static err_t handle_sealed(struct hub *h, struct client *c, struct slice frame)
{
	if (frame.n < SEAL_OVERHEAD)
		return ERR_PEER_FORMAT;
	u8 *text = malloc(frame.n);
	if (!text)
		abort();
	err_t e = seal_open(&c->seal, frame, text);
	if (e == OK)
		handle_text(h, c, slice_of(text, frame.n - SEAL_OVERHEAD));
	wipe(text, frame.n);
	free(text);
	return e;
}

size_t hub_max_frame(const struct client *c)
{
	return c->state == CLIENT_STRANGER ? MAX_WS_PREAUTH : MAX_WS_FRAME;
}

bool hub_is_owed(const struct client *c)
{
	return c->calls > 0 || c->login.waiting_id;
}

err_t hub_feed(struct hub *h, struct client *c, struct slice frame, bool binary)
{
	if (c->state == CLIENT_ENDING)
		return OK;
	bool is_sealed = c->kind == CLIENT_PAGE && c->state == CLIENT_OPEN;
	if (binary != is_sealed)
		return ERR_PEER_FORMAT;
	if (frame.n > hub_max_frame(c))
		return ERR_PEER_LIMIT;
	if (is_sealed)
		return handle_sealed(h, c, frame);
	handle_text(h, c, frame);
	return OK;
}

/* A stranger's deadline stands still while its login waits for its turn. */
static bool has_deadline(const struct client *c)
{
	return c->state == CLIENT_STRANGER && !c->login.waiting_id;
}

u64 hub_deadline(const struct hub *h)
{
	u64 at = login_is_anyone_waiting(h) ? h->next_login_ms : UINT64_MAX;
	for (const struct client *c = h->clients; c; c = c->next) {
		if (has_deadline(c))
			at = MIN(at, c->login_by_ms);
	}
	return at;
}

void hub_tick(struct hub *h)
{
	u64 now = env_mono_ms(h->env);
	for (struct client *c = h->clients; c; c = c->next) {
		if (has_deadline(c) && now >= c->login_by_ms)
			hub_end(h, c);
	}
	if (now >= h->next_login_ms)
		login_next(h);
}
