/* peer/pq: a ROTCHAIN of up to 40000 bytes, more than a record can have, with signatures that are good or not.
 *
 * SOURCES src/peer/pq.c tests/proofs/stub_cursor.c tests/proofs/stub_crypto.c tests/proofs/stub_memory.c
 * UNWIND 9
 * UNWIND strlen.0:60
 */
#include "peer/pq.h"

#include "proof.h"

void prove_chain(void)
{
	struct onion_pub onion;
	struct pq_identity pin, shown;
	struct slice chain = any_slice(40000);
	err_t e = pq_chain_verify(&onion, &pin, &shown, chain);
	prove(e != OK || (chain.n >= PQ_ENTRY_LEN && chain.n <= PQ_CHAIN_MAX * PQ_ENTRY_LEN));
	reached(e == OK && chain.n == PQ_CHAIN_MAX * PQ_ENTRY_LEN);
}
