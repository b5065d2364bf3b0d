-- the past judged again
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
\set SHOW_CONTEXT never
CREATE EXTENSION IF NOT EXISTS bounce;

CREATE FUNCTION report(recipients text[], minute int, reply text DEFAULT '550 5.1.1 User unknown') RETURNS bytea LANGUAGE sql AS $f$
SELECT convert_to(format($mail$Return-Path: <>
Date: Tue, 3 Mar 2026 08:%s:00 +0000
From: MAILER-DAEMON@out.news.example
To: letters@news.example
Subject: Returned mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; out.news.example

%s
--x
Content-Type: message/rfc822

From: letters@news.example
Message-ID: <letter.1@news.example>

--x--
$mail$, lpad(minute::text, 2, '0'), (
	SELECT string_agg(format(E'Final-Recipient: rfc822; %s\nAction: failed\nStatus: %s\nDiagnostic-Code: smtp; %s\n', r, substr(reply, 5, 5), reply), E'\n' ORDER BY n)
	FROM unnest(recipients) WITH ORDINALITY u (r, n))), 'UTF8')
$f$;

SELECT bounce_create_inbox('incoming', daily => true);
ALTER TABLE incoming_event ADD handled text;
INSERT INTO incoming (received_at, mailbox, raw) VALUES
	('2026-03-01Z', 'bounces', report('{rosa@koharu.example}', 1)),
	('2026-03-02Z', 'bounces', report('{emil@midori.example}', 2, '552 5.2.2 Mailbox full')),
	('2026-03-03Z', 'bounces', report('{otto@koharu.example,ida@midori.example,karl@posta.example}', 3)),
	('2026-03-04Z', 'bounces', E'Subject: a letter\n\nHello.'),
	('2026-03-05Z', 'bounces', report('{lena@posta.example}', 5)),
	('2026-04-05Z', 'archive', report('{lena@posta.example}', 5)),
	('2026-04-06Z', 'archive', report('{rosa@koharu.example}', 1));
UPDATE incoming_event SET handled = 'yes';
CREATE TABLE first AS TABLE incoming_event;
CREATE TABLE first_copy AS TABLE incoming_copy;
SELECT mail_id, ordinal, recipient, reason FROM incoming_event ORDER BY mail_id, ordinal;
SELECT mail_id, ordinal, recipient FROM incoming_copy ORDER BY mail_id, ordinal;

-- nothing has changed
SELECT * FROM bounce_reclassify('incoming');

-- as an engine may have judged that knew less: another verdict, other details, one too few, one too many
UPDATE incoming_event SET reason = 'userunknown', hard_bounce = true, advice = 'remove', engine = 'old', rule = 'phrase:old' WHERE mail_id = 2;
UPDATE incoming_event SET rhost = 'mx.old.example', engine = 'old' WHERE mail_id = 1;
DELETE FROM incoming_event WHERE recipient = 'ida@midori.example';
UPDATE incoming_event SET recipient = 'nobody@posta.example' WHERE recipient = 'karl@posta.example';
INSERT INTO incoming_event (mail_id, ordinal, received_at, engine, kind, recipient, reason, hard_bounce, advice)
VALUES (4, 1, '2026-03-04Z', 'old', 'failure', 'letters@news.example', 'userunknown', true, 'remove');
CREATE VIEW seen AS
SELECT mail_id, ordinal, recipient, change, old_reason, new_reason, old_hard_bounce AS old_hard, new_hard_bounce AS new_hard, old_advice, new_advice, release,
	old_engine = 'old' AS by_old, new_engine = bounce_engine() AS by_new
FROM bounce_reclassify('incoming');
SELECT * FROM seen;
SELECT old_rule, new_rule IS DISTINCT FROM old_rule AS other FROM bounce_reclassify('incoming') WHERE old_rule IS NOT NULL AND change = 'changed';
-- no release where something else says that the address is bad
INSERT INTO incoming_event (mail_id, ordinal, received_at, engine, kind, recipient, reason, hard_bounce, advice)
VALUES (0, 1, '2026-01-04Z', 'old', 'complaint', 'emil@midori.example', 'feedback', NULL, 'remove');
SELECT mail_id, release FROM seen WHERE change = 'changed';
DELETE FROM incoming_event WHERE mail_id = 0;
-- of some days only
SELECT mail_id, change FROM bounce_reclassify('incoming', '2026-03-02Z', '2026-03-03Z');
SELECT mail_id, change FROM bounce_reclassify('incoming', until => '2026-03-02Z');
SELECT mail_id, change FROM bounce_reclassify('incoming', since => '2026-03-04Z');
-- looking changes nothing
SELECT count(*) FROM seen;
-- what-if
BEGIN;
SELECT count(*) FROM bounce_reclassify('incoming', apply => true);
SELECT count(*) FROM seen;
ROLLBACK;
SELECT count(*) FROM seen;
-- for good
SELECT mail_id, ordinal, change FROM bounce_reclassify('incoming', apply => true);
SELECT count(*) FROM seen;
-- numbers of what stayed and columns of one's own are as they were
SELECT mail_id, ordinal, recipient, reason, rhost, engine = bounce_engine() AS by_new, handled FROM incoming_event ORDER BY mail_id, ordinal;
SELECT bounce_roll_up('incoming');
SELECT day, sum(n) AS n, sum(hard) AS hard FROM incoming_daily GROUP BY day ORDER BY day;

-- an event that its mail no longer reports, but a copy of it does, goes on as that of the copy, whatever days are asked for
UPDATE incoming SET raw = E'Subject: corrected by hand\n\nHello.' WHERE id = 5;
SELECT mail_id, recipient, change, release FROM bounce_reclassify('incoming', until => '2026-04-01Z');
SELECT mail_id, recipient, change FROM bounce_reclassify('incoming', since => '2026-04-01Z');
SELECT count(*) FROM bounce_reclassify('incoming', until => '2026-04-01Z', apply => true);
SELECT mail_id, recipient FROM incoming_event WHERE recipient = 'lena@posta.example';
SELECT mail_id, recipient FROM incoming_copy ORDER BY mail_id;
-- and back: the event stays where it is, the mail repeats it
UPDATE incoming SET raw = report('{lena@posta.example}', 5) WHERE id = 5;
SELECT mail_id, change FROM bounce_reclassify('incoming', apply => true);
SELECT mail_id, recipient FROM incoming_event WHERE recipient = 'lena@posta.example';
SELECT mail_id, recipient FROM incoming_copy ORDER BY mail_id;

-- another time makes another event of a copy, and a copy of another event
UPDATE incoming SET raw = report('{rosa@koharu.example}', 11) WHERE id = 7;
SELECT mail_id, recipient, change FROM bounce_reclassify('incoming', apply => true);
SELECT count(*) FROM incoming_copy WHERE mail_id = 7;
UPDATE incoming SET raw = report('{rosa@koharu.example}', 11) WHERE id = 1;
SELECT mail_id, recipient, change FROM bounce_reclassify('incoming', apply => true);
SELECT mail_id, recipient FROM incoming_event WHERE recipient = 'rosa@koharu.example';
SELECT mail_id, recipient FROM incoming_copy ORDER BY mail_id;
SELECT * FROM bounce_reclassify('incoming');

-- two mails that change places
UPDATE incoming SET raw = report(CASE id WHEN 2 THEN '{emil@midori.example}'::text[] ELSE '{emil@midori.example,otto@koharu.example}' END, CASE id WHEN 2 THEN 3 ELSE 2 END, '552 5.2.2 Mailbox full')
WHERE id IN (2, 3);
SELECT mail_id, recipient, change, old_reason, new_reason FROM bounce_reclassify('incoming', apply => true);
SELECT mail_id, ordinal, recipient, bounced_at, reason FROM incoming_event WHERE mail_id IN (2, 3) ORDER BY mail_id, ordinal;
SELECT * FROM bounce_reclassify('incoming');

-- erased mail is left alone
UPDATE incoming SET raw = NULL WHERE id IN (1, 2);
UPDATE incoming_event SET reason = 'filtered' WHERE mail_id IN (1, 2, 3);
SELECT mail_id, change, old_reason, new_reason FROM bounce_reclassify('incoming', apply => true);
SELECT mail_id, reason FROM incoming_event WHERE mail_id IN (1, 2, 3) ORDER BY mail_id, ordinal;

-- of mail without names the verdict is judged, and names stay as they were known
UPDATE incoming SET raw = report('{one@redacted.example,two@redacted.example}', 2, '550 5.1.1 User unknown') WHERE id = 3;
UPDATE bounce_inbox SET redacted_until = '2026-03-04Z';
SELECT mail_id, ordinal, recipient, change, old_reason, new_reason FROM bounce_reclassify('incoming', apply => true);
SELECT mail_id, ordinal, recipient, reason, delivery_status FROM incoming_event WHERE mail_id = 3 ORDER BY ordinal;
SELECT * FROM bounce_reclassify('incoming');
-- where they can't be told apart, nothing is done
UPDATE incoming SET raw = report('{one@redacted.example}', 2, '552 5.2.2 Mailbox full') WHERE id = 3;
SELECT mail_id, ordinal, recipient, change, old_reason, new_reason FROM bounce_reclassify('incoming');

SELECT bounce_roll_up('incoming') > 0 AS counted;
SELECT (SELECT sum(n) FROM incoming_daily) = (SELECT count(*) FROM incoming_event) AS exact;
-- a rule of one's own, tried before it is kept, over what came in that month
UPDATE bounce_inbox SET redacted_until = NULL;
UPDATE incoming SET raw = report('{mika@tanpopo.example,nils@posta.example}', 33, '550 5.7.1 Our oven is broken') WHERE id = 3;
SELECT count(*) > 0 AS as_it_is_now FROM bounce_reclassify('incoming', apply => true);
SELECT recipient, reason, rule LIKE 'own:%' AS own FROM incoming_event WHERE mail_id = 3 ORDER BY ordinal;
BEGIN;
INSERT INTO bounce_rule (ruleset, diagnostic, destination, reason, hard_bounce, advice) VALUES ('kitchen', 'oven is broken', 'posta.example', 'oven', true, 'remove');
SELECT recipient, change, new_reason, new_hard_bounce, new_advice, release, new_rule LIKE 'own:%' AS own
FROM bounce_reclassify('incoming', '2026-03-01Z', '2026-04-01Z', rules => 'kitchen');
ROLLBACK;
SELECT * FROM bounce_reclassify('incoming', '2026-03-01Z', '2026-04-01Z', rules => 'kitchen');
INSERT INTO bounce_rule (ruleset, diagnostic, reason, hard_bounce, advice) VALUES ('kitchen', 'oven is broken', 'oven', true, 'remove');
SELECT bounce_create_inbox('incoming', rules => 'kitchen');
SELECT recipient, change, new_reason, new_hard_bounce, new_advice FROM bounce_reclassify('incoming', apply => true);
INSERT INTO incoming (received_at, raw) VALUES ('2026-03-10Z', report('{sven@posta.example}', 40, '550 5.7.1 Our oven is broken'));
SELECT recipient, reason, hard_bounce, advice, rule LIKE 'own:%' AS own FROM incoming_event WHERE reason = 'oven' ORDER BY mail_id, ordinal;
-- and whom it would set free if it were not there
SELECT recipient, change, old_reason, release FROM bounce_reclassify('incoming', rules => '');
DELETE FROM bounce_rule;
SELECT recipient, change, old_reason, release FROM bounce_reclassify('incoming', apply => true);
SELECT bounce_roll_up('incoming') > 0 AS counted;
SELECT (SELECT sum(n) FROM incoming_daily) = (SELECT count(*) FROM incoming_event) AS exact;

SELECT bounce_drop_inbox('incoming');
DROP VIEW seen;
DROP TABLE incoming, incoming_event, incoming_copy, incoming_daily, incoming_dirty, first, first_copy;
DROP FUNCTION incoming_mark_day;

-- partitioned
SELECT bounce_create_inbox('incoming', partitioned => true);
SELECT bounce_add_partitions('incoming', '2026-03-01', '2026-05-01');
INSERT INTO incoming (received_at, mailbox, raw) VALUES
	('2026-03-01Z', 'bounces', report('{rosa@koharu.example}', 1)),
	('2026-03-02Z', 'bounces', report('{emil@midori.example,lena@posta.example}', 2, '552 5.2.2 Mailbox full')),
	('2026-04-05Z', 'archive', report('{lena@posta.example}', 2)),
	('2026-04-06Z', 'archive', report('{rosa@koharu.example}', 1));
UPDATE incoming_event SET reason = 'filtered' WHERE mail_id = 1;
UPDATE incoming SET raw = report('{emil@midori.example}', 2, '552 5.2.2 Mailbox full') WHERE id = 2;
SELECT mail_id, recipient, change, old_reason, new_reason FROM bounce_reclassify('incoming', until => '2026-04-01Z');
SELECT count(*) FROM bounce_reclassify('incoming', until => '2026-04-01Z', apply => true);
SELECT tableoid::regclass, mail_id, recipient, reason FROM incoming_event ORDER BY mail_id;
SELECT tableoid::regclass, mail_id, recipient FROM incoming_copy ORDER BY mail_id;
SELECT count(*) FROM incoming_token;
SELECT * FROM bounce_reclassify('incoming');
DELETE FROM incoming_event WHERE mail_id = 1;
SELECT mail_id, recipient, change FROM bounce_reclassify('incoming', apply => true);
SELECT mail_id, recipient, change FROM bounce_reclassify('incoming', apply => true);
SELECT count(*) FROM incoming_token;
SELECT bounce_drop_inbox('incoming');
DROP TABLE incoming, incoming_event, incoming_copy, incoming_token;
DROP FUNCTION report;

-- an engine that makes other tokens: what was a copy stays one, also in what is reported
CREATE FUNCTION report_of(person text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
SELECT convert_to(format(E'Date: Tue, 3 Mar 2026 08:00:00 +0000\nFrom: MAILER-DAEMON@out.news.example\nTo: letters@news.example\n'
	'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n--x\nContent-Type: message/delivery-status\n\n'
	'Reporting-MTA: dns; out.news.example\n\nFinal-Recipient: rfc822; %s@koharu.example\nAction: failed\nStatus: 5.1.1\n\n--x--\n', person), 'UTF8')
$$;
CREATE PROCEDURE other_tokens(partitioned boolean) LANGUAGE plpgsql AS $$
DECLARE
	line record;
BEGIN
	PERFORM bounce_create_inbox('rekeyed', partitioned => partitioned);
	INSERT INTO rekeyed (received_at, raw) SELECT '2026-03-03 08:00Z'::timestamptz + n * interval '1 hour', report_of(CASE WHEN n % 3 = 0 THEN 'otto' ELSE 'rosa' END)
	FROM generate_series(1, 6) n ORDER BY n;
	UPDATE rekeyed_event SET token = 'old ' || token;
	UPDATE rekeyed_copy SET token = 'old ' || token;
	IF partitioned THEN
		UPDATE rekeyed_token SET token = 'old ' || token;
	END IF;
	FOR line IN SELECT mail_id, recipient, change FROM bounce_reclassify('rekeyed') LOOP
		RAISE WARNING '%', line;
	END LOOP;
	-- a part of the time, which holds but a copy
	FOR line IN SELECT mail_id, recipient, change FROM bounce_reclassify('rekeyed', '2026-03-03 10:00Z', '2026-03-03 11:00Z') LOOP
		RAISE WARNING 'part: %', line;
	END LOOP;
	PERFORM bounce_reclassify('rekeyed', apply => true);
	RAISE WARNING 'events %, copies %, without event %, again %', (SELECT count(*) FROM rekeyed_event), (SELECT count(*) FROM rekeyed_copy),
		(SELECT count(*) FROM rekeyed_copy c WHERE NOT EXISTS (SELECT FROM rekeyed_event e WHERE e.token = c.token AND e.kind = c.kind)),
		(SELECT count(*) FROM bounce_reclassify('rekeyed'));
	PERFORM bounce_drop_inbox('rekeyed');
	DROP TABLE rekeyed, rekeyed_event, rekeyed_copy;
	DROP TABLE IF EXISTS rekeyed_token;
END $$;
CALL other_tokens(false);
CALL other_tokens(true);
DROP PROCEDURE other_tokens;
DROP FUNCTION report_of;
