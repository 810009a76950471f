/* Address text of a v3 onion service (rend-spec-v3 6):
 *   onion_address = base32(PUBKEY | CHECKSUM | VERSION) + ".onion"
 *   CHECKSUM = H(".onion checksum" | PUBKEY | VERSION)[:2], H = SHA3-256, VERSION = 3 */
#include "crypto/kdf.h"
#include "crypto/onion_key.h"
#include "crypto/ossl.h"

#define ADDR_VERSION 3
#define ADDR_BIN_LEN 35 /* 32 + 2 + 1; exactly 56 base32 characters */

static void checksum(const struct onion_pub *pub, u8 ret[static 2])
{
	u8 version = ADDR_VERSION, h[32];

	sha3_256(h, PARTS(slice_str(".onion checksum"), slice_of(pub->b, sizeof pub->b), slice_of(&version, 1)));
	memcpy(ret, h, 2);
}

void onion_addr_encode(const struct onion_pub *pub, bool suffix, char ret_text[static ONION_ADDR_CAP])
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	u8 bin[ADDR_BIN_LEN];

	memcpy(bin, pub->b, 32);
	checksum(pub, bin + 32);
	bin[34] = ADDR_VERSION;
	for (size_t i = 0; i < ONION_ADDR_LEN; i++) { /* 5 bits from bit 5 i on, most significant first */
		size_t bit = 5 * i, byte = bit / 8;
		u32 two = (u32)bin[byte] << 8 | (byte + 1 < ADDR_BIN_LEN ? bin[byte + 1] : 0);
		ret_text[i] = digits[two >> (11 - bit % 8) & 31];
	}
	memcpy(ret_text + ONION_ADDR_LEN, suffix ? ".onion" : "", suffix ? 7 : 1);
}

static int digit_value(u8 c)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	return -1;
}

static bool is_space(u8 c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool has_suffix(struct slice t)
{
	static const char suffix[] = ".onion";

	if (t.n != ONION_ADDR_LEN + 6)
		return false;
	for (size_t i = 0; i < 6; i++) {
		u8 c = t.p[ONION_ADDR_LEN + i];
		if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != suffix[i])
			return false;
	}
	return true;
}

err_t onion_addr_decode(struct slice text, struct onion_pub *ret_pub)
{
	u8 bin[ADDR_BIN_LEN] = {0}, sum[2];
	struct onion_pub pub;

	while (text.n > 0 && is_space(text.p[0]))
		text = slice_of(text.p + 1, text.n - 1);
	while (text.n > 0 && is_space(text.p[text.n - 1]))
		text.n--;
	if (text.n != ONION_ADDR_LEN && !has_suffix(text))
		return ERR_PEER_FORMAT;
	for (size_t i = 0; i < ONION_ADDR_LEN; i++) {
		int v = digit_value(text.p[i]);
		if (v < 0)
			return ERR_PEER_FORMAT;
		for (size_t b = 0; b < 5; b++) {
			size_t bit = 5 * i + b;
			bin[bit / 8] = (u8)(bin[bit / 8] | ((v >> (4 - b) & 1) << (7 - bit % 8)));
		}
	}
	memcpy(pub.b, bin, 32);
	checksum(&pub, sum);
	/* PROTO 3.2.2: "equals onion checksum/version when given as text" */
	if (memcmp(sum, bin + 32, 2) != 0 || bin[34] != ADDR_VERSION)
		return ERR_PEER_FORMAT;
	if (!onion_pub_is_valid(&pub))
		return ERR_PEER_CRYPTO;
	*ret_pub = pub;
	return OK;
}
