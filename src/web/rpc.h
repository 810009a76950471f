/* JSON-RPC 2.0 as docs/api.md narrows it: the table of methods, strict requests in, texts out. No I/O. */
#ifndef BOC_WEB_RPC_H
#define BOC_WEB_RPC_H

#include <jansson.h>

#include "base/err.h"
#include "base/limits.h"
#include "wire/ipc.h"
#include "wire/rpc_code.h"

#define RPC_MAX_DEPTH 4 /* request, params and two to spare */
#define RPC_MAX_ID 64   /* bytes of an id that is a string */

/* Every parameter of every method, read and checked. Slices borrow from the request. */
struct rpc_params {
	u64 contact, before, invite, ordinal, edit, since, until, offset, line;
	u32 limit, identity, days, minutes, vanish;
	u8 from, kind;
	u8 which;  /* settings that are there: enum settings_part, enum conversation_part */
	u8 on;     /* of these */
	bool flag; /* the one that is true or false */
	bool typing, receive;
	struct slice name, greeting, address, invitation, text, edited, label, emoji;
	bool has_id;
	u8 id[16];
	u8 ke3[64];     /* what proves a login */
	u8 bytes[192];  /* the other binary parameter of fixed length */
	u8 sealed[256]; /* the one binary parameter of any length */
	size_t sealed_len;
	u8 picture[PICTURE_LEN];
	size_t picture_len;
};

/* How an answer becomes a result. */
enum rpc_result {
	RESULT_NONE,
	RESULT_EMPTY,
	RESULT_AUTH_STATE,
	RESULT_AUTH_REGISTER,
	RESULT_AUTH_LOGIN,
	RESULT_AUTH_FINISH,
	RESULT_AUTH_CHANGE,
	RESULT_AUTH_RECOVERY,
	RESULT_BACKUP_BEGUN,
	RESULT_BACKUP_PART,
	RESULT_STATUS,
	RESULT_SETTINGS,
	RESULT_BRIDGES,
	RESULT_CONNECTION,
	RESULT_LOG,
	RESULT_CONTACT,
	RESULT_CONTACTS,
	RESULT_SAFETY,
	RESULT_PICTURE,
	RESULT_COMPARED,
	RESULT_IDENTITY,
	RESULT_IDENTITIES,
	RESULT_INVITATION,
	RESULT_INVITATIONS,
	RESULT_MESSAGE,
	RESULT_MESSAGES,
	RESULT_FOUND,
	RESULT_HISTORY,
	RESULT_DRAFT,
	RESULT_GONE,
	RESULT_PLACE,
};

enum { RPC_MAX_PARAMS = 8 };

/* Who may ask, of pages; scripts may always. */
enum rpc_when {
	WHEN_OPEN,  /* who is logged in */
	WHEN_LOGIN, /* who is not: the steps of a login. One at a time, as the next */
	WHEN_KEYS,  /* everybody: the steps that change who can log in */
};

struct rpc_method {
	const char *name;
	enum rpc_result result;
	enum rpc_when when;
	u8 params[RPC_MAX_PARAMS];                                    /* enum rpc_param (rpc_param.h), 0 ends */
	void (*ask)(const struct rpc_params *p, struct ipc_msg *ret); /* what the vault is asked; borrows from p */
	bool either;                                                  /* exactly one of address and invitation */
};

extern const struct rpc_method rpc_methods[];
extern const size_t rpc_method_count;

struct rpc_request {
	const struct rpc_method *method;
	struct rpc_params params;
	json_t *id;   /* owned: a number or string; NULL when the request has no usable one */
	json_t *root; /* owned: what params borrow from */
};

/* Reads one request. RPC_OK: *ret is whole. An error code: only ret->id is set, for the answer.
 * In both cases ret is owned: rpc_request_free. */
enum rpc_code rpc_parse(struct slice text, struct rpc_request *ret) MUST_CHECK;

/* Wipes and empties it; may be called twice. */
void rpc_request_free(struct rpc_request *r);

/* Reads the params of a method: unknown members, wrong types and values past their limits are RPC_BAD_PARAMS. */
enum rpc_code rpc_read_params(const struct rpc_method *m, const json_t *params, struct rpc_params *ret) MUST_CHECK;

/* The code that stands for an error of the vault. */
enum rpc_code rpc_code_of(err_t e);

/* Texts to send, owned by the caller (free). id may be NULL: null. Take result and params (NULL: an empty object). */
char *rpc_text_of_result(const json_t *id, json_t *result);
char *rpc_text_of_error(const json_t *id, enum rpc_code code);
char *rpc_text_of_refusal(const json_t *id, enum rpc_code code, const char *sentence);
char *rpc_text_of_notification(const char *method, json_t *params);

#endif
