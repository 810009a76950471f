#include "vault/rows.h"

#include "vault/contacts.h"

#define MAX_COLS 5
#define MAX_BLOB 1952

/* A column is a number (0) or so many bytes. */
static const struct {
	const char *table;
	enum store_sql get, set, remove; /* remove: sql_count where a row is never taken away */
	u16 cols[MAX_COLS];
	u8 n;
} kinds[ROW_KINDS] = {
	[ROW_CONTACT] = {"contacts", sql_row_contact_get, sql_row_contact_set, sql_count, {0, 0, 0, 0, 0}, 5},
	[ROW_PIN] = {"pins", sql_pin_get, sql_pin_set, sql_count, {1952, 32, 0}, 3},
	[ROW_CANDIDATE] = {"candidates", sql_candidate_get, sql_candidate_set, sql_candidate_remove, {1952, 32, 0}, 3},
	[ROW_CONTINUITY] =
		{"continuity", sql_continuity_get, sql_continuity_set, sql_continuity_remove, {32, 32, 0}, 3},
	[ROW_HEARD] = {"heard", sql_heard_get, sql_heard_set, sql_count, {0, 32, 0, 0, 0}, 5},
	[ROW_LOSS] = {"losses", sql_loss_get, sql_loss_add, sql_count, {0, 0}, 2},
	[ROW_ADMITTED] = {"admitted", sql_admitted_get, sql_admitted_set, sql_admitted_remove, {0}, 1},
	[ROW_GATE] = {"gates", sql_gate_get, sql_gate_set, sql_gate_remove, {32, 32}, 2},
};

enum row_kind rows_kind_of(const char *table)
{
	for (unsigned k = 0; k < ROW_KINDS; k++)
		if (strcmp(kinds[k].table, table) == 0)
			return (enum row_kind)k;
	return ROW_KINDS;
}

/* ---- to bytes ---- */

#define MAX_IMAGE (1 + 8 + 1 + MAX_BLOB + MAX_COLS * 32)

static void put_columns(struct query *q, enum row_kind kind, struct writer *w)
{
	u8 blob[MAX_BLOB];
	for (int i = 0; i < kinds[kind].n; i++) {
		size_t n = kinds[kind].cols[i];
		if (n == 0) {
			put_u64(w, (u64)query_get_int(q, i));
			continue;
		}
		query_get_fixed(q, i, blob, n);
		put_bytes(w, blob, n);
	}
	wipe(blob, sizeof blob);
}

err_t rows_put(struct store *s, enum row_kind kind, u64 key, struct buf *out)
{
	u8 room[MAX_IMAGE];
	struct writer w = writer_of(room, sizeof room);
	put_u8(&w, (u8)kind);
	put_u64(&w, key);
	struct query q = store_query(s, kinds[kind].get);
	query_int(&q, (i64)key);
	bool there = query_row(&q);
	put_u8(&w, there);
	if (there)
		put_columns(&q, kind, &w);
	query_end(&q);
	err_t e = w.bad ? ERR_BUG : buf_append(out, writer_bytes(&w));
	wipe(room, sizeof room);
	return e;
}

/* ---- and back ---- */

struct image {
	enum row_kind kind;
	u64 key;
	bool there;
	u64 number[MAX_COLS];
	struct slice bytes[MAX_COLS];
};

static bool read_image(struct reader *r, struct image *ret)
{
	u8 kind = get_u8(r);
	*ret = (struct image){.kind = (enum row_kind)kind, .key = get_u64(r)};
	u8 there = get_u8(r);
	if (r->bad || kind >= ROW_KINDS || there > 1)
		return false;
	ret->there = there;
	for (int i = 0; there && i < kinds[kind].n; i++) {
		if (kinds[kind].cols[i])
			ret->bytes[i] = get_slice(r, kinds[kind].cols[i]);
		else
			ret->number[i] = get_u64(r);
	}
	/* what the schema would refuse must not stop a login */
	bool odd = kind == ROW_CONTINUITY && there && (ret->number[2] < 1 || ret->number[2] > 2);
	return !r->bad && !odd;
}

static void put_row(struct store *s, const struct image *m)
{
	struct query q = store_query(s, kinds[m->kind].set);
	query_int(&q, (i64)m->key);
	for (int i = 0; i < kinds[m->kind].n; i++) {
		if (kinds[m->kind].cols[i])
			query_bytes(&q, m->bytes[i]);
		else
			query_int(&q, (i64)m->number[i]);
	}
	query_run(&q);
}

bool rows_take(struct store *s, struct reader *r)
{
	struct image m;
	struct contact c;
	if (!read_image(r, &m))
		return false;
	u64 contact = m.kind == ROW_LOSS ? m.number[0] : m.key;
	if (m.there && contacts_get(s, contact, &c)) {
		put_row(s, &m);
	} else if (!m.there && kinds[m.kind].remove != sql_count) {
		struct query q = store_query(s, kinds[m.kind].remove);
		query_int(&q, (i64)m.key);
		query_run(&q);
	}
	wipe(&m, sizeof m);
	return true;
}

/* ---- from one store to another ---- */

static err_t copy(struct store *from, struct store *to, enum row_kind kind, u64 key)
{
	struct buf image = buf_with_max(MAX_IMAGE);
	err_t e = rows_put(from, kind, key, &image);
	struct reader r = reader_of(buf_bytes(&image));
	if (e == OK && !rows_take(to, &r))
		e = ERR_LOCAL_STORE;
	buf_free(&image);
	return e;
}

err_t rows_copy_contact(struct store *from, struct store *to, u64 contact)
{
	struct contact c;
	if (!contacts_get(from, contact, &c))
		return ERR_LOCAL_MISSING;
	struct query q = store_query(to, sql_contact_keep);
	query_int(&q, (i64)c.id);
	query_int(&q, c.identity);
	query_bytes(&q, slice_of(c.onion.b, sizeof c.onion.b));
	query_run(&q);
	wipe(&c, sizeof c);
	for (enum row_kind k = ROW_CONTACT; k < ROW_LOSS; k++)
		TRY(copy(from, to, k, contact));
	TRY(copy(from, to, ROW_ADMITTED, contact));
	TRY(copy(from, to, ROW_GATE, contact));
	for (u64 loss = 0;;) {
		q = store_query(from, sql_loss_after);
		query_int(&q, (i64)contact);
		query_int(&q, (i64)loss);
		loss = query_take_int(&q);
		if (loss == 0)
			break;
		TRY(copy(from, to, ROW_LOSS, loss));
	}
	return store_is_broken(to) ? store_error(to) : store_error(from);
}
