/* Words of a text, as the index of messages has them: FTS5's tokenizer "words" is this. SQLite's own unicode61 does the
 * splitting; before it characters are folded, and those of scripts without spaces set apart. */
#ifndef BOC_VAULT_WORDS_H
#define BOC_VAULT_WORDS_H

#include <sqlcipher/sqlite3.h>

#include "base/slice.h"

struct words;

/* One word, folded; from and to are where its text begins and ends in bytes. Borrowed until the function returns. */
typedef void word_fn(void *arg, struct slice word, size_t from, size_t to);

/* Makes the tokenizer known to a connection, which owns it. NULL: SQLite refuses. */
struct words *words_register(sqlite3 *db);

/* Calls each for every word. False: no memory. */
bool words_split(struct words *w, struct slice text, word_fn *each, void *arg);

/* Whether a word that begins so may have gone into or out of the index since words_forget(). Never false for one that
 * has. */
bool words_may_have_seen(const struct words *w, struct slice begin);
void words_forget(struct words *w);

#endif
