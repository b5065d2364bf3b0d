-- rules of one's own: bounce_rule, and the functions that read by it
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;
SET timezone = 'UTC';

CREATE TABLE mail (id int PRIMARY KEY, raw bytea, words text);
INSERT INTO mail SELECT 1, convert_to(m, 'UTF8'), m FROM (VALUES (
$mail$From: MAILER-DAEMON@out.news.example
To: letters@news.example
Subject: Undelivered Mail Returned to Sender
X-Gateway: =?UTF-8?Q?Fr=C3=BChling?= in bloom
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; out.news.example

Final-Recipient: rfc822; rosa@koharu.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.koharu.example
Diagnostic-Code: smtp; 550 5.1.1 <rosa@koharu.example>: User unknown

Final-Recipient: rfc822; otto@mail.midori.example
Action: delayed
Status: 4.2.2
Remote-MTA: dns; mx.midori.example
Diagnostic-Code: smtp; 452 4.2.2 Mailbox full

Final-Recipient: rfc822; emil@notmidori.example
Action: failed
Status: 5.0.0
Remote-MTA: dns; mx.notmidori.example
Diagnostic-Code: smtp; 554 5.0.0 Zwerg 17 hat keine Lust

--x
Content-Type: text/rfc822-headers

From: letters@news.example
To: rosa@koharu.example
Subject: Spring
X-Campaign: c-2026-03

--x--
$mail$)) t (m);

-- without rules nothing is changed, whatever the ruleset is called
SELECT b.recipient, b.kind, b.reason, b.hard_bounce AS hard, b.fault, b.advice FROM mail, bounce_parse(raw, 'default') b;
SELECT count(*) FROM mail, bounce_parse(raw, 'no such ruleset') b;
SELECT count(*) AS differ FROM mail, LATERAL (SELECT bounce_parse(raw, '') EXCEPT SELECT bounce_parse(raw)) b;

-- every way to call it means what it says
SELECT
	(SELECT count(*) FROM bounce_parse(raw)) AS plain,
	(SELECT count(*) FROM bounce_parse(raw, true)) AS all_kinds,
	(SELECT count(*) FROM bounce_parse(raw, all_kinds => true)) AS named,
	(SELECT count(*) FROM bounce_parse(raw, 'default')) AS rules,
	(SELECT count(*) FROM bounce_parse(raw, rules => 'default')) AS named_rules,
	(SELECT count(*) FROM bounce_parse(raw, rules => 'default', all_kinds => true)) AS both_named,
	(SELECT count(*) FROM bounce_parse(raw, 'default', true)) AS both,
	(SELECT count(*) FROM bounce_parse(raw, NULL::text)) AS nothing
FROM mail;
SELECT
	(SELECT count(*) FROM bounce_parse(words)) AS plain,
	(SELECT count(*) FROM bounce_parse(words, true)) AS all_kinds,
	(SELECT count(*) FROM bounce_parse(words, all_kinds => true)) AS named,
	(SELECT count(*) FROM bounce_parse(words, 'default')) AS rules,
	(SELECT count(*) FROM bounce_parse(words, rules => 'default')) AS named_rules,
	(SELECT count(*) FROM bounce_parse(words, rules => 'default', all_kinds => true)) AS both_named
FROM mail;
SELECT count(*) FROM bounce_parse('no bounce');
SELECT count(*) FROM bounce_parse('no bounce', true);
SELECT count(*) FROM bounce_parse('no bounce', all_kinds => true);
SELECT count(*) FROM bounce_parse('no bounce', 'default');
SELECT count(*) FROM bounce_parse('no bounce', rules => 'default');

-- conditions: words, hosts, destinations, fields
BEGIN;
INSERT INTO bounce_rule (diagnostic, reason, note) VALUES ('ZWERG  17', 'dwarf', 'the dwarf is no reason');
SELECT b.recipient, b.reason, b.hard_bounce AS hard, b.fault, b.advice FROM mail, bounce_parse(raw, 'default') b;
ROLLBACK;
BEGIN;
INSERT INTO bounce_rule (destination, reason) VALUES ('midori.example', 'ours'), ('.koharu.example', 'theirs');
SELECT b.recipient, b.kind, b.reason, b.hard_bounce AS hard, b.advice FROM mail, bounce_parse(raw, 'default') b;
ROLLBACK;
BEGIN;
INSERT INTO bounce_rule (syntax, rhost, diagnostic, reason, hard_bounce, fault, advice)
VALUES ('regex', '^mx\.(not)?midori\.', '\bzwerg \d+|\bfull\b', 'blocked', true, 'sender', 'remove');
-- a delay is never hard, and nobody is removed for it
SELECT b.recipient, b.kind, b.reason, b.hard_bounce AS hard, b.fault, b.advice FROM mail, bounce_parse(raw, 'default') b;
ROLLBACK;
BEGIN;
INSERT INTO bounce_rule (header, header_value, destination, reason) VALUES
	('x-gateway', 'FRÜHLING IN', 'koharu.example', 'by_header'),
	('X-Campaign', 'c-2026', 'midori.example', 'by_returned_header'),
	('X-Nothing', NULL, NULL, 'never');
SELECT b.recipient, b.reason FROM mail, bounce_parse(raw, 'default') b;
SELECT b.recipient, b.reason FROM mail, bounce_parse(words, 'default') b;
ROLLBACK;

-- a built-in reason brings its fault and advice, and a 4xx reply is no hard bounce
BEGIN;
INSERT INTO bounce_rule (diagnostic, reason) VALUES ('greylisted', 'userunknown');
SELECT reason, hard_bounce AS hard, fault, advice FROM bounce_parse_reply('550 greylisted', NULL, NULL, 'default');
SELECT reason, hard_bounce AS hard, fault, advice FROM bounce_parse_reply('450 greylisted', NULL, NULL, 'default');
UPDATE bounce_rule SET hard_bounce = true, advice = 'review';
SELECT reason, hard_bounce AS hard, fault, advice FROM bounce_parse_reply('450 greylisted', NULL, NULL, 'default');
SELECT kind, reason FROM bounce_parse_reply('250 greylisted', NULL, NULL, 'default');
-- what a reply names follows the new reason
UPDATE bounce_rule SET diagnostic = 'zen.example', reason = 'blocked', hard_bounce = NULL, advice = NULL;
SELECT reason, listed_ip FROM bounce_parse_reply('550 5.1.1 user unknown [192.0.2.7] zen.example', NULL, NULL, NULL);
SELECT reason, listed_ip FROM bounce_parse_reply('550 5.1.1 user unknown [192.0.2.7] zen.example', NULL, NULL, 'default');
SELECT bounce_parse_reply(NULL, NULL, NULL, 'default') IS NULL AS nothing;
ROLLBACK;

-- the highest priority first, then the lowest id; what is disabled or of another set does not count
BEGIN;
INSERT INTO bounce_rule (priority, diagnostic, reason) VALUES (0, 'unknown', 'first'), (0, 'user unknown', 'second'), (5, 'user', 'higher'), (-1, 'user unknown', 'lower');
INSERT INTO bounce_rule (priority, diagnostic, reason, enabled) VALUES (9, 'unknown', 'disabled', false);
INSERT INTO bounce_rule (priority, diagnostic, reason, ruleset) VALUES (9, 'unknown', 'other_set', 'Ännchen "x"');
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
DELETE FROM bounce_rule WHERE reason = 'higher';
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
UPDATE bounce_rule SET enabled = false WHERE reason = 'first';
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'Ännchen "x"');
-- the ruleset may be a column
SELECT s.ruleset, r.reason FROM (VALUES ('default'), ('Ännchen "x"'), ('none'), (NULL), ('default')) s (ruleset),
	bounce_parse_reply('550 user unknown', NULL, NULL, s.ruleset) r;
TRUNCATE bounce_rule;
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
ROLLBACK;

-- valid for some time
BEGIN;
INSERT INTO bounce_rule (priority, diagnostic, reason, valid_from, valid_until) VALUES
	(4, 'unknown', 'over', NULL, now()),
	(3, 'unknown', 'to_come', now() + interval '1 second', NULL),
	(2, 'unknown', 'now', now(), now() + interval '1 second'),
	(1, 'unknown', 'for_ever', '-infinity', 'infinity');
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
DELETE FROM bounce_rule WHERE reason = 'now';
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
ROLLBACK;

-- savepoints; a function sees what it has done itself, expression by expression
BEGIN;
SAVEPOINT a;
INSERT INTO bounce_rule (diagnostic, reason) VALUES ('unknown', 'in_savepoint');
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
ROLLBACK TO a;
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
DO $$
DECLARE
	b bounce;
BEGIN
	FOR i IN 1..3 LOOP
		b := bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
		RAISE WARNING 'before: %', b.reason;
		BEGIN
			INSERT INTO bounce_rule (diagnostic, reason, priority) VALUES ('unknown', 'turn_' || i, i);
			b := bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
			RAISE WARNING 'after: %', b.reason;
			IF i = 2 THEN
				RAISE division_by_zero;
			END IF;
		EXCEPTION WHEN division_by_zero THEN
			NULL;
		END;
	END LOOP;
END $$;
ROLLBACK;

-- which rule it was
BEGIN;
ALTER TABLE bounce_rule ALTER id RESTART 1000;
INSERT INTO bounce_rule (diagnostic, reason) VALUES ('zwerg', 'dwarf');
SELECT j.ordinal, (j.b).recipient, (j.b).reason, j.rule FROM mail, bounce_judge(raw) j;
SELECT j.ordinal, (j.b).recipient, (j.b).reason, j.rule FROM mail, bounce_judge(raw, 'default') j;
SELECT j.ordinal, (j.b).recipient, (j.b).reason, j.rule FROM mail, bounce_judge(words, rules => 'default', all_kinds => true) j;
SELECT count(*) FROM bounce_judge(NULL::bytea, 'default');
SELECT count(*) FROM mail, bounce_judge(raw, 'default', NULL);
-- built-in ones are those of bounce_rules()
SELECT count(*) AS unknown FROM mail, bounce_judge(raw) j WHERE j.rule NOT IN (SELECT rule FROM bounce_rules());
-- the record is that of bounce_parse()
SELECT count(*) AS differ FROM mail, bounce_judge(raw, 'default') j
WHERE NOT EXISTS (SELECT FROM bounce_parse(raw, 'default') b WHERE b IS NOT DISTINCT FROM j.b);

-- why: the rule of one's own, its evidence, and the verdict that lost
SELECT e.decision, e.value, e.won, e.rule, e.rule_file, e.rule_line, e.evidence, e.why,
	convert_from(substring(raw FROM e.evidence_from FOR e.evidence_for), 'UTF8') AS bytes
FROM mail, bounce_explain(raw, 'default') e
WHERE e.recipient = 'emil@notmidori.example' AND e.decision IN ('reason', 'hard_bounce', 'fault', 'advice') ORDER BY e.step;
INSERT INTO bounce_rule (priority, header, header_value, reason) VALUES (1, 'X-Gateway', 'frühling', 'spring');
INSERT INTO bounce_rule (syntax, destination, reason, advice) VALUES ('regex', '(^|\.)midori\.example$', 'mailboxfull', 'slow_down');
SELECT e.value, e.won, e.rule, e.evidence, e.why,
	convert_from(substring(raw FROM e.evidence_from FOR e.evidence_for), 'UTF8') AS bytes
FROM mail, bounce_explain(raw, 'default') e
WHERE e.rule LIKE 'own:%' AND e.decision = 'reason' ORDER BY e.step;
SELECT count(*) AS differ FROM mail, LATERAL (SELECT * FROM bounce_explain(raw, 'none') EXCEPT SELECT * FROM bounce_explain(raw)) e;
SELECT e.value, e.won, e.rule, e.why FROM bounce_explain_reply('550 Zwerg', NULL, NULL, 'default') e
WHERE e.decision = 'reason' ORDER BY e.step;
SELECT count(*) FROM bounce_explain_reply(NULL, NULL, NULL, 'default');
ROLLBACK;

-- a pattern that runs away is stopped, and does not match; the explanation says so
BEGIN;
ALTER TABLE bounce_rule ALTER id RESTART 1000;
INSERT INTO bounce_rule (syntax, diagnostic, reason) VALUES ('regex', '(a+)+$', 'catastrophe');
SET LOCAL statement_timeout = '20s';
SELECT r.reason FROM bounce_parse_reply('550 ' || repeat('a', 3000) || '!', NULL, NULL, 'default') r;
SELECT e.value, e.won, e.rule, e.why FROM bounce_explain_reply('550 ' || repeat('a', 3000) || '!', NULL, NULL, 'default') e
WHERE e.rule LIKE 'own:%';
ROLLBACK;

-- what can't be right is refused
\set VERBOSITY default
INSERT INTO bounce_rule (syntax, diagnostic, reason) VALUES ('regex', 'käse(a|b', 'x');
INSERT INTO bounce_rule (syntax, header, header_value, reason) VALUES ('regex', 'Subject', 'a\Cb', 'x');
INSERT INTO bounce_rule (rhost, reason) VALUES ('not a host', 'x');
INSERT INTO bounce_rule (diagnostic, reason) VALUES (E' \t', 'x');
\set VERBOSITY terse
-- (where exactly these two are wrong is told differently by PCRE2's versions)
INSERT INTO bounce_rule (syntax, rhost, reason) VALUES ('regex', '[z-a]', 'x');
INSERT INTO bounce_rule (syntax, destination, reason) VALUES ('regex', '*.example.com', 'x');
INSERT INTO bounce_rule (reason) VALUES ('x');
INSERT INTO bounce_rule (header_value, reason, diagnostic) VALUES ('x', 'x', 'x');
INSERT INTO bounce_rule (diagnostic, reason) VALUES ('', 'x');
INSERT INTO bounce_rule (syntax, diagnostic, reason) VALUES ('regex', repeat('ä', 1001), 'x');
INSERT INTO bounce_rule (syntax, diagnostic, reason) VALUES ('regex', repeat('(', 100000), 'x');
INSERT INTO bounce_rule (syntax, diagnostic, reason) VALUES ('like', 'a%', 'x');
INSERT INTO bounce_rule (header, reason) VALUES ('Subject:', 'x');
INSERT INTO bounce_rule (diagnostic, reason) VALUES ('x', 'My Reason');
INSERT INTO bounce_rule (diagnostic, reason) VALUES ('x', 'delivered');
INSERT INTO bounce_rule (diagnostic, reason, advice) VALUES ('x', 'x', 'panic');
INSERT INTO bounce_rule (diagnostic, reason, fault) VALUES ('x', 'x', 'nobody');
INSERT INTO bounce_rule (diagnostic, reason, valid_from, valid_until) VALUES ('x', 'x', now(), now());
INSERT INTO bounce_rule (diagnostic, reason) SELECT 'x', reason FROM bounce_reasons() WHERE kind NOT IN ('failure', 'delay');
\set VERBOSITY default
BEGIN;
INSERT INTO bounce_rule (diagnostic, reason) VALUES ('fine', 'x');
UPDATE bounce_rule SET syntax = 'regex', diagnostic = 'fine(';
ROLLBACK;
SELECT count(*) FROM bounce_rule;

-- who may not read the table gets the ordinary error
CREATE ROLE regress_bounce_reader;
SET ROLE regress_bounce_reader;
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
RESET ROLE;
GRANT SELECT ON bounce_rule, bounce_format TO regress_bounce_reader;
SET ROLE regress_bounce_reader;
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
RESET ROLE;
REVOKE SELECT ON bounce_format FROM regress_bounce_reader;
SET ROLE regress_bounce_reader;
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
RESET ROLE;

-- row-level security: each sees his own rules, from one statement to the next
GRANT SELECT ON bounce_format TO regress_bounce_reader;
INSERT INTO bounce_rule (diagnostic, reason, owner) VALUES ('unknown', 'hidden', 'somebody'), ('unknown', 'shown', 'regress_bounce_reader');
ALTER TABLE bounce_rule ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON bounce_rule USING (owner = current_setting('bounce_test.owner', true));
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
SET ROLE regress_bounce_reader;
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
SET bounce_test.owner = 'regress_bounce_reader';
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
SET bounce_test.owner = 'somebody';
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
SET row_security = off;
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
RESET row_security;
RESET ROLE;
RESET bounce_test.owner;
DROP POLICY own ON bounce_rule;
ALTER TABLE bounce_rule DISABLE ROW LEVEL SECURITY;
DELETE FROM bounce_rule;
REVOKE ALL ON bounce_rule, bounce_format FROM regress_bounce_reader;
DROP ROLE regress_bounce_reader;

-- nothing is found through the search path
CREATE SCHEMA trap;
CREATE TABLE trap.bounce_rule (id int);
CREATE FUNCTION trap.length(text) RETURNS int LANGUAGE sql AS 'SELECT 1/0';
SET search_path = trap, public, pg_catalog;
SELECT reason FROM bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
RESET search_path;
DROP SCHEMA trap CASCADE;

-- it is stable, no more: no index can be built by it
CREATE INDEX ON mail ((bounce_parse_reply(words, NULL, NULL, 'default')));
DROP TABLE mail;
