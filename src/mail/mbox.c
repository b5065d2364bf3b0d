/*
 * mbox.c
 *	  Several messages in one value: the mbox format (RFC 4155).
 *
 * Programs that write this format put ">" before lines of a body that begin
 * with "From ", but not all do.  So a line divides only when a blank line
 * stands before it, it holds a time and a year, and a header field follows.
 */
#include "mail/limits.h"
#include "mail/mbox.h"

/* "From sender Thu Nov 24 18:22:48 1986": a time of day and a year behind a word. */
static bool
has_date(Slice line)
{
	bool		has_time = false;

	for (size_t i = 5; i + 4 < line.n; i++)
	{
		if (line.p[i] == ':' && ascii_is_digit(line.p[i - 1]) && ascii_is_digit(line.p[i + 1]) && ascii_is_digit(line.p[i + 2]))
			has_time = true;
		if (has_time && line.p[i] == ' ' && (line.p[i + 1] == '1' || line.p[i + 1] == '2') && ascii_is_digit(line.p[i + 2]) &&
			ascii_is_digit(line.p[i + 3]) && ascii_is_digit(line.p[i + 4]) && (i + 5 == line.n || line.p[i + 5] == ' '))
			return true;
	}
	return false;
}

/* Does a header field begin at s? */
static bool
begins_field(Slice s)
{
	size_t		n = 0;

	while (n < s.n && n < 80 && (ascii_is_alnum(s.p[n]) || s.p[n] == '-'))
		n++;
	return n > 1 && n < s.n && s.p[n] == ':';
}

/*
 * Does the line end before 'at', and is it blank, as written with LF, CRLF or
 * CR?  Here and below 'raw' is an mbox: its "From " ends each search backwards.
 */
static bool
blank_before(Slice raw, size_t at)
{
	size_t		ends = 0;

	while (ends < 2 && (raw.p[at - 1] == '\n' || raw.p[at - 1] == '\r'))
	{
		if (raw.p[at - 1] == '\n' && raw.p[at - 2] == '\r')
			at--;
		at--;
		ends++;
	}
	return ends == 2;
}

/* Does the line before 'at' end a multipart: "--boundary--", and no mere rule of dashes? */
static bool
delimiter_before(Slice raw, size_t at)
{
	size_t		end = at;
	size_t		start;
	bool		has_name = false;

	while (raw.p[end - 1] == '\n' || raw.p[end - 1] == '\r')
		end--;
	for (start = end; start > 0 && end - start < LIMIT_MBOX_LINE && raw.p[start - 1] != '\n' && raw.p[start - 1] != '\r';)
		start--;
	for (size_t i = start; i < end; i++)
		has_name = has_name || ascii_is_alnum(raw.p[i]);
	return has_name && raw.p[start] == '-' && raw.p[start + 1] == '-' && raw.p[end - 1] == '-' && raw.p[end - 2] == '-';
}

/* Does a message begin at 'at', where a line begins with "From "? */
static bool
divides(Slice raw, size_t at)
{
	size_t		end = at;
	Slice		line;

	while (end < raw.n && end - at < LIMIT_MBOX_LINE && raw.p[end] != '\n' && raw.p[end] != '\r')
		end++;
	line = slice_trim(slice(raw.p + at, end - at));
	while (end < raw.n && end - at < 2 * LIMIT_MBOX_LINE && (raw.p[end] == '\n' || raw.p[end] == '\r'))
		end++;
	return (blank_before(raw, at) || delimiter_before(raw, at)) && has_date(line) && begins_field(slice(raw.p + end, raw.n - end));
}

/* CR where the first line ends with that alone, else LF: all of the mailbox must not be searched for each message. */
static char
first_line_end(Slice raw)
{
	for (size_t i = 0; i < raw.n && i < LIMIT_MBOX_LINE; i++)
	{
		if (raw.p[i] == '\n')
			return '\n';
		if (raw.p[i] == '\r')
			return i + 1 < raw.n && raw.p[i + 1] == '\n' ? '\n' : '\r';
	}
	return '\n';
}

bool
mbox_next(Arena *arena, Slice raw, size_t *offset, Slice *message)
{
	size_t		start = *offset;
	size_t		at = start;
	char		line_end;

	arena_interrupt(arena);
	if (start >= raw.n && start > 0)
		return false;
	*offset = raw.n > 0 ? raw.n : 1;
	*message = slice(raw.p + start, raw.n - start);
	if (raw.n < 5 || memcmp(raw.p, "From ", 5) != 0)
		return true;
	line_end = first_line_end(raw);
	while (at < raw.n)
	{
		const char *next = memchr(raw.p + at, line_end, raw.n - at);

		if (next == NULL)
			break;
		at = (size_t) (next - raw.p) + 1;
		arena_work(arena, 1);
		if (raw.n - at > 5 && memcmp(raw.p + at, "From ", 5) == 0 && divides(raw, at))
		{
			message->n = at - start;
			*offset = at;
			break;
		}
	}
	return true;
}
