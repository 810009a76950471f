#include "vault/receive.h"

#include <stdlib.h>

#include "base/limits.h"
#include "os/fault.h"
#include "peer/record.h"
#include "vault/aside.h"
#include "vault/backup.h"
#include "vault/delivery.h"
#include "vault/inbox.h"
#include "vault/order.h"
#include "vault/rows.h"
#include "vault/tell.h"

#define MAX_ENTRY MAX_INBOX /* of one turn; MAX_TURN keeps it far below */

/* What the parts of an entry are; the first byte of each says it. */
enum part {
	PART_RECORD = 1, /* time u64be | contact u64be | type u8 | payload var */
	PART_ROW,        /* an image, of rows.h */
};

struct dirty {
	enum row_kind kind;
	u64 key;
};

struct receive {
	struct inbox *inbox; /* owned */
	struct buf pending;  /* the records of this turn */
	u32 items;           /* how many */
	struct dirty *dirty; /* owned; rows that changed in this turn */
	size_t n_dirty, cap_dirty;
	bool bug;
};

/* ---- what stays in memory ---- */

static void copy_rotations(struct store *from, struct store *to, const struct identity *i)
{
	struct pq_entry e;
	for (u32 seq = i->pq.seq > PQ_CHAIN_MAX ? i->pq.seq - PQ_CHAIN_MAX : 0; seq < i->pq.seq; seq++) {
		if (!identity_former(from, i->id, seq, &e))
			continue;
		struct query q = store_query(to, sql_rotation_add);
		query_int(&q, i->id);
		query_int(&q, e.id.seq);
		query_bytes(&q, slice_of(e.id.pk, sizeof e.id.pk));
		query_bytes(&q, slice_of(e.id.next, sizeof e.id.next));
		query_bytes(&q, slice_of(e.sig, sizeof e.sig));
		query_run(&q);
	}
}

/* A row to which contacts belong: no name and no seed is in it. The keys in use are in v->ids. */
static void copy_identity(struct store *from, struct store *to, const struct identity *i)
{
	static const u8 none[32];
	struct query q = store_query(to, sql_identity_add);
	query_int(&q, i->id);
	query_text(&q, slice_of(NULL, 0));
	for (int k = 0; k < 3; k++)
		query_bytes(&q, slice_of(none, sizeof none));
	query_int(&q, 0);
	query_run(&q);
	copy_rotations(from, to, i);
}

/* What is set aside is neither claimed by a SYNC nor acknowledged when it comes again: those rows are not here to be asked.
 * (What is bent here is not taken back: see on_row().) */
static void copy_claims(struct store *from, struct store *to, u64 contact)
{
	struct peer_sync sync;
	order_sync(from, contact, &sync);
	struct query q = store_query(to, sql_heard_claim);
	query_int(&q, (i64)contact);
	query_bytes(&q, slice_of(sync.head, sizeof sync.head));
	query_run(&q);
	aside_copy(from, to, contact);
}

static err_t copy_contact(struct store *from, struct store *to, u64 contact)
{
	TRY(rows_copy_contact(from, to, contact));
	copy_claims(from, to, contact);
	return store_is_broken(to) ? store_error(to) : store_error(from);
}

static err_t fill(struct vault *v, struct store *to)
{
	struct contact c = {0};
	for (size_t i = 0; i < v->ids->n; i++)
		copy_identity(v->store, to, v->ids->all[i]);
	err_t e = OK;
	while (e == OK && contacts_after(v->store, c.id, &c))
		if (c.state == CONTACT_ACCEPTED && !c.key_changed)
			e = copy_contact(v->store, to, c.id);
	wipe(&c, sizeof c);
	return e == OK ? store_commit(to) : e;
}

static err_t seal_to(struct vault *v, struct inbox **ret)
{
	struct secret32 seed;
	u8 ek[XWING_EK_LEN], id[INBOX_ID_LEN];
	struct query q = store_query(v->store, sql_inbox_get);
	bool there = query_row(&q);
	if (there)
		query_get_fixed(&q, 0, seed.b, sizeof seed.b);
	query_end(&q);
	err_t e = there ? inbox_public(&seed, ek, id) : ERR_LOCAL_MISSING;
	secret32_wipe(&seed);
	return e == OK ? inbox_new(v->dir, v->env, ek, ret) : e;
}

/* In the midst of a statement: only noted. */
static void on_row(void *arg, const char *table, u64 rowid)
{
	struct receive *r = arg;
	enum row_kind kind = rows_kind_of(table);
	if (kind == ROW_HEARD)
		return; /* claims, for SYNC: what the database is to know of them follows from the items */
	if (kind == ROW_KINDS) {
		r->bug = true; /* a row that nobody would know of after a login */
		return;
	}
	for (size_t i = 0; i < r->n_dirty; i++)
		if (r->dirty[i].kind == kind && r->dirty[i].key == rowid)
			return;
	if (r->n_dirty == r->cap_dirty) {
		r->cap_dirty = r->cap_dirty ? 2 * r->cap_dirty : 16;
		r->dirty = reallocarray(r->dirty, r->cap_dirty, sizeof *r->dirty);
		if (!r->dirty)
			abort();
	}
	r->dirty[r->n_dirty++] = (struct dirty){.kind = kind, .key = rowid};
}

/* Links to whom nothing is known any more end; the others stay. */
static void forget_others(struct vault *v, struct store *to)
{
	struct contact c = {0}, kept;
	while (contacts_after(v->store, c.id, &c)) {
		if (contacts_get(to, c.id, &kept))
			continue;
		vault_send(v, ROLE_NET, &IPC_MSG(0, peer_gone, .contact = c.id));
		claims_forget(&v->claims, c.id);
		flow_forget(&v->flows, c.id);
	}
	for (size_t i = 0; i < v->flows.n_flows; i++)
		v->flows.flows[i].live = false;
	wipe(&c, sizeof c);
	wipe(&kept, sizeof kept);
}

err_t receive_begin(struct vault *v)
{
	struct store *to = NULL;
	struct inbox *inbox = NULL;
	err_t e = store_open_memory(&to);
	if (e == OK)
		e = fill(v, to);
	if (e == OK)
		e = seal_to(v, &inbox);
	if (e != OK) {
		store_close(to);
		return e;
	}
	struct receive *r = calloc(1, sizeof *r);
	if (!r)
		abort();
	r->inbox = inbox;
	r->pending = buf_with_max(MAX_ENTRY);
	forget_others(v, to);
	backup_stop(v); /* it reads from the database */
	hand_close(&v->hand);
	store_close(v->store);
	secret32_wipe(&v->ids->db_key);
	v->store = to;
	v->receive = r;
	store_watch(to, on_row, r);
	tell_net_all(v); /* without invitations */
	return OK;
}

static void forget_turn(struct receive *r)
{
	buf_free(&r->pending);
	r->items = 0;
	r->n_dirty = 0;
}

void receive_end(struct vault *v)
{
	struct receive *r = v->receive;
	if (!r)
		return;
	forget_turn(r);
	inbox_free(r->inbox);
	free(r->dirty);
	wipe(r, sizeof *r);
	free(r);
	v->receive = NULL;
}

/* ---- what comes ---- */

void receive_record(struct vault *v, u64 contact, u8 type, struct slice payload)
{
	struct receive *r = v->receive;
	u8 room[1 + 8 + 8 + 1 + 4 + PEER_MSG_MAX];
	struct writer w = writer_of(room, sizeof room);
	put_u8(&w, PART_RECORD);
	put_u64(&w, env_wall_ms(v->env));
	put_u64(&w, contact);
	put_u8(&w, type);
	put_var(&w, payload, PEER_MSG_MAX);
	if (w.bad || inbox_put_part(&r->pending, writer_bytes(&w)) != OK)
		r->bug = true; /* what it says was decoded, so it fits */
	r->items++;
	wipe(room, sizeof room);
}

void receive_item(struct vault *v, u64 contact, u64 seq, struct slice payload)
{
	receive_record(v, contact, RECORD_DATA, payload);
	/* PROTO 4.5.16: "A vault that took items while it was locked says the highest number of them as `top`" */
	struct query q = store_query(v->store, sql_heard_raise);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)seq);
	query_run(&q);
}

static err_t put_rows(struct vault *v)
{
	static const u8 part = PART_ROW;
	struct receive *r = v->receive;
	struct buf image = buf_with_max(MAX_ENTRY);
	err_t e = OK;
	for (size_t i = 0; e == OK && i < r->n_dirty; i++) {
		e = buf_append(&image, slice_of(&part, 1));
		if (e == OK)
			e = rows_put(v->store, r->dirty[i].kind, r->dirty[i].key, &image);
		if (e == OK)
			e = inbox_put_part(&r->pending, buf_bytes(&image));
		buf_free(&image);
	}
	return e == OK ? store_error(v->store) : e;
}

err_t receive_commit(struct vault *v)
{
	struct receive *r = v->receive;
	if (r->bug || put_rows(v) != OK)
		return ERR_BUG;
	struct slice entry = buf_bytes(&r->pending);
	if (entry.n)
		TRY(inbox_append(r->inbox, entry, r->items));
	forget_turn(r);
	return store_commit(v->store);
}

bool receive_is_full(const struct vault *v)
{
	return inbox_is_full(v->receive->inbox);
}

/* ---- a disk that takes nothing ---- */

void receive_undo(struct vault *v, err_t why)
{
	if (v->stopped != why)
		log_error("%s: nothing arrives until that is over", err_text(why));
	forget_turn(v->receive);
	v->stopped = why;
	v->try_ms = env_mono_ms(v->env) + DISK_TRY_MS;
	if (store_rollback(v->store) != OK)
		v->bug = true;
	v->receive->n_dirty = 0;
}

void receive_retry(struct vault *v)
{
	if (inbox_try(v->receive->inbox) != OK)
		return;
	log_info("the disk can be written again");
	v->stopped = OK;
	tell_net_all(v);
}

/* ---- at the next login ---- */

static void take_part(struct vault *v, struct reader *r, bool tell)
{
	u8 part = get_u8(r);
	if (part == PART_RECORD) {
		u64 came_ms = get_u64(r), contact = get_u64(r);
		u8 type = get_u8(r);
		struct slice payload = get_var(r, PEER_MSG_MAX);
		if (!r->bad && r->left == 0)
			delivery_take(v, contact, type, payload, came_ms, tell && !vault_is_full(v));
	} else if (part != PART_ROW || !rows_take(v->store, r)) {
		r->bad = true;
	}
	r->bad |= r->left != 0;
}

struct taking {
	struct vault *v;
	bool tell;
	u32 odd;  /* parts that say what this version does not know */
	u32 good; /* entries that could be opened */
};

static void take_entry(void *arg, struct slice plain)
{
	struct taking *t = arg;
	struct reader r = reader_of(plain);
	struct slice part;
	t->good++;
	/* what broke it stays in hand */
	while (!t->v->bug && !store_is_broken(t->v->store) && inbox_next_part(&r, &part)) {
		struct reader in = reader_of(part);
		take_part(t->v, &in, t->tell);
		t->odd += in.bad;
	}
	t->odd += r.bad;
	FAULT("inbox.take", "vault");
}

static void set_pair(struct vault *v, const struct secret32 *seed, const u8 taken[static INBOX_ID_LEN], u32 damaged)
{
	struct query q = store_query(v->store, sql_inbox_set);
	query_bytes(&q, slice_of(seed->b, sizeof seed->b));
	query_bytes(&q, slice_of(taken, INBOX_ID_LEN));
	query_int(&q, damaged);
	query_run(&q);
}

/* Another key pair from now on: what was taken in cannot be opened again by anybody, wherever its blocks are. */
static void renew(struct vault *v, const u8 id[static INBOX_ID_LEN], u32 damaged)
{
	struct secret32 seed;
	env_random(v->env, seed.b, sizeof seed.b);
	set_pair(v, &seed, id, damaged);
	store_erases(v->store);
	secret32_wipe(&seed);
}

/* *ret_useless: nothing of it can be opened, though something is there. The pair stays then: it may be the file's. */
static err_t take(struct vault *v, struct slice file, bool tell, bool *ret_useless)
{
	struct secret32 seed = {0};
	u8 taken[INBOX_ID_LEN] = {0}, id[INBOX_ID_LEN], ek[XWING_EK_LEN];
	u32 damaged = 0;
	struct query q = store_query(v->store, sql_inbox_get);
	bool there = query_row(&q);
	if (there) {
		query_get_fixed(&q, 0, seed.b, sizeof seed.b);
		query_get_fixed(&q, 1, taken, sizeof taken);
		damaged = (u32)query_get_int(&q, 2);
	}
	query_end(&q);
	if (!there) {
		*ret_useless = file.n != 0; /* of another vault: here it was never chosen */
		return store_error(v->store);
	}
	struct taking t = {.v = v, .tell = tell};
	err_t e = inbox_public(&seed, ek, id);
	/* Else only its removal was left to do. */
	if (e == OK && (inbox_is_of(file, id) || !inbox_is_of(file, taken))) {
		u32 bad = inbox_read(file, &seed, take_entry, &t) + t.odd;
		*ret_useless = bad && t.good == 0;
		if (*ret_useless) {
			set_pair(v, &seed, taken, damaged + bad);
		} else {
			if (bad)
				log_error("the inbox is damaged in %u places; what can be read is taken", bad);
			renew(v, id, damaged + bad);
		}
	}
	secret32_wipe(&seed);
	return e;
}

/* Over what is in there the process before this one may have died: that counts before anything of it is tried, or a login
 * would never come to its end. A disk that takes nothing would not keep what is taken in either. */
static err_t begin_taking(struct vault *v)
{
	TRY(store_try(v->store));
	delivery_count_death(v);
	TRY(store_commit(v->store));
	hand_forget(&v->hand);
	return OK;
}

err_t receive_take(struct vault *v, bool tell)
{
	u8 *bytes = NULL;
	size_t n = 0;
	bool useless = false;
	err_t e = inbox_load(v->dir, &bytes, &n);
	if (e == ERR_LOCAL_MISSING)
		return OK;
	TRY(e);
	e = begin_taking(v);
	if (e == OK)
		e = take(v, slice_of(bytes, n), tell, &useless);
	free(bytes);
	if (e == OK && v->bug)
		e = ERR_BUG;
	if (e == OK)
		e = store_commit(v->store);
	FAULT("inbox.taken", "vault");
	if (e == OK && useless)
		inbox_set_aside(v->dir);
	else if (e == OK)
		inbox_remove(v->dir);
	return e;
}
