# logical.t - what logical decoding says of a store, and what a subscriber makes
# of it: all that is published comes over, once; or it judges by itself.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;
use Cluster;

my $lacking = Cluster::unavailable();
plan skip_all => $lacking if $lacking;

my $cluster = Cluster->new(conf => <<'END');
wal_level = logical
max_wal_senders = 12
max_replication_slots = 12
max_logical_replication_workers = 12
max_worker_processes = 24
wal_retrieve_retry_interval = '200ms'
END
$cluster->start or BAIL_OUT($cluster->log_tail);

# A mail of its own minute, as a literal of SQL.
sub mail {
    my ($recipient, $minute) = @_;
    my $mail = Server::report($recipient);
    my $time = sprintf '%02d:%02d', 10 + int($minute / 60), $minute % 60;
    $mail =~ s/^Date: Sat, 7 Mar 2026 09:00:00/Date: Sat, 7 Mar 2026 $time:00/m or die;
    return q('\x) . unpack('H*', $mail) . q(');
}

# A statement in one of the cluster's databases, where no error is expected.
sub in {
    my ($database, $script) = @_;
    my ($out, $error) = $cluster->run($script, $database);
    die "$database said:\n$error\n" if $error ne '';
    return $out;
}

sub wait_in {
    my ($database, $query) = @_;
    local $cluster->{database} = $database;
    return $cluster->wait_for($query);
}

# Publisher and subscriber are two databases here, so the slot is made first.
sub subscribe {
    my ($name, $publisher, $subscriber) = @_;
    in($publisher, "SELECT pg_create_logical_replication_slot('$name', 'pgoutput')");
    $cluster->run("SET client_min_messages = error; CREATE SUBSCRIPTION $name CONNECTION 'host=$cluster->{dir} port=5432 user=postgres dbname=$publisher' PUBLICATION $name WITH (create_slot = false)", $subscriber);
    return wait_in($subscriber, "SELECT count(*) > 0 AND bool_and(srsubstate = 'r') FROM pg_subscription_rel");
}

# Waits until the subscriber has all that the publisher has committed.
sub caught_up {
    my ($name) = @_;
    my $here = $cluster->sql('SELECT pg_current_wal_insert_lsn()');
    $cluster->sql("SELECT pg_logical_emit_message(true, 'test', 'go on')");
    return $cluster->wait_for("SELECT confirmed_flush_lsn >= '$here' FROM pg_replication_slots WHERE slot_name = '$name'");
}

my $inboxes = <<'END';
REVOKE CREATE ON SCHEMA public FROM PUBLIC;    -- as it is since PostgreSQL 15
CREATE EXTENSION bounce;
SELECT bounce_create_inbox('inbox', daily => true);
SELECT bounce_create_inbox('parted', partitioned => true, daily => true);
SELECT bounce_add_partitions('parted', '2026-03-01', '2026-05-01');
END
my @tables = map { ("${_}", "${_}_event", "${_}_copy", "${_}_daily") } qw(inbox parted);

# Are the tables the same in both databases?
sub same {
    my ($here, $there, $what, @names) = @_;
    my @differ;
    for my $name (@names) {
        my $query = "SELECT t::text FROM $name t ORDER BY 1";
        push @differ, $name if in($here, $query) ne in($there, $query);
    }
    is("@differ", '', $what);
}

$cluster->sql("CREATE DATABASE $_ TEMPLATE template0") for qw(source follower judge wide);
in('source', $inboxes);

# ---- what the stream says --------------------------------------------------------

SKIP: {
    my (undef, $error) = $cluster->run("SELECT pg_create_logical_replication_slot('decoded', 'test_decoding')", 'source');
    skip 'test_decoding is not installed', 9 if $error =~ /could not access file/;
    my $changes = sub {
        my $lines = in('source', "SELECT data FROM pg_logical_slot_get_changes('decoded', NULL, NULL) WHERE data LIKE 'table %'");
        return map { s/^table public\.//r } split /\n/, $lines;
    };
    in('source', "INSERT INTO inbox (raw) VALUES (@{[mail('rosa@koharu.example', 1)]}), (@{[mail('rosa@koharu.example', 1)]}), ('no bounce')");
    my @said = $changes->();
    is(join(',', map { /^(\w+): INSERT/ ? $1 : $_ } @said), 'inbox,inbox,inbox,inbox_event,inbox_dirty,inbox_copy', 'decoded: mail, its event, the day, its copy');
    my ($event) = grep { /^inbox_event/ } @said;
    like($event, qr/recipient\[text\]:'rosa\@koharu\.example' reason\[text\]:'userunknown'.* token\[text\]:'[0-9a-f]+'/, '... with all that the event says');
    in('source', "UPDATE inbox_event SET reason = 'onhold', token = 'old'");
    $changes->();
    in('source', "SELECT count(*) FROM bounce_reclassify('inbox', apply => true)");
    @said = grep { /^inbox_event/ } $changes->();
    is(scalar(grep { /^inbox_event: DELETE: mail_id\[bigint\]:1 ordinal\[integer\]:1 received_at\[/ } @said), 1, 'decoded: an event that gets another token leaves by its key');
    is(scalar(grep { /^inbox_event: INSERT: .* reason\[text\]:'userunknown'/ } @said), 1, '... and comes back as it is judged');
    in('source', "UPDATE inbox_event SET reason = 'onhold'");
    $changes->();
    in('source', "SELECT count(*) FROM bounce_reclassify('inbox', apply => true)");
    is(join(',', map { /^(inbox_event: \w+)/ } $changes->()), 'inbox_event: UPDATE', 'decoded: one that is judged otherwise');
    in('source', "SELECT bounce_roll_up('inbox')");
    like(join(',', map { /^(\w+: \w+)/ } $changes->()), qr/^(inbox_dirty: DELETE,)+inbox_daily: INSERT$/, 'decoded: sums, and the days that are done');
    in('source', "UPDATE bounce_inbox SET keep_raw = '0' WHERE inbox = 'inbox'::regclass; SELECT bounce_expire('inbox', now() + interval '1 s'); UPDATE bounce_inbox SET keep_raw = NULL");
    is(join(',', map { /^(inbox: UPDATE).* raw\[bytea\]:null/ } $changes->()), 'inbox: UPDATE,inbox: UPDATE,inbox: UPDATE', 'decoded: mail that is erased');
    in('source', 'DELETE FROM inbox; DELETE FROM inbox_event; DELETE FROM inbox_copy');
    is(join(',', map { /^(\w+: DELETE: mail_id|inbox: DELETE: id)/ } $changes->()), 'inbox: DELETE: id,inbox: DELETE: id,inbox: DELETE: id,inbox_event: DELETE: mail_id,inbox_copy: DELETE: mail_id',
        'decoded: deletions by key');
    # what comes straight into a partition is its own table's
    in('source', "INSERT INTO parted (received_at, raw) VALUES ('2026-03-09Z', @{[mail('rosa@koharu.example', 2)]})");
    is(join(',', map { /^(\w+): INSERT/ } $changes->()), 'parted_20260301,parted_token,parted_event_20260301,parted_dirty', 'decoded: partitions');
    in('source', "SELECT pg_drop_replication_slot('decoded')");
}

# ---- a follower, of everything ------------------------------------------------------

sub bring {
    my ($from, $to) = @_;
    in('source', join '', map {
        my $mail = mail("r$_\@koharu.example", $_);
        my $month = 3 + $_ % 2;
        "INSERT INTO inbox (raw) VALUES ($mail); INSERT INTO parted (received_at, raw) VALUES ('2026-0$month-11 11:00Z', $mail);\n"
            . ($_ % 3 ? '' : "INSERT INTO inbox (raw) VALUES ($mail); INSERT INTO parted (received_at, raw) VALUES ('2026-06-11 12:00Z', $mail);\n");
    } $from .. $to);
}

in('source', <<'END');
INSERT INTO bounce_rule (ruleset, diagnostic, reason) VALUES ('mine', 'user unknown', 'suspend');
INSERT INTO bounce_domain (domain, provider) VALUES ('koharu.example', 'koharu');
UPDATE bounce_policy SET threshold = 7 WHERE policy = 'default';
INSERT INTO bounce_policy (policy, threshold) VALUES ('ours', 3);
SELECT bounce_suppress_address('by-hand@koharu.example');
END
bring(1, 20);
in('follower', $inboxes);
# the register comes over, too, and with it what is there
in('follower', 'DELETE FROM bounce_inbox');
in('source', 'CREATE PUBLICATION follower FOR ALL TABLES');
my @own = map { "bounce_$_" } qw(inbox rule domain policy suppression);
ok(subscribe('follower', 'source', 'follower'), 'a subscription to all tables, the extension\'s own among them, gets its copies');
same('source', 'follower', '... which are the same', @tables, 'parted_token', @own);
bring(21, 40);
in('source', <<'END');
SELECT bounce_roll_up('inbox'), bounce_roll_up('parted');
UPDATE inbox_event SET reason = 'onhold' WHERE mail_id % 3 = 0;
UPDATE parted_event SET token = 'old' || mail_id WHERE mail_id % 3 = 0;
DELETE FROM inbox_event WHERE mail_id % 7 = 0;
SELECT count(*) FROM bounce_reclassify('inbox', apply => true);
SELECT count(*) FROM bounce_reclassify('parted', apply => true);
UPDATE bounce_inbox SET keep_raw = '1 day' WHERE inbox = 'parted'::regclass;
SELECT count(*) FROM bounce_expire('parted', '2026-03-20Z');
SELECT bounce_roll_up('inbox'), bounce_roll_up('parted');
UPDATE bounce_policy SET threshold = 8 WHERE policy IN ('default', 'ses');
DELETE FROM bounce_policy WHERE policy = 'mailman';
UPDATE bounce_rule SET reason = 'onhold';
SELECT bounce_release('by-hand@koharu.example', 'asked');
END
ok(caught_up('follower'), 'the follower follows');
same('source', 'follower', 'mail, events, copies, sums and rules are the same: nothing was judged twice', @tables, 'parted_token', @own);
is(in('follower', 'SELECT count(*) FROM inbox_dirty'), '0', 'no day is left to be counted there');
is(in('follower', q{SELECT count(*) FROM bounce_reclassify('inbox')}), '0', 'judged there it is the same, too');
is(in('follower', 'SELECT count(*) FROM bounce_policy WHERE shipped'), in('source', 'SELECT count(*) FROM bounce_policy WHERE shipped'), 'policies that nobody changed are still the examples');

# Both at once is refused: the event comes once, by the trigger or by the stream.
in('follower', 'ALTER TABLE inbox ENABLE ALWAYS TRIGGER bounce_take_in');
my $from = $cluster->log_size;
bring(41, 41);
for (1 .. 600) {
    last if $cluster->log($from) =~ /ERROR:.*(duplicate key|conflict detected).*inbox_event/;
    select undef, undef, undef, 0.05;
}
like($cluster->log($from), qr/ERROR:.*(duplicate key|conflict detected).*inbox_event/, 'a follower that judges as well stands still ...');
is(in('follower', q{SELECT count(*) FROM inbox_event WHERE recipient = 'r41@koharu.example'}), '0', '... with nothing of it taken');
in('follower', 'ALTER TABLE inbox ENABLE TRIGGER bounce_take_in');
ok(caught_up('follower'), '... and goes on when it does not any more');
same('source', 'follower', '... with all of it, once', @tables, 'parted_token');

# ---- one that judges by itself -------------------------------------------------------

in('judge', $inboxes);
in('judge', <<'END');
INSERT INTO bounce_rule (ruleset, diagnostic, reason) VALUES ('theirs', 'user unknown', 'hasmoved');
SELECT bounce_create_inbox('inbox', rules => 'theirs'), bounce_create_inbox('parted', rules => 'theirs');
ALTER TABLE inbox ENABLE ALWAYS TRIGGER bounce_take_in;
ALTER TABLE parted ENABLE ALWAYS TRIGGER bounce_take_in;
ALTER TABLE inbox_event ENABLE ALWAYS TRIGGER bounce_mark_insert;
ALTER TABLE parted_event ENABLE ALWAYS TRIGGER bounce_mark_insert;
SELECT bounce_add_partitions('parted', '2026-05-01', '2026-08-01');
END
is(in('judge', q{SELECT DISTINCT tgenabled FROM pg_trigger WHERE tgname = 'bounce_take_in'}), 'A', 'a trigger that always fires does so in later partitions, too');
in('source', 'CREATE PUBLICATION judge FOR TABLE inbox, parted WITH (publish_via_partition_root = true)');
ok(subscribe('judge', 'source', 'judge'), 'a subscription to the inboxes alone');
bring(42, 50);
ok(caught_up('judge'), '... follows');
same('source', 'judge', 'the mail is the same', 'inbox', 'parted');
for my $inbox (qw(inbox parted)) {
    # erased mail has nothing to say
    my $said = "FROM $inbox m, bounce_judge(m.raw) j";
    is(in('judge', "SELECT count(*), count(DISTINCT token), min(reason), max(reason) FROM ${inbox}_event"),
        in('source', "SELECT count(DISTINCT (j.b).token), count(DISTINCT (j.b).token), 'hasmoved', 'hasmoved' $said"), "$inbox: each event once, judged by other rules");
    is(in('judge', "SELECT count(*) FROM ${inbox}_copy"), in('source', "SELECT count(*) - count(DISTINCT (j.b).token) $said"), "$inbox: each copy known");
    in('judge', "SELECT bounce_roll_up('$inbox')");
    is(in('judge', "SELECT sum(n) FROM ${inbox}_daily"), in('judge', "SELECT count(*) FROM ${inbox}_event"), "$inbox: sums are counted there");
    is(in('judge', "SELECT count(*) FROM bounce_reclassify('$inbox')"), '0', "$inbox: judged again it is the same");
}

# From partitions to one table that is none: its trigger fires for REPLICA only.
in('wide', <<'END');
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
CREATE EXTENSION bounce;
CREATE TABLE parted (id bigint, received_at timestamptz NOT NULL, mailbox text, raw bytea, payload jsonb, PRIMARY KEY (id, received_at));
SELECT bounce_create_inbox('parted');
ALTER TABLE parted ENABLE REPLICA TRIGGER bounce_take_in;
END
in('source', 'CREATE PUBLICATION wide FOR TABLE parted WITH (publish_via_partition_root = true)');
ok(subscribe('wide', 'source', 'wide'), 'partitions that come over as one table');
bring(51, 55);
ok(caught_up('wide'), '... follow');
same('source', 'wide', '... whole', 'parted');
same('judge', 'wide', 'where the same events are found', '(SELECT mail_id, recipient, token FROM parted_event)', '(SELECT mail_id, recipient, token FROM parted_copy)');

for my $name (qw(follower judge wide)) {
    in($name, "ALTER SUBSCRIPTION $name DISABLE; ALTER SUBSCRIPTION $name SET (slot_name = NONE); DROP SUBSCRIPTION $name");
}
unlike($cluster->log, qr/PANIC|terminated by signal|TRAP/, 'no server process died');

done_testing();
