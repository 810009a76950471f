/* The page's side of a login and of the sealed frames, written from docs/api.md alone. */
#ifndef BOC_TESTS_FAKE_PAGE_H
#define BOC_TESTS_FAKE_PAGE_H

#include <jansson.h>

#include "crypto/opaque.h"

struct page {
	char origin[40];
	struct opaque_client_reg reg;
	struct opaque_client_login login;
	u8 ke1[96], ke2[320], ke3[64];
	u8 k_c2s[32], k_s2c[32];
	u64 sent, got;
};

/* Requests, owned by the caller (free). The ones that take an answer's result read it first. */
char *page_register(struct page *p, const char *passphrase);
char *page_enroll(struct page *p, const char *passphrase, const json_t *result);
char *page_login(struct page *p, const char *passphrase);
/* NULL: the passphrase is wrong. */
char *page_finish(struct page *p, const char *passphrase, const char *name, const json_t *result);

/* A sealed frame of text; out has room for strlen(text) + 25 bytes. Gives its length. */
size_t page_seal(struct page *p, const char *text, u8 *out);

/* Opens a frame; owned by the caller; NULL: it does not open. */
json_t *page_open(struct page *p, struct slice frame);

#endif
