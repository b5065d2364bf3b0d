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
	-- looked up: the name that the server would put into a script has not been checked in all minor versions
	owner pg_catalog.name := (
		SELECT r.rolname
		FROM pg_catalog.pg_extension e
		JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) e.extowner
		WHERE e.extname OPERATOR(pg_catalog.=) 'bounce'::pg_catalog.name);
BEGIN
	FOR object IN
		SELECT c.oid::pg_catalog.regclass AS name
		FROM pg_catalog.pg_depend d
		JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid AND e.extname = 'bounce'
		JOIN pg_catalog.pg_class c ON c.oid = d.objid
		WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::oid AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass::oid
			AND d.deptype = 'e' AND c.relkind IN ('r', 'v')
	LOOP
		EXECUTE pg_catalog.format('ALTER TABLE %s OWNER TO %I', object.name, owner);
	END LOOP;
	FOR object IN
		SELECT p.oid::pg_catalog.regprocedure AS name
		FROM pg_catalog.pg_depend d
		JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid AND e.extname = 'bounce'
		JOIN pg_catalog.pg_proc p ON p.oid = d.objid
		WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::oid AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass::oid
			AND d.deptype = 'e' AND p.proacl IS NOT NULL
	LOOP
		EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %I WITH GRANT OPTION', object.name, owner);
	END LOOP;
END $$;

-- Who may create beside the extension may have his own operators and functions
-- called in place of those that its functions mean (docs/security.md).  That is
-- no error: the schema may be put right afterwards.
DO $$
DECLARE
	home record;
BEGIN
	SELECT n.nspname,
		(SELECT pg_catalog.string_agg(CASE WHEN a.grantee OPERATOR(pg_catalog.=) '0'::pg_catalog.oid THEN 'PUBLIC' ELSE pg_catalog.quote_ident(r.rolname::pg_catalog.text) END, ', '
				ORDER BY r.rolname NULLS FIRST)
		 FROM pg_catalog.aclexplode(n.nspacl) a
		 LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) a.grantee
		 WHERE a.privilege_type OPERATOR(pg_catalog.=) 'CREATE'::pg_catalog.text
			AND r.rolsuper IS NOT TRUE
			AND a.grantee OPERATOR(pg_catalog.<>) n.nspowner AND a.grantee OPERATOR(pg_catalog.<>) e.extowner) AS others
	INTO home
	FROM pg_catalog.pg_extension e
	JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
	WHERE e.extname OPERATOR(pg_catalog.=) 'bounce'::pg_catalog.name;
	IF home.nspname OPERATOR(pg_catalog.=) '$user'::pg_catalog.name THEN
		RAISE EXCEPTION 'extension bounce can not be in a schema that is called "$user"'
			USING ERRCODE = 'invalid_schema_name', DETAIL = 'In a search path that name stands for the schema of whoever calls.';
	END IF;
	IF home.others IS NOT NULL THEN
		RAISE WARNING 'others may create objects in schema "%": %', home.nspname, home.others
			USING DETAIL = 'They can have objects of theirs used with the rights of those who call functions of extension bounce.',
			HINT = pg_catalog.format('Say REVOKE CREATE ON SCHEMA %I FROM %s.', home.nspname, home.others);
	END IF;
END $$;
