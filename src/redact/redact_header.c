/*
 * redact_header.c
 *	  A header without what people wrote.
 */
#include "mail/decode.h"
#include "redact/redact_header.h"

bool
redact_is_subject(Slice name)
{
	return slice_find_nocase(name, SLICE_LIT("subject"), 0) != SLICE_NPOS ||
		slice_find_nocase(name, SLICE_LIT("topic"), 0) != SLICE_NPOS ||
		slice_equal_nocase(name, SLICE_LIT("Comments")) || slice_equal_nocase(name, SLICE_LIT("Keywords"));
}

bool
redact_names_people(Slice name)
{
	static const Slice names[] = {
		SLICE_LIT("From"), SLICE_LIT("To"), SLICE_LIT("Cc"), SLICE_LIT("Bcc"), SLICE_LIT("Reply-To"), SLICE_LIT("Sender"),
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		if (slice_equal_nocase(name, names[i]))
			return true;
	}
	return false;
}

/* Fields that are written anew, or that tell nothing but what is to be hidden. */
static bool
is_left_out(Slice name)
{
	static const Slice names[] = {
		SLICE_LIT("Content-Type"), SLICE_LIT("Content-Transfer-Encoding"), SLICE_LIT("Content-Length"), SLICE_LIT("Content-ID"),
		SLICE_LIT("Content-MD5"), SLICE_LIT("DKIM-Signature"), SLICE_LIT("ARC-Seal"), SLICE_LIT("ARC-Message-Signature"),
		SLICE_LIT("DomainKey-Signature"), SLICE_LIT("Face"), SLICE_LIT("X-Face"), SLICE_LIT("Autocrypt"),
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		if (slice_equal_nocase(name, names[i]))
			return true;
	}
	return false;
}

/* What is no proper name may hold anything. */
static bool
is_plain_name(Slice name)
{
	for (size_t i = 0; i < name.n; i++)
	{
		if (!ascii_is_alnum(name.p[i]) && name.p[i] != '-')
			return false;
	}
	return name.n <= 64;
}

/* A field; 'returned': of the message that failed. */
static void
put_field(Redacted *redacted, Slice name, Slice value, bool returned)
{
	Arena	   *arena = redacted->arena;
	Slice		decoded = decode_header(arena, value);

	if (!returned && (slice_equal_nocase(name, SLICE_LIT("Subject")) || redact_names_people(name)))
	{
		/* the signs are looked for in both */
		size_t		n = name.n + 2 + decoded.n;
		char	   *line = arena_alloc(arena, n);

		if (line == NULL)
			return;
		memcpy(line, name.p, name.n);
		memcpy(line + name.n, ": ", 2);
		if (decoded.n)
			memcpy(line + name.n + 2, decoded.p, decoded.n);
		mask_line(redacted, slice(line, n), MASK_SIGNS);
	}
	else
	{
		if (is_plain_name(name))
			redacted_put(redacted, name);
		else
			mask_line(redacted, decode_valid_utf8(arena, name), MASK_TEXT);
		redacted_put(redacted, SLICE_LIT(":"));
		if (decoded.n)
			redacted_put(redacted, SLICE_LIT(" "));
		mask_line(redacted, decoded, redact_is_subject(name) || (returned && redact_names_people(name)) ? MASK_ALL : MASK_TEXT);
	}
	redacted_end_line(redacted);
}

void
redact_header(Redacted *redacted, const Header *header, bool returned)
{
	for (size_t i = 0; i < header->count; i++)
	{
		const Field *field = &header->fields[i];
		ArenaMark	mark = arena_mark(redacted->arena);

		if (!is_left_out(field->name))
			put_field(redacted, field->name, field->value, returned);
		arena_rewind(redacted->arena, mark);
	}
}
