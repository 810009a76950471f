/* What the vault says, as the JSON of docs/api.md. No I/O. */
#ifndef BOC_WEB_ANSWER_H
#define BOC_WEB_ANSWER_H

#include <jansson.h>

#include "wire/ipc.h"

/* Each gives a new object (or string) that the caller owns; never NULL. */
json_t *json_of_text(struct slice s);           /* what is not UTF-8 at its end (a cut character) is left out */
json_t *json_of_bytes(const void *p, size_t n); /* base64url without padding */
json_t *json_of_contact(const struct ipc_contact *c);
json_t *json_of_safety(const struct ipc_safety *s);
json_t *json_of_identity(const struct ipc_own *i);
json_t *json_of_invitation(const struct ipc_invite *i);
json_t *json_of_message(const struct ipc_message *m);
json_t *json_of_words(const struct ipc_message_words *m);
json_t *json_of_id(const u8 id[static 16]); /* hexadecimal */
json_t *json_of_backup(const struct ipc_backup_part *m);
json_t *json_of_settings(const struct ipc_settings *s);
json_t *json_of_bridges(const struct ipc_bridges *b);
json_t *json_of_reached(const struct ipc_reached *r);
json_t *json_of_log(const struct ipc_log_lines *m);
/* Takes tor and addresses. */
json_t *json_of_connection(const struct ipc_connection *m, json_t *tor, json_t *addresses);
json_t *json_of_marks(struct slice marks); /* as IPC_found has them */
json_t *json_of_gone(const struct ipc_gone *m);
json_t *json_of_draft(const struct ipc_draft *m);
json_t *json_of_tor(const struct ipc_tor_state_now *t);

/* The word for an enum storage_state. */
const char *answer_storage(u8 state);

#endif
