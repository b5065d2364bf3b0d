-- What diagnostics have in common, and what judges them.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;
RESET client_min_messages;

-- texts of one kind, in pairs that differ only in what does not matter
SELECT bounce_fingerprint(a) AS fingerprint, bounce_fingerprint(a) = bounce_fingerprint(b) AS same
FROM (VALUES
	('550 5.1.1 <a@example.com>: Recipient address rejected: User unknown in virtual alias table',
	 '550 5.1.1 <Bob.Smith+x@mail.example.net>: Recipient address rejected: User unknown in virtual alias table'),
	('host mx1.example.com[192.0.2.1] said: 450 4.7.1 greylisted for 300 seconds',
	 'host mail.example.org[2001:db8::25] said: 450 4.7.1 greylisted for 5 seconds'),
	('452 4.2.2 over quota https://support.example.com/mail/?p=OverQuotaTemp af79cd13be357-7c5f0a8b4a2si123456785a.12 - gsmtp',
	 '452 4.2.2 over quota http://support.example.org/?p=1 d75a77b69052e-4b1.7 - gsmtp'),
	('message 4F6kx32t3Vz9B3 expired on Mon, 2 Jan 2024 03:04:05 +0000',
	 'message 5HQbl12yz4 expired on 2024-01-02T03:04:05Z'),
	('mailbox is 1,024 MB of 1,000 MB full', 'mailbox is 52 MB of 50 MB full'),
	('550 5.4.1 Recipient address rejected: Access denied. [AM6EUR05FT012.eop-eur05.prod.protection.example.com 2024-05-05T05:05:05.000Z 08DC6C1F12345678]',
	 '550 5.4.1 Recipient address rejected: Access denied. [BN8NAM11FT099.eop-nam11.prod.protection.example.com 2023-11-12T15:35:55.123Z 08DBE3C298765432]')
) AS pairs (a, b);

-- and of two kinds
SELECT bounce_fingerprint(a) AS one, bounce_fingerprint(b) AS other, bounce_fingerprint(a) = bounce_fingerprint(b) AS same
FROM (VALUES
	('550 5.7.1 refused', '550 5.7.26 refused'),
	('450 refused', '550 refused'),
	('[TSS04] deferred', '[TSS09] deferred'),
	('RFC5321.MailFrom fails', 'RFC5322.From fails')
) AS pairs (a, b);

-- folded as phrases are, whatever the letters
SELECT bounce_fingerprint(E'\u00c4RGER  MIT\u00a0<\u00fcser@example.de>'), bounce_fingerprint(''), bounce_fingerprint(NULL);

-- bounded, and its own fingerprint
SELECT max(octet_length(bounce_fingerprint(t))) <= 512 AS bounded,
	bool_and(bounce_fingerprint(bounce_fingerprint(t)) = bounce_fingerprint(t)) AS idempotent
FROM (VALUES (repeat('abc def ', 10000)), (repeat(U&'\6F22', 10000)), (repeat('@', 10000)), (repeat('550 ', 10000)),
	(repeat('http://', 10000)), (repeat('<a@b.example>', 10000)), (E'\x01\x02 5.1.1')) AS hostile (t);

-- as an index
CREATE TEMP TABLE event (id integer, diagnostic_code text);
INSERT INTO event SELECT i, '550 5.1.1 <u' || i || '@example.com>: no mailbox' FROM generate_series(1, 1000) i;
INSERT INTO event VALUES (0, '554 odd');
CREATE INDEX ON event (bounce_fingerprint(diagnostic_code));
SELECT bounce_fingerprint(diagnostic_code) AS fingerprint, count(*), min(id) AS sample
FROM event GROUP BY 1 ORDER BY 2 DESC;
SET enable_seqscan = off;
SELECT id FROM event WHERE bounce_fingerprint(diagnostic_code) = '554 odd';
RESET enable_seqscan;
DROP TABLE event;

SELECT bounce_engine() ~ '^[0-9]+\.[0-9]+-[0-9a-f]{8}-[0-9a-f]{8}$' AS engine;
SELECT proname, provolatile, proisstrict, proparallel FROM pg_proc
WHERE proname IN ('bounce_fingerprint', 'bounce_engine') ORDER BY proname COLLATE "C";
