-- Other channels: events in JSON, as mail services report them, and the reasons
-- in the words of other systems.

-- COST and ROWS as those of bounce_parse(), of which it has the classifier.
CREATE FUNCTION bounce_parse_json(doc jsonb, all_kinds boolean DEFAULT false) RETURNS SETOF bounce
	AS 'MODULE_PATHNAME', 'bounce_parse_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5000 ROWS 1;

COMMENT ON FUNCTION bounce_parse_json(jsonb, boolean) IS 'one row per recipient that a webhook''s event, or each of several, reports on; none for other JSON';

-- By the rules of a ruleset (30-rules.sql), which stand above the built-in ones.
CREATE FUNCTION bounce_parse_json(doc jsonb, rules text, all_kinds boolean DEFAULT false) RETURNS SETOF bounce
	AS 'MODULE_PATHNAME', 'bounce_parse_json_own' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 6000 ROWS 1;

COMMENT ON FUNCTION bounce_parse_json(jsonb, text, boolean) IS 'bounce_parse_json() by the rules of a ruleset, which stand above the built-in ones';

CREATE FUNCTION bounce_judge_json(
	doc jsonb,
	rules text DEFAULT NULL,
	all_kinds boolean DEFAULT false,
	OUT ordinal integer,
	OUT b bounce,
	OUT rule text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'bounce_judge_json' LANGUAGE C STABLE PARALLEL SAFE COST 6000 ROWS 1;

COMMENT ON FUNCTION bounce_judge_json(jsonb, text, boolean) IS 'bounce_parse_json(), numbered, with the rule that gave each reason: of bounce_rules(), own:ID of bounce_rule, or engine:NAME (engine:service-class and engine:service-knows: what the service says itself); NULL where none did';

CREATE FUNCTION bounce_explain_json(
	doc jsonb,
	rules text DEFAULT NULL,
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
	AS 'MODULE_PATHNAME', 'bounce_explain_json' LANGUAGE C STABLE PARALLEL SAFE COST 30000 ROWS 20;

COMMENT ON FUNCTION bounce_explain_json(jsonb, text) IS 'why an event gets its verdict, as bounce_explain() tells it of a mail; where in the document the evidence stands is not told';

-- Vocabularies: sisimai (its older words, too), bouncehammer, kumomta,
-- sparkpost, ses, powermta, postmark, sendgrid.  Another one is an error
-- (22023).  NULL where there is no word for the reason, or no such reason.
CREATE FUNCTION bounce_reason_as(reason text, vocabulary text) RETURNS text
	AS 'MODULE_PATHNAME', 'bounce_reason_as' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION bounce_reason_as(text, text) IS 'the word of another system that comes nearest to a reason; several reasons may share one';

CREATE FUNCTION bounce_reason_from(vocabulary text, name text) RETURNS text
	AS 'MODULE_PATHNAME', 'bounce_reason_from' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION bounce_reason_from(text, text) IS 'the reason that a word of another system is most often said for, in whatever case it is written; NULL for words that are no reason, and unknown ones';
