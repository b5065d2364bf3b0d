/*
 * sha1.c
 *	  SHA-1 (FIPS 180-4).
 */
#include "match/sha1.h"

static uint32_t
rotate(uint32_t x, unsigned bits)
{
	return x << bits | x >> (32 - bits);
}

static void
digest(uint32_t *state, const unsigned char *block)
{
	uint32_t	w[80];
	uint32_t	a = state[0];
	uint32_t	b = state[1];
	uint32_t	c = state[2];
	uint32_t	d = state[3];
	uint32_t	e = state[4];

	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t) block[4 * i] << 24 | (uint32_t) block[4 * i + 1] << 16 |
			(uint32_t) block[4 * i + 2] << 8 | block[4 * i + 3];
	for (int i = 16; i < 80; i++)
		w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);

/* A round: the values change their places. */
#define ROUND(f, k) \
	do { \
		uint32_t	next = rotate(a, 5) + (f) + e + (k) + w[i]; \
		e = d; d = c; c = rotate(b, 30); b = a; a = next; \
	} while (0)

	for (int i = 0; i < 20; i++)
		ROUND((b & c) | (~b & d), 0x5a827999);
	for (int i = 20; i < 40; i++)
		ROUND(b ^ c ^ d, 0x6ed9eba1);
	for (int i = 40; i < 60; i++)
		ROUND((b & c) | (b & d) | (c & d), 0x8f1bbcdc);
	for (int i = 60; i < 80; i++)
		ROUND(b ^ c ^ d, 0xca62c1d6);
#undef ROUND

	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}

void
sha1_init(Sha1 *sha1)
{
	static const uint32_t start[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};

	memcpy(sha1->state, start, sizeof(start));
	sha1->bytes = 0;
}

void
sha1_add(Sha1 *sha1, Slice s)
{
	while (s.n > 0)
	{
		size_t		held = (size_t) (sha1->bytes % sizeof(sha1->block));
		size_t		n = sizeof(sha1->block) - held;

		if (n > s.n)
			n = s.n;
		memcpy(sha1->block + held, s.p, n);
		sha1->bytes += n;
		s = slice(s.p + n, s.n - n);
		if (held + n == sizeof(sha1->block))
			digest(sha1->state, sha1->block);
	}
}

void
sha1_hex(Sha1 *sha1, char *hex)
{
	static const char digits[] = "0123456789abcdef";
	static const char padding[64] = {(char) 0x80};
	uint64_t	bits = sha1->bytes * 8;
	size_t		held = (size_t) (sha1->bytes % sizeof(sha1->block));
	char		length[8];

	for (int i = 0; i < 8; i++)
		length[i] = (char) (bits >> (56 - 8 * i));
	sha1_add(sha1, slice(padding, held < 56 ? 56 - held : 120 - held));
	sha1_add(sha1, slice(length, sizeof(length)));
	for (int i = 0; i < SHA1_HEX; i++)
		hex[i] = digits[sha1->state[i / 8] >> (28 - 4 * (i % 8)) & 15];
}
