-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION bounce" to load this file. \quit

-- type

-- src/pg/row.h names the attributes in this order
CREATE TYPE bounce AS (
	kind text,
	recipient text,
	reason text,
	hard_bounce boolean,
	fault text,
	advice text,
	action text,
	delivery_status text,
	reply_code smallint,
	smtp_command text,
	diagnostic_type text,
	diagnostic_code text,
	alias text,
	verp text,
	addresser text,
	sender_domain text,
	destination text,
	provider text,
	host_group text,
	rhost text,
	lhost text,
	bounced_at timestamptz,
	sent_at timestamptz,
	timezone_offset text,
	message_id text,
	subject text,
	list_id text,
	feedback_type text,
	feedback_id text,
	retry_after interval,
	blocklist text[],
	listed_ip inet,
	decoded_by text,
	token text
);

COMMENT ON TYPE bounce IS 'what a bounce mail reports on one recipient';

COMMENT ON COLUMN bounce.kind IS 'failure, delay (still being tried), complaint (feedback loop); with all_kinds also success, autoreply, receipt, challenge';
COMMENT ON COLUMN bounce.recipient IS 'the address that failed, ASCII letters lower-cased; NULL where the report hides it';
COMMENT ON COLUMN bounce.reason IS 'why, one of bounce_reasons()';
COMMENT ON COLUMN bounce.hard_bounce IS 'true: the address itself is bad for good; NULL where kind is neither failure nor delay';
COMMENT ON COLUMN bounce.fault IS 'whose it is: recipient, sender, content, network, receiver; NULL where unknown';
COMMENT ON COLUMN bounce.advice IS 'what to do: remove, retry, slow_down, fix_sender, fix_content, review, none';
COMMENT ON COLUMN bounce.action IS 'failed, delayed, delivered, relayed, expanded (RFC 3464 2.3.3)';
COMMENT ON COLUMN bounce.delivery_status IS 'enhanced status code such as 5.1.1 (RFC 3463); NULL where none was reported';
COMMENT ON COLUMN bounce.reply_code IS 'SMTP reply code such as 550 (RFC 5321)';
COMMENT ON COLUMN bounce.smtp_command IS 'the command at which it failed: EHLO, MAIL, RCPT, DATA ...';
COMMENT ON COLUMN bounce.diagnostic_type IS 'smtp, x-unix, x-postfix ... (RFC 3464 2.3.6)';
COMMENT ON COLUMN bounce.diagnostic_code IS 'the remote server''s words on one line';
COMMENT ON COLUMN bounce.alias IS 'the address mailed, where it was expanded or forwarded to recipient';
COMMENT ON COLUMN bounce.verp IS 'the address decoded from VERP, SRS or BATV in the bounce''s own recipient';
COMMENT ON COLUMN bounce.addresser IS 'who had sent the returned message';
COMMENT ON COLUMN bounce.sender_domain IS 'the domain of addresser';
COMMENT ON COLUMN bounce.destination IS 'the domain of recipient';
COMMENT ON COLUMN bounce.provider IS 'who runs the destination: google, microsoft, yahoo, nttdocomo ...';
COMMENT ON COLUMN bounce.host_group IS 'class of the destination: webmail, cellphone, smartphone, pc, reserved';
COMMENT ON COLUMN bounce.rhost IS 'the host that refused';
COMMENT ON COLUMN bounce.lhost IS 'the host that tried';
COMMENT ON COLUMN bounce.bounced_at IS 'when it failed';
COMMENT ON COLUMN bounce.sent_at IS 'when the returned message was sent';
COMMENT ON COLUMN bounce.timezone_offset IS 'the zone as written where bounced_at was read: +0900';
COMMENT ON COLUMN bounce.message_id IS 'Message-ID of the returned message, without angle brackets';
COMMENT ON COLUMN bounce.subject IS 'Subject of the returned message, decoded (RFC 2047)';
COMMENT ON COLUMN bounce.list_id IS 'List-Id of the returned message (RFC 2919)';
COMMENT ON COLUMN bounce.feedback_type IS 'abuse, fraud, opt-out ... (RFC 5965)';
COMMENT ON COLUMN bounce.feedback_id IS 'Feedback-ID of the returned message';
COMMENT ON COLUMN bounce.retry_after IS 'how long the reply asks to wait';
COMMENT ON COLUMN bounce.blocklist IS 'DNS block lists that the reply names: spamhaus-zen ...';
COMMENT ON COLUMN bounce.listed_ip IS 'the address that the reply says is refused or listed';
COMMENT ON COLUMN bounce.decoded_by IS 'the format reader that spoke: RFC3464, Postfix, Exim ...';
COMMENT ON COLUMN bounce.token IS 'digest over addresser, recipient and bounced_at: the same event has the same token';

-- functions

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

-- knowledge

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
