-- bounce_policy and bounce_scores(): each policy just below and just above its threshold
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS bounce;
\set SHOW_CONTEXT never

SELECT policy, threshold, hard_weight AS hard, soft_weight AS soft, complaint_weight AS complaint, one_per_day AS daily,
	within, stale_after, min_count, min_span, suppress_for, success_resets AS resets, reason_weights
FROM bounce_policy ORDER BY policy COLLATE "C";
-- none goes by what is not the address's fault; each says whose it is
SELECT count(*) FILTER (WHERE exclude_faults @> '{sender,content,network}') AS spare, count(*) FILTER (WHERE shipped) AS shipped,
	count(source) AS source, count(note) AS note, count(*) FROM bounce_policy;

CREATE TABLE event (mail_id int GENERATED ALWAYS AS IDENTITY, received_at timestamptz NOT NULL, LIKE bounce);

-- n events of a reason, a step apart, the last of them so long ago
CREATE TABLE trial (i int GENERATED ALWAYS AS IDENTITY, policy text, enough boolean, what text, n int, step interval, ago interval DEFAULT '1 hour');
INSERT INTO trial (policy, enough, what, n, step, ago) VALUES
	('default', false, 'mailboxfull', 4, '1 day', '1 hour'),
	('default', true, 'mailboxfull', 5, '1 day', '1 hour'),
	('default', false, 'mailboxfull', 50, '1 minute', '1 hour'),
	('default', true, 'mailboxfull', 5, '7 days', '1 hour'),
	('default', false, 'mailboxfull', 5, '7 days 12 hours', '1 hour'),
	('default', true, 'userunknown', 1, '0', '1 hour'),
	('default', true, 'userunknown', 1, '0', '29 days 23:59:59'),
	('default', false, 'userunknown', 1, '0', '30 days'),
	('default', true, 'userunknown', 1, '0', '0'),
	('default', false, 'userunknown', 1, '0', '-1 second'),
	('default', true, 'complaint', 1, '0', '1 hour'),
	('default', true, 'expired', 5, '1 day', '1 hour'),
	('default', true, 'undefined', 5, '1 day', '1 hour'),
	('complaints', false, 'userunknown', 9, '1 day', '1 hour'),
	('complaints', true, 'complaint', 1, '0', '1000 days'),
	('abandoned', false, 'mailboxfull', 2, '44 days 23 hours', '1 hour'),
	('abandoned', true, 'mailboxfull', 2, '45 days', '1 hour'),
	('abandoned', false, 'mailboxfull', 2, '45 days 1 hour', '1 hour'),
	('abandoned', false, 'mailboxfull', 3, '20 days', '1 hour'),
	('abandoned', true, 'mailboxfull', 4, '20 days', '1 hour'),
	('abandoned', false, 'mailboxfull', 4, '20 days', '46 days'),
	('abandoned', false, 'filtered', 40, '2 days', '1 hour'),
	('mailman', false, 'mailboxfull', 4, '1 day', '1 hour'),
	('mailman', true, 'mailboxfull', 5, '1 day', '1 hour'),
	('mailman', true, 'userunknown', 5, '7 days', '1 hour'),
	('mailman', false, 'userunknown', 5, '7 days 1 second', '1 hour'),
	('mailman', true, 'userunknown', 5, '1 day', '7 days'),
	('mailman', false, 'userunknown', 5, '1 day', '7 days 1 second'),
	('mailman2', false, 'mailboxfull', 9, '1 day', '1 hour'),
	('mailman2', true, 'mailboxfull', 10, '1 day', '1 hour'),
	('mailman2', false, 'userunknown', 4, '1 day', '1 hour'),
	('mailman2', true, 'userunknown', 5, '1 day', '1 hour'),
	('sympa', false, 'userunknown', 74, '4 hours', '1 hour'),
	('sympa', true, 'userunknown', 75, '4 hours', '1 hour'),
	('sympa', false, 'mailboxfull', 149, '2 hours', '1 hour'),
	('sympa', true, 'mailboxfull', 150, '2 hours', '1 hour'),
	('sympa', false, 'userunknown', 80, '3 hours', '1 hour'),
	('discourse', false, 'userunknown', 1, '0', '1 hour'),
	('discourse', true, 'userunknown', 2, '1 minute', '1 hour'),
	('discourse', false, 'mailboxfull', 3, '1 minute', '1 hour'),
	('discourse', true, 'mailboxfull', 4, '1 minute', '1 hour'),
	('discourse', false, 'userunknown', 2, '31 days', '1 hour'),
	('discourse', false, 'userunknown', 2, '1 day', '31 days'),
	('phplist', false, 'userunknown', 4, '100 days', '1 hour'),
	('phplist', true, 'userunknown', 5, '100 days', '1 hour'),
	('civimail', false, 'mailboxfull', 2, '1 day', '1 hour'),
	('civimail', true, 'mailboxfull', 3, '1 day', '1 hour'),
	('civimail', false, 'hostunknown', 2, '1 day', '1 hour'),
	('civimail', true, 'hostunknown', 3, '1 day', '1 hour'),
	('civimail', true, 'suspend', 1, '1 day', '1 hour'),
	('civimail', true, 'userunknown', 1, '1 day', '1 hour'),
	('postal', false, 'userunknown', 1, '0', '1 hour'),
	('postal', true, 'userunknown', 2, '22 hours', '1 hour'),
	('postal', false, 'userunknown', 2, '23 hours', '1 hour'),
	('postal', true, 'expired', 1, '0', '1 hour'),
	('fxa-day', true, 'userunknown', 1, '0', '23 hours'),
	('fxa-day', false, 'userunknown', 1, '0', '24 hours'),
	('fxa-day', false, 'mailboxfull', 20, '1 hour', '1 hour'),
	('fxa-year', false, 'userunknown', 1, '0', '1 hour'),
	('fxa-year', true, 'userunknown', 2, '364 days', '1 hour'),
	('fxa-year', false, 'userunknown', 2, '366 days', '1 hour'),
	('ses', false, 'mailboxfull', 99, '1 day', '1 hour'),
	('ses', true, 'userunknown', 1, '0', '1 hour'),
	('ses', true, 'complaint', 1, '0', '1 hour'),
	('ses', true, 'suppressed', 1, '0', '1 hour'),
	('mailgun', false, 'mailboxfull', 99, '1 day', '1 hour'),
	('mailgun', true, 'userunknown', 1, '0', '1 hour'),
	('mailgun', true, 'complaint', 1, '0', '1 hour'),
	('listmonk', false, 'suppressed', 99, '1 day', '1 hour'),
	('listmonk', true, 'userunknown', 1, '0', '1 hour'),
	('listmonk', true, 'complaint', 1, '0', '1 hour');

INSERT INTO event (received_at, kind, recipient, reason, hard_bounce, fault, diagnostic_code, token)
SELECT '2026-06-30 12:00+00'::timestamptz - t.ago - k * t.step, coalesce(r.kind, 'complaint'), 'r' || t.i || '@koharu.example',
	coalesce(r.reason, 'feedback'), r.hard_bounce, r.fault, 'the words of ' || t.what, md5(t.i || ' ' || k)
FROM trial AS t CROSS JOIN LATERAL generate_series(0, t.n - 1) AS k
LEFT JOIN bounce_reasons() AS r ON r.reason = t.what;

SELECT t.policy, t.what, t.n, t.step, t.ago, s.score, s.days, t.enough, coalesce(s.over, false) AS over,
	CASE WHEN t.enough <> coalesce(s.over, false) THEN 'WRONG' END AS wrong
FROM trial AS t LEFT JOIN LATERAL bounce_scores(t.policy, 'event', '2026-06-30 12:00+00', for_address => 'r' || t.i || '@koharu.example') AS s ON true
ORDER BY t.i;
-- one address or all, it is the same
SELECT count(*) AS differing FROM (
	SELECT p.policy, s.* FROM bounce_policy AS p, bounce_scores(p.policy, 'event', '2026-06-30 12:00+00') AS s
	WHERE EXISTS (SELECT FROM trial AS t WHERE t.policy = p.policy AND s.address = 'r' || t.i || '@koharu.example')
	EXCEPT SELECT t.policy, s.* FROM trial AS t, bounce_scores(t.policy, 'event', '2026-06-30 12:00+00', for_address => 'r' || t.i || '@koharu.example') AS s) AS d;

-- nobody is lost by what is not his fault: a year of it, day by day
TRUNCATE event;
INSERT INTO event (received_at, kind, recipient, reason, hard_bounce, fault)
SELECT '2026-06-30 11:00+00'::timestamptz - k * interval '1 day', r.kind, r.reason || '@koharu.example', r.reason, r.hard_bounce, r.fault
FROM bounce_reasons() AS r, generate_series(0, 365) AS k WHERE r.fault IN ('sender', 'content', 'network') OR r.kind IN ('autoreply', 'success');
INSERT INTO event (received_at, kind, recipient, reason, hard_bounce, fault)
SELECT '2026-06-30 11:00+00'::timestamptz - k * interval '1 day', 'delay', r.reason || '.delay@koharu.example', r.reason, false, r.fault
FROM bounce_reasons() AS r, generate_series(0, 365) AS k WHERE r.kind = 'failure';
INSERT INTO event (received_at, kind, recipient, reason, feedback_type)
SELECT '2026-06-30 11:00+00'::timestamptz - k * interval '1 day', 'complaint', f || '@koharu.example', 'feedback', f
FROM unnest('{auth-failure,not-spam,virus}'::text[]) AS f, generate_series(0, 365) AS k;
INSERT INTO event (received_at, kind, recipient)
SELECT '2026-06-30 11:00+00'::timestamptz - k * interval '1 day', f, f || '@koharu.example'
FROM unnest('{receipt,challenge}'::text[]) AS f, generate_series(0, 365) AS k;
SELECT count(DISTINCT recipient) AS addresses FROM event;
SELECT p.policy, s.address FROM bounce_policy AS p, bounce_scores(p.policy, 'event', '2026-06-30 12:00+00') AS s;
-- unless one asks for it
BEGIN;
UPDATE bounce_policy SET exclude_faults = '{content}' WHERE policy = 'default';
SELECT address, score, over FROM bounce_scores('default', 'event', '2026-06-30 12:00+00') ORDER BY address COLLATE "C";
ROLLBACK;

-- whom an event is about, which decides, what is counted
TRUNCATE event RESTART IDENTITY;
INSERT INTO event (received_at, kind, recipient, alias, reason, hard_bounce, fault, diagnostic_code, feedback_type) VALUES
	('2026-06-01 08:00+00', 'failure', 'Rosa@Koharu.example', NULL, 'userunknown', true, 'recipient', '550 first', NULL),
	('2026-06-02 08:00+00', 'failure', 'rosa@koharu.example', NULL, 'userunknown', true, 'recipient', '550 second', NULL),
	('2026-06-03 08:00+00', 'failure', 'rosa@koharu.example', NULL, 'mailboxfull', false, 'recipient', '452 third', NULL),
	('2026-06-03 09:00+00', 'failure', 'rosa@koharu.example', NULL, 'mailboxfull', false, 'recipient', '452 fourth', NULL),
	('2026-06-03 10:00+00', 'failure', 'old@moved.example', 'otto@koharu.example', 'hasmoved', true, 'recipient', '551 moved', NULL),
	('2026-06-03 11:00+00', 'complaint', 'emil@midori.example', NULL, 'feedback', NULL, NULL, NULL, 'abuse'),
	('2026-06-03 12:00+00', 'failure', NULL, NULL, 'userunknown', true, 'recipient', '550 nobody', NULL),
	('2026-06-03 12:00+00', 'failure', '', NULL, 'userunknown', true, 'recipient', '550 nobody', NULL),
	('2026-06-03 13:00+00', 'failure', 'jörg@bücher.example', NULL, NULL, NULL, NULL, NULL, NULL);
SELECT * FROM bounce_scores('default', 'event', '2026-06-30 12:00+00') ORDER BY address COLLATE "C";
SELECT address, score, days, hard, soft FROM bounce_scores('discourse', 'event', '2026-06-30 12:00+00') ORDER BY address COLLATE "C";

-- a half-life: 28 and 27 days ago, and 26
INSERT INTO bounce_policy (policy, half_life, threshold) VALUES ('fading', '14 days', 0.75);
SELECT address, round(score::numeric, 6) AS score, over, round((2 ^ (-28.0 / 14) + 2 ^ (-27.0 / 14) + 0.5 * 2 ^ (-26.0 / 14 + 1.0 / 24 / 14))::numeric, 6) AS by_hand
FROM bounce_scores('fading', 'event', '2026-06-29 08:00+00', for_address => 'ROSA@koharu.example');
-- ten tenths are one
INSERT INTO bounce_policy (policy, soft_weight, one_per_day, threshold) VALUES ('tenths', 0.1, false, 1);
INSERT INTO event (received_at, kind, recipient, reason, hard_bounce, fault)
SELECT '2026-06-10 08:00+00'::timestamptz + k * interval '1 hour', 'failure', 'tenth@koharu.example', 'mailboxfull', false, 'recipient' FROM generate_series(1, 10) AS k;
SELECT score = 1 AS equal, over FROM bounce_scores('tenths', 'event', '2026-06-30', for_address => 'tenth@koharu.example');

-- the same event, told twice, counts once
INSERT INTO event (received_at, kind, recipient, reason, hard_bounce, fault, token)
SELECT '2026-06-10 08:00+00'::timestamptz + k * interval '1 hour', 'failure', 'twice@koharu.example', 'userunknown', true, 'recipient', t
FROM generate_series(1, 5) AS k, unnest(ARRAY['a', NULL]) AS t WHERE t = 'a' OR k = 3;
SELECT score, hard, first_bounce, last_bounce FROM bounce_scores('discourse', 'event', '2026-06-30', for_address => 'twice@koharu.example');

-- a sign of life ends what was before, for policies that go by it
INSERT INTO event (received_at, kind, action, recipient, reason, hard_bounce, fault)
SELECT '2026-06-10 08:00+00'::timestamptz + k * interval '1 day', CASE k WHEN 5 THEN s ELSE 'failure' END, CASE k WHEN 5 THEN a ELSE 'failed' END,
	s || '.' || a || '@alive.example', 'mailboxfull', false, 'recipient'
FROM generate_series(1, 9) AS k, (VALUES ('success', 'delivered'), ('success', 'relayed'), ('receipt', 'displayed'), ('autoreply', ''), ('delay', 'delayed')) AS v (s, a);
SELECT m.address, m.score AS mailman, p.score AS phplist FROM bounce_scores('mailman', 'event', '2026-06-20') AS m
JOIN bounce_scores('phplist', 'event', '2026-06-20') AS p USING (address) WHERE address LIKE '%@alive.example' ORDER BY address COLLATE "C";

-- 30 days are as long in New York, where clocks were put forward on 8 March
INSERT INTO event (received_at, kind, recipient, reason, hard_bounce, fault) VALUES ('2026-02-18 12:30+00', 'failure', 'spring@koharu.example', 'userunknown', true, 'recipient');
SET timezone = 'America/New_York';
SELECT score, over FROM bounce_scores('default', 'event', '2026-03-20 12:00+00', for_address => 'spring@koharu.example');
SELECT score, over FROM bounce_scores('default', 'event', '2026-03-20 12:30+00', for_address => 'spring@koharu.example');
SET timezone = 'UTC';

-- an event table may be a view, hold type bounce in one column, miss what is not needed, and have a name to quote
CREATE SCHEMA "Mail ""in""";
CREATE TABLE "Mail ""in"""."event; DROP TABLE event" (received_at timestamptz, "the verdict" bounce);
INSERT INTO "Mail ""in"""."event; DROP TABLE event" SELECT received_at, (kind, recipient, reason, hard_bounce, fault, advice, action, delivery_status, reply_code, smtp_command, diagnostic_type, diagnostic_code, alias, verp, addresser, sender_domain, destination, provider, host_group, rhost, lhost, bounced_at, sent_at, timezone_offset, message_id, subject, list_id, feedback_type, feedback_id, retry_after, blocklist, listed_ip, decoded_by, token)::bounce FROM event;
SELECT address, score, evidence, mail_id FROM bounce_scores('default', '"Mail ""in"""."event; DROP TABLE event"', '2026-06-30 12:00+00') WHERE over ORDER BY address COLLATE "C";
CREATE VIEW least AS SELECT received_at, kind, recipient, reason, hard_bounce, fault FROM event;
SELECT address, score, evidence, mail_id FROM bounce_scores('default', 'least', '2026-06-30 12:00+00') WHERE over ORDER BY address COLLATE "C";
SELECT count(*) FROM bounce_scores('phplist', 'least', '2026-06-30 12:00+00');
CREATE VIEW too_little AS SELECT received_at, kind, recipient, hard_bounce, fault FROM event;
SELECT * FROM bounce_scores('default', 'too_little');
SELECT * FROM bounce_scores('default', 'pg_class');
SELECT * FROM bounce_scores('default', 'no_such_table');
SELECT * FROM bounce_scores('default', NULL);
SELECT * FROM bounce_scores('no such', 'event');
SELECT * FROM bounce_scores(NULL, 'event');
SELECT * FROM bounce_scores('default''; DROP TABLE event; --', 'event');
SELECT count(*) FROM bounce_scores('default', 'event', NULL);

-- a policy is checked when it is written
\set VERBOSITY terse
INSERT INTO bounce_policy (policy, threshold) VALUES ('x', 0);
INSERT INTO bounce_policy (policy, threshold) VALUES ('x', 'NaN');
INSERT INTO bounce_policy (policy, threshold) VALUES ('', 1);
INSERT INTO bounce_policy (policy, threshold, soft_weight) VALUES ('x', 1, -1);
INSERT INTO bounce_policy (policy, threshold, half_life) VALUES ('x', 1, '0');
INSERT INTO bounce_policy (policy, threshold, reason_weights) VALUES ('x', 1, '{"mailboxfull": "much"}');
INSERT INTO bounce_policy (policy, threshold, reason_weights) VALUES ('x', 1, '[1]');
INSERT INTO bounce_policy (policy, threshold, reason_weights) VALUES ('x', 1, '{"mailboxfull": -1}');
INSERT INTO bounce_policy (policy, threshold, exclude_faults) VALUES ('x', 1, '{sneder}');

\set VERBOSITY default
-- words in a policy are but words
INSERT INTO bounce_policy (policy, scope, threshold, reason_weights) VALUES ('it''s "quoted" \ $$', 'o''scope', 1, '{"it''s \\ \"": 0, "mailboxfull": 2}');
SELECT address, score FROM bounce_scores('it''s "quoted" \ $$', 'event', '2026-06-30 12:00+00') ORDER BY score DESC, address COLLATE "C" LIMIT 2;

-- what somebody changes or replaces is his own
BEGIN;
SELECT count(*) AS mine FROM bounce_policy WHERE NOT shipped;
UPDATE bounce_policy SET threshold = 10 WHERE policy = 'mailman';
INSERT INTO bounce_policy (policy, threshold, shipped) VALUES ('default', 3, true);
SELECT policy, threshold, shipped FROM bounce_policy WHERE policy IN ('mailman', 'default') ORDER BY policy COLLATE "C";
INSERT INTO bounce_policy (policy, threshold) VALUES ('default', 3);
ROLLBACK;

DROP SCHEMA "Mail ""in""" CASCADE;
DROP TABLE event, trial CASCADE;
DELETE FROM bounce_policy WHERE NOT shipped;
