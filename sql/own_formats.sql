-- formats of one's own: bounce_format teaches the report of a home-made MTA
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;
SET timezone = 'UTC';

CREATE TABLE mail (id int PRIMARY KEY, raw bytea);
INSERT INTO mail SELECT i, convert_to(m, 'UTF8') FROM (VALUES
(1, $mail$From: postbote@relay.example
To: letters@news.example
Subject: Nicht zugestellt
X-Postbote: 3.1 (Dora)
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe vom Postboten.
Empf=E4nger: rosa@koharu.example; Grund: 550 5.1.1 gibt es
   nicht; Host: mx.koharu.example
Empf=E4nger: Otto@Midori.Example; Grund: 552 5.2.2 Mailbox full; Host: -
Empf=E4nger: kein-at; Grund: 550 x; Host: -
---- Ende ----
Empf=E4nger: emil@quoted.example; Grund: 550 quoted; Host: -
$mail$),
-- the text alone bears the signature; the report is one part of several
(2, $mail$From: "Taro" <taro@relay.example>
To: letters@news.example
Subject: Re: Spring
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/html; charset=utf-8

<p>Trouble ticket 17</p><p>hana@midori.example (was info@midori.example): [4.2.2] over quota</p>
--x
Content-Type: message/rfc822

From: letters@news.example
To: info@midori.example
Subject: Spring
Message-ID: <letter.1@news.example>

Hello.
--x--
$mail$),
-- the built-in reader would read this one
(3, $mail$From: MAILER-DAEMON@out.news.example
To: letters@news.example
Subject: Undelivered Mail Returned to Sender
X-Postbote: 3.1 (Emil)
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: text/plain; charset=utf-8

Empfänger: rosa@koharu.example; Grund: 550 5.2.2 Mailbox full; Host: mx.koharu.example

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; out.news.example

Final-Recipient: rfc822; fields@koharu.example
Action: failed
Status: 5.1.1

--x--
$mail$)) t (i, m);

SELECT id, b.recipient, b.kind, b.reason, b.decoded_by FROM mail, bounce_parse(raw, 'default') b ORDER BY id, b.recipient COLLATE "C";

BEGIN;
ALTER TABLE bounce_format ALTER id RESTART 1000;
INSERT INTO bounce_format (name, header, header_value, recipient, end_marker)
VALUES ('Postbote', 'X-Postbote', '3.1', '^Empfänger: (?<recipient>\S+); Grund: (?<diagnostic>[^;]+); Host: (?<rhost>\S+)$', '---- ENDE');
INSERT INTO bounce_format (name, syntax, human_text, recipient, kind)
VALUES ('Ticket', 'regex', '^trouble  ?ticket \d+', '(?<recipient>\S+@\S+) \(was (?<alias>\S+)\): \[(?<status>[\d.]+)\] (?<diagnostic>.+)', 'delay');
SELECT id, b.recipient, b.alias, b.kind, b.reason, b.hard_bounce AS hard, b.rhost, b.delivery_status AS status, b.diagnostic_code, b.decoded_by, b.subject
FROM mail, bounce_parse(raw, 'default') b ORDER BY id, b.recipient COLLATE "C";

-- why; offsets are those of the encoded text, where nothing closer can be told
SELECT id, e.decision, e.value, e.won, e.rule, e.rule_file, e.rule_line, e.evidence,
	left(convert_from(substring(raw FROM e.evidence_from FOR e.evidence_for), 'UTF8'), 30) AS bytes
FROM mail, bounce_explain(raw, 'default') e WHERE e.rule_file = 'bounce_format' OR e.rule = 'engine:own format' ORDER BY id, e.step;

-- rules judge what the format found
INSERT INTO bounce_rule (diagnostic, destination, reason) VALUES ('gibt es nicht', 'koharu.example', 'nobody_there');
SELECT j.ordinal, (j.b).recipient, (j.b).reason, (j.b).decoded_by, j.rule IS NOT DISTINCT FROM (SELECT 'own:' || max(r.id) FROM bounce_rule r) AS own
FROM mail, bounce_judge(raw, 'default') j WHERE id = 1 ORDER BY j.ordinal;

-- without the groups that have names the first group is the recipient, and all up to the next one are its words
UPDATE bounce_format SET recipient = '^Empfänger: (\S+);' WHERE name = 'Postbote';
SELECT id, b.recipient, b.reason, b.rhost, b.diagnostic_code FROM mail, bounce_parse(raw, 'default') b WHERE id = 1;

-- other sets, disabled and invalid ones are not asked
UPDATE bounce_format SET ruleset = 'other' WHERE name = 'Postbote';
SELECT count(*) FROM mail, bounce_parse(raw, 'default') b WHERE b.decoded_by = 'Postbote';
SELECT count(*) FROM mail, bounce_parse(raw, 'other') b WHERE b.decoded_by = 'Postbote';
UPDATE bounce_format SET valid_from = now() + interval '1 second';
SELECT count(*) FROM mail, bounce_parse(raw, 'other') b WHERE b.decoded_by = 'Postbote';
UPDATE bounce_format SET valid_from = now(), enabled = false;
SELECT count(*) FROM mail, bounce_parse(raw, 'other') b WHERE b.decoded_by = 'Postbote';
-- the one of the highest priority speaks, if it finds somebody
UPDATE bounce_format SET enabled = true;
INSERT INTO bounce_format (ruleset, priority, name, header, recipient) VALUES
	('other', 2, 'Finds nobody', 'X-Postbote', '(nobody@\S+)'),
	('other', 1, 'Higher', 'X-Postbote', '(\S+@\S+);');
SELECT id, b.decoded_by, count(*) FROM mail, bounce_parse(raw, 'other') b GROUP BY 1, 2 ORDER BY 1;
SELECT e.value, e.won, e.why FROM mail, bounce_explain(raw, 'other') e WHERE id = 1 AND e.decision = 'format' ORDER BY e.step;
ROLLBACK;

-- a pattern that runs away ends the reading, not the server
BEGIN;
SET LOCAL statement_timeout = '30s';
INSERT INTO bounce_format (name, header, recipient) VALUES ('Slow', 'X-Slow', '((a+)+)@x');
SELECT count(*) FROM bounce_parse(E'X-Slow: 1\n\n' || repeat('a', 200000), 'default');
ROLLBACK;

-- what can't be right is refused
INSERT INTO bounce_format (name, header, recipient) VALUES ('x', 'X', '(\S+@\S+');
INSERT INTO bounce_format (name, header, recipient) VALUES ('x', 'X', '\S+@\S+');
INSERT INTO bounce_format (name, header, recipient) VALUES ('x', 'X', repeat('(a)', 100));
\set VERBOSITY terse
INSERT INTO bounce_format (name, syntax, human_text, recipient) VALUES ('x', 'regex', 'a**', '(a)');
INSERT INTO bounce_format (name, recipient) VALUES ('x', '(a)');
INSERT INTO bounce_format (name, header_value, human_text, recipient) VALUES ('x', 'x', 'x', '(a)');
INSERT INTO bounce_format (name, header, recipient, kind) VALUES ('x', 'X', '(a)', 'complaint');
INSERT INTO bounce_format (name, header, recipient, end_marker) VALUES ('x', 'X', '(a)', ' ');
SELECT count(*) FROM bounce_format;
DROP TABLE mail;
