#include "net/selfdial.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "crypto/onion_key.h"
#include "net/conn.h"
#include "tor/socks5.h"

struct selfdial {
	struct selfdial *next;
	struct net *net;
	u8 onion[32];
	int fd;
	struct event *in, *out;
	struct buf waiting; /* for tor */
	struct socks5 socks;
	bool doubted; /* the answer before this one was doubtful */
};

static void end(struct selfdial *s)
{
	struct selfdial **at = &s->net->selfdials;
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	if (s->in)
		event_free(s->in);
	if (s->out)
		event_free(s->out);
	if (s->fd >= 0)
		close(s->fd);
	buf_free(&s->waiting);
	wipe(s, sizeof *s);
	free(s);
}

static void tell(struct net *n, const u8 onion[static 32], enum self_dial how)
{
	struct ipc_msg m = IPC_MSG(0, self_dialled, .how = (u8)how);
	memcpy(m.self_dialled.onion, onion, sizeof m.self_dialled.onion);
	net_tell(n, &m);
}

static void begin(struct net *n, const u8 onion[static 32], bool doubted);

/* A doubtful answer is asked for once more, as any dial's (socks5_reply_is_doubtful). */
static void conclude(struct selfdial *s, enum self_dial how)
{
	struct net *n = s->net;
	bool again = s->socks.state == SOCKS5_FAILED && socks5_reply_is_doubtful(s->socks.reply) && !s->doubted;
	u8 onion[32];
	memcpy(onion, s->onion, sizeof onion);
	log_debug("our own address: %s", how == SELF_REACHED               ? "reached"
	                                 : s->socks.state == SOCKS5_FAILED ? socks5_reply_text(s->socks.reply)
	                                                                   : "no answer");
	end(s);
	if (again)
		begin(n, onion, true);
	else
		tell(n, onion, how);
}

static void on_in(evutil_socket_t fd, short what, void *arg)
{
	struct selfdial *s = arg;
	u8 bytes[SOCKS5_REPLY_MAX];
	size_t used;
	enum socks5_state state;
	ssize_t n = what & EV_TIMEOUT ? 0 : recv(fd, bytes, sizeof bytes, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || socks5_feed(&s->socks, slice_of(bytes, (size_t)n), &used, &state) != OK || state == SOCKS5_FAILED)
		conclude(s, SELF_FAILED);
	else if (state == SOCKS5_CONNECTED)
		conclude(s, SELF_REACHED);
}

static void on_out(evutil_socket_t fd, short what, void *arg)
{
	struct selfdial *s = arg;
	struct slice b = buf_bytes(&s->waiting);
	(void)what;
	ssize_t n = send(fd, b.p, b.n, MSG_NOSIGNAL);
	if (n > 0)
		buf_consume(&s->waiting, (size_t)n);
	if (buf_bytes(&s->waiting).n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		event_del(s->out); /* when tor is gone, reading says so */
}

/* A user name and password that no other dial has: tor makes a new circuit, and takes none that was there. */
static err_t ask_tor(struct selfdial *s)
{
	char host[ONION_ADDR_CAP], user[33], pass[33];
	struct onion_pub pub;
	net_random_word(s->net, user);
	net_random_word(s->net, pass);
	memcpy(pub.b, s->onion, sizeof pub.b);
	onion_addr_encode(&pub, true, host);
	return socks5_start(&s->socks, &s->waiting, host, LINK_PORT, slice_str(user), slice_str(pass));
}

static void begin(struct net *n, const u8 onion[static 32], bool doubted)
{
	const struct timeval limit = {.tv_sec = SELF_DIAL_MS / 1000};
	int fd = conn_to_tor(n);
	if (fd < 0) {
		tell(n, onion, SELF_UNTRIED);
		return;
	}
	struct selfdial *s = calloc(1, sizeof *s);
	if (!s)
		abort();
	s->net = n;
	s->fd = fd;
	s->doubted = doubted;
	memcpy(s->onion, onion, sizeof s->onion);
	s->waiting = buf_with_max(1024);
	s->next = n->selfdials;
	n->selfdials = s;
	s->in = event_new(n->loop, fd, EV_READ | EV_PERSIST, on_in, s);
	s->out = event_new(n->loop, fd, EV_WRITE | EV_PERSIST, on_out, s);
	if (!s->in || !s->out || event_add(s->in, &limit) || event_add(s->out, NULL))
		abort();
	if (ask_tor(s) != OK)
		conclude(s, SELF_UNTRIED);
}

void selfdial_begin(struct net *n, const u8 onion[static 32])
{
	const struct selfdial *s;
	for (s = n->selfdials; s; s = s->next) {
		if (memcmp(s->onion, onion, sizeof s->onion) == 0)
			return;
	}
	if (!n->stopping)
		begin(n, onion, false);
}

void selfdial_end_all(struct net *n)
{
	while (n->selfdials)
		end(n->selfdials);
}
