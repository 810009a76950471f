#include "client/export.h"

#include <string.h>
#include <time.h>

#include "base/utf8.h"

/* What somebody wrote stands behind INDENT, to the end of each line, or behind a colon at the end of a line. Nothing else
 * begins so: no text and no name looks like what this program says. */
#define INDENT "    "
#define REMARK "  * "

/* C0, DEL and C1; what sets the direction of text; what ends lines by another sign; tags, which nobody sees. */
static bool is_unsafe(u32 ch)
{
	return ch < 0x20 || (ch >= 0x7f && ch <= 0x9f) || ch == 0x61c || ch == 0x200e || ch == 0x200f ||
	       (ch >= 0x2028 && ch <= 0x202e) || (ch >= 0x2060 && ch <= 0x206f) || ch == 0xfeff ||
	       (ch >= 0xfff9 && ch <= 0xfffb) || (ch >= 0xe0000 && ch <= 0xe007f);
}

void export_plain(FILE *out, const char *s, const char *indent)
{
	struct slice text = slice_str(s);
	for (size_t at = 0; at < text.n;) {
		size_t from = at;
		u32 ch = utf8_next(text, &at);
		if (ch == '\n')
			fprintf(out, "\n%s", indent);
		else if (ch == 0 || is_unsafe(ch))
			fputs("\xef\xbf\xbd", out);
		else
			fwrite(text.p + from, 1, at - from, out);
		if (at <= from) /* malformed: never of our program */
			return;
	}
}

void export_time(FILE *out, json_int_t ms)
{
	char text[64];
	struct tm tm;
	time_t s = (time_t)(ms / 1000);
	if (gmtime_r(&s, &tm) && strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &tm))
		fputs(text, out);
	else
		fputs("at an unknown time", out);
}

static const char *text_of(const json_t *of, const char *member)
{
	const char *s = json_string_value(json_object_get(of, member));
	return s ? s : "";
}

static json_int_t int_of(const json_t *of, const char *member)
{
	return json_integer_value(json_object_get(of, member));
}

static void put_terms(FILE *out, const json_t *terms)
{
	fprintf(out,
	        REMARK "wants messages to disappear %lld s after reading, and to be kept for %lld days; 0: for ever\n",
	        (long long)int_of(terms, "vanish"), (long long)int_of(terms, "keep"));
}

static void put_words(FILE *out, const json_t *m)
{
	const char *kind = text_of(m, "kind");
	if (strcmp(kind, "text") == 0) {
		fputs(INDENT, out);
		export_plain(out, text_of(m, "text"), INDENT);
		fputc('\n', out);
	} else if (strcmp(kind, "deleted") == 0) {
		fputs(REMARK "deleted by its author\n", out);
	} else if (strcmp(kind, "deleted_here") == 0) {
		fputs(REMARK "deleted here\n", out);
	} else if (strcmp(kind, "expired") == 0) {
		fputs(REMARK "disappeared\n", out);
	} else if (strcmp(kind, "unreadable") == 0) {
		fputs(REMARK "could not be read here\n", out);
	} else if (strcmp(kind, "terms") == 0) {
		put_terms(out, json_object_get(m, "terms"));
	} else {
		fputs(REMARK "of a kind that this version does not know\n", out);
	}
}

static void put_reaction(FILE *out, const char *who, const char *emoji)
{
	if (!emoji[0])
		return;
	fprintf(out, REMARK "reaction of %s: ", who);
	export_plain(out, emoji, "");
	fputc('\n', out);
}

void export_message(FILE *out, const json_t *m, const char *contact)
{
	const json_t *reactions = json_object_get(m, "reactions");
	bool mine = strcmp(text_of(m, "from"), "me") == 0;
	fprintf(out, "[%lld] ", (long long)int_of(m, "ordinal"));
	if (strcmp(text_of(m, "kind"), "expired") != 0) {
		export_time(out, int_of(m, "time"));
		fputs("  ", out);
	}
	if (mine)
		fprintf(out, "me (%s)", text_of(m, "state"));
	else
		fputs("them", out);
	if (int_of(m, "reply"))
		fprintf(out, ", in answer to [%lld]", (long long)int_of(m, "reply"));
	if (int_of(m, "edited")) {
		fputs(", edited ", out);
		export_time(out, int_of(m, "edited"));
	}
	if (!mine) {
		fputs(": ", out);
		export_plain(out, contact, INDENT);
	}
	fputc('\n', out);
	put_words(out, m);
	put_reaction(out, "me", text_of(reactions, "me"));
	put_reaction(out, "them", text_of(reactions, "them"));
	fputc('\n', out);
}
