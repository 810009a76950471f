/* tor/control: how lines become messages, for lines and messages of the greatest length and any bytes.
 *
 * One line from any state between two lines, to such a state again: it holds for any number of lines. What the words of a
 * message say is control_text.c's.
 *
 * SOURCES src/base/buf.c tests/proofs/stub_bounds.c
 * UNWIND 6
 */
#include "tor/control.c"

#include "proof.h"

static struct torctl *any_torctl(void)
{
	struct torctl *c = (struct torctl *)any_object(sizeof *c);
	assume(c->text_len <= TORCTL_TEXT_MAX);
	assume(c->code == 0 || (c->code >= 200 && c->code <= 699));
	assume(c->first < TORCTL_COMMANDS_MAX && c->count <= TORCTL_COMMANDS_MAX);
	c->in = buf_with_max(MAX_TOR_LINE + TORCTL_FEED_MAX);
	c->in.cap = any_size();
	c->in.head = any_size();
	c->in.tail = any_size();
	assume(c->in.cap >= 1 && c->in.cap <= c->in.max && c->in.head <= c->in.tail && c->in.tail <= c->in.cap);
	c->in.p = any_object(c->in.cap);
	return c;
}

void prove_find_line(void)
{
	struct torctl *c = any_torctl();
	struct slice in = buf_bytes(&c->in), line;
	size_t used;
	err_t e = find_line(c, &line, &used);
	if (e != OK)
		return;
	prove(used > 0 && used <= in.n && line.n < MAX_TOR_LINE && is_part_of(line, in));
	reached(line.n == MAX_TOR_LINE - 1);
}

void prove_skip_line(void)
{
	struct torctl *c = any_torctl();
	err_t e = skip_line(c);
	prove(c->in.head <= c->in.tail && c->in.tail <= c->in.cap);
	reached(e == OK);
}

void prove_take_line(void)
{
	struct torctl *c = any_torctl();
	struct slice line = any_slice(MAX_TOR_LINE);
	bool middle = c->code != 0;
	assume(line.p != NULL && (!c->data || middle));
	err_t e = take_line(c, line);
	prove(c->text_len <= TORCTL_TEXT_MAX);
	prove((e != OK && e != ERR_AGAIN) || (c->code >= 200 && c->code <= 699));
	reached(e == OK && c->text_len == TORCTL_TEXT_MAX);
}
