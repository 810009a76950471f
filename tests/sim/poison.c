/* One message of a world that its reader's vault cannot process: its author's program spoils it each time it goes out, or the
 * reader's dies over it each time it comes in. */
#include <setjmp.h>

#include "peer/record.h"
#include "vault/effects.h"
#include "world.h"

#define KIND_AT 80 /* PROTO 4.5.2: in the payload of a DATA */

static jmp_buf death;
static struct msg_id deadly_id;
static bool is_deadly;

void poison_choose(struct node *n, int address, u32 number, const u8 id[static 16])
{
	struct poison *p = &n->w->poison;
	if (p->how == POISON_NONE || p->number || n->w->healing || !chance_in(&n->w->chance, 15))
		return;
	p->author = n->i;
	p->to = address;
	p->number = number;
	memcpy(p->id.b, id, sizeof p->id.b);
	sim_trace("node %d: message %u to %d is poison %d", n->i, number, address, p->how);
}

bool poison_is(const struct world *w, int author, int to, u32 number)
{
	const struct poison *p = &w->poison;
	return p->number && p->author == author && p->to == to && p->number == number;
}

/* Where its content was erased, it does no harm any more. */
static bool is_it(const struct world *w, int author, u8 type, struct slice payload)
{
	const struct poison *p = &w->poison;
	return p->number && author == p->author && type == RECORD_DATA && payload.n > KIND_AT &&
	       memcmp(payload.p, p->id.b, sizeof p->id.b) == 0 && payload.p[KIND_AT] != ITEM_GONE;
}

void poison_goes_out(const struct node *n, struct ipc_msg *m)
{
	static u8 room[RECORD_MAX_PAYLOAD];
	struct slice *payload = &m->record_out.payload;
	if (m->type != ipc_t_record_out || n->w->poison.how == POISON_KILLS ||
	    !is_it(n->w, n->i, m->record_out.type, *payload))
		return;
	memcpy(room, payload->p, payload->n);
	if (n->w->poison.how == POISON_BODY)
		room[payload->n - 1] = 0xff; /* no UTF-8 */
	else
		memset(room + 16, 0, 8); /* the number */
	*payload = slice_of(room, payload->n);
}

err_t poison_comes_in(struct node *n, const struct ipc_msg *m)
{
	err_t e;
	is_deadly = n->w->poison.how == POISON_KILLS && n->i == n->w->poison.to && m->type == ipc_t_record_in &&
	            is_it(n->w, n->w->poison.author, m->record_in.type, m->record_in.payload);
	deadly_id = n->w->poison.id;
	if (setjmp(death) == 0) {
		e = vault_input(n->vault, ROLE_NET, m);
	} else {
		e = OK;
		n->died = true;
		n->w->poison.deaths++;
	}
	is_deadly = false;
	return e;
}

void __real_effects_apply(struct store *s, struct message *m);
void __wrap_effects_apply(struct store *s, struct message *m);

/* The linker puts it in the place of effects_apply(): where the vault of the simulator has a bug that kills it. */
void __wrap_effects_apply(struct store *s, struct message *m)
{
	if (is_deadly && !m->mine && memcmp(m->id.b, deadly_id.b, sizeof deadly_id.b) == 0)
		longjmp(death, 1);
	__real_effects_apply(s, m);
}
