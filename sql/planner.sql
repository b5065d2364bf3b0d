-- the planner knows that a mail is dear to parse and gives a row or so
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;

CREATE TABLE lists (id int PRIMARY KEY, name text);
CREATE TABLE subscribers (id int PRIMARY KEY, email text);
CREATE TABLE inbound_mail (id int, list int, log text, raw bytea);
INSERT INTO lists SELECT i, 'list ' || i FROM generate_series(1, 100) i;
INSERT INTO subscribers SELECT i, format('reader%s@koharu.example', i) FROM generate_series(1, 20000) i;
CREATE INDEX ON subscribers (email);
INSERT INTO inbound_mail
SELECT i, i % 100 + 1, '550 5.1.1 User unknown', convert_to('Subject: letter ' || i || E'\n\n' || repeat('Hello. ', 100), 'UTF8')
FROM generate_series(1, 2000) i;
ANALYZE lists, subscribers, inbound_mail;
SET max_parallel_workers_per_gather = 0;
-- before PostgreSQL 14 there is none
SELECT count(set_config(name, 'off', false)) <= 1 AS off FROM pg_settings WHERE name = 'enable_memoize';

-- only mails that other tables leave over are parsed
EXPLAIN (COSTS OFF)
SELECT b.recipient
FROM inbound_mail m, bounce_parse(m.raw) b, lists l
WHERE l.id = m.list AND l.name = 'list 7';

-- cheap conditions come before dear ones, however they are written
EXPLAIN (COSTS OFF)
SELECT id FROM inbound_mail
WHERE (bounce_parse_reply(log)).reason = 'userunknown' AND id % 10 = 0;

-- the rows of some mails are looked up one by one in a large table
EXPLAIN (COSTS OFF)
SELECT s.id
FROM inbound_mail m, bounce_parse(m.raw) b, subscribers s
WHERE s.email = b.recipient AND m.id % 100 = 0;

-- some thousand mails are worth workers, by the server's own settings
ALTER TABLE inbound_mail SET (parallel_workers = 2);
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF)
SELECT count(*) FROM (SELECT bounce_parse(raw) AS b FROM inbound_mail) parsed WHERE (b).advice = 'remove';
EXPLAIN (COSTS OFF)
SELECT id FROM inbound_mail WHERE (bounce_parse_reply(log)).advice = 'remove';

-- which their mere length would not be
EXPLAIN (COSTS OFF)
SELECT count(*) FROM inbound_mail WHERE length(raw) > 100;

-- In FROM the planner counts one call, however many there are: workers must be
-- made to look cheap.
SET parallel_setup_cost = 0;
EXPLAIN (COSTS OFF)
SELECT count(b.recipient) FROM inbound_mail m, bounce_parse(m.raw) b;

DROP TABLE lists, subscribers, inbound_mail;
