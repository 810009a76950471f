/* A real web role in a process of its own, with a stub vault in another. */
#ifndef BOC_TESTS_WEB_PROCESS_H
#define BOC_TESTS_WEB_PROCESS_H

#include <sys/types.h>

#include "web/web.h"

struct web_process {
	pid_t web, vault;
	u16 port;
	char dir[64];
	char rpc[96];
};

void web_process_start(struct web_process *p, struct web_limits limits);

/* Sends SIGTERM; gives web's exit status, or -1. */
int web_process_stop(struct web_process *p);

#endif
