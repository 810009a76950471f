/* The sealed inbox, DATA/vault/inbox: what came while the vault was locked, readable only with a secret that is in the
 * database. No rows and no IPC here; what is in an entry is receive.c's.
 *
 *	file   head ‖ head ‖ entry ‖ entry ...      two heads: one bent bit in the only one would cost all the rest
 *	head   "bocinbx1" ‖ id[16] ‖ ct[1120]       of X-Wing, to the key whose id it is
 *	entry  index u32be ‖ mark[16] ‖ length u32be ‖ ~length u32be ‖ sealed[length]
 *
 * One encapsulation when the vault locks, then a chain of keys, one for each entry: what was sealed cannot be opened by
 * who seizes the machine later and reads all of its memory. mark follows from the chain, too: nobody makes an entry
 * without it, and behind damaged bytes the next one is found by it. */
#ifndef BOC_VAULT_INBOX_H
#define BOC_VAULT_INBOX_H

#include "base/env.h"
#include "base/ids.h"
#include "base/slice.h"
#include "crypto/xwing.h"

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

/* Seals one entry with `items` in it and makes it durable. Its key is wiped, whatever comes of it. ERR_LOCAL_FULL,
 * ERR_LOCAL_DISK: nothing of it is there. */
err_t inbox_append(struct inbox *i, struct slice plain, u32 items) MUST_CHECK;

/* Whether it may take no more. */
bool inbox_is_full(const struct inbox *i);

/* Whether the disk takes a page: OK, or why not. */
err_t inbox_try(const struct inbox *i) MUST_CHECK;

/* ---- reading ---- */

/* The file. *ret is owned (free), *ret_n its size. What the disk does not give is zeros. ERR_LOCAL_MISSING: none there;
 * ERR_LOCAL_DISK: it cannot be opened. */
err_t inbox_load(const char *dir, u8 **ret, size_t *ret_n) MUST_CHECK;

/* Removes it. */
void inbox_remove(const char *dir);

/* Whether it was made for the key of that id: nothing else is looked at. */
bool inbox_is_of(struct slice file, const u8 id[static INBOX_ID_LEN]);

/* Gives every entry that can be opened, in order; `plain` is wiped behind each call. An entry that was not written whole
 * and is the last counts for nothing: nobody was told that it is there. Gives how many places were damaged. */
u32 inbox_read(struct slice file, const struct secret32 *seed, void (*entry)(void *arg, struct slice plain), void *arg);

#endif
