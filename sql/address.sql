-- addresses in the form in which they are compared
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;

-- what is the same address
SELECT address, bounce_address_key(address) AS key
FROM unnest(ARRAY[
	'User@Example.COM', '  user@example.com  ', '<user@example.com>', 'Rosa <user@example.com>',
	'"Rosa, the <first>" <user@example.com>', 'Rosa "the first <user@example.com>', 'user@example.com (Rosa)', '(Rosa) user@example.com',
	'rfc822;user@example.com', 'RFC822; <User@Example.com>', 'mailto:user@example.com', '<mailto:user@example.com?subject=x>',
	'<@relay.example,@other.example:user@example.com>', '''user@example.com''', '"user@example.com"', '"user"@example.com', '"us\er"@example.com',
	'user@example.com.', 'user@example.com,', E'\tuser@example.com\r\n', 'ｕｓｅｒ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'user@example。com', 'user@example｡com。',
	E'\u200buser@example.com\u200e', E'\u3000user@example.com\u00a0', E'us\u00ader@example.com', '\user@example.com'
]) WITH ORDINALITY AS a (address, n)
WHERE bounce_address_key(address) IS DISTINCT FROM 'user@example.com'
ORDER BY n;

-- what is not
SELECT address, bounce_address_key(address) AS key
FROM unnest(ARRAY[
	'us.er@example.com', 'user+tag@example.com', '"us er"@example.com', '"US\"ER"@Example.com', '"a@b"@example.com', '""@example.com',
	'a..b@docomo.example', '"a..b"@docomo.example', '.a@example.com', 'user=example.com@list.example', 'user@localhost',
	'user@[192.0.2.1]', 'user@[IPv6:2001:DB8::1]', 'o''hara@example.com', 'user@sub_domain.example', 'user@example.com-x.example',
	'Jörg@Example.com', 'JÖRG@example.com', E'JO\u0308RG@example.com', 'ΣΊΣΥΦΟΣ@example.com', 'σίσυφος@example.com', 'ИВАН@пример.рф', 'İ@example.com', 'ı@example.com', 'ẞ@example.com', 'ß@example.com',
	'x@BÜCHER.example', 'x@xn--bcher-kva.example', 'x@XN--Bcher-KVA.Example', E'x@bu\u0308cher.example', 'x@faß.example', 'x@βόλος.example', 'x@ΒΌΛΟΣ.example',
	'x@例え.jp', 'x@abc例え.jp', 'x@ﾃｽﾄ.jp', 'x@テスト.jp'
]) WITH ORDINALITY AS a (address, n)
ORDER BY n;
SELECT bounce_address_key(E'x@\U0001F4A9.la') AS key;

-- what is none
SELECT address, bounce_address_key(address) AS key
FROM unnest(ARRAY[
	'', ' ', 'root', '@', '@example.com', 'user@', 'user@.', 'user@.example', 'user@example..com', 'user@-example.com', 'two words@example.com', 'user@exam ple.com',
	'a@example.com, b@example.com', '<a@example.com> <b@example.com>', '<a@example.com> b', 'a@b@example.com', '"a"b@example.com', '"a@example.com', 'a"b@example.com',
	'n/a', '-', 'undisclosed-recipients:;', '<>', 'user@[192.0.2.1', 'user@[]', 'user@[a b]', E'a\x01b@example.com', E'"a\nb"@example.com', E'\ufffd@example.com', E'user@ex\ufffdmple.com',
	'user@' || repeat('a', 64) || 'ü.example', 'user@' || repeat('ü', 80) || '.example', repeat('a', 1020) || '@b.example', repeat('x', 1000000) || '@example.com', repeat('"', 100000), 'user@' || repeat('a.', 500) || 'example'
]) WITH ORDINALITY AS a (address, n)
WHERE bounce_address_key(address) IS NOT NULL
ORDER BY n;

SELECT bounce_address_key(NULL), bounce_domain_key(NULL), bounce_domain_display(NULL);

-- Gmail's own rules, and tags
SELECT address, bounce_address_key(address) AS key, bounce_address_key(address, gmail => true) AS gmail, bounce_address_key(address, subaddress => true) AS subaddress
FROM unnest(ARRAY[
	'J.o.E+news@GoogleMail.com', 'joe@gmail.com', 'j.oe+news+more@example.com', '+tag@gmail.com', '...@gmail.com', '.+x@gmail.com', '+a+b@example.com', '"j.oe+x y"@gmail.com', 'joe@gmail.com.example'
]) WITH ORDINALITY AS a (address, n)
ORDER BY n;

-- a key is its own key
SELECT address, key, flags FROM (
	SELECT address, flags, bounce_address_key(address, flags & 1 = 1, flags & 2 = 2) AS key, flags & 1 = 1 AS gmail, flags & 2 = 2 AS subaddress
	FROM generate_series(0, 3, 3) flags,
		(SELECT 'a' || chr(c) || 'B' || chr(c) || '.+x@y' || chr(c) || 'z.gmail.com' AS address FROM generate_series(1, 69999) c WHERE c NOT BETWEEN 55296 AND 57343
		 UNION ALL SELECT chr(c) || chr(771) || chr(837) || '.+x@gmail.com' FROM generate_series(1, 9000) c
		 UNION ALL SELECT 'x@' || chr(c) || chr(771) || chr(837) || '.example' FROM generate_series(1, 9000) c) a
) k
WHERE key IS NOT NULL AND bounce_address_key(key, gmail, subaddress) IS DISTINCT FROM key;

-- its domain is ASCII, and no other letters make it
SELECT count(*) FROM (
	SELECT bounce_domain_key('y' || chr(c) || 'z.example') AS key FROM generate_series(1, 69999) c WHERE c NOT BETWEEN 55296 AND 57343
) k WHERE key !~ '^[-a-z0-9._]+$';

-- domains alone
SELECT domain, bounce_domain_key(domain) AS key, bounce_domain_display(domain) AS display
FROM unnest(ARRAY[
	'Example.COM', 'example.com.', ' BÜCHER.example ', 'xn--bcher-kva.example', '例え。テスト', '[192.0.2.1]', 'пример.рф', 'xn--e1afmkfd.xn--p1ai',
	'xn--.example', 'xn--a.example', 'xn--99999999.example', 'xn--ls8h.la', 'a@b', '', '.', 'a b',
	-- a capital, a mark of direction, a blank, a soft hyphen, a full-width letter, a decomposed one, private use; and a Cyrillic one that looks like ASCII
	'xn--bcher-2pa.example', 'xn--ab-g4t.example', 'xn--ab-r0t.example', 'xn--ab-5da.example', 'xn--a-1q0i.example', 'xn--ea-8tb.example', 'xn--a-ro7g.example', 'xn--a-8sb.example'
]) WITH ORDINALITY AS a (domain, n)
ORDER BY n;

-- an index serves the join
CREATE TABLE subscribers (id int, email text);
INSERT INTO subscribers SELECT i, 'User' || i || '@Bücher' || i % 7 || '.example' FROM generate_series(1, 3000) i;
CREATE INDEX ON subscribers (bounce_address_key(email));
ANALYZE subscribers;
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF)
SELECT s.id FROM (VALUES ('user17@xn--bcher3-4ya.example')) e (recipient) JOIN subscribers s ON bounce_address_key(s.email) = bounce_address_key(e.recipient);
EXPLAIN (COSTS OFF) SELECT s.id FROM unnest(ARRAY['USER17@bücher3.example', 'nobody']) recipient JOIN subscribers s ON bounce_address_key(s.email) = bounce_address_key(recipient);
SELECT s.id FROM unnest(ARRAY['USER17@bücher3.example', 'nobody']) recipient JOIN subscribers s ON bounce_address_key(s.email) = bounce_address_key(recipient);
DROP TABLE subscribers;

-- what is hidden in addresses
SELECT encoded, d.*
FROM unnest(ARRAY[
	'list-bounces+user=example.com@list.example', '<List-Return-17-Mary-Ann=Example.COM@list.example>', 'list+bounces-17-user=example.com@list.example', 'bounces+123456-ab12-user=example.com@em.example',
	'bounce+user==a==example.com==news@robot.example', 'owner-news*user**example.com@listserv.example', 'bounce-user-example.com@list.example', 'bounce-user-my-shop.example@list.example', 'user=example.com@list.example',
	'SRS0=HhH=tT=example.com=User@forward.example', 'SRS0+HHH=TT=example.com=user@forward.example', 'srs0-hhh=tt=example.com=user@forward.example',
	'SRS1=HHH=first.example==HHH=TT=example.com=user@second.example', 'SRS1=HHH=first.example=+HHH=TT=example.com=user@second.example',
	'prvs=1234567890=user@example.com', 'prvs=user/1234567890@example.com', 'prvs=user=1234567890@example.com', 'msprvs1=18112abcdef=bounces-17-3@sparks.example', 'btv1==05384ddc35b==user@example.com',
	'bounce+AbC42@list.example', 'Rosa <rosa+news@koharu.example>',
	-- one in another
	'SRS0=HHH=TT=list.example=prvs=1234567890=bounces+user=example.com@forward.example', 'prvs=1234567890=bounce+42@list.example',
	-- beyond ASCII
	'bounces+jörg=bücher.example@list.example', 'bounces+user=example.com@bücher.example',
	-- none, and what is almost one
	'user@example.com', 'bounces+user=localhost@list.example', 'bounces+=example.com@list.example', 'SRS0=HHH=TT=example.com@forward.example', 'prvs=@example.com', 'btv1====user@example.com', '"bounces+user=example.com"@list.example',
	'bounces+a b=example.com@list.example', '', '@', repeat('=', 1000) || '@list.example', repeat('srs0=', 3000) || '@list.example', NULL
]) WITH ORDINALITY AS e (encoded, n), bounce_decode_address(encoded) d
WHERE length(encoded) < 100 OR d.scheme IS NOT NULL
ORDER BY n;

-- delimiters of one's own
SELECT delimiters, d.*
FROM (VALUES ('bounce--17--user_at_example.com@list.example', '--17-- _at_'), ('bounce--user_AT_example.com@list.example', ' --  _at_ '), ('bounce-17-user_at_example.com@list.example', '_at_'),
	('prvs=1234567890=x--user_at_example.com@list.example', '-- _at_'), ('bounces+user=example.com@list.example', '-- _at_'), ('bounce--user_at_example.com@list.example', NULL)) e (encoded, delimiters),
	bounce_decode_address(encoded, delimiters) d;
SELECT bounce_decode_address('a@b.example', 'one two three');
SELECT bounce_decode_address('a@b.example', ' ');

-- fields of what was returned, and of the mail itself
CREATE TABLE mail (id int, raw bytea);
INSERT INTO mail VALUES (1, convert_to($$Received: from a.example by b.example
Received: from c.example
  by d.example
From: MAILER-DAEMON@mx.example
To: bounces+rosa=koharu.example@list.example
Subject: Undelivered Mail
X-Queue: =?UTF-8?Q?gr=C3=BCn?=
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

no

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; rosa@koharu.example
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

From: news@list.example
To: rosa@koharu.example
Subject: =?ISO-8859-1?Q?Fr=FChlings?=
 =?ISO-8859-1?Q?post?=
X-Subscriber-Id: 42
X-Subscriber-Id:
	43
X-Empty:

Subject: of the body
--b--
$$, 'UTF8')), (2, convert_to($$From: ida@midori.example
Subject: Thank you

X-Subscriber-Id: 1
$$, 'UTF8')), (3, 'no mail at all'), (4, ''), (5, decode(repeat('ff00', 1000), 'hex')), (6, convert_to($$From: no-reply@sns.amazonaws.com
Subject: AWS Notification Message

{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"rosa@koharu.example"}],"timestamp":"2026-03-02T00:00:00.000Z"},
"mail":{"timestamp":"2026-03-02T00:00:00.000Z","source":"news@list.example","messageId":"0100","destination":["rosa@koharu.example"],
"headers":[{"name":"From","value":"news@list.example"},{"value":"=?UTF-8?Q?Fr=C3=BChling?=","name":"Subject"},{"name":"X-Subscriber-Id","value":"44\nX-Evil: 1"}]}}
$$, 'UTF8'));

SELECT id, name, bounce_header(raw, name), bounce_header(raw, name) IS NOT DISTINCT FROM bounce_header(convert_from(raw, 'UTF8'), name) AS as_text
FROM mail, unnest(ARRAY['subject', 'X-SUBSCRIBER-ID:', ' x-queue : ', 'X-Empty', 'X-Evil', 'X-None', '', ':']) WITH ORDINALITY n (name, n) WHERE id NOT IN (5) ORDER BY id, n;
SELECT bounce_header(raw, 'Subject') FROM mail WHERE id = 5;
SELECT id, name, h.* FROM mail, unnest(ARRAY['Received', 'X-Subscriber-Id', 'Subject', 'X-None']) WITH ORDINALITY n (name, n), bounce_headers(raw, name) h ORDER BY id, n, ordinal;
SELECT bounce_header(NULL::bytea, 'x'), bounce_header('x', NULL);
-- of the messages that services' events are about
SELECT id, name, bounce_header(doc, name), h.*
FROM (SELECT 6 AS id, substring(convert_from(raw, 'UTF8') from '\{.*')::jsonb AS doc FROM mail WHERE id = 6
	UNION ALL VALUES (7, '[]'::jsonb), (8, 'null'), (9, '{"mail": {"headers": [{"name": "Subject"}]}}'), (10, '"Subject: x"')) d,
	unnest(ARRAY['subject:', 'X-Subscriber-Id', '']) WITH ORDINALITY n (name, n) LEFT JOIN LATERAL bounce_headers(doc, name) h ON true
ORDER BY id, n, ordinal;
DROP TABLE mail;
