/* What the database costs with a million messages in it: opening, pages, searches, erasing, receiving, memory. The same
 * code runs beside it on a database without encryption, where a ratio says more than a time. The files lie in a temporary
 * folder and are removed. Times are CPU time, which what else runs on the machine disturbs little; but for receiving, which
 * waits for the disk. */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlcipher/sqlite3.h>

/* The store as it is, and the same without a key. */
static int maybe_key(sqlite3 *db, const void *key, int n);
static bool keyless;
#define sqlite3_key maybe_key
#include "vault/store.c"
#undef sqlite3_key

#include "vault/aside.h"
#include "vault/contacts.h"
#include "vault/hand.h"
#include "vault/identity.h"
#include "vault/messages.h"
#include "vault/order.h"
#include "vault/places.h"
#include "vault/reading.h"
#include "vault/search.h"

#define CONTACTS 1000
#define WORDS 50000
#define SIGNS 3000
#define GROUP 64 /* messages in one turn: a SEND_WINDOW */
#define RECEIVED 32000
#define ROUNDS 1000

static u64 messages = 1000000;
static const struct secret32 key = {{1, 2, 3}};
static char dir[64];
static u64 seed = 88172645463325252u;

static int maybe_key(sqlite3 *db, const void *k, int n)
{
	return keyless ? SQLITE_OK : sqlite3_key(db, k, n);
}

static void must(bool x)
{
	if (!x)
		abort();
}

static u64 draw(u64 below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

/* As words are in a language: the n-th is about half as frequent as the n/2-th. */
static u64 draw_rank(u64 below)
{
	u64 bits = 1;
	while (below >> bits)
		bits++;
	for (;;) {
		u64 k = draw(bits), v = (1ull << k) - 1 + draw(1ull << k);
		if (v < below)
			return v;
	}
}

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Of this program: what else runs on the machine disturbs little. */
static double cpu_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static u64 zero(void *arg)
{
	(void)arg;
	return 0;
}

static void randomly(void *arg, void *out, size_t n)
{
	(void)arg;
	for (size_t i = 0; i < n; i++)
		((u8 *)out)[i] = (u8)draw(256);
}

static const struct env env = {.wall_ms = zero, .mono_ms = zero, .random = randomly};

/* ---- what people write ---- */

static size_t word_text(u64 rank, char *out)
{
	static const char *const parts[] = {"ba", "ce", "di", "fo", "gu", "ha", "ke", "li",
	                                    "mo", "nu", "pa", "re", "si", "to", "vu", "za"};
	size_t n = 0;
	u64 v = rank * 2654435761u % 1048576; /* so that frequent words do not begin alike */
	for (int i = 0; i < 2 + (rank >= 200) + (rank >= 3000); i++, v /= 16, n += 2)
		memcpy(out + n, parts[v % 16], 2);
	if (rank % 3)
		out[n++] = "nrst"[v % 4];
	return n;
}

static size_t sign_text(u64 rank, char *out)
{
	u32 c = 0x4e00 + (u32)(rank * 7);
	out[0] = (char)(0xe0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 63));
	out[2] = (char)(0x80 | (c & 63));
	return 3;
}

static size_t text(char *out)
{
	size_t n = 0, words = 2 + draw(15);
	bool chinese = draw(20) == 0;
	for (size_t i = 0; i < words; i++) {
		if (i && !chinese)
			out[n++] = ' ';
		n += chinese ? sign_text(draw_rank(SIGNS), out + n) : word_text(draw_rank(WORDS), out + n);
	}
	return n;
}

/* As delivery.c does it: what comes is in hand while it is stored. NULL: it is not. */
static struct hand *hand;

static void come(struct store *s, u64 contact, const struct peer_item *item)
{
	u8 payload[PEER_MSG_MAX];
	struct tried t;
	u64 row;
	bool gap;
	if (hand) {
		hand_take(hand, contact, slice_of(payload, peer_item_encode(item, payload, sizeof payload)), t.hash);
		aside_get(s, contact, &t);
	}
	must(order_came(s, contact, item, item->time_ms, &row, &gap));
	if (hand)
		hand_put(hand);
}

/* The i-th message, to one of the contacts that write at the time: people talk for a while. */
static void receive(struct store *s, u64 i)
{
	char body[1000];
	const u64 contact = 1 + (i / 200 * 7 + draw(10) * 100) % CONTACTS;
	struct heard h;
	order_heard(s, contact, &h);
	struct peer_item item = {.seq = h.last + 1, .time_ms = 1500000000000 + i * 300000, .kind = ITEM_TEXT};
	item.body = slice_of(body, text(body));
	randomly(NULL, item.id.b, sizeof item.id.b);
	memcpy(item.prev, h.head, sizeof item.prev);
	come(s, contact, &item);
}

static struct store *made(const char *name, bool without_key)
{
	char path[128];
	u32 id;
	struct store *s = NULL;
	keyless = without_key;
	snprintf(path, sizeof path, "%s/%s", dir, name);
	must(store_create(path, &key, &s) == OK && identity_create(s, &env, slice_str("Alice"), &id) == OK);
	for (u32 i = 0; i < CONTACTS; i++) {
		struct contact c = {.identity = id, .onion = {{(u8)i, (u8)(i >> 8)}}, .state = CONTACT_ACCEPTED};
		contacts_add(s, &c);
	}
	must(store_commit(s) == OK);
	return s;
}

static struct store *opened(const char *name, bool without_key)
{
	char path[128];
	struct store *s = NULL;
	keyless = without_key;
	snprintf(path, sizeof path, "%s/%s", dir, name);
	must(store_open(path, &key, &s) == OK);
	return s;
}

/* Faster than life: nothing of it has to survive a crash. */
static void fill(struct store *s)
{
	must(exec(s, "PRAGMA synchronous = OFF; PRAGMA cache_size = -300000; PRAGMA wal_autocheckpoint = 20000") &&
	     exec(s, "INSERT INTO search (search, rank) VALUES ('hashsize', 16777216)"));

	for (u64 i = 0; i < messages; i++) {
		receive(s, i);
		if (i % 20000 == 0)
			must(store_commit(s) == OK);
	}
	must(exec(s, "INSERT INTO search (search, rank) VALUES ('hashsize', 1048576)") && store_commit(s) == OK);
}

static double size_mb(const char *name)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "rb");
	must(f != NULL);
	fseek(f, 0, SEEK_END);
	double n = (double)ftell(f);
	fclose(f);
	return n / 1e6;
}

/* ---- figures ---- */

static double samples[ROUNDS];

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double quantile(size_t n, double q)
{
	qsort(samples, n, sizeof *samples, compare);
	return samples[MIN((size_t)((double)n * q), n - 1)];
}

static size_t page(struct store *s, u64 contact, u64 lo, u64 hi)
{
	struct message m;
	struct query q = messages_page(s, contact, lo, hi);
	size_t n = 0;
	while (messages_next(&q, &m))
		n++;
	return n;
}

/* Any page of 50; of one conversation, or a jump to one row. */
static void pages(struct store *s, double *ret_p99, double *ret_jump)
{
	for (int jump = 0; jump < 2; jump++) {
		for (size_t i = 0; i < ROUNDS; i++) {
			u64 c = 1 + draw(CONTACTS);
			double start = cpu_ms();
			u64 at = 1 + draw(messages_max(s, c)), n = jump ? 1 : 50;
			must(page(s, c, at, at + n) >= 1);
			samples[i] = cpu_ms() - start;
		}
		*(jump ? ret_jump : ret_p99) = quantile(ROUNDS, 0.99);
	}
}

enum kind { ONE, TWO, BEGIN, CHINESE, CONTACT, DAYS, RARE, ALL_KINDS };
static const char *const kinds[] = {"a word",
                                    "two words",
                                    "the begin of a word",
                                    "two signs in a sentence",
                                    "in one conversation",
                                    "in a month",
                                    "a phrase nobody wrote"};

static u64 found_total;

static void search(struct store *s, enum kind k)
{
	char words[300];
	size_t n = 0;
	struct search_ask ask = {.limit = 50};
	struct search *f;
	struct message m;
	struct mark marks[MAX_MARKS];
	n = k == CHINESE ? sign_text(draw_rank(SIGNS), words) : word_text(draw_rank(WORDS), words);
	if (k == CHINESE)
		n += sign_text(draw_rank(SIGNS), words + n);
	if (k == TWO || k == RARE) {
		words[n++] = k == TWO ? ' ' : '-';
		n += word_text(draw_rank(WORDS), words + n);
	}
	if (k == BEGIN)
		n = 2 + draw(n - 1);
	else
		words[n++] = ' ';
	if (k == CONTACT)
		ask.contact = 1 + draw(CONTACTS);
	if (k == DAYS) {
		ask.since_ms = 1500000000000 + draw(messages) * 300000;
		ask.until_ms = ask.since_ms + 30ull * 86400000;
	}
	ask.text = slice_of(words, n);
	must(search_open(s, &ask, &f) == OK);
	while (search_next(f, &m)) {
		must(search_marks(f, messages_text(&m), marks) > 0);
		found_total++;
	}
	search_close(f);
}

/* Both databases by turns. */
static void searches(struct store *s, struct store *without)
{
	static double own[ROUNDS], other[ROUNDS];
	for (int k = 0; k < ALL_KINDS; k++) {
		found_total = 0;
		for (size_t i = 0; i < ROUNDS; i++) {
			const u64 again = seed;
			double start = cpu_ms();
			search(s, (enum kind)k);
			own[i] = cpu_ms() - start;
			seed = again;
			start = cpu_ms();
			search(without, (enum kind)k);
			other[i] = cpu_ms() - start;
		}
		memcpy(samples, other, sizeof samples);
		double other_p95 = quantile(ROUNDS, 0.95);
		memcpy(samples, own, sizeof samples);
		double p95 = quantile(ROUNDS, 0.95);
		printf("store: search, %s: median %.2f ms, p95 %.2f ms (%.2f without encryption), worst %.0f ms; %.0f "
		       "found\n",
		       kinds[k], samples[ROUNDS / 2], p95, other_p95, samples[ROUNDS - 1],
		       (double)found_total / (2 * ROUNDS));
	}
}

static void run_sql(struct store *s, const char *sql)
{
	must(exec(s, "BEGIN IMMEDIATE") && (s->in_transaction = true) && exec(s, sql));
}

/* Messages erased one by one, then a conversation. */
static void erase(struct store *s)
{
	for (size_t i = 0; i < 100; i++) {
		char sql[100];
		snprintf(sql, sizeof sql, "DELETE FROM messages WHERE id = %llu",
		         (unsigned long long)(1 + draw(messages)));
		double start = cpu_ms();
		run_sql(s, sql);
		store_erases(s);
		must(store_commit(s) == OK);
		samples[i] = cpu_ms() - start;
	}
	double p95 = quantile(100, 0.95);
	printf("store: erasing a message: median %.2f ms, p95 %.2f ms, worst %.2f\n", samples[50], p95, samples[99]);
	double start = cpu_ms();
	u64 n = messages_max(s, 7);
	double worst = 0;
	contacts_remove(s, 7);
	while (contacts_to_erase(s)) {
		double step = cpu_ms();
		contacts_erase(s, ERASE_STEP);
		must(store_commit(s) == OK);
		worst = MAX(worst, cpu_ms() - step);
	}
	printf("store: erasing a conversation of %llu messages: %.0f ms, %d of them in a turn, worst %.0f ms\n",
	       (unsigned long long)n, cpu_ms() - start, ERASE_STEP, worst);
}

static double resident_mb(void)
{
	char line[100] = "", *second;
	FILE *f = fopen("/proc/self/statm", "r");
	must(f && fgets(line, sizeof line, f));
	fclose(f);
	must((second = strchr(line, ' ')) != NULL);
	return strtod(second, NULL) * 4096 / 1e6;
}

/* Turn by turn in all, so that what else the machine does hits all. */
static void receiving(void)
{
	struct store *s[3] = {made("a", false), made("b", true), made("c", false)};
	double ms[3] = {0};
	struct hand h;
	hand_open(&h, dir, &key);
	for (u64 i = 0; i < RECEIVED; i += GROUP) {
		for (int k = 0; k < 3; k++) {
			hand = k < 2 ? &h : NULL;
			double start = now_ms();
			for (u64 j = 0; j < GROUP; j++)
				receive(s[k], i + j);
			must(store_commit(s[k]) == OK);
			ms[k] += now_ms() - start;
		}
	}
	printf("store: receiving, %d in a turn: %.0f messages/s; without encryption %.0f (%.2f of it); without noting "
	       "what is "
	       "in hand %.0f (%.2f)\n",
	       GROUP, RECEIVED / ms[0] * 1e3, RECEIVED / ms[1] * 1e3, ms[1] / ms[0], RECEIVED / ms[2] * 1e3,
	       ms[2] / ms[0]);
	for (int k = 0; k < 3; k++)
		store_close(s[k]);
	hand_close(&h);
}

static void clear(void)
{
	DIR *d = opendir(dir);
	must(d != NULL);
	for (struct dirent *e; (e = readdir(d));) {
		char path[400];
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		if (e->d_name[0] != '.')
			(void)unlink(path);
	}
	closedir(d);
	(void)rmdir(dir);
}

/* One long conversation, half of which was erased by its time: what a page asks when it opens one. */
static void places(struct store *s)
{
	struct place_run runs[GONE_PART];
	u64 next, max = 100000;
	char sql[700];
	snprintf(sql, sizeof sql,
	         "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %llu)"
	         " INSERT INTO messages (contact, ordinal, msg_id, mine, seq, time_ms, received_ms, kind, state, hash, "
	         "body, gone)"
	         " SELECT 1000, 1000000 + i, randomblob(16), i %% 3 = 0, 1000000 + i, 1900000000000 + i * 60000, 0, 1, "
	         "3, zeroblob(32),"
	         " x'6162', iif(i %% 997 < 500, 3, 0) FROM n",
	         (unsigned long long)max);
	run_sql(s, sql);
	must(store_commit(s) == OK);
	const u64 base = 1000000;
	double at_p99, first_p99, start;
	for (size_t i = 0; i < ROUNDS; i++) {
		start = cpu_ms();
		u64 at = places_at(s, 1000, 1900000000000 + draw(max) * 60000);
		must(at > base);
		samples[i] = cpu_ms() - start;
	}
	at_p99 = quantile(ROUNDS, 0.99);
	for (size_t i = 0; i < ROUNDS; i++) {
		start = cpu_ms();
		must(reading_first(s, 1000, base + draw(max - 1000)) > base);
		samples[i] = cpu_ms() - start;
	}
	first_p99 = quantile(ROUNDS, 0.99);
	start = cpu_ms();
	size_t n = places_gone(s, 1000, base, runs, &next);
	printf("store: in a conversation of %llu more: a date, p99 %.2f ms; the first unread one, p99 %.2f ms; all %zu "
	       "runs of what is "
	       "gone, %.2f ms\n",
	       (unsigned long long)max, at_p99, first_p99, n, cpu_ms() - start);
}

/* In a process of its own, whose memory is gone with it. */
static pid_t build(const char *name, bool without_key)
{
	pid_t pid = fork();
	must(pid >= 0);
	if (pid == 0) {
		struct store *s = made(name, without_key);
		fill(s);
		store_close(s);
		_exit(0);
	}
	return pid;
}

static void build_both(void)
{
	int status;
	double start = now_ms();
	pid_t pids[2] = {build("big", false), build("plain", true)};
	for (int i = 0; i < 2; i++)
		must(waitpid(pids[i], &status, 0) == pids[i] && status == 0);
	printf("store: %llu messages in %d conversations, twice, made in %.0f s; %.0f MB each\n",
	       (unsigned long long)messages, CONTACTS, (now_ms() - start) / 1e3, size_mb("big"));
}

static void big(void)
{
	double before = resident_mb(), p99, jump, start = cpu_ms();
	struct store *s = opened("big", false), *without;
	double open_ms = cpu_ms() - start;
	pages(s, &p99, &jump);
	for (int i = 0; i < ROUNDS; i++)
		search(s, (enum kind)(i % ALL_KINDS));
	double resident = resident_mb();
	printf("store: open %.1f ms; a page of 50, p99 %.2f ms; jump to an ordinal, p99 %.2f ms; %.1f MB resident, "
	       "%.1f of "
	       "the store\n",
	       open_ms, p99, jump, resident, resident - before);
	without = opened("plain", true);
	searches(s, without);
	store_close(without);
	places(s);
	erase(s);
	store_close(s);
}

int main(int argc, char **argv)
{
	bool only_receiving = argc > 1 && strcmp(argv[1], "receiving") == 0;
	if (argc > 1 && !only_receiving)
		messages = strtoull(argv[1], NULL, 10);
	setvbuf(stdout, NULL, _IOLBF, 0);
	snprintf(dir, sizeof dir, "/tmp/boc-bench-XXXXXX");
	must(mkdtemp(dir) != NULL);
	store_prepare();
	if (!only_receiving) {
		build_both();
		big();
	}
	receiving();
	clear();
	return 0;
}
