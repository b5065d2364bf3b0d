-- What bounce_parse() is for, on the sample mails (scripts/demo-load.sql).

\set QUIET on
\pset null -

\echo :bold'What lies in the mailbox':plain
\echo
SELECT count(*) AS mails, pg_size_pretty(sum(length(raw))) AS size FROM inbound_mail;

\echo :bold'Subscribers to remove, with the words of the host that refused':plain
\echo
SELECT s.name, b.recipient, b.reason, b.hard_bounce AS hard, left(b.diagnostic_code, 48) AS diagnostic_code
FROM inbound_mail m, bounce_parse(m.raw) b
JOIN subscribers s ON lower(s.email) = b.recipient
WHERE b.advice = 'remove'
ORDER BY b.reason, s.name, m.id
LIMIT 15;

\echo :bold'Reason by subscriber, whatever it is':plain
\echo
SELECT s.name, s.list, b.kind, b.reason, b.advice, count(*) AS mails, max(b.bounced_at)::date AS last
FROM inbound_mail m, bounce_parse(m.raw) b
JOIN subscribers s ON lower(s.email) = b.recipient
GROUP BY s.id, s.name, s.list, b.kind, b.reason, b.advice
ORDER BY mails DESC, b.reason, s.name
LIMIT 25;

\echo :bold'All mails by reason, subscribers or not':plain
\echo
SELECT b.kind, b.reason, count(*), count(DISTINCT b.decoded_by) AS formats,
       count(*) FILTER (WHERE b.hard_bounce) AS hard
FROM inbound_mail m, bounce_parse(m.raw) b
GROUP BY b.kind, b.reason
ORDER BY count DESC, b.kind, b.reason;

\echo :bold'The undecided: failures whose reason no evidence tells':plain
\echo
SELECT m.id, b.recipient, b.reason, b.delivery_status, b.decoded_by, left(b.diagnostic_code, 48) AS diagnostic_code
FROM inbound_mail m, bounce_parse(m.raw) b
WHERE b.reason IN ('undefined', 'onhold')
ORDER BY m.id, b.recipient;

\echo :bold'A line of a mail log, judged the same way':plain
\echo
SELECT reason, hard_bounce, advice, reply_code, delivery_status
FROM bounce_parse_reply('552 5.2.2 <kijitora@example.jp>: mailbox is full', 'mx.example.jp', 'RCPT');

\echo :bold'Kept by a trigger as it comes in, and acted on: who is not mailed any more':plain
\echo
SELECT bounce_create_inbox('inbound');
INSERT INTO inbound (raw) SELECT raw FROM inbound_mail ORDER BY id;
SELECT s.name, x.address, x.reason, left(x.evidence, 48) AS evidence
FROM bounce_suppress('default', 'inbound_event') x
JOIN subscribers s ON lower(s.email) = x.address
ORDER BY x.reason, s.name
LIMIT 10;

\echo :bold'The time taken: the same mails a hundred times over':plain
\echo
CREATE TEMP TABLE many AS SELECT raw FROM inbound_mail, generate_series(1, 100);

\timing on
SELECT (SELECT count(*) FROM many) AS mails, count(*) AS recipients, count(DISTINCT b.reason) AS reasons
FROM many, bounce_parse(many.raw) b;
\timing off
