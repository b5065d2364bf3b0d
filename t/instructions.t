# instructions.t - what a mail costs the library, in instructions: unlike the
# time they are the same on any day.  t/ceilings has the bound.
use strict;
use warnings;
use FindBin;
use Test::More;

chomp(my $machine = `uname -m`);
plan skip_all => "the bound is one for x86_64, this is $machine" if $machine ne 'x86_64';
plan skip_all => 'valgrind is missing' if system('valgrind --version >/dev/null 2>&1') != 0;

my $top = "$FindBin::Bin/..";
my %ceiling;
open my $ceilings, '<', "$FindBin::Bin/ceilings" or die "t/ceilings: $!\n";
/^(\w+)=(\d+)$/ and $ceiling{$1} = $2 for <$ceilings>;

my $make = $ENV{MAKE} || 'make';
system("cd '$top' && $make -s build/bench/library >&2") == 0 or die "build/bench/library: not built\n";
chomp(my $count = `cd '$top' && find samples/mail -type f | LC_ALL=C sort | bench/count build/bench/library`);
plan skip_all => 'valgrind can\'t run the program' if $count !~ /^\d+$/;
note("measured: $count instructions a mail, at most $ceiling{library}");
cmp_ok($count, '<=', $ceiling{library}, 'not more than the bound');

done_testing();
