-- growth.sql: one call in a session, of the mail in the table "mail"; prints,
-- separated by tabs, its bytes, the seconds, the rows, and KB of memory at the
-- peak of the backend beyond what it had.  The table "small" has a small mail, with
-- which the library is loaded.
\pset fieldsep '\t'
SELECT count(b.kind) AS none FROM small m, bounce_parse(m.raw) b \gset
-- the shared buffers that it touches are not its own, but count: touch them first
SELECT sum(length(substring(raw FROM g * 100000 + 1 FOR 100000))) AS bytes
FROM mail, generate_series(0, octet_length(raw) / 100000) g \gset
CREATE FUNCTION pg_temp.peak() RETURNS int LANGUAGE sql VOLATILE AS
	$$ SELECT substring(pg_read_file('/proc/self/status', 0, 100000) FROM 'VmHWM:\s*(\d+) kB')::int $$;
SELECT pg_temp.peak() AS none, clock_timestamp() AS none \gset
-- the kernel forgets the peak
COPY (SELECT 5) TO PROGRAM 'cat >/proc/$PPID/clear_refs';
SELECT pg_temp.peak() AS before, clock_timestamp() AS start \gset
SELECT count(b.kind) AS found FROM mail m, bounce_parse(m.raw) b \gset
SELECT :bytes, extract(epoch FROM clock_timestamp() - :'start'::timestamptz), :found, pg_temp.peak() - :before;
