/* What was found out about the machine: a list of short sentences, made once and shown by doctor, by the page and by scripts
 * alike. As bytes it is one field of IPC_findings. A sentence names no folder, no address and nobody. */
#ifndef BOC_WIRE_FINDINGS_H
#define BOC_WIRE_FINDINGS_H

#include "base/err.h"
#include "base/limits.h"
#include "base/slice.h"

enum finding_grade { FINDING_NONE, FINDING_OK, FINDING_NOTE, FINDING_MEND };

struct finding {
	enum finding_grade grade;
	char what[16]; /* one word */
	char text[MAX_FINDING + 1];
};

struct findings {
	struct finding all[MAX_FINDINGS];
	size_t n;
};

/* One that is longer than its place is cut; more than MAX_FINDINGS are left out. */
void findings_add(struct findings *f, enum finding_grade grade, const char *what, const char *text);

bool findings_has_mend(const struct findings *f);

/* "ok", "note", "mend". */
const char *finding_word(enum finding_grade grade);

/* Gives the bytes written; out has MAX_FINDINGS_TEXT. */
size_t findings_write(const struct findings *f, u8 *out);

/* ERR_PEER_FORMAT: that was not written by findings_write(). */
err_t findings_read(struct slice bytes, struct findings *ret) MUST_CHECK;

#endif
