/* Dials an address of our own through tor, to find out whether others can. The stream ends as soon as tor has it; at our
 * listener it is a stream that says nothing and ends: it takes a place among MAX_HALF_OPEN for that long, no handshake. */
#ifndef BOC_NET_SELFDIAL_H
#define BOC_NET_SELFDIAL_H

#include "net/net.h"

/* Begins one; the vault is told how it ended (self_dialled), within 2 * SELF_DIAL_MS. Does nothing while one to this
 * address is under way. */
void selfdial_begin(struct net *n, const u8 onion[static 32]);

/* Ends all, without a word. */
void selfdial_end_all(struct net *n);

#endif
