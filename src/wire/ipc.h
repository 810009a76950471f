/* Structures, encoder and decoder of the IPC messages, made from wire/ipc_schema.h. No I/O: os/ipc.h sends them. */
#ifndef BOC_WIRE_IPC_H
#define BOC_WIRE_IPC_H

#include "base/err.h"
#include "base/limits.h"
#include "base/slice.h"
#include "wire/ipc_schema.h"

/* Who speaks. A socket between two processes has one role at each end. */
enum role { ROLE_NONE, ROLE_SUPERVISOR, ROLE_VAULT, ROLE_ONION, ROLE_NET, ROLE_WEB };

/* ---- values of fields ---- */
enum login_slot { SLOT_NONE, SLOT_PASSPHRASE, SLOT_RECOVERY }; /* what a login proves to know */
/* Whether messages go on arriving while the vault is locked. */
enum contact_state {
	CONTACT_NONE,
	CONTACT_REQUEST_SENT,
	CONTACT_REQUEST_RECEIVED,
	CONTACT_ACCEPTED,
	CONTACT_REJECTED,
	CONTACT_BLOCKED,
};
/* What was last observed of how a contact can be reached. */
enum contact_reach {
	REACH_UNKNOWN,     /* nothing yet */
	REACH_TRYING,      /* it is dialled because somebody waits for it */
	REACH_THERE,       /* a link is open and alive */
	REACH_QUIET,       /* a link is open, but nothing is heard on it */
	REACH_LEFT,        /* it said goodbye: its program was ended or locked */
	REACH_LOST,        /* the link broke, or nothing was heard on it for too long */
	REACH_UNPUBLISHED, /* its address is not published */
	REACH_ABSENT,      /* it is published, but nobody answers */
	REACH_SILENT,      /* somebody answered, but not our handshake */
	REACH_BARRED,      /* it is published for others, not for us */
};
enum decision { DECIDE_NONE, DECIDE_ACCEPT, DECIDE_REJECT, DECIDE_BLOCK, DECIDE_REMOVE };

enum search_from {
	SEARCH_FROM_ANY, /* in messages_search only */
	SEARCH_FROM_ME,
	SEARCH_FROM_THEM,
};
enum search_kind {
	SEARCH_KIND_ANY,
	SEARCH_KIND_TEXT,  /* that answers nothing */
	SEARCH_KIND_REPLY, /* an answer */
	SEARCH_KIND_EDITED,
};
enum settings_part {
	SETTING_LOCK_AFTER = 1,
	SETTING_READ_MARKS = 2,
	SETTING_TYPING = 4,
	SETTING_RECEIVE_LOCKED = 8,
	SETTING_PAGE = 16,
};
/* What is chosen for a conversation: on or off but for the first. */
enum conversation_part {
	CONVERSATION_RETENTION = 1,
	CONVERSATION_PINNED = 2,
	CONVERSATION_MUTED = 4,
	CONVERSATION_ARCHIVED = 8,
	CONVERSATION_MARKED = 16, /* as unread, whatever was read */
};
enum trust_shown { SHOWN_NONE, SHOWN_UNVERIFIED, SHOWN_INVITED, SHOWN_VERIFIED, SHOWN_CHANGED };
/* STORAGE_DAMAGED: until the program starts again nothing is written. Else it goes on by itself. */
enum storage_state { STORAGE_NONE, STORAGE_OK, STORAGE_FULL, STORAGE_FAILING, STORAGE_DAMAGED };
enum invitation_shown { INVITATION_NONE, INVITATION_WAITING, INVITATION_REFUSED };
enum invite_state { INVITE_NONE, INVITE_OPEN, INVITE_USED, INVITE_REVOKED, INVITE_EXPIRED };
enum message_state {
	MESSAGE_NONE,
	MESSAGE_WAITING,   /* in our vault only: the contact is not connected */
	MESSAGE_SENT,      /* handed to a live link, not acknowledged yet */
	MESSAGE_DELIVERED, /* acknowledged: committed in the contact's vault */
	MESSAGE_RECEIVED,  /* theirs, committed in ours */
	MESSAGE_FAILED,    /* the contact's program cannot read it and will not take it */
	MESSAGE_READ,      /* delivered, and the contact says that a person read it */
};
enum message_shown {
	MESSAGE_SHOWN_NONE,
	MESSAGE_SHOWN_TEXT,
	MESSAGE_SHOWN_UNKNOWN,      /* of a kind of a later version */
	MESSAGE_SHOWN_DELETED,      /* by its author */
	MESSAGE_SHOWN_DELETED_HERE, /* by us, for us */
	MESSAGE_SHOWN_ASIDE,        /* theirs, which this program could not read: the place where it would stand */
	MESSAGE_SHOWN_EXPIRED,      /* by its time */
	MESSAGE_SHOWN_TERMS,        /* what its author wants of the conversation */
};
enum tor_phase {
	TOR_NONE,
	TOR_STARTING,   /* the process is being started */
	TOR_CONNECTING, /* bootstrap under way */
	TOR_PUBLISHING, /* bootstrap done, our address is not known to the network yet (or we are locked) */
	TOR_REACHABLE,  /* descriptor uploaded: contacts can reach us */
	TOR_DOWN,       /* ended; will be started again */
	TOR_WAITING,    /* it runs, and may not connect: see tor_way */
};
/* How tor may connect. */
enum tor_way {
	WAY_NONE,        /* not said yet: not at all */
	WAY_WAIT_UNLOCK, /* not before the vault is open: the bridges are in it */
	WAY_WAIT_CHOICE, /* not before somebody said by which bridges, or that there are none */
	WAY_DIRECT,
	WAY_BRIDGES, /* by these only */
	WAY_SYSTEM,  /* as the system's tor does: told to web only */
};
/* SELF_UNTRIED says nothing about the address: tor, the vault or its disk is not ready. */
enum self_dial { SELF_NONE, SELF_REACHED, SELF_FAILED, SELF_UNTRIED };
enum woke_why {
	WOKE_NONE,
	WOKE_SLEPT,   /* the machine slept */
	WOKE_FROZEN,  /* the machine ran and this program did not */
	WOKE_CLOCK,   /* the clock was set */
	WOKE_NETWORK, /* the machine has another address, or another way out */
};

enum ipc_from {
	FROM_SUPERVISOR = 1 << ROLE_SUPERVISOR,
	FROM_VAULT = 1 << ROLE_VAULT,
	FROM_ONION = 1 << ROLE_ONION,
	FROM_NET = 1 << ROLE_NET,
	FROM_WEB = 1 << ROLE_WEB
};
enum ipc_when { ANY = 3, LOCKED = 1, UNLOCKED = 2 };

/* ipc_t_NAME for every message. */
enum ipc_type {
	ipc_t_none,
#define M(name, from, when) ipc_t_##name,
	IPC_ALL(M)
#undef M
		ipc_t_count,
};

/* struct ipc_NAME for every message. */
#define IPC_S_U8(f) u8 f;
#define IPC_S_U32(f) u32 f;
#define IPC_S_U64(f) u64 f;
#define IPC_S_FIX(f, n) u8 f[n];
#define IPC_S_VAR(f, max) struct slice f;
#define M(name, from, when)                                                      \
	struct ipc_##name {                                                      \
		IPC_##name(IPC_S_U8, IPC_S_U32, IPC_S_U64, IPC_S_FIX, IPC_S_VAR) \
	};
IPC_ALL(M)
#undef M

/* Any message. VAR fields are borrowed: from the packet after decoding, from the caller before encoding. */
struct ipc_msg {
	enum ipc_type type;
	u32 req;
	union {
#define M(name, from, when) struct ipc_##name name;
		IPC_ALL(M)
#undef M
	};
};

/* The message `name` as a value: IPC_MSG(7, done, .more = 1). */
#define IPC_MSG(req_, name_, ...) ((struct ipc_msg){.type = ipc_t_##name_, .req = (req_), .name_ = {__VA_ARGS__}})

/* "auth_state" and so on, for logs. Never NULL. */
const char *ipc_name(enum ipc_type t);

/* Whether `from` may send t to a vault in the state `when` (LOCKED or UNLOCKED; ANY where state has no meaning). */
bool ipc_may(enum ipc_type t, enum role from, enum ipc_when when);

/* Writes m to out. Gives the number of bytes, or 0 when a field is longer than the schema allows. */
size_t ipc_encode(const struct ipc_msg *m, u8 *out, size_t cap);

/* Reads one packet. Slices in *ret borrow from in. ERR_PEER_FORMAT for anything that ipc_encode would not write. */
err_t ipc_decode(struct slice in, struct ipc_msg *ret) MUST_CHECK;

#endif
