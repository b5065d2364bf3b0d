-- A mail or a reply in, verdicts out.

-- COST is in units of cpu_operator_cost, and measured: "make bench" takes the
-- time of a call, and that of a scan of a table in memory, of which the planner
-- thinks that it costs so many units; it prints how many of these a call is
-- worth.  The figures here are that for bounces of a few KB, to the order of
-- magnitude.  A support function could not do better.  It would see but the
-- column's average width, which for mails that are stored out of line is that of
-- the pointer.
--
-- ROWS is 1 for mails: few report on more than one recipient, many on none.

CREATE FUNCTION bounce_parse(raw bytea, all_kinds boolean DEFAULT false) RETURNS SETOF bounce
	AS 'MODULE_PATHNAME', 'bounce_parse_bytea' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5000 ROWS 1;

COMMENT ON FUNCTION bounce_parse(bytea, boolean) IS 'one row per recipient that a bounce mail reports on; none for other mail';

CREATE FUNCTION bounce_parse(raw text, all_kinds boolean DEFAULT false) RETURNS SETOF bounce
	AS 'MODULE_PATHNAME', 'bounce_parse_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5000 ROWS 1;

COMMENT ON FUNCTION bounce_parse(text, boolean) IS 'one row per recipient that a bounce mail reports on; none for other mail';

CREATE FUNCTION bounce_parse_reply(reply text, rhost text DEFAULT NULL, smtp_command text DEFAULT NULL) RETURNS bounce
	AS 'MODULE_PATHNAME', 'bounce_parse_reply' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION bounce_parse_reply(text, text, text) IS 'judges a bare SMTP reply, as a mail log holds it';
