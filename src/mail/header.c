/*
 * header.c
 *	  Header fields of RFC 5322 and the parameters of RFC 2045, in place.
 *
 * Everything here is one pass over the bytes that it is given; folds are left
 * in the values.  What is no header is not repaired, but for one thing that
 * gateways do often: a folded line whose indentation was lost is taken as a
 * continuation when a field or the blank line follows it.
 */
#include "mail/bytes16.h"
#include "mail/mime.h"

/* RFC 5322 2.2: printable US-ASCII except colon */
static inline bool
is_name_char(char c)
{
	return (unsigned char) (c - '!') <= '~' - '!' && c != ':';
}

/* Bytes that a field name may hold from the start of 'line' on, LIMIT_FIELD_NAME + 1 at most. */
static inline size_t
name_run(Slice line)
{
	size_t		most = line.n < LIMIT_FIELD_NAME + 1 ? line.n : LIMIT_FIELD_NAME + 1;
	size_t		n = 0;

	for (; n + 16 <= most; n += 16)
	{
		Bytes16		bytes = bytes16_load(line.p + n);
		uint32_t	others = bytes16_mask((Bytes16) ((Bytes16) (bytes - '!') > '~' - '!') | (Bytes16) (bytes == ':'));

		if (others != 0)
			return n + bits_first(others);
	}
	while (n < most && is_name_char(line.p[n]))
		n++;
	return n;
}

/* Length of the field name at the start of a line, 0 when it is no field. */
static inline size_t
field_name_length(Slice line)
{
	size_t		n = name_run(line);
	size_t		i;

	if (n == 0 || n > LIMIT_FIELD_NAME)
		return 0;
	if (n < line.n && line.p[n] == ':')
		return n;
	/* obsolete syntax allows blanks before the colon (RFC 5322 4.5) */
	for (i = n; i < line.n && i <= LIMIT_FIELD_NAME && (line.p[i] == ' ' || line.p[i] == '\t'); i++)
		;
	return i < line.n && line.p[i] == ':' ? n : 0;
}

/* Would the line be a field, if names might be longer, as long as a value? */
static bool
has_long_name(Slice line)
{
	size_t		n = name_run(line);

	if (n <= LIMIT_FIELD_NAME)
		return false;
	while (n < line.n && n < LIMIT_FIELD_BYTES && is_name_char(line.p[n]))
		n++;
	return n < line.n && line.p[n] == ':';
}

/* Of a line that is not blank. */
static bool
is_continuation(Slice line)
{
	return line.p[0] == ' ' || line.p[0] == '\t';
}

static void
add_field(Arena *arena, Header *header, size_t *allocated, Slice line, size_t name_length)
{
	Field	   *field;
	size_t		colon;

	if (header->count == *allocated)
	{
		Field	   *fields = arena_grow(arena, header->fields, header->count, allocated, sizeof(Field));

		if (fields == NULL)
			return;
		header->fields = fields;
	}
	field = &header->fields[header->count++];
	field->name = slice(line.p, name_length);
	for (colon = name_length; line.p[colon] != ':'; colon++)
		;
	field->value = slice(line.p + colon + 1, line.n - colon - 1);
}

/*
 * Does a field or the blank line follow within some lines?  A message's own
 * header begins with trace fields, of which gateways lose several folds at a
 * time; a MIME part without a blank line goes on with text.  The field's
 * offset is kept in *seen, so that no line before it is looked at again.
 */
static bool
header_goes_on(Slice bytes, char line_end, size_t offset, const Header *header, size_t *seen)
{
	int			lines = header->count == 0 || slice_starts_nocase(header->fields[0].name, SLICE_LIT("Content-")) ? 1 : 8;
	Slice		next;

	if (*seen > 0 && offset <= *seen)
		return true;
	for (int i = 0; i < lines; i++)
	{
		size_t		start = offset;

		if (!mime_next_line(bytes, line_end, &offset, &next))
			return true;
		if (next.n == 0)
			return i == 0;
		if (slice_starts_nocase(next, SLICE_LIT("--")))
			return false;
		if (!is_continuation(next) && field_name_length(next) > 0)
		{
			*seen = start;
			return true;
		}
	}
	return false;
}

void
mime_header(Arena *arena, Slice bytes, char line_end, size_t most, Header *header, Slice *body)
{
	size_t		allocated = 0;
	size_t		seen = 0;		/* see header_goes_on() */
	size_t		offset = 0;
	size_t		line_start = 0;
	Slice		line;
	bool		dropped = false;

	header->fields = NULL;
	header->count = 0;
	*body = SLICE_NONE;

	while (mime_next_line(bytes, line_end, &offset, &line))
	{
		size_t		name_length;

		arena_work(arena, 1);
		if (line.n == 0)
		{
			*body = slice(bytes.p + offset, bytes.n - offset);
			break;
		}
		name_length = is_continuation(line) ? 0 : field_name_length(line);
		if (name_length > 0)
		{
			dropped = header->count >= most;
			if (!dropped)
				add_field(arena, header, &allocated, line, name_length);
			else
				arena_meet(arena, most < LIMIT_HEADER_FIELDS ? BOUND_ALL_FIELDS : BOUND_HEADER_FIELDS);
		}
		else
		{
			if (!is_continuation(line))
			{
				if (has_long_name(line))
					arena_meet(arena, BOUND_FIELD_NAME);
				/* what looks like a delimiter is never a lost fold */
				if ((header->count == 0 && !dropped) || slice_starts_nocase(line, SLICE_LIT("--")) ||
					!header_goes_on(bytes, line_end, offset, header, &seen))
				{
					*body = slice(bytes.p + line_start, bytes.n - line_start);
					break;
				}
			}
			if (header->count > 0 && !dropped)
			{
				Field	   *last = &header->fields[header->count - 1];

				last->value = slice_between(last->value.p, line.p + line.n);
			}
		}
		line_start = offset;
	}
	header->bytes = slice(bytes.p, line_start);
	for (size_t i = 0; i < header->count; i++)
		header->fields[i].value = slice_trim(header->fields[i].value);
}

Slice
mime_field(const Header *header, Slice name)
{
	for (size_t i = 0; i < header->count; i++)
	{
		if (slice_equal_nocase(header->fields[i].name, name))
			return header->fields[i].value;
	}
	return SLICE_NONE;
}

/* Offset behind the comment that opens at value.p[i] (RFC 5322 3.2.2; they nest). */
static size_t
skip_comment(Slice value, size_t i)
{
	int			depth = 0;

	for (; i < value.n; i++)
	{
		char		c = value.p[i];

		if (c == '\\' && i + 1 < value.n)
			i++;
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			return i + 1;
	}
	return value.n;
}

/* Offset behind the quoted string that opens at value.p[i] (RFC 5322 3.2.4). */
static size_t
skip_quoted(Slice value, size_t i)
{
	for (i++; i < value.n; i++)
	{
		if (value.p[i] == '\\' && i + 1 < value.n)
			i++;
		else if (value.p[i] == '"')
			return i + 1;
	}
	return value.n;
}

/* The text of a quoted string without its quotes and backslashes. */
static Slice
unquote(Arena *arena, Slice quoted)
{
	Slice		inner = slice(quoted.p + 1, quoted.n - 1);
	char	   *out;
	size_t		n = 0;

	if (inner.n > 0 && inner.p[inner.n - 1] == '"')
		inner.n--;
	if (slice_find(inner, '\\', 0) == SLICE_NPOS)
		return inner;
	out = arena_alloc(arena, inner.n + 1);
	if (out == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i < inner.n; i++)
	{
		if (inner.p[i] == '\\' && i + 1 < inner.n)
			i++;
		out[n++] = inner.p[i];
	}
	return slice(out, n);
}

Slice
mime_parameter(Arena *arena, Slice value, Slice name)
{
	size_t		i = 0;

	value = ARENA_BOUNDED(arena, value, FIELD_BYTES);
	while (i < value.n)
	{
		size_t		start;
		Slice		found;

		/* to the next semicolon outside quotes and comments */
		while (i < value.n && value.p[i] != ';')
		{
			if (value.p[i] == '"')
				i = skip_quoted(value, i);
			else if (value.p[i] == '(')
				i = skip_comment(value, i);
			else
				i++;
		}
		i++;
		while (i < value.n && (ascii_is_space(value.p[i]) || value.p[i] == ';'))
			i++;
		start = i;
		while (i < value.n && value.p[i] != '=' && value.p[i] != ';')
			i++;
		if (i >= value.n || value.p[i] != '=')
			continue;
		found = slice_trim(slice(value.p + start, i - start));
		i++;
		/* RFC 2231: name*0, name*0*, name*: the first piece is enough for what we read */
		if (found.n > 0 && found.p[found.n - 1] == '*')
			found.n--;
		if (found.n > 2 && found.p[found.n - 1] == '0' && found.p[found.n - 2] == '*')
			found.n -= 2;
		while (i < value.n && ascii_is_space(value.p[i]))
			i++;
		start = i;
		if (i < value.n && value.p[i] == '"')
		{
			i = skip_quoted(value, i);
			if (slice_equal_nocase(found, name))
				return unquote(arena, slice(value.p + start, i - start));
		}
		else
		{
			while (i < value.n && value.p[i] != ';' && !ascii_is_space(value.p[i]))
				i++;
			if (slice_equal_nocase(found, name))
				return slice(value.p + start, i - start);
		}
	}
	return SLICE_NONE;
}

Slice
mime_without_comments(Arena *arena, Slice value)
{
	char	   *out;
	size_t		n = 0;
	size_t		i = 0;

	value = slice_trim(ARENA_BOUNDED(arena, value, FIELD_BYTES));
	if (slice_find(value, '(', 0) == SLICE_NPOS &&
		slice_find(value, '\n', 0) == SLICE_NPOS &&
		slice_find(value, '\r', 0) == SLICE_NPOS)
		return value;
	out = arena_alloc(arena, value.n + 1);
	if (out == NULL)
		return SLICE_NONE;
	while (i < value.n)
	{
		char		c = value.p[i];

		if (c == '(')
		{
			i = skip_comment(value, i);
			continue;
		}
		if (c == '"')
		{
			size_t		end = skip_quoted(value, i);

			memcpy(out + n, value.p + i, end - i);
			n += end - i;
			i = end;
			continue;
		}
		if (c == '\r' || c == '\n' || c == '\t')
			c = ' ';
		if (!(c == ' ' && n > 0 && out[n - 1] == ' '))
			out[n++] = c;
		i++;
	}
	return slice_trim(slice(out, n));
}
