/* Telling contacts what was read here, and hearing it of them (PROTO 4.5.12). Only while `read_marks` is set. */
#ifndef BOC_VAULT_MARKS_H
#define BOC_VAULT_MARKS_H

#include "vault/state.h"

/* The read position moved on from `from`: goes out at once where a link is there, else with the next one. */
void marks_moved(struct vault *v, const struct contact *c, u64 from);

/* The contact said on its newest link that items may go: what was read meanwhile is told there, and the last few again, whose
 * record may have been lost with the link before. Once per link. */
void marks_linked(struct vault *v, const struct contact *c);

/* The contact says what it read. ERR_PEER_FORMAT: malformed. */
err_t marks_came(struct vault *v, const struct contact *c, struct slice payload) MUST_CHECK;

#endif
