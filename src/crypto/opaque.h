/* OPAQUE-3DH (RFC 9807) with ristretto255-SHA512, HKDF-SHA-512 and HMAC-SHA-512: both sides.
 * The server never sees the password; a stolen record costs the thief one Argon2id per guess.
 *
 * Registration:  client_reg_start --request--> server_reg_response --response--> client_reg_finish --record--> store
 * Login:         client_login_start --KE1--> server_login_start --KE2--> client_login_finish --KE3--> server_login_finish
 *
 * All messages are raw bytes of fixed length. Passwords are NFC-normalised UTF-8: the caller's duty.
 * Interoperates with opaque-ke 3/4 and @serenity-kit/opaque 1.1 when context is empty and both use OPAQUE_KSF_DEFAULT. */
#ifndef BOC_CRYPTO_OPAQUE_H
#define BOC_CRYPTO_OPAQUE_H

#include "base/env.h"
#include "base/err.h"
#include "base/slice.h"

#define OPAQUE_REG_REQUEST_LEN 32  /* blinded element */
#define OPAQUE_REG_RESPONSE_LEN 64 /* evaluated element || server public key */
#define OPAQUE_RECORD_LEN 192      /* client public key (32) || masking key (64) || envelope (96) */
#define OPAQUE_KE1_LEN 96          /* blinded element || client nonce || client key share */
#define OPAQUE_KE2_LEN \
	320 /* evaluated (32) || masking nonce (32) || masked (128) || nonce (32) || share (32) || MAC (64) */
#define OPAQUE_KE3_LEN 64 /* client MAC */
#define OPAQUE_KEY_LEN 64 /* session key and export key */

/* What both sides must agree on outside of the messages. Borrowed during each call.
 * An empty identity stands for that side's public key, as RFC 9807 4 says. */
struct opaque_app {
	struct slice context;   /* empty for @serenity-kit/opaque; else at most 65535 bytes */
	struct slice client_id; /* at most 65535 bytes */
	struct slice server_id;
};

/* The key-stretching function, run by the client only. Both finish calls of one user must use the same. */
struct opaque_ksf {
	u32 iterations; /* of Argon2id; 0: no stretching at all (identity), for test vectors only */
	u32 memory_kib;
};

/* {'argon2id-custom': {iterations: 3, memory: 65536, parallelism: 1}} of @serenity-kit/opaque: salt of 16 zero bytes,
 * 64 bytes out. */
#define OPAQUE_KSF_DEFAULT ((struct opaque_ksf){.iterations = 3, .memory_kib = 65536})

/* For a password that is 256 random bits: stretching adds nothing. The least that Argon2id takes. */
#define OPAQUE_KSF_RANDOM ((struct opaque_ksf){.iterations = 1, .memory_kib = 8})

/* ---- server ---- */

/* The server's long-term secrets: make once, store, wipe after use. Losing them voids every record. */
struct opaque_server_keys {
	u8 oprf_seed[64]; /* every user's OPRF key is derived from it */
	u8 sk[32];        /* ristretto255 scalar */
	u8 pk[32];        /* skB */
};

/* Draws 96 bytes from env. ERR_LOCAL_CRYPTO: next to impossible. */
err_t opaque_server_keys_new(const struct env *env, struct opaque_server_keys *ret_keys) MUST_CHECK;

/* Answers a registration request. credential_id: names the user for ever, chosen by the server, not secret.
 * ERR_PEER_CRYPTO: request is no valid group element. */
err_t opaque_server_reg_response(const struct opaque_server_keys *keys, struct slice credential_id,
                                 const u8 request[static OPAQUE_REG_REQUEST_LEN],
                                 u8 ret_response[static OPAQUE_REG_RESPONSE_LEN]) MUST_CHECK;

/* Whether a record from outside may be stored: its public key is a valid group element. */
bool opaque_record_is_valid(const u8 record[static OPAQUE_RECORD_LEN]) MUST_CHECK;

/* A record nobody can log in with, always the same for the same keys: give it to server_login_start for an unknown user,
 * so that a stranger cannot tell (RFC 9807 6.3.2.2). Make it once beside the real ones, not per request. */
err_t opaque_fake_record(const struct opaque_server_keys *keys, u8 ret_record[static OPAQUE_RECORD_LEN]) MUST_CHECK;

/* One login in progress on the server. Secret; wiped by server_login_finish, or by opaque_server_login_wipe. */
struct opaque_server_login {
	u8 expected_client_mac[64];
	u8 session_key[OPAQUE_KEY_LEN];
};

/* Answers KE1. Draws from env, in this order: masking nonce (32), server nonce (32), key share seed (32).
 * ERR_PEER_CRYPTO: ke1 holds an invalid group element. ERR_LOCAL_CRYPTO: record does. */
err_t opaque_server_login_start(const struct opaque_server_keys *keys, const struct env *env,
                                const struct opaque_app *app, struct slice credential_id,
                                const u8 record[static OPAQUE_RECORD_LEN], const u8 ke1[static OPAQUE_KE1_LEN],
                                u8 ret_ke2[static OPAQUE_KE2_LEN], struct opaque_server_login *ret_login) MUST_CHECK;

/* Checks KE3 and gives the session key. Wipes login in every case: one try. ERR_PEER_CRYPTO: wrong password (or user). */
err_t opaque_server_login_finish(struct opaque_server_login *login, const u8 ke3[static OPAQUE_KE3_LEN],
                                 u8 ret_session_key[static OPAQUE_KEY_LEN]) MUST_CHECK;

static inline void opaque_server_login_wipe(struct opaque_server_login *login)
{
	wipe(login, sizeof *login);
}

/* ---- client ---- */

/* A registration in progress. Secret; wiped by client_reg_finish. */
struct opaque_client_reg {
	u8 blind[32];
};

/* Draws 64 bytes from env (the blind, reduced mod L). ERR_LOCAL_CRYPTO: next to impossible. */
err_t opaque_client_reg_start(const struct env *env, struct slice password, struct opaque_client_reg *ret_reg,
                              u8 ret_request[static OPAQUE_REG_REQUEST_LEN]) MUST_CHECK;

/* Makes the record and the export key, a secret only this password and server give again. Draws 32 bytes from env
 * (envelope nonce). Takes ksf's memory and time. Wipes reg in every case. ERR_PEER_CRYPTO: invalid response. */
err_t opaque_client_reg_finish(struct opaque_client_reg *reg, const struct env *env, const struct opaque_app *app,
                               struct opaque_ksf ksf, struct slice password,
                               const u8 response[static OPAQUE_REG_RESPONSE_LEN],
                               u8 ret_record[static OPAQUE_RECORD_LEN],
                               u8 ret_export_key[static OPAQUE_KEY_LEN]) MUST_CHECK;

/* A login in progress on the client. Secret; wiped by client_login_finish. */
struct opaque_client_login {
	u8 blind[32];
	u8 share_sk[32];
	u8 ke1[OPAQUE_KE1_LEN];
};

/* Draws from env, in this order: blind (64, reduced mod L), client nonce (32), key share seed (32). */
err_t opaque_client_login_start(const struct env *env, struct slice password, struct opaque_client_login *ret_login,
                                u8 ret_ke1[static OPAQUE_KE1_LEN]) MUST_CHECK;

/* Opens the envelope, checks the server's MAC and gives KE3 and both keys. Takes ksf's memory and time.
 * Wipes login in every case. ERR_LOCAL_SECRET: wrong password or unknown user (the envelope does not open);
 * ERR_PEER_CRYPTO: ke2 holds an invalid group element, or the server's MAC is wrong (not our server, or another app). */
err_t opaque_client_login_finish(struct opaque_client_login *login, const struct opaque_app *app, struct opaque_ksf ksf,
                                 struct slice password, const u8 ke2[static OPAQUE_KE2_LEN],
                                 u8 ret_ke3[static OPAQUE_KE3_LEN], u8 ret_session_key[static OPAQUE_KEY_LEN],
                                 u8 ret_export_key[static OPAQUE_KEY_LEN]) MUST_CHECK;

#endif
