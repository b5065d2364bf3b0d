-- where mail and verdicts are kept
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
\set SHOW_CONTEXT never
CREATE EXTENSION IF NOT EXISTS bounce;

-- a report as RFC 3464 has it, of the minute that is named
CREATE FUNCTION report(recipient text, status text, reply text, minute int DEFAULT 0, id text DEFAULT 'letter.1@news.example') RETURNS bytea LANGUAGE sql AS $f$
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

Final-Recipient: rfc822; %s
Action: failed
Status: %s
Diagnostic-Code: smtp; %s

--x
Content-Type: message/rfc822

From: letters@news.example
To: %s
Message-ID: <%s>

--x--
$mail$, lpad(minute::text, 2, '0'), recipient, status, reply, recipient, id), 'UTF8')
$f$;

-- names that need quotes, in a schema that is not on the path
CREATE SCHEMA "Mail Box";
SELECT bounce_create_inbox('"Mail Box"."in.coming"');
SELECT c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'Mail Box' AND c.relkind IN ('r', 'p') ORDER BY c.relname COLLATE "C";
SELECT indexdef FROM pg_indexes WHERE schemaname = 'Mail Box' ORDER BY indexdef COLLATE "C";
SELECT inbox, id_column, received_at_column, raw_column, payload_column, events, copies, tokens, daily, rules, all_kinds, keep_raw FROM bounce_inbox;

-- what comes in is judged: bounces, a letter, no mail at all
INSERT INTO "Mail Box"."in.coming" (received_at, mailbox, raw) VALUES
	('2026-03-03 08:01Z', 'bounces', report('rosa@koharu.example', '5.1.1', '550 5.1.1 <rosa@koharu.example>: User unknown')),
	('2026-03-03 08:02Z', 'bounces', report('emil@midori.example', '5.2.2', '552 5.2.2 <emil@midori.example>: Mailbox full')),
	('2026-03-03 08:03Z', 'bounces', E'Subject: just a letter\n\nHello.'),
	('2026-03-03 08:04Z', 'bounces', ''),
	('2026-03-03 08:05Z', 'bounces', '\x00ff0a0d'),
	('2026-03-03 08:06Z', 'bounces', NULL);
SELECT mail_id, ordinal, received_at, kind, recipient, reason, hard_bounce, advice, message_id, engine = bounce_engine() AS engine
FROM "Mail Box"."in.coming_event" ORDER BY mail_id, ordinal;

-- the same event by another way is kept once; the mail is known to repeat it
INSERT INTO "Mail Box"."in.coming" (received_at, mailbox, raw) VALUES
	('2026-03-03 09:00Z', 'archive', report('rosa@koharu.example', '5.1.1', '550 5.1.1 <rosa@koharu.example>: User unknown')),
	('2026-03-03 09:01Z', 'archive', report('rosa@koharu.example', '5.1.1', '550 5.1.1 <rosa@koharu.example>: User unknown', 59));
SELECT e.recipient, e.reason, count(*) AS copies, array_agg(DISTINCT m.mailbox ORDER BY m.mailbox) AS via
FROM "Mail Box"."in.coming_copy" c
JOIN "Mail Box"."in.coming_event" e USING (token, kind)
JOIN "Mail Box"."in.coming" m ON m.id = c.mail_id
GROUP BY e.mail_id, e.ordinal, e.received_at, e.recipient, e.reason ORDER BY e.mail_id;
SELECT * FROM bounce_inbox_status('"Mail Box"."in.coming"');
SELECT * FROM bounce_inbox_status('"Mail Box"."in.coming"', '2026-03-03 08:02Z', '2026-03-03 09:01Z');
SELECT * FROM bounce_inbox_status('"Mail Box"."in.coming"', '2027-01-01Z');

-- events whose time nobody knows, or whom nobody knows, are not taken for copies
INSERT INTO "Mail Box"."in.coming" (received_at, mailbox, raw)
SELECT '2026-03-03 10:00Z', 'no date', regexp_replace(convert_from(report('otto@koharu.example', '5.1.1', '550 User unknown'), 'UTF8'), 'Date: [^\n]*\n', '')::bytea
FROM generate_series(1, 2);
SELECT recipient, bounced_at, count(*) FROM "Mail Box"."in.coming_event" WHERE recipient = 'otto@koharu.example' GROUP BY 1, 2;

-- texts that are longer than an index takes
INSERT INTO "Mail Box"."in.coming" (received_at, mailbox, raw)
SELECT '2026-03-03 11:00Z', 'hostile', report(repeat('a', 400) || '@' || repeat('b', 400) || '.example', '5.1.1', '550 User unknown', 30,
	(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 400) i) || '@x.example');
SELECT length(recipient), length(message_id) > 2704 AS long FROM "Mail Box"."in.coming_event" ORDER BY received_at DESC LIMIT 1;

-- a transaction that fails takes mail and verdict with it
BEGIN;
INSERT INTO "Mail Box"."in.coming" (received_at, raw) VALUES ('2026-03-04Z', report('otto@koharu.example', '5.1.1', '550 5.1.1 User unknown', 7));
SELECT count(*) FROM "Mail Box"."in.coming_event" WHERE received_at = '2026-03-04Z';
ROLLBACK;
SELECT count(*) FROM "Mail Box"."in.coming_event" WHERE received_at = '2026-03-04Z';

-- the tables may be given other names and another schema
CREATE SCHEMA post;
ALTER TABLE "Mail Box"."in.coming" RENAME TO incoming;
ALTER TABLE "Mail Box".incoming SET SCHEMA post;
INSERT INTO post.incoming (received_at, raw) VALUES ('2026-03-05Z', report('otto@koharu.example', '5.1.1', '550 5.1.1 User unknown', 8));
SELECT inbox, events FROM bounce_inbox;
SELECT * FROM bounce_inbox_status('post.incoming', '2026-03-05Z');
-- the event table too, if the trigger is told of it
ALTER TABLE "Mail Box"."in.coming_event" RENAME TO reported;
SELECT bounce_create_inbox('post.incoming', keep_raw => '30 days');
INSERT INTO post.incoming (received_at, raw) VALUES ('2026-03-06Z', report('otto@koharu.example', '5.1.1', '550 5.1.1 User unknown', 9));
SELECT count(*) FROM "Mail Box".reported WHERE received_at = '2026-03-06Z';
SELECT inbox, events, copies, keep_raw FROM bounce_inbox;

-- raw mail goes, its verdict stays; nothing is judged by what is not there
SELECT * FROM bounce_expire('post.incoming', '2026-04-02 08:04Z', 1);
SELECT * FROM bounce_expire('post.incoming', '2026-04-02 08:04Z');
SELECT * FROM bounce_expire(as_of => '2026-04-02 08:04Z');
SELECT id FROM post.incoming WHERE raw IS NULL ORDER BY id;
SELECT mails, reporting, silent, erased, events FROM bounce_inbox_status('post.incoming');
SELECT count(*) FROM bounce_reclassify('post.incoming', apply => true);
SELECT mails, reporting, silent, erased, events FROM bounce_inbox_status('post.incoming');
SELECT bounce_expire('post.incoming', batch => 0);

-- done with it: tables stay, nothing is judged any more
SELECT bounce_drop_inbox('post.incoming');
INSERT INTO post.incoming (received_at, raw) VALUES ('2026-03-07Z', report('otto@koharu.example', '5.1.1', '550 5.1.1 User unknown', 10));
SELECT count(*) FROM "Mail Box".reported WHERE received_at = '2026-03-07Z';
SELECT count(*) FROM bounce_inbox;
SELECT bounce_drop_inbox('post.incoming');
DROP SCHEMA post CASCADE;
DROP SCHEMA "Mail Box" CASCADE;

-- a table that is there: its key a uuid, the mail a text that is not null, the time without a zone
CREATE SCHEMA shop;
SET search_path = shop, public;
CREATE TABLE letters (no uuid PRIMARY KEY, at timestamp NOT NULL, body text NOT NULL, handled boolean DEFAULT false);
SELECT bounce_create_inbox('letters', id_column => 'no', received_at_column => 'at', raw_column => 'body', events => 'returned', keep_raw => '1 day');
RESET search_path;
SELECT inbox, id_column, received_at_column, raw_column, payload_column, events, copies FROM bounce_inbox;
SET timezone = 'Asia/Tokyo';
INSERT INTO shop.letters (no, at, body)
SELECT md5(i::text)::uuid, '2026-03-03 08:00', convert_from(report('rosa@koharu.example', '5.1.1', '550 5.1.1 User unknown', i), 'UTF8') FROM generate_series(1, 2) i;
SET timezone = 'UTC';
SELECT mail_id, received_at, recipient, reason FROM shop.returned ORDER BY mail_id;
SELECT count(*) FROM bounce_reclassify('shop.letters');
SELECT expired, erased FROM bounce_expire('shop.letters', '2026-03-05Z');
SELECT expired, erased FROM bounce_expire('shop.letters', '2026-03-05Z');
SELECT DISTINCT body = '' AS emptied FROM shop.letters;
SELECT mails, reporting, erased FROM bounce_inbox_status('shop.letters');
-- a table that is dropped is no inbox any more, and hurts nobody
DROP TABLE shop.letters;
SELECT * FROM bounce_expire();
DROP SCHEMA shop CASCADE;
DELETE FROM bounce_inbox;

-- a table of webhook calls, none of which may be null
CREATE TABLE call (id text PRIMARY KEY, received_at date NOT NULL, doc json NOT NULL);
SELECT bounce_create_inbox('call', raw_column => 'doc', keep_raw => '10 days');
SELECT raw_column, payload_column FROM bounce_inbox;
INSERT INTO call SELECT 'c' || i, '2026-03-03', format('{"RecordType": "Bounce", "Type": "HardBounce", "TypeCode": 1, "Email": "emil@midori.example", "BouncedAt": "2026-03-03T08:05:00Z", "MessageID": "%s", "Details": "550 5.1.1 User unknown"}', i)::json
FROM generate_series(1, 2) i;
INSERT INTO call VALUES ('n', '2026-03-03', 'null'), ('a', '2026-03-03', '[1, {"a": "b"}]'), ('s', '2026-03-03', '""');
SELECT mail_id, received_at, recipient, reason FROM call_event;
SELECT mail_id, recipient FROM call_copy;
SELECT mails, reporting, repeating, silent, erased FROM bounce_inbox_status('call');
SELECT count(*) FROM bounce_reclassify('call');
UPDATE bounce_inbox SET redact_after = '5 days';
SELECT expired, erased, redacted FROM bounce_expire('call', '2026-03-10Z');
SELECT expired, erased, redacted FROM bounce_expire('call', '2026-04-10Z');
SELECT DISTINCT doc::text FROM call;
SELECT bounce_drop_inbox('call');
DROP TABLE call, call_event, call_copy;

-- mail without names
SELECT bounce_create_inbox('incoming', daily => false);
INSERT INTO incoming (received_at, raw)
SELECT '2026-03-03Z'::timestamptz + i / 3 * interval '1 hour', report('rosa' || i || '@koharu.example', '5.1.1', '550 5.1.1 User unknown', i) FROM generate_series(0, 9) i;
UPDATE bounce_inbox SET redact_after = '10 days', keep_raw = '20 days';
SELECT expired, erased, redacted FROM bounce_expire('incoming', '2026-03-12 23:00Z', 4);
SELECT expired, erased, redacted FROM bounce_expire('incoming', '2026-03-20Z', 4);
SELECT redacted_until FROM bounce_inbox;
SELECT expired, erased, redacted FROM bounce_expire('incoming', '2026-03-20Z', 4);
SELECT expired, erased, redacted FROM bounce_expire('incoming', '2026-03-20Z', 4);
SELECT redacted_until FROM bounce_inbox;
SELECT count(*) FROM incoming WHERE convert_from(raw, 'UTF8') LIKE '%rosa%';
SELECT count(*) FROM incoming_event WHERE recipient LIKE 'rosa%';
SELECT * FROM bounce_reclassify('incoming');
-- and one that is loaded later, while names that are known already stay known
INSERT INTO incoming (received_at, raw) SELECT '2026-03-02Z', report('rosa99@koharu.example', '5.1.1', '550 5.1.1 User unknown', 99);
UPDATE bounce_inbox SET redact_again_from = '2026-03-02Z';
SELECT expired, erased, redacted FROM bounce_expire('incoming', '2026-03-20Z', 2);
SELECT redacted_until, redact_again_from FROM bounce_inbox;
SELECT * FROM bounce_reclassify('incoming', apply => true);
SELECT expired, erased, redacted FROM bounce_expire('incoming', '2026-03-20Z');
SELECT expired, erased, redacted FROM bounce_expire('incoming', '2026-03-20Z');
SELECT redacted_until, redact_again_from FROM bounce_inbox;
SELECT count(*) FROM incoming WHERE convert_from(raw, 'UTF8') LIKE '%rosa%';
SELECT count(*), count(*) FILTER (WHERE recipient LIKE 'rosa%') FROM incoming_event;
SELECT expired, erased, redacted FROM bounce_expire('incoming', '2026-04-20Z');
SELECT mails, reporting, erased FROM bounce_inbox_status('incoming');
SELECT bounce_drop_inbox('incoming');
DROP TABLE incoming, incoming_event, incoming_copy;

-- a temporary one, and one of a set of rules that goes away again
CREATE TEMPORARY TABLE incoming (id int PRIMARY KEY, received_at timestamptz NOT NULL DEFAULT now(), raw text);
SELECT bounce_create_inbox('incoming', rules => 'mine');
INSERT INTO incoming (id, raw) VALUES (1, convert_from(report('rosa@koharu.example', '5.1.1', '550 5.1.1 User unknown'), 'UTF8'));
SELECT recipient FROM incoming_event;
SELECT rules FROM bounce_inbox;
SELECT bounce_create_inbox('incoming') IS NOT NULL AS again;
SELECT rules FROM bounce_inbox;
SELECT bounce_create_inbox('incoming', rules => '') IS NOT NULL AS again;
SELECT rules FROM bounce_inbox;
SELECT bounce_create_inbox('incoming', events => 'others');
SELECT bounce_create_inbox('another', events => 'incoming_event');
CREATE TEMPORARY TABLE others (id int);
SELECT bounce_create_inbox('another', events => 'others');
ALTER TABLE others ADD mail_id uuid, ADD ordinal int, ADD received_at timestamptz, ADD engine text, ADD rule text;
SELECT bounce_create_inbox('another', events => 'others');
SELECT bounce_drop_inbox('incoming');
DROP TABLE incoming, incoming_event, incoming_copy;

-- what can't be
CREATE TABLE no_time (id int PRIMARY KEY, raw bytea);
SELECT bounce_create_inbox('no_time');
CREATE TABLE no_mail (id int PRIMARY KEY, received_at timestamptz NOT NULL);
SELECT bounce_create_inbox('no_mail');
SELECT bounce_create_inbox('no_mail', raw_column => 'message');
CREATE TABLE no_key (id int, received_at timestamptz NOT NULL, raw bytea);
SELECT bounce_create_inbox('no_key');
CREATE TABLE no_bytes (id int PRIMARY KEY, received_at timestamptz NOT NULL, raw int);
SELECT bounce_create_inbox('no_bytes');
CREATE VIEW no_table AS SELECT 1 AS id;
SELECT bounce_create_inbox('no_table');
SELECT bounce_create_inbox(NULL);
SELECT bounce_create_inbox(repeat('x', 50));
SELECT bounce_create_inbox('x', path => '');
SELECT bounce_inbox_status('no_mail');
SELECT bounce_expire('no_mail');
SELECT bounce_reclassify('no_mail');
SELECT count(*) FROM bounce_inbox;
DROP VIEW no_table;
DROP TABLE no_time, no_mail, no_key, no_bytes;

-- partitions
SELECT bounce_create_inbox('incoming', partitioned => true, keep_raw => '30 days');
SELECT bounce_partition_ddl('incoming', '2026-03-01', '2026-05-01');
SELECT bounce_add_partitions('incoming', '2026-03-01', '2026-05-01');
SELECT bounce_add_partitions('incoming', '2026-03-01', '2026-05-01');
SELECT bounce_add_partitions('incoming', '2026-05-31', '2026-05-01');
SELECT bounce_add_partitions('incoming', '2026-03-01', '2026-05-01', '1 hour');
INSERT INTO incoming (received_at, mailbox, raw) VALUES
	('2026-03-03 08:01Z', 'bounces', report('rosa@koharu.example', '5.1.1', '550 5.1.1 User unknown')),
	('2026-04-03 08:01Z', 'archive', report('rosa@koharu.example', '5.1.1', '550 5.1.1 User unknown')),
	('2025-01-01 08:01Z', 'bounces', report('emil@midori.example', '5.2.2', '552 5.2.2 Mailbox full'));
INSERT INTO incoming_20260301 (received_at, mailbox, raw) VALUES
	('2026-03-04 08:01Z', 'bounces', report('otto@koharu.example', '5.1.1', '550 5.1.1 User unknown')),
	('2026-03-04 08:02Z', 'archive', report('emil@midori.example', '5.2.2', '552 5.2.2 Mailbox full'));
SELECT tableoid::regclass, mail_id, recipient FROM incoming_event ORDER BY mail_id;
SELECT tableoid::regclass, mail_id, recipient FROM incoming_copy ORDER BY mail_id;
SELECT mails, reporting, repeating, silent FROM bounce_inbox_status('incoming');
SELECT count(*) FROM bounce_reclassify('incoming');
SELECT * FROM bounce_expire('incoming', '2026-04-10Z');
UPDATE bounce_inbox SET keep_tokens = '20 days';
SELECT * FROM bounce_expire('incoming', '2026-04-10Z');
SELECT id FROM incoming WHERE raw IS NOT NULL;
-- a month is over
DROP TABLE incoming_20260301;
SELECT mails, reporting, events FROM bounce_inbox_status('incoming');
SELECT count(*) FROM incoming_event;
SELECT bounce_drop_inbox('incoming');
DROP TABLE incoming, incoming_event, incoming_copy, incoming_token;

-- one that is there and partitioned in a way of its own
CREATE TABLE ours (id bigint, received_at timestamptz NOT NULL, raw bytea, PRIMARY KEY (id)) PARTITION BY HASH (id);
CREATE TABLE ours_0 PARTITION OF ours FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE ours_1 PARTITION OF ours FOR VALUES WITH (MODULUS 2, REMAINDER 1);
SELECT bounce_create_inbox('ours');
SELECT bounce_add_partitions('ours', '2026-03-01', '2026-05-01');
INSERT INTO ours SELECT i, '2026-03-03 08:00Z', report('rosa@koharu.example', '5.1.1', '550 5.1.1 User unknown', i) FROM generate_series(1, 4) i;
INSERT INTO ours SELECT i, '2026-03-03 08:00Z', report('rosa@koharu.example', '5.1.1', '550 5.1.1 User unknown', 1) FROM generate_series(5, 6) i;
SELECT mails, reporting, repeating FROM bounce_inbox_status('ours');
SELECT bounce_drop_inbox('ours');
DROP TABLE ours, ours_event, ours_copy;

-- what replication applies is judged only where it is said so
SELECT bounce_create_inbox('incoming');
SET session_replication_role = replica;
INSERT INTO incoming (received_at, raw) VALUES ('2026-03-03 08:00Z', report('rosa@koharu.example', '5.1.1', '550 5.1.1 User unknown', 1));
RESET session_replication_role;
ALTER TABLE incoming ENABLE ALWAYS TRIGGER bounce_take_in;
SET session_replication_role = replica;
INSERT INTO incoming (received_at, raw) VALUES ('2026-03-03 08:00Z', report('rosa@koharu.example', '5.1.1', '550 5.1.1 User unknown', 2));
RESET session_replication_role;
SELECT mail_id, recipient FROM incoming_event;
-- the first is judged afterwards
SELECT mail_id, change FROM bounce_reclassify('incoming', apply => true);
SELECT bounce_drop_inbox('incoming');
-- tables that are there already are taken up again
SELECT bounce_create_inbox('incoming');
SELECT mails, reporting FROM bounce_inbox_status('incoming');
SELECT bounce_drop_inbox('incoming');
DROP TABLE incoming;
SELECT bounce_create_inbox('incoming');
INSERT INTO incoming (received_at, raw) VALUES ('2026-03-04 08:00Z', report('rosa@koharu.example', '5.1.1', '550 5.1.1 User unknown', 3)),
	('2026-03-04 08:00Z', report('rosa@koharu.example', '5.1.1', '550 5.1.1 User unknown', 1));
SELECT mail_id, received_at FROM incoming_event ORDER BY received_at, mail_id;
SELECT mail_id, received_at FROM incoming_copy ORDER BY received_at, mail_id;
SELECT mails, reporting, repeating FROM bounce_inbox_status('incoming');
SELECT count(*) FROM bounce_reclassify('incoming');
SELECT bounce_drop_inbox('incoming');
DROP TABLE incoming, incoming_event, incoming_copy;

-- automatic replies are kept where they are wanted
SELECT bounce_create_inbox('incoming', all_kinds => true);
INSERT INTO incoming (received_at, raw) VALUES ('2026-03-03 08:00Z', $mail$Date: Wed, 4 Mar 2026 10:16:00 GMT
From: Ida <ida@midori.example>
To: letters@news.example
Subject: Out of office: Spring news
Auto-Submitted: auto-replied
Message-ID: <2@midori.example>

I am away until Monday.
$mail$);
SELECT kind, recipient FROM incoming_event;
SELECT bounce_create_inbox('incoming', all_kinds => false);
SELECT change, recipient FROM bounce_reclassify('incoming');
SELECT bounce_drop_inbox('incoming');
DROP TABLE incoming, incoming_event, incoming_copy;

-- a user who owns neither the extension nor the register, but was given the right
CREATE ROLE bounce_test_keeper;
GRANT EXECUTE ON FUNCTION bounce_create_inbox TO bounce_test_keeper;
CREATE SCHEMA kept AUTHORIZATION bounce_test_keeper;
SET ROLE bounce_test_keeper;
SELECT bounce_create_inbox('kept.mail');
RESET ROLE;
GRANT INSERT, UPDATE ON bounce_inbox TO bounce_test_keeper;
SET ROLE bounce_test_keeper;
SELECT bounce_create_inbox('kept.mail');
INSERT INTO kept.mail (raw) VALUES (report('rosa@koharu.example', '5.1.1', '550 5.1.1 User unknown'));
SELECT recipient FROM kept.mail_event;
SELECT bounce_expire('kept.mail');
RESET ROLE;
-- and one who but brings mail
CREATE ROLE bounce_test_pipe;
GRANT USAGE ON SCHEMA kept TO bounce_test_pipe;
SELECT bounce_create_inbox('kept.parted', partitioned => true, daily => true, rules => 'default');
GRANT INSERT ON kept.parted, kept.parted_event, kept.parted_copy, kept.parted_token, kept.parted_dirty TO bounce_test_pipe;
GRANT USAGE ON SEQUENCE kept.parted_id_seq TO bounce_test_pipe;
GRANT INSERT ON kept.mail, kept.mail_event, kept.mail_copy TO bounce_test_pipe;
GRANT SELECT ON bounce_rule, bounce_format TO bounce_test_pipe;
SET ROLE bounce_test_pipe;
INSERT INTO kept.mail (raw) SELECT report('rosa@koharu.example', '5.1.1', '550 5.1.1 User unknown', i / 2) FROM generate_series(2, 5) i;
INSERT INTO kept.parted (raw) SELECT report('rosa@koharu.example', '5.1.1', '550 5.1.1 User unknown', i / 2) FROM generate_series(2, 5) i;
SELECT count(*) FROM kept.mail_event;
RESET ROLE;
SELECT mails, reporting, repeating FROM bounce_inbox_status('kept.mail');
SELECT mails, reporting, repeating FROM bounce_inbox_status('kept.parted');
DROP OWNED BY bounce_test_pipe;
DROP ROLE bounce_test_pipe;
DROP SCHEMA kept CASCADE;
DELETE FROM bounce_inbox;
DROP OWNED BY bounce_test_keeper;
DROP ROLE bounce_test_keeper;

DROP FUNCTION report;
