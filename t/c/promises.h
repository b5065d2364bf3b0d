/*
 * promises.h
 *	  What bounce.h promises of a row, whatever was read: for the programs that
 *	  read what nobody labelled.
 */
#ifndef PROMISES_H
#define PROMISES_H

#include <stdlib.h>
#include <string.h>

#include "bounce.h"

static inline void *
malloc_for_arena(void *owner, size_t size)
{
	(void) owner;
	return malloc(size);
}

static inline void
free_for_arena(void *owner, void *block)
{
	(void) owner;
	free(block);
}

/* Valid UTF-8 (RFC 3629: shortest form, no surrogates) without NUL? */
static inline bool
is_text(Slice s)
{
	size_t		i = 0;

	while (i < s.n)
	{
		unsigned char c = (unsigned char) s.p[i];
		unsigned	code;
		size_t		more;
		size_t		k;

		if (c == 0 || (c >= 0x80 && c < 0xc2) || c > 0xf4)
			return false;
		more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		if (more >= s.n - i)
			return false;
		code = more == 0 ? c : c & (0x3fU >> more);
		for (k = 1; k <= more; k++)
		{
			unsigned char d = (unsigned char) s.p[i + k];

			if ((d & 0xc0) != 0x80)
				return false;
			code = code << 6 | (d & 0x3f);
		}
		if ((more == 2 && code < 0x800) || (more == 3 && code < 0x10000) ||
			code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
			return false;
		i += more + 1;
	}
	return true;
}

/* Without control characters, nor line separators?  To be asked of valid UTF-8. */
static inline bool
is_on_one_line(Slice s)
{
	for (size_t i = 0; i < s.n; i++)
	{
		unsigned char c = (unsigned char) s.p[i];

		if (c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char) s.p[i + 1] < 0xa0) ||
			(c == 0xe2 && (memcmp(s.p + i, "\xe2\x80\xa8", 3) == 0 || memcmp(s.p + i, "\xe2\x80\xa9", 3) == 0)))
			return false;
	}
	return true;
}

/* The name of the first attribute that breaks a promise, or NULL. */
static inline const char *
find_fault(const BounceRow *row, bool all_kinds)
{
	const struct
	{
		const char *name;
		Slice		value;
	}			texts[] = {
		{"recipient", row->recipient},
		{"delivery_status", row->delivery_status},
		{"diagnostic_type", row->diagnostic_type},
		{"diagnostic_code", row->diagnostic_code},
		{"alias", row->alias},
		{"verp", row->verp},
		{"addresser", row->addresser},
		{"sender_domain", row->sender_domain},
		{"destination", row->destination},
		{"rhost", row->rhost},
		{"lhost", row->lhost},
		{"message_id", row->message_id},
		{"subject", row->subject},
		{"list_id", row->list_id},
		{"feedback_type", row->feedback_type},
		{"feedback_id", row->feedback_id},
		{"listed_ip", row->listed_ip}
	};
	size_t		i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!is_text(texts[i].value) || !is_on_one_line(texts[i].value))
			return texts[i].name;
	if (row->kind == KIND_NONE || row->kind > KIND_CHALLENGE ||
		(!all_kinds && row->kind > KIND_COMPLAINT))
		return "kind";
	if ((row->kind == KIND_FAILURE || row->kind == KIND_DELAY) &&
		(row->reason == NULL || row->hard_bounce == TRUTH_NULL))
		return "reason or hard_bounce";
	if (row->kind == KIND_DELAY && row->hard_bounce == TRUTH_TRUE)
		return "hard_bounce of a delay";
	if (row->reply_code != 0 && (row->reply_code < 200 || row->reply_code > 599))
		return "reply_code";
	if (row->blocklist_count < 0 || row->blocklist_count > BOUNCE_MAX_BLOCKLISTS)
		return "blocklist";
	if (memchr(row->token, '\0', sizeof(row->token)) == NULL)
		return "token";
	return NULL;
}

typedef struct Buffer
{
	char	   *p;
	size_t		n;
} Buffer;

/* The mail with each line end, LF, CRLF or CR, replaced, and 'before' put before it. */
static inline Buffer
rewrite(Buffer mail, const char *line_end, const char *before)
{
	size_t		length = strlen(line_end);
	Buffer		out = {malloc(mail.n * 2 + strlen(before) + 1), strlen(before)};

	memcpy(out.p, before, out.n);
	for (size_t i = 0; i < mail.n; i++)
	{
		if (mail.p[i] != '\r' && mail.p[i] != '\n')
		{
			out.p[out.n++] = mail.p[i];
			continue;
		}
		if (mail.p[i] == '\r' && i + 1 < mail.n && mail.p[i + 1] == '\n')
			i++;
		memcpy(out.p + out.n, line_end, length);
		out.n += length;
	}
	return out;
}

static inline bool
same_word(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Do two rows say the same? */
static inline bool
same_row(const BounceRow *a, const BounceRow *b)
{
	return a->kind == b->kind && slice_equal(a->recipient, b->recipient) && same_word(a->reason, b->reason) &&
		a->hard_bounce == b->hard_bounce && slice_equal(a->delivery_status, b->delivery_status) &&
		a->reply_code == b->reply_code && same_word(a->action, b->action) && same_word(a->smtp_command, b->smtp_command) &&
		slice_equal(a->diagnostic_code, b->diagnostic_code) && slice_equal(a->alias, b->alias) &&
		slice_equal(a->addresser, b->addresser) && slice_equal(a->rhost, b->rhost) && slice_equal(a->lhost, b->lhost) &&
		slice_equal(a->message_id, b->message_id) && slice_equal(a->subject, b->subject) && same_word(a->decoded_by, b->decoded_by) &&
		a->bounced_at.known == b->bounced_at.known && a->bounced_at.epoch == b->bounced_at.epoch &&
		strcmp(a->token, b->token) == 0;
}

#endif							/* PROMISES_H */
