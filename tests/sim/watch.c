/* The properties. What net and vault say to each other passes here, so does what the page is told, and every sealing. */
#include <stdio.h>
#include <stdlib.h>

#include "crypto/aead.h"
#include "net/conn.h"
#include "peer/record.h"
#include "vault/storage.h"
#include "world.h"

/* ---- no key seals twice ---- */

#define SEALS (1u << 18)

/* PROTO 4.2.3: "A key is used for exactly one record." So is each of a handshake; no pair of key and nonce comes again. */
static struct seal {
	u32 world;
	u8 key[AEAD_KEY_LEN];
} seals[SEALS];
static u32 world_no = 1, n_seals; /* 0: a free place */

err_t __real_aead_seal(const u8 key[static AEAD_KEY_LEN], const u8 nonce[static AEAD_NONCE_LEN], struct slice ad,
                       struct slice plain, u8 *out);
err_t __wrap_aead_seal(const u8 key[static AEAD_KEY_LEN], const u8 nonce[static AEAD_NONCE_LEN], struct slice ad,
                       struct slice plain, u8 *out);

/* The linker puts it in the place of aead_seal(). */
err_t __wrap_aead_seal(const u8 key[static AEAD_KEY_LEN], const u8 nonce[static AEAD_NONCE_LEN], struct slice ad,
                       struct slice plain, u8 *out)
{
	size_t at = sim_hash(slice_of(key, AEAD_KEY_LEN)) % SEALS;
	if (++n_seals > SEALS / 2)
		sim_fail("too many records for the table of keys");
	for (; seals[at].world == world_no; at = (at + 1) % SEALS)
		if (memcmp(seals[at].key, key, AEAD_KEY_LEN) == 0)
			sim_fail("KEY USED TWICE: with nonce ...%02x, %zu bytes", nonce[AEAD_NONCE_LEN - 1], plain.n);
	seals[at].world = world_no;
	memcpy(seals[at].key, key, AEAD_KEY_LEN);
	return __real_aead_seal(key, nonce, ad, plain, out);
}

/* ---- whose key is whose ---- */

static struct {
	u8 head[32]; /* of pk, which is as good as random */
	int owner;
} keys[64];
static size_t n_keys;

static int owner_of(const u8 *pk)
{
	for (size_t i = 0; i < n_keys; i++)
		if (memcmp(keys[i].head, pk, sizeof keys[i].head) == 0)
			return keys[i].owner;
	return NOBODY;
}

static void note_identity(struct node *n, const struct ipc_identity *m)
{
	n->identity = m->identity;
	memcpy(n->onion.b, m->onion, sizeof n->onion.b);
	memcpy(n->pq.pk, m->pk, sizeof n->pq.pk);
	n->pq.seq = m->seq;
	onion_addr_encode(&n->onion, true, n->address);
	if (owner_of(m->pk) != NOBODY)
		return;
	if (n_keys == ARRAY_LEN(keys))
		sim_fail("too many keys");
	memcpy(keys[n_keys].head, m->pk, sizeof keys[0].head);
	keys[n_keys++].owner = n->i;
}

static int address_at(const struct node *n, const u8 *onion)
{
	for (int a = 0; a < PERSONS; a++)
		if (memcmp(n->w->node[a].onion.b, onion, 32) == 0)
			return a;
	return NOBODY;
}

/* A pin goes from one key of a node to its next, and to another node's only when the user says so. */
static void note_pin(struct node *n, const struct ipc_peer *m)
{
	int a = address_at(n, m->onion), owner = owner_of(m->pk);
	if (a == NOBODY)
		sim_fail("WRONG PIN: node %d knows an address that nobody has", n->i);
	struct known *k = &n->known[a];
	/* PROTO 5.5.6: "forgets the continuity secrets of all its contacts before its first link" */
	if (k->forgot && m->knocks)
		sim_fail("CONTINUITY: node %d was restored and kept what it shared with %d", n->i, a);
	k->contact = m->contact;
	k->pin_seq = m->seq;
	if (!m->pinned || owner == k->owner)
		return;
	if (owner == NOBODY || (k->owner != NOBODY && !k->may_change))
		sim_fail("WRONG PIN: node %d had %d pinned for address %d, now %d", n->i, k->owner, a, owner);
	sim_trace("node %d: pins %d for address %d", n->i, owner, a);
	k->owner = owner;
	k->may_change = false;
}

/* ---- streams and their ends ---- */

static struct end *end_of(const struct node *n, u32 link, struct stream **ret)
{
	for (unsigned i = n->w->n_streams; link && i-- > 0;) {
		struct stream *s = n->w->streams[i];
		for (int e = 0; e < 2; e++) {
			if (s->end[e].node != n->i || s->end[e].link != link)
				continue;
			*ret = s;
			return &s->end[e];
		}
	}
	return NULL;
}

static struct end *end_of_request(const struct node *n, u32 req, struct stream **ret)
{
	const struct conn *c = n->net ? conn_of_request(n->net, req) : NULL;
	return c ? end_of(n, c->number, ret) : NULL;
}

static struct end *other_end(struct stream *s, const struct end *e)
{
	return e == &s->end[0] ? &s->end[1] : &s->end[0];
}

static void note_th7(struct node *n, u32 req, const u8 *th7)
{
	struct stream *s;
	struct end *e = end_of_request(n, req, &s);
	if (!e)
		return;
	memcpy(e->th7, th7, sizeof e->th7);
	e->has_th7 = true;
}

static void note_root(struct node *n, u32 req, const u8 *root)
{
	struct stream *s;
	struct end *e = end_of_request(n, req, &s);
	if (!e)
		return;
	memcpy(e->root, root, sizeof e->root);
	e->has_root = true;
}

/* Both sides agree on the transcript, or neither is open. */
static void link_up(struct node *n, const struct ipc_link_up *m)
{
	struct stream *s = NULL;
	struct end *e = end_of(n, m->link, &s);
	if (!e)
		sim_fail("STRANGE LINK: node %d opened %u, which came from nowhere", n->i, m->link);
	struct end *o = other_end(s, e);
	sim_trace("node %d: link %u on stream %u is up, status %d", n->i, m->link, s->no, m->status);
	e->is_up = e->was_up = true;
	e->status = m->status;
	if (m->initiator != (e == &s->end[0]) || !e->has_th7 || !e->has_root)
		sim_fail("TRANSCRIPT: node %d opened link %u without one", n->i, m->link);
	if (address_of(s->end[1].node) != s->address)
		sim_fail("WRONG NODE: %d dialled %d, and %d opened stream %u", s->end[0].node, s->address,
		         s->end[1].node, s->no);
	/* B opens first */
	bool agree = o->has_root && memcmp(e->th7, o->th7, 64) == 0 && memcmp(e->root, o->root, 64) == 0;
	if (m->initiator && (!agree || (o->is_up && e->status != o->status)))
		sim_fail("TRANSCRIPT: nodes %d and %d opened stream %u with different ones", n->i, o->node, s->no);
}

static void link_down(struct node *n, u32 link)
{
	struct stream *s;
	struct end *e = end_of(n, link, &s);
	if (e)
		e->is_up = false;
}

static u64 hash_of(u8 type, struct slice payload)
{
	return sim_hash(payload) * 31 + type;
}

/* PROTO 4.5.18: "COVER goes only to accepted contacts for which the user chose it", and while they are there to write. */
static void note_cover(struct node *n, struct stream *s, struct end *e, u8 type)
{
	const struct end *o = other_end(s, e);
	struct known *k = &n->known[e == &s->end[0] ? s->address : address_of(o->node)];
	if (type == RECORD_COVERED) {
		n->w->node[o->node].known[address_of(n->i)].covered++;
		return;
	}
	k->covers++;
	/* a backup has what was chosen then */
	bool is_wanted = k->cover || n->was_restored;
	if (!node_is_unlocked(n) || k->state != CONTACT_ACCEPTED || !is_wanted)
		sim_fail("COVER: node %d sends some to %d, which nobody asked for", n->i, o->node);
}

static void record_out(struct node *n, const struct ipc_record_out *m)
{
	struct stream *s = NULL;
	struct end *e = end_of(n, m->link, &s);
	if (e && (m->type == RECORD_COVER || m->type == RECORD_COVERED))
		note_cover(n, s, e, m->type);
	if (!e || !e->is_up || m->type == RECORD_COVERED) /* ends in the other link */
		return;
	struct lane *l = &e->lane[record_is_data(m->type)];
	if (l->n_sent == l->cap_sent) {
		l->cap_sent = l->cap_sent ? 2 * l->cap_sent : 16;
		l->sent = reallocarray(l->sent, l->cap_sent, sizeof *l->sent);
		if (!l->sent)
			abort();
	}
	l->sent[l->n_sent++] = hash_of(m->type, m->payload);
}

/* What comes out is what went in, in its order; DATA may be overtaken. */
static void record_in(struct node *n, const struct ipc_record_in *m)
{
	struct stream *s = NULL;
	struct end *e = end_of(n, m->link, &s);
	const struct end *o = e ? other_end(s, e) : NULL;
	bool data = record_is_data(m->type);
	if (!o || e->lane[data].got >= o->lane[data].n_sent ||
	    o->lane[data].sent[e->lane[data].got] != hash_of(m->type, m->payload))
		sim_fail("RECORD: node %d got one of type %d on link %u that nobody sent, or not now", n->i, m->type,
		         m->link);
	e->lane[data].got++;
}

void watch_net_gone(struct node *n)
{
	for (unsigned i = 0; i < n->w->n_streams; i++)
		for (int e = 0; e < 2; e++)
			if (n->w->streams[i]->end[e].node == n->i)
				n->w->streams[i]->end[e].is_up = false, n->w->streams[i]->end[e].link = 0;
}

/* ---- what passes ---- */

/* From the first handshake after a restoring on there is something new to share. */
static void remember(struct node *n)
{
	for (int a = 0; a < PERSONS; a++)
		n->known[a].forgot = false;
}

void watch_net_says(struct node *n, const struct ipc_msg *m)
{
	sim_trace("node %d: net says %s", n->i, ipc_name(m->type));
	switch ((int)m->type) {
	case ipc_t_peer_accept: note_th7(n, m->req, m->peer_accept.th7); break;
	case ipc_t_peer_root:
		note_th7(n, m->req, m->peer_root.th7);
		remember(n);
		break;
	case ipc_t_link_confirmed: remember(n); break;
	case ipc_t_link_up: link_up(n, &m->link_up); break;
	case ipc_t_link_down: link_down(n, m->link_down.link); break;
	case ipc_t_record_in: record_in(n, &m->record_in); break;
	default: break;
	}
}

void watch_vault_says(struct node *n, const struct ipc_msg *m)
{
	sim_trace("node %d: vault says %s", n->i, ipc_name(m->type));
	switch ((int)m->type) {
	case ipc_t_identity: note_identity(n, &m->identity); break;
	case ipc_t_peer: note_pin(n, &m->peer); break;
	case ipc_t_accept_status: note_root(n, m->req, m->accept_status.root); break;
	case ipc_t_peer_root_r: note_root(n, m->req, m->peer_root_r.root); break;
	case ipc_t_record_out: record_out(n, &m->record_out); break;
	default: break;
	}
}

/* ---- messages ---- */

/* "AUTHOR NUMBER xxx" */
static void read_text(struct slice text, int *ret_author, u32 *ret_number)
{
	char room[32];
	char *end;
	snprintf(room, sizeof room, "%.*s", (int)MIN(text.n, sizeof room - 1), (const char *)text.p);
	*ret_author = (int)strtol(room, &end, 10);
	*ret_number = (u32)strtoul(end, &end, 10);
}

static int known_as(const struct node *n, u64 contact)
{
	for (int a = 0; a < PERSONS; a++)
		if (n->known[a].contact == contact)
			return a;
	sim_fail("MESSAGE: node %d has one of a contact that nobody is", n->i);
}

/* Nothing goes to, or comes from, somebody whose key is not pinned. */
static void delivered(struct node *n, int address, int author, u32 number)
{
	struct world *w = n->w;
	struct known *k = &n->known[address];
	if (author < 0 || author >= NODES || address_of(author) != address || k->owner != author)
		sim_fail("WRONG PIN: node %d took %d's message %u for one of address %d, where %d is pinned", n->i,
		         author, number, address, k->owner);
	if (w->node[author].known[address_of(n->i)].owner != n->i)
		sim_fail("WRONG PIN: node %d got message %u, which %d wrote to somebody else", n->i, number, author);
}

static void check_order(struct node *n, int address, int author, u32 number)
{
	struct known *k = &n->known[address];
	u32 last = k->seen[author];
	if (n->w->poison.how == POISON_ENVELOPE && poison_is(n->w, author, n->i, last + 1))
		last++; /* nobody sees its place */
	/* with a thief some of them are another's; who was restored lost what it wrote, or what it got, since the backup */
	bool gaps = n->w->had_thief || n->was_restored || (author >= 0 && n->w->node[author].was_restored);
	if (number <= last || (!gaps && number != last + 1))
		sim_fail("EXACTLY ONCE: node %d sees message %u of %d behind %u", n->i, number, author, last);
	k->seen[author] = number;
}

static bool has_seen(const struct world *w, const struct node *n, int to, u32 number)
{
	const struct node *t = &w->node[to];
	/* else its page tells later: what came while it was locked waits for the disk, too */
	bool knows = node_is_unlocked(t) && t->login_ms == NEVER && storage_state_of(t->vault) == STORAGE_OK;
	return !knows || t->known[address_of(n->i)].seen[n->i] >= number;
}

/* Whether a person read it at the other end: what a vault has committed of that, its author may be shown. */
static bool has_read(const struct world *w, const struct node *n, int to, u32 number)
{
	int me = address_of(n->i);
	return w->node[to].known[me].read[n->i] >= number ||
	       (to == 0 && w->had_thief && w->node[THIEF].known[me].read[n->i] >= number);
}

/* Theirs. */
static void came(struct node *n, int a, int author, u32 number, bool is_row)
{
	struct known *k = &n->known[a];
	if (is_row && author >= 0 && author < NODES && number <= k->seen[author]) { /* a list tells again */
		if (number <= k->row[author])
			sim_fail("EXACTLY ONCE: node %d has message %u of %d twice", n->i, number, author);
		k->row[author] = number;
		return;
	}
	delivered(n, a, author, number);
	check_order(n, a, author, number);
	if (is_row && author >= 0 && author < NODES)
		k->row[author] = number;
	sim_trace("node %d: got message %u of %d", n->i, number, author);
}

/* What both have to see alike of a row, whoever of them wrote it. */
static u64 view_of(const struct world *w, u64 before, const struct ipc_message *m)
{
	bool reply = m->reply != 0 && w->poison.how != POISON_ENVELOPE; /* to what has no place at the reader's */
	struct slice author = m->mine ? m->react_mine : m->react_theirs,
		     reader = m->mine ? m->react_theirs : m->react_mine;
	const u64 parts[] = {before,           m->kind,          m->edited_ms != 0, reply,  sim_hash(m->text),
	                     sim_hash(author), sim_hash(reader), m->vanish,         m->keep};
	return sim_hash(slice_of(parts, sizeof parts));
}

/* It went by its time, and not before that could be. */
static void check_expired(const struct node *n, const struct known *k, const struct ipc_message *m)
{
	if (m->text.n || m->time_ms || m->react_mine.n || m->react_theirs.n)
		sim_fail("VANISHED: node %d still has something of row %llu", n->i, (unsigned long long)m->ordinal);
	if (m->mine && m->state != MESSAGE_DELIVERED)
		sim_fail("VANISHED: row %llu of node %d, which was not delivered", (unsigned long long)m->ordinal,
		         n->i);
	if (!m->mine && m->ordinal > k->read_to)
		sim_fail("VANISHED: row %llu of node %d, which nobody has read", (unsigned long long)m->ordinal, n->i);
}

void watch_message(struct node *n, const struct ipc_message *m, bool is_row)
{
	int author, a = known_as(n, m->contact);
	u32 number;
	struct known *k = &n->known[a];
	bool expired = m->kind == MESSAGE_SHOWN_EXPIRED, aside = m->kind == MESSAGE_SHOWN_ASIDE;
	bool deleted = expired || aside || m->kind == MESSAGE_SHOWN_DELETED;
	k->last = MAX(k->last, m->ordinal);
	read_text(m->text, &author, &number);
	if (n->counts_only) {
		n->row = (struct row){.mine = m->mine != 0, .author = author, .number = number};
		return;
	}
	if (expired && !is_row)
		sim_trace("node %d: row %llu with %d has vanished", n->i, (unsigned long long)m->ordinal, a);
	if (expired)
		check_expired(n, k, m);
	if (m->kind == MESSAGE_SHOWN_TERMS) {
		if (is_row)
			k->view[m->mine] = view_of(n->w, k->view[m->mine], m);
		return;
	}
	k->stays |= m->vanish != 0 && m->state != MESSAGE_FAILED; /* what never got there is its author's */
	if (deleted) {                                            /* where there is no thief, it is the next one */
		author = m->mine ? n->i : a;
		number = (m->mine ? k->mine : k->row[a]) + 1;
		if (!m->mine && n->w->poison.how == POISON_ENVELOPE && poison_is(n->w, a, n->i, number))
			number++; /* nobody sees its place */
	}
	if (deleted && (n->was_restored || n->w->node[a].was_restored)) {
		/* whose number it was nobody can say where some are missing */
		k->mine += is_row && m->mine;
		k->done += is_row && m->mine && (m->state == MESSAGE_DELIVERED || m->state == MESSAGE_READ);
		return;
	}
	bool poison = m->mine ? poison_is(n->w, n->i, a, number) : poison_is(n->w, a, n->i, number);
	if (is_row && !poison) /* which the two cannot see alike */
		k->view[m->mine] = view_of(n->w, k->view[m->mine], m);
	if (aside && poison)
		n->w->poison.is_aside = true;
	if (is_row && aside && !poison)
		sim_fail("SET ASIDE: node %d set message %u of %d aside, which is good", n->i, number, a);
	if (!m->mine) {
		bool again = !is_row && !m->is_new;
		if (again && !deleted && number > k->seen[author])
			sim_fail("EXACTLY ONCE: node %d sees message %u of %d change before it came", n->i, number,
			         author);
		if (!again && (!deleted || is_row))
			came(n, a, author, number, is_row);
		else if (m->is_new)
			check_order(n, a, a, k->seen[a] + 1);
		return;
	}
	if (!deleted && (author != n->i || number > k->written))
		sim_fail("MESSAGE: node %d did not write what it has written", n->i);
	k->mine += is_row;
	if (poison && !deleted && (m->state == MESSAGE_DELIVERED || m->state == MESSAGE_READ) &&
	    !n->w->poison.is_delivered)
		sim_fail("SET ASIDE: node %d takes message %u to %d for delivered, which cannot be read there", n->i,
		         number, a);
	if (m->state == MESSAGE_FAILED && !poison && !deleted)
		sim_fail("SET ASIDE: node %d takes message %u to %d for failed, which is good", n->i, number, a);
	if (m->state == MESSAGE_FAILED)
		k->done += is_row; /* that is all that can become of it */
	if (m->state != MESSAGE_DELIVERED && m->state != MESSAGE_READ)
		return;
	k->done += is_row;
	k->marked += is_row && m->state == MESSAGE_READ;
	if (m->state == MESSAGE_READ && !deleted && !has_read(n->w, n, a, number))
		sim_fail("READ MEANS READ: node %d's message %u to %d was not", n->i, number, a);
	/* PROTO 4.5.8: "ACK names items that are committed in the vault that says so." */
	/* of who was restored, restore.c asks it by the items */
	if (n->was_restored || n->w->node[a].was_restored)
		return;
	if (!deleted && !has_seen(n->w, n, a, number) &&
	    !(a == 0 && n->w->had_thief && has_seen(n->w, n, THIEF, number)))
		sim_fail("ACKNOWLEDGED MEANS COMMITTED: node %d's message %u to %d is not there", n->i, number, a);
}

/* ---- at rest ---- */

static bool is_quiet(const struct node *n)
{
	return n->vault && n->net && n->turn_ms == NEVER && !n->net->choked && !ipc_is_pending(n->to_net);
}

/* A link that both believe open carries data: what one vault handed over is at the other. */
static void check_stream(const struct world *w, const struct stream *s)
{
	const struct end *a = &s->end[0], *b = &s->end[1];
	bool lost = s->pipe[0].lost || s->pipe[1].lost || s->pipe[0].first || s->pipe[1].first;
	bool bent = s->pipe[0].bent || s->pipe[1].bent;
	if (!a->is_up || !b->is_up || lost || bent || !is_quiet(&w->node[a->node]) || !is_quiet(&w->node[b->node]))
		return;
	if (a->fd < 0 || b->fd < 0)
		return;
	for (int l = 0; l < 2; l++) {
		size_t to_a = b->lane[l].n_sent - a->lane[l].got, to_b = a->lane[l].n_sent - b->lane[l].got;
		if (to_a || to_b)
			sim_fail("CARRIES DATA: stream %u between %d and %d is open and keeps %zu and %zu records",
			         s->no, a->node, b->node, to_a, to_b);
	}
}

void watch_rest(struct world *w)
{
	for (unsigned i = 0; i < w->n_streams; i++)
		if (!w->streams[i]->is_over)
			check_stream(w, w->streams[i]);
}

unsigned watch_open_links(const struct world *w, int a, int b)
{
	unsigned n = 0;
	for (unsigned i = 0; i < w->n_streams; i++) {
		const struct end *x = &w->streams[i]->end[0], *y = &w->streams[i]->end[1];
		bool them = (x->node == a && y->node == b) || (x->node == b && y->node == a);
		n += them && x->is_up && y->is_up && x->status < ACCEPT_INVITE_BAD;
	}
	return n;
}

unsigned watch_half_links(const struct world *w, int a, int b)
{
	unsigned n = 0;
	for (unsigned i = 0; i < w->n_streams; i++) {
		const struct end *x = &w->streams[i]->end[0], *y = &w->streams[i]->end[1];
		bool them = (x->node == a && y->node == b) || (x->node == b && y->node == a);
		n += them && x->is_up != y->is_up;
	}
	return n;
}

void watch_open(struct world *w)
{
	(void)w;
	world_no++;
	n_seals = 0;
	n_keys = 0;
}
