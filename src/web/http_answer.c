#include "web/http_answer.h"

#include <assert.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define CSP_HEAD "Content-Security-Policy: default-src 'none'; script-src 'self'"
#define CSP_TAIL                                                                                                  \
	"; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; " \
	"worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "   \
	"require-trusted-types-for 'script'; trusted-types svelte-trusted-html app-worker\r\n"

static const char csp[] = CSP_HEAD CSP_TAIL;

/* OPAQUE and Argon2id run as WebAssembly, in the Worker only: a Worker takes its policy from its own answer. */
static const char csp_worker[] = CSP_HEAD " 'wasm-unsafe-eval'" CSP_TAIL;

static const char always[] =
	"Cross-Origin-Opener-Policy: same-origin\r\n"
	"Cross-Origin-Embedder-Policy: require-corp\r\n"
	"Cross-Origin-Resource-Policy: same-origin\r\n"
	"Origin-Agent-Cluster: ?1\r\n"
	"X-Content-Type-Options: nosniff\r\n"
	"X-Frame-Options: DENY\r\n"
	"Referrer-Policy: no-referrer\r\n"
	"X-DNS-Prefetch-Control: off\r\n"
	"Permissions-Policy: camera=(self), microphone=(self), clipboard-write=(self), clipboard-read=(), "
	"geolocation=(), usb=(), serial=(), hid=(), payment=(), display-capture=(), browsing-topics=()\r\n"
	"Cache-Control: no-store\r\n"
	"Connection: close\r\n";

static const char *reason_of(enum http_code s)
{
	switch (s) {
	case HTTP_SWITCHING: return "Switching Protocols";
	case HTTP_OK: return "OK";
	case HTTP_NO_CONTENT: return "No Content";
	case HTTP_BAD_REQUEST: return "Bad Request";
	case HTTP_FORBIDDEN: return "Forbidden";
	case HTTP_NOT_FOUND: return "Not Found";
	case HTTP_METHOD_NOT_ALLOWED: return "Method Not Allowed";
	case HTTP_NOT_ACCEPTABLE: return "Not Acceptable";
	case HTTP_MISDIRECTED: return "Misdirected Request";
	case HTTP_UPGRADE_REQUIRED: return "Upgrade Required";
	case HTTP_HEADERS_TOO_LARGE: return "Request Header Fields Too Large";
	case HTTP_VERSION: return "HTTP Version Not Supported";
	}
	return "";
}

/* What goes with one status only. */
static const char *extra_of(enum http_code s)
{
	if (s == HTTP_METHOD_NOT_ALLOWED)
		return "Allow: GET\r\n";
	if (s == HTTP_UPGRADE_REQUIRED)
		return "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
	if (s == HTTP_NO_CONTENT) /* the only such answer is /locked */
		return "Clear-Site-Data: \"cache\", \"storage\"\r\n";
	return "";
}

size_t http_answer_head(enum http_code status, const struct page_file *file, char ret[static HTTP_ANSWER_HEAD])
{
	char body[160] = "";
	if (file) {
		snprintf(body, sizeof body, "Content-Type: %s\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n",
		         file->mime, file->gzip_len);
	} else if (status != HTTP_NO_CONTENT) {
		snprintf(body, sizeof body, "Content-Length: 0\r\n");
	}
	int n = snprintf(ret, HTTP_ANSWER_HEAD, "HTTP/1.1 %d %s\r\n%s%s%s%s\r\n", (int)status, reason_of(status), body,
	                 file && file->is_worker ? csp_worker : csp, always, extra_of(status));
	assert(n > 0 && n < HTTP_ANSWER_HEAD);
	return (size_t)n;
}

/* RFC 6455 4.2.2: base64 of the SHA-1 of the key and this. A sign that we speak WebSocket, no secret. */
#define WS_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

size_t http_answer_upgrade(struct slice key, char ret[static HTTP_ANSWER_HEAD])
{
	char text[64 + sizeof WS_GUID],
		accept[sodium_base64_ENCODED_LEN(SHA_DIGEST_LENGTH, sodium_base64_VARIANT_ORIGINAL)];
	u8 digest[SHA_DIGEST_LENGTH];
	int n = snprintf(text, sizeof text, "%.*s" WS_GUID, (int)MIN(key.n, 64u), (const char *)key.p);
	if (!SHA1((const u8 *)text, (size_t)n, digest))
		abort();
	sodium_bin2base64(accept, sizeof accept, digest, sizeof digest, sodium_base64_VARIANT_ORIGINAL);
	n = snprintf(ret, HTTP_ANSWER_HEAD,
	             "HTTP/1.1 %d %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n"
	             "Sec-WebSocket-Protocol: chat.v1\r\n\r\n",
	             (int)HTTP_SWITCHING, reason_of(HTTP_SWITCHING), accept);
	assert(n > 0 && n < HTTP_ANSWER_HEAD);
	return (size_t)n;
}
