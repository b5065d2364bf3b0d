/*
 * test_mbox.c
 *	  Several messages in one value.
 */
#include <time.h>

#include "bounce.h"
#include "mail/mbox.h"
#include "tap.h"

static size_t
count(Slice raw)
{
	size_t		offset = 0;
	size_t		n = 0;
	size_t		bytes = 0;
	Slice		message;
	Arena		arena;

	arena_init(&arena, NULL, NULL, NULL, NULL);
	while (mbox_next(&arena, raw, &offset, &message))
	{
		n++;
		bytes += message.n;
	}
	return bytes == raw.n ? n : 0;
}

#define FROM "From a@example.org Thu Nov 24 18:22:48 2022\n"
#define MAIL "Subject: x\n\nbody\n"

/* The whole mailbox was searched for a LF for each message. */
static void
test_many_with_cr(void)
{
	static const char one[] = "From a@example.org Thu Nov 24 18:22:48 2022\rSubject: x\r\r\r";
	static char text[4 << 20];
	size_t		n = 0;
	clock_t		start;

	while (n + sizeof(one) < sizeof(text))
	{
		memcpy(text + n, one, sizeof(one) - 1);
		n += sizeof(one) - 1;
	}
	start = clock();
	ok(count(slice(text, n)) == n / (sizeof(one) - 1), "many with CR");
	ok((double) (clock() - start) / CLOCKS_PER_SEC < 1.5, "  in no time");
}

/* Which lines divide, of those that begin with "From " behind a blank line and before a field? */
static void
test_lines(void)
{
	static const struct
	{
		const char *line;
		bool		divides;
	}			cases[] = {
		{"From a Thu Nov 24 18:22:48 1986", true},
		{"From a Thu Nov 24 18:22:48 2022", true},
		{"From a Thu Nov 24 18:22 2022 remote from b", true},
		{"From a Thu Nov 24 18:22:48 UTC 2022  ", true},
		{"From a@[IPv6:::1] Thu Nov 24 18:22:48 2022", true},
		{"From a 18:22 in the year 2022", true},
		/* no year, or none that mail was sent in */
		{"From a Thu Nov 24 18:22:48 22", false},
		{"From a Thu Nov 24 18:22:48 3022", false},
		{"From a Thu Nov 24 18:22:48 2x22", false},
		{"From a Thu Nov 24 18:22:48 20x2", false},
		{"From a Thu Nov 24 18:22:48 202x", false},
		{"From a Thu Nov 24 18:22:48 20222", false},
		{"From a Thu Nov 24 18:22:48_2022", false},
		/* no time, or behind the year */
		{"From a Thu Nov 24 x:22 2022", false},
		{"From a Thu Nov 24 18:x2 2022", false},
		{"From a Thu Nov 24 18:2x 2022", false},
		{"From a 2022 at 18:22", false},
		{"From a", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		char		text[300];
		int			n = snprintf(text, sizeof(text), FROM MAIL "\n%s\n" MAIL, cases[i].line);

		ok(count(slice(text, (size_t) n)) == (cases[i].divides ? 2 : 1), cases[i].line);
	}
}

/* And which lines before and behind let one divide? */
static void
test_around(void)
{
	char		text[8000];
	size_t		n;

	ok(count(SLICE_LIT(FROM MAIL "\n" FROM "no field\n")) == 1, "two words before the colon are no field");
	ok(count(SLICE_LIT(FROM MAIL "\n" FROM "X: y\n")) == 1, "nor is one letter, which no field has");
	ok(count(SLICE_LIT(FROM MAIL "\n" FROM)) == 1, "a From line that nothing follows");
	ok(count(SLICE_LIT(FROM MAIL "\n" FROM "Subject")) == 1, "  or half a field");
	ok(count(SLICE_LIT(FROM MAIL "\n" FROM "\n\n" MAIL)) == 2, "  or blank lines, and then one");
	ok(count(SLICE_LIT("From a 10:00 2022\r\nSubject: x\r\n\r\n--b--\r\nFrom a 10:00 2022\r\nSubject: x\r\n\r\n")) == 2, "behind a closing delimiter with CRLF");
	ok(count(SLICE_LIT("From a 10:00 2022\rSubject: x\r\r--b--\rFrom a 10:00 2022\rSubject: x\r\r")) == 2, "  with CR");
	ok(count(SLICE_LIT(FROM "Subject: x\n\n--b\n" FROM MAIL)) == 1, "behind a delimiter that closes nothing");
	ok(count(SLICE_LIT(FROM "Subject: x\n\n--b-\n" FROM MAIL)) == 1, "  nor does this");
	ok(count(SLICE_LIT(FROM "Subject: x\n\n-b--\n" FROM MAIL)) == 1, "  nor this");
	ok(count(SLICE_LIT("From a 10:00 2022\n" FROM MAIL)) == 1, "a From line right behind the first");

	ok(count(SLICE_LIT(FROM MAIL "\nFrom a 10:00 2022")) == 1, "  or not even a line end");

	/* the bounds of lines */
	n = (size_t) snprintf(text, sizeof(text), FROM MAIL "\n%s", "From ");
	memset(text + n, 'a', 2000);
	n += 2000;
	n += (size_t) snprintf(text + n, sizeof(text) - n, " Thu Nov 24 18:22:48 2022\n" MAIL);
	ok(count(slice(text, n)) == 1, "a From line of 2,000 bytes divides nothing");
	n = (size_t) snprintf(text, sizeof(text), FROM "Subject: x\n\n--");
	memset(text + n, 'b', 2000);
	n += 2000;
	n += (size_t) snprintf(text + n, sizeof(text) - n, "--\n" FROM MAIL);
	ok(count(slice(text, n)) == 1, "nor does one behind a delimiter of 2,000 bytes");
	n = (size_t) snprintf(text, sizeof(text), FROM MAIL "\n" FROM);
	memset(text + n, 'X', 200);
	n += 200;
	n += (size_t) snprintf(text + n, sizeof(text) - n, ": y\n");
	ok(count(slice(text, n)) == 1, "nor one before a field whose name has 200");
	n = (size_t) snprintf(text, sizeof(text), FROM MAIL "\n" FROM);
	memset(text + n, '\n', 3000);
	n += 3000;
	n += (size_t) snprintf(text + n, sizeof(text) - n, MAIL);
	ok(count(slice(text, n)) == 1, "nor one before 3,000 blank lines");
	n = (size_t) snprintf(text, sizeof(text), "From ");
	memset(text + n, 'a', 2000);
	n += 2000;
	n += (size_t) snprintf(text + n, sizeof(text) - n, "\r" MAIL);
	ok(count(slice(text, n)) == 1, "a first line of 2,000 bytes");
	ok(count(SLICE_LIT("From a 10:00 2022")) == 1 && count(SLICE_LIT("From a 10:00 2022\r")) == 1, "a first line without an end, or with a CR");
}

int
main(void)
{
	ok(count(SLICE_LIT("")) == 1, "nothing is one message");
	ok(count(SLICE_LIT(MAIL)) == 1, "a message without a From line");
	ok(count(SLICE_LIT(MAIL "\n" FROM MAIL)) == 1, "what does not begin as an mbox is none");
	ok(count(SLICE_LIT(FROM MAIL)) == 1, "one message");
	ok(count(SLICE_LIT(FROM MAIL "\n" FROM MAIL)) == 2, "two");
	ok(count(SLICE_LIT(FROM MAIL "\n" FROM MAIL "\n" FROM MAIL)) == 3, "three");
	ok(count(SLICE_LIT("From a@example.org Thu Nov 24 18:22:48 2022\r\nSubject: x\r\n\r\nbody\r\n\r\nFrom b  Thu Nov 24 18:22:48 2022\r\nSubject: y\r\n\r\n")) == 2, "with CRLF");
	ok(count(SLICE_LIT("From a@example.org Thu Nov 24 18:22:48 2022\rSubject: x\r\rbody\r\rFrom b  Thu Nov 24 18:22:48 2022\rSubject: y\r\r")) == 2, "with CR");
	ok(count(SLICE_LIT(FROM MAIL FROM MAIL)) == 1, "no blank line before");
	ok(count(SLICE_LIT(FROM "Subject: x\n\n--b\n\nbody\n--b--\n" FROM MAIL)) == 2, "behind a closing delimiter");
	ok(count(SLICE_LIT(FROM "Subject: x\n\nbody\n----------\n" FROM MAIL)) == 1, "a rule of dashes is no delimiter");
	ok(count(SLICE_LIT(FROM MAIL "\nFrom now on it rains.\nReally: it does\n")) == 1, "a sentence is no From line");
	ok(count(SLICE_LIT(FROM MAIL "\nFrom 10:30 on 24 Nov 2022 it rained.\nIt did\n")) == 1, "no field behind it");
	ok(count(SLICE_LIT("From ")) == 1, "a From line alone");
	ok(count(SLICE_LIT("From a\n\nFrom ")) == 1, "cut off");
	test_lines();
	test_around();
	test_many_with_cr();
	return finish();
}
