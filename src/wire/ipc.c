#include "wire/ipc.h"

#include "wire/cursor.h"

const char *ipc_name(enum ipc_type t)
{
	static const char *const names[] = {"none",
#define M(name, from, when) #name,
	                                    IPC_ALL(M)
#undef M
	};
	return (size_t)t < ARRAY_LEN(names) ? names[t] : "unknown";
}

bool ipc_may(enum ipc_type t, enum role from, enum ipc_when when)
{
	static const struct {
		u8 from, when;
	} rights[] = {{0, 0},
#define M(name, from, when) {from, when},
	              IPC_ALL(M)
#undef M
	};
	return (size_t)t < ARRAY_LEN(rights) && (rights[t].from & 1u << from) && (rights[t].when & when);
}

size_t ipc_encode(const struct ipc_msg *m, u8 *out, size_t cap)
{
	struct writer w = writer_of(out, cap);
	put_u16(&w, (u16)m->type);
	put_u32(&w, m->req);
	switch (m->type) {
	case ipc_t_none:
	case ipc_t_count: return 0;
#define P_U8(f) put_u8(&w, x->f);
#define P_U32(f) put_u32(&w, x->f);
#define P_U64(f) put_u64(&w, x->f);
#define P_FIX(f, n) put_bytes(&w, x->f, n);
#define P_VAR(f, max) put_var(&w, x->f, max);
#define M(name, from, when)                                         \
	case ipc_t_##name: {                                        \
		const struct ipc_##name *x = &m->name;              \
		(void)x;                                            \
		IPC_##name(P_U8, P_U32, P_U64, P_FIX, P_VAR) break; \
	}
		IPC_ALL(M)
#undef M
	}
	return w.bad ? 0 : w.n;
}

err_t ipc_decode(struct slice in, struct ipc_msg *ret)
{
	struct reader r = reader_of(in);
	u16 type = get_u16(&r);
	if (type == ipc_t_none || type >= ipc_t_count)
		return ERR_PEER_FORMAT;
	ret->type = (enum ipc_type)type;
	ret->req = get_u32(&r);
	switch (ret->type) {
	case ipc_t_none:
	case ipc_t_count: return ERR_PEER_FORMAT;
#define G_U8(f) x->f = get_u8(&r);
#define G_U32(f) x->f = get_u32(&r);
#define G_U64(f) x->f = get_u64(&r);
#define G_FIX(f, n) get_bytes(&r, x->f, n);
#define G_VAR(f, max) x->f = get_var(&r, max);
#define M(name, from, when)                                         \
	case ipc_t_##name: {                                        \
		struct ipc_##name *x = &ret->name;                  \
		(void)x;                                            \
		IPC_##name(G_U8, G_U32, G_U64, G_FIX, G_VAR) break; \
	}
		IPC_ALL(M)
#undef M
	}
	return reader_is_done(&r) ? OK : ERR_PEER_FORMAT;
}
