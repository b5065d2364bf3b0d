-- bounce_parse_json(): documents that nobody means well with; none is an error
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;

-- every value of a sample replaced by one of each type: at most one row a recipient, and no error
CREATE TABLE event (file text COLLATE "C", doc jsonb);
\copy event FROM PROGRAM 'samples/copy-json'
CREATE TABLE filler (v jsonb);
INSERT INTO filler VALUES ('null'), ('true'), ('0'), ('-1e300'), ('1e-300'), ('123456789012345678901234567890.5'), ('""'), ('"x"'), ('[]'), ('{}'),
	('[1, "a@koharu.example", {"a": []}]'), ('{"a": {"b": {"c": "a@koharu.example"}}}'), ('"\u0001\ud83d\ude00"');
WITH RECURSIVE path AS (
	SELECT file, ARRAY[]::text[] AS path, doc AS v FROM event
	UNION ALL
	SELECT file, path || k, c.v FROM path p, LATERAL (
		SELECT key, value FROM jsonb_each(CASE jsonb_typeof(p.v) WHEN 'object' THEN p.v ELSE '{}' END)
		UNION ALL
		SELECT (n - 1)::text, value FROM jsonb_array_elements(CASE jsonb_typeof(p.v) WHEN 'array' THEN p.v ELSE '[]' END) WITH ORDINALITY e (value, n)
	) c (k, v)
)
SELECT count(*) > 15000 AS enough, count(*) FILTER (WHERE n > 5) AS too_many, max(n) AS rows
FROM event JOIN path USING (file), filler f, LATERAL (SELECT count(*) AS n FROM bounce_parse_json(jsonb_set(event.doc, path.path, f.v), true)) c
WHERE path.path <> '{}';

-- numbers of 131,072 digits, whose text would be longer than a gigabyte
SELECT count(*) FROM bounce_parse_json((SELECT jsonb_agg(1e131071) FROM generate_series(1, 10000)));
SELECT bounced_at FROM bounce_parse_json(jsonb_build_object('email', 'rosa@koharu.example', 'type', 'hard', 'time', 1e131071, 'code', 1e-16000));

-- times: seconds, milliseconds, fractions, strings; and those that are none
SET TimeZone = 'UTC';
SELECT t, bounced_at, timezone_offset FROM (VALUES ('1772443201'), ('1772443201.999'), ('1772443201999'), ('"1772443201"'), ('"2026-03-02T10:20:01+01:00"'),
	('"2026-03-02 09:20:01"'), ('"Mon, 02 Mar 2026 09:20:01 +0000"'), ('-5'), ('0'), ('99999999999999'), ('"yesterday"'), ('true'), ('[1772443201]')) v (t),
	bounce_parse_json(('{"email": "rosa@koharu.example", "type": "hard", "time": ' || t || '}')::jsonb);

-- strings of a megabyte, control characters, quotes and backslashes
SELECT length(recipient), length(diagnostic_code) FROM bounce_parse_json(jsonb_build_object('email', 'rosa@koharu.example', 'type', 'hard', 'reason', repeat('x', 1000000)));
SELECT count(*) FROM bounce_parse_json(jsonb_build_object('email', repeat('x', 1000000) || '@koharu.example', 'type', 'hard'));
SELECT reason, diagnostic_code FROM bounce_parse_json(jsonb_build_object('email', 'rosa@koharu.example', 'type', 'soft', 'reason',
	E'550 5.2.2 "mailbox"\\\b\f\x01 \t full\n'));
SELECT reason FROM bounce_parse_json(jsonb_build_object('email', 'rosa@koharu.example', 'type', 'soft', 'reason', repeat(E'\x01', 1000000)));
SELECT recipient, subject = 'Grüße 花 😀' AS subject FROM bounce_parse_json(jsonb_build_object('email', 'röschen@köln.example', 'type', 'soft', 'subject', 'Grüße 花 😀'));

-- deep, wide, and events in events
SELECT count(*) FROM bounce_parse_json((repeat('[', 1000) || repeat(']', 1000))::jsonb);
SELECT count(*) FROM bounce_parse_json((repeat('{"detail":', 1000) || '{"type": "hard", "email": "rosa@koharu.example"}' || repeat('}', 1000))::jsonb);
SELECT count(*) FROM bounce_parse_json('{"detail": {"events": [{"data": {"payload": {"type": "hard", "email": "rosa@koharu.example"}}}]}}');
SELECT count(*), count(DISTINCT recipient) FROM bounce_parse_json((SELECT jsonb_agg(jsonb_build_object('type', 'hard', 'email', 'u' || n || '@koharu.example')) FROM generate_series(1, 5000) n));
SELECT count(*) FROM bounce_parse_json(jsonb_build_object('type', 'hard', 'to', (SELECT jsonb_agg('u' || n || '@koharu.example') FROM generate_series(1, 5000) n)));

DROP TABLE event, filler;
