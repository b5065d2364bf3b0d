-- why: bounce_explain() and bounce_explain_reply()
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;

CREATE TABLE sample (file text COLLATE "C", raw bytea);
\copy sample FROM PROGRAM 'samples/copy-text'

-- the three mails that docs/explain.md works through
SELECT e.step, e.decision, e.value, e.won, e.rule, e.evidence, e.why
FROM sample, bounce_explain(raw) e
WHERE file = 'exim-4.96-ms-spamhaus.eml' AND e.decision NOT IN ('marker', 'sign') ORDER BY e.step;

SELECT e.step, e.decision, e.value, e.won, e.rule, e.evidence, e.why
FROM sample, bounce_explain(raw) e
WHERE file = 'docomo-filtered-after-data.eml' AND e.decision IN ('smtp_command', 'delivery_status', 'reason', 'hard_bounce') ORDER BY e.step;

SELECT e.step, e.decision, e.value, e.won, e.rule, e.why
FROM sample, bounce_explain(raw) e
WHERE file = 'ordinary-list-post-quotes-bounce.eml' ORDER BY e.step;

-- the evidence stands where the step says
SELECT e.decision, e.evidence, convert_from(substring(raw FROM e.evidence_from FOR e.evidence_for), 'UTF8') AS there
FROM sample, bounce_explain(raw) e
WHERE file = 'exim-4.96-ms-spamhaus.eml' AND e.won AND e.decision IN ('recipient', 'delivery_status', 'reason') ORDER BY e.step;

SELECT count(*) FROM sample, bounce_explain(raw) e
WHERE e.evidence_for <> length(substring(raw FROM e.evidence_from FOR e.evidence_for));

-- what is explained is what bounce_parse() says, for every sample mail
CREATE TABLE told AS
SELECT file, e.recipient, e.decision, e.value FROM sample, bounce_explain(raw) e
WHERE e.won AND e.decision IN ('kind', 'reason', 'hard_bounce', 'delivery_status', 'advice');
SELECT v.decision, count(*) FILTER (WHERE NOT EXISTS (
	SELECT FROM told t WHERE t.file = s.file AND t.recipient IS NOT DISTINCT FROM b.recipient
		AND t.decision = v.decision AND t.value = v.value)) AS not_told
FROM sample s, bounce_parse(raw, true) b,
	LATERAL (VALUES ('kind', b.kind), ('reason', b.reason), ('hard_bounce', b.hard_bounce::text),
		('delivery_status', b.delivery_status), ('advice', b.advice)) v (decision, value)
WHERE v.value IS NOT NULL AND b.kind IN ('failure', 'delay')
GROUP BY v.decision ORDER BY v.decision COLLATE "C";

-- a loser says why it lost, a winner seldom has to say anything
SELECT count(*) FROM sample, bounce_explain(raw) e WHERE NOT e.won AND e.why IS NULL;

-- every rule that is named can be looked up, but for those that are code, domains and reasons
SELECT count(*) FROM sample, bounce_explain(raw) e
WHERE split_part(e.rule, ':', 1) NOT IN ('engine', 'domain', 'reason') AND e.rule NOT IN (SELECT rule FROM bounce_rules());

-- a bare reply
SELECT step, decision, value, won, rule, evidence, evidence_from AS at, evidence_for AS n, why
FROM bounce_explain_reply(E'550-5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org\n550 5.7.1 User unknown', 'mx.example.org', 'RCPT');

-- text columns; what is no mail; NULL
SELECT decision, value, won FROM bounce_explain('From: a@example.org' || E'\n\nhello'::text) WHERE decision = 'kind';
SELECT count(*) FROM bounce_explain(''::bytea);
SELECT count(*) FROM bounce_explain(NULL::bytea);
SELECT count(*) FROM bounce_explain(NULL::text);
SELECT count(*) FROM bounce_explain_reply(NULL);

DROP TABLE sample, told;
