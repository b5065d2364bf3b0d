-- what many events say
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
\set SHOW_CONTEXT never
CREATE EXTENSION IF NOT EXISTS bounce;

SELECT bounce_create_inbox('incoming');
SELECT bounce_roll_up('incoming');

-- events as a mail log might bring them, without mail
CREATE FUNCTION came(first int, last int, at timestamptz DEFAULT '2026-03-01Z', every interval DEFAULT '1 hour', reason text DEFAULT NULL, provider text DEFAULT NULL)
	RETURNS void LANGUAGE sql AS $$
INSERT INTO incoming_event (mail_id, ordinal, received_at, engine, kind, recipient, reason, hard_bounce, sender_domain, destination, provider, host_group, rule, diagnostic_code)
SELECT i, 1, $3 + (i - $1) * $4, 'e', 'failure', 'r' || i % 7 || '@koharu.example',
	coalesce($5, (ARRAY['userunknown', 'mailboxfull', 'blocked', NULL])[1 + i % 4]), i % 4 = 0,
	CASE WHEN i % 3 > 0 THEN 'news' || i % 3 || '.example' END, 'koharu.example', coalesce($6, (ARRAY['google', NULL])[1 + i % 2]), 'pc',
	CASE WHEN i % 4 < 3 THEN 'status:5.1.1' END, 'reply ' || i
FROM generate_series($1, $2) i
$$;
SELECT came(1, 60);

-- an inbox that is there gets its summary later, with what it has already
SELECT bounce_create_inbox('incoming', daily => true);
SELECT bounce_create_inbox('incoming', daily => true);
SELECT bounce_roll_up('incoming');
SELECT bounce_roll_up('incoming');
SELECT day, sum(n) AS n, sum(hard) AS hard, count(*) AS lines FROM incoming_daily GROUP BY day ORDER BY day;
SELECT * FROM incoming_daily WHERE day = '2026-03-03' ORDER BY sender_domain COLLATE "C", provider COLLATE "C", reason COLLATE "C";

-- the same as when all is counted, whatever happens to events
CREATE VIEW all_counted AS
SELECT (received_at AT TIME ZONE 'UTC')::date AS day, coalesce(sender_domain, '') AS sender_domain, coalesce(provider, '') AS provider,
	coalesce(host_group, '') AS host_group, coalesce(kind, '') AS kind, coalesce(reason, '') AS reason,
	count(*) AS n, count(*) FILTER (WHERE hard_bounce) AS hard, count(DISTINCT recipient) AS addresses
FROM incoming_event GROUP BY 1, 2, 3, 4, 5, 6;
CREATE VIEW differences AS
(TABLE all_counted EXCEPT TABLE incoming_daily) UNION ALL (TABLE incoming_daily EXCEPT TABLE all_counted);
SELECT count(*) FROM differences;
-- a late one, and one at a day's very end, told in another zone
SET timezone = 'Asia/Tokyo';
SELECT came(100, 100, '2026-02-14 12:00Z');
SELECT came(101, 102, '2026-03-01 23:59:59.999999Z', '1 microsecond');
SELECT count(*) > 0 AS stale FROM differences;
SELECT bounce_roll_up('incoming');
SELECT count(*) FROM differences;
SET timezone = 'UTC';
UPDATE incoming_event SET reason = 'suspend' WHERE mail_id BETWEEN 5 AND 9;
UPDATE incoming_event SET received_at = received_at + interval '10 days' WHERE mail_id = 30;
DELETE FROM incoming_event WHERE mail_id = 40;
DELETE FROM incoming_event WHERE mail_id = -1;
SELECT bounce_roll_up('incoming');
SELECT count(*) FROM differences;
-- a day without any events has no lines
DELETE FROM incoming_event WHERE received_at < '2026-02-15Z';
SELECT bounce_roll_up('incoming');
SELECT count(*) FROM incoming_daily WHERE day < '2026-03-01';
SELECT count(*) FROM differences;
-- what is undone is not counted
BEGIN;
SELECT came(200, 210, '2026-03-05Z');
SELECT bounce_roll_up('incoming');
SELECT count(*) FROM differences;
ROLLBACK;
SELECT count(*) FROM differences;
SELECT bounce_roll_up('incoming');

-- at random
SELECT setseed(0.5);
CREATE PROCEDURE shake(rounds int) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1..rounds LOOP
		CASE floor(random() * 4)
		WHEN 0 THEN PERFORM came(1000 + i * 10, 1000 + i * 10 + (random() * 9)::int, '2026-03-01Z'::timestamptz + random() * interval '40 days', random() * interval '12 hours');
		WHEN 1 THEN DELETE FROM incoming_event WHERE mail_id % 17 = (random() * 17)::int;
		WHEN 2 THEN UPDATE incoming_event SET reason = 'filtered', hard_bounce = NOT hard_bounce WHERE mail_id % 13 = (random() * 13)::int;
		ELSE UPDATE incoming_event SET received_at = received_at + (random() - 0.5) * interval '5 days', sender_domain = NULL WHERE mail_id % 11 = (random() * 11)::int;
		END CASE;
		IF random() < 0.3 THEN
			PERFORM bounce_roll_up('incoming');
			IF EXISTS (SELECT FROM differences) THEN
				RAISE EXCEPTION 'not the same in round %', i;
			END IF;
		END IF;
	END LOOP;
END $$;
CALL shake(200);
SELECT bounce_roll_up('incoming') >= 0 AS done;
SELECT count(*) FROM differences;
SELECT count(*) > 0 AS some FROM incoming_daily;
DROP PROCEDURE shake;

-- a summary whose tables were given other names
ALTER TABLE incoming_daily RENAME TO per_day;
ALTER TABLE incoming_dirty RENAME TO to_count;
SELECT bounce_create_inbox('incoming');
SELECT came(5000, 5001, '2026-03-07Z');
SELECT bounce_roll_up('incoming');
SELECT count(*) FROM differences;

-- without sums: any query of the type bounce makes a materialized view
CREATE MATERIALIZED VIEW bounce_daily AS
SELECT (received_at AT TIME ZONE 'UTC')::date AS day, coalesce(sender_domain, '') AS sender_domain, coalesce(provider, '') AS provider,
	coalesce(host_group, '') AS host_group, coalesce(reason, '') AS reason, count(*) AS n, count(DISTINCT recipient) AS addresses
FROM incoming_event WHERE kind = 'failure' GROUP BY 1, 2, 3, 4, 5;
CREATE UNIQUE INDEX ON bounce_daily (day, sender_domain, provider, host_group, reason);
REFRESH MATERIALIZED VIEW CONCURRENTLY bounce_daily;
SELECT (SELECT sum(n) FROM bounce_daily) = (SELECT sum(n) FROM per_day) AS same;
DROP MATERIALIZED VIEW bounce_daily;

-- alarms: nothing where there is nothing
TRUNCATE incoming_event;
SELECT * FROM bounce_alarm('incoming_event', '2026-03-10 12:00Z');
-- a week of one refusal by google in six hours; and then thirty in ten minutes
SELECT came(1, 28, '2026-03-03 12:00Z', '6 hours', 'blocked', 'google');
SELECT * FROM bounce_alarm('incoming_event', '2026-03-10 12:00Z');
SELECT came(100, 129, '2026-03-10 12:00Z', '20 seconds', 'blocked', 'google');
SELECT provider, sender, reason, n, usual, last, sample, notified FROM bounce_alarm('incoming_event', '2026-03-10 12:10Z', minimum => 10);
-- all senders together, by a view
CREATE VIEW together AS SELECT *, NULL AS sender FROM incoming_event;
SELECT provider, sender, n, usual, notified FROM bounce_alarm('together', '2026-03-10 12:10Z', sender_column => 'sender');
-- not again so soon, but when it lasts
SELECT provider, sender, n, usual, notified FROM bounce_alarm('together', '2026-03-10 12:12Z', sender_column => 'sender');
SELECT came(130, 159, '2026-03-10 12:20Z', '20 seconds', 'blocked', 'google');
SELECT provider, sender, n, usual, notified FROM bounce_alarm('together', '2026-03-10 12:24:59Z', sender_column => 'sender', minimum => 10);
SELECT provider, sender, n, usual, notified FROM bounce_alarm('together', '2026-03-10 12:25Z', sender_column => 'sender', minimum => 10);
DELETE FROM incoming_event WHERE mail_id >= 130;
-- one that is usual is none, nor are others' reasons, nor is a few
SELECT provider, sender, n, usual, notified FROM bounce_alarm('together', '2026-03-10 12:10Z', sender_column => 'sender', factor => 1000);
SELECT provider, sender, n, usual, notified FROM bounce_alarm('together', '2026-03-10 12:10Z', sender_column => 'sender', minimum => 31);
SELECT provider, sender, n, usual, notified FROM bounce_alarm('together', '2026-03-10 12:10Z', sender_column => 'sender', reasons => '{userunknown}');
-- of a young table the time before it does not count
SELECT provider, n, usual FROM bounce_alarm('together', '2026-03-10 12:10Z', sender_column => 'sender', history => '1 year', factor => 0);
-- by domain, where nobody knows who runs it
UPDATE incoming_event SET provider = NULL WHERE mail_id > 100;
SELECT provider, n FROM bounce_alarm('together', '2026-03-10 12:10Z', sender_column => 'sender');
SELECT bounce_alarm('together', '2026-03-10Z', span => '0');
SELECT bounce_alarm('together', NULL);
DROP VIEW together;
DELETE FROM bounce_alarm_raised;

-- rules: what they decided, and those that never did
INSERT INTO bounce_rule (diagnostic, reason) VALUES ('sorry, we moved', 'hasmoved'), ('never said', 'filtered');
UPDATE incoming_event SET rule = CASE
	WHEN mail_id < 5 THEN 'phrase:known once'
	WHEN mail_id < 15 THEN (SELECT rule FROM bounce_rules() WHERE reason = 'userunknown' ORDER BY rule COLLATE "C" LIMIT 1)
	WHEN mail_id < 20 THEN 'engine:delay'
	WHEN mail_id < 110 THEN (SELECT 'own:' || id FROM bounce_rule WHERE reason = 'hasmoved') END;
CREATE VIEW hits AS
SELECT CASE WHEN origin = 'own' THEN 'own' WHEN origin = 'built-in' AND rule NOT LIKE 'engine:%' THEN 'built-in' ELSE rule END AS rule,
	origin, reason, hits, first_hit, last_hit
FROM bounce_rule_hits('incoming_event') WHERE hits > 0 OR origin <> 'built-in';
SELECT * FROM hits ORDER BY origin COLLATE "C", rule COLLATE "C", hits;
SELECT origin, hits FROM bounce_rule_hits('incoming_event', '2026-03-10Z', '2026-03-10 12:05Z') WHERE hits > 0 ORDER BY origin COLLATE "C";
SELECT (SELECT sum(hits) FROM bounce_rule_hits('incoming_event')) = (SELECT count(*) FROM incoming_event) AS all_counted,
	(SELECT count(*) FROM bounce_rule_hits('incoming_event') WHERE origin = 'built-in') = (SELECT count(*) + 1 FROM bounce_rules()) AS all_rules,
	(SELECT count(DISTINCT rule) FROM bounce_rule_hits('incoming_event')) + 1 = (SELECT count(*) FROM bounce_rule_hits('incoming_event')) AS once_each;

DELETE FROM bounce_rule;
SELECT bounce_drop_inbox('incoming');
DROP VIEW hits, differences, all_counted;
DROP TABLE incoming, incoming_event, incoming_copy, per_day, to_count;
DROP FUNCTION came, incoming_mark_day;
