#include "web/rpc.h"

#include <stdlib.h>

/* Whether brackets outside of strings are nested deeper than max. The text need not be JSON. */
static bool is_deeper_than(struct slice text, size_t max)
{
	size_t depth = 0;
	bool in_string = false;
	for (size_t i = 0; i < text.n; i++) {
		u8 c = text.p[i];
		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			if (++depth > max)
				return true;
		} else if ((c == '}' || c == ']') && depth) {
			depth--;
		}
	}
	return false;
}

static bool is_id(const json_t *id)
{
	return json_is_integer(id) || (json_is_string(id) && json_string_length(id) <= RPC_MAX_ID);
}

static const struct rpc_method *find(const char *name)
{
	for (size_t i = 0; i < rpc_method_count; i++) {
		if (strcmp(rpc_methods[i].name, name) == 0)
			return &rpc_methods[i];
	}
	return NULL;
}

static bool has_only_known_members(json_t *root)
{
	static const char *const known[] = {"jsonrpc", "id", "method", "params"};
	size_t found = 0;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		found += json_object_get(root, known[i]) != NULL;
	return found == json_object_size(root);
}

static enum rpc_code read_request(struct rpc_request *r)
{
	if (!json_is_object(r->root))
		return RPC_NO_REQUEST;
	json_t *id = json_object_get(r->root, "id");
	if (!is_id(id))
		return RPC_NO_REQUEST;
	r->id = json_incref(id);
	const char *version = json_string_value(json_object_get(r->root, "jsonrpc"));
	const char *name = json_string_value(json_object_get(r->root, "method"));
	if (!version || strcmp(version, "2.0") != 0 || !name || !has_only_known_members(r->root))
		return RPC_NO_REQUEST;
	r->method = find(name);
	if (!r->method)
		return RPC_NO_METHOD;
	return rpc_read_params(r->method, json_object_get(r->root, "params"), &r->params);
}

enum rpc_code rpc_parse(struct slice text, struct rpc_request *ret)
{
	*ret = (struct rpc_request){0};
	if (is_deeper_than(text, RPC_MAX_DEPTH))
		return RPC_NO_REQUEST;
	ret->root = json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	if (!ret->root)
		return RPC_NO_JSON;
	return read_request(ret);
}

void rpc_request_free(struct rpc_request *r)
{
	json_decref(r->id);
	json_decref(r->root);
	wipe(r, sizeof *r);
}

enum rpc_code rpc_code_of(err_t e)
{
	switch (e) {
	case OK: return RPC_OK;
	case ERR_PEER_FORMAT:
	case ERR_PEER_CRYPTO: return RPC_BAD_PARAMS;
	case ERR_LOCAL_LOCKED: return RPC_LOCKED;
	case ERR_LOCAL_SECRET: return RPC_WRONG_PASSPHRASE;
	case ERR_LOCAL_MISSING: return RPC_MISSING;
	case ERR_LOCAL_EXISTS: return RPC_EXISTS;
	case ERR_PEER_POLICY:
	case ERR_PEER_PIN: return RPC_NOT_NOW;
	case ERR_PEER_LIMIT: return RPC_TOO_MUCH;
	case ERR_LOCAL_FULL: return RPC_DISK_FULL;
	case ERR_LOCAL_DISK: return RPC_DISK;
	case ERR_LOCAL_DAMAGED: return RPC_DAMAGED;
	case ERR_LOCAL_LATER: return RPC_LATER;
	case ERR_PEER_TIMEOUT:
	case ERR_LOCAL_IO:
	case ERR_LOCAL_CRYPTO:
	case ERR_LOCAL_STORE:
	case ERR_LOCAL_CONFIG:
	case ERR_AGAIN:
	case ERR_BUG: break;
	}
	return RPC_INTERNAL;
}

static const char *sentence_of(enum rpc_code code)
{
	switch (code) {
	case RPC_OK: break;
	case RPC_NO_JSON: return "This is no JSON text.";
	case RPC_NO_REQUEST: return "This is no JSON-RPC 2.0 request with an id.";
	case RPC_NO_METHOD: return "There is no such method.";
	case RPC_BAD_PARAMS: return "The parameters are not what the method takes.";
	case RPC_INTERNAL: return "Something went wrong here; the log says more.";
	case RPC_LOCKED: return "Locked: log in first.";
	case RPC_WRONG_PASSPHRASE: return "The passphrase is wrong.";
	case RPC_MISSING: return "There is no such thing.";
	case RPC_EXISTS: return "That exists already.";
	case RPC_NOT_NOW: return "Not allowed now.";
	case RPC_TOO_MUCH: return "Too much at once.";
	case RPC_DISK_FULL: return "The disk is full: nothing can be stored.";
	case RPC_DISK: return "The disk cannot be read or written.";
	case RPC_DAMAGED: return "The stored data is damaged; the log says more.";
	case RPC_NO_BRIDGE: return "That is no bridge.";
	case RPC_LATER: return "The stored data was written by a later version of this program.";
	}
	return "";
}

/* Takes message. Into memory of our own: jansson's need not come from the same allocator. */
static char *dump(json_t *message)
{
	size_t n = json_dumpb(message, NULL, 0, JSON_COMPACT);
	char *text = malloc(n + 1);
	if (n == 0 || !text || json_dumpb(message, text, n, JSON_COMPACT) != n)
		abort();
	text[n] = 0;
	json_decref(message);
	return text;
}

static json_t *id_or_null(const json_t *id)
{
	return id ? json_incref((json_t *)(uintptr_t)id) : json_null();
}

char *rpc_text_of_result(const json_t *id, json_t *result)
{
	return dump(json_pack("{s:s, s:o, s:o}", "jsonrpc", "2.0", "id", id_or_null(id), "result",
	                      result ? result : json_object()));
}

char *rpc_text_of_refusal(const json_t *id, enum rpc_code code, const char *sentence)
{
	return dump(json_pack("{s:s, s:o, s:{s:i, s:s}}", "jsonrpc", "2.0", "id", id_or_null(id), "error", "code",
	                      (int)code, "message", sentence));
}

char *rpc_text_of_error(const json_t *id, enum rpc_code code)
{
	return rpc_text_of_refusal(id, code, sentence_of(code));
}

char *rpc_text_of_notification(const char *method, json_t *params)
{
	return dump(json_pack("{s:s, s:s, s:o}", "jsonrpc", "2.0", "method", method, "params",
	                      params ? params : json_object()));
}
