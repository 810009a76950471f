#include "wire/findings.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "wire/cursor.h"

#define WHAT_MAX (sizeof((struct finding *)0)->what - 1)

static_assert(MAX_FINDINGS * (1 + 4 + WHAT_MAX + 4 + MAX_FINDING) <= MAX_FINDINGS_TEXT, "all of them fit");

void findings_add(struct findings *f, enum finding_grade grade, const char *what, const char *text)
{
	if (f->n == MAX_FINDINGS)
		return;
	struct finding *one = &f->all[f->n++];
	one->grade = grade;
	snprintf(one->what, sizeof one->what, "%s", what);
	snprintf(one->text, sizeof one->text, "%s", text);
}

bool findings_has_mend(const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->all[i].grade == FINDING_MEND)
			return true;
	return false;
}

const char *finding_word(enum finding_grade grade)
{
	static const char *const words[] = {"ok", "ok", "note", "mend"};
	return words[grade];
}

size_t findings_write(const struct findings *f, u8 *out)
{
	struct writer w = writer_of(out, MAX_FINDINGS_TEXT);
	for (size_t i = 0; i < f->n; i++) {
		put_u8(&w, (u8)f->all[i].grade);
		put_var(&w, slice_str(f->all[i].what), WHAT_MAX);
		put_var(&w, slice_str(f->all[i].text), MAX_FINDING);
	}
	return writer_bytes(&w).n;
}

static bool read_text(struct reader *r, char *out, size_t max)
{
	struct slice s = get_var(r, max);
	if (s.n)
		memcpy(out, s.p, s.n);
	out[s.n] = 0;
	return s.n && utf8_is_name(s);
}

err_t findings_read(struct slice bytes, struct findings *ret)
{
	struct reader r = reader_of(bytes);
	struct findings f = {0};
	while (r.left && !r.bad) {
		if (f.n == MAX_FINDINGS)
			return ERR_PEER_FORMAT;
		struct finding *one = &f.all[f.n++];
		one->grade = (enum finding_grade)get_u8(&r);
		bool good = one->grade >= FINDING_OK && one->grade <= FINDING_MEND;
		good = read_text(&r, one->what, WHAT_MAX) && good;
		if (!read_text(&r, one->text, MAX_FINDING) || !good)
			return ERR_PEER_FORMAT;
	}
	if (!reader_is_done(&r))
		return ERR_PEER_FORMAT;
	*ret = f;
	return OK;
}
