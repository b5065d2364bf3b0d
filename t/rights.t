# rights.t - who may do what: the extension's owner, who need be no superuser,
# the program that brings mail, and everybody else.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;
use Session;

my $server = Server->new('rights');
$server->sql('DROP EXTENSION bounce');
my @roles = map { "bounce_t_$_" } qw(owner mta guest);
$server->sql(join ' ', map { "DROP ROLE IF EXISTS $_; CREATE ROLE $_;" } @roles);
$server->sql("GRANT CREATE ON DATABASE bounce_t_rights TO bounce_t_owner; GRANT ALL ON SCHEMA public TO bounce_t_owner");

# What a role gets, or the error.
sub as {
    my ($role, $script) = @_;
    my ($out, $err) = $server->run("SET ROLE bounce_t_$role;\n$script");
    return $err =~ /ERROR:\s+(.*)/ ? $1 : $out;
}

my $mail = <<'END';
E'From: MAILER-DAEMON@x.example\nTo: news@x.example\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 xyzzy\n\n--b--\n'
END
chomp $mail;

# the owner of a database
is(as('owner', 'CREATE EXTENSION bounce'), '', 'the extension is trusted: a superuser is not needed');
is(as('owner', "SELECT bounce_create_inbox('inbound', rules => 'default', daily => true)"), 'inbound', '  makes an inbox');
is(as('owner', "INSERT INTO bounce_rule (diagnostic, reason) VALUES ('xyzzy', 'mailboxfull')"), '', '  and rules');
is(as('owner', "INSERT INTO inbound (raw) VALUES ($mail); SELECT recipient, reason FROM inbound_event"), 'a@b.example|mailboxfull', '  and takes mail in');
is(as('owner', "SELECT count(*) FROM bounce_reclassify('inbound', apply => true)"), '0', '  and judges again');
is(as('owner', "SELECT bounce_roll_up('inbound')"), '1', '  and sums up');
is(as('owner', "SELECT count(*) FROM bounce_expire('inbound')"), '1', '  and expires');
is(as('owner', "INSERT INTO bounce_policy (policy, threshold, hard_weight, soft_weight) VALUES ('mine', 1, 1, 1); SELECT address FROM bounce_suppress('mine', 'inbound_event')"),
    'a@b.example', '  and suppresses by a policy');
is(as('owner', "SELECT bounce_release('a\@b.example', 'a test')"), '1', '  and releases');

# everybody else may judge, and nothing more
is(as('guest', "SELECT reason FROM bounce_parse($mail)"), 'filtered', 'a guest may judge a mail');
like(as('guest', "SELECT reason FROM bounce_parse($mail, 'default')"), qr/^permission denied for table bounce_rule/, '  but not by the rules of others');
for my $table (qw(bounce_rule bounce_format bounce_policy bounce_suppression bounce_protected bounce_reset bounce_alarm_raised)) {
    like(as('guest', "SELECT count(*) FROM $table"), qr/^permission denied for table/, "  nor read $table");
    like(as('guest', "DELETE FROM $table"), qr/^permission denied for table/, "  nor change it");
}
like(as('guest', 'DELETE FROM bounce_inbox'), qr/^permission denied for table/, '  nor change bounce_inbox');
for my $call ("bounce_create_inbox('other')", "bounce_drop_inbox('inbound')", "bounce_expire('inbound')", "bounce_roll_up('inbound')",
    "bounce_suppress('ses', 'inbound_event')", "bounce_release('a\@b.example', 'why not')", "bounce_alarm('inbound_event')") {
    like(as('guest', "SELECT $call"), qr/^permission denied for (function|table)/, "  nor call $call");
}
like(as('guest', "SELECT bounce_reclassify('inbound')"), qr/^permission denied for/, '  nor judge mail that is not his to read');

# a program that brings mail needs these rights, and no others
is(as('owner', <<'END'), '', 'what the program that brings mail is granted');
GRANT INSERT (raw) ON inbound TO bounce_t_mta;
GRANT INSERT ON inbound_event, inbound_copy, inbound_dirty TO bounce_t_mta;
GRANT SELECT ON bounce_rule, bounce_format TO bounce_t_mta;
END
is(as('mta', "INSERT INTO inbound (raw) VALUES (convert_to(replace($mail, 'a\@b', 'c\@d'), 'UTF8'))"), '', '  does');
is(as('owner', 'SELECT recipient, reason FROM inbound_event WHERE recipient = $$c@d.example$$'), 'c@d.example|mailboxfull', '  and the verdict is there');
like(as('mta', 'SELECT recipient FROM inbound_event'), qr/^permission denied/, '  but is not for it to read');
is(as('mta', "INSERT INTO inbound (raw) VALUES (convert_to(replace($mail, 'a\@b', 'c\@d'), 'UTF8'))"), '', '  nor does it see whether another mail said so');

# into partitions
is(as('owner', <<'END'), 'parted', 'what it is granted on a partitioned inbox');
SELECT bounce_create_inbox('parted', partitioned => true);
GRANT INSERT (raw) ON parted TO bounce_t_mta;
GRANT INSERT ON parted_event, parted_copy, parted_token TO bounce_t_mta;
GRANT USAGE ON SEQUENCE parted_id_seq TO bounce_t_mta;
END
is(as('mta', "INSERT INTO parted (raw) VALUES (convert_to($mail, 'UTF8'))"), '', '  does');
is(as('owner', 'SELECT recipient FROM parted_event'), 'a@b.example', '  and the verdict is there');

# Whoever may make tables may not have our C code read them as if they were ours.
$server->sql('CREATE SCHEMA guest AUTHORIZATION bounce_t_guest');
for my $trigger (qw(bounce_check_rule bounce_check_format bounce_rules_changed)) {
    like(as('guest', "CREATE TABLE guest.made (id int); CREATE TRIGGER t BEFORE INSERT ON guest.made FOR EACH ROW EXECUTE FUNCTION $trigger()"),
        qr/^permission denied for function $trigger/, "a guest makes no trigger of $trigger()");
    $server->sql("DROP TABLE guest.made; GRANT EXECUTE ON FUNCTION $trigger() TO bounce_t_guest");
}
for my $made (
    [ 'bounce_check_rule',   'syntax bigint',                       'column "syntax" of table "made" is of type bigint, not text' ],
    [ 'bounce_check_rule',   'syntax text, diagnostic integer',     'column "diagnostic" of table "made" is of type integer, not text' ],
    [ 'bounce_check_rule',   'syntax text',                         'column "diagnostic" of table "made" does not exist' ],
    [ 'bounce_check_format', 'syntax text, header_value text, human_text text, recipient name', 'column "recipient" of table "made" is of type name, not text' ])
{
    my ($trigger, $columns, $error) = @$made;
    is(as('guest', "CREATE TABLE guest.made ($columns); CREATE TRIGGER t BEFORE INSERT ON guest.made FOR EACH ROW EXECUTE FUNCTION $trigger(); INSERT INTO guest.made VALUES (4711)"),
        $error, "and where he may, a table ($columns) is none of ours");
    $server->sql('DROP TABLE guest.made');
}
$server->sql(join ';', map { "REVOKE ALL ON FUNCTION $_() FROM bounce_t_guest" } qw(bounce_check_rule bounce_check_format bounce_rules_changed));

# nor may the owner of our tables, who is no superuser, make others of them
my $judged = "SELECT reason FROM bounce_parse_reply('550 xyzzy', NULL, NULL, 'default')";
for my $change (
    [ 'bounce_rule', 'id',         'text',    'bigint' ],
    [ 'bounce_rule', 'reason',     'name',    'text' ],
    [ 'bounce_rule', 'diagnostic', 'bytea USING convert_to(diagnostic, $$UTF8$$)', 'text', 'bytea' ],
    [ 'bounce_rule', 'hard_bounce', 'integer USING hard_bounce::integer', 'boolean', 'integer' ],
    [ 'bounce_rule', 'valid_from', 'text', 'timestamp with time zone' ],
    [ 'bounce_format', 'kind', 'bigint USING 1', 'text', 'bigint' ],
    [ 'bounce_format', 'valid_until', 'text', 'timestamp with time zone' ])
{
    my ($table, $column, $type, $was, $is) = @$change;
    # as plain a table as ours, which is not the extension's any more
    my $made = as('owner', <<"END");
BEGIN;
ALTER EXTENSION bounce DROP TABLE $table;
ALTER TABLE $table RENAME TO was;
CREATE TABLE $table AS SELECT * FROM was;
ALTER TABLE $table ALTER $column TYPE $type;
$judged;
END
    is($made, sprintf('column "%s" of table "%s" is of type %s, not %s', $column, $table, $is || $type, $was), "$table.$column of another type is not read");
}
is(as('owner', <<"END"), "mailboxfull\nfiltered", 'a view in the place of a table is read, and not kept');
BEGIN;
ALTER EXTENSION bounce DROP TABLE bounce_rule;
ALTER TABLE bounce_rule RENAME TO was;
CREATE VIEW bounce_rule AS SELECT * FROM was WHERE current_setting('bounce_t.shown', true) = 'yes';
SET bounce_t.shown = yes;
$judged;
SET bounce_t.shown = no;
$judged;
END

# Who may no more see the rules is told so in the middle of a session, though
# PL/pgSQL keeps the place of a call until the transaction ends, and the tables did
# not change.
$server->sql('CREATE ROLE bounce_t_readers; GRANT bounce_t_readers TO bounce_t_guest; GRANT SELECT ON bounce_rule, bounce_format TO bounce_t_readers');
my $session = Session->new($server->{database});
$session->ask(<<'END');
CREATE FUNCTION guest.judged() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (bounce_parse_reply('550 xyzzy', NULL, NULL, 'default')).reason; END $$;
GRANT EXECUTE ON FUNCTION guest.judged() TO bounce_t_guest;
SET ROLE bounce_t_guest
END
is($session->ask('BEGIN; SELECT guest.judged()'), 'mailboxfull', 'a member of a role that may read the rules');
$server->sql('REVOKE bounce_t_readers FROM bounce_t_guest');
like($session->ask('SELECT guest.judged()'), qr/permission denied for table bounce_rule/, '  and who is a member no more');
$session->ask('ROLLBACK');

# Row-level security: what a function reads for one is not what it read for another.
$server->sql(<<'END');
ALTER ROLE bounce_t_guest BYPASSRLS;
GRANT SELECT ON bounce_rule, bounce_format TO bounce_t_guest, bounce_t_mta;
GRANT USAGE ON SCHEMA guest TO bounce_t_mta, bounce_t_owner;
GRANT EXECUTE ON FUNCTION guest.judged() TO bounce_t_mta, bounce_t_owner;
ALTER TABLE bounce_rule ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON bounce_rule USING (owner = current_user OR current_setting('bounce_t.sees', true) = 'all');
END
is($session->ask('SELECT guest.judged()'), 'mailboxfull', 'row-level security does not hold for who bypasses it');
is($session->ask('RESET ROLE; SET ROLE bounce_t_mta; SELECT guest.judged()'), 'filtered', '  but for the next one of that session');
is($session->ask("SET bounce_t.sees = 'all'; SELECT guest.judged()"), 'mailboxfull', '  whatever its policies hang on');
is($session->ask('RESET bounce_t.sees; SELECT guest.judged()'), 'filtered', '  each time anew');
is($session->ask('RESET ROLE; SET ROLE bounce_t_guest; SELECT guest.judged()'), 'mailboxfull', '  and back');
$server->sql('ALTER ROLE bounce_t_guest NOBYPASSRLS');
is($session->ask('SELECT guest.judged()'), 'filtered', '  and for who may bypass it no more');
like($session->ask('SET row_security = off; SELECT guest.judged()'), qr/query would be affected by row-level security policy/, '  nor is it switched off');
is($session->ask("RESET row_security; BEGIN; RESET ROLE; SET ROLE bounce_t_owner; SELECT guest.judged(); SET LOCAL ROLE bounce_t_guest; SELECT guest.judged(); ROLLBACK"),
    "mailboxfull\nfiltered", '  nor within one transaction');
undef $session;

# the mails, and the events, of a table with policies are those that the caller sees
$server->sql(<<"END");
ALTER TABLE bounce_rule DISABLE ROW LEVEL SECURITY; DROP POLICY p ON bounce_rule;
SET ROLE bounce_t_owner;
SELECT bounce_create_inbox('walled');
CREATE TABLE subscribers (id int, email text);
INSERT INTO subscribers VALUES (1, 'a\@b.example'), (2, 'c\@d.example');
INSERT INTO walled (mailbox, raw) VALUES ('bounce_t_guest', convert_to($mail, 'UTF8')), ('x', convert_to(replace($mail, 'a\@b', 'c\@d'), 'UTF8'));
ALTER TABLE walled ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON walled USING (mailbox = current_user);
ALTER TABLE walled_event ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON walled_event USING (recipient LIKE 'a\@%' OR pg_has_role('bounce_t_owner', 'USAGE'));
ALTER TABLE bounce_suppression ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON bounce_suppression USING (address LIKE 'a\@%');
GRANT SELECT ON walled, walled_event, walled_copy, subscribers, bounce_suppression, bounce_policy, bounce_reset TO bounce_t_guest;
GRANT EXECUTE ON FUNCTION bounce_reclassify(regclass, timestamptz, timestamptz, boolean, text) TO bounce_t_guest;
SELECT bounce_suppress_address('a\@b.example'), bounce_suppress_address('c\@d.example');
END
is(as('guest', 'SELECT count(*) FROM walled, bounce_parse(raw)'), '1', 'of mails with policies a guest judges those that he sees');
is(as('guest', "SELECT mails, reporting, events FROM bounce_inbox_status('walled')"), '1|1|1', '  counts them');
is(as('guest', "SELECT recipient, new_reason FROM bounce_reclassify('walled', rules => 'default')"), 'a@b.example|mailboxfull', '  judges them again');
is(as('guest', "SELECT subscriber FROM bounce_attribute('walled_event', 'subscribers') WHERE subscriber IS NOT NULL"), '1', '  attributes them');
is(as('guest', "SELECT address FROM bounce_scores('ses', 'walled_event')"), '', '  scores them');
is(as('guest', "SELECT address FROM bounce_scores('default', 'walled_event')"), 'a@b.example', '  by any policy');
is(as('guest', "SELECT bounce_suppressed('a\@b.example'), bounce_suppressed('c\@d.example')"), 't|f', '  and asks the list');
$server->sql('ALTER TABLE bounce_suppression DISABLE ROW LEVEL SECURITY; DROP POLICY p ON bounce_suppression; DROP TABLE subscribers; REVOKE ALL ON ALL TABLES IN SCHEMA public FROM bounce_t_guest; DROP SCHEMA guest CASCADE');
push @roles, 'bounce_t_readers';

# Somebody who may create where an inbox is to be makes what it would find there.
$server->sql('CREATE SCHEMA shared; GRANT ALL ON SCHEMA shared TO bounce_t_guest, bounce_t_owner');
for my $made ("TABLE shared.box_copy (LIKE inbound_copy)", "TABLE shared.box_event (LIKE inbound_event)", "TABLE shared.box_dirty (day date)",
    "FUNCTION shared.box_take_in() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "FUNCTION shared.box_mark_day() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'") {
    my ($kind, $name) = $made =~ /(\w+) ([\w.]+)/;
    $server->sql("CREATE $made; ALTER $kind $name OWNER TO bounce_t_guest");
    like(($server->run("SELECT bounce_create_inbox('shared.box', daily => true)"))[1], qr/ERROR:  \L$kind\E $name is there already and belongs to role "bounce_t_guest"/, "an inbox uses no \L$kind\E of a guest");
    $server->sql("ALTER $kind $name OWNER TO bounce_t_owner");
    like(as('owner', "SELECT bounce_inbox_ddl('shared.box', daily => true)"), qr/^CREATE TABLE shared.box /, '  but one of its own');
    $server->sql("DROP $kind $name");
}
$server->sql('DROP SCHEMA shared');

# Who makes the extension may own its schema, and have operators there that fit
# better than those of pg_catalog: the script runs as a superuser, and must not run them.
$server->sql('DROP EXTENSION bounce CASCADE; DROP TABLE inbound, inbound_event, inbound_copy, inbound_daily, inbound_dirty CASCADE');
is(as('owner', <<'END'), '', 'a schema full of traps');
CREATE SCHEMA traps;
CREATE FUNCTION traps.spring(what text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) current_user) THEN
		RAISE EXCEPTION 'a superuser fell into %', what;
	END IF;
	RETURN true;
END $$;
CREATE FUNCTION traps.jsonb_path_exists(jsonb, text) RETURNS boolean LANGUAGE sql AS $$ SELECT NOT traps.spring('jsonb_path_exists') $$;
CREATE FUNCTION traps.jsonb_typeof(text) RETURNS text LANGUAGE sql AS $$ SELECT 'object' WHERE traps.spring('jsonb_typeof') $$;
CREATE FUNCTION traps.num_nonnulls(text, text, text, text) RETURNS integer LANGUAGE sql AS $$ SELECT 1 WHERE traps.spring('num_nonnulls') $$;
CREATE FUNCTION traps.num_nonnulls(text, text) RETURNS integer LANGUAGE sql AS $$ SELECT 1 WHERE traps.spring('num_nonnulls') $$;
DO $$
DECLARE
	types text[] := '{boolean,"char",name,text,varchar,text[],smallint,integer,bigint,double precision,numeric,oid,regclass,regproc,regprocedure,regtype,timestamptz,interval,jsonb,jsonpath}';
	a text;
	b text;
	o text;
	n integer := 0;
BEGIN
	FOREACH a IN ARRAY types LOOP
		FOREACH b IN ARRAY types LOOP
			n := n + 1;
			EXECUTE format('CREATE FUNCTION traps.trap_%s(%s, %s) RETURNS boolean LANGUAGE sql AS %L', n, a, b,
				format('SELECT traps.spring(%L)', a || ' with ' || b));
			FOREACH o IN ARRAY '{=,<>,<,<=,>,>=,<@,~,||,?,@?}'::text[] LOOP
				EXECUTE format('CREATE OPERATOR traps.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = traps.trap_%s)', o, a, b, n);
			END LOOP;
		END LOOP;
	END LOOP;
END $$;
END
is(as('owner', 'CREATE EXTENSION bounce SCHEMA traps'), '', '  which CREATE EXTENSION walks through');
my (undef, $sprung) = $server->run(<<'END');
INSERT INTO traps.bounce_policy (policy, threshold, reason_weights, exclude_faults, within, suppress_max) VALUES ('own', 1, '{"suspend": 1}', '{sender}', '1 day', '1 day');
INSERT INTO traps.bounce_rule (diagnostic, reason, header) VALUES ('x', 'own', 'X-Own');
INSERT INTO traps.bounce_format (name, human_text, recipient) VALUES ('x', 'y', '(z)');
INSERT INTO traps.bounce_domain (domain, host_group) VALUES ('koharu.example', 'pc');
INSERT INTO traps.bounce_suppression (address) VALUES ('a@koharu.example');
INSERT INTO traps.bounce_protected (pattern) VALUES ('b@koharu.example');
INSERT INTO traps.bounce_reset (address) VALUES ('c@koharu.example');
END
is($sprung, '', '  nor do constraints and triggers of the tables spring any');

$server->sql(join ' ', 'DROP EXTENSION bounce CASCADE;', map { "DROP OWNED BY $_ CASCADE; DROP ROLE $_;" } @roles);
done_testing();
