/*
 * test_arf.c
 *	  Complaints (RFC 5965, 6591): who complained, wherever that is told.
 */
#include "mail/limits.h"
#include "mails.h"

#define LOOP "From: fbl@loop.example.com\nTo: abuse@example.org\nSubject: complaint\nDate: Mon, 23 Nov 2026 10:00:00 +0000\nMIME-Version: 1.0\n" \
	"Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n" WORDS "This is an email abuse report.\n"
#define FEEDBACK "--b\nContent-Type: message/feedback-report\n\n"
#define ABUSE "Feedback-Type: abuse\nUser-Agent: Loop/1\nVersion: 1\n"
#define REDACTED "--b\nContent-Type: message/rfc822\n\nFrom: sender@example.org\nTo: undisclosed-recipients:;\nSubject: hello\n\nhello\n" END

static char text[1 << 20];

int
main(void)
{
	char	   *p;

	gives("the field says it", LOOP FEEDBACK ABUSE "Original-Rcpt-To: <a@example.net>\n" REDACTED, "complaint a@example.net feedback");
	gives("two", LOOP FEEDBACK ABUSE "Original-Rcpt-To: a@example.net\nOriginal-Rcpt-To: <b@example.net>\n" REDACTED, "complaint a@example.net feedback; complaint b@example.net feedback");
	gives("blank lines before the fields", LOOP FEEDBACK " \n\n" ABUSE "Original-Rcpt-To: a@example.net\n" REDACTED, "complaint a@example.net feedback");
	has(feedback_type, "abuse");
	gives("blank lines and nothing else", LOOP FEEDBACK "\n \n" REDACTED, "complaint - feedback");
	gives("Comcast and others: who wants to be taken off", LOOP FEEDBACK ABUSE "Removal-Recipient: a@example.net\n" REDACTED, "complaint a@example.net feedback");
	gives("the envelope sender that was made for him", LOOP FEEDBACK ABUSE "Original-Mail-From: <bounce+a=example.net@example.org>\n" REDACTED, "complaint a@example.net feedback");
	gives("an envelope sender of nobody's", LOOP FEEDBACK ABUSE "Original-Mail-From: <bounce@example.org>\n" REDACTED, "complaint - feedback");
	gives("what is no address", LOOP FEEDBACK ABUSE "Original-Rcpt-To: redacted@\nOriginal-Rcpt-To: @example.net\n" REDACTED, "complaint - feedback");
	gives("when it was received", LOOP FEEDBACK ABUSE "Received-Date: Mon, 23 Nov 2026 09:00:00 +0000\nSource-IP: 192.0.2.1\n" REDACTED, "complaint - feedback");
	has(rhost, "192.0.2.1");

	/* a field that is longer than what is looked at */
	p = text + sprintf(text, "%s", LOOP FEEDBACK ABUSE "Original-Rcpt-To: a@example.net, ");
	memset(p, 'x', 2 * LIMIT_FIELD_BYTES);
	sprintf(p + 2 * LIMIT_FIELD_BYTES, ", b@example.net\n" REDACTED);
	gives("a field without an end", text, "complaint a@example.net feedback");
	p = text + sprintf(text, "%s", LOOP FEEDBACK ABUSE "Original-Rcpt-To: a@example.net, ");
	memset(p, 'x', LIMIT_ADDRESS_BYTES);
	sprintf(p + LIMIT_ADDRESS_BYTES, "@example.net\n" REDACTED);
	gives("an address that is longer than addresses are", text, "complaint a@example.net feedback");
	p = text + sprintf(text, "%s", LOOP FEEDBACK ABUSE "Original-Mail-From: <bounce+a=example.net@example.org> (");
	memset(p, 'x', 2 * LIMIT_FIELD_BYTES);
	sprintf(p + 2 * LIMIT_FIELD_BYTES, ")\n" REDACTED);
	gives("  of the envelope sender", text, "complaint a@example.net feedback");
	return finish();
}
