/* Inside of auth, for auth*.c only. */
#ifndef BOC_VAULT_AUTH_PRIV_H
#define BOC_VAULT_AUTH_PRIV_H

#include "vault/state.h"
#include "vault/vaultdir.h"
#include "wire/recovery_text.h"

/* Logins under way at once; one more drops the oldest. */
#define MAX_PENDING 8

struct pending {
	u32 number; /* 0: free */
	enum login_slot slot;
	struct opaque_server_login login;
};

/* Secrets while a login finishes; in guarded memory. */
struct proof {
	enum login_slot slot;
	u8 session_key[OPAQUE_KEY_LEN];
	u8 key[32];
	u8 opened[32 + MAX_NAME];
	struct secret32 unlock_key, new_unlock_key, db_key;
	u8 ws_secret[64];
	u8 recovery[RECOVERY_BYTES], text[RECOVERY_CHARS], export_key[OPAQUE_KEY_LEN];
	struct keyfile kf; /* what becomes of the file */
};

struct auth {
	enum vaultdir_state folder;
	struct keyfile kf; /* of the folder; before there is a vault: what it will get */
	bool is_enrolled;  /* before there is a vault: the passphrase's record is set */
	/* The next passphrase's own. A record made with the keys of the present one would answer guesses at it. */
	struct opaque_server_keys next;
	bool has_next;
	struct pending pending[MAX_PENDING];
	u32 last_number;
};

/* The one user of this server, for the OPRF key. */
#define AUTH_OWNER slice_str("owner")

void auth_forget_pending(struct auth *a);

/* Guarded memory; freed with sodium_free, which wipes. Never NULL. */
struct proof *auth_proof_new(void);

/* Ends the login `number`: the client's proof against it. Fills p->slot and p->session_key. ERR_LOCAL_SECRET. */
err_t auth_prove(struct auth *a, u32 number, const u8 ke3[static OPAQUE_KE3_LEN], struct proof *p) MUST_CHECK;

/* HKDF("boc ws 1", session_key, info, n) */
void auth_ws_key(const u8 session_key[static OPAQUE_KEY_LEN], const char *info, u8 *out, size_t n);

#endif
