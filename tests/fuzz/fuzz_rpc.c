/* A client's messages: any bytes. What passes is a request that the vault's channel can carry; everything else gets exactly
 * one answer, which is JSON. The first byte chooses between a script and a page before its login. */
#include <stdlib.h>

#include "still.h"
#include "web/hub.h"
#include "web/rpc.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static size_t asked, answered;

static void ask(void *arg, const struct ipc_msg *m)
{
	static u8 out[MAX_IPC];
	struct ipc_msg back;
	(void)arg;
	size_t n = ipc_encode(m, out, sizeof out);
	if (n == 0 || ipc_decode(slice_of(out, n), &back) != OK || !ipc_may(back.type, ROLE_WEB, ANY))
		abort();
	asked++;
}

static void answer(void *arg, void *conn, struct slice frame, bool binary)
{
	(void)arg;
	(void)conn;
	json_t *j = json_loadb((const char *)frame.p, frame.n, JSON_REJECT_DUPLICATES, NULL);
	if (!j || binary)
		abort();
	json_decref(j);
	answered++;
}

static void end(void *arg, void *conn)
{
	(void)arg;
	(void)conn;
	abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (size < 1)
		return 0;
	json_object_seed(1);
	asked = answered = 0;
	struct hub *h = hub_new(&still, "http://127.0.0.1:1", HUB_LIMITS, (struct hub_io){NULL, ask, answer, end});
	struct client *c = hub_join(h, data[0] & 1 ? CLIENT_PAGE : CLIENT_SCRIPT, h);
	err_t e = hub_feed(h, c, slice_of(data + 1, size - 1), false);
	if (asked + answered != (e == OK ? 1 : 0))
		abort();
	if (asked && e == OK)
		hub_from_vault(h, &IPC_MSG(1, failed, .error = size & 63));
	if (e == OK && answered != 1)
		abort();
	hub_free(h);
	return 0;
}
