# disk_full.t - a disk that is full, or fails, while mail is taken in: a clean
# error, a session that lives, and everything right when there is room again.
#
# No file system is filled.  A library that is loaded before the C library
# (disk_faults.c) says so of files while it is told to.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Cluster;
use Ledger;
use Session;

my $why_not = Cluster::unavailable();
plan skip_all => $why_not if $why_not;
plan skip_all => 'faults are made for Linux' if $^O ne 'linux';

my $cluster = Cluster->new(conf => <<'END', initdb => ['--wal-segsize=1']);
max_connections = 20
checkpoint_timeout = '1h'
fsync = on
wal_sync_method = fdatasync
min_wal_size = '2MB'
max_wal_size = '8MB'
wal_recycle = off
restart_after_crash = off
END
my $dir = $cluster->{dir};
system($ENV{CC} || 'cc', '-shared', '-fPIC', '-O1', '-o', "$dir/disk_faults.so", "$FindBin::Bin/disk_faults.c", '-ldl') == 0
    or plan skip_all => 'no C compiler';
mkdir "$dir/faults" or die "$dir/faults: $!";
my %env = (LD_PRELOAD => "$dir/disk_faults.so", DISK_FAULTS => "$dir/faults");
$cluster->start(env => \%env) or plan skip_all => 'the server does not start with a library before the others';

sub fault {
    my ($name) = @_;
    open my $file, '>', "$dir/faults/$name" or die "$dir/faults/$name: $!";
}
sub mend { unlink "$dir/faults/$_[0]" or die "$dir/faults/$_[0]: $!" }

$cluster->sql(<<'END');
CREATE EXTENSION bounce;
SELECT bounce_create_inbox('plain', daily => true);
SELECT bounce_create_inbox('parted', partitioned => true, daily => true);
END

my @inboxes = qw(plain parted);
my %acknowledged = map { $_ => [] } @inboxes;
my $number = 0;

# Brings so many mails to each inbox in a session; returns the errors.
sub bring {
    my ($session, $count) = @_;
    my %errors;
    for (1 .. $count) {
        $number++;
        for my $inbox (@inboxes) {
            my $recipients = 1 + $number % 5;
            my $answer = $session->ask(Ledger::insert($inbox, "d-$number", $number % 7 ? "d-$number" : 'same', $number % 600, $recipients));
            if ($answer eq '') {
                push @{ $acknowledged{$inbox} }, "d-$number/$recipients";
            }
            else {
                my ($error) = $answer =~ /^(?:.*: )?((?:ERROR|FATAL|PANIC|WARNING|server closed).*)$/m;
                $errors{ defined $error ? $error : $answer }++;
            }
        }
    }
    return \%errors;
}

sub tally {
    my ($name) = @_;
    Ledger::tallies($cluster, $_, "$name: $_", @{ $acknowledged{$_} }) for @inboxes;
}

# ---- No room for tables and indexes.
my $session = $cluster->session;
my $backend = $session->ask('SELECT pg_backend_pid()');
is_deeply(bring($session, 40), {}, 'mail comes in');
fault('full-base');
my $errors = bring($session, 150);
my @other = grep { !/^ERROR:  could not (?:extend|write to) file .*No space left on device/ } keys %$errors;
cmp_ok(scalar keys %$errors, '>', 0, 'the disk is full');
is("@other", '', 'each mail that finds no room gives the error that says so');
is($session->ask('SELECT pg_backend_pid()'), $backend, 'the session lives');
like($session->ask("SELECT count(*) FROM plain_event"), qr/^\d+$/, 'and reads');
mend('full-base');
tally('as long as there was room');
is_deeply(bring($session, 60), {}, 'with room again mail comes in');
tally('with room again');

# The past can't be judged again without room, and can be with it.
$session->ask("DELETE FROM plain_event WHERE ordinal = 1; DELETE FROM parted_event WHERE ordinal = 1; DELETE FROM parted_token t WHERE NOT EXISTS (SELECT FROM parted_event e WHERE e.token = t.token AND e.kind = t.kind)");
$session->ask('CREATE TABLE before_plain AS SELECT mail_id, ordinal, token FROM plain_event; CREATE TABLE before_parted AS SELECT mail_id, ordinal, token FROM parted_event');
fault('full-base');
for my $inbox (@inboxes) {
    like($session->ask("SELECT count(*) FROM bounce_reclassify('$inbox', apply => true)"), qr/ERROR:.*No space left on device/, "$inbox: judged again without room");
    is($session->ask("SELECT count(*) FROM before_$inbox b FULL JOIN ${inbox}_event e USING (mail_id, ordinal, token) WHERE b IS NULL OR e IS NULL"), '0', "$inbox: changes nothing");
}
mend('full-base');
$session->ask("SELECT count(*) FROM bounce_reclassify('$_', apply => true)") for @inboxes;
tally('judged again with room');

# ---- No room for temporary files: what a mail of many recipients gives is more than memory holds.
$session->ask(<<'END');
SET work_mem = '64kB';
CREATE TABLE big AS
SELECT convert_to(E'From: MAILER-DAEMON@out.news.example\nSubject: Returned mail\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\n\n' ||
	E'--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; out.news.example\n\n' ||
	string_agg(format(E'Final-Recipient: rfc822; reader%s@koharu.example\nAction: failed\nStatus: 5.1.1\n', i), E'\n') || E'\n--x--\n', 'UTF8') AS raw
FROM generate_series(1, 20000) i
END
my @queries = (
    'SELECT count(*), md5(string_agg(recipient, NULL)) FROM (SELECT b.recipient FROM big, bounce_parse(raw) b ORDER BY recipient) s',
    'SELECT count(*), max(ordinal) FROM big, bounce_judge(raw, NULL, true) b',
    'SELECT count(*), count(recipient) FROM big, bounce_explain(raw) b',
);
my @whole = map { $session->ask($_) } @queries;
like($whole[0], qr/^20000\|/, 'with room for temporary files');
fault('full-temp');
like($session->ask($_), qr/ERROR:.*No space left on device/, "without room: $_") for @queries;
is($session->ask('SELECT pg_backend_pid()'), $backend, 'the session lives');
mend('full-temp');
is(join(' ', map { $session->ask($_) } @queries), "@whole", 'with room again they say what they said');
undef $session;

# ---- The end of PostgreSQL itself: no room for its log, and a file that can't be flushed.
for my $fault (['full-wal', qr/PANIC:  could not write to file "pg_wal.*No space left on device/], ['bad-sync', qr/PANIC:  could not fsync file .*Input\/output error/]) {
    my ($name, $panic) = @$fault;
    my $from = $cluster->log_size;
    my $other = $cluster->session;
    fault($name);
    for (1 .. 100) {
        # the session may end in any of these
        last unless eval { bring($other, 20); $other->ask('CHECKPOINT'); 1 } && $cluster->postmaster;
    }
    eval { undef $other };
    for (1 .. 600) {
        last if !$cluster->postmaster;
        select undef, undef, undef, 0.05;
    }
    like($cluster->log($from), $panic, "$name: PostgreSQL gives up");
    mend($name);
    ok($cluster->start(env => \%env), "$name: and starts again") or diag($cluster->log_tail);
    tally($name);
    my $errors = bring($cluster->session, 20);
    is_deeply($errors, {}, "$name: mail comes in");
    tally("$name, and after it");
}
unlike($cluster->log, qr/terminated by signal (?!6)|TRAP/, 'nothing else went wrong');

done_testing();
