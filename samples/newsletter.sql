-- A newsletter's month, to ask questions of: who subscribes, what was mailed,
-- and what came back in March 2026.  All of it is invented.
--
-- Makes the tables subscriber, campaign, send_log and came_in; the last one
-- holds the mails and webhook calls in the order in which they came in, for an
-- inbox to be filled from.  Whoever asks "now" means 1 April 2026, 00:00 UTC.

CREATE TABLE subscriber (
	id bigint PRIMARY KEY,
	email text NOT NULL,
	name text,
	status text NOT NULL DEFAULT 'active',
	source text,
	signed_up timestamptz NOT NULL,
	email_changed_at timestamptz,
	last_seen timestamptz,
	protected boolean NOT NULL DEFAULT false
);

CREATE TABLE campaign (
	id bigint PRIMARY KEY,
	name text,
	sender_domain text,
	started_at timestamptz NOT NULL
);

CREATE TABLE send_log (
	campaign_id bigint REFERENCES campaign,
	subscriber_id bigint REFERENCES subscriber,
	message_id text,
	verp_key text,
	sender_ip inet,
	sent_at timestamptz NOT NULL
);

CREATE TABLE came_in (
	n integer GENERATED ALWAYS AS IDENTITY,
	received_at timestamptz NOT NULL,
	mailbox text NOT NULL,
	raw bytea,
	payload jsonb
);

INSERT INTO subscriber (id, email, name, source, signed_up, email_changed_at, last_seen, protected) VALUES
	(1, 'Rosa@Koharu.example', 'Rosa Lind', 'shop', '2025-05-02 08:00Z', NULL, '2026-01-11 19:00Z', false),
	(2, 'emil@midori.example', 'Emil Sand', 'shop', '2025-05-09 10:00Z', NULL, '2026-02-20 07:30Z', false),
	(3, 'ida@midori.example', 'Ida Berg', 'form', '2025-06-13 09:00Z', NULL, '2026-02-27 21:10Z', false),
	(4, 'vera@hayabusa.example', 'Vera Holm', 'form', '2025-06-20 11:00Z', NULL, NULL, true),
	(5, 'otto@dmarc.example', 'Otto Graf', 'form', '2025-07-01 11:00Z', NULL, '2026-03-28 05:00Z', false),
	(6, 'hana.new@tanpopo.example', 'Hana Mori', 'shop', '2025-07-03 11:00Z', '2026-03-15 12:00Z', '2026-03-30 09:00Z', false),
	(7, 'lena@posta.example', 'Lena Ostrow', 'shop', '2025-07-05 11:00Z', NULL, '2026-03-29 18:00Z', false),
	(8, 'karl@posta.example', 'Karl Weiss', 'shop', '2025-07-06 11:00Z', NULL, '2025-12-24 18:00Z', false),
	(9, 'mina@gmail.com', 'Mina Roth', 'form', '2025-08-01 11:00Z', NULL, '2026-03-30 18:00Z', false),
	(10, 'kaede.tsubaki@docomo.ne.jp', 'Tsubaki Kaede', 'form', '2025-08-02 11:00Z', NULL, NULL, false),
	(11, 'paul@kohrau.example', 'Paul Amsel', 'fair', '2026-03-20 14:00Z', NULL, NULL, false),
	(12, 'nora@mailo.com', 'Nora Feld', 'form', '2025-09-01 11:00Z', NULL, '2026-03-12 08:00Z', false),
	(13, 'info@sakura-club.example', 'Sakura Club', 'fair', '2025-09-02 11:00Z', NULL, NULL, false),
	(14, 'jan@koharu.example', 'Jan Ahorn', 'fair', '2026-03-31 20:10Z', NULL, NULL, false),
	(15, 'tove@alumni.example', 'Tove Krona', 'fair', '2025-10-01 11:00Z', NULL, NULL, false),
	(16, 'ben@outlook.com', 'Ben Wolf', 'form', '2025-10-02 11:00Z', NULL, '2026-03-02 11:00Z', false),
	(17, 'max@angry.example', 'Max Grimm', 'list-2019', '2025-11-03 11:00Z', NULL, NULL, false),
	(18, 'ada@silent.example', 'Ada Still', 'list-2019', '2025-11-03 11:00Z', NULL, NULL, false),
	(19, 'old-one@koharu.example', 'N. N.', 'list-2019', '2025-11-03 11:00Z', NULL, NULL, false),
	(20, 'old-two@midori.example', 'N. N.', 'list-2019', '2025-11-03 11:00Z', NULL, NULL, false);

-- readers without any trouble, so that there are rates and domains in use
INSERT INTO subscriber (id, email, name, source, signed_up, last_seen)
SELECT 100 + i, format('reader%s@%s', i, (ARRAY['koharu.example', 'midori.example', 'gmail.com', 'outlook.com'])[1 + i % 4]),
	'Reader ' || i, CASE WHEN i % 3 = 0 THEN 'shop' ELSE 'form' END, '2025-04-01 06:00Z', '2026-03-25 06:00Z'
FROM generate_series(1, 80) i;

INSERT INTO campaign VALUES
	(1, 'Spring is near', 'news.example', '2026-03-02 06:00Z'),
	(2, 'Cherry blossom', 'news.example', '2026-03-16 06:00Z'),
	(3, 'April letter', 'letters.example', '2026-03-31 20:00Z');

INSERT INTO send_log
SELECT c.id, s.id, format('c%s.s%s@%s', c.id, s.id, c.sender_domain), lower(s.email),
	CASE WHEN c.id < 3 THEN inet '192.0.2.10' ELSE '192.0.2.77' END, c.started_at
FROM campaign c, subscriber s
WHERE s.signed_up < c.started_at + interval '30 minutes';

-- A mail's date as RFC 5322 has it.
CREATE FUNCTION mail_date(at timestamptz) RETURNS text LANGUAGE sql STABLE AS
$$SELECT to_char(at AT TIME ZONE 'UTC', 'Dy, DD Mon YYYY HH24:MI:SS +0000')$$;

-- The header of what was mailed to a subscriber.
CREATE FUNCTION mailed_header(campaign integer, subscriber bigint) RETURNS text LANGUAGE sql STABLE AS $f$
SELECT format($m$Message-ID: <%s>
Date: %s
From: Koharu Letters <hello@%s>
To: %s <%s>
Subject: %s
List-Id: Koharu Letters <letters.%s>
X-Subscriber: %s
$m$, l.message_id, mail_date(l.sent_at), c.sender_domain, s.name, s.email, c.name, c.sender_domain, s.id)
FROM send_log l JOIN campaign c ON c.id = l.campaign_id JOIN subscriber s ON s.id = l.subscriber_id
WHERE l.campaign_id = $1 AND l.subscriber_id = $2
$f$;

-- A report as RFC 3464 has it, on a mail of the log.  Its own recipient is a
-- VERP address when 'verp' is given; 'alias' is the address that was mailed,
-- where it was forwarded.
CREATE FUNCTION dsn(at timestamptz, campaign integer, subscriber bigint, recipient text, action text, status text,
	rhost text, reply text, alias text DEFAULT NULL, verp text DEFAULT NULL) RETURNS bytea LANGUAGE sql STABLE AS $f$
SELECT convert_to(format($m$Return-Path: <>
Date: %1$s
From: MAILER-DAEMON@mta.news.example (Mail Delivery System)
To: %2$s
Subject: %3$s
Message-ID: <%4$s@mta.news.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system at host mta.news.example.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mta.news.example

%5$sFinal-Recipient: rfc822; %6$s
Action: %7$s
Status: %8$s
%9$sDiagnostic-Code: smtp; %10$s

--b
Content-Type: text/rfc822-headers

%11$s
--b--
$m$, mail_date(at), coalesce(verp, 'hello@news.example'),
	CASE action WHEN 'delayed' THEN 'Delayed Mail (still being retried)' ELSE 'Undelivered Mail Returned to Sender' END,
	md5(at::text || recipient), 'Original-Recipient: rfc822; ' || alias || E'\n', recipient, action, status,
	'Remote-MTA: dns; ' || rhost || E'\n', reply, mailed_header(campaign, subscriber)), 'UTF8')
$f$;

-- A complaint as RFC 5965 has it.
CREATE FUNCTION complaint(at timestamptz, campaign integer, subscriber bigint) RETURNS bytea LANGUAGE sql STABLE AS $f$
SELECT convert_to(format($m$Date: %1$s
From: Abuse desk <abuse@angry.example>
To: complaints@news.example
Subject: FW: a mail that nobody wanted
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="c"

--c
Content-Type: text/plain

One of our users pressed "this is spam".

--c
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: desk/1.0
Version: 1
Original-Rcpt-To: %2$s
Arrival-Date: %1$s

--c
Content-Type: message/rfc822

%3$s
Good morning.
--c--
$m$, mail_date(at), (SELECT s.email FROM subscriber s WHERE s.id = $3), mailed_header(campaign, subscriber)), 'UTF8')
$f$;

-- what happened to whom
INSERT INTO came_in (received_at, mailbox, raw)
SELECT at, 'bounces', dsn(at, campaign, id, coalesce(recipient, lower(s.email)), v.action, v.status, rhost, reply, alias, verp)
FROM (VALUES
	-- Rosa's mailbox is gone
	('2026-03-02 06:01:10Z'::timestamptz, 1, 1, NULL, 'failed', '5.1.1', 'mx.koharu.example', '550 5.1.1 <rosa@koharu.example>: Recipient address rejected: User unknown', NULL, NULL),
	-- Vera's too, but nobody takes her off the list
	('2026-03-02 06:01:12Z', 1, 4, NULL, 'failed', '5.1.1', 'mx.hayabusa.example', '550 5.1.1 <vera@hayabusa.example>: Recipient address rejected: User unknown', NULL, NULL),
	-- Otto's host refuses us for our own fault
	('2026-03-02 06:01:15Z', 1, 5, NULL, 'failed', '5.7.26', 'mx.dmarc.example', '550 5.7.26 Unauthenticated email from news.example is not accepted due to domain''s DMARC policy', NULL, NULL),
	('2026-03-16 06:01:15Z', 2, 5, NULL, 'failed', '5.7.26', 'mx.dmarc.example', '550 5.7.26 Unauthenticated email from news.example is not accepted due to domain''s DMARC policy', NULL, NULL),
	-- Hana had another address then
	('2026-03-02 06:01:17Z', 1, 6, 'hana@tanpopo.example', 'failed', '5.1.1', 'mx.tanpopo.example', '550 5.1.1 <hana@tanpopo.example>: Recipient address rejected: User unknown', NULL, NULL),
	-- docomo asks to wait, and then has no such subscriber
	('2026-03-02 06:05:00Z', 1, 10, NULL, 'delayed', '4.4.5', 'mfsmax.docomo.ne.jp', '452 4.4.5 Too many mails from your host, try again in 30 minutes', NULL, NULL),
	('2026-03-16 06:03:00Z', 2, 10, NULL, 'failed', '5.1.1', 'mfsmax.docomo.ne.jp', '550 5.1.1 Unknown user kaede.tsubaki@docomo.ne.jp', NULL, NULL),
	-- Nora's is a real domain, and her mailbox is there again
	('2026-03-02 06:06:00Z', 1, 12, NULL, 'failed', '5.1.1', 'mx.mailo.com', '550 5.1.1 <nora@mailo.com>: Recipient address rejected: User unknown', NULL, NULL),
	-- Tove's alumni address is forwarded to one that is dead
	('2026-03-16 06:07:00Z', 2, 15, 'tove@startup.example', 'failed', '5.1.1', 'mx.startup.example', '550 5.1.1 <tove@startup.example>: Recipient address rejected: User unknown', 'tove@alumni.example', NULL),
	-- Ben's provider delays one letter, and gives it up later
	('2026-03-16 10:00:00Z', 2, 16, NULL, 'delayed', '4.4.1', 'outlook-com.olc.protection.outlook.com', '421 4.4.1 Connection timed out', NULL, NULL),
	('2026-03-21 06:00:00Z', 2, 16, NULL, 'failed', '4.4.7', 'outlook-com.olc.protection.outlook.com', '450 4.4.7 Message expired: could not be delivered in time', NULL, NULL),
	-- a bought list
	('2026-03-16 06:08:00Z', 2, 19, NULL, 'failed', '5.1.1', 'mx.koharu.example', '550 5.1.1 <old-one@koharu.example>: Recipient address rejected: User unknown', NULL, 'bounce+old-one=koharu.example@news.example'),
	('2026-03-16 06:08:05Z', 2, 20, NULL, 'failed', '5.1.1', 'mx.midori.example', '550 5.1.1 <old-two@midori.example>: Recipient address rejected: User unknown', NULL, NULL),
	-- two that nobody has words for yet
	('2026-03-16 06:09:00Z', 2, 18, NULL, 'failed', '5.0.0', 'mx.silent.example', '554 Transaction 7f3a-1 ended, see ticket 4711', NULL, NULL),
	('2026-03-16 06:09:30Z', 2, 13, NULL, 'failed', '5.0.0', 'mx.sakura-club.example', '554 Transaction 9c2e-8 ended, see ticket 4823', NULL, NULL),
	-- Paul's domain is mistyped, Jan's mailbox never was
	('2026-03-31 20:01:00Z', 3, 11, NULL, 'failed', '5.1.2', NULL, '550 5.1.2 Host or domain name not found. Name service error for name=kohrau.example type=MX: Host not found', NULL, NULL),
	('2026-03-31 20:41:00Z', 3, 14, NULL, 'failed', '5.1.1', 'mx.koharu.example', '550 5.1.1 <jan@koharu.example>: Recipient address rejected: User unknown', NULL, NULL),
	-- we are on a block list, for two days
	('2026-03-16 06:10:00Z', 2, 3, NULL, 'failed', '5.7.1', 'mx.midori.example', '554 5.7.1 Service unavailable; Client host [192.0.2.10] blocked using zen.spamhaus.org', NULL, NULL),
	('2026-03-17 06:10:00Z', 2, 101, NULL, 'failed', '5.7.1', 'mx.midori.example', '554 5.7.1 Service unavailable; Client host [192.0.2.10] blocked using zen.spamhaus.org', NULL, NULL)
) AS v (at, campaign, id, recipient, action, status, rhost, reply, alias, verp)
JOIN subscriber s USING (id)
ORDER BY at;

-- Emil's mailbox was full on five days, Ida's on four, Lena's one bad week is
-- over, and Karl's has been full since January
INSERT INTO came_in (received_at, mailbox, raw)
SELECT at, 'bounces', dsn(at, CASE WHEN at < '2026-03-16' THEN 1 ELSE 2 END, id, email, 'failed', '5.2.2', 'mx.' || split_part(email, '@', 2),
	format('552 5.2.2 <%s>: Mailbox full', email))
FROM (
	SELECT 2, 'emil@midori.example', generate_series('2026-03-03 07:00Z'::timestamptz, '2026-03-23 07:00Z', '5 days')
	UNION ALL
	SELECT 3, 'ida@midori.example', generate_series('2026-03-03 07:10Z'::timestamptz, '2026-03-18 07:10Z', '5 days')
	UNION ALL
	SELECT 7, 'lena@posta.example', generate_series('2025-12-01 07:20Z'::timestamptz, '2025-12-06 07:20Z', '1 day')
	UNION ALL
	SELECT 8, 'karl@posta.example', generate_series('2026-01-20 07:30Z'::timestamptz, '2026-03-28 07:30Z', '9 days')
) AS v (id, email, at)
ORDER BY at, id;

-- Microsoft blocks our new address ten minutes before midnight
INSERT INTO came_in (received_at, mailbox, raw)
SELECT at, 'bounces', dsn(at, 3, id, email, 'failed', '5.7.1', 'outlook-com.olc.protection.outlook.com',
	'550 5.7.1 Unfortunately, messages from [192.0.2.77] weren''t sent. Please contact your Internet service provider since part of their network is on our block list (S3140).')
FROM (
	SELECT id, email, '2026-03-31 23:50:00Z'::timestamptz + id * interval '1 second' FROM subscriber WHERE id > 100 AND email LIKE '%@outlook.com'
) AS v (id, email, at)
ORDER BY at;

-- complaints, a holiday, and a letter from a reader
INSERT INTO came_in (received_at, mailbox, raw) VALUES
	('2026-03-16 09:00Z', 'complaints', complaint('2026-03-16 09:00Z', 2, 17)),
	('2026-03-17 09:00Z', 'complaints', complaint('2026-03-17 09:00Z', 2, 106)),
	('2026-03-16 06:02Z', 'bounces', convert_to(format($m$Date: %s
From: Mina Roth <mina@gmail.com>
To: hello@news.example
Subject: Out of office: Cherry blossom
Auto-Submitted: auto-replied
In-Reply-To: <c2.s9@news.example>

I am away until April and will read your mail then.
$m$, mail_date('2026-03-16 06:02Z')), 'UTF8')),
	('2026-03-16 07:00Z', 'bounces', convert_to(format($m$Date: %s
From: Ida Berg <ida@midori.example>
To: hello@news.example
Subject: My address

Could you please send the letter to my new address from now on?
Thank you, Ida
$m$, mail_date('2026-03-16 07:00Z')), 'UTF8'));

-- one bounce comes three times: as a mail, as the archive's copy of it, and as
-- the call of a webhook
INSERT INTO came_in (received_at, mailbox, raw)
SELECT '2026-03-16 06:20Z', 'archive', raw FROM came_in WHERE received_at = '2026-03-16 06:08:05Z';

INSERT INTO came_in (received_at, mailbox, payload) VALUES ('2026-03-16 06:08:07Z', 'webhook', '{
	"notificationType": "Bounce",
	"bounce": {
		"bounceType": "Permanent", "bounceSubType": "General", "timestamp": "2026-03-16T06:08:05.000Z",
		"feedbackId": "0101018f-6f3a-4d2e-9f21-0c9c6a1f0b77-000000",
		"reportingMTA": "dns; mta.news.example", "remoteMtaIp": "198.51.100.25",
		"bouncedRecipients": [{
			"emailAddress": "old-two@midori.example", "action": "failed", "status": "5.1.1",
			"diagnosticCode": "smtp; 550 5.1.1 <old-two@midori.example>: Recipient address rejected: User unknown"
		}]
	},
	"mail": {
		"timestamp": "2026-03-16T06:00:00.000Z", "source": "hello@news.example",
		"messageId": "0101018f-6f3a-4d2e-9f21-0c9c6a1f0b77-000000", "destination": ["old-two@midori.example"],
		"commonHeaders": {"from": ["Koharu Letters <hello@news.example>"], "messageId": "<c2.s20@news.example>", "subject": "Cherry blossom"}
	}
}');

DROP FUNCTION complaint, dsn, mailed_header, mail_date;
