-- a trigger that decodes each mail as it comes in
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS bounce;

CREATE TABLE subscribers (email text PRIMARY KEY, active boolean DEFAULT true, warned int DEFAULT 0);
CREATE TABLE inbound_mail (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, raw bytea NOT NULL);
CREATE TABLE bounced (mail_id int REFERENCES inbound_mail, b bounce);
INSERT INTO subscribers VALUES ('rosa@koharu.example'), ('otto@koharu.example'), ('emil@midori.example');

CREATE FUNCTION take_in() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	report bounce;
BEGIN
	FOR report IN SELECT * FROM bounce_parse(NEW.raw) LOOP
		INSERT INTO bounced VALUES (NEW.id, report);
		UPDATE subscribers
		SET active = active AND report.advice IS DISTINCT FROM 'remove',
			warned = warned + 1
		WHERE email = report.recipient;
	END LOOP;
	RETURN NULL;
END $$;

CREATE TRIGGER take_in AFTER INSERT ON inbound_mail FOR EACH ROW EXECUTE FUNCTION take_in();

-- a report as RFC 3464 has it, for whom and why is filled in
CREATE FUNCTION report(recipient text, status text, reply text) RETURNS bytea LANGUAGE sql AS $f$
SELECT convert_to(format($mail$Return-Path: <>
Date: Tue, 3 Mar 2026 08:00:00 +0100
From: MAILER-DAEMON@out.news.example
To: letters@news.example
Subject: Returned mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

Sorry.

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; out.news.example

Final-Recipient: rfc822; %s
Action: failed
Status: %s
Diagnostic-Code: smtp; %s

--x--
$mail$, recipient, status, reply), 'UTF8')
$f$;

INSERT INTO inbound_mail (raw) VALUES
	(report('rosa@koharu.example', '5.1.1', '550 5.1.1 <rosa@koharu.example>: User unknown')),
	(report('emil@midori.example', '5.2.2', '552 5.2.2 <emil@midori.example>: Mailbox full')),
	(E'Subject: just a letter\n\nHello.');

SELECT mail_id, (b).recipient, (b).reason, (b).advice FROM bounced ORDER BY mail_id;
SELECT * FROM subscribers ORDER BY email COLLATE "C";

-- a mail that is no mail is taken in as well
INSERT INTO inbound_mail (raw) VALUES (''), ('\x00ff0a0d'), (decode(repeat('ff', 5000), 'hex'));
SELECT count(*) FROM inbound_mail;
SELECT count(*) FROM bounced;

-- a transaction that fails takes all with it; the next goes on
BEGIN;
INSERT INTO inbound_mail (raw) VALUES (report('otto@koharu.example', '5.1.1', '550 5.1.1 <otto@koharu.example>: User unknown'));
SELECT active FROM subscribers WHERE email = 'otto@koharu.example';
ROLLBACK;
SELECT active FROM subscribers WHERE email = 'otto@koharu.example';

DROP TABLE bounced, inbound_mail, subscribers;
DROP FUNCTION take_in, report;
