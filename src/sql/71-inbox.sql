-- The statements that make an inbox, or bring one up to date, in order.  See
-- bounce_create_inbox() for the arguments.  "path" is the search path along
-- which names are looked up and made: a default is evaluated where the call
-- stands, before the function's own search path is set.
CREATE FUNCTION bounce_inbox_ddl(
	inbox text,
	id_column name DEFAULT NULL,
	raw_column name DEFAULT NULL,
	received_at_column name DEFAULT NULL,
	payload_column name DEFAULT NULL,
	events text DEFAULT NULL,
	rules text DEFAULT NULL,
	all_kinds boolean DEFAULT NULL,
	keep_raw interval DEFAULT NULL,
	partitioned boolean DEFAULT NULL,
	daily boolean DEFAULT NULL,
	path text DEFAULT pg_catalog.current_setting('search_path')
) RETURNS SETOF text LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	-- read before the path is another's, whose operators and tables might be meant
	ext text := (SELECT e.extnamespace::regnamespace FROM pg_extension e WHERE e.extname = 'bounce');	-- the extension's schema, quoted
	own_path text := ext || ', pg_temp';
	known record;				-- the inbox as registered, NULLs where it is not
	parts text[];
	home name;					-- schema of the inbox
	base text;					-- name of the inbox
	mails regclass;
	event_parts text[];
	event_home name;
	event_base text;
	verdicts regclass;			-- the event table, if it is there already
	current_home name;
	mail text;					-- the tables' names, quoted
	event text;
	copy text;
	token text;
	day text;
	dirty text;
	sink_function oid;			-- the triggers' functions, and their names, quoted
	sink text;
	marker_function oid;
	marker text;
	id_type text;
	split text := '';			-- PARTITION BY ...
	relkind "char";
BEGIN
	PERFORM pg_catalog.set_config('search_path', path, true);
	mails := pg_catalog.to_regclass(inbox);
	verdicts := pg_catalog.to_regclass(events);
	current_home := pg_catalog.current_schema();
	PERFORM pg_catalog.set_config('search_path', own_path, true);

	IF inbox IS NULL THEN
		RAISE EXCEPTION 'the name of the inbox must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	parts := parse_ident(inbox);
	IF cardinality(parts) > 2 THEN
		RAISE EXCEPTION 'improper table name: %', inbox USING ERRCODE = 'syntax_error';
	END IF;

	SELECT i.* INTO known FROM (SELECT) one LEFT JOIN bounce_inbox i ON i.inbox = mails;
	IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = known.events) THEN
		known.events := NULL;	-- dropped
	END IF;
	IF mails IS NOT NULL THEN
		SELECT n.nspname, c.relname, c.relkind INTO home, base, relkind
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = mails;
		IF relkind NOT IN ('r', 'p') THEN
			RAISE EXCEPTION '% is not a table', mails USING ERRCODE = 'wrong_object_type';
		END IF;
	ELSE
		home := CASE WHEN cardinality(parts) = 2 THEN parts[1] ELSE current_home END;
		base := parts[cardinality(parts)];
		IF home IS NULL THEN
			RAISE EXCEPTION 'no schema has been selected to create in' USING ERRCODE = 'invalid_schema_name';
		END IF;
	END IF;

	-- what is not said stays as it was registered
	id_column := coalesce(id_column, known.id_column, 'id');
	received_at_column := coalesce(received_at_column, known.received_at_column, 'received_at');
	rules := nullif(coalesce(rules, known.rules), '');
	all_kinds := coalesce(all_kinds, known.all_kinds, false);
	keep_raw := coalesce(keep_raw, known.keep_raw);
	daily := coalesce(daily, known.daily IS NOT NULL);
	IF known.inbox IS NOT NULL AND events IS NOT NULL AND verdicts IS DISTINCT FROM known.events THEN
		RAISE EXCEPTION 'inbox % has the event table % already', mails, known.events
			USING ERRCODE = 'duplicate_object', HINT = 'Say bounce_drop_inbox() first: it keeps both tables.';
	END IF;
	verdicts := coalesce(verdicts, known.events);

	IF mails IS NULL THEN
		raw_column := coalesce(raw_column, 'raw');
		payload_column := coalesce(payload_column, 'payload');
		id_type := 'bigint';
	ELSE
		-- a column of JSON is one that webhooks fill, whatever it is called
		IF raw_column IS NULL AND payload_column IS NULL THEN
			raw_column := known.raw_column;
			payload_column := known.payload_column;
			IF known.inbox IS NULL THEN
				SELECT a.attname INTO raw_column FROM pg_attribute a
				WHERE a.attrelid = mails AND a.attname = 'raw' AND NOT a.attisdropped;
				SELECT a.attname INTO payload_column FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
				WHERE a.attrelid = mails AND a.attname = 'payload' AND NOT a.attisdropped
				AND coalesce(nullif(t.typbasetype, 0), t.oid) IN ('json'::regtype, 'jsonb'::regtype);
			END IF;
		END IF;
		IF payload_column IS NULL AND EXISTS (
			SELECT FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
			WHERE a.attrelid = mails AND a.attname = raw_column AND NOT a.attisdropped
			AND coalesce(nullif(t.typbasetype, 0), t.oid) IN ('json'::regtype, 'jsonb'::regtype)) THEN
			payload_column := raw_column;
			raw_column := NULL;
		END IF;
		PERFORM bounce_check_inbox(mails, id_column, received_at_column, raw_column, payload_column);
		SELECT format_type(a.atttypid, a.atttypmod) ||
			CASE WHEN a.attcollation <> t.typcollation THEN format(' COLLATE %I.%I', cn.nspname, c.collname) ELSE '' END
		INTO id_type
		FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
		LEFT JOIN pg_collation c ON c.oid = a.attcollation LEFT JOIN pg_namespace cn ON cn.oid = c.collnamespace
		WHERE a.attrelid = mails AND a.attname = id_column;
	END IF;

	IF verdicts IS NOT NULL THEN
		SELECT n.nspname, c.relname INTO event_home, event_base
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = verdicts;
	ELSIF events IS NOT NULL THEN
		event_parts := parse_ident(events);
		IF cardinality(event_parts) > 2 THEN
			RAISE EXCEPTION 'improper table name: %', events USING ERRCODE = 'syntax_error';
		END IF;
		event_home := CASE WHEN cardinality(event_parts) = 2 THEN event_parts[1] ELSE home END;
		event_base := event_parts[cardinality(event_parts)];
	ELSE
		event_home := home;
		event_base := base || '_event';
		verdicts := to_regclass(format('%I.%I', event_home, event_base));
	END IF;
	IF EXISTS (SELECT FROM bounce_inbox i JOIN pg_class c ON c.oid = i.inbox WHERE i.events = verdicts AND i.inbox IS DISTINCT FROM mails) THEN
		RAISE EXCEPTION '% is the event table of another inbox', verdicts
			USING ERRCODE = 'duplicate_object', HINT = 'Mails of two inboxes can''t be told apart in one: let a view put their events together.';
	END IF;
	IF verdicts IS NOT NULL AND 5 > (
		SELECT count(*) FROM pg_attribute a
		WHERE a.attrelid = verdicts AND NOT a.attisdropped AND a.attname IN ('mail_id', 'ordinal', 'received_at', 'engine', 'rule')) THEN
		RAISE EXCEPTION '% is there already and is no event table', verdicts
			USING ERRCODE = 'duplicate_table', HINT = 'Name another one, events => ''...''.';
	END IF;
	IF EXISTS (
		SELECT FROM pg_attribute e LEFT JOIN pg_attribute i ON i.attrelid = mails AND i.attname = id_column
		WHERE e.attrelid = verdicts AND e.attname = 'mail_id' AND e.atttypid <> coalesce(i.atttypid, 'bigint'::regtype)) THEN
		RAISE EXCEPTION 'the mails of % have keys of another type than this inbox has', verdicts
			USING ERRCODE = 'datatype_mismatch', HINT = 'Name another event table, events => ''...''.';
	END IF;
	SELECT c.relkind INTO relkind FROM (SELECT) one LEFT JOIN pg_class c ON c.oid = verdicts;
	partitioned := coalesce(partitioned, known.tokens IS NOT NULL OR relkind = 'p', false);
	IF relkind = 'p' AND NOT partitioned THEN
		RAISE EXCEPTION 'event table % is partitioned', verdicts
			USING ERRCODE = 'wrong_object_type', DETAIL = 'No unique index tells copies there.', HINT = 'Say partitioned => true, or nothing.';
	END IF;
	-- longer names would be cut, and might meet
	IF greatest(octet_length(base || '_event_default'), octet_length(event_base || '_default')) > 63 THEN
		RAISE EXCEPTION 'the name "%" is too long for those that are made of it', base
			USING ERRCODE = 'name_too_long', DETAIL = format('It may have %s bytes.', 63 - octet_length('_event_default'));
	END IF;

	mail := format('%I.%I', home, base);
	event := format('%I.%I', event_home, event_base);
	copy := coalesce(bounce_table_name(known.copies), format('%I.%I', home, base || '_copy'));
	token := coalesce(bounce_table_name(known.tokens), format('%I.%I', home, base || '_token'));
	day := coalesce(bounce_table_name(known.daily), format('%I.%I', home, base || '_daily'));
	dirty := coalesce(bounce_table_name(known.dirty), format('%I.%I', home, base || '_dirty'));
	-- the trigger's function keeps its name, whatever the table's is by now
	SELECT t.tgfoid INTO sink_function FROM pg_trigger t WHERE t.tgrelid = mails AND t.tgname = 'bounce_take_in';
	sink := coalesce(bounce_function_name(sink_function), format('%I.%I', home, base || '_take_in'));
	SELECT t.tgfoid INTO marker_function FROM pg_trigger t WHERE t.tgrelid = verdicts AND t.tgname = 'bounce_mark_insert';
	marker := coalesce(bounce_function_name(marker_function), format('%I.%I', home, base || '_mark_day'));

	-- what has been registered, or is named here, has been looked at before
	PERFORM bounce_check_owners(
		array_remove(ARRAY[
			CASE WHEN events IS NULL AND known.events IS NULL THEN event END, CASE WHEN bounce_table_name(known.copies) IS NULL THEN copy END,
			CASE WHEN partitioned AND bounce_table_name(known.tokens) IS NULL THEN token END,
			CASE WHEN daily AND bounce_table_name(known.daily) IS NULL THEN day END, CASE WHEN daily AND bounce_table_name(known.dirty) IS NULL THEN dirty END], NULL),
		array_remove(ARRAY[sink, CASE WHEN daily THEN marker END], NULL),
		(SELECT c.relowner FROM pg_class c WHERE c.oid = mails));

	IF partitioned THEN
		split := ' PARTITION BY RANGE (received_at)';
	END IF;

	-- The mail.
	IF mails IS NULL THEN
		RETURN NEXT format(
E'CREATE TABLE %s (\n'
'	%I %s,\n'
'	%I timestamptz NOT NULL DEFAULT now(),\n'
'	mailbox text,\n'
'	%I bytea%s,\n'
'	%I jsonb,\n'
'	PRIMARY KEY (%s)\n'
')%s',
			mail, id_column,
			-- an identity column numbers what goes into a partition directly only since PostgreSQL 17
			CASE WHEN partitioned THEN 'bigserial' ELSE 'bigint GENERATED ALWAYS AS IDENTITY' END,
			received_at_column, raw_column,
			CASE WHEN current_setting('server_version_num')::int >= 140000 AND EXISTS (
				SELECT FROM pg_settings s WHERE s.name = 'default_toast_compression' AND 'lz4' = ANY (s.enumvals))
				THEN ' COMPRESSION lz4' ELSE '' END,
			payload_column,
			CASE WHEN partitioned THEN format('%I, %I', id_column, received_at_column) ELSE format('%I', id_column) END,
			CASE WHEN partitioned THEN format(' PARTITION BY RANGE (%I)', received_at_column) ELSE '' END);
		RETURN NEXT format('COMMENT ON TABLE %s IS %L', mail, 'mail and webhook calls as they came in');
		RETURN NEXT format('COMMENT ON COLUMN %s.mailbox IS %L', mail, 'what brought it: a mailbox, a pipe, a webhook');
		IF partitioned THEN
			RETURN NEXT format('CREATE TABLE %I.%I PARTITION OF %s DEFAULT', home, base || '_default', mail);
		END IF;
		RETURN NEXT format('CREATE INDEX ON %s USING brin (%I)', mail, received_at_column);
		RETURN NEXT format('CREATE INDEX ON %s (%I) WHERE %I IS NOT NULL OR %I IS NOT NULL',
						   mail, received_at_column, raw_column, payload_column);
	END IF;

	-- The verdicts.
	IF verdicts IS NULL THEN
		RETURN NEXT format(
E'CREATE TABLE %s (\n'
'	mail_id %s NOT NULL,\n'
'	ordinal integer NOT NULL,\n'
'	received_at timestamptz NOT NULL,\n'
'	LIKE %s.bounce INCLUDING COMMENTS,\n'
'	engine text NOT NULL,\n'
'	rule text,\n'
'	PRIMARY KEY (mail_id, ordinal, received_at)\n'
')%s',
			event, id_type, ext, split);
		RETURN NEXT format('COMMENT ON TABLE %s IS %L', event, 'what mail reports, one row per recipient');
		RETURN NEXT format('COMMENT ON COLUMN %s.mail_id IS %L', event, 'the mail that reported it first');
		RETURN NEXT format('COMMENT ON COLUMN %s.ordinal IS %L', event, 'numbers what one mail reports');
		RETURN NEXT format('COMMENT ON COLUMN %s.received_at IS %L', event, 'when that mail came in');
		RETURN NEXT format('COMMENT ON COLUMN %s.engine IS %L', event, 'bounce_engine() that judged it');
		RETURN NEXT format('COMMENT ON COLUMN %s.rule IS %L', event, 'the rule that gave the reason');
		IF partitioned THEN
			RETURN NEXT format('CREATE TABLE %I.%I PARTITION OF %s DEFAULT', event_home, event_base || '_default', event);
		END IF;
		-- where it is not unique it is for copies to find their event
		RETURN NEXT format('CREATE %sINDEX ON %s (token, kind) WHERE bounced_at IS NOT NULL', CASE WHEN partitioned THEN '' ELSE 'UNIQUE ' END, event);
		RETURN NEXT format('CREATE INDEX ON %s (recipient, received_at)', event);
		RETURN NEXT format('CREATE INDEX ON %s (%s.bounce_address_key(recipient), received_at)', event, ext);
		RETURN NEXT format('CREATE INDEX ON %s (alias) WHERE alias IS NOT NULL', event);
		RETURN NEXT format('CREATE INDEX ON %s (%s.bounce_address_key(alias)) WHERE alias IS NOT NULL', event, ext);
		RETURN NEXT format('CREATE INDEX ON %s (verp) WHERE verp IS NOT NULL', event);
		RETURN NEXT format('CREATE INDEX ON %s USING hash (message_id)', event);
		RETURN NEXT format('CREATE INDEX ON %s USING brin (received_at)', event);
		RETURN NEXT format('CREATE INDEX ON %s (received_at) WHERE reason IN (''undefined'', ''onhold'')', event);
	ELSE
		RETURN QUERY
		SELECT format('ALTER TABLE %s ADD COLUMN %I %s', event, a.attname, format_type(a.atttypid, a.atttypmod))
		FROM pg_attribute a JOIN pg_type t ON t.typrelid = a.attrelid
		WHERE t.oid = 'bounce'::regtype AND a.attnum > 0 AND NOT a.attisdropped
		AND NOT EXISTS (SELECT FROM pg_attribute x WHERE x.attrelid = verdicts AND x.attname = a.attname AND NOT x.attisdropped)
		ORDER BY a.attnum;
		-- without it copies would be events
		IF NOT partitioned AND NOT EXISTS (
			SELECT FROM pg_index x
			WHERE x.indrelid = verdicts AND x.indisunique AND x.indisvalid AND x.indnkeyatts = 2
			AND ARRAY(SELECT a.attname::text FROM unnest(x.indkey::int2[]) k JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k ORDER BY 1) = '{kind,token}') THEN
			RETURN NEXT format('CREATE UNIQUE INDEX ON %s (token, kind) WHERE bounced_at IS NOT NULL', event);
		END IF;
	END IF;

	IF to_regclass(copy) IS NULL THEN
		RETURN NEXT format(
E'CREATE TABLE %s (\n'
'	mail_id %s NOT NULL,\n'
'	ordinal integer NOT NULL,\n'
'	received_at timestamptz NOT NULL,\n'
'	recipient text,\n'
'	kind text,\n'
'	token text,\n'
'	PRIMARY KEY (mail_id, ordinal, received_at)\n'
')%s',
			copy, id_type, split);
		RETURN NEXT format('COMMENT ON TABLE %s IS %L', copy, 'what mail reports that another mail had reported already: the event of the same token and kind');
		IF partitioned THEN
			RETURN NEXT format('CREATE TABLE %I.%I PARTITION OF %s DEFAULT', home, base || '_copy_default', copy);
		END IF;
		RETURN NEXT format('CREATE INDEX ON %s (token, kind)', copy);
	END IF;

	IF partitioned AND to_regclass(token) IS NULL THEN
		RETURN NEXT format(
E'CREATE TABLE %s (\n'
'	token text,\n'
'	kind text,\n'
'	received_at timestamptz NOT NULL,\n'
'	PRIMARY KEY (token, kind)\n'
')', token);
		RETURN NEXT format('COMMENT ON TABLE %s IS %L', token, 'tokens of recent events: a unique index across partitions');
		RETURN NEXT format('CREATE INDEX ON %s (received_at)', token);
		IF verdicts IS NOT NULL THEN
			RETURN NEXT format('INSERT INTO %s SELECT token, kind, max(received_at) FROM %s WHERE token IS NOT NULL AND kind IS NOT NULL AND bounced_at IS NOT NULL GROUP BY token, kind', token, event);
		END IF;
	END IF;

	-- The trigger.
	RETURN NEXT bounce_take_in_ddl(sink, ext, event, copy, CASE WHEN partitioned THEN token END,
								   id_column, received_at_column, bounce_received_at(mails, received_at_column), raw_column, payload_column, rules, all_kinds,
								   bounce_payload(mails, payload_column));
	IF sink_function IS NULL THEN
		RETURN NEXT format('CREATE TRIGGER bounce_take_in AFTER INSERT ON %s FOR EACH ROW EXECUTE FUNCTION %s()', mail, sink);
	END IF;

	RETURN NEXT format(
E'INSERT INTO %s.bounce_inbox (inbox, id_column, received_at_column, raw_column, payload_column, events, copies, tokens, rules, all_kinds, keep_raw)\n'
'VALUES (%L, %L, %L, %L, %L, %L, %L, %L, %L, %L, %L)\n'
'ON CONFLICT (inbox) DO UPDATE SET id_column = excluded.id_column, received_at_column = excluded.received_at_column,\n'
'	raw_column = excluded.raw_column, payload_column = excluded.payload_column, events = excluded.events, copies = excluded.copies,\n'
'	tokens = excluded.tokens, rules = excluded.rules, all_kinds = excluded.all_kinds, keep_raw = excluded.keep_raw',
		ext, mail, id_column, received_at_column, raw_column, payload_column, event, copy, CASE WHEN partitioned THEN token END, rules, all_kinds, keep_raw);

	IF daily THEN
		RETURN QUERY SELECT bounce_daily_ddl(ext, mail, event,
			CASE WHEN verdicts IS NOT NULL
				THEN ARRAY(SELECT bounce_table_name(p.relid) FROM pg_partition_tree(verdicts) p
						   WHERE p.level > 0 AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = p.relid AND t.tgname = 'bounce_mark_insert')
						   ORDER BY bounce_table_name(p.relid) COLLATE "C")
				WHEN partitioned THEN ARRAY[format('%I.%I', event_home, event_base || '_default')] END,
			day, dirty, marker, marker_function IS NULL, verdicts IS NOT NULL);
	END IF;
END $$;

COMMENT ON FUNCTION bounce_inbox_ddl(text, name, name, name, name, text, text, boolean, interval, boolean, boolean, text) IS 'the statements that bounce_create_inbox() executes, to be read, changed or kept with one''s own schema';

-- Makes an inbox, or brings one up to date: what it lacks is made, its trigger's
-- function is written anew.
--
-- inbox				the table's name, to be quoted and qualified as in SQL.
--						Where there is none, it is made: id, received_at,
--						mailbox, raw bytea, payload jsonb.
-- id_column ...		the columns of a table that is there already: its key, of
--						any type; when a mail came in; the mail, bytea or text;
--						what a webhook sent, json or jsonb.  NULL: as registered,
--						else id, received_at, raw and, where there is one, payload.
-- events				the event table's name; <inbox>_event
-- rules				the set of bounce_rule that judges, '' for none; NULL: as
--						registered, else none
-- all_kinds			keep what is no failure, delay or complaint, too
-- keep_raw				how long bounce_expire() leaves the mail; NULL: as
--						registered, else for ever
-- partitioned			make tables that are partitioned by received_at
-- daily				keep a daily summary, see bounce_roll_up()
-- Returns the inbox.
CREATE FUNCTION bounce_create_inbox(
	inbox text,
	id_column name DEFAULT NULL,
	raw_column name DEFAULT NULL,
	received_at_column name DEFAULT NULL,
	payload_column name DEFAULT NULL,
	events text DEFAULT NULL,
	rules text DEFAULT NULL,
	all_kinds boolean DEFAULT NULL,
	keep_raw interval DEFAULT NULL,
	partitioned boolean DEFAULT NULL,
	daily boolean DEFAULT NULL,
	path text DEFAULT pg_catalog.current_setting('search_path')
) RETURNS regclass LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	statements text[];
	statement text;
	made regclass;
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	-- all of them before the first is executed
	statements := ARRAY(SELECT bounce_inbox_ddl(inbox, id_column, raw_column, received_at_column, payload_column,
												events, rules, all_kinds, keep_raw, partitioned, daily, path));
	FOREACH statement IN ARRAY statements LOOP
		EXECUTE statement;
	END LOOP;
	PERFORM set_config('search_path', path, true);
	made := pg_catalog.to_regclass(inbox);
	RETURN made;
END $$;

COMMENT ON FUNCTION bounce_create_inbox(text, name, name, name, name, text, text, boolean, interval, boolean, boolean, text) IS 'makes a table that mail comes into, an event table and the trigger between, or takes a table that is there; returns the inbox';
REVOKE EXECUTE ON FUNCTION bounce_create_inbox(text, name, name, name, name, text, text, boolean, interval, boolean, boolean, text) FROM PUBLIC;

-- Takes away the trigger, its function and the registration.  Mail, events and
-- summaries stay.
CREATE FUNCTION bounce_drop_inbox(inbox regclass) RETURNS void LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO'
AS $$
DECLARE
	box regclass := inbox;
	sink regprocedure;
	redacted_until timestamptz;
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	DELETE FROM bounce_inbox i WHERE i.inbox = box RETURNING i.redacted_until INTO redacted_until;
	IF NOT FOUND THEN
		RAISE EXCEPTION '% is not an inbox', box USING ERRCODE = 'undefined_object', HINT = 'SELECT inbox FROM bounce_inbox tells which tables are.';
	END IF;
	SELECT t.tgfoid INTO sink FROM pg_trigger t WHERE t.tgrelid = box AND t.tgname = 'bounce_take_in';
	IF FOUND THEN
		EXECUTE format('DROP TRIGGER bounce_take_in ON %s', box);
		EXECUTE format('DROP FUNCTION %s', sink);
	END IF;
	IF redacted_until IS NOT NULL THEN
		RAISE NOTICE 'mail of % that came in before % is redacted', box, redacted_until
			USING HINT = format('Where it is made an inbox again: UPDATE bounce_inbox SET redacted_until = %L WHERE inbox = %L::regclass, '
								'before bounce_reclassify() takes pseudonyms for addresses.', redacted_until, bounce_table_name(box));
	END IF;
END $$;

COMMENT ON FUNCTION bounce_drop_inbox(regclass) IS 'takes away an inbox''s trigger and registration; mail and events stay';
REVOKE EXECUTE ON FUNCTION bounce_drop_inbox(regclass) FROM PUBLIC;
