-- the interface as the catalogs show it
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;

-- the record
SELECT attnum, attname, format_type(atttypid, atttypmod)
FROM pg_attribute
WHERE attrelid = 'bounce'::regclass AND attnum > 0 AND NOT attisdropped
ORDER BY attnum;

-- functions and their marks
SELECT p.oid::regprocedure AS function, p.proargnames AS names, p.pronargdefaults AS defaults,
	p.provolatile AS volatile, p.proisstrict AS strict, p.proparallel AS parallel,
	p.proretset AS set, p.prosecdef AS definer, p.procost AS cost, p.prorows AS rows
FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass
JOIN pg_extension e ON d.refobjid = e.oid AND d.deptype = 'e'
WHERE e.extname = 'bounce'
ORDER BY p.oid::regprocedure::text COLLATE "C";

-- all names begin alike
SELECT pg_describe_object(d.classid, d.objid, 0)
FROM pg_depend d JOIN pg_extension e ON d.refobjid = e.oid AND d.deptype = 'e'
WHERE e.extname = 'bounce' AND (pg_identify_object(d.classid, d.objid, 0)).identity !~ '(^|\.)bounce';

-- nothing is without a comment (an array type or a table's row type, members since PostgreSQL 18, has none of its own)
SELECT pg_describe_object(d.classid, d.objid, 0)
FROM pg_depend d JOIN pg_extension e ON d.refobjid = e.oid AND d.deptype = 'e'
WHERE e.extname = 'bounce' AND obj_description(d.objid, d.classid::regclass::text) IS NULL
	AND NOT EXISTS (SELECT FROM pg_type t WHERE d.classid = 'pg_type'::regclass AND t.typarray = d.objid)
	AND NOT EXISTS (SELECT FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid AND c.relkind <> 'c');
SELECT attname FROM pg_attribute
WHERE attrelid = 'bounce'::regclass AND attnum > 0 AND col_description(attrelid, attnum) IS NULL;
SELECT extname FROM pg_extension WHERE extname = 'bounce' AND obj_description(oid, 'pg_extension') IS NULL;

-- NULL and the empty mail
SELECT count(*) FROM bounce_parse(NULL::bytea);
SELECT count(*) FROM bounce_parse(NULL::text);
SELECT count(*) FROM bounce_parse(''::bytea, NULL);
SELECT count(*) FROM bounce_parse(''::bytea);
SELECT count(*) FROM bounce_parse('', all_kinds => true);

-- the record in a column, and as an array
CREATE TABLE verdicts (b bounce, others bounce[]);
INSERT INTO verdicts
SELECT b, ARRAY[b] FROM bounce_parse_reply('550 5.1.1 <rosa@koharu.example>: User unknown') b;
SELECT (b).delivery_status, (others[1]).reply_code, (b) = others[1] AS same FROM verdicts;
DROP TABLE verdicts;

-- a type that somebody altered is not filled, not even by a session that filled it before
SELECT count(*) FROM bounce_parse('');
BEGIN;
ALTER TYPE bounce ADD ATTRIBUTE mood text;
SELECT count(*) FROM bounce_parse('');
ROLLBACK;
BEGIN;
ALTER TYPE bounce DROP ATTRIBUTE token;
SELECT reason FROM bounce_parse_reply('550 5.1.1 <rosa@koharu.example>: User unknown');
ROLLBACK;
BEGIN;
ALTER TYPE bounce ALTER ATTRIBUTE reply_code TYPE integer;
SELECT count(*) FROM bounce_parse('');
ROLLBACK;
SELECT reason FROM bounce_parse_reply('550 5.1.1 <rosa@koharu.example>: User unknown');

-- any schema will do, and another one too
BEGIN;
DROP EXTENSION bounce;
CREATE SCHEMA mail;
CREATE SCHEMA post;
CREATE EXTENSION bounce SCHEMA mail;
SELECT reply_code FROM mail.bounce_parse_reply('550 5.1.1 <rosa@koharu.example>: User unknown');
ALTER EXTENSION bounce SET SCHEMA post;
SET LOCAL search_path = '';
SELECT reply_code FROM post.bounce_parse_reply('550 5.1.1 <rosa@koharu.example>: User unknown');
SELECT count(*) FROM post.bounce_parse('');
ROLLBACK;
