/* What two vaults say to each other inside the records of a link: DATA, ACK and HELLO (docs/protocol.md 4.5).
 * One canonical encoding: fixed order, no optional fields, trailing bytes are an error. No I/O. */
#ifndef BOC_WIRE_PEER_MSG_H
#define BOC_WIRE_PEER_MSG_H

#include "base/err.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/slice.h"

/* HELLO: once per link and side, as soon as a side has decided to talk.
 * From a side whose request is unanswered it introduces; from a side that was asked it says "accepted". */
struct peer_hello {
	struct slice name;     /* utf8_is_name, 1 to MAX_NAME bytes */
	struct slice greeting; /* utf8_is_text, 0 to MAX_GREETING bytes */
};

/* DATA: one item. PROTO 4.5.4: "`seq` counts the author's items to this contact from 1 without gaps" */
enum item_kind { ITEM_NONE, ITEM_TEXT };
struct peer_item {
	struct msg_id id;
	u64 seq;
	u64 time_ms;       /* author's wall clock, for display only */
	u8 kind;           /* enum item_kind */
	struct slice body; /* ITEM_TEXT: utf8_is_text, 1 to MAX_TEXT bytes */
};

/* ACK: these items are committed in the vault of the side that says so. */
#define ACK_MAX 64
struct peer_ack {
	size_t count; /* 1 to ACK_MAX */
	struct msg_id ids[ACK_MAX];
};

/* Room that any of them needs. */
#define PEER_MSG_MAX (MAX_TEXT + 64)

/* Each writes to out (PEER_MSG_MAX bytes are enough) and gives the number of bytes, 0 when a field breaks a rule. */
size_t peer_hello_encode(const struct peer_hello *m, u8 *out, size_t cap);
size_t peer_item_encode(const struct peer_item *m, u8 *out, size_t cap);
size_t peer_ack_encode(const struct peer_ack *m, u8 *out, size_t cap);

/* Each gives ERR_PEER_FORMAT for anything its encoder would not write. Slices borrow from in.
 * An item of a kind this version does not know decodes; its body is then only bounded, not checked. */
err_t peer_hello_decode(struct slice in, struct peer_hello *ret) MUST_CHECK;
err_t peer_item_decode(struct slice in, struct peer_item *ret) MUST_CHECK;
err_t peer_ack_decode(struct slice in, struct peer_ack *ret) MUST_CHECK;

#endif
