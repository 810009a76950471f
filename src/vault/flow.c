#include "vault/flow.h"

#include <stdlib.h>

static void *grown(void *p, size_t *cap, size_t n, size_t size)
{
	if (n < *cap)
		return p;
	*cap = *cap ? *cap * 2 : 16;
	p = reallocarray(p, *cap, size);
	if (!p)
		abort();
	return p;
}

void flow_free_all(struct flows *f)
{
	free(f->links);
	free(f->flows);
	*f = (struct flows){0};
}

static struct flow *find(const struct flows *f, u64 contact)
{
	for (size_t i = 0; i < f->n_flows; i++)
		if (f->flows[i].contact == contact)
			return &f->flows[i];
	return NULL;
}

struct flow *flow_of(struct flows *f, u64 contact)
{
	struct flow *have = find(f, contact);
	if (have)
		return have;
	f->flows = grown(f->flows, &f->cap_flows, f->n_flows, sizeof *f->flows);
	f->flows[f->n_flows] = (struct flow){.contact = contact};
	return &f->flows[f->n_flows++];
}

static void remove_link_at(struct flows *f, size_t i)
{
	f->n_links--;
	memmove(f->links + i, f->links + i + 1, (f->n_links - i) * sizeof *f->links);
}

void flow_forget(struct flows *f, u64 contact)
{
	for (size_t i = f->n_links; i-- > 0;)
		if (f->links[i].contact == contact)
			remove_link_at(f, i);
	struct flow *x = find(f, contact);
	if (x)
		*x = f->flows[--f->n_flows];
}

struct flow_link *flow_add_link(struct flows *f, u32 link, u64 contact)
{
	f->links = grown(f->links, &f->cap_links, f->n_links, sizeof *f->links);
	struct flow_link *l = &f->links[f->n_links++];
	memset(l, 0, sizeof *l);
	l->link = link;
	l->contact = contact;
	return l;
}

struct flow_link *flow_link(struct flows *f, u32 link, u64 contact)
{
	for (size_t i = f->n_links; i-- > 0;)
		if (f->links[i].link == link && f->links[i].contact == contact)
			return &f->links[i];
	return NULL;
}

void flow_remove_link(struct flows *f, u32 link)
{
	for (size_t i = f->n_links; i-- > 0;)
		if (f->links[i].link == link)
			remove_link_at(f, i);
}

bool flow_is_online(const struct flows *f, u64 contact)
{
	for (size_t i = 0; i < f->n_links; i++)
		if (f->links[i].contact == contact)
			return true;
	return false;
}

bool flow_is_heard(const struct flows *f, u64 contact)
{
	for (size_t i = 0; i < f->n_links; i++)
		if (f->links[i].contact == contact && !f->links[i].is_quiet)
			return true;
	return false;
}

struct flow_link *flow_newest(struct flows *f, u64 contact, bool synced)
{
	for (size_t i = f->n_links; i-- > 0;)
		if (f->links[i].contact == contact && (f->links[i].sync_came || !synced))
			return &f->links[i];
	return NULL;
}

bool flow_is_sent(const struct flows *f, u64 contact, u64 seq)
{
	const struct flow *x = find(f, contact);
	return x && x->live && seq <= x->sent_seq;
}
