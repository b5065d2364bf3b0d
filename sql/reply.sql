-- bounce_parse_reply(): a reply as a mail log holds it
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;

SELECT kind, reason, hard_bounce AS hard, advice, delivery_status, reply_code
FROM bounce_parse_reply('550 5.1.1 <rosa@koharu.example>: Recipient address rejected: User unknown');

-- who said it, and when, is evidence too
SELECT reason, rhost, smtp_command
FROM bounce_parse_reply('550 5.7.1 Message refused', rhost => 'mx.koharu.example', smtp_command => 'DATA');

-- try again
SELECT kind, hard_bounce AS hard, advice, delivery_status, retry_after
FROM bounce_parse_reply('451 4.7.1 Greylisted, please try again in 5 minutes');

-- a listed address
SELECT reason, blocklist, listed_ip
FROM bounce_parse_reply('554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org');
SELECT listed_ip, family(listed_ip)
FROM bounce_parse_reply('554 5.7.1 Service unavailable; Client host [2001:db8::7] blocked using zen.spamhaus.org');

-- several lines are one reply
SELECT delivery_status, reply_code, diagnostic_code
FROM bounce_parse_reply(E'552-5.2.2 The mailbox is\r\n552 5.2.2 over its quota');

-- no reply, no row; an empty or meaningless one has no code
SELECT bounce_parse_reply(NULL) IS NULL AS nothing;
SELECT bounce_parse_reply(NULL, 'mx.koharu.example', 'RCPT') IS NULL AS nothing;
SELECT kind, reason, delivery_status, reply_code FROM bounce_parse_reply('');
SELECT kind, delivery_status, reply_code FROM bounce_parse_reply('???');

-- a log, judged line by line; immutable, so that it can be indexed
CREATE TABLE log (line text, rhost text);
INSERT INTO log VALUES
	('550 5.1.1 <rosa@koharu.example>: User unknown', 'mx.koharu.example'),
	('550 5.1.1 <otto@koharu.example>: User unknown', 'mx.koharu.example'),
	('452 4.2.2 <emil@midori.example>: Mailbox full', 'mx.midori.example'),
	('250 2.0.0 Ok: queued as 4Fxyz', 'mx.midori.example'),
	(NULL, 'mx.midori.example');
SELECT b.kind, b.reason, count(*)
FROM log, bounce_parse_reply(line, log.rhost) b GROUP BY b.kind, b.reason ORDER BY b.kind, b.reason;
CREATE INDEX log_reason ON log (((bounce_parse_reply(line)).reason));
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT line FROM log WHERE (bounce_parse_reply(line)).reason = 'mailboxfull';
SELECT line FROM log WHERE (bounce_parse_reply(line)).reason = 'mailboxfull';
RESET enable_seqscan;
DROP TABLE log;
