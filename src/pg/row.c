/*
 * row.c
 *	  From the library's BounceRow to a tuple of type bounce.
 *
 * Called once for each reported recipient, so it is kept cheap: the tuple is
 * written in one go from the library's slices, as heap_form_tuple() would
 * write it (access/htup_details.h, "Tuple layout"), but without a Datum made
 * of each text first.  Decides nothing about bounces.
 */
#include "postgres.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "datatype/timestamp.h"
#include "pg/row.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inet.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* A longer text than this is no longer a text. */
#define MAX_TEXT_BYTES ((size_t) (MaxAllocSize - VARHDRSZ))

/* Columns that are not text: their types, and the alignment of those that have no length word. */
static const struct
{
	Oid			type;
	size_t		alignment;
}			others[ROW_ATTRIBUTES] = {
	[ROW_HARD_BOUNCE] = {BOOLOID, 1},
	[ROW_REPLY_CODE] = {INT2OID, ALIGNOF_SHORT},
	[ROW_BOUNCED_AT] = {TIMESTAMPTZOID, ALIGNOF_DOUBLE},
	[ROW_SENT_AT] = {TIMESTAMPTZOID, ALIGNOF_DOUBLE},
	[ROW_RETRY_AFTER] = {INTERVALOID, ALIGNOF_DOUBLE},
	[ROW_BLOCKLIST] = {TEXTARRAYOID, 0},
	[ROW_LISTED_IP] = {INETOID, 0},
};

static const Slice kind_words[] = {
	[KIND_NONE] = {NULL, 0},
	[KIND_FAILURE] = SLICE_LIT("failure"),
	[KIND_DELAY] = SLICE_LIT("delay"),
	[KIND_COMPLAINT] = SLICE_LIT("complaint"),
	[KIND_SUCCESS] = SLICE_LIT("success"),
	[KIND_AUTOREPLY] = SLICE_LIT("autoreply"),
	[KIND_RECEIPT] = SLICE_LIT("receipt"),
	[KIND_CHALLENGE] = SLICE_LIT("challenge"),
};

/*
 * A row on its way: each attribute's bytes, without the length word that those
 * of varying length get; SLICE_NONE is NULL.
 */
typedef struct Cells
{
	const Charset *charset;
	Arena	   *arena;
	Slice		cell[ROW_ATTRIBUTES];

	/* what cells of fixed length point to */
	bool		hard_bounce;
	int16		reply_code;
	TimestampTz bounced_at;
	TimestampTz sent_at;
	Interval	retry_after;
	inet_struct listed_ip;
} Cells;

void
row_check(TupleDesc desc)
{
	int			i;

	for (i = 0; i < desc->natts && i < ROW_ATTRIBUTES; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (attribute->attisdropped ||
			attribute->atttypid != (OidIsValid(others[i].type) ? others[i].type : TEXTOID))
			break;
	}
	if (desc->natts != ROW_ATTRIBUTES || i < ROW_ATTRIBUTES)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("type %s has not the %d columns that the library fills",
						format_type_be(desc->tdtypeid), ROW_ATTRIBUTES),
				 errhint("Run ALTER EXTENSION bounce UPDATE.")));
}

/* Writes s behind its length word, and says where it ends.  A long one wants 'at' aligned. */
static char *
write_varlena(char *at, Slice s)
{
	if (s.n + VARHDRSZ_SHORT <= VARATT_SHORT_MAX)
	{
		SET_VARSIZE_SHORT(at, s.n + VARHDRSZ_SHORT);
		at += VARHDRSZ_SHORT;
	}
	else
	{
		SET_VARSIZE(at, s.n + VARHDRSZ);
		at += VARHDRSZ;
	}
	memcpy(at, s.p, s.n);
	return at + s.n;
}

Datum
row_text(Slice s, const Charset *charset, Arena *arena, bool *isnull)
{
	char	   *datum;

	*isnull = true;
	if (s.p == NULL)
		return (Datum) 0;
	s = charset_from_utf8(charset, arena, s);
	if (s.p == NULL || s.n > MAX_TEXT_BYTES)
		return (Datum) 0;
	datum = arena_alloc(arena, s.n + VARHDRSZ);
	if (datum == NULL)
		return (Datum) 0;
	*isnull = false;
	(void) write_varlena(datum, s);
	return PointerGetDatum(datum);
}

static void
put_text(Cells *cells, RowAttribute attribute, Slice s)
{
	if (s.p != NULL)
		s = charset_from_utf8(cells->charset, cells->arena, s);
	if (s.n <= MAX_TEXT_BYTES)
		cells->cell[attribute] = s;
}

static void
put_word(Cells *cells, RowAttribute attribute, const char *word)
{
	if (word != NULL)
		put_text(cells, attribute, slice(word, strlen(word)));
}

static void
put_fixed(Cells *cells, RowAttribute attribute, const void *value, size_t size)
{
	cells->cell[attribute] = slice(value, size);
}

static void
put_time(Cells *cells, RowAttribute attribute, const MailDate *date, TimestampTz *time)
{
	/* far inside of what a timestamp holds; see decode_date() */
	if (!date->known ||
		date->epoch < 0 || date->epoch > INT64CONST(253402300799))
		return;
	*time = (TimestampTz) (date->epoch -
						   (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * (int64) SECS_PER_DAY) *
		USECS_PER_SEC;
	put_fixed(cells, attribute, time, sizeof(*time));
}

static void
put_interval(Cells *cells, RowAttribute attribute, int64 seconds)
{
	if (seconds < 0 || seconds > PG_INT64_MAX / USECS_PER_SEC)
		return;
	memset(&cells->retry_after, 0, sizeof(cells->retry_after));
	cells->retry_after.time = seconds * USECS_PER_SEC;
	put_fixed(cells, attribute, &cells->retry_after, sizeof(cells->retry_after));
}

static void
put_words(Cells *cells, RowAttribute attribute, const char *const *words, int count)
{
	Datum		elements[BOUNCE_MAX_BLOCKLISTS];
	int			filled = 0;
	int			i;

	for (i = 0; i < count && i < BOUNCE_MAX_BLOCKLISTS; i++)
	{
		bool		isnull;
		Datum		element = row_text(slice(words[i], strlen(words[i])), cells->charset,
									   cells->arena, &isnull);

		if (!isnull)
			elements[filled++] = element;
	}
	if (filled > 0)
	{
		ArrayType  *array = construct_array(elements, filled, TEXTOID, -1, false, 'i');

		cells->cell[attribute] = arena_copy(cells->arena, slice(VARDATA(array), VARSIZE(array) - VARHDRSZ));
		pfree(array);
	}
}

/*
 * An IPv4 or IPv6 address as inet.  The library has checked it; yet it is
 * read with inet_pton(), because inet_in() would raise an error.
 */
static void
put_address(Cells *cells, RowAttribute attribute, Slice s)
{
	char		text[INET6_ADDRSTRLEN];
	inet_struct *address = &cells->listed_ip;
	size_t		size;

	if (s.p == NULL || s.n == 0 || s.n >= sizeof(text))
		return;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, address->ipaddr) == 1)
	{
		address->family = PGSQL_AF_INET;
		address->bits = 32;
		size = 4;
	}
	else if (inet_pton(AF_INET6, text, address->ipaddr) == 1)
	{
		address->family = PGSQL_AF_INET6;
		address->bits = 128;
		size = 16;
	}
	else
		return;
	put_fixed(cells, attribute, address, offsetof(inet_struct, ipaddr) + size);
}

static void
fill_cells(Cells *cells, const BounceRow *row)
{
	put_text(cells, ROW_KIND, kind_words[row->kind]);
	put_text(cells, ROW_RECIPIENT, row->recipient);
	put_word(cells, ROW_REASON, row->reason);
	if (row->hard_bounce != TRUTH_NULL)
	{
		cells->hard_bounce = (row->hard_bounce == TRUTH_TRUE);
		put_fixed(cells, ROW_HARD_BOUNCE, &cells->hard_bounce, sizeof(bool));
	}
	put_word(cells, ROW_FAULT, row->fault);
	put_word(cells, ROW_ADVICE, row->advice);
	put_word(cells, ROW_ACTION, row->action);
	put_text(cells, ROW_DELIVERY_STATUS, row->delivery_status);
	if (row->reply_code > 0 && row->reply_code <= PG_INT16_MAX)
	{
		cells->reply_code = (int16) row->reply_code;
		put_fixed(cells, ROW_REPLY_CODE, &cells->reply_code, sizeof(int16));
	}
	put_word(cells, ROW_SMTP_COMMAND, row->smtp_command);
	put_text(cells, ROW_DIAGNOSTIC_TYPE, row->diagnostic_type);
	put_text(cells, ROW_DIAGNOSTIC_CODE, row->diagnostic_code);
	put_text(cells, ROW_ALIAS, row->alias);
	put_text(cells, ROW_VERP, row->verp);
	put_text(cells, ROW_ADDRESSER, row->addresser);
	put_text(cells, ROW_SENDER_DOMAIN, row->sender_domain);
	put_text(cells, ROW_DESTINATION, row->destination);
	put_word(cells, ROW_PROVIDER, row->provider);
	put_word(cells, ROW_HOST_GROUP, row->host_group);
	put_text(cells, ROW_RHOST, row->rhost);
	put_text(cells, ROW_LHOST, row->lhost);
	put_time(cells, ROW_BOUNCED_AT, &row->bounced_at, &cells->bounced_at);
	put_time(cells, ROW_SENT_AT, &row->sent_at, &cells->sent_at);
	if (row->bounced_at.known && row->bounced_at.zone[0] != '\0')
		put_word(cells, ROW_TIMEZONE_OFFSET, row->bounced_at.zone);
	put_text(cells, ROW_MESSAGE_ID, row->message_id);
	put_text(cells, ROW_SUBJECT, row->subject);
	put_text(cells, ROW_LIST_ID, row->list_id);
	put_text(cells, ROW_FEEDBACK_TYPE, row->feedback_type);
	put_text(cells, ROW_FEEDBACK_ID, row->feedback_id);
	put_interval(cells, ROW_RETRY_AFTER, row->retry_after);
	put_words(cells, ROW_BLOCKLIST, row->blocklist, row->blocklist_count);
	put_address(cells, ROW_LISTED_IP, row->listed_ip);
	put_word(cells, ROW_DECODED_BY, row->decoded_by);
	if (row->token[0] != '\0')
		put_word(cells, ROW_TOKEN, row->token);
}

/* The next multiple of 'alignment', with zeros up to there. */
static char *
aligned(char *at, size_t alignment)
{
	while (((uintptr_t) at & (alignment - 1)) != 0)
		*at++ = '\0';
	return at;
}

bool
row_form(const BounceRow *row, const Charset *charset, Arena *arena, HeapTuple tuple)
{
	const size_t header_size = MAXALIGN(SizeofHeapTupleHeader + BITMAPLEN(ROW_ATTRIBUTES));
	Cells		cells;
	size_t		most = header_size;
	HeapTupleHeader header;
	char	   *at;
	int			i;

	cells.charset = charset;
	cells.arena = arena;
	memset(cells.cell, 0, sizeof(cells.cell));
	fill_cells(&cells, row);

	for (i = 0; i < ROW_ATTRIBUTES; i++)
		most += cells.cell[i].n + VARHDRSZ + MAXIMUM_ALIGNOF;
	header = arena_alloc(arena, most);
	if (header == NULL)
		return false;

	memset(header, 0, header_size);
	ItemPointerSetInvalid(&header->t_ctid);
	HeapTupleHeaderSetNatts(header, ROW_ATTRIBUTES);
	header->t_hoff = (uint8) header_size;
	header->t_infomask = HEAP_HASNULL | HEAP_HASVARWIDTH;

	at = (char *) header + header_size;
	for (i = 0; i < ROW_ATTRIBUTES; i++)
	{
		Slice		cell = cells.cell[i];

		if (cell.p == NULL)
			continue;
		header->t_bits[i >> 3] |= (bits8) (1 << (i & 7));
		if (others[i].alignment > 0)
		{
			at = aligned(at, others[i].alignment);
			memcpy(at, cell.p, cell.n);
			at += cell.n;
		}
		else
		{
			if (cell.n + VARHDRSZ_SHORT > VARATT_SHORT_MAX)
				at = aligned(at, ALIGNOF_INT);
			at = write_varlena(at, cell);
		}
	}

	tuple->t_len = (uint32) (at - (char *) header);
	ItemPointerSetInvalid(&tuple->t_self);
	tuple->t_tableOid = InvalidOid;
	tuple->t_data = header;
	return true;
}
