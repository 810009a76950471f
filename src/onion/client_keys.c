#include "onion/client_keys.h"

#include <stdlib.h>

#include "crypto/kdf.h"

void client_keys_free(struct client_keys *k)
{
	if (k->all)
		wipe(k->all, k->cap * sizeof *k->all);
	free(k->all);
	free(k->gone);
	*k = (struct client_keys){0};
}

/* By hand: realloc would leave keys behind. */
static void make_room(struct client_keys *k)
{
	if (k->n < k->cap)
		return;
	size_t cap = k->cap ? 2 * k->cap : 16;
	struct client_key *all = calloc(cap, sizeof *all);
	if (!all)
		abort();
	if (k->n) {
		memcpy(all, k->all, k->n * sizeof *all);
		wipe(k->all, k->cap * sizeof *k->all);
	}
	free(k->all);
	k->all = all;
	k->cap = cap;
}

static struct client_key *last_of(struct client_keys *k, const struct onion_pub *onion)
{
	for (size_t i = k->n; i-- > 0;)
		if (onion_pub_eq(&k->all[i].onion, onion))
			return &k->all[i];
	return NULL;
}

static void forget(struct client_keys *k, const struct onion_pub *onion)
{
	if (k->n_gone == k->cap_gone) {
		k->cap_gone = k->cap_gone ? 2 * k->cap_gone : 16;
		k->gone = reallocarray(k->gone, k->cap_gone, sizeof *k->gone);
		if (!k->gone)
			abort();
	}
	k->gone[k->n_gone++] = *onion;
}

static void take_out(struct client_keys *k, size_t i)
{
	struct onion_pub onion = k->all[i].onion;
	bool counted = last_of(k, &onion) == &k->all[i];
	k->n--;
	memmove(k->all + i, k->all + i + 1, (k->n - i) * sizeof *k->all);
	wipe(k->all + k->n, sizeof *k->all);
	struct client_key *left = counted ? last_of(k, &onion) : NULL;
	if (left)
		left->is_due = true;
	else if (counted)
		forget(k, &onion);
}

void client_keys_set(struct client_keys *k, const struct client_key *one)
{
	const struct client_key *told = last_of(k, &one->onion);
	if (told && told->contact == one->contact && told->identity == one->identity &&
	    ct_equal(told->key.b, one->key.b, sizeof one->key.b))
		return;
	for (size_t i = k->n; i-- > 0;)
		if (k->all[i].contact == one->contact && k->all[i].identity == one->identity)
			take_out(k, i);
	for (size_t i = k->n_gone; i-- > 0;)
		if (onion_pub_eq(&k->gone[i], &one->onion))
			k->gone[i] = k->gone[--k->n_gone];
	make_room(k);
	k->all[k->n] = *one;
	k->all[k->n++].is_due = true;
}

void client_keys_drop(struct client_keys *k, u64 contact)
{
	for (size_t i = k->n; i-- > 0;)
		if (k->all[i].contact == contact)
			take_out(k, i);
}

void client_keys_drop_all(struct client_keys *k, u32 identity)
{
	for (size_t i = k->n; i-- > 0;)
		if (k->all[i].identity == identity)
			take_out(k, i);
}

void client_keys_drop_everything(struct client_keys *k)
{
	while (k->n)
		take_out(k, k->n - 1);
}

void client_keys_lost(struct client_keys *k)
{
	k->n_gone = 0;
	for (size_t i = 0; i < k->n; i++)
		k->all[i].is_due = true;
}

struct client_key *client_keys_due(struct client_keys *k)
{
	for (size_t i = 0; i < k->n; i++) {
		struct client_key *one = &k->all[i];
		if (one->is_due && last_of(k, &one->onion) == one)
			return one;
		one->is_due = false; /* another one counts */
	}
	return NULL;
}

const struct onion_pub *client_keys_gone(const struct client_keys *k)
{
	return k->n_gone ? &k->gone[k->n_gone - 1] : NULL;
}
