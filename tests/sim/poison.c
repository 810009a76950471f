/* One message of a world that its reader's vault cannot process: its author's program spoils it each time it goes out, or the
 * reader's dies over it each time it comes in. */
#include <stdlib.h>

#include "peer/record.h"
#include "vault/effects.h"
#include "world.h"

#define KIND_AT 80 /* PROTO 4.5.2: in the payload of a DATA */

/* The vault that is about to die over it. */
static struct node *deadly;
static bool has_come;

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
	struct node *reader = &n->w->node[address];
	if (p->how == POISON_KILLS && node_is_unlocked(reader) && chance_in(&n->w->chance, 70)) {
		page_receive_locked(reader, true);
		page_lock(reader);
	}
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

/* Whether the vault is to take the one that kills it: from its reader's inbox, or as it comes. */
static bool may_kill(const struct node *n, enum role from, const struct ipc_msg *m)
{
	const struct poison *p = &n->w->poison;
	if (p->how != POISON_KILLS || n->i != p->to)
		return false;
	return from == ROLE_WEB
	               ? m->type == ipc_t_auth_finish
	               : m->type == ipc_t_record_in && is_it(n->w, p->author, m->record_in.type, m->record_in.payload);
}

static void begin(struct node *n, bool kills)
{
	deadly = kills ? n : NULL;
	has_come = false;
}

static void end(struct node *n)
{
	deadly = NULL;
	n->died = has_come;
}

err_t poison_comes_in(struct node *n, enum role from, const struct ipc_msg *m)
{
	bool kills = may_kill(n, from, m);
	/* Nobody looks at it before the login: until it is set aside for the first time, it is taken for good. */
	if (kills && vault_is_receiving(n->vault) && from == ROLE_NET && !n->w->poison.is_aside)
		n->w->poison.is_delivered = true;
	begin(n, kills);
	err_t e = vault_input(n->vault, from, m);
	end(n);
	return e;
}

void poison_ticks(struct node *n)
{
	begin(n, n->w->poison.how == POISON_KILLS && n->i == n->w->poison.to);
	vault_tick(n->vault);
	end(n);
}

void __real_effects_apply(struct store *s, struct message *m);
void __wrap_effects_apply(struct store *s, struct message *m);

/* The linker puts it in the place of effects_apply(): where the vault of the simulator has a bug that kills it. It goes on
 * to the end of the call, but nothing that it does from here on counts: the turn is not committed, and its file is put
 * back as it was at this moment. */
void __wrap_effects_apply(struct store *s, struct message *m)
{
	if (deadly && !has_come && !m->mine && memcmp(m->id.b, deadly->w->poison.id.b, sizeof m->id.b) == 0) {
		has_come = true;
		crash_note(deadly);
	}
	__real_effects_apply(s, m);
}
