# standby.t - a standby reads mail, events, summaries and changed rules as the
# primary does, refuses what would write, and goes on when it is promoted.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;
use Session;
use Cluster;

my $lacking = Cluster::unavailable();
plan skip_all => $lacking if $lacking;

my $primary = Cluster->new(conf => "wal_level = replica\nmax_wal_senders = 4\nhot_standby = on\nwal_receiver_status_interval = 1");
$primary->start or BAIL_OUT($primary->log_tail);
$primary->sql(<<'END');
REVOKE CREATE ON SCHEMA public FROM PUBLIC;    -- as it is since PostgreSQL 15
CREATE EXTENSION bounce;
SELECT bounce_create_inbox('inbox', daily => true);
SELECT bounce_create_inbox('parted', partitioned => true, daily => true);
SELECT bounce_add_partitions('parted', '2026-03-01', '2026-05-01');
END

# A mail of its own minute, as a literal of SQL.
sub mail {
    my ($recipient, $minute, %with) = @_;
    my $mail = Server::report($recipient, %with);
    my $time = sprintf '%02d:%02d', 10 + int($minute / 60), $minute % 60;
    $mail =~ s/^Date: Sat, 7 Mar 2026 09:00:00/Date: Sat, 7 Mar 2026 $time:00/m or die;
    return q('\x) . unpack('H*', $mail) . q(');
}

my $standby = Cluster->new(of_backup => $primary->backup('copy', '-R', '-X', 'stream'));
$standby->start or BAIL_OUT($standby->log_tail);

# Waits until the standby has all that the primary has; true when it does.
sub caught_up {
    my $here = $primary->sql('SELECT pg_current_wal_lsn()');
    return $standby->wait_for("SELECT pg_last_wal_replay_lsn() >= '$here'");
}

# What comes in is there, and is read as here.
for my $n (1 .. 40) {
    my $mail = mail("r$n\@koharu.example", $n, $n % 4 ? () : (reply => '452 4.2.2 Mailbox full', status => '4.2.2'));
    $primary->sql("INSERT INTO inbox (received_at, raw) VALUES ('2026-03-07 12:00Z', $mail)" . ($n % 5 ? '' : ', (now(), ' . $mail . ')')
        . ";INSERT INTO parted (received_at, raw) VALUES ('2026-04-07 12:00Z', $mail)");
}
$primary->sql(<<'END');
SELECT bounce_roll_up('inbox'), bounce_roll_up('parted');
CREATE VIEW live AS SELECT m.id, b.* FROM inbox m, bounce_parse(m.raw) b;
CREATE MATERIALIZED VIEW kept AS SELECT reason, count(*) AS n FROM live GROUP BY 1;
SELECT bounce_suppress('default', 'inbox_event', '2026-03-08Z');
INSERT INTO inbox_event (mail_id, ordinal, received_at, engine, reason, provider, sender_domain)
SELECT -n, 1, '2026-03-07 12:00:30Z', 'e', 'blocked', 'google', 'news.example' FROM generate_series(1, 30) n;
INSERT INTO bounce_rule (ruleset, diagnostic, reason) VALUES ('mine', 'user unknown', 'first');
CREATE VIEW mine AS SELECT b.reason, count(*) FROM inbox m, bounce_parse(m.raw, 'mine') b GROUP BY 1 ORDER BY 1;
END
ok(caught_up(), 'the standby follows');
is($standby->sql('SELECT pg_is_in_recovery()'), 't', '... and is one');
my %question = (
    'bounce_parse()'         => 'SELECT l.* FROM live l ORDER BY id, recipient',
    'bounce_judge()'         => "SELECT m.id, j.* FROM inbox m, bounce_judge(m.raw, 'mine') j ORDER BY m.id, j.ordinal",
    'bounce_explain()'       => "SELECT m.id, e.* FROM inbox m, bounce_explain(m.raw, 'mine') e WHERE m.id < 4 ORDER BY m.id, e.step",
    'events and copies'      => 'SELECT e.*, c.* FROM inbox_event e LEFT JOIN inbox_copy c USING (token, kind) ORDER BY e.mail_id',
    'partitioned events'     => 'SELECT tableoid::regclass, e.* FROM parted_event e ORDER BY mail_id',
    'a materialized view'    => 'SELECT * FROM kept ORDER BY reason',
    'sums'                   => 'SELECT * FROM inbox_daily ORDER BY day, provider, reason',
    'an index on an address' => q{SET enable_seqscan = off; SELECT mail_id FROM inbox_event WHERE bounce_address_key(recipient) = bounce_address_key('R7@KOHARU.example') ORDER BY 1},
    'bounce_inbox_status()'  => "SELECT * FROM bounce_inbox_status('inbox')",
    'bounce_rule_hits()'     => "SELECT * FROM bounce_rule_hits('inbox_event') WHERE hits > 0 OR origin = 'own' ORDER BY rule",
    'bounce_reclassify()'    => "SELECT mail_id, change, old_reason, new_reason FROM bounce_reclassify('inbox', rules => 'mine') ORDER BY mail_id, ordinal",
    'bounce_suppressed_now'  => 'SELECT address, reason, since FROM bounce_suppressed_now ORDER BY address',
    'bounce_suppressed()'    => q{SELECT bounce_suppressed('r1@koharu.example'), bounce_suppressed('nobody@koharu.example')},
    'bounce_score()'         => q{SELECT recipient, bounce_score(bounce_weight(kind, hard_bounce, fault, reason), received_at, '30 days', '2026-04-01Z') FROM inbox_event GROUP BY 1 ORDER BY 1},
    'bounce_scores()'        => q{SELECT * FROM bounce_scores('default', 'inbox_event', '2026-03-08Z') c ORDER BY c::text},
    'what it would make'     => "SELECT bounce_inbox_ddl('another'), bounce_partition_ddl('parted', '2026-06-01', '2026-07-01')",
    'parallel workers'       => q{SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
        SELECT count(*), min(b.reason) FROM inbox m, bounce_parse(m.raw, 'mine') b},
);
for my $what (sort keys %question) {
    my ($there, $error) = $standby->run($question{$what});
    my $here = $primary->sql($question{$what});
    ok($error eq '' && $here ne '' && $there eq $here, "$what there as here") or diag("$error\nhere:\n$here\nthere:\n$there");
}

# What would write says so, by the same error as any other write.
for my $write (
    "SELECT bounce_create_inbox('more')", "SELECT bounce_create_inbox('inbox')", "SELECT bounce_drop_inbox('inbox')",
    "SELECT bounce_add_partitions('parted', '2026-06-01', '2026-07-01')",
    "SELECT bounce_roll_up('inbox')", "SELECT * FROM bounce_reclassify('inbox', apply => true)", "SELECT * FROM bounce_suppress('default', 'inbox_event', '2026-03-08Z')",
    q{SELECT bounce_suppress_address('x@koharu.example')}, q{SELECT bounce_release('r1@koharu.example', 'asked')},
    "SELECT * FROM bounce_alarm('inbox_event', '2026-03-07 12:01Z')",
    "INSERT INTO bounce_rule (diagnostic, reason) VALUES ('x', 'y')", 'INSERT INTO inbox (raw) VALUES (NULL)', 'REFRESH MATERIALIZED VIEW kept') {
    my (undef, $error) = $standby->run("\\set VERBOSITY sqlstate\n$write;");
    like($error, qr/ERROR:  25006\n\z/, "refused there: $write");
}
# the inbox's own mail can't expire there either; without anything to do it says nothing
$primary->sql("UPDATE bounce_inbox SET keep_raw = '1 day', redact_after = '1 day' WHERE inbox = 'inbox'::regclass");
caught_up();
my (undef, $refused) = $standby->run("\\set VERBOSITY sqlstate\nSELECT * FROM bounce_expire();");
like($refused, qr/ERROR:  25006\n\z/, 'refused there: bounce_expire()');
$primary->sql('UPDATE bounce_inbox SET keep_raw = NULL, redact_after = NULL');

# ---- rules that change --------------------------------------------------------

my $ask = q{SELECT (bounce_parse_reply('550 5.1.1 user unknown', NULL, NULL, 'mine')).reason};
my $session = $standby->session;
is($session->ask($ask), 'first', 'a session there keeps a rule');
for my $change (
    ["UPDATE bounce_rule SET reason = 'second'", 'second'],
    ["BEGIN; SAVEPOINT a; UPDATE bounce_rule SET reason = 'third'; RELEASE a; COMMIT", 'third'],
    ["BEGIN; UPDATE bounce_rule SET reason = 'undone'; ROLLBACK", 'third'],
    ['TRUNCATE bounce_rule', 'userunknown'],
    ["INSERT INTO bounce_rule (ruleset, diagnostic, reason) VALUES ('mine', 'user unknown', 'fifth')", 'fifth']) {
    $primary->sql($change->[0]);
    caught_up();
    is($session->ask($ask), $change->[1], "... and takes up: $change->[0]");
}

# A loop there, in one transaction, takes up a rule whose transaction is neither
# the oldest nor the last: nothing but the list of those that run tells it.
my ($oldest, $middle, $youngest) = map { $primary->session } 1 .. 3;
$oldest->ask('BEGIN; CREATE TABLE held_open ()');
$middle->ask("BEGIN; UPDATE bounce_rule SET reason = 'sixth'");
$youngest->ask('BEGIN; CREATE TABLE came_later (); COMMIT');
caught_up();
$standby->sql('SELECT pg_current_snapshot()');
my $wait = beside(<<'END');
DO $$
DECLARE
	r text;
	seen text := '';
BEGIN
	FOR i IN 1..3000 LOOP
		r := (bounce_parse_reply('550 5.1.1 user unknown', NULL, NULL, 'mine')).reason;
		IF position(r IN seen) = 0 THEN
			seen := seen || r || ' ';
			RAISE LOG 'loop sees %', r;
		END IF;
		EXIT WHEN r = 'sixth';
		PERFORM pg_sleep(0.01);
	END LOOP;
	RAISE LOG 'loop saw %', seen;
END $$;
END
ok($standby->wait_for(q{SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE 'DO %' AND pid <> pg_backend_pid()}), 'a loop there');
for (1 .. 200) { last if $standby->log =~ /loop sees fifth/; select undef, undef, undef, 0.05 }
$middle->ask('COMMIT');
$wait->();
my ($seen) = $standby->log =~ /LOG:  loop saw (.*)/;
is($seen, 'fifth sixth ', '... takes up a rule whose transaction is neither the oldest nor the last');
$oldest->ask('ROLLBACK');

# Starts a script there beside us; returns what waits for its end.
sub beside {
    my ($script) = @_;
    my $pid = fork;
    die "fork: $!" unless defined $pid;
    if (!$pid) {
        $standby->run($script);
        require POSIX;
        POSIX::_exit(0);
    }
    return sub { waitpid $pid, 0 };
}

# ---- promotion ------------------------------------------------------------------

my $counts = 'SELECT count(*), count(DISTINCT token), max(mail_id) FROM inbox_event';
caught_up();
my $before = $standby->sql($counts);
my @id = map { $primary->sql('SELECT max(id) FROM ' . $_) } qw(inbox parted);
undef $session;
undef $_ for $oldest, $middle, $youngest;
$primary->stop('immediate');
$standby->_quietly("$standby->{bin}/pg_ctl", '-D', $standby->{data}, '-w', 'promote');
ok($standby->wait_for('SELECT NOT pg_is_in_recovery()'), 'the standby is promoted');
is($standby->sql($counts), $before, '... with every event');
my ($old, $new) = (mail('r1@koharu.example', 1), mail('new@koharu.example', 59));
for my $inbox (qw(inbox parted)) {
    my $last = shift @id;
    $standby->sql("INSERT INTO $inbox (raw) VALUES ($old), ($new)");
    is($standby->sql("SELECT count(*) FILTER (WHERE id > $last), count(*) = count(DISTINCT id) FROM $inbox"), '2|t', "$inbox: ids go on");
    is($standby->sql("SELECT (SELECT count(*) FROM ${inbox}_event WHERE mail_id > $last), (SELECT count(*) FROM ${inbox}_copy WHERE mail_id > $last)"), '1|1',
        "$inbox: what is new is an event, what had come before a copy");
    $standby->sql("SELECT bounce_roll_up('$inbox')");
    is($standby->sql("SELECT sum(n) = (SELECT count(*) FROM ${inbox}_event) FROM ${inbox}_daily"), 't', "$inbox: sums go on");
}
is($standby->sql("INSERT INTO bounce_rule (ruleset, diagnostic, reason) VALUES ('mine', 'user unknown', 'promoted') RETURNING id > 1; DELETE FROM bounce_rule WHERE reason <> 'promoted'; $ask"),
    "t\npromoted", 'rules go on');
is($standby->sql("SELECT count(*) FROM bounce_reclassify('inbox', apply => true)"), '0', 'the past is as it was judged');
unlike($standby->log, qr/PANIC|terminated by signal|TRAP/, 'no server process died');

done_testing();
