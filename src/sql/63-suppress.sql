-- Policies over a table of events: who has bounced enough.

-- How to name the columns that a policy reads, of an event table that is aliased
-- e: by its own columns, or those inside of a column of type bounce.  Where one is
-- missing that can be done without, NULL stands for it; else it is an error.
-- "address" is the one that was mailed: where mail was forwarded, the alias, unless
-- that is but a name without a domain.
CREATE FUNCTION bounce_event_columns(events regclass) RETURNS jsonb
	LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	needed text[] := '{recipient,kind,reason,hard_bounce,fault,received_at}';
	others text[] := '{alias,action,feedback_type,diagnostic_code,token,mail_id}';
	columns jsonb;
	missing text;
BEGIN
	SELECT jsonb_object_agg(w.name, coalesce(own.named, nested.named, 'NULL')),
		min(w.name) FILTER (WHERE w.name = ANY (needed) AND own.named IS NULL AND nested.named IS NULL)
	INTO columns, missing
	FROM unnest(needed || others) AS w (name)
	LEFT JOIN (
		SELECT a.attname, format('e.%I', a.attname) AS named
		FROM pg_attribute AS a WHERE a.attrelid = events AND a.attnum > 0 AND NOT a.attisdropped
	) AS own ON own.attname = w.name
	LEFT JOIN (
		SELECT DISTINCT ON (i.attname) i.attname, format('(e.%I).%I', a.attname, i.attname) AS named
		FROM pg_attribute AS a
		JOIN pg_type AS t ON t.oid = a.atttypid AND t.typname = 'bounce'
		JOIN pg_depend AS d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
		JOIN pg_extension AS x ON x.oid = d.refobjid AND x.extname = 'bounce'
		JOIN pg_attribute AS i ON i.attrelid = t.typrelid AND i.attnum > 0 AND NOT i.attisdropped
		WHERE a.attrelid = events AND a.attnum > 0 AND NOT a.attisdropped
		ORDER BY i.attname, a.attnum
	) AS nested ON nested.attname = w.name;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION 'relation % has no column "%"', events, missing
			USING ERRCODE = 'undefined_column',
				HINT = 'Events are rows with the columns of type bounce, or a column of that type, and received_at.';
	END IF;
	RETURN columns || jsonb_build_object('address',
		format('coalesce(bounce_address_key(%s), bounce_address_key(%s))', columns ->> 'alias', columns ->> 'recipient'));
END
$$;

COMMENT ON FUNCTION bounce_event_columns(regclass) IS 'how to name the columns that a policy reads of an event table that is aliased e';

-- A policy's row, or an error.
CREATE FUNCTION bounce_find_policy(policy text) RETURNS bounce_policy
	LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p record;
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	SELECT * INTO p FROM bounce_policy AS b WHERE b.policy = $1;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'policy "%" does not exist', coalesce($1, 'NULL')
			USING ERRCODE = 'undefined_object', HINT = 'Table bounce_policy holds them.';
	END IF;
	RETURN p;
END
$$;

COMMENT ON FUNCTION bounce_find_policy(text) IS 'the policy of that name, or an error';

-- The expression for what an event counts under a policy, its columns named as
-- above.
CREATE FUNCTION bounce_event_weight(columns jsonb, policy text) RETURNS text
	LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p record;
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	SELECT * INTO p FROM bounce_find_policy(policy);
	RETURN format('bounce_weight(%s, %s, %s, %s, %L, %L, %L, %L::text[], %L::jsonb, %s)',
		columns ->> 'kind', columns ->> 'hard_bounce', columns ->> 'fault', columns ->> 'reason',
		p.hard_weight, p.soft_weight, p.complaint_weight, p.exclude_faults, nullif(p.reason_weights, '{}'),
		columns ->> 'feedback_type');
END
$$;

COMMENT ON FUNCTION bounce_event_weight(jsonb, text) IS 'the expression for what an event, aliased e, counts under a policy';

-- The standing of every address that has events that count under a policy, at a
-- time.  Reads events, a table or view with the columns of type bounce (or one
-- column of that type), received_at, and where it has them mail_id and token;
-- once, in one statement, from the policy's "within" before as_of until as_of.
--
-- An event counts by received_at, which is ours, not by bounced_at, which
-- strangers write.  Without one_per_day events of the same token count once.
--
-- Days are 24 hours and those of UTC, whatever zone the session is in.  An event
-- at -infinity counts nothing.
--
-- for_address looks at one address only, and scope at the resets of another scope
-- than the policy's.
CREATE FUNCTION bounce_scores(
	policy text,
	events regclass,
	as_of timestamptz DEFAULT now(),
	scope text DEFAULT NULL,
	for_address text DEFAULT NULL
) RETURNS TABLE (
	address text,
	score double precision,
	over boolean,
	days bigint,
	hard bigint,
	soft bigint,
	complaints bigint,
	first_bounce timestamptz,
	last_bounce timestamptz,
	reason text,
	mail_id text,
	evidence text
)
	LANGUAGE plpgsql STABLE COST 10000 ROWS 1000 SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
#variable_conflict use_column
DECLARE
	p record;
	c jsonb;
	period text;
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	SELECT * INTO p FROM bounce_find_policy($1);
	c := bounce_event_columns(events);
	-- times that are none could not be subtracted
	period := format('%1$s <= $1 AND isfinite(%1$s)', c ->> 'received_at');
	IF p.within IS NOT NULL THEN
		period := period || format(' AND %s > $1 - %L::interval', c ->> 'received_at', p.within);
	END IF;
	IF for_address IS NOT NULL THEN
		-- the first can be answered from indexes on bounce_address_key() of either column
		period := period || format(' AND (bounce_address_key(%s) = $3 OR bounce_address_key(%s) = $3) AND %s = $3',
			c ->> 'recipient', c ->> 'alias', c ->> 'address');
	END IF;

	RETURN QUERY EXECUTE
	-- from when on events of an address count
	'WITH reset AS (
		SELECT address, max(at) AS at FROM (
			SELECT address, at FROM bounce_reset
			WHERE at <= $1 AND scope IN (''all'', $2)'
	|| CASE WHEN for_address IS NULL THEN '' ELSE ' AND address = $3' END
	|| CASE WHEN NOT p.success_resets THEN '' ELSE format('
			UNION ALL
			SELECT %s, %s FROM %s AS e
			WHERE (%s = ''receipt'' OR %s = ''success'' AND %s = ''delivered'') AND %s',
			c ->> 'address', c ->> 'received_at', events,
			c ->> 'kind', c ->> 'kind', c ->> 'action', period) END
	|| ') AS r GROUP BY address
	), event AS ('
	|| format('
		SELECT %s AS address, %s AS at, w.weight, %s = ''complaint'' AS complaint, %s AS hard, %s AS reason,
			%s::text COLLATE "C" AS mail_id, coalesce(%s, %s) AS evidence, %s AS token
		FROM %s AS e, LATERAL (SELECT %s AS weight) AS w
		WHERE w.weight > 0 AND %s',
			c ->> 'address', c ->> 'received_at', c ->> 'kind', c ->> 'hard_bounce', c ->> 'reason',
			c ->> 'mail_id', c ->> 'diagnostic_code', c ->> 'feedback_type', c ->> 'token',
			events, bounce_event_weight(c, $1), period)
	-- the same event, told twice, is one
	|| CASE WHEN p.one_per_day THEN '' ELSE '
	), told AS (
		SELECT *, row_number() OVER (PARTITION BY address, token ORDER BY at) AS telling FROM event' END
	|| '
	), counted AS (
		SELECT f.*'
	|| CASE WHEN p.one_per_day THEN '
		FROM event AS f' ELSE '
		FROM (SELECT * FROM told WHERE telling = 1 OR token IS NULL) AS f' END
	|| '
		LEFT JOIN reset USING (address)
		WHERE address IS NOT NULL AND (reset.at IS NULL OR f.at > reset.at)'
	-- in the order of time; where the next is too far away, all before it is stale
	|| '
	), placed AS (
		SELECT *, row_number() OVER w AS place, lead(at, 1, $1) OVER w - at > $4 AS then_stale
		FROM counted
		WINDOW w AS (PARTITION BY address ORDER BY at, weight, mail_id)
	), fresh AS (
		SELECT *, max(place) FILTER (WHERE then_stale) OVER (PARTITION BY address) AS stale_place
		FROM placed
	), weighed AS (
		SELECT *, max(weight) OVER w AS heaviest,
			(at AT TIME ZONE ''UTC'')::date IS DISTINCT FROM (lag(at) OVER (w ORDER BY place) AT TIME ZONE ''UTC'')::date AS new_day
		FROM fresh
		WHERE place > coalesce(stale_place, 0)
		WINDOW w AS (PARTITION BY address)
	), decided AS (
		SELECT *, max(place) FILTER (WHERE weight = heaviest) OVER (PARTITION BY address) AS deciding
		FROM weighed
	), totalled AS (
		SELECT address, bounce_score(weight, at, $5, $1, $6) AS score,
			count(*) FILTER (WHERE new_day) AS days, count(*) AS events,
			count(*) FILTER (WHERE NOT complaint AND hard) AS hard,
			count(*) FILTER (WHERE NOT complaint AND hard IS NOT TRUE) AS soft,
			count(*) FILTER (WHERE complaint) AS complaints,
			min(at) AS first_bounce, max(at) AS last_bounce,
			max(reason) FILTER (WHERE place = deciding) AS reason,
			max(mail_id) FILTER (WHERE place = deciding) AS mail_id,
			max(evidence) FILTER (WHERE place = deciding) AS evidence
		FROM decided GROUP BY address
	)
	SELECT address, score,
		-- ten tenths are one
		score >= $7 * (1 - 1e-9)
			AND CASE WHEN $6 THEN days ELSE events END >= $8
			AND last_bounce - first_bounce >= $9,
		days, hard, soft, complaints, first_bounce, last_bounce, reason, mail_id, evidence
	FROM totalled'
	USING as_of, coalesce($4, p.scope), bounce_address_key(for_address),
		p.stale_after, p.half_life, p.one_per_day, p.threshold, p.min_count, p.min_span;
END
$$;

COMMENT ON FUNCTION bounce_scores(text, regclass, timestamptz, text, text) IS 'the standing of every address under a policy';

-- Puts on the suppression list who has bounced enough under a policy, but for
-- protected addresses, and returns whom: new ones, and those (extended) whose
-- suppression now ends later than it would have.  Whose suppression would be over
-- by as_of already is left alone.
--
-- Can be run by several sessions at once, and while addresses are released: an
-- address has one open row a scope, and one that is released meanwhile stays so
-- (in READ COMMITTED, the default; else the transaction sees no releases that
-- came after it began).
CREATE FUNCTION bounce_suppress(
	policy text,
	events regclass,
	as_of timestamptz DEFAULT now(),
	scope text DEFAULT NULL,
	for_address text DEFAULT NULL
) RETURNS TABLE (
	id bigint,
	address text,
	reason text,
	score double precision,
	times integer,
	since timestamptz,
	until timestamptz,
	mail_id text,
	evidence text,
	extended boolean
)
	LANGUAGE plpgsql COST 10000 ROWS 100 SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
#variable_conflict use_column
DECLARE
	p record;
	the_scope text;
	events_name text;
	written_ids bigint[];
	written_extended boolean[];
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	SELECT * INTO p FROM bounce_find_policy($1);
	the_scope := coalesce($4, p.scope);
	SELECT format('%I.%I', n.nspname, c.relname) INTO events_name
	FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = events;

	-- what has expired makes room
	UPDATE bounce_suppression SET released_at = until, released_why = 'expired'
	WHERE released_at IS NULL AND until <= as_of AND scope = the_scope
		AND (for_address IS NULL OR address = bounce_address_key(for_address));

	-- in one order, so that two sessions do not wait for each other
	WITH judged AS (
		SELECT j.*, t.times,
			CASE WHEN f.suppress_for IS NOT NULL THEN j.last_bounce + least(
				f.suppress_for * least(power(p.repeat_factor, least(t.times - 1, 20)), 10000),
				coalesce(p.suppress_max, '100 years')) END AS until
		FROM bounce_scores(p.policy, events, as_of, the_scope, for_address) AS j,
			LATERAL (
				SELECT CASE WHEN j.hard = 0 AND j.complaints = 0 THEN coalesce(p.suppress_soft_for, p.suppress_for)
					ELSE p.suppress_for END AS suppress_for) AS f,
			LATERAL (
				SELECT 1 + count(*)::integer AS times FROM bounce_suppression AS s
				WHERE s.address = j.address AND s.scope = the_scope AND s.released_at >= s.until) AS t
		WHERE j.over AND NOT EXISTS (
			SELECT FROM bounce_protected AS x
			WHERE x.pattern = ANY (bounce_protecting_patterns(j.address)) AND (x.until IS NULL OR x.until > as_of))
	), written AS (
		INSERT INTO bounce_suppression AS s
			(address, scope, reason, policy, score, times, since, until, first_bounce, last_bounce, events, mail_id, evidence)
		SELECT j.address, the_scope, j.reason, p.policy, j.score, j.times, as_of,
			j.until, j.first_bounce, j.last_bounce, events_name, j.mail_id, j.evidence
		FROM judged AS j
		WHERE j.until IS NULL OR j.until > as_of
		ORDER BY j.address COLLATE "C"
		ON CONFLICT (address, scope) WHERE released_at IS NULL DO UPDATE
			SET reason = excluded.reason, policy = excluded.policy, score = excluded.score, until = excluded.until,
				first_bounce = excluded.first_bounce, last_bounce = excluded.last_bounce,
				events = excluded.events, mail_id = excluded.mail_id, evidence = excluded.evidence
			WHERE s.until IS NOT NULL AND (excluded.until IS NULL OR excluded.until > s.until)
		RETURNING s.id, s.xmax <> 0 AS extended
	)
	SELECT array_agg(w.id), array_agg(w.extended) INTO written_ids, written_extended FROM written AS w;

	-- Whom somebody released after the scores were taken: a new statement sees
	-- it.  (Where as_of is past, what was done since is not to be seen.)
	DELETE FROM bounce_suppression AS s USING unnest(written_ids, written_extended) AS w (id, extended), bounce_reset AS r
	WHERE s.id = w.id AND NOT w.extended
		AND r.address = s.address AND r.scope IN ('all', the_scope) AND r.at >= s.first_bounce
		AND (r.at <= as_of OR as_of >= now());

	RETURN QUERY
	SELECT s.id, s.address, s.reason, s.score, s.times, s.since, s.until, s.mail_id, s.evidence, w.extended
	FROM unnest(written_ids, written_extended) AS w (id, extended) JOIN bounce_suppression AS s ON s.id = w.id
	ORDER BY s.address COLLATE "C";
END
$$;

COMMENT ON FUNCTION bounce_suppress(text, regclass, timestamptz, text, text) IS 'suppresses who has bounced enough under a policy, and returns whom';
REVOKE EXECUTE ON FUNCTION bounce_suppress(text, regclass, timestamptz, text, text) FROM PUBLIC;

-- Trigger for a table of events, AFTER INSERT FOR EACH ROW: suppresses at once,
-- in the same transaction, an address that has bounced enough with the new row.
-- Takes the policy's name, and a scope if it is not to be the policy's.  Of a
-- partition it looks at the whole table.
--
-- An event may be newer than the transaction: its time is of the clock, or of
-- another machine's, which is believed for five minutes.
--
-- Mail must be taken in whatever happens here: an error is but a warning, unless
-- the transaction can't go on (serialization failure, deadlock).
CREATE FUNCTION bounce_suppress_now() RETURNS trigger
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
	events regclass := coalesce(pg_partition_root(TG_RELID), TG_RELID);
	columns jsonb;
	new_weight double precision;
	new_address text;
	new_received_at timestamptz;
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	columns := bounce_event_columns(TG_RELID);
	EXECUTE format('SELECT %s, %s, %s FROM (SELECT ($1).*) AS e', columns ->> 'address', bounce_event_weight(columns, TG_ARGV[0]), columns ->> 'received_at')
	INTO new_address, new_weight, new_received_at USING NEW;
	IF new_weight > 0 AND new_address IS NOT NULL THEN
		PERFORM FROM bounce_suppress(TG_ARGV[0], events, greatest(now(), least(new_received_at, clock_timestamp() + interval '5 minutes')),
			TG_ARGV[1], new_address);
	END IF;
	RETURN NULL;
EXCEPTION
	WHEN OTHERS THEN
		IF SQLSTATE LIKE '40%' THEN
			RAISE;
		END IF;
		RAISE WARNING 'address not judged by policy "%": %', TG_ARGV[0], SQLERRM USING ERRCODE = SQLSTATE;
		RETURN NULL;
END
$$;

COMMENT ON FUNCTION bounce_suppress_now() IS 'trigger for a table of events: suppresses at once an address that has bounced enough';
REVOKE EXECUTE ON FUNCTION bounce_suppress_now() FROM PUBLIC;
