# dump.t - what pg_dump saves of inboxes and of the extension's own tables comes
# back once, whatever the way; pg_upgrade takes it all along.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;
use Cluster;

my $lacking = Cluster::unavailable();
plan skip_all => $lacking if $lacking;

my $cluster = Cluster->new;
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
    my ($database, $script, $where) = @_;
    my ($out, $error) = ($where || $cluster)->run($script, $database);
    die "$database said:\n$error\n" if $error ne '';
    return $out;
}

# Runs a command of sh, in which $BIN is the folder of the server's programs;
# returns what it said on standard error.
sub sh {
    my ($command) = @_;
    local $ENV{BIN} = $cluster->{bin};
    return $cluster->inside(sub { my $said = `( $command ) 2>&1 >/dev/null`; $said });
}

$cluster->sql(<<'END');
CREATE ROLE keeper;
CREATE ROLE heir;
CREATE ROLE pipe;
CREATE DATABASE source OWNER keeper TEMPLATE template0;
END
my @senders = map { "r$_\@koharu.example" } 1 .. 12;
# Made by a role that is no superuser, in a schema that is not public.
in('source', <<'END');
GRANT CREATE ON DATABASE source TO keeper;
SET ROLE keeper;
CREATE SCHEMA "Tools";
SET search_path = "Tools";
CREATE EXTENSION bounce;
CREATE SCHEMA mails;
SET search_path = mails, "Tools";
SELECT bounce_create_inbox('inbox', daily => true, rules => 'mine', keep_raw => '30 days');
SELECT bounce_create_inbox('"par ted"', partitioned => true, daily => true);
SELECT bounce_add_partitions('"par ted"', '2026-03-01', '2026-05-01');
ALTER TABLE inbox ENABLE ALWAYS TRIGGER bounce_take_in;
GRANT INSERT ON inbox, inbox_event, inbox_copy, inbox_dirty TO pipe;
GRANT SELECT ON bounce_rule, bounce_format TO pipe;
GRANT EXECUTE ON FUNCTION bounce_expire TO pipe;
-- one row of one's own in each table of the extension, and a changed example
INSERT INTO bounce_rule (ruleset, diagnostic, reason) VALUES ('mine', 'user unknown', 'suspend'), ('other', 'nobody', 'onhold');
DELETE FROM bounce_rule WHERE ruleset = 'other';
INSERT INTO bounce_format (ruleset, name, header, recipient) VALUES ('mine', 'Ours', 'X-Ours', '<(?<recipient>[^>]+)>');
INSERT INTO bounce_domain (domain, provider) VALUES ('koharu.example', 'koharu');
UPDATE bounce_policy SET threshold = 7 WHERE policy = 'default';
INSERT INTO bounce_policy (policy, threshold) VALUES ('ours', 3), ('ses', 2);
INSERT INTO bounce_protected (pattern) VALUES ('aoi.example');
SELECT bounce_suppress_address('by-hand@koharu.example'), bounce_suppress_address('gone@koharu.example');
SELECT bounce_release('gone@koharu.example', 'asked');
END
in('source', 'SET search_path = mails, "Tools"; SET ROLE keeper;' . join '', map {
    my $mail = mail($senders[$_], $_);
    my $month = 3 + $_ % 3;
    "INSERT INTO inbox (raw) VALUES ($mail), ($mail); INSERT INTO \"par ted\" (received_at, raw) VALUES ('2026-0$month-07Z', $mail), ('2026-04-09Z', $mail);\n";
} 0 .. $#senders);
in('source', <<'END');
SET search_path = mails, "Tools";
SET ROLE keeper;
SELECT bounce_suppress('default', 'inbox_event');
SELECT bounce_roll_up('inbox');
CREATE VIEW live AS SELECT m.id, b.recipient, b.reason FROM inbox m, bounce_parse(m.raw, 'mine') b;
CREATE MATERIALIZED VIEW kept AS SELECT reason, count(*) FROM live GROUP BY 1;
CREATE INDEX on_call ON inbox (bounce_address_key(mailbox));
END

my @tables = (qw(mails.inbox mails.inbox_event mails.inbox_copy mails.inbox_daily mails.inbox_dirty), (map { qq(mails."par ted$_") } '', qw(_event _copy _token _daily _dirty)),
    'mails.live', 'mails.kept', map { qq("Tools".bounce_$_) } qw(inbox rule format domain policy protected suppression reset));

# All that the store holds, as text.
sub contents {
    my ($database, $where) = @_;
    return join '', map { "$_:\n" . in($database, "SET timezone = 'UTC'; SELECT t::text FROM $_ t ORDER BY 1", $where) . "\n" } @tables;
}

# What comes after it: the restored database takes in mail as the first did.
sub goes_on {
    my ($database, $what, $where) = @_;
    my ($old, $new) = (mail($senders[3], 3), mail('new@koharu.example', 59));
    my $out = in($database, <<"END", $where);
SET search_path = mails, "Tools";
INSERT INTO inbox (raw) VALUES ($old), ($new);
INSERT INTO "par ted" (raw) VALUES ($old), ($new);
SELECT min(mail_id) > 24, count(*), min(reason) FROM inbox_event WHERE recipient = 'new\@koharu.example';
SELECT mails, reporting, repeating FROM bounce_inbox_status('inbox');
SELECT mails, reporting, repeating FROM bounce_inbox_status('"par ted"');
SELECT bounce_roll_up('inbox') > 0, bounce_roll_up('"par ted"') > 0;
SELECT sum(n) FROM inbox_daily UNION ALL SELECT sum(n) FROM "par ted_daily";
SELECT count(*) FROM bounce_reclassify('inbox') UNION ALL SELECT count(*) FROM bounce_reclassify('"par ted"');
DELETE FROM "par ted_event_20260401";
SELECT bounce_roll_up('"par ted"') > 0;
SELECT sum(n) = (SELECT count(*) FROM "par ted_event") FROM "par ted_daily";
INSERT INTO bounce_rule (ruleset, diagnostic, reason) VALUES ('x', 'y', 'z') RETURNING id;
SELECT bounce_suppress_address('late\@koharu.example') > (SELECT max(id) FROM bounce_suppression), count(*) = count(DISTINCT id) FROM bounce_suppression;
SELECT tgenabled FROM pg_trigger WHERE tgrelid = 'inbox'::regclass AND tgname = 'bounce_take_in';
END
    is($out, "t|1|suspend\n26|13|13\n26|13|13\nt|t\n13\n13\n0\n0\nt\nt\n3\nt|t\nA", "$what: it goes on from there");
}

my $before = contents('source');
like($before, qr/policy:\n/, 'a store is made');
my $examples = in('source', 'SELECT count(*) FROM "Tools".bounce_policy');

# ---- all of it, in each of the formats -----------------------------------------------

# Restored by the role that had made the extension: a dump does not say who that was.
my $psql = q(PGOPTIONS='-c role=keeper -c client_min_messages=warning' "$BIN/psql" -X -q -v ON_ERROR_STOP=1 -d restored);
my %way = (
    'plain'            => qq("\$BIN/pg_dump" source | $psql),
    'as INSERTs'       => qq("\$BIN/pg_dump" --inserts source | $psql),
    'custom'           => '"$BIN/pg_dump" -Fc source | "$BIN/pg_restore" -e --role=keeper -d restored',
    'folder, two jobs' => qq("\$BIN/pg_dump" -Fd -j 2 -f $cluster->{dir}/folder source && "\$BIN/pg_restore" -e -j 2 --role=keeper -d restored $cluster->{dir}/folder),
    # whose rights are those of another are granted anew
    'other owner' => '"$BIN/pg_dump" -Fc source | "$BIN/pg_restore" -e --no-owner --no-acl --role=heir -d restored',
    # in the role of a replica only the triggers fire that always do
    'schema, then data' => qq("\$BIN/pg_dump" --schema-only source | $psql && $psql -c 'ALTER TABLE mails.inbox DISABLE TRIGGER bounce_take_in' && )
        . q("$BIN/pg_dump" -Fc --data-only source | PGOPTIONS='-c session_replication_role=replica' "$BIN/pg_restore" -e -d restored && )
        . qq($psql -c 'ALTER TABLE mails.inbox ENABLE ALWAYS TRIGGER bounce_take_in; REFRESH MATERIALIZED VIEW mails.kept'),
);
for my $what (sort keys %way) {
    $cluster->sql('DROP DATABASE IF EXISTS restored');
    $cluster->sql('CREATE DATABASE restored TEMPLATE template0 OWNER ' . ($what eq 'other owner' ? 'heir' : 'keeper'));
    is(sh($way{$what}), '', "$what: dumped and restored");
    my $after = contents('restored');
    is($after, $before, "$what: everything is there, once");
    is(in('restored', 'SELECT count(*) FROM "Tools".bounce_policy'), $examples, "$what: no example policy twice");
    if ($what eq 'other owner') {
        is(in('restored', q{SELECT DISTINCT pg_get_userbyid(c.relowner) FROM pg_class c WHERE relname IN ('inbox', 'inbox_event', 'par ted', 'bounce_rule', 'bounce_inbox')}), 'heir', "$what: all of it is his");
    }
    else {
        is(in('restored', q{SELECT has_table_privilege('pipe', 'mails.inbox', 'INSERT'), has_table_privilege('pipe', '"Tools".bounce_rule', 'SELECT'),
            has_function_privilege('pipe', '"Tools".bounce_expire(regclass, timestamptz, integer)', 'EXECUTE')}), 't|t|t', "$what: with the rights");
    }
    goes_on('restored', $what);
}

# Data alone, with the trigger: it judges, and what was judged then finds its place taken.
$cluster->sql('DROP DATABASE restored');
$cluster->sql('CREATE DATABASE restored TEMPLATE template0 OWNER keeper');
is(sh(qq("\$BIN/pg_dump" --schema-only source | $psql)), '', 'schema alone');
like(sh('"$BIN/pg_dump" --data-only -t mails.inbox -t mails.inbox_event source | "$BIN/psql" -X -q -d restored'), qr/\AERROR:  duplicate key[^\n]*\n(?!.*ERROR)/s,
    'data alone, with the trigger, is told to be there');
is(in('restored', 'SELECT count(*), count(DISTINCT token) FROM mails.inbox_event'), in('source', 'SELECT count(*), count(DISTINCT token) FROM mails.inbox_event'), '... and no event is there twice');
$cluster->sql('DROP DATABASE restored');

# ---- pg_upgrade ------------------------------------------------------------------------

# To which version?  BOUNCE_UPGRADE_TO names the folder of the programs of another one.
SKIP: {
    my $bin = $ENV{BOUNCE_UPGRADE_TO} || $cluster->{bin};
    skip "there is no $bin/pg_upgrade", 5 unless -x "$bin/pg_upgrade";
    my $new = Cluster->new(bin => $bin);
    my $options = qq(cd $new->{dir} && "$bin/pg_upgrade" -U postgres -b "\$BIN" -B "$bin" -d $cluster->{data} -D $new->{data} >$new->{dir}/said 2>&1 || cat $new->{dir}/said $new->{data}/pg_upgrade_output.d/*/log/* $new->{dir}/*.txt >&2);
    $cluster->stop;
    is(sh($options), '', 'pg_upgrade');
    $new->start or BAIL_OUT($new->log_tail);
    is(contents('source', $new), $before, 'pg_upgrade: everything is there, once');
    my (undef, $error) = $new->run('CREATE EXTENSION amcheck SCHEMA public', 'source');
    SKIP: {
        skip 'amcheck is not installed', 1 if $error =~ /not available|could not open/;
        my $of_mails = "FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'btree' AND c.relkind = 'i' AND c.relnamespace = 'mails'::regnamespace";
        is(in('source', "SELECT count(*) > 20 FROM (SELECT public.bt_index_check(c.oid, true) $of_mails) checked", $new), 't', 'pg_upgrade: every row is in every index, by the key that is computed now');
    }
    my $by_key = 'SELECT mail_id FROM mails.inbox_event WHERE "Tools".bounce_address_key(recipient) = "Tools".bounce_address_key(\'R7@Koharu.Example\')';
    is(in('source', "SET enable_seqscan = off; $by_key", $new), in('source', "SET enable_indexscan = off; SET enable_bitmapscan = off; $by_key", $new), 'pg_upgrade: an index finds what the table has');
    goes_on('source', 'pg_upgrade', $new);
}

done_testing();
