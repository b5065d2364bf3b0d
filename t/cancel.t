# cancel.t - a query can be cancelled in the middle of mails, and in the middle
# of one; the session lives on.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(time);
use POSIX ();
use Server;
use Session;

my $server = Server->new('cancel');
my $report = unpack 'H*', Server::report('rosa@koharu.example');

# What may pass between the time-out and the end of the query.
my $PATIENCE = 1.5 * ($ENV{BOUNCE_SLOWNESS} || 1);

sub is_cancelled {
    my ($name, $setup, $query) = @_;
    my ($out, $error) = $server->run(<<"END");
SET max_parallel_workers_per_gather = 0;
$setup
SET statement_timeout = '100ms';
\\timing on
$query;
\\timing off
RESET statement_timeout;
SELECT count(*) FROM bounce_parse('\\x$report'::bytea);
END
    like($error, qr/canceling statement due to statement timeout/, "$name: cancelled");
    my ($ms) = $out =~ /Time: ([\d.]+) ms/;
    cmp_ok($ms, '<', 100 + 1000 * $PATIENCE, "$name: soon ($ms ms)") if defined $ms;
    fail("$name: no time shown") unless defined $ms;
    like($out, qr/^1\z/m, "$name: the session goes on");
}

is_cancelled('many mails', '',
    "SELECT count(b.recipient) FROM generate_series(1, 100000000) g, bounce_parse('\\x$report'::bytea || substring(g::text::bytea FROM 100)) b");

is_cancelled('many replies', '',
    "SELECT count(b.reason) FROM generate_series(1, 100000000) g, bounce_parse_reply('550 5.1.1 User unknown ' || g) b");

is_cancelled('large mails', <<'END', 'SELECT count(b.recipient) FROM big, generate_series(1, 1000) g, bounce_parse(big.raw || substring(g::text::bytea FROM 100)) b');
CREATE TEMP TABLE big AS
SELECT convert_to(E'From: MAILER-DAEMON@out.news.example\nSubject: Returned mail\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\n\n' ||
	E'--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; out.news.example\n\n' ||
	string_agg(format(E'Final-Recipient: rfc822; reader%s@koharu.example\nAction: failed\nStatus: 5.1.1\n', i), E'\n') || E'\n--x--\n', 'UTF8') AS raw
FROM generate_series(1, 300000) i;
END

# Expressions of one's own that run to the end of the text from each of its
# places, and give nothing back: PCRE2 counts no steps.
is_cancelled('expressions of own rules', <<'END', "SELECT (bounce_parse_reply('550 5.1.1 ' || repeat('a', 4000) || '@ ', NULL, NULL, 'long')).reason");
INSERT INTO bounce_rule (ruleset, syntax, diagnostic, reason)
SELECT 'long', 'regex', '(*NO_JIT)[^@\s]+@[^\s>]+(?#' || i || ')', 'mine' FROM generate_series(1, 300) i;
END

is_cancelled('the signature of an own format', <<'END', 'SELECT count(*) FROM long, bounce_parse(long.raw, \'long\')');
INSERT INTO bounce_format (ruleset, name, syntax, human_text, recipient)
SELECT 'long', 'mine', 'regex', '(*NO_JIT)[^@\s]+@[^\s>]+(?#' || i || ')', '(x)' FROM generate_series(1, 10) i;
CREATE TEMP TABLE long AS
SELECT convert_to(E'From: MAILER-DAEMON@out.news.example\nSubject: Returned mail\n\n' || repeat(repeat('a', 4000) || '@ ', 60), 'UTF8') AS raw;
END

# Workers are cancelled with their leader.
is_cancelled('in parallel', <<"END", 'SELECT count(b.recipient) FROM mail, bounce_parse(mail.raw) b');
CREATE TABLE mail AS SELECT '\\x$report'::bytea AS raw FROM generate_series(1, 200000);
ANALYZE mail;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
END

# Workers end with their leader, however that is ended, and leave nothing behind.
for my $how ('pg_cancel_backend', 'pg_terminate_backend') {
    my $leader = Session->new($server->{database});
    my $leader_pid = $leader->ask('SELECT pg_backend_pid()');
    my $child = fork;
    die "fork: $!" unless defined $child;
    if (!$child) {
        eval { $leader->ask(<<'END') };
SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
SELECT count(b.recipient) FROM mail, bounce_parse(mail.raw) b
END
        POSIX::_exit(0);
    }
    my $workers = 0;
    for (1 .. 200) {
        $workers = $server->sql("SELECT count(*) FROM pg_stat_activity WHERE leader_pid = $leader_pid");
        last if $workers;
        select undef, undef, undef, 0.05;
    }
  SKIP: {
        skip 'no worker was to be had', 1 if !$workers;
        $server->sql("SELECT $how($leader_pid)");
        my $left = 1;
        for (1 .. 200) {
            $left = $server->sql("SELECT count(*) FROM pg_stat_activity WHERE leader_pid = $leader_pid OR pid = $leader_pid AND state = 'active'");
            last if !$left;
            select undef, undef, undef, 0.05;
        }
        is($left, '0', "$how() of a leader with $workers workers ends them all");
    }
    $server->sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $leader_pid");
    kill 'KILL', $child;
    waitpid $child, 0;
}

done_testing();
