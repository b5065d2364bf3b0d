/*
 * provider.c
 *	  Who runs a domain or a host.
 */
#include "classify/provider.h"

/* strcmp() order of a slice (lower-cased on the way) and a row's suffix */
static int
compare(Slice name, const char *suffix)
{
	for (size_t i = 0; i < name.n; i++)
	{
		unsigned char a = (unsigned char) ascii_lower(name.p[i]);
		unsigned char b = (unsigned char) suffix[i];

		if (a != b)
			return a < b ? -1 : 1;
	}
	return suffix[name.n] == '\0' ? 0 : -1;
}

const DomainRow *
provider_of(Slice name, DomainUse use)
{
	while (name.n > 0 && name.p[name.n - 1] == '.')
		name.n--;
	if (name.n > 255)
		return NULL;
	while (name.n > 0)
	{
		uint32_t	low = 0;
		uint32_t	high = knowledge_domain_count;
		size_t		dot;

		while (low < high)
		{
			uint32_t	middle = low + (high - low) / 2;
			int			order = compare(name, knowledge_domains[middle].suffix);

			if (order == 0)
			{
				if (knowledge_domains[middle].use & use)
					return &knowledge_domains[middle];
				break;
			}
			if (order < 0)
				high = middle;
			else
				low = middle + 1;
		}
		dot = slice_find(name, '.', 0);
		if (dot == SLICE_NPOS)
			return NULL;
		name = slice(name.p + dot + 1, name.n - dot - 1);
	}
	return NULL;
}
