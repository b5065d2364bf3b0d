# injection.t - names and values that somebody else chose are never read as SQL,
# nor as more of a pattern than it may be.
use strict;
use warnings;
use utf8;
use Encode qw(encode);
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;

binmode(Test::More->builder->$_, ':encoding(UTF-8)') for qw(output failure_output todo_output);

my $server = Server->new('injection');
my $report = unpack 'H*', Server::report('rosa@koharu.example');

# What would be seen if any of it ran.
$server->sql('CREATE TABLE canary (n int); CREATE FUNCTION sing() RETURNS text LANGUAGE sql AS $$ INSERT INTO canary VALUES (1) RETURNING n::text $$');
my @names = (
    q{a'b},  q{a"b}, q{a;b}, q{a.b}, q{a b}, q{a$1b}, q{%s%I%1$L}, q{$take_in$}, q{\\'; SELECT sing(); --}, q{"; SELECT sing(); --},
    q{x) OR (sing() IS NULL}, q{' || sing() || '}, q{$mark$; DROP TABLE canary; $mark$}, q{größe_大}, q{@}, q{SELECT}, q{pg_temp}, q{$user},
);

for my $name (@names) {
    my $q = $name =~ s/'/''/gr;
    # tables, columns, rulesets, policies, scopes, headers and mailboxes of that name
    my ($out, $error) = $server->run(encode('UTF-8', <<"END"));
\\set VERBOSITY terse
CREATE TEMPORARY TABLE n AS SELECT E''||'$q' AS n, left('$q', 20) AS short;
DO \$do\$
DECLARE
	n text := (SELECT n FROM n);
	s text := (SELECT short FROM n);
	q text := quote_ident(s);
	box text := quote_ident('s ' || s) || '.' || q;
	event text := quote_ident('s ' || s) || '.' || quote_ident(s || '_event');
	got text;
BEGIN
	EXECUTE format('CREATE SCHEMA %I', 's ' || s);
	EXECUTE format('CREATE TABLE %s (%I uuid PRIMARY KEY, %I timestamptz NOT NULL, %I bytea, %I jsonb)', box, s || 'i', s || 'r', s, s || 'p');
	INSERT INTO bounce_rule (ruleset, diagnostic, reason, note) VALUES (n, 'user unknown', 'own_one', n);
	INSERT INTO bounce_rule (ruleset, header, header_value, diagnostic, reason, fault) VALUES (n || 'x', 'Subject', n, n, 'own_two', NULL);
	PERFORM bounce_create_inbox(box, id_column => (s || 'i')::name, received_at_column => (s || 'r')::name, raw_column => s::name, payload_column => (s || 'p')::name,
		rules => n, daily => true, keep_raw => '1 day');
	EXECUTE format('INSERT INTO %s VALUES (%L, now(), %L, NULL), (%L, now(), NULL, %L)', box, md5('1')::uuid, '\\x$report'::bytea, md5('2')::uuid,
		jsonb_build_object(n, n, 'email', 'otto\@koharu.example', 'type', 'hard', 'reason', n || ' user unknown', 'subject', n));
	EXECUTE format('SELECT string_agg(reason, '','') FROM %s', event) INTO got;
	IF got IS DISTINCT FROM 'own_one,own_one' THEN RAISE 'judged as %', got; END IF;
	PERFORM bounce_roll_up(box::regclass);
	PERFORM bounce_reclassify(box::regclass, apply => true, rules => n || 'x');
	PERFORM bounce_reclassify(box::regclass, rules => n);
	PERFORM bounce_inbox_status(box::regclass);
	PERFORM bounce_rule_hits(event::regclass);
	PERFORM bounce_alarm(event::regclass, sender_column => 'lhost', reasons => ARRAY[n, 'own_one'], channel => 'c', minimum => 1);
	EXECUTE format('CREATE TABLE %I.subscribers (%I int, %I text, %I text, %I text)', 's ' || s, s, s || 'e', s || 'm', s || 'v');
	EXECUTE format('INSERT INTO %I.subscribers VALUES (1, ''rosa\@koharu.example'', %L, %L)', 's ' || s, n, n);
	PERFORM bounce_attribute(event::regclass, (quote_ident('s ' || s) || '.subscribers')::regclass, s::name, (s || 'e')::name, since => '-infinity',
		send_log => (quote_ident('s ' || s) || '.subscribers')::regclass, send_log_id_column => s::name, send_log_message_id_column => (s || 'm')::name, send_log_verp_column => (s || 'v')::name,
		header => n, header_pattern => '(' || regexp_replace(n, '\\W', '\\\\\\&', 'g') || ')', feedback_id_part => 1);
	PERFORM bounce_find_typos((quote_ident('s ' || s) || '.subscribers')::regclass, event::regclass, (s || 'e')::name);
	INSERT INTO bounce_policy (policy, scope, threshold, soft_weight) VALUES (n, n, 1, 1);
	PERFORM bounce_suppress(n, event::regclass);
	IF NOT bounce_suppressed('rosa\@koharu.example', n) THEN RAISE 'not suppressed'; END IF;
	PERFORM bounce_release('rosa\@koharu.example', n, n);
	PERFORM bounce_suppress_address('rosa\@koharu.example', n, n, note => n);
	EXECUTE format('CREATE TRIGGER at_once AFTER INSERT ON %s FOR EACH ROW EXECUTE FUNCTION bounce_suppress_now(%L, %L)', event, n, n);
	EXECUTE format('CREATE TRIGGER taken AFTER INSERT ON %I.subscribers FOR EACH ROW EXECUTE FUNCTION bounce_reset_taken(%L)', 's ' || s, s || 'e');
	EXECUTE format('INSERT INTO %I.subscribers VALUES (2, %L)', 's ' || s, n || '\@koharu.example');
	EXECUTE format('INSERT INTO %s VALUES (%L, now() - interval ''2 days'', %L)', box, md5('3')::uuid, convert_to(replace(convert_from('\\x$report', 'UTF8'), 'rosa', 'emil'), 'UTF8'));
	PERFORM bounce_expire(box::regclass);
	PERFORM bounce_suppressed(n), bounce_destination(n), bounce_is_disposable(n || '.example'), bounce_header('\\x$report'::bytea, n), bounce_redact('\\x$report'::bytea, n);
	PERFORM bounce_drop_inbox(box::regclass);
END \$do\$;
END
    is($error, '', "names and values like $name");
}
is($server->sql('SELECT count(*) FROM canary'), '0', 'nothing of it ran');
like(($server->run("SELECT bounce_create_inbox('a; DROP TABLE canary')"))[1], qr/ERROR:  (string is not a valid identifier|invalid name syntax)/, 'a name that is none');
like(($server->run("SELECT bounce_create_inbox('\"" . 'x' x 60 . "\"')"))[1], qr/ERROR:  the name "x+" is too long/, 'one too long');

# Operators, functions and tables of the same names that come first in the path.
my ($out, $error) = $server->run(<<'END');
CREATE SCHEMA evil;
CREATE FUNCTION evil.trap(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'sprung'; END $$;
CREATE FUNCTION evil.trap(jsonb, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'sprung'; END $$;
CREATE FUNCTION evil.trap(integer, integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'sprung'; END $$;
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.trap);
CREATE OPERATOR evil.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.trap);
CREATE OPERATOR evil.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.trap);
CREATE OPERATOR evil.? (LEFTARG = jsonb, RIGHTARG = text, FUNCTION = evil.trap);
CREATE OPERATOR evil.->> (LEFTARG = jsonb, RIGHTARG = text, FUNCTION = evil.trap);
CREATE OPERATOR evil.<= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = evil.trap);
CREATE FUNCTION evil.octet_length(text) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RAISE 'sprung'; END $$;
CREATE FUNCTION evil.bounce_address_key(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'sprung'; END $$;
CREATE TABLE evil.bounce_rule (id bigint); CREATE TABLE evil.bounce_policy (policy text); CREATE TABLE evil.bounce_inbox (inbox regclass);
CREATE TEMPORARY TABLE bounce_rule (id bigint); CREATE TEMPORARY TABLE bounce_suppression (id bigint);
CREATE TABLE events AS SELECT b.*, timestamptz '2026-01-01' AS received_at FROM bounce_parse_reply('550 5.1.1 User unknown') b;
SET search_path = evil, pg_catalog, public;
SELECT public.bounce_weight('failure', true, 'recipient', 'userunknown', reason_weights => '{"x": 1}'), public.bounce_weight('complaint', true, NULL, 'feedback', complaint => 2);
SELECT cardinality(public.bounce_protecting_patterns('a@b.example'));
SELECT public.bounce_suppressed('a@b.example');
SELECT (public.bounce_parse_reply('550 5.1.1 User unknown', NULL, NULL, 'default')).reason;
SELECT count(*) FROM public.bounce_scores('default', 'public.events');
SELECT count(*) FROM public.bounce_suppress('default', 'public.events');
SELECT public.bounce_create_inbox('public.trapped', daily => true);
SELECT count(*) FROM public.bounce_reclassify('public.trapped', apply => true), public.bounce_roll_up('public.trapped');
END
is($error, '', 'what comes first in the search path, temporary tables among it, is not used');
is($out, "1|2\n4\nf\nuserunknown\n0\n0\ntrapped\n0", '  but what was meant');

# Regular expressions: no way around the bounds, none out of the text.
my $long = 'a' x 4000;
for my $try (
    [ '(*LIMIT_MATCH=4000000000)(*LIMIT_DEPTH=4000000000)(*LIMIT_HEAP=4000000000)^(a+)+$', 'bounds that a pattern raises' ],
    [ '(*NO_JIT)^(a|aa)+$',              'a pattern without machine code' ],
    [ '(a?){400}a{400}b',                'a large one' ],
    [ '^(?R)?+a',                        'recursion' ],
    [ '(?&g)?(?<g>a(?&g)?b)?',           'into a group' ],
    [ '(?C1)a(?C"x")',                   'callouts' ],
    [ 'a(*ACCEPT)b',                     'verbs' ],
    [ '(*COMMIT)(*F)',                   'a match that fails' ],
    [ '(?<=^.{100})a',                   'looking back' ],
    [ '(?=a\Kb|)\K',                     'a start moved', 'ERROR' ],
    [ '(?{ sing() })',                   'code', 'ERROR' ],
    [ 'a\C',                             'a byte of a character', 'ERROR' ],
    [ '(*UTF)(*UCP)(*NO_AUTO_POSSESS)(*NO_START_OPT)(*CRLF)(*BSR_ANYCRLF)ü', 'options at the start' ],
    [ '((a{1000}){1000}){1000}',         'one too large', 'ERROR' ],
    [ '(' x 400 . ')' x 400,             'one too deep', 'ERROR' ],
    [ '(',                               'none', 'ERROR' ])
{
    my ($pattern, $what, $refused) = @$try;
    my ($said, $fault) = $server->run(encode('UTF-8', <<"END"));
BEGIN;
SET LOCAL statement_timeout = '60s';
INSERT INTO bounce_rule (ruleset, syntax, diagnostic, reason) VALUES ('tricks', 'regex', \$p\$$pattern\$p\$, 'own');
SELECT count(b) FROM bounce_parse_reply('550 $long ü', NULL, NULL, 'tricks') b;
INSERT INTO bounce_format (ruleset, name, syntax, human_text, recipient) VALUES ('tricks', 'x', 'regex', \$p\$$pattern\$p\$, \$p\$$pattern|(a)\$p\$);
SELECT count(b) >= 0 FROM bounce_parse(E'From: MAILER-DAEMON\@x.example\\nSubject: Failed\\n\\n$long ü\\n', 'tricks') b;
ROLLBACK;
END
    if ($refused && $fault ne '') { like($fault, qr/ERROR:  invalid regular expression in column "diagnostic"/, "$what: refused"); }
    else { is($fault, '', "$what: no error"); is($said, "1\nt", '  and an end'); }
}
done_testing();
