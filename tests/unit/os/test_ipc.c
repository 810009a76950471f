#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/ipc.h"

struct two {
	struct ipc *vault; /* at the vault's end: what comes is from `role` */
	struct ipc *role;
};

static struct two pair(enum role role, enum ipc_mode mode)
{
	int fds[2];
	assert_int_equal(ipc_pair(fds), OK);
	return (struct two){ipc_new(fds[0], role, IPC_WAIT), ipc_new(fds[1], ROLE_VAULT, mode)};
}

static void end(struct two t)
{
	ipc_free(t.vault);
	ipc_free(t.role);
}

static void a_message_arrives_as_it_was_sent(void **state)
{
	(void)state;
	struct two t = pair(ROLE_WEB, IPC_QUEUE);
	struct ipc_msg m;
	assert_int_equal(ipc_recv(t.vault, &m, NULL), ERR_AGAIN);
	assert_int_equal(ipc_send(t.role, &IPC_MSG(7, contact_rename, .contact = 1ull << 40, .name = slice_str("Bob"))),
	                 OK);
	assert_int_equal(ipc_recv(t.vault, &m, NULL), OK);
	assert_int_equal(m.type, ipc_t_contact_rename);
	assert_int_equal(m.req, 7);
	assert_true(m.contact_rename.contact == 1ull << 40);
	assert_true(slice_eq(m.contact_rename.name, slice_str("Bob")));
	end(t);
}

static void a_role_may_send_only_what_is_its_own(void **state)
{
	(void)state;
	struct two t = pair(ROLE_WEB, IPC_QUEUE);
	struct ipc_msg m;
	assert_int_equal(ipc_send(t.role, &IPC_MSG(1, link_down, .link = 1)), OK);
	assert_int_equal(ipc_recv(t.vault, &m, NULL), ERR_PEER_POLICY);
	end(t);
}

static void bytes_that_are_no_message_are_refused(void **state)
{
	(void)state;
	struct two t = pair(ROLE_WEB, IPC_QUEUE);
	struct ipc_msg m;
	static const u8 junk[] = {0xff, 0xff, 0, 0, 0, 0}, cut[] = {0, ipc_t_contact_rename, 0, 0, 0, 1, 0};
	assert_int_equal(send(ipc_fd(t.role), junk, sizeof junk, 0), sizeof junk);
	assert_int_equal(ipc_recv(t.vault, &m, NULL), ERR_PEER_FORMAT);
	assert_int_equal(send(ipc_fd(t.role), cut, sizeof cut, 0), sizeof cut);
	assert_int_equal(ipc_recv(t.vault, &m, NULL), ERR_PEER_FORMAT);
	end(t);
}

static void too_long_a_field_is_not_sent(void **state)
{
	(void)state;
	struct two t = pair(ROLE_WEB, IPC_QUEUE);
	static const char name[MAX_NAME + 1];
	assert_int_equal(ipc_send(t.role, &IPC_MSG(1, contact_rename, .name = slice_of(name, sizeof name))), ERR_BUG);
	end(t);
}

static void a_descriptor_travels_along(void **state)
{
	(void)state;
	int fds[2], files[2], got = -1;
	char c = 0;
	assert_int_equal(ipc_pair(fds), OK);
	struct ipc *sup = ipc_new(fds[0], ROLE_VAULT, IPC_WAIT), *vault = ipc_new(fds[1], ROLE_SUPERVISOR, IPC_WAIT);
	assert_int_equal(pipe(files), 0);
	assert_int_equal(ipc_send_fd(sup, &IPC_MSG(0, role_socket, .role = ROLE_NET), files[1]), OK);
	struct ipc_msg m;
	assert_int_equal(ipc_recv(vault, &m, &got), OK);
	assert_int_equal(m.role_socket.role, ROLE_NET);
	assert_int_equal(write(got, "x", 1), 1);
	assert_int_equal(read(files[0], &c, 1), 1);
	assert_int_equal(c, 'x');
	assert_true(fcntl(got, F_GETFD) & FD_CLOEXEC);
	close(got);
	close(files[0]);
	close(files[1]);
	ipc_free(sup);
	ipc_free(vault);
}

/* The lowest free descriptor: where it is later the same, none was leaked. */
static int lowest_free(void)
{
	int fd = dup(0);
	close(fd);
	return fd;
}

static void descriptors_that_nobody_wants_are_closed(void **state)
{
	(void)state;
	union {
		char room[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	u8 lock[] = {0, ipc_t_lock, 0, 0, 0, 1};
	struct msghdr msg = {.msg_control = control.room, .msg_iovlen = 1};
	struct cmsghdr *c = (struct cmsghdr *)control.room;
	for (size_t count = 1; count <= 2; count++) {
		for (size_t len = 0; len <= sizeof lock; len += sizeof lock) { /* 0: a packet that looks like the end */
			struct two t = pair(ROLE_WEB, IPC_QUEUE);
			struct ipc_msg m;
			int free_fd = lowest_free();
			msg.msg_iov = &(struct iovec){.iov_base = lock, .iov_len = len};
			msg.msg_controllen = CMSG_SPACE(count * sizeof(int));
			*c = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
			                      .cmsg_type = SCM_RIGHTS,
			                      .cmsg_len = CMSG_LEN(count * sizeof(int))};
			memset(CMSG_DATA(c), 0, count * sizeof(int)); /* descriptor 0, and again */
			assert_int_equal(sendmsg(ipc_fd(t.role), &msg, 0), len);
			assert_int_equal(ipc_recv(t.vault, &m, NULL), len ? OK : ERR_LOCAL_IO);
			assert_int_equal(lowest_free(), free_fd);
			end(t);
		}
	}
}

static void a_full_socket_queues_in_order(void **state)
{
	(void)state;
	struct two t = pair(ROLE_NET, IPC_QUEUE);
	static u8 payload[30000];
	u32 sent = 0, got = 0;
	while (!ipc_is_pending(t.role) || sent < 40) {
		assert_int_equal(ipc_send(t.role, &IPC_MSG(0, record_in, .link = sent,
		                                           .payload = slice_of(payload, sizeof payload))),
		                 OK);
		sent++;
	}
	struct ipc_msg m;
	for (;;) {
		err_t e = ipc_recv(t.vault, &m, NULL);
		if (e == ERR_AGAIN && !ipc_is_pending(t.role))
			break;
		if (e == ERR_AGAIN) {
			assert_int_equal(ipc_flush(t.role), OK);
			continue;
		}
		assert_int_equal(e, OK);
		assert_int_equal(m.record_in.link, got);
		got++;
	}
	assert_int_equal(got, sent);
	end(t);
}

static void the_end_of_the_other_side_is_seen(void **state)
{
	(void)state;
	struct two t = pair(ROLE_WEB, IPC_QUEUE);
	struct ipc_msg m;
	t.role = ipc_free(t.role);
	assert_int_equal(ipc_recv(t.vault, &m, NULL), ERR_LOCAL_IO);
	assert_int_equal(ipc_send(t.vault, &IPC_MSG(0, locked)), ERR_LOCAL_IO);
	end(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_arrives_as_it_was_sent),
		cmocka_unit_test(a_role_may_send_only_what_is_its_own),
		cmocka_unit_test(bytes_that_are_no_message_are_refused),
		cmocka_unit_test(too_long_a_field_is_not_sent),
		cmocka_unit_test(a_descriptor_travels_along),
		cmocka_unit_test(descriptors_that_nobody_wants_are_closed),
		cmocka_unit_test(a_full_socket_queues_in_order),
		cmocka_unit_test(the_end_of_the_other_side_is_seen),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
