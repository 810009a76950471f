/* The sealed inbox, DATA/vault/inbox: what came while the vault was locked, readable only with a secret that is in the
 * database. No rows and no IPC here; what is in an entry is receive.c's.
 *
 *	file   head ‖ head ‖ entry ‖ entry ...      two heads: one bent bit in the only one would cost all the rest
 *	head   "bocinbx1" ‖ id[16] ‖ ct[1120]       of X-Wing, to the key whose id it is
 *	entry  index u32be ‖ mark[16] ‖ length u32be ‖ ~length u32be ‖ sealed[length]
 *	sealed: part ‖ part ...                     part: length u32be ‖ bytes[length]
 *
 * One encapsulation when the vault locks, then a chain of keys, one for each entry: what was sealed cannot be opened by
 * who seizes the machine later and reads all of its memory. mark follows from the chain, too: nobody makes an entry
 * without it, and behind damaged bytes the next one is found by it. A part that nobody can make sense of costs nothing but
 * itself. */
#ifndef BOC_VAULT_INBOX_H
#define BOC_VAULT_INBOX_H

#include "base/buf.h"
#include "base/env.h"
#include "base/ids.h"
#include "base/slice.h"
#include "crypto/xwing.h"
#include "wire/cursor.h"

#define INBOX_ID_LEN 16

/* The id of the key pair of seed, and its public half. ERR_LOCAL_CRYPTO. */
err_t inbox_public(const struct secret32 *seed, u8 ret_ek[static XWING_EK_LEN],
                   u8 ret_id[static INBOX_ID_LEN]) MUST_CHECK;

/* ---- writing ---- */

/* The keys of what is still to come, in guarded memory, and the file, from the first entry on. */
struct inbox;

/* Begins a new one in the folder dir with nothing but the public key; one that is there is removed. *ret is owned.
 * ERR_LOCAL_IO: it cannot be removed; ERR_LOCAL_CRYPTO, ERR_PEER_CRYPTO: the key. */
err_t inbox_new(const char *dir, const struct env *env, const u8 ek[static XWING_EK_LEN],
                struct inbox **ret) MUST_CHECK;

/* Wipes the keys, closes the file and leaves it. NULL is fine; gives NULL. */
struct inbox *inbox_free(struct inbox *i);

/* Appends a part to the text of an entry. ERR_PEER_LIMIT: no room. */
err_t inbox_put_part(struct buf *entry, struct slice part) MUST_CHECK;

/* Seals one entry of parts with `items` in it and makes it durable. Its key is wiped, whatever comes of it. ERR_LOCAL_FULL,
 * ERR_LOCAL_DISK: nothing of it is there. */
err_t inbox_append(struct inbox *i, struct slice plain, u32 items) MUST_CHECK;

/* Whether it may take no more. */
bool inbox_is_full(const struct inbox *i);

/* Whether the disk takes a page: OK, or why not. */
err_t inbox_try(const struct inbox *i) MUST_CHECK;

/* ---- reading ---- */

/* The next part of an entry's text. False: the end, or r->bad: what is left is no part. */
bool inbox_next_part(struct reader *r, struct slice *ret);

/* Whether there is one in the folder. */
bool inbox_is_there(const char *dir);

/* The file. *ret is owned (free), *ret_n its size. What the disk does not give is zeros. ERR_LOCAL_MISSING: none there;
 * ERR_LOCAL_DISK: it cannot be opened. */
err_t inbox_load(const char *dir, u8 **ret, size_t *ret_n) MUST_CHECK;

/* Removes it. */
void inbox_remove(const char *dir);

#define INBOX_ASIDE 3 /* so many are kept; what comes then is removed: a disk has an end */

/* Of which nothing can be read: becomes inbox.damaged, inbox.damaged.2 and so on; none of these is ever written over. */
void inbox_set_aside(const char *dir);

/* The name of the k-th of them, from 1 to INBOX_ASIDE. */
void inbox_aside_name(unsigned k, char ret[static 32]);

/* Whether it was made for the key of that id: nothing else is looked at. */
bool inbox_is_of(struct slice file, const u8 id[static INBOX_ID_LEN]);

/* Gives every entry that can be opened, in order; `plain` is wiped behind each call. An entry that was not written whole
 * and is the last counts for nothing: nobody was told that it is there. Gives how many places were damaged. */
u32 inbox_read(struct slice file, const struct secret32 *seed, void (*entry)(void *arg, struct slice plain),
               void *arg) MUST_CHECK;

#endif
