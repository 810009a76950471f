/* Every size and time-out on one page, each with its reason. */
#ifndef BOC_BASE_LIMITS_H
#define BOC_BASE_LIMITS_H

#include "base/def.h"

/* ---- text ---- */
#define MAX_NAME 64      /* bytes of UTF-8: fits every row of the page */
#define MAX_GREETING 256 /* bytes: one sentence to introduce oneself */
#define MAX_TEXT 6000    /* bytes of one message: fits one class-2 record with room for headers */
#define MAX_PREVIEW 256  /* bytes of the last message in the list of contacts */
#define PICTURE_SIDE 64  /* points of a picture of somebody: sharp at 44 points of a page, and fits a record */
#define PICTURE_LEN (PICTURE_SIDE * PICTURE_SIDE * 3) /* red, green, blue, row by row */
#define MAX_EMOJI 64                                  /* bytes of a reaction: the longest emoji there is has 35 */
#define MAX_CONTACTS 1000                             /* whom the user wants; as many again may be blocked */
#define MAX_REQUESTS 100 /* unanswered requests kept of each address: more than anybody reads; the oldest makes room */
#define ERASE_STEP 64    /* messages of removed contacts erased in one turn: 2.5 ms each among a million */
#define MAX_REJECTED 100 /* likewise: who was told no is remembered, the oldest not for ever */
#define MAX_LOSSES 100   /* of continuity, kept of each contact: each link may add one, and more tell nobody more */
#define LOST_WINDOW_MS (30ull * 86400 * 1000) /* in which they are counted; "how often in the last 30 days" */
#define MAX_OUTBOX 10000                      /* waiting messages per contact */
#define MAX_UNREAD 1000                       /* are counted of a contact; more tell nobody more */
#define MAX_INVITES 200                       /* rows of invitations kept, open and closed */
#define INVITE_DAYS 7
#define INVITE_MAX_DAYS 90
#define MAX_SEARCH 256        /* bytes of what is searched for: a sentence */
#define MAX_SEARCH_WORDS 16   /* of it; each costs a walk through the index */
#define MAX_MARKS 200         /* places shown in one message; nobody looks at more */
#define VANISH_MIN 5          /* seconds: who has read it has seen it */
#define VANISH_MAX 31536000   /* a year; longer is what keeping by days is for */
#define KEEP_MAX 3650         /* days: ten years; longer is for ever */
#define EXPIRE_BATCH 200      /* messages erased in one turn: others may ask between */
#define CLOCK_STEP_MS 1000    /* a wall clock that was set by less was not: two clocks are not read at once */
#define CLOCK_SURE_MS 3600000 /* a clock that moved more since tor found it right is not right any more */
#define MAX_IDENTITIES 8      /* two onion services of each; tor is slow with many more (MAX_SERVICES) */

/* ---- processes ---- */
#define MAX_IPC 65536      /* bytes of one IPC message: under the kernel's default socket buffer */
#define IPC_SEND_MS 5000   /* a role that does not read for so long is broken */
#define STOP_ROLE_MS 3000  /* from SIGTERM to SIGKILL; everything ends within 5 s */
#define ERASED_SAY_MS 200  /* from the end of the vault to the end of web, which has an answer to write */
#define RESTART_MIN_MS 200 /* back-off of a role that died, doubled up to the maximum */
#define RESTART_MAX_MS 10000
#define RESTART_RESET_MS 30000 /* a role that ran so long starts again at the minimum */

/* ---- disk ---- */
#define DISK_TRY_MS 2000 /* a disk that took nothing is tried again so often: a person who made room sees it at once */
#define MAX_INBOX (64u << 20) /* bytes that are taken while locked: ten thousand of the longest texts */
#define MAX_INBOX_ITEMS 10000 /* likewise: taken in within a few seconds at login */

/* ---- backups ---- */
#define BACKUP_PAGES 16                /* of the database copied in one turn: messages wait for a millisecond */
#define BACKUP_BYTES (1u << 20)        /* of the copy summed up or overwritten in one turn: likewise */
#define BACKUP_PART 24576              /* bytes in one answer, which is 32 KiB of text */
#define BACKUP_SPARE (16u << 20)       /* bytes a copy leaves on the disk: for a thousand messages, and their journal */
#define BACKUP_IDLE_MS 120000          /* whoever asks for the next part so late does not want it any more */
#define RESTORED_JUMP_MAX (1ull << 20) /* items of ours that a contact may say it has and a backup has not: a million */

/* ---- links ---- */
#define LINK_PORT 9999         /* virtual port of the onion service */
#define HANDSHAKE_M1_MS 30000  /* PROTO 3.5 */
#define HANDSHAKE_MS 60000     /* whole handshake after M1 */
#define DIAL_MS 120000         /* tor's own limit for a fresh descriptor */
#define MAX_HALF_OPEN 64       /* PROTO 8.1: of each address, so no stranger sees from one what comes to another */
#define STRANGERS_HALF_OPEN 32 /* PROTO 8.1: of each address; half stays free for who knocks, or says nothing yet */
#define LISTEN_QUEUE 1024      /* tor does not wait: a stream that finds no room is gone */
#define QUARANTINE_MS 30000    /* for a ROTCHAIN after KEY_CHANGED: one round trip and what five signatures cost */
#define MAX_DIALS 8            /* tor builds 32 circuits at once; a dial takes several */
#define PING_IDLE_MS 25000     /* nothing received for so long: ask */
#define PING_ACK_MS 10000      /* DATA without an ACK for so long: ask; a slow round trip through Tor is 5 s */
#define LINK_QUIET_MS 10000    /* asked, and nothing received for so long: not shown as there any more, dialled anew */
#define LINK_DEAD_MS 70000     /* nothing received for so long: gone */
#define DUP_PROBE_MS 10000     /* an older link that stays silent so long yields to a new one */
#define DIAL_BACKOFF_MIN_MS 5000
#define DIAL_BACKOFF_MAX_MS 600000
#define DIAL_STEADY_MS 30000    /* a link that lasted so long was good: dial again soon */
#define DIAL_AGAIN_MS 1000      /* after a good link, at most: both sides dial, a little apart */
#define HANDSHAKE_BURST 30      /* PROTO 8.1: per address, at once */
#define HANDSHAKE_EVERY_MS 100  /* PROTO 8.1: sustained, ten a second */
#define LINK_FLUSH_MS 500       /* for the last bytes of a link that was closed */
#define SEND_WINDOW 64          /* messages on a link that wait for their ACK */
#define ASIDE_TRIES 8           /* an item that cannot be processed: so often it may be the fault of something else */
#define MAX_ASIDE 64            /* of them known of each contact: a SEND_WINDOW; the oldest makes room */
#define LINK_WAITING (1u << 20) /* bytes of DATA that wait for a rekey: a SEND_WINDOW of the longest items */

#define READ_WAITING 1000   /* messages that a new link tells of as read: who read more at once is told of the newest */
#define TYPING_SAY_MS 3000  /* whether somebody types is said at most so often, */
#define TYPING_TAKE_MS 1000 /* told to the page at most so often, whatever the contact sends, */
#define TYPING_SHOWN_MS 10000 /* and believed for so long */

/* ---- cover traffic (PROTO 4.5.18) ---- */
#define COVER_MEAN_MS 20000  /* denser than most people write; 6 MB a day, answers and rekeys included */
#define COVER_ANSWER_MS 2000 /* nobody makes us answer more often: 22 MB a day at most */
#define COVER_ANSWER_BURST 5 /* but so many at once: one in ten of honest cover comes within 2 s of another */

/* ---- rekey (PROTO 4.3.14 to 4.3.18) ---- */
#define REKEY_DATA 32           /* DATA records: what a thief of keys can read; 4.4 kB are a third of what they cost */
#define REKEY_BYTES (4u << 20)  /* should other records than DATA ever be many; 0.1 % of that for the rekey */
#define REKEY_LATE 2            /* times as much, and the side that only received asks: the other should have */
#define REKEY_MS 300000         /* nor does a slow conversation use a key for longer */
#define REKEY_TURN_MS 60000     /* B's turn comes so much later: one EK gets there and its CT back, even through Tor */
#define REKEY_STOP_DATA 128     /* two windows (SEND_WINDOW), one of each side, fit while a rekey is under way */
#define REKEY_STOP_MS 1200000   /* four times REKEY_MS: whoever keeps a rekey back gets no more to read */
#define REKEY_REFUSE_DATA 256   /* twice what an honest side sends, should it count otherwise than we */
#define REKEY_REFUSE_MS 2400000 /* likewise */
#define REKEY_WAIT_MS 300000    /* for an answer: behind 1 MiB each way (LINK_OUT_MAX) at 10 kB/s, and some */
#define LINK_RENEW_MS 86400000  /* new handshake: evicts who took a link over but has not the long-term keys */
#define LINK_RENEW_TURN_MS 300000 /* B's turn comes so much later */
#define DIAL_RENEW_TURN_MS 30000  /* and it leaves A so much time to dial: a rendezvous takes 2 to 10 s */

/* ---- tor ---- */
#define MAX_TOR_LINE 8192
#define TOR_STOP_MS 2000
#define TOR_FIND_MS 10000     /* to tell its version: at the start, from a slow disk */
#define TOR_LOOK_MS 2000      /* likewise, while it runs and so is in memory: the supervisor waits for it */
#define CONTROL_RETRY_MS 20   /* tor's control socket is there 20 ms after exec */
#define CONTROL_WAIT_MS 15000 /* then the user is told and it is tried less often */
#define CONTROL_SLOW_MS 1000
#define MAX_SERVICES 16       /* onion services at once: two of each identity */
#define MAX_CIRCUIT_STREAMS 8 /* a contact has one link, two while it dials anew; the ninth costs the circuit */
#define CONTROL_PART_MS 400   /* to take back what a tor that goes on without us was told; a role has 600 to end */
#define LINK_SLOTS \
	(2 * MAX_IDENTITIES)   /* ports for identities at such a tor: a new one gets none that was just another's */
#define BOOT_STILL_MS 20000    /* no progress for so long: the user is told at which step tor is */
#define BOOT_RESTART_MS 600000 /* and then tor is started again, never before: a slow link takes minutes */
#define PUBLISH_STILL_MS 60000 /* a descriptor is mostly up within seconds: the user is told */

/* ---- whether others can reach us ---- */
#define SELF_FIRST_MS 60000       /* after the first upload: the other directories have it by then */
#define SELF_EVERY_MS 600000      /* and so often, a quarter more or less */
#define SELF_SOON_MS 5000         /* when something happened, and the address was published anew */
#define SELF_AGAIN_MS 20000       /* after a failure, half as much more at most */
#define SELF_DIAL_MS 130000       /* for one: tor's own limit, and some */
#define SELF_ANSWER_MS 300000     /* for the word of net about one, which may dial twice (socks5_reply_is_doubtful) */
#define SELF_FAILURES 2           /* one failure is a hiccup of Tor's, two are believed */
#define HEAL_AGAIN_MS 600000      /* published anew, and still not reachable: once more */
#define HEAL_TOR_MS 300000        /* likewise: tor itself is started again, */
#define HEAL_TOR_EVERY_MS 1800000 /* at most so often: where the network is gone it changes nothing */

/* ---- sleep, clock, network ---- */
#define WAKE_TICK_MS 2000        /* how soon it is noticed */
#define WAKE_SLEPT_MS 5000       /* the machine slept */
#define WAKE_FROZEN_MS 10000     /* this program did not run; a busy machine keeps nobody waiting so long */
#define WAKE_CLOCK_MS 10000      /* the clock was set; it drifts by less */
#define WAKE_SETTLE_MS 2000      /* a network that comes up says so many times */
#define WAKE_SETTLE_MAX_MS 10000 /* and one that never settles is told all the same */
#define WAKE_PUBLISH_MS 30000    /* who was away longer has lost the circuits by which it is found */
#define MAX_BRIDGES 16           /* more than anybody is given at once */
#define MAX_BRIDGE_LINE 1024     /* bytes; one of snowflake, the longest, has some 450 */
#define MAX_PAGE_SETTINGS 1024   /* bytes of what pages keep for themselves: a few choices */
#define MAX_BRIDGES_TEXT 8192    /* bytes of all: an eighth of what waits on tor's control connection at most */
#define MAX_ADMITTED \
	320 /* contacts told one contacts' address: a descriptor (50,000 bytes) with 368 keys is taken, 400 not */
#define MAX_CLIENTS (MAX_ADMITTED + 1) /* and ourselves, to find out whether it can be reached */
#define GATE_BATCH_MS 10000            /* contacts that come within so long are one new descriptor */

/* ---- diagnosis ---- */
#define MAX_FINDINGS 24        /* of the machine: twice as many as there are */
#define MAX_FINDING 240        /* bytes of one sentence */
#define MAX_FINDINGS_TEXT 8192 /* bytes of all, as one field */
#define MAX_LOG_LINES 2000     /* kept in memory: hours of a quiet node, minutes of BOC_DEBUG */
#define MAX_LOG_BYTES 262144   /* likewise; whichever is reached first */
#define MAX_LOG_LINE 1024      /* bytes of a line that is kept; what is longer is cut */
#define LOG_PART 24576         /* bytes of lines in one answer, as BACKUP_PART */
#define LOG_PIPE 262144        /* what a role may have said before anybody reads: a report of a sanitizer is 64 KiB */
#define LOG_WAIT_MS 100        /* then nobody reads: a line is lost rather than a message */

/* ---- page ---- */
#define MAX_WS_PREAUTH 4096 /* bytes of a frame before login */
#define MAX_WS_FRAME 65536
#define MAX_WEB_CONNECTIONS 32
#define LOGIN_MS 15000
#define MAX_RPC_CONNECTIONS 32
#define MAX_RPC_CALLS 64                 /* requests of one connection that wait for the vault */
#define MAX_WEB_QUEUE (8u * 1024 * 1024) /* bytes that wait for a slow client; more: it is closed */
#define MAX_HTTP_HEAD 8192
#define HTTP_HEADER_MS 5000
#define HTTP_SEND_MS 10000     /* for the whole of one file, on loopback */
#define LOGIN_DELAY_MIN_MS 200 /* after a wrong passphrase, doubled */
#define LOGIN_DELAY_MAX_MS 30000
#define MAX_LOCK_AFTER 1440          /* minutes: who waits a day for a lock means never */
#define GONE_PART 1000               /* runs in one messages.gone: 16 kB of a datagram */
#define LIST_PAGE 100                /* messages in one messages.list */
#define MAX_TIME_MS 8640000000000000 /* the last moment JavaScript has a date for; clocks of others say any number */

#endif
