/*
 * json_objects.c
 *	  The objects of a JSON document that may be events, taken out of what
 *	  carries them.
 *
 * Looks at no more of the document than where its strings and brackets are.
 */
#include "mail/limits.h"
#include "report/json.h"
#include "report/json_objects.h"
#include "report/webhook_tables.h"

typedef struct Search
{
	Arena	   *arena;
	Trail	   *trail;
	JsonTake	take;
	void	   *context;
	size_t		count;			/* objects that were handed out */
	int			depth;			/* of envelopes */
} Search;

static void search_value(Search *search, Slice value);

/* Offset of the first byte at or behind 'at' that is no white space. */
static size_t
skip_space(Slice text, size_t at)
{
	while (at < text.n && ascii_is_space(text.p[at]))
		at++;
	return at;
}

/* Offset behind the value that begins at 'at': at a comma or a closing bracket of what is around, or at the end. */
static size_t
skip_value(Arena *arena, Slice text, size_t at)
{
	size_t		depth = 0;
	size_t		next_look = at + LIMIT_JSON_STEP;

	for (; at < text.n; at++)
	{
		if (at >= next_look)
		{
			arena_interrupt(arena);
			next_look = at + LIMIT_JSON_STEP;
		}
		switch (text.p[at])
		{
			case '"':
				at = json_skip_string(text, at) - 1;
				break;
			case '{':
			case '[':
				depth++;
				break;
			case '}':
			case ']':
				if (depth == 0)
					return at;
				depth--;
				break;
			case ',':
				if (depth == 0)
					return at;
				break;
			default:
				break;
		}
	}
	return text.n;
}

static bool
is_envelope(Slice key)
{
	for (uint32_t i = 0; i < knowledge_webhook_envelope_count; i++)
	{
		if (json_key_is(key, known(knowledge_webhook_envelopes[i])))
			return true;
	}
	return false;
}

/* What stands in an object under the keys that carry events. */
static void
search_members(Search *search, Slice object)
{
	size_t		at = 1;

	while (at < object.n)
	{
		Slice		key;
		size_t		start;

		at = skip_space(object, at);
		if (at >= object.n)		/* unreachable: no blanks stand at its end */
			return;
		if (object.p[at] != '"')
			return;
		start = at;
		at = json_skip_string(object, at);
		key = slice(object.p + start + 1, at > start + 2 ? at - start - 2 : 0);
		at = skip_space(object, at);
		if (at >= object.n || object.p[at] != ':')
			return;
		start = skip_space(object, at + 1);
		at = skip_value(search->arena, object, start);
		if (is_envelope(key))
			search_value(search, slice_trim(slice(object.p + start, at - start)));
		if (at >= object.n || object.p[at] != ',')
			return;
		at++;
	}
}

static void
search_elements(Search *search, Slice array)
{
	size_t		at = 1;

	while (at < array.n)
	{
		size_t		start = skip_space(array, at);

		if (search->count >= LIMIT_JSON_EVENTS)
		{
			arena_meet(search->arena, BOUND_JSON_EVENTS);
			return;
		}

		at = skip_value(search->arena, array, start);
		if (start >= array.n)	/* unreachable: no blanks stand at its end */
			return;
		/* an array in an array holds no events; a string may */
		if (array.p[start] != '[')
			search_value(search, slice_trim(slice(array.p + start, at - start)));
		if (at >= array.n || array.p[at] != ',')
			return;
		at++;
	}
}

/* The value is trimmed.  Recurses no deeper than LIMIT_ENVELOPES, each of which costs an object and an array. */
static void
search_value(Search *search, Slice value)
{
	if (value.n == 0)
		return;
	if (search->depth >= LIMIT_ENVELOPES || search->count >= LIMIT_JSON_EVENTS)
	{
		if (value.p[0] == '{' || value.p[0] == '[')
			arena_meet(search->arena, search->depth >= LIMIT_ENVELOPES ? BOUND_ENVELOPES : BOUND_JSON_EVENTS);
		return;
	}
	search->depth++;
	switch (value.p[0])
	{
		case '{':
			search->count++;
			if (!search->take(search->context, value))
				search_members(search, value);
			break;
		case '[':
			search_elements(search, value);
			break;
		case '"':
			{
				size_t		at = skip_space(value, 1);

				/* only what may be JSON is worth unescaping */
				if (at < value.n && value.n > 2 && (value.p[at] == '{' || value.p[at] == '[' || value.p[at] == '\\'))
				{
					Slice		raw = slice(value.p + 1, json_skip_string(value, 0) - 2);
					Slice		text = json_string(search->arena, raw);

					trail_source(search->trail, text, raw);
					search_value(search, slice_trim(text));
				}
				break;
			}
		default:
			break;
	}
	search->depth--;
}

void
json_objects(Arena *arena, Trail *trail, Slice document, JsonTake take, void *context)
{
	Search		search = {.arena = arena, .trail = trail, .take = take, .context = context};

	search_value(&search, slice_trim(document));
}
