/* Whom to dial, and when: the only place that knows back-off, and that who was there last comes first. Pure decisions; time is passed in, randomness is env's.
 *
 * A contact is in one of four conditions: waiting for its time, dialling (takes one of MAX_DIALS), in the handshake
 * (takes none: a silent peer blocks nobody), or linked. How long a dial may take is the link's own limit (DIAL_MS,
 * HANDSHAKE_MS); its end is told with dialler_failed(). */
#ifndef BOC_NET_DIALLER_H
#define BOC_NET_DIALLER_H

#include "base/env.h"

#define DIALLER_NEVER UINT64_MAX

struct dialler;

/* Nobody is known and tor is down. env is borrowed for the dialler's life. Never NULL. */
struct dialler *dialler_new(const struct env *env);

/* NULL is fine; gives NULL. */
struct dialler *dialler_free(struct dialler *d);

/* A contact, new or changed; want: keep a link to it up. A new one, or one newly wanted, is due at once. seen_ms: when it was
 * last there, by the wall clock; 0: never. */
void dialler_know(struct dialler *d, u64 contact, bool want, u64 seen_ms, u64 now);
void dialler_forget(struct dialler *d, u64 contact);

/* Whether tor can be used. Going up makes everybody due at once. */
void dialler_tor(struct dialler *d, bool up, u64 now);

/* Everybody is due at once, back-off forgotten: the machine slept, or its network is another one. */
void dialler_wake(struct dialler *d, u64 now);

/* Somebody waits for this contact: due at once, before all others, back-off forgotten. */
void dialler_hurry(struct dialler *d, u64 contact);

/* The next contact to dial now, of those that are due the one that was there last; it counts as dialling from here. False:
 * nobody, ask again at dialler_deadline(). */
bool dialler_next(struct dialler *d, u64 now, u64 *ret_contact);

/* Whose dial is to be given up for somebody who is waited for, when MAX_DIALS are under way: the one that has lasted longest
 * and that nobody waits for. False: none has to. */
bool dialler_victim(const struct dialler *d, u64 now, u64 *ret_contact);

/* Whether somebody waits for this contact, whose dial is under way. */
bool dialler_is_hurried(const struct dialler *d, u64 contact);

/* When somebody becomes due; DIALLER_NEVER when only an event can change anything. */
u64 dialler_deadline(const struct dialler *d);

/* Tor has a stream to the contact: the handshake begins. */
void dialler_connected(struct dialler *d, u64 contact);

/* The dial or its handshake ended without a link. */
void dialler_failed(struct dialler *d, u64 contact, u64 now);

/* Tor's answer may be wrong (socks5_reply_is_doubtful): due again at once, one time. False: it was that time, and it is
 * dialler_failed() that is to be told. */
bool dialler_doubted(struct dialler *d, u64 contact, u64 now);

/* It ended, and is to be tried again at once, in another way. The back-off stays as it is. */
void dialler_again(struct dialler *d, u64 contact, u64 now);

/* The dial was given up by ourselves, because there is a link. */
void dialler_cancelled(struct dialler *d, u64 contact);

/* A link is open. dialled: it is our dial that led to it. A contact may have several. */
void dialler_link_up(struct dialler *d, u64 contact, bool dialled, u64 now);
void dialler_link_down(struct dialler *d, u64 contact, u64 now);

/* An open link missed a probe, or is heard again; before dialler_link_down() it is not quiet any more. Who has none but
 * quiet links is dialled. */
void dialler_link_quiet(struct dialler *d, u64 contact, bool quiet, u64 now);

/* After dialler_link_down(): the link was closed because of its age, as the peer or we said; believed if it lasted for
 * DIAL_STEADY_MS. Its initiator is to dial at once; the other side leaves that to him for DIAL_RENEW_TURN_MS. */
void dialler_renew(struct dialler *d, u64 contact, bool dialled, u64 now);

#endif
