#include "vault/words.h"

#include <stdlib.h>

#include "base/fold.h"
#include "base/utf8.h"

#define SEEN_BITS (1u << 17)

struct words {
	fts5_tokenizer api; /* unicode61's */
	Fts5Tokenizer *one; /* owned */
	u8 seen[SEEN_BITS / 8];
};

/* A text with its characters folded: how unicode61 gets it, and where each byte of that came from. */
struct folded {
	char *text;     /* owned, as are the others */
	u32 *from, *to; /* the character's first byte, and the one behind its last */
	size_t n;
};

typedef int token_fn(void *ctx, int flags, const char *token, int n, int from, int to);

struct pass {
	struct words *w;
	token_fn *emit;
	void *ctx;
	const struct folded *folded; /* NULL: the text went as it is */
	bool is_document;
};

/* ---- which words came by ---- */

static u32 mix(u32 h, u8 b)
{
	return (h ^ b) * 16777619u;
}

static u32 bit_of(u32 h)
{
	return (h ^ h >> 15) % SEEN_BITS;
}

static void note(struct words *w, struct slice word)
{
	u32 h = 2166136261u;
	for (size_t i = 0; i < word.n; i++) {
		h = mix(h, word.p[i]);
		w->seen[bit_of(h) / 8] |= (u8)(1u << bit_of(h) % 8);
	}
}

bool words_may_have_seen(const struct words *w, struct slice begin)
{
	u32 h = 2166136261u;
	for (size_t i = 0; i < begin.n; i++)
		h = mix(h, begin.p[i]);
	return begin.n == 0 || (w->seen[bit_of(h) / 8] >> bit_of(h) % 8 & 1);
}

void words_forget(struct words *w)
{
	memset(w->seen, 0, sizeof w->seen);
}

/* ---- folding ---- */

static size_t put(char *out, u32 c)
{
	size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const u8 lead[] = {0, 0xc0, 0xe0, 0xf0};
	for (size_t i = more; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(lead[more] | c);
	return more + 1;
}

static void add(struct folded *f, u32 c, size_t from, size_t to)
{
	size_t n = put(f->text + f->n, c);
	for (size_t i = 0; i < n; i++, f->n++) {
		f->from[f->n] = (u32)from;
		f->to[f->n] = (u32)to;
	}
}

/* A mark belongs to the character before it. */
static void stretch(struct folded *f, size_t to)
{
	for (size_t i = f->n; i > 0 && f->from[i - 1] == f->from[f->n - 1]; i--)
		f->to[i - 1] = (u32)to;
}

static void fold_text(struct slice text, struct folded *f)
{
	for (size_t at = 0; at < text.n;) {
		size_t from = at;
		u32 c = utf8_next(text, &at);
		if (c == 0) {
			at = from + 1;
			add(f, ' ', from, at); /* what is no text parts words */
			continue;
		}
		u32 as = fold(c);
		bool alone = fold_is_alone(as);
		if (as == 0) {
			stretch(f, at);
			continue;
		}
		if (alone)
			add(f, ' ', from, from);
		add(f, as, from, at);
		if (alone)
			add(f, ' ', at, at);
	}
}

static void folded_free(struct folded *f)
{
	sqlite3_free(f->text);
	sqlite3_free(f->from);
	sqlite3_free(f->to);
}

/* No character grows, and one that is set apart has three bytes or more. SQLite's memory is wiped when it is freed. */
static bool folded_make(struct slice text, struct folded *ret)
{
	size_t room = 2 * text.n;
	ret->text = sqlite3_malloc64(room);
	ret->from = sqlite3_malloc64(room * sizeof *ret->from);
	ret->to = sqlite3_malloc64(room * sizeof *ret->to);
	if (!ret->text || !ret->from || !ret->to)
		return false;
	fold_text(text, ret);
	return true;
}

/* ---- FTS5's interface ---- */

static int on_token(void *arg, int flags, const char *token, int n, int from, int to)
{
	const struct pass *p = arg;
	if (p->is_document)
		note(p->w, slice_of(token, (size_t)n));
	if (p->folded && to > from) {
		to = (int)p->folded->to[to - 1];
		from = (int)p->folded->from[from];
	}
	return p->emit(p->ctx, flags, token, n, from, to);
}

static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= 0x80)
			return false;
	}
	return true;
}

static int tokenize(Fts5Tokenizer *t, void *ctx, int flags, const char *text, int n, token_fn *emit)
{
	struct words *w = (struct words *)(void *)t;
	struct folded f = {0};
	struct slice s = slice_of(text, text && n > 0 ? (size_t)n : 0);
	struct pass p = {.w = w, .emit = emit, .ctx = ctx, .is_document = (flags & FTS5_TOKENIZE_DOCUMENT) != 0};
	int rc = SQLITE_NOMEM;
	if (s.n == 0)
		return SQLITE_OK;
	if (is_ascii(s))
		return w->api.xTokenize(w->one, &p, flags, text, n, on_token);
	p.folded = &f;
	if (folded_make(s, &f))
		rc = w->api.xTokenize(w->one, &p, flags, f.text, (int)f.n, on_token);
	folded_free(&f);
	return rc;
}

/* One for all tables: it has no options. */
static int create(void *ctx, const char **args, int n, Fts5Tokenizer **ret)
{
	(void)args;
	(void)n;
	*ret = ctx;
	return SQLITE_OK;
}

static void keep(Fts5Tokenizer *t)
{
	(void)t;
}

static void words_free(void *arg)
{
	struct words *w = arg;
	if (w->one)
		w->api.xDelete(w->one);
	wipe(w, sizeof *w);
	free(w);
}

static fts5_api *api_of(sqlite3 *db)
{
	fts5_api *api = NULL;
	sqlite3_stmt *st = NULL;
	if (sqlite3_prepare_v2(db, "SELECT fts5(?)", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_bind_pointer(st, 1, (void *)&api, "fts5_api_ptr", NULL) == SQLITE_OK)
		(void)sqlite3_step(st);
	sqlite3_finalize(st);
	return api;
}

struct words *words_register(sqlite3 *db)
{
	/* Letters, digits, marks within a word, and pictures. */
	const char *options[] = {"remove_diacritics", "2", "categories", "L* N* M* Co So"};
	fts5_tokenizer ours = {create, keep, tokenize};
	fts5_api *api = api_of(db);
	struct words *w = calloc(1, sizeof *w);
	void *ctx = NULL;
	if (!w)
		abort();
	if (!api || api->xFindTokenizer(api, "unicode61", &ctx, &w->api) != SQLITE_OK ||
	    w->api.xCreate(ctx, options, ARRAY_LEN(options), &w->one) != SQLITE_OK) {
		words_free(w);
		return NULL;
	}
	if (api->xCreateTokenizer(api, "words", w, &ours, words_free) != SQLITE_OK) {
		words_free(w);
		return NULL;
	}
	return w;
}

struct split {
	word_fn *each;
	void *arg;
};

static int on_split(void *arg, int flags, const char *token, int n, int from, int to)
{
	const struct split *s = arg;
	(void)flags;
	s->each(s->arg, slice_of(token, (size_t)n), (size_t)from, (size_t)to);
	return SQLITE_OK;
}

bool words_split(struct words *w, struct slice text, word_fn *each, void *arg)
{
	struct split s = {each, arg};
	return tokenize((Fts5Tokenizer *)(void *)w, &s, FTS5_TOKENIZE_AUX, (const char *)text.p, (int)text.n,
	                on_split) == SQLITE_OK;
}
