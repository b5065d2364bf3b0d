-- A trusted extension's script runs as a superuser, whoever says CREATE
-- EXTENSION, and so everything would belong to that one.  The tables are for the
-- user to fill, and the functions that write into them for the user to call and
-- to grant.
--
-- The schema may be one that the user has put operators into, which a superuser
-- must not run: so each is found for exactly these types, and in pg_catalog.
DO $$
DECLARE
	object record;
BEGIN
	FOR object IN
		SELECT c.oid::pg_catalog.regclass AS name
		FROM pg_catalog.pg_depend d
		JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid AND e.extname = 'bounce'
		JOIN pg_catalog.pg_class c ON c.oid = d.objid
		WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::oid AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass::oid
			AND d.deptype = 'e' AND c.relkind IN ('r', 'v')
	LOOP
		EXECUTE pg_catalog.format('ALTER TABLE %s OWNER TO %s', object.name, $owner$@extowner@$owner$);
	END LOOP;
	FOR object IN
		SELECT p.oid::pg_catalog.regprocedure AS name
		FROM pg_catalog.pg_depend d
		JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid AND e.extname = 'bounce'
		JOIN pg_catalog.pg_proc p ON p.oid = d.objid
		WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::oid AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass::oid
			AND d.deptype = 'e' AND p.proacl IS NOT NULL
	LOOP
		EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %s WITH GRANT OPTION', object.name, $owner$@extowner@$owner$);
	END LOOP;
END $$;
