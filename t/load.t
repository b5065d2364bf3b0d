# load.t - eight sessions bring mail for a while, through the trigger, as a ninth
# judges the past again, erases, sums up and changes the rules: every event is
# there once, nobody grows, nobody fails.
#
#	LOAD_MAILS		how many mails (12,000)
#	LOAD_SECONDS	over how long they are spread (12); a slow machine takes longer
#
# LOAD_MAILS=1000000 LOAD_SECONDS=600 on two cores that did other things, too
# (PostgreSQL 15, November 2026): 602 s, 36 rounds of the ninth session; at most
# 5.6 MB a session and 50 MB the ninth; 800,000 events, 300,000 copies, no deadlock,
# no error.
use strict;
use warnings;
use FindBin;
use POSIX ();
use Time::HiRes qw(time);
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;
use Cluster;

my $lacking = Cluster::unavailable();
plan skip_all => $lacking if $lacking;

my $SESSIONS = 8;
# What a session's memory may go up by from the second third to the last one, in
# kB: of those that bring mail, and of the ninth, which keeps some of what it had
# needed to judge the mail of five seconds at once.
my %SLACK = (pgbench => 2048, keeper => 16384);
my $seconds  = $ENV{LOAD_SECONDS} || 12;
my $mails    = POSIX::ceil(($ENV{LOAD_MAILS} || 12_000) / 10 / $SESSIONS) * 10 * $SESSIONS;

my $cluster = Cluster->new(conf => <<'END');
shared_buffers = '128MB'
max_wal_size = '1GB'
full_page_writes = off
autovacuum_naptime = '5s'
deadlock_timeout = '200ms'
log_min_messages = warning
END
my $pgbench = "$cluster->{bin}/pgbench";
plan skip_all => "$pgbench can't be executed" unless -x $pgbench;
$cluster->start or BAIL_OUT($cluster->log_tail);

# Of ten mails: four report one recipient each, one is a webhook's, one reports
# two recipients, one is in plain words, one repeats an event, one repeats two of
# them in the other order, and one is no bounce.  That makes eleven reports of
# eight events.
$cluster->sql(<<'END');
REVOKE CREATE ON SCHEMA public FROM PUBLIC;    -- as it is since PostgreSQL 15
CREATE EXTENSION bounce;
INSERT INTO bounce_rule (ruleset, diagnostic, reason) VALUES ('load', 'wobbles', 'suspend');
SELECT bounce_create_inbox('inbox', rules => 'load', daily => true, keep_raw => '20 s');
CREATE SEQUENCE number;

CREATE FUNCTION dsn(at bigint, people text[]) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
	SELECT convert_to(
		format(E'Return-Path: <>\nDate: %s +0000\nFrom: MAILER-DAEMON@out.news.example\nTo: letters@news.example\nSubject: Returned mail\n'
			'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n--x\nContent-Type: text/plain\n\n%s\n\n'
			'--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; out.news.example\n',
			to_char('2026-03-01'::timestamp + at * interval '1 s', 'Dy, DD Mon YYYY HH24:MI:SS'), repeat('Your letter could not be delivered. ', 20))
		|| string_agg(format(E'\nFinal-Recipient: rfc822; %s@koharu.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; %s\n', person,
			(ARRAY['550 5.1.1 <x@koharu.example>: User unknown', '552 5.2.2 Mailbox full', '554 5.0.0 the mailbox wobbles', '550 5.7.1 blocked using zen.spamhaus.org'])[1 + at % 4]), '')
		|| format(E'\n--x\nContent-Type: message/rfc822\n\nFrom: letters@news.example\nSubject: Spring\nMessage-ID: <letter.%s@news.example>\n\nHello.\n\n--x--\n', at), 'UTF8')
	FROM unnest(people) person
$$;

CREATE FUNCTION mail(n bigint, OUT raw bytea, OUT payload jsonb) LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	CASE n % 10
	WHEN 4 THEN
		payload := jsonb_build_object('RecordType', 'Bounce', 'Type', 'HardBounce', 'TypeCode', 1, 'Email', 'r' || n || '@koharu.example',
			'BouncedAt', '2026-03-01T08:00:00Z', 'MessageID', n::text, 'Details', '550 5.1.1 User unknown');
	WHEN 5 THEN
		raw := dsn(n, ARRAY['a' || n, 'b' || n]);
	WHEN 6 THEN
		raw := convert_to(format(E'Date: Sun, 1 Mar 2026 08:00:00 +0000\nFrom: MAILER-DAEMON@out.news.example\nTo: letters@news.example\nSubject: Mail delivery failed: returning message to sender\n\n'
			'This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\n'
			'recipients. This is a permanent error. The following address(es) failed:\n\n  r%s@koharu.example\n    550 No such user here\n', n), 'UTF8');
	WHEN 7 THEN
		raw := dsn(n - 5, ARRAY['r' || (n - 5)]);
	WHEN 8 THEN
		raw := dsn(n - 3, ARRAY['b' || (n - 3), 'a' || (n - 3)]);
	WHEN 9 THEN
		raw := convert_to(E'Subject: Spring\n\nDear editors ...', 'UTF8');
	ELSE
		raw := dsn(n, ARRAY['r' || n]);
	END CASE;
END $$;
END
is($cluster->sql(q{SELECT count(*), count(DISTINCT ((j.b).token, (j.b).kind)) FROM (SELECT (mail(n)).* FROM generate_series(1, 10) n) m,
    LATERAL (SELECT * FROM bounce_judge(m.raw) UNION ALL SELECT * FROM bounce_judge_json(m.payload)) j}), '11|8', 'ten mails report eight events');

open my $script, '>', "$cluster->{dir}/mail.sql" or die "mail.sql: $!";
print {$script} "INSERT INTO inbox (mailbox, raw, payload) SELECT 's' || :client_id, raw, payload FROM mail(nextval('number'));\n";
close $script or die "mail.sql: $!";

# Runs something beside us; returns the process.
sub beside {
    my ($what) = @_;
    my $pid = fork;
    die "fork: $!" unless defined $pid;
    if (!$pid) {
        my $status = eval { $what->() };
        print STDERR $@ if $@;
        POSIX::_exit(defined $status ? $status : 1);
    }
    return $pid;
}

my $began = time;
my $bench = beside(sub {
    return $cluster->inside(sub {
        return system('sh', '-c', 'exec "$@" >"$0" 2>&1', "$cluster->{dir}/bench", $pgbench, '-n', '-M', 'prepared', '-c', $SESSIONS, '-j', 2,
            '-t', $mails / $SESSIONS, '--rate', $mails / $seconds, '-f', "$cluster->{dir}/mail.sql", 'postgres') >> 8;
    });
});

# The ninth: one session of psql, so that its memory can be looked at.
my $keeper = beside(sub {
    my ($out, $error, $status) = $cluster->run(<<'END');
SET application_name = 'keeper';
SET temp_buffers = '800kB';
SET client_min_messages = warning;
CREATE PROCEDURE keep() LANGUAGE plpgsql AS $$
DECLARE
	round integer := 0;
BEGIN
	WHILE NOT EXISTS (SELECT FROM pg_class WHERE relname = 'enough') LOOP
		round := round + 1;
		UPDATE bounce_rule SET reason = CASE round % 2 WHEN 0 THEN 'suspend' ELSE 'onhold' END WHERE diagnostic = 'wobbles';
		COMMIT;
		INSERT INTO bounce_rule (ruleset, diagnostic, reason) VALUES ('load', 'rule ' || round, 'filtered');
		DELETE FROM bounce_rule WHERE diagnostic LIKE 'rule %' AND id < (SELECT max(id) FROM bounce_rule) - 5;
		COMMIT;
		PERFORM bounce_roll_up('inbox');
		COMMIT;
		PERFORM bounce_reclassify('inbox', clock_timestamp() - interval '5 s', NULL, apply => true);
		COMMIT;
		PERFORM bounce_expire('inbox', clock_timestamp(), 5000);
		COMMIT;
		PERFORM pg_sleep(0.2);
	END LOOP;
	RAISE LOG 'keeper: % rounds', round;
END $$;
CALL keep();
END
    print STDERR $error;
    return $status || $error ne '';
});

# Their memory, once a second: by process, a list of [time, kB].
my (%memory, %name);
my $ended;
until ($ended) {
    select undef, undef, undef, 1;
    $ended = waitpid($bench, POSIX::WNOHANG()) == $bench;
    for my $line (split /\n/, $cluster->sql(q{SELECT pid, application_name FROM pg_stat_activity WHERE application_name IN ('pgbench', 'keeper') AND backend_type = 'client backend'})) {
        my ($pid, $name) = split /\|/, $line;
        $name{$pid} = $name;
        open my $status, '<', "/proc/$pid/status" or next;
        my ($kb) = do { local $/; <$status> } =~ /^RssAnon:\s*(\d+) kB/m or next;
        push @{ $memory{$pid} }, [time - $began, $kb];
    }
}
my $status = $?;
my $took   = time - $began;
$cluster->sql('CREATE TABLE enough ()');
waitpid $keeper, 0;
is($?, 0, 'the ninth session had no trouble');
is($status, 0, 'nor had those that brought mail') or diag(do { open my $said, '<', "$cluster->{dir}/bench"; local $/; <$said> });

# What each never went below in the second third, and in the last.
my %most = map { $_ => 0 } keys %SLACK;
my @grown;
for my $pid (sort { $a <=> $b } keys %memory) {
    my $kind = $name{$pid};
    my ($second, $last);
    for (@{ $memory{$pid} }) {
        my ($at, $kb) = @$_;
        $most{$kind} = $kb if $most{$kind} < $kb;
        my $least = $at < $took / 3 ? \my $nobody : $at < $took * 2 / 3 ? \$second : \$last;
        $$least = $kb if !defined $$least || $$least > $kb;
    }
    push @grown, "$kind $pid: $second -> $last kB" if defined $second && defined $last && $last - $second > $SLACK{$kind};
}
is(scalar(keys %memory), $SESSIONS + 1, 'the memory of all of them is known');
is("@grown", '', 'no session grows');

my $tenth = $mails / 10;
is($cluster->sql('SELECT count(*), count(DISTINCT id) FROM inbox'), "$mails|$mails", 'every mail is there');
is($cluster->sql('SELECT count(*), count(DISTINCT (token, kind)), count(DISTINCT recipient) FROM inbox_event'), join('|', (8 * $tenth) x 3), 'every event once');
is($cluster->sql('SELECT count(*) FROM inbox_copy c JOIN inbox_event e USING (token, kind)'), 3 * $tenth, 'every copy, with its event');
is($cluster->sql(q{SELECT mails, reporting, repeating, silent, events, copies FROM bounce_inbox_status('inbox')}),
    join('|', map { $_ * $tenth } 10, 7, 2, 1, 8, 3), 'all mail is accounted for');
$cluster->sql(q{SELECT bounce_roll_up('inbox')});
is($cluster->sql('SELECT sum(n) FROM inbox_daily'), 8 * $tenth, 'the sums are of all events');
is($cluster->sql(q{SELECT count(*) > 0 FROM inbox WHERE raw IS NULL AND payload IS NULL}), $took > 21 ? 't' : 'f', 'what was to be erased is') if $took > 25 || $took < 19;
is($cluster->sql(q{SELECT count(*) FROM bounce_reclassify('inbox', (SELECT max(received_at) FROM inbox) - interval '10 s') WHERE change IN ('added', 'gone')}), '0', 'nothing is lacking');
is($cluster->sql('SELECT sum(deadlocks) FROM pg_stat_database'), '0', 'no deadlock');
my ($rounds) = $cluster->log =~ /keeper: (\d+) rounds/;
ok($rounds, 'the ninth had its turns');
my @trouble = grep { /(WARNING|ERROR|FATAL|PANIC|terminated by signal)/ } split /^/, $cluster->log;
is(join('', @trouble), '', 'no error in the log');
printf "# measured: %d mails in %.0f s, %d rounds of the ninth session; at most %.1f MB a session, %.1f MB the ninth\n",
    $mails, $took, $rounds || 0, $most{pgbench} / 1024, $most{keeper} / 1024;

done_testing();
