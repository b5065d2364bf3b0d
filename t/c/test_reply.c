/*
 * test_reply.c
 *	  The SMTP reply inside a diagnostic: code, enhanced code, words, host.
 *
 * Build: make unit
 */
#include <time.h>

#include "classify/reply.h"
#include "mail/limits.h"
#include "tap.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void
test_status(void)
{
	static const struct
	{
		Slice		text;
		uint32_t	status;
		size_t		length;
	}			cases[] = {
		{SLICE_LIT("5.1.1"), 5001001, 5},
		{SLICE_LIT("4.7.650 slow down"), 4007650, 7},
		{SLICE_LIT("2.0.0."), 2000000, 5},
		{SLICE_LIT("5.1.1.2"), 0, 0},
		{SLICE_LIT("5.1.1234"), 0, 0},
		{SLICE_LIT("5.1234.1"), 0, 0},
		{SLICE_LIT("3.1.1"), 0, 0},
		{SLICE_LIT("50.1.1"), 0, 0},
		{SLICE_LIT("5.1."), 0, 0},
		{SLICE_LIT("5..1.1"), 0, 0},
		{SLICE_LIT("5.1"), 0, 0},
		{SLICE_LIT(""), 0, 0},
	};

	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Slice		text = exact_copy(cases[i].text);
		size_t		length = 0;

		ok(status_read(text, &length) == cases[i].status && length == cases[i].length, cases[i].text.n ? cases[i].text.p : "nothing");
		free((char *) text.p);
	}
}

static void
test_reply(void)
{
	static const struct
	{
		Slice		text;
		int			code;
		Slice		status;
		Slice		words;
		Slice		rhost;
	}			cases[] = {
		{SLICE_LIT("550 5.1.1 User unknown"), 550, SLICE_LIT("5.1.1"), SLICE_LIT("550 5.1.1 User unknown"), SLICE_NONE},
		{SLICE_LIT("553 sorry, your envelope sender is in my list (#5.7.1)"), 553, SLICE_LIT("5.7.1"), SLICE_LIT("553 sorry, your envelope sender is in my list (#5.7.1)"), SLICE_NONE},
		{SLICE_LIT("smtp;550-5.1.1 no such 550 5.1.1 user"), 550, SLICE_LIT("5.1.1"), SLICE_LIT("550-5.1.1 no such user"), SLICE_NONE},
		{SLICE_LIT("(reason: 255)"), 0, SLICE_NONE, SLICE_LIT("(reason: 255)"), SLICE_NONE},
		{SLICE_LIT("550-5.1.1 The account\r\n550-5.1.1 that you tried\r\n550 5.1.1 does not exist"), 550, SLICE_LIT("5.1.1"),
		SLICE_LIT("550-5.1.1 The account that you tried does not exist"), SLICE_NONE},
		{SLICE_LIT("MSEXCH:IMS:ORG:SITE:SERVER 3550 (000B09AA) 550 Relaying is prohibited"), 550, SLICE_NONE,
		SLICE_LIT("550 Relaying is prohibited"), SLICE_NONE},
		{SLICE_LIT("192.0.2.1:25 jdoe@example.net 550 No such user"), 550, SLICE_NONE, SLICE_LIT("550 No such user"), SLICE_NONE},
		{SLICE_LIT("421 4.3.0 upstream error (421): please retry later"), 421, SLICE_LIT("4.3.0"),
		SLICE_LIT("421 4.3.0 upstream error (421): please retry later"), SLICE_NONE},
		{SLICE_LIT("@40000000 delivery 42: failure: 192.0.2.1_does_not_like_recipient./Remote_host_said:_550_5.1.1_No_such_user/Giving_up_on_192.0.2.1./"),
		550, SLICE_LIT("5.1.1"), SLICE_LIT("550 5.1.1 No such user"), SLICE_LIT("192.0.2.1")},
		{SLICE_LIT("delivery 7: deferral: CNAME_lookup_failed_temporarily._(#4.4.3)/"), 0, SLICE_LIT("4.4.3"),
		SLICE_LIT("CNAME lookup failed temporarily. (#4.4.3)"), SLICE_NONE},
		{SLICE_LIT("delivery 7: failure: "), 0, SLICE_NONE, SLICE_LIT("delivery 7: failure:"), SLICE_NONE},
		{SLICE_LIT("host mx.example.net[192.0.2.1] said: 550 5.1.1 No (in reply to RCPT TO command)"), 550, SLICE_LIT("5.1.1"),
		SLICE_LIT("550 5.1.1 No"), SLICE_LIT("mx.example.net")},
		{SLICE_LIT("connect to mx.example.net[192.0.2.1]:25: Connection refused"), 0, SLICE_NONE,
		SLICE_LIT("connect to mx.example.net[192.0.2.1]:25: Connection refused"), SLICE_LIT("mx.example.net")},
		{SLICE_LIT("rejected by the server for the recipient domain example.com by mx.example.net. [192.0.2.1].\n\nThe error that the other server returned was:\n550 5.1.1 No"), 550,
		SLICE_LIT("5.1.1"), SLICE_LIT("550 5.1.1 No"), SLICE_LIT("mx.example.net")},
		{SLICE_LIT("host mx.example.net[192.0.2.1] said: 421\n4.7.0 slow down"), 421, SLICE_LIT("4.7.0"), SLICE_LIT("421 4.7.0 slow down"), SLICE_LIT("mx.example.net")},
		{SLICE_LIT("550"), 550, SLICE_NONE, SLICE_LIT("550"), SLICE_NONE},
		{SLICE_LIT("5.3.0 - Other mail system problem 550-'no such user'"), 550, SLICE_NONE, SLICE_LIT("550-'no such user'"), SLICE_NONE},
		{SLICE_LIT("host mx.example.net refused to talk to me: 554\n    mx.example.net block for spam"), 554, SLICE_NONE, SLICE_LIT("554 mx.example.net block for spam"), SLICE_LIT("mx.example.net")},
		{SLICE_LIT("Antwort des Servers mx.example.net:\n550 nein"), 550, SLICE_NONE, SLICE_LIT("550 nein"), SLICE_LIT("mx.example.net")},
		{SLICE_LIT("a@example.com: [192.0.2.1], 550 no such user"), 550, SLICE_NONE, SLICE_LIT("550 no such user"), SLICE_NONE},
		{SLICE_LIT("\351\200\200\344\277\241\344\273\243\347\240\201\357\274\232554 refused"), 554, SLICE_NONE, SLICE_LIT("554 refused"), SLICE_NONE},
		/* numbers that are no replies */
		{SLICE_LIT("message of 550 MB is too large"), 0, SLICE_NONE, SLICE_LIT("message of 550 MB is too large"), SLICE_NONE},
		{SLICE_LIT("tried for 450 seconds"), 0, SLICE_NONE, SLICE_LIT("tried for 450 seconds"), SLICE_NONE},
		{SLICE_LIT("room 5501, building 550.1"), 0, SLICE_NONE, SLICE_LIT("room 5501, building 550.1"), SLICE_NONE},
		/* only the enhanced code */
		{SLICE_LIT("mailbox unknown (#5.1.1)"), 0, SLICE_LIT("5.1.1"), SLICE_LIT("mailbox unknown (#5.1.1)"), SLICE_NONE},
		{SLICE_LIT("version 5.1.1.7 at 5.1.2.3"), 0, SLICE_NONE, SLICE_LIT("version 5.1.1.7 at 5.1.2.3"), SLICE_NONE},
		/* a class that contradicts the code tells nothing */
		{SLICE_LIT("550 2.1.5 unknown"), 550, SLICE_NONE, SLICE_LIT("550 2.1.5 unknown"), SLICE_NONE},
		/* the innermost of nested replies counts, unless it is about the sender */
		{SLICE_LIT("550 relay said: 552 5.2.2 mailbox full"), 552, SLICE_LIT("5.2.2"), SLICE_LIT("552 5.2.2 mailbox full"), SLICE_NONE},
		{SLICE_LIT("450 4.1.7 Sender address rejected: host mx.example said: 550 5.1.1 unknown"), 450, SLICE_LIT("4.1.7"),
		SLICE_LIT("450 4.1.7 Sender address rejected: host mx.example said: 550 5.1.1 unknown"), SLICE_NONE},
		/* a success inside a refusal is quoted history */
		{SLICE_LIT("554 failed: 250 ok"), 554, SLICE_NONE, SLICE_LIT("554 failed: 250 ok"), SLICE_NONE},
		{SLICE_LIT("  \r\n "), 0, SLICE_NONE, SLICE_LIT(""), SLICE_NONE},
	};
	Arena		arena;
	TestOwner	owner;
	Reply		reply;

	for (size_t i = 0; i < LENGTH(cases); i++)
	{
		Slice		text = exact_copy(cases[i].text);

		test_arena(&arena, &owner);
		reply_read(&arena, text, &reply);
		ok(reply.code == cases[i].code, cases[i].text.p);
		ok(slice_equal(reply.words, cases[i].words), "  words");
		if (!slice_equal(reply.words, cases[i].words))
			print_bytes("got", reply.words);
		ok(slice_equal(reply.status_text, cases[i].status) && (reply.status != 0) == (cases[i].status.n > 0), "  enhanced code");
		ok(cases[i].rhost.n == 0 || slice_equal(reply.rhost, cases[i].rhost), "  host");
		arena_reset(&arena);
		free((char *) text.p);
	}
	test_arena(&arena, &owner);
	reply_read(&arena, SLICE_NONE, &reply);
	ok(reply.code == 0 && reply.status == 0 && reply.words.n == 0, "nothing at all");
	arena_reset(&arena);
}

/* Replies without end, whatever they are made of: on one line, bounded, and the pieces are of the text. */
static void
test_hazards(void)
{
	static const char *const pieces[] = {
		"550", "550 ", "550-", "250 ", ":", "5.1.1", "#", "'", "\"", "(in reply to ", "host ", "mx.example", "sender ", "\n", "\r\n", " ", "> #SMTP#", "\t", "Giving up on ", "delivery 1: failure: ", "_", "/"
	};
	uint32_t	seed = 2463534242u;
	bool		one_line = true;
	bool		bounded = true;

	for (int round = 0; round < 5000; round++)
	{
		char		bytes[256];
		size_t		n = 0;
		Slice		text;
		Arena		arena;
		TestOwner	owner;
		Reply		reply;

		while (n < 200 && test_random(&seed) % 40 != 0)
		{
			const char *piece = pieces[test_random(&seed) % LENGTH(pieces)];

			memcpy(bytes + n, piece, strlen(piece));
			n += strlen(piece);
		}
		text = exact_copy(slice(bytes, n));
		test_arena(&arena, &owner);
		reply_read(&arena, text, &reply);
		one_line = one_line && slice_find(reply.words, '\n', 0) == SLICE_NPOS && slice_find(reply.words, '\r', 0) == SLICE_NPOS;
		bounded = bounded && reply.words.n + reply.preface.n + reply.suffix.n <= text.n && reply.status_text.n <= 9;
		arena_reset(&arena);
		free((char *) text.p);
	}
	ok(one_line, "pieces in any order give one line");
	ok(bounded, "that is no longer than they were");
}

int
main(void)
{
	test_status();
	test_reply();
	test_hazards();
	return finish();
}
