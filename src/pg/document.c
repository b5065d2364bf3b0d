/*
 * document.c
 *	  A jsonb value as text for the library.
 *
 * It is written value by value, and not by the server's own output function:
 * that would raise an error where the text grows beyond a gigabyte, as it does
 * for a few thousand numbers of 131,072 digits or strings of control
 * characters.  Strings are cut and numbers rounded where the library would not
 * look at the rest.
 */
#include "postgres.h"

#include "mail/limits.h"
#include "miscadmin.h"
#include "pg/document.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/* A string may be a whole notification (Amazon SNS): 256 KB, and what escaping adds. */
#define MAX_STRING_BYTES (4 * LIMIT_DECODE_BYTES)

/* The text of a document while it is written, in the arena. */
typedef struct Writer
{
	Arena	   *arena;
	const Charset *charset;
	char	   *text;
	size_t		n;
	size_t		allocated;
	Datum		least;			/* numbers between these two are written */
	Datum		greatest;
} Writer;

/* Room for so many bytes more; false when memory ran out. */
static bool
reserve(Writer *writer, size_t more)
{
	size_t		wanted = writer->n + more;
	char	   *larger;

	if (wanted <= writer->allocated)
		return true;
	wanted = Max(wanted, Max(writer->allocated * 2, (size_t) 4096));
	larger = arena_alloc(writer->arena, wanted);
	if (larger == NULL)
		return false;
	if (writer->n > 0)
		memcpy(larger, writer->text, writer->n);
	if (writer->text)
		arena_give_back(writer->arena, writer->text);
	writer->text = larger;
	writer->allocated = wanted;
	return true;
}

static void
put(Writer *writer, const char *s, size_t n)
{
	if (!reserve(writer, n))
		return;
	memcpy(writer->text + writer->n, s, n);
	writer->n += n;
}

static void
put_string(Writer *writer, const char *s, int length)
{
	static const char digits[] = "0123456789abcdef";
	Slice		text = slice(s, Min((size_t) length, MAX_STRING_BYTES));

	text = charset_to_utf8(writer->charset, writer->arena, text);
	if (!reserve(writer, 6 * text.n + 2))
		return;
	writer->text[writer->n++] = '"';
	for (size_t i = 0; i < text.n; i++)
	{
		unsigned char c = (unsigned char) text.p[i];
		char	   *at = writer->text + writer->n;

		if (c == '"' || c == '\\')
		{
			at[0] = '\\';
			at[1] = (char) c;
			writer->n += 2;
		}
		else if (c < 0x20)
		{
			memcpy(at, "\\u00", 4);
			at[4] = digits[c >> 4];
			at[5] = digits[c & 15];
			writer->n += 6;
		}
		else
		{
			at[0] = (char) c;
			writer->n++;
		}
	}
	writer->text[writer->n++] = '"';
}

/* Codes, times and numbers of messages: no more than 19 digits, and 6 behind the point. */
static void
put_number(Writer *writer, Numeric number)
{
	Datum		value = NumericGetDatum(number);
	Datum		rounded;
	char	   *text;

	if (numeric_is_nan(number) ||
		!DatumGetBool(DirectFunctionCall2(numeric_gt, value, writer->least)) ||
		!DatumGetBool(DirectFunctionCall2(numeric_lt, value, writer->greatest)))
	{
		put(writer, "null", 4);
		return;
	}
	rounded = DirectFunctionCall2(numeric_trunc, value, Int32GetDatum(0));
	if (!DatumGetBool(DirectFunctionCall2(numeric_eq, value, rounded)))
	{
		pfree(DatumGetPointer(rounded));
		rounded = DirectFunctionCall2(numeric_trunc, value, Int32GetDatum(6));
	}
	text = DatumGetCString(DirectFunctionCall1(numeric_out, rounded));
	put(writer, text, strlen(text));
	pfree(text);
	pfree(DatumGetPointer(rounded));
}

static void
put_scalar(Writer *writer, const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			put_string(writer, value->val.string.val, value->val.string.len);
			break;
		case jbvNumeric:
			put_number(writer, value->val.numeric);
			break;
		case jbvBool:
			put(writer, value->val.boolean ? "true" : "false", value->val.boolean ? 4 : 5);
			break;
		default:
			put(writer, "null", 4);
			break;
	}
}

Slice
json_document(Call *call, Jsonb *jsonb)
{
	Writer		writer = {.arena = &call->arena, .charset = &call->charset};
	JsonbIterator *iterator = JsonbIteratorInit(&jsonb->root);
	JsonbIteratorToken token;
	JsonbValue	value;
	bool		first = true;
	bool		is_scalar = false;

	writer.least = DirectFunctionCall1(int8_numeric, Int64GetDatum(-PG_INT64_MAX));
	writer.greatest = DirectFunctionCall1(int8_numeric, Int64GetDatum(PG_INT64_MAX));
	while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		/* a comma before each key and element but the first */
		if (!first && (token == WJB_KEY || token == WJB_ELEM || token == WJB_BEGIN_ARRAY || token == WJB_BEGIN_OBJECT))
			put(&writer, ",", 1);
		first = false;
		switch (token)
		{
			case WJB_BEGIN_ARRAY:
				is_scalar = value.val.array.rawScalar;
				if (!is_scalar)
					put(&writer, "[", 1);
				first = true;
				break;
			case WJB_BEGIN_OBJECT:
				put(&writer, "{", 1);
				first = true;
				break;
			case WJB_KEY:
				put_string(&writer, value.val.string.val, value.val.string.len);
				put(&writer, ":", 1);
				first = true;
				break;
			case WJB_VALUE:
			case WJB_ELEM:
				put_scalar(&writer, &value);
				break;
			case WJB_END_ARRAY:
				if (!is_scalar)
					put(&writer, "]", 1);
				break;
			case WJB_END_OBJECT:
				put(&writer, "}", 1);
				break;
			default:
				break;
		}
		if (call->arena.failed)
			break;
	}
	return slice(writer.text, writer.n);
}
