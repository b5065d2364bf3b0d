-- the reasons in the words of other systems, and back
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;

-- there
SELECT v.vocabulary, string_agg(r.reason || ' ' || coalesce(bounce_reason_as(r.reason, v.vocabulary), '-'), ', ' ORDER BY r.reason COLLATE "C")
FROM bounce_reasons() r, (VALUES ('bouncehammer'), ('kumomta'), ('sparkpost'), ('ses'), ('powermta'), ('postmark'), ('sendgrid'), ('sisimai')) v (vocabulary)
GROUP BY v.vocabulary ORDER BY v.vocabulary COLLATE "C";

-- it is what bounce_reasons() says
SELECT count(*) FROM bounce_reasons() r
WHERE (bounce_reason_as(reason, 'bouncehammer'), bounce_reason_as(reason, 'kumomta'), bounce_reason_as(reason, 'sparkpost'),
		bounce_reason_as(reason, 'ses'), bounce_reason_as(reason, 'powermta'), bounce_reason_as(reason, 'postmark'),
		bounce_reason_as(reason, 'sendgrid'), bounce_reason_as(reason, 'sisimai'))
	IS DISTINCT FROM (bouncehammer, kumomta, sparkpost, ses, powermta, postmark, sendgrid, reason);

-- and back: every word that a reason has there means a reason here, and of the same kind
CREATE VIEW round_trip AS
SELECT v.vocabulary, r.reason, r.kind, r.hard_bounce, w.word, b.reason AS back, b.kind AS back_kind, b.hard_bounce AS back_hard
FROM bounce_reasons() r
	CROSS JOIN (VALUES ('bouncehammer'), ('kumomta'), ('sparkpost'), ('ses'), ('powermta'), ('postmark'), ('sendgrid'), ('sisimai')) v (vocabulary)
	CROSS JOIN LATERAL (SELECT bounce_reason_as(r.reason, v.vocabulary) AS word) w
	LEFT JOIN bounce_reasons() b ON b.reason = bounce_reason_from(v.vocabulary, w.word);
SELECT vocabulary, reason, word FROM round_trip WHERE word IS NOT NULL AND (back IS NULL OR back_kind <> kind);

-- words that do not tell hard from soft: several reasons share them
SELECT vocabulary, word, back, string_agg(reason, ' ' ORDER BY reason COLLATE "C") AS of_other_hardness
FROM round_trip WHERE back_hard IS DISTINCT FROM hard_bounce AND word IS NOT NULL
GROUP BY vocabulary, word, back ORDER BY vocabulary COLLATE "C", word COLLATE "C";

-- a reason that has a word of its own comes back
SELECT count(*) FROM round_trip t WHERE word IS NOT NULL AND back <> reason
	AND NOT EXISTS (SELECT FROM round_trip o WHERE o.vocabulary = t.vocabulary AND o.word = t.word AND o.reason <> t.reason);

-- in whatever case; the older words; words that are no reason, or none at all
SELECT bounce_reason_from('KumoMTA', 'invalidrecipient'), bounce_reason_from('ses', 'permanent/noemail'),
	bounce_reason_from('sisimai', 'mesgtoobig'), bounce_reason_from('sisimai', 'toomanyconn'),
	bounce_reason_from('bouncehammer', 'exceedlimit'), bounce_reason_from('sparkpost', '90'), bounce_reason_from('ses', 'x');
SELECT bounce_reason_as('userunknown', 'SparkPost'), bounce_reason_as('userunknwon', 'ses'), bounce_reason_as('', 'ses'),
	bounce_reason_as(NULL, 'ses'), bounce_reason_from(NULL, 'x');

-- no such vocabulary
SELECT bounce_reason_as('userunknown', 'sendmail');
SELECT bounce_reason_from('', '10');
SELECT bounce_reason_as('userunknown', repeat('ä', 1000));

DROP VIEW round_trip;
