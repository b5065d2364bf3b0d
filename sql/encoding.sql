-- bytes in any charset, and in none; the expected results are those of UTF8
SELECT getdatabaseencoding() <> 'UTF8' AS skip_test \gset
\if :skip_test
\quit
\endif
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;

-- a report whose returned message has the given Subject
CREATE FUNCTION about(subject bytea) RETURNS bytea LANGUAGE sql AS $f$
SELECT convert_to($mail$Return-Path: <>
Date: Fri, 6 Mar 2026 12:00:00 +0000
From: MAILER-DAEMON@out.news.example
To: letters@news.example
Subject: Returned mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; out.news.example

Final-Recipient: rfc822; rosa@koharu.example
Action: failed
Status: 5.1.1

--x
Content-Type: text/rfc822-headers

From: letters@news.example
Subject: $mail$, 'UTF8') || subject || convert_to($mail$

--x--
$mail$, 'UTF8')
$f$;

-- encoded words
SELECT b.subject FROM (VALUES
	('=?UTF-8?B?5pil44Gu5L6/44KK?='),
	('=?ISO-2022-JP?B?GyRCPVUkTkpYJGobKEI=?='),
	('=?Shift_JIS?B?j3SCzJXWgug=?='),
	('=?EUC-KR?B?ur0gvNK9xA==?='),
	('=?GB18030?B?tLrM7A==?='),
	('=?KOI8-R?B?18XTzsE=?='),
	('=?ISO-8859-1?Q?Fr=FChling?='),
	('=?windows-1252?Q?=93Spring=94_=80?='),
	('=?UTF-8?Q?=F0=9F=8C=B8?=')) AS mail (subject),
	bounce_parse(about(convert_to(mail.subject, 'UTF8'))) b;

-- raw 8-bit, as some write it: UTF-8 is taken as such, a letter within a word as windows-1252
SELECT b.subject FROM bounce_parse(about(convert_to('Frühling', 'UTF8'))) b;
SELECT b.subject FROM bounce_parse(about('Fr\374hling')) b;

-- what is broken becomes U+FFFD, and the row is there
SELECT b.recipient, b.subject FROM bounce_parse(about('\377\376 bytes')) b;
SELECT b.recipient, b.subject FROM bounce_parse(about('=?UTF-8?Q?=C3=28?=')) b;
SELECT b.recipient, b.subject FROM bounce_parse(about('cut \342\202')) b;
SELECT b.recipient, b.subject FROM bounce_parse(about('\355\240\200 surrogate')) b;
SELECT b.recipient FROM bounce_parse(about('=?no-such-charset?Q?=E4?=')) b;

-- NUL never gets into a text
SELECT b.recipient, position(chr(65533) IN b.subject) > 0 AS replaced FROM bounce_parse(about('a\000b')) b;
SELECT b.recipient, b.subject FROM bounce_parse(about('=?UTF-8?Q?a=00b?=')) b;

-- line ends: LF, CRLF and CR, and a mailbox's From line
SELECT b.recipient, b.subject
FROM (VALUES (E'\n'), (E'\r\n'), (E'\r')) AS ends (line),
	bounce_parse(replace(convert_from(about('spring'), 'UTF8'), E'\n', ends.line)) b;
SELECT b.recipient, b.subject
FROM bounce_parse('From MAILER-DAEMON Fri Mar  6 12:00:00 2026' || E'\n' || convert_from(about('spring'), 'UTF8')) b;

-- every cut of a mail, and every byte of it broken: no error
SELECT count(*) FILTER (WHERE b.recipient IS NOT NULL) > 0 AS some
FROM (SELECT about('=?UTF-8?B?5pil44Gu5L6/44KK?=') AS raw) m,
	generate_series(0, length(m.raw)) n,
	bounce_parse(substring(m.raw FROM 1 FOR n), true) b;
SELECT count(*) FILTER (WHERE b.recipient IS NOT NULL) > 0 AS some
FROM (SELECT about('=?UTF-8?B?5pil44Gu5L6/44KK?=') AS raw) m,
	generate_series(0, length(m.raw) - 1) n,
	bounce_parse(set_byte(m.raw, n, 255 - get_byte(m.raw, n)), true) b;

DROP FUNCTION about;
