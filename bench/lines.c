/*
 * lines.c
 *	  A pass over all lines with memchr: what it costs to see each byte.
 */
#include <string.h>

#include "mails.h"

static size_t
read_mails(const Mails *mails)
{
	size_t		lines = 0;
	size_t		i;

	for (i = 0; i < mails->count; i++)
	{
		const char *p = mails->messages[i].p;
		const char *end = p + mails->messages[i].n;

		while (p < end && (p = memchr(p, '\n', (size_t) (end - p))) != NULL)
		{
			lines++;
			p++;
		}
	}
	return lines;
}

int
main(int argc, char **argv)
{
	return measure(argc, argv, "lines", read_mails);
}
