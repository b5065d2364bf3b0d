-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION bounce" to load this file. \quit

-- The record.

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
