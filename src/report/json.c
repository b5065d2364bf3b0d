/*
 * json.c
 *	  A pull reader for JSON (RFC 8259) as mails hold it.
 */
#include "mail/decode.h"
#include "mail/limits.h"
#include "mail/utf8.h"
#include "report/json.h"

/* Offset behind the string that opens at 'at'; its content in *raw. */
static size_t
skip_string(Slice text, size_t at, Slice *raw)
{
	size_t		i = at + 1;

	while (i < text.n && text.p[i] != '"')
		i += text.p[i] == '\\' ? 2 : 1;
	if (i > text.n)
		i = text.n;
	*raw = slice(text.p + at + 1, i - at - 1);
	return i < text.n ? i + 1 : i;
}

size_t
json_skip_string(Slice text, size_t at)
{
	Slice		raw;

	return skip_string(text, at, &raw);
}

/* Does a value at this place count for nothing? */
static bool
is_out_of_reach(const JsonReader *reader)
{
	if (reader->depth > LIMIT_JSON_NESTING && reader->arena)
		arena_meet(reader->arena, BOUND_JSON_NESTING);
	return reader->depth < 1 || reader->depth > LIMIT_JSON_NESTING;
}

bool
json_next(JsonReader *reader, JsonValue *value)
{
	Slice		text = reader->text;

	while (reader->at < text.n)
	{
		char		c = text.p[reader->at];
		int			level = reader->depth - 1;

		/* a document may have millions of brackets, and nothing in them */
		if (reader->arena && reader->at >= reader->next_look)
		{
			arena_interrupt(reader->arena);
			reader->next_look = reader->at + LIMIT_JSON_STEP;
		}
		switch (c)
		{
			case '{':
			case '[':
				if (reader->depth < LIMIT_JSON_NESTING)
				{
					reader->in_array[reader->depth] = c == '[';
					reader->keys[reader->depth] = SLICE_NONE;
					reader->element[reader->depth] = 0;
				}
				reader->depth++;
				reader->at++;
				break;
			case '}':
			case ']':
				reader->at++;
				if (--reader->depth <= 0)
					return false;
				break;
			case ',':
				if (level >= 0 && level < LIMIT_JSON_NESTING)
				{
					reader->element[level]++;
					if (!reader->in_array[level])
						reader->keys[level] = SLICE_NONE;
				}
				reader->at++;
				break;
			case '"':
				{
					Slice		raw;
					size_t		next;

					reader->at = skip_string(text, reader->at, &raw);
					next = reader->at;
					while (next < text.n && ascii_is_space(text.p[next]))
						next++;
					if (next < text.n && text.p[next] == ':' && level >= 0)
					{
						if (level < LIMIT_JSON_NESTING)
							reader->keys[level] = raw;
						reader->at = next + 1;
						break;
					}
					if (is_out_of_reach(reader))
						break;
					value->raw = raw;
					value->is_string = true;
					return true;
				}
			default:
				if (ascii_is_alnum(c) || c == '-')
				{
					size_t		start = reader->at;

					while (reader->at < text.n && (ascii_is_alnum(text.p[reader->at]) || text.p[reader->at] == '-' || text.p[reader->at] == '+' || text.p[reader->at] == '.'))
						reader->at++;
					if (is_out_of_reach(reader))
						break;
					value->raw = slice(text.p + start, reader->at - start);
					value->is_string = false;
					return true;
				}
				reader->at++;
				break;
		}
	}
	return false;
}

static int
hex4(const char *p)
{
	int			value = 0;

	for (int i = 0; i < 4; i++)
	{
		char		c = ascii_lower(p[i]);

		if (ascii_is_digit(c))
			value = value * 16 + (c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value * 16 + (c - 'a' + 10);
		else
			return -1;
	}
	return value;
}

Slice
json_string(Arena *arena, Slice raw)
{
	char	   *out = arena_alloc(arena, raw.n + 1);
	size_t		n = 0;
	size_t		i = 0;

	if (out == NULL)
		return SLICE_NONE;
	while (i < raw.n)
	{
		char		c = raw.p[i++];
		int			code;

		if (c == '\r' || c == '\n')
		{
			/* wrapped by a mailer, with the fold's blank behind */
			if (i < raw.n && raw.p[i] == ' ' && c == '\n')
				i++;
			continue;
		}
		if (c != '\\' || i >= raw.n)
		{
			out[n++] = c;
			continue;
		}
		c = raw.p[i++];
		switch (c)
		{
			case 'n':
				out[n++] = '\n';
				break;
			case 'r':
				out[n++] = '\r';
				break;
			case 't':
				out[n++] = '\t';
				break;
			case 'b':
			case 'f':
				out[n++] = ' ';
				break;
			case 'u':
				code = i + 4 <= raw.n ? hex4(raw.p + i) : -1;
				if (code < 0)
					break;
				i += 4;
				if (code >= 0xd800 && code < 0xdc00 && i + 6 <= raw.n && raw.p[i] == '\\' &&
					raw.p[i + 1] == 'u' && hex4(raw.p + i + 2) >= 0xdc00 && hex4(raw.p + i + 2) < 0xe000)
				{
					code = 0x10000 + ((code - 0xd800) << 10) + (hex4(raw.p + i + 2) - 0xdc00);
					i += 6;
				}
				/* "\\u0000" took six bytes, so there is room for any character */
				n += utf8_put(out + n, (uint32_t) code);
				break;
			default:
				out[n++] = c;
				break;
		}
	}
	return decode_valid_utf8(arena, slice(out, n));
}

bool
json_key_is(Slice key, const char *name)
{
	for (size_t i = 0; i < key.n; i++)
	{
		/* a mailer wrapped it */
		if (key.p[i] == '\n' || key.p[i] == '\r')
			continue;
		if (ascii_lower(key.p[i]) != ascii_lower(*name))
			return false;
		name++;
	}
	return *name == '\0';
}
