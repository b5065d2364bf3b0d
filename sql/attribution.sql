-- whose bounce was it?
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;
SET timezone = 'UTC';
\set VERBOSITY terse

-- a column's name that needs quotes, two subscribers of one address, ids that are no numbers further below
CREATE TABLE "the Readers" ("Id" int PRIMARY KEY, "E-Mail" text);
INSERT INTO "the Readers" VALUES
	(1, 'Rosa@Koharu.example'), (2, 'otto@bücher.example'), (3, 'ida@midori.example'), (4, 'IDA@midori.example'),
	(5, 'news@letters.example'), (6, 'j.o.e@gmail.com'), (7, NULL), (8, 'not an address'), (9, 'emil+news@midori.example'), (10, 'mary-ann@tsuru.example');
CREATE INDEX ON "the Readers" (bounce_address_key("E-Mail"));

CREATE TABLE events (mail_id bigint, ordinal int, received_at timestamptz DEFAULT '2026-03-02', LIKE_bounce int);
ALTER TABLE events DROP COLUMN like_bounce, ADD recipient text, ADD alias text, ADD verp text, ADD addresser text, ADD message_id text, ADD feedback_id text;
INSERT INTO events (mail_id, ordinal, recipient, alias, verp, addresser, message_id, feedback_id) VALUES
	-- by the recipient alone, in other letters
	(1, 1, 'rosa@koharu.example', NULL, NULL, 'news@letters.example', 'a@letters.example', 'c1:1:mail:letters'),
	(1, 2, 'otto@xn--bcher-kva.example', NULL, NULL, 'news@letters.example', NULL, NULL),
	-- forwarded
	(2, 1, 'rosa@elsewhere.example', 'rosa@koharu.example', NULL, NULL, NULL, NULL),
	-- the alias is one reader, the recipient another
	(3, 1, 'otto@bücher.example', 'rosa@koharu.example', NULL, NULL, NULL, NULL),
	-- whom the mail was made for is best
	(4, 1, 'otto@bücher.example', 'mary-ann@tsuru.example', 'rosa@koharu.example', 'news@letters.example', NULL, NULL),
	-- but what BATV wraps is the sender, who reads his own news
	(5, 1, NULL, NULL, 'news@letters.example', 'news@letters.example', NULL, NULL),
	(6, 1, 'otto@bücher.example', NULL, 'news@letters.example', 'news@letters.example', NULL, NULL),
	-- two readers have the address
	(7, 1, 'ida@midori.example', NULL, NULL, NULL, NULL, NULL),
	-- the log tells which of them, and where the report hides him
	(8, 1, 'ida@midori.example', NULL, NULL, NULL, 'ida4@letters.example', NULL),
	(9, 1, NULL, NULL, NULL, NULL, 'rosa@letters.example', NULL),
	-- a message that went to all tells nobody, but the recipient does
	(10, 1, NULL, NULL, NULL, NULL, 'all@letters.example', NULL),
	(11, 1, 'otto@bücher.example', NULL, NULL, NULL, 'all@letters.example', NULL),
	-- a key of the log is no address
	(12, 1, NULL, NULL, 'k17', NULL, NULL, NULL),
	-- Gmail, tags
	(13, 1, 'joe@gmail.com', NULL, NULL, NULL, NULL, NULL),
	(14, 1, 'emil@midori.example', NULL, NULL, NULL, NULL, NULL),
	-- nobody, and nothing that is known
	(15, 1, 'nobody@koharu.example', NULL, NULL, NULL, 'none@letters.example', NULL),
	(16, 1, NULL, NULL, NULL, NULL, NULL, NULL),
	(17, 1, 'not an address', '', '', '', '', ''),
	-- an id in Feedback-ID
	(18, 1, NULL, NULL, NULL, NULL, NULL, 'spring:10:mail:letters'), (19, 1, NULL, NULL, NULL, NULL, NULL, 'spring:ten:mail:letters'), (20, 1, NULL, NULL, NULL, NULL, NULL, 'x:99999999999999999999:y');

CREATE TABLE "send""log" (reader int, "Message" text, verp_key text);
INSERT INTO "send""log" VALUES (4, '<ida4@letters.example>', 'k4'), (1, 'rosa@letters.example', 'k1'), (1, 'rosa@letters.example', 'again'), (10, 'x', 'k17'), (NULL, 'none@letters.example', NULL), (3, '', '');
INSERT INTO "send""log" SELECT "Id", 'all@letters.example', NULL FROM "the Readers";

-- by addresses alone
SELECT * FROM bounce_attribute('events', '"the Readers"', 'Id', 'E-Mail') ORDER BY mail_id::int, ordinal, subscriber;

-- with the log, and the rest of it
SELECT * FROM bounce_attribute('events', '"the Readers"', 'Id', 'E-Mail', send_log => '"send""log"', send_log_id_column => 'reader', send_log_message_id_column => 'Message',
	feedback_id_part => 2, gmail => true, subaddress => true) ORDER BY mail_id::int, ordinal, subscriber;

-- since
SELECT count(*) FROM bounce_attribute('events', '"the Readers"', 'Id', 'E-Mail', since => '2026-03-02 00:00:01+00');
SELECT count(*) FROM bounce_attribute('events', '"the Readers"', 'Id', 'E-Mail', since => '2026-03-01 00:00:01+00');

-- fields of one's own, from the raw mails
CREATE TABLE inbound_mail (id bigint, raw bytea);
INSERT INTO inbound_mail SELECT id, convert_to(format($$From: MAILER-DAEMON@mx.example
To: %s
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

no

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; somebody@else.example
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

From: news@letters.example
To: readers@letters.example
X-Subscriber-Id: %s
X-Campaign: spring/%s
--b--
$$, 'bounce+' || key || '@letters.example', reader, reader), 'UTF8')
FROM (VALUES (1, 'none', '10'), (2, 'none', '<mary-ann@tsuru.example>'), (9, 'none', '1; DROP TABLE events'), (10, 'k17', '2'), (16, 'none', ' 2 '), (17, 'k1', ''), (12, 'x', '1')) v (id, key, reader);

SELECT * FROM bounce_attribute('events', '"the Readers"', 'Id', 'E-Mail', header => 'X-Subscriber-Id', inbox => 'inbound_mail') WHERE mail_id IN ('1', '2', '9', '10', '16', '17') ORDER BY mail_id::int, ordinal, subscriber;
SELECT * FROM bounce_attribute('events', '"the Readers"', 'Id', 'E-Mail', header => 'X-Campaign', header_pattern => '/([0-9]+)$', inbox => 'inbound_mail') WHERE mail_id IN ('1', '2', '9', '10', '16', '17') ORDER BY mail_id::int, ordinal, subscriber;
-- the tag of the address that the report came to
SELECT * FROM bounce_attribute('events', '"the Readers"', 'Id', 'E-Mail', send_log => '"send""log"', send_log_id_column => 'reader', inbox => 'inbound_mail') WHERE mail_id IN ('1', '2', '9', '10', '16', '17') ORDER BY mail_id::int, ordinal, subscriber;

-- ids of other types; hostile names; tables with few columns; temporary tables that hide others
CREATE TABLE "q'; DROP TABLE events; --" ("id'" uuid, "m""" varchar(99));
INSERT INTO "q'; DROP TABLE events; --" VALUES ('00000000-0000-0000-0000-000000000001', 'rosa@koharu.example');
CREATE TABLE "few %s %1$I" (mail_id text, recipient varchar(80), feedback_id text);
INSERT INTO "few %s %1$I" VALUES ('a', 'Rosa <ROSA@koharu.example>', NULL), ('b', '', 'x:00000000-0000-0000-0000-000000000001'), ('c', NULL, 'x:y');
CREATE TEMP TABLE mail_id (x int);
SELECT * FROM bounce_attribute('"few %s %1$I"', '"q''; DROP TABLE events; --"', 'id''', 'm"', feedback_id_part => 2) ORDER BY mail_id;
CREATE TABLE only_ids (mail_id int);
INSERT INTO only_ids VALUES (1);
SELECT * FROM bounce_attribute('only_ids', '"the Readers"', 'Id', 'E-Mail', gmail => NULL);

-- an inbox knows its raw mails
SELECT bounce_create_inbox('letters_in');
INSERT INTO letters_in (raw) SELECT raw FROM inbound_mail WHERE id = 2;
SELECT a.subscriber, a.matched_by, a.matched_value, a.candidates FROM bounce_inbox b, bounce_attribute(b.events, '"the Readers"', 'Id', 'E-Mail', header => 'x-subscriber-id:') a WHERE b.inbox = 'letters_in'::regclass;
-- and what webhooks sent
INSERT INTO letters_in (payload) VALUES ('{"notificationType": "Bounce", "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "u@gone.example"}], "timestamp": "2026-03-02T00:00:00Z"},
	"mail": {"timestamp": "2026-03-02T00:00:00Z", "source": "news@letters.example", "messageId": "0100", "destination": ["u@gone.example"], "headers": [{"name": "X-Subscriber-Id", "value": "3"}, {"name": "X-Subscriber-Id", "value": "x/4"}]}}');
-- a batch of which one event has the field
INSERT INTO letters_in (payload) VALUES ('[{"notificationType": "Bounce", "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "v@gone.example"}], "timestamp": "2026-03-02T00:00:00Z"},
	"mail": {"timestamp": "2026-03-02T00:00:00Z", "source": "news@letters.example", "messageId": "0101", "destination": ["u@gone.example"], "headers": [{"name": "X-Subscriber-Id", "value": "3"}]}},
	{"notificationType": "Bounce", "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "w@gone.example"}], "timestamp": "2026-03-02T00:00:00Z"}, "mail": {}}]');
SELECT a.subscriber, a.matched_by, a.matched_value, a.candidates FROM bounce_inbox b, bounce_attribute(b.events, '"the Readers"', 'Id', 'E-Mail', header => 'x-subscriber-id:') a WHERE b.inbox = 'letters_in'::regclass ORDER BY 1;
SELECT a.subscriber, a.matched_by, a.matched_value, a.candidates FROM bounce_inbox b, bounce_attribute(b.events, '"the Readers"', 'Id', 'E-Mail', header => 'x-subscriber-id:', header_pattern => '/(.*)') a WHERE b.inbox = 'letters_in'::regclass ORDER BY 1;
SELECT events AS letters_out FROM bounce_inbox WHERE inbox = 'letters_in'::regclass \gset
SELECT bounce_drop_inbox('letters_in');
DROP TABLE letters_in, :letters_out CASCADE;

-- as a view of one's own, with the types of the tables
SELECT set_config('test.query', bounce_attribute_query('events', '"the Readers"', 'Id', 'E-Mail'), false) IS NOT NULL AS made;
DO $$ BEGIN EXECUTE 'CREATE VIEW whose AS ' || current_setting('test.query'); END $$;
SELECT pg_typeof(mail_id) AS mail, pg_typeof(subscriber) AS subscriber, count(*) FROM whose GROUP BY 1, 2;
DROP VIEW whose;

-- what is wrong is said
SELECT * FROM bounce_attribute('events', '"the Readers"');
SELECT * FROM bounce_attribute('events', '"the Readers"', 'Id', 'E-Mail', send_log => '"send""log"');
SELECT * FROM bounce_attribute('events', '"the Readers"', 'Id', 'E-Mail', send_log => 'inbound_mail', send_log_id_column => 'id');
SELECT * FROM bounce_attribute('events', '"the Readers"', 'Id', 'E-Mail', header => 'X-Subscriber-Id');
SELECT * FROM bounce_attribute('events', '"the Readers"', 'Id', 'E-Mail', header_pattern => 'x');
SELECT * FROM bounce_attribute('events', '"the Readers"', 'Id', 'E-Mail', header => 'X-Subscriber-Id', inbox => 'only_ids', inbox_id_column => 'mail_id');
SELECT * FROM bounce_attribute('"the Readers"', 'events');
SELECT * FROM bounce_attribute('events', NULL);
SELECT * FROM bounce_attribute('only_ids', '"the Readers"', 'Id', 'E-Mail', since => '2026-01-01');

-- columns of different collations
CREATE TABLE collated_events (mail_id int, recipient text COLLATE "C", verp text COLLATE "C", message_id text COLLATE "C", feedback_id text COLLATE "C");
CREATE TABLE collated (id text COLLATE "POSIX", email text COLLATE "POSIX", subscriber_id text COLLATE "POSIX", message_id text COLLATE "POSIX", verp_key text COLLATE "POSIX");
CREATE TABLE collated_mail (id int, raw text COLLATE "C");
INSERT INTO collated_events VALUES (1, 'ROSA@koharu.example', 'k', 'm', 'a:b'), (2, 'ROSA@koharu.example', NULL, 'm', 'a:b'), (3, 'ROSA@koharu.example', NULL, NULL, NULL);
INSERT INTO collated VALUES ('b', 'rosa@koharu.example', 'b', 'm', 'k');
INSERT INTO collated_mail VALUES (3, E'X-Id: b\nTo: x+k@y.example\n\n');
SELECT * FROM bounce_attribute('collated_events', 'collated', send_log => 'collated', feedback_id_part => 2, header => 'X-Id', inbox => 'collated_mail') ORDER BY mail_id;
SELECT * FROM bounce_attribute('collated_events', 'collated', header => 'X-Id', inbox => 'collated_mail') ORDER BY mail_id;
DROP TABLE collated_events, collated, collated_mail;

-- an index serves few events
INSERT INTO "the Readers" SELECT i, 'reader' || i || '@many.example' FROM generate_series(1000, 60000) i;
ANALYZE "the Readers", events;
CREATE FUNCTION plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query; END $$;
SELECT DISTINCT btrim(line, ' ->') AS line FROM plan_of(bounce_attribute_query('events', '"the Readers"', 'Id', 'E-Mail', since => '2026-03-01')) line WHERE line ~ 'Readers';

DROP FUNCTION plan_of;
DROP TABLE "the Readers", events, "send""log", inbound_mail, "q'; DROP TABLE events; --", "few %s %1$I", only_ids, mail_id;
