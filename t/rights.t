# rights.t - who may do what: the extension's owner, who need be no superuser,
# the program that brings mail, and everybody else.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;

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
