#include "vault/search.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"

#define DAY_MS 86400000u
#define LAST_DAY 32767u /* of the index; later ones count as this */

/* The words of a text in order. */
struct list {
	size_t n, used;
	struct {
		u16 at, n, from, to; /* in text below; in the original */
	} word[MAX_TEXT];
	u8 text[2 * MAX_TEXT];
};

/* What stands between two spaces: words that have to follow each other. */
struct piece {
	size_t first, n;
	bool is_open; /* the last one may go on */
};

struct search {
	struct store *s; /* borrowed */
	struct query q;
	struct piece piece[MAX_SEARCH_WORDS];
	size_t pieces;
	struct list asked, found;
	char match[2 * MAX_SEARCH + 8 * MAX_SEARCH_WORDS + 2048];
	size_t n;
};

/* ---- words ---- */

static void on_word(void *arg, struct slice word, size_t from, size_t to)
{
	struct list *l = arg;
	if (l->n == ARRAY_LEN(l->word) || word.n > sizeof l->text - l->used || to > UINT16_MAX)
		return;
	l->word[l->n].at = (u16)l->used;
	l->word[l->n].n = (u16)word.n;
	l->word[l->n].from = (u16)from;
	l->word[l->n].to = (u16)to;
	l->n++;
	memcpy(l->text + l->used, word.p, word.n);
	l->used += word.n;
}

static struct slice word_of(const struct list *l, size_t i)
{
	return slice_of(l->text + l->word[i].at, l->word[i].n);
}

static size_t characters(struct slice s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] >> 6 != 2;
	return n;
}

/* ---- the question, in FTS5's language ---- */

static void say(struct search *f, const char *text)
{
	size_t n = strlen(text);
	if (n < sizeof f->match - f->n) {
		memcpy(f->match + f->n, text, n + 1);
		f->n += n;
	}
}

/* In quotes everything is text. */
static void say_quoted(struct search *f, struct slice text)
{
	say(f, "\"");
	for (size_t i = 0; i < text.n; i++) {
		char c[3] = {(char)text.p[i]};
		if (c[0] == '"')
			c[1] = '"';
		say(f, c);
	}
	say(f, "\"");
}

/* A last letter alone begins too many words to mean them all. */
static bool is_open(const struct search *f, struct slice text, const struct piece *p)
{
	size_t last = p->first + p->n - 1;
	return f->asked.word[last].to == text.n && characters(word_of(&f->asked, last)) > 1;
}

static err_t add_piece(struct search *f, struct slice text)
{
	struct piece p = {.first = f->asked.n};
	if (!words_split(store_words(f->s), text, on_word, &f->asked))
		abort();
	p.n = f->asked.n - p.first;
	if (p.n == 0)
		return OK;
	if (f->pieces == MAX_SEARCH_WORDS)
		return ERR_PEER_LIMIT;
	p.is_open = is_open(f, text, &p);
	say(f, f->pieces ? " AND " : "words : (");
	say_quoted(f, text);
	f->piece[f->pieces++] = p;
	return OK;
}

static bool is_space(u32 c)
{
	return c <= ' ' || c == 0xa0 || c == 0x3000;
}

static err_t add_pieces(struct search *f, struct slice text)
{
	size_t begin = 0;
	for (size_t at = 0; at < text.n;) {
		size_t here = at;
		if (is_space(utf8_next(text, &at))) {
			TRY(add_piece(f, slice_of(text.p + begin, here - begin)));
			begin = at;
		}
	}
	size_t closed = f->pieces; /* what something stands behind was typed to its end */
	TRY(add_piece(f, slice_of(text.p + begin, text.n - begin)));
	for (size_t i = 0; i < closed; i++)
		f->piece[i].is_open = false;
	if (f->pieces > closed && f->piece[closed].is_open)
		say(f, " *");
	say(f, ")");
	return OK;
}

/* A word of the other column: one character (migrate.c). */
enum tag {
	TAG_CONTACT = 0xf0000,
	TAG_DAYS32 = 0xf8000,
	TAG_DAYS1024 = 0xf8400,
	TAG_FROM = 0xf84ff,
	TAG_DAY = 0x100000
};

static void say_tag(struct search *f, const char *before, enum tag kind, u64 n)
{
	const u32 c = (u32)kind + (u32)n;
	const char text[] = {(char)(0xf0 | c >> 18), (char)(0x80 | (c >> 12 & 0x3f)), (char)(0x80 | (c >> 6 & 0x3f)),
	                     (char)(0x80 | (c & 0x3f)), 0};
	say(f, before);
	say(f, text);
}

/* A span of days as few words, never too small: the statement sees to its edges. */
static void add_days(struct search *f, u64 since_ms, u64 until_ms)
{
	u64 lo = MIN(since_ms / DAY_MS, LAST_DAY), hi = MIN(until_ms / DAY_MS, LAST_DAY);
	const char *before = " AND tags : (";
	if (hi - lo < 32) {
		for (; lo <= hi; lo++, before = " OR ")
			say_tag(f, before, TAG_DAY, lo);
	} else {
		lo /= 32;
		for (hi /= 32; lo <= hi; before = " OR ") {
			bool whole = lo % 32 == 0 && lo + 31 <= hi;
			say_tag(f, before, whole ? TAG_DAYS1024 : TAG_DAYS32, whole ? lo / 32 : lo);
			lo += whole ? 32 : 1;
		}
	}
	say(f, ")");
}

static void add_filters(struct search *f, const struct search_ask *ask, u64 until_ms)
{
	if (ask->contact)
		say_tag(f, " AND tags : ", TAG_CONTACT, ask->contact % 32768); /* the statement looks closer */
	if (ask->from != SEARCH_FROM_ANY)
		say_tag(f, " AND tags : ", TAG_FROM, (u64)ask->from);
	if (ask->since_ms || ask->until_ms)
		add_days(f, ask->since_ms, until_ms);
}

static err_t start(struct search *f, const struct search_ask *ask)
{
	const u64 until_ms = ask->until_ms ? ask->until_ms : INT64_MAX;
	TRY(add_pieces(f, ask->text));
	if (f->pieces == 0 || ask->since_ms > until_ms)
		return OK;
	add_filters(f, ask, until_ms);
	f->q = store_query(f->s, sql_search);
	query_text(&f->q, slice_of(f->match, f->n));
	query_int(&f->q, ask->before ? (i64)ask->before : INT64_MAX);
	query_int(&f->q, (i64)ask->contact);
	query_int(&f->q, (i64)ask->since_ms);
	query_int(&f->q, (i64)until_ms);
	query_int(&f->q, ask->limit);
	query_int(&f->q, (i64)ask->kind); /* few searches ask for it: no word of the index stands for it */
	return OK;
}

err_t search_open(struct store *s, const struct search_ask *ask, struct search **ret)
{
	if (ask->text.n == 0 || ask->text.n > MAX_SEARCH || !utf8_is_text(ask->text))
		return ERR_PEER_FORMAT;
	struct search *f = calloc(1, sizeof *f);
	if (!f)
		abort();
	f->s = s;
	err_t e = start(f, ask);
	if (e == OK)
		*ret = MOVE(f);
	search_close(f);
	return e;
}

bool search_next(struct search *f, struct message *ret)
{
	return f->q.st && messages_next(&f->q, ret);
}

struct search *search_close(struct search *f)
{
	if (!f)
		return NULL;
	query_end(&f->q);
	wipe(f, sizeof *f);
	free(f);
	return NULL;
}

/* ---- where it was found ---- */

static bool same(struct slice have, struct slice want, bool is_open)
{
	return is_open ? have.n >= want.n && memcmp(have.p, want.p, want.n) == 0 : slice_eq(have, want);
}

static bool is_at(const struct search *f, const struct piece *p, size_t i)
{
	if (p->n > f->found.n - i)
		return false;
	for (size_t k = 0; k < p->n; k++) {
		if (!same(word_of(&f->found, i + k), word_of(&f->asked, p->first + k), p->is_open && k + 1 == p->n))
			return false;
	}
	return true;
}

/* How many words of the text, from the i-th on, were asked for. */
static size_t match_at(const struct search *f, size_t i)
{
	size_t most = 0;
	for (size_t k = 0; k < f->pieces; k++) {
		if (f->piece[k].n > most && is_at(f, &f->piece[k], i))
			most = f->piece[k].n;
	}
	return most;
}

size_t search_marks(struct search *f, struct slice text, struct mark ret[static MAX_MARKS])
{
	size_t n = 0, at = 0, character = 0, end = 0;
	f->found.n = f->found.used = 0;
	if (!words_split(store_words(f->s), text, on_word, &f->found))
		abort();
	for (size_t i = 0; i < f->found.n; i++) {
		size_t words = match_at(f, i);
		if (words == 0)
			continue;
		size_t from = f->found.word[i].from, to = f->found.word[i + words - 1].to;
		if (n && from <= end) {
			from = end; /* goes on: what of it is new makes the last one longer */
			n--;
		} else if (n == MAX_MARKS) {
			break;
		} else {
			character += characters(slice_of(text.p + at, from - at));
			at = from;
			ret[n].from = (u16)character;
		}
		end = MAX(to, from);
		character += characters(slice_of(text.p + at, end - at));
		at = end;
		ret[n++].to = (u16)character;
	}
	return n;
}

/* ---- what is left of words that are gone ---- */

/* FTS5's secure-delete takes a word out of its pages at once, but not out of the table that says with which word a page
 * begins, when others are left on the page. A page's name
 * there is a beginning of its first word; a name that is none is of a word that is gone. */
#define LEAF_HEAD 4
#define SEGMENT_SHIFT 37

/* SQLite's number of one to three bytes; more there is not on a page. 0 bytes read: broken. */
static size_t get_varint(struct slice s, size_t at, size_t *ret)
{
	size_t v = 0;
	for (size_t i = 0; i < 3 && at + i < s.n; i++) {
		v = v << 7 | (s.p[at + i] & 0x7f);
		if (s.p[at + i] < 0x80) {
			*ret = v;
			return i + 1;
		}
	}
	return 0;
}

/* The first word on a leaf. */
static bool first_word(struct slice block, struct slice *ret)
{
	size_t at, n;
	if (block.n < LEAF_HEAD)
		return false;
	size_t index = (size_t)block.p[2] << 8 | block.p[3];
	if (!get_varint(block, index, &at))
		return false;
	size_t head = get_varint(block, at, &n);
	if (!head || n > block.n - at - head)
		return false;
	*ret = slice_of(block.p + at + head, n);
	return true;
}

struct page {
	i64 segment;
	size_t n, first_n;
	u8 name[MAX_TEXT], first[MAX_TEXT]; /* as it is called, and its first word */
};

/* Whether the page is called after a word that may have gone, and is not the beginning of its first word. */
static bool is_stale(struct store *s, struct page *p, i64 leaf)
{
	struct slice first;
	bool stale = false;
	if (!words_may_have_seen(store_words(s), slice_of(p->name + 1, p->n - 1))) /* behind the mark of its index */
		return false;
	struct query q = store_query(s, sql_search_page);
	query_int(&q, (p->segment << SEGMENT_SHIFT) + leaf);
	if (query_row(&q) && first_word(query_get_bytes(&q, 0), &first) && first.n <= sizeof p->first) {
		stale = first.n < p->n || memcmp(first.p, p->name, p->n) != 0;
		memcpy(p->first, first.p, first.n);
		p->first_n = first.n;
	}
	query_end(&q);
	return stale;
}

/* The first stale page behind *p. */
static bool next_stale(struct store *s, struct page *p)
{
	struct query q = store_query(s, sql_search_pages);
	bool found = false;
	query_int(&q, p->segment);
	query_bytes(&q, slice_of(p->name, p->n));
	while (!found && query_row(&q)) {
		struct slice name = query_get_bytes(&q, 1);
		if (name.n < 2 || name.n > sizeof p->name)
			continue;
		struct page next = {.segment = query_get_int(&q, 0), .n = name.n};
		memcpy(next.name, name.p, name.n);
		found = is_stale(s, &next, query_get_int(&q, 2) >> 1);
		if (found)
			*p = next;
	}
	query_end(&q);
	return found;
}

void search_scrub(struct store *s)
{
	struct page p = {0};
	bool open = false;
	struct query q = store_query(s, sql_search_flush);
	query_run(&q);
	q = store_query(s, sql_search_flushed);
	query_run(&q);
	while (next_stale(s, &p)) {
		if (!open)
			store_defend(s, false); /* what FTS5 keeps is written past FTS5 */
		open = true;
		q = store_query(s, sql_search_name_page);
		query_int(&q, p.segment);
		query_bytes(&q, slice_of(p.name, p.n));
		query_bytes(&q, slice_of(p.first, p.first_n));
		query_run(&q);
		memcpy(p.name, p.first, p.first_n);
		p.n = p.first_n;
	}
	if (open)
		store_defend(s, true);
	wipe(&p, sizeof p);
}
