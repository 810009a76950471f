/* Inside of the hub, for hub*.c only. */
#ifndef BOC_WEB_HUB_PRIV_H
#define BOC_WEB_HUB_PRIV_H

#include "crypto/opaque.h"
#include "web/hub.h"
#include "web/rpc.h"
#include "web/seal.h"

enum client_state {
	CLIENT_UNUSABLE,
	CLIENT_STRANGER, /* a page before login */
	CLIENT_OPEN,     /* logged in; a script from the start */
	CLIENT_ENDING,   /* nothing of it is read any more */
};

/* One login under way; at most one per connection. */
struct login {
	json_t *waiting_id;               /* owned; auth.login waits for its turn, with this id; else NULL */
	const struct rpc_method *waiting; /* that, or auth.recover */
	u64 turn;                         /* who waits longer has the smaller number */
	bool has_ke2;                     /* what ends a login may come */
	u32 number;                       /* the vault's */
	u8 ke1[OPAQUE_KE1_LEN], ke2[OPAQUE_KE2_LEN], ke3[OPAQUE_KE3_LEN];
};

struct client {
	struct client *next;
	void *conn;
	enum client_kind kind;
	enum client_state state;
	u64 login_by_ms; /* a stranger's deadline */
	size_t calls;    /* that wait for the vault */
	bool auth_asked; /* one of them is auth.* */
	struct login login;
	struct seal seal; /* of a page that is logged in */
};

/* A request that waits for the vault. */
struct call {
	struct call *next;
	u32 req;
	struct client *who; /* NULL: left */
	const struct rpc_method *method;
	json_t *id;   /* owned */
	json_t *rows; /* owned; of a list so far */
};

struct hub {
	const struct env *env;
	const char *origin;
	struct hub_limits limits;
	struct hub_io io;
	struct client *clients; /* owned */
	struct call *calls;     /* owned */
	u32 last_req;
	u64 last_turn;
	u32 open_logins;   /* KE2s given out since the last success: each may have been a guess */
	u64 next_login_ms; /* no auth.login goes to the vault before */
	json_t *tor;       /* owned; what tor did last, NULL: not known */
};

/* hub.c */
void hub_send(struct hub *h, struct client *c, const char *text);
void hub_answer(struct hub *h, struct client *c, const json_t *id, json_t *result); /* takes result */
void hub_refuse(struct hub *h, struct client *c, const json_t *id, enum rpc_code code);
void hub_refuse_with(struct hub *h, struct client *c, const json_t *id, enum rpc_code code, const char *sentence);
void hub_ask(struct hub *h, struct client *c, const struct rpc_method *m, const json_t *id, struct ipc_msg *ask);
void hub_end(struct hub *h, struct client *c);

/* hub_login.c */
void login_wipe(struct login *l);
enum rpc_code login_start(struct hub *h, struct client *c, const struct rpc_request *r);
enum rpc_code login_finish(struct hub *h, struct client *c, const struct rpc_request *r);
bool login_is_end(enum rpc_result r); /* auth.finish, auth.change, auth.recovery, backup.create: what a login is for */
json_t *login_started(struct hub *h, struct client *c, const struct ipc_auth_login_r *m);
json_t *login_finished(struct hub *h, struct client *c, const struct ipc_auth_finish_r *m);
json_t *login_used(struct hub *h, struct client *c, const struct ipc_msg *m);
enum rpc_code login_failed(struct hub *h, struct client *c, enum rpc_result step, err_t e);
void login_next(struct hub *h);
bool login_is_anyone_waiting(const struct hub *h);

#endif
