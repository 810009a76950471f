#include <stdlib.h>

#include "tor/bridge.h"
#include "web/answer.h"
#include "web/hub_priv.h"

/* Takes params. To every page that is logged in and every script. */
static void notify(struct hub *h, const char *method, json_t *params)
{
	char *text = rpc_text_of_notification(method, params);
	for (struct client *c = h->clients; c; c = c->next) {
		if (c->state == CLIENT_OPEN)
			hub_send(h, c, text);
	}
	free(text);
}

/* Takes the call off the list and frees it. */
static void drop(struct hub *h, struct call *call)
{
	struct call **at = &h->calls;
	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
	if (call->who) {
		call->who->calls--;
		if (call->method->when != WHEN_OPEN)
			call->who->auth_asked = false;
	}
	json_decref(call->id);
	json_decref(call->rows);
	free(call);
}

/* Takes result (NULL: an empty object). */
static void finish(struct hub *h, struct call *call, json_t *result)
{
	if (call->who)
		hub_answer(h, call->who, call->id, result);
	else
		json_decref(result);
	drop(h, call);
}

static void fail(struct hub *h, struct call *call, err_t e)
{
	if (call->who)
		hub_refuse(h, call->who, call->id, login_failed(h, call->who, call->method->result, e));
	else if (call->method->result == RESULT_AUTH_LOGIN && h->open_logins)
		h->open_logins--;
	drop(h, call);
}

static void refuse_bridge(struct hub *h, struct call *call, const struct ipc_bridge_fault *m)
{
	char words[BRIDGE_FAULT_TEXT];
	const struct bridge_fault f = {m->line, (enum bridge_wrong)m->what, (enum bridge_transport)m->transport};
	bridge_fault_text(&f, words);
	if (call->who)
		hub_refuse_with(h, call->who, call->id, RPC_NO_BRIDGE, words);
	drop(h, call);
}

/* Whether rows come before the end of the answer. */
static bool is_list(enum rpc_result r)
{
	return r == RESULT_CONTACTS || r == RESULT_MESSAGES || r == RESULT_IDENTITIES || r == RESULT_INVITATIONS ||
	       r == RESULT_HISTORY || r == RESULT_FOUND || r == RESULT_STATUS || r == RESULT_COMPARED ||
	       r == RESULT_CONNECTION;
}

/* Takes row. A list collects it; to any other request it is the answer. */
static void row(struct hub *h, struct call *call, json_t *row)
{
	if (!is_list(call->method->result)) {
		finish(h, call, row);
		return;
	}
	if (!call->rows)
		call->rows = json_array();
	json_array_append_new(call->rows, row);
}

static json_t *tor_or_unknown(const struct hub *h)
{
	return h->tor ? json_incref(h->tor) : json_of_tor(&(struct ipc_tor_state_now){.phase = TOR_STARTING});
}

static json_t *rows_of(struct call *call)
{
	return call->rows ? json_incref(call->rows) : json_array();
}

static json_t *result_of_done(struct call *call, const struct ipc_done *m)
{
	json_t *rows = rows_of(call);
	if (call->method->result == RESULT_IDENTITIES)
		return json_pack("{s:o}", "identities", rows);
	if (call->method->result == RESULT_INVITATIONS)
		return json_pack("{s:o}", "invitations", rows);
	if (call->method->result == RESULT_CONTACTS)
		return json_pack("{s:o}", "contacts", rows);
	if (call->method->result == RESULT_MESSAGES)
		return json_pack("{s:o, s:b}", "messages", rows, "more", m->more != 0);
	if (call->method->result == RESULT_HISTORY)
		return json_pack("{s:o}", "versions", rows);
	json_decref(rows);
	return NULL;
}

/* Belongs to the row before it. */
static void mark_row(struct call *call, const struct ipc_found *m)
{
	json_t *row = json_array_get(call->rows, json_array_size(call->rows) - 1);
	json_object_set_new(row, "marks", json_of_marks(m->marks));
}

static json_t *result_of_found(struct call *call, const struct ipc_found_end *m)
{
	return json_pack("{s:o, s:o}", "messages", rows_of(call), "next",
	                 m->next ? json_integer((json_int_t)m->next) : json_null());
}

static void remember_tor(struct hub *h, const struct ipc_tor_state_now *m)
{
	json_decref(h->tor);
	h->tor = json_of_tor(m);
}

static json_t *result_of_status(const struct hub *h, struct call *call, const struct ipc_status *m)
{
	json_t *restored = m->restored_ms ? json_pack("{s:I, s:I}", "made", (json_int_t)m->restored_from, "at",
	                                              (json_int_t)m->restored_ms)
	                                  : json_null();
	return json_pack("{s:s, s:o, s:o, s:o, s:s, s:o, s:o}", "version", BOC_VERSION, "name", json_of_text(m->name),
	                 "address", json_of_text(m->address), "tor", tor_or_unknown(h), "storage",
	                 answer_storage(m->storage), "restored", restored, "identities", rows_of(call));
}

static json_t *result_of_compared(struct call *call, const struct ipc_compared *m)
{
	json_t *contact = json_array_get(call->rows, 0);
	return json_pack("{s:b, s:o}", "match", m->match != 0, "contact", contact ? json_incref(contact) : json_null());
}

/* What web is told of the steps of a login. Nothing comes of it when the client has left. */
static void login_step(struct hub *h, struct call *call, const struct ipc_msg *m)
{
	json_t *result = NULL;
	if (!call->who)
		result = NULL;
	else if (m->type == ipc_t_auth_login_r)
		result = login_started(h, call->who, &m->auth_login_r);
	else if (m->type == ipc_t_auth_finish_r)
		result = login_finished(h, call->who, &m->auth_finish_r);
	else
		result = login_used(h, call->who, m);
	finish(h, call, result);
}

/* Pages are logged out; what they asked stays unanswered, but for a session.lock, whose wish is fulfilled. */
static void locked(struct hub *h)
{
	for (struct call *call = h->calls, *next; call; call = next) {
		next = call->next;
		if (strcmp(call->method->name, "session.lock") == 0)
			finish(h, call, NULL);
	}
	notify(h, "session.locked", NULL);
	for (struct client *c = h->clients; c; c = c->next) {
		if (c->kind == CLIENT_PAGE && c->state == CLIENT_OPEN) {
			seal_wipe(&c->seal);
			hub_end(h, c);
		}
	}
}

static void event(struct hub *h, const struct ipc_msg *m)
{
	if (m->type == ipc_t_tor_state_now) {
		remember_tor(h, &m->tor_state_now);
		notify(h, "tor.state", json_incref(h->tor));
	} else if (m->type == ipc_t_contact) {
		notify(h, "contact.state", json_of_contact(&m->contact));
	} else if (m->type == ipc_t_contact_gone) {
		notify(h, "contact.state",
		       json_pack("{s:I, s:b}", "id", (json_int_t)m->contact_gone.contact, "gone", 1));
	} else if (m->type == ipc_t_own) {
		notify(h, "identity.state", json_of_identity(&m->own));
	} else if (m->type == ipc_t_own_gone) {
		notify(h, "identity.state", json_pack("{s:i, s:b}", "id", (int)m->own_gone.identity, "gone", 1));
	} else if (m->type == ipc_t_invite) {
		notify(h, "invitation.state", json_of_invitation(&m->invite));
	} else if (m->type == ipc_t_message) {
		notify(h, m->message.is_new ? "message.new" : "message.state", json_of_message(&m->message));
	} else if (m->type == ipc_t_typing) {
		notify(h, "typing",
		       json_pack("{s:I, s:b}", "contact", (json_int_t)m->typing.contact, "typing", m->typing.on != 0));
	} else if (m->type == ipc_t_storage) {
		notify(h, "storage.state", json_pack("{s:s}", "state", answer_storage(m->storage.state)));
	} else if (m->type == ipc_t_locked) {
		locked(h);
	}
}

static struct call *find(const struct hub *h, u32 req)
{
	struct call *call = h->calls;
	while (call && call->req != req)
		call = call->next;
	return call;
}

void hub_from_vault(struct hub *h, const struct ipc_msg *m)
{
	struct call *call = m->req ? find(h, m->req) : NULL;
	if (m->req == 0)
		event(h, m);
	else if (!call)
		return;
	else if (m->type == ipc_t_failed)
		fail(h, call, (err_t) - (int)m->failed.error);
	else if (m->type == ipc_t_done)
		finish(h, call, result_of_done(call, &m->done));
	else if (m->type == ipc_t_tor_state_now)
		remember_tor(h, &m->tor_state_now);
	else if (m->type == ipc_t_status)
		finish(h, call, result_of_status(h, call, &m->status));
	else if (m->type == ipc_t_contact)
		row(h, call, json_of_contact(&m->contact));
	else if (m->type == ipc_t_contact_gone || m->type == ipc_t_own_gone)
		finish(h, call, NULL);
	else if (m->type == ipc_t_settings)
		finish(h, call, json_of_settings(&m->settings));
	else if (m->type == ipc_t_bridges)
		finish(h, call, json_of_bridges(&m->bridges));
	else if (m->type == ipc_t_reached)
		row(h, call, json_of_reached(&m->reached));
	else if (m->type == ipc_t_connection)
		finish(h, call, json_of_connection(&m->connection, tor_or_unknown(h), rows_of(call)));
	else if (m->type == ipc_t_log_lines)
		finish(h, call, json_of_log(&m->log_lines));
	else if (m->type == ipc_t_bridge_fault)
		refuse_bridge(h, call, &m->bridge_fault);
	else if (m->type == ipc_t_picture)
		finish(h, call, json_pack("{s:o}", "picture", json_of_bytes(m->picture.points.p, m->picture.points.n)));
	else if (m->type == ipc_t_safety)
		finish(h, call, json_of_safety(&m->safety));
	else if (m->type == ipc_t_compared)
		finish(h, call, result_of_compared(call, &m->compared));
	else if (m->type == ipc_t_own)
		row(h, call, json_of_identity(&m->own));
	else if (m->type == ipc_t_invite)
		row(h, call, json_of_invitation(&m->invite));
	else if (m->type == ipc_t_message)
		row(h, call, json_of_message(&m->message));
	else if (m->type == ipc_t_draft)
		finish(h, call, json_of_draft(&m->draft));
	else if (m->type == ipc_t_gone)
		finish(h, call, json_of_gone(&m->gone));
	else if (m->type == ipc_t_place)
		finish(h, call,
		       json_pack("{s:o}", "ordinal",
		                 m->place.ordinal ? json_integer((json_int_t)m->place.ordinal) : json_null()));
	else if (m->type == ipc_t_message_words)
		row(h, call, json_of_words(&m->message_words));
	else if (m->type == ipc_t_found)
		mark_row(call, &m->found);
	else if (m->type == ipc_t_found_end)
		finish(h, call, result_of_found(call, &m->found_end));
	else if (m->type == ipc_t_auth_state_r)
		finish(h, call, json_pack("{s:s}", "vault", m->auth_state_r.exists ? "present" : "none"));
	else if (m->type == ipc_t_auth_register_r)
		finish(h, call,
		       json_pack("{s:o}", "response",
		                 json_of_bytes(m->auth_register_r.response, sizeof m->auth_register_r.response)));
	else if (m->type == ipc_t_auth_login_r || m->type == ipc_t_auth_finish_r || m->type == ipc_t_auth_change_r ||
	         m->type == ipc_t_recovery_key || m->type == ipc_t_backup_begun)
		login_step(h, call, m);
	else if (m->type == ipc_t_backup_part)
		finish(h, call, json_of_backup(&m->backup_part));
}
