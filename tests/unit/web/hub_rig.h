/* The hub without sockets: pages and scripts against a stub vault under a clock of our own. */
#ifndef BOC_TEST_HUB_RIG_H
#define BOC_TEST_HUB_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fake_page.h"
#include "stub_vault.h"
#include "web/hub.h"

#define ORIGIN "http://127.0.0.1:7777"
#define REQ(method, params) "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" method "\",\"params\":" params "}"

struct packet;

/* One connection as the transport would see it. */
struct conn {
	struct client *client;
	struct page page;
	bool is_sealed, is_ended;
	struct packet *first, **last; /* frames that came */
};

extern u64 now_ms;
extern struct stub_vault vault;
extern struct hub *hub;
extern bool vault_is_deaf;

/* The vault says m; arg is not used. */
void from_vault(void *arg, const struct ipc_msg *m);

void pump(void);
int set_up(void **state);
int tear_down(void **state);
struct conn *join(enum client_kind kind);
json_t *next(struct conn *c);
void leave(struct conn *c);
err_t say(struct conn *c, const char *text);
err_t say_free(struct conn *c, char *text);
int code(struct conn *c);
void expect_note(struct conn *c, const char *method);
void enroll(struct conn *c);
void finish(struct conn *c, const char *name);
void log_in(struct conn *c);
struct conn *logged_in(void);
char *result_of(struct conn *c, const char *request);

#endif
