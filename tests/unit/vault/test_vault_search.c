/* Messages are found by their words: of any script, however they are written, by whom and when; and what is erased is in
 * the index no more. */
#include <stdlib.h>

#include "pages.h"
#include "vault/search.h"

static struct rig a;
static u64 bob, carol;

static void add_for(u64 contact, bool mine, u64 time_ms, const char *text)
{
	static u16 id;
	u64 row;
	id++;
	const struct peer_item item = {.id = {{(u8)id, (u8)(id >> 8), (u8)contact}},
	                               .seq = 1000u + id,
	                               .time_ms = time_ms,
	                               .kind = ITEM_TEXT,
	                               .body = slice_str(text)};
	static const u8 hash[ITEM_HASH_LEN];
	assert_true(messages_add(a.v->store, contact, mine, &item, hash, time_ms, &row));
}

static void add(const char *text)
{
	add_for(bob, false, 1000, text);
}

static int setup(void **state)
{
	struct contact b = {.identity = 1, .onion = {{1}}, .state = CONTACT_ACCEPTED};
	struct contact c = {.identity = 1, .onion = {{2}}, .state = CONTACT_ACCEPTED};
	(void)state;
	rig_new(&a, "Alice");
	contacts_add(a.v->store, &b);
	contacts_add(a.v->store, &c);
	bob = b.id;
	carol = c.id;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_close(&a);
	return 0;
}

/* How many are found, and the first one's text with what was found in brackets. */
static size_t ask(const struct search_ask *what, char ret[static 400])
{
	struct search *f;
	struct message m;
	struct mark marks[MAX_MARKS];
	size_t count = 0;
	struct search_ask all = *what;
	all.limit = 100;
	assert_int_equal(search_open(a.v->store, &all, &f), OK);
	for (; search_next(f, &m); count++) {
		size_t n = search_marks(f, messages_text(&m), marks), k = 0, out = 0, c = 0;
		for (size_t i = 0; i <= m.n && count == 0; i++) {
			bool begins = i == m.n || m.body[i] >> 6 != 2;
			if (begins && k < n && c == marks[k].to) {
				ret[out++] = ']';
				k++;
			}
			if (begins && k < n && c == marks[k].from)
				ret[out++] = '[';
			if (i < m.n)
				ret[out++] = (char)m.body[i];
			c += begins;
		}
		if (count == 0)
			ret[out] = 0;
	}
	search_close(f);
	return count;
}

static char shown[400];

static size_t find(const char *text)
{
	shown[0] = 0;
	return ask(&(struct search_ask){.text = slice_str(text)}, shown);
}

#define FINDS(text, with) (assert_int_equal(find(text), 1), assert_string_equal(shown, with))
#define FINDS_NOT(text) assert_int_equal(find(text), 0)

static void test_words(void **state)
{
	(void)state;
	add("The quick brown fox, don't you see?");
	FINDS("quick", "The [quick] brown fox, don't you see?");
	FINDS("fox quick", "The [quick] brown [fox], don't you see?"); /* all of them, in any order */
	FINDS("brow", "The quick [brown] fox, don't you see?");        /* as typed so far */
	FINDS("QUI", "The [quick] brown fox, don't you see?");
	FINDS("don't", "The quick brown fox, [don't] you see?");
	FINDS("quick-brown", "The [quick brown] fox, don't you see?"); /* one piece: behind each other */
	FINDS_NOT("brow ");                                            /* a space behind it: the whole word */
	FINDS_NOT("brow fox");
	FINDS_NOT("brow !");
	FINDS_NOT("brow!");
	FINDS("quick !", "The [quick] brown fox, don't you see?");
	FINDS_NOT("fox-quick");
	FINDS_NOT("quick lion");
	FINDS_NOT("f"); /* one letter begins too many */
	FINDS_NOT("...");
	FINDS_NOT("   ");
	add("a");
	FINDS("a", "[a]");
	FINDS(" ( a", "[a]");
}

/* What the page sends is text and nothing else. */
static void test_no_syntax(void **state)
{
	static const char *const texts[] = {
		"\"",
		"\"\"",
		"fox\"",
		"\"fox",
		"*",
		"fo*",
		"^fox",
		"-fox",
		"+fox",
		"fox)",
		"(fox",
		"{words}",
		"words:fox",
		"tags:c1",
		"tags",
		"c1",
		"fox OR lion",
		"NEAR(fox lion)",
		"fox NOT lion",
		"AND",
		"OR",
		"'; DROP TABLE messages",
		"\\",
		"%",
		"\x01",
		"fox\n",
	};
	(void)state;
	add("fox OR lion AND near not a word of tags");
	add("lion");
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		(void)find(texts[i]);
		assert_false(store_is_broken(a.v->store));
	}
	FINDS("fox OR", "[fox] [OR] lion AND near not a word of tags");
	FINDS_NOT("fox NOT tiger");
	FINDS_NOT("c1 ");
	FINDS_NOT("t ");
	FINDS("tags:", "fox OR lion AND near not a word of [tags]");
}

static void test_scripts(void **state)
{
	(void)state;
	add("我们明天在东京见面吧");
	FINDS("东京", "我们明天在[东京]见面吧");
	FINDS("见", "我们明天在东京[见]面吧");
	FINDS("明天 见面", "我们[明天]在东京[见面]吧");
	FINDS_NOT("京东");
	add("今日は東京タワーに行きました。iPhoneで");
	FINDS("タワー", "今日は東京[タワー]に行きました。iPhoneで");
	FINDS("iph", "今日は東京タワーに行きました。[iPhone]で");
	add("พรุ่งนี้ไปกินข้าวกัน");
	FINDS("กินข้าว", "พรุ่งนี้ไป[กินข้าว]กัน");
	FINDS("ไป", "พรุ่งนี้[ไป]กินข้าวกัน");
	add("서울대학교에서 만나요");
	FINDS("대학", "서울[대학]교에서 만나요");
	add("नमस्ते दुनिया");
	FINDS("दुनिया", "नमस्ते [दुनिया]");
	add("gut gemacht 👍🏽!");
	FINDS("👍", "gut gemacht [👍]🏽!");
}

static void test_letters(void **state)
{
	(void)state;
	add("Crème BRÛLÉE aus Łódź");
	FINDS("brulee", "Crème [BRÛLÉE] aus Łódź");
	FINDS("crÈME", "[Crème] BRÛLÉE aus Łódź");
	FINDS("lodz", "Crème BRÛLÉE aus [Łódź]");
	add("cafe\xcc\x81 und na\xc3\xafve"); /* an accent by itself */
	FINDS("café", "[cafe\xcc\x81] und na\xc3\xafve");
	FINDS("nai\xcc\x88ve", "cafe\xcc\x81 und [na\xc3\xafve]");
	add("Ещё ЁЛКА й");
	FINDS("елка", "Ещё [ЁЛКА] й");
	FINDS("еще", "[Ещё] ЁЛКА й");
	FINDS("и\xcc\x86", "Ещё ЁЛКА [й]");
	add("Ὁ ΆΝΘΡΩΠΟΣ και ο άνθρωπος");
	FINDS("ανθρωπος", "Ὁ [ΆΝΘΡΩΠΟΣ] και ο [άνθρωπος]");
	FINDS("ΑΝΘΡΩΠΟΣ", "Ὁ [ΆΝΘΡΩΠΟΣ] και ο [άνθρωπος]");
	add("السَّلَامُ عليكم");
	FINDS("السلام", "[السَّلَامُ] عليكم");
	add("أهلا وسهلا");
	FINDS("اهلا", "[أهلا] وسهلا");
	add("שָׁלוֹם");
	FINDS("שלום", "[שָׁלוֹם]");
	add("Ｈｅｌｌｏ");
	FINDS("hello", "[Ｈｅｌｌｏ]");
}

static void test_filters(void **state)
{
	const u64 day = 86400000;
	char text[400];
	(void)state;
	add_for(bob, false, 0, "apple zero");
	add_for(bob, true, 10 * day, "apple ten");
	add_for(carol, false, 20 * day - 1, "apple twenty");
	add_for(carol, true, 5000 * day, "apple late");
	add_for(carol, false, UINT64_MAX / 2, "apple odd"); /* a clock that says nothing, here ours too */
#define ASK(...) ask(&(struct search_ask){.text = slice_str("apple"), __VA_ARGS__}, text)
	assert_int_equal(ASK(.contact = 0), 5);
	assert_int_equal(ASK(.contact = bob), 2);
	assert_string_equal(text, "[apple] ten"); /* the newest first */
	assert_int_equal(ASK(.from = SEARCH_FROM_ME), 2);
	assert_int_equal(ASK(.contact = bob, .from = SEARCH_FROM_THEM), 1);
	assert_int_equal(ASK(.since_ms = 10 * day, .until_ms = 10 * day), 1);
	assert_int_equal(ASK(.since_ms = 10 * day + 1, .until_ms = 11 * day), 0);
	assert_int_equal(ASK(.until_ms = 20 * day), 3);
	assert_int_equal(ASK(.until_ms = 20 * day - 2), 2);
	assert_int_equal(ASK(.since_ms = 20 * day), 2);
	assert_int_equal(ASK(.since_ms = 1, .until_ms = 6000 * day), 3);
	assert_int_equal(ASK(.since_ms = 3, .until_ms = 2), 0);
	/* Any span finds just what is in it. */
	for (u64 lo = 0; lo < 3000; lo += 97) {
		for (u64 hi = lo; hi < 9000; hi += 211) {
			size_t want = lo == 0;
			want += lo <= 10 && hi >= 10;
			want += lo <= 19 && hi >= 20;
			want += lo <= 5000 && hi >= 5000;
			assert_int_equal(ASK(.since_ms = lo * day, .until_ms = hi * day + 1), want);
		}
	}
#undef ASK
}

/* ---- by the page ---- */

static u64 page_of(u64 before, u32 limit, size_t want)
{
	size_t mark = rig_mark(&a);
	rig_say(&a, ROLE_WEB,
	        IPC_MSG(77, messages_search, .before = before, .limit = limit, .text = slice_str("word")));
	assert_int_equal(rig_count(&a, mark, ipc_t_message), want);
	assert_int_equal(rig_count(&a, mark, ipc_t_found), want);
	return rig_last(&a, mark, ipc_t_found_end)->found_end.next;
}

static void test_kinds(void **state)
{
	(void)state;
#define KIND(kind_) ask(&(struct search_ask){.text = slice_str("plum"), .kind = (kind_)}, text)
	char text[400];
	rig_write(&a, bob, 1, "plum one");
	struct ipc_msg m =
		IPC_MSG(0, message_send, .contact = bob, .id = {2}, .reply = 1, .text = slice_str("plum two"));
	assert_int_equal(rig_ask(&a, ROLE_WEB, m).type, ipc_t_message);
	rig_write(&a, bob, 3, "plum three");
	m = IPC_MSG(0, message_edit, .contact = bob, .ordinal = 3, .text = slice_str("plum four"));
	assert_int_equal(rig_ask(&a, ROLE_WEB, m).type, ipc_t_message);
	assert_int_equal(KIND(SEARCH_KIND_ANY), 3);
	assert_int_equal(KIND(SEARCH_KIND_TEXT), 2);
	assert_int_equal(KIND(SEARCH_KIND_REPLY), 1);
	assert_int_equal(KIND(SEARCH_KIND_EDITED), 1);
	size_t mark = rig_mark(&a);
	m = IPC_MSG(0, messages_search, .kind = SEARCH_KIND_REPLY, .text = slice_str("plum"));
	(void)rig_ask(&a, ROLE_WEB, m);
	assert_int_equal(rig_count(&a, mark, ipc_t_found), 1);
	m.messages_search.kind = SEARCH_KIND_EDITED + 1;
	assert_int_equal(rig_refused(&a, ROLE_WEB, m), ERR_PEER_FORMAT);
}

static void test_pages(void **state)
{
	(void)state;
	for (int i = 0; i < 25; i++)
		add("the word");
	u64 next = page_of(0, 10, 10);
	assert_int_not_equal(next, 0);
	add("a newer word"); /* moves nothing */
	next = page_of(next, 10, 10);
	assert_int_not_equal(next, 0);
	assert_int_equal(page_of(next, 10, 5), 0);
	assert_int_equal(page_of(0, 26, 26), 0);
	const struct ipc_found *f = &rig_last(&a, 0, ipc_t_found)->found;
	assert_int_equal(f->marks.n, 4);
	assert_memory_equal(f->marks.p, ((u8[]){0, 4, 0, 8}), 4);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, messages_search, .text = slice_str(""))),
	                 ERR_PEER_FORMAT);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, messages_search, .text = slice_str("\xff"))),
	                 ERR_PEER_FORMAT);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, messages_search, .from = 3, .text = slice_str("x"))),
	                 ERR_PEER_FORMAT);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, messages_search, .contact = 99, .text = slice_str("x"))),
	                 ERR_LOCAL_MISSING);
	assert_int_equal(
		rig_refused(&a, ROLE_WEB,
	                    IPC_MSG(0, messages_search, .text = slice_str("1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7"))),
		ERR_PEER_LIMIT);
}

/* The worst that a search can ask of what it has room for. */
static void test_long(void **state)
{
	char body[MAX_TEXT + 1], asked[MAX_SEARCH + 1];
	(void)state;
	for (size_t i = 0; i < MAX_TEXT; i++)
		body[i] = i % 2 ? ' ' : 'x';
	body[MAX_TEXT] = 0;
	add(body);
	struct search *f;
	struct message m;
	struct mark marks[MAX_MARKS];
	assert_int_equal(search_open(a.v->store, &(struct search_ask){.text = slice_str("x"), .limit = 1}, &f), OK);
	assert_true(search_next(f, &m));
	assert_int_equal(search_marks(f, messages_text(&m), marks), MAX_MARKS);
	search_close(f);
	memset(asked, '"', sizeof asked);
	asked[MAX_SEARCH - 1] = 'x';
	asked[MAX_SEARCH] = 0;
	assert_int_equal(search_open(a.v->store, &(struct search_ask){.text = slice_str(asked), .limit = 1}, &f), OK);
	assert_true(search_next(f, &m));
	search_close(f);
}

/* ---- what is erased ---- */

static sqlite3 *connection(void)
{
	struct query q = store_query(a.v->store, sql_message_max);
	sqlite3 *db = sqlite3_db_handle(q.st);
	query_end(&q);
	return db;
}

static void run(const char *sql)
{
	assert_int_equal(sqlite3_exec(connection(), sql, NULL, NULL, NULL), SQLITE_OK);
}

/* The path that erases, with any statement in it. */
static void erase(const char *sql)
{
	struct query q = store_query(a.v->store, sql_message_set_state); /* opens the transaction */
	query_run(&q);
	run(sql);
	store_erases(a.v->store);
	assert_int_equal(store_commit(a.v->store), OK);
	run("INSERT INTO search (search) VALUES ('integrity-check')");
}

static void commit(void)
{
	assert_int_equal(store_commit(a.v->store), OK);
}

static void test_erased(void **state)
{
	(void)state;
	add("the abracadabra is gone");
	add("the hocuspocus stays");
	add_for(carol, false, 5, "simsalabim");
	commit();
	assert_true(pages_count(&a, "abracadabra", 11) > 1); /* in the message and in the index */
	assert_true(pages_count(&a, "simsalabim", 10) > 1);
	FINDS("abracadabra", "the [abracadabra] is gone");
	erase("DELETE FROM messages WHERE body LIKE '%abra%'");
	FINDS_NOT("abracadabra");
	assert_int_equal(pages_count(&a, "acadabra", 8), 0);
	assert_true(pages_count(&a, "hocuspocus", 10) > 1);
	/* a text that becomes another one */
	erase("UPDATE messages SET body = CAST('the fidibus stays' AS BLOB) WHERE body LIKE '%hocus%'");
	FINDS_NOT("hocuspocus");
	FINDS("fidibus", "the [fidibus] stays");
	assert_int_equal(pages_count(&a, "cuspocus", 8), 0);
	/* a message of no text any more */
	erase("UPDATE messages SET body = x'', kind = 99 WHERE body LIKE '%fidi%'");
	FINDS_NOT("the");
	assert_int_equal(pages_count(&a, "idibus", 6), 0);
	/* a contact with what was written */
	assert_int_equal(
		rig_ask(&a, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = carol, .decision = DECIDE_REMOVE)).type,
		ipc_t_contact_gone);
	FINDS_NOT("simsalabim");
	assert_int_equal(pages_count(&a, "salabim", 7), 0);
	/* in the index of one turn only */
	add("presto");
	erase("DELETE FROM messages WHERE body = CAST('presto' AS BLOB)");
	assert_int_equal(pages_count(&a, "presto", 6), 0);
}

/* What is found is what a person sees: the last edit, an answer's words, nothing that was deleted. */
static void test_follows_what_is_shown(void **state)
{
	(void)state;
	rig_write(&a, bob, 1, "abracadabra");
	(void)rig_ask(&a, ROLE_WEB, IPC_MSG(0, message_edit, .contact = bob, .ordinal = 1, .text = slice_str("hocus")));
	FINDS_NOT("abracadabra");
	assert_int_equal(find("hocus"), 1);
	(void)rig_ask(&a, ROLE_WEB, IPC_MSG(0, message_edit, .contact = bob, .ordinal = 1, .text = slice_str("pocus")));
	FINDS_NOT("hocus");
	assert_int_equal(find("pocus"), 1);
	(void)rig_ask(&a, ROLE_WEB,
	              IPC_MSG(0, message_send, .contact = bob, .id = {2}, .reply = 1, .text = slice_str("fidibus")));
	assert_int_equal(find("fidibus"), 1);
	(void)rig_ask(&a, ROLE_WEB, IPC_MSG(0, message_delete, .contact = bob, .ordinal = 1, .for_all = 1));
	FINDS_NOT("pocus");
	FINDS_NOT("hocus");
	FINDS_NOT("abracadabra");
	/* theirs, edited and deleted here only; and a contact that goes with an edited one */
	add("mumpitz");
	(void)rig_ask(&a, ROLE_WEB, IPC_MSG(0, message_delete, .contact = bob, .ordinal = 3, .for_all = 0));
	FINDS_NOT("mumpitz");
	rig_write(&a, carol, 3, "larifari");
	(void)rig_ask(&a, ROLE_WEB,
	              IPC_MSG(0, message_edit, .contact = carol, .ordinal = 1, .text = slice_str("papperlapapp")));
	assert_int_equal(find("papperlapapp"), 1);
	(void)rig_ask(&a, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = bob, .decision = DECIDE_REMOVE));
	(void)rig_ask(&a, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = carol, .decision = DECIDE_REMOVE));
	erase("SELECT 1");
	static const char *const words[] = {"bracadabra", "hocus",    "pocus",    "fidibus",
	                                    "mumpitz",    "larifari", "papperlap"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		assert_int_equal(pages_count(&a, words[i], strlen(words[i])), 0);
	run("CREATE VIRTUAL TABLE temp.v USING fts5vocab(main, search, row)");
	struct query q = store_query(a.v->store, sql_message_max);
	sqlite3_stmt *st = NULL;
	assert_int_equal(sqlite3_prepare_v2(sqlite3_db_handle(q.st), "SELECT count(*) FROM temp.v", -1, &st, NULL),
	                 SQLITE_OK);
	query_end(&q);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(st, 0), 0); /* not one word is left over */
	sqlite3_finalize(st);
}

#define MANY 4000
#define WORD 12

static char word[MANY][WORD + 1];
static bool gone[MANY];
static u64 seed = 88172645463325252u;

static u64 draw(u64 below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static bool begins_one(const void *begin, size_t n)
{
	for (size_t i = 0; i < MANY; i++) {
		if (!gone[i] && memcmp(word[i], begin, MIN(n, WORD)) == 0)
			return true;
	}
	return false;
}

/* Of no word that is gone the index has a piece: where a page begins, or in the vocabulary. Tags are not looked at. */
static void assert_clean(const char *sql, int skip)
{
	sqlite3_stmt *st = NULL;
	assert_int_equal(sqlite3_prepare_v2(connection(), sql, -1, &st, NULL), SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *term = sqlite3_column_blob(st, 0);
		int n = sqlite3_column_bytes(st, 0);
		if (n > skip && term[skip] >= 'a' && term[skip] <= 'z') /* words begin with these, tags do not */
			assert_true(begins_one(term + skip, (size_t)(n - skip)));
	}
	sqlite3_finalize(st);
}

static void test_erased_of_many(void **state)
{
	char sql[200];
	(void)state;
	memset(gone, 0, sizeof gone);
	for (size_t i = 0; i < MANY; i++) {
		word[i][0] = (char)('a' + draw(26));
		for (size_t k = 1; k < WORD; k++)
			word[i][k] = (char)('a' + draw(26));
		add(word[i]);
		if (draw(40) == 0)
			commit(); /* another segment of the index */
	}
	commit();
	run("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, search, row)");
	for (int round = 0; round < 12; round++) {
		for (size_t i = 0; i < MANY; i++) {
			if (draw(10))
				continue;
			if (!gone[i]) {
				snprintf(sql, sizeof sql, "DELETE FROM messages WHERE body = CAST('%.*s' AS BLOB)",
				         WORD, word[i]);
				struct query q = store_query(a.v->store, sql_message_set_state);
				query_run(&q);
				run(sql);
				gone[i] = true;
			}
		}
		erase("SELECT 1");
		assert_clean("SELECT term FROM search_idx", 1);
		assert_clean("SELECT term FROM temp.vocabulary", 0);
		for (size_t i = (size_t)round; i < MANY; i += 97) {
			size_t n = pages_count(&a, word[i] + WORD - 8, 8);
			assert_true(gone[i] ? n == 0 : n > 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_words, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_syntax, setup, teardown),
		cmocka_unit_test_setup_teardown(test_scripts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_letters, setup, teardown),
		cmocka_unit_test_setup_teardown(test_filters, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kinds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long, setup, teardown),
		cmocka_unit_test_setup_teardown(test_erased, setup, teardown),
		cmocka_unit_test_setup_teardown(test_follows_what_is_shown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_erased_of_many, setup, teardown),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
