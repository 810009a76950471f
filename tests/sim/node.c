/* A node's processes. What the supervisor does is done here: a role that ends is started again; when the vault dies the
 * others go with it, and a person has to log in again. */
#include <limits.h>
#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "net/conn.h"
#include "world.h"

#define WALL_MS 1750000000000ull

static u64 node_wall_ms(void *arg)
{
	const struct node *n = arg;
	return (u64)((i64)(WALL_MS + loop_now_ms) + n->skew_ms);
}

static u64 node_mono_ms(void *arg)
{
	const struct node *n = arg;
	return 1000000 + 77777 * (u64)n->i + loop_now_ms;
}

/* Goes on over restarts, so that a new process does not draw what the one before did. */
static void node_random(void *arg, void *out, size_t len)
{
	struct node *n = arg;
	u8 seed[32];
	memcpy(seed, n->seed, sizeof seed);
	n->draws++;
	for (size_t i = 0; i < 8; i++)
		seed[i] ^= (u8)(n->draws >> 8 * i);
	randombytes_buf_deterministic(out, len, seed);
}

bool node_is_unlocked(const struct node *n)
{
	return n->vault && vault_is_unlocked(n->vault);
}

/* ---- start ---- */

static void start_net(struct node *n)
{
	int fds[2];
	n->net_up_ms = NEVER;
	n->stop_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (n->stop_fd < 0 || ipc_pair(fds) != OK)
		abort();
	n->to_net = ipc_new(fds[0], ROLE_NET, IPC_QUEUE);
	n->net = net_new(&n->cfg, fds[1], n->stop_fd);
	vault_connected(n->vault, ROLE_NET);
	node_flush(n);
}

static void tell_tor(struct node *n)
{
	struct ipc_msg m = IPC_MSG(0, tor_state, .phase = n->tor_up ? TOR_REACHABLE : TOR_DOWN);
	if (!n->vault)
		return;
	if (vault_input(n->vault, ROLE_ONION, &m) != OK)
		sim_fail("VAULT: node %d refuses what tor does", n->i);
	node_flush(n);
}

static void start_vault(struct node *n)
{
	n->vault_up_ms = NEVER;
	n->vault = vault_new(&n->env, n->paths.vault);
	vault_connected(n->vault, ROLE_WEB);
	vault_connected(n->vault, ROLE_ONION);
	node_tor(n, true);
	start_net(n);
}

void node_open(struct node *n)
{
	n->env = (struct env){.wall_ms = node_wall_ms, .mono_ms = node_mono_ms, .random = node_random, .arg = n};
	n->cfg = (struct role_config){.role = ROLE_NET, .paths = n->paths, .env = &n->env};
	start_vault(n);
}

/* ---- end ---- */

void node_end_net(struct node *n)
{
	watch_net_gone(n);
	(void)net_free(n->net);
	n->net = NULL;
	close(n->stop_fd);
}

void node_kill_net(struct node *n)
{
	if (!n->net || !n->vault)
		return;
	sim_trace("node %d: net ends", n->i);
	node_end_net(n);
	n->to_net = ipc_free(n->to_net);
	vault_disconnected(n->vault, ROLE_NET);
	node_flush(n);
	n->turn_ms = NEVER;
	n->net_up_ms = loop_now_ms + RESTART_MIN_MS;
}

void node_stop_net(struct node *n)
{
	const u64 one = 1;
	if (n->net && write(n->stop_fd, &one, sizeof one) != sizeof one)
		abort();
}

static void input(struct node *n, const struct ipc_msg *m)
{
	watch_net_says(n, m);
	err_t e = poison_comes_in(n, ROLE_NET, m);
	if (vault_is_of_disk(e) && n->was_full)
		n->must_undo = true;
	else if (e != OK)
		sim_fail("VAULT: node %d: %s from net: %s", n->i, ipc_name(m->type), err_text(e));
}

/* All that waits, without a commit. */
void node_take_input(struct node *n)
{
	struct ipc_msg m;
	while (n->to_net && !n->must_undo && !n->died && !vault_is_full(n->vault) &&
	       ipc_recv(n->to_net, &m, NULL) == OK)
		input(n, &m);
}

void node_tor(struct node *n, bool up)
{
	if (n->tor_up == up)
		return;
	sim_trace("node %d: tor is %s", n->i, up ? "up" : "down");
	n->tor_up = up;
	if (up)
		tor_listen(n);
	else
		tor_fail(n);
	tell_tor(n);
}

void node_wake(struct node *n)
{
	if (!n->vault)
		return;
	sim_trace("node %d: wakes", n->i);
	if (vault_input(n->vault, ROLE_SUPERVISOR, &IPC_MSG(0, woke, .why = WOKE_SLEPT, .away_ms = 60000)) != OK)
		sim_fail("VAULT: node %d does not take that it slept", n->i);
	node_flush(n);
}

void node_close(struct node *n)
{
	n->vault = vault_free(n->vault);
	n->to_net = ipc_free(n->to_net);
	if (n->net)
		node_end_net(n);
	if (n->socks_fd >= 0)
		close(n->socks_fd);
	n->socks_fd = -1;
}

/* ---- turns ---- */

void node_send(struct node *n, unsigned most)
{
	struct ipc_msg m;
	enum role to;
	while (most-- > 0 && vault_output(n->vault, &to, &m)) {
		if (to == ROLE_NET && n->to_net) {
			poison_goes_out(n, &m);
			watch_vault_says(n, &m);
			tor_learn(n, &m);
			if (ipc_send(n->to_net, &m) != OK)
				sim_fail("VAULT: node %d cannot send to net", n->i);
		} else if (to == ROLE_WEB) {
			page_hear(n, &m);
		} else if (to == ROLE_ONION) {
			tor_hear(n, &m);
		}
		vault_sent(n->vault);
	}
}

void node_flush(struct node *n)
{
	crash_disk_begin(n);
	err_t e = n->must_undo ? ERR_LOCAL_FULL : vault_commit(n->vault);
	n->must_undo = false;
	if (vault_is_of_disk(e) && n->was_full) {
		sim_trace("node %d: undoes a turn", n->i);
		vault_undo(n->vault, e);
	} else if (e != OK) {
		sim_fail("VAULT: node %d cannot commit", n->i);
	}
	crash_disk_end(n);
	node_send(n, UINT_MAX);
}

/* How long the vault is busy with something else. */
static u64 vault_delay(struct node *n)
{
	struct chance *c = &n->w->chance;
	if (n->w->by_hand)
		return 0;
	return chance_in(c, 3) ? chance_below(c, 3000) : chance_below(c, 4);
}

static bool take_turn(struct node *n)
{
	if (!n->vault || !n->to_net)
		return false;
	if (ipc_is_pending(n->to_net) && ipc_flush(n->to_net) != OK)
		sim_fail("VAULT: node %d: net is gone", n->i);
	if (n->turn_ms == NEVER) {
		struct pollfd p = {.fd = ipc_fd(n->to_net), .events = POLLIN};
		if (poll(&p, 1, 0) <= 0)
			return false;
		n->turn_ms = loop_now_ms + vault_delay(n);
	}
	if (n->turn_ms > loop_now_ms)
		return false;
	n->turn_ms = NEVER;
	crash_disk_begin(n);
	node_take_input(n);
	if (!n->must_undo)
		vault_tick(n->vault);
	crash_disk_end(n);
	if (n->died)
		crash_vault(n, CRASH_OVER);
	else
		node_flush(n);
	return true;
}

void node_tick(struct node *n)
{
	crash_disk_begin(n);
	poison_ticks(n);
	crash_disk_end(n);
	if (n->died)
		crash_vault(n, CRASH_OVER);
	else
		node_flush(n);
}

static bool run_net(struct node *n)
{
	if (!n->net)
		return false;
	bool any = loop_run(n->net->loop);
	if (!event_base_got_break(n->net->loop))
		return any;
	if (!n->net->stopping)
		sim_fail("NET ENDS: the one of node %d, with %d", n->i, n->net->status);
	node_kill_net(n);
	return true;
}

bool node_run(struct node *n)
{
	bool any = false;
	if (n->vault_up_ms <= loop_now_ms) {
		start_vault(n);
		n->login_ms = loop_now_ms + (n->w->healing ? 0 : chance_below(&n->w->chance, 60000));
	}
	if (n->vault && n->net_up_ms <= loop_now_ms)
		start_net(n);
	if (n->vault && n->login_ms <= loop_now_ms) {
		n->login_ms = NEVER;
		if (page_login(n, "")) {
			page_repeat(n);
			page_read(n);
		}
		any = true;
	}
	/* a disk that was full is looked at now and then, messages vanish */
	if (n->vault && vault_wait_ms(n->vault) == 0) {
		node_tick(n);
		if (node_is_unlocked(n) && n->login_ms == NEVER)
			page_repeat(n);
	}
	page_decide(n);
	any |= run_net(n);
	any |= take_turn(n);
	return any;
}

u64 node_deadline(const struct node *n)
{
	u64 at = MIN(MIN(n->vault_up_ms, n->login_ms), n->turn_ms);
	for (int a = 0; a < PERSONS && node_is_unlocked(n); a++)
		at = MIN(at, n->known[a].decide_ms);
	if (n->vault)
		at = MIN(at, n->net_up_ms);
	if (n->vault) {
		u64 wait_ms = vault_wait_ms(n->vault);
		at = wait_ms == VAULT_NEVER ? at : MIN(at, loop_now_ms + wait_ms);
	}
	return n->net ? MIN(at, loop_deadline(n->net->loop)) : at;
}
