-- Rules and formats of one's own: rows that bounce_parse(raw, rules) reads by.

CREATE TABLE bounce_rule (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	ruleset text NOT NULL DEFAULT 'default' CHECK (pg_catalog.length(ruleset) BETWEEN 1 AND 200),
	priority integer NOT NULL DEFAULT 0,
	syntax text NOT NULL DEFAULT 'plain' CHECK (syntax IN ('plain', 'regex')),
	diagnostic text CHECK (pg_catalog.length(diagnostic) BETWEEN 1 AND 1000),
	rhost text CHECK (pg_catalog.length(rhost) BETWEEN 1 AND 1000),
	destination text CHECK (pg_catalog.length(destination) BETWEEN 1 AND 1000),
	header text CHECK (header ~ '^[!-9;-~]{1,200}$'),
	header_value text CHECK (pg_catalog.length(header_value) BETWEEN 1 AND 1000),
	reason text NOT NULL CHECK (reason ~ '^[a-z][a-z0-9_]{0,62}$')
		CONSTRAINT bounce_rule_reason_is_failure CHECK (reason NOT IN ('delivered', 'feedback', 'vacation')),
	hard_bounce boolean,
	fault text CHECK (fault IN ('recipient', 'sender', 'content', 'network', 'receiver')),
	advice text CHECK (advice IN ('remove', 'retry', 'slow_down', 'fix_sender', 'fix_content', 'review', 'none')),
	enabled boolean NOT NULL DEFAULT true,
	valid_from timestamptz,
	valid_until timestamptz,
	owner name NOT NULL DEFAULT current_user,
	note text,
	created_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT bounce_rule_has_condition CHECK (pg_catalog.num_nonnulls(diagnostic, rhost, destination, header) > 0),
	CONSTRAINT bounce_rule_value_has_header CHECK (header_value IS NULL OR header IS NOT NULL),
	CONSTRAINT bounce_rule_validity CHECK (valid_from < valid_until)
);

COMMENT ON TABLE bounce_rule IS 'rules of one''s own: where all conditions of a row hold, its verdict stands above the built-in one';
COMMENT ON COLUMN bounce_rule.ruleset IS 'which rules go together: bounce_parse(raw, rules => ruleset)';
COMMENT ON COLUMN bounce_rule.priority IS 'of several rules that match the one of the highest priority decides, then the one of the lowest id';
COMMENT ON COLUMN bounce_rule.syntax IS 'how the conditions are written: plain (words without regard to case; a domain stands for the names below it, too) or regex (PCRE2, without regard to case)';
COMMENT ON COLUMN bounce_rule.diagnostic IS 'condition on the words of the refusal, as diagnostic_code of the verdict has them; at most 1000 characters, as all patterns';
COMMENT ON COLUMN bounce_rule.rhost IS 'condition on the host that refused';
COMMENT ON COLUMN bounce_rule.destination IS 'condition on the domain of the recipient';
COMMENT ON COLUMN bounce_rule.header IS 'condition: the bounce mail, or the message that it returns, has a field of that name';
COMMENT ON COLUMN bounce_rule.header_value IS '... with such a value, decoded; NULL: with any';
COMMENT ON COLUMN bounce_rule.reason IS 'verdict: one of bounce_reasons() for failures, or a name of one''s own (lower-case letters, digits, _)';
COMMENT ON COLUMN bounce_rule.hard_bounce IS 'verdict; NULL: as the built-in reason has it; false for a reason of one''s own; a delay is never hard';
COMMENT ON COLUMN bounce_rule.fault IS 'verdict; NULL: as the built-in reason has it';
COMMENT ON COLUMN bounce_rule.advice IS 'verdict; NULL: as the built-in reason has it; review for a reason of one''s own';
COMMENT ON COLUMN bounce_rule.enabled IS 'false: as if the row was not there';
COMMENT ON COLUMN bounce_rule.valid_from IS 'not before that time, by now(); NULL: since ever';
COMMENT ON COLUMN bounce_rule.valid_until IS 'before that time only; NULL: for ever';
COMMENT ON COLUMN bounce_rule.owner IS 'who answers for the rule; grants nothing';
COMMENT ON COLUMN bounce_rule.note IS 'why it is there';
COMMENT ON COLUMN bounce_rule.created_at IS 'when the row was made';

CREATE INDEX bounce_rule_order ON bounce_rule (ruleset, priority DESC, id);
COMMENT ON INDEX bounce_rule_order IS 'the rules of a ruleset in order of precedence';

CREATE TABLE bounce_format (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	ruleset text NOT NULL DEFAULT 'default' CHECK (pg_catalog.length(ruleset) BETWEEN 1 AND 200),
	priority integer NOT NULL DEFAULT 0,
	name text NOT NULL CHECK (pg_catalog.length(name) BETWEEN 1 AND 63),
	syntax text NOT NULL DEFAULT 'plain' CHECK (syntax IN ('plain', 'regex')),
	header text CHECK (header ~ '^[!-9;-~]{1,200}$'),
	header_value text CHECK (pg_catalog.length(header_value) BETWEEN 1 AND 1000),
	human_text text CHECK (pg_catalog.length(human_text) BETWEEN 1 AND 1000),
	recipient text NOT NULL CHECK (pg_catalog.length(recipient) BETWEEN 1 AND 1000),
	end_marker text CHECK (pg_catalog.length(end_marker) BETWEEN 1 AND 1000),
	kind text NOT NULL DEFAULT 'failure' CHECK (kind IN ('failure', 'delay')),
	enabled boolean NOT NULL DEFAULT true,
	valid_from timestamptz,
	valid_until timestamptz,
	owner name NOT NULL DEFAULT current_user,
	note text,
	created_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT bounce_format_has_signature CHECK (pg_catalog.num_nonnulls(header, human_text) > 0),
	CONSTRAINT bounce_format_value_has_header CHECK (header_value IS NULL OR header IS NOT NULL),
	CONSTRAINT bounce_format_validity CHECK (valid_from < valid_until)
);

COMMENT ON TABLE bounce_format IS 'formats of one''s own: a report that bears the signature of a row is read by its expression, before the built-in readers are asked';
COMMENT ON COLUMN bounce_format.ruleset IS 'which formats go together, and with which rules: bounce_parse(raw, rules => ruleset)';
COMMENT ON COLUMN bounce_format.priority IS 'of several formats the one of the highest priority is tried first, then the one of the lowest id';
COMMENT ON COLUMN bounce_format.name IS 'becomes decoded_by';
COMMENT ON COLUMN bounce_format.syntax IS 'how the signature (header_value, human_text) is written: plain (words without regard to case) or regex (PCRE2, without regard to case)';
COMMENT ON COLUMN bounce_format.header IS 'signature: the mail has a field of that name';
COMMENT ON COLUMN bounce_format.header_value IS '... with such a value, decoded; NULL: with any';
COMMENT ON COLUMN bounce_format.human_text IS 'signature: its human text, up to the end marker, holds this';
COMMENT ON COLUMN bounce_format.recipient IS 'regular expression (PCRE2) that finds a recipient, matched again and again over the human text; ^ and $ match at each line; groups recipient (else the first one), diagnostic, status, rhost, alias';
COMMENT ON COLUMN bounce_format.end_marker IS 'words at which the reading ends, such as those before the returned message';
COMMENT ON COLUMN bounce_format.kind IS 'what the report tells: failure or delay';
COMMENT ON COLUMN bounce_format.enabled IS 'false: as if the row was not there';
COMMENT ON COLUMN bounce_format.valid_from IS 'not before that time, by now(); NULL: since ever';
COMMENT ON COLUMN bounce_format.valid_until IS 'before that time only; NULL: for ever';
COMMENT ON COLUMN bounce_format.owner IS 'who answers for the format; grants nothing';
COMMENT ON COLUMN bounce_format.note IS 'why it is there';
COMMENT ON COLUMN bounce_format.created_at IS 'when the row was made';

CREATE INDEX bounce_format_order ON bounce_format (ruleset, priority DESC, id);
COMMENT ON INDEX bounce_format_order IS 'the formats of a ruleset in order of precedence';

COMMENT ON SEQUENCE bounce_rule_id_seq IS 'numbers of rules';
COMMENT ON SEQUENCE bounce_format_id_seq IS 'numbers of formats';

-- pg_dump saves the rows, and where their numbers stand
SELECT pg_catalog.pg_extension_config_dump('bounce_rule', '');
SELECT pg_catalog.pg_extension_config_dump('bounce_rule_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('bounce_format', '');
SELECT pg_catalog.pg_extension_config_dump('bounce_format_id_seq', '');

CREATE FUNCTION bounce_check_rule() RETURNS trigger
	AS 'MODULE_PATHNAME' LANGUAGE C;
COMMENT ON FUNCTION bounce_check_rule() IS 'refuses rules whose patterns can''t be compiled';
REVOKE EXECUTE ON FUNCTION bounce_check_rule() FROM PUBLIC;

CREATE FUNCTION bounce_check_format() RETURNS trigger
	AS 'MODULE_PATHNAME' LANGUAGE C;
COMMENT ON FUNCTION bounce_check_format() IS 'refuses formats whose patterns can''t be compiled';
REVOKE EXECUTE ON FUNCTION bounce_check_format() FROM PUBLIC;

CREATE FUNCTION bounce_rules_changed() RETURNS trigger
	AS 'MODULE_PATHNAME' LANGUAGE C;
COMMENT ON FUNCTION bounce_rules_changed() IS 'tells every session that keeps the rows compiled that they changed';
REVOKE EXECUTE ON FUNCTION bounce_rules_changed() FROM PUBLIC;

CREATE TRIGGER bounce_rule_check BEFORE INSERT OR UPDATE ON bounce_rule
	FOR EACH ROW EXECUTE FUNCTION bounce_check_rule();
COMMENT ON TRIGGER bounce_rule_check ON bounce_rule IS 'refuses rules whose patterns can''t be compiled';

CREATE TRIGGER bounce_format_check BEFORE INSERT OR UPDATE ON bounce_format
	FOR EACH ROW EXECUTE FUNCTION bounce_check_format();
COMMENT ON TRIGGER bounce_format_check ON bounce_format IS 'refuses formats whose patterns can''t be compiled';

-- For each row, and ALWAYS, since a subscription applies changes as a replica
-- and fires no statement triggers.
CREATE TRIGGER bounce_rule_changed AFTER INSERT OR UPDATE OR DELETE ON bounce_rule
	FOR EACH ROW EXECUTE FUNCTION bounce_rules_changed();
ALTER TABLE bounce_rule ENABLE ALWAYS TRIGGER bounce_rule_changed;
COMMENT ON TRIGGER bounce_rule_changed ON bounce_rule IS 'a change takes effect in every session, at commit';

CREATE TRIGGER bounce_rule_truncated AFTER TRUNCATE ON bounce_rule
	FOR EACH STATEMENT EXECUTE FUNCTION bounce_rules_changed();
ALTER TABLE bounce_rule ENABLE ALWAYS TRIGGER bounce_rule_truncated;
COMMENT ON TRIGGER bounce_rule_truncated ON bounce_rule IS 'a change takes effect in every session, at commit';

CREATE TRIGGER bounce_format_changed AFTER INSERT OR UPDATE OR DELETE ON bounce_format
	FOR EACH ROW EXECUTE FUNCTION bounce_rules_changed();
ALTER TABLE bounce_format ENABLE ALWAYS TRIGGER bounce_format_changed;
COMMENT ON TRIGGER bounce_format_changed ON bounce_format IS 'a change takes effect in every session, at commit';

CREATE TRIGGER bounce_format_truncated AFTER TRUNCATE ON bounce_format
	FOR EACH STATEMENT EXECUTE FUNCTION bounce_rules_changed();
ALTER TABLE bounce_format ENABLE ALWAYS TRIGGER bounce_format_truncated;
COMMENT ON TRIGGER bounce_format_truncated ON bounce_format IS 'a change takes effect in every session, at commit';

-- The functions that read by them.  The name of the ruleset has no default:
-- bounce_parse(raw) stays the one that is immutable.

CREATE FUNCTION bounce_parse(raw bytea, rules text, all_kinds boolean DEFAULT false) RETURNS SETOF bounce
	AS 'MODULE_PATHNAME', 'bounce_parse_bytea_own' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 6000 ROWS 1;

COMMENT ON FUNCTION bounce_parse(bytea, text, boolean) IS 'bounce_parse() by the rules and formats of a ruleset, which stand above the built-in ones';

CREATE FUNCTION bounce_parse(raw text, rules text, all_kinds boolean DEFAULT false) RETURNS SETOF bounce
	AS 'MODULE_PATHNAME', 'bounce_parse_text_own' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 6000 ROWS 1;

COMMENT ON FUNCTION bounce_parse(text, text, boolean) IS 'bounce_parse() by the rules and formats of a ruleset, which stand above the built-in ones';

CREATE FUNCTION bounce_judge(
	raw bytea,
	rules text DEFAULT NULL,
	all_kinds boolean DEFAULT false,
	OUT ordinal integer,
	OUT b bounce,
	OUT rule text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'bounce_judge_bytea' LANGUAGE C STABLE PARALLEL SAFE COST 6000 ROWS 1;

COMMENT ON FUNCTION bounce_judge(bytea, text, boolean) IS 'bounce_parse(), numbered, with the rule that gave each reason: of bounce_rules(), own:ID of bounce_rule, or engine:NAME; NULL where none did';

CREATE FUNCTION bounce_judge(
	raw text,
	rules text DEFAULT NULL,
	all_kinds boolean DEFAULT false,
	OUT ordinal integer,
	OUT b bounce,
	OUT rule text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'bounce_judge_text' LANGUAGE C STABLE PARALLEL SAFE COST 6000 ROWS 1;

COMMENT ON FUNCTION bounce_judge(text, text, boolean) IS 'bounce_parse(), numbered, with the rule that gave each reason: of bounce_rules(), own:ID of bounce_rule, or engine:NAME; NULL where none did';

CREATE FUNCTION bounce_parse_reply(reply text, rhost text, smtp_command text, rules text) RETURNS bounce
	AS 'MODULE_PATHNAME', 'bounce_parse_reply_own' LANGUAGE C STABLE PARALLEL SAFE COST 1500;

COMMENT ON FUNCTION bounce_parse_reply(text, text, text, text) IS 'bounce_parse_reply() by the rules of a ruleset; conditions on the destination and on headers do not hold for a reply';

CREATE FUNCTION bounce_explain(
	raw bytea,
	rules text,
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
	AS 'MODULE_PATHNAME', 'bounce_explain_bytea_own' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 35000 ROWS 20;

COMMENT ON FUNCTION bounce_explain(bytea, text) IS 'bounce_explain() of bounce_parse(raw, rules): a rule of one''s own has rule_file bounce_rule, and its id as rule_line';

CREATE FUNCTION bounce_explain(
	raw text,
	rules text,
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
	AS 'MODULE_PATHNAME', 'bounce_explain_text_own' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 35000 ROWS 20;

COMMENT ON FUNCTION bounce_explain(text, text) IS 'bounce_explain() of bounce_parse(raw, rules): a rule of one''s own has rule_file bounce_rule, and its id as rule_line';

CREATE FUNCTION bounce_explain_reply(
	reply text,
	rhost text,
	smtp_command text,
	rules text,
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
	AS 'MODULE_PATHNAME', 'bounce_explain_reply_own' LANGUAGE C STABLE PARALLEL SAFE COST 6000 ROWS 10;

COMMENT ON FUNCTION bounce_explain_reply(text, text, text, text) IS 'why bounce_parse_reply(reply, rhost, smtp_command, rules) judges a reply as it does';
