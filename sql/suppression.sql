-- The suppression list: who comes on it, who leaves it, and who never comes on it
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS bounce;
\set SHOW_CONTEXT never

CREATE TABLE event (mail_id int GENERATED ALWAYS AS IDENTITY, received_at timestamptz NOT NULL, LIKE bounce);

-- events of an address: a reason, on these days of June 2026
CREATE FUNCTION bounced(who text, what text, VARIADIC days int[]) RETURNS void LANGUAGE sql AS $$
	INSERT INTO event (received_at, kind, recipient, reason, hard_bounce, fault, diagnostic_code)
	SELECT '2026-06-01 08:00+00'::timestamptz + (d - 1) * interval '1 day', kind, who, reason, hard_bounce, fault, format('550 %s on day %s', what, d)
	FROM unnest(days) AS d, bounce_reasons() WHERE reason = what
$$;
CREATE VIEW list AS
	SELECT address, scope, reason, policy, score, times, since::date, until::date, mail_id, evidence, released_at::date AS released, released_why AS why
	FROM bounce_suppression;

SELECT bounced('rosa@koharu.example', 'userunknown', 3);
SELECT bounced('otto@koharu.example', 'mailboxfull', 1, 2, 3, 4);
SELECT bounced('emil@midori.example', 'mailboxfull', 1, 2, 3, 4, 5);
SELECT bounced('nina@midori.example', 'authfailure', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
SELECT bounced('boss@koharu.example', 'userunknown', 5);

-- protected: an address, a domain with its subdomains, a domain alone
INSERT INTO bounce_protected (pattern, note) VALUES ('Boss@Koharu.example', 'signs the bills'), ('Partner.example', NULL), ('@single.example', NULL);
INSERT INTO bounce_protected (pattern, until) VALUES ('late.example', '2026-06-09 00:00+00');
SELECT pattern FROM bounce_protected ORDER BY pattern COLLATE "C";
SELECT bounced(who || '.example', 'userunknown', 3)
FROM unnest('{a@partner,a@mail.partner,a@notpartner,a@single,a@mail.single,a@late,partner}'::text[]) AS who;
SELECT bounced('"a@partner.example"@other.example', 'userunknown', 3);
SELECT bounce_protecting_patterns('a@mail.partner.example'), bounce_protecting_patterns('no domain'), bounce_protecting_patterns(NULL);
SELECT cardinality(bounce_protecting_patterns('a@' || repeat('x.', 100000) || 'example')) AS bounded;

SELECT address, reason, score, times, since, until, mail_id, evidence, extended FROM bounce_suppress('default', 'event', '2026-06-10 00:00+00');
-- once is enough
SELECT * FROM bounce_suppress('default', 'event', '2026-06-10 00:00+00');
SELECT * FROM bounce_suppress('default', 'event', '2026-06-11 00:00+00');
SELECT * FROM list WHERE address LIKE 'emil%';
SELECT events, first_bounce, last_bounce FROM bounce_suppression WHERE address LIKE 'emil%';

-- asked
SELECT a, bounce_suppressed(a, as_of => '2026-06-12') AS "all", bounce_suppressed(a, 'news', '2026-06-12') AS news, bounce_suppressed(a, as_of => '2026-06-09') AS before
FROM unnest('{ROSA@koharu.example,otto@koharu.example,boss@koharu.example,nobody@koharu.example,"",NULL}'::text[]) AS a;
SELECT bounce_suppressed('rosa@koharu.example') AS now, count(*) FROM bounce_suppressed_now WHERE address = 'rosa@koharu.example';

-- released: that what was does not count again, but what comes does
SELECT bounce_release('Rosa@koharu.example', 'she wrote', as_of => '2026-06-12 00:00+00');
SELECT bounce_release('rosa@koharu.example', 'twice', as_of => '2026-06-12 00:00+00');
SELECT bounce_suppressed('rosa@koharu.example', as_of => '2026-06-11') AS was, bounce_suppressed('rosa@koharu.example', as_of => '2026-06-12') AS "is";
SELECT * FROM bounce_suppress('default', 'event', '2026-06-13 00:00+00');
SELECT bounced('rosa@koharu.example', 'userunknown', 14);
SELECT address, times, mail_id, evidence FROM bounce_suppress('default', 'event', '2026-06-15 00:00+00');
SELECT * FROM list WHERE address LIKE 'rosa%' ORDER BY since;
SELECT address, at, scope, why FROM bounce_reset;
SELECT released_by = session_user AS by_me FROM bounce_suppression WHERE released_at IS NOT NULL;
-- the past as it was
SELECT address, evidence FROM bounce_scores('default', 'event', '2026-06-11', for_address => 'rosa@koharu.example');

-- scopes
SELECT address, reason FROM bounce_suppress('default', 'event', '2026-06-15 00:00+00', 'news', 'rosa@koharu.example');
SELECT bounce_release('rosa@koharu.example', 'for all mail', 'all', '2026-06-16 00:00+00');
SELECT bounce_suppressed('rosa@koharu.example', 'all', '2026-06-17') AS "all", bounce_suppressed('rosa@koharu.example', 'news', '2026-06-17') AS news, bounce_suppressed('rosa@koharu.example', 'bills', '2026-06-17') AS bills;
SELECT bounce_release('rosa@koharu.example', 'for any', as_of => '2026-06-18 00:00+00');
SELECT bounced('rosa@koharu.example', 'userunknown', 19);
SELECT bounce_release('rosa@koharu.example', 'news only', 'news', '2026-06-20 00:00+00');
SELECT scope, (SELECT count(*) FROM bounce_suppress('default', 'event', '2026-06-21', scope, 'rosa@koharu.example')) FROM unnest('{news,bills}'::text[]) AS scope;

-- an address that somebody else took: what was before is not his
CREATE TABLE subscriber (id int PRIMARY KEY, "E-mail" text, name text);
CREATE TRIGGER taken AFTER INSERT OR UPDATE OF "E-mail" ON subscriber FOR EACH ROW EXECUTE FUNCTION bounce_reset_taken('E-mail');
INSERT INTO subscriber VALUES (1, 'old@koharu.example', 'x'), (2, NULL, 'y'), (3, '', 'z');
UPDATE subscriber SET "E-mail" = 'OLD@koharu.example' WHERE id = 1;
UPDATE subscriber SET name = 'w';
SELECT address, scope, why FROM bounce_reset WHERE address LIKE 'old%';
DELETE FROM bounce_reset WHERE address LIKE 'old%';
UPDATE subscriber SET "E-mail" = 'new@koharu.example' WHERE id = 1;
UPDATE subscriber SET "E-mail" = NULL WHERE id = 1;
SELECT address, why FROM bounce_reset WHERE address LIKE '%w@koharu.example';
CREATE TRIGGER mistaken AFTER INSERT ON subscriber FOR EACH ROW EXECUTE FUNCTION bounce_reset_taken();
INSERT INTO subscriber VALUES (4);
DROP TRIGGER mistaken ON subscriber;
CREATE TRIGGER mistaken AFTER INSERT ON subscriber FOR EACH ROW EXECUTE FUNCTION bounce_reset_taken('id"; DROP TABLE event; --');
INSERT INTO subscriber VALUES (4);
DROP TABLE subscriber;
-- by hand, from what one's own table has
SELECT bounced('changed@koharu.example', 'userunknown', 22), bounced('unchanged@koharu.example', 'userunknown', 22);
INSERT INTO bounce_reset (address, at, why) VALUES ('Changed@Koharu.example', '2026-06-22 08:00+00', 'address changed'), ('unchanged@koharu.example', '2026-06-22 07:59:59+00', 'address changed');
SELECT address FROM bounce_suppress('default', 'event', '2026-06-23') WHERE address LIKE '%changed%';

-- for a time, longer each time, and not for ever
TRUNCATE event RESTART IDENTITY;
INSERT INTO bounce_policy (policy, hard_weight, soft_weight, threshold, within, suppress_for, repeat_factor, suppress_max)
VALUES ('growing', 1, 0, 1, '3 days', '4 days', 2, '15 days');
SELECT bounced('anna@koharu.example', 'userunknown', 1);
SELECT since, until, times, extended FROM bounce_suppress('growing', 'event', '2026-06-01 12:00+00');
SELECT d, bounce_suppressed('anna@koharu.example', as_of => d) FROM unnest('{2026-06-05 07:59:59+00,2026-06-05 08:00+00}'::timestamptz[]) AS d;
-- another bounce while it holds moves the end
SELECT bounced('anna@koharu.example', 'userunknown', 2);
SELECT since, until, times, extended, evidence FROM bounce_suppress('growing', 'event', '2026-06-02 12:00+00');
SELECT count(*) FROM bounce_suppress('growing', 'event', '2026-06-02 13:00+00');
-- it is over: the row stays as history, and nothing begins anew
SELECT count(*) FROM bounce_suppress('growing', 'event', '2026-06-06 12:00+00');
SELECT bounced('anna@koharu.example', 'userunknown', 7);
SELECT since, until, times, extended FROM bounce_suppress('growing', 'event', '2026-06-07 12:00+00');
SELECT bounced('anna@koharu.example', 'userunknown', 16);
SELECT since, until, times, extended FROM bounce_suppress('growing', 'event', '2026-06-16 12:00+00');
SELECT since, until, times, released, why FROM list WHERE address LIKE 'anna%' ORDER BY since;
-- released before its time does not make the next one longer
SELECT bounce_release('anna@koharu.example', 'asked', as_of => '2026-06-17 00:00+00');
SELECT bounced('anna@koharu.example', 'userunknown', 18);
SELECT since, until, times FROM bounce_suppress('growing', 'event', '2026-06-18 12:00+00');
-- a policy without end wins over one with; a shorter one changes nothing
SELECT since, until, times, extended FROM bounce_suppress('ses', 'event', '2026-06-19 12:00+00');
SELECT count(*) FROM bounce_suppress('growing', 'event', '2026-06-19 12:00+00');
-- two tiers are two policies, of which the second takes over where it holds longer
SELECT bounced('tier@koharu.example', 'userunknown', 20);
SELECT until, score, extended FROM bounce_suppress('fxa-day', 'event', '2026-06-20 12:00+00', for_address => 'tier@koharu.example');
SELECT count(*) FROM bounce_suppress('fxa-year', 'event', '2026-06-20 12:00+00', for_address => 'tier@koharu.example');
SELECT bounced('tier@koharu.example', 'userunknown', 21);
SELECT until, score, extended FROM bounce_suppress('fxa-day', 'event', '2026-06-21 12:00+00', for_address => 'tier@koharu.example');
SELECT until, score, extended FROM bounce_suppress('fxa-year', 'event', '2026-06-21 12:00+00', for_address => 'tier@koharu.example');
SELECT policy, since, until, times, released FROM list WHERE address LIKE 'tier%' ORDER BY since;
-- however often
INSERT INTO bounce_suppression (address, since, until, released_at, released_why)
SELECT 'often@koharu.example', d, d, d, 'expired' FROM generate_series('2026-01-01'::timestamptz, '2026-05-01', '1 hour') AS d;
UPDATE bounce_policy SET repeat_factor = 100, suppress_max = NULL, suppress_for = '100 years' WHERE policy = 'growing';
SELECT bounced('often@koharu.example', 'userunknown', 20);
SELECT until, times FROM bounce_suppress('growing', 'event', '2026-06-20 12:00+00', for_address => 'often@koharu.example');

-- by hand
SELECT bounce_suppress_address('Hand@Koharu.example', until => '2026-01-01') IS NOT NULL AS id;
SELECT bounce_suppress_address('hand@koharu.example', 'asked to', until => 'tomorrow', note => 'by phone') IS NOT NULL AS id;
SELECT bounce_suppress_address('hand@koharu.example', 'asked again', until => 'today') IS NOT NULL AS id;
SELECT bounce_suppress_address('hand@koharu.example', 'left', 'news') IS NOT NULL AS id;
SELECT scope, reason, policy, until = 'tomorrow' AS tomorrow, note, released_why FROM bounce_suppression WHERE address LIKE 'hand%' ORDER BY id;
SELECT bounce_suppressed('hand@koharu.example'), bounce_suppressed('hand@koharu.example', 'news');
SELECT bounce_release('hand@koharu.example', 'back');
\set VERBOSITY terse
SELECT bounce_suppress_address('');
SELECT bounce_suppress_address(NULL);
\set VERBOSITY default
SELECT bounce_release(NULL, 'nobody'), bounce_release('', 'nobody'), bounce_release('unheard@of.example', NULL);

-- what if the threshold were another: a run over the past, undone
TRUNCATE event RESTART IDENTITY;
SELECT bounced('soft' || i || '@koharu.example', 'mailboxfull', VARIADIC ARRAY(SELECT generate_series(1, i))) FROM generate_series(1, 6) AS i;
SELECT address FROM bounce_suppress('default', 'event', '2026-06-10');
BEGIN;
UPDATE bounce_policy SET threshold = 3 WHERE policy = 'default';
SELECT address, score FROM bounce_suppress('default', 'event', '2026-06-10');
ROLLBACK;
SELECT address FROM bounce_suppress('default', 'event', '2026-06-10');
SELECT address FROM bounce_suppression WHERE address LIKE 'soft%' ORDER BY address COLLATE "C";

-- at once, in the transaction that brings the event; also where mail lies in partitions
TRUNCATE event RESTART IDENTITY; DELETE FROM bounce_suppression; DELETE FROM bounce_reset;
CREATE TABLE "Parted" (mail_id int, received_at timestamptz NOT NULL, kind text, recipient text, reason text, hard_bounce boolean, fault text, diagnostic_code text) PARTITION BY RANGE (received_at);
CREATE TABLE parted_old PARTITION OF "Parted" FOR VALUES FROM (MINVALUE) TO ('today');
CREATE TABLE parted_new PARTITION OF "Parted" FOR VALUES FROM ('today') TO (MAXVALUE);
CREATE TRIGGER now AFTER INSERT ON "Parted" FOR EACH ROW EXECUTE FUNCTION bounce_suppress_now('default', 'news');
INSERT INTO "Parted" SELECT d, date_trunc('day', now()) - d * interval '1 day', 'failure', 'soft@koharu.example', 'mailboxfull', false, 'recipient', 'full' FROM generate_series(4, 1, -1) AS d;
INSERT INTO "Parted" VALUES (16, now(), NULL, NULL, NULL, NULL, NULL, NULL), (17, now(), 'failure', 'soft@koharu.example', 'mailboxfull', false, 'recipient', 'still full'),
	(11, now(), 'failure', 'Hard@koharu.example', 'userunknown', true, 'recipient', 'no such user'),
	(12, now(), 'failure', 'dmarc@koharu.example', 'authfailure', false, 'sender', 'DMARC'), (13, now(), 'delay', 'late@koharu.example', 'mailboxfull', false, 'recipient', 'full'),
	(14, now(), 'complaint', 'angry@koharu.example', 'feedback', NULL, NULL, NULL), (15, now(), 'autoreply', 'away@koharu.example', 'vacation', NULL, NULL, NULL);
SELECT address, scope, reason, policy, score, mail_id, events FROM bounce_suppression ORDER BY address COLLATE "C";
BEGIN;
INSERT INTO "Parted" VALUES (18, now(), 'failure', 'undone@koharu.example', 'userunknown', true, 'recipient', 'no such user');
SELECT bounce_suppressed('undone@koharu.example', 'news');
ROLLBACK;
SELECT bounce_suppressed('undone@koharu.example', 'news');
-- mail is taken in even so
DROP TRIGGER now ON "Parted";
CREATE TRIGGER now AFTER INSERT ON "Parted" FOR EACH ROW EXECUTE FUNCTION bounce_suppress_now('default''; DROP TABLE event; --');
INSERT INTO "Parted" VALUES (19, now(), 'failure', 'x@koharu.example', 'userunknown', true, 'recipient', 'no such user');
SELECT count(*) FROM "Parted" WHERE mail_id = 19;
DROP TABLE "Parted";

-- from a mail to the list in one transaction
SELECT bounce_create_inbox('letters');
CREATE TRIGGER suppress AFTER INSERT ON letters_event FOR EACH ROW EXECUTE FUNCTION bounce_suppress_now('default');
INSERT INTO letters (raw)
SELECT convert_to(format($mail$Return-Path: <>
Date: Tue, 3 Mar 2026 08:00:00 +0100
From: MAILER-DAEMON@out.news.example
To: letters@news.example
Subject: Returned mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

Sorry.

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; out.news.example

Final-Recipient: rfc822; %s
Action: failed
Status: %s
Diagnostic-Code: smtp; %s

--x--
$mail$, who, status, said), 'UTF8')
FROM (VALUES ('mail.rosa@koharu.example', '5.1.1', '550 5.1.1 User unknown'), ('mail.nina@koharu.example', '5.7.26', '550 5.7.26 Unauthenticated mail from news.example is not accepted due to domain''s DMARC policy')) AS v (who, status, said);
SELECT recipient, reason, fault, bounce_suppressed(recipient) FROM letters_event ORDER BY recipient COLLATE "C";
SELECT address, events, evidence FROM bounce_suppression WHERE address LIKE 'mail.%';
SELECT bounce_drop_inbox('letters');
DROP TABLE letters, letters_event, letters_copy;

-- an import may be in any case, and twice is once
COPY bounce_suppression (address, scope, reason, since) FROM stdin;
Import@Koharu.EXAMPLE	all	hard	2026-01-01 00:00+00
other@koharu.example	news	unsubscribed	2026-01-01 00:00+00
\.
SELECT address, scope, reason FROM bounce_suppressed_now WHERE since = '2026-01-01 00:00+00' ORDER BY address COLLATE "C";
INSERT INTO bounce_suppression (address) VALUES ('import@koharu.example');
INSERT INTO bounce_suppression (address) VALUES ('import@koharu.example') ON CONFLICT DO NOTHING;

-- the index is used
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT FROM bounce_suppressed_now WHERE address = 'a@koharu.example';
RESET enable_seqscan;

-- rights: nobody but the owner, until they are granted
CREATE ROLE regress_bounce_reader;
SELECT c.relname, p.privilege FROM pg_class AS c, unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) AS p (privilege)
WHERE c.relkind IN ('r', 'v') AND c.relname ~ '^bounce_(policy|suppress|protected|reset)' AND has_table_privilege('regress_bounce_reader', c.oid, p.privilege);
SELECT p.proname FROM pg_proc AS p WHERE p.proname ~ '^bounce_(suppress|release|suppress_address|suppress_now|reset_taken|policy_owned|address_written|pattern_written)$'
	AND has_function_privilege('regress_bounce_reader', p.oid, 'EXECUTE');
GRANT SELECT ON bounce_suppression TO regress_bounce_reader;
SET ROLE regress_bounce_reader;
SELECT bounce_suppressed('import@koharu.example');
SELECT * FROM bounce_suppress('default', 'event');
SELECT bounce_release('import@koharu.example', 'me');
SELECT count(*) FROM bounce_policy;
SELECT * FROM bounce_scores('default', 'event');
RESET ROLE;
-- a caller's own things of the same names are not taken for ours
CREATE SCHEMA evil;
GRANT USAGE ON SCHEMA evil TO PUBLIC;
CREATE TABLE evil.bounce_suppression (LIKE bounce_suppression);
CREATE FUNCTION evil.bounce_address_key(text) RETURNS text LANGUAGE sql AS $$ SELECT 'evil' $$;
CREATE TEMP TABLE bounce_suppression (LIKE evil.bounce_suppression);
SET search_path = evil, public;
SELECT public.bounce_suppressed('import@koharu.example');
SELECT count(*) FROM public.bounce_suppress('default', 'public.event');
RESET search_path;
DROP TABLE pg_temp.bounce_suppression;
DROP SCHEMA evil CASCADE;
REVOKE ALL ON bounce_suppression FROM regress_bounce_reader;
DROP ROLE regress_bounce_reader;

DROP VIEW list;
DROP TABLE event;
DROP FUNCTION bounced;
DELETE FROM bounce_suppression; DELETE FROM bounce_reset; DELETE FROM bounce_protected;
DELETE FROM bounce_policy WHERE NOT shipped;
