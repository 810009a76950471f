#include "wire/recovery_text.h"

#define SUMMED (RECOVERY_BYTES + 3)

/* Crockford's: no I, L, O, U. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* CRC-24 of RFC 9580: finds every wrong character and every two that changed places. */
static u32 crc24_of(const u8 key[static RECOVERY_BYTES])
{
	u32 crc = 0xb704ce;
	for (size_t i = 0; i < RECOVERY_BYTES; i++) {
		crc ^= (u32)key[i] << 16;
		for (int bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (0x1864cfb & (0u - (crc >> 23 & 1)));
	}
	return crc & 0xffffff;
}

/* The character of a value below 32; without an index that depends on it. */
static u8 char_of(u32 value)
{
	u8 ch = 0;
	for (u32 v = 0; v < 32; v++)
		ch |= (u8)((u8)alphabet[v] & (0u - (((v ^ value) - 1) >> 31)));
	return ch;
}

void recovery_text_encode(const u8 key[static RECOVERY_BYTES], u8 ret[static RECOVERY_CHARS])
{
	u8 bytes[SUMMED];
	u32 crc = crc24_of(key);
	memcpy(bytes, key, RECOVERY_BYTES);
	for (int i = 0; i < 3; i++)
		bytes[RECOVERY_BYTES + i] = (u8)(crc >> (16 - 8 * i));
	for (size_t i = 0; i < RECOVERY_CHARS; i++) {
		u32 v = 0;
		for (size_t bit = 5 * i; bit < 5 * i + 5; bit++)
			v = v << 1 | (bytes[bit / 8] >> (7 - bit % 8) & 1u);
		ret[i] = char_of(v);
	}
	wipe(bytes, sizeof bytes);
}

void recovery_text_print(const u8 text[static RECOVERY_CHARS], char ret[static RECOVERY_PRINTED_CAP])
{
	size_t n = 0;
	for (size_t i = 0; i < RECOVERY_CHARS; i++) {
		if (i > 0 && i % RECOVERY_GROUP == 0)
			ret[n++] = '-';
		ret[n++] = (char)text[i];
	}
	ret[n] = 0;
}

/* The value of a character as people write it, -1 for any other. */
static int value_of(u8 ch)
{
	int value = -1;
	if (ch >= 'a' && ch <= 'z')
		ch = (u8)(ch - 'a' + 'A');
	if (ch == 'O')
		ch = '0';
	if (ch == 'I' || ch == 'L')
		ch = '1';
	for (int v = 0; v < 32; v++) {
		int same = (int)((((u32)(ch ^ (u8)alphabet[v])) - 1) >> 31); /* 1 when equal */
		value += same * (v + 1);
	}
	return value;
}

static bool is_gap(u8 ch)
{
	return ch == ' ' || ch == '-' || ch == '\t' || ch == '\r' || ch == '\n';
}

/* The values of the characters; false when it is not so many of the alphabet. */
static bool values_of(struct slice typed, u8 ret[static RECOVERY_CHARS])
{
	size_t n = 0;
	for (size_t i = 0; i < typed.n; i++) {
		if (is_gap(typed.p[i]))
			continue;
		int v = value_of(typed.p[i]);
		if (v < 0 || n == RECOVERY_CHARS)
			return false;
		ret[n++] = (u8)v;
	}
	return n == RECOVERY_CHARS;
}

/* 5 bits at a time from the left. */
static void pack(const u8 values[static RECOVERY_CHARS], u8 ret[static SUMMED])
{
	memset(ret, 0, SUMMED);
	for (size_t bit = 0; bit < 8 * SUMMED; bit++)
		ret[bit / 8] |= (u8)(((u32)values[bit / 5] >> (4 - bit % 5) & 1u) << (7 - bit % 8));
}

err_t recovery_text_read(struct slice typed, u8 ret[static RECOVERY_CHARS])
{
	u8 values[RECOVERY_CHARS] = {0}, bytes[SUMMED];
	const u8 *sum = bytes + RECOVERY_BYTES;
	bool good = values_of(typed, values);
	pack(values, bytes);
	good = good && crc24_of(bytes) == ((u32)sum[0] << 16 | (u32)sum[1] << 8 | sum[2]);
	if (good)
		recovery_text_encode(bytes, ret);
	wipe(values, sizeof values);
	wipe(bytes, sizeof bytes);
	return good ? OK : ERR_PEER_FORMAT;
}
