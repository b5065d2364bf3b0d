/*
 * sns.c
 *	  Amazon SES's notifications in JSON, as Amazon SNS mails them.
 *
 * Keys may come in any order, so what they say is gathered first.  An SNS
 * envelope carries the notification as a string in "Message"; it is unwrapped
 * once.  EventBridge carries it as the object "detail".
 */
#include "mail/address.h"
#include "report/dsn.h"
#include "report/json.h"
#include "report/markers.h"
#include "report/sns.h"

#define PATH(reader, ...) \
	json_path_is(reader, (const char *const[]) {__VA_ARGS__}, \
				 (int) (sizeof((const char *const[]) {__VA_ARGS__}) / sizeof(const char *)))

/* bounceSubType and delayType to what they tell where the diagnostic is silent */
static const struct
{
	Slice		word;
	const char *reason;
}			sub_types[] = {
	{SLICE_LIT("Suppressed"), "suppressed"},
	{SLICE_LIT("OnAccountSuppressionList"), "suppressed"},
	{SLICE_LIT("UnsubscribedRecipient"), "suppressed"},
	{SLICE_LIT("NoEmail"), "userunknown"},
	{SLICE_LIT("MailboxFull"), "mailboxfull"},
	{SLICE_LIT("MessageTooLarge"), "emailtoolarge"},
	{SLICE_LIT("ContentRejected"), "contenterror"},
	{SLICE_LIT("AttachmentRejected"), "contenterror"},
	{SLICE_LIT("CustomTimeoutExceeded"), "expired"},
	{SLICE_LIT("InternalFailure"), "systemerror"},
	{SLICE_LIT("RecipientServerError"), "systemerror"},
	{SLICE_LIT("SpamDetected"), "spamdetected"},
	{SLICE_LIT("IPFailure"), "blocked"},
	{SLICE_LIT("SendingDeferral"), "ratelimited"},
	{SLICE_LIT("TransientCommunicationFailure"), "networkerror"},
	{SLICE_LIT("BYOIPHostNameLookupUnavailable"), "networkerror"},
};

/* An element of "headers", which has the fields of the message that was sent. */
typedef struct HeaderElement
{
	uint32_t	element;
	Slice		name;
	Slice		value;
} HeaderElement;

typedef struct Notice
{
	BounceKind	kind;
	Slice		sub_type;
	MailDate	happened;
	Slice		smtp_response;
	Slice		reporting_mta;
	Slice		feedback_type;
	Slice		message_id;
	Slice		envelope_message;	/* raw "Message" of an SNS envelope */

	/* of each delivery: the element of the list that it was read from, in rising order */
	uint32_t   *elements;
	size_t		allocated;

	HeaderElement *fields;
	size_t		field_count;
	size_t		fields_allocated;
} Notice;

/* A string's text. */
static Slice
unescaped(const Report *report, Slice raw)
{
	Slice		text = json_string(report->arena, raw);

	trail_source(report->trail, text, raw);
	return text;
}

static BounceKind
kind_of(Slice word)
{
	if (slice_equal(word, SLICE_LIT("Bounce")))
		return KIND_FAILURE;
	if (slice_equal(word, SLICE_LIT("Complaint")))
		return KIND_COMPLAINT;
	if (slice_equal(word, SLICE_LIT("Delivery")))
		return KIND_SUCCESS;
	if (slice_equal(word, SLICE_LIT("DeliveryDelay")))
		return KIND_DELAY;
	return KIND_NONE;
}

/* The delivery that was read from that element of a list, or NULL. */
static Delivery *
known_delivery(const Report *report, const Notice *notice, size_t first, uint32_t element)
{
	size_t		low = first;
	size_t		high = report->count;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (notice->elements[middle - first] == element)
			return &report->deliveries[middle];
		if (notice->elements[middle - first] < element)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The same, a new one where elements go on.  Those that say nothing get none. */
static Delivery *
delivery_of(Report *report, Notice *notice, size_t first, uint32_t element)
{
	size_t		count = report->count - first;
	uint32_t   *elements;
	Delivery   *delivery;

	if (count > 0 && notice->elements[count - 1] >= element)
		return notice->elements[count - 1] == element ? &report->deliveries[report->count - 1] :
			known_delivery(report, notice, first, element);
	elements = arena_grow(report->message_arena, notice->elements, count, &notice->allocated, sizeof(uint32_t));
	if (elements == NULL)
		return NULL;
	notice->elements = elements;
	delivery = report_add(report);
	if (delivery)
		elements[count] = element;
	return delivery;
}

/* Number of the element of the innermost array around the current value. */
static uint32_t
element_of(const JsonReader *reader)
{
	for (int i = reader->depth - 1; i >= 0; i--)
	{
		if (reader->in_array[i])
			return reader->element[i];
	}
	return 0;
}

static void
read_recipient(Report *report, Notice *notice, const JsonReader *reader, size_t first, Slice text)
{
	Delivery   *delivery = delivery_of(report, notice, first, element_of(reader));
	Slice		key = reader->keys[reader->depth - 1];

	if (delivery == NULL)
		return;
	if (reader->in_array[reader->depth - 1] || slice_equal(key, SLICE_LIT("emailAddress")))
	{
		delivery->recipient = address_clean(report->arena, text, true);
		delivery->named_by = "JSON";
		delivery->named_at = text;
	}
	else if (slice_equal(key, SLICE_LIT("status")))
		delivery->status = dsn_status(text);
	else if (slice_equal(key, SLICE_LIT("action")))
		delivery->action = slice_equal_nocase(text, SLICE_LIT("failed")) ? ACTION_FAILED : ACTION_NONE;
	else if (slice_equal(key, SLICE_LIT("diagnosticCode")))
	{
		size_t		semicolon = slice_find(slice(text.p, text.n < 24 ? text.n : 24), ';', 0);

		if (semicolon != SLICE_NPOS)
		{
			delivery->diagnostic_type = arena_copy_lower(report->arena, slice_trim(slice(text.p, semicolon)));
			text = slice(text.p + semicolon + 1, text.n - semicolon - 1);
		}
		delivery->diagnostic = slice_trim(slice(text.p, text.n < LIMIT_REPLY_BYTES ? text.n : LIMIT_REPLY_BYTES));
	}
}

/* The element of that number, a new one where they go on; NULL when LIMIT_HEADER_FIELDS is met or memory ran out. */
static HeaderElement *
header_element(Report *report, Notice *notice, uint32_t element)
{
	HeaderElement *fields;

	if (notice->field_count > 0 && notice->fields[notice->field_count - 1].element == element)
		return &notice->fields[notice->field_count - 1];
	if (notice->field_count >= LIMIT_HEADER_FIELDS)
		return NULL;
	fields = arena_grow(report->message_arena, notice->fields, notice->field_count, &notice->fields_allocated, sizeof(HeaderElement));
	if (fields == NULL)
		return NULL;
	notice->fields = fields;
	fields[notice->field_count] = (HeaderElement) {element, SLICE_NONE, SLICE_NONE};
	return &fields[notice->field_count++];
}

static void
read_header_element(Report *report, Notice *notice, const JsonReader *reader, Slice text)
{
	HeaderElement *field = header_element(report, notice, element_of(reader));

	if (field == NULL)
		return;
	if (slice_equal(reader->keys[reader->depth - 1], SLICE_LIT("name")))
		field->name = text;
	else
		field->value = text;
}

/* Where not all fields are reported, those that always are make do. */
static void
add_common_fields(Report *report, Notice *notice)
{
	const HeaderElement common[] = {
		{1, SLICE_LIT("From"), report->returned.from},
		{2, SLICE_LIT("Subject"), report->returned.subject},
		{3, SLICE_LIT("Message-ID"), report->returned.message_id},
	};

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
	{
		HeaderElement *field = common[i].value.n > 0 ? header_element(report, notice, common[i].element) : NULL;

		if (field)
			*field = common[i];
	}
}

/* The header of the message that was sent, as it was before it became JSON. */
static Slice
written_header(Arena *arena, const Notice *notice)
{
	size_t		size = 0;
	size_t		n = 0;
	char	   *out;

	for (size_t i = 0; i < notice->field_count; i++)
		size += notice->fields[i].name.n + notice->fields[i].value.n + 3;
	out = size > 0 ? arena_alloc(arena, size) : NULL;
	if (out == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i < notice->field_count; i++)
	{
		const Slice pieces[] = {notice->fields[i].name, SLICE_LIT(": "), notice->fields[i].value};

		for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++)
		{
			for (size_t at = 0; at < pieces[k].n; at++)
				out[n++] = pieces[k].p[at] == '\n' || pieces[k].p[at] == '\r' ? ' ' : pieces[k].p[at];
		}
		out[n++] = '\n';
	}
	return slice(out, n);
}

static void
read_value(Report *report, Notice *notice, const JsonReader *reader, size_t first, Slice text)
{
	Returned   *returned = &report->returned;

	if (PATH(reader, "notificationType") || PATH(reader, "eventType"))
		notice->kind = kind_of(text);
	else if (PATH(reader, "bounce", "bouncedRecipients", "emailAddress") ||
			 PATH(reader, "bounce", "bouncedRecipients", "status") ||
			 PATH(reader, "bounce", "bouncedRecipients", "action") ||
			 PATH(reader, "bounce", "bouncedRecipients", "diagnosticCode") ||
			 PATH(reader, "complaint", "complainedRecipients", "emailAddress") ||
			 PATH(reader, "delivery", "recipients") ||
			 PATH(reader, "deliveryDelay", "delayedRecipients", "emailAddress") ||
			 PATH(reader, "deliveryDelay", "delayedRecipients", "status") ||
			 PATH(reader, "deliveryDelay", "delayedRecipients", "diagnosticCode"))
		read_recipient(report, notice, reader, first, text);
	else if (PATH(reader, "bounce", "bounceSubType") || PATH(reader, "deliveryDelay", "delayType") ||
			 PATH(reader, "complaint", "complaintSubType"))
		notice->sub_type = text;
	else if (PATH(reader, "bounce", "timestamp") || PATH(reader, "complaint", "timestamp") ||
			 PATH(reader, "delivery", "timestamp") || PATH(reader, "deliveryDelay", "timestamp"))
		notice->happened = decode_date(text);
	else if (PATH(reader, "bounce", "reportingMTA") || PATH(reader, "delivery", "reportingMTA") ||
			 PATH(reader, "deliveryDelay", "reportingMTA"))
		notice->reporting_mta = text;
	else if (PATH(reader, "delivery", "smtpResponse"))
		notice->smtp_response = text;
	else if (PATH(reader, "complaint", "complaintFeedbackType"))
		notice->feedback_type = text;
	else if (PATH(reader, "mail", "source"))
		returned->from = text;
	else if (PATH(reader, "mail", "timestamp"))
		returned->date = decode_date(text);
	else if (PATH(reader, "mail", "messageId"))
		notice->message_id = text;
	else if (PATH(reader, "mail", "headers", "name") || PATH(reader, "mail", "headers", "value"))
		read_header_element(report, notice, reader, text);
	else if (PATH(reader, "mail", "commonHeaders", "subject"))
		returned->subject = text;
	else if (PATH(reader, "mail", "commonHeaders", "messageId"))
		returned->message_id = text;
	else if (PATH(reader, "mail", "commonHeaders", "from"))
		returned->from = text;
}

/* Where the value stands, seen from within EventBridge's "detail". */
static void
step_into_detail(JsonReader *place)
{
	if (place->depth < 2 || place->depth > JSON_DEPTH || !json_key_is(place->keys[0], "detail"))
		return;
	place->depth--;
	memmove(place->keys, place->keys + 1, (size_t) place->depth * sizeof(place->keys[0]));
	memmove(place->in_array, place->in_array + 1, (size_t) place->depth * sizeof(place->in_array[0]));
	memmove(place->element, place->element + 1, (size_t) place->depth * sizeof(place->element[0]));
}

static void
read_notice(Report *report, Slice text, size_t first, Notice *notice)
{
	JsonReader	reader = {.text = text};
	JsonValue	value;
	unsigned int values = 0;

	while (json_next(&reader, &value))
	{
		if ((++values & 0xfff) == 0)
			arena_interrupt(report->arena);
		if (!value.is_string)
			continue;
		if (PATH(&reader, "Message"))
			notice->envelope_message = value.raw;
		else if (reader.depth <= JSON_DEPTH)
		{
			JsonReader	place = reader;
			Slice		top;

			step_into_detail(&place);
			/* only strings that are wanted are worth unescaping: those of these objects */
			top = place.keys[0];

			if (json_key_is(top, "bounce") || json_key_is(top, "complaint") ||
				json_key_is(top, "delivery") || json_key_is(top, "deliveryDelay") ||
				json_key_is(top, "mail") || json_key_is(top, "notificationType") ||
				json_key_is(top, "eventType"))
				read_value(report, notice, &place, first, unescaped(report, value.raw));
		}
	}
}

#define PREFACE_BYTES 4096		/* a gateway's warning may stand before the notification */

/* Where an object opens: a brace and its first key. */
static size_t
find_object(Slice text)
{
	size_t		open = 0;

	while ((open = slice_find(text, '{', open)) != SLICE_NPOS)
	{
		size_t		next = open + 1;

		while (next < text.n && ascii_is_space(text.p[next]))
			next++;
		if (next < text.n && text.p[next] == '"')
			return open;
		open = next;
	}
	return SLICE_NPOS;
}

bool
sns_read(Report *report, Slice text)
{
	Notice		notice = {0};
	size_t		first = report->count;
	size_t		open;
	size_t		named;

	text = slice_trim(text);
	open = find_object(slice(text.p, text.n < PREFACE_BYTES ? text.n : PREFACE_BYTES));
	if (open == SLICE_NPOS)
		return false;
	/* people, too, write about JSON */
	if (open > 0 && slice_find_nocase(mime_field(report->header, SLICE_LIT("From")), SLICE_LIT("sns.amazonaws.com"), 0) == SLICE_NPOS)
		return false;
	text = slice(text.p + open, text.n - open);
	read_notice(report, text, first, &notice);
	if (notice.kind == KIND_NONE && notice.envelope_message.n > 0)
		read_notice(report, unescaped(report, notice.envelope_message), first, &notice);
	if (notice.kind == KIND_NONE)
	{
		report->count = first;
		return false;
	}
	report->returned.present = true;
	if (notice.field_count == 0)
		add_common_fields(report, &notice);
	report->returned.header = written_header(report->message_arena, &notice);
	if (report->returned.message_id.n == 0)
		report->returned.message_id = notice.message_id;
	if (notice.happened.known)
		report->date = notice.happened;
	report->reporting_mta = notice.reporting_mta;
	if (slice_starts_nocase(report->reporting_mta, SLICE_LIT("dsn;")) || slice_starts_nocase(report->reporting_mta, SLICE_LIT("dns;")))
		report->reporting_mta = slice_trim(slice(report->reporting_mta.p + 4, report->reporting_mta.n - 4));
	if (notice.kind == KIND_COMPLAINT)
		report->feedback_type = notice.feedback_type.n ? arena_copy_lower(report->arena, notice.feedback_type) : SLICE_LIT("abuse");
	for (size_t i = first; i < report->count; i++)
	{
		Delivery   *delivery = &report->deliveries[i];

		delivery->kind = notice.kind;
		if (notice.kind == KIND_SUCCESS)
		{
			delivery->action = ACTION_DELIVERED;
			delivery->diagnostic = notice.smtp_response;
		}
		else if (notice.kind == KIND_DELAY)
			delivery->action = ACTION_DELAYED;
		for (size_t k = 0; k < sizeof(sub_types) / sizeof(sub_types[0]); k++)
		{
			if (slice_equal(notice.sub_type, sub_types[k].word))
				delivery->fallback_reason = sub_types[k].reason;
		}
	}
	/* elements without a recipient are none */
	named = first;
	for (size_t i = first; i < report->count; i++)
	{
		if (report->deliveries[i].recipient.n > 0)
			report->deliveries[named++] = report->deliveries[i];
	}
	report->count = named > first ? named : report->count > first ? first + 1 : first;
	report->decoder = report_decoder("SNS");
	return true;
}
