-- What becomes of stored mail: counted, redacted, erased, partitioned.

-- The mails of an inbox that came in from "since" to before "until" (NULL: no
-- bound), by what they gave.  mails = reporting + repeating + silent.
CREATE FUNCTION bounce_inbox_status(
	inbox regclass,
	since timestamptz DEFAULT NULL,
	until timestamptz DEFAULT NULL,
	OUT mails bigint,
	OUT reporting bigint,
	OUT repeating bigint,
	OUT silent bigint,
	OUT erased bigint,
	OUT events bigint,
	OUT undecided bigint,
	OUT copies bigint
) LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	box record;
	came text;
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	SELECT * INTO STRICT box FROM bounce_registered(inbox) b;
	came := bounce_received_at(box.inbox, box.received_at_column);
	EXECUTE format($f$
		SELECT count(*),
			count(*) FILTER (WHERE e.mail_id IS NOT NULL),
			count(*) FILTER (WHERE e.mail_id IS NULL AND c.mail_id IS NOT NULL),
			count(*) FILTER (WHERE e.mail_id IS NULL AND c.mail_id IS NULL),
			count(*) FILTER (WHERE NOT (%7$s)),
			coalesce(sum(e.n), 0), coalesce(sum(e.undecided), 0), coalesce(sum(c.n), 0)
		FROM %1$s m
		LEFT JOIN (SELECT mail_id, received_at, count(*) AS n, count(*) FILTER (WHERE reason IN ('undefined', 'onhold')) AS undecided
				   FROM %2$s WHERE %5$s GROUP BY 1, 2) e ON e.mail_id = m.%4$I AND e.received_at = %8$s
		LEFT JOIN (SELECT mail_id, received_at, count(*) AS n
				   FROM %3$s WHERE %5$s GROUP BY 1, 2) c ON c.mail_id = m.%4$I AND c.received_at = %8$s
		WHERE %6$s$f$,
		bounce_table_name(box.inbox), bounce_table_name(box.events), bounce_table_name(box.copies), box.id_column,
		bounce_between('received_at'), bounce_between(came), bounce_has_content(box.inbox, box.raw_column, box.payload_column), came)
	INTO mails, reporting, repeating, silent, erased, events, undecided, copies
	USING since, until;
END $$;

COMMENT ON FUNCTION bounce_inbox_status(regclass, timestamptz, timestamptz) IS 'counts the mails of an inbox: those that reported something, those that only repeat, those that gave nothing, and what of them is kept';

-- The registration of an inbox; an error where there is none.
CREATE FUNCTION bounce_registered(box regclass) RETURNS SETOF bounce_inbox LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	RETURN QUERY SELECT i.* FROM bounce_inbox i WHERE i.inbox = box;
	IF NOT FOUND THEN
		RAISE EXCEPTION '% is not an inbox', coalesce(box::text, 'NULL')
			USING ERRCODE = 'undefined_object', HINT = 'SELECT inbox FROM bounce_inbox tells which tables are; bounce_create_inbox() makes one.';
	END IF;
END $$;

COMMENT ON FUNCTION bounce_registered(regclass) IS 'the registration of an inbox; an error where there is none';

-- A condition for a time between $1 and $2, NULLs of which are no bounds.
CREATE FUNCTION bounce_between(expression text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
	SELECT pg_catalog.replace('(($1 IS NULL OR @ >= $1) AND ($2 IS NULL OR @ < $2))', '@', expression)
$$;

COMMENT ON FUNCTION bounce_between(text) IS 'a condition for a time between $1 and $2';

-- A condition for a mail of m that was not erased.  A column that must not be
-- null is erased by emptying it.
CREATE FUNCTION bounce_has_content(inbox regclass, raw_column name, payload_column name) RETURNS text LANGUAGE sql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT string_agg(CASE WHEN a.attnotnull OR t.typnotnull
			THEN format(CASE WHEN a.attname = payload_column THEN '(m.%1$I IS NOT NULL AND m.%1$I::text <> ''null'')' ELSE '(m.%1$I IS NOT NULL AND m.%1$I <> '''')' END, a.attname)
			ELSE format('m.%I IS NOT NULL', a.attname) END, ' OR ' ORDER BY a.attname = payload_column)
	FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
	WHERE a.attrelid = inbox AND a.attname IN (raw_column, payload_column) AND NOT a.attisdropped
$$;

COMMENT ON FUNCTION bounce_has_content(regclass, name, name) IS 'a condition for a mail of m that was not erased';

-- Erases and redacts mail by what bounce_inbox says (keep_raw, redact_after) of
-- one inbox, or of all of them; verdicts stay.  A call does at most "batch" mails
-- of each inbox, so that no transaction gets big: call it, and commit, until it
-- counts nothing.  Mails that another session has locked are left for the next
-- call; two sessions may run it at the same time.
CREATE FUNCTION bounce_expire(
	inbox regclass DEFAULT NULL,
	as_of timestamptz DEFAULT now(),
	batch integer DEFAULT 10000
) RETURNS TABLE (expired regclass, erased bigint, redacted bigint, tokens bigint) LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	box record;
	came text;
	content text;
	began timestamptz;
	last timestamptz;
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	IF inbox IS NOT NULL THEN
		PERFORM bounce_registered(inbox);
	END IF;
	IF as_of IS NULL OR batch IS NULL OR batch < 1 THEN
		RAISE EXCEPTION 'as_of must not be null, and batch must be positive' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	FOR box IN
		SELECT i.* FROM bounce_inbox i JOIN pg_class c ON c.oid = i.inbox
		-- other sessions' temporary ones can't be read
		WHERE CASE WHEN inbox IS NULL THEN NOT pg_is_other_temp_schema(c.relnamespace) ELSE i.inbox = inbox END
		ORDER BY bounce_table_name(i.inbox) COLLATE "C"
	LOOP
		expired := box.inbox;
		erased := 0;
		redacted := 0;
		tokens := 0;
		came := bounce_received_at(box.inbox, box.received_at_column);
		content := bounce_has_content(box.inbox, box.raw_column, box.payload_column);

		IF box.keep_raw IS NOT NULL THEN
			EXECUTE format($f$
				WITH old AS MATERIALIZED (
					SELECT m.tableoid AS part, m.ctid AS row FROM %1$s m WHERE %2$s < $1 AND (%3$s)
					ORDER BY %2$s LIMIT $2 FOR UPDATE SKIP LOCKED)
				UPDATE %1$s m SET %4$s FROM old WHERE m.tableoid = old.part AND m.ctid = old.row$f$,
				bounce_table_name(box.inbox), came, content,
				(SELECT string_agg(format('%I = %s', a.attname,
						CASE WHEN NOT (a.attnotnull OR t.typnotnull) THEN 'NULL' WHEN a.attname = box.payload_column THEN '''null''' ELSE '''''' END), ', ')
				 FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = box.inbox AND a.attname IN (box.raw_column, box.payload_column) AND NOT a.attisdropped))
			USING as_of - box.keep_raw, batch;
			GET DIAGNOSTICS erased = ROW_COUNT;
		END IF;

		IF box.redact_after IS NOT NULL AND as_of - box.redact_after > coalesce(box.redact_again_from, box.redacted_until, '-infinity') THEN
			-- one session at a time moves the mark
			SELECT i.* INTO box FROM bounce_inbox i WHERE i.inbox = box.inbox FOR UPDATE SKIP LOCKED;
			IF FOUND THEN
				began := coalesce(box.redact_again_from, box.redacted_until, '-infinity');
				EXECUTE format('SELECT %2$s FROM %1$s m WHERE %2$s >= $1 AND %2$s < $2 AND (%3$s) ORDER BY %2$s OFFSET $3 - 1 LIMIT 1',
							   bounce_table_name(box.inbox), came, content)
				INTO last USING began, as_of - box.redact_after, batch;
				-- mails of the same time go together
				last := coalesce(last + interval '1 microsecond', as_of - box.redact_after);
				EXECUTE format('UPDATE %1$s m SET %4$s WHERE %2$s >= $1 AND %2$s < $2 AND (%3$s)',
							   bounce_table_name(box.inbox), came, content,
							   (SELECT string_agg(format(CASE
										WHEN a.attname = box.raw_column THEN '%1$I = bounce_redact(m.%1$I)'
										WHEN a.attnotnull OR t.typnotnull THEN '%1$I = ''null'''
										ELSE '%1$I = NULL' END, a.attname), ', ')
								FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = box.inbox AND a.attname IN (box.raw_column, box.payload_column) AND NOT a.attisdropped))
				USING began, last;
				GET DIAGNOSTICS redacted = ROW_COUNT;
				UPDATE bounce_inbox i
				SET redacted_until = greatest(i.redacted_until, last), redact_again_from = CASE WHEN last < i.redacted_until THEN last END
				WHERE i.inbox = box.inbox;
			END IF;
		END IF;

		IF box.tokens IS NOT NULL THEN
			EXECUTE format($f$
				WITH old AS MATERIALIZED (
					SELECT t.ctid AS row FROM %1$s t WHERE t.received_at < $1 ORDER BY t.received_at LIMIT $2 FOR UPDATE SKIP LOCKED)
				DELETE FROM %1$s t USING old WHERE t.ctid = old.row$f$, bounce_table_name(box.tokens))
			USING as_of - box.keep_tokens, batch;
			GET DIAGNOSTICS tokens = ROW_COUNT;
		END IF;
		RETURN NEXT;
	END LOOP;
END $$;

COMMENT ON FUNCTION bounce_expire(regclass, timestamptz, integer) IS 'erases and redacts the mail whose time in an inbox is over, a batch a call; its verdicts stay';
REVOKE EXECUTE ON FUNCTION bounce_expire(regclass, timestamptz, integer) FROM PUBLIC;

-- The statements that add partitions to a partitioned inbox, its events and its
-- copies, from one day (UTC) to before another, each "step" long.
CREATE FUNCTION bounce_partition_ddl(inbox regclass, since date, until date, step interval DEFAULT '1 month')
	RETURNS SETOF text LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	box record;
	parents oid[];
	parent record;
	marker text;				-- the function that marks days, quoted
	low timestamp;
	high timestamp;
	part text;
	n bigint := 0;
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	SELECT * INTO STRICT box FROM bounce_registered(inbox) b;
	IF NOT isfinite(until) THEN
		RAISE EXCEPTION 'until must be finite' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF since IS NULL OR until IS NULL OR step IS NULL OR date_trunc('day', since + step) <> since + step OR since + step <= since THEN
		RAISE EXCEPTION 'step must be a number of days, months or years' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	parents := ARRAY(
		SELECT p.partrelid FROM unnest(ARRAY[box.inbox, box.events, box.copies]) WITH ORDINALITY t (oid, n)
		JOIN pg_partitioned_table p ON p.partrelid = t.oid
		JOIN pg_attribute a ON a.attrelid = p.partrelid
			AND a.attname = CASE WHEN t.oid = box.inbox THEN box.received_at_column ELSE 'received_at' END
		WHERE p.partstrat = 'r' AND p.partattrs::text = a.attnum::text
		ORDER BY t.n);
	IF parents = '{}' THEN
		RAISE EXCEPTION 'neither % nor % is partitioned by the time at which mail came in', box.inbox, box.events
			USING ERRCODE = 'wrong_object_type', HINT = 'bounce_create_inbox(..., partitioned => true) makes tables that are.';
	END IF;
	SELECT bounce_function_name(t.tgfoid) INTO marker FROM pg_trigger t WHERE t.tgrelid = box.events AND t.tgname = 'bounce_mark_insert';
	LOOP
		-- from the first day, so that the 31st stays the last of each month
		low := since + n * step;
		high := since + (n + 1) * step;
		EXIT WHEN low >= until;
		FOR parent IN
			SELECT t.oid, ns.nspname, c.relname FROM unnest(parents) WITH ORDINALITY t (oid, n)
			JOIN pg_class c ON c.oid = t.oid JOIN pg_namespace ns ON ns.oid = c.relnamespace ORDER BY t.n
		LOOP
			part := parent.relname || to_char(low, '_YYYYMMDD');
			IF octet_length(part) > 63 THEN
				RAISE EXCEPTION 'the name "%" is too long', part USING ERRCODE = 'name_too_long';
			END IF;
			IF to_regclass(format('%I.%I', parent.nspname, part)) IS NULL THEN
				RETURN NEXT format('CREATE TABLE %I.%I PARTITION OF %I.%I FOR VALUES FROM (%L) TO (%L)',
								   parent.nspname, part, parent.nspname, parent.relname, to_char(low, 'YYYY-MM-DD') || ' 00:00+00', to_char(least(high, until), 'YYYY-MM-DD') || ' 00:00+00');
				IF parent.oid = box.events THEN
					RETURN QUERY SELECT bounce_mark_ddl(format('%I.%I', parent.nspname, part), marker, true);
				END IF;
			END IF;
		END LOOP;
		n := n + 1;
	END LOOP;
END $$;

COMMENT ON FUNCTION bounce_partition_ddl(regclass, date, date, interval) IS 'the statements that bounce_add_partitions() executes';

-- Executes them and returns how many tables were made.
CREATE FUNCTION bounce_add_partitions(inbox regclass, since date, until date, step interval DEFAULT '1 month')
	RETURNS integer LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	statements text[];
	statement text;
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	statements := ARRAY(SELECT bounce_partition_ddl(inbox, since, until, step));
	FOREACH statement IN ARRAY statements LOOP
		EXECUTE statement;
	END LOOP;
	RETURN (SELECT count(*) FROM unnest(statements) s WHERE s LIKE 'CREATE TABLE %');
END $$;

COMMENT ON FUNCTION bounce_add_partitions(regclass, date, date, interval) IS 'adds partitions to a partitioned inbox, its events and its copies; returns how many tables were made';
REVOKE EXECUTE ON FUNCTION bounce_add_partitions(regclass, date, date, interval) FROM PUBLIC;
