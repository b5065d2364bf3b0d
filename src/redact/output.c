/*
 * output.c
 *	  The mail that is being written.
 */
#include "redact/mask.h"

void
redacted_put(Redacted *redacted, Slice s)
{
	if (s.n > redacted->allocated - redacted->n)
	{
		size_t		size = redacted->allocated ? redacted->allocated * 2 : 8192;
		char	   *larger;

		while (size - redacted->n < s.n)
			size *= 2;
		larger = arena_alloc(redacted->lasting, size);
		if (larger == NULL)
			return;
		if (redacted->n)
			memcpy(larger, redacted->p, redacted->n);
		if (redacted->p)
			arena_give_back(redacted->lasting, redacted->p);
		redacted->p = larger;
		redacted->allocated = size;
	}
	if (s.n)
		memcpy(redacted->p + redacted->n, s.p, s.n);
	redacted->n += s.n;
}

void
redacted_end_line(Redacted *redacted)
{
	redacted_put(redacted, redacted->line_end);
}
