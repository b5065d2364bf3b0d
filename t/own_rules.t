# own_rules.t - rules of one's own from session to session: they take effect at
# commit, everywhere, and never when they are rolled back; they are dumped;
# nothing of them leaks.
use strict;
use warnings;
use utf8;
use File::Temp qw(tempfile);
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(time);
use Server;
use Session;

binmode(Test::More->builder->$_, ':encoding(UTF-8)') for qw(output failure_output todo_output);

my $server = Server->new('own_rules');
my $report = unpack 'H*', Server::report('rosa@koharu.example');
my $judge  = "SELECT reason FROM bounce_parse('\\x$report'::bytea, 'default')";

my $one = Session->new($server->{database});
my $two = Session->new($server->{database});

# ---- two sessions that both keep the rules ----------------------------------

is($_->ask($judge), 'userunknown', 'no rules yet') for $one, $two;
$one->ask('BEGIN');
$one->ask("INSERT INTO bounce_rule (diagnostic, reason) VALUES ('unknown', 'first')");
is($one->ask($judge), 'first', 'who makes a rule sees it at once');
is($two->ask($judge), 'userunknown', 'others do not');
$one->ask('COMMIT');
is($two->ask($judge), 'first', 'but from the commit on');

$one->ask("BEGIN; UPDATE bounce_rule SET reason = 'second'");
is($one->ask($judge), 'second', 'a change that is rolled back: seen within');
is($two->ask($judge), 'first', '... not without');
$one->ask('ROLLBACK');
is($_->ask($judge), 'first', '... and afterwards it never was') for $one, $two;

$one->ask("BEGIN; SAVEPOINT a; UPDATE bounce_rule SET reason = 'third'; SAVEPOINT b");
is($one->ask($judge), 'third', 'savepoints');
$one->ask("UPDATE bounce_rule SET reason = 'fourth'");
is($one->ask($judge), 'fourth', '... another one');
$one->ask('ROLLBACK TO b');
is($one->ask($judge), 'third', '... rolled back to');
$one->ask('RELEASE a; COMMIT');
is($_->ask($judge), 'third', '... and committed') for $one, $two;

$one->ask("COPY bounce_rule (diagnostic, reason, priority) FROM PROGRAM 'echo unknown,copied,5' WITH (FORMAT csv)");
is($_->ask($judge), 'copied', 'COPY') for $one, $two;
$one->ask("DELETE FROM bounce_rule WHERE reason = 'copied'");
is($_->ask($judge), 'third', 'DELETE') for $one, $two;
$one->ask('BEGIN; TRUNCATE bounce_rule');
is($one->ask($judge), 'userunknown', 'TRUNCATE');
$one->ask('ROLLBACK');
is($_->ask($judge), 'third', '... rolled back') for $one, $two;
$one->ask('TRUNCATE bounce_rule');
is($_->ask($judge), 'userunknown', '... committed') for $one, $two;

# as a subscription applies it: a replica fires no ordinary triggers
$one->ask("SET session_replication_role = replica; INSERT INTO bounce_rule (diagnostic, reason) VALUES ('unknown', 'replicated'); RESET session_replication_role");
is($_->ask($judge), 'replicated', 'a replicated row') for $one, $two;
# ... and what no trigger checked does no harm
$one->ask("SET session_replication_role = replica; UPDATE bounce_rule SET syntax = 'regex', diagnostic = '(unknown'; RESET session_replication_role");
is($_->ask($judge), 'userunknown', 'a pattern that nobody checked never matches') for $one, $two;
like($two->ask("SELECT why FROM bounce_explain('\\x$report'::bytea, 'default') WHERE rule LIKE 'own:%'"), qr/can't be compiled/, '... which is told');
$one->ask('TRUNCATE bounce_rule');

# two-phase commit, where the server has it
SKIP: {
    skip 'no prepared transactions', 3 if $one->ask('SHOW max_prepared_transactions') eq '0';
    $one->ask("BEGIN; INSERT INTO bounce_rule (diagnostic, reason) VALUES ('unknown', 'prepared'); PREPARE TRANSACTION 'bounce_own_rules'");
    is($one->ask($judge), 'userunknown', 'a prepared rule is not there yet');
    $one->ask("COMMIT PREPARED 'bounce_own_rules'");
    is($_->ask($judge), 'prepared', '... but when it is committed') for $one, $two;
    $one->ask('TRUNCATE bounce_rule');
}

# ---- old views ---------------------------------------------------------------

# an old snapshot does not keep old rules for those that come later
$two->ask('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
$one->ask("INSERT INTO bounce_rule (diagnostic, reason) VALUES ('unknown', 'newer')");
$two->ask($judge);
$two->ask('COMMIT');
is($two->ask($judge), 'newer', 'REPEATABLE READ leaves nothing old behind');

# within one statement the rules stay, whatever others do meanwhile
$two->ask(<<'END');
CREATE FUNCTION change(n int) RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN
	UPDATE bounce_rule SET reason = 'changed_' || n; RETURN n; END $$
END
is($two->ask("SELECT string_agg(DISTINCT b.reason, ',') FROM (SELECT change(n) AS n FROM generate_series(1, 3) n OFFSET 0) c, bounce_parse('\\x$report'::bytea || substring(n::text::bytea FROM 100), 'default') b"),
    'changed_1', 'a statement reads by one set of rules');
is($_->ask($judge), 'changed_3', 'the next one by the new') for $one, $two;

# another session commits in the middle of a loop of PL/pgSQL
$two->ask(<<'END');
CREATE FUNCTION loop_until(wanted name) RETURNS int LANGUAGE plpgsql AS $$
DECLARE b bounce; n int := 0;
BEGIN
	LOOP
		b := bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
		EXIT WHEN b.reason = wanted OR n >= 100;
		PERFORM pg_sleep(0.05);
		n := n + 1;
	END LOOP;
	RETURN n;
END $$
END
print { $two->{in} } "SELECT loop_until('at_last') < 100;\n";
$two->{in}->flush;
select undef, undef, undef, 0.3;
$one->ask("UPDATE bounce_rule SET reason = 'at_last'");
is($two->ask('SELECT 1'), "t\n1", 'a loop takes notice');

# ---- users -------------------------------------------------------------------

$one->ask('DROP ROLE IF EXISTS regress_bounce_one, regress_bounce_two; CREATE ROLE regress_bounce_one; CREATE ROLE regress_bounce_two');
$one->ask('GRANT SELECT ON bounce_rule, bounce_format TO regress_bounce_one');
$two->ask('SET ROLE regress_bounce_one');
is($two->ask($judge), 'at_last', 'who may read the rules is judged by them');
$two->ask('SET ROLE regress_bounce_two');
like($two->ask($judge), qr/permission denied for table bounce_rule/, 'who may not gets the ordinary error');
$two->ask('SET ROLE regress_bounce_one');
$one->ask('REVOKE SELECT ON bounce_rule FROM regress_bounce_one');
like($two->ask($judge), qr/permission denied for table bounce_rule/, 'even if he might a while ago');
# in one transaction, in one expression of PL/pgSQL
$two->ask('RESET ROLE');
$two->ask(<<'END');
CREATE FUNCTION as_role(role name) RETURNS text LANGUAGE plpgsql AS $$
DECLARE b bounce;
BEGIN
	PERFORM set_config('role', role, true);
	b := bounce_parse_reply('550 user unknown', NULL, NULL, 'default');
	RETURN b.reason;
END $$
END
like($two->ask("BEGIN; SELECT as_role('none'); SELECT as_role('regress_bounce_two')"), qr/^at_last\n.*permission denied/s, 'rules of one role are not lent to another');
$two->ask('ROLLBACK');
# membership: no table changes when it ends
$one->ask('GRANT SELECT ON bounce_rule TO regress_bounce_one; GRANT regress_bounce_one TO regress_bounce_two');
$two->ask('SET ROLE regress_bounce_two');
is($two->ask($judge), 'at_last', 'rights by membership');
$one->ask('REVOKE regress_bounce_one FROM regress_bounce_two');
like($two->ask($judge), qr/permission denied/, '... and their end');
$two->ask('RESET ROLE');

# row-level security: nothing is kept
$one->ask("INSERT INTO bounce_rule (diagnostic, reason, owner, priority) VALUES ('unknown', 'for_two', 'regress_bounce_two', 9)");
$one->ask('GRANT SELECT ON bounce_rule, bounce_format TO regress_bounce_one, regress_bounce_two; ALTER TABLE bounce_rule ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON bounce_rule USING (owner = current_user)');
$two->ask('SET ROLE regress_bounce_one');
is($two->ask($judge), 'userunknown', 'row-level security hides');
$two->ask('SET ROLE regress_bounce_two');
is($two->ask($judge), 'for_two', '... and shows');
$one->ask('DROP POLICY p ON bounce_rule; CREATE POLICY p ON bounce_rule USING (false)');
is($two->ask($judge), 'userunknown', '... by the policy of the moment');
$two->ask('RESET ROLE');
is($two->ask($judge), 'for_two', '... but not from a superuser');
$one->ask('DROP POLICY p ON bounce_rule; ALTER TABLE bounce_rule DISABLE ROW LEVEL SECURITY; DROP OWNED BY regress_bounce_one, regress_bounce_two; DROP ROLE regress_bounce_one, regress_bounce_two');

# ---- parallel workers ----------------------------------------------------------

$one->ask("TRUNCATE bounce_rule; INSERT INTO bounce_rule (diagnostic, reason) VALUES ('unknown', 'by_workers')");
$one->ask("CREATE TABLE mail AS SELECT '\\x$report'::bytea AS raw FROM generate_series(1, 4000); ALTER TABLE mail SET (parallel_workers = 2); ANALYZE mail");
$one->ask('SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2; SET parallel_leader_participation = off');
like($one->ask("EXPLAIN (COSTS OFF) SELECT b.reason, count(*) FROM mail, bounce_parse(raw, 'default') b GROUP BY 1"), qr/Workers Planned: 2/, 'the plan is parallel');
is($one->ask("SELECT b.reason, count(*) FROM mail, bounce_parse(raw, 'default') b GROUP BY 1"), 'by_workers|4000', 'workers read by the rules');
is($one->ask("SELECT (j.b).reason, j.rule LIKE 'own:%', count(*) FROM mail, bounce_judge(raw, 'default') j GROUP BY 1, 2"), 'by_workers|t|4000', '... and judge');
is($one->ask("BEGIN; UPDATE bounce_rule SET reason = 'uncommitted'; SELECT b.reason, count(*) FROM mail, bounce_parse(raw, 'default') b GROUP BY 1"), 'uncommitted|4000', 'workers see what their leader did');
$one->ask('ROLLBACK; SET parallel_leader_participation = on');
is($one->ask("SELECT b.reason, count(*) FROM mail, bounce_parse(raw, 'default') b GROUP BY 1"), 'by_workers|4000', 'with the leader');
$one->ask('RESET ALL');

# ---- the extension goes and comes -----------------------------------------------

is($two->ask($judge), 'by_workers', 'kept');
$one->ask('DROP EXTENSION bounce CASCADE; CREATE EXTENSION bounce');
is($_->ask($judge), 'userunknown', 'dropped and created again: its rules are gone') for $one, $two;
$one->ask("INSERT INTO bounce_rule (diagnostic, reason) VALUES ('unknown', 'anew')");
is($_->ask($judge), 'anew', '... and new ones count') for $one, $two;
$one->ask('BEGIN; DROP EXTENSION bounce CASCADE; CREATE EXTENSION bounce');
is($one->ask($judge), 'userunknown', 'the same, rolled back');
$one->ask('ROLLBACK');
is($_->ask($judge), 'anew', '... leaves the old ones') for $one, $two;
$one->ask('CREATE SCHEMA "Elsewhere!"; ALTER EXTENSION bounce SET SCHEMA "Elsewhere!"; SET search_path = "Elsewhere!"');
is($one->ask($judge), 'anew', 'in another schema');
$one->ask('ALTER EXTENSION bounce SET SCHEMA public; RESET search_path');
is($_->ask($judge), 'anew', '... and back') for $one, $two;

# ---- errors and cancels -----------------------------------------------------------

$one->ask("INSERT INTO bounce_rule (priority, syntax, diagnostic, reason) VALUES (9, 'regex', '(a+)+\$', 'catastrophe')");
my $start = time;
is($one->ask("SELECT reason FROM bounce_parse_reply('550 ' || repeat('a', 4000) || '!', NULL, NULL, 'default')"), 'filtered', 'a catastrophic pattern does not match');
my $catastrophe = time - $start;
cmp_ok($catastrophe, '<', 0.5 * ($ENV{BOUNCE_SLOWNESS} || 1), sprintf('... within milliseconds (%.1f ms)', 1000 * $catastrophe));
$one->ask('DELETE FROM bounce_rule WHERE priority = 9');
$one->ask("INSERT INTO bounce_rule (ruleset, syntax, diagnostic, reason) SELECT 'many', 'regex', '(a+)+b' || i, 'x' FROM generate_series(1, 300) i");
$one->ask("SET statement_timeout = '50ms'");
like($one->ask("SELECT count(*) FROM generate_series(1, 1000000) i, bounce_parse_reply('550 ' || repeat('a', 500) || i, NULL, NULL, 'many')"), qr/canceling statement/, 'a query with many of them can be cancelled');
$one->ask('RESET statement_timeout');
is($one->ask($judge), 'anew', '... and the session goes on');

# ---- memory -------------------------------------------------------------------------

SKIP: {
    skip 'a checker keeps what is freed', 4 if $ENV{BOUNCE_SLOWNESS};
    skip 'needs /proc', 4 unless -r '/proc/self/status';
    my $memory = "SELECT substring(pg_read_file('/proc/self/status', 0, 100000) FROM 'RssAnon:\\s*(\\d+) kB')::int";
    $two->ask("TRUNCATE bounce_rule; INSERT INTO bounce_rule (syntax, diagnostic, reason) SELECT 'regex', 'nothing (of|like|as) it at [a-z]+ ' || i, 'x' FROM generate_series(1, 200) i");
    # each turn makes all of them anew, as machine code, too
    $two->ask(<<'END');
CREATE FUNCTION churn(turns int, fails bool) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1..turns LOOP
		UPDATE bounce_rule SET note = i::text WHERE id = (SELECT min(id) FROM bounce_rule);
		BEGIN
			PERFORM bounce_parse_reply('550 user unknown ' || k || CASE WHEN fails AND k = 15 THEN 1 / (i - i) ELSE 0 END, NULL, NULL, 'default') FROM generate_series(1, 20) k;
		EXCEPTION WHEN division_by_zero THEN
			NULL;
		END;
	END LOOP;
END $$
END
    $two->ask('SELECT churn(60, false)');
    my $before = $two->ask($memory);
    $two->ask('SELECT churn(300, false)');
    my $after = $two->ask($memory);
    cmp_ok($after - $before, '<', 3000, "rules that are made again and again take no more memory ($before, $after KB)");
    $two->ask('SELECT churn(300, true)');
    my $failed = $two->ask($memory);
    cmp_ok($failed - $before, '<', 3000, "nor do errors ($failed KB)");
    # rulesets without end
    $two->ask("INSERT INTO bounce_rule (ruleset, syntax, diagnostic, reason) SELECT 'set ' || i, 'regex', 'x' || i, 'x' FROM generate_series(1, 1000) i");
    $two->ask("SELECT count(*) FROM generate_series(1, 3000) i, bounce_parse_reply('550 x' || i, NULL, NULL, 'set ' || i % 1000) WHERE bounce_parse_reply IS NULL");
    is($two->ask("SELECT count(*) FROM generate_series(1, 1000) i, bounce_parse_reply('550 x' || i, NULL, NULL, 'set ' || i) b WHERE b.reason = 'x'"), '1000', 'as many rulesets as one likes');
    my $sets = $two->ask($memory);
    cmp_ok($sets - $before, '<', 8000, "are not all kept ($sets KB)");
}

# ---- dumps -----------------------------------------------------------------------------

$one->ask("TRUNCATE bounce_rule; INSERT INTO bounce_rule (diagnostic, reason, note, hard_bounce) VALUES ('unknown', 'dumped', 'Grüße', true)");
$one->ask("INSERT INTO bounce_format (name, header, recipient) VALUES ('Mine', 'X-Mine', '(\\S+\@\\S+)')");
my (undef, $dump) = tempfile(UNLINK => 1);
my $copy = "$server->{database}_copy";
$server->run("DROP DATABASE IF EXISTS $copy", 'postgres');
$server->run("CREATE DATABASE $copy TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'", 'postgres');
# before PostgreSQL 15 everybody may create in a new database, which CREATE EXTENSION warns of
$server->run('REVOKE CREATE ON SCHEMA public FROM PUBLIC', $copy);
my $said = `pg_dump -Fc $server->{database} 2>&1 >$dump && pg_restore -e -d $copy $dump 2>&1`;
is($said, '', 'dumped and restored');
my $three = Session->new($copy);
is($three->ask($judge), 'dumped', 'the rules came along');
is($one->ask('SELECT note FROM bounce_rule'), 'Grüße', 'the rows to be dumped are there');
my $rows = 'SELECT * FROM bounce_rule ORDER BY id; SELECT * FROM bounce_format ORDER BY id';
is($three->ask($rows), $one->ask($rows), 'every row as it was');
my $next = "INSERT INTO bounce_rule (diagnostic, reason) VALUES ('x', 'x') RETURNING id; INSERT INTO bounce_format (name, header, recipient) VALUES ('x', 'x', '(x)') RETURNING id";
is($three->ask($next), $one->ask($next), 'and their numbers go on');
undef $three;
$server->run("DROP DATABASE $copy", 'postgres');
undef $one;
undef $two;

# ---- other encodings ---------------------------------------------------------------------

for my $encoding ('LATIN1', 'SQL_ASCII', 'EUC_JP') {
    my $other = Server->new('own_rules_' . lc $encoding, "ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C'");
    local $ENV{PGCLIENTENCODING} = $encoding eq 'SQL_ASCII' ? 'SQL_ASCII' : 'UTF8';
    my ($words, $class) = $encoding eq 'EUC_JP' ? ('宛先不明', '[宛名]先') : ('grüße', 'GR[ÜÖ]+');
    utf8::encode(my $sql = <<"END");
INSERT INTO bounce_rule (diagnostic, reason) VALUES ('$words', 'words');
INSERT INTO bounce_rule (syntax, diagnostic, reason, priority) VALUES ('regex', '^550 $class.\\w', 'expression', 1);
SELECT reason FROM bounce_parse_reply('550 $words', NULL, NULL, 'default');
SELECT reason FROM bounce_parse_reply('551 $words', NULL, NULL, 'default');
SELECT evidence FROM bounce_explain_reply('551 $words', NULL, NULL, 'default') WHERE rule LIKE 'own:%' AND decision = 'reason';
INSERT INTO bounce_rule (syntax, diagnostic, reason) VALUES ('regex', '$words(', 'x');
END
    my ($out, $error) = $other->run($sql);
    utf8::decode($_) for $out, $error;
    is($out, "expression\nwords\n$words", "$encoding: rules in the database's own letters");
    my $at = length($words) + 1;
    like($error, qr/missing closing parenthesis.*behind character $at\b/s, "$encoding: errors are counted in characters");
}

done_testing();
