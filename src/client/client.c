#include "client/client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "os/os_env.h"
#include "wire/rpc_code.h"

/* The longest answer: 100 messages of 6,000 characters, escaped. */
#define MAX_LINE (8u * 1024 * 1024)

struct client {
	int fd;
	struct buf in;
	json_t *notes; /* owned; array */
	json_int_t last_id;
	bool keeps_none; /* notifications are dropped */
	char error[160];
};

struct client *client_of_fd(int fd)
{
	struct client *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->fd = fd;
	c->in = buf_with_max(MAX_LINE);
	c->notes = json_array();
	return c;
}

struct client *client_free(struct client *c)
{
	if (!c)
		return NULL;
	close(c->fd);
	buf_free(&c->in);
	json_decref(c->notes);
	free(c);
	return NULL;
}

err_t client_open(const char *rpc_sock, struct client **ret)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	if (strlen(rpc_sock) >= sizeof a.sun_path)
		return ERR_LOCAL_CONFIG;
	memcpy(a.sun_path, rpc_sock, strlen(rpc_sock));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return ERR_LOCAL_IO;
	if (connect(fd, (const struct sockaddr *)&a, sizeof a)) {
		err_t e =
			errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR ? ERR_LOCAL_MISSING : ERR_LOCAL_IO;
		close(fd);
		return e;
	}
	*ret = client_of_fd(fd);
	return OK;
}

void client_keep_none(struct client *c)
{
	c->keeps_none = true;
	json_array_clear(c->notes);
}

const char *client_error(const struct client *c)
{
	return c->error;
}

static err_t send_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t put = send(fd, p, n, MSG_NOSIGNAL);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return ERR_LOCAL_IO;
		p += put;
		n -= (size_t)put;
	}
	return OK;
}

/* Takes request. */
static err_t send_request(struct client *c, json_t *request)
{
	size_t n = json_dumpb(request, NULL, 0, JSON_COMPACT);
	char *line = malloc(n + 1);
	if (!line)
		abort();
	json_dumpb(request, line, n, JSON_COMPACT);
	line[n] = '\n';
	json_decref(request);
	err_t e = n ? send_all(c->fd, line, n + 1) : ERR_BUG;
	wipe(line, n + 1);
	free(line);
	return e;
}

/* Waits for more bytes. ERR_AGAIN: none until then. */
static err_t fill(struct client *c, u64 until)
{
	u8 chunk[16384];
	for (;;) {
		u64 now = env_mono_ms(os_env());
		struct pollfd p = {.fd = c->fd, .events = POLLIN};
		int ready = poll(&p, 1, now < until ? (int)MIN(until - now, 1000000) : 0);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready < 0)
			return ERR_LOCAL_IO;
		if (ready == 0 && env_mono_ms(os_env()) < until)
			continue;
		if (ready == 0)
			return ERR_AGAIN;
		ssize_t n = recv(c->fd, chunk, sizeof chunk, MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return ERR_LOCAL_IO;
		return buf_append(&c->in, slice_of(chunk, (size_t)n));
	}
}

/* The next message, owned by the caller. */
static err_t next_message(struct client *c, u64 until, json_t **ret)
{
	size_t looked = 0;
	for (;;) {
		struct slice in = buf_bytes(&c->in);
		const u8 *end = in.n > looked ? memchr(in.p + looked, '\n', in.n - looked) : NULL;
		if (end) {
			size_t n = (size_t)(end - in.p);
			*ret = json_loadb((const char *)in.p, n, JSON_REJECT_DUPLICATES, NULL);
			buf_consume(&c->in, n + 1);
			return *ret ? OK : ERR_PEER_FORMAT;
		}
		looked = in.n;
		TRY(fill(c, until));
	}
}

static bool is_note(const json_t *message)
{
	return json_object_get(message, "method") != NULL;
}

/* Takes note. */
static err_t keep(struct client *c, json_t *note)
{
	if (c->keeps_none || json_array_size(c->notes) >= CLIENT_MAX_NOTES) {
		json_decref(note);
		return c->keeps_none ? OK : ERR_PEER_LIMIT;
	}
	json_array_append_new(c->notes, note);
	return OK;
}

static err_t error_of(struct client *c, const json_t *error)
{
	const char *sentence = json_string_value(json_object_get(error, "message"));
	snprintf(c->error, sizeof c->error, "%s", sentence ? sentence : "");
	switch (json_integer_value(json_object_get(error, "code"))) {
	case RPC_LOCKED: return ERR_LOCAL_LOCKED;
	case RPC_WRONG_PASSPHRASE: return ERR_LOCAL_SECRET;
	case RPC_MISSING: return ERR_LOCAL_MISSING;
	case RPC_EXISTS: return ERR_LOCAL_EXISTS;
	case RPC_NOT_NOW: return ERR_PEER_POLICY;
	case RPC_TOO_MUCH: return ERR_PEER_LIMIT;
	default: return ERR_BUG;
	}
}

/* Takes answer. */
static err_t read_answer(struct client *c, json_t *answer, json_t **ret_result)
{
	const json_t *error = json_object_get(answer, "error");
	json_t *result = json_object_get(answer, "result");
	err_t e = error ? error_of(c, error) : result ? OK : ERR_PEER_FORMAT;
	if (e == OK && ret_result)
		*ret_result = json_incref(result);
	json_decref(answer);
	return e;
}

err_t client_call(struct client *c, const char *method, json_t *params, json_t **ret_result)
{
	c->error[0] = 0;
	json_t *request = json_pack("{s:s, s:I, s:s, s:o}", "jsonrpc", "2.0", "id", ++c->last_id, "method", method,
	                            "params", params ? params : json_object());
	TRY(send_request(c, request));
	u64 until = env_mono_ms(os_env()) + CLIENT_CALL_MS;
	for (;;) {
		json_t *message = NULL;
		err_t e = next_message(c, until, &message);
		if (e != OK)
			return e == ERR_AGAIN ? ERR_PEER_TIMEOUT : e;
		if (is_note(message)) {
			TRY(keep(c, message));
			continue;
		}
		const json_t *id = json_object_get(message, "id");
		if (json_is_null(id) || json_integer_value(id) == c->last_id)
			return read_answer(c, message, ret_result);
		json_decref(message); /* the late answer to a request that was given up */
	}
}

err_t client_next(struct client *c, u64 timeout_ms, json_t **ret_note)
{
	if (json_array_size(c->notes)) {
		*ret_note = json_incref(json_array_get(c->notes, 0));
		json_array_remove(c->notes, 0);
		return OK;
	}
	u64 until = env_mono_ms(os_env()) + timeout_ms;
	for (;;) {
		json_t *message = NULL;
		TRY(next_message(c, until, &message));
		if (is_note(message)) {
			*ret_note = message;
			return OK;
		}
		json_decref(message);
	}
}
