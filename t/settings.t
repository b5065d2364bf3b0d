# settings.t - nothing that a session sets changes what an IMMUTABLE function
# returns.
#
# Every IMMUTABLE function of the extension is called once with samples for its
# arguments; a function whose arguments the test does not know fails it, so that
# a new one is not forgotten.  What comes out is compared as its binary form, so
# that the settings of output (DateStyle ...) play no part.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;

my $server = Server->new('settings');
my $report = unpack 'H*', Server::report('rosa@koharu.example', reply => '451 4.7.1 Greylisted, try again in 5 minutes, see http://www.spamhaus.org/zen');

# Samples by the name and type of the argument, else by the type.
my %sample = (
    'raw bytea'        => "m.bytes", 'raw text' => "convert_from(m.bytes, 'UTF8')",
    'doc jsonb'        => q('{"eventType":"Bounce","mail":{"source":"a@example.org","timestamp":"2026-03-07T00:00:00Z"},"bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"rosa@koharu.example","status":"5.1.1"}]}}'::jsonb),
    'doc json'         => q('{"eventType":"Bounce"}'::json),
    'vocabulary text'  => "'ses'", 'reason text' => "'userunknown'", 'word text' => "'Permanent'",
    'kind text'        => "'failure'", 'fault text' => "'recipient'", 'key text' => "'k'", 'salt text' => "'k'",
    'reply text'       => "'550-5.1.1 User unknown; try again in 5 minutes'", 'rhost text' => "'mx.koharu.example'",
    'smtp_command text' => "'RCPT'", 'name text' => "'Subject'", 'text'  => "'\"I\" <rosa.I\@Koh\x{c3}\x{a4}ru.example>'",
    'bytea'            => "m.bytes", 'boolean' => 'true', 'double precision' => "0.1::float8", 'integer' => '3', 'bigint' => '3',
    'jsonb'            => q('{"userunknown": 2.5}'::jsonb), 'text[]' => "ARRAY['sender']", 'interval' => "'1 day'::interval",
    'timestamp with time zone' => "'2026-03-07 00:00:00+00'::timestamptz", 'date' => "'2026-03-07'::date", 'real' => '0.5::float4',
    'double precision[]' => 'ARRAY[0.1::float8]', 'numeric' => '1.5',
);

my @functions = map { [ split /\t/, $_, 2 ] } split /\n/, $server->sql(<<'END');
\pset fieldsep '\t'
SELECT p.oid::regproc, coalesce((SELECT string_agg(coalesce(nullif(p.proargnames[i], ''), 'x') || ' ' || format_type(t, NULL), ';' ORDER BY i)
	FROM unnest(p.proargtypes) WITH ORDINALITY AS a (t, i)), '')
FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid AND e.extname = 'bounce'
WHERE p.provolatile = 'i' AND p.prokind = 'f' AND NOT EXISTS (SELECT FROM unnest(p.proargtypes) t WHERE t IN ('internal'::regtype, 'bounce'::regtype, 'anyelement'::regtype))
	AND NOT EXISTS (SELECT FROM pg_type c WHERE c.oid = ANY (p.proargtypes) AND c.typtype IN ('c', 'd', 'p'))
	AND NOT EXISTS (SELECT FROM pg_cast c WHERE c.castfunc = p.oid)
ORDER BY 1::text, 2;
END
cmp_ok(scalar @functions, '>', 40, 'the immutable functions: ' . @functions);

my @calls;
my @unknown;
for my $function (@functions) {
    my ($name, $types) = @$function;
    my @values;
    for my $argument (split /;/, $types) {
        (my $type = $argument) =~ s/^\S+ //;
        my $value = $sample{$argument} // $sample{$type};
        push @unknown, "$name($argument)" unless defined $value;
        push @values, defined $value ? "$value" : 'NULL';
    }
    push @calls, "$name(" . join(', ', @values) . ')';
}
is("@unknown", '', 'the test has samples for all their arguments');

# Mails with a report each; one call a statement, so that one error hides no other.
my $script = "CREATE TEMP TABLE mails AS SELECT '\\x$report'::bytea AS bytes;\n"
    . "CREATE FUNCTION pg_temp.form(r anyelement) RETURNS text LANGUAGE sql AS \$\$ SELECT md5(record_send(ROW(r))) \$\$;\n";
my $ask = join '', map { "SELECT '$_->[0]', md5(coalesce(string_agg(md5(record_send(ROW(f))), '' ORDER BY n), '')) FROM (SELECT f, row_number() OVER () AS n FROM mails m, LATERAL $_->[1] f) s;\n" }
    map { (my $quoted = $_) =~ s/'/''/g; [ $quoted, $_ ] } @calls;

my ($plain, $error) = $server->run($script . $ask);
my @plain = split /\n/, $plain;
is(scalar @plain, scalar @calls, 'each is called') or diag(substr $error, 0, 2000);
is($error, '', 'without an error') if @plain == @calls;

my @settings = (
    [ 'output' => "SET DateStyle = 'German'; SET IntervalStyle = 'iso_8601'; SET bytea_output = 'escape'; SET extra_float_digits = -10; SET xmloption = 'document'" ],
    [ 'the place' => "SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'SQL, DMY'; SET timezone_abbreviations = 'Australia'" ],
    [ 'the language' => "SET lc_messages = 'C'; SET lc_monetary = 'C'; SET lc_numeric = 'C'; SET lc_time = 'C'; SET default_text_search_config = 'pg_catalog.german'" ],
    [ 'the client' => "SET standard_conforming_strings = on; SET backslash_quote = off; SET escape_string_warning = off; SET quote_all_identifiers = on; SET transform_null_equals = on; SET array_nulls = off" ],
    [ 'the planner' => "SET jit = on; SET jit_above_cost = 0; SET jit_inline_above_cost = 0; SET jit_optimize_above_cost = 0; SET work_mem = '64kB'; SET enable_hashagg = off; SET enable_seqscan = off; SET geqo = off" ],
    [ 'few memory' => "SET work_mem = '64kB'; SET maintenance_work_mem = '1MB'; SET hash_mem_multiplier = 1" ],
    [ 'the role' => "SET search_path = pg_catalog, pg_temp, public; SET row_security = off; SET session_replication_role = replica" ],
    [ 'the transaction' => 'BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY; SET LOCAL statement_timeout = 600000; SET LOCAL plan_cache_mode = force_generic_plan' ],
);
for my $setting (@settings) {
    my ($name, $commands) = @$setting;
    my ($got, $said) = $server->run("$script$commands;\n$ask");
    my @got = split /\n/, $got;
    my @other = grep { ($got[$_] // '') ne $plain[$_] } 0 .. $#plain;
    is(join(', ', map { $plain[$_] } @other), '', "$name: the same") or diag(substr $said, 0, 1000);
}

# ... and where the names of the server's own functions are others'
my $evil = <<'END';
CREATE SCHEMA evil;
CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'evil'::text $$;
CREATE FUNCTION evil.upper(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'evil'::text $$;
CREATE FUNCTION evil.coalesce_(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'evil'::text $$;
CREATE FUNCTION evil.exp(double precision) RETURNS double precision LANGUAGE sql IMMUTABLE AS $$ SELECT 42::double precision $$;
CREATE FUNCTION evil.power(double precision, double precision) RETURNS double precision LANGUAGE sql IMMUTABLE AS $$ SELECT 42::double precision $$;
CREATE FUNCTION evil.left_(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'evil'::text $$;
CREATE FUNCTION evil.eq(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT false $$;
CREATE OPERATOR evil.= (FUNCTION = evil.eq, LEFTARG = text, RIGHTARG = text);
END
my ($got, $said) = $server->run("$script$evil\nSET search_path = evil, pg_catalog, public, pg_temp;\n$ask");
is($got, $plain, 'a search_path with functions of the same names') or diag(substr $said, 0, 1000);

done_testing();
