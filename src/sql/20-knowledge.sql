-- What is compiled in, as tables.

CREATE FUNCTION bounce_reasons(
	OUT reason text,
	OUT kind text,
	OUT hard_bounce boolean,
	OUT fault text,
	OUT advice text,
	OUT meaning text,
	OUT bouncehammer text,
	OUT kumomta text,
	OUT sparkpost text,
	OUT ses text,
	OUT powermta text,
	OUT postmark text,
	OUT sendgrid text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'bounce_reasons' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 34;

COMMENT ON FUNCTION bounce_reasons() IS 'every reason: its meaning, fault, advice and hardness, and its name in other vocabularies';

CREATE FUNCTION bounce_kinds(
	OUT kind text,
	OUT meaning text,
	OUT only_with_all_kinds boolean
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'bounce_kinds' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 7;

COMMENT ON FUNCTION bounce_kinds() IS 'every kind of report';

CREATE FUNCTION bounce_decoders(
	OUT decoder text,
	OUT title text,
	OUT file text,
	OUT line integer
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'bounce_decoders' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 70;

COMMENT ON FUNCTION bounce_decoders() IS 'the formats of reports that are told apart, as decoded_by names them';

CREATE FUNCTION bounce_providers(
	OUT provider text,
	OUT title text,
	OUT domain text,
	OUT use text,
	OUT host_group text,
	OUT file text,
	OUT line integer
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'bounce_providers' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 1200;

COMMENT ON FUNCTION bounce_providers() IS 'who runs a mail domain or a mail exchanger: one row a domain, which stands for its subdomains, too';

CREATE FUNCTION bounce_rules(
	OUT rule text,
	OUT evidence text,
	OUT file text,
	OUT line integer,
	OUT pattern text,
	OUT means text,
	OUT reason text,
	OUT rank text,
	OUT provider text,
	OUT decoder text,
	OUT language text,
	OUT source text,
	OUT regex text,
	OUT example text,
	OUT example_rhost text,
	OUT example_command text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'bounce_rules' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2000000 ROWS 16000;

COMMENT ON FUNCTION bounce_rules() IS 'every rule: what it looks for, what it means, where it stands, who says so, and a reply that it decides';

CREATE FUNCTION bounce_limits(
	OUT name text,
	OUT value integer,
	OUT unit text,
	OUT meaning text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'bounce_limits' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 50;

COMMENT ON FUNCTION bounce_limits() IS 'every bound that is compiled in: past it the rest of a mail is ignored, and bounce_explain() says so';
