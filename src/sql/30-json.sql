-- Other channels: events in JSON, as mail services report them, and the reasons
-- in the words of other systems.

-- COST and ROWS as those of bounce_parse(), of which it has the classifier.
CREATE FUNCTION bounce_parse_json(doc jsonb, all_kinds boolean DEFAULT false) RETURNS SETOF bounce
	AS 'MODULE_PATHNAME', 'bounce_parse_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5000 ROWS 1;

COMMENT ON FUNCTION bounce_parse_json(jsonb, boolean) IS 'one row per recipient that a webhook''s event, or each of several, reports on; none for other JSON';

-- Vocabularies: sisimai (its older words, too), bouncehammer, kumomta,
-- sparkpost, ses, powermta, postmark, sendgrid.  Another one is an error
-- (22023).  NULL where there is no word for the reason, or no such reason.
CREATE FUNCTION bounce_reason_as(reason text, vocabulary text) RETURNS text
	AS 'MODULE_PATHNAME', 'bounce_reason_as' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION bounce_reason_as(text, text) IS 'the word of another system that comes nearest to a reason; several reasons may share one';

CREATE FUNCTION bounce_reason_from(vocabulary text, name text) RETURNS text
	AS 'MODULE_PATHNAME', 'bounce_reason_from' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

COMMENT ON FUNCTION bounce_reason_from(text, text) IS 'the reason that a word of another system is most often said for, in whatever case it is written; NULL for words that are no reason, and unknown ones';
