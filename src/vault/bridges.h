/* By which bridges tor connects (tor/bridge.h). They are kept in the database, so tor waits until it is open: a file without
 * content, beside it, says that some were chosen. It is made before the choice is committed, and goes after the choice
 * against them is: whatever dies in between, tor waits once too often and never connects without them. */
#ifndef BOC_VAULT_BRIDGES_H
#define BOC_VAULT_BRIDGES_H

#include "vault/state.h"

/* Of a database that was just opened; mends the file. */
void bridges_load(struct vault *v);
void bridges_forget(struct vault *v);

/* How tor may connect now. */
enum tor_way bridges_way(const struct vault *v);

/* Tells onion how tor may connect now. */
void bridges_tell(struct vault *v);

/* The turn is committed. */
void bridges_committed(struct vault *v);

#endif
