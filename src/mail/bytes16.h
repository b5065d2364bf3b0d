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

#endif							/* BOUNCE_BYTES16_H */
