-- What many events say: summaries, alarms, use of the rules.

-- The statements that have the changes of an event table, or of one of its
-- partitions, mark their days.  The triggers of a statement are those of the table
-- that it names, so that each partition needs its own.
CREATE FUNCTION bounce_mark_ddl(event text, marker text, is_partition boolean) RETURNS SETOF text LANGUAGE sql IMMUTABLE STRICT
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format('CREATE TRIGGER bounce_mark_%s AFTER %s ON %s REFERENCING %s FOR EACH STATEMENT EXECUTE FUNCTION %s(%s)',
				  verb, upper(verb COLLATE "C"), event, tables, marker, CASE WHEN is_partition THEN '''partition''' ELSE '' END)
	FROM (VALUES (1, 'insert', 'NEW TABLE AS come'), (2, 'update', 'OLD TABLE AS gone NEW TABLE AS come'), (3, 'delete', 'OLD TABLE AS gone')) v (n, verb, tables)
	ORDER BY n
$$;

COMMENT ON FUNCTION bounce_mark_ddl(text, text, boolean) IS 'the statements that have the changes of an event table, or of one of its partitions, mark their days';

-- The statements that make a daily summary of an event table.  "partitions": those
-- that mark no days yet; "is_new": it had no summary; "fill": it has events already,
-- which the first roll-up is to count.
CREATE FUNCTION bounce_daily_ddl(ext text, mail text, event text, partitions text[], day text, dirty text, marker text, is_new boolean, fill boolean)
	RETURNS SETOF text LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $ddl$
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	IF to_regclass(day) IS NULL THEN
		RETURN NEXT format(
E'CREATE TABLE %s (\n'
'	day date,\n'
'	sender_domain text,\n'
'	provider text,\n'
'	host_group text,\n'
'	kind text,\n'
'	reason text,\n'
'	n bigint NOT NULL,\n'
'	hard bigint NOT NULL,\n'
'	addresses bigint NOT NULL,\n'
'	PRIMARY KEY (day, sender_domain, provider, host_group, kind, reason)\n'
')', day);
		RETURN NEXT format('COMMENT ON TABLE %s IS %L', day, 'events per day (UTC), sender domain, provider, host group, kind and reason, kept by bounce_roll_up(); an empty text where it is not known');
		RETURN NEXT format('COMMENT ON COLUMN %s.n IS %L', day, 'events');
		RETURN NEXT format('COMMENT ON COLUMN %s.hard IS %L', day, 'of them hard bounces');
		RETURN NEXT format('COMMENT ON COLUMN %s.addresses IS %L', day, 'different recipients');
	END IF;
	IF to_regclass(dirty) IS NULL THEN
		-- rows are only ever added, so that sessions never wait for each other here
		RETURN NEXT format('CREATE TABLE %s (day date NOT NULL)', dirty);
		-- without a key it could not be deleted from where all tables are published
		RETURN NEXT format('ALTER TABLE %s REPLICA IDENTITY FULL', dirty);
		RETURN NEXT format('COMMENT ON TABLE %s IS %L', dirty, 'days whose events changed since the last bounce_roll_up()');
	END IF;
	RETURN NEXT format(
E'CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql\n'
'	SET search_path = pg_catalog, pg_temp\n'
'AS %s', marker, bounce_body(format($f$
BEGIN
	-- the sums of a partition that was taken off stay as they are
	IF TG_NARGS > 0 AND NOT (SELECT c.relispartition FROM pg_class c WHERE c.oid = TG_RELID) THEN
		RETURN NULL;
	END IF;
	IF TG_OP <> 'INSERT' THEN
		INSERT INTO %1$s SELECT DISTINCT (received_at AT TIME ZONE 'UTC')::date FROM gone;
	END IF;
	IF TG_OP <> 'DELETE' THEN
		INSERT INTO %1$s SELECT DISTINCT (received_at AT TIME ZONE 'UTC')::date FROM come;
	END IF;
	RETURN NULL;
END $f$, dirty), 'mark'));
	IF is_new THEN
		RETURN QUERY SELECT bounce_mark_ddl(event, marker, false);
		IF fill THEN
			RETURN NEXT format('INSERT INTO %s SELECT DISTINCT (received_at AT TIME ZONE ''UTC'')::date FROM %s', dirty, event);
		END IF;
	END IF;
	RETURN QUERY SELECT d.statement FROM unnest(partitions) WITH ORDINALITY p (name, n), bounce_mark_ddl(p.name, marker, true) WITH ORDINALITY d (statement, n) ORDER BY p.n, d.n;
	RETURN NEXT format('UPDATE %s.bounce_inbox SET daily = %L, dirty = %L WHERE inbox = %L::regclass', ext, day, dirty, mail);
END $ddl$;

COMMENT ON FUNCTION bounce_daily_ddl(text, text, text, text[], text, text, text, boolean, boolean) IS 'the statements that make a daily summary of an event table';

-- Brings the daily summary of an inbox up to date: counts those days anew whose
-- events changed since the last call, whatever changed them (mail that came in,
-- also with an old date, bounce_reclassify(), an UPDATE or DELETE by hand).
-- Returns the number of these days.  What is not committed when it runs is
-- counted by the next call; calls at the same time wait for each other, readers
-- for none.
CREATE FUNCTION bounce_roll_up(inbox regclass) RETURNS integer LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	box record;
	days date[];
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	SELECT * INTO STRICT box FROM bounce_registered(inbox) b;
	IF box.daily IS NULL OR box.dirty IS NULL THEN
		RAISE EXCEPTION 'inbox % has no daily summary', inbox
			USING ERRCODE = 'undefined_table', HINT = format('SELECT bounce_create_inbox(%L, daily => true) makes one.', inbox);
	END IF;
	EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', bounce_table_name(box.daily));
	-- marks first, events later: what comes in between is counted now and marked for the next time
	EXECUTE format('WITH taken AS (DELETE FROM %s RETURNING day) SELECT array_agg(DISTINCT day) FROM taken', bounce_table_name(box.dirty)) INTO days;
	EXECUTE format('DELETE FROM %s WHERE day = ANY ($1)', bounce_table_name(box.daily)) USING days;
	EXECUTE format($f$
		INSERT INTO %s (day, sender_domain, provider, host_group, kind, reason, n, hard, addresses)
		SELECT d.day, coalesce(e.sender_domain, ''), coalesce(e.provider, ''), coalesce(e.host_group, ''), coalesce(e.kind, ''), coalesce(e.reason, ''),
			count(*), count(*) FILTER (WHERE e.hard_bounce), count(DISTINCT e.recipient)
		FROM unnest($1) d (day)
		JOIN %s e ON e.received_at >= d.day::timestamp AT TIME ZONE 'UTC' AND e.received_at < (d.day + 1)::timestamp AT TIME ZONE 'UTC'
		GROUP BY 1, 2, 3, 4, 5, 6$f$, bounce_table_name(box.daily), bounce_table_name(box.events)) USING days;
	RETURN coalesce(cardinality(days), 0);
END $$;

COMMENT ON FUNCTION bounce_roll_up(regclass) IS 'counts those days of an inbox''s daily summary anew whose events changed; returns how many';
REVOKE EXECUTE ON FUNCTION bounce_roll_up(regclass) FROM PUBLIC;

-- Alarms that were raised, so that they are not repeated all the time.
CREATE TABLE bounce_alarm_raised (
	events regclass,
	provider text,
	sender text,
	raised_at timestamptz NOT NULL,
	PRIMARY KEY (events, provider, sender)
);

COMMENT ON TABLE bounce_alarm_raised IS 'alarms that bounce_alarm() raised of late';

-- Which providers refuse mail of which senders of ours far more often than they
-- use to, in the "span" before as_of: at least "minimum" times and more than
-- "factor" times as often as in the "history" before that (or as much of it as
-- there is).  Each is also told to those who LISTEN to "channel", as JSON, but not
-- again within the span: "notified" says whether it was.
--
-- events			a table or view with received_at and columns of type bounce
-- sender_column	what tells the senders apart: sender_domain, lhost, listed_ip,
--					or a column of a view of your own, such as the sending address
-- reasons			that count; NULL: those by which a sender is refused
CREATE FUNCTION bounce_alarm(
	events regclass,
	as_of timestamptz DEFAULT now(),
	span interval DEFAULT '15 minutes',
	factor numeric DEFAULT 10,
	minimum bigint DEFAULT 20,
	history interval DEFAULT '7 days',
	sender_column name DEFAULT 'sender_domain',
	reasons text[] DEFAULT NULL,
	channel text DEFAULT 'bounce_alarm'
) RETURNS TABLE (
	provider text,
	sender text,
	reason text,
	n bigint,
	usual numeric,
	last timestamptz,
	sample text,
	notified boolean
) LANGUAGE plpgsql ROWS 10
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	alarm record;
	began timestamptz := as_of - span;
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	IF as_of IS NULL OR span IS NULL OR history IS NULL OR as_of - span >= as_of OR as_of - history > as_of THEN
		RAISE EXCEPTION 'span must be positive, and history not negative' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	-- the history is read only where there is something to compare with it
	FOR alarm IN EXECUTE format($f$
		WITH w AS MATERIALIZED (
			SELECT coalesce(e.provider, e.destination, '') AS provider, coalesce(e.%2$I::text, '') AS sender,
				mode() WITHIN GROUP (ORDER BY e.reason COLLATE "C") AS reason, count(*) AS n, max(e.received_at) AS last,
				(array_agg(e.diagnostic_code ORDER BY e.received_at DESC, e.diagnostic_code COLLATE "C"))[1] AS sample
			FROM %1$s e
			WHERE e.received_at >= $2 AND e.received_at < $3 AND e.reason = ANY ($4)
			GROUP BY 1, 2 HAVING count(*) >= $6
		), before AS (
			SELECT coalesce(e.provider, e.destination, '') AS provider, coalesce(e.%2$I::text, '') AS sender, count(*) AS n
			FROM %1$s e
			WHERE (SELECT count(*) FROM w) > 0 AND e.received_at >= $1 AND e.received_at < $2 AND e.reason = ANY ($4)
			GROUP BY 1, 2
		), spans AS MATERIALIZED (
			-- how many there were before this one, of a young table less than the history has
			SELECT greatest(1, extract(epoch FROM $2 - CASE
				WHEN EXISTS (SELECT FROM %1$s e WHERE e.received_at < $1) THEN $1
				ELSE coalesce((SELECT min(e.received_at) FROM %1$s e WHERE e.received_at < $2), $2) END)::numeric / extract(epoch FROM $5)::numeric) AS n
			WHERE (SELECT count(*) FROM w) > 0
		)
		SELECT w.*, coalesce(b.n, 0) / s.n AS usual
		FROM w LEFT JOIN before b ON b.provider = w.provider AND b.sender = w.sender CROSS JOIN spans s
		WHERE w.n > $7 * coalesce(b.n, 0) / s.n
		ORDER BY w.n DESC, w.provider COLLATE "C", w.sender COLLATE "C"$f$, bounce_table_name(events), sender_column)
	USING began - history, began, as_of, coalesce(reasons, '{blocked,badreputation,spamdetected,ratelimited,authfailure}'), span, minimum, factor
	LOOP
		provider := alarm.provider;
		sender := alarm.sender;
		reason := alarm.reason;
		n := alarm.n;
		usual := round(alarm.usual, 2);
		last := alarm.last;
		sample := alarm.sample;
		INSERT INTO bounce_alarm_raised AS r VALUES (events, alarm.provider, alarm.sender, as_of)
		ON CONFLICT ON CONSTRAINT bounce_alarm_raised_pkey DO UPDATE SET raised_at = excluded.raised_at
			WHERE r.raised_at <= excluded.raised_at - span;
		notified := FOUND;
		IF notified THEN
			-- a payload has less than 8,000 bytes
			PERFORM pg_notify(channel, json_build_object('events', events::text, 'provider', provider, 'sender', left(sender, 500), 'reason', reason,
				'n', n, 'usual', usual, 'span', span::text, 'as_of', as_of, 'sample', left(sample, 500))::text);
		END IF;
		RETURN NEXT;
	END LOOP;
END $$;

COMMENT ON FUNCTION bounce_alarm(regclass, timestamptz, interval, numeric, bigint, interval, name, text[], text) IS 'which providers refuse which senders far more often than usual; also told by NOTIFY';
REVOKE EXECUTE ON FUNCTION bounce_alarm(regclass, timestamptz, interval, numeric, bigint, interval, name, text[], text) FROM PUBLIC;

-- How often each rule gave the reason of a stored event, those that never did
-- included.  origin: built-in, own (bounce_rule), retired (a rule that is there no
-- more) or none (events whose reason came from no rule, such as webhooks').
CREATE FUNCTION bounce_rule_hits(
	events regclass,
	since timestamptz DEFAULT NULL,
	until timestamptz DEFAULT NULL
) RETURNS TABLE (
	rule text,
	origin text,
	reason text,
	hits bigint,
	first_hit timestamptz,
	last_hit timestamptz
) LANGUAGE plpgsql STABLE ROWS 16000
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	RETURN QUERY EXECUTE format($f$
		WITH hit AS (
			SELECT e.rule, count(*) AS hits, min(e.received_at) AS first_hit, max(e.received_at) AS last_hit
			FROM %1$s e WHERE %2$s GROUP BY e.rule
		), known AS (
			SELECT r.rule, 'built-in' AS origin, r.reason FROM bounce_rules() r
			UNION ALL
			SELECT 'own:' || o.id, 'own', o.reason FROM bounce_rule o
		)
		SELECT coalesce(h.rule, k.rule) AS rule, coalesce(k.origin, CASE WHEN h.rule IS NULL THEN 'none' WHEN h.rule LIKE 'engine:%%' THEN 'built-in' ELSE 'retired' END), k.reason,
			coalesce(h.hits, 0) AS hits, h.first_hit, h.last_hit
		FROM hit h FULL JOIN known k ON k.rule = h.rule
		ORDER BY hits DESC, rule$f$, bounce_table_name(events), bounce_between('e.received_at')) USING since, until;
END $$;

COMMENT ON FUNCTION bounce_rule_hits(regclass, timestamptz, timestamptz) IS 'how often each rule gave the reason of a stored event, and when last; those that never did, too';
