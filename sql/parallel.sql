-- a whole table is decoded by parallel workers
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;

CREATE TABLE inbound_mail (id int, raw bytea);

INSERT INTO inbound_mail
SELECT i, convert_to(format($mail$Return-Path: <>
Date: Thu, 5 Mar 2026 07:00:00 +0000
From: MAILER-DAEMON@out.news.example
To: letters@news.example
Subject: Returned mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; out.news.example

Final-Recipient: rfc822; reader%s@koharu.example
Action: failed
Status: %s

--x
Content-Type: text/rfc822-headers

Subject: =?ISO-8859-1?Q?Fr=FChling?=

--x--
$mail$, i, CASE WHEN i % 3 = 0 THEN '5.2.2' ELSE '5.1.1' END), 'UTF8')
FROM generate_series(1, 2000) i;
ANALYZE inbound_mail;

CREATE TEMP TABLE serial AS
	SELECT b.reason, b.subject, count(DISTINCT b.recipient) AS recipients
	FROM inbound_mail m, bounce_parse(m.raw) b GROUP BY 1, 2;

SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;

EXPLAIN (COSTS OFF)
SELECT count(*), count(b.recipient) FROM inbound_mail m, bounce_parse(m.raw) b WHERE b.advice = 'remove';
SELECT count(*), count(b.recipient) FROM inbound_mail m, bounce_parse(m.raw) b WHERE b.advice = 'remove';

-- what workers found is what one backend finds
CREATE TEMP TABLE found AS
	SELECT b.* FROM inbound_mail m, bounce_parse(m.raw) b;
SELECT reason, subject, count(DISTINCT recipient) AS recipients FROM found GROUP BY 1, 2
EXCEPT TABLE serial;
SELECT * FROM serial ORDER BY reason;

-- replies and reasons, too
EXPLAIN (COSTS OFF)
SELECT count(*) FROM inbound_mail m WHERE (bounce_parse_reply(encode(raw, 'escape'))).reason = 'userunknown';

DROP TABLE inbound_mail, serial, found;
