-- Why.

CREATE FUNCTION bounce_explain(
	raw bytea,
	OUT step integer,
	OUT recipient text,
	OUT decision text,
	OUT value text,
	OUT won boolean,
	OUT rule text,
	OUT rule_file text,
	OUT rule_line integer,
	OUT evidence text,
	OUT evidence_from integer,
	OUT evidence_for integer,
	OUT why text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'bounce_explain_bytea' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 30000 ROWS 20;

COMMENT ON FUNCTION bounce_explain(bytea) IS 'why a mail gets its verdict: each decision with its rule, its evidence and what lost against it';

CREATE FUNCTION bounce_explain(
	raw text,
	OUT step integer,
	OUT recipient text,
	OUT decision text,
	OUT value text,
	OUT won boolean,
	OUT rule text,
	OUT rule_file text,
	OUT rule_line integer,
	OUT evidence text,
	OUT evidence_from integer,
	OUT evidence_for integer,
	OUT why text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'bounce_explain_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 30000 ROWS 20;

COMMENT ON FUNCTION bounce_explain(text) IS 'why a mail gets its verdict: each decision with its rule, its evidence and what lost against it';

CREATE FUNCTION bounce_explain_reply(
	reply text,
	rhost text DEFAULT NULL,
	smtp_command text DEFAULT NULL,
	OUT step integer,
	OUT recipient text,
	OUT decision text,
	OUT value text,
	OUT won boolean,
	OUT rule text,
	OUT rule_file text,
	OUT rule_line integer,
	OUT evidence text,
	OUT evidence_from integer,
	OUT evidence_for integer,
	OUT why text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'bounce_explain_reply_text' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 10;

COMMENT ON FUNCTION bounce_explain_reply(text, text, text) IS 'why bounce_parse_reply() judges a reply as it does';
