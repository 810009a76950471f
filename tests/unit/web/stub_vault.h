/* A vault with no database: OPAQUE for real, one contact, and messages that it only repeats. */
#ifndef BOC_TESTS_STUB_VAULT_H
#define BOC_TESTS_STUB_VAULT_H

#include "crypto/opaque.h"
#include "wire/ipc.h"

struct stub_vault {
	void (*send)(void *arg, const struct ipc_msg *m);
	void *arg;
	struct opaque_server_keys keys;
	bool has_keys, has_record, exists, unlocked;
	u8 record[OPAQUE_RECORD_LEN];
	struct opaque_server_login login;
	u32 login_number;
	char name[MAX_NAME + 1];
	size_t name_len;
	u8 unlock_key[32];
	u64 messages;
};

/* Answers one request. The text "silence" in message_send is not answered. */
void stub_vault_handle(struct stub_vault *v, const struct ipc_msg *m);

/* Serves a SEQPACKET socket until it ends. */
void stub_vault_run(int fd);

#endif
