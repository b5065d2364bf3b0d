-- Mails without people in them
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;
RESET client_min_messages;

SELECT bounce_redact(E'Return-Path: <>\nFrom: MAILER-DAEMON@mx.lindgren-dental.com (Mail Delivery System)\nTo: yuki@koharu-books.net\nSubject: Undelivered Mail Returned to Sender\n'
	|| E'\n<kai@lindgren-dental.com>: host mx.lindgren-dental.com[198.51.100.7] said: 550 5.1.1\n    User unknown, Kai Lindgren moved (in reply to RCPT TO command)\n'
	|| E'\n--- Below this line is a copy of the message.\n\nFrom: Yuki Tanaka <yuki@koharu-books.net>\nTo: kai@lindgren-dental.com\nSubject: Winter catalogue\n\nDear Kai,\n');

-- what somebody wrote is no report: nothing of it stays
SELECT bounce_redact(E'From: Ann <ann@smith-family.org>\nSubject: mailbox full\n\nuser unknown\n');

-- text and bytes alike, with each line end
SELECT convert_from(bounce_redact(convert_to(t, 'UTF8')), 'UTF8') = bounce_redact(t) AS alike, replace(bounce_redact(t), E'\r', '\r') AS mail
FROM (VALUES (E'A: b@c.example\r\n\r\nb@c.example\r\n'), (E'A: b@c.example\r\rb@c.example\r')) AS mails (t);

-- a key makes pseudonyms that can be joined
SELECT bounce_redact(E'To: kai@lindgren-dental.com\n\n', 'k') LIKE '%' || bounce_pseudonym('KAI@lindgren-dental.com', 'k') || '%' AS found,
	bounce_pseudonym('kai@lindgren-dental.com', 'k') = bounce_pseudonym('kai@lindgren-dental.com', 'other') AS other_key,
	bounce_redact(E'To: kai@lindgren-dental.com\n\n') AS without,
	bounce_pseudonym('', 'k') AS nothing, bounce_pseudonym('postmaster@gmail.com', '') AS office;
SELECT bounce_redact(NULL::bytea) IS NULL AND bounce_redact('', NULL) IS NULL AND bounce_redact(''::bytea) = '\x0a' AS nothing;

-- an address has 1,024 bytes at most
SELECT n, bounce_pseudonym(repeat('a', n - 12) || '@example.com', 'k') IS NULL AS none FROM (VALUES (1023), (1024), (1025), (50000000)) AS lengths (n);

-- hostile: never an error, and no local part stays
SELECT every(length(bounce_redact(h)) < 20 * length(h) + 100) AS bounded, bool_or(encode(bounce_redact(h), 'escape') ~* 'kai') AS leaks
FROM (VALUES ('\xff00fe6b616940ff'::bytea), (convert_to(repeat('kai@', 20000), 'UTF8')), (convert_to(repeat(E'Subject: kai\n', 20000), 'UTF8')),
	(convert_to(repeat(E'Content-Type: multipart/mixed; boundary=kai\n\n--kai\n', 2000), 'UTF8')), (convert_to(repeat('"subject\":\"kai', 9000), 'UTF8')),
	(convert_to(repeat(E'--kai\nContent-Type: message/rfc822\n\n', 5000), 'UTF8')), ('\x0d0d0a0a'::bytea), (convert_to(E'kai\n\nkai', 'UTF8'))) AS mails (h);

-- every sample: the verdict of the redacted mail is that of the mail
CREATE TABLE sample (file text COLLATE "C", raw bytea);
\copy sample FROM PROGRAM 'samples/copy-text'
CREATE VIEW verdict AS
SELECT file, 'before' AS of, n, b.kind, b.reason, b.hard_bounce, b.fault, b.advice, b.action, b.delivery_status, b.reply_code, b.smtp_command, b.provider, b.host_group,
	b.decoded_by, b.bounced_at, b.blocklist, b.recipient IS NULL AS hidden
FROM sample, bounce_parse(raw, true) WITH ORDINALITY AS b (kind, recipient, reason, hard_bounce, fault, advice, action, delivery_status, reply_code, smtp_command, diagnostic_type,
	diagnostic_code, alias, verp, addresser, sender_domain, destination, provider, host_group, rhost, lhost, bounced_at, sent_at, timezone_offset, message_id, subject, list_id,
	feedback_type, feedback_id, retry_after, blocklist, listed_ip, decoded_by, token, n);
CREATE TABLE before AS TABLE verdict;
CREATE TABLE original AS TABLE sample;
UPDATE sample SET raw = bounce_redact(raw);
SELECT count(*) > 380 AS enough FROM before;
SELECT file, count(*) FROM (
	(SELECT * FROM before EXCEPT TABLE verdict) UNION ALL (SELECT * FROM verdict EXCEPT TABLE before)) d GROUP BY file ORDER BY file;

-- and no recipient's or sender's local part of four letters and more is left, but for offices' and words that mail systems use
SELECT DISTINCT o.file, split_part(a.address, '@', 1) AS left_over
FROM original o, bounce_parse(o.raw, true) AS b, LATERAL (VALUES (b.recipient), (b.addresser), (b.alias), (b.verp)) AS a (address), sample s
WHERE s.file = o.file AND length(split_part(a.address, '@', 1)) >= 4 AND NOT bounce_is_role(a.address)
	AND position(lower(split_part(a.address, '@', 1)) IN lower(encode(s.raw, 'escape'))) > 0
ORDER BY 1, 2;

DROP VIEW verdict;
DROP TABLE sample, before, original;
