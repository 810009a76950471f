/* A vault on a real folder, driven from a test that plays web, net, onion and the client in the browser. */
#ifndef BOC_TEST_VAULT_RIG_H
#define BOC_TEST_VAULT_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/opaque.h"
#include "os/ipc.h"
#include "peer/handshake.h"
#include "peer/record.h"
#include "vault/vault.h"
#include "wire/peer_msg.h"

/* One message that the vault sent. */
struct rig_out {
	enum role to;
	size_t n;
	u8 *bytes; /* owned */
};

/* The other end of a link, as net knows it. */
struct rig_link {
	struct rig *peer; /* NULL: nobody listens */
	u32 peer_link;
	u64 contact; /* ours */
	bool up;
};

/* Where a handshake that comes to this side breaks off. */
enum rig_breaks {
	RIG_CUT_NEVER,
	RIG_CUT_ACCEPT,  /* ACCEPT does not reach A */
	RIG_CUT_CONFIRM, /* A went along, B does not hear of it */
};

/* What is wrong with an item as this side's program sends it. */
enum rig_harm {
	RIG_HARM_NONE,
	RIG_HARM_BODY,
	RIG_HARM_ENVELOPE,
	RIG_HARM_NAME, /* too short for one */
	RIG_HARM_LIFE, /* longer than any */
};

#define RIG_LINKS 128

/* The client's own work is not what is tested here. */
#define RIG_KSF OPAQUE_KSF_RANDOM

struct rig {
	struct vault *v;
	struct ipc *remote; /* instead of v: a vault in another process, as web sees it; borrowed */
	char dir[64];
	struct rig_out *outs;
	size_t n_outs, cap_outs;
	size_t seen; /* outs that rig_shuttle() has looked at */
	u32 req;
	struct onion_pub onion; /* from the last `identity` */
	struct pq_identity pq;
	u32 identity;
	struct rig_link links[RIG_LINKS]; /* by number; 0 is unused */
	u32 n_links;
	bool hold;          /* rig_shuttle() drops what this side sends */
	unsigned overtaken; /* so many whole dials overtake the ACCEPT of the next one */
	u64 age_ms;         /* and its handshake took so long */
	enum rig_harm harm; /* of items whose id begins with ... */
	u8 poison;
	u8 dies_of; /* the vault dies over items whose id begins so; 0: none. The next process is locked */
	unsigned deaths;
	bool no_naks; /* those of this side are lost */
	u8 closed;    /* enum link_close_reason of the last link_close */
	enum rig_breaks cut;
	const char *meanwhile;   /* an invitation that the user adds while ACCEPT is on its way to us; NULL: none */
	enum accept_status said; /* in the last handshake */
};

/* The clock of every rig; moves by hand. */
extern u64 rig_now_ms;
/* By how much the wall clock of every rig is wrong. */
extern i64 rig_skew_ms;
const struct env *rig_env(void);

/* Prepares the libraries; once per program. */
int rig_setup(void **state);

/* A fresh folder and a locked vault with all roles connected. */
void rig_open(struct rig *r);

/* Frees the vault, not the folder: as if the process had died. */
void rig_kill(struct rig *r);

/* A new process on the same folder. */
void rig_reopen(struct rig *r);

/* Frees the vault and removes the folder. */
void rig_close(struct rig *r);

/* One turn in which nothing comes but the time. */
void rig_tick(struct rig *r);

/* One turn with one message. */
void rig_say(struct rig *r, enum role from, struct ipc_msg m);

/* Asks as `from` with a number of its own; the first answer with that number. Asserts that there is one. */
struct ipc_msg rig_ask(struct rig *r, enum role from, struct ipc_msg m);

/* As rig_ask, when the answer has to be failed or net_failed: its error; OK when it is something else. */
err_t rig_refused(struct rig *r, enum role from, struct ipc_msg m);

/* Takes over what waits to be sent. */
void rig_collect(struct rig *r);

/* The next packet on a socket, within some seconds. */
err_t rig_next(struct ipc *c, struct ipc_msg *ret);

/* The last message of that type since the mark; NULL when there is none. Borrowed until the next call on r. */
const struct ipc_msg *rig_last(struct rig *r, size_t mark, enum ipc_type t);
size_t rig_count(struct rig *r, size_t mark, enum ipc_type t);

/* Marks here and now. */
static inline size_t rig_mark(const struct rig *r)
{
	return r->n_outs;
}

/* ---- the client in the browser ---- */

/* Enrols a passphrase. */
void rig_enroll(struct rig *r, const char *pass);

/* OK, or the error in the answer to auth_finish; ERR_LOCAL_SECRET too when the client itself sees that it is wrong. */
err_t rig_login(struct rig *r, const char *pass, const char *name);

/* A login in two halves. */
struct rig_login {
	u32 login;
	u8 ke3[64], session_key[64], export_key[64];
};
err_t rig_login_start(struct rig *r, const char *pass, struct rig_login *l);
err_t rig_login_finish(struct rig *r, const struct rig_login *l, struct slice unlock_key, const char *name);
void rig_unlock_key(const struct rig_login *l, u8 ret[static 32]);

/* rig_open, enrol, log in: an unlocked vault. */
void rig_new(struct rig *r, const char *name);

/* ---- keys ---- */

/* As the client derives its keys: "boc ws 1" and "boc vault 1". */
void rig_hkdf(const char *salt, const u8 key[static 64], const char *info, u8 *out, size_t n);

/* A login by the passphrase or the recovery key (56 characters), up to the proof. */
err_t rig_prove(struct rig *r, enum login_slot slot, const char *secret, struct rig_login *l);

/* A record of a new passphrase. */
struct rig_change {
	u8 server_pk[32], record[192], unlock_key[32];
};
err_t rig_change_start(struct rig *r, const char *new_pass, struct rig_change *c);
err_t rig_change_finish(struct rig *r, const struct rig_login *l, const struct rig_change *c);

/* All of it. */
err_t rig_change(struct rig *r, enum login_slot slot, const char *secret, const char *new_pass);

/* A recovery key, by the passphrase. */
err_t rig_recovery(struct rig *r, const char *pass, char ret[static 57]);

/* ---- people ---- */

/* Adds b's address at a. Gives the contact's number. */
u64 rig_add(struct rig *a, const struct rig *b, const char *greeting);

/* a's contact with b's address; 0 when there is none. *ret (may be NULL) gets the row. */
u64 rig_contact(struct rig *a, const struct rig *b, struct ipc_contact *ret);
enum contact_state rig_state(struct rig *a, const struct rig *b);

u64 rig_write(struct rig *a, u64 contact, u8 id, const char *text);

/* How many messages of the contact there are; asserts dense ordinals. Copies the last one's text. */
size_t rig_list(struct rig *a, u64 contact, char *ret_last, enum message_state *ret_state);

/* What a shows of b's key. */
struct ipc_safety rig_safety(struct rig *a, const struct rig *b);

/* a's person found the numbers the same: whether they are. Or takes the new key: the error, or OK. */
bool rig_verify(struct rig *a, const struct rig *b, const struct ipc_safety *shown);
err_t rig_trust(struct rig *a, const struct rig *b, const struct ipc_safety *shown);

/* ---- net between two vaults ---- */

/* a dials b: the whole handshake through IPC, then link_up at both, and what they say at once. Gives a's link number; 0 when it
 * was refused, cut off or closed. */
u32 rig_dial(struct rig *a, struct rig *b);

/* Both ends learn that the link is gone. */
void rig_cut(struct rig *a, u32 link);

/* Carries records to and fro until none is left, and ends links that are to be closed. */
void rig_shuttle(struct rig *a, struct rig *b);

#endif
