-- One round of what is measured in the server.  Prints "case NAME" before each
-- statement's "Time: ..." (the first that follows counts), then what the report
-- wants besides.  Variables: best (the method of compression that is measured
-- most), has_lz4, single (how many mails are inserted one by one); the
-- environment: CORE, the processor's core to stay on, CORES, all there are.

\set QUIET 1
\pset tuples_only on
\pset format unaligned
SET jit = off;
SET max_parallel_workers_per_gather = 0;
-- The mails come again and again: each is to be parsed nevertheless.
SELECT set_config('enable_memoize', 'off', false) FROM pg_settings WHERE name = 'enable_memoize';
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;

SELECT pg_backend_pid() AS pid,
	   (SELECT string_agg(format('count(b.%I)', attname), ', ' ORDER BY attnum)
		FROM pg_attribute
		WHERE attrelid = 'bounce'::regclass AND attnum > 0 AND NOT attisdropped) AS all_columns \gset
SELECT 'mail_' || :'best' AS best_table \gset
\setenv BACKEND :pid
\! taskset -p -c "$CORE" "$BACKEND" >/dev/null 2>&1

-- Catalogs, pages and the library are not new to a server at work.
SELECT sum(octet_length(raw)) AS bytes FROM mail_external \gset
SELECT count(*) AS messages FROM mail_pglz WHERE raw > '' \gset
SELECT count(*) AS found FROM :best_table m, bounce_parse(m.raw) b \gset
\o /dev/null
SELECT :all_columns FROM mail_external m, bounce_parse(m.raw) b;
\o
\echo bytes :bytes
\echo found :found

-- The peak from here on, where the system lets us look.
\! echo 5 2>/dev/null >"/proc/$BACKEND/clear_refs"; awk '/^VmRSS/ { print "before " $2 }' "/proc/$BACKEND/status" 2>/dev/null
\o /dev/null
\timing on

\echo case sql-detoast
SELECT count(raw > '') FROM mail_external;
\echo case sql-external
SELECT :all_columns FROM mail_external m, bounce_parse(m.raw) b;
\echo case sql-pglz
SELECT :all_columns FROM mail_pglz m, bounce_parse(m.raw) b;
\if :has_lz4
\echo case sql-lz4
SELECT :all_columns FROM mail_lz4 m, bounce_parse(m.raw) b;
\endif

\timing off
\o
\! awk '/^VmHWM/ { print "peak " $2 }' "/proc/$BACKEND/status" 2>/dev/null
\o /dev/null
\timing on

\echo case insert
INSERT INTO inbox (raw) SELECT raw FROM mail_external;
\echo case insert-before
INSERT INTO inbox_before (raw) SELECT raw FROM mail_external;
\echo case insert-after
INSERT INTO inbox_after (raw) SELECT raw FROM mail_external;
SELECT count(*) AS noted FROM bounces \gset
\echo noted :noted
TRUNCATE bounces;
\echo case insert-statement
INSERT INTO inbox_statement (raw) SELECT raw FROM mail_external;
SELECT count(*) AS noted FROM bounces \gset
\echo noted :noted
TRUNCATE bounces;
TRUNCATE inbox, inbox_before, inbox_after, inbox_statement;

-- The same, each mail a statement and a transaction of its own.
\echo case single :single
CALL inbox_singly(:single);
\echo case single-before :single
CALL inbox_before_singly(:single);
\echo case single-after :single
CALL inbox_after_singly(:single);
SELECT count(*) AS noted FROM bounces \gset
\echo noted :noted
TRUNCATE bounces;
\echo case single-statement :single
CALL inbox_statement_singly(:single);
SELECT count(*) AS noted FROM bounces \gset
\echo noted :noted
TRUNCATE bounces;
TRUNCATE inbox, inbox_before, inbox_after, inbox_statement;

-- What takes as long as the planner thinks so many calls of an operator do.
SELECT round((relpages * current_setting('seq_page_cost')::float8 +
			  reltuples * (current_setting('cpu_tuple_cost')::float8 + current_setting('cpu_operator_cost')::float8)) /
			 current_setting('cpu_operator_cost')::float8) AS operators
FROM pg_class WHERE oid = 'numbers'::regclass \gset
SELECT count(*) FROM numbers;
\echo case scan :operators
SELECT count(*) FROM numbers;
\timing off

-- This session and workers, on all cores that we may use.
\! taskset -p -c "$CORES" "$BACKEND" >/dev/null 2>&1
SET max_parallel_workers_per_gather = 1;
SELECT count(*) FROM :best_table m, bounce_parse(m.raw) b;
\timing on
\echo case sql-parallel
SELECT :all_columns FROM :best_table m, bounce_parse(m.raw) b;
SET max_parallel_workers_per_gather = 2;
\echo case sql-parallel-2
SELECT :all_columns FROM :best_table m, bounce_parse(m.raw) b;
