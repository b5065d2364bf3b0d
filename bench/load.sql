-- The mails, multiplied, in a table for each way to store them, and tables to
-- insert them into.  Variables: mails (a folder, as the server sees it), rows,
-- methods (of compression that the server has).

CREATE EXTENSION bounce;

CREATE TABLE originals AS
SELECT row_number() OVER (ORDER BY file COLLATE "C") - 1 AS n,
	   pg_read_binary_file(:'mails' || '/' || file) AS raw
FROM pg_ls_dir(:'mails') AS file;

CREATE TABLE mail_external (id bigint, raw bytea NOT NULL);
ALTER TABLE mail_external ALTER raw SET STORAGE EXTERNAL;
-- A value that is compressed already would be stored as it is: raw || '' is not.
INSERT INTO mail_external
SELECT i, raw || ''::bytea
FROM generate_series(0, :rows - 1) AS i
JOIN originals ON n = i % (SELECT count(*) FROM originals)
ORDER BY i;

SELECT format('CREATE TABLE mail_%s (id bigint, raw bytea NOT NULL)', method)
FROM unnest(string_to_array(:'methods', ' ')) AS method \gexec
-- before PostgreSQL 14 there is but pglz, and no word for it
SELECT format('ALTER TABLE mail_%1$s ALTER raw SET COMPRESSION %1$s', method)
FROM unnest(string_to_array(:'methods', ' ')) AS method
WHERE current_setting('server_version_num')::int >= 140000 \gexec
SELECT format('INSERT INTO mail_%s SELECT id, raw || '''' FROM mail_external', method)
FROM unnest(string_to_array(:'methods', ' ')) AS method \gexec

CREATE INDEX ON mail_external (id);

-- for counting instructions, which takes long
CREATE TABLE mail_few (raw bytea NOT NULL);
ALTER TABLE mail_few ALTER raw SET STORAGE EXTERNAL;
INSERT INTO mail_few SELECT raw || ''::bytea FROM originals ORDER BY n LIMIT 1000;

-- for what the planner's unit of cost is in time
CREATE TABLE numbers AS SELECT generate_series(1, 1000000) AS n;

CREATE TABLE inbox (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	raw bytea NOT NULL,
	recipient text,
	reason text,
	hard_bounce boolean
);
CREATE TABLE inbox_before (LIKE inbox INCLUDING ALL);
CREATE TABLE inbox_after (LIKE inbox INCLUDING ALL);
CREATE TABLE inbox_statement (LIKE inbox INCLUDING ALL);

CREATE TABLE bounces AS
SELECT 0::bigint AS mail_id, b.* FROM bounce_parse(''::bytea) b WITH NO DATA;

CREATE FUNCTION fill_columns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	SELECT b.recipient, b.reason, b.hard_bounce
	INTO NEW.recipient, NEW.reason, NEW.hard_bounce
	FROM bounce_parse(NEW.raw) b
	LIMIT 1;
	RETURN NEW;
END
$$;

CREATE FUNCTION note_bounces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO bounces SELECT NEW.id, b.* FROM bounce_parse(NEW.raw) b;
	RETURN NULL;
END
$$;

CREATE FUNCTION note_all_bounces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO bounces SELECT m.id, b.* FROM inserted m, bounce_parse(m.raw) b;
	RETURN NULL;
END
$$;

CREATE TRIGGER parse BEFORE INSERT ON inbox_before
	FOR EACH ROW EXECUTE FUNCTION fill_columns();
CREATE TRIGGER parse AFTER INSERT ON inbox_after
	FOR EACH ROW EXECUTE FUNCTION note_bounces();
CREATE TRIGGER parse AFTER INSERT ON inbox_statement
	REFERENCING NEW TABLE AS inserted
	FOR EACH STATEMENT EXECUTE FUNCTION note_all_bounces();

-- Each mail a statement and a transaction of its own, as mail comes in.
SELECT format($create$
	CREATE PROCEDURE %1$s_singly(mails int) LANGUAGE plpgsql AS $$
	BEGIN
		FOR i IN 0 .. mails - 1 LOOP
			INSERT INTO %1$s (raw) SELECT raw FROM mail_external WHERE id = i;
			COMMIT;
		END LOOP;
	END $$ $create$, name)
FROM unnest(ARRAY['inbox', 'inbox_before', 'inbox_after', 'inbox_statement']) AS name \gexec

SELECT format('ALTER TABLE %I SET (parallel_workers = 2)', relname)
FROM pg_class
WHERE relname LIKE 'mail\_%' AND relkind = 'r' \gexec

VACUUM ANALYZE;
