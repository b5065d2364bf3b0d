/*
 * recipients.c
 *	  The list of deliveries, the hash over their addresses, and what makes
 *	  an address of a local part.
 */
#include "mail/address.h"
#include "mail/mime.h"
#include "report/markers.h"
#include "report/recipients.h"
#include "report/report.h"
#include "report/verp.h"

Delivery *
report_add(Report *report)
{
	Delivery   *delivery;

	if (report_recipient_count(report) >= LIMIT_RECIPIENTS)
	{
		if (!report->truncated)
			trail_bound(report->trail, BOUND_RECIPIENTS, SLICE_NONE);
		report->truncated = true;
		return NULL;
	}
	delivery = arena_grow(report->message_arena, report->deliveries, report->count, &report->allocated, sizeof(Delivery));
	if (delivery == NULL)
		return NULL;
	report->deliveries = delivery;
	delivery = &report->deliveries[report->count++];
	memset(delivery, 0, sizeof(*delivery));
	delivery->kind = KIND_FAILURE;
	return delivery;
}

uint16_t
report_decoder(const char *name)
{
	uint32_t	low = 0;
	uint32_t	high = knowledge_decoder_count;

	while (low < high)			/* unreachable: that none is left */
	{
		uint32_t	middle = low + (high - low) / 2;
		int			order = strcmp(knowledge_decoders[middle].decoder, name);

		if (order == 0)
			return (uint16_t) middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return DECODER_NONE;		/* unreachable: the code names only what data/decoders.tsv has */
}

/* FNV-1a.  Strangers can make keys collide, so probing is bounded: see place_of(). */
static size_t
hash(Slice s)
{
	uint64_t	h = 1469598103934665603u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char) s.p[i]) * 1099511628211u;
	return (size_t) (h ^ (h >> 32));
}

#define MAX_PROBES 64
#define NO_PLACE SIZE_MAX

/*
 * Where the address stands or would stand.  NO_PLACE after MAX_PROBES, which
 * only addresses made for it need: they are not remembered then, so that a
 * second mention counts as another recipient.
 */
static size_t
place_of(const RecipientIndex *index, Slice address)
{
	size_t		place = hash(address) & (index->size - 1);

	for (int probes = 0; probes < MAX_PROBES; probes++)
	{
		if (index->values[place] == RECIPIENT_NONE || slice_equal(index->keys[place], address))
			return place;
		place = (place + 1) & (index->size - 1);
	}
	return NO_PLACE;
}

uint32_t
recipients_find(const RecipientIndex *index, Slice address)
{
	size_t		place = index->used > 0 ? place_of(index, address) : NO_PLACE;

	return place == NO_PLACE ? RECIPIENT_NONE : index->values[place];
}

static bool
enlarge(RecipientIndex *index)
{
	RecipientIndex larger = *index;

	larger.size = index->size ? index->size * 2 : 16;
	larger.keys = arena_alloc(index->arena, larger.size * sizeof(Slice));
	larger.values = arena_alloc(index->arena, larger.size * sizeof(uint32_t));
	if (larger.keys == NULL || larger.values == NULL)
		return false;
	memset(larger.values, 0xff, larger.size * sizeof(uint32_t));
	for (size_t i = 0; i < index->size; i++)
	{
		if (index->values[i] != RECIPIENT_NONE)
		{
			size_t		place = place_of(&larger, index->keys[i]);

			if (place == NO_PLACE)
				continue;
			larger.keys[place] = index->keys[i];
			larger.values[place] = index->values[i];
		}
	}
	arena_give_back(index->arena, index->keys);
	arena_give_back(index->arena, index->values);
	*index = larger;
	return true;
}

void
recipients_put(RecipientIndex *index, Slice address, uint32_t value)
{
	size_t		place;

	if (index->used * 2 >= index->size && !enlarge(index))
		return;
	place = place_of(index, address);
	if (place == NO_PLACE)
		return;
	if (index->values[place] == RECIPIENT_NONE)
		index->used++;
	index->keys[place] = address;
	index->values[place] = value;
}

/* The addresses that may complete a local part, and the domain that does where none of them has it. */
typedef struct Completions
{
	RecipientIndex index;		/* by local part, in lower case */
	Slice	   *addresses;
	size_t		count;
	size_t		allocated;
	Slice		domain;			/* the reporting host's own, or SLICE_NONE */
} Completions;

/* Of two addresses with one local part the first counts. */
static void
add_completion(Arena *arena, Completions *completions, Slice address)
{
	Slice		domain = address_domain(address);
	Slice		local = arena_copy_lower(arena, slice(address.p, address.n - domain.n - 1));
	Slice	   *addresses;

	if (recipients_find(&completions->index, local) != RECIPIENT_NONE)
		return;
	addresses = arena_grow(arena, completions->addresses, completions->count, &completions->allocated, sizeof(Slice));
	if (addresses == NULL)
		return;
	completions->addresses = addresses;
	addresses[completions->count] = address;
	recipients_put(&completions->index, local, (uint32_t) completions->count++);
}

/* The returned message says whose a local part is, else the host from which the report was sent does. */
static Completions *
find_completions(Report *report)
{
	const Slice fields[] = {report->returned.original_recipient, report->returned.received_for, report->returned.to};
	Arena	   *arena = report->arena;
	Completions *completions = arena_zalloc(arena, sizeof(Completions));
	Slice		domain;

	if (completions == NULL)
		return NULL;
	completions->index.arena = arena;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
	{
		size_t		offset = 0;
		size_t		start;
		Slice		found;

		while (address_find(ARENA_BOUNDED(arena, fields[i], FIELD_BYTES), &offset, &start, &found))
			add_completion(arena, completions, found);
	}
	domain = address_domain(address_clean(arena, mime_field(report->header, SLICE_LIT("From")), true));
	if (domain.n > 0 && address_is_within(report->reporting_mta, domain))
		completions->domain = domain;
	return completions;
}

static void
complete(const Report *report, const Completions *completions, Delivery *delivery)
{
	Slice		local = delivery->recipient;
	Slice		domain = completions->domain;
	uint32_t	found = recipients_find(&completions->index, local);
	char	   *whole;

	if (found != RECIPIENT_NONE)
	{
		delivery->recipient = address_clean(report->arena, completions->addresses[found], true);
		return;
	}
	if (domain.n == 0)
		return;
	for (size_t i = 0; i < local.n; i++)
	{
		if (!ascii_is_alnum(local.p[i]) && strchr("._-+", local.p[i]) == NULL)
			return;
	}
	whole = arena_alloc(report->arena, local.n + 1 + domain.n);
	if (whole == NULL)
		return;
	memcpy(whole, local.p, local.n);
	whole[local.n] = '@';
	memcpy(whole + local.n + 1, domain.p, domain.n);
	delivery->recipient = slice(whole, local.n + 1 + domain.n);
}

void
report_complete_recipients(Report *report, size_t first)
{
	Completions *completions = NULL;

	for (size_t i = first; i < report->count; i++)
	{
		Slice		local = report->deliveries[i].recipient;

		if (local.n == 0 || slice_find(local, '@', 0) != SLICE_NPOS)
			continue;
		if (report->locals >= LIMIT_BARE_RECIPIENTS)
		{
			arena_meet(report->message_arena, BOUND_BARE_RECIPIENTS);
			return;
		}
		if (completions == NULL)
			completions = find_completions(report);
		if (completions == NULL)
			return;
		complete(report, completions, &report->deliveries[i]);
		report->locals++;
	}
}

void
report_name_hidden(Report *report)
{
	const Slice fields[] = {report->returned.original_recipient, report->returned.received_for, report->returned.to};
	Delivery   *delivery = report->deliveries;
	Slice		address;

	if (report_recipient_count(report) != 1 || delivery->recipient.n > 0)
		return;
	if (verp_decode(report->arena, address_clean(report->arena, mime_field(report->header, SLICE_LIT("To")), true), &address) == VERP_RECIPIENT)
	{
		delivery->recipient = address_clean(report->arena, address, true);
		delivery->named_by = "VERP";
		delivery->named_at = mime_field(report->header, SLICE_LIT("To"));
		return;
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && delivery->recipient.n == 0; i++)
	{
		Slice		field = ARENA_BOUNDED(report->arena, fields[i], FIELD_BYTES);
		size_t		offset = 0;
		size_t		start;
		Slice		found;

		/* of several nobody knows which */
		if (!address_find(field, &offset, &start, &found) || address_find(field, &offset, &start, &address))
			continue;
		delivery->recipient = address_clean(report->arena, found, true);
		delivery->named_by = "the returned message";
		delivery->named_at = fields[i];
	}
}
