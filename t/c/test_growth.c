/*
 * test_growth.c
 *	  What the library takes from the arena's owner, for mails of every shape in
 *	  shapes.h and of several sizes: never more than the message has bytes, and
 *	  MAX_FIXED.  And that rows come out the same whether they are kept or taken
 *	  one by one.
 *
 * Memory only: no clock runs here.
 */
#include "bounce.h"
#include "redact/redact.h"
#include "report/fields.h"
#include "shapes.h"
#include "tap.h"

/* The bounds of limits.h allow for so much, whatever the message is. */
#define MAX_FIXED (4 * 1024 * 1024)

/* As above, for a mail of ordinary size and form. */
#define MAX_ORDINARY (64 * 1024)

#define DAEMON_MAIL "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nTo: sender@example.org\nSubject: hello\n"

static const size_t sizes[] = {1000, 10000, 100000, 300000, 1000000, 3000000};

/* Counts what it has given and not got back. */
typedef struct Counter
{
	size_t		held;
	size_t		most;
} Counter;

static void *
count_alloc(void *owner, size_t size)
{
	Counter    *counter = owner;
	size_t	   *block = malloc(size + 16);

	if (block == NULL)
		return NULL;
	*block = size;
	counter->held += size;
	if (counter->most < counter->held)
		counter->most = counter->held;
	return (char *) block + 16;
}

static void
count_release(void *owner, void *block)
{
	size_t	   *start = (size_t *) ((char *) block - 16);

	((Counter *) owner)->held -= *start;
	free(start);
}

/* FNV-1a over all that a row holds: one number for all rows, in their order. */
typedef struct Digest
{
	size_t		rows;
	uint64_t	sum;
} Digest;

static void
add_bytes(Digest *digest, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		digest->sum = (digest->sum ^ (unsigned char) p[i]) * 1099511628211u;
	digest->sum = (digest->sum ^ 0x100 ^ n) * 1099511628211u;
}

static void
add_word(Digest *digest, const char *word)
{
	add_bytes(digest, word ? word : "", word ? strlen(word) : 0);
}

static void
add_row(void *context, const BounceRow *row)
{
	const Slice texts[] = {
		row->recipient, row->delivery_status, row->diagnostic_type, row->diagnostic_code, row->alias, row->verp, row->addresser,
		row->sender_domain, row->destination, row->rhost, row->lhost, row->message_id, row->subject, row->list_id,
		row->feedback_type, row->feedback_id, row->listed_ip,
	};
	const char *words[] = {
		row->reason, row->fault, row->advice, row->action, row->smtp_command, row->provider, row->host_group, row->decoded_by, row->token,
	};
	long long	numbers[] = {
		row->kind, row->hard_bounce, row->reply_code, row->bounced_at.known ? (long long) row->bounced_at.epoch : -1,
		row->sent_at.known ? (long long) row->sent_at.epoch : -1, row->retry_after, row->blocklist_count,
	};
	Digest	   *digest = context;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		add_bytes(digest, texts[i].p, texts[i].n);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		add_word(digest, words[i]);
	for (int i = 0; i < row->blocklist_count; i++)
		add_word(digest, row->blocklist[i]);
	add_bytes(digest, (const char *) numbers, sizeof(numbers));
	digest->rows++;
}

/* The most memory that was held at one time, where each row is taken at once. */
static size_t
memory_of(Slice mail, Digest *digest)
{
	Counter		counter = {0, 0};
	Arena		arena;

	memset(digest, 0, sizeof(*digest));
	arena_init(&arena, count_alloc, count_release, &counter, NULL);
	bounce_read_each(&arena, mail, true, add_row, digest);
	arena_reset(&arena);
	if (counter.held != 0)
		abort();
	return counter.most;
}

static Digest
kept_rows(Slice mail)
{
	Counter		counter = {0, 0};
	Digest		digest = {0, 0};
	Arena		arena;
	BounceResult result;

	arena_init(&arena, count_alloc, count_release, &counter, NULL);
	result = bounce_read_message(&arena, mail, true);
	for (size_t i = 0; i < result.count; i++)
		add_row(&digest, &result.rows[i]);
	arena_reset(&arena);
	return digest;
}

/* Shapes that need more yet, with the most that they may, in MB. */
static size_t
fixed_of(const MailShape *shape)
{
	static const struct
	{
		const char *name;
		size_t		megabytes;
	}			larger[] = {
		/* what is kept of a human text of 256 KB */
		{"text-recipients", 5}, {"recipients-and-text", 6}, {"text-recipient-lines", 6}, {"text-one-line", 5}, {"text-again", 6}, {"transcript", 6},
	};

	for (size_t i = 0; i < sizeof(larger) / sizeof(larger[0]); i++)
	{
		if (strcmp(larger[i].name, shape->name) == 0)
			return larger[i].megabytes * 1024 * 1024;
	}
	return MAX_FIXED;
}

static void
test_shape(const MailShape *shape)
{
	char		name[200];
	bool		bounded = true;
	bool		same = true;
	size_t		rows = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
	{
		Slice		mail = make_mail(shape, sizes[i]);
		Digest		taken;
		size_t		memory = memory_of(mail, &taken);

		if (memory > fixed_of(shape) + mail.n)
		{
			printf("# %zu bytes took %zu\n", mail.n, memory);
			bounded = false;
		}
		if (sizes[i] <= 300000)
		{
			Digest		kept = kept_rows(mail);

			same = same && kept.rows == taken.rows && kept.sum == taken.sum;
		}
		rows = taken.rows;
		free((char *) mail.p);
	}
	snprintf(name, sizeof(name), "%s: memory, %s", shape->name, shape->what);
	ok(bounded, name);
	snprintf(name, sizeof(name), "%s: the same rows, up to %zu", shape->name, rows);
	ok(same, name);
}

/* What is not read costs no memory at all: attachments of any size, and whatever follows what counts. */
static void
test_unread(void)
{
	static const char *const names[] = {"attachment", "header-line", "dashes", "blank-lines", "parts-empty", "mailbox", "mailbox-reports"};

	for (size_t i = 0; i < MAIL_SHAPES; i++)
	{
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
		{
			Slice		mail;
			Digest		digest;

			if (strcmp(mail_shapes[i].name, names[k]) != 0)
				continue;
			mail = make_mail(&mail_shapes[i], 8000000);
			ok(memory_of(mail, &digest) <= MAX_ORDINARY, names[k]);
			free((char *) mail.p);
		}
	}
}

/*
 * Texts that turn out to be none of a report, as many as are tried, in a
 * message and in those that it carries: one at a time is held.
 */
static void
test_texts(void)
{
#define TEXT_BYTES 260000
	size_t		room = 16 * (TEXT_BYTES + 1000);
	char	   *mail = malloc(room);
	size_t		n = 0;
	Digest		digest;

	for (int message = 0; message < 4; message++)
	{
		n += (size_t) sprintf(mail + n, DAEMON_MAIL "Content-Type: multipart/mixed; boundary=\"b%d\"\n", message);
		for (int text = 0; text < 4; text++)
		{
			size_t		start = n;

			n += (size_t) sprintf(mail + n, "\n--b%d\nContent-Type: text/plain\n\n", message);
			while (n < start + TEXT_BYTES)
				n += (size_t) sprintf(mail + n, "u%zu@b.example here\n", n);
		}
		if (message == 0)
			ok(memory_of(slice(mail, n), &digest) < MAX_FIXED && digest.rows == 0, "texts beside each other");
		n += (size_t) sprintf(mail + n, "\n--b%d\nContent-Type: message/rfc822\n\n", message);
	}
	ok(memory_of(slice(mail, n), &digest) < MAX_FIXED && digest.rows == 0, "and those of messages inside");
	free(mail);
}

static bool
pass_field(void *context, FieldOrigin origin, Slice value)
{
	(void) context;
	(void) origin;
	(void) value;
	return true;
}

/*
 * Fields by their name, and the mail without people in it: what was needed for
 * one message is not held when the next is read.
 */
static void
test_others(void)
{
	size_t		size = 3000000;

	for (size_t i = 0; i < MAIL_SHAPES; i++)
	{
		Slice		mail = make_mail(&mail_shapes[i], size);
		Counter		counter = {0, 0};
		Arena		arena;
		Slice		redacted;

		arena_init(&arena, count_alloc, count_release, &counter, NULL);
		fields_each(&arena, mail, SLICE_LIT("Subject"), pass_field, NULL);
		arena_reset(&arena);
		printf("# %s: fields %zu\n", mail_shapes[i].name, counter.most);
		ok(counter.most <= mail.n + MAX_FIXED, mail_shapes[i].name);
		counter.most = 0;
		redacted = redact_mail(&arena, mail, SLICE_NONE);
		/* what is written doubles its room, and each name that is written stays */
		printf("# %s: redact %zu, %zu\n", mail_shapes[i].name, redacted.n, counter.most);
		ok(counter.most <= 4 * (mail.n + redacted.n) + MAX_FIXED, mail_shapes[i].name);
		arena_reset(&arena);
		free((char *) mail.p);
	}
}

int
main(void)
{
	for (size_t i = 0; i < MAIL_SHAPES; i++)
		test_shape(&mail_shapes[i]);
	test_unread();
	test_texts();
	test_others();
	return finish();
}
