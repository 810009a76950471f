/* The people of the tests: Alice and Bob, who are honest, and Mallory, who has an address and keys of her own and sits
 * wherever she likes. And what she can do. */
#ifndef BOC_TEST_CAST_H
#define BOC_TEST_CAST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crypto/kdf.h"
#include "party.h"
#include "peer/hs_private.h"
#include "peer/link_private.h"

extern struct person alice, bob, mallory;

/* For cmocka_run_group_tests. */
int cast_set_up(void **state);
int cast_tear_down(void **state);

/* Mallory's own machine that dials `to`; what it says of itself can be bent through h->own and h->own_pq. */
struct handshake *mallory_dials(const struct onion_pub *to);

/* Mallory's own machine that answers a dial with the name and the pq identity of `as`. */
struct handshake *mallory_listens(const struct person *as);

/* Bob's machine at the point where he signs his answer to h. */
struct handshake *bob_answers(const struct handshake *h);

/* Bob, with the seed that every test of an attack uses. */
void bob_listens(struct party *b);

/* p sends DATA, and a rekey is due behind it. */
void asks_for_rekey(struct party *p, u64 now);

/* Moves one record of `from` to `to`, changed in place by edit() if there is one. Gives what its link said. Fails the
 * test when there is no record. */
err_t pass_record(struct party *from, struct party *to, u64 now, void (*edit)(u8 *wire, size_t n, void *arg),
                  void *arg);

/* Both send and receive in this epoch, with the same keys. */
void assert_epoch(const struct party *a, const struct party *b, u32 epoch);

/* Bob was told nothing that he would store, and has nothing to say. `policy`: he was asked whether a claimed address may
 * talk, and then found out. */
void assert_bob_found_out(struct party *b, err_t err, int signs, int policy);

/* Alice was told nothing that she would store, and did not say who she is. */
void assert_alice_found_out(struct party *a, err_t err);

/* h (Mallory as initiator) gets Bob's honest M2. */
void mallory_gets_m2(struct handshake *h, struct party *b);

/* h makes M3 out of what it pretends to be and gives it to Bob. */
void mallory_gives_m3(struct handshake *h, struct party *b, const struct auth_sigs *sigs);

#endif
