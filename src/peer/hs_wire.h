/* The three handshake messages as they lie on the wire (PROTO 3.4), all on one page. Every member is bytes, so the
 * structs have no padding and no byte order; private to peer/. */
#ifndef BOC_PEER_HS_WIRE_H
#define BOC_PEER_HS_WIRE_H

#include "crypto/aead.h"
#include "crypto/xwing.h"
#include "peer/handshake.h"

#define HS_VERSION 1
#define HS_SUITE 1
#define HS_SUITE_BIT (1u << (HS_SUITE - 1))
#define HS_PORT_CLASS 0
#define HS_MODE_IDENTIFIED 1

/* PROTO 3.4.3: "0 "BOC1" | 4 ver_min u8 | 5 ver_max u8 | 6 suites u16be | 8 n_A[32] | 40 ek_A[1216] | 1256 knock[32] |
 * 1288 zero[176]" */
struct hs_m1 {
	u8 magic[4];
	u8 ver_min;
	u8 ver_max;
	u8 suites[2];
	u8 n_a[32];
	u8 ek[XWING_EK_LEN];
	u8 knock[32];
	u8 zero[176];
};
_Static_assert(sizeof(struct hs_m1) == HS_M1_LEN, "M1");
_Static_assert(offsetof(struct hs_m1, knock) == KNOCK_COVERS, "M1");

/* PROTO 3.4.4: "0 version u8 | 1 zero u8 | 2 suite u16be | 4 flags u32be | 8 ct[1120]" */
struct hs_m2c {
	u8 version;
	u8 zero;
	u8 suite[2];
	u8 flags[4];
	u8 ct[XWING_CT_LEN];
};
_Static_assert(sizeof(struct hs_m2c) == 1128, "M2c");

/* PROTO 3.4.5: "p2: 0 T_B[32] | 32 pk_B[1952] | 1984 next_B[32] | 2016 seq_B u32be | 2020 caps_B u32be | 2024 zero[8]" */
struct hs_p2 {
	u8 token[AUTH_TOKEN_LEN];
	u8 pk[MLDSA_PK_LEN];
	u8 next[32];
	u8 seq[4];
	u8 caps[4];
	u8 zero[8];
	struct auth_sigs sigs; /* s1, s2 */
	u8 pad[283];
};
#define HS_P2_SIGNED offsetof(struct hs_p2, sigs)
_Static_assert(HS_P2_SIGNED == 2032, "p2");
_Static_assert(offsetof(struct hs_p2, pad) == 5405, "p2");
_Static_assert(sizeof(struct hs_p2) == 5688, "p2");

struct hs_m2 {
	struct hs_m2c clear;
	u8 sealed[sizeof(struct hs_p2) + AEAD_TAG_LEN];
};
_Static_assert(sizeof(struct hs_m2) == HS_M2_LEN, "M2");

/* PROTO 3.4.8: "p3: 0 A[32] | 32 pk_A[1952] | 1984 next_A[32] | 2016 seq_A u32be | 2020 caps_A u32be | 2024 mode u8 |
 * 2025 zero[7] | 2032 inv_id[16]" */
struct hs_p3 {
	u8 onion[32];
	u8 pk[MLDSA_PK_LEN];
	u8 next[32];
	u8 seq[4];
	u8 caps[4];
	u8 mode;
	u8 zero[7];
	u8 inv_id[HS_INV_ID_LEN];
	struct auth_sigs sigs; /* t1, t2 */
	struct hs_tags tags;
	u8 pad[323];
};
#define HS_P3_SIGNED offsetof(struct hs_p3, sigs)
_Static_assert(HS_P3_SIGNED == 2048, "p3");
_Static_assert(offsetof(struct hs_p3, tags) == 5421, "p3");
_Static_assert(offsetof(struct hs_p3, pad) == 5517, "p3");
_Static_assert(sizeof(struct hs_p3) == 5840, "p3");

struct hs_m3 {
	u8 sealed[sizeof(struct hs_p3) + AEAD_TAG_LEN];
};
_Static_assert(sizeof(struct hs_m3) == HS_M3_LEN, "M3");

#endif
