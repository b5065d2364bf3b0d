/*
 * test_words.c
 *	  Reports in words: how they name who failed, and what else stands in them.
 */
#include "mail/limits.h"
#include "mails.h"

#define TOLD(words) DAEMON "\n" words
#define REFUSED "550 5.1.1 user unknown\n"
#define LIST "The following addresses had permanent fatal errors:\n"

/* "Name <a@b>" and its like: data in lines of a list */
static void
test_shapes(void)
{
	static const struct
	{
		const char *line;
		const char *recipient;
	}			cases[] = {
		{"<a@example.net>", "a@example.net"},
		{"* a@example.net", "a@example.net"},
		{"> a@example.net", "a@example.net"},
		{"\xc2\xa0\xc2\xa0" "a@example.net", "a@example.net"},
		{"\xc2\xb7 a@example.net", "a@example.net"},
		{"\xe2\x80\xa2 a@example.net", "a@example.net"},
		{"\xe2\x80\xa2\ta@example.net", "a@example.net"},
		{"\xe2\x80\xa2\xc2\xa0" "a@example.net", "a@example.net"},
		{"1. a@example.net", "a@example.net"},
		{"12) a@example.net", "a@example.net"},
		{"1.a@example.net", "1.a@example.net"},
		{"2024@example.net", "2024@example.net"},
		{"20245@example.net", "20245@example.net"},
		{"- a@example.net", "a@example.net"},
		{"-- a@example.net", "a@example.net"},
		{"\xe2\x80\xa2 1. a@example.net", "a@example.net"},
		{"\xe2\x80\xa2 1) a@example.net", "a@example.net"},
		{"[SMTP:a@example.net]", "a@example.net"},
		{"Ann [SMTP:a@example.net]", NULL},
		{"'a@example.net'", "a@example.net"},
		{"\"a@example.net\"", "a@example.net"},
		{"`a@example.net`", "a@example.net"},
		{"'a@example.net' (a@example.net)", "a@example.net"},
		{"a@example.net<mailto:a@example.net>", "a@example.net"},
		{"a@example.net [mailto:a@example.net]", "a@example.net"},
		{"a@example.net <c@example.net>", "c@example.net"},
		{"Ann Example <a@example.net>", "a@example.net"},
		{"Ann Example<mailto:a@example.net>", "a@example.net"},
		{"Ann Example [mailto:a@example.net]", "a@example.net"},
		{"Ann Example (a@example.net)", "a@example.net"},
		{"Ann Example [a@example.net]", NULL},
		{"Ann Example < (a@example.net)", "a@example.net"},
		{"Ann Example can be a long name, if she has as many first names as some people have, <a@example.net>", NULL},
		{"Ann: <a@example.net>", NULL},
		{"Ann of Example <a@example.net>", NULL},
		{"Ann Mary Jane Kate Example <a@example.net>", NULL},
		{"Ann Mary Jane Example <a@example.net>", "a@example.net"},
		{"Ann Example <a@example.net> and more", NULL},
		{"ann <a@example.net>", "a@example.net"},
		{"Ann Example, please! <a@example.net>", NULL},
		{"is it Ann? <a@example.net>", NULL},
		{"Ann=Example <a@example.net>", NULL},
		{"Ann; Example <a@example.net>", NULL},
		{"\xe5\xb1\xb1\xe7\x94\xb0\xe3\x80\x81 <a@example.net>", NULL},
		{"\xe5\xb1\xb1\xe7\x94\xb0\xe3\x80\x82 <a@example.net>", NULL},
		{"\xe5\xb1\xb1\xe7\x94\xb0\xef\xbc\x8c <a@example.net>", NULL},
		{"\xe5\xb1\xb1\xe7\x94\xb0 <a@example.net>", "a@example.net"},
		{"please contact <a@example.net>", NULL},
		{"<>", NULL},
		{"<a b@example.net>", NULL},
		{"<\"a b\"@example.net>", "\"a b\"@example.net"},
		{"<a@example.net", NULL},
		{"<a@example.net> ]", "a@example.net"},
		{"a@example.net ]", "a@example.net"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		char		mail[1024];
		char		expected[128];

		snprintf(mail, sizeof(mail), TOLD(LIST "%s\nb@example.net\n\n" REFUSED), cases[i].line);
		if (cases[i].recipient)
			snprintf(expected, sizeof(expected), "failure %s userunknown; failure b@example.net userunknown", cases[i].recipient);
		else
			strcpy(expected, "failure b@example.net userunknown");
		gives(cases[i].line, mail, expected);
	}
}

/* What stands behind the address in its line */
static void
test_behind(void)
{
	gives("two dashes", TOLD(LIST "a@example.net \xe2\x80\x93 user unknown\nb@example.net \xe2\x80\x94 mailbox full\nc@example.net \xe2\x86\x92 host unknown\n"
		  "d@example.net => user unknown\ne@example.net | mailbox full\nf@example.net - user unknown\n"),
		  "failure a@example.net userunknown; failure b@example.net mailboxfull; failure c@example.net hostunknown; failure d@example.net userunknown; "
		  "failure e@example.net mailboxfull; failure f@example.net userunknown");
	gives("a table's column", TOLD("a@example.net\tfailed\nb@example.net  delayed\nc@example.net; delivered\nd@example.net ...... relayed\ne@example.net | rejected\n"),
		  "failure a@example.net onhold; delay b@example.net expired; success c@example.net delivered; success d@example.net delivered; failure e@example.net onhold");
	gives("  that is none", TOLD("a@example.net\tfailedover\nb@example.net okay\nc@example.net ......\nd@example.net  x\n"), "failure c@example.net onhold");
	gives("an expansion that is cut", TOLD("<a@example.net> (expanded from <c@example.com>): user unknown\n<b@example.net> (expanded from\n    <d@example.com>): mailbox full\n"),
		  "failure a@example.net userunknown; failure b@example.net mailboxfull");
	has(alias, "c@example.com");
	gives("a remark that is none", TOLD("<a@example.net> (Ann\n<b@example.net> (Bob)\n<c@example.net> (Cate): user unknown\n"), "failure c@example.net userunknown");
}

/* smtplib's {'a@b': (550, b'...')} */
static void
test_refused(void)
{
#define PYTHON(dict) DAEMON "\nYour message could not be delivered.\n" dict "\n"
	gives("one", PYTHON("{'a@example.net': (550, b'5.1.1 user unknown')}"), "failure a@example.net userunknown");
	gives("two", PYTHON("{'a@example.net': (550, b'5.1.1 user unknown'), 'b@example.net': (452, b\"4.2.2 mailbox full\")}"),
		  "failure a@example.net userunknown; failure b@example.net mailboxfull");
	gives("what is none", PYTHON("{'x': (550, 'a'), 'a@example.net': (250, b'ok'), 'a@example.net': (5x0, b'ok'), 'a@example.net': (55x, b'ok'), a@example.net': (550, b'no')}"), "failure a@example.net filtered");
	gives("cut in the code", PYTHON("{'a@example.net': (55"), "failure a@example.net onhold");
	gives("cut in the reply", PYTHON("{'a@example.net': (550, b'5.1.1 user unknown"), "failure a@example.net userunknown");
}

/* An address that was wrapped */
static void
test_wrapped(void)
{
	gives("within its brackets", TOLD(LIST "<averyveryverylongname\n@example.net>\n" REFUSED), "failure averyveryverylongname@example.net userunknown");
	gives("  with the reply behind", TOLD(LIST "<averyveryverylongname@\n  example.net>: user unknown\nmore\n"), "failure averyveryverylongname@example.net userunknown");
	gives("  with a mark behind", TOLD(LIST "<averyveryverylongname@\n  example.net>:\n" REFUSED), "failure averyveryverylongname@example.net userunknown");
	gives("what is none: nothing in front", TOLD(LIST "<\n@example.net>\nb@example.net\n" REFUSED), "failure b@example.net userunknown");
	gives("  nothing behind", TOLD(LIST "<a\n>\nb@example.net\n" REFUSED), "failure b@example.net userunknown");
	gives("  several words", TOLD(LIST "<a person\n@example.net>\nb@example.net\n" REFUSED), "failure b@example.net userunknown");
	gives("  a header", TOLD(LIST "<a:b;c,d\n@example.net>\n<a;\n@example.net>\n<a,\n@example.net>\n<a<\n@example.net>\nb@example.net\n" REFUSED), "failure b@example.net userunknown");
	gives("  two", TOLD(LIST "<a@example.net\n@example.net>\nb@example.net\n" REFUSED), "failure b@example.net userunknown");
	gives("  the last line", TOLD(LIST "b@example.net\n" REFUSED "<a"), "failure b@example.net userunknown");
}

int
main(void)
{
	test_shapes();
	test_behind();
	test_refused();
	test_wrapped();
	return finish();
}
