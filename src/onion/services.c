#include "onion/services.h"

static struct service *find(struct services *all, enum service_state state)
{
	for (size_t i = 0; i < MAX_SERVICES; i++) {
		if (all->s[i].state == state)
			return &all->s[i];
	}
	return NULL;
}

err_t services_add(struct services *all, u32 identity, const struct onion_sec *key)
{
	struct onion_pub pub;
	TRY(onion_pub_from_sec(key, &pub));
	struct service *s = services_of(all, identity);
	if (s && s->state != SERVICE_HELD && !s->is_wanted_anew)
		return OK;
	if (!s)
		s = find(all, SERVICE_NONE);
	if (!s)
		return ERR_PEER_LIMIT;
	const struct heal heal = s->heal; /* a free place has none */
	*s = (struct service){.state = SERVICE_HELD, .identity = identity, .key = *key, .onion = pub, .heal = heal};
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
	s->command = command;
	s->asked_ms = now;
	wipe(&s->key, sizeof s->key);
}

struct service *services_of(struct services *all, u32 identity)
{
	for (size_t i = 0; i < MAX_SERVICES; i++) {
		if (all->s[i].state != SERVICE_NONE && all->s[i].identity == identity)
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
		if (all->s[i].state != SERVICE_HELD)
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

bool services_are_still(const struct services *all, u64 whole_ms, u64 now, u64 *ret_next)
{
	bool still = false;
	*ret_next = HEAL_NEVER;
	for (size_t i = 0; i < MAX_SERVICES && whole_ms; i++) {
		const struct service *s = &all->s[i];
		bool waits = s->state == SERVICE_ASKED || s->state == SERVICE_THERE;
		u64 limit = MAX(s->asked_ms, whole_ms) + PUBLISH_STILL_MS;
		if (!waits || s->heal.is_uploaded)
			continue;
		still = still || limit <= now;
		if (limit > now)
			*ret_next = MIN(*ret_next, limit);
	}
	return still;
}
