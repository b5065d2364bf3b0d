# store.t - what an inbox does with several sessions, and after a dump.
use strict;
use warnings;
use File::Temp qw(tempfile);
use IO::Handle;
use FindBin;
use POSIX ();
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;

my $server = Server->new('store');

# A report of its own minute, as a literal of SQL.
sub mail {
    my ($recipient, $minute) = @_;
    my $mail = Server::report($recipient);
    my $time = sprintf '%02d:%02d', 10 + int($minute / 60), $minute % 60;
    $mail =~ s/^Date: Sat, 7 Mar 2026 09:00:00/Date: Sat, 7 Mar 2026 $time:00/m or die;
    return q(') . '\x' . unpack('H*', $mail) . q(');
}

# Runs scripts at the same time, each in a session of its own; returns what each said on standard error.
sub at_once {
    my @scripts = @_;
    my @pipes = map {
        my $script = $_;
        my $pid = open my $from, '-|';
        die "fork: $!" unless defined $pid;
        if (!$pid) {
            my (undef, $error) = $server->run($script);
            print $error;
            close STDOUT;
            POSIX::_exit(0);
        }
        $from;
    } @scripts;
    return map { my $from = $_; local $/; my $text = <$from>; close $from; defined $text ? $text : '' } @pipes;
}

for my $partitioned ('false', 'true') {
    my $case = $partitioned eq 'true' ? 'partitioned' : 'plain';
    $server->sql("SELECT bounce_create_inbox('incoming', partitioned => $partitioned, daily => true)");

    # the same fifty bounces in six sessions, each in another order, one mail a transaction
    my @mails = map { mail("r$_\@koharu.example", $_) } 1 .. 50;
    my @errors = at_once(map {
        my $step = $_ * 2 + 1;
        join '', map { "INSERT INTO incoming (mailbox, raw) VALUES ('m$step', $mails[$_ * $step % 50]);\n" } 0 .. 49;
    } (0, 1, 3, 4, 5, 6));
    is(join('', @errors), '', "$case: sessions that bring the same mail do not hinder each other");
    is($server->sql('SELECT count(*), count(DISTINCT token), count(DISTINCT recipient) FROM incoming_event'), '50|50|50', "$case: each event is kept once");
    is($server->sql('SELECT count(*), count(DISTINCT mail_id) FROM incoming_copy'), '250|250', "$case: and every copy known");
    is($server->sql("SELECT mails, reporting, repeating, silent FROM bounce_inbox_status('incoming')"), '300|50|250|0', "$case: no mail is lost");

    # one waits for another that has not come to its end, and takes its place when that one fails
    my ($first, $second) = map { "INSERT INTO incoming (mailbox, raw) VALUES ('$_', " . mail('late@koharu.example', 55) . ");" } qw(first second);
    @errors = at_once("BEGIN; $first SELECT pg_sleep(1.5); ROLLBACK;", "SELECT pg_sleep(0.5); $second");
    is(join('', @errors), '', "$case: an event of a transaction that is rolled back");
    is($server->sql("SELECT m.mailbox FROM incoming_event e JOIN incoming m ON m.id = e.mail_id WHERE recipient = 'late\@koharu.example'"), 'second', "$case: is that of the other");
    is($server->sql("SELECT count(*) FROM incoming WHERE mailbox = 'first'"), '0', "$case: and nothing of it is left");

    # roll-ups at the same time as mail comes in
    @errors = at_once(
        (join '', map { "INSERT INTO incoming (raw) VALUES (" . mail("s$_\@koharu.example", $_) . ");\n" } 1 .. 100),
        (join '', map { "INSERT INTO incoming (raw) VALUES (" . mail("t$_\@koharu.example", $_) . ");\n" } 1 .. 100),
        ("SELECT bounce_roll_up('incoming');\n" x 60), ("SELECT bounce_roll_up('incoming');\n" x 60));
    is(join('', @errors), '', "$case: roll-ups while mail comes in");
    $server->sql("SELECT bounce_roll_up('incoming')");
    is($server->sql('SELECT sum(n), sum(hard) FROM incoming_daily'), '251|251', "$case: count every event once");

    # a rule is judged by while mail comes in
    @errors = at_once(
        (join '', map { "INSERT INTO incoming (raw) VALUES (" . mail("u$_\@koharu.example", $_) . ");\n" } 1 .. 100),
        ("SELECT count(*) FROM bounce_reclassify('incoming', apply => true);\n" x 5), ("SELECT count(*) FROM bounce_reclassify('incoming', apply => true);\n" x 5));
    is(join('', @errors), '', "$case: the past is judged again while mail comes in");
    is($server->sql('SELECT count(*), count(DISTINCT token) FROM incoming_event'), '351|351', "$case: and no event is lost or doubled");

    # many at once
    $server->sql('CREATE TABLE many AS SELECT raw FROM incoming');
    my ($out) = $server->run("COPY many TO STDOUT;");
    my ($null, $error) = $server->run("COPY incoming (raw) FROM STDIN;\n$out\n\\.\n");
    is($error, '', "$case: COPY");
    is($server->sql("SELECT mails - (SELECT 2 * count(*) FROM many), reporting, silent FROM bounce_inbox_status('incoming')"), '0|351|0', "$case: COPY of mail that is there already gives copies");

    # two that erase share the work
    $server->sql("UPDATE bounce_inbox SET keep_raw = '1 day'");
    @errors = at_once((join('', map { "SELECT bounce_expire('incoming', now() + interval '2 days', 50);\n" } 1 .. 30)) x 2);
    is(join('', @errors), '', "$case: two sessions erase");
    is($server->sql("SELECT mails - erased, reporting FROM bounce_inbox_status('incoming')"), '0|351', "$case: all mail, and no verdict");

    $server->sql("SELECT bounce_drop_inbox('incoming')");
    $server->sql('DROP TABLE incoming, incoming_event, incoming_copy, incoming_daily, incoming_dirty, many; DROP TABLE IF EXISTS incoming_token; DROP FUNCTION incoming_mark_day');
}

# An alarm is heard by who listens, once.
$server->sql("SELECT bounce_create_inbox('incoming')");
$server->sql(<<'END');
INSERT INTO incoming_event (mail_id, ordinal, received_at, engine, reason, provider, sender_domain, destination, diagnostic_code)
SELECT i, 1, '2026-03-07 12:00Z', 'e', 'blocked', 'google', 'news.example', 'koharu.example', repeat('refused "', 2000) FROM generate_series(1, 30) i
END
my ($heard) = $server->run(<<'END');
LISTEN bounce_alarm;
SELECT count(*) FROM bounce_alarm('incoming_event', '2026-03-07 12:01Z');
SELECT count(*) FROM bounce_alarm('incoming_event', '2026-03-07 12:02Z');
END
my @told = $heard =~ /^Asynchronous notification "bounce_alarm" with payload "(.*)" received/mg;
is(scalar @told, 1, 'an alarm is told once');
like($told[0], qr/^\{"events" : "incoming_event", "provider" : "google", "sender" : "news\.example", "reason" : "blocked", "n" : 30, /, 'in JSON');
$server->sql("SELECT bounce_drop_inbox('incoming'); DROP TABLE incoming, incoming_event, incoming_copy; DELETE FROM bounce_alarm_raised");

# What is dumped works where it is restored.
$server->sql(<<'END');
CREATE SCHEMA "Mail Box";
SELECT bounce_create_inbox('"Mail Box"."in.coming"', keep_raw => '30 days', daily => true);
SELECT bounce_create_inbox('parted', partitioned => true, all_kinds => true);
SELECT bounce_add_partitions('parted', '2026-03-01', '2026-05-01');
CREATE TABLE theirs (no uuid PRIMARY KEY, received_at timestamptz NOT NULL DEFAULT now(), body text);
SELECT bounce_create_inbox('theirs', id_column => 'no', raw_column => 'body');
SELECT bounce_create_inbox('dropped');
DROP TABLE dropped;
END
$server->sql(qq{INSERT INTO "Mail Box"."in.coming" (raw) VALUES (@{[mail('rosa@koharu.example', 1)]});
INSERT INTO parted (raw) VALUES (@{[mail('rosa@koharu.example', 1)]});
INSERT INTO theirs VALUES (md5('1')::uuid, DEFAULT, convert_from(@{[mail('rosa@koharu.example', 1)]}, 'UTF8'));});

# A temporary inbox of another session is neither dumped nor in the way of those that expire.
open my $other, '|-', 'psql', '-X', '-q', '-d', $server->{database}, '-o', '/dev/null' or die "psql: $!";
$other->autoflush(1);
print {$other} "CREATE TEMPORARY TABLE passing (id bigserial PRIMARY KEY, received_at timestamptz NOT NULL DEFAULT now(), raw bytea);\n",
    "SELECT bounce_create_inbox('passing', keep_raw => '1 day');\n";
for (1 .. 100) {
    last if $server->sql("SELECT count(*) FROM bounce_inbox i JOIN pg_class c ON c.oid = i.inbox WHERE c.relname = 'passing'") > 0;
    select undef, undef, undef, 0.1;
}
is($server->sql('SELECT count(*) FROM bounce_expire()'), '3', 'inboxes expire beside a temporary one of another session');

my $copy = "$server->{database}_restored";
$server->_admin("DROP DATABASE IF EXISTS $copy");
$server->_admin("CREATE DATABASE $copy TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
my (undef, $dump) = tempfile(UNLINK => 1);
# before PostgreSQL 15 everybody may create in a new database, which CREATE EXTENSION warns of
$server->run('REVOKE CREATE ON SCHEMA public FROM PUBLIC', $copy);
my $said = `pg_dump -Fc $server->{database} 2>&1 >$dump && pg_restore -e -d $copy $dump 2>&1`;
is($said, '', 'dump and restore');
print {$other} "\\q\n";
close $other;
my ($out, $error) = $server->run(<<"END", $copy);
SELECT inbox, events, keep_raw, tokens, all_kinds FROM bounce_inbox ORDER BY inbox::text COLLATE "C";
INSERT INTO "Mail Box"."in.coming" (raw) VALUES (@{[mail('rosa@koharu.example', 1)]}), (@{[mail('otto@koharu.example', 2)]});
INSERT INTO parted (raw) VALUES (@{[mail('rosa@koharu.example', 1)]}), (@{[mail('otto@koharu.example', 2)]});
INSERT INTO theirs VALUES (md5('2')::uuid, DEFAULT, convert_from(@{[mail('rosa@koharu.example', 1)]}, 'UTF8'));
SELECT recipient FROM "Mail Box"."in.coming_event" ORDER BY mail_id;
SELECT recipient FROM parted_event ORDER BY mail_id;
SELECT recipient FROM theirs_event;
SELECT mails, reporting, repeating FROM bounce_inbox_status('"Mail Box"."in.coming"');
SELECT mails, reporting, repeating FROM bounce_inbox_status('parted');
SELECT mails, reporting, repeating FROM bounce_inbox_status('theirs');
SELECT bounce_roll_up('"Mail Box"."in.coming"') > 0;
SELECT sum(n) FROM "Mail Box"."in.coming_daily";
SELECT count(*) FROM bounce_reclassify('parted', apply => true);
SELECT bounce_add_partitions('parted', '2026-04-01', '2026-06-01');
SELECT erased FROM bounce_expire('"Mail Box"."in.coming"', now() + interval '31 days');
END
is($error, '', 'all of it works there');
is($out, <<'END' =~ s/\n\z//r, 'and goes on from where it was');
"Mail Box"."in.coming"|"Mail Box"."in.coming_event"|30 days||f
parted|parted_event||parted_token|t
theirs|theirs_event|||f
rosa@koharu.example
otto@koharu.example
rosa@koharu.example
otto@koharu.example
rosa@koharu.example
3|2|1
3|2|1
2|1|1
t
2
0
3
3
END

# Another schema for the extension: the triggers are told of it.
($out, $error) = $server->run(<<"END", $copy);
CREATE SCHEMA tools;
ALTER EXTENSION bounce SET SCHEMA tools;
SELECT tools.bounce_create_inbox(inbox::text) FROM tools.bounce_inbox WHERE inbox = 'parted'::regclass;
INSERT INTO parted (raw) VALUES (@{[mail('ida@koharu.example', 3)]});
SELECT recipient FROM parted_event WHERE recipient LIKE 'ida%';
SELECT mails FROM tools.bounce_inbox_status('parted');
SELECT count(*) FROM tools.bounce_reclassify('parted', apply => true);
END
is($error, '', 'the extension may move to another schema');
is($out, "parted\nida\@koharu.example\n4\n0", 'and its inboxes follow');
$server->_admin("DROP DATABASE $copy");

done_testing();
