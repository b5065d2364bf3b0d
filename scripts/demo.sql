-- What bounce_parse() is for, on the sample mails (scripts/demo-load.sql).

\set QUIET on
\echo :bold'What lies in the mailbox':plain
\echo
SELECT count(*) AS mails, pg_size_pretty(sum(length(raw))) AS size FROM inbound_mail;

\echo :bold'Who bounced, why, and what to do about it':plain
\echo
SELECT s.name, b.recipient, b.reason, b.hard_bounce AS hard, b.advice, left(b.diagnostic_code, 60) AS diagnostic_code
FROM inbound_mail m, bounce_parse(m.raw) b
JOIN subscribers s ON lower(s.email) = b.recipient
ORDER BY b.advice, b.reason, s.name
LIMIT 30;

\echo :bold'The same by list and reason':plain
\echo
SELECT s.list, b.reason, b.advice, count(*) AS bounces, count(DISTINCT s.id) AS subscribers
FROM inbound_mail m, bounce_parse(m.raw) b
JOIN subscribers s ON lower(s.email) = b.recipient
GROUP BY s.list, b.reason, b.advice
ORDER BY bounces DESC, s.list, b.reason
LIMIT 20;

\echo :bold'Everything, subscribers or not':plain
\echo
SELECT b.kind, b.reason, count(*), string_agg(DISTINCT b.decoded_by, ', ' ORDER BY b.decoded_by) AS decoded_by
FROM inbound_mail m, bounce_parse(m.raw) b
GROUP BY b.kind, b.reason
ORDER BY count(*) DESC, b.kind, b.reason;

\echo :bold'The undecided: failures without evidence of a reason':plain
\echo
SELECT m.id, b.recipient, b.reason, b.reply_code, b.delivery_status, left(b.diagnostic_code, 60) AS diagnostic_code
FROM inbound_mail m, bounce_parse(m.raw) b
WHERE b.reason IN ('undefined', 'onhold')
ORDER BY m.id, b.recipient;

\echo :bold'A line of a mail log, judged the same way':plain
\echo
SELECT reason, hard_bounce, advice, reply_code, delivery_status
FROM bounce_parse_reply('552 5.2.2 <kijitora@example.jp>: mailbox is full', 'mx.example.jp', 'RCPT');

\echo :bold'The time that it takes: the mails a hundred times over':plain
\echo
CREATE TEMP TABLE many AS SELECT raw FROM inbound_mail, generate_series(1, 100);

\timing on
SELECT count(*) AS recipients, count(DISTINCT b.reason) AS reasons FROM many, bounce_parse(many.raw) b;
\timing off
