/* One encrypted connection to a peer: the handshake, then records. Knows no socket, no clock, no file, no
 * long-term key. Whoever owns it moves bytes and answers its questions:
 *
 *	link_feed(l, now, &in)          bytes that came; stops early when an event has to be handled first
 *	while (link_next(l, &ev)) ...   what happened, and what it wants to know
 *	link_give_*()                   the vault's answers
 *	link_pending(l), link_sent()    bytes to write
 *	link_deadline(l), link_tick()   time
 *
 * Every end, whatever the cause, is told by exactly one LINK_CLOSED event, the last one. A function that returns
 * an error other than ERR_AGAIN has ended the link (or found it ended) with that error, link_send() excepted.
 * `now` is env's monotonic clock in milliseconds, never smaller than in an earlier call. */
#ifndef BOC_PEER_LINK_H
#define BOC_PEER_LINK_H

#include "base/env.h"
#include "base/slice.h"
#include "peer/authmsg.h"
#include "peer/handshake.h"
#include "peer/record.h"

#define LINK_OUT_MAX (1u << 20) /* bytes waiting to be sent at which link_send() says ERR_AGAIN */
#define LINK_NEVER UINT64_MAX

/* PROTO 4.4: why a link was closed. An unknown number from a peer counts as LINK_CLOSE_DONE. */
enum link_close_reason {
	LINK_CLOSE_NONE = 0, /* there was no CLOSE: broken or failed */
	LINK_CLOSE_DONE = 1,
	LINK_CLOSE_DUP = 2,         /* another link to the same peer stays */
	LINK_CLOSE_LOCKED = 3,      /* going away: locked or stopped */
	LINK_CLOSE_REFUSED = 4,     /* not or no longer welcome */
	LINK_CLOSE_KEY_CHANGED = 5, /* not the pinned identity */
	LINK_CLOSE_RENEW = 6,       /* A is to dial again at once (PROTO 4.3.18, 5.3.4) */
};

enum link_event_type {
	LINK_WANT_SIGN = 1, /* answer: link_give_signature() */
	LINK_WANT_PIN,      /* initiator, B is not as pinned; answer: link_give_pinned() once it is committed */
	LINK_WANT_POLICY,   /* responder; answer: link_give_policy() */
	LINK_WANT_ACCEPT,   /* responder; answer: link_give_accept() once a new pin is committed */
	LINK_WANT_ROOT,     /* initiator; answer: link_give_root() once the continuity secret is committed */
	LINK_OPEN,          /* both sides are authenticated */
	LINK_RECORD,        /* a record for the layers above; an unknown type is to be ignored */
	LINK_CLOSED,        /* the end; write what link_pending() still holds, then close the stream */
};

/* Pointers and slices in it are borrowed until the next link_feed(), link_give_*() or link_free(). */
struct link_event {
	enum link_event_type type;
	union {
		struct auth_request sign; /* LINK_WANT_SIGN */
		struct {
			struct onion_pub peer;        /* the dialled address */
			const struct pq_identity *pq; /* proven */
			enum pq_relation relation;    /* PQ_NEW, PQ_ROTATED: to be pinned. PQ_CHANGED: it ends here */
		} pin;                                /* LINK_WANT_PIN */
		struct {
			struct onion_pub peer;    /* claimed, not proven */
			u8 inv_id[HS_INV_ID_LEN]; /* likewise; zeros: none */
		} policy;                         /* LINK_WANT_POLICY */
		struct {
			struct onion_pub peer; /* proven */
			const struct pq_identity *pq;
			enum pq_relation relation; /* PQ_CHANGED: the only answer is ACCEPT_KEY_CHANGED */
			u8 inv_id[HS_INV_ID_LEN];
			const struct hs_result *claim; /* secret */
		} accept;                              /* LINK_WANT_ACCEPT */
		struct {
			enum accept_status status; /* what B said */
			u8 psk_sel;
			u8 accept_hash[64];            /* SHA-512(th7 ‖ ACCEPT payload) */
			const struct hs_result *claim; /* secret */
		} root;                                /* LINK_WANT_ROOT */
		struct {
			struct onion_pub peer;
			const struct pq_identity *pq;
			enum accept_status status;
			bool initiator; /* whether we dialled */
		} open; /* LINK_OPEN. With ACCEPT_INVITE_BAD no data flows, with ACCEPT_KEY_CHANGED only a ROTCHAIN of A */
		struct {
			u8 type; /* enum record_type, or unknown */
			struct slice payload;
		} record; /* LINK_RECORD */
		struct {
			enum link_close_reason reason; /* of the CLOSE or of link_close(); else LINK_CLOSE_NONE */
			bool by_peer;                  /* the peer sent the CLOSE */
			err_t err; /* OK: clean. ERR_AGAIN: the stream broke. ERR_PEER_PIN: key changed. Else what failed */
		} closed;          /* LINK_CLOSED */
	};
};

struct link;

/* A link for a dial to cfg->dialled; M1 is pending at once and may be pipelined behind the SOCKS request.
 * It has DIAL_MS until link_connected(), then HANDSHAKE_MS until LINK_OPEN. Never NULL: what fails is told by
 * LINK_CLOSED. env is borrowed for the link's life, cfg for the call. Owned by the caller. */
struct link *link_new_initiator(const struct env *env, const struct hs_config *cfg, u64 now);

/* A link for an accepted stream. It has HANDSHAKE_M1_MS until M1 is whole, then HANDSHAKE_MS until LINK_OPEN. */
struct link *link_new_responder(const struct env *env, const struct hs_config *cfg, u64 now);

/* Wipes and frees; NULL is fine. Returns NULL. Sends nothing: link_close() first for a clean end. */
struct link *link_free(struct link *l);

/* Initiator: the stream to the peer is up. The time for the handshake counts from here. */
void link_connected(struct link *l, u64 now);

/* Bytes from the peer. Moves *in past what was taken. Bytes stay in *in only while an event waits for link_next()
 * or an answer is outstanding: keep them and feed them again after it. On a link that has ended all bytes are
 * taken and dropped. ERR_PEER_*: the link ended, nothing more will be sent. */
err_t link_feed(struct link *l, u64 now, struct slice *in) MUST_CHECK;

/* The stream ended. Without a CLOSE before, the link is broken (LINK_CLOSED with ERR_AGAIN): see PROTO 4.4. */
void link_eof(struct link *l);

/* Bytes to send, in order. Borrowed until the next call on l. */
struct slice link_pending(const struct link *l);

/* The first n bytes of link_pending() are on their way. */
void link_sent(struct link *l, size_t n);

/* The next event. False when there is none now. */
bool link_next(struct link *l, struct link_event *ret);

/* Answers. ERR_BUG when it was not asked for. On a link that has ended meanwhile: nothing happens, ERR_AGAIN. */
err_t link_give_signature(struct link *l, const struct auth_sigs *sigs, const struct hs_tags *tags) MUST_CHECK;
err_t link_give_pinned(struct link *l) MUST_CHECK;
/* pin: what this peer showed before, borrowed for the call; NULL at first contact. !allow ends the link silently
 * with ERR_PEER_POLICY. */
err_t link_give_policy(struct link *l, bool allow, const struct pq_identity *pin) MUST_CHECK;
/* root: R_1 with the secret that psk_sel names, copied. ACCEPT_OK, ACCEPT_PENDING or ACCEPT_CONT_LOST open the link,
 * ACCEPT_KEY_CHANGED too, for QUARANTINE_MS. ACCEPT_INVITE_BAD tells the peer and closes it: ERR_PEER_POLICY. */
err_t link_give_accept(struct link *l, u64 now, enum accept_status status, u8 psk_sel,
                       const struct record_root *root) MUST_CHECK;
/* root: R_1, copied. Opens the link. */
err_t link_give_root(struct link *l, u64 now, const struct record_root *root) MUST_CHECK;

/* Responder: whether A has shown that it has the keys of epoch 1, thus committed what ACCEPT settled. Once true, it stays
 * so; ask after link_feed(). */
bool link_is_confirmed(const struct link *l);

/* Queues one record in the smallest class that holds it. type is the layer above's (DATA, ACK, HELLO, ...): one of
 * the link's own is ERR_BUG, as is payload.n > RECORD_MAX_PAYLOAD. ERR_AGAIN: not open yet, LINK_OUT_MAX bytes are
 * waiting, or DATA has to wait for a rekey (PROTO 4.3.15), which the link asks for; nothing is queued then, try again
 * after link_feed() or link_sent(). ERR_PEER_POLICY: the link has ended or its status forbids data. ERR_LOCAL_CRYPTO
 * ends the link. */
err_t link_send(struct link *l, u64 now, u8 type, struct slice payload) MUST_CHECK;

/* Sends a PING at once if the link is open. Any record that comes after shows in link_last_received_ms(). */
void link_probe(struct link *l, u64 now);

/* A PING has had no answer for LINK_QUIET_MS, and nothing else came: the peer may be gone. What comes ends that; nothing for
 * LINK_DEAD_MS ends the link. Changes in link_tick() and link_feed(). */
bool link_is_quiet(const struct link *l);

/* When the last authentic message came (the link's birth if none did). */
u64 link_last_received_ms(const struct link *l);

/* Ends the link: queues CLOSE(reason) if it is open, LINK_CLOSED follows. Write link_pending() out, then close the
 * stream. Does nothing on a link that has ended. */
void link_close(struct link *l, enum link_close_reason reason);

/* Call link_tick() at or after this time. LINK_NEVER when there is nothing to wait for. */
u64 link_deadline(const struct link *l);

/* Does what is due at now: PING, rekey, renewal, time-outs. ERR_PEER_TIMEOUT: the link ended. OK on a link that had ended before. */
err_t link_tick(struct link *l, u64 now) MUST_CHECK;

#endif
