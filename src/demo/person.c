#include "demo/person.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "os/child.h"
#include "os/os_env.h"
#include "os/paths.h"

#define START_MS 20000
#define LOOK_MS 200 /* how soon an interruption is seen */

bool person_is_interrupted(void)
{
	sigset_t waiting;
	return sigpending(&waiting) == 0 && (sigismember(&waiting, SIGINT) == 1 || sigismember(&waiting, SIGTERM) == 1);
}

/* Tries again every 20 ms until `path` can be opened as the socket of a running program. */
static err_t open_when_there(const char *path, struct client **ret)
{
	u64 until = env_mono_ms(os_env()) + START_MS;
	for (;;) {
		err_t e = client_open(path, ret);
		if (e == OK || env_mono_ms(os_env()) > until || person_is_interrupted())
			return e;
		poll(NULL, 0, 20);
	}
}

err_t person_start(struct person *p, const char *network)
{
	char rpc[256], log[256];
	snprintf(log, sizeof log, "%s.log", p->data);
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return ERR_LOCAL_IO;
	const char *const argv[] = {"blackedoutchat", "run", "--data", p->data, "--network", network, NULL};
	const struct child_fd fds[] = {{fd, STDOUT_FILENO}, {fd, STDERR_FILENO}};
	const struct child_spec spec = {
		.path = "/proc/self/exe", .argv = argv, .fds = fds, .fd_count = 2, .death_signal = SIGTERM};
	err_t e = child_spawn(&spec, &p->pid);
	close(fd);
	TRY(e);
	snprintf(rpc, sizeof rpc, "%s/rpc.sock", p->data);
	TRY(open_when_there(rpc, &p->client));
	snprintf(p->url, sizeof p->url, "http://127.0.0.1:%u", paths_port(p->data));
	return OK;
}

err_t person_log_in(struct person *p)
{
	TRY(client_login(p->client, p->passphrase, p->name));
	json_t *status = person_ask(p, "status.get", NULL);
	const char *address = json_string_value(json_object_get(status, "address"));
	snprintf(p->address, sizeof p->address, "%s", address ? address : "");
	json_decref(status);
	return address ? OK : ERR_LOCAL_IO;
}

void person_stop(struct person *p)
{
	p->client = client_free(p->client);
	child_end(p->pid, 2 * STOP_ROLE_MS);
	p->pid = 0;
}

json_t *person_ask(struct person *p, const char *method, json_t *params)
{
	json_t *result = NULL;
	if (client_call(p->client, method, params, &result) != OK)
		return NULL;
	return result;
}

json_t *person_hear(struct person *p, const char *method, bool (*is)(const json_t *, const void *), const void *arg,
                    u64 timeout_ms)
{
	u64 until = env_mono_ms(os_env()) + timeout_ms;
	for (;;) {
		u64 now = env_mono_ms(os_env());
		json_t *note = NULL;
		if (now >= until || person_is_interrupted())
			return NULL;
		err_t e = client_next(p->client, MIN(until - now, LOOK_MS), &note);
		if (e == ERR_AGAIN)
			continue;
		if (e != OK)
			return NULL;
		const char *name = json_string_value(json_object_get(note, "method"));
		json_t *params = json_object_get(note, "params");
		bool found = name && strcmp(name, method) == 0 && (!is || is(params, arg));
		if (found)
			json_incref(params);
		json_decref(note);
		if (found)
			return params;
	}
}
