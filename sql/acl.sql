-- What everybody may do: nothing but to judge, to ask what is compiled in, and to
-- call what reads tables with the caller's own rights.  Whoever adds an object
-- sees it here, and decides.
SET client_min_messages = warning;
-- as it is since PostgreSQL 15; else CREATE EXTENSION warns
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
CREATE EXTENSION IF NOT EXISTS bounce;

CREATE VIEW member AS
SELECT d.classid, d.objid
FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
WHERE e.extname = 'bounce' AND d.deptype = 'e';

\pset footer off

-- functions; those that are not for PUBLIC are volatile, or triggers
SELECT p.oid::regprocedure AS function,
	CASE WHEN has_function_privilege('public', p.oid, 'EXECUTE') THEN 'everybody' ELSE 'the owner' END AS "for",
	CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END AS volatile
FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid
ORDER BY p.oid::regprocedure::text COLLATE "C";

SELECT p.oid::regprocedure AS "volatile, and for everybody"
FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid
WHERE (p.provolatile = 'v' OR p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype)) AND has_function_privilege('public', p.oid, 'EXECUTE');

-- tables, views and sequences, with their columns
SELECT c.oid::regclass AS relation, c.relkind AS kind, r.right AS "which everybody has"
FROM pg_class c JOIN member m ON m.classid = 'pg_class'::regclass AND m.objid = c.oid
LEFT JOIN LATERAL (
	SELECT string_agg(t, ' ' ORDER BY t COLLATE "C") AS right
	FROM unnest(CASE c.relkind WHEN 'S' THEN '{USAGE,SELECT,UPDATE}' ELSE '{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}' END::text[]) t
	WHERE CASE c.relkind WHEN 'S' THEN has_sequence_privilege('public', c.oid, t) ELSE has_table_privilege('public', c.oid, t) END) r ON true
ORDER BY c.oid::regclass::text COLLATE "C";
SELECT a.attrelid::regclass, a.attname
FROM pg_attribute a JOIN member m ON m.classid = 'pg_class'::regclass AND m.objid = a.attrelid
WHERE a.attacl IS NOT NULL;

-- no role but the owner has any right by name
SELECT m.classid::regclass, pg_describe_object(m.classid, m.objid, 0), a.grantee::regrole
FROM member m
LEFT JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid
LEFT JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
LEFT JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid
CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, p.proacl, t.typacl)) a
WHERE a.grantee <> 0 AND a.grantee <> coalesce(c.relowner, p.proowner, t.typowner)
	AND a.grantee <> (SELECT extowner FROM pg_extension WHERE extname = 'bounce');

-- types that are for themselves: the record
SELECT t.oid::regtype AS type, has_type_privilege('public', t.oid, 'USAGE') AS everybody
FROM pg_type t JOIN member m ON m.classid = 'pg_type'::regclass AND m.objid = t.oid
LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE t.typelem = 0 AND coalesce(c.relkind, 'c') = 'c';

-- what else there is: no operator, cast, event trigger, access method ...
SELECT DISTINCT m.classid::regclass FROM member m
WHERE m.classid NOT IN ('pg_type'::regclass, 'pg_class'::regclass, 'pg_proc'::regclass);

-- functions run with the rights of whoever calls, and none is trusted to keep silent
SELECT p.oid::regprocedure AS "security definer or leakproof"
FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid
WHERE p.prosecdef OR p.proleakproof;

-- Those of SQL and PL/pgSQL have their search path pinned.  The three that have
-- not are to be inlined, or are so by what their bodies call.
SELECT p.oid::regprocedure AS "search path not pinned"
FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid JOIN pg_language l ON l.oid = p.prolang
WHERE l.lanname IN ('sql', 'plpgsql') AND 'search_path=pg_catalog, pg_temp' <> ALL (coalesce(p.proconfig, '{}'))
ORDER BY p.oid::regprocedure::text COLLATE "C";

-- a path within the body is the extension's schema, with temporary objects last
SELECT p.oid::regprocedure AS "sets another path"
FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid,
	regexp_matches(p.prosrc, 'set_config\(''search_path'', ([^;]*), true\)', 'g') path
WHERE path[1] NOT IN ('(SELECT extnamespace::regnamespace || '', pg_temp'' FROM pg_extension WHERE extname = ''bounce'')',
	'ext || '', pg_temp''', 'own_path', 'path')
	OR path[1] = 'path' AND p.proname NOT IN ('bounce_inbox_ddl', 'bounce_create_inbox');

-- nothing reads files, runs programs or goes out to the network
SELECT p.oid::regprocedure AS "reads files"
FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid
WHERE p.prosrc ~* '\m(pg_read_|pg_ls_|pg_stat_file|lo_import|lo_export|dblink|copy\s+\S+\s+(from|to)\M|load\s+'')';

DROP VIEW member;
