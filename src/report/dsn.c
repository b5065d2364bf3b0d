/*
 * dsn.c
 *	  Delivery status notifications: RFC 3464, RFC 6533, and what MTAs make of
 *	  them.
 *
 * The fields stand in the message/delivery-status part; gateways put them
 * into text/plain parts or glue the groups together, so nothing but the
 * fields themselves is relied on.
 */
#include "mail/address.h"
#include "mail/utf8.h"
#include "report/dsn.h"

/* A report holds fewer than LIMIT_HELD_RECIPIENTS, but so many, where their fields have so many bytes. */
#define MIN_HELD 64

typedef enum DsnField
{
	FIELD_OTHER,
	FIELD_REPORTING_MTA,
	FIELD_ARRIVAL_DATE,
	FIELD_ORIGINAL_RECIPIENT,
	FIELD_FINAL_RECIPIENT,
	FIELD_ACTUAL_RECIPIENT,
	FIELD_ACTION,
	FIELD_STATUS,
	FIELD_DIAGNOSTIC,
	FIELD_REMOTE_MTA,
	FIELD_LAST_ATTEMPT,
	FIELD_SUPPLEMENTARY,
	FIELD_VENDOR_TEXT
} DsnField;

static const struct
{
	Slice		name;
	DsnField	field;
}			dsn_fields[] = {
	{SLICE_LIT("Final-Recipient"), FIELD_FINAL_RECIPIENT},
	{SLICE_LIT("Original-Recipient"), FIELD_ORIGINAL_RECIPIENT},
	{SLICE_LIT("Action"), FIELD_ACTION},
	{SLICE_LIT("Status"), FIELD_STATUS},
	{SLICE_LIT("Diagnostic-Code"), FIELD_DIAGNOSTIC},
	{SLICE_LIT("Remote-MTA"), FIELD_REMOTE_MTA},
	{SLICE_LIT("Last-Attempt-Date"), FIELD_LAST_ATTEMPT},
	{SLICE_LIT("Reporting-MTA"), FIELD_REPORTING_MTA},
	{SLICE_LIT("Arrival-Date"), FIELD_ARRIVAL_DATE},
	/* Sendmail: the address that an alias led to */
	{SLICE_LIT("X-Actual-Recipient"), FIELD_ACTUAL_RECIPIENT},
	/* Exchange 2007 and newer */
	{SLICE_LIT("X-Supplementary-Info"), FIELD_SUPPLEMENTARY},
	/* Courier */
	{SLICE_LIT("X-Network-Error"), FIELD_VENDOR_TEXT},
	/* Novell GroupWise, IronPort and gateways that write it beside an empty Diagnostic-Code */
	{SLICE_LIT("X-Diagnostic-Code"), FIELD_VENDOR_TEXT},
	{SLICE_LIT("X-Notes"), FIELD_VENDOR_TEXT},
	/* PowerMTA's own class, a word: a hint where the rest is silent */
	{SLICE_LIT("X-PowerMTA-BounceCategory"), FIELD_VENDOR_TEXT},
};

/* What the current recipient group has had already. */
typedef struct Group
{
	Delivery   *delivery;
	uint32_t	seen;			/* bits of DsnField */
	bool		blank_behind;	/* a blank line came after its last field */
	int			vendor_fields;
	size_t		vendor_room;	/* bytes that may stand where their texts are; 0: they are not ours to write to */
	Slice		fields;			/* the first vendor's field */
} Group;

static DsnField
field_of(Slice name)
{
	for (size_t i = 0; i < sizeof(dsn_fields) / sizeof(dsn_fields[0]); i++)
	{
		if (slice_equal_nocase(name, dsn_fields[i].name))
			return dsn_fields[i].field;
	}
	return FIELD_OTHER;
}

/* RFC 3464 2.3.3, with a comment or without: "failed (to ...)" */
static Action
action_of(Slice value)
{
	static const struct
	{
		Slice		word;
		Action		action;
	}			words[] = {
		{SLICE_LIT("failed"), ACTION_FAILED},
		{SLICE_LIT("failure"), ACTION_FAILED},
		{SLICE_LIT("fail"), ACTION_FAILED},
		{SLICE_LIT("expired"), ACTION_FAILED},
		{SLICE_LIT("error"), ACTION_FAILED},	/* OpenSMTPD before 6 */
		{SLICE_LIT("delayed"), ACTION_DELAYED},
		{SLICE_LIT("deferred"), ACTION_DELAYED},
		{SLICE_LIT("delivered"), ACTION_DELIVERED},
		{SLICE_LIT("relayed"), ACTION_RELAYED},
		{SLICE_LIT("expanded"), ACTION_EXPANDED},
		/* Postfix's answer to "sendmail -bv": nothing was sent, but the address was accepted, or not */
		{SLICE_LIT("deliverable"), ACTION_DELIVERED},
		{SLICE_LIT("undeliverable"), ACTION_FAILED},
	};
	size_t		n = 0;

	while (n < value.n && (ascii_is_alpha(value.p[n]) || value.p[n] == '-'))
		n++;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		if (slice_equal_nocase(slice(value.p, n), words[i].word))
			return words[i].action;
	}
	return n > 0 ? ACTION_OTHER : ACTION_NONE;
}

Slice
dsn_name(Arena *arena, Slice value)
{
	size_t		semicolon;
	size_t		n = 0;

	value = mime_without_comments(arena, value);
	semicolon = slice_find(value, ';', 0);
	if (semicolon != SLICE_NPOS && semicolon <= 24)
		value = slice_trim(slice(value.p + semicolon + 1, value.n - semicolon - 1));
	while (n < value.n && !ascii_is_space(value.p[n]) && value.p[n] != ';' && value.p[n] != ',')
		n++;
	value.n = n;
	if (value.n > 2 && value.p[0] == '[' && value.p[value.n - 1] == ']')
		value = slice(value.p + 1, value.n - 2);
	if (value.n > 2 && value.p[0] == '<' && value.p[value.n - 1] == '>')
		value = slice(value.p + 1, value.n - 2);
	while (value.n > 0 && value.p[value.n - 1] == '.')
		value.n--;
	return value;
}

bool
dsn_is_program(Slice address)
{
	return address.n > 2 && address.p[0] == '"' && (address.p[1] == '|' || address.p[1] == '/');
}

Slice
dsn_status(Slice value)
{
	size_t		n = 0;
	int			dots = 0;

	while (n < value.n && (ascii_is_digit(value.p[n]) || (value.p[n] == '.' && dots < 2)))
		dots += value.p[n++] == '.';
	if (dots != 2 || n < 5 || n > 9 || value.p[1] != '.' || !ascii_is_digit(value.p[n - 1]) ||
		(value.p[0] != '2' && value.p[0] != '4' && value.p[0] != '5'))
		return SLICE_NONE;
	return slice(value.p, n);
}

/*
 * RFC 6533 3: addresses of type utf-8 may be written in ASCII, each other
 * character as "\x{E4}".  Returns the value with these decoded.
 */
static Slice
without_escapes(Arena *arena, Slice value)
{
	char	   *out;
	size_t		n = 0;

	if (value.n > LIMIT_FIELD_BYTES)
		value.n = LIMIT_FIELD_BYTES;
	if (slice_find_nocase(value, SLICE_LIT("\\x{"), 0) == SLICE_NPOS ||
		!slice_starts_nocase(value, SLICE_LIT("utf-8")))
		return value;
	out = arena_alloc(arena, value.n);
	if (out == NULL)
		return value;
	for (size_t i = 0; i < value.n; i++)
	{
		uint32_t	c = 0;
		size_t		k = i + 3;

		if (i + 4 < value.n && value.p[i] == '\\' && value.p[i + 1] == 'x' && value.p[i + 2] == '{')
		{
			for (; k < value.n && k < i + 9 && value.p[k] != '}'; k++)
			{
				char		d = ascii_lower(value.p[k]);

				if (ascii_is_digit(d))
					c = c * 16 + (uint32_t) (d - '0');
				else if (d >= 'a' && d <= 'f')
					c = c * 16 + (uint32_t) (d - 'a' + 10);
				else
					break;
			}
		}
		/* a NUL, a surrogate or what is no escape stays as it is; the others need fewer bytes than they had */
		if (c >= ' ' && c <= 0x10ffff && !(c >= 0xd800 && c < 0xe000) && k < value.n && value.p[k] == '}')
		{
			n += utf8_put(out + n, c);
			i = k;
		}
		else
			out[n++] = value.p[i];
	}
	return slice(out, n);
}

/* Is all of it xtext, with "+" and "=" as "+2B" and "+3D"?  Subaddresses look almost so: "a+2bob@example.com". */
static bool
is_xtext(Slice address)
{
	bool		any = false;

	for (size_t i = 0; i < address.n; i++)
	{
		if (address.p[i] == '=')
			return false;
		if (address.p[i] != '+')
			continue;
		/* RFC 3461 4: hexadecimal digits of capitals only */
		if (i + 2 >= address.n || (memcmp(address.p + i, "+2B", 3) != 0 && memcmp(address.p + i, "+3D", 3) != 0))
			return false;
		any = true;
	}
	return any;
}

/*
 * RFC 3461 4: ORCPT holds "+" and "=" as "+2B" and "+3D"; the reporting host
 * should have decoded them, and not all do.
 */
static Slice
without_xtext(Arena *arena, Slice value)
{
	char	   *out = is_xtext(value) ? arena_alloc(arena, value.n) : NULL;
	size_t		n = 0;

	if (out == NULL)
		return value;
	for (size_t i = 0; i < value.n; i++)
	{
		if (value.p[i] != '+')
		{
			out[n++] = value.p[i];
			continue;
		}
		out[n++] = value.p[i + 1] == '2' ? '+' : '=';
		i += 2;
	}
	return slice(out, n);
}

/* McAfee's "<a@b>; 550 <a@b> unknown": what stands behind the address, from the semicolon on. */
static Slice
remark_behind(Slice value)
{
	size_t		end = value.n > 0 && value.p[0] == '<' ? slice_find(value, '>', 0) : SLICE_NPOS;

	if (end == SLICE_NPOS)
		return SLICE_NONE;
	for (end++; end < value.n && ascii_is_space(value.p[end]); end++)
		;
	return end < value.n && value.p[end] == ';' ? slice(value.p + end, value.n - end) : SLICE_NONE;
}

/* "smtp; 550 ..." into type and text; a text without a known kind of type is all text. */
static void
read_diagnostic(Report *report, Delivery *delivery, Slice value)
{
	Slice		written = value;
	size_t		semicolon;

	value = arena_bounded(report->arena, value, LIMIT_REPLY_BYTES * 2, BOUND_REPLY_BYTES);
	value = decode_header(report->arena, value);
	semicolon = slice_find(value, ';', 0);
	if (semicolon != SLICE_NPOS && semicolon > 0 && semicolon <= 24)
	{
		Slice		type = slice_trim(slice(value.p, semicolon));
		bool		is_type = type.n > 0;

		for (size_t i = 0; i < type.n; i++)
			is_type = is_type && (ascii_is_alnum(type.p[i]) || type.p[i] == '-' || type.p[i] == '_');
		if (is_type)
		{
			delivery->diagnostic_type = arena_copy_lower(report->arena, type);
			value = slice_trim(slice(value.p + semicolon + 1, value.n - semicolon - 1));
		}
	}
	delivery->diagnostic = value;
	trail_source(report->trail, value, written);
}

static void
append_vendor(Report *report, Group *group, Slice value)
{
	Delivery   *delivery = group->delivery;
	Slice		text = decode_header(report->arena, ARENA_BOUNDED(report->arena, value, REPLY_BYTES));
	char	   *joined;
	size_t		n;

	if (++group->vendor_fields > LIMIT_VENDOR_FIELDS)
	{
		arena_meet(report->arena, BOUND_VENDOR_FIELDS);
		return;
	}
	if (delivery->vendor.n == 0)
	{
		group->fields = value;
		delivery->vendor = text;
		trail_source(report->trail, text, value);
		return;
	}
	if (delivery->vendor.n > LIMIT_REPLY_BYTES)
	{
		arena_meet(report->arena, BOUND_REPLY_BYTES);
		return;
	}
	n = delivery->vendor.n + 1 + text.n;
	joined = (char *) delivery->vendor.p;
	if (n > group->vendor_room)
	{
		joined = arena_alloc(report->arena, 2 * n);
		if (joined == NULL)
			return;
		memcpy(joined, delivery->vendor.p, delivery->vendor.n);
		group->vendor_room = 2 * n;
	}
	joined[delivery->vendor.n] = '\n';
	if (text.n)
		memcpy(joined + delivery->vendor.n + 1, text.p, text.n);
	delivery->vendor = slice(joined, n);
	/* the fields of a recipient stand together */
	trail_source(report->trail, delivery->vendor, slice_between(group->fields.p, value.p + value.n));
}

/* Exchange: "<host #5.0.0 smtp;550 words>", all there is when it wrote no Diagnostic-Code. */
static void
read_supplementary(Report *report, Group *group, Slice value)
{
	Delivery   *delivery = group->delivery;
	size_t		at = slice_find_nocase(value, SLICE_LIT("smtp;"), 0);
	size_t		hash = slice_find(value, '#', 0);

	append_vendor(report, group, value);
	if (at == SLICE_NPOS || at > 512 || at + 6 > value.n || !ascii_is_digit(value.p[at + 5]))
		return;
	if (delivery->rhost.n == 0 && hash != SLICE_NPOS && hash > 1 && hash < at && value.p[0] == '<')
		delivery->rhost = dsn_name(report->arena, slice(value.p + 1, hash - 1));
	if (delivery->diagnostic.n > 0)
		return;
	value = slice_between(value.p + at, value.p + value.n);
	if (value.p[value.n - 1] == '>')
		value.n--;
	read_diagnostic(report, delivery, value);
}

/* Does this field begin a group of its own? */
static bool
starts_group(const Group *group, DsnField field)
{
	uint32_t	recipients = (1u << FIELD_ORIGINAL_RECIPIENT) | (1u << FIELD_FINAL_RECIPIENT);

	if (group->delivery == NULL)
		return true;
	if (field == FIELD_VENDOR_TEXT || field == FIELD_SUPPLEMENTARY)
		return false;
	if (group->seen & (1u << field))
		return true;
	return group->blank_behind && ((1u << field) & recipients) && (group->seen & recipients);
}

/* The second Original-Recipient or Diagnostic-Code of one group adds nothing. */
static bool
adds_nothing(const Group *group, DsnField field)
{
	return group->delivery && !group->blank_behind &&
		(field == FIELD_DIAGNOSTIC || field == FIELD_REMOTE_MTA || field == FIELD_LAST_ATTEMPT);
}

/* Would the field add a delivery to the report? */
static bool
adds_delivery(const Group *group, DsnField field)
{
	return field != FIELD_OTHER && field != FIELD_REPORTING_MTA && field != FIELD_ARRIVAL_DATE &&
		starts_group(group, field) && !adds_nothing(group, field);
}

static void
read_field(Report *report, Group *group, DsnField field, Slice value)
{
	Arena	   *arena = report->arena;
	Delivery   *delivery;
	Slice		remark;

	switch (field)
	{
		case FIELD_OTHER:
			return;
		case FIELD_REPORTING_MTA:
			if (report->reporting_mta.n == 0)
				report->reporting_mta = dsn_name(arena, value);
			return;
		case FIELD_ARRIVAL_DATE:
			if (!report->arrival.known)
				report->arrival = report_date(report, value);
			return;
		default:
			break;
	}

	if (starts_group(group, field))
	{
		if (adds_nothing(group, field))
			return;
		group->delivery = report_add(report);
		group->seen = 0;
		group->vendor_fields = 0;
		group->vendor_room = 0;
	}
	delivery = group->delivery;
	if (delivery == NULL)
		return;
	group->seen |= 1u << field;
	group->blank_behind = false;

	switch (field)
	{
		case FIELD_FINAL_RECIPIENT:
			remark = remark_behind(value);
			if (remark.n > 0)
			{
				append_vendor(report, group, remark);
				value.n = (size_t) (remark.p - value.p);
			}
			delivery->recipient = address_clean(arena, without_escapes(arena, value), false);
			delivery->named_by = "Final-Recipient";
			delivery->named_at = value;
			break;
		case FIELD_ORIGINAL_RECIPIENT:
			delivery->alias = address_clean(arena, without_xtext(arena, without_escapes(arena, value)), true);
			delivery->alias_at = value;
			break;
		case FIELD_ACTUAL_RECIPIENT:
			/* Sendmail's own mailbox behind the address; the address is what was mailed */
			delivery->actual = address_clean(arena, value, true);
			if (delivery->recipient.n == 0)
			{
				delivery->recipient = delivery->actual;
				delivery->named_by = "X-Actual-Recipient";
				delivery->named_at = value;
			}
			break;
		case FIELD_ACTION:
			delivery->action = action_of(value);
			break;
		case FIELD_STATUS:
			delivery->status = dsn_status(slice_trim(value));
			/* James and Kerio write the reason behind the number */
			if (delivery->status.n > 0 && delivery->status.n + 2 < value.n)
				append_vendor(report, group,
							  slice(value.p + delivery->status.n, value.n - delivery->status.n));
			else if (delivery->status.n == 0)
				append_vendor(report, group, value);
			break;
		case FIELD_DIAGNOSTIC:
			read_diagnostic(report, delivery, value);
			break;
		case FIELD_REMOTE_MTA:
			delivery->rhost = dsn_name(arena, value);
			break;
		case FIELD_LAST_ATTEMPT:
			delivery->attempted = report_date(report, value);
			break;
		case FIELD_SUPPLEMENTARY:
			read_supplementary(report, group, value);
			break;
		case FIELD_VENDOR_TEXT:
		default:				/* the fields of the message have returned above */
			append_vendor(report, group, value);
			break;
	}
}

/* What the fields of each delivery from 'first' on say together. */
static void
complete_groups(Report *report, size_t first)
{
	static const BounceKind kinds[] = {
		[ACTION_NONE] = KIND_FAILURE,
		[ACTION_FAILED] = KIND_FAILURE,
		[ACTION_DELAYED] = KIND_DELAY,
		[ACTION_DELIVERED] = KIND_SUCCESS,
		[ACTION_RELAYED] = KIND_SUCCESS,
		[ACTION_EXPANDED] = KIND_SUCCESS,
		[ACTION_OTHER] = KIND_NONE, /* a word that nobody defined */
	};

	for (size_t i = first; i < report->count; i++)
	{
		Delivery   *delivery = &report->deliveries[i];

		if (delivery->action == ACTION_NONE && delivery->status.n > 0 && delivery->status.p[0] == '2')
			delivery->kind = KIND_SUCCESS;
		else
			delivery->kind = kinds[delivery->action];
		if (delivery->recipient.n == 0 ||
			address_domain(delivery->recipient).n == 0 || dsn_is_program(delivery->recipient))
		{
			/* only Original-Recipient, or a pipe or file as the final one */
			if (delivery->alias.n > 0)
			{
				delivery->recipient = delivery->alias;
				delivery->named_by = "Original-Recipient";
				delivery->named_at = delivery->alias_at;
				delivery->alias = SLICE_NONE;
			}
			else if (delivery->recipient.n > 0 &&
					 (delivery->recipient.p[0] == '/' || delivery->recipient.p[0] == '|' || dsn_is_program(delivery->recipient)))
				delivery->recipient = SLICE_NONE;
		}
		if (slice_equal(delivery->alias, delivery->recipient))
			delivery->alias = SLICE_NONE;
	}
}

struct DsnReader
{
	Slice		text;
	char		line_end;
	size_t		offset;
	size_t		lines;
	Group		group;

	/* a field is complete when the next one begins, so each is read one step late */
	Slice		name;
	Slice		value;
	Slice		line;			/* the one behind it */
	bool		more;			/* there is one */
	bool		waits;			/* the field would have been one delivery too many */
};

/* Takes the next line in; true when it goes on with the field before it. */
static bool
next_line(DsnReader *reader)
{
	Slice		line;

	reader->more = mime_next_line(reader->text, reader->line_end, &reader->offset, &line);
	if (!reader->more)
		return false;
	reader->line = line;
	if (line.n == 0 || (line.p[0] != ' ' && line.p[0] != '\t') || reader->name.n == 0)
		return false;
	if (slice_trim(line).n > 0)
		reader->value = slice_between(reader->value.p, line.p + line.n);
	return true;
}

/* The line, if it is a field, is the next one to be read. */
static void
begin_field(DsnReader *reader)
{
	Slice		line = reader->line;
	size_t		colon;

	reader->name = SLICE_NONE;
	if (slice_trim(line).n == 0)
	{
		reader->group.blank_behind = true;
		return;
	}
	colon = slice_find(slice(line.p, line.n < 64 ? line.n : 64), ':', 0);
	if (colon == SLICE_NPOS)
		return;
	reader->name = slice_trim(slice(line.p, colon));
	reader->value = slice(line.p + colon + 1, line.n - colon - 1);
}

/* Does the report hold enough for now? */
static bool
is_full(const Report *report, size_t bytes)
{
	return report->count >= LIMIT_HELD_RECIPIENTS || (report->count >= MIN_HELD && bytes >= LIMIT_HELD_BYTES);
}

/* Reads fields until the text ends or one more delivery would be too many: then true. */
static bool
read_fields(Report *report, DsnReader *reader, bool all)
{
	size_t		start = reader->offset;

	for (;;)
	{
		if ((++reader->lines & 0xfff) == 0)
			arena_interrupt(report->arena);
		if (!reader->waits && next_line(reader))
			continue;
		reader->waits = false;
		if (reader->name.n > 0)
		{
			DsnField	field = field_of(reader->name);

			if (is_full(report, reader->offset - start) && adds_delivery(&reader->group, field))
			{
				arena_meet(report->message_arena, report->count >= LIMIT_HELD_RECIPIENTS ? BOUND_HELD_RECIPIENTS : BOUND_HELD_BYTES);
				if (!all)
				{
					reader->waits = true;
					return true;
				}
			}
			read_field(report, &reader->group, field, slice_trim(reader->value));
		}
		if (!reader->more)
			return false;
		begin_field(reader);
	}
}

DsnReader *
dsn_begin(Arena *arena, Slice text, char line_end)
{
	DsnReader  *reader = arena_zalloc(arena, sizeof(DsnReader));

	if (reader)
	{
		reader->text = text;
		reader->line_end = line_end;
	}
	return reader;
}

bool
dsn_read_on(Report *report, DsnReader *reader, bool all)
{
	size_t		first = report->count;
	bool		left = read_fields(report, reader, all);

	complete_groups(report, first);
	return left;
}

void
dsn_read(Report *report, Slice text, char line_end)
{
	DsnReader	reader = {.text = text, .line_end = line_end};

	(void) dsn_read_on(report, &reader, true);
}

bool
dsn_is_in(Slice text, char line_end, size_t *start)
{
	size_t		offset = 0;
	size_t		before = 0;
	size_t		message_fields = SLICE_NPOS;
	Slice		line;

	while (mime_next_line(text, line_end, &offset, &line))
	{
		char		first = line.n > 10 ? ascii_lower(line.p[0]) : '\0';

		if (first == 'r' && slice_starts_nocase(line, SLICE_LIT("Reporting-MTA:")))
			message_fields = before;
		else if ((first == 'f' && slice_starts_nocase(line, SLICE_LIT("Final-Recipient:"))) ||
				 (first == 'o' && slice_starts_nocase(line, SLICE_LIT("Original-Recipient:"))) ||
				 (first == 'a' && slice_starts_nocase(line, SLICE_LIT("Action: failed"))))
		{
			*start = message_fields != SLICE_NPOS ? message_fields : before;
			return true;
		}
		before = offset;
	}
	return false;
}
