-- Policies: when an address has bounced enough.

-- Whoever may create a trusted extension may own its schema, and have operators
-- there.  The examples below are checked by a superuser: so each operator and
-- function of a constraint is one that is found for exactly these types, and in
-- pg_catalog first, or is named with its schema.
CREATE TABLE bounce_policy (
	policy text PRIMARY KEY CHECK (policy <> ''),
	scope text NOT NULL DEFAULT 'all' CHECK (scope <> ''),
	hard_weight double precision NOT NULL DEFAULT 1 CHECK (hard_weight BETWEEN double precision '0' AND double precision '1e9'),
	soft_weight double precision NOT NULL DEFAULT 0.5 CHECK (soft_weight BETWEEN double precision '0' AND double precision '1e9'),
	complaint_weight double precision NOT NULL DEFAULT 0 CHECK (complaint_weight BETWEEN double precision '0' AND double precision '1e9'),
	reason_weights jsonb NOT NULL DEFAULT '{}' CHECK (pg_catalog.jsonb_typeof(reason_weights) = 'object'
		AND NOT pg_catalog.jsonb_path_exists(reason_weights, '$.* ? (!(@.type() == "number") || @ < 0 || @ > 1000000000)')),
	exclude_faults text[] NOT NULL DEFAULT '{sender,content,network}'
		CHECK (exclude_faults OPERATOR(pg_catalog.<@) '{recipient,sender,content,network,receiver,unknown}'),
	one_per_day boolean NOT NULL DEFAULT true,
	within interval CHECK (within > '0'),
	stale_after interval CHECK (stale_after > '0'),
	half_life interval CHECK (half_life > '0'),
	success_resets boolean NOT NULL DEFAULT false,
	threshold double precision NOT NULL CHECK (threshold BETWEEN double precision '1e-9' AND double precision '1e9'),
	min_count integer NOT NULL DEFAULT 1,
	min_span interval NOT NULL DEFAULT '0',
	suppress_for interval CHECK (suppress_for > '0' AND suppress_for <= '100 years'),
	suppress_soft_for interval CHECK (suppress_soft_for > '0' AND suppress_soft_for <= '100 years'),
	repeat_factor double precision NOT NULL DEFAULT 1 CHECK (repeat_factor BETWEEN double precision '1' AND double precision '100'),
	suppress_max interval CHECK (suppress_max > '0' AND suppress_max <= '100 years'),
	source text,
	note text,
	shipped boolean NOT NULL DEFAULT false
);

COMMENT ON TABLE bounce_policy IS 'when an address has bounced enough, and for how long it is left alone then';

COMMENT ON COLUMN bounce_policy.policy IS 'its name';
COMMENT ON COLUMN bounce_policy.scope IS 'what mail an address is suppressed for; ''all'' for all';
COMMENT ON COLUMN bounce_policy.hard_weight IS 'what a hard bounce counts';
COMMENT ON COLUMN bounce_policy.soft_weight IS 'what any other failure counts';
COMMENT ON COLUMN bounce_policy.complaint_weight IS 'what a complaint counts';
COMMENT ON COLUMN bounce_policy.reason_weights IS 'what failures of single reasons count, whatever else is said: {"suspend": 1, "mailboxfull": 0}';
COMMENT ON COLUMN bounce_policy.exclude_faults IS 'failures that count nothing: sender, content, network, receiver, recipient; unknown for those whose fault is NULL';
COMMENT ON COLUMN bounce_policy.one_per_day IS 'of each day (in UTC) only the heaviest event counts';
COMMENT ON COLUMN bounce_policy.within IS 'older events count nothing; NULL: none is too old';
COMMENT ON COLUMN bounce_policy.stale_after IS 'after so long without an event that counts, those before it count no more; NULL: they do';
COMMENT ON COLUMN bounce_policy.half_life IS 'an event counts half for every such time that it is old; NULL: it always counts in full';
COMMENT ON COLUMN bounce_policy.success_resets IS 'what came before a report of delivery or a read receipt counts no more (bounce_parse() reports them with all_kinds)';
COMMENT ON COLUMN bounce_policy.threshold IS 'the score at which it is enough';
COMMENT ON COLUMN bounce_policy.min_count IS 'how many events, or with one_per_day, days must have counted as well';
COMMENT ON COLUMN bounce_policy.min_span IS 'how long the last event that counts must be after the first as well';
COMMENT ON COLUMN bounce_policy.suppress_for IS 'how long after its last event an address is suppressed; NULL: until it is released';
COMMENT ON COLUMN bounce_policy.suppress_soft_for IS 'the same for an address against which neither a hard bounce nor a complaint counts; NULL: as suppress_for';
COMMENT ON COLUMN bounce_policy.repeat_factor IS 'how many times longer each time than the time before';
COMMENT ON COLUMN bounce_policy.suppress_max IS 'but not longer than this; NULL: 100 years';
COMMENT ON COLUMN bounce_policy.source IS 'whose policy it is';
COMMENT ON COLUMN bounce_policy.note IS 'in words, and what differs from the original';
COMMENT ON COLUMN bounce_policy.shipped IS 'an example that came with the extension, as it came';

-- Every policy here leaves alone what is the sender's, the content's or the
-- network's fault, also where the original does not.
INSERT INTO bounce_policy (policy, hard_weight, soft_weight, complaint_weight, one_per_day, within, threshold, suppress_soft_for, source, note, shipped)
VALUES
	('default', 5, 1, 5, true, '30 days', 5, '90 days', 'bounce',
		'One hard bounce or complaint, until released; or soft bounces on 5 days in 30, for 90 days.', true),
	('complaints', 0, 0, 1, true, NULL, 1, NULL, 'bounce',
		'One complaint.  For a scope of its own, as complaints are about some of the mail: bounce_suppress(..., scope => ''marketing'').', true);

INSERT INTO bounce_policy (policy, hard_weight, soft_weight, reason_weights, one_per_day, within, stale_after, success_resets, threshold, min_count, min_span, suppress_for, source, note, shipped)
VALUES
	('abandoned', 0, 0, '{"mailboxfull": 1}', true, NULL, '45 days', true, 2, 2, '45 days', NULL, 'bounce',
		'A mailbox that was full for 45 days, at least once every 45 days, without a sign of life.', true),
	('mailman', 1, 1, '{}', true, NULL, '7 days', false, 5, 1, '0', NULL, 'GNU Mailman 3: bounce_score_threshold, bounce_info_stale_after',
		'Bounces on 5 days without a week in between.  Mailman then warns three times, a week apart, before it removes the member.', true),
	('mailman2', 1, 0.5, '{}', true, NULL, '7 days', false, 5, 1, '0', NULL, 'GNU Mailman 2.1: bounce_score_threshold, bounce_info_stale_after',
		'As mailman, but soft bounces count half.', true),
	('sympa', 1, 0.5, '{}', false, NULL, '10 days', false, 75, 10, '10 days', NULL, 'Sympa: bouncers_level2, minimum_bouncing_count, minimum_bouncing_period, expire_bounce_task',
		'75 hard or 150 soft bounces, over 10 days and more.  Sympa multiplies with the share of the list''s mail that bounced, and scores up to 100; here all mail is taken to have bounced.  Its first level, at which owners are told, is 45.', true),
	('discourse', 2, 1, '{}', false, NULL, '30 days', false, 4, 1, '0', NULL, 'Discourse: bounce_score_threshold, hard_bounce_score, soft_bounce_score, reset_bounce_score_after_days',
		'Two hard or four soft bounces without 30 days in between.  Discourse mails again after these 30 days; for that set suppress_for.', true),
	('phplist', 1, 1, '{}', false, NULL, NULL, true, 5, 1, '0', NULL, 'phpList: bounce_unconfirm_threshold',
		'Five bounces in succession.  phpList takes a mail that did not bounce for a success; here it takes a report of delivery, or a row in bounce_reset.', true),
	('civimail', 3, 1, '{"hostunknown": 1, "notaccept": 1, "suspend": 3}', false, NULL, NULL, false, 3, 1, '0', NULL, 'CiviMail: the hold thresholds of its bounce types',
		'One bounce of an invalid or inactive mailbox, three of any other.  CiviMail counts each of its types apart, and spam and relay types as well.', true),
	('postal', 0.5, 1, '{}', false, '24 hours', NULL, false, 1, 1, '0', '30 days', 'Postal',
		'Two hard failures in 24 hours, or a mail that is given up after it was put off (18 times in Postal); for 30 days.', true),
	('fxa-day', 1, 0, '{}', false, '24 hours', NULL, false, 1, 1, '0', '24 hours', 'Firefox Accounts',
		'One hard bounce, for 24 hours: the first tier.', true),
	('fxa-year', 1, 0, '{}', false, '12 months', NULL, false, 2, 1, '0', '12 months', 'Firefox Accounts',
		'Two hard bounces in 12 months, for 12 months: the second tier; run it after fxa-day.', true);

INSERT INTO bounce_policy (policy, hard_weight, soft_weight, complaint_weight, reason_weights, one_per_day, threshold, source, note, shipped)
VALUES
	('ses', 1, 0, 1, '{"suppressed": 1}', false, 1, 'Amazon SES: account-level suppression list',
		'One hard bounce or complaint, until released.  What SES did not try, because the address is on its list, counts as hard, as SES reports it.', true),
	('mailgun', 1, 0, 1, '{"suppressed": 1}', false, 1, 'Mailgun: bounces and complaints',
		'One permanent failure or complaint, until released.  Mailgun keeps both lists by sending domain: scopes can stand for these.', true),
	('listmonk', 1, 0, 1, '{}', false, 1, 'listmonk: bounce actions',
		'One hard bounce or complaint; soft ones are only kept.  For n soft ones set soft_weight to 1/n.', true);

-- An example that is changed, or replaced by a row of the same name, is the
-- user's from then on, and saved by pg_dump; when that is restored, the saved row
-- takes the place of the example that CREATE EXTENSION has made anew.  ALWAYS, since a
-- subscription brings rows as a replica, examples as well: they stay what they are.
CREATE FUNCTION bounce_policy_owned() RETURNS trigger
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF current_setting('session_replication_role') <> 'replica' THEN
		NEW.shipped := false;
	END IF;
	IF TG_OP = 'INSERT' THEN
		EXECUTE format('DELETE FROM %I.%I WHERE policy = $1 AND shipped', TG_TABLE_SCHEMA, TG_TABLE_NAME) USING NEW.policy;
	END IF;
	RETURN NEW;
END
$$;

COMMENT ON FUNCTION bounce_policy_owned() IS 'trigger of bounce_policy: a row that somebody writes is no example any more';
REVOKE EXECUTE ON FUNCTION bounce_policy_owned() FROM PUBLIC;

CREATE TRIGGER bounce_policy_owned BEFORE INSERT OR UPDATE ON bounce_policy
	FOR EACH ROW EXECUTE FUNCTION bounce_policy_owned();
ALTER TABLE bounce_policy ENABLE ALWAYS TRIGGER bounce_policy_owned;

SELECT pg_catalog.pg_extension_config_dump('bounce_policy', 'WHERE NOT shipped');
