-- Where mail and verdicts are kept.
--
-- An inbox is a table that mail comes into.  A trigger judges each mail in the
-- transaction that brings it and keeps what it reports in an event table, one
-- row per recipient.  Everything here but the register belongs to the user:
-- ordinary tables, indexes and one PL/pgSQL function, which pg_dump saves and
-- which work without any function of this file but those that judge.

CREATE TABLE bounce_inbox (
	inbox regclass PRIMARY KEY,
	id_column name NOT NULL,
	received_at_column name NOT NULL,
	raw_column name,
	payload_column name,
	events regclass NOT NULL,
	copies regclass NOT NULL,
	tokens regclass,
	daily regclass,
	dirty regclass,
	rules text,
	all_kinds boolean NOT NULL DEFAULT false,
	redact_after interval,
	redacted_until timestamptz,
	redact_again_from timestamptz,
	keep_raw interval,
	keep_tokens interval NOT NULL DEFAULT '90 days',
	created_at timestamptz NOT NULL DEFAULT now(),
	CHECK (raw_column IS NOT NULL OR payload_column IS NOT NULL),
	CHECK (redact_after >= interval '0'),
	CHECK (keep_raw >= interval '0'),
	CHECK (keep_tokens >= interval '0')
);

-- A dropped table leaves its row, which would be saved as a bare number and
-- after the restore might name another table.  A temporary one is in no dump.
SELECT pg_catalog.pg_extension_config_dump('bounce_inbox',
	'WHERE inbox IN (SELECT oid FROM pg_catalog.pg_class WHERE relpersistence <> ''t'') AND events IN (SELECT oid FROM pg_catalog.pg_class) AND copies IN (SELECT oid FROM pg_catalog.pg_class)');

GRANT SELECT ON bounce_inbox TO PUBLIC;

COMMENT ON TABLE bounce_inbox IS 'the tables that mail comes into, and what is kept of each';
COMMENT ON COLUMN bounce_inbox.inbox IS 'the table that mail comes into';
COMMENT ON COLUMN bounce_inbox.id_column IS 'its column that tells the mails apart';
COMMENT ON COLUMN bounce_inbox.received_at_column IS 'its column with the time at which a mail came in';
COMMENT ON COLUMN bounce_inbox.raw_column IS 'its column with the raw mail, bytea or text; NULL where it has none';
COMMENT ON COLUMN bounce_inbox.payload_column IS 'its column with what a webhook sent, json or jsonb; NULL where it has none';
COMMENT ON COLUMN bounce_inbox.events IS 'the table that the verdicts go to';
COMMENT ON COLUMN bounce_inbox.copies IS 'the table that tells which mails repeat an event';
COMMENT ON COLUMN bounce_inbox.tokens IS 'the tokens of events, where these are partitioned and a unique index can''t span them';
COMMENT ON COLUMN bounce_inbox.daily IS 'the table that bounce_roll_up() keeps; NULL where there is none';
COMMENT ON COLUMN bounce_inbox.dirty IS 'the table that tells it which days to count anew';
COMMENT ON COLUMN bounce_inbox.rules IS 'the set of rules of one''s own that the inbox is judged by; NULL for none';
COMMENT ON COLUMN bounce_inbox.all_kinds IS 'whether automatic replies, receipts, successes and challenges are kept, too';
COMMENT ON COLUMN bounce_inbox.redact_after IS 'how long bounce_expire() leaves the raw mail as it came in, before it goes through bounce_redact(); NULL for ever';
COMMENT ON COLUMN bounce_inbox.redacted_until IS 'mail that came in before then has been through bounce_redact(), and tells no names any more; only bounce_expire() should set it';
COMMENT ON COLUMN bounce_inbox.redact_again_from IS 'from then on bounce_expire() is to redact once more what it has redacted, and with it mail that was loaded since with older dates; NULL: nothing';
COMMENT ON COLUMN bounce_inbox.keep_raw IS 'how long bounce_expire() leaves any of the raw mail; NULL for ever';
COMMENT ON COLUMN bounce_inbox.keep_tokens IS 'how long after an event a copy is told to be one, where events are partitioned';
COMMENT ON COLUMN bounce_inbox.created_at IS 'when the inbox was registered';

-- A table's name, qualified and quoted, whatever the search path; NULL for NULL
-- and for a table that is gone.
CREATE FUNCTION bounce_table_name(relation regclass) RETURNS text LANGUAGE sql STABLE STRICT
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format('%I.%I', n.nspname, c.relname)
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE c.oid = relation
$$;

COMMENT ON FUNCTION bounce_table_name(regclass) IS 'a table''s name, qualified and quoted, whatever the search path';

-- A function's name, likewise.
CREATE FUNCTION bounce_function_name(function oid) RETURNS text LANGUAGE sql STABLE STRICT
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format('%I.%I', n.nspname, p.proname)
	FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
	WHERE p.oid = function
$$;

COMMENT ON FUNCTION bounce_function_name(oid) IS 'a function''s name, qualified and quoted, whatever the search path';

-- Raises an error where a table can't be an inbox by these columns, and a warning
-- where nothing sees to it that its key is one.
CREATE FUNCTION bounce_check_inbox(inbox regclass, id_column name, received_at_column name, raw_column name, payload_column name)
	RETURNS void LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wanted record;
	found_type oid;
	found_base oid;
	is_not_null boolean;
BEGIN
	IF raw_column IS NULL AND payload_column IS NULL THEN
		RAISE EXCEPTION 'table % has no column "raw" or "payload"', inbox
			USING ERRCODE = 'undefined_column', HINT = 'Say raw_column => ''...'', the column that has the mail.';
	END IF;
	FOR wanted IN SELECT * FROM (VALUES
		('id_column', id_column, NULL::text[], NULL),
		('received_at_column', received_at_column, '{timestamptz,timestamp,date}', 'timestamptz, timestamp or date (UTC)'),
		('raw_column', raw_column, '{bytea,text,varchar}', 'bytea, text, json or jsonb'),
		('payload_column', payload_column, '{jsonb,json}', 'jsonb')) v (argument, name, types, should_be)
	LOOP
		CONTINUE WHEN wanted.name IS NULL;
		SELECT a.attnotnull, a.atttypid, coalesce(nullif(t.typbasetype, 0), t.oid) INTO is_not_null, found_type, found_base
		FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
		WHERE a.attrelid = inbox AND a.attname = wanted.name AND a.attnum > 0 AND NOT a.attisdropped;
		IF NOT FOUND THEN
			RAISE EXCEPTION 'column "%" of table % does not exist', wanted.name, inbox
				USING ERRCODE = 'undefined_column',
				HINT = CASE wanted.argument WHEN 'received_at_column'
					THEN format('Name another one, received_at_column => ''...'', or ALTER TABLE %s ADD %I timestamptz NOT NULL DEFAULT now().', inbox, wanted.name)
					ELSE format('Name another one, %s => ''...''.', wanted.argument) END;
		END IF;
		IF found_base <> ALL (wanted.types::regtype[]) THEN
			RAISE EXCEPTION 'column "%" of table % is of type %', wanted.name, inbox, found_type::regtype
				USING ERRCODE = 'datatype_mismatch', DETAIL = format('It should be %s.', wanted.should_be);
		END IF;
		IF wanted.argument IN ('id_column', 'received_at_column') AND NOT is_not_null THEN
			RAISE EXCEPTION 'column "%" of table % may be null', wanted.name, inbox
				USING ERRCODE = 'not_null_violation', DETAIL = 'A verdict names its mail, and when it came in.',
				HINT = format('ALTER TABLE %s ALTER %I SET NOT NULL.', inbox, wanted.name);
		END IF;
	END LOOP;
	IF NOT EXISTS (
		SELECT FROM pg_index x
		WHERE x.indrelid = inbox AND x.indisunique AND x.indisvalid AND x.indpred IS NULL AND x.indexprs IS NULL
		AND NOT EXISTS (
			SELECT FROM pg_attribute a
			WHERE a.attrelid = inbox AND a.attnum = ANY ((x.indkey::int2[])[0:x.indnkeyatts - 1]) AND a.attname NOT IN (id_column, received_at_column))) THEN
		RAISE WARNING 'column "%" of table % has no unique index', id_column, inbox
			USING DETAIL = 'Of two mails with the same value there, and the same time, the second one''s events are taken for those of the first.';
	END IF;
END $$;

COMMENT ON FUNCTION bounce_check_inbox(regclass, name, name, name, name) IS 'raises an error where a table can''t be an inbox by these columns';

-- A function's body as a literal that people can read: between $tag$, or a longer
-- tag where a name or text in the body has that one.
CREATE FUNCTION bounce_body(body text, tag text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	WHILE strpos(body, '$' || tag) > 0 LOOP
		tag := tag || '_';
	END LOOP;
	RETURN format('$%s$%s$%1$s$', tag, body);
END $$;

COMMENT ON FUNCTION bounce_body(text, text) IS 'a function''s body as a literal, between dollars';

-- Raises an error where a table or a function of these names is there already and
-- somebody else's, who could have it do what he likes with the rights of those who
-- bring mail.  "owner" is that of the inbox; a role's own, its groups' and superusers'
-- are trusted, too.
CREATE FUNCTION bounce_check_owners(relations text[], functions text[], owner oid) RETURNS void LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	other record;
BEGIN
	SELECT o.kind, o.name, r.rolname INTO other
	FROM (
		SELECT 'table', n, c.relowner FROM unnest(relations) n JOIN pg_class c ON c.oid = to_regclass(n)
		UNION ALL
		SELECT 'function', n, p.proowner FROM unnest(functions) n JOIN pg_proc p ON p.oid = to_regprocedure(n || '()')
	) o (kind, name, owner)
	JOIN pg_roles r ON r.oid = o.owner
	JOIN pg_roles me ON me.rolname = current_user
	WHERE NOT r.rolsuper AND o.owner IS DISTINCT FROM bounce_check_owners.owner AND o.owner <> me.oid
	AND (me.rolsuper OR NOT pg_has_role(me.oid, o.owner, 'MEMBER'))
	LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION '% % is there already and belongs to role "%"', other.kind, other.name, other.rolname
			USING ERRCODE = 'insufficient_privilege', DETAIL = 'What its owner makes of it would be done with the rights of those who bring mail.',
			HINT = 'Drop it, rename it, or give it to the owner of the inbox.';
	END IF;
END $$;

COMMENT ON FUNCTION bounce_check_owners(text[], text[], oid) IS 'raises an error where a table or function that is there already is somebody else''s';

-- The columns of type bounce, quoted and after a prefix, as a list for SQL.
CREATE FUNCTION bounce_columns(prefix text DEFAULT '') RETURNS text LANGUAGE plpgsql STABLE STRICT
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	RETURN (SELECT string_agg(prefix || quote_ident(a.attname), ', ' ORDER BY a.attnum)
			FROM pg_attribute a JOIN pg_type t ON t.typrelid = a.attrelid
			WHERE t.oid = to_regtype('bounce') AND a.attnum > 0 AND NOT a.attisdropped);
END $$;

COMMENT ON FUNCTION bounce_columns(text) IS 'the columns of type bounce, each after a prefix, as a list for SQL';

-- When a mail came in, as an expression of type timestamptz: a column that knows
-- no zone is taken for UTC, so that it means the same in every session.
CREATE FUNCTION bounce_received_at(inbox regclass, received_at_column name) RETURNS text LANGUAGE sql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format(CASE WHEN EXISTS (
			SELECT FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
			WHERE a.attrelid = inbox AND a.attname = received_at_column
			AND coalesce(nullif(t.typbasetype, 0), t.oid) IN ('timestamp'::regtype, 'date'::regtype))
		THEN '(m.%I::timestamp AT TIME ZONE ''UTC'')' ELSE 'm.%I' END, received_at_column)
$$;

COMMENT ON FUNCTION bounce_received_at(regclass, name) IS 'when a mail of m came in, as an expression of type timestamptz';

-- JSON as jsonb; NULL where that can't hold it: a NUL, half a surrogate pair, a
-- number beyond those of numeric, too many levels.  A column of type json takes
-- all of these, and a webhook call must come in whatever it says.
CREATE FUNCTION bounce_jsonb(doc json) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE STRICT
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN doc::jsonb;
EXCEPTION
	WHEN data_exception OR program_limit_exceeded THEN
		RETURN NULL;
END $$;

COMMENT ON FUNCTION bounce_jsonb(json) IS 'JSON as jsonb; NULL where that can''t hold it';

-- What a webhook sent, as an expression of type jsonb, of a row with that alias.
CREATE FUNCTION bounce_payload(inbox regclass, payload_column name, alias text DEFAULT 'm') RETURNS text LANGUAGE sql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format(CASE WHEN EXISTS (
			SELECT FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
			WHERE a.attrelid = inbox AND a.attname = payload_column AND coalesce(nullif(t.typbasetype, 0), t.oid) = 'json'::regtype)
		THEN '%1$s.bounce_jsonb(%2$s.%3$I)' ELSE '%2$s.%3$I::jsonb' END, e.extnamespace::regnamespace, alias, payload_column)
	FROM pg_extension e WHERE e.extname = 'bounce' AND payload_column IS NOT NULL
$$;

COMMENT ON FUNCTION bounce_payload(regclass, name, text) IS 'what a webhook sent, as an expression of type jsonb';

-- A query for what mails report: mail_id, received_at, ordinal, rule and b, of
-- type bounce.  "mails" is what to put into FROM, with m
-- for its alias; "received_at" and "payload" expressions; "ext" the extension's schema, quoted.  What a mail says is
-- in its raw text or, where that is null, in its payload.
CREATE FUNCTION bounce_reports_query(ext text, mails text, id_column name, received_at text,
	raw_column name, payload_column name, rules text, all_kinds boolean, payload text)
	RETURNS text LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	of_mail text := format('m.%I AS mail_id, %s AS received_at', id_column, received_at);
	raw text;
	called text;
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	IF raw_column IS NOT NULL THEN
		raw := format(
E'SELECT %s, j.ordinal, j.rule, j.b\n'
'FROM %s, %s.bounce_judge(m.%I, %L, %L) j\n'
'WHERE m.%I IS NOT NULL',
			of_mail, mails, ext, raw_column, rules, all_kinds, raw_column);
	END IF;
	IF payload_column IS NOT NULL THEN
		called := format(
E'SELECT %s, j.ordinal, j.rule, j.b\n'
'FROM %s, %s.bounce_judge_json(%s, %L, %L) j\n'
'WHERE m.%I IS NOT NULL',
			of_mail, mails, ext, payload, rules, all_kinds, payload_column);
		IF raw IS NOT NULL THEN
			called := called || format(' AND m.%I IS NULL', raw_column);
		END IF;
	END IF;
	RETURN concat_ws(E'\nUNION ALL\n', raw, called);
END $$;

COMMENT ON FUNCTION bounce_reports_query(text, text, name, text, name, name, text, boolean, text) IS 'a query for what the mails of an inbox report';

-- The statement that makes the function of an inbox's trigger.  The names of
-- tables come in quoted, those of columns do not.
CREATE FUNCTION bounce_take_in_ddl(sink text, ext text, event text, copy text, token text,
	id_column name, received_at_column name, received_at text, raw_column name, payload_column name, rules text, all_kinds boolean,
	payload text)
	RETURNS text LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $ddl$
DECLARE
	mail text := format('(SELECT NEW.%I, NEW.%I', id_column, received_at_column);
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	mail := mail || coalesce(', NEW.' || quote_ident(raw_column), '') || coalesce(', NEW.' || quote_ident(payload_column), '') || ') m';
	RETURN format(
E'CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql\n'
'	SET search_path = pg_catalog, pg_temp\n'
'AS %s', sink, bounce_body(format($f$
DECLARE
	e record;
BEGIN
	-- in the order of their tokens, so that sessions that bring the same events don't wait for each other in a circle
	FOR e IN
		SELECT r.* FROM (
%1$s
		) r ORDER BY (r.b).token
	LOOP
%2$s		INSERT INTO %3$s (mail_id, ordinal, received_at, engine, rule, %4$s)
		SELECT e.mail_id, e.ordinal, e.received_at, %5$s, e.rule, %6$s
		%7$sON CONFLICT DO NOTHING;
		IF NOT FOUND THEN
			INSERT INTO %8$s (mail_id, ordinal, received_at, recipient, kind, token)
			SELECT e.mail_id, e.ordinal, e.received_at, (e.b).recipient, (e.b).kind, (e.b).token
			ON CONFLICT DO NOTHING;
		END IF;
	END LOOP;
	RETURN NULL;
END $f$,
		bounce_reports_query(ext, mail, id_column, received_at, raw_column, payload_column, rules, all_kinds, payload),
		CASE WHEN token IS NULL THEN '' ELSE format(
E'		INSERT INTO %s (token, kind, received_at)\n'
'		SELECT (e.b).token, (e.b).kind, e.received_at WHERE (e.b).token IS NOT NULL AND (e.b).bounced_at IS NOT NULL\n'
'		ON CONFLICT DO NOTHING;\n', token) END,
		event, bounce_columns(), ext || '.bounce_engine()', bounce_columns('(e.b).'),
		CASE WHEN token IS NULL THEN '' ELSE E'WHERE FOUND OR (e.b).token IS NULL OR (e.b).bounced_at IS NULL\n\t\t' END,
		copy), 'take_in'));
END $ddl$;

COMMENT ON FUNCTION bounce_take_in_ddl(text, text, text, text, text, name, name, text, name, name, text, boolean, text) IS 'the statement that makes the function of an inbox''s trigger';

