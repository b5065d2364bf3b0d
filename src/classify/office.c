/*
 * office.c
 *	  What kind of address it is: an office's, a throw-away one.
 */
#include "classify/office.h"

/* As strcmp() of the key and the name in lower case: below 0 when the key comes first. */
static int
compare(const char *key, Slice name)
{
	for (size_t i = 0; i < name.n; i++)
	{
		int			order = (unsigned char) key[i] - (unsigned char) ascii_lower(name.p[i]);

		if (order != 0 || key[i] == '\0')
			return order;
	}
	return key[name.n] != '\0';
}

static const RoleRow *
find_role(Slice local)
{
	uint32_t	low = 0;
	uint32_t	high = knowledge_role_count;

	while (low < high)
	{
		uint32_t	middle = low + (high - low) / 2;
		int			order = compare(known(knowledge_roles[middle].local), local);

		if (order == 0)
			return &knowledge_roles[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const RoleRow *
role_of(Slice local)
{
	static const RoleRow list = {0, "technical", 0};
	static const Slice endings[] = {
		SLICE_LIT("-request"), SLICE_LIT("-owner"), SLICE_LIT("-bounces"), SLICE_LIT("-subscribe"), SLICE_LIT("-unsubscribe"),
	};
	size_t		plus = slice_find(local, '+', 0);

	if (plus != SLICE_NPOS)
		local.n = plus;
	if (local.n == 0 || local.n > 64)
		return NULL;
	if (slice_starts_nocase(local, SLICE_LIT("owner-")))
		return &list;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
	{
		if (slice_ends_nocase(local, endings[i]))
			return &list;
	}
	return find_role(local);
}

static const DisposableRow *
find_disposable(Slice domain)
{
	uint32_t	low = 0;
	uint32_t	high = knowledge_disposable_count;

	while (low < high)
	{
		uint32_t	middle = low + (high - low) / 2;
		int			order = compare(known(knowledge_disposables[middle].domain), domain);

		if (order == 0)
			return &knowledge_disposables[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const DisposableRow *
disposable_of(Slice domain)
{
	while (domain.n > 0 && domain.p[domain.n - 1] == '.')
		domain.n--;
	if (domain.n > 255)
		return NULL;
	while (domain.n > 0)
	{
		const DisposableRow *row = find_disposable(domain);
		size_t		dot = slice_find(domain, '.', 0);

		if (row)
			return row;
		if (dot == SLICE_NPOS)
			break;
		domain = slice(domain.p + dot + 1, domain.n - dot - 1);
	}
	return NULL;
}
