/* Bridges, as people are given them: lines of text, one bridge each. They end as options of tor, so what is read here is
 * read strictly and written anew; nothing that was pasted reaches tor as it was. No I/O.
 *
 *   [Bridge] [TRANSPORT] ADDRESS:PORT FINGERPRINT [KEY=VALUE]...
 *
 * Without a transport it is a relay that is listed nowhere; with one, a program beside tor disguises the connection. */
#ifndef BOC_TOR_BRIDGE_H
#define BOC_TOR_BRIDGE_H

#include "base/buf.h"
#include "base/limits.h"

enum bridge_transport { BRIDGE_VANILLA, BRIDGE_OBFS4, BRIDGE_SNOWFLAKE, BRIDGE_WEBTUNNEL, BRIDGE_TRANSPORTS };

/* Sets of transports: 1 << enum bridge_transport. */
#define BRIDGE_PLAIN (1u << BRIDGE_VANILLA)

/* What is wrong with a line. */
enum bridge_wrong {
	BRIDGE_FINE,
	BRIDGE_CHARACTER, /* one that no line of a bridge has */
	BRIDGE_LONG,
	BRIDGE_MANY, /* lines */
	BRIDGE_TRANSPORT,
	BRIDGE_ADDRESS,
	BRIDGE_FINGERPRINT,
	BRIDGE_OPTION,  /* no KEY=VALUE, or one twice */
	BRIDGE_MISSING, /* an option without which the transport does nothing */
	BRIDGE_PROGRAM, /* the transport's program is not installed */
	BRIDGE_SYSTEM,  /* tor is the system's, and its bridges are, too; of no line */
	BRIDGE_WRONGS,
};

struct bridge_fault {
	u32 line; /* counted from 1, blank ones too */
	enum bridge_wrong what;
	enum bridge_transport transport; /* of that line, as far as it is known */
};

struct bridges {
	unsigned used;                /* set of transports */
	u32 first[BRIDGE_TRANSPORTS]; /* the first line of each that is used */
	size_t count;
};

/* Reads lines, blank ones between them, and appends the bridges to out: one a line, each ending in \n, without the word
 * Bridge, fields apart by one space. None at all is fine. out: of at most MAX_BRIDGES_TEXT bytes and empty.
 * ERR_PEER_FORMAT, ERR_PEER_LIMIT: *ret_fault says where and why, out is empty. */
err_t bridges_read(struct slice text, struct buf *out, struct bridges *ret, struct bridge_fault *ret_fault) MUST_CHECK;

/* The next bridge of what bridges_read() wrote, without its end; *rest goes on behind it. false: none is left. */
bool bridges_next(struct slice *rest, struct slice *ret);

#define BRIDGE_FAULT_TEXT 256

/* A sentence for people, with the number of the line. */
void bridge_fault_text(const struct bridge_fault *f, char ret[static BRIDGE_FAULT_TEXT]);

/* "obfs4" and so on; "" for none. */
const char *bridge_transport_name(enum bridge_transport t);

/* The programs that speak a transport, NULL behind the last, and where they come from: "the package obfs4proxy". */
const char *const *bridge_programs(enum bridge_transport t);
const char *bridge_package(enum bridge_transport t);

#endif
