/* The client in the browser, when it changes who can log in. */
#include "crypto/aead.h"
#include "rig.h"

err_t rig_change_start(struct rig *r, const char *new_pass, struct rig_change *c)
{
	const struct opaque_app app = {0};
	struct opaque_client_reg reg;
	struct ipc_msg m = IPC_MSG(0, auth_register, .request = {0});
	struct rig_login as_key;
	assert_int_equal(opaque_client_reg_start(rig_env(), slice_str(new_pass), &reg, m.auth_register.request), OK);
	struct ipc_msg a = rig_ask(r, ROLE_WEB, m);
	if (a.type == ipc_t_failed)
		return (err_t) - (int)a.failed.error;
	memcpy(c->server_pk, a.auth_register_r.response + 32, 32);
	assert_int_equal(opaque_client_reg_finish(&reg, rig_env(), &app, RIG_KSF, slice_str(new_pass),
	                                          a.auth_register_r.response, c->record, as_key.export_key),
	                 OK);
	rig_unlock_key(&as_key, c->unlock_key);
	return OK;
}

err_t rig_change_finish(struct rig *r, const struct rig_login *l, const struct rig_change *c)
{
	static const u8 nonce[12];
	u8 k[32], plain[64], sealed[sizeof plain + 16], bound[12 + 32 + 192];
	struct ipc_msg m = IPC_MSG(0, auth_change, .login = l->login, .sealed = slice_of(sealed, sizeof sealed));
	rig_hkdf("boc ws 1", l->session_key, "change", k, sizeof k);
	rig_unlock_key(l, plain);
	memcpy(plain + 32, c->unlock_key, 32);
	memcpy(bound, "boc change 1", 12);
	memcpy(bound + 12, c->server_pk, 32);
	memcpy(bound + 44, c->record, 192);
	assert_int_equal(aesgcm_seal(k, nonce, slice_of(bound, sizeof bound), slice_of(plain, 64), sealed), OK);
	memcpy(m.auth_change.ke3, l->ke3, 64);
	memcpy(m.auth_change.record, c->record, 192);
	return rig_refused(r, ROLE_WEB, m);
}

err_t rig_change(struct rig *r, enum login_slot slot, const char *secret, const char *new_pass)
{
	struct rig_login l;
	struct rig_change c;
	TRY(rig_prove(r, slot, secret, &l));
	TRY(rig_change_start(r, new_pass, &c));
	return rig_change_finish(r, &l, &c);
}

err_t rig_recovery(struct rig *r, const char *pass, char ret[static 57])
{
	static const u8 nonce[12];
	struct rig_login l;
	u8 k[32];
	TRY(rig_login_start(r, pass, &l));
	struct ipc_msg m = IPC_MSG(0, recovery_create, .login = l.login);
	memcpy(m.recovery_create.ke3, l.ke3, 64);
	struct ipc_msg a = rig_ask(r, ROLE_WEB, m);
	if (a.type == ipc_t_failed)
		return (err_t) - (int)a.failed.error;
	assert_int_equal(a.type, ipc_t_recovery_key);
	rig_hkdf("boc ws 1", l.session_key, "recovery", k, sizeof k);
	assert_int_equal(
		aesgcm_open(k, nonce, slice_str("boc recovery 1"), slice_of(a.recovery_key.sealed, 72), (u8 *)ret), OK);
	ret[56] = 0;
	return OK;
}
