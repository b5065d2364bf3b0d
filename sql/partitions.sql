-- events that are written, changed and deleted in a partition directly
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;
SET timezone = 'UTC';
SET datestyle = 'ISO';

SELECT bounce_create_inbox('parted', partitioned => true, daily => true);
SELECT bounce_add_partitions('parted', '2026-03-01', '2026-05-01') AS tables;
SELECT c.relname, count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgname LIKE 'bounce_mark_%' GROUP BY c.relname ORDER BY c.relname COLLATE "C";

CREATE FUNCTION event(id int, at timestamptz, target text DEFAULT 'parted_event') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('INSERT INTO %s (mail_id, ordinal, received_at, engine, kind, reason, provider) VALUES ($1, 1, $2, ''e'', ''failure'', ''mailboxfull'', ''google'')', target)
	USING id, at;
END $$;
CREATE VIEW sums AS SELECT day, reason, n FROM parted_daily ORDER BY day, reason COLLATE "C";

-- through the parent, and straight into the table
SELECT event(1, '2026-03-03Z'), event(2, '2026-03-04Z', 'parted_event_20260301'), event(3, '2026-04-04Z', 'parted_event_20260401'), event(4, '2026-07-07Z', 'parted_event_default');
SELECT bounce_roll_up('parted'), bounce_roll_up('parted');
TABLE sums;
UPDATE parted_event_20260301 SET reason = 'suspend' WHERE mail_id = 2;
DELETE FROM parted_event_20260401;
DELETE FROM parted_event_default;
SELECT bounce_roll_up('parted');
TABLE sums;
-- one statement marks a day but once, whichever table it names
DELETE FROM parted_event WHERE mail_id = 1;
SELECT * FROM parted_dirty;
SELECT bounce_roll_up('parted');
TABLE sums;

-- what is done to a partition that was taken off is not
ALTER TABLE parted_event DETACH PARTITION parted_event_20260301;
DELETE FROM parted_event_20260301;
SELECT event(5, '2026-03-09Z', 'parted_event_20260301');
SELECT bounce_roll_up('parted');
TABLE sums;
DROP TABLE parted_event_20260301;

-- a partition that somebody else made, and a summary that comes later, mark when they are told of it
CREATE TABLE parted_event_may PARTITION OF parted_event FOR VALUES FROM ('2026-05-01Z') TO ('2026-06-01Z') PARTITION BY RANGE (received_at);
CREATE TABLE parted_event_may_1 PARTITION OF parted_event_may FOR VALUES FROM ('2026-05-01Z') TO ('2026-05-10Z');
SELECT bounce_create_inbox('parted');
SELECT bounce_create_inbox('parted');
SELECT event(6, '2026-05-02Z', 'parted_event_may'), event(7, '2026-05-03Z', 'parted_event_may_1');
SELECT bounce_roll_up('parted');
SELECT bounce_drop_inbox('parted');
DROP VIEW sums;
DROP TABLE parted, parted_event, parted_copy, parted_token, parted_daily, parted_dirty;
DROP FUNCTION parted_mark_day;

SELECT bounce_create_inbox('parted', partitioned => true);
SELECT bounce_add_partitions('parted', '2026-03-01', '2026-04-01') AS tables;
SELECT bounce_create_inbox('parted', daily => true);
SELECT event(1, '2026-03-03Z', 'parted_event_20260301'), event(2, '2026-06-03Z', 'parted_event_default');
SELECT bounce_roll_up('parted');
SELECT bounce_drop_inbox('parted');
DROP TABLE parted, parted_event, parted_copy, parted_token, parted_daily, parted_dirty;
DROP FUNCTION parted_mark_day, event;
