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
	test_many_with_cr();
	return finish();
}
