-- the reasons as a table
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;

SELECT reason, kind, hard_bounce AS hard, fault, advice
FROM bounce_reasons() ORDER BY reason COLLATE "C";

SELECT count(*), count(DISTINCT reason) AS reasons, count(meaning) AS meanings FROM bounce_reasons();

-- other vocabularies
SELECT reason, bouncehammer, kumomta, sparkpost, ses, powermta, postmark, sendgrid
FROM bounce_reasons() ORDER BY reason COLLATE "C";

-- every verdict has its row here: judged replies, with what to do about them
SELECT b.reason, r.meaning
FROM (VALUES ('550 5.1.1 <rosa@koharu.example>: User unknown'),
			 ('452 4.2.2 <rosa@koharu.example>: Mailbox full')) AS log (line),
	bounce_parse_reply(log.line) b
	JOIN bounce_reasons() r USING (reason)
ORDER BY b.reason COLLATE "C";

-- in the select list, and only in part
SELECT (bounce_reasons()).reason ORDER BY reason LIMIT 2;
