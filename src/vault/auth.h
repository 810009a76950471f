/* Login: the server side of OPAQUE, the key file, and what waits between the steps of a login. */
#ifndef BOC_VAULT_AUTH_H
#define BOC_VAULT_AUTH_H

#include "base/env.h"
#include "base/ids.h"

/* Owned by struct vault; in guarded memory. */
struct auth;

/* Looks at the folder: is there a vault, is it whole? Never NULL. */
struct auth *auth_new(const char *dir);

/* NULL is fine; gives NULL. */
struct auth *auth_free(struct auth *a);

/* Forgets logins that are under way and an enrolment without a vault. */
void auth_forget(struct auth *a);

bool auth_has_recovery(const struct auth *a);

/* The vault was erased: forgets its keys, and makes no other one in this process. */
void auth_erased(struct auth *a);

#endif
