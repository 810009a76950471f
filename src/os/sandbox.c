#include "os/sandbox.h"

#include "os/landlock.h"
#include "os/seccomp.h"

struct profile {
	unsigned calls; /* enum seccomp_class */
	unsigned access;
	const char *folder; /* the only one it can reach; NULL: none */
};

static struct profile profile_of(enum role role, const struct paths *p)
{
	switch (role) {
	case ROLE_VAULT: return (struct profile){SECCOMP_FILES, LANDLOCK_READ | LANDLOCK_WRITE, p->vault};
	case ROLE_ONION:
		/* A cookie is another file at each start of tor: what is in the folder may be read, connecting asks no Landlock. */
		if (!paths_has_own_tor(p))
			return (struct profile){SECCOMP_FILES | SECCOMP_UNIX_SOCKETS, LANDLOCK_READ, p->system};
		return (struct profile){SECCOMP_FILES | SECCOMP_UNIX_SOCKETS, LANDLOCK_READ | LANDLOCK_WRITE, p->tor};
	case ROLE_NET:
		if (!paths_has_own_tor(p)) /* its listeners are there */
			return (struct profile){SECCOMP_UNIX_SOCKETS | SECCOMP_ACCEPT, 0, NULL};
		return (struct profile){SECCOMP_UNIX_SOCKETS | SECCOMP_LISTEN, LANDLOCK_SOCKETS, p->links};
	case ROLE_WEB: return (struct profile){SECCOMP_ACCEPT, 0, NULL};
	case ROLE_SUPERVISOR: /* its children must start programs and inherit its filter: it has none */
	case ROLE_NONE: break;
	}
	return (struct profile){0};
}

err_t sandbox_enter(enum role role, const struct paths *p, struct sandbox_report *ret)
{
	struct profile f = profile_of(role, p);
	const struct landlock_rule rule = {f.folder, f.access};
	struct sandbox_report r = {0};
	TRY(landlock_confine(&rule, f.folder ? 1 : 0, false, &r.landlock));
	r.seccomp = seccomp_confine(f.calls) == OK;
	*ret = r;
	return OK;
}

err_t sandbox_enter_tor(const struct paths *p, const char *const *programs)
{
	const unsigned read = LANDLOCK_READ, run = LANDLOCK_READ | LANDLOCK_RUN;
	struct landlock_rule rules[10 + SANDBOX_PROGRAMS] = {
		{"/usr", read},
		{"/bin", read},
		{"/sbin", read},
		{"/lib", run},
		{"/lib64", run},
		{"/etc", read},
		{"/proc", read},
		{"/sys", read},
		{"/dev", LANDLOCK_READ | LANDLOCK_WRITE},
		{p->tor, LANDLOCK_READ | LANDLOCK_WRITE | LANDLOCK_SOCKETS},
	};
	size_t n = 10;
	for (; *programs && n < ARRAY_LEN(rules); programs++)
		rules[n++] = (struct landlock_rule){*programs, LANDLOCK_RUN};
	int abi;
	return landlock_confine(rules, n, true, &abi);
}
