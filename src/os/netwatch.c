#include "os/netwatch.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/slice.h"

/* FNV-1a. Nobody gains anything by a collision: one change of network would be noticed late. */
static u64 mix(u64 h, const void *p, size_t n)
{
	const u8 *b = p;
	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * 0x100000001b3ull;
	return h;
}

static u64 mix_text(u64 h, const char *s)
{
	return mix(h, s, strlen(s) + 1);
}

#define EMPTY 0xcbf29ce484222325ull

/* Of an address by which others may be reached; 0: it is none. */
static u64 of_address(const struct ifaddrs *a)
{
	if (!a->ifa_addr || !(a->ifa_flags & IFF_UP) || (a->ifa_flags & IFF_LOOPBACK))
		return 0;
	u64 h = mix_text(EMPTY, a->ifa_name);
	const u8 running = (a->ifa_flags & IFF_RUNNING) != 0;
	h = mix(h, &running, 1);
	if (a->ifa_addr->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)a->ifa_addr;
		return mix(h, &in->sin_addr, sizeof in->sin_addr);
	}
	if (a->ifa_addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in = (const void *)a->ifa_addr;
		return IN6_IS_ADDR_LINKLOCAL(&in->sin6_addr) ? 0 : mix(h, &in->sin6_addr, sizeof in->sin6_addr);
	}
	return 0;
}

/* The k-th word of a line, empty when there is none. */
static struct slice word(const char *line, int k)
{
	static const char space[] = " \t\n";
	line += strspn(line, space);
	for (; k > 0; k--) {
		line += strcspn(line, space);
		line += strspn(line, space);
	}
	return slice_of((const u8 *)line, strcspn(line, space));
}

static bool is_word(const char *line, int k, const char *text)
{
	return slice_eq(word(line, k), slice_str(text));
}

static u64 mix_word(u64 h, const char *line, int k)
{
	struct slice s = word(line, k);
	return mix(mix(h, s.p, s.n), " ", 1);
}

/* The default routes: device and gateway. A line of the former table is `device to gateway ...`, of the latter
 * `to length from length gateway metric references uses flags device`. */
static u64 of_routes(void)
{
	char line[512];
	u64 sum = 0;
	FILE *four = fopen("/proc/net/route", "re"), *six = fopen("/proc/net/ipv6_route", "re");
	while (four && fgets(line, sizeof line, four)) {
		if (is_word(line, 1, "00000000"))
			sum += mix_word(mix_word(EMPTY, line, 0), line, 2);
	}
	while (six && fgets(line, sizeof line, six)) {
		if (is_word(line, 1, "00") && !is_word(line, 9, "lo"))
			sum += mix_word(mix_word(EMPTY, line, 9), line, 4);
	}
	if (four)
		fclose(four);
	if (six)
		fclose(six);
	return sum;
}

/* Whatever the order in which the kernel names them. */
static u64 look(void)
{
	struct ifaddrs *all = NULL;
	u64 sum = of_routes();
	if (getifaddrs(&all) == 0) {
		for (const struct ifaddrs *a = all; a; a = a->ifa_next)
			sum += of_address(a);
		freeifaddrs(all);
	}
	return sum;
}

void netwatch_open(struct netwatch *w)
{
	struct sockaddr_nl to = {.nl_family = AF_NETLINK,
	                         .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
	                                      RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE};
	w->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (w->fd >= 0 && bind(w->fd, (const struct sockaddr *)&to, sizeof to)) {
		close(w->fd);
		w->fd = -1;
	}
	w->seen = look();
}

void netwatch_close(struct netwatch *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

bool netwatch_drain(struct netwatch *w)
{
	u8 bytes[8192];
	bool any = false;
	for (int i = 0; i < 64; i++) {
		ssize_t n = recv(w->fd, bytes, sizeof bytes, 0);
		if (n < 0 && errno != ENOBUFS && errno != EINTR) /* ENOBUFS: there was more than fits */
			break;
		any = true;
	}
	return any;
}

bool netwatch_is_other(struct netwatch *w)
{
	u64 now = look(), before = w->seen;
	w->seen = now;
	return now != before;
}
