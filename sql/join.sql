-- bounces beside the subscribers that they are about
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;

CREATE TABLE inbound_mail (id int PRIMARY KEY, raw bytea);
CREATE TABLE subscribers (id int PRIMARY KEY, email text, active boolean DEFAULT true);
INSERT INTO subscribers VALUES
	(1, 'Rosa@Koharu.example'), (2, 'otto@koharu.example'), (3, 'emil@midori.example'), (4, 'ida@midori.example');

-- two recipients in one report, one gone and one with a full mailbox
INSERT INTO inbound_mail VALUES (1, convert_to($mail$Return-Path: <>
Date: Mon, 2 Mar 2026 09:30:00 +0900
From: MAILER-DAEMON@out.news.example (Mail Delivery System)
To: letters@news.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I could not deliver your letter to the addresses below.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; out.news.example
Arrival-Date: Mon, 2 Mar 2026 09:29:58 +0900

Final-Recipient: rfc822; rosa@koharu.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.koharu.example
Diagnostic-Code: smtp; 550 5.1.1 <rosa@koharu.example>: User unknown

Final-Recipient: rfc822; EMIL@midori.example
Action: failed
Status: 5.2.2
Remote-MTA: dns; mx.midori.example
Diagnostic-Code: smtp; 552 5.2.2 <emil@midori.example>: Mailbox full

--b1
Content-Type: text/rfc822-headers

Date: Mon, 2 Mar 2026 09:29:57 +0900
From: letters@news.example
To: subscribers@news.example
Subject: =?UTF-8?Q?Spring_news_=E2=9C=BF?=
Message-ID: <march.1@news.example>

--b1--
$mail$, 'UTF8'));

-- still being tried
INSERT INTO inbound_mail VALUES (2, convert_to($mail$Return-Path: <>
Date: Mon, 2 Mar 2026 13:30:00 +0900
From: MAILER-DAEMON@out.news.example
To: letters@news.example
Subject: Delayed Mail (still being retried)
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b2"

--b2
Content-Type: text/plain

Your letter is late.

--b2
Content-Type: message/delivery-status

Reporting-MTA: dns; out.news.example

Final-Recipient: rfc822; otto@koharu.example
Action: delayed
Status: 4.7.1
Diagnostic-Code: smtp; 450 4.7.1 <otto@koharu.example>: Greylisted, try again in 5 minutes

--b2--
$mail$, 'UTF8'));

-- no bounce at all
INSERT INTO inbound_mail VALUES (3, convert_to($mail$Date: Mon, 2 Mar 2026 14:00:00 +0900
From: ida@midori.example
To: letters@news.example
Subject: Thank you
Message-ID: <1@midori.example>

I liked the letter about "550 User unknown".
$mail$, 'UTF8'));

SELECT s.id, b.recipient, b.reason, b.diagnostic_code
FROM inbound_mail m, bounce_parse(m.raw) b
JOIN subscribers s ON lower(s.email) = b.recipient
WHERE b.advice = 'remove';

SELECT m.id, b.kind, b.recipient, b.reason, b.hard_bounce AS hard, b.action, b.delivery_status, b.reply_code, b.rhost
FROM inbound_mail m, bounce_parse(m.raw) b
ORDER BY m.id, b.recipient COLLATE "C";

SET timezone = 'UTC';
SELECT b.recipient, b.bounced_at, b.timezone_offset, b.sent_at, b.message_id, b.addresser
FROM inbound_mail m, bounce_parse(m.raw) b
WHERE m.id = 1 ORDER BY b.recipient COLLATE "C";

-- each mail, whether or not it reports anything
SELECT m.id, count(b.recipient) AS recipients
FROM inbound_mail m LEFT JOIN LATERAL bounce_parse(m.raw) b ON true
GROUP BY m.id ORDER BY m.id;

-- each subscriber, whether or not anything is reported
SELECT s.email, coalesce(b.reason, 'fine') AS reason
FROM subscribers s
LEFT JOIN (inbound_mail m CROSS JOIN LATERAL bounce_parse(m.raw) b) ON lower(s.email) = b.recipient
ORDER BY s.id;

-- the first row of each is enough
SELECT m.id, b.recipient IS NOT NULL AS reported
FROM inbound_mail m, LATERAL (SELECT * FROM bounce_parse(m.raw) LIMIT 1) b
ORDER BY m.id;

-- text says the same as bytea
SELECT m.id, b.recipient FROM inbound_mail m, bounce_parse(m.raw) b
WHERE NOT EXISTS (SELECT FROM bounce_parse(convert_from(m.raw, 'UTF8')) t WHERE t = b);

-- the same event has the same token, two events have two
SELECT count(*), count(DISTINCT b.token) AS events
FROM (TABLE inbound_mail UNION ALL TABLE inbound_mail) m, bounce_parse(m.raw) b;

-- in the select list
SELECT id, (bounce_parse(raw)).recipient FROM inbound_mail ORDER BY id, recipient;

-- with a cursor that is left half-way, and back
BEGIN;
DECLARE c SCROLL CURSOR FOR
	SELECT b.recipient FROM inbound_mail m, bounce_parse(m.raw) b ORDER BY m.id, b.recipient COLLATE "C";
FETCH 2 FROM c;
FETCH PRIOR FROM c;
COMMIT;

DROP TABLE inbound_mail, subscribers;
