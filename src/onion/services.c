#include "onion/services.h"

static struct service *find(struct services *all, enum service_state state)
{
	for (size_t i = 0; i < MAX_SERVICES; i++) {
		if (all->s[i].state == state)
			return &all->s[i];
	}
	return NULL;
}

static bool lets_in(const struct service *s, struct slice clients)
{
	return slice_eq(slice_of(s->clients[0], s->n_clients * sizeof s->clients[0]), clients);
}

err_t services_add(struct services *all, u32 identity, enum gate gate, const struct onion_sec *key,
                   struct slice clients)
{
	struct onion_pub pub;
	if ((gate != GATE_PUBLIC || clients.n) &&
	    (gate != GATE_CONTACTS || clients.n == 0 || clients.n % sizeof all->s[0].clients[0] ||
	     clients.n > sizeof all->s[0].clients))
		return ERR_PEER_FORMAT;
	TRY(onion_pub_from_sec(key, &pub));
	struct service *s = services_of(all, identity, gate);
	if (s && s->state != SERVICE_HELD && !s->is_wanted_anew && lets_in(s, clients))
		return OK;
	bool before = s && (s->state != SERVICE_HELD || s->is_before);
	if (!s)
		s = find(all, SERVICE_NONE);
	if (!s)
		return ERR_PEER_LIMIT;
	const struct heal heal = s->heal; /* a free place has none */
	*s = (struct service){.state = SERVICE_HELD,
	                      .identity = identity,
	                      .gate = gate,
	                      .is_before = before,
	                      .key = *key,
	                      .onion = pub,
	                      .heal = heal};
	s->n_clients = clients.n / sizeof s->clients[0];
	if (clients.n)
		memcpy(s->clients, clients.p, clients.n);
	onion_addr_encode(&pub, false, s->address);
	return OK;
}

struct service *services_held(struct services *all)
{
	return find(all, SERVICE_HELD);
}

void service_asked(struct service *s, u32 command, u64 now)
{
	s->state = SERVICE_ASKED;
	s->is_before = false;
	s->command = command;
	s->asked_ms = now;
	if (s->gate != GATE_PUBLIC || s->is_plain)
		wipe(&s->key, sizeof s->key);
}

void service_there(struct service *s)
{
	s->state = SERVICE_THERE;
	wipe(&s->key, sizeof s->key);
}

bool service_again(struct service *s)
{
	if (s->gate != GATE_PUBLIC || s->is_plain)
		return false;
	s->is_plain = true;
	s->state = SERVICE_HELD;
	return true;
}

struct service *services_of(struct services *all, u32 identity, enum gate gate)
{
	for (size_t i = 0; i < MAX_SERVICES; i++) {
		if (all->s[i].state != SERVICE_NONE && all->s[i].identity == identity && all->s[i].gate == gate)
			return &all->s[i];
	}
	return NULL;
}

struct service *services_by_command(struct services *all, u32 command)
{
	for (size_t i = 0; i < MAX_SERVICES; i++) {
		if (all->s[i].state == SERVICE_ASKED && all->s[i].command == command)
			return &all->s[i];
	}
	return NULL;
}

struct service *services_by_address(struct services *all, const char *address)
{
	for (size_t i = 0; i < MAX_SERVICES; i++) {
		if (all->s[i].state != SERVICE_NONE && strcmp(all->s[i].address, address) == 0)
			return &all->s[i];
	}
	return NULL;
}

struct service *services_by_onion(struct services *all, const u8 onion[static 32])
{
	for (size_t i = 0; i < MAX_SERVICES; i++) {
		if (all->s[i].state != SERVICE_NONE && memcmp(all->s[i].onion.b, onion, sizeof all->s[i].onion.b) == 0)
			return &all->s[i];
	}
	return NULL;
}

void service_drop(struct service *s)
{
	wipe(s, sizeof *s);
}

void services_lost(struct services *all)
{
	for (size_t i = 0; i < MAX_SERVICES; i++) {
		if (all->s[i].state != SERVICE_HELD || all->s[i].is_before)
			service_drop(&all->s[i]);
	}
}

bool services_any_good(const struct services *all)
{
	for (size_t i = 0; i < MAX_SERVICES; i++) {
		if (all->s[i].state != SERVICE_NONE && heal_is_good(&all->s[i].heal))
			return true;
	}
	return false;
}

size_t services_count(const struct services *all, size_t *ret_lost)
{
	size_t n = 0, lost = 0;
	for (size_t i = 0; i < MAX_SERVICES; i++) {
		n += all->s[i].state != SERVICE_NONE;
		lost += all->s[i].state != SERVICE_NONE && all->s[i].heal.is_lost;
	}
	*ret_lost = lost;
	return n;
}

/* Until when nothing is said of a descriptor that no directory has yet. */
static u64 publish_limit(const struct service *s, u64 whole_ms)
{
	bool waits = s->state == SERVICE_ASKED || s->state == SERVICE_THERE;
	if (!waits || s->heal.is_uploaded)
		return HEAL_NEVER;
	return MAX(s->asked_ms, whole_ms) + PUBLISH_STILL_MS;
}

bool services_are_still(const struct services *all, u64 whole_ms, u64 now)
{
	for (size_t i = 0; i < MAX_SERVICES; i++) {
		if (publish_limit(&all->s[i], whole_ms) <= now)
			return true;
	}
	return false;
}

u64 services_deadline(const struct services *all, u64 whole_ms, u64 now)
{
	u64 next = HEAL_NEVER;
	for (size_t i = 0; i < MAX_SERVICES; i++) {
		const struct service *s = &all->s[i];
		u64 limit = publish_limit(s, whole_ms);
		next = MIN(next, limit > now ? limit : HEAL_NEVER);
		if (s->state == SERVICE_THERE)
			next = MIN(next, heal_deadline(&s->heal));
	}
	return next;
}
