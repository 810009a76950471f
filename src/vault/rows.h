/* Images of the rows that handshakes read and change: what of a contact has to be known to go on talking to it. From one
 * store to another, by bytes. */
#ifndef BOC_VAULT_ROWS_H
#define BOC_VAULT_ROWS_H

#include "base/buf.h"
#include "vault/store.h"
#include "wire/cursor.h"

enum row_kind {
	ROW_CONTACT, /* of a contact: what was shown, agreed, trusted; no names */
	ROW_PIN,
	ROW_CANDIDATE,
	ROW_CONTINUITY,
	ROW_HEARD,
	ROW_LOSS,
	ROW_ADMITTED,
	ROW_GATE,
	ROW_KINDS
};

/* Which kind the rows of a table are. ROW_KINDS: none that has images. */
enum row_kind rows_kind_of(const char *table);

/* Appends the image of the row with this key, which may be that there is none. ERR_PEER_LIMIT: no room. */
err_t rows_put(struct store *s, enum row_kind kind, u64 key, struct buf *out) MUST_CHECK;

/* Makes the row what the next image says; whose contact is not here is passed over. False: no image. */
bool rows_take(struct store *s, struct reader *r);

/* Copies what is needed of an accepted contact, who becomes a row without names. */
err_t rows_copy_contact(struct store *from, struct store *to, u64 contact) MUST_CHECK;

#endif
