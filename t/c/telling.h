/*
 * telling.h
 *	  All that the library says of a mail, as lines of text, for programs that
 *	  compare it.
 *
 * A Telling takes the digest of the lines, and writes them, too, where it has
 * a file.  It allocates nothing.
 */
#ifndef TELLING_H
#define TELLING_H

#include <inttypes.h>
#include <stdio.h>

#include "bounce.h"
#include "redact/redact.h"
#include "report/fields.h"

typedef struct Telling
{
	FILE	   *file;			/* or NULL */
	uint64_t	digest;			/* FNV-1a */
} Telling;

static inline Telling
telling_to(FILE *file)
{
	return (Telling) {file, UINT64_C(14695981039346656037)};
}

static inline void
tell_byte(Telling *telling, char byte)
{
	telling->digest = (telling->digest ^ (unsigned char) byte) * UINT64_C(1099511628211);
	if (telling->file)
		putc(byte, telling->file);
}

/* One line; line ends and backslashes in 's' are written as backslashes with a letter. */
static inline void
tell(Telling *telling, const char *what, Slice s)
{
	for (; *what; what++)
		tell_byte(telling, *what);
	tell_byte(telling, s.p ? ' ' : '\n');
	if (s.p == NULL)
		return;
	for (size_t i = 0; i < s.n; i++)
	{
		const char *escaped = s.p[i] == '\n' ? "\\n" : s.p[i] == '\r' ? "\\r" : s.p[i] == '\\' ? "\\\\" : NULL;

		if (escaped == NULL)
			tell_byte(telling, s.p[i]);
		else
			for (; *escaped; escaped++)
				tell_byte(telling, *escaped);
	}
	tell_byte(telling, '\n');
}

static inline void
tell_word(Telling *telling, const char *what, const char *word)
{
	tell(telling, what, word ? slice(word, strlen(word)) : SLICE_NONE);
}

static inline void
tell_number(Telling *telling, const char *what, int64_t number)
{
	char		digits[24];

	snprintf(digits, sizeof(digits), "%" PRId64, number);
	tell_word(telling, what, digits);
}

static inline void
tell_date(Telling *telling, const char *what, const MailDate *date)
{
	if (!date->known)
		return;
	tell_number(telling, what, date->epoch);
	tell_word(telling, "zone", date->zone);
	tell_number(telling, "east", date->offset_minutes);
}

static inline void
tell_row(void *context, const BounceRow *row)
{
	Telling    *telling = context;
	const struct
	{
		const char *what;
		Slice		value;
	}			texts[] = {
		{"recipient", row->recipient}, {"delivery_status", row->delivery_status},
		{"diagnostic_type", row->diagnostic_type}, {"diagnostic_code", row->diagnostic_code},
		{"alias", row->alias}, {"verp", row->verp}, {"addresser", row->addresser},
		{"sender_domain", row->sender_domain}, {"destination", row->destination},
		{"rhost", row->rhost}, {"lhost", row->lhost}, {"message_id", row->message_id},
		{"subject", row->subject}, {"list_id", row->list_id}, {"feedback_type", row->feedback_type},
		{"feedback_id", row->feedback_id}, {"listed_ip", row->listed_ip}, {"rule", row->rule},
	};
	const struct
	{
		const char *what;
		const char *value;
	}			words[] = {
		{"reason", row->reason}, {"fault", row->fault}, {"advice", row->advice}, {"action", row->action},
		{"smtp_command", row->smtp_command}, {"provider", row->provider}, {"host_group", row->host_group},
		{"decoded_by", row->decoded_by}, {"token", row->token},
	};

	tell_number(telling, "kind", row->kind);
	tell_number(telling, "hard_bounce", row->hard_bounce);
	tell_number(telling, "reply_code", row->reply_code);
	tell_number(telling, "retry_after", row->retry_after);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].value.p)
			tell(telling, texts[i].what, texts[i].value);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].value)
			tell_word(telling, words[i].what, words[i].value);
	for (int i = 0; i < row->blocklist_count; i++)
		tell_word(telling, "blocklist", row->blocklist[i]);
	tell_date(telling, "bounced_at", &row->bounced_at);
	tell_date(telling, "sent_at", &row->sent_at);
}

static inline void
tell_steps(Telling *telling, const BounceExplanation *told)
{
	for (size_t i = 0; i < told->count; i++)
	{
		const ExplainStep *step = &told->steps[i];

		tell_word(telling, "step", step->decision);
		tell(telling, step->won ? "won" : "lost", step->value);
		tell(telling, "for", step->recipient);
		tell(telling, "by", step->rule);
		tell_word(telling, "file", step->file);
		tell_number(telling, "line", step->line);
		tell(telling, "evidence", step->evidence);
		tell_number(telling, "at", (int64_t) step->start);
		tell_number(telling, "bytes", (int64_t) step->length);
		tell(telling, "why", step->why);
	}
}

static inline bool
tell_field(void *context, FieldOrigin origin, Slice value)
{
	tell(context, origin == FIELD_RETURNED ? "returned" : "report", value);
	return true;
}

/* What can be asked of a mail, or of any bytes. */
typedef enum Question
{
	ASK_ROWS,
	ASK_WHY,
	ASK_FIELDS,
	ASK_REDACTED,
	ASK_REPLY,
	ASK_EVENTS,
	ASK_WHY_EVENTS,
	ASK_EVENT_FIELDS,
	QUESTIONS
} Question;

static const char *const question_names[QUESTIONS] = {
	"rows", "explanation", "fields", "redacted", "as a reply", "events", "explanation of events", "fields of events"
};

static inline void
ask(Telling *telling, Question question, Arena *arena, Slice raw)
{
	const BounceOptions options = {.all_kinds = true, .names_rules = true};
	BounceExplanation told;
	BounceRow	row;

	tell_word(telling, "asked", question_names[question]);
	switch (question)
	{
		case ASK_ROWS:
			bounce_read_each_with(arena, raw, &options, tell_row, telling);
			break;
		case ASK_WHY:
			told = bounce_explain_message(arena, raw);
			tell_steps(telling, &told);
			break;
		case ASK_FIELDS:
			fields_each(arena, raw, SLICE_LIT("Subject"), tell_field, telling);
			break;
		case ASK_REDACTED:
			tell(telling, "redacted", redact_mail(arena, raw, SLICE_LIT("a key")));
			break;
		case ASK_REPLY:
			bounce_read_reply(arena, raw, SLICE_LIT("mx.koharu.example"), SLICE_LIT("RCPT"), &row);
			tell_row(telling, &row);
			told = bounce_explain_reply(arena, raw, SLICE_NONE, SLICE_NONE);
			tell_steps(telling, &told);
			break;
		case ASK_EVENTS:
			bounce_read_json_each(arena, raw, &options, tell_row, telling);
			break;
		case ASK_WHY_EVENTS:
			told = bounce_explain_json_with(arena, raw, &options);
			tell_steps(telling, &told);
			break;
		case ASK_EVENT_FIELDS:
			fields_each_json(arena, raw, SLICE_LIT("Subject"), tell_field, telling);
			break;
		case QUESTIONS:
			break;
	}
}

#endif							/* TELLING_H */
