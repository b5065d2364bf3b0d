/*
 * bytes16.h
 *	  Sixteen bytes at once, on whatever the machine has for it.
 *
 * Vectors are an extension of GCC and Clang, which make plain code of them
 * where the machine has none.  Comparisons give 0xff or 0 for each byte.
 */
#ifndef BOUNCE_BYTES16_H
#define BOUNCE_BYTES16_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/*
 * Where the machine has no such registers GCC warns that they may be handed over
 * otherwise one day; nothing here is more than inlined.
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

typedef uint8_t Bytes16 __attribute__((vector_size(16)));

static inline Bytes16
bytes16_load(const void *p)
{
	Bytes16		bytes;

	memcpy(&bytes, p, sizeof(bytes));
	return bytes;
}

static inline void
bytes16_store(void *p, Bytes16 bytes)
{
	memcpy(p, &bytes, sizeof(bytes));
}

static inline Bytes16
bytes16_repeat(uint8_t byte)
{
	return (Bytes16) {0} + byte;
}

static inline bool
bytes16_any(Bytes16 bytes)
{
	uint64_t	halves[2];

	memcpy(halves, &bytes, sizeof(halves));
	return (halves[0] | halves[1]) != 0;
}

/* What bytes16_mask() does, for machines without an instruction for it. */
static inline uint32_t
bytes16_mask_plain(Bytes16 bytes)
{
	uint64_t	halves[2];

	memcpy(halves, &bytes, sizeof(halves));
	for (int i = 0; i < 2; i++)
	{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		halves[i] = __builtin_bswap64(halves[i]);
#endif
		/* the lowest bit of each byte, all moved to the highest byte */
		halves[i] = ((halves[i] & UINT64_C(0x0101010101010101)) * UINT64_C(0x0102040810204080)) >> 56;
	}
	return (uint32_t) (halves[0] | halves[1] << 8);
}

/* Bit i is set where byte i, which must be 0xff or 0, is 0xff. */
static inline uint32_t
bytes16_mask(Bytes16 bytes)
{
#if defined(__SSE2__)
	return (uint32_t) _mm_movemask_epi8((__m128i) bytes);
#else
	return bytes16_mask_plain(bytes);
#endif
}

/* The place of the lowest bit that is set, of which there must be one. */
static inline unsigned
bits_first(uint32_t mask)
{
	return (unsigned) __builtin_ctz(mask);
}

/* Where ASCII letters and digits are. */
static inline Bytes16
bytes16_alnum(Bytes16 bytes)
{
	return (Bytes16) ((Bytes16) ((bytes | 0x20) - 'a') <= 'z' - 'a') | (Bytes16) ((Bytes16) (bytes - '0') <= '9' - '0');
}

#endif							/* BOUNCE_BYTES16_H */
