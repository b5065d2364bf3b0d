-- Inboxes that are odd, or were meddled with; sessions that are set up oddly.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE EXTENSION IF NOT EXISTS bounce;
SET search_path = public;
SET timezone = 'UTC';

-- JSON that jsonb can't hold is taken in, and yields nothing
CREATE TABLE odd_hook (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, received_at timestamptz NOT NULL DEFAULT now(), payload json);
SELECT bounce_create_inbox('odd_hook');
INSERT INTO odd_hook (payload) VALUES ('{"event": "hard_bounce", "email": "a@koharu.example", "ts_event": 1772443201, "reason": "552 5.2.2 Mailbox full"}');
INSERT INTO odd_hook (payload) VALUES ('{"event": "hard_bounce", "email": "b@koharu.example", "x": "\u0000"}'), ('{"x": 1e999999}'), ('{"x": "\ud800"}');
SELECT mails, reporting, silent FROM bounce_inbox_status('odd_hook');
SELECT recipient, change FROM bounce_reclassify('odd_hook');
CREATE TABLE odd_subscriber (id integer, email text);
INSERT INTO odd_subscriber VALUES (1, 'a@koharu.example');
SELECT mail_id, subscriber, matched_by FROM bounce_attribute('odd_hook_event', 'odd_subscriber', header => 'X-Subscriber');

-- names that end a quotation of a function
SELECT bounce_create_inbox('"odd$take_in$; $mark$"', rules => E'$take_in$ \\''', daily => true);
INSERT INTO "odd$take_in$; $mark$" (raw) VALUES ('Subject: letter');
SELECT mails, silent FROM bounce_inbox_status('"odd$take_in$; $mark$"');

-- a mail that a domain lets not be null is emptied
CREATE DOMAIN odd_text AS text NOT NULL;
CREATE DOMAIN odd_json AS jsonb NOT NULL;
CREATE TABLE odd_domain (id integer PRIMARY KEY, received_at timestamptz NOT NULL DEFAULT now(), raw odd_text, payload odd_json);
SELECT bounce_create_inbox('odd_domain', keep_raw => '1 day');
INSERT INTO odd_domain (received_at, id, raw, payload) VALUES ('2026-03-03Z', 1, 'Subject: letter', '{}');
SELECT expired, erased FROM bounce_expire('odd_domain', '2026-04-01Z');
SELECT expired, erased FROM bounce_expire('odd_domain', '2026-04-01Z');
UPDATE odd_domain SET payload = '{}';
UPDATE bounce_inbox SET keep_raw = NULL, redact_after = '1 day' WHERE inbox = 'odd_domain'::regclass;
SELECT expired, redacted FROM bounce_expire('odd_domain', '2026-04-01Z');
SELECT raw, payload FROM odd_domain;
SELECT bounce_drop_inbox('odd_domain');
DROP TABLE odd_domain, odd_domain_event, odd_domain_copy;
DROP DOMAIN odd_text, odd_json;

-- a key that is none
CREATE TABLE odd_key (id integer NOT NULL, received_at timestamptz NOT NULL DEFAULT now(), mailbox text, raw text, PRIMARY KEY (mailbox, id), UNIQUE (mailbox) INCLUDE (id));
CREATE UNIQUE INDEX ON odd_key (id) WHERE mailbox = 'a';
CREATE UNIQUE INDEX ON odd_key ((id + 1));
SELECT bounce_create_inbox('odd_key');
CREATE UNIQUE INDEX ON odd_key (received_at, id);
SELECT bounce_create_inbox('odd_key');
SELECT bounce_drop_inbox('odd_key');
DROP TABLE odd_key, odd_key_event, odd_key_copy;

-- names that say something to format()
CREATE TABLE "log %s" ("sub %1$s" integer, "mid %L" text, "verp %I" text);
INSERT INTO "log %s" VALUES (7, 'letter@news.example', NULL);
CREATE TABLE "event %s" AS SELECT 1 AS mail_id, 1 AS ordinal, 'letter@news.example' AS message_id, 'tag@news.example' AS verp;
SELECT subscriber, matched_by FROM bounce_attribute('"event %s"', 'odd_subscriber', send_log => '"log %s"',
	send_log_id_column => 'sub %1$s', send_log_message_id_column => 'mid %L', send_log_verp_column => 'verp %I');
DROP TABLE "log %s", "event %s";

-- an event table that was dropped is made again, with its triggers
SELECT bounce_create_inbox('odd_inbox', daily => true);
DROP TABLE odd_inbox_event;
SELECT bounce_create_inbox('odd_inbox');
INSERT INTO odd_inbox (received_at, payload)
SELECT '2026-03-03 12:00Z', '{"event": "hard_bounce", "email": "a@koharu.example", "ts_event": 1772443201, "reason": "552 5.2.2 Mailbox full"}' FROM generate_series(1, 3);
SELECT reporting, repeating FROM bounce_inbox_status('odd_inbox');
-- columns of one's own stay, also of an event that gets another token
ALTER TABLE odd_inbox_event ADD subscriber integer, ADD "a note" text DEFAULT 'none', ADD twice integer GENERATED ALWAYS AS (subscriber * 2) STORED;
UPDATE odd_inbox_event SET subscriber = 1, "a note" = 'called', token = 'as an older engine made it';
SELECT change FROM bounce_reclassify('odd_inbox', apply => true);
SELECT mail_id, subscriber, "a note", twice, token LIKE 'as%' AS old_token FROM odd_inbox_event;
SELECT reporting, repeating FROM bounce_inbox_status('odd_inbox');
ALTER TABLE odd_inbox_event DROP twice, DROP subscriber, DROP "a note";

SET client_min_messages = error;	-- wal_level is insufficient
CREATE PUBLICATION odd_publication FOR ALL TABLES;
SET client_min_messages = warning;
SELECT bounce_roll_up('odd_inbox');
SELECT day, n FROM odd_inbox_daily;
DROP PUBLICATION odd_publication;

-- an inbox that is registered again tells copies as before
SELECT bounce_create_inbox('odd_month', partitioned => true);
INSERT INTO odd_month (payload) SELECT payload FROM odd_inbox LIMIT 1;
SELECT bounce_drop_inbox('odd_month');
DROP TABLE odd_month_token;
SELECT bounce_create_inbox('odd_month', partitioned => false);
SELECT bounce_create_inbox('odd_month');
INSERT INTO odd_month (payload) SELECT payload FROM odd_inbox LIMIT 2;
SELECT reporting, repeating FROM bounce_inbox_status('odd_month');

-- so does one with an event table of one's own, that has no index
CREATE TABLE odd_own_event (LIKE odd_inbox_event);
SELECT bounce_create_inbox('odd_own', events => 'odd_own_event');
INSERT INTO odd_own (payload) SELECT payload FROM odd_inbox;
SELECT reporting, repeating FROM bounce_inbox_status('odd_own');

SELECT bounce_partition_ddl('odd_month', '2026-03-01', 'infinity');

-- a style of dates that calls zones by letters: IST is India's here, else Israel's
SET timezone = 'Asia/Kolkata';
SET datestyle = 'SQL, DMY';
SELECT count(*) FROM bounce_attribute('odd_inbox_event', 'odd_subscriber', since => '2026-03-03 12:00Z');
SELECT count(*) FROM bounce_attribute('odd_inbox_event', 'odd_subscriber', since => '2026-03-03 12:01Z');
UPDATE bounce_inbox SET redacted_until = '2026-03-03 11:00Z' WHERE inbox = 'odd_inbox'::regclass;
SELECT bounce_reclassify_query('odd_inbox', NULL) LIKE '%2026-03-03 16:30:00+05:30%' AS tells_the_zone;
RESET datestyle;
SET timezone = 'UTC';

-- an event that is newer than its transaction, as the clock of the program that
-- brought it has it; and what was expanded from a mere name
CREATE TABLE odd_event (LIKE odd_inbox_event);
CREATE TRIGGER suppress AFTER INSERT ON odd_event FOR EACH ROW EXECUTE FUNCTION bounce_suppress_now('ses');
INSERT INTO odd_event (mail_id, ordinal, received_at, engine, kind, recipient, alias, reason, hard_bounce)
VALUES (1, 1, clock_timestamp() + interval '2 seconds', '', 'failure', 'late@koharu.example', NULL, 'userunknown', true),
	(2, 1, now() - interval '1 day', '', 'failure', 'expanded@koharu.example', 'staff', 'userunknown', true),
	(3, 1, now() + interval '1 year', '', 'failure', 'future@koharu.example', NULL, 'userunknown', true);
SELECT address, reason FROM bounce_suppression WHERE events = 'public.odd_event' ORDER BY address COLLATE "C";

-- a time that is none spoils no policy
INSERT INTO odd_event (mail_id, ordinal, received_at, engine, kind, recipient, reason, hard_bounce)
VALUES (4, 1, '-infinity', '', 'failure', 'never@koharu.example', 'userunknown', true), (5, 1, 'infinity', '', 'failure', 'never@koharu.example', 'userunknown', true);
SELECT address, score FROM bounce_scores('mailman', 'odd_event', now() + interval '1 hour') ORDER BY address COLLATE "C";
SELECT address, score FROM bounce_scores('phplist', 'odd_event', now() + interval '1 hour') ORDER BY address COLLATE "C";

DELETE FROM bounce_suppression WHERE events = 'public.odd_event';
SELECT bounce_drop_inbox(inbox) FROM bounce_inbox WHERE inbox::text LIKE '%odd%' AND inbox <> 'odd_inbox'::regclass;
-- who makes it an inbox again is told what is to be known
SET client_min_messages = notice;
SELECT bounce_drop_inbox('odd_inbox');
SET client_min_messages = warning;
DROP TABLE odd_hook, odd_hook_event, odd_hook_copy, odd_subscriber, odd_inbox, odd_inbox_event, odd_inbox_copy, odd_inbox_daily, odd_inbox_dirty,
	odd_month, odd_month_event, odd_month_copy, odd_month_token, odd_own, odd_own_event, odd_own_copy, odd_event,
	"odd$take_in$; $mark$", "odd$take_in$; $mark$_event", "odd$take_in$; $mark$_copy", "odd$take_in$; $mark$_daily", "odd$take_in$; $mark$_dirty";
DROP FUNCTION "odd$take_in$; $mark$_mark_day", odd_inbox_mark_day;
