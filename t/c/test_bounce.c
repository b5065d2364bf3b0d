/*
 * test_bounce.c
 *	  The whole library: the same rows whatever the line ends are, rows that
 *	  keep what bounce.h promises, and no rows for mail that is no bounce.
 *
 * Reads every mail of the folder that is given, else of samples/mail.
 *
 * Build: make unit
 */
#include <dirent.h>
#include <sys/stat.h>

#include "bounce.h"
#include "tap.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define MAX_COPY(n) (2 * (n) + 128)

/* A mail's rows, and the arena that they live in. */
typedef struct Reading
{
	Arena		arena;
	TestOwner	owner;
	Slice		raw;
	BounceResult result;
} Reading;

static void
read_mail(Reading *reading, Slice raw)
{
	reading->raw = exact_copy(raw);
	test_arena(&reading->arena, &reading->owner);
	reading->result = bounce_read_message(&reading->arena, reading->raw, true);
}

static void
forget_mail(Reading *reading)
{
	arena_reset(&reading->arena);
	free((char *) reading->raw.p);
}

static bool
same_word(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool
same_date(const MailDate *a, const MailDate *b)
{
	return a->known == b->known && (!a->known || (a->epoch == b->epoch && strcmp(a->zone, b->zone) == 0));
}

/* Name of the first attribute in which the rows differ, NULL for none. */
static const char *
difference(const BounceRow *a, const BounceRow *b)
{
#define SLICES(field) \
	if (!slice_equal(a->field, b->field) || (a->field.p == NULL) != (b->field.p == NULL)) \
		return #field
#define WORDS(field) \
	if (!same_word(a->field, b->field)) \
		return #field
#define VALUES(field) \
	if (a->field != b->field) \
		return #field
	VALUES(kind);
	SLICES(recipient);
	WORDS(reason);
	VALUES(hard_bounce);
	WORDS(fault);
	WORDS(advice);
	WORDS(action);
	SLICES(delivery_status);
	VALUES(reply_code);
	WORDS(smtp_command);
	SLICES(diagnostic_type);
	SLICES(diagnostic_code);
	SLICES(alias);
	SLICES(verp);
	SLICES(addresser);
	SLICES(sender_domain);
	SLICES(destination);
	WORDS(provider);
	WORDS(host_group);
	SLICES(rhost);
	SLICES(lhost);
	if (!same_date(&a->bounced_at, &b->bounced_at))
		return "bounced_at";
	if (!same_date(&a->sent_at, &b->sent_at))
		return "sent_at";
	SLICES(message_id);
	SLICES(subject);
	SLICES(list_id);
	SLICES(feedback_type);
	SLICES(feedback_id);
	VALUES(retry_after);
	VALUES(blocklist_count);
	for (int i = 0; i < a->blocklist_count; i++)
		WORDS(blocklist[i]);
	SLICES(listed_ip);
	WORDS(decoded_by);
	WORDS(token);
#undef SLICES
#undef WORDS
#undef VALUES
	return NULL;
}

static bool
is_text(Slice s)
{
	return s.p == NULL ? s.n == 0 : decode_is_utf8(s);
}

/* An address as a subscriber table holds it, or a mere local part. */
static bool
is_address(Slice s)
{
	if (s.p == NULL)
		return true;
	for (size_t i = 0; i < s.n; i++)
	{
		unsigned char c = (unsigned char) s.p[i];

		if (c < ' ' || c == 0x7f || c == '<' || c == '>' || (c >= 'A' && c <= 'Z') || (c == ' ' && s.p[0] != '"'))
			return false;
	}
	return s.n > 0 && s.p[0] != '@' && s.p[s.n - 1] != '@';
}

/* What bounce.h and DESIGN.md promise of any row; the name of what is wrong, or NULL. */
static const char *
broken_promise(const BounceRow *row)
{
	if (!is_text(row->recipient) || !is_text(row->delivery_status) || !is_text(row->diagnostic_type) ||
		!is_text(row->diagnostic_code) || !is_text(row->alias) || !is_text(row->verp) ||
		!is_text(row->addresser) || !is_text(row->sender_domain) || !is_text(row->destination) ||
		!is_text(row->rhost) || !is_text(row->lhost) || !is_text(row->message_id) ||
		!is_text(row->subject) || !is_text(row->list_id) || !is_text(row->feedback_type) ||
		!is_text(row->feedback_id) || !is_text(row->listed_ip))
		return "text is valid UTF-8";
	if (!is_address(row->recipient) || !is_address(row->alias) || !is_address(row->addresser) || !is_address(row->verp))
		return "addresses look like addresses";
	if (row->kind == KIND_NONE)
		return "a row has a kind";
	if ((row->hard_bounce == TRUTH_NULL) != (row->kind != KIND_FAILURE && row->kind != KIND_DELAY))
		return "hard_bounce is known of failures and delays";
	if (row->hard_bounce == TRUTH_TRUE && (row->kind == KIND_DELAY || row->reply_code / 100 == 4))
		return "neither a delay nor a 4yz reply is hard";
	if ((row->kind == KIND_FAILURE || row->kind == KIND_DELAY) && row->reason == NULL)
		return "a failure has a reason";
	if (row->blocklist_count < 0 || row->blocklist_count > BOUNCE_MAX_BLOCKLISTS)
		return "block lists are bounded";
	if (strlen(row->token) != 40 && row->token[0] != '\0')
		return "a token has 40 digits";
	if (slice_find(row->diagnostic_code, '\n', 0) != SLICE_NPOS)
		return "a diagnostic is one line";
	return NULL;
}

/* 'mail' with other line ends, behind 'preface'; in 'out', which has room for MAX_COPY(mail.n). */
static Slice
rewrite(Slice mail, const char *preface, const char *end, char *out)
{
	size_t		n = 0;
	size_t		length = strlen(end);
	char		line_end = slice_find(mail, '\n', 0) == SLICE_NPOS ? '\r' : '\n';

	for (const char *p = preface; *p; p++)
		out[n++] = *p;
	for (size_t i = 0; i < mail.n; i++)
	{
		if (mail.p[i] == '\r' && i + 1 < mail.n && mail.p[i + 1] == '\n')
			continue;
		if (mail.p[i] == line_end)
		{
			memcpy(out + n, end, length);
			n += length;
		}
		else
			out[n++] = mail.p[i];
	}
	return slice(out, n);
}

/* Do both readings have the same rows? */
static bool
same_rows(const Reading *a, const Reading *b)
{
	if (a->result.count != b->result.count)
	{
		printf("# %zu rows, %zu rows\n", a->result.count, b->result.count);
		return false;
	}
	for (size_t i = 0; i < a->result.count; i++)
	{
		const char *field = difference(&a->result.rows[i], &b->result.rows[i]);

		if (field)
		{
			printf("# row %zu differs in %s\n", i, field);
			print_bytes("diagnostic_code", a->result.rows[i].diagnostic_code);
			print_bytes("diagnostic_code", b->result.rows[i].diagnostic_code);
			return false;
		}
	}
	return true;
}

static void
test_mail(const char *name, Slice mail)
{
	static const struct
	{
		const char *name;
		const char *preface;
		const char *end;
	}			forms[] = {
		{"with CRLF", "", "\r\n"},
		{"with CR", "", "\r"},
		{"behind mbox's From line", "From MAILER-DAEMON Mon Nov 23 10:00:00 2026\n", "\n"},
		{"behind it, with CRLF", "From MAILER-DAEMON Mon Nov 23 10:00:00 2026\r\n", "\r\n"},
		{"behind blank lines", "\n\n", "\n"},
	};
	char	   *out = malloc(MAX_COPY(mail.n));
	Reading		plain;
	char		label[512];
	const char *broken = NULL;
	int			blocks;

	read_mail(&plain, rewrite(mail, "", "\n", out));
	for (size_t i = 0; i < plain.result.count && broken == NULL; i++)
		broken = broken_promise(&plain.result.rows[i]);
	snprintf(label, sizeof(label), "%s: %s", name, broken ? broken : "keeps what is promised");
	ok(broken == NULL, label);

	for (size_t i = 0; i < LENGTH(forms); i++)
	{
		Reading		other;

		read_mail(&other, rewrite(mail, forms[i].preface, forms[i].end, out));
		snprintf(label, sizeof(label), "%s: %s", name, forms[i].name);
		ok(same_rows(&plain, &other), label);
		forget_mail(&other);
	}

	/* no memory at the n-th block: fewer rows or emptier ones, nothing worse */
	blocks = plain.owner.calls;
	for (int i = 1; i <= blocks; i++)
	{
		Reading		poor;

		poor.raw = exact_copy(plain.raw);
		test_arena(&poor.arena, &poor.owner);
		poor.owner.fail_at = i;
		poor.result = bounce_read_message(&poor.arena, poor.raw, true);
		for (size_t k = 0; k < poor.result.count; k++)
		{
			if (!is_text(poor.result.rows[k].recipient) || !is_text(poor.result.rows[k].diagnostic_code))
				broken = "out of memory";
		}
		forget_mail(&poor);
	}
	ok(broken == NULL, "  and survives without memory");
	forget_mail(&plain);
	free(out);
}

static void
test_folder(const char *folder)
{
	struct dirent **entries;
	int			count = scandir(folder, &entries, NULL, alphasort);

	for (int i = 0; i < count; i++)
	{
		char		path[4096];
		struct stat status;
		FILE	   *file = NULL;

		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && stat(path, &status) == 0 && S_ISREG(status.st_mode))
			file = fopen(path, "rb");
		if (file)
		{
			size_t		size = (size_t) status.st_size;
			char	   *bytes = malloc(size + 1);

			if (fread(bytes, 1, size, file) == size)
				test_mail(entries[i]->d_name, slice(bytes, size));
			free(bytes);
			fclose(file);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	ok(count > 2, "there are mails to read");
}

#define DAEMON "From: MAILER-DAEMON@mx.example.com\nTo: sender@example.org\nSubject: Undelivered Mail Returned to Sender\n"
#define PERSON "From: Bob <bob@example.net>\nTo: alice@example.org\nDate: Mon, 23 Nov 2026 10:00:00 +0000\n"

/* Mails in one piece, and the row that each is. */
static void
test_small(void)
{
	static const struct
	{
		const char *name;
		const char *mail;
		BounceKind	kind;		/* KIND_NONE: no row */
		const char *recipient;
		const char *reason;
		BounceTruth hard;
	}			cases[] = {
		{"a bounce in words", DAEMON "\n<a@example.com>: host mx.example.com[192.0.2.1] said: 550 5.1.1 User unknown\n",
		KIND_FAILURE, "a@example.com", "userunknown", TRUTH_TRUE},
		{"the same, but temporary", DAEMON "\n<a@example.com>: host mx.example.com[192.0.2.1] said: 450 4.1.1 User unknown\n",
		KIND_FAILURE, "a@example.com", "userunknown", TRUTH_FALSE},
		{"the sender is refused, not the recipient", DAEMON
			"\n<a@example.com>: host mx.example.com[192.0.2.1] said: 550 5.1.8 <sender@example.org>: Sender address rejected: Domain not found\n",
		KIND_FAILURE, "a@example.com", "rejected", TRUTH_FALSE},
		{"policy decides nothing hard", DAEMON "\n<a@example.com>: host mx.example.com[192.0.2.1] said: 550 5.7.1 Message refused\n",
		KIND_FAILURE, "a@example.com", NULL, TRUTH_FALSE},
		{"only the quoted header names somebody", DAEMON "\nWe blocked this message:\n\nFrom: c@example.net\nTo:\n  a@example.com\nSubject: x\n\nReason: 550 5.1.1 User unknown\n",
		KIND_FAILURE, "a@example.com", "userunknown", TRUTH_TRUE},
		{"the subject that is quoted tells nothing", DAEMON "\nYour message to a@example.com was blocked.\n\nFrom: c@example.net\nSubject: Your mailbox is full\nDate: today\n\nReason: 550 5.1.1 User unknown\n",
		KIND_FAILURE, "a@example.com", "userunknown", TRUTH_TRUE},
		{"what is said before the recipient is named", DAEMON "\nA virus was found in your message, which was not delivered.\n\nRecipient: a@example.com\nAction: deleted\n",
		KIND_FAILURE, "a@example.com", "virusdetected", TRUTH_FALSE},
		{"a gateway returns what its relay wrote", DAEMON "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nThe following mail could not be delivered.\n"
			"Reason:  Unable to deliver message to <a@example.com>\n--b\nContent-Type: message/rfc822\n\nFrom: c@example.net\nSubject: x\nContent-Type: text/plain\n\n"
			"----- The following addresses had permanent fatal errors -----\n<a@example.com>\n\n----- Transcript of session follows -----\n"
			">>> RCPT To:<a@example.com>\n<<< 550 5.1.1 User unknown\n--b--\n",
		KIND_FAILURE, "a@example.com", "userunknown", TRUTH_TRUE},
		{"but what people write there is not asked", DAEMON "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nThe following mail could not be delivered.\n"
			"Reason:  Unable to deliver message to <a@example.com>\n--b\nContent-Type: message/rfc822\n\nFrom: c@example.net\nSubject: x\nContent-Type: text/plain\n\n"
			"They say 550 5.1.1 User unknown for <d@example.com>\n--b--\n",
		KIND_FAILURE, "a@example.com", NULL, TRUTH_FALSE},
		{"a gateway's list of what it holds", "Return-Path: <>\nFrom: postmaster@gw.example\nTo: a@example.org\nSubject: End User Digest: 2 new messages\n\n"
			"x@example.net\n550 5.1.1 User unknown\n",
		KIND_NONE, NULL, NULL, TRUTH_NULL},
		{"a reply about a bounce", PERSON "Subject: Re: Undelivered Mail Returned to Sender\n\nSee?\n\n> <a@example.com>: 550 5.1.1 User unknown\n",
		KIND_NONE, NULL, NULL, TRUTH_NULL},
		{"a bounce that a person forwards", PERSON
			"Subject: Fwd: failure\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nsee below\n--b\nContent-Type: message/rfc822\n\n"
			DAEMON "\n<a@example.com>: 550 5.1.1 User unknown\n--b--\n",
		KIND_NONE, NULL, NULL, TRUTH_NULL},
		{"a mailing list speaks of bounces", PERSON
			"Subject: failure notice\nList-Id: <l.example.net>\n\nThe following addresses had permanent fatal errors\n<a@example.com>\n",
		KIND_NONE, NULL, NULL, TRUTH_NULL},
		{"the postmaster writes to all", "From: postmaster@example.net\nTo: all@example.net\nSubject: Planned outage\n\nContact <help@example.net>:\nthey help.\n",
		KIND_NONE, NULL, NULL, TRUTH_NULL},
		{"an automatic reply", PERSON "Subject: Out of office\nAuto-Submitted: auto-replied\n\nI am away, contact <carol@example.net>\n",
		KIND_AUTOREPLY, "bob@example.net", "vacation", TRUTH_NULL},
		{"an ordinary mail", PERSON "Subject: lunch\n\nat 5.50?\n", KIND_NONE, NULL, NULL, TRUTH_NULL},
		{"no mail", "", KIND_NONE, NULL, NULL, TRUTH_NULL},
		{"a line end", "\n", KIND_NONE, NULL, NULL, TRUTH_NULL},
		{"an mbox's From line", "From x", KIND_NONE, NULL, NULL, TRUTH_NULL},
	};

	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Reading		reading;
		const BounceRow *row;

		read_mail(&reading, slice(cases[i].mail, strlen(cases[i].mail)));
		row = reading.result.rows;
		ok(reading.result.count == (cases[i].kind == KIND_NONE ? 0 : 1), cases[i].name);
		if (cases[i].kind != KIND_NONE && reading.result.count == 1)
		{
			ok(row->kind == cases[i].kind, "  kind");
			is(row->recipient, slice(cases[i].recipient, strlen(cases[i].recipient)), "  recipient");
			ok(cases[i].reason == NULL || same_word(row->reason, cases[i].reason), "  reason");
			ok(row->hard_bounce == cases[i].hard, "  hardness");
		}
		forget_mail(&reading);
	}
}

static void
test_reply(void)
{
	static const struct
	{
		Slice		reply;
		BounceKind	kind;
		const char *reason;
		int			code;
		BounceTruth hard;
	}			cases[] = {
		{SLICE_LIT("550 5.1.1 User unknown"), KIND_FAILURE, "userunknown", 550, TRUTH_TRUE},
		{SLICE_LIT("450 4.1.1 User unknown"), KIND_FAILURE, "userunknown", 450, TRUTH_FALSE},
		{SLICE_LIT("552 5.2.2 Mailbox full"), KIND_FAILURE, "mailboxfull", 552, TRUTH_FALSE},
		{SLICE_LIT("250 2.0.0 Ok: queued"), KIND_SUCCESS, "delivered", 250, TRUTH_NULL},
		{SLICE_LIT(""), KIND_FAILURE, "onhold", 0, TRUTH_FALSE},
		{SLICE_LIT("550 \xff\0\xfe"), KIND_FAILURE, NULL, 550, TRUTH_FALSE},
	};

	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Slice		reply = exact_copy(cases[i].reply);
		Arena		arena;
		TestOwner	owner;
		BounceRow	row;

		test_arena(&arena, &owner);
		bounce_read_reply(&arena, reply, SLICE_NONE, SLICE_NONE, &row);
		ok(row.kind == cases[i].kind, cases[i].reply.n ? cases[i].reply.p : "nothing");
		ok(cases[i].reason == NULL || same_word(row.reason, cases[i].reason), "  reason");
		ok(row.reply_code == cases[i].code, "  code");
		ok(row.hard_bounce == cases[i].hard, "  hardness");
		ok(broken_promise(&row) == NULL, "  keeps what is promised");
		arena_reset(&arena);
		free((char *) reply.p);
	}
}

#define MANY 10000

/* Recipient i of a report: what is expected of its row. */
static bool
is_recipient(const BounceRow *row, size_t i)
{
	char		address[64];
	int			n = snprintf(address, sizeof(address), "user%zu@example.net", i);

	/* the text speaks of the last one only */
	return slice_equal(row->recipient, slice(address, (size_t) n)) && slice_equal(row->lhost, SLICE_LIT("mx.example.org")) &&
		slice_equal(row->message_id, SLICE_LIT("1@example.org")) &&
		strcmp(row->reason, i + 1 == MANY ? "mailboxfull" : i % 2 ? "userunknown" : "hostunknown") == 0;
}

typedef struct Taken
{
	size_t		count;
	bool		right;
} Taken;

static void
take(void *context, const BounceRow *row)
{
	Taken	   *taken = context;

	taken->right = taken->right && is_recipient(row, taken->count);
	taken->count++;
}

/* More recipients than are held at a time, in two parts, the last one named in the words. */
static void
test_many(void)
{
	size_t		room = 400 * MANY;
	char	   *raw = malloc(room);
	size_t		n = 0;
	Reading		reading;
	Taken		taken = {0, true};
	bool		right = true;

	n += (size_t) snprintf(raw + n, room - n, "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nTo: sender@example.org\n"
						   "Subject: Undelivered Mail Returned to Sender\nContent-Type: multipart/report; boundary=\"b\"\n\n--b\n\n"
						   "<user%d@example.net>: host mx.example.net said:\n    452 4.2.2 Mailbox full\n", MANY - 1);
	for (size_t i = 0; i < MANY; i++)
	{
		if (i == 0 || i == MANY - 100)
			n += (size_t) snprintf(raw + n, room - n, "\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n");
		n += (size_t) snprintf(raw + n, room - n, "Final-Recipient: rfc822; user%zu@example.net\nAction: failed\nStatus: %s\n\n",
							   i, i + 1 == MANY ? "5.0.0" : i % 2 ? "5.1.1" : "5.1.2");
	}
	n += (size_t) snprintf(raw + n, room - n, "\n--b\nContent-Type: message/rfc822\n\nFrom: sender@example.org\nMessage-ID: <1@example.org>\n\nhello\n\n--b--\n");

	read_mail(&reading, slice(raw, n));
	for (size_t i = 0; i < reading.result.count; i++)
		right = right && is_recipient(&reading.result.rows[i], i);
	ok(reading.result.count == MANY, "a report with more recipients than are held at a time");
	ok(right, "each has its verdict, the last one by the words");
	forget_mail(&reading);

	test_arena(&reading.arena, &reading.owner);
	bounce_read_each(&reading.arena, slice(raw, n), false, take, &taken);
	ok(taken.count == MANY && taken.right, "the same, taken one by one");
	arena_reset(&reading.arena);
	ok(reading.owner.blocks == 0, "nothing is left behind");
	free(raw);
}

/* Each allocation fails once: rows may be missing, but the arena says so. */
static void
test_take_without_memory(void)
{
	static const char mail[] =
		"From x Mon Mar  2 10:00:00 2026\nReturn-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nSubject: failure notice\n\n"
		"Hi. This is the qmail-send program at mx.example.org.\n\n<a@example.net>:\n550 5.1.1 no such user\n\n"
		"From x Mon Mar  2 10:00:00 2026\nReturn-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nSubject: failure notice\n\n"
		"Hi. This is the qmail-send program at mx.example.org.\n\n<b@example.net>:\n550 5.1.1 no such user\n\n";
	bool		told = true;
	bool		clean = true;

	for (int fail_at = 1; fail_at < 10; fail_at++)
	{
		Arena		arena;
		TestOwner	owner;
		Taken		taken = {0, true};

		test_arena(&arena, &owner);
		owner.fail_at = fail_at;
		bounce_read_each(&arena, slice(mail, sizeof(mail) - 1), false, take, &taken);
		told = told && arena.failed == (owner.calls >= fail_at) && (arena.failed || taken.count == 2);
		arena_reset(&arena);
		clean = clean && owner.blocks == 0;
	}
	ok(told, "memory that ran out in any message of a mailbox is told");
	ok(clean, "and nothing is kept");
}

int
main(int argc, char **argv)
{
	test_small();
	test_many();
	test_take_without_memory();
	test_reply();
	test_folder(argc > 1 ? argv[1] : "samples/mail");
	return finish();
}
