/* What two vaults say to each other inside the records of a link (docs/protocol.md 4.5).
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

#define ITEM_HASH_LEN 32
#define ITEM_SALT_LEN 16

/* SYNC: once per link and side, as soon as a side takes the other for accepted; what it has of the other's items. */
struct peer_sync {
	u64 top;                /* items 1 to top are all here */
	u8 head[ITEM_HASH_LEN]; /* hash of item top; zeros when top is 0 */
};

/* DATA: one item. PROTO 4.5.5: "`seq` counts the author's items to this contact from 1 without gaps" */
enum item_kind {
	ITEM_NONE,
	ITEM_TEXT,
	ITEM_REPLY,
	ITEM_REACTION,
	ITEM_EDIT,
	ITEM_DELETE,
	ITEM_GONE,
	ITEM_TERMS,
	ITEM_PROFILE,
};
#define ITEM_SEQ_MAX ((1ull << 53) - 1)
struct peer_item {
	struct msg_id id;
	u64 seq;                /* 1 to ITEM_SEQ_MAX */
	u8 prev[ITEM_HASH_LEN]; /* hash of the author's item before; zeros: none, or not known any more */
	u8 salt[ITEM_SALT_LEN]; /* random, so that the hash betrays no words; erased with them */
	u64 time_ms;            /* author's wall clock, for display only */
	u32 vanish;             /* seconds a message lives after it was read; 0: it stays */
	u8 kind;                /* enum item_kind */
	struct slice body;      /* as item_body says; of another kind any 0 to MAX_BODY bytes */
};

/* The body of an item of a known kind. What its kind has not is empty. */
struct item_body {
	bool of_reader;       /* REPLY, REACTION: the target is an item of the reader's, else of the author's */
	struct msg_id target; /* REPLY, REACTION, EDIT, DELETE */
	struct slice text;    /* TEXT, REPLY, EDIT: utf8_is_text, 1 to MAX_TEXT bytes; REACTION: 0 to MAX_EMOJI bytes */
	struct slice name;    /* PROFILE: utf8_is_name, 1 to MAX_NAME bytes */
	struct slice picture; /* PROFILE: PICTURE_LEN bytes, or none */
	u8 was;               /* GONE: the kind it had */
	u8 hash[ITEM_HASH_LEN]; /* GONE: the hash it had; zeros: of a time without */
	u32 vanish;             /* TERMS: seconds, 0: messages do not vanish */
	u32 keep;               /* TERMS: days, 0 to KEEP_MAX; 0: for ever */
};
#define MAX_BODY (1 + MAX_NAME + PICTURE_LEN) /* of a PROFILE, the longest */

/* ACK: these items are committed in the vault of the side that says so. NAK, of the same form: they cannot be read there and
 * will not be taken. */
#define ACK_MAX 64
struct peer_ack {
	size_t count; /* 1 to ACK_MAX */
	struct msg_id ids[ACK_MAX];
};

/* READ: these items of the other's were read by a person. As many as fit the smallest record. */
#define READ_MAX 29
struct peer_read {
	size_t count; /* 1 to READ_MAX */
	struct msg_id ids[READ_MAX];
};

/* ADDRESS: where the contacts of the side that says so reach it (PROTO 3.3.2). */
#define ADDRESS_LEN (32 + 32 + 32 + 64)
struct peer_address {
	u8 onion[32]; /* Ed25519 */
	u8 key[32];   /* x25519, secret: the reader's, for this address */
	u8 held[32];  /* the reader's, as the author has it; zeros: not */
	u8 sig[64];   /* by `onion`, of the author's identity */
};

/* Room that any of them needs. */
#define PEER_MSG_MAX (MAX_BODY + 92)

/* Each writes to out (PEER_MSG_MAX bytes are enough) and gives the number of bytes, 0 when a field breaks a rule. */
size_t peer_hello_encode(const struct peer_hello *m, u8 *out, size_t cap);
size_t peer_sync_encode(const struct peer_sync *m, u8 *out, size_t cap);
size_t peer_item_encode(const struct peer_item *m, u8 *out, size_t cap);
size_t peer_ack_encode(const struct peer_ack *m, u8 *out, size_t cap);
size_t peer_read_encode(const struct peer_read *m, u8 *out, size_t cap);
size_t peer_typing_encode(bool on, u8 *out, size_t cap);
size_t peer_address_encode(const struct peer_address *m, u8 *out, size_t cap);

/* Each gives ERR_PEER_FORMAT for anything its encoder would not write. Slices borrow from in.
 * An item of a kind this version does not know decodes; its body is then only bounded, not checked. */
err_t peer_hello_decode(struct slice in, struct peer_hello *ret) MUST_CHECK;
err_t peer_sync_decode(struct slice in, struct peer_sync *ret) MUST_CHECK;
err_t peer_item_decode(struct slice in, struct peer_item *ret) MUST_CHECK;
err_t peer_ack_decode(struct slice in, struct peer_ack *ret) MUST_CHECK;
err_t peer_read_decode(struct slice in, struct peer_read *ret) MUST_CHECK;
err_t peer_typing_decode(struct slice in, bool *ret_on) MUST_CHECK;
/* Whether onion and sig are good is for its reader to ask. */
err_t peer_address_decode(struct slice in, struct peer_address *ret) MUST_CHECK;

/* What stands around the body, whatever the body is: ERR_PEER_FORMAT where that breaks a rule, too. */
err_t peer_item_envelope(struct slice in, struct peer_item *ret) MUST_CHECK;

/* The body of an item, by its kind: likewise. ERR_PEER_FORMAT too for a kind this version does not know. */
size_t item_body_encode(u8 kind, const struct item_body *m, u8 *out, size_t cap);
err_t item_body_decode(u8 kind, struct slice in, struct item_body *ret) MUST_CHECK;

static inline bool item_is_known(u8 kind)
{
	return kind >= ITEM_TEXT && kind <= ITEM_PROFILE;
}

/* PROTO 4.5.5: "0, or 5 to 31536000" */
static inline bool vanish_is_good(u32 seconds)
{
	return seconds == 0 || (seconds >= VANISH_MIN && seconds <= VANISH_MAX);
}

#endif
