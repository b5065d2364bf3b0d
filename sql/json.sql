-- bounce_parse_json(): every sample event is judged as its label says
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;
SET TimeZone = 'UTC';

CREATE TABLE event (file text COLLATE "C", doc jsonb);
\copy event FROM PROGRAM 'samples/copy-json'
CREATE TABLE event_row AS
SELECT file, b.* FROM event, bounce_parse_json(doc, all_kinds => true) AS b;

CREATE TABLE label (
	file text COLLATE "C", recipient text, reason text, hard_bounce text, delivery_status text, reply_code text, action text,
	smtp_command text, feedback_type text, addresser text, alias text, rhost text, lhost text, message_id text, list_id text,
	bounced_at text
);
\copy label FROM 'samples/json/labels.tsv' WITH (NULL '')
DELETE FROM label WHERE file = 'file';

SELECT count(DISTINCT file) >= 70 AS enough, count(DISTINCT decoded_by) AS services, array_agg(DISTINCT kind ORDER BY kind) AS kinds
FROM event_row;

-- rows that are missing, too many, or not as labelled: a cell that is empty is not labelled, "a|b" is either
CREATE VIEW said AS
SELECT file, row_number() OVER (PARTITION BY file, recipient ORDER BY bounced_at, reply_code, kind COLLATE "C") AS n, recipient, reason,
	left(hard_bounce::text, 1) AS hard_bounce, delivery_status, reply_code::text, action, smtp_command, feedback_type, addresser, alias,
	rhost, lhost, message_id, list_id, extract(epoch FROM bounced_at)::bigint::text AS bounced_at
FROM event_row;
CREATE VIEW labelled AS
SELECT row_number() OVER (PARTITION BY file, recipient ORDER BY bounced_at, reply_code, action COLLATE "C") AS n, label.* FROM label;

SELECT coalesce(s.file, l.file) AS file, coalesce(s.recipient, l.recipient) AS recipient,
	CASE WHEN l.file IS NULL THEN 'too many' WHEN s.file IS NULL THEN 'missing' ELSE column_name END AS wrong, said, labelled
FROM said s FULL JOIN labelled l ON l.file = s.file AND l.recipient = s.recipient AND l.n = s.n
	LEFT JOIN LATERAL (VALUES
		('reason', s.reason, l.reason), ('hard_bounce', s.hard_bounce, l.hard_bounce),
		('delivery_status', s.delivery_status, l.delivery_status), ('reply_code', s.reply_code, l.reply_code),
		('action', s.action, l.action), ('smtp_command', s.smtp_command, l.smtp_command),
		('feedback_type', s.feedback_type, l.feedback_type), ('addresser', s.addresser, l.addresser),
		('alias', s.alias, l.alias), ('rhost', s.rhost, l.rhost), ('lhost', s.lhost, l.lhost),
		('message_id', s.message_id, l.message_id), ('list_id', s.list_id, l.list_id), ('bounced_at', s.bounced_at, l.bounced_at)
	) AS cells (column_name, said, labelled) ON l.file IS NOT NULL AND s.file IS NOT NULL
WHERE l.file IS NULL OR s.file IS NULL
	OR (cells.labelled IS NOT NULL AND (cells.said IS NULL OR NOT cells.said = ANY (string_to_array(cells.labelled, '|'))))
ORDER BY 1, 2, 3;

SELECT file, kind, recipient, reason, hard_bounce AS hard, advice, delivery_status AS status, reply_code AS reply, decoded_by
FROM event_row ORDER BY file, recipient COLLATE "C", bounced_at, token;

-- documents that report nothing
SELECT file FROM event WHERE file NOT IN (SELECT file FROM event_row) ORDER BY file;

-- the same bounce by mail and by webhook is one event: Amazon SES told both, and so the token is the same
SELECT count(DISTINCT token) AS tokens, count(*) AS reports FROM event_row
WHERE file IN ('ses-bounce-permanent.json', 'ses-bounce-event-publishing.json', 'sns-bounce.json', 'eventbridge-bounce.json');
SELECT count(*) AS of_both FROM event, bounce_parse_json(doc) w, bounce_parse(
	E'From: MAILER-DAEMON@amazonses.com\nTo: news@lindenhall.example\nDate: Mon, 02 Mar 2026 08:15:30 +0000\n'
	'Subject: Delivery Status Notification (Failure)\nMIME-Version: 1.0\n'
	'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n--b\n\nAn error occurred.\n'
	'--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a7-11.smtp-out.eu-west-1.amazonses.com\n\n'
	'Action: failed\nFinal-Recipient: rfc822; rosa@koharu.example\nLast-Attempt-Date: Mon, 02 Mar 2026 08:15:24 +0000\n'
	'Diagnostic-Code: smtp; 550 5.1.1 <rosa@koharu.example>: Recipient address rejected: User unknown in virtual mailbox table\n'
	'Status: 5.1.1\n--b\nContent-Type: text/rfc822-headers\n\nFrom: Lindenhall News <news@lindenhall.example>\n--b--\n') m
WHERE file = 'ses-bounce-permanent.json' AND m.token = w.token AND (m.reason, m.lhost, m.diagnostic_code) = (w.reason, w.lhost, w.diagnostic_code);

-- only failures, delays and complaints unless asked
SELECT array_agg(DISTINCT kind ORDER BY kind) FROM event, bounce_parse_json(doc);

-- the rest of the record
SELECT file, provider, host_group, destination, sender_domain, lhost, sent_at, timezone_offset, subject, list_id, feedback_id,
	retry_after, blocklist, listed_ip
FROM event_row
WHERE file IN ('ses-bounce-two-recipients.json', 'sendgrid-blocked.json', 'postmark-hard-bounce.json', 'azure-bounced.json', 'mailgun-failed-temporary.json')
ORDER BY file, recipient COLLATE "C";

-- the service's class decides only where the words do not, and its suppression list over all
SELECT n, b.reason, b.hard_bounce AS hard FROM (VALUES
	(1, '{"event": "hard_bounce", "email": "rosa@koharu.example", "ts_event": 1772443201, "reason": "552 5.2.2 Mailbox full"}'::jsonb),
	(2, '{"event": "hard_bounce", "email": "rosa@koharu.example", "ts_event": 1772443201, "reason": "???"}'),
	(3, '{"event": "hard_bounce", "email": "rosa@koharu.example", "ts_event": 1772443201, "reason": "451 4.0.0 ???"}'),
	(4, '{"event": "dropped", "email": "rosa@koharu.example", "sg_event_id": "x", "reason": "Bounced Address"}'),
	(5, '{"event": "bounce", "email": "rosa@koharu.example", "sg_event_id": "x", "reason": "???", "bounce_classification": "Mailbox Unavailable"}'),
	(6, '{"type": "hard", "email": "rosa@koharu.example"}'),
	(7, '{"type": "soft", "email": "rosa@koharu.example"}')
) v (n, doc), bounce_parse_json(doc) b ORDER BY n;

-- what others write about mail is no event
SELECT doc FROM (VALUES
	('{"email": "otto@midori.example", "status": "active"}'::jsonb),
	('{"email": "otto@midori.example", "message": "user unknown"}'),
	('{"email": "otto@midori.example", "code": 404, "message": "User not found"}'),
	('{"email": "otto@midori.example", "code": "500", "error": "mailbox full"}'),
	('{"email": "otto@midori.example", "event": "bounce rate"}'),
	('{"type": "hard", "subscriber_uuid": "9f86b53d"}'), ('{"type": "hard", "email": "not an address"}'),
	('{"notificationType": "Bounce", "mail": {}}'), ('{"Type": "Notification", "Message": "{\"notificationType\": \"Received\"}"}'),
	('"otto@midori.example"'), ('17'), ('null'), ('true'), ('[]'), ('{}'), ('[[], [[{"type": "hard", "email": "otto@midori.example"}]]]')
) v (doc), bounce_parse_json(doc, true);

-- NULL, a set, LIMIT, and an index that finds a recipient
SELECT count(*) FROM bounce_parse_json(NULL);
SELECT (bounce_parse_json(doc)).reason FROM event WHERE file = 'brevo-hard-bounce.json';
SELECT count(*) FROM (SELECT b.reason FROM event, bounce_parse_json(doc, true) b LIMIT 3) x;

-- by rules of one's own, and by which rule
INSERT INTO bounce_rule (ruleset, diagnostic, reason) VALUES ('json', 'zen.spamhaus.org', 'listed');
INSERT INTO bounce_rule (ruleset, header, header_value, reason) VALUES ('json', 'List-ID', 'weekly.lindenhall.example', 'weekly');
SELECT file, b.reason FROM event, bounce_parse_json(doc, 'json') b
WHERE file IN ('sendgrid-blocked.json', 'ses-bounce-two-recipients.json', 'brevo-hard-bounce.json') ORDER BY file, b.recipient COLLATE "C";
SELECT file, j.ordinal, (j.b).reason, regexp_replace(j.rule, '^own:.*', 'own') AS rule FROM event, bounce_judge_json(doc, 'json', true) j
WHERE file IN ('sendgrid-blocked.json', 'sendgrid-dropped.json', 'sendgrid-batch.json', 'listmonk-hard.json', 'sparkpost-bounce-class-only.json', 'brevo-hard-bounce.json')
ORDER BY file, j.ordinal;
SELECT count(*) AS same FROM event, bounce_judge_json(doc) j, bounce_parse_json(doc) WITH ORDINALITY p
WHERE j.ordinal = p.ordinality AND (j.b).token IS NOT DISTINCT FROM p.token AND (j.b).reason = p.reason;
SELECT count(*) FROM bounce_judge_json(NULL);
SELECT file, x.step, x.recipient, x.decision, x.value, x.won, x.rule, x.evidence, x.why FROM event, bounce_explain_json(doc) x
WHERE file IN ('sendgrid-dropped.json', 'sparkpost-bounce-class-only.json') ORDER BY file, x.step;
SELECT count(*) FILTER (WHERE x.won AND x.decision = 'reason' AND x.rule LIKE 'own:%') AS by_own, count(*) FILTER (WHERE x.evidence_from IS NOT NULL) AS places
FROM event, bounce_explain_json(doc, 'json') x WHERE file = 'sendgrid-blocked.json';
-- what is explained is what is judged
SELECT count(*) FROM event, bounce_judge_json(doc) j WHERE j.rule IS NOT NULL AND (j.b).kind IN ('failure', 'delay')
	AND NOT EXISTS (SELECT FROM bounce_explain_json(doc) x WHERE x.decision = 'reason' AND x.won AND x.rule = j.rule AND x.value = (j.b).reason);
SELECT count(*) FROM bounce_explain_json(NULL) UNION ALL SELECT count(*) FROM bounce_explain_json('{"a": 1}');
-- and so does the trigger of an inbox
CREATE TABLE hook (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, received_at timestamptz NOT NULL DEFAULT '2026-03-02 00:00+00', payload jsonb);
SELECT count(*) FROM bounce_create_inbox('hook', rules => 'json');
INSERT INTO hook (payload) SELECT doc FROM event WHERE file IN ('sendgrid-blocked.json', 'sendgrid-dropped.json', 'ses-open.json') ORDER BY file;
SELECT mail_id, recipient, reason, regexp_replace(rule, '^own:.*', 'own') AS rule FROM hook_event ORDER BY mail_id;
SELECT count(*) FROM bounce_drop_inbox('hook');
DROP TABLE IF EXISTS hook_event;
DROP TABLE hook;
DELETE FROM bounce_rule WHERE ruleset = 'json';

DROP VIEW said, labelled;
DROP TABLE event, event_row, label;
