/*
 * normal.c
 *	  Unicode's normalization forms, in any database: the library's UTF-8 goes
 *	  in and comes out.
 *
 * That normalize() of SQL refuses other encodings is no bar: the tables do not
 * know of any.  They are those of the server's version, as with normalize(),
 * which is IMMUTABLE, too: form and meaning of a character never change once
 * it is assigned.
 */
#include "postgres.h"

#include "common/unicode_norm.h"
#include "mail/utf8.h"
#include "mb/pg_wchar.h"
#include "pg/normal.h"

Slice
normal_form(void *context, Arena *arena, Slice text, bool compatible)
{
	UnicodeNormalizationForm form = compatible ? UNICODE_NFKC : UNICODE_NFC;
	pg_wchar   *characters = (pg_wchar *) palloc((text.n + 1) * sizeof(pg_wchar));
	pg_wchar   *normal;
	size_t		count = 0;
	size_t		i;
	char	   *out;
	char	   *end;

	(void) context;
	for (i = 0; i < text.n; count++)
	{
		uint32_t	character;

		i += utf8_character(text, i, &character);
		characters[count] = (pg_wchar) character;
	}
	characters[count] = 0;

	if (unicode_is_normalized_quickcheck(form, characters) == UNICODE_NORM_QC_YES)
	{
		pfree(characters);
		return text;
	}
	normal = unicode_normalize(form, characters);
	for (count = 0; normal[count] != 0; count++)
		;
	out = end = (char *) arena_alloc(arena, count * 4 + 1);
	if (out != NULL)
	{
		for (i = 0; i < count; i++)
			end += utf8_put(end, (uint32_t) normal[i]);
	}
	pfree(normal);
	pfree(characters);
	return out == NULL ? SLICE_NONE : slice_between(out, end);
}
