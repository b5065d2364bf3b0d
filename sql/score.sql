-- bounce_weight() and bounce_score(): what an event counts, and many together
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS bounce;

-- every reason: hard 1, soft 0.5, and nothing where it is not the address's fault
SELECT reason, hard_bounce AS hard, fault, bounce_weight(kind, hard_bounce, fault, reason) AS weight
FROM bounce_reasons() WHERE kind = 'failure' ORDER BY reason COLLATE "C";

-- a delay is no failure, whatever it is about; what else comes from a mailbox says that it lives
SELECT kind, bounce_weight(kind, false, 'recipient', 'mailboxfull', 10, 10, 10) AS weight,
	bounce_weight(kind, NULL, NULL, NULL, 10, 10, 10) AS without_more
FROM bounce_kinds() ORDER BY kind COLLATE "C";

-- complaints count what one says, unless it was none
SELECT feedback_type, bounce_weight('complaint', NULL, NULL, 'feedback', complaint => 3, feedback_type => feedback_type) AS weight
FROM (VALUES (1, NULL), (2, 'abuse'), (3, 'opt-out'), (4, 'auth-failure'), (5, 'not-spam'), (6, 'virus'), (7, '')) AS v (i, feedback_type) ORDER BY i;

-- who is to blame, as one likes
SELECT fault, bounce_weight('failure', false, fault, 'x') AS usual,
	bounce_weight('failure', false, fault, 'x', exclude_faults => '{}') AS all_count,
	bounce_weight('failure', false, fault, 'x', exclude_faults => '{unknown,receiver}') AS others,
	bounce_weight('failure', false, fault, 'x', exclude_faults => NULL) AS "null"
FROM (VALUES (1, 'recipient'), (2, 'sender'), (3, 'content'), (4, 'network'), (5, 'receiver'), (6, NULL)) AS v (i, fault) ORDER BY i;

-- a reason's own weight has the last word
SELECT reason, fault, bounce_weight('failure', false, fault, reason, reason_weights => '{"suspend": 1, "mailboxfull": 0, "networkerror": 0.25}') AS weight
FROM (VALUES (1, 'suspend', 'recipient'), (2, 'mailboxfull', 'recipient'), (3, 'networkerror', 'network'), (4, 'filtered', 'recipient'), (5, NULL, NULL)) AS v (i, reason, fault) ORDER BY i;
SELECT bounce_weight(NULL, NULL, NULL, NULL) AS nothing, bounce_weight('failure', NULL, NULL, NULL) AS failed;

-- by hand, as of 15 March: 14 days are two half-lives, 7 are one: 1/4 + 1/2
CREATE TABLE shot (i int, weight double precision, at timestamptz);
INSERT INTO shot VALUES
	(1, 1.0, '2026-03-01 00:00+00'),
	(2, 1.0, '2026-03-08 00:00+00'),
	(3, 0.5, '2026-03-08 10:00+00'),   -- lighter, on the same day
	(4, 1.0, '2026-03-15 00:00:00.000001+00'),   -- after
	(5, NULL, '2026-03-09 00:00+00'),
	(6, 1.0, NULL),
	(7, 0, '2026-03-10 00:00+00');
SELECT bounce_score(weight, at, '7 days', '2026-03-15 00:00+00') FROM shot;
SELECT bounce_score(weight, at, NULL, '2026-03-15 00:00+00') AS no_decay,
	bounce_score(weight, at, NULL, '2026-03-15 00:00+00', false) AS all_of_a_day,
	bounce_score(weight, at, NULL, '2026-03-15 00:00+00', NULL) AS one_of_a_day,
	bounce_score(weight, at, NULL) AS until_the_newest,
	bounce_score(weight, at, '1 month', '2026-03-31 00:00+00') FILTER (WHERE i = 1) AS month_has_30_days,
	bounce_score(weight, at, '1 day', '2026-02-01 00:00+00') AS before_all,
	bounce_score(weight, at, '1 microsecond', '2036-03-15 00:00+00') AS long_after,
	bounce_score(weight, at, '7 days', 'infinity') AS at_the_end,
	bounce_score(weight, at, NULL, 'infinity') AS ever,
	bounce_score(weight, at, NULL, '-infinity') AS never
FROM shot;

-- days are those of UTC, in whatever zone one lives; also before 2000
SET timezone = 'Asia/Tokyo';
SELECT bounce_score(1.0::double precision, at, NULL)
FROM (VALUES ('2026-03-01 00:00+00'::timestamptz), ('2026-03-01 23:59:59.999999+00'), ('2026-03-02 00:00+00'),
	('1999-12-31 23:59:59.999999+00'), ('1999-12-31 00:00+00'), ('1999-12-30 23:59:59.999999+00'), ('0044-03-15 12:00+00 BC')) AS v (at);
SET timezone = 'UTC';

-- of equal weights the later counts, so that the score is the higher
SELECT bounce_score(1.0::double precision, at, '12 hours', '2026-03-02 00:00+00')
FROM (VALUES ('2026-03-01 12:00+00'::timestamptz), ('2026-03-01 00:00+00')) AS v (at);

-- the form for hard_bounce
SELECT bounce_score(hard, at, NULL) AS three, bounce_score(hard, at, '1 day', '2026-03-04 00:00+00') AS four,
	bounce_score(hard, at, NULL, '2026-03-04 00:00+00', false) AS five
FROM (VALUES (true, '2026-03-01 00:00+00'::timestamptz), (false, '2026-03-01 06:00+00'), (false, '2026-03-03 00:00+00'), (NULL, '2026-03-04 00:00+00')) AS v (hard, at);

-- nothing is nothing, not NULL
SELECT bounce_score(weight, at, '7 days') FROM shot WHERE false;
SELECT bounce_score(weight, at, '7 days'), bounce_score(weight, 'infinity', '7 days') AS no_time FROM shot WHERE i = 6;

-- a running score, and one that is recounted
SELECT i, round((bounce_score(weight, at, '7 days') OVER (ORDER BY at))::numeric, 6) AS running,
	bounce_score(weight, at, '7 days', '2026-03-15 00:00+00') OVER (ORDER BY at) AS as_of,
	bounce_score(weight, at, NULL) OVER (ORDER BY at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS two_rows,
	bounce_score(weight, at, NULL) OVER (ORDER BY at RANGE BETWEEN '7 days' PRECEDING AND '1 day' PRECEDING) AS week_before,
	bounce_score(weight, at, NULL) OVER (ORDER BY at ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS rest
FROM shot WHERE i IN (1, 2, 3, 4, 7) ORDER BY at;

-- the order of the rows makes no difference, to the last bit, and many days fit
-- (without statistics of its own, on which a plan below depends)
CREATE TABLE many WITH (autovacuum_enabled = false) AS
SELECT i, 0.1 * (1 + i % 7) AS weight, '2000-01-01 00:00+00'::timestamptz + i * interval '5 hours 7 minutes' AS at, (i * 7919) % 20011 AS shuffle
FROM generate_series(1, 20000) AS i;
SELECT count(DISTINCT score) AS scores, round(min(score)::numeric, 6) AS score FROM (
	SELECT bounce_score(weight, at, '100 days', '2012-01-01 00:00+00' ORDER BY i) AS score FROM many
	UNION ALL SELECT bounce_score(weight, at, '100 days', '2012-01-01 00:00+00' ORDER BY i DESC) FROM many
	UNION ALL SELECT bounce_score(weight, at, '100 days', '2012-01-01 00:00+00' ORDER BY shuffle) FROM many) AS s;
SELECT count(DISTINCT score) AS scores, round(min(score)::numeric, 6) AS score FROM (
	SELECT bounce_score(weight, at, '100 days', '2012-01-01 00:00+00', false ORDER BY i) AS score FROM many
	UNION ALL SELECT bounce_score(weight, at, '100 days', '2012-01-01 00:00+00', false ORDER BY shuffle) FROM many) AS s;
-- the same in SQL alone
SELECT round(sum(weight * 2 ^ (- extract(epoch FROM '2012-01-01 00:00+00' - at)::double precision / (100 * 86400)))::numeric, 6) AS score
FROM (SELECT DISTINCT ON (date_trunc('day', at)) * FROM many ORDER BY date_trunc('day', at), weight DESC, at DESC) AS heaviest;

-- nor do workers
SELECT i % 3 AS a, bounce_score(weight, at, '100 days', '2012-01-01 00:00+00') AS score,
	bounce_score(weight > 0.4, at, '100 days') AS running INTO alone FROM many GROUP BY 1;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
ALTER TABLE many SET (parallel_workers = 2);
EXPLAIN (COSTS OFF) SELECT i % 3, bounce_score(weight, at, '100 days', '2012-01-01 00:00+00') FROM many GROUP BY 1;
SELECT a, m.score = alone.score AS same, m.running = alone.running AS same_too FROM (
	SELECT i % 3 AS a, bounce_score(weight, at, '100 days', '2012-01-01 00:00+00') AS score,
		bounce_score(weight > 0.4, at, '100 days') AS running FROM many GROUP BY 1) AS m JOIN alone USING (a) ORDER BY a;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;

-- what can't be
SELECT bounce_score(weight, at, '0') FROM shot;
SELECT bounce_score(weight, at, '-7 days') FROM shot;
SELECT bounce_score(weight, at, '7 days', at) FROM shot;
SELECT bounce_score(weight, at, i * interval '1 day') FROM shot;
SELECT bounce_score(weight, at, NULL, NULL, i = 2) FROM shot;
SELECT bounce_score(-1.0::double precision, at, NULL) FROM shot;
SELECT bounce_score('NaN'::double precision, at, NULL) FROM shot;
SELECT bounce_score('infinity'::double precision, at, NULL) FROM shot;

DROP TABLE shot, many, alone;
