-- every sample mail: what is reported, why, and by which reader
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;
SET TimeZone = 'UTC';

CREATE TABLE sample (file text COLLATE "C", raw bytea);
\copy sample FROM PROGRAM 'samples/copy-text'
CREATE TABLE sample_row AS
SELECT file, b.*
FROM sample, bounce_parse(raw, all_kinds => true) AS b;

-- every kind and a good many readers are among them
SELECT count(DISTINCT file) >= 140 AS enough, array_agg(DISTINCT kind ORDER BY kind) AS kinds,
	count(DISTINCT decoded_by) >= 25 AS readers, count(DISTINCT reason) AS reasons
FROM sample_row;

SELECT file, kind, recipient, reason, hard_bounce AS hard, advice, delivery_status AS status, reply_code AS reply,
	smtp_command AS command, decoded_by
FROM sample_row ORDER BY file, recipient, token;

-- mails that are no report of anything
SELECT file FROM sample WHERE file NOT IN (SELECT file FROM sample_row) ORDER BY file;

-- text columns give the same rows, as far as the mail is text
SELECT count(*) FROM sample, bounce_parse(raw, true) AS b
WHERE raw = convert_to(encode(raw, 'escape'), 'SQL_ASCII')
	AND b.token NOT IN (SELECT t.token FROM bounce_parse(encode(raw, 'escape'), true) AS t);

-- the rest of the record, where it says something
SELECT file, alias, verp, provider, host_group, retry_after, blocklist, listed_ip, feedback_type
FROM sample_row
WHERE alias IS NOT NULL OR verp IS NOT NULL OR retry_after IS NOT NULL OR blocklist IS NOT NULL
	OR listed_ip IS NOT NULL OR feedback_type IS NOT NULL
ORDER BY file, recipient, token;

DROP TABLE sample, sample_row;
