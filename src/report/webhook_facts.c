/*
 * webhook_facts.c
 *	  The values of an event that any service's table asks for, by their paths.
 */
#include "mail/decode.h"
#include "mail/limits.h"
#include "report/json.h"
#include "report/webhook_facts.h"
#include "report/webhook_tables.h"

#define PATH_BYTES 128

/* A path while it is put together; one that is too long is nobody's. */
typedef struct Path
{
	char		text[PATH_BYTES];
	size_t		n;
	bool		too_long;
} Path;

static void
path_add(Path *path, char c)
{
	if (path->n < PATH_BYTES)
		path->text[path->n++] = c;
	else
		path->too_long = true;
}

/* "a.b[].c", lower case, of where the reader stands. */
static void
path_build(const JsonReader *reader, Path *path)
{
	path->n = 0;
	path->too_long = reader->depth > LIMIT_JSON_NESTING;
	for (int i = 0; i < reader->depth && !path->too_long; i++)
	{
		Slice		key = reader->keys[i];

		if (reader->in_array[i])
		{
			path_add(path, '[');
			path_add(path, ']');
			continue;
		}
		if (path->n > 0)
			path_add(path, '.');
		for (size_t k = 0; k < key.n && !path->too_long; k++)
		{
			/* a mailer wrapped it */
			if (key.p[k] != '\n' && key.p[k] != '\r')
				path_add(path, ascii_lower(key.p[k]));
		}
	}
}

static int
compare(const char *known_path, const Path *path)
{
	size_t		n = strlen(known_path);
	int			order = memcmp(known_path, path->text, n < path->n ? n : path->n);

	return order != 0 ? order : (n > path->n) - (n < path->n);
}

/* The number of the path, or that of paths. */
static uint32_t
path_find(const Path *path)
{
	uint32_t	low = 0;
	uint32_t	high = knowledge_webhook_path_count;

	while (!path->too_long && low < high)
	{
		uint32_t	middle = low + (high - low) / 2;
		int			order = compare(known(knowledge_webhook_paths[middle]), path);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return knowledge_webhook_path_count;
}

/* Number of the element of the innermost array around the value. */
static uint32_t
element_of(const JsonReader *reader)
{
	for (int i = reader->depth - 1; i >= 0; i--)
	{
		if (reader->in_array[i])
			return reader->element[i];
	}
	return 0;
}

static bool
add(Facts *facts, uint32_t path, const JsonReader *reader, const JsonValue *value)
{
	Fact	   *grown = arena_grow(facts->arena, facts->facts, facts->count, &facts->allocated, sizeof(Fact));

	if (grown == NULL)
		return false;
	facts->facts = grown;
	grown[facts->count] = (Fact) {value->raw, element_of(reader), FACT_NONE, value->is_string};
	if (facts->first[path] == FACT_NONE)
		facts->first[path] = (uint32_t) facts->count;
	else
		grown[facts->last[path]].next = (uint32_t) facts->count;
	facts->last[path] = (uint32_t) facts->count++;
	return true;
}

bool
facts_read(Facts *facts, Arena *arena, Trail *trail, Slice object)
{
	JsonReader	reader = {.text = object, .arena = arena};
	JsonValue	value;
	size_t		bytes = knowledge_webhook_path_count * sizeof(uint32_t);

	memset(facts, 0, sizeof(*facts));
	facts->arena = arena;
	facts->trail = trail;
	facts->first = arena_alloc(arena, bytes);
	facts->last = arena_alloc(arena, bytes);
	if (facts->first == NULL || facts->last == NULL)
		return false;
	memset(facts->first, 0xff, bytes);
	while (json_next(&reader, &value))
	{
		Path		path;
		uint32_t	number;

		if (value.raw.n == 0 || (!value.is_string && slice_equal(value.raw, SLICE_LIT("null"))))
			continue;
		path_build(&reader, &path);
		number = path_find(&path);
		if (number >= knowledge_webhook_path_count)
			continue;
		/* the first of each path counts even then: the word for what happened may come last */
		if (facts->count >= LIMIT_JSON_FACTS && facts->first[number] != FACT_NONE)
		{
			arena_meet(arena, BOUND_JSON_FACTS);
			continue;
		}
		if (!add(facts, number, &reader, &value))
			return false;
	}
	return true;
}

Slice
facts_text(const Facts *facts, const Fact *fact)
{
	Slice		raw = ARENA_BOUNDED(facts->arena, fact->raw, JSON_STRING);
	Slice		text = fact->is_string ? json_string(facts->arena, raw) : decode_valid_utf8(facts->arena, raw);

	trail_source(facts->trail, text, raw);
	return slice_trim(text);
}
