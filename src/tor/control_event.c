#include "tor/control_event.h"

#include "tor/control_text.h"

#define NUMBER_MAX ((i64)1 << 40)

/* control-spec STATUS_CLIENT BOOTSTRAP: `PROGRESS=14 TAG=handshake SUMMARY="..." [WARNING=... REASON=... COUNT=...
 * RECOMMENDATION=... HOSTID=... HOSTADDR=...]` */
static err_t read_bootstrap(char *at, struct torctl_event *ret)
{
	struct torctl_event ev = {.type = TORCTL_BOOTSTRAP};
	ev.bootstrap.progress = -1;
	ev.bootstrap.tag = ev.bootstrap.summary = ev.bootstrap.problem = ev.bootstrap.reason = "";
	struct tor_word w;
	err_t e;
	while ((e = tor_next_word(&at, &w)) == OK) {
		i64 n;
		if (!w.key)
			continue;
		if (strcmp(w.key, "PROGRESS") == 0) {
			TRY(tor_number(w.value, 0, 100, &n));
			ev.bootstrap.progress = (int)n;
		} else if (strcmp(w.key, "TAG") == 0) {
			ev.bootstrap.tag = w.value;
		} else if (strcmp(w.key, "SUMMARY") == 0) {
			ev.bootstrap.summary = w.value;
		} else if (strcmp(w.key, "WARNING") == 0) {
			ev.bootstrap.problem = w.value;
			ev.bootstrap.warning = true;
		} else if (strcmp(w.key, "REASON") == 0) {
			ev.bootstrap.reason = w.value;
		} else if (strcmp(w.key, "COUNT") == 0) {
			TRY(tor_number(w.value, 0, UINT32_MAX, &n));
			ev.bootstrap.count = (u32)n;
		} else if (strcmp(w.key, "RECOMMENDATION") == 0) {
			ev.bootstrap.recommend_warn = strcmp(w.value, "warn") == 0;
		}
	}
	if (e != ERR_AGAIN)
		return e;
	if (ev.bootstrap.progress < 0)
		return ERR_PEER_FORMAT;
	*ret = ev;
	return OK;
}

/* control-spec STATUS_GENERAL CLOCK_SKEW: `SKEW=-3600 SOURCE=...`, CLOCK_JUMPED: `TIME=60` */
static err_t read_clock(char *at, bool jumped, bool trusted, struct torctl_event *ret)
{
	const char *source = "";
	i64 seconds = 0;
	bool have = false;
	struct tor_word w;
	err_t e;
	while ((e = tor_next_word(&at, &w)) == OK) {
		if (w.key && strcmp(w.key, jumped ? "TIME" : "SKEW") == 0) {
			TRY(tor_number(w.value, -NUMBER_MAX, NUMBER_MAX, &seconds));
			have = true;
		} else if (w.key && strcmp(w.key, "SOURCE") == 0) {
			source = w.value;
		}
	}
	if (e != ERR_AGAIN)
		return e;
	if (!have)
		return ERR_PEER_FORMAT;
	if (jumped) {
		*ret = (struct torctl_event){.type = TORCTL_CLOCK_JUMPED, .clock_jumped_seconds = seconds};
	} else {
		*ret = (struct torctl_event){.type = TORCTL_CLOCK_SKEW};
		ret->clock_skew.seconds = seconds;
		ret->clock_skew.source = source;
		ret->clock_skew.trusted = trusted;
	}
	return OK;
}

/* `SEVERITY ACTION ARGUMENTS` */
static err_t read_status(char *at, struct torctl_event *ret)
{
	const char *severity = tor_next_bare(&at);
	const char *action = tor_next_bare(&at);
	if (strcmp(action, "BOOTSTRAP") == 0)
		return read_bootstrap(at, ret);
	bool jumped = strcmp(action, "CLOCK_JUMPED") == 0;
	if (jumped || strcmp(action, "CLOCK_SKEW") == 0)
		return read_clock(at, jumped, strcmp(severity, "WARN") == 0, ret);
	bool up = strcmp(action, "CIRCUIT_ESTABLISHED") == 0;
	if (up || strcmp(action, "CIRCUIT_NOT_ESTABLISHED") == 0) {
		*ret = (struct torctl_event){.type = TORCTL_CIRCUIT, .circuit_established = up};
		return OK;
	}
	return ERR_AGAIN;
}

/* control-spec HS_DESC: `ACTION ADDRESS AUTHTYPE HSDIR [DESCRIPTORID] [REASON=...] [REPLICA=...] [HSDIR_INDEX=...]` */
static err_t read_hs_desc(char *at, struct torctl_event *ret)
{
	const char *action = tor_next_bare(&at);
	const char *address = tor_next_bare(&at);
	tor_next_bare(&at); /* the kind of client authorisation */
	const char *hsdir = tor_next_bare(&at);
	if (!*address)
		return ERR_PEER_FORMAT;
	struct torctl_event ev = {.type = TORCTL_HS_DESC};
	ev.hs_desc.action = TORCTL_HS_OTHER;
	if (strcmp(action, "UPLOAD") == 0)
		ev.hs_desc.action = TORCTL_HS_UPLOAD;
	else if (strcmp(action, "UPLOADED") == 0)
		ev.hs_desc.action = TORCTL_HS_UPLOADED;
	else if (strcmp(action, "FAILED") == 0)
		ev.hs_desc.action = TORCTL_HS_FAILED;
	ev.hs_desc.address = address;
	ev.hs_desc.hsdir = hsdir;
	ev.hs_desc.reason = "";
	struct tor_word w;
	err_t e;
	while ((e = tor_next_word(&at, &w)) == OK)
		if (w.key && strcmp(w.key, "REASON") == 0)
			ev.hs_desc.reason = w.value;
	if (e != ERR_AGAIN)
		return e;
	*ret = ev;
	return OK;
}

/* Cuts text behind its first word, which ends at a space or a line. Returns the rest. */
static char *after_keyword(char *text)
{
	size_t n = strcspn(text, " \n");
	if (!text[n])
		return text + n;
	text[n] = 0;
	return text + n + 1;
}

err_t control_event_read(char *text, struct torctl_event *ret)
{
	char *rest = after_keyword(text);
	if (strcmp(text, "STATUS_CLIENT") == 0 || strcmp(text, "STATUS_GENERAL") == 0)
		return read_status(rest, ret);
	if (strcmp(text, "HS_DESC") == 0)
		return read_hs_desc(rest, ret);
	bool error = strcmp(text, "ERR") == 0;
	if (error || strcmp(text, "WARN") == 0) {
		*ret = (struct torctl_event){.type = TORCTL_LOG};
		ret->log.error = error;
		ret->log.text = rest;
		return OK;
	}
	return ERR_AGAIN;
}

/* The value of the first line `KEY=VALUE`, its line end cut off; NULL when the line is another. */
static char *first_value(char *text, const char *key)
{
	size_t n = strlen(key);
	if (strncmp(text, key, n) != 0 || text[n] != '=')
		return NULL;
	text[strcspn(text, "\n")] = 0;
	return text + n + 1;
}

static err_t read_version(char *text, struct torctl_event *ret)
{
	char *v = first_value(text, "version");
	if (!v)
		return ERR_PEER_FORMAT;
	struct torctl_event ev = {.type = TORCTL_VERSION};
	TRY(tor_version_parse(slice_str(v), &ev.version.number));
	ev.version.text = v;
	*ret = ev;
	return OK;
}

static err_t read_onion(char *text, struct torctl_event *ret)
{
	char *v = first_value(text, "ServiceID");
	if (!v || strlen(v) != TORCTL_ADDRESS_LEN || strspn(v, TORCTL_ADDRESS_LETTERS) != TORCTL_ADDRESS_LEN)
		return ERR_PEER_FORMAT;
	*ret = (struct torctl_event){.type = TORCTL_ONION_ADDED, .onion_added = v};
	return OK;
}

static err_t read_phase(char *text, struct torctl_event *ret)
{
	char *v = first_value(text, "status/bootstrap-phase");
	err_t e = v ? read_status(v, ret) : ERR_PEER_FORMAT;
	return e == ERR_AGAIN || (e == OK && ret->type != TORCTL_BOOTSTRAP) ? ERR_PEER_FORMAT : e;
}

err_t control_answer_read(enum torctl_command command, int code, char *text, struct torctl_event *ret)
{
	struct torctl_event ev = {.type = TORCTL_REPLY};
	if (code == 250 && command == TORCTL_GET_VERSION) {
		TRY(read_version(text, &ev));
	} else if (code == 250 && command == TORCTL_GET_BOOTSTRAP) {
		TRY(read_phase(text, &ev));
	} else if (code == 250 && command == TORCTL_ADD_ONION) {
		TRY(read_onion(text, &ev));
	} else {
		ev.reply.code = code;
		ev.reply.text = text;
	}
	ev.command = command;
	*ret = ev;
	return OK;
}
