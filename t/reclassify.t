# reclassify.t - whatever was done to mail and events by hand, judging the past
# again brings events and copies to what the mails say, each event once.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;

my $server = Server->new('reclassify');

my @mails;
for my $file (sort glob "$FindBin::Bin/../samples/mail/*") {
    open my $from, '<:raw', $file or die "$file: $!";
    local $/;
    push @mails, unpack 'H*', <$from>;
}
$server->sql('CREATE TABLE sample (n int PRIMARY KEY, raw bytea)');
$server->sql("INSERT INTO sample VALUES\n" . join(",\n", map { "($_, '\\x$mails[$_ - 1]')" } 1 .. @mails));

$server->sql(<<'END');
SET check_function_bodies = off;    -- there is no inbox yet
CREATE FUNCTION at_random() RETURNS timestamptz LANGUAGE sql VOLATILE AS
	$$SELECT '2026-03-01Z'::timestamptz + random() * interval '25 days'$$;

-- What is not as the mails say: each report an event or a copy, each key one event, each copy with its event.
CREATE FUNCTION wrong() RETURNS text LANGUAGE sql STABLE AS $$
WITH reported AS (
	SELECT m.id, (j.b).recipient, (j.b).kind, (j.b).token, (j.b).token IS NOT NULL AND (j.b).bounced_at IS NOT NULL AS has_key
	FROM inbox m, bounce_judge(m.raw) j
), stored AS (
	SELECT mail_id, recipient, kind, token FROM inbox_event UNION ALL SELECT mail_id, recipient, kind, token FROM inbox_copy
)
SELECT concat_ws(', ',
	(SELECT count(*) || ' missing' FROM (SELECT id, recipient, kind, token FROM reported EXCEPT ALL TABLE stored) x HAVING count(*) > 0),
	(SELECT count(*) || ' too many' FROM (TABLE stored EXCEPT ALL SELECT id, recipient, kind, token FROM reported) x HAVING count(*) > 0),
	(SELECT 'an event twice or not at all' WHERE (SELECT count(DISTINCT (token, kind)) FROM reported WHERE has_key)
		<> (SELECT count(*) FROM inbox_event WHERE token IS NOT NULL AND bounced_at IS NOT NULL)),
	(SELECT count(*) || ' copies of nothing' FROM inbox_copy c
	 WHERE NOT EXISTS (SELECT FROM inbox_event e WHERE e.token = c.token AND e.kind = c.kind) HAVING count(*) > 0),
	(SELECT count(*) || ' still to change' FROM bounce_reclassify('inbox') HAVING count(*) > 0))
$$;

-- Does something to mail or events by hand, "rounds" times, and judges a part of the time, or all of it.
CREATE PROCEDURE shake(rounds int) LANGUAGE plpgsql AS $$
DECLARE
	wrong text;
BEGIN
	FOR i IN 1..rounds LOOP
		CASE floor(random() * 5)
		WHEN 0 THEN UPDATE inbox m SET raw = s.raw FROM sample s
			WHERE m.id % 29 = floor(random() * 29) AND s.n = 1 + (m.id * 7 + i * 13) % (SELECT count(*) FROM sample);
		WHEN 1 THEN INSERT INTO inbox (received_at, raw) SELECT at_random(), raw FROM sample WHERE n % 31 = i % 31;
		WHEN 2 THEN DELETE FROM inbox_event WHERE mail_id % 17 = i % 17;
		WHEN 3 THEN UPDATE inbox_event SET reason = 'onhold', recipient = CASE WHEN mail_id % 3 = 0 THEN 'x@y.example' ELSE recipient END WHERE mail_id % 19 = i % 19;
		ELSE UPDATE inbox SET raw = 'no mail' WHERE id % 43 = i % 43;
		END CASE;
		IF random() < 0.5 THEN
			PERFORM bounce_reclassify('inbox', at_random() - interval '10 days', at_random(), apply => true);
		ELSIF random() < 0.5 THEN
			PERFORM bounce_reclassify('inbox', apply => true);
			wrong := wrong();
			IF wrong <> '' THEN
				RAISE EXCEPTION 'round %: %', i, wrong;
			END IF;
		END IF;
	END LOOP;
END $$;
END

for my $partitioned ('false', 'true') {
    my $case = $partitioned eq 'true' ? 'partitioned' : 'plain';
    $server->sql("SELECT bounce_create_inbox('inbox', partitioned => $partitioned, daily => true)");
    $server->sql("SELECT bounce_add_partitions('inbox', '2026-03-01', '2026-04-01', '5 days')") if $partitioned eq 'true';
    $server->sql('INSERT INTO inbox (received_at, raw) SELECT at_random(), raw FROM sample WHERE n % 3 <> 0');
    is($server->sql('SELECT wrong()'), '', "$case: as it came in");
    my $seed = $ENV{SEED} || 0.25;
    my (undef, $error) = $server->run("SELECT setseed($seed);\nCALL shake(40);\n");
    is($error, '', "$case: in each round");
    $server->sql("SELECT count(*) FROM bounce_reclassify('inbox', apply => true)");
    is($server->sql('SELECT wrong()'), '', "$case: in the end");
    $server->sql("SELECT bounce_roll_up('inbox')");
    is($server->sql('SELECT sum(n) - (SELECT count(*) FROM inbox_event), count(*) > 0 FROM inbox_daily'), '0|t', "$case: and in the daily summary");
    $server->sql("SELECT bounce_drop_inbox('inbox'); DROP TABLE inbox, inbox_event, inbox_copy, inbox_daily, inbox_dirty; DROP TABLE IF EXISTS inbox_token");
}

done_testing();
