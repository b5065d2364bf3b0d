-- what people ask of a table of bounces: a newsletter's month
-- (samples/newsletter.sql), asked on 1 April 2026
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;
SET TimeZone = 'UTC';
\set now '''2026-04-01 00:00Z''::timestamptz'

\set ECHO none
\i samples/newsletter.sql
\set ECHO all
SELECT count(*) > 0 AS made FROM bounce_create_inbox('inbound');
INSERT INTO inbound (received_at, mailbox, raw, payload)
SELECT received_at, mailbox, raw, payload FROM came_in ORDER BY received_at, n;
ANALYZE;

-- what was done in December already
SELECT address, reason, "until"::date FROM bounce_suppress('default', 'inbound_event', as_of => '2025-12-10 00:00Z');

-- A. whom not to mail any more

-- 4 (asked before the next run, which lets go of these by itself) whom can we take
-- off the list again: their time is over, or they were seen since?
SELECT x.address, x.reason, x.since::date, s.last_seen::date
FROM bounce_suppression x
JOIN subscriber s ON bounce_address_key(s.email) = x.address
WHERE x.released_at IS NULL AND x."until" IS NOT NULL AND (x."until" < :now OR s.last_seen > x.since)
	AND NOT EXISTS (SELECT FROM inbound_event e WHERE bounce_address_key(e.recipient) = x.address AND e.hard_bounce)
ORDER BY x.address COLLATE "C";

-- 1 (newsletter) who crossed the threshold: one hard bounce, or five days of soft ones in thirty?
INSERT INTO bounce_protected (pattern, note) VALUES ('vera@hayabusa.example', 'an aunt of the owner');
SELECT address, reason, "until"::date
FROM bounce_suppress('default', 'inbound_event', as_of => :now)
ORDER BY address COLLATE "C";

-- 2 what is each reader's score, as Mailman counts (a week without a bounce ends it)?
SELECT address, score, hard, soft, last_bounce::date FROM bounce_scores('mailman2', 'inbound_event', as_of => :now)
ORDER BY score DESC, address COLLATE "C";

-- the same, fading instead: half after a week
SELECT coalesce(alias, recipient) AS address,
	round(bounce_score(bounce_weight(kind, hard_bounce, fault, reason), received_at, '7 days', :now)::numeric, 3) AS score,
	max(received_at)::date AS last_bounce
FROM inbound_event
GROUP BY 1
HAVING max(received_at) > :now - interval '30 days'
ORDER BY score DESC, coalesce(alias, recipient) COLLATE "C"
LIMIT 12;

-- 3 whom may we mail next?
SELECT count(*) AS subscribers, count(*) FILTER (WHERE NOT bounce_suppressed(email, as_of => :now)) AS may_mail FROM subscriber;

-- 5 whose mailbox is full for good?
SELECT recipient, min(received_at)::date AS first_full, max(received_at)::date AS last_full, count(*) AS times
FROM inbound_event
WHERE reason = 'mailboxfull'
GROUP BY recipient
HAVING max(received_at) - min(received_at) > interval '45 days' AND max(received_at) > :now - interval '14 days';

-- 6 who complained, of which campaign?
SELECT c.name, count(DISTINCT l.subscriber_id) AS sent, count(DISTINCT e.message_id) AS complaints,
	round(100.0 * count(DISTINCT e.message_id) / count(DISTINCT l.subscriber_id), 2) AS percent
FROM campaign c
JOIN send_log l ON l.campaign_id = c.id
LEFT JOIN inbound_event e ON e.message_id = l.message_id AND e.kind = 'complaint' AND e.feedback_type IN ('abuse', 'fraud', 'opt-out')
GROUP BY c.id ORDER BY c.id;

-- B. "why don't I get your mail?"

-- 7 everything about one address
SELECT e.received_at, e.kind, e.reason, e.delivery_status AS status, e.rhost, e.hard_bounce AS hard, e.subject,
	x.reason AS suppressed_for
FROM inbound_event e
LEFT JOIN bounce_suppression x ON x.address = bounce_address_key(e.recipient) AND x.released_at IS NULL
WHERE bounce_address_key('Kaede.Tsubaki@docomo.ne.jp') IN (bounce_address_key(e.recipient), bounce_address_key(e.alias), e.verp)
ORDER BY e.received_at DESC;

-- 8 what became of one message?
SELECT received_at, kind, action, recipient, reason, delivery_status AS status, diagnostic_code
FROM inbound_event
WHERE message_id = 'c2.s16@news.example'
ORDER BY received_at, ordinal;

-- 9 whose address is mistyped?
SELECT * FROM bounce_find_typos('subscriber', 'inbound_event') ORDER BY 1;

-- 10 who signed up today and bounced within the hour?
SELECT s.id, s.email, e.reason, e.received_at - s.signed_up AS after
FROM subscriber s JOIN inbound_event e ON bounce_address_key(e.recipient) = bounce_address_key(s.email)
WHERE e.hard_bounce AND e.received_at BETWEEN s.signed_up AND s.signed_up + interval '1 hour'
	AND s.signed_up > :now - interval '1 day';

-- 11 whose mail is forwarded to a dead address, unless they have changed theirs since?
SELECT s.id, s.email AS subscribed, e.recipient AS failed_at, e.reason, e.received_at < s.email_changed_at AS changed_since
FROM inbound_event e
JOIN bounce_attribute('inbound_event', 'subscriber', send_log => 'send_log') a ON a.mail_id = e.mail_id::text AND a.ordinal = e.ordinal
JOIN subscriber s ON s.id::text = a.subscriber
WHERE bounce_address_key(e.recipient) <> bounce_address_key(s.email)
ORDER BY s.id;

-- and which key tells whose bounce it is
SELECT matched_by, count(*) FROM bounce_attribute('inbound_event', 'subscriber', send_log => 'send_log') GROUP BY 1 ORDER BY 1;

-- 12 what waits for a human: no report, a verdict on a bare code, or no subscriber?
SELECT m.received_at, m.mailbox, e.recipient, e.reason, e.rule,
	CASE WHEN e.mail_id IS NULL THEN 'no report' WHEN s.id IS NULL THEN 'no subscriber' ELSE 'bare code' END AS why
FROM inbound m
LEFT JOIN inbound_event e ON e.mail_id = m.id
LEFT JOIN subscriber s ON bounce_address_key(s.email) IN (bounce_address_key(e.recipient), bounce_address_key(e.alias), e.verp)
WHERE NOT EXISTS (SELECT FROM inbound_copy c WHERE c.mail_id = m.id)
	AND (e.mail_id IS NULL OR e.reason IN ('undefined', 'onhold') OR e.rule LIKE 'reply:%' OR s.id IS NULL)
ORDER BY m.received_at, e.recipient;

-- C. rates and reports

-- 13 is the error rate of each campaign below one percent?
SELECT c.name, count(*) AS sent, count(*) FILTER (WHERE b.hard) AS hard, count(*) FILTER (WHERE NOT b.hard) AS soft,
	round(100.0 * count(b.hard) / count(*), 2) AS percent, count(b.hard) < 0.01 * count(*) AS ok
FROM campaign c
JOIN send_log l ON l.campaign_id = c.id
LEFT JOIN LATERAL (
	SELECT bool_or(e.hard_bounce) AS hard FROM inbound_event e
	WHERE e.message_id = l.message_id AND e.kind = 'failure' HAVING count(*) > 0
) b ON true
GROUP BY c.id ORDER BY c.id;

-- 14 the reasons of each day, for those who read while it is refreshed
CREATE MATERIALIZED VIEW reasons_by_day AS
SELECT received_at::date AS day, coalesce(sender_domain, '') AS sender_domain, coalesce(provider, '') AS provider,
	coalesce(host_group, '') AS host_group, reason, count(*) AS n, count(DISTINCT recipient) AS addresses
FROM inbound_event
WHERE kind = 'failure'
GROUP BY 1, 2, 3, 4, 5;
CREATE UNIQUE INDEX ON reasons_by_day (day, sender_domain, provider, host_group, reason);
REFRESH MATERIALIZED VIEW CONCURRENTLY reasons_by_day;
SELECT * FROM reasons_by_day WHERE day >= '2026-03-16' ORDER BY day, sender_domain, provider, reason;

-- 15 host group by reason
SELECT coalesce(host_group, 'all') AS host_group, sum(n) AS n,
	sum(n) FILTER (WHERE reason = 'userunknown') AS userunknown, sum(n) FILTER (WHERE reason = 'mailboxfull') AS mailboxfull,
	sum(n) FILTER (WHERE reason = 'blocked') AS blocked, sum(n) FILTER (WHERE reason IN ('undefined', 'onhold')) AS undecided
FROM reasons_by_day
WHERE day > :now - interval '30 days'
GROUP BY ROLLUP (host_group)
ORDER BY n DESC, host_group;

-- 16 what share rests on a bare code, or on nothing, week by week?
SELECT date_trunc('week', received_at)::date AS week, decoded_by, count(*) AS n,
	round(100.0 * count(*) FILTER (WHERE reason IN ('undefined', 'onhold') OR rule LIKE 'reply:%') / count(*), 1) AS percent
FROM inbound_event
WHERE kind = 'failure' AND received_at > '2026-03-01'
GROUP BY 1, 2 ORDER BY 1, 2;

-- 17 which texts are they?
SELECT bounce_fingerprint(diagnostic_code) AS text, count(*) AS n, count(DISTINCT rhost) AS hosts, min(mail_id) AS sample
FROM inbound_event
WHERE kind = 'failure' AND (reason IN ('undefined', 'onhold') OR rule LIKE 'reply:%')
GROUP BY 1 ORDER BY 2 DESC;

-- 18 which sources bring addresses that bounce?
SELECT s.source, count(*) AS subscribers, count(*) FILTER (WHERE d.dead) AS dead,
	round(100.0 * count(*) FILTER (WHERE d.dead) / count(*), 1) AS percent
FROM subscriber s
LEFT JOIN LATERAL (
	SELECT true AS dead FROM inbound_event e
	WHERE bounce_address_key(coalesce(e.alias, e.recipient)) = bounce_address_key(s.email) AND e.kind = 'failure' AND e.advice = 'remove' LIMIT 1
) d ON true
GROUP BY s.source ORDER BY percent DESC, s.source;

-- D. are we blocked?

-- 19 which provider refuses which of our addresses, ten times as often as usual?
CREATE VIEW event_by_ip AS SELECT e.*, host(l.sender_ip) AS sender_ip FROM inbound_event e LEFT JOIN send_log l USING (message_id);
SELECT provider, sender, reason, n, usual FROM bounce_alarm('event_by_ip', as_of => :now, sender_column => 'sender_ip') ORDER BY 1, 2;

-- 20 on which block lists are we, since when, and is it over?
SELECT list, listed_ip, count(*) AS n, array_agg(DISTINCT destination) AS seen_at, min(received_at) AS first, max(received_at) AS last,
	max(received_at) > :now - interval '6 hours' AS still
FROM inbound_event, unnest(blocklist) AS list
GROUP BY 1, 2 ORDER BY last DESC;

-- 21 which sender domains fail SPF, DKIM, DMARC ..., and where?
SELECT sender_domain, reason, destination, delivery_status AS status, count(*) AS n, max(received_at)::date AS last
FROM inbound_event
WHERE reason IN ('authfailure', 'requireptr', 'failedstarttls', 'notcompliantrfc', 'rejected')
GROUP BY 1, 2, 3, 4 ORDER BY n DESC;

-- 22 how long do providers ask us to wait?
SELECT provider, reason, count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY retry_after) AS median, max(retry_after) AS longest
FROM inbound_event
WHERE retry_after IS NOT NULL
GROUP BY 1, 2;

-- E. running it

-- 23 a rule of one's own: what would be judged otherwise, and who must be released?
BEGIN;
INSERT INTO bounce_rule (diagnostic, reason, note) VALUES ('see ticket', 'policyviolation', 'the filter of one hosting company');
INSERT INTO bounce_rule (rhost, diagnostic, reason, note) VALUES ('mx.mailo.com', 'User unknown', 'systemerror', 'its directory was down on 2 March');
SELECT recipient, old_reason, new_reason, release FROM bounce_reclassify('inbound', rules => 'default') ORDER BY recipient COLLATE "C";
ROLLBACK;
SELECT count(*) FROM bounce_reclassify('inbound');

-- 24 what came more than once?
SELECT e.recipient, e.reason, 1 + count(*) AS copies, array_agg(m.mailbox ORDER BY m.mailbox) AS also_by
FROM inbound_event e
JOIN inbound_copy c USING (token)
JOIN inbound m ON m.id = c.mail_id
GROUP BY e.mail_id, e.ordinal, e.recipient, e.reason;

-- 25 is it keeping up?
SELECT date_trunc('hour', m.received_at) AS hour, count(DISTINCT m.id) AS mails, count(e.mail_id) AS recipients,
	count(*) FILTER (WHERE e.mail_id IS NULL AND NOT EXISTS (SELECT FROM inbound_copy c WHERE c.mail_id = m.id)) AS no_report
FROM inbound m LEFT JOIN inbound_event e ON e.mail_id = m.id
WHERE m.received_at >= '2026-03-16' AND m.received_at < '2026-03-17'
GROUP BY 1 ORDER BY 1;

DROP MATERIALIZED VIEW reasons_by_day;
DROP VIEW event_by_ip;
DELETE FROM bounce_suppression;
DELETE FROM bounce_protected;
SELECT bounce_drop_inbox('inbound');
DROP TABLE inbound, inbound_event, inbound_copy, send_log, campaign, subscriber, came_in CASCADE;
