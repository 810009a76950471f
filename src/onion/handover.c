#include "onion/handover.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/log.h"
#include "os/role.h"
#include "tor/torrc.h"

static void target_of(const struct handover_to *to, const struct service *s, char ret[static TOR_SOCKET_PATH_MAX + 1])
{
	if (paths_has_own_tor(to->paths))
		paths_link_socket(to->paths, s->identity, s->gate, ret, TOR_SOCKET_PATH_MAX + 1);
	else
		snprintf(ret, TOR_SOCKET_PATH_MAX + 1, "127.0.0.1:%u", to->ports[role_link_index(s->slot, s->gate)]);
}

static err_t add_service(struct torctl *ctl, const struct handover_to *to, struct service *s, u64 now)
{
	char target[TOR_SOCKET_PATH_MAX + 1];
	u32 id;
	target_of(to, s, target);
	/* One that is wanted anew, or lets in others than before: tor has no other way. Open streams go on. */
	if (s->is_before) {
		TRY(torctl_del_onion(ctl, s->address, &id));
		heal_published_anew(&s->heal, now);
	}
	s->is_before = false;
	if (s->is_plain)
		TRY(torctl_add_onion(ctl, &s->key, LINK_PORT, target, &id));
	else
		TRY(torctl_add_gate(ctl, &s->key, LINK_PORT, target, s->clients, s->n_clients, &id));
	service_asked(s, id, now);
	return OK;
}

/* ERR_AGAIN: tor has enough to answer. */
static err_t add_keys(struct torctl *ctl, struct client_keys *keys)
{
	struct client_key *one;
	const struct onion_pub *gone;
	char address[ONION_ADDR_CAP];
	while ((gone = client_keys_gone(keys))) {
		onion_addr_encode(gone, false, address);
		TRY(torctl_client_auth_remove(ctl, address, NULL));
		keys->n_gone--;
	}
	while ((one = client_keys_due(keys))) {
		onion_addr_encode(&one->onion, false, address);
		TRY(torctl_client_auth_add(ctl, address, &one->key, NULL));
		one->is_due = false;
	}
	return OK;
}

void handover(struct torctl *ctl, const struct handover_to *to, struct services *all, struct client_keys *keys, u64 now)
{
	struct service *s;
	err_t e = OK;
	while (e != ERR_AGAIN && (s = services_held(all))) {
		e = add_service(ctl, to, s, now);
		if (e == OK || e == ERR_AGAIN)
			continue;
		log_error("an onion service cannot be given to tor: %s", err_text(e));
		service_drop(s);
	}
	if (e != ERR_AGAIN)
		e = add_keys(ctl, keys);
	if (e != OK && e != ERR_AGAIN)
		log_error("a client key cannot be given to tor: %s", err_text(e));
}
