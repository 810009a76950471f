#include "os/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From the kernel's uapi/linux/landlock.h; numbers never change. */
enum {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_MAKE_SOCK = 1 << 9,
	FS_TRUNCATE = 1 << 14,
	NET_BIND_TCP = 1 << 0,
	NET_CONNECT_TCP = 1 << 1,
	SCOPE_ABSTRACT_UNIX_SOCKET = 1 << 0,
	SCOPE_SIGNAL = 1 << 1,
	RULE_PATH_BENEATH = 1,
	CREATE_RULESET_VERSION = 1,
};

struct ruleset_attr {
	u64 fs;
	u64 net;    /* ABI 4 */
	u64 scoped; /* ABI 6 */
};

struct path_beneath_attr {
	u64 allowed;
	i32 parent_fd;
} __attribute__((packed));

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

int landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
	return abi < 0 ? 0 : (int)abi;
}

/* Every right on files that the kernel knows: what is handled is forbidden unless a rule allows it. */
static u64 all_fs(int abi)
{
	static const unsigned known[] = {0, 13, 14, 15, 15, 16}; /* how many rights each ABI has */
	return (1u << known[MIN(abi, 5)]) - 1;
}

static u64 fs_rights(unsigned access)
{
	u64 r = 0;
	if (access & LANDLOCK_READ)
		r |= FS_READ_FILE | FS_READ_DIR;
	if (access & LANDLOCK_RUN)
		r |= FS_EXECUTE | FS_READ_FILE;
	if (access & LANDLOCK_WRITE)
		r |= FS_WRITE_FILE | FS_REMOVE_FILE | FS_REMOVE_DIR | FS_MAKE_DIR | FS_MAKE_REG | FS_TRUNCATE;
	if (access & LANDLOCK_SOCKETS)
		r |= FS_MAKE_SOCK | FS_REMOVE_FILE;
	return r;
}

static err_t add_rule(int ruleset, const struct landlock_rule *rule, u64 handled)
{
	int fd = open(rule->path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? OK : ERR_LOCAL_IO;
	struct path_beneath_attr attr = {.allowed = fs_rights(rule->access) & handled, .parent_fd = fd};
	long bad = syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &attr, 0);
	close(fd);
	return bad ? ERR_LOCAL_IO : OK;
}

err_t landlock_confine(const struct landlock_rule *rules, size_t count, bool tcp, int *ret_abi)
{
	int abi = landlock_abi();
	*ret_abi = abi;
	if (abi == 0)
		return OK;
	struct ruleset_attr attr = {.fs = all_fs(abi)};
	if (abi >= 4 && !tcp)
		attr.net = NET_BIND_TCP | NET_CONNECT_TCP;
	if (abi >= 6)
		attr.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
	size_t size = abi >= 6 ? sizeof attr : abi >= 4 ? 16 : 8;
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (ruleset < 0)
		return ERR_LOCAL_IO;
	err_t e = OK;
	for (size_t i = 0; e == OK && i < count; i++)
		e = add_rule(ruleset, &rules[i], attr.fs);
	if (e == OK && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_landlock_restrict_self, ruleset, 0)))
		e = ERR_LOCAL_IO;
	close(ruleset);
	return e;
}
