-- One round of what is measured in the server.  Prints "case NAME" before each
-- statement's "Time: ...", then what the report wants besides.  Variables:
-- best (the method of compression that is measured most), has_lz4; the
-- environment: CORE, the processor's core to stay on.

\set QUIET 1
\pset tuples_only on
\pset format unaligned
SET jit = off;
SET max_parallel_workers_per_gather = 0;
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
\timing on
\o /dev/null

\echo case sql-detoast
SELECT count(raw > '') FROM :best_table;
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
\echo case insert-statement
INSERT INTO inbox_statement (raw) SELECT raw FROM mail_external;
\timing off
SELECT count(*) AS noted FROM bounces \gset
\echo noted :noted
TRUNCATE inbox, inbox_before, inbox_after, inbox_statement, bounces;

-- This session and one worker, each on a core of its own.
\! taskset -p -c "$CORES" "$BACKEND" >/dev/null 2>&1
SET max_parallel_workers_per_gather = 1;
SELECT count(*) FROM :best_table m, bounce_parse(m.raw) b;
\timing on
\echo case sql-parallel
SELECT :all_columns FROM :best_table m, bounce_parse(m.raw) b;
