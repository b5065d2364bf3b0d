# suppression.t - sessions that suppress and release the same addresses at once,
# and a list that survives a dump, a move to another schema and a hostile one.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep);
use Server;

my $server = Server->new('suppression');
$server->sql(<<'END');
CREATE TABLE event (mail_id int GENERATED ALWAYS AS IDENTITY, received_at timestamptz NOT NULL, LIKE bounce);
INSERT INTO event (received_at, kind, recipient, reason, hard_bounce, fault)
SELECT now() - interval '1 hour', 'failure', 'reader' || i || '@koharu.example', 'userunknown', true, 'recipient' FROM generate_series(1, 2000) AS i;
END

# Runs a script in a session of its own, without waiting; returns a function that
# waits for it and returns its output and its errors.
sub start {
    my ($script) = @_;
    pipe my $from, my $to or die "pipe: $!";
    my $child = fork;
    die "fork: $!" unless defined $child;
    if (!$child) {
        my ($out, $error) = $server->run($script);
        print {$to} "$out\0$error";
        close $to;
        require POSIX;
        POSIX::_exit(0);
    }
    close $to;
    return sub {
        my $all = do { local $/; <$from> };
        waitpid $child, 0;
        return split /\0/, $all, 2;
    };
}

# Two sessions: the first has done its part and holds it open until the second,
# which is started meanwhile, waits for it.  Returns what the second says.
sub meet {
    my ($name, $first, $end, $second) = @_;
    my $hold = start(<<"END");
BEGIN;
$first;
DO \$\$ BEGIN
	FOR i IN 1 .. 200 LOOP
		PERFORM pg_sleep(0.05);
		EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid');
	END LOOP;
END \$\$;
$end;
END
    sleep 0.05 until $server->sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%PERFORM pg_sleep%' AND pid <> pg_backend_pid()") > 0;
    my ($out, $error) = start($second)->();
    my (undef, $hold_error) = $hold->();
    is($hold_error . $error, '', "$name: no error");
    return $out;
}

my $run = "SELECT count(*) FROM bounce_suppress('default', 'event', for_address => 'reader1\@koharu.example')";
my $rows = "SELECT count(*), count(*) FILTER (WHERE released_at IS NULL) FROM bounce_suppression";
is(meet('both suppress', $run, 'COMMIT', $run), '0', 'the second finds it done');
is($server->sql($rows), '1|1', 'one row');
$server->sql('DELETE FROM bounce_suppression');
is(meet('the first takes it back', $run, 'ROLLBACK', $run), '1', 'the second does it');
is($server->sql($rows), '1|1', 'one row again');

# The second has seen the bounce and not the release; still it must not undo it.
is(meet('released during a run', "SELECT bounce_release('reader1\@koharu.example', 'she wrote')", 'COMMIT', $run), '0', 'the run suppresses nobody');
is($server->sql($rows), '1|0', 'released it stays');
is($server->sql($run), '0', 'in the next run, too');
# taken back, it is as if never said
$server->sql("DELETE FROM bounce_reset; UPDATE bounce_suppression SET released_at = NULL");
is(meet('a release that is taken back', "SELECT bounce_release('reader1\@koharu.example', 'she wrote')", 'ROLLBACK', $run), '0', 'it was suppressed already');
is($server->sql($rows), '1|1', 'and is');
# by hand and by policy
$server->sql('DELETE FROM bounce_suppression');
is(meet('a person and a policy', "SELECT bounce_suppress_address('reader1\@koharu.example', 'asked to')", 'COMMIT', $run), '0', 'the person was first');
is($server->sql('SELECT reason FROM bounce_suppression'), 'asked to', 'the reason is the person\'s');

# Many at once, each in one order of its own making.
$server->sql('DELETE FROM bounce_suppression; DELETE FROM bounce_reset');
my @runs = map { start("SELECT count(*) FROM bounce_suppress('default', 'event')") } 1 .. 4;
my ($sum, $errors) = (0, '');
for my $wait (@runs) {
    my ($out, $error) = $wait->();
    $sum += $out;
    $errors .= $error;
}
is($errors, '', 'four runs at once: no error, no deadlock');
is($sum, 2000, 'each address was suppressed by one of them');
is($server->sql($rows), '2000|2000', 'and stands in the list once');

# Dumped and restored: what is the user's, and nothing twice.
$server->sql(<<'END');
UPDATE bounce_policy SET threshold = 9, note = E'mine\tnow' WHERE policy = 'mailman';
INSERT INTO bounce_policy (policy, threshold) VALUES ('own', 2);
INSERT INTO bounce_protected (pattern) VALUES ('partner.example');
SELECT bounce_release('reader7@koharu.example', 'she wrote');
END
my $copy = Server->new('suppression_copy');
my $dump = `pg_dump -d bounce_t_suppression 2>&1`;
is($?, 0, 'dumped');
my (undef, $restore_error) = $copy->run($dump);
is($restore_error, '', 'restored');
for my $table (qw(bounce_policy bounce_protected bounce_reset bounce_suppression)) {
    my $digest = "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text COLLATE \"C\")) FROM $table AS t";
    is($copy->sql($digest), $server->sql($digest), "$table is the same");
}
is($copy->sql("SELECT threshold, shipped FROM bounce_policy WHERE policy IN ('mailman', 'own') ORDER BY 1"), "2|f\n9|f", 'changed examples are the user\'s');
is($copy->sql("SELECT bounce_suppress_address('later\@koharu.example') > max(id) FROM bounce_suppression WHERE address <> 'later\@koharu.example'"), 't', 'numbers go on');

# In a schema of its own, with a name to quote, nothing is looked up elsewhere.
$server->sql(<<'END');
CREATE SCHEMA "Odd ""one";
ALTER EXTENSION bounce SET SCHEMA "Odd ""one";
CREATE TABLE public.bounce_policy (policy text);
CREATE FUNCTION public.bounce_find_policy(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the wrong one'; END $$;
CREATE FUNCTION public.bounce_address_key(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the wrong one'; END $$;
END
is($server->sql(<<'END'), "1999\nt\n1\nf\n1", 'moved to another schema all works');
SELECT count(*) FROM "Odd ""one".bounce_scores('default', 'event');
SELECT "Odd ""one".bounce_suppressed('READER8@koharu.example');
SELECT "Odd ""one".bounce_release('reader8@koharu.example', 'moved');
SELECT "Odd ""one".bounce_suppressed('reader8@koharu.example');
INSERT INTO event (received_at, kind, recipient, reason, hard_bounce, fault) VALUES (clock_timestamp(), 'failure', 'reader8@koharu.example', 'userunknown', true, 'recipient');
SELECT count(*) FROM "Odd ""one".bounce_suppress('default', 'event', clock_timestamp(), for_address => 'reader8@koharu.example');
END

done_testing();
