-- the decoded form kept beside the raw mail
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;

CREATE TABLE inbound_mail (id int PRIMARY KEY, raw bytea);

CREATE FUNCTION report(recipient text, status text, reply text) RETURNS bytea LANGUAGE sql AS $f$
SELECT convert_to(format($mail$Return-Path: <>
Date: Wed, 4 Mar 2026 10:15:00 GMT
From: MAILER-DAEMON@out.news.example
To: letters@news.example
Subject: Returned mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; out.news.example

Final-Recipient: rfc822; %s
Action: failed
Status: %s
Diagnostic-Code: smtp; %s

--x--
$mail$, recipient, status, reply), 'UTF8')
$f$;

INSERT INTO inbound_mail VALUES
	(1, report('rosa@koharu.example', '5.1.1', '550 5.1.1 <rosa@koharu.example>: User unknown')),
	(2, report('emil@midori.example', '5.2.2', '552 5.2.2 <emil@midori.example>: Mailbox full'));

CREATE MATERIALIZED VIEW bounces AS
	SELECT m.id AS mail_id, b.* FROM inbound_mail m, bounce_parse(m.raw) b;
CREATE UNIQUE INDEX ON bounces (mail_id, token);
CREATE INDEX ON bounces (recipient, bounced_at);

SELECT mail_id, recipient, reason FROM bounces ORDER BY mail_id;

INSERT INTO inbound_mail VALUES
	(3, report('otto@koharu.example', '5.1.1', '550 5.1.1 <otto@koharu.example>: User unknown'));
REFRESH MATERIALIZED VIEW CONCURRENTLY bounces;
SELECT reason, count(*) FROM bounces GROUP BY reason ORDER BY reason COLLATE "C";

-- with all kinds: what is no failure may be kept as well
INSERT INTO inbound_mail VALUES (4, convert_to($mail$Date: Wed, 4 Mar 2026 10:16:00 GMT
From: Ida <ida@midori.example>
To: letters@news.example
Subject: Out of office: Spring news
Auto-Submitted: auto-replied
Message-ID: <2@midori.example>

I am away until Monday.
$mail$, 'UTF8'));
CREATE MATERIALIZED VIEW everything AS
	SELECT m.id AS mail_id, b.kind, b.recipient FROM inbound_mail m, bounce_parse(m.raw, all_kinds => true) b;
SELECT mail_id, kind, recipient FROM everything ORDER BY mail_id;

DROP MATERIALIZED VIEW bounces, everything;
DROP TABLE inbound_mail;
DROP FUNCTION report;
