/* The link's state; private to peer/link.c (bytes, time, answers) and peer/link_records.c (what records mean). */
#ifndef BOC_PEER_LINK_PRIVATE_H
#define BOC_PEER_LINK_PRIVATE_H

#include "base/buf.h"
#include "peer/link.h"
#include "peer/rekey.h"

/* Room behind LINK_OUT_MAX for what the link itself has to say: M3, ACCEPT, EK, CT, DONE, CLOSE, PING. There is never
 * more than one of each: a peer that does not read cannot go on to the next epoch. */
#define LINK_OUT_RESERVE 16384

enum link_state {
	LINK_INVALID = 0,
	LINK_DIALLING,  /* A: M1 made, the stream not up yet */
	LINK_HANDSHAKE, /* hs goes on */
	LINK_ACCEPTING, /* A: M3 made, ACCEPT awaited */
	LINK_RUNNING,   /* LINK_OPEN was told */
	LINK_ENDED,     /* LINK_CLOSED was told or will be */
};

struct link {
	const struct env *env; /* borrowed */
	enum link_state state;
	bool initiator;
	struct handshake *hs; /* owned; NULL from LINK_ACCEPTING / LINK_RUNNING on */
	struct onion_pub peer;
	struct pq_identity peer_pq;
	enum accept_status status; /* from ACCEPT on */

	struct hs_result claim;  /* A: until R_1 is there */
	bool waits_for_root;     /* A: ACCEPT came, R_1 is being made */
	bool confirmed;          /* B: a record of epoch 1 came */
	bool chain_came;         /* B, in quarantine: the one ROTCHAIN was delivered */
	struct record_root root; /* R_0, then S_i of the newest epoch */
	struct record_chain tx;
	struct record_chain rx;
	struct rekey rekey;

	u8 in[RECORD_MAX_WIRE]; /* the message that is coming, or the plain text of the last one */
	size_t in_n;            /* bytes of the message that is coming */
	size_t plain_n;         /* bytes of the last one, wiped when the next begins */
	struct buf out;

	bool has_event;
	struct link_event event;
	struct link_event end; /* LINK_CLOSED, in LINK_ENDED */
	bool end_told;

	u64 limit_ms;         /* deadline of the handshake; in LINK_RUNNING that of the link (PROTO 4.3.18) */
	u64 last_received_ms; /* last authentic message */
	u64 pinged_ms;        /* since when a PING waits for anything to come; 0: none does */
	u64 unacked_ms; /* when the oldest DATA went out that had neither ACK nor PING behind it; 0: there is none */
	bool is_quiet;  /* the PING has waited for too long */
};

/* Queues an event; the one before was taken. */
void link_emit(struct link *l, const struct link_event *ev);

/* Ends the link: keys are wiped, no more events but LINK_CLOSED. What is pending is dropped unless there was or is a
 * CLOSE to write. Returns err. */
err_t link_end(struct link *l, err_t err, enum link_close_reason reason, bool by_peer, bool keep_pending);

/* Seals one record of the link's own or of the layer above and queues it. On error the link has ended. */
err_t link_queue(struct link *l, u8 type, struct slice payload) MUST_CHECK;

/* The handshake is done: keys of epoch 0 from its result. */
void link_start_records(struct link *l, const struct hs_result *r);

/* B: queues ACCEPT and changes its sending to epoch 1 (PROTO 4.3.1). root: R_1. */
err_t link_accept(struct link *l, u64 now, u8 psk_sel, const struct record_root *root) MUST_CHECK;

/* A: R_1 is there: changes both directions to epoch 1. */
err_t link_enter(struct link *l, u64 now, const struct record_root *root) MUST_CHECK;

/* Both sides are authenticated: LINK_RUNNING, for LINK_RENEW_MS; in quarantine not for long. */
void link_run(struct link *l, u64 now);

/* Asks for the next epoch if that is due. */
err_t link_rekey_if_due(struct link *l, u64 now, enum rekey_cause cause) MUST_CHECK;

/* One whole record is in l->in: opens it and does what it means. On error the link has ended. */
err_t link_on_record(struct link *l, u64 now) MUST_CHECK;

/* Queues CLOSE(reason) and ends the link with err; both sides agreed on keys. */
err_t link_say_close(struct link *l, enum link_close_reason reason, err_t err);

/* Queues a PING if the link is open and its status lets data flow. From now on an answer is waited for. */
err_t link_ping(struct link *l, u64 now);

/* Whether data may flow both ways (PROTO 3.5.6). */
static inline bool link_may_talk(const struct link *l)
{
	return l->state == LINK_RUNNING && l->status <= ACCEPT_CONT_LOST;
}

#endif
