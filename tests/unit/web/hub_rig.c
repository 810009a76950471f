#include "hub_rig.h"

#include "os/os_env.h"

struct packet {
	struct packet *next;
	size_t n;
	u8 bytes[70000];
};

u64 now_ms;
static struct packet *to_hub, **to_hub_last;
struct stub_vault vault;
struct hub *hub;
bool vault_is_deaf;

static u64 clock_ms(void *arg)
{
	(void)arg;
	return now_ms;
}

struct env env = {.wall_ms = clock_ms, .mono_ms = clock_ms}; /* and the machine's own randomness */

static void push(struct packet ***last, const void *bytes, size_t n)
{
	struct packet *p = calloc(1, sizeof *p);
	assert_true(n <= sizeof p->bytes);
	p->n = n;
	memcpy(p->bytes, bytes, n);
	**last = p;
	*last = &p->next;
}

void from_vault(void *arg, const struct ipc_msg *m)
{
	static u8 out[MAX_IPC];
	(void)arg;
	push(&to_hub_last, out, ipc_encode(m, out, sizeof out));
}

static void ask(void *arg, const struct ipc_msg *m)
{
	(void)arg;
	if (!vault_is_deaf)
		stub_vault_handle(&vault, m);
}

static void send_frame(void *arg, void *conn, struct slice frame, bool binary)
{
	struct conn *c = conn;
	(void)arg;
	assert_true(binary || !c->is_sealed); /* once sealed, always sealed */
	c->is_sealed = binary;
	push(&c->last, frame.p, frame.n);
}

static void end(void *arg, void *conn)
{
	struct conn *c = conn;
	(void)arg;
	c->is_ended = true;
}

void pump(void)
{
	while (to_hub) {
		struct packet *p = to_hub;
		struct ipc_msg m;
		to_hub = p->next;
		if (!to_hub)
			to_hub_last = &to_hub;
		assert_int_equal(ipc_decode(slice_of(p->bytes, p->n), &m), OK);
		hub_from_vault(hub, &m);
		free(p);
	}
}

int set_up(void **state)
{
	(void)state;
	env.random = os_env()->random;
	now_ms = 1000000;
	to_hub = NULL;
	to_hub_last = &to_hub;
	vault_is_deaf = false;
	vault = (struct stub_vault){.send = from_vault};
	hub = hub_new(&env, ORIGIN, HUB_LIMITS, (struct hub_io){NULL, ask, send_frame, end});
	return 0;
}

int tear_down(void **state)
{
	(void)state;
	hub = hub_free(hub);
	while (to_hub) {
		struct packet *p = to_hub;
		to_hub = p->next;
		free(p);
	}
	return 0;
}

struct conn *join(enum client_kind kind)
{
	struct conn *c = calloc(1, sizeof *c);
	c->last = &c->first;
	snprintf(c->page.origin, sizeof c->page.origin, ORIGIN);
	c->client = hub_join(hub, kind, c);
	return c;
}

/* The next message that came to c, owned; NULL: none. */
json_t *next(struct conn *c)
{
	pump();
	struct packet *p = c->first;
	if (!p)
		return NULL;
	c->first = p->next;
	if (!c->first)
		c->last = &c->first;
	json_t *j = p->bytes[0] == 1 ? page_open(&c->page, slice_of(p->bytes, p->n))
	                             : json_loadb((const char *)p->bytes, p->n, 0, NULL);
	free(p);
	assert_non_null(j);
	return j;
}

void leave(struct conn *c)
{
	hub_leave(hub, c->client);
	while (c->first)
		json_decref(next(c));
	free(c);
}

err_t say(struct conn *c, const char *text)
{
	static u8 frame[80000];
	if (!c->is_sealed)
		return hub_feed(hub, c->client, slice_str(text), false);
	return hub_feed(hub, c->client, slice_of(frame, page_seal(&c->page, text, frame)), true);
}

/* Takes text. */
err_t say_free(struct conn *c, char *text)
{
	assert_non_null(text);
	err_t e = say(c, text);
	free(text);
	return e;
}

/* The code of the error that comes next, or 0 for a result. */
int code(struct conn *c)
{
	json_t *j = next(c);
	assert_non_null(j);
	int n = (int)json_integer_value(json_object_get(json_object_get(j, "error"), "code"));
	assert_true((n == 0) == (json_object_get(j, "result") != NULL));
	json_decref(j);
	return n;
}

void expect_note(struct conn *c, const char *method)
{
	json_t *j = next(c);
	assert_non_null(j);
	assert_string_equal(json_string_value(json_object_get(j, "method")), method);
	json_decref(j);
}

void enroll(struct conn *c)
{
	assert_int_equal(say_free(c, page_register(&c->page, "secret")), OK);
	json_t *j = next(c);
	assert_int_equal(say_free(c, page_enroll(&c->page, "secret", json_object_get(j, "result"))), OK);
	json_decref(j);
	assert_int_equal(code(c), 0);
}

/* The second half of a login whose auth.login was said. */
void finish(struct conn *c, const char *name)
{
	json_t *j = next(c);
	assert_non_null(j);
	assert_int_equal(say_free(c, page_finish(&c->page, "secret", name, json_object_get(j, "result"))), OK);
	json_decref(j);
	assert_int_equal(code(c), 0);
}

void log_in(struct conn *c)
{
	const char *name = vault.exists ? "" : "Alice";
	if (!vault.exists)
		enroll(c);
	assert_int_equal(say_free(c, page_login(&c->page, "secret")), OK);
	finish(c, name);
	assert_int_equal(c->is_sealed, true);
}

struct conn *logged_in(void)
{
	struct conn *c = join(CLIENT_PAGE);
	log_in(c);
	return c;
}

/* The result of a request, as text that the caller frees. */
char *result_of(struct conn *c, const char *request)
{
	assert_int_equal(say(c, request), OK);
	json_t *j = next(c);
	char *text = json_dumps(json_object_get(j, "result"), JSON_COMPACT);
	json_decref(j);
	return text;
}
