/* libsodium by its names only. What tor/control.c wants: commands are not proved here. */
#ifndef PROOF_SODIUM_H
#define PROOF_SODIUM_H

#include <stddef.h>

#define sodium_base64_VARIANT_ORIGINAL 1
#define sodium_base64_ENCODED_LEN(n, variant) (((n) + 2) / 3 * 4 + 1)

char *sodium_bin2hex(char *hex, size_t cap, const unsigned char *bin, size_t n);
char *sodium_bin2base64(char *b64, size_t cap, const unsigned char *bin, size_t n, int variant);

/* What wire/backup_file.c wants: sums are not proved here either. */
#define crypto_hash_sha512_BYTES 64
typedef struct crypto_hash_sha512_state {
	unsigned char opaque[208];
} crypto_hash_sha512_state;

int crypto_hash_sha512_init(crypto_hash_sha512_state *state);
int crypto_hash_sha512_update(crypto_hash_sha512_state *state, const unsigned char *in, unsigned long long n);
int crypto_hash_sha512_final(crypto_hash_sha512_state *state, unsigned char *out);

/* What vault/inbox.c wants. */
void *sodium_malloc(size_t n);
void sodium_free(void *p);

#endif
