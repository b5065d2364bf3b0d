/*
 * charset.c
 *	  Conversion of texts from and to the database's encoding, without errors.
 *
 * All server encodings are supersets of ASCII and keep no state, so that a
 * text can be converted in pieces: runs of ASCII are copied, the rest goes
 * through the server's own conversion procedures, up to the first character
 * that they refuse; that one is replaced, and on it goes.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "pg/charset.h"

/* bytes that one call of a conversion procedure gets at most (it takes an int) */
#define PIECE 65536

void
charset_init(Charset *charset)
{
	charset->server = GetDatabaseEncoding();
	charset->verbatim = (charset->server == PG_UTF8 ||
						 charset->server == PG_SQL_ASCII);
	charset->from_utf8 = InvalidOid;
	charset->to_utf8 = InvalidOid;
	if (!charset->verbatim)
	{
		charset->from_utf8 = FindDefaultConversionProc(PG_UTF8, charset->server);
		charset->to_utf8 = FindDefaultConversionProc(charset->server, PG_UTF8);
	}
}

static size_t
count_ascii_prefix(Slice s)
{
	size_t		n = 0;

	while (n < s.n && n < PIECE && !IS_HIGHBIT_SET(s.p[n]))
		n++;
	return n;
}

static size_t
count_beyond_ascii(Arena *arena, Slice s)
{
	size_t		count = 0;
	size_t		i;

	for (i = 0; i < s.n; i++)
	{
		if (i % PIECE == 0)
			arena_interrupt(arena);
		count += IS_HIGHBIT_SET(s.p[i]) ? 1 : 0;
	}
	return count;
}

/*
 * Bytes of the character that s begins with: what its first byte promises, but
 * no ASCII byte is ever swallowed, and nothing behind the end.
 */
static size_t
character_length(int encoding, Slice s)
{
	size_t		promised = (size_t) pg_encoding_mblen(encoding, s.p);
	size_t		n = 1;

	while (n < promised && n < s.n && IS_HIGHBIT_SET(s.p[n]))
		n++;
	return n;
}

/*
 * Converts the start of s, as far as it can be converted, into dst, which has
 * room for s.n * MAX_CONVERSION_GROWTH + 1 bytes and gets a NUL.  Returns how
 * many bytes of s that were, maybe none.
 */
#if PG_VERSION_NUM >= 140000

static size_t
convert_start(Oid procedure, int from, int to, Slice s, char *dst)
{
	return (size_t) pg_do_encoding_conversion_buf(procedure, from, to,
												  (unsigned char *) s.p, (int) s.n,
												  (unsigned char *) dst,
												  (int) s.n * MAX_CONVERSION_GROWTH + 1,
												  true);
}

#else							/* before 14 procedures could but raise errors */

static bool
convert_whole(Oid procedure, int from, int to, Slice s, char *dst)
{
	MemoryContext context = CurrentMemoryContext;
	volatile bool converted = true;

	PG_TRY();
	{
		OidFunctionCall5(procedure, Int32GetDatum(from), Int32GetDatum(to),
						 CStringGetDatum(s.p), CStringGetDatum(dst),
						 Int32GetDatum((int) s.n));
	}
	PG_CATCH();
	{
		/* The procedures touch nothing but dst: no transaction to roll back. */
		if (geterrcode() != ERRCODE_UNTRANSLATABLE_CHARACTER &&
			geterrcode() != ERRCODE_CHARACTER_NOT_IN_REPERTOIRE)
			PG_RE_THROW();
		MemoryContextSwitchTo(context);
		FlushErrorState();
		converted = false;
	}
	PG_END_TRY();
	return converted;
}

static size_t
convert_start(Oid procedure, int from, int to, Slice s, char *dst)
{
	size_t		done = 0;

	if (convert_whole(procedure, from, to, s, dst))
		return s.n;

	/*
	 * The first bad character is as far away as the procedure came, so walking
	 * there keeps the whole linear.
	 */
	*dst = '\0';
	while (done < s.n)
	{
		Slice		rest = slice(s.p + done, s.n - done);
		Slice		character = slice(rest.p, character_length(from, rest));

		if (!convert_whole(procedure, from, to, character, dst))
		{
			*dst = '\0';
			break;
		}
		dst += strlen(dst);
		done += character.n;
	}
	return done;
}

#endif

/*
 * Some conversions make characters that the server then calls invalid: that to
 * EUC_TW knows planes which that encoding's check does not.  Each such one becomes
 * the substitute, which is shorter; returns the end of what is left.
 */
static char *
replace_invalid(int encoding, char *start, char *end, Slice substitute)
{
	char	   *out = start;
	char	   *at = start;

	if (pg_encoding_max_length(encoding) == 1 || pg_verify_mbstr(encoding, start, (int) (end - start), true))
		return end;
	while (at < end)
	{
		size_t		n = character_length(encoding, slice_between(at, end));

		if (pg_verify_mbstr(encoding, at, (int) n, true))
			memmove(out, at, n);
		else
		{
			Assert(substitute.n <= n);
			memcpy(out, substitute.p, substitute.n);
			out -= n - substitute.n;
		}
		out += n;
		at += n;
	}
	return out;
}

static Slice
transcode(Arena *arena, Oid procedure, int from, int to, Slice s,
		  Slice substitute)
{
	size_t		beyond = count_beyond_ascii(arena, s);
	char	   *start;
	char	   *dst;

	if (beyond == 0)
		return s;

	/*
	 * ASCII stays one byte, any other byte becomes MAX_CONVERSION_GROWTH at
	 * most, substitutes included; and convert_start() wants to see its room.
	 */
	start = arena_alloc(arena, s.n + beyond * (MAX_CONVERSION_GROWTH - 1) +
						Min(s.n, PIECE) * MAX_CONVERSION_GROWTH + 1);
	if (start == NULL)
		return SLICE_NONE;
	dst = start;

	while (s.n > 0)
	{
		size_t		done = count_ascii_prefix(s);

		if (done > 0)
		{
			memcpy(dst, s.p, done);
			dst += done;
			arena_work(arena, 1 + done / 16);
		}
		else
		{
			if (OidIsValid(procedure))
				done = convert_start(procedure, from, to,
									 slice(s.p, Min(s.n, PIECE)), dst);
			if (done > 0)
				dst = to == PG_UTF8 ? dst + strlen(dst) : replace_invalid(to, dst, dst + strlen(dst), substitute);
			else
			{
				done = character_length(from, s);
				memcpy(dst, substitute.p, substitute.n);
				dst += substitute.n;
			}
			arena_interrupt(arena);
		}
		s = slice(s.p + done, s.n - done);
	}
	return slice_between(start, dst);
}

Slice
charset_from_utf8(const Charset *charset, Arena *arena, Slice s)
{
	if (charset->verbatim)
		return s;
	return transcode(arena, charset->from_utf8, PG_UTF8, charset->server, s,
					 SLICE_LIT("?"));
}

Slice
charset_to_utf8(const Charset *charset, Arena *arena, Slice s)
{
	if (charset->verbatim)
		return s;
	return transcode(arena, charset->to_utf8, charset->server, PG_UTF8, s,
					 SLICE_LIT("\xEF\xBF\xBD"));
}
