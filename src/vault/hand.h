/* The item that the vault has in hand while it processes it, in a small file of its own. A process that dies leaves it there,
 * so the next one knows over what it died: what is written reaches the kernel before the item is looked at, and the death of
 * a process takes nothing from the kernel. Nothing is synchronised: a power cut may lose it, or bring back an old one, which
 * counts one try of an item that is here already.
 *
 * In hand is one item, from the moment it came out of its record until it is done with; not the others of its turn, and not
 * while the turn is committed. So a death in the commit, in a request of the page or in the reading of a message that is
 * stored counts against nobody, and is not helped by this either.
 *
 * The file tells nobody anything: a keyed hash, and the contact's number under a mask; zeros when nothing is in hand. */
#ifndef BOC_VAULT_HAND_H
#define BOC_VAULT_HAND_H

#include "base/ids.h"
#include "base/slice.h"

#define HAND_HASH_LEN 32

struct hand {
	int fd;        /* owned; -1: closed, or it cannot be opened: then nothing is noted */
	u8 key[64];    /* from the database's */
	u64 mask;      /* likewise: hides numbers of contacts */
	bool is_full;  /* of something that this process took */
	bool is_asked; /* what was left in it was told */
	bool is_left;  /* and is still there */
};

struct hand hand_closed(void);

/* Opens the file in the vault's folder. Where that fails, deaths are not counted: that is logged, and no error. */
void hand_open(struct hand *h, const char *dir, const struct secret32 *db_key);

/* What is in hand stays in the file. The key is wiped. */
void hand_close(struct hand *h);

/* What a process before this one had in hand when it died: told once. False: nothing. */
bool hand_left(struct hand *h, u64 *ret_contact, u8 ret_hash[static HAND_HASH_LEN]);

/* What was told, if anything was, is committed: the hand is empty. */
void hand_forget(struct hand *h);

/* Takes what came from the contact in hand. *ret_hash is its name from now on: keyed, of contact and payload. */
void hand_take(struct hand *h, u64 contact, struct slice payload, u8 ret_hash[static HAND_HASH_LEN]);

/* It is done with. */
void hand_put(struct hand *h);

#endif
