/* Frames of a logged-in page (docs/api.md, Login). Pure: keys and counters of one connection.
 *
 *   0x01 ‖ counter u64be ‖ AES-256-GCM(key, nonce = dir u32be ‖ counter, ad = 0x01 ‖ counter, text)  */
#ifndef BOC_WEB_SEAL_H
#define BOC_WEB_SEAL_H

#include "base/err.h"
#include "base/slice.h"

#define SEAL_OVERHEAD (1 + 8 + 16)
#define SEAL_WS_SECRET_LEN 64

struct seal {
	u8 key_in[32], key_out[32];
	u64 next_in, next_out;
};

/* The keys of one login: ws_secret from the vault, bound to the page's origin and to what was said. Wipe with seal_wipe. */
void seal_init(struct seal *s, const u8 ws_secret[static SEAL_WS_SECRET_LEN], struct slice origin, struct slice ke1,
               struct slice ke2, struct slice ke3);

void seal_wipe(struct seal *s);

/* Opens the next frame of the page; writes frame.n - SEAL_OVERHEAD bytes to out. ERR_PEER_CRYPTO for anything but the
 * next frame, unchanged: end the connection. */
err_t seal_open(struct seal *s, struct slice frame, u8 *out) MUST_CHECK;

/* Makes the next frame to the page; writes text.n + SEAL_OVERHEAD bytes to out. ERR_LOCAL_CRYPTO: the library failed. */
err_t seal_close(struct seal *s, struct slice text, u8 *out) MUST_CHECK;

#endif
