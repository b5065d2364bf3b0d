/*
 * provider.c
 *	  Who runs a domain or a host.
 */
#include "classify/domain_hash.h"
#include "classify/provider.h"

static bool
is_suffix(Slice name, const char *suffix)
{
	for (size_t i = 0; i < name.n; i++)
	{
		if (suffix[i] == '\0' || ascii_lower(name.p[i]) != suffix[i])
			return false;
	}
	return suffix[name.n] == '\0';
}

/* The row of that very suffix, or NULL. */
static const DomainRow *
row_of(Slice suffix, uint32_t hash)
{
	uint32_t	mask = knowledge_domain_slot_count - 1;

	for (uint32_t slot = domain_slot(hash, mask); knowledge_domain_slots[slot] != 0; slot = (slot + 1) & mask)
	{
		const DomainRow *row = &knowledge_domains[knowledge_domain_slots[slot] - 1];

		if (is_suffix(suffix, known(row->suffix)))
			return row;
	}
	return NULL;
}

const DomainRow *
provider_of(Slice name, DomainUse use)
{
	const DomainRow *longest = NULL;
	uint32_t	hash = DOMAIN_HASH_START;

	while (name.n > 0 && name.p[name.n - 1] == '.')
		name.n--;
	if (name.n > 255)
		return NULL;
	for (size_t i = name.n; i > 0; i--)
	{
		hash = domain_hash(hash, ascii_lower(name.p[i - 1]));
		if (i == 1 || name.p[i - 2] == '.')
		{
			const DomainRow *row = row_of(slice(name.p + i - 1, name.n - i + 1), hash);

			if (row && (row->use & use))
				longest = row;
		}
	}
	return longest;
}
