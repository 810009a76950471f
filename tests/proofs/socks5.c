/* tor/socks5: tor's answer, any bytes in pieces of any size.
 *
 * One turn of the loop from any state in which it can be between two turns (an answer that goes on, and not more of it than
 * was wanted) to such a state again: so it holds for any number of turns and of pieces. The bytes that come stand in their
 * place from the start, of any value: each is copied once.
 *
 * UNWIND 3
 */
#include "tor/socks5.c"

#include "proof.h"

/* What socks5_feed() finds at the beginning of each turn. */
static bool goes_on(struct socks5 *s, size_t *ret_want)
{
	return s->state == SOCKS5_MORE && judge(s, ret_want) == OK && s->state == SOCKS5_MORE;
}

void prove_start(void)
{
	struct socks5 s;
	size_t want;
	s.n = 0;
	s.state = SOCKS5_MORE;
	bool on = goes_on(&s, &want);
	prove(on && want > 0 && want <= SOCKS5_REPLY_MAX);
	reached(on);
}

void prove_turn(void)
{
	struct socks5 s;
	size_t want, then, more = any_size();
	assume(s.n <= SOCKS5_REPLY_MAX && goes_on(&s, &want) && s.n < want && want <= SOCKS5_REPLY_MAX);
	assume(more >= 1 && more <= want - s.n);
	s.n += more;
	prove(s.n <= SOCKS5_REPLY_MAX);
	bool on = goes_on(&s, &then);
	prove(!on || (s.n < then && then <= SOCKS5_REPLY_MAX));
	reached(s.state == SOCKS5_CONNECTED && s.n == SOCKS5_REPLY_MAX);
	reached(s.state == SOCKS5_FAILED);
	reached(on && then == SOCKS5_REPLY_MAX);
}
