/*
 * webhook_value.h
 *	  Single values of events: times, codes, hosts, replies.
 */
#ifndef BOUNCE_WEBHOOK_VALUE_H
#define BOUNCE_WEBHOOK_VALUE_H

#include "mail/arena.h"
#include "mail/decode.h"

/* RFC 3339, RFC 5322, or a number: seconds since 1970, with or without a fraction, or milliseconds. */
MailDate	value_date(Slice text);

/* Both with the separator between, in the arena; the one that is there where the other is empty. */
Slice		value_join(Arena *arena, Slice a, char separator, Slice b);

/* "smtp; 550 5.1.1 ..." taken apart; the text is bounded. */
void		value_diagnostic(Arena *arena, Slice text, Slice *type, Slice *diagnostic);

/*
 * Puts an SMTP reply code, which the service tells beside the words, before
 * them, unless they begin with it.  Codes of the service's own (605) are none.
 * A text that a service hands on as a reply is one: the type becomes smtp.
 */
void		value_with_code(Arena *arena, Slice code, Slice *diagnostic, Slice *type);

/*
 * Can this only be about mail?  An enhanced status code, or a reply whose code
 * is none of HTTP's (404, 500).
 */
bool		value_is_refusal(Slice status, Slice diagnostic);

/* "RCPT TO:<x>" as the record names it, of static storage; NULL for what is no command. */
const char *value_command(Slice text);

/* "dsn; mx.example.com." as a host's name. */
Slice		value_host(Slice text);

#endif							/* BOUNCE_WEBHOOK_VALUE_H */
