/* The record layer (PROTO 4.1, 4.2): four wire sizes, one key per record, a chain of keys per direction and
 * epoch. No I/O, no allocation. */
#ifndef BOC_PEER_RECORD_H
#define BOC_PEER_RECORD_H

#include "base/err.h"
#include "base/slice.h"

#define RECORD_CLASSES 4
#define RECORD_MAX_WIRE 31232
#define RECORD_MAX_PAYLOAD 31212
#define RECORD_OVERHEAD 20 /* class 1, tag 16, type 1, length 2 */

/* PROTO 4.1. What is not here is legal and ignored by whoever gets it. */
enum record_type {
	RECORD_DATA = 1,
	RECORD_ACK = 2,
	RECORD_PING = 3,
	RECORD_REKEY_EK = 4,
	RECORD_REKEY_CT = 5,
	RECORD_REKEY_DONE = 6,
	RECORD_ACCEPT = 7,
	RECORD_PREKEYS = 8,
	RECORD_SYNC = 9,
	RECORD_ROTCHAIN = 10,
	RECORD_CLOSE = 11,
	RECORD_DROP = 12,
	RECORD_HELLO = 32,
	RECORD_READ = 33,
	RECORD_TYPING = 34,
	RECORD_NAK = 35,
	RECORD_ADDRESS = 36,
	RECORD_COVER = 37,
	RECORD_COVERED = 38,
};

/* PROTO 4.5.18: "Where 4.1.6, 4.3.14, 4.3.15 and 4.3.16 say DATA, a COVER counts as one" */
static inline bool record_is_data(u8 type)
{
	return type == RECORD_DATA || type == RECORD_COVER;
}

enum record_dir {
	RECORD_A2B = 1, /* from the initiator */
	RECORD_B2A = 2,
};

/* Root key R_i of an epoch, or S_i, which comes after it. Wipe after use. */
struct record_root {
	u8 b[64];
};

/* The keys of one direction in one epoch: only the next record's are derivable. Wipe with record_chain_wipe(). */
struct record_chain {
	u8 key[32]; /* C */
	enum record_dir dir;
	u32 epoch;
	u64 seq; /* of the next record, from 0 in each epoch */
};

/* Wire size of a class, 0 when there is no such class. */
size_t record_wire_size(u8 class);

/* The smallest class whose payload holds n bytes; -1 when n > RECORD_MAX_PAYLOAD. */
int record_class_for(size_t n);

/* Payload bytes that a class holds: its wire size less RECORD_OVERHEAD. */
size_t record_capacity(u8 class);

/* Starts the chain of `dir` in epoch `epoch` from that epoch's root (PROTO 4.2). */
void record_chain_init(struct record_chain *c, const struct record_root *root, u32 epoch, enum record_dir dir);

/* Starts both chains of epoch `epoch` from its root R_i and puts S_i in its place (PROTO 4.2.4): what root holds from
 * then on leads to the next root only. */
void record_epoch_start(struct record_root *root, u32 epoch, struct record_chain *ret_a2b,
                        struct record_chain *ret_b2a);

void record_chain_wipe(struct record_chain *c);

/* root := Expand(Extract(root, secret), "root", u32be epoch ‖ SHA-512(ctx1 ‖ ctx2), 64), the old one is gone
 * (PROTO 3.4.10 with R_0 and psk, PROTO 4.3.9 with S_i and ss). `epoch` is the new one. */
void record_root_next(struct record_root *root, const u8 secret[static 32], u32 epoch, struct slice ctx1,
                      struct slice ctx2);

/* Seals one record of `class` into out (record_wire_size(class) bytes) and moves the chain on.
 * payload.n must fit the class: ERR_BUG otherwise, chain untouched. ERR_LOCAL_CRYPTO when the cipher fails. */
err_t record_seal(struct record_chain *c, u8 class, u8 type, struct slice payload, u8 *out) MUST_CHECK;

/* Opens one whole record as received, in place: wire[0:n] with n = record_wire_size(wire[0]), ERR_PEER_FORMAT
 * otherwise. ERR_PEER_CRYPTO: tag; ERR_PEER_FORMAT: length past the end or padding that is not zero.
 * On success the chain has moved on and *ret_payload borrows from wire, which then holds plain text: wipe it.
 * On failure the chain and wire are wiped: the link is over. */
err_t record_open(struct record_chain *c, u8 *wire, size_t n, u8 *ret_type, struct slice *ret_payload) MUST_CHECK;

#endif
