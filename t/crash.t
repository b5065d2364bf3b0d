# crash.t - backends and servers that end in the middle of taking in mail: after
# it no event is lost and none is there twice.
#
# CRASH_ROUNDS is how often the server is crashed under load in each way: once
# unless set.
use strict;
use warnings;
use FindBin;
use POSIX ();
use lib "$FindBin::Bin/lib";
use Test::More;
use Cluster;
use Ledger;
use Session;

my $rounds = $ENV{CRASH_ROUNDS} || 1;
my $why_not = Cluster::unavailable();
plan skip_all => $why_not if $why_not;

my $cluster = Cluster->new(conf => "max_connections = 40\ncheckpoint_timeout = '1h'");
$cluster->start or die $cluster->log_tail;
$cluster->sql(<<'END');
CREATE EXTENSION bounce;
SELECT bounce_create_inbox('plain', daily => true);
SELECT bounce_create_inbox('parted', partitioned => true, daily => true);
-- the trigger that somebody writes who has no use for inboxes
CREATE TABLE own (id bigserial PRIMARY KEY, received_at timestamptz NOT NULL DEFAULT now(), mailbox text, raw bytea);
CREATE TABLE own_event (mail_id bigint REFERENCES own, LIKE bounce, PRIMARY KEY (mail_id, recipient));
CREATE FUNCTION own_take_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO own_event SELECT NEW.id, b.* FROM bounce_parse(NEW.raw) b;
	RETURN NULL;
END $$;
CREATE TRIGGER own_take_in AFTER INSERT ON own FOR EACH ROW EXECUTE FUNCTION own_take_in();
CREATE UNIQUE INDEX ON own_event (recipient, bounced_at);
END

my @inboxes = qw(plain parted own);
my %acknowledged = map { $_ => [] } @inboxes;
my $round = 0;

# One test for each inbox: all is right there.
sub tally {
    my ($name) = @_;
    for my $inbox (qw(plain parted)) {
        Ledger::tallies($cluster, $inbox, "$name: $inbox", @{ $acknowledged{$inbox} });
    }
    my $wrong = $cluster->sql(<<'END');
SELECT m.mailbox FROM own m WHERE split_part(m.mailbox, '/', 2)::int <> (SELECT count(*) FROM own_event e WHERE e.mail_id = m.id)
UNION ALL SELECT m.mailbox FROM own m GROUP BY m.mailbox HAVING count(*) > 1
END
    my %there = map { $_ => 1 } split /\n/, $cluster->sql('SELECT mailbox FROM own');
    my @lost = grep { !$there{$_} } @{ $acknowledged{own} };
    is("$wrong@lost", '', "$name: own");
}

# ---- One backend ends in its trigger.

# A statement that brings 41 mails, of which the one in the middle reports what
# another session has brought and not committed: there the trigger stands and
# waits.  Calls a function with the waiting backend's process id; returns the
# answer to the statement.
sub in_the_middle {
    my ($inbox, $what) = @_;
    my $name = 'm' . ++$round;
    my $other = $cluster->session;
    $other->ask('BEGIN; ' . Ledger::insert($inbox, "other-$name", $name, 20, 1));
    my $values = join ', ', map { my $n = $_ == 20 ? 1 : 1 + $_ % 3; "('$name-$_/$n', " . Ledger::mail($_ == 20 ? $name : "$name-$_", $_, $n) . ')' } 0 .. 40;
    my $pid = open my $said, '-|';
    die "fork: $!" unless defined $pid;
    if (!$pid) {
        # a closed connection is an answer, too
        my ($out, $error) = $cluster->run("SET application_name = 'bringer';\nINSERT INTO $inbox (mailbox, raw) VALUES $values;\nSELECT 'the session lives';\n");
        print "$out\n$error";
        close STDOUT;
        POSIX::_exit(0);
    }
    my $waits = "FROM pg_stat_activity WHERE application_name = 'bringer' AND wait_event_type = 'Lock'";
    if (!$cluster->wait_for("SELECT count(*) = 1 $waits")) {
        fail("$inbox: the trigger waits");
        return '';
    }
    $what->($cluster->sql("SELECT pid $waits"), $other);
    undef $other if $cluster->postmaster && $what;
    my $answer = do { local $/; <$said> };
    close $said;
    return defined $answer ? $answer : '';
}

for my $inbox (@inboxes) {
    my $before = $cluster->sql("SELECT count(*) FROM $inbox");

    my $answer = in_the_middle($inbox, sub { $cluster->sql("SELECT pg_cancel_backend($_[0])") });
    like($answer, qr/^the session lives$/m, "$inbox: cancelled in its trigger, a session lives");
    like($answer, qr/canceling statement due to user request/, "$inbox: and knows why");
    is($cluster->sql("SELECT count(*) FROM $inbox"), $before, "$inbox: nothing of its mails is there");

    $answer = in_the_middle($inbox, sub { $cluster->sql("SELECT pg_terminate_backend($_[0])") });
    like($answer, qr/terminating connection due to administrator command/, "$inbox: terminated in its trigger");
    is($cluster->sql("SELECT count(*) FROM $inbox"), $before, "$inbox: nothing of its mails is there");

    my $from = $cluster->log_size;
    $answer = in_the_middle($inbox, sub { kill 'KILL', $_[0] });
    unlike($answer, qr/the session lives/, "$inbox: killed in its trigger");
    ok($cluster->wait_for('SELECT true'), "$inbox: the server recovers");
    like($cluster->log($from), qr/was terminated by signal 9.*database system was not properly shut down/s, "$inbox: by a restart of its own");
    is($cluster->sql("SELECT count(*) FROM $inbox"), $before, "$inbox: nothing of its mails is there");

    # the other one comes to its end, and all of them are taken in
    $answer = in_the_middle($inbox, sub { $_[1]->ask('ROLLBACK') });
    is($answer, "the session lives\n", "$inbox: left alone, it brings its mails");
    is($cluster->sql("SELECT count(*) FROM $inbox"), $before + 41, "$inbox: all of them");
}
tally('backends that ended in the middle');

# ---- The server ends under load.

# Starts sessions that bring mail for good, one in a transaction, and others that
# count, judge again and expire; calls a function in the midst; stops.
sub under_load {
    my ($what) = @_;
    my $base = ++$round;
    my @pipes;
    for my $session (1 .. 6) {
        my $inbox = $inboxes[ $session % 3 ];
        my $pid = open my $said, '-|';
        die "fork: $!" unless defined $pid;
        if (!$pid) {
            # half of what the two sessions of an inbox bring is the same
            my $script = "\\set ON_ERROR_STOP 1\n" . join '', map {
                my $who = "r$base-$session-$_";
                my $name = $_ % 2 || $inbox eq 'own' ? $who : "r$base-$inbox-$_";
                my $recipients = 1 + $_ % 3;
                Ledger::insert($inbox, $who, $name, $_ % 600, $recipients) . ";\n\\echo $inbox $who/$recipients\n";
            } 1 .. 3000;
            my ($out) = $cluster->run($script);
            print $out;
            close STDOUT;
            POSIX::_exit(0);
        }
        push @pipes, $said;
    }
    my @workers;
    for my $work ("SELECT bounce_roll_up('plain'); SELECT bounce_roll_up('parted');", "SELECT count(*) FROM bounce_reclassify('plain', apply => true);",
        "SELECT count(*) FROM bounce_reclassify('parted', apply => true);", "SELECT count(*) FROM bounce_expire(NULL, now() + interval '1 hour', 20);") {
        my $pid = fork;
        die "fork: $!" unless defined $pid;
        if (!$pid) {
            $cluster->run("\\set ON_ERROR_STOP 1\n" . "$work\n" x 100000);
            POSIX::_exit(0);
        }
        push @workers, $pid;
    }
    # of each inbox' two sessions either may have a mail that it has not said yet
    my $come = join ' AND ', map { "(SELECT count(*) FROM $_) > " . ($cluster->sql("SELECT count(*) FROM $_") + ($_ eq 'plain' ? 150 : 2)) } @inboxes;
    $cluster->wait_for("SELECT $come");
    $what->();
    waitpid $_, 0 for @workers;
    for my $said (@pipes) {
        while (defined(my $line = <$said>)) {
            push @{ $acknowledged{$1} }, $2 if $line =~ /^(\w+) (\S+)$/;
        }
        close $said;
    }
}

# Kills a backend in the middle of a statement that brings mail.
sub kill_one {
    for (1 .. 1000) {
        my ($pid) = split /\n/, $cluster->sql("SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'INSERT INTO plain%'");
        return kill 'KILL', $pid if $pid;
    }
    die 'no session brings mail';
}

# the events stay as they were when the mail goes
$cluster->sql("UPDATE bounce_inbox SET redact_after = '1 minute' WHERE inbox = 'parted'::regclass");
for (1 .. $rounds) {
    for my $end (['an immediate stop', sub { $cluster->stop('immediate') }], ['all processes killed', sub { $cluster->kill_all }],
        ['a backend killed', \&kill_one]) {
        my ($name, $what) = @$end;
        my @before = map { scalar @{ $acknowledged{$_} } } @inboxes;
        under_load($what);
        $cluster->start if !$cluster->postmaster;
        ok($cluster->wait_for('SELECT true'), "$name: the server is back") or diag($cluster->log_tail);
        cmp_ok(scalar @{ $acknowledged{$_} }, '>', shift @before, "$name: mail had come into $_") for @inboxes;
        tally($name);
        # what the workers were at is done anew
        is($cluster->sql("SELECT count(*) FROM bounce_reclassify('$_') WHERE change IN ('changed', 'added', 'gone')"), '0', "$name: $_ is as it is judged") for qw(plain parted);
    }
}

# ---- A table without a log is empty after a crash; its inbox works on.
$cluster->sql(<<'END');
CREATE UNLOGGED TABLE passing (id bigserial PRIMARY KEY, received_at timestamptz NOT NULL DEFAULT now(), mailbox text, raw bytea);
SELECT bounce_create_inbox('passing');
END
$cluster->sql(Ledger::insert('passing', "p-$_", "p-$_", $_, 1)) for 1 .. 3;
$cluster->stop('immediate');
ok($cluster->start, 'with an unlogged inbox');
is($cluster->sql('SELECT (SELECT count(*) FROM passing), (SELECT count(*) FROM passing_event)'), '0|3', 'its mail is gone after a crash, and its events are not');
$cluster->sql(Ledger::insert('passing', "q-$_", "q-$_", $_, 1)) for 1 .. 3;
is($cluster->sql('SELECT count(*) FROM passing m JOIN passing_event e ON e.mail_id = m.id AND e.received_at = m.received_at'), '3', 'new mail is judged');

unlike($cluster->log, qr/PANIC|terminated by signal (?!9)|TRAP/, 'nothing else went wrong');
diag($1) while $cluster->log =~ /(.*(?:PANIC|terminated by signal (?!9)|TRAP).*)/g;

done_testing();
