/*
 * fuzz.h
 *	  What the fuzz targets share.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>

#include "../t/c/promises.h"
#include "steps.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void
broken(const char *promise, const char *detail)
{
	fprintf(stderr, "broken promise: %s%s%s\n", promise, detail ? ": " : "", detail ? detail : "");
	abort();
}

/* The input in a buffer of exactly its size, so that one byte too far is seen. */
static inline Buffer
copy_input(const uint8_t *data, size_t size)
{
	Buffer		copy = {malloc(size ? size : 1), size};

	if (copy.p == NULL)
		abort();
	memcpy(copy.p, data, size);
	return copy;
}

/* Steps since 'steps' was set to 0, beside what 'size' bytes may take. */
static inline void
check_steps(uint64_t fixed, uint64_t of_byte, size_t size)
{
	if (steps > fixed + of_byte * (uint64_t) size)
		broken("linear time", NULL);
}

static inline void
check_row(const BounceRow *row)
{
	const char *fault = find_fault(row, true);

	if (fault)
		broken("valid attributes", fault);
}

/* RFC 5321 4.1.2, loosely: what a program that joins can take for one. */
static inline void
check_recipient(Slice recipient)
{
	if (recipient.n == 0)
		return;
	if (recipient.n > 1024)
		broken("recipient", "too long");
	if (recipient.p[0] == '<' || recipient.p[recipient.n - 1] == '>')
		broken("recipient", "angle brackets");
	for (size_t i = 0; i < recipient.n; i++)
	{
		unsigned char c = (unsigned char) recipient.p[i];

		if (c < 0x20 || c == 0x7f)
			broken("recipient", "control character");
		if (c >= 'A' && c <= 'Z')
			broken("recipient", "capitals");
	}
}

static inline void
check_explanation(const BounceExplanation *explanation, size_t size)
{
	for (size_t i = 0; i < explanation->count; i++)
	{
		const ExplainStep *step = &explanation->steps[i];

		if (!is_text(step->recipient) || !is_text(step->value) || !is_text(step->rule) ||
			!is_text(step->evidence) || !is_text(step->why))
			broken("valid texts in bounce_explain()", NULL);
		if (step->start > size || step->length > size - step->start)
			broken("evidence lies in the message", NULL);
	}
}

#endif							/* FUZZ_H */
