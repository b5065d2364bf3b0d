-- the knowledge as tables
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;

-- every kind of rule is there, each with a name of its own
SELECT evidence, count(*) > 20 AS many, count(*) = count(DISTINCT rule) AS named, bool_and(line > 0) AS placed,
	count(reason) = count(*) AS decides
FROM bounce_rules() GROUP BY evidence ORDER BY evidence COLLATE "C";

-- a rule that decides has a reply that shows it, but for codes that tell nothing
SELECT evidence, rank, reason, count(*) FROM bounce_rules()
WHERE reason IS NOT NULL AND example IS NULL
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;

-- and everybody says who says so
SELECT count(*) FROM bounce_rules() WHERE source IS NULL;

-- each rule is tried on its own example: none may be won by another rule
SELECT r.file, r.line, r.rule, r.example
FROM bounce_rules() r
WHERE r.example IS NOT NULL AND NOT EXISTS (
	SELECT FROM bounce_explain_reply(r.example, r.example_rhost, r.example_command) e
	WHERE e.decision = 'reason' AND e.won AND e.rule = r.rule AND e.value = r.reason);

-- reasons, providers and decoders are those of the other tables
SELECT DISTINCT reason FROM bounce_rules() WHERE reason NOT IN (SELECT reason FROM bounce_reasons());
SELECT DISTINCT provider FROM bounce_rules() WHERE provider NOT IN (SELECT provider FROM bounce_providers() WHERE provider IS NOT NULL);
SELECT DISTINCT decoder FROM bounce_rules() WHERE decoder NOT IN (SELECT decoder FROM bounce_decoders());

-- a rule of each kind
SELECT evidence, file, pattern, means, reason, rank, provider, source, example, example_rhost, example_command
FROM bounce_rules()
WHERE rule IN ('phrase:user unknown', 'phrase:nttdocomo:unknown user', 'status:5.1.1', 'status:google:5.7.26', 'reply:550 MAIL',
	'blocklist:zen.spamhaus.org', 'marker:Exim:the following address(es) failed', 'sign:from: *mailer-daemon')
ORDER BY rule COLLATE "C";

SELECT * FROM bounce_kinds() ORDER BY kind COLLATE "C";
SELECT decoder, title FROM bounce_decoders() WHERE decoder IN ('Postfix', 'RFC3464', 'SNS') ORDER BY 1;
SELECT provider, title, domain, use, host_group FROM bounce_providers() WHERE domain IN ('gmail.com', 'docomo.ne.jp', 'example') ORDER BY domain;

-- what was read carries these names
CREATE TABLE sample (file text COLLATE "C", raw bytea);
\copy sample FROM PROGRAM 'samples/copy-text'
SELECT count(*) FROM sample, bounce_parse(raw, true) b
WHERE b.kind NOT IN (SELECT kind FROM bounce_kinds()) OR b.decoded_by NOT IN (SELECT decoder FROM bounce_decoders())
	OR b.provider NOT IN (SELECT provider FROM bounce_providers() WHERE provider IS NOT NULL);
DROP TABLE sample;
