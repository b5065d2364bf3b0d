# no_memory.t - a server with little address space ("ulimit -v"): hostile mail
# gives rows, or the plain error "out of memory"; the session lives on, and no
# process ends.  And that what ends a process when memory is short, GLib, is not
# in the server at all.
#
# t/make_hostile.pl makes the mails: those of other libraries' hazards (address
# groups inside groups, headers of megabytes, a million parts, boundaries, words
# or lines, deep nesting, parameter names of 70 bytes, ...) are all among them.
# HOSTILE_SCALE multiplies their sizes, as in hostile.t (0.1 by default: it
# takes about 15 s on a quiet machine).
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Cluster;
use Session;

my $lacking = Cluster::unavailable();
plan skip_all => $lacking if $lacking;

# ---- what is linked --------------------------------------------------------

my $cluster = Cluster->new(conf => "shared_buffers = '8MB'\nmax_connections = 5\nmax_parallel_workers = 0\njit = off\nautovacuum = off");
$cluster->start or BAIL_OUT('no server: ' . $cluster->log_tail);
$cluster->sql('CREATE EXTENSION bounce');
# the libraries that a session has in it once it has read a mail of every kind
my $maps = q{regexp_split_to_table(pg_read_file('/proc/' || pg_backend_pid() || '/maps', 0, 10000000), E'\n') AS line};
my $loaded = $cluster->sql(<<"END");
DO \$\$ BEGIN PERFORM bounce_parse(E'Subject: =?iso-2022-jp?B?GyRCJCIbKEI=?=\\n\\n'); END \$\$;
SELECT string_agg(DISTINCT substring(line FROM '[^/]*\$'), ' ') FROM $maps WHERE line ~ '\.so';
END
like($loaded, qr/\bbounce\.so\b/, 'the extension is in the session');
like($loaded, qr/libpcre2-8/, '... and PCRE2');
unlike($loaded, qr/gmime/i, 'GMime is not');
my $size = $cluster->sql(<<'END');
SELECT 1 FROM bounce_parse_reply('550 5.1.1 User unknown') WHERE reason IS NULL;
SELECT substring(pg_read_file('/proc/' || pg_backend_pid() || '/status', 0, 100000) FROM 'VmPeak:\s+(\d+) kB');
END
note("a session has $size kB of address space");
SKIP: {
    my $path = $cluster->sql(q{DO $$ BEGIN PERFORM bounce_parse(''); END $$; SELECT DISTINCT substring(line FROM '/.*bounce\.so') FROM } . $maps . q{ WHERE line ~ '/bounce\.so'});
    my $needed = `LC_ALL=C objdump -p '$path' 2>/dev/null`;
    skip 'no objdump', 1 if $needed !~ /NEEDED/;
    my @needed = sort grep { !/^(libc|libm|libpcre2-8|ld-linux-.*|libasan|libubsan)\.so/ } $needed =~ /NEEDED\s+(\S+)/g;
    is("@needed", '', 'it needs the C library and PCRE2, nothing else');
}
# what a session may spend is its own limit: the error is the server's, and that is all
my ($out, $error) = $cluster->run("SET work_mem = '64kB'; SET temp_file_limit = 0; SELECT count(*) FROM (SELECT * FROM bounce_rules() OFFSET 0) r; SELECT 'lives'");
like($error, qr/temporary file size exceeds/, 'no room for many rows: an error');
is($out, 'lives', '... and the session lives on');
$cluster->stop;

# ---- hostile mail in little memory ------------------------------------------

# What the server itself needs, measured: a session's address space, and some more.
my $scale = $ENV{HOSTILE_SCALE} || 0.1;
my $folder = tempdir(CLEANUP => 1);
chmod 0755, $folder;
system($^X, "$FindBin::Bin/make_hostile.pl", $folder, $scale) == 0 or BAIL_OUT('make_hostile.pl failed');
my @mails = sort glob "$folder/*.eml";

my %kinds = map { m{([^/]+)\.eml$} ? ($1 => 1) : () } @mails;
my @hazards = qw(to-groups to-groups-2mb to-groups-returned parameter-name-70 parameter-name-71 parameter-name-72 subject-1mb subject-5mb
    xheader-20mb parts-1000000 boundaries-1000 boundary-empty header-lines nested-multipart-10000 nested-multipart-100000 no-line-end
    subject-encoded-words bad-utf8 bad-us-ascii unknown-charset nuls base64-one-line base64-rubbish);
is(join(' ', grep { !$kinds{$_} } @hazards), '', 'each known hazard is among the mails');

sub in_memory {
    my ($kilobytes) = @_;
    $cluster->start(before => "ulimit -v $kilobytes", patience => 30) or return 0;
    my $session = Session->new('host=' . $cluster->{dir} . ' port=5432 user=postgres dbname=postgres');
    my $pid = $session->ask('SELECT pg_backend_pid()');
    if ($pid !~ /^\d+$/ || $session->ask("SELECT reason FROM bounce_parse_reply('550 5.1.1 User unknown')") ne 'userunknown') {
        # not even that
        $cluster->stop;
        return 0;
    }
    my (@strange, $rows, $short);
    for my $mail (@mails) {
        for my $call ("SELECT count(*) FROM bounce_parse(pg_read_binary_file('$mail'), true)", "SELECT count(*) FROM bounce_explain(pg_read_binary_file('$mail'))") {
            my $answer = $session->ask($call);
            if ($answer =~ /^\d+$/) { $rows++ }
            elsif ($answer =~ /ERROR:  out of memory/) { $short++ }
            else { push @strange, "$mail: $call: $answer" }
        }
    }
    is("@strange[0 .. ($#strange < 2 ? $#strange : 2)]", '', "$kilobytes kB: rows, or out of memory (" . ($rows || 0) . ' and ' . ($short || 0) . ')');
    is($session->ask('SELECT pg_backend_pid()'), $pid, '... the session lives on');
    is($session->ask("SELECT reason FROM bounce_parse_reply('550 5.1.1 User unknown')"), 'userunknown', '... and reads mail');
    undef $session;
    $cluster->stop;
    return $short || 0;
}

# A server with sanitizers maps terabytes at once.
if ($size > 8_000_000) { done_testing(); exit 0 }

# Above what a session has that reads a reply and nothing else.
my $short = 0;
$short += in_memory($size + $_) for 1_000, 4_000, 16_000, 64_000;
cmp_ok($short, '>', 0, 'memory was short now and then');

my $log = do { local (@ARGV, $/) = ("$cluster->{dir}/log"); <> };
unlike($log, qr/was terminated by signal|PANIC|reinitializing|GLib/, 'no process ended before its time');

done_testing();
