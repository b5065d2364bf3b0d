/*
 * webhook.c
 *	  Events in JSON, as mail services report them.
 *
 * What a service calls things stands in data/webhook*.tsv; here is how an
 * event of any service becomes a report.  Its values are gathered by path,
 * the service is the first whose paths are there, and then one pass over the
 * service's paths fills the report and, by the number of the array's element,
 * each recipient.
 */
#include "classify/vocabulary.h"
#include "mail/address.h"
#include "report/dsn.h"
#include "report/markers.h"
#include "report/webhook.h"
#include "report/webhook_facts.h"
#include "report/webhook_header.h"
#include "report/webhook_tables.h"
#include "report/webhook_value.h"

/* An event while it is read. */
typedef struct Event
{
	Report	   *report;
	Facts		facts;
	const Webhook *webhook;
	const WebhookField *fields;
	bool		has_event;		/* a word says what happened */
	BounceKind	kind;
	const char *hint;			/* the reason that the service's class tells, or NULL */
	Slice		hinted_by;
	const char *knows;			/* the same, where it did not try */
	Slice		known_by;
	Delivery	all;			/* what holds for each recipient */
	Slice		parts[WEBHOOK_ATTRIBUTES];	/* texts of which the diagnostic is made */
	uint32_t   *delivery_of;	/* by element: number of the delivery + 1, 0 for none */
	size_t		elements;
} Event;

static const char *
reason_word(uint16_t reason)
{
	return reason < REASON_COUNT ? knowledge_reasons[reason].reason : NULL;
}

/* Are the paths there that tell the service? */
static bool
is_of(const Facts *facts, const Webhook *webhook)
{
	const WebhookNeed *needs = &knowledge_webhook_needs[webhook->first_need];
	bool		met = false;

	for (size_t i = 0; i < webhook->need_count; i++)
	{
		met |= facts_first(facts, needs[i].path) != NULL;
		if (!needs[i].last)
			continue;
		if (!met)
			return false;
		met = false;
	}
	return true;
}

/* ------------------------------------------------------------------------
 * What happened, and why in the service's own words
 * ------------------------------------------------------------------------ */

static bool
is_word(KnownText word, Slice s)
{
	const char *text = known(word);

	return text && slice_equal_nocase(slice(text, strlen(text)), s);
}

/* The row of the event, of the class or, where that is empty, of none. */
static const WebhookEvent *
find_event(const Webhook *webhook, Slice event, Slice class)
{
	const WebhookEvent *rows = &knowledge_webhook_events[webhook->first_event];
	const WebhookEvent *of_any = NULL;

	for (size_t i = 0; i < webhook->event_count; i++)
	{
		if (class.n == 0 ? known(rows[i].class) != NULL : !is_word(rows[i].class, class))
			continue;
		if (is_word(rows[i].event, event))
			return &rows[i];
		if (is_word(rows[i].event, SLICE_LIT("*")))
			of_any = &rows[i];
	}
	return of_any;
}

/* A class: the value, for a truth value its key and itself. */
static Slice
class_of(Event *event, const WebhookField *field, const Fact *fact)
{
	Slice		text = facts_text(&event->facts, fact);
	const char *path = known(knowledge_webhook_paths[field->path]);
	const char *key;

	if (fact->is_string || !(slice_equal(text, SLICE_LIT("true")) || slice_equal(text, SLICE_LIT("false"))))
		return text;
	key = strrchr(path, '.') ? strrchr(path, '.') + 1 : path;
	return value_join(event->report->arena, slice(key, strlen(key)), '=', text);
}

/* Takes note of the reason that a word tells; the first such word counts, but for "Uncategorized" and its like. */
static void
note_reason(Event *event, const char *reason, bool knows, Slice word)
{
	const char **slot = knows ? &event->knows : &event->hint;

	if (reason == NULL || (*slot != NULL && strcmp(*slot, reason_word(REASON_UNDEFINED)) != 0))
		return;
	*slot = reason;
	if (knows)
		event->known_by = word;
	else
		event->hinted_by = word;
}

static void
read_class(Event *event, Slice word, Slice class)
{
	const WebhookEvent *row = class.n > 0 ? find_event(event->webhook, word, class) : NULL;
	const char *vocabulary = known(event->webhook->vocabulary);

	if (row == NULL)
	{
		if (vocabulary && class.n > 0)
			note_reason(event, reason_word(vocabulary_reason(slice(vocabulary, strlen(vocabulary)), class)), false, class);
		return;
	}
	if (row->has_kind)
	{
		event->kind = row->kind;
		event->has_event = true;
	}
	note_reason(event, reason_word(row->reason), row->knows, class);
}

/*
 * The word that says what happened: the first that the service is known to use;
 * false when it uses none of them.  A vague one behind one that is nobody's
 * ("payment", "failed") says nothing by itself.
 */
static bool
read_kind(Event *event)
{
	const WebhookEvent *row = NULL;
	Slice		word = SLICE_NONE;
	bool		told = false;
	bool		is_doubtful = false;

	for (size_t i = 0; i < event->webhook->field_count && row == NULL; i++)
	{
		const WebhookField *field = &event->fields[i];
		const Fact *fact = field->attribute == WEBHOOK_EVENT ? facts_first(&event->facts, field->path) : NULL;
		Slice		text = fact ? facts_text(&event->facts, fact) : SLICE_NONE;

		/* "5.1.1", where the status stands in the same place */
		if (text.n == 0 || !ascii_is_alpha(text.p[0]))
			continue;
		row = find_event(event->webhook, text, SLICE_NONE);
		is_doubtful = row && row->vague && told;
		told = true;
		word = text;
	}
	event->has_event = told && !is_doubtful;
	event->report->event = word;
	if (!told)
	{
		word = SLICE_LIT("-");
		row = find_event(event->webhook, word, SLICE_NONE);
	}
	if (row == NULL)
		return false;
	event->kind = row->kind;
	for (size_t i = 0; i < event->webhook->field_count; i++)
	{
		const WebhookField *field = &event->fields[i];
		const Fact *fact = field->attribute == WEBHOOK_CLASS ? facts_first(&event->facts, field->path) : NULL;

		if (fact)
			read_class(event, word, class_of(event, field, fact));
	}
	if (!is_doubtful)
		note_reason(event, reason_word(row->reason), row->knows, word);
	return true;
}

/* The service, and what it says happened; false when no service would say that. */
static bool
read_service(Event *event)
{
	for (uint32_t i = 0; i < knowledge_webhook_count; i++)
	{
		event->webhook = &knowledge_webhooks[i];
		event->fields = &knowledge_webhook_fields[event->webhook->first_field];
		if (is_of(&event->facts, event->webhook) && read_kind(event))
			return true;
	}
	return false;
}

/* ------------------------------------------------------------------------
 * The message
 * ------------------------------------------------------------------------ */

static void
set(Slice *slot, Slice text)
{
	if (slot->n == 0)
		*slot = text;
}

static void
set_date(MailDate *slot, Slice text)
{
	if (!slot->known)
		*slot = value_date(text);
}

/* The fields of the message, as pairs of a name and a value. */
static void
read_header_fields(Event *event, const Fact *name)
{
	const Fact *value = NULL;

	for (size_t i = 0; i < event->webhook->field_count && value == NULL; i++)
	{
		if (event->fields[i].attribute == WEBHOOK_HEADER_VALUE)
			value = facts_first(&event->facts, event->fields[i].path);
	}
	webhook_header(&event->facts, name, value, &event->report->returned);
}

static void
read_message_field(Event *event, uint8_t attribute, const Fact *fact)
{
	Report	   *report = event->report;
	Returned   *returned = &report->returned;
	Slice		text;

	if (attribute == WEBHOOK_HEADER_VALUE)
		return;					/* with its name */
	if (attribute == WEBHOOK_HEADER_NAME)
	{
		read_header_fields(event, fact);
		return;
	}
	text = facts_text(&event->facts, fact);
	switch (attribute)
	{
		case WEBHOOK_TIME:
			set_date(&report->date, text);
			break;
		case WEBHOOK_SENT:
			set_date(&returned->date, text);
			break;
		case WEBHOOK_FROM:
			set(&returned->from, text);
			break;
		case WEBHOOK_SUBJECT:
			set(&returned->subject, text);
			break;
		case WEBHOOK_MESSAGE_ID:
			set(&returned->message_id, text);
			break;
		case WEBHOOK_LIST_ID:
			set(&returned->list_id, text);
			break;
		case WEBHOOK_FEEDBACK_ID:
			set(&returned->feedback_id, text);
			break;
		case WEBHOOK_FEEDBACK_TYPE:
			set(&report->feedback_type, arena_copy_lower(report->arena, text));
			break;
		default:
			break;
	}
}

/* ------------------------------------------------------------------------
 * The recipients
 * ------------------------------------------------------------------------ */

static void
set_recipient(Delivery *delivery, Arena *arena, Slice text)
{
	delivery->recipient = address_clean(arena, text, true);
	delivery->named_by = "JSON";
	delivery->named_at = text;
}

static void
set_action(Delivery *delivery, Slice text)
{
	static const struct
	{
		Slice		word;
		Action		action;
	}			actions[] = {
		{SLICE_LIT("failed"), ACTION_FAILED}, {SLICE_LIT("delayed"), ACTION_DELAYED}, {SLICE_LIT("delivered"), ACTION_DELIVERED},
		{SLICE_LIT("relayed"), ACTION_RELAYED}, {SLICE_LIT("expanded"), ACTION_EXPANDED},
	};

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
	{
		if (slice_equal_nocase(text, actions[i].word))
			delivery->action = actions[i].action;
	}
}

static void
set_diagnostic(Delivery *delivery, Arena *arena, Slice text)
{
	if (delivery->diagnostic.n == 0)
		value_diagnostic(arena, text, &delivery->diagnostic_type, &delivery->diagnostic);
}

/* What one path says of a recipient; the better paths come first. */
static void
set_of_recipient(Event *event, Delivery *delivery, uint8_t attribute, Slice text)
{
	Arena	   *arena = event->report->arena;

	switch (attribute)
	{
		case WEBHOOK_STATUS:
			set(&delivery->status, dsn_status(text));
			break;
		case WEBHOOK_DIAGNOSTIC:
			set_diagnostic(delivery, arena, text);
			break;
		case WEBHOOK_NOTE:
			delivery->vendor = delivery->vendor.n ? value_join(arena, delivery->vendor, '\n', text) : text;
			break;
		case WEBHOOK_ACTION:
			set_action(delivery, text);
			break;
		case WEBHOOK_COMMAND:
			if (delivery->command == NULL)
				delivery->command = value_command(text);
			break;
		case WEBHOOK_ALIAS:
			set(&delivery->alias, address_clean(arena, text, true));
			break;
		case WEBHOOK_RHOST:
			set(&delivery->rhost, value_host(text));
			break;
		case WEBHOOK_LHOST:
			set(&event->report->reporting_mta, value_host(text));
			break;
		case WEBHOOK_CODE:
			/* a recipient's own; its words were read before */
			if (delivery != &event->all)
			{
				value_with_code(arena, text, &delivery->diagnostic, &delivery->diagnostic_type);
				break;
			}
			/* FALLTHROUGH */
		default:
			set(&event->parts[attribute], text);
			break;
	}
}

/* Is the field read for what all recipients have in common? */
static bool
is_of_message(uint8_t attribute)
{
	return attribute < WEBHOOK_RECIPIENT;
}

/* Makes room for as many recipients as there are facts, at once: doubling takes up to three times as much. */
static void
reserve_recipients(Report *report, const Facts *facts, const Fact *fact)
{
	size_t		count = 0;
	Delivery   *room;

	for (; fact && count < LIMIT_RECIPIENTS; fact = facts_next(facts, fact))
		count += fact->is_string;	/* numbers are no addresses */
	if (report->allocated > 0 || count == 0)
		return;
	room = arena_alloc(report->message_arena, count * sizeof(Delivery));
	if (room == NULL)
		return;
	report->deliveries = room;
	report->allocated = count;
}

/* Adds a delivery for each address of the best path that has some; true when they stand in an array. */
static bool
add_recipients(Event *event)
{
	Report	   *report = event->report;

	for (size_t i = 0; i < event->webhook->field_count && report->count == 0; i++)
	{
		const WebhookField *field = &event->fields[i];
		const Fact *first = field->attribute == WEBHOOK_RECIPIENT ? facts_first(&event->facts, field->path) : NULL;

		event->elements = 0;
		for (const Fact *fact = field->many ? first : NULL; fact; fact = facts_next(&event->facts, fact))
			event->elements = fact->element >= event->elements ? (size_t) fact->element + 1 : event->elements;
		if (event->elements > 0)
		{
			event->delivery_of = arena_zalloc(report->arena, event->elements * sizeof(uint32_t));
			if (event->delivery_of == NULL)
				return false;
			reserve_recipients(report, &event->facts, first);
		}
		for (const Fact *fact = first; fact; fact = field->many ? facts_next(&event->facts, fact) : NULL)
		{
			ArenaMark	mark = arena_mark(report->arena);
			Delivery	delivery = {0};
			Delivery   *added;

			set_recipient(&delivery, report->arena, facts_text(&event->facts, fact));
			if (delivery.recipient.n == 0)
			{
				/* a trail quotes all that was read */
				if (report->trail == NULL)
					arena_rewind(report->arena, mark);
				continue;
			}
			added = report_add(report);
			if (added == NULL)
				break;
			*added = delivery;
			if (field->many)
				event->delivery_of[fact->element] = (uint32_t) report->count;
		}
	}
	return event->elements > 0;
}

/* What the elements of an array say, each of its own recipient; where there is but one, the last one of it. */
static void
read_elements(Event *event, const WebhookField *field, const Fact *fact, bool by_element)
{
	const Fact *last = fact;

	for (; fact; fact = facts_next(&event->facts, fact))
	{
		last = fact;
		if (by_element && fact->element < event->elements && event->delivery_of[fact->element] > 0)
			set_of_recipient(event, &event->report->deliveries[event->delivery_of[fact->element] - 1], field->attribute,
							 facts_text(&event->facts, fact));
	}
	if (!by_element)
		set_of_recipient(event, &event->all, field->attribute, facts_text(&event->facts, last));
}

/* "5.1.1" of three numbers */
static void
join_status(Event *event)
{
	Arena	   *arena = event->report->arena;
	Slice		status = value_join(arena, event->parts[WEBHOOK_STATUS_CLASS], '.', event->parts[WEBHOOK_STATUS_SUBJECT]);

	if (event->parts[WEBHOOK_STATUS_DETAIL].n > 0)
		set(&event->all.status, dsn_status(value_join(arena, status, '.', event->parts[WEBHOOK_STATUS_DETAIL])));
}

/* Gives a recipient what holds for all. */
static void
complete(Delivery *delivery, const Event *event)
{
	const Delivery *all = &event->all;

	delivery->kind = event->kind;
	if (delivery->diagnostic.n == 0)
	{
		delivery->diagnostic = all->diagnostic;
		delivery->diagnostic_type = all->diagnostic_type;
	}
	set(&delivery->status, all->status);
	set(&delivery->vendor, all->vendor);
	set(&delivery->rhost, all->rhost);
	if (!slice_equal(all->alias, delivery->recipient))
		set(&delivery->alias, all->alias);
	if (delivery->command == NULL)
		delivery->command = all->command;
	if (delivery->action == ACTION_NONE)
		delivery->action = all->action;
	delivery->hint_reason = event->hint;
	delivery->hinted_by = event->hinted_by;
	delivery->known_reason = event->knows;
	delivery->known_by = event->known_by;
	if (event->kind == KIND_SUCCESS)
		delivery->action = ACTION_DELIVERED;
	else if (event->kind == KIND_DELAY)
		delivery->action = ACTION_DELAYED;
}

static void
read_fields(Event *event)
{
	bool		by_element = add_recipients(event);

	/* a service's event of somebody whom it hides, or of what is no address; it may name the message */
	if (event->report->count == 0 && !event->webhook->is_plain && report_add(event->report))
		by_element = false;
	for (size_t i = 0; i < event->webhook->field_count; i++)
	{
		const WebhookField *field = &event->fields[i];
		const Fact *fact = facts_first(&event->facts, field->path);

		if (fact == NULL || field->attribute == WEBHOOK_RECIPIENT)
			continue;
		if (is_of_message(field->attribute))
			read_message_field(event, field->attribute, fact);
		else if (field->many)
			read_elements(event, field, fact, by_element);
		else
			set_of_recipient(event, &event->all, field->attribute, facts_text(&event->facts, fact));
	}
	join_status(event);
	value_with_code(event->report->arena, event->parts[WEBHOOK_CODE], &event->all.diagnostic, &event->all.diagnostic_type);
}

void
webhook_begin(Arena *arena, Report *report)
{
	static const Header no_header = {0};

	memset(report, 0, sizeof(*report));
	report->arena = report->message_arena = arena;
	report->header = &no_header;
	report->decoder = DECODER_NONE;
	report->words_read = true;
	report->by_gateway = TRUTH_FALSE;
	report->returned.present = true;
}

bool
webhook_read(Report *report, Slice object)
{
	Event		event = {.report = report};

	if (!facts_read(&event.facts, report->arena, report->trail, object))
		return false;
	if (!read_service(&event))
		return false;
	if (event.kind == KIND_NONE)
		return true;
	report->decoder = event.webhook->decoder;
	read_fields(&event);
	webhook_common_header(report->arena, &report->returned);
	if (event.kind == KIND_COMPLAINT && report->feedback_type.n == 0)
		report->feedback_type = SLICE_LIT("abuse");
	for (size_t i = 0; i < report->count; i++)
		complete(&report->deliveries[i], &event);
	/* nothing but an address and words: they must be a mail server's, and say why */
	report->unannounced = event.webhook->is_plain && !event.has_event && event.hint == NULL && event.knows == NULL;
	if (report->unannounced && report->count > 0 && !value_is_refusal(report->deliveries[0].status, report->deliveries[0].diagnostic))
		report->count = 0;
	return true;
}
