/*
 * read_who.c
 *	  Who wrote the message, and does it report?
 */
#include "mail/address.h"
#include "report/named.h"
#include "report/returned.h"
#include "report/verp.h"
#include "report/reading.h"

bool
reading_is_to_verp(const Reading *reading)
{
	const Header *header = &reading->message->parts[reading->root].header;
	Slice		hidden;

	return verp_decode(reading->arena, address_clean(reading->arena, mime_field(header, SLICE_LIT("To")), true), &hidden) == VERP_RECIPIENT;
}

bool
reading_returns_own_message(const Reading *reading, const TextReport *text)
{
	const Report *report = reading->report;
	Slice		home = address_domain(address_clean(reading->arena, mime_field(report->header, SLICE_LIT("To")), true));
	Slice		author = report->returned.from;

	if (!signs_has(&reading->signs, SIGN_DAEMON) || !reading->signs.returned_to_nobody || text->absent || text->was_read)
		return false;
	if (!report->returned.present && text->returned.n > 0)
	{
		Returned	returned = {0};

		returned_from_text(reading->arena, text->returned, reading_line_end_of(reading->message, text->returned), &returned);
		author = returned.from;
	}
	return home.n > 0 && slice_equal_nocase(address_domain(address_clean(reading->arena, author, true)), home);
}

/*
 * Does a mail system name one address of its own domain to somebody of
 * another, so that nobody answers?  That is how one speaks of a recipient, if
 * the words give a reason.
 */
static bool
names_neighbour(const Reading *reading, const TextReport *text)
{
	const Header *header = reading->report->header;
	Slice		home = address_domain(address_clean(reading->arena, mime_field(header, SLICE_LIT("To")), true));
	Slice		house = address_domain(address_clean(reading->arena, mime_field(header, SLICE_LIT("From")), true));
	Slice		named;

	if (!signs_has(&reading->signs, SIGN_DAEMON) || !reading->signs.returned_to_nobody || text->absent || text->was_read ||
		signs_has(&reading->signs, SIGN_AUTOREPLY) || mime_field(header, SLICE_LIT("In-Reply-To")).n > 0)
		return false;
	named = named_address(reading->arena, text->words, header);
	return named.n > 0 && named_is_same_house(address_domain(named), house) && !named_is_same_house(address_domain(named), home);
}

bool
reading_is_unannounced(const Reading *reading, const TextReport *text)
{
	return !signs_has(&reading->signs, SIGN_LIST) && (reading_returns_own_message(reading, text) || names_neighbour(reading, text));
}

/* "An e-mail that was addressed to you contained a virus", and nobody else is named. */
static bool
is_about_incoming(const Reading *reading, const TextReport *text)
{
	const Header *header = reading->report->header;

	return text->incoming && !text->quotes_reply && !reading->report->returned.present &&
		(text->count == 0 ||
		 (text->count == 1 && slice_equal(text->recipients[0].address, address_clean(reading->arena, mime_field(header, SLICE_LIT("To")), true))));
}

const char *
reading_no_report(const Reading *reading, const TextReport *text, bool listed)
{
	const Report *report = reading->report;
	bool		daemon = signs_has(&reading->signs, SIGN_DAEMON);
	bool		subject = signs_has(&reading->signs, SIGN_BOUNCE) || signs_has(&reading->signs, SIGN_DELAY) ||
		signs_has(&reading->signs, SIGN_SUCCESS);

	if (listed)
		return NULL;
	/* a mail system's name alone ("Postmaster's Digest") does not outweigh it */
	if (signs_has(&reading->signs, SIGN_LIST) &&
		!(daemon && !reading->signs.returned_to_somebody && (subject || reading->signs.returned_to_nobody)))
		return "a list or a bulk mailer sent it, not a mail system";
	if (signs_has(&reading->signs, SIGN_CHALLENGE) ||
		(text->challenges && !text->quotes_reply && (!daemon || text->count == 0)))
		return "it is a challenge";
	if (signs_has(&reading->signs, SIGN_RECEIPT))
		return "it is a receipt";
	if (signs_has(&reading->signs, SIGN_AUTOREPLY) && !daemon && !subject)
		return "it is an automatic reply";
	if (text->absent && !subject && !text->quotes_reply && (!daemon || (text->count == 0 && !text->speaks)))
		return "it is a notice of absence";
	if (signs_has(&reading->signs, SIGN_PASSED) &&
		(!daemon || (reading->signs.returned_to_somebody && !text->quotes_reply)))
		return "somebody answers or passes it on";
	if (signs_has(&reading->signs, SIGN_DIGEST))
		return "it sums up what a gateway holds, or a log";
	if (is_about_incoming(reading, text))
		return "it speaks of mail to the reader";
	/* a postmaster who writes himself may quote a reply or what he saw in his log */
	if (daemon && !subject && mime_field(report->header, SLICE_LIT("In-Reply-To")).n > 0 &&
		mime_field(report->header, SLICE_LIT("Return-Path")).n > 2)
		return "somebody answers";
	if (daemon && reading->signs.returned_to_nobody && reading_is_to_verp(reading))
		return NULL;
	if (daemon)
		return subject || text->speaks ||
			((text->quotes_reply || text->count > 0) && !reading->signs.returned_to_somebody) ||
			reading_is_unannounced(reading, text) ? NULL : "a mail system wrote it, but it reports no failure";
	/* much that no mail system wrote is sent so that nobody answers */
	if (reading->signs.returned_to_nobody)
		return subject || text->speaks ? NULL : "nothing in it reports a failure";
	return subject && text->speaks && text->count > 0 &&
		((text->quotes_reply && !reading->signs.returned_to_somebody) || text->returned.n > 0 || report->returned.present ||
		 mime_field(report->header, SLICE_LIT("Auto-Submitted")).n > 2 ||
		 /* FML, whose refusals come from the list's owner */
		 mime_field(report->header, SLICE_LIT("X-MLServer")).n > 0) ? NULL : "nothing shows that a mail system wrote it";
}

bool
reading_is_report(const Reading *reading, const TextReport *text, bool listed)
{
	return reading_no_report(reading, text, listed) == NULL;
}

bool
reading_is_automatic(const Reading *reading)
{
	Slice		precedence = mime_field(reading->report->header, SLICE_LIT("Precedence"));

	return signs_has(&reading->signs, SIGN_AUTOREPLY) || reading->signs.returned_to_nobody ||
		slice_equal_nocase(precedence, SLICE_LIT("bulk")) || slice_equal_nocase(precedence, SLICE_LIT("junk"));
}

bool
reading_is_answer_of_program(const Reading *reading)
{
	const Header *header = reading->report->header;

	return reading->signs.returned_to_nobody && !signs_has(&reading->signs, SIGN_DAEMON) &&
		(signs_has(&reading->signs, SIGN_PASSED) || mime_field(header, SLICE_LIT("In-Reply-To")).n > 0 ||
		 mime_field(header, SLICE_LIT("References")).n > 0);
}

bool
reading_is_for_owner(const Reading *reading)
{
	static const Slice owners[] = {SLICE_LIT("-owner"), SLICE_LIT("+owner"), SLICE_LIT("-admin"), SLICE_LIT("listmaster"), SLICE_LIT("postmaster"), SLICE_LIT("-request")};
	const Header *header = &reading->message->parts[reading->root].header;
	Slice		to = address_clean(reading->arena, mime_field(header, SLICE_LIT("To")), true);
	size_t		at = slice_find(to, '@', 0);

	if (at == SLICE_NPOS || !reading->signs.returned_to_nobody || !signs_has(&reading->signs, SIGN_LIST))
		return false;
	if (slice_starts_nocase(to, SLICE_LIT("owner-")))
		return true;
	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
	{
		if (slice_ends_nocase(slice(to.p, at), owners[i]))
			return true;
	}
	return false;
}

bool
reading_is_forwarded(const Reading *reading)
{
	const Part *root = &reading->message->parts[reading->root];
	int			i = reading_find_part(reading, PART_DELIVERY_STATUS, reading->root);
	Signs		signs;

	if (i < 0 || !reading_is_attachment(&reading->message->parts[i]) ||
		slice_equal_nocase(root->content_type, SLICE_LIT("multipart/report")))
		return false;
	signs_read(reading->arena, &root->header, NULL, &signs);
	return !signs.returned_to_nobody && !signs_has(&signs, SIGN_DAEMON) && !signs_has(&signs, SIGN_BOUNCE) &&
		!signs_has(&signs, SIGN_DELAY) && !signs_has(&signs, SIGN_SUCCESS) && !signs_has(&signs, SIGN_AUTOREPLY);
}

bool
reading_is_handed_on(const Reading *reading, Slice *bounce)
{
	const Header *header = &reading->message->parts[0].header;
	Slice		text;
	size_t		at;
	size_t		line;

	if (slice_find_nocase(mime_field(header, SLICE_LIT("From")), SLICE_LIT("listserv@"), 0) == SLICE_NPOS ||
		!reading_human_text(reading, 0, &text))
		return false;
	at = slice_find_nocase(text, SLICE_LIT("- Message in error "), 0);
	if (at == SLICE_NPOS)
		return false;
	for (line = at; line > 0 && text.p[line - 1] == '-';)
		line--;
	while (at < text.n && text.p[at] != '\n' && text.p[at] != '\r')
		at++;
	if (at - line < 40)
		return false;
	*bounce = slice_trim(slice(text.p + at, text.n - at));
	return bounce->n > 0;
}
