# growth.t - how far the memory of a backend goes up for a mail: 4 MB for an
# ordinary one, and for one that is made to cost, of any size, as much again as
# the mail itself has.
#
# t/make_hostile.pl makes the mails; HOSTILE_SCALE as in hostile.t.  The peak is
# the kernel's (VmHWM), which is told to forget the one before.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;

my $scale = $ENV{HOSTILE_SCALE} || 0.1;

my $FIXED_KB = 4096;

# The mail itself is in memory, too.
my $FACTOR = 2;

my $dir = tempdir('bounce-growth-XXXXXX', TMPDIR => 1, CLEANUP => 1);
chmod 0755, $dir or die "$dir: $!";
system($^X, "$FindBin::Bin/make_hostile.pl", "$dir/hostile", $scale) == 0 or BAIL_OUT('make_hostile.pl failed');
mkdir "$dir/samples" or die "$dir/samples: $!";
my @samples = glob "$FindBin::Bin/../samples/mail/*";
for my $path (@samples) {
    system('cp', $path, "$dir/samples/") == 0 or die "cp failed";
}
system('chmod', '-R', 'a+rX', $dir);

my $server = Server->new('growth');
$server->sql(<<"END");
CREATE TABLE mail (folder text, name text, raw bytea);
ALTER TABLE mail ALTER raw SET STORAGE EXTERNAL;
INSERT INTO mail SELECT folder, name, pg_read_binary_file('$dir/' || folder || '/' || name)
FROM (VALUES ('hostile'), ('samples')) f (folder), pg_ls_dir('$dir/' || folder) name;
CREATE FUNCTION peak() RETURNS int LANGUAGE sql VOLATILE AS
	\$\$ SELECT substring(pg_read_file('/proc/self/status', 0, 100000) FROM 'VmHWM:\\s*(\\d+) kB')::int \$\$;
END

my $forget = q(COPY (SELECT 5) TO PROGRAM 'cat >/proc/$PPID/clear_refs');
(undef, my $refused) = $server->run("$forget;\nSELECT peak();");
plan skip_all => 'needs /proc with clear_refs' if $refused ne '';

# Kilobytes that a session's peak goes up by, for the mails that the condition names.
sub growth {
    my $which = shift;
    my ($out, $error) = $server->run(<<"END");
SET max_parallel_workers_per_gather = 0;
-- the rows that are returned are the query's matter
SET work_mem = '64kB';
-- what is loaded once, and what there is of a table in shared memory
SELECT count(b.reason) FROM (SELECT raw FROM mail WHERE folder = 'samples' ORDER BY name LIMIT 3) m, bounce_parse(m.raw, true) b;
SELECT count(substring(raw FROM g * 100000 + 1 FOR 100000)) FROM mail, generate_series(0, octet_length(raw) / 100000) g WHERE $which;
SELECT peak();
$forget;
SELECT peak();
SELECT count(b.reason) FROM mail m, bounce_parse(m.raw, true) b WHERE $which;
SELECT peak();
END
    my @numbers = split /\n/, $out;
    return $error eq '' && @numbers == 6 ? $numbers[5] - $numbers[3] : undef;
}

cmp_ok(scalar @samples, '>', 100, 'samples at hand');
my $ordinary = growth("folder = 'samples'");
cmp_ok($ordinary, '<=', $FIXED_KB, scalar(@samples) . " samples: $ordinary kB");

my @kinds = split /\n/, $server->sql("SELECT name, octet_length(raw) FROM mail WHERE folder = 'hostile' ORDER BY name");
cmp_ok(scalar @kinds, '>=', 20, scalar(@kinds) . ' hostile mails at hand');
for (@kinds) {
    my ($name, $bytes) = split /\|/;
    my $grown = growth("folder = 'hostile' AND name = '$name'");
    ok(defined $grown && $grown <= $FIXED_KB + $FACTOR * $bytes / 1024,
        sprintf '%s: %d kB for a mail of %d', $name, defined $grown ? $grown : -1, $bytes / 1024);
}

done_testing();
