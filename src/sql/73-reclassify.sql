-- The past judged again.

-- The query behind bounce_reclassify(): how each stored mail of an inbox that
-- came in between $1 and $2 is judged now, beside how it was.  One row per event
-- or copy that there is or would be:
--
-- change		same, details (the verdict stays, other columns differ), changed
--				(kind, reason, hardness, fault or advice), added, gone, copy (of an
--				event that stays) or uncopied (a copy that no longer is reported)
-- rekeyed		its token or kind is another
-- was_copy		it was a copy
-- old_...		as it was; rule and the columns of type bounce as they are now
--
-- What a mail reported and reports is matched by recipient.  A mail whose copy
-- is in another time goes with it, so that an event can't get lost that another
-- mail still reports.  Of redacted mail the verdict is judged anew, and what
-- names people stays as it was.
CREATE FUNCTION bounce_reclassify_query(box regclass, rules text)
	RETURNS text LANGUAGE plpgsql STABLE
	-- another style names zones by letters, which may be those of another zone
	SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO'
AS $ddl$
DECLARE
	b record;
	ext text;
	came text;
	content text;
	verdict name[] := '{kind,reason,hard_bounce,fault,advice}';
	-- what bounce_redact() leaves as it is
	kept name[] := verdict || '{action,delivery_status,reply_code,smtp_command,diagnostic_type}';
	columns name[];
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	SELECT * INTO STRICT b FROM bounce_registered(box);
	ext := (SELECT e.extnamespace::regnamespace FROM pg_extension e WHERE e.extname = 'bounce');
	came := bounce_received_at(b.inbox, b.received_at_column);
	content := bounce_has_content(b.inbox, b.raw_column, b.payload_column);
	columns := ARRAY(
		SELECT a.attname FROM pg_attribute a JOIN pg_type t ON t.typrelid = a.attrelid
		WHERE t.oid = to_regtype('bounce') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum);
	RETURN format(
$f$WITH beside AS (
	SELECT c.mail_id, c.received_at FROM %3$s c JOIN %2$s e ON e.token = c.token AND e.kind = c.kind AND e.bounced_at IS NOT NULL
	WHERE %5$s AND NOT %6$s
	UNION
	SELECT e.mail_id, e.received_at FROM %3$s c JOIN %2$s e ON e.token = c.token AND e.kind = c.kind AND e.bounced_at IS NOT NULL
	WHERE %6$s AND NOT %5$s
), mails AS (
	SELECT m.%4$I AS mail_id, %7$s AS received_at FROM %1$s m WHERE %8$s AND (%9$s)
	UNION ALL
	SELECT m.%4$I, %7$s FROM %1$s m JOIN beside b ON b.mail_id = m.%4$I AND b.received_at = %7$s WHERE (%9$s)
), judged AS (
	-- planned by itself, so that it can run in parallel
	SELECT r.mail_id, r.received_at, r.ordinal, r.rule, %24$s FROM (%10$s OFFSET 0) r
	UNION ALL
	SELECT r.mail_id, r.received_at, r.ordinal, r.rule, %24$s FROM (%11$s) r
), fresh AS (
	SELECT j.*, %12$s AS is_redacted,
		row_number() OVER (PARTITION BY j.mail_id, j.received_at, CASE WHEN %12$s THEN '' ELSE coalesce(j.recipient, '') END ORDER BY j.ordinal) AS nth,
		count(*) OVER (PARTITION BY j.mail_id, j.received_at) AS total
	FROM judged j
), stored AS (
	SELECT e.mail_id, e.received_at, e.ordinal, false AS is_copy, e.engine, e.rule, %13$s
	FROM %2$s e JOIN mails m ON m.mail_id = e.mail_id AND m.received_at = e.received_at
	UNION ALL
	SELECT c.mail_id, c.received_at, c.ordinal, true, NULL, NULL, %14$s
	FROM %3$s c JOIN mails m ON m.mail_id = c.mail_id AND m.received_at = c.received_at
), was AS (
	SELECT s.*, %15$s AS is_redacted,
		row_number() OVER (PARTITION BY s.mail_id, s.received_at, CASE WHEN %15$s THEN '' ELSE coalesce(s.recipient, '') END ORDER BY s.ordinal) AS nth,
		count(*) OVER (PARTITION BY s.mail_id, s.received_at) AS total
	FROM stored s
), both_sides AS (
	SELECT coalesce(o.mail_id, n.mail_id) AS mail_id, coalesce(o.received_at, n.received_at) AS received_at,
		o.ordinal AS old_ordinal, n.ordinal AS new_ordinal, o.is_copy, n.mail_id IS NULL AS is_gone,
		n.rule, o.rule AS old_rule, o.engine AS old_engine, o.recipient AS old_recipient, o.reason AS old_reason,
		o.hard_bounce AS old_hard_bounce, o.advice AS old_advice, o.token AS old_token, o.kind AS old_kind,
		CASE WHEN o.is_copy OR n.mail_id IS NULL OR o.mail_id IS NULL THEN false
			WHEN n.is_redacted THEN n.kind IS DISTINCT FROM o.kind
			ELSE (n.token, n.kind, n.bounced_at IS NULL) IS DISTINCT FROM (o.token, o.kind, o.bounced_at IS NULL) END AS rekeyed,
		coalesce(o.is_copy, true) AND n.token IS NOT NULL AND n.bounced_at IS NOT NULL AS may_be_copy,
		(%16$s) IS DISTINCT FROM (%17$s) AS is_other_verdict,
		CASE WHEN n.is_redacted THEN (%18$s) IS DISTINCT FROM (%19$s) ELSE (%20$s) IS DISTINCT FROM (%21$s) END AS is_other,
		%22$s
	FROM was o FULL JOIN fresh n ON n.mail_id = o.mail_id AND n.received_at = o.received_at
		AND CASE WHEN n.is_redacted THEN '' ELSE coalesce(n.recipient, '') END = CASE WHEN o.is_redacted THEN '' ELSE coalesce(o.recipient, '') END
		AND n.nth = o.nth
	WHERE CASE WHEN coalesce(o.is_redacted, n.is_redacted) THEN coalesce(n.total = o.total AND NOT o.is_copy, false) ELSE true END
), known AS (
	SELECT s.*,
		s.may_be_copy AND EXISTS (
			SELECT FROM %2$s e WHERE e.token = s.token AND e.kind = s.kind AND e.bounced_at IS NOT NULL
			AND NOT EXISTS (
				SELECT FROM both_sides l WHERE (l.is_gone AND NOT l.is_copy OR l.rekeyed)
				AND l.mail_id = e.mail_id AND l.received_at = e.received_at AND l.old_ordinal = e.ordinal))
		-- an event that gets that token now goes first
		OR s.may_be_copy AND EXISTS (
			SELECT FROM both_sides l WHERE l.rekeyed AND l.bounced_at IS NOT NULL AND l.token = s.token AND l.kind = s.kind) AS is_live
	FROM both_sides s
), ranked AS (
	SELECT k.*,
		row_number() OVER (PARTITION BY k.may_be_copy, k.is_live, k.token, k.kind ORDER BY k.received_at, k.mail_id, k.new_ordinal) AS turn,
		row_number() OVER (PARTITION BY k.mail_id, k.received_at, k.old_ordinal IS NULL ORDER BY k.new_ordinal) AS late,
		max(k.old_ordinal) OVER (PARTITION BY k.mail_id, k.received_at) AS last_ordinal
	FROM known k
)
SELECT r.mail_id, r.received_at,
	-- what is new comes after what the mail had, which keeps its numbers
	CASE WHEN r.old_ordinal IS NOT NULL THEN r.old_ordinal WHEN r.last_ordinal IS NULL THEN r.new_ordinal ELSE (r.last_ordinal + r.late)::integer END AS ordinal,
	CASE WHEN r.is_gone THEN CASE WHEN r.is_copy THEN 'uncopied' ELSE 'gone' END
		WHEN NOT coalesce(r.is_copy, true) THEN CASE WHEN r.is_other_verdict THEN 'changed' WHEN r.is_other THEN 'details' ELSE 'same' END
		WHEN r.may_be_copy AND (r.is_live OR r.turn > 1) THEN 'copy'
		ELSE 'added' END AS change,
	r.rekeyed, coalesce(r.is_copy, false) AS was_copy, r.rule, r.old_rule, r.old_engine,
	r.old_recipient, r.old_reason, r.old_hard_bounce, r.old_advice, r.old_token, r.old_kind, %23$s
FROM ranked r$f$,
		bounce_table_name(b.inbox), bounce_table_name(b.events), bounce_table_name(b.copies), b.id_column,	-- 1 to 4
		bounce_between('e.received_at'), bounce_between('c.received_at'),	-- 5, 6
		came, bounce_between(came), content,	-- 7 to 9
		bounce_reports_query(ext, format('(SELECT m.* FROM %s m WHERE %s AND (%s)) m', bounce_table_name(b.inbox), bounce_between(came), content),
							 b.id_column, came, b.raw_column, b.payload_column, rules, b.all_kinds, bounce_payload(b.inbox, b.payload_column)),	-- 10
		bounce_reports_query(ext, format('(SELECT m.* FROM %s m JOIN beside b ON b.mail_id = m.%I AND b.received_at = %s WHERE %s) m', bounce_table_name(b.inbox), b.id_column, came, content),
							 b.id_column, came, b.raw_column, b.payload_column, rules, b.all_kinds, bounce_payload(b.inbox, b.payload_column)),	-- 11
		CASE WHEN b.redacted_until IS NULL THEN 'false' ELSE format('(j.received_at < %L)', b.redacted_until) END,	-- 12
		bounce_columns('e.'),	-- 13
		(SELECT string_agg(CASE WHEN c IN ('recipient', 'kind', 'token') THEN 'c.' || c ELSE 'NULL' END, ', ' ORDER BY n) FROM unnest(columns) WITH ORDINALITY u (c, n)),	-- 14
		CASE WHEN b.redacted_until IS NULL THEN 'false' ELSE format('(s.received_at < %L)', b.redacted_until) END,	-- 15
		(SELECT string_agg('o.' || quote_ident(c), ', ') FROM unnest(verdict) c), (SELECT string_agg('n.' || quote_ident(c), ', ') FROM unnest(verdict) c),	-- 16, 17
		(SELECT string_agg('o.' || quote_ident(c), ', ') FROM unnest(kept) c), (SELECT string_agg('n.' || quote_ident(c), ', ') FROM unnest(kept) c),	-- 18, 19
		bounce_columns('o.'), bounce_columns('n.'),	-- 20, 21
		(SELECT string_agg(CASE WHEN b.redacted_until IS NULL OR c = ANY (kept) THEN format('n.%1$I', c)
				ELSE format('CASE WHEN n.is_redacted THEN o.%1$I ELSE n.%1$I END AS %1$I', c) END, ', ' ORDER BY n)
		 FROM unnest(columns) WITH ORDINALITY u (c, n)),	-- 22
		bounce_columns('r.'), bounce_columns('(r.b).'));	-- 23, 24
END $ddl$;

COMMENT ON FUNCTION bounce_reclassify_query(regclass, text) IS 'the query behind bounce_reclassify(): every event of an inbox as it was and as it is judged now';

-- Judges the stored mails of an inbox again and returns what differs from what
-- is stored: one row per event that is changed (in kind, reason, hardness, fault
-- or advice), that differs in details only, is added or gone.
--
-- since, until		mails that came in from then to before then; NULL: no bound
-- apply			also store it.  An event keeps its mail_id and ordinal, columns
--					of your own are left alone; all are stamped with bounce_engine().
-- rules			the set of bounce_rule to judge by; NULL: the inbox's own, '': none
--
-- "release" is true where by this event an address was to be removed, and now
-- neither by it nor by any other that is stored.  Mail that was erased can't be
-- judged: its events stay as they are.
CREATE FUNCTION bounce_reclassify(
	inbox regclass,
	since timestamptz DEFAULT NULL,
	until timestamptz DEFAULT NULL,
	apply boolean DEFAULT false,
	rules text DEFAULT NULL
) RETURNS TABLE (
	mail_id text,
	ordinal integer,
	received_at timestamptz,
	recipient text,
	change text,
	old_reason text,
	new_reason text,
	old_hard_bounce boolean,
	new_hard_bounce boolean,
	old_advice text,
	new_advice text,
	release boolean,
	old_engine text,
	new_engine text,
	old_rule text,
	new_rule text
) LANGUAGE plpgsql ROWS 100
	SET search_path = pg_catalog, pg_temp
	-- what takes the time is C already
	SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	box record;
	query text;
	result text := $f$
		WITH r AS MATERIALIZED (
			SELECT q.*, CASE WHEN q.change = 'gone' THEN q.old_recipient ELSE q.recipient END AS address,
				coalesce(q.old_hard_bounce OR q.old_advice = 'remove', false) AS was_bad,
				coalesce(q.hard_bounce OR q.advice = 'remove', false) AS is_bad
			FROM %1$s q
			WHERE q.change IN ('changed', 'details', 'added', 'gone')
		)
		SELECT r.mail_id::text, r.ordinal, r.received_at, r.address, r.change,
			r.old_reason, r.reason, r.old_hard_bounce, r.hard_bounce, r.old_advice, r.advice,
			r.was_bad AND NOT r.is_bad
			AND NOT EXISTS (SELECT FROM r x WHERE x.is_bad AND x.address = r.address)
			AND NOT EXISTS (
				SELECT FROM %2$s e WHERE e.recipient = r.address AND (e.hard_bounce OR e.advice = 'remove')
				AND NOT EXISTS (SELECT FROM r x WHERE x.mail_id = e.mail_id AND x.received_at = e.received_at AND x.ordinal = e.ordinal)),
			r.old_engine, CASE WHEN r.change <> 'gone' THEN bounce_engine() END, r.old_rule, r.rule
		FROM r
		ORDER BY r.received_at, r.mail_id, r.ordinal$f$;
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	SELECT * INTO STRICT box FROM bounce_registered(inbox) b;
	query := bounce_reclassify_query(inbox, nullif(coalesce(rules, box.rules), ''));
	IF NOT coalesce(apply, false) THEN
		RETURN QUERY EXECUTE format(result, '(' || query || ')', bounce_table_name(box.events)) USING since, until;
		RETURN;
	END IF;

	-- one at a time; mail goes on coming in meanwhile
	PERFORM pg_advisory_xact_lock(hashtext('bounce_reclassify'), inbox::oid::integer);
	EXECUTE 'CREATE TEMPORARY TABLE bounce_rejudged ON COMMIT DROP AS ' || query USING since, until;
	PERFORM bounce_store_rejudged(box.events, box.copies, box.tokens);
	RETURN QUERY EXECUTE format(result, 'pg_temp.bounce_rejudged', bounce_table_name(box.events));
	DROP TABLE pg_temp.bounce_rejudged;
END $$;

COMMENT ON FUNCTION bounce_reclassify(regclass, timestamptz, timestamptz, boolean, text) IS 'judges the stored mails of an inbox again: old and new verdict side by side where they differ, stored as well if told so';
REVOKE EXECUTE ON FUNCTION bounce_reclassify(regclass, timestamptz, timestamptz, boolean, text) FROM PUBLIC;

-- The half of bounce_reclassify() that writes: brings the tables to what
-- pg_temp.bounce_rejudged says.
CREATE FUNCTION bounce_store_rejudged(events regclass, copies regclass, tokens regclass) RETURNS void LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	event text;
	copy text;
	columns text;
	own text[];					-- columns that are the user's, quoted
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	event := bounce_table_name(events);
	own := ARRAY(
		SELECT quote_ident(a.attname) FROM pg_attribute a
		WHERE a.attrelid = events AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
		AND a.attname NOT IN ('mail_id', 'ordinal', 'received_at', 'engine', 'rule')
		AND NOT EXISTS (SELECT FROM pg_attribute b JOIN pg_type t ON t.typrelid = b.attrelid WHERE t.oid = to_regtype('bounce') AND b.attname = a.attname));
	copy := bounce_table_name(copies);
	columns := bounce_columns();

	-- what leaves its place under the unique index makes room first, and comes back with the user's columns as they were
	IF own <> '{}' THEN
		EXECUTE format($f$
			CREATE TEMPORARY TABLE bounce_rekeyed ON COMMIT DROP AS
			SELECT e.mail_id, e.received_at, e.ordinal, %s
			FROM %s e JOIN pg_temp.bounce_rejudged r ON e.mail_id = r.mail_id AND e.received_at = r.received_at AND e.ordinal = r.ordinal
			WHERE r.rekeyed$f$, 'e.' || array_to_string(own, ', e.'), event);
	END IF;
	EXECUTE format($f$
		DELETE FROM %s e USING pg_temp.bounce_rejudged r
		WHERE (r.change = 'gone' OR r.rekeyed) AND e.mail_id = r.mail_id AND e.received_at = r.received_at AND e.ordinal = r.ordinal$f$, event);
	IF tokens IS NOT NULL THEN
		EXECUTE format($f$
			DELETE FROM %s t USING pg_temp.bounce_rejudged r
			WHERE (r.change = 'gone' OR r.rekeyed) AND t.token = r.old_token AND t.kind = r.old_kind$f$, bounce_table_name(tokens));
		-- a token whose event was deleted by hand
		EXECUTE format($f$
			DELETE FROM %s t USING pg_temp.bounce_rejudged r
			WHERE (r.change = 'added' OR r.rekeyed) AND t.token = r.token AND t.kind = r.kind
			AND NOT EXISTS (SELECT FROM %s e WHERE e.token = t.token AND e.kind = t.kind AND e.bounced_at IS NOT NULL)$f$,
			bounce_table_name(tokens), event);
	END IF;
	EXECUTE format($f$
		UPDATE %s e SET (engine, rule, %s) = ROW (bounce_engine(), r.rule, %s)
		FROM pg_temp.bounce_rejudged r
		WHERE r.change IN ('changed', 'details', 'same') AND NOT r.rekeyed
		AND (r.change <> 'same' OR (e.engine, e.rule) IS DISTINCT FROM (bounce_engine(), r.rule))
		AND e.mail_id = r.mail_id AND e.received_at = r.received_at AND e.ordinal = r.ordinal$f$,
		event, columns, bounce_columns('r.'));
	EXECUTE format($f$
		DELETE FROM %s c USING pg_temp.bounce_rejudged r
		WHERE r.was_copy AND c.mail_id = r.mail_id AND c.received_at = r.received_at AND c.ordinal = r.ordinal$f$, copy);

	-- new events; what meets one that came in meanwhile is a copy of it
	EXECUTE format(CASE WHEN tokens IS NULL THEN $f$
		WITH come AS (
			INSERT INTO %1$s (mail_id, ordinal, received_at, engine, rule, %3$s)
			SELECT r.mail_id, r.ordinal, r.received_at, bounce_engine(), r.rule, %4$s
			FROM pg_temp.bounce_rejudged r
			WHERE r.change IN ('added', 'copy') OR r.rekeyed
			ORDER BY r.change = 'copy', r.token, NOT r.rekeyed
			ON CONFLICT DO NOTHING RETURNING mail_id, ordinal, received_at)
		INSERT INTO %2$s (mail_id, ordinal, received_at, recipient, kind, token)
		SELECT r.mail_id, r.ordinal, r.received_at, r.recipient, r.kind, r.token
		FROM pg_temp.bounce_rejudged r
		WHERE (r.change IN ('added', 'copy') OR r.rekeyed)
		AND NOT EXISTS (SELECT FROM come c WHERE c.mail_id = r.mail_id AND c.received_at = r.received_at AND c.ordinal = r.ordinal)
		ON CONFLICT DO NOTHING$f$
	ELSE $f$
		WITH free AS (
			INSERT INTO %5$s (token, kind, received_at)
			SELECT DISTINCT ON (r.token, r.kind) r.token, r.kind, r.received_at
			FROM pg_temp.bounce_rejudged r
			WHERE (r.change = 'added' OR r.rekeyed) AND r.token IS NOT NULL AND r.bounced_at IS NOT NULL
			ORDER BY r.token, r.kind, r.received_at, r.mail_id, r.ordinal
			ON CONFLICT DO NOTHING RETURNING token, kind),
		come AS (
			INSERT INTO %1$s (mail_id, ordinal, received_at, engine, rule, %3$s)
			SELECT r.mail_id, r.ordinal, r.received_at, bounce_engine(), r.rule, %4$s
			FROM (SELECT r.*, row_number() OVER (PARTITION BY r.token, r.kind ORDER BY NOT r.rekeyed, r.received_at, r.mail_id, r.ordinal) AS turn
				  FROM pg_temp.bounce_rejudged r WHERE r.change = 'added' OR r.rekeyed) r
			WHERE r.token IS NULL OR r.bounced_at IS NULL
			OR r.turn = 1 AND EXISTS (SELECT FROM free f WHERE f.token = r.token AND f.kind = r.kind)
			ON CONFLICT DO NOTHING RETURNING mail_id, ordinal, received_at)
		INSERT INTO %2$s (mail_id, ordinal, received_at, recipient, kind, token)
		SELECT r.mail_id, r.ordinal, r.received_at, r.recipient, r.kind, r.token
		FROM pg_temp.bounce_rejudged r
		WHERE (r.change IN ('added', 'copy') OR r.rekeyed)
		AND NOT EXISTS (SELECT FROM come c WHERE c.mail_id = r.mail_id AND c.received_at = r.received_at AND c.ordinal = r.ordinal)
		ON CONFLICT DO NOTHING$f$ END,
		event, copy, columns, bounce_columns('r.'), bounce_table_name(tokens));

	IF own <> '{}' THEN
		EXECUTE format($f$
			UPDATE %s e SET (%s) = ROW (%s)
			FROM pg_temp.bounce_rekeyed k
			WHERE e.mail_id = k.mail_id AND e.received_at = k.received_at AND e.ordinal = k.ordinal$f$,
			event, array_to_string(own, ', '), 'k.' || array_to_string(own, ', k.'));
		DROP TABLE pg_temp.bounce_rekeyed;
	END IF;
END $$;

COMMENT ON FUNCTION bounce_store_rejudged(regclass, regclass, regclass) IS 'the half of bounce_reclassify() that writes';
REVOKE EXECUTE ON FUNCTION bounce_store_rejudged(regclass, regclass, regclass) FROM PUBLIC;
