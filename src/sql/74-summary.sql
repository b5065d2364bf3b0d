-- What many events say: summaries, alarms, use of the rules.

-- The statements that make a daily summary of an event table; "fill" has the
-- days of the events that are there already counted by the first roll-up.
CREATE FUNCTION bounce_daily_ddl(ext text, mail text, event text, day text, dirty text, marker text, fill boolean)
	RETURNS SETOF text LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $ddl$
DECLARE
	change record;
BEGIN
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
		RETURN NEXT format('COMMENT ON TABLE %s IS %L', dirty, 'days whose events changed since the last bounce_roll_up()');
		RETURN NEXT format(
$f$CREATE OR REPLACE FUNCTION %1$s() RETURNS trigger LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $mark$
BEGIN
	IF TG_OP <> 'INSERT' THEN
		INSERT INTO %2$s SELECT DISTINCT (received_at AT TIME ZONE 'UTC')::date FROM gone;
	END IF;
	IF TG_OP <> 'DELETE' THEN
		INSERT INTO %2$s SELECT DISTINCT (received_at AT TIME ZONE 'UTC')::date FROM come;
	END IF;
	RETURN NULL;
END $mark$$f$, marker, dirty);
		FOR change IN SELECT * FROM (VALUES
			('insert', 'NEW TABLE AS come'), ('update', 'OLD TABLE AS gone NEW TABLE AS come'), ('delete', 'OLD TABLE AS gone')) v (verb, tables)
		LOOP
			RETURN NEXT format('CREATE TRIGGER bounce_mark_%s AFTER %s ON %s REFERENCING %s FOR EACH STATEMENT EXECUTE FUNCTION %s()',
							   change.verb, upper(change.verb), event, change.tables, marker);
		END LOOP;
		IF fill THEN
			RETURN NEXT format('INSERT INTO %s SELECT DISTINCT (received_at AT TIME ZONE ''UTC'')::date FROM %s', dirty, event);
		END IF;
	END IF;
	RETURN NEXT format('UPDATE %s.bounce_inbox SET daily = %L WHERE inbox = %L::regclass', ext, day, mail);
END $ddl$;

COMMENT ON FUNCTION bounce_daily_ddl(text, text, text, text, text, text, boolean) IS 'the statements that make a daily summary of an event table';
