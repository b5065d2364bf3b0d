-- Fields of a mail by their name.

-- The first field of that name of the message that was returned, else of the mail
-- itself: unfolded, and decoded (RFC 2047).  The name may be in any case, with or
-- without its colon.  NULL where there is none.  Works for mail that is no bounce,
-- too.  Which of both it is from tells bounce_headers().
CREATE FUNCTION bounce_header(raw bytea, name text) RETURNS text
	AS 'MODULE_PATHNAME', 'bounce_header_bytea' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3000;

COMMENT ON FUNCTION bounce_header(bytea, text) IS 'a field of the returned message, else of the mail itself, decoded';

CREATE FUNCTION bounce_header(raw text, name text) RETURNS text
	AS 'MODULE_PATHNAME', 'bounce_header_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3000;

COMMENT ON FUNCTION bounce_header(text, text) IS 'a field of the returned message, else of the mail itself, decoded';

-- All fields of that name, in their order: first those of the returned message
-- (origin "returned"), then those of the mail itself and of what carried it
-- ("report").
CREATE FUNCTION bounce_headers(
	raw bytea,
	name text,
	OUT origin text,
	OUT ordinal integer,
	OUT value text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'bounce_headers_bytea' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3000 ROWS 2;

COMMENT ON FUNCTION bounce_headers(bytea, text) IS 'all fields of that name, of the returned message and of the mail itself, decoded';

CREATE FUNCTION bounce_headers(
	raw text,
	name text,
	OUT origin text,
	OUT ordinal integer,
	OUT value text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'bounce_headers_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3000 ROWS 2;

COMMENT ON FUNCTION bounce_headers(text, text) IS 'all fields of that name, of the returned message and of the mail itself, decoded';

-- The same of the message that a mail service's event is about, in the JSON that
-- bounce_parse_json() reads, where the service reports its fields.
CREATE FUNCTION bounce_header(doc jsonb, name text) RETURNS text
	AS 'MODULE_PATHNAME', 'bounce_header_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3000;

COMMENT ON FUNCTION bounce_header(jsonb, text) IS 'a field of the message that a mail service''s event is about, decoded';

CREATE FUNCTION bounce_headers(
	doc jsonb,
	name text,
	OUT origin text,
	OUT ordinal integer,
	OUT value text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'bounce_headers_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3000 ROWS 2;

COMMENT ON FUNCTION bounce_headers(jsonb, text) IS 'all fields of that name of the messages that a mail service''s events are about, decoded';
