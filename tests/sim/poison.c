/* One message of a world that its reader's vault cannot process: its author's program spoils it each time it goes out, or the
 * reader's dies over it each time it comes in. */
#include <stdlib.h>

#include "os/folder.h"
#include "peer/record.h"
#include "vault/effects.h"
#include "world.h"

#define KIND_AT 80 /* PROTO 4.5.2: in the payload of a DATA */

#define HAND_MAX 4096

/* The vault that is about to die over it, and what is in its hand then. */
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
	bool kills = n->w->poison.how == POISON_KILLS && n->i == n->w->poison.to && m->type == ipc_t_record_in &&
	             is_it(n->w, n->w->poison.author, m->record_in.type, m->record_in.payload);
	deadly = kills ? n : NULL;
	has_come = false;
	err_t e = vault_input(n->vault, ROLE_NET, m);
	deadly = NULL;
	if (e == OK && has_come)
		n->died = true;
	return e;
}

void poison_after_death(struct node *n)
{
	if (folder_write(n->paths.vault, "hand", buf_bytes(&n->in_hand)) != OK)
		abort();
	buf_free(&n->in_hand);
	n->died = false;
}

void __real_effects_apply(struct store *s, struct message *m);
void __wrap_effects_apply(struct store *s, struct message *m);

/* The linker puts it in the place of effects_apply(): where the vault of the simulator has a bug that kills it. It goes on
 * to the end of the call, but nothing that it does from here on counts: the turn is not committed, and its file is put
 * back as it was at this moment. */
void __wrap_effects_apply(struct store *s, struct message *m)
{
	if (deadly && !m->mine && memcmp(m->id.b, deadly->w->poison.id.b, sizeof m->id.b) == 0) {
		has_come = true;
		deadly->in_hand = buf_with_max(HAND_MAX);
		if (folder_read(deadly->paths.vault, "hand", &deadly->in_hand) != OK)
			abort();
	}
	__real_effects_apply(s, m);
}
