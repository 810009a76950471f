#include "onion/way.h"

#include <stdio.h>

#include "os/child.h"

/* Tor takes a program's path as one word. */
static bool is_word(const char *path)
{
	for (; *path; path++)
		if ((u8)*path <= ' ' || (u8)*path >= 0x7f || *path == '"' || *path == '\\')
			return false;
	return true;
}

void way_begin(struct way *w)
{
	w->lines = buf_with_max(MAX_BRIDGES_TEXT);
	for (int t = 0; t < BRIDGE_TRANSPORTS; t++) {
		char *path = w->programs[t];
		for (const char *const *p = bridge_programs((enum bridge_transport)t); *p && !path[0]; p++)
			if (child_find_program(*p, path, sizeof w->programs[t]) != OK || !is_word(path))
				path[0] = 0;
	}
}

void way_free(struct way *w)
{
	buf_free(&w->lines);
}

unsigned way_transports(const struct way *w)
{
	unsigned found = 0;
	for (int t = 0; t < BRIDGE_TRANSPORTS; t++)
		found |= w->programs[t][0] ? 1u << t : 0;
	return found;
}

bool way_set(struct way *w, const struct ipc_tor_way *m, err_t *ret_e)
{
	CLEANUP(buf_free) struct buf lines = buf_with_max(MAX_BRIDGES_TEXT);
	struct bridges b = {0};
	struct bridge_fault f;
	enum tor_way kind = (enum tor_way)m->way;
	*ret_e = bridges_read(m->lines, &lines, &b, &f);
	if (*ret_e == OK && (kind == WAY_BRIDGES) != (b.count > 0))
		*ret_e = ERR_LOCAL_CONFIG;
	if (*ret_e != OK || kind > WAY_BRIDGES)
		kind = WAY_NONE;
	if (kind == w->kind && slice_eq(buf_bytes(&lines), buf_bytes(&w->lines)))
		return false;
	buf_free(&w->lines);
	w->lines = lines;
	lines = buf_with_max(0);
	w->kind = kind;
	return true;
}

static err_t take_bridges(const struct way *w, struct torctl *ctl, const char **ret_why)
{
	struct torctl_option o[2 + MAX_BRIDGES + BRIDGE_TRANSPORTS] = {{"UseBridges", slice_str("1")},
	                                                               {"DisableNetwork", slice_str("0")}};
	char plugins[BRIDGE_TRANSPORTS][320];
	CLEANUP(buf_free) struct buf room = buf_with_max(MAX_BRIDGES_TEXT);
	struct slice rest = buf_bytes(&w->lines), line;
	struct bridges b;
	struct bridge_fault f;
	size_t n = 2;
	TRY(bridges_read(rest, &room, &b, &f));
	while (bridges_next(&rest, &line) && n < 2 + MAX_BRIDGES)
		o[n++] = (struct torctl_option){"Bridge", line};
	for (int t = BRIDGE_OBFS4; t < BRIDGE_TRANSPORTS; t++) {
		if (!(b.used & 1u << t))
			continue;
		if (!w->programs[t][0]) {
			*ret_why = "A program that the bridges need is not installed: look at them under Connection.";
			return ERR_LOCAL_MISSING;
		}
		snprintf(plugins[t], sizeof plugins[t], "%s exec %s", bridge_transport_name((enum bridge_transport)t),
		         w->programs[t]);
		o[n++] = (struct torctl_option){"ClientTransportPlugin", slice_str(plugins[t])};
	}
	return torctl_setconf(ctl, o, n, NULL);
}

err_t way_take(const struct way *w, struct torctl *ctl, const char **ret_why)
{
	const struct torctl_option direct = {"DisableNetwork", slice_str("0")};
	*ret_why = "Tor may not connect yet.";
	switch (w->kind) {
	case WAY_NONE:
	case WAY_SYSTEM: return ERR_AGAIN;
	case WAY_WAIT_UNLOCK:
		*ret_why = "Waiting for you to unlock: the bridges are kept in the vault.";
		return ERR_AGAIN;
	case WAY_WAIT_CHOICE:
		*ret_why = "Waiting for bridges: nothing connects before you gave some.";
		return ERR_AGAIN;
	case WAY_DIRECT: return torctl_setconf(ctl, &direct, 1, NULL);
	case WAY_BRIDGES: return take_bridges(w, ctl, ret_why);
	}
	return ERR_BUG;
}
