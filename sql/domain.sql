-- Domains: who runs them, which are to be thrown away, which are mistyped
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;
RESET client_min_messages;
\set VERBOSITY terse

-- who runs it, as compiled in: a domain or an address, in any form
SELECT t AS asked, p.* FROM unnest(ARRAY['gmail.com', 'Kai <KAI@GMAIL.COM>', 'x@mail.gmail.com.', 'a@docomo.ne.jp', 'b@i.softbank.jp',
	'c@t-online.de', 'd@sub.example.org', 'nobody@unheard-of.net', 'gmail.com.unheard-of.net', 'notgmail.com', '@', '', 'no domain']) t, bounce_provider(t) p;
SELECT bounce_provider(NULL);
SELECT count(*) FILTER (WHERE (bounce_provider(domain)).provider IS DISTINCT FROM provider OR (bounce_provider(domain)).host_group IS DISTINCT FROM host_group) AS differ
FROM bounce_providers();

-- offices and programs
SELECT a, bounce_is_role(a) AS role FROM unnest(ARRAY['postmaster@example.com', 'INFO+news@example.org', 'no-reply@example.net', 'kontakt', 'Service Client <service-client@example.fr>',
	'mylist-request@example.com', 'owner-mylist@example.com', 'informa@example.com', 'kai@example.com', '', '@example.com', 'info']) a;

-- throw-away addresses, as compiled in
SELECT a, bounce_known_disposable(a) AS disposable FROM unnest(ARRAY['x@mailinator.com', 'YOPMAIL.fr', 'x@any.guerrillamail.com', 'notmailinator.example', 'mailinator.com.example', 'gmail.com', '']) a;

-- one's own rows
INSERT INTO bounce_domain (domain, provider, host_group, disposable, note) VALUES
	('Example.COM.', 'ours', 'pc', NULL, 'the office'),
	('mail.example.com', 'elsewhere', NULL, true, 'hosted'),
	(E'b\u00fccher.example', 'books', 'webmail', false, NULL),
	('mailinator.com', NULL, NULL, false, 'our testers use it'),
	('gmail.com', NULL, 'smartphone', NULL, NULL);
SELECT domain, provider FROM bounce_domain ORDER BY domain COLLATE "C";
SELECT a AS asked, d.* FROM unnest(ARRAY['kai@example.com', 'kai@x.mail.example.com', 'kai@mail.example.com', 'notexample.com', E'B\u00dcCHER.example', 'x@xn--bcher-kva.example',
	'x@mailinator.com', 'x@gmail.com', 'x@yahoo.co.jp', 'x@yopmail.com', 'x@unheard-of.net', 'example.net', '', 'x@[192.0.2.1]']) a, bounce_destination(a) d;
SELECT bounce_is_disposable('x@mail.example.com') AS own, bounce_is_disposable('mailinator.com') AS spared, bounce_is_disposable('yopmail.com') AS known,
	bounce_is_disposable('unheard-of.net') AS unknown, bounce_is_disposable(NULL) IS NULL AS nothing;
-- by the index
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query; END $$;
SET enable_seqscan = off;
SELECT count(*) FROM pg_temp.plan($$SELECT FROM bounce_domain WHERE domain = ANY (ARRAY['a.b', 'b'])$$) line WHERE line ~ 'Index';
RESET enable_seqscan;
-- what is none is refused
INSERT INTO bounce_domain VALUES ('not a domain');
INSERT INTO bounce_domain VALUES (NULL);
INSERT INTO bounce_domain (domain, host_group) VALUES ('a.example', 'fax');
UPDATE bounce_domain SET domain = 'A.Example' WHERE domain = 'example.com' RETURNING domain;
DELETE FROM bounce_domain;
-- pg_dump keeps the rows
SELECT c.condition FROM pg_extension, unnest(extconfig, extcondition) AS c (config, condition)
WHERE extname = 'bounce' AND c.config = 'bounce_domain'::regclass;

-- how far
SELECT typed, meant, bounce_domain_distance(typed, meant) AS distance FROM (VALUES
	('gmail.com', 'gmail.com'), ('gmial.com', 'gmail.com'), ('gmal.com', 'gmail.com'), ('gmaill.com', 'gmail.com'), ('gmsil.com', 'gmail.com'),
	('gmxil.com', 'gmail.com'), ('gmaixl.com', 'gmail.com'), ('gmail.con', 'gmail.com'), ('gmailcom', 'gmail.com'), ('yaho.co', 'yahoo.com'), ('hotmali.com', 'hotmail.com'),
	('a1.example', 'a2.example'), ('x@GMIAL.com', 'Gmail.Com.'), ('example.com', 'gmail.com'), ('', 'gmail.com'), ('gmail.com', NULL)) AS t (typed, meant);
SELECT bounce_domain_distance(repeat('a', 60) || '.' || repeat('b', 60) || '.example', repeat('b', 60) || '.' || repeat('a', 60) || '.example') AS long,
	bounce_domain_distance(repeat('a.', 5000), 'gmail.com') AS too_long;

-- what was meant
SELECT d AS typed, bounce_suggest_domain(d, ARRAY['gmail.com', 'ymail.com', 'yahoo.co.jp', NULL, 'Koharu-Books.example.net', 'aaa.net', 'aab.net']) AS meant
FROM unnest(ARRAY['gmial.com', 'gmail.com', 'kai@gnail.com', 'mailo.com', 'mail.com', 'yhoo.co.jp', 'yahoo.com', 'aac.net', 'quite-other.net', 'x.example', 'aol.com', '', 'no domain']) d;
-- another country's is nobody's typo, nor is another short name
SELECT d AS typed, bounce_suggest_domain(d, ARRAY['web.de', 'free.fr', 'aol.com', 'wp.pl', 'qq.com', 'gmail.com']) AS meant
FROM unnest(ARRAY['web.dk', 'web.dr', 'web.ed', 'web.d', 'free.it', 'free.ft', 'ao.com', 'wp.com', 'aool.con', 'wp.lp', 'wo.pl', 'xyz.com', 'ww.com', 'gmail.co', 'gmail.cm']) d;
SELECT bounce_suggest_domain('gmial.com', ARRAY['gmail.com'], 0.5) AS too_far, bounce_suggest_domain('gmial.com', ARRAY['gmail.com'], 'NaN') AS nan,
	bounce_suggest_domain('gmial.com', ARRAY['gmail.com'], 'Infinity') AS far, bounce_suggest_domain('gmial.com', ARRAY['gmail.com'], -1) AS negative,
	bounce_suggest_domain('gmial.com', '{}') AS none, bounce_suggest_domain('gmial.com', NULL) AS nothing,
	bounce_suggest_domain('gmial.com', '{{gmail.com,x.example},{y.example,z.example}}') AS matrix;

-- who is mistyped: names that need quoting, in another schema
CREATE SCHEMA "Odd ""schema""";
CREATE TABLE "Odd ""schema"""."Sub's" ("E-Mail" text);
INSERT INTO "Odd ""schema"""."Sub's" SELECT 'u' || i || '@gmail.com' FROM generate_series(1, 40) i;
INSERT INTO "Odd ""schema"""."Sub's" SELECT 'u' || i || '@dead-isp.net' FROM generate_series(1, 12) i;
INSERT INTO "Odd ""schema"""."Sub's" VALUES ('Ann.Lee@gmial.com'), ('bob@gnail.com'), ('eve@mailo.com'), ('kai@dead-isp.ent'), ('never-bounced@gmal.com'), ('full@gmali.com'), (NULL), ('none');
CREATE TABLE "Odd ""schema""".events (recipient text, alias text, kind text, reason text, hard_bounce boolean, received_at timestamptz);
INSERT INTO "Odd ""schema""".events
	SELECT 'u' || i || '@dead-isp.net', NULL, 'failure', 'userunknown', true, '2026-03-01' FROM generate_series(1, 12) i;
INSERT INTO "Odd ""schema""".events VALUES
	('ann.lee@gmial.com', NULL, 'failure', 'hostunknown', true, '2026-03-02 00:00Z'),
	('ann.lee@gmial.com', NULL, 'failure', 'userunknown', true, '2026-03-03 00:00Z'),
	('relay@elsewhere.example', 'Bob@Gnail.com', 'failure', 'notaccept', true, '2026-03-04 00:00Z'),
	('eve@mailo.com', NULL, 'failure', 'userunknown', true, '2026-03-04 00:00Z'),
	('kai@dead-isp.ent', NULL, 'failure', 'hostunknown', true, '2026-03-04 00:00Z'),
	('full@gmali.com', NULL, 'failure', 'mailboxfull', false, '2026-03-04 00:00Z'),
	('never-bounced@gmal.com', NULL, 'delay', 'hostunknown', false, '2026-03-04 00:00Z'),
	('u1@gmail.com', NULL, 'failure', 'userunknown', true, '2026-03-04 00:00Z');
SET timezone = 'UTC';
SELECT * FROM bounce_find_typos('"Odd ""schema"""."Sub''s"', '"Odd ""schema""".events', 'E-Mail');
SELECT * FROM bounce_find_typos('"Odd ""schema"""."Sub''s"', '"Odd ""schema""".events', 'E-Mail', max_dead => 1, since => '2026-03-04');
SELECT count(*) FROM bounce_find_typos('"Odd ""schema"""."Sub''s"', '"Odd ""schema""".events', 'E-Mail', min_subscribers => 100);
SELECT * FROM bounce_find_typos('"Odd ""schema"""."Sub''s"', '"Odd ""schema""".events', 'x"; DROP TABLE y; --');
-- temporary tables
CREATE TEMP TABLE subscribers AS SELECT "E-Mail" AS email FROM "Odd ""schema"""."Sub's";
CREATE TEMP TABLE events AS TABLE "Odd ""schema""".events;
SELECT count(*) FROM bounce_find_typos('subscribers', 'events');
DROP TABLE subscribers, events;
SET client_min_messages = warning;
DROP SCHEMA "Odd ""schema""" CASCADE;
