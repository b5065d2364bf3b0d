# memory.t - the backend does not grow over 1,000,000 calls, whatever becomes
# of their rows.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;

plan skip_all => 'needs /proc' unless -r '/proc/self/status';

my $server = Server->new('memory');

# What a backend may gain by a million calls: the allocator's own ups and downs.
my $SLACK_KB = 2048;

my $mails = join ', ', map { my $hex = unpack 'H*', $_; "('\\x$hex'::bytea)" } (
    Server::report('rosa@koharu.example'),
    Server::report('otto@koharu.example', subject => '=?ISO-2022-JP?B?GyRCPVUkTkpYJGobKEI=?='),
    Server::report('emil@midori.example', subject => '=?UTF-8?B?5pil44Gu5L6/44KK?= =?KOI8-R?B?18XTzsE=?=', status => '5.2.2',
        reply => '552 5.2.2 Mailbox full'),
    Server::report("odd\xff\xfe\@midori.example", subject => "raw \xe4\xf6\xfc"),
    "Subject: just a letter\n\nHello.\n",
    '',
);

my $setup = <<"END";
SET max_parallel_workers_per_gather = 0;
SET jit = off;
-- the plan must call the function for each row
DO \$\$ BEGIN PERFORM set_config('enable_memoize', 'off', false); EXCEPTION WHEN undefined_object THEN NULL; END \$\$;
CREATE TEMP TABLE mail (raw bytea);
INSERT INTO mail VALUES $mails;
-- the backend's own, not shared, memory in kB
CREATE FUNCTION pg_temp.memory() RETURNS int LANGUAGE sql VOLATILE AS
	\$\$ SELECT substring(pg_read_file('/proc/self/status', 0, 100000) FROM 'RssAnon:\\s*(\\d+) kB')::int \$\$;
-- n calls; a subquery of calls with the placeholder RAW for the mail
CREATE FUNCTION pg_temp.calls(call text, n int) RETURNS bigint LANGUAGE plpgsql AS \$\$
DECLARE
	found bigint;
BEGIN
	EXECUTE 'SELECT count(x) FROM mail, generate_series(1, ' || n / 6 || ') g, LATERAL (' ||
		replace(call, 'RAW', 'mail.raw || substring(g::text::bytea FROM 100)') || ') c' INTO found;
	RETURN found;
END \$\$;
END

for my $case (
    ['bytea',                  'SELECT recipient AS x FROM bounce_parse(RAW)',                         1_000_000],
    ['bytea, LIMIT 1',         'SELECT recipient AS x FROM bounce_parse(RAW, true) LIMIT 1',           200_000],
    ['text',                   q(SELECT recipient AS x FROM bounce_parse(encode(RAW, 'escape'))),      200_000],
    ['in the select list',     'SELECT bounce_parse(RAW) AS x',                                        200_000],
    ['in the list, LIMIT 1',   'SELECT bounce_parse(RAW) AS x LIMIT 1',                                200_000],
    ['an event',               q(SELECT b.recipient AS x FROM bounce_parse_json(jsonb_build_object('type', 'hard', 'email', 'rosa@koharu.example', 'meta', encode(RAW, 'escape'))) b), 200_000],
    ['an event in a string',   q(SELECT b.recipient AS x FROM bounce_parse_json(jsonb_build_object('Message', jsonb_build_array(jsonb_build_object('type', 'hard', 'email', 'rosa@koharu.example'), length(RAW))::text)) b), 200_000],
    ['a reply',                q(SELECT reason AS x FROM bounce_parse_reply(encode(RAW, 'escape'), 'mx.koharu.example', 'RCPT')), 200_000],
    ['reasons',                'SELECT reason AS x FROM (SELECT g) y, bounce_reasons()',               20_000],
) {
    my ($name, $call, $n) = @$case;
    my $out = $server->sql(<<"END");
$setup
SELECT pg_temp.calls(\$\$$call\$\$, 6000) > 0;
SELECT pg_temp.memory();
SELECT pg_temp.calls(\$\$$call\$\$, $n) > 0;
SELECT pg_temp.memory();
END
    my ($first, $before, $second, $after) = split /\n/, $out;
    is("$first$second", 'tt', "$name: rows come");
    cmp_ok($after - $before, '<=', $SLACK_KB, "$name: $n calls, memory before $before kB, after $after kB");
}

# Calls that are cut short leave nothing either: 200 times in one session.
{
    my $out = $server->sql(<<"END");
$setup
CREATE TEMP TABLE big AS SELECT string_agg(raw, '') || decode(repeat('3c6140622e633e3a0a', 200000), 'hex') AS raw FROM mail;
CREATE FUNCTION pg_temp.cut(n int) RETURNS int LANGUAGE plpgsql AS \$\$
DECLARE
	cuts int := 0;
BEGIN
	FOR i IN 1 .. n LOOP
		BEGIN
			PERFORM 1 / (count(b.recipient) - count(b.recipient)) FROM mail, bounce_parse(mail.raw) b;
		EXCEPTION WHEN division_by_zero THEN
			cuts := cuts + 1;
		END;
		BEGIN
			PERFORM b.recipient, 1 / (length(b.reason) - length(b.reason)) FROM big, bounce_parse(big.raw) b;
		EXCEPTION WHEN division_by_zero THEN
			cuts := cuts + 1;
		END;
	END LOOP;
	RETURN cuts;
END \$\$;
SELECT pg_temp.cut(20) > 0;
SELECT pg_temp.memory();
SELECT pg_temp.cut(200) > 0;
SELECT pg_temp.memory();
END
    my ($first, $before, $second, $after) = split /\n/, $out;
    is("$first$second", 'tt', 'errors around calls are met');
    cmp_ok($after - $before, '<=', $SLACK_KB, "errors around calls: memory before $before kB, after $after kB");
}

done_testing();
