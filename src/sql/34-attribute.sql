-- Whose bounce was it?

-- An expression that compares the subscriber's id with a text from a mail, in the
-- id's own type where that can be done without an error, so that an index on
-- the id serves.
CREATE FUNCTION bounce_id_condition(subscribers regclass, id_column name, value text) RETURNS text LANGUAGE sql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format(CASE
			WHEN t IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
				THEN 's.%1$I = CASE WHEN %2$s ~ ''^[0-9]{1,18}$'' THEN %2$s::bigint END'
			WHEN t = 'uuid'::regtype
				THEN 's.%1$I = CASE WHEN %2$s ~* ''^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'' THEN %2$s::uuid END'
			WHEN t IN ('text'::regtype, 'varchar'::regtype)
				THEN 's.%1$I = %2$s'
			ELSE 's.%1$I::text = %2$s' END, id_column, value)
	FROM (SELECT coalesce(nullif(y.typbasetype, 0), y.oid)::regtype AS t
		  FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
		  WHERE a.attrelid = subscribers AND a.attname = id_column) x
$$;

COMMENT ON FUNCTION bounce_id_condition(regclass, name, text) IS 'an expression that compares the id of a subscriber s with a text';

-- The columns of a table, of those asked for; raises an error where one of
-- "needed" is missing.
CREATE FUNCTION bounce_columns_of(relation regclass, needed name[], wanted name[] DEFAULT '{}') RETURNS name[] LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present name[] := coalesce((SELECT array_agg(attname) FROM pg_attribute WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped), '{}');
	missing name := (SELECT c FROM unnest(needed) WITH ORDINALITY u (c, n) WHERE c IS NULL OR c <> ALL (present) ORDER BY n LIMIT 1);
BEGIN
	IF NOT needed <@ present THEN
		RAISE EXCEPTION 'column "%" of relation % does not exist', missing, relation USING ERRCODE = 'undefined_column';
	END IF;
	RETURN (SELECT coalesce(array_agg(c), '{}') FROM unnest(wanted) c WHERE c = ANY (present));
END $$;

COMMENT ON FUNCTION bounce_columns_of(regclass, name[], name[]) IS 'which of the wanted columns a table has; an error where it lacks a needed one';

-- The statement that bounce_attribute() runs, for a view of one's own or for
-- EXPLAIN.  Its mail_id and subscriber have the types of the tables' columns.
CREATE FUNCTION bounce_attribute_query(
	events regclass,
	subscribers regclass,
	id_column name DEFAULT 'id',
	address_column name DEFAULT 'email',
	since timestamptz DEFAULT NULL,
	send_log regclass DEFAULT NULL,
	send_log_id_column name DEFAULT 'subscriber_id',
	send_log_message_id_column name DEFAULT 'message_id',
	send_log_verp_column name DEFAULT 'verp_key',
	header text DEFAULT NULL,
	header_pattern text DEFAULT NULL,
	feedback_id_part integer DEFAULT NULL,
	inbox regclass DEFAULT NULL,
	inbox_id_column name DEFAULT 'id',
	inbox_raw_column name DEFAULT 'raw',
	inbox_payload_column name DEFAULT 'payload',
	gmail boolean DEFAULT false,
	subaddress boolean DEFAULT false
) RETURNS text LANGUAGE plpgsql STABLE
	-- another style names zones by letters, which may be those of another zone
	SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO'
AS $$
DECLARE
	ext text := (SELECT quote_ident(nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'bounce');
	has name[];
	log_has name[] := '{}';
	flags text := format('%L::boolean, %L::boolean', coalesce(gmail, false), coalesce(subaddress, false));
	subscriber text;
	by_address text;
	by_log text;
	mail text;
	mail_has name[] := '{}';
	mails text[];					-- what has the fields of a mail, the best first
	of_mail text;
	parts text[] := '{}';			-- selects of n, rank, value, subscriber, candidates
	addresses text[] := '{}';		-- of n, rank, value: addresses
	ids text[] := '{}';				-- of n, rank, value: what is an id
	verp_keys text[] := '{}';		-- of n, value: what may stand in the log
BEGIN
	PERFORM set_config('search_path', ext || ', pg_temp', true);
	IF events IS NULL OR subscribers IS NULL THEN
		RAISE EXCEPTION 'the tables of events and of subscribers must be given' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF header_pattern IS NOT NULL AND header IS NULL THEN
		RAISE EXCEPTION 'header_pattern needs a header' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	has := bounce_columns_of(events, CASE WHEN since IS NULL THEN '{mail_id}' ELSE '{mail_id,received_at}' END::name[],
							 '{ordinal,recipient,alias,verp,addresser,message_id,feedback_id}');
	PERFORM bounce_columns_of(subscribers, ARRAY[id_column, address_column]);
	IF send_log IS NOT NULL THEN
		log_has := bounce_columns_of(send_log, ARRAY[send_log_id_column], ARRAY[send_log_message_id_column, send_log_verp_column]);
		IF log_has = '{}' THEN
			RAISE EXCEPTION 'relation % has neither a column "%" nor "%"', send_log, send_log_message_id_column, send_log_verp_column
				USING ERRCODE = 'undefined_column', HINT = 'Say send_log_message_id_column => ''...'' or send_log_verp_column => ''...''.';
		END IF;
	END IF;
	IF header IS NOT NULL AND inbox IS NULL THEN
		SELECT i.inbox, i.id_column, i.raw_column, i.payload_column INTO inbox, inbox_id_column, inbox_raw_column, inbox_payload_column
		FROM bounce_inbox i WHERE i.events = bounce_attribute_query.events;
		IF NOT FOUND THEN
			RAISE EXCEPTION 'the table with the raw mails of % is not known', events
				USING ERRCODE = 'invalid_parameter_value', DETAIL = 'A header is read from the raw mail.',
				HINT = 'Say inbox => ''...'', the table that has it.';
		END IF;
	END IF;
	IF inbox IS NOT NULL THEN
		mail_has := bounce_columns_of(inbox, ARRAY[inbox_id_column], array_remove(ARRAY[inbox_raw_column, inbox_payload_column], NULL));
		IF mail_has = '{}' THEN
			RAISE EXCEPTION 'relation % has neither a column "%" nor "%"', inbox, inbox_raw_column, inbox_payload_column
				USING ERRCODE = 'undefined_column', HINT = 'Say inbox_raw_column => ''...'' or inbox_payload_column => ''...''.';
		END IF;
		mails := array_remove(ARRAY[
			CASE WHEN inbox_raw_column = ANY (mail_has) THEN format('i.%I', inbox_raw_column) END,
			-- of a batch of events nobody knows which one a field is of
			CASE WHEN inbox_payload_column = ANY (mail_has) THEN
				format('CASE WHEN NOT (%1$s @? ''$[1]'' OR %1$s @? ''$.*[1] ? (@.type() == "object")'') THEN %1$s END', bounce_payload(inbox, inbox_payload_column, 'i')) END], NULL);
	END IF;
	mail := format('FROM e JOIN %s i ON i.%I = e.mail_id', bounce_table_name(inbox), inbox_id_column);

	-- 1. what the address tells that the report came back to: whom the mail was made for, unless that is who sent it
	IF 'verp' = ANY (has) THEN
		addresses := addresses || format('SELECT n, 1 AS rank, verp AS value FROM e WHERE verp IS NOT NULL%s',
			CASE WHEN 'addresser' = ANY (has) THEN ' AND verp IS DISTINCT FROM addresser' ELSE '' END);
		verp_keys := verp_keys || 'SELECT n, verp AS value FROM e WHERE verp IS NOT NULL'::text;
	END IF;
	IF inbox_raw_column = ANY (mail_has) THEN
		verp_keys := verp_keys || format($q$SELECT n, k.value COLLATE "default" %1$s CROSS JOIN LATERAL %2$s.bounce_headers(i.%3$I, 'To') h
			CROSS JOIN LATERAL %2$s.bounce_decode_address(h.value) d
			CROSS JOIN LATERAL (VALUES (d.tag), (d.address), (%2$s.bounce_address_key(h.value)), (nullif(split_part(%2$s.bounce_address_key(h.value), '@', 1), ''))) k (value)
		WHERE h.origin = 'report' AND k.value IS NOT NULL$q$, mail, ext, inbox_raw_column);
	END IF;

	-- a key of the log names a subscriber where it has one only; else it tells how many there are
	IF send_log IS NOT NULL THEN
		by_log := format($q$SELECT k.n, %%1$s, k.value, CASE WHEN l.candidates = 1 THEN l.subscriber END, l.candidates
	FROM (%%2$s) k
	JOIN (
		SELECT value, (array_agg(subscriber))[1] AS subscriber, count(*) AS candidates
		FROM (
			SELECT DISTINCT p.value, l.%1$s AS subscriber
			FROM (SELECT DISTINCT value FROM (%%2$s) v) p
			CROSS JOIN LATERAL (VALUES %%4$s) q (probe)
			JOIN %2$s l ON l.%%3$I = q.probe
			WHERE l.%1$s IS NOT NULL
		) pairs
		GROUP BY value
	) l ON l.value = k.value$q$, replace(quote_ident(send_log_id_column), '%', '%%'), replace(bounce_table_name(send_log), '%', '%%'));
		IF send_log_verp_column = ANY (log_has) AND verp_keys <> '{}' THEN
			parts := parts || format(by_log, 1, array_to_string(verp_keys, ' UNION '), send_log_verp_column, '(p.value)');
		END IF;
		-- 2. the message, which logs write with or without its angle brackets
		IF send_log_message_id_column = ANY (log_has) AND 'message_id' = ANY (has) THEN
			parts := parts || format(by_log, 2, 'SELECT n, message_id AS value FROM e WHERE message_id IS NOT NULL', send_log_message_id_column,
									 $q$(p.value), ('<' || p.value || '>')$q$);
		END IF;
	END IF;

	-- 3. a field of one's own, which has the id or the address
	IF header IS NOT NULL THEN
		IF header_pattern IS NULL THEN
			of_mail := format('SELECT n, 3 AS rank, coalesce(%s) AS value %s',
							  (SELECT string_agg(format('%s.bounce_header(%s, %L)', ext, m, header), ', ' ORDER BY k) FROM unnest(mails) WITH ORDINALITY u (m, k)), mail);
		ELSE
			of_mail := format('SELECT DISTINCT ON (n) n, 3 AS rank, substring(h.value, %L) AS value %s CROSS JOIN LATERAL (%s) h WHERE substring(h.value, %1$L) IS NOT NULL ORDER BY n, h.source, h.ordinal',
							  header_pattern, mail,
							  (SELECT string_agg(format('SELECT %s AS source, ordinal, value FROM %s.bounce_headers(%s, %L)', k, ext, m, header), ' UNION ALL ' ORDER BY k) FROM unnest(mails) WITH ORDINALITY u (m, k)));
		END IF;
		of_mail := format('SELECT n, rank, btrim(value, E'' \t<>'') COLLATE "default" AS value FROM (%s) f WHERE value IS NOT NULL', of_mail);
		ids := ids || of_mail;
		addresses := addresses || of_mail;
	END IF;

	-- 4. a part of Feedback-ID
	IF feedback_id_part IS NOT NULL AND 'feedback_id' = ANY (has) THEN
		ids := ids || format('SELECT n, 4 AS rank, btrim(split_part(feedback_id, '':'', %s)) AS value FROM e WHERE feedback_id IS NOT NULL', greatest(feedback_id_part, 1));
	END IF;

	-- 5. and 6. who was mailed before somebody forwarded it, and who failed
	IF 'alias' = ANY (has) THEN
		addresses := addresses || 'SELECT n, 5 AS rank, alias AS value FROM e WHERE alias IS NOT NULL'::text;
	END IF;
	IF 'recipient' = ANY (has) THEN
		addresses := addresses || 'SELECT n, 6 AS rank, recipient AS value FROM e WHERE recipient IS NOT NULL'::text;
	END IF;

	IF addresses <> '{}' THEN
		parts := parts || format('SELECT k.n, k.rank, k.value, s.%I, NULL::bigint
	FROM (%s) k
	JOIN %s s ON %s.bounce_address_key(s.%I, %s) = %s.bounce_address_key(k.value, %s)',
			id_column, array_to_string(addresses, ' UNION ALL '), bounce_table_name(subscribers), ext, address_column, flags, ext, flags);
	END IF;
	IF ids <> '{}' THEN
		parts := parts || format('SELECT k.n, k.rank, k.value, s.%I, NULL::bigint
	FROM (%s) k
	JOIN %s s ON %s', id_column, array_to_string(ids, ' UNION ALL '), bounce_table_name(subscribers), bounce_id_condition(subscribers, id_column, 'k.value'));
	END IF;
	IF parts = '{}' THEN
		parts := ARRAY[format('SELECT NULL::bigint, 0, NULL::text, s.%I, NULL::bigint FROM %s s WHERE false', id_column, bounce_table_name(subscribers))];
	END IF;

	-- texts from mails have no collation of their own, so that those of the tables' columns, and of their indexes, win
	RETURN format($q$WITH e AS MATERIALIZED (
	SELECT row_number() OVER () AS n, mail_id, %s
	FROM %s%s
),
match (n, rank, value, subscriber, candidates) AS (
	%s
),
-- each subscriber by the best of his keys; a key that many share names nobody
supported AS (
	SELECT DISTINCT ON (n, subscriber) n, subscriber, rank, value, candidates,
		count(*) OVER (PARTITION BY n, subscriber) AS support
	FROM (SELECT DISTINCT n, rank, value, subscriber, candidates FROM match) m
	ORDER BY n, subscriber, rank, value
),
best AS (
	SELECT *, count(*) OVER (PARTITION BY n) AS places FROM (
		SELECT *, rank() OVER (PARTITION BY n ORDER BY subscriber IS NULL, rank, support DESC) AS place FROM supported
	) p WHERE place = 1
)
SELECT e.mail_id, e.ordinal, b.subscriber,
	('{verp,message_id,header,feedback_id,alias,recipient}'::text[])[b.rank] AS matched_by,
	b.value AS matched_value,
	CASE WHEN b.n IS NULL THEN 0 WHEN b.subscriber IS NULL THEN b.candidates ELSE b.places END::integer AS candidates
FROM e LEFT JOIN best b ON b.n = e.n
$q$,
		(SELECT string_agg(CASE WHEN c = ANY (has) AND c = 'ordinal' THEN quote_ident(c)
								WHEN c = ANY (has) THEN format('nullif(%1$I::text, '''') COLLATE "default" AS %1$I', c)
								WHEN c = 'ordinal' THEN 'NULL::integer AS ordinal'
								ELSE format('NULL::text AS %I', c) END, ', ')
		 FROM unnest('{ordinal,recipient,alias,verp,addresser,message_id,feedback_id}'::name[]) c),
		bounce_table_name(events),
		CASE WHEN since IS NULL THEN '' ELSE format(' WHERE received_at >= %L::timestamptz', since) END,
		array_to_string(parts, E'\n\tUNION ALL\n\t'));
END $$;

COMMENT ON FUNCTION bounce_attribute_query(regclass, regclass, name, name, timestamptz, regclass, name, name, name, text, text, integer, regclass, name, name, name, boolean, boolean)
	IS 'the statement that bounce_attribute() runs';

-- Whose each event is, by the best key that there is, and by which.
--
-- One row per event; of several subscribers that fit equally well, as where two have one
-- address, a row each.  "candidates" tells how many.  An event that is nobody's
-- has a row without a subscriber, with matched_by where a key is known but
-- shared: a Message-ID that went to many.
--
-- Keys, those that are trusted most first; each is used where its columns exist
-- or its arguments are given:
--
--   verp         the decoded address, or what the log knows as the key of the
--                address that the report came back to (with "inbox" also its tag)
--   message_id   of the returned message, in the log
--   header       a field of the returned message, with the id or address; with
--                "header_pattern" what its parentheses take out of any such field
--   feedback_id  one part of it has the id
--   alias        who was mailed before it was forwarded
--   recipient    who failed
--
-- "inbox" is the table with the raw mails, or what webhooks sent, which is looked
-- up where bounce_create_inbox() made it.  Of a batch of events in one value no
-- field counts, for nobody knows which one it is of.  Reading them costs a parse each.
--
-- It is one statement, a join by hash for many events or by indexes for few.
-- The index that it wants is one on bounce_address_key(email).
CREATE FUNCTION bounce_attribute(
	events regclass,
	subscribers regclass,
	id_column name DEFAULT 'id',
	address_column name DEFAULT 'email',
	since timestamptz DEFAULT NULL,
	send_log regclass DEFAULT NULL,
	send_log_id_column name DEFAULT 'subscriber_id',
	send_log_message_id_column name DEFAULT 'message_id',
	send_log_verp_column name DEFAULT 'verp_key',
	header text DEFAULT NULL,
	header_pattern text DEFAULT NULL,
	feedback_id_part integer DEFAULT NULL,
	inbox regclass DEFAULT NULL,
	inbox_id_column name DEFAULT 'id',
	inbox_raw_column name DEFAULT 'raw',
	inbox_payload_column name DEFAULT 'payload',
	gmail boolean DEFAULT false,
	subaddress boolean DEFAULT false
) RETURNS TABLE (mail_id text, ordinal integer, subscriber text, matched_by text, matched_value text, candidates integer)
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	query text;
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	query := bounce_attribute_query(events, subscribers, id_column, address_column, since, send_log, send_log_id_column, send_log_message_id_column,
		send_log_verp_column, header, header_pattern, feedback_id_part, inbox, inbox_id_column, inbox_raw_column, inbox_payload_column, gmail, subaddress);
	RETURN QUERY EXECUTE 'SELECT a.mail_id::text, a.ordinal::integer, a.subscriber::text, a.matched_by, a.matched_value, a.candidates FROM (' || query || ') a';
END $$;

COMMENT ON FUNCTION bounce_attribute(regclass, regclass, name, name, timestamptz, regclass, name, name, name, text, text, integer, regclass, name, name, name, boolean, boolean)
	IS 'whose bounce each event is, by the best key, and by which';
