/* What somebody has begun to write to a contact. Rows; no IPC. */
#ifndef BOC_VAULT_DRAFTS_H
#define BOC_VAULT_DRAFTS_H

#include "base/limits.h"
#include "vault/store.h"

struct draft {
	size_t n; /* 0: none */
	u8 text[MAX_TEXT];
};

void drafts_get(struct store *s, u64 contact, struct draft *ret);

/* Keeps this one, none when it is empty; what it no longer says is erased. At most MAX_TEXT bytes. False: it is so already. */
bool drafts_set(struct store *s, u64 contact, struct slice text);

/* A text was sent: a draft that it goes on from is done with. False: there was none. */
bool drafts_sent(struct store *s, u64 contact, struct slice text);

#endif
