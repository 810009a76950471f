/* Clients of a web role, by hand: bytes on sockets, and WebSocket (RFC 6455) without a library. What goes wrong fails the test. */
#ifndef BOC_TESTS_RAW_CLIENT_H
#define BOC_TESTS_RAW_CLIENT_H

#include "fake_page.h"
#include "web_process.h"

extern struct web_process web; /* where they connect to */

/* Connections to the page's port and to the scripts' socket; the caller closes them. */
int dial(void);
int dial_as_script(void);

bool is_readable(int fd, int ms);

/* Whether the other side closes within ms. */
bool is_closed_within(int fd, int ms);

/* Reads to the end or until cap is full; gives how much, NUL behind it. */
size_t read_all(int fd, char *out, size_t cap);
void write_all(int fd, const void *p, size_t n);

enum { TEXT = 1, BINARY = 2, CLOSE = 8 };

#define OPEN                                                                \
	"GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: chat.v1\r\n"

/* An open WebSocket; the caller closes it. */
int dial_ws(void);
void put_frame(int fd, int opcode, const void *p, size_t n);

/* The next whole message, borrowed until the next call; fragments are put together. *ret_opcode is that of the first. */
struct slice take_message(int fd, int *ret_opcode);

/* Takes text. The result in the answer, owned. */
json_t *call(int fd, char *text);

/* An open WebSocket that is logged in, with the passphrase "secret"; the first one makes the vault. */
int log_in(struct page *p);
json_t *sealed_next(int fd, struct page *p);
void sealed_say(int fd, struct page *p, const char *text);

#endif
