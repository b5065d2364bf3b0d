/*
 * row.c
 *	  From the library's BounceRow to Datums.
 *
 * Called once for each reported recipient, so it is kept cheap: texts get
 * their varlena header right in the arena, short ones the short header, which
 * the tuple then takes over as it is.  Decides nothing about bounces.
 */
#include "postgres.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "catalog/pg_type.h"
#include "datatype/timestamp.h"
#include "pg/row.h"
#include "utils/array.h"
#include "utils/inet.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* A longer text than this is no longer a text. */
#define MAX_TEXT_BYTES ((size_t) (MaxAllocSize - VARHDRSZ))

static const char *const kind_words[] = {
	[KIND_NONE] = NULL,
	[KIND_FAILURE] = "failure",
	[KIND_DELAY] = "delay",
	[KIND_COMPLAINT] = "complaint",
	[KIND_SUCCESS] = "success",
	[KIND_AUTOREPLY] = "autoreply",
	[KIND_RECEIPT] = "receipt",
	[KIND_CHALLENGE] = "challenge",
};

/* What row_fill() writes to, and what for. */
typedef struct Target
{
	const Charset *charset;
	Arena	   *arena;
	Datum	   *values;
	bool	   *isnull;
} Target;

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
	if (s.n + VARHDRSZ_SHORT <= VARATT_SHORT_MAX)
	{
		SET_VARSIZE_SHORT(datum, s.n + VARHDRSZ_SHORT);
		memcpy(datum + VARHDRSZ_SHORT, s.p, s.n);
	}
	else
	{
		SET_VARSIZE(datum, s.n + VARHDRSZ);
		memcpy(datum + VARHDRSZ, s.p, s.n);
	}
	return PointerGetDatum(datum);
}

static Slice
slice_of_word(const char *word)
{
	return word == NULL ? SLICE_NONE : slice(word, strlen(word));
}

static void
put(const Target *target, RowAttribute attribute, Datum value)
{
	target->values[attribute] = value;
	target->isnull[attribute] = false;
}

static void
put_text(const Target *target, RowAttribute attribute, Slice s)
{
	if (s.p != NULL)
		target->values[attribute] = row_text(s, target->charset, target->arena,
											 &target->isnull[attribute]);
}

static void
put_word(const Target *target, RowAttribute attribute, const char *word)
{
	put_text(target, attribute, slice_of_word(word));
}

static void
put_time(const Target *target, RowAttribute attribute, const MailDate *date)
{
	TimestampTz time;

	/* far inside of what a timestamp holds; see decode_date() */
	if (!date->known ||
		date->epoch < 0 || date->epoch > INT64CONST(253402300799))
		return;
	time = (TimestampTz) (date->epoch -
						  (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * (int64) SECS_PER_DAY) *
		USECS_PER_SEC;
	put(target, attribute, TimestampTzGetDatum(time));
}

static void
put_interval(const Target *target, RowAttribute attribute, int64 seconds)
{
	Interval   *interval;

	if (seconds < 0 || seconds > PG_INT64_MAX / USECS_PER_SEC)
		return;
	interval = (Interval *) arena_zalloc(target->arena, sizeof(Interval));
	if (interval == NULL)
		return;
	interval->time = seconds * USECS_PER_SEC;
	put(target, attribute, IntervalPGetDatum(interval));
}

static void
put_words(const Target *target, RowAttribute attribute,
		  const char *const *words, int count)
{
	Datum		elements[BOUNCE_MAX_BLOCKLISTS];
	int			filled = 0;
	int			i;

	for (i = 0; i < count && i < BOUNCE_MAX_BLOCKLISTS; i++)
	{
		bool		isnull;
		Datum		element = row_text(slice_of_word(words[i]), target->charset,
									   target->arena, &isnull);

		if (!isnull)
			elements[filled++] = element;
	}
	if (filled > 0)
		put(target, attribute,
			PointerGetDatum(construct_array(elements, filled, TEXTOID, -1, false, 'i')));
}

/*
 * An IPv4 or IPv6 address as inet.  The library has checked it; yet it is
 * read with inet_pton(), because inet_in() would raise an error.
 */
static void
put_address(const Target *target, RowAttribute attribute, Slice s)
{
	char		text[INET6_ADDRSTRLEN];
	inet	   *address;

	if (s.p == NULL || s.n == 0 || s.n >= sizeof(text))
		return;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';

	address = (inet *) arena_zalloc(target->arena, sizeof(inet));
	if (address == NULL)
		return;
	if (inet_pton(AF_INET, text, ip_addr(address)) == 1)
		ip_family(address) = PGSQL_AF_INET;
	else if (inet_pton(AF_INET6, text, ip_addr(address)) == 1)
		ip_family(address) = PGSQL_AF_INET6;
	else
		return;
	ip_bits(address) = ip_maxbits(address);
	SET_INET_VARSIZE(address);
	put(target, attribute, InetPGetDatum(address));
}

void
row_fill(const BounceRow *row, const Charset *charset, Arena *arena,
		 Datum *values, bool *isnull)
{
	Target		target = {charset, arena, values, isnull};

	memset(values, 0, sizeof(Datum) * ROW_ATTRIBUTES);
	memset(isnull, true, sizeof(bool) * ROW_ATTRIBUTES);

	put_word(&target, ROW_KIND, kind_words[row->kind]);
	put_text(&target, ROW_RECIPIENT, row->recipient);
	put_word(&target, ROW_REASON, row->reason);
	if (row->hard_bounce != TRUTH_NULL)
		put(&target, ROW_HARD_BOUNCE, BoolGetDatum(row->hard_bounce == TRUTH_TRUE));
	put_word(&target, ROW_FAULT, row->fault);
	put_word(&target, ROW_ADVICE, row->advice);
	put_word(&target, ROW_ACTION, row->action);
	put_text(&target, ROW_DELIVERY_STATUS, row->delivery_status);
	if (row->reply_code > 0 && row->reply_code <= PG_INT16_MAX)
		put(&target, ROW_REPLY_CODE, Int16GetDatum((int16) row->reply_code));
	put_word(&target, ROW_SMTP_COMMAND, row->smtp_command);
	put_text(&target, ROW_DIAGNOSTIC_TYPE, row->diagnostic_type);
	put_text(&target, ROW_DIAGNOSTIC_CODE, row->diagnostic_code);
	put_text(&target, ROW_ALIAS, row->alias);
	put_text(&target, ROW_VERP, row->verp);
	put_text(&target, ROW_ADDRESSER, row->addresser);
	put_text(&target, ROW_SENDER_DOMAIN, row->sender_domain);
	put_text(&target, ROW_DESTINATION, row->destination);
	put_word(&target, ROW_PROVIDER, row->provider);
	put_word(&target, ROW_HOST_GROUP, row->host_group);
	put_text(&target, ROW_RHOST, row->rhost);
	put_text(&target, ROW_LHOST, row->lhost);
	put_time(&target, ROW_BOUNCED_AT, &row->bounced_at);
	put_time(&target, ROW_SENT_AT, &row->sent_at);
	if (row->bounced_at.known && row->bounced_at.zone[0] != '\0')
		put_word(&target, ROW_TIMEZONE_OFFSET, row->bounced_at.zone);
	put_text(&target, ROW_MESSAGE_ID, row->message_id);
	put_text(&target, ROW_SUBJECT, row->subject);
	put_text(&target, ROW_LIST_ID, row->list_id);
	put_text(&target, ROW_FEEDBACK_TYPE, row->feedback_type);
	put_text(&target, ROW_FEEDBACK_ID, row->feedback_id);
	put_interval(&target, ROW_RETRY_AFTER, row->retry_after);
	put_words(&target, ROW_BLOCKLIST, row->blocklist, row->blocklist_count);
	put_address(&target, ROW_LISTED_IP, row->listed_ip);
	put_word(&target, ROW_DECODED_BY, row->decoded_by);
	if (row->token[0] != '\0')
		put_word(&target, ROW_TOKEN, row->token);
}
