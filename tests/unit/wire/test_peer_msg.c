#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "peer/record.h"
#include "wire/cursor.h"
#include "wire/peer_msg.h"

static u8 room[PEER_MSG_MAX];

static void an_item_comes_back_as_it_went(void **state)
{
	(void)state;
	struct peer_item got, m = {.id = {{1, 2, 3}},
	                           .seq = 9,
	                           .prev = {4},
	                           .time_ms = 1ull << 41,
	                           .vanish = 3600,
	                           .kind = ITEM_TEXT,
	                           .body = slice_str("hé")};
	size_t n = peer_item_encode(&m, room, sizeof room);
	assert_true(n > 0);
	assert_int_equal(peer_item_decode(slice_of(room, n), &got), OK);
	assert_memory_equal(got.id.b, m.id.b, 16);
	assert_true(got.seq == 9 && got.time_ms == 1ull << 41 && got.vanish == 3600 && slice_eq(got.body, m.body));
	for (size_t cut = 0; cut < n; cut++)
		assert_int_equal(peer_item_decode(slice_of(room, cut), &got), ERR_PEER_FORMAT);
	room[n] = 0;
	assert_int_equal(peer_item_decode(slice_of(room, n + 1), &got), ERR_PEER_FORMAT);
}

static void text_must_be_utf8_and_bounded(void **state)
{
	(void)state;
	static char big[MAX_TEXT + 1];
	memset(big, 'a', sizeof big);
	struct peer_item m = {.seq = 1, .kind = ITEM_TEXT, .body = slice_of(big, MAX_TEXT)};
	assert_true(peer_item_encode(&m, room, sizeof room) > 0);
	m.body.n++;
	assert_int_equal(peer_item_encode(&m, room, sizeof room), 0);
	m.body = slice_str("\xc0\x80");
	assert_int_equal(peer_item_encode(&m, room, sizeof room), 0);
	m.body = slice_of("", 0);
	assert_int_equal(peer_item_encode(&m, room, sizeof room), 0);
	struct peer_hello h = {.name = slice_str("A\nB"), .greeting = slice_str("")};
	assert_int_equal(peer_hello_encode(&h, room, sizeof room), 0);
	h.name = slice_str("A\u202eB");
	assert_int_equal(peer_hello_encode(&h, room, sizeof room), 0);
	h.name = slice_str("Zoë");
	h.greeting = slice_str("two\nlines");
	assert_true(peer_hello_encode(&h, room, sizeof room) > 0);
}

static void sync_names_one_item(void **state)
{
	(void)state;
	struct peer_sync got, m = {.top = 7, .head = {9}};
	size_t n = peer_sync_encode(&m, room, sizeof room);
	assert_int_equal(n, 40);
	for (size_t cut = 0; cut < n; cut++)
		assert_int_equal(peer_sync_decode(slice_of(room, cut), &got), ERR_PEER_FORMAT);
	assert_int_equal(peer_sync_decode(slice_of(room, n + 1), &got), ERR_PEER_FORMAT);
	assert_int_equal(peer_sync_decode(slice_of(room, n), &got), OK);
	assert_memory_equal(&got, &m, sizeof m);
	m.top = 0; /* the hash of nothing */
	assert_int_equal(peer_sync_encode(&m, room, sizeof room), 0);
	m = (struct peer_sync){.top = ITEM_SEQ_MAX + 1};
	assert_int_equal(peer_sync_encode(&m, room, sizeof room), 0);
	m.top--;
	assert_int_equal(peer_sync_encode(&m, room, sizeof room), 40);
}

static void every_kind_has_one_body(void **state)
{
	(void)state;
	static const struct {
		u8 kind;
		const char *bytes;
		size_t n;
		bool good;
	} cases[] = {
#define BODY(kind, text, good) {kind, text, sizeof(text) - 1, good}
#define ID "0123456789abcdef"
		BODY(ITEM_TEXT, "x", true),
		BODY(ITEM_TEXT, "", false),
		BODY(ITEM_REPLY, "\0" ID "x", true),
		BODY(ITEM_REPLY, "\1" ID "x", true),
		BODY(ITEM_REPLY, "\2" ID "x", false),
		BODY(ITEM_REPLY, "\1" ID, false),
		BODY(ITEM_REPLY, "\1" ID "\xff", false),
		BODY(ITEM_REACTION, "\1" ID, true),
		BODY(ITEM_REACTION, "\1" ID "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80", true),
		BODY(ITEM_REACTION, "\1" ID "a\nb", false),
		BODY(ITEM_REACTION, "\1" ID ID ID ID ID "x", false),
		BODY(ITEM_REACTION, "\1" ID ID ID ID ID, true),
		BODY(ITEM_EDIT, ID "x", true),
		BODY(ITEM_EDIT, ID, false),
		BODY(ITEM_DELETE, ID, true),
		BODY(ITEM_DELETE, ID "x", false),
		BODY(ITEM_DELETE, "short", false),
		BODY(ITEM_GONE, "\1" ID ID, true),
		BODY(ITEM_GONE, "\6" ID ID, false),
		BODY(ITEM_GONE, "\0" ID ID, false),
		BODY(ITEM_GONE, "\1" ID, false),
		BODY(ITEM_TERMS, "\0\0\0\0\0\0\0\0", true),
		BODY(ITEM_TERMS, "\0\0\0\5\0\0\16\x42", true), /* 5 s, 3650 days */
		BODY(ITEM_TERMS, "\0\0\0\4\0\0\0\0", false),
		BODY(ITEM_TERMS, "\1\xe1\x33\x80\0\0\0\1", true), /* a year */
		BODY(ITEM_TERMS, "\1\xe1\x33\x81\0\0\0\1", false),
		BODY(ITEM_TERMS, "\0\0\0\0\0\0\16\x43", false),
		BODY(ITEM_TERMS, "\0\0\0\0\0\0\0", false),
		BODY(ITEM_TERMS, "\0\0\0\0\0\0\0\0\0", false),
		BODY(ITEM_PROFILE + 1, "anything", false),
		BODY(ITEM_PROFILE, "\5Alice", true),
		BODY(ITEM_PROFILE, "\5Alic", false),
		BODY(ITEM_PROFILE, "\5Alice!", false), /* a picture of one byte */
		BODY(ITEM_PROFILE, "\0", false),
		BODY(ITEM_PROFILE, "\3A\nB", false),
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct item_body got;
		struct peer_item item = {.seq = 1, .kind = cases[i].kind, .body = slice_of(cases[i].bytes, cases[i].n)};
		assert_int_equal(item_body_decode(item.kind, item.body, &got), cases[i].good ? OK : ERR_PEER_FORMAT);
		bool known = item_is_known(item.kind);
		assert_int_equal(peer_item_encode(&item, room, sizeof room) > 0, cases[i].good || !known);
		if (cases[i].good)
			assert_true(slice_eq(slice_of(room, item_body_encode(item.kind, &got, room, sizeof room)),
			                     item.body));
	}
}

static void a_picture_has_one_size(void **state)
{
	(void)state;
	static u8 body[MAX_BODY + 1] = {1, 'A'};
	struct item_body got;
	assert_int_equal(item_body_decode(ITEM_PROFILE, slice_of(body, 2 + PICTURE_LEN), &got), OK);
	assert_int_equal(got.picture.n, PICTURE_LEN);
	assert_int_equal(item_body_decode(ITEM_PROFILE, slice_of(body, 1 + PICTURE_LEN), &got), ERR_PEER_FORMAT);
	assert_int_equal(item_body_decode(ITEM_PROFILE, slice_of(body, 3 + PICTURE_LEN), &got), ERR_PEER_FORMAT);
	/* PROTO 4.5.5: "An item of an unknown kind is kept as such, not refused; its body has at most 12353 bytes." */
	struct peer_item item = {.seq = 1, .kind = 200, .body = slice_of(body, MAX_BODY)};
	assert_int_equal(MAX_BODY, 12353);
	assert_true(peer_item_encode(&item, room, sizeof room) > 0);
	item.body.n++;
	assert_int_equal(peer_item_encode(&item, room, sizeof room), 0);
}

static void a_life_has_bounds(void **state)
{
	(void)state;
	static const struct {
		u32 vanish;
		bool good;
	} cases[] = {{0, true},          {1, false},         {VANISH_MIN - 1, false},
	             {VANISH_MIN, true}, {VANISH_MAX, true}, {VANISH_MAX + 1, false},
	             {UINT32_MAX, false}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct peer_item got, m = {.seq = 1, .kind = ITEM_TEXT, .vanish = 5, .body = slice_str("x")};
		size_t n = peer_item_encode(&m, room, sizeof room);
		const u8 be[] = {(u8)(cases[i].vanish >> 24), (u8)(cases[i].vanish >> 16), (u8)(cases[i].vanish >> 8),
		                 (u8)cases[i].vanish};
		memcpy(room + 16 + 8 + 32 + 16 + 8, be, sizeof be);
		assert_int_equal(peer_item_decode(slice_of(room, n), &got), cases[i].good ? OK : ERR_PEER_FORMAT);
		m.vanish = cases[i].vanish;
		assert_int_equal(peer_item_encode(&m, room, sizeof room) > 0, cases[i].good);
	}
}

static void numbers_end(void **state)
{
	(void)state;
	struct peer_item m = {.seq = ITEM_SEQ_MAX, .kind = ITEM_TEXT, .body = slice_str("x")};
	assert_true(peer_item_encode(&m, room, sizeof room) > 0);
	m.seq++;
	assert_int_equal(peer_item_encode(&m, room, sizeof room), 0);
	m.seq = 0;
	assert_int_equal(peer_item_encode(&m, room, sizeof room), 0);
}

static void acks_hold_1_to_64_ids(void **state)
{
	(void)state;
	struct peer_ack got, m = {.count = ACK_MAX};
	size_t n = peer_ack_encode(&m, room, sizeof room);
	assert_int_equal(n, 1 + 16 * ACK_MAX);
	assert_int_equal(peer_ack_decode(slice_of(room, n), &got), OK);
	assert_int_equal(got.count, ACK_MAX);
	m.count = 0;
	assert_int_equal(peer_ack_encode(&m, room, sizeof room), 0);
	room[0] = 0;
	assert_int_equal(peer_ack_decode(slice_of(room, 1), &got), ERR_PEER_FORMAT);
	room[0] = ACK_MAX + 1;
	assert_int_equal(peer_ack_decode(slice_of(room, sizeof room), &got), ERR_PEER_FORMAT);
}

static void reads_hold_what_fits_the_smallest_record(void **state)
{
	(void)state;
	struct peer_read got, m = {.count = READ_MAX};
	size_t n = peer_read_encode(&m, room, sizeof room);
	/* PROTO 4.5.12: "Each fits the smallest class, as does TYPING" */
	assert_int_equal(n, 1 + 16 * READ_MAX);
	assert_int_equal(record_class_for(n), 0);
	assert_int_equal(record_class_for(n + 16), 1);
	assert_int_equal(peer_read_decode(slice_of(room, n), &got), OK);
	assert_int_equal(got.count, READ_MAX);
	assert_int_equal(peer_read_decode(slice_of(room, n - 1), &got), ERR_PEER_FORMAT);
	assert_int_equal(peer_read_decode(slice_of(room, n + 1), &got), ERR_PEER_FORMAT);
	m.count = 0;
	assert_int_equal(peer_read_encode(&m, room, sizeof room), 0);
	m.count = READ_MAX + 1;
	assert_int_equal(peer_read_encode(&m, room, sizeof room), 0);
	assert_int_equal(peer_read_decode(slice_str("\0"), &got), ERR_PEER_FORMAT);
}

static void typing_is_one_byte(void **state)
{
	(void)state;
	bool on = false;
	assert_int_equal(peer_typing_encode(true, room, sizeof room), 1);
	assert_int_equal(peer_typing_decode(slice_of(room, 1), &on), OK);
	assert_true(on);
	assert_int_equal(peer_typing_decode(slice_of("\0", 1), &on), OK);
	assert_false(on);
	assert_int_equal(peer_typing_decode(slice_of("\2", 1), &on), ERR_PEER_FORMAT);
	assert_int_equal(peer_typing_decode(slice_of("\1\1", 2), &on), ERR_PEER_FORMAT);
	assert_int_equal(peer_typing_decode(slice_of(NULL, 0), &on), ERR_PEER_FORMAT);
}

static void a_cursor_stays_bad(void **state)
{
	(void)state;
	struct reader r = reader_of(slice_of("\x01\x02", 2));
	assert_int_equal(get_u8(&r), 1);
	assert_int_equal(get_u32(&r), 0);
	assert_int_equal(get_u8(&r), 0);
	assert_false(reader_is_done(&r));
	u8 two[2];
	struct writer w = writer_of(two, sizeof two);
	put_u32(&w, 7);
	put_u8(&w, 1);
	assert_true(w.bad);
	assert_int_equal(w.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_item_comes_back_as_it_went),
		cmocka_unit_test(text_must_be_utf8_and_bounded),
		cmocka_unit_test(sync_names_one_item),
		cmocka_unit_test(every_kind_has_one_body),
		cmocka_unit_test(a_picture_has_one_size),
		cmocka_unit_test(a_life_has_bounds),
		cmocka_unit_test(numbers_end),
		cmocka_unit_test(acks_hold_1_to_64_ids),
		cmocka_unit_test(reads_hold_what_fits_the_smallest_record),
		cmocka_unit_test(typing_is_one_byte),
		cmocka_unit_test(a_cursor_stays_bad),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
