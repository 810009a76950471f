/* Tor's control port: any bytes, in chunks of any size, against commands that wait. */
#include <stdlib.h>

#include "tor/control.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void check_text(const char *s)
{
	/* reads all of it: a sanitizer sees a string without its end */
	volatile size_t n = strlen(s);
	(void)n;
}

static void check_version(const struct torctl_event *ev)
{
	char text[TOR_VERSION_TEXT];
	struct tor_version again;
	check_text(ev->version.text);
	tor_version_text(&ev->version.number, text);
	if (tor_version_parse(slice_str(text), &again) != OK || tor_version_cmp(&again, &ev->version.number) != 0)
		abort();
}

static void check_event(const struct torctl_event *ev)
{
	switch (ev->type) {
	case TORCTL_REPLY: check_text(ev->reply.text); return;
	case TORCTL_VERSION: check_version(ev); return;
	case TORCTL_ONION_ADDED:
		if (strlen(ev->onion_added) != TORCTL_ADDRESS_LEN)
			abort();
		return;
	case TORCTL_BOOTSTRAP:
		check_text(ev->bootstrap.tag);
		check_text(ev->bootstrap.summary);
		check_text(ev->bootstrap.problem);
		check_text(ev->bootstrap.reason);
		if (ev->bootstrap.progress < 0 || ev->bootstrap.progress > 100)
			abort();
		return;
	case TORCTL_CLOCK_SKEW: check_text(ev->clock_skew.source); return;
	case TORCTL_HS_DESC:
		check_text(ev->hs_desc.address);
		check_text(ev->hs_desc.hsdir);
		check_text(ev->hs_desc.reason);
		return;
	case TORCTL_LOG: check_text(ev->log.text); return;
	case TORCTL_CIRCUIT:
	case TORCTL_CLOCK_JUMPED: return;
	}
	abort();
}

/* Commands of every kind wait, as many as can, so that an answer of any kind finds its reader. */
static void ask(struct torctl *c)
{
	static const u8 cookie[TORCTL_COOKIE_LEN];
	static const struct onion_sec key;
	static const char address[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	err_t e = torctl_authenticate(c, cookie, NULL);
	for (int i = 0; i < 4 && e == OK; i++) {
		e = torctl_get_version(c, NULL);
		if (e == OK)
			e = torctl_get_bootstrap(c, NULL);
		if (e == OK)
			e = torctl_add_onion(c, &key, 9999, "/s", NULL);
	}
	if (e == OK)
		e = torctl_takeownership(c, NULL);
	if (e == OK)
		e = torctl_setevents(c, true, NULL);
	if (e == OK)
		e = torctl_del_onion(c, address, NULL);
	if (e == OK)
		e = torctl_signal(c, TORCTL_SIGNAL_ACTIVE, NULL);
	for (int i = 17; i < TORCTL_COMMANDS_MAX && e == OK; i++)
		e = torctl_signal(c, TORCTL_SIGNAL_SHUTDOWN, NULL);
	if (e != OK || torctl_get_version(c, NULL) != ERR_AGAIN)
		abort();
	torctl_sent(c, torctl_pending(c).n);
	if (torctl_pending(c).n != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (size < 1)
		return 0;
	size_t chunk = data[0] ? data[0] : TORCTL_FEED_MAX;
	struct torctl *c = torctl_new();
	ask(c);
	err_t e = ERR_AGAIN;
	for (size_t at = 1; at < size && e == ERR_AGAIN; at += chunk) {
		if (torctl_feed(c, slice_of(data + at, MIN(chunk, size - at))) != OK)
			abort(); /* drained each time: there is always room */
		struct torctl_event ev;
		while ((e = torctl_next(c, &ev)) == OK)
			check_event(&ev);
	}
	/* what was wrong once stays so */
	struct torctl_event ev;
	if (e != ERR_AGAIN && (torctl_next(c, &ev) != e || torctl_feed(c, slice_str("x")) != e))
		abort();
	torctl_free(c);
	return 0;
}
