-- Domains: who runs them, which are one's own to know, which are mistyped.

-- What is compiled in of a domain, or of an address's: who runs it, and the class
-- of its addresses (webmail, cellphone, smartphone, pc, reserved).  The longest
-- suffix that is known counts.  NULLs where nothing is.
CREATE FUNCTION bounce_provider(
	domain_or_address text,
	OUT provider text,
	OUT title text,
	OUT host_group text
) RETURNS record
	AS 'MODULE_PATHNAME', 'bounce_provider' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION bounce_provider(text) IS 'who runs the domain of an address, and its class, as compiled in';

-- Is it an office's address, not a person's: postmaster, info, noreply ...?  A
-- local part alone will do; "+tag" does not count.
CREATE FUNCTION bounce_is_role(address text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'bounce_is_role' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;

COMMENT ON FUNCTION bounce_is_role(text) IS 'is it the address of an office or a program (RFC 2142 and the like), not of a person?';

-- IMMUTABLE, so it asks only what is compiled in; bounce_is_disposable() asks
-- the table, too.
CREATE FUNCTION bounce_known_disposable(domain_or_address text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'bounce_known_disposable' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION bounce_known_disposable(text) IS 'does the domain give throw-away addresses, as compiled in?';

-- One's own knowledge.  A row stands for the domain and its subdomains and goes
-- before what is compiled in; a column that is NULL leaves that as it is.
CREATE TABLE bounce_domain (
	domain text PRIMARY KEY,
	provider text CHECK (provider <> ''),
	host_group text CHECK (host_group IN ('webmail', 'cellphone', 'smartphone', 'pc', 'reserved')),
	disposable boolean,
	note text
);

COMMENT ON TABLE bounce_domain IS 'one''s own knowledge of domains, asked before what is compiled in';
COMMENT ON COLUMN bounce_domain.domain IS 'the domain, which stands for its subdomains, too; brought into the form of bounce_domain_key()';
COMMENT ON COLUMN bounce_domain.provider IS 'who runs it: a name of bounce_providers() or one''s own; NULL: as compiled in';
COMMENT ON COLUMN bounce_domain.host_group IS 'webmail, cellphone, smartphone, pc or reserved; NULL: as compiled in';
COMMENT ON COLUMN bounce_domain.disposable IS 'does it give throw-away addresses?  NULL: as compiled in';
COMMENT ON COLUMN bounce_domain.note IS 'for people';

SELECT pg_catalog.pg_extension_config_dump('bounce_domain', '');

CREATE FUNCTION bounce_domain_normalize() RETURNS trigger LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	written text := NEW.domain;
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	NEW.domain := bounce_domain_key(written);
	IF NEW.domain IS NULL THEN
		RAISE EXCEPTION '"%" is no domain', coalesce(written, '')
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Write it as it stands behind the "@" of an address.';
	END IF;
	RETURN NEW;
END;
$$;

COMMENT ON FUNCTION bounce_domain_normalize() IS 'brings the domain of a row of bounce_domain into the form in which it is looked up';
REVOKE EXECUTE ON FUNCTION bounce_domain_normalize() FROM PUBLIC;

CREATE TRIGGER bounce_domain_normalize BEFORE INSERT OR UPDATE OF domain ON bounce_domain
	FOR EACH ROW EXECUTE FUNCTION bounce_domain_normalize();

COMMENT ON TRIGGER bounce_domain_normalize ON bounce_domain IS 'brings the domain into the form in which it is looked up';

-- What is known of a domain, or of an address's: one's own rows first, the most
-- specific of them, else what is compiled in.
CREATE FUNCTION bounce_destination(
	domain_or_address text,
	OUT provider text,
	OUT host_group text,
	OUT disposable boolean,
	OUT source text
) RETURNS record LANGUAGE plpgsql STABLE STRICT COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	name text;
	labels text[];
	own record;
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	name := coalesce(substring(bounce_address_key(domain_or_address) FROM '[^@]*$'), bounce_domain_key(domain_or_address));
	SELECT p.provider, p.host_group INTO provider, host_group FROM bounce_provider(domain_or_address) p;
	disposable := bounce_known_disposable(domain_or_address);
	IF provider IS NOT NULL OR host_group IS NOT NULL OR disposable THEN
		source := 'built-in';
	END IF;
	labels := string_to_array(name, '.');
	SELECT d.provider, d.host_group, d.disposable INTO own
	FROM bounce_domain d
	WHERE d.domain = ANY (ARRAY(SELECT array_to_string(labels[i:], '.') FROM generate_subscripts(labels, 1) i))
	ORDER BY length(d.domain) DESC
	LIMIT 1;
	IF FOUND THEN
		provider := coalesce(own.provider, provider);
		host_group := coalesce(own.host_group, host_group);
		disposable := coalesce(own.disposable, disposable);
		source := 'own';
	END IF;
END;
$$;

COMMENT ON FUNCTION bounce_destination(text) IS 'who runs the domain of an address, its class, and whether it is to be thrown away: by the rows of bounce_domain, else as compiled in';

CREATE FUNCTION bounce_is_disposable(domain_or_address text) RETURNS boolean LANGUAGE plpgsql STABLE STRICT COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	RETURN (SELECT d.disposable FROM bounce_destination(domain_or_address) d);
END;
$$;

COMMENT ON FUNCTION bounce_is_disposable(text) IS 'does the domain give throw-away addresses, by the rows of bounce_domain, else as compiled in?';

-- Typos.

-- How far what was typed is from what may have been meant: the cheapest way of
-- turning the one into the other without changing a letter twice (optimal string
-- alignment).  0.5: a letter beside the right one (QWERTY), one that is left out,
-- one that is doubled; 1: two that changed places, any other letter, any other
-- addition.  So the order of the arguments matters.  NULL for what is no domain.
CREATE FUNCTION bounce_domain_distance(typed text, meant text) RETURNS real
	AS 'MODULE_PATHNAME', 'bounce_domain_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION bounce_domain_distance(text, text) IS 'how many mistakes make the second domain the first, those of fingers counted half';

-- The nearest of "known" that is at most max_distance away, and a mistake for
-- each three letters of its name; where several are as near, the first: order
-- them by their use.  NULL where none is so near, and where the domain is known,
-- or real: of those compiled in, mailo.com among them.  The same name in another
-- country (web.dk) is nobody's typo.
CREATE FUNCTION bounce_suggest_domain(domain text, known text[], max_distance real DEFAULT 1.5) RETURNS text
	AS 'MODULE_PATHNAME', 'bounce_suggest_domain' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500;

COMMENT ON FUNCTION bounce_suggest_domain(text, text[], real) IS 'the domain that may have been meant, of those that are known to work';

-- Which subscribers' addresses are mistyped in the domain.
--
--   subscribers     a table or view with the addresses
--   events          one with what came back: recipient, alias, kind, reason,
--                   hard_bounce, received_at (as bounce_create_inbox() makes it)
--   address_column  of subscribers
--   min_subscribers a domain is known to work when so many subscribers have it ...
--   max_dead        ... and no more than this share of them bounced hard
--   max_distance    as of bounce_suggest_domain()
--   since           older events do not count
--
-- Only addresses that bounced because there is no such host or user are looked
-- at; what was never mailed may be right.
CREATE FUNCTION bounce_find_typos(
	subscribers regclass,
	events regclass,
	address_column name DEFAULT 'email',
	min_subscribers integer DEFAULT 10,
	max_dead real DEFAULT 0.2,
	max_distance real DEFAULT 1.5,
	since timestamptz DEFAULT '-infinity'
) RETURNS TABLE (address text, suggestion text, reason text, last_bounce timestamptz)
	LANGUAGE plpgsql STABLE STRICT COST 100000 ROWS 100
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM set_config('search_path', (SELECT extnamespace::regnamespace || ', pg_temp' FROM pg_extension WHERE extname = 'bounce'), true);
	RETURN QUERY EXECUTE format($query$
		WITH subscriber AS MATERIALIZED (
			SELECT s.%1$I::text AS address, bounce_address_key(s.%1$I::text) AS key
			FROM %2$s s
			WHERE bounce_address_key(s.%1$I::text) IS NOT NULL
		), own AS MATERIALIZED (
			SELECT s.address, s.key, substring(s.key FROM '[^@]*$') AS domain
			FROM subscriber s
		), event AS MATERIALIZED (
			SELECT bounce_address_key(a.mailed) AS key, e.reason::text AS reason, e.received_at, e.hard_bounce
			FROM %3$s e CROSS JOIN LATERAL (VALUES (e.recipient), (e.alias)) AS a (mailed)
			WHERE e.kind = 'failure' AND e.received_at >= $4 AND a.mailed IS NOT NULL
		), dead AS (
			SELECT DISTINCT e.key FROM event e WHERE e.hard_bounce
		), lost AS (
			SELECT DISTINCT ON (e.key) e.key, e.reason, e.received_at
			FROM event e
			WHERE e.reason IN ('hostunknown', 'userunknown', 'notaccept')
			ORDER BY e.key, e.received_at DESC, e.reason COLLATE "C"
		), working AS (
			SELECT array_agg(w.domain ORDER BY w.n DESC, w.domain COLLATE "C") AS domains
			FROM (
				SELECT o.domain, count(DISTINCT o.key) AS n
				FROM own o LEFT JOIN dead d ON d.key = o.key
				GROUP BY o.domain
				HAVING count(DISTINCT o.key) >= $1 AND count(DISTINCT d.key) <= $2 * count(DISTINCT o.key)
			) w
		), mistyped AS MATERIALIZED (
			SELECT c.domain, bounce_suggest_domain(c.domain, w.domains, $3) AS meant
			FROM (SELECT DISTINCT o.domain FROM own o JOIN lost l ON l.key = o.key) c CROSS JOIN working w
		)
		SELECT o.address, regexp_replace(o.address, '@[^@]*$', '') || '@' || m.meant, l.reason, l.received_at
		FROM own o
		JOIN lost l ON l.key = o.key
		JOIN mistyped m ON m.domain = o.domain
		WHERE m.meant IS NOT NULL
		ORDER BY l.received_at DESC, o.address COLLATE "C"
	$query$, address_column, bounce_table_name(subscribers), bounce_table_name(events))
	USING min_subscribers, max_dead, max_distance, since;
END;
$$;

COMMENT ON FUNCTION bounce_find_typos(regclass, regclass, name, integer, real, real, timestamptz) IS 'subscribers who bounced for a domain that is mistyped, with the address that may have been meant';
