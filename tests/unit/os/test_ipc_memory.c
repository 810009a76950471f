/* What a message leaves behind in memory. In the program as it ships: a sanitizer keeps copies of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../memory.h"
#include "os/ipc.h"
#include "os/os_env.h"

static void nothing_of_a_message_stays(void **state)
{
	(void)state;
	int fds[2];
	assert_int_equal(ipc_pair(fds), OK);
	struct ipc *vault = ipc_new(fds[0], ROLE_ONION, IPC_WAIT), *role = ipc_new(fds[1], ROLE_VAULT, IPC_QUEUE);
	struct ipc_msg m = IPC_MSG(0, service, .identity = 1);
	struct needle key;
	/* Twice: at the first call of a function the dynamic linker saves all registers, with what was copied last. */
	for (int round = 0; round < 2; round++) {
		m.type = ipc_t_service;
		env_random(os_env(), m.service.key, sizeof m.service.key);
		key = needle_of(m.service.key, sizeof m.service.key);
		assert_int_equal(ipc_send(vault, &m), OK);
		assert_int_equal(ipc_recv(role, &m, NULL), OK);
		wipe(&m, sizeof m);
		assert_int_equal(ipc_recv(role, &m, NULL), ERR_AGAIN);
	}
	assert_int_equal(memory_count(&key), 0);
	ipc_free(vault);
	ipc_free(role);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_of_a_message_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
