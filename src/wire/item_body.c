#include "base/utf8.h"
#include "wire/cursor.h"
#include "wire/peer_msg.h"

static bool is_words(struct slice text)
{
	return text.n >= 1 && text.n <= MAX_TEXT && utf8_is_text(text);
}

static bool body_ok(u8 kind, const struct item_body *m)
{
	switch (kind) {
	case ITEM_TEXT:
	case ITEM_REPLY:
	case ITEM_EDIT: return is_words(m->text);
	case ITEM_REACTION: return m->text.n <= MAX_EMOJI && utf8_is_emoji(m->text);
	case ITEM_DELETE: return true;
	case ITEM_GONE: return m->was != ITEM_NONE && m->was != ITEM_GONE;
	case ITEM_TERMS: return vanish_is_good(m->vanish) && m->keep <= KEEP_MAX;
	case ITEM_PROFILE:
		return m->name.n >= 1 && m->name.n <= MAX_NAME && utf8_is_name(m->name) &&
		       (m->picture.n == 0 || m->picture.n == PICTURE_LEN);
	default: return false;
	}
}

/* PROTO 4.5.6: "1 TEXT      text" "2 REPLY     whose u8 | target[16] | text" "3 REACTION  whose u8 | target[16] | emoji"
 * "4 EDIT      target[16] | text" "5 DELETE    target[16]" "6 GONE      was u8 | hash[32]"
 * "7 TERMS     vanish u32be | keep u32be" "8 PROFILE   name_len u8 | name | picture" */
static bool names_whose(u8 kind)
{
	return kind == ITEM_REPLY || kind == ITEM_REACTION;
}

static bool has_target(u8 kind)
{
	return names_whose(kind) || kind == ITEM_EDIT || kind == ITEM_DELETE;
}

size_t item_body_encode(u8 kind, const struct item_body *m, u8 *out, size_t cap)
{
	struct writer w = writer_of(out, cap);
	if (names_whose(kind))
		put_u8(&w, m->of_reader);
	if (has_target(kind))
		put_bytes(&w, m->target.b, sizeof m->target.b);
	if (kind == ITEM_GONE) {
		put_u8(&w, m->was);
		put_bytes(&w, m->hash, sizeof m->hash);
	} else if (kind == ITEM_TERMS) {
		put_u32(&w, m->vanish);
		put_u32(&w, m->keep);
	} else if (kind == ITEM_PROFILE) {
		put_u8(&w, (u8)m->name.n);
		put_bytes(&w, m->name.p, m->name.n);
		put_bytes(&w, m->picture.p, m->picture.n);
	} else if (kind != ITEM_DELETE) {
		put_bytes(&w, m->text.p, m->text.n);
	}
	return w.bad || !body_ok(kind, m) ? 0 : w.n;
}

err_t item_body_decode(u8 kind, struct slice in, struct item_body *ret)
{
	struct reader r = reader_of(in);
	struct item_body m = {0};
	u8 whose = names_whose(kind) ? get_u8(&r) : 0;
	m.of_reader = whose == 1;
	if (has_target(kind))
		get_bytes(&r, m.target.b, sizeof m.target.b);
	if (kind == ITEM_GONE) {
		m.was = get_u8(&r);
		get_bytes(&r, m.hash, sizeof m.hash);
	} else if (kind == ITEM_TERMS) {
		m.vanish = get_u32(&r);
		m.keep = get_u32(&r);
	} else if (kind == ITEM_PROFILE) {
		size_t n = get_u8(&r);
		m.name = get_slice(&r, n);
		m.picture = get_slice(&r, r.left);
	} else if (kind != ITEM_DELETE) {
		m.text = get_slice(&r, r.left);
	}
	if (whose > 1 || !reader_is_done(&r) || !body_ok(kind, &m))
		return ERR_PEER_FORMAT;
	*ret = m;
	return OK;
}
