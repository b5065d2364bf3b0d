# hostile.t - mails made to do harm: none crashes the server, raises an error or
# costs more than linear time.
#
# t/make_hostile.pl makes them in any scale.  Each is parsed at one scale and at
# the double of it; HOSTILE_SCALE is the smaller one: 0.1 unless set, 0.5 for
# the full size.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;

my $scale = $ENV{HOSTILE_SCALE} || 0.1;

# How many times slower the server is than one that people use (scripts/sanitized-server).
my $slowness = $ENV{BOUNCE_SLOWNESS} || 1;

# Twice the bytes may take so many times the time, and so much on top of it.
my $FACTOR   = 3;
my $NOISE_MS = 40 * $slowness;

# Some mails cost nothing at any size; none may cost more than this per MB.
my $MS_PER_MB = 300 * $slowness;

my $dir = tempdir('bounce-hostile-XXXXXX', TMPDIR => 1, CLEANUP => 1);
chmod 0755, $dir or die "$dir: $!";
my %file;
for my $size (1, 2) {
    my $folder = "$dir/$size";
    system($^X, "$FindBin::Bin/make_hostile.pl", $folder, $scale * $size) == 0
        or BAIL_OUT('make_hostile.pl failed');
    chmod 0755, $folder;
    for my $path (glob "$folder/*") {
        next unless -f $path;
        chmod 0644, $path;
        (my $name = $path) =~ s{.*/}{};
        $file{$name}{$size} = $path;
    }
}

my $server = Server->new('hostile');
$server->sql(<<'END');
CREATE TABLE hostile (name text, size int, raw bytea);
ALTER TABLE hostile ALTER raw SET STORAGE EXTERNAL;
-- milliseconds that one way of parsing takes, the best of three; the rows are read, too
CREATE FUNCTION took(which text, doubled int, way text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	raw bytea := (SELECT h.raw FROM hostile h WHERE name = which AND size = doubled);
	start timestamptz;
	best numeric;
	ms numeric;
	found bigint;
BEGIN
	raw := raw || '';
	FOR i IN 1 .. 3 LOOP
		start := clock_timestamp();
		IF way = 'bytea' THEN
			SELECT count(b::text) INTO found FROM bounce_parse(raw) b;
		ELSIF way = 'all kinds' THEN
			SELECT count(b::text) INTO found FROM bounce_parse(raw, true) b;
		ELSIF way = 'text' THEN
			SELECT count(b::text) INTO found FROM bounce_parse(encode(raw, 'escape')) b;
		ELSE
			SELECT count(b::text) INTO found FROM bounce_parse_reply(encode(raw, 'escape')) b;
		END IF;
		ms := extract(epoch FROM clock_timestamp() - start) * 1000;
		best := least(best, ms);
		EXIT WHEN best > 3000;
	END LOOP;
	RETURN round(best, 1);
END $$;
END

my @names = sort keys %file;
cmp_ok(scalar @names, '>=', 20, scalar(@names) . ' hostile mails at hand');
my $born = $server->sql('SELECT pg_postmaster_start_time()');

for my $name (@names) {
    my @both = map { $file{$name}{$_} } 1, 2;
    if (grep { !defined } @both) {
        fail("$name: made at both scales");
        next;
    }
    my $insert = join '', map { "INSERT INTO hostile VALUES ('$name', $_, pg_read_binary_file('$file{$name}{$_}'));\n" } 1, 2;
    my ($out, $error, $status) = $server->run("TRUNCATE hostile;\n$insert");
    if ($error ne '') {
        is($error, '', "$name: loaded");
        next;
    }

    for my $way ('bytea', 'all kinds', 'text', 'reply') {
        my ($one, $two);
        # A machine that is busy with something else gets a second chance, and a third.
        for my $attempt (1 .. 3) {
            ($out, $error, $status) = $server->run("SET statement_timeout = '120s';\nSELECT took('$name', 1, '$way');\nSELECT took('$name', 2, '$way');\n");
            last if $error ne '';
            ($one, $two) = split /\n/, $out;
            last if $two <= $FACTOR * $one + $NOISE_MS;
        }
        is($error, '', "$name, $way: no crash, no error");
        next if $error ne '';
        my $mb = (-s $both[1]) / 1e6;
        cmp_ok($two, '<=', $FACTOR * $one + $NOISE_MS, sprintf '%s, %s: %.1f MB in %s ms, half in %s ms', $name, $way, $mb, $two, $one);
        cmp_ok($two, '<=', $MS_PER_MB * $mb + $NOISE_MS, "$name, $way: at no great price");
    }
}

is($server->sql('SELECT pg_postmaster_start_time()'), $born, 'the server is the same as before');

done_testing();
