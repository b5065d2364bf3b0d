-- session.sql: what the first call of a session takes beyond the later ones;
-- prints the milliseconds of the first and the median of a hundred more.
\pset fieldsep '\t'
CREATE TEMP TABLE calls (number int, ms float8);
CREATE TEMP TABLE one AS SELECT pg_read_binary_file(:'mail') AS raw;
DO $$
DECLARE
	start timestamptz;
	found bigint;
BEGIN
	-- the plan is made and kept before
	FOR i IN 1 .. 101 LOOP
		start := clock_timestamp();
		SELECT count(b.kind) INTO found FROM one o, bounce_parse(o.raw) b;
		INSERT INTO calls VALUES (i, extract(epoch FROM clock_timestamp() - start) * 1000);
	END LOOP;
END $$;
SELECT (SELECT ms FROM calls WHERE number = 1),
	(SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FROM calls WHERE number > 1);
