#!/usr/bin/perl
# sisimai.pl NAME MESSAGES: Sisimai for Perl, on mails in memory, by its documented
# interface: rise() of version 5, make() before.  Reads names of files, prints a
# line, as the C programs do (see mails.h).  "sisimai.pl --version" prints its
# version.
use strict;
use warnings;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);
use Sisimai;

if (@ARGV && $ARGV[0] eq '--version') {
	print Sisimai->version, "\n";
	exit;
}

my ($name, $count) = @ARGV;
my $read = Sisimai->can('rise') || Sisimai->can('make') or die "neither rise() nor make()\n";
my @mails = map {
	open my $file, '<:raw', $_ or die "$_: $!\n";
	local $/;
	scalar <$file>;
} map { chomp; $_ } <STDIN>;
@mails or die "no mails\n";

sub peak_memory {
	open my $status, '<', '/proc/self/status' or return 0;
	my ($peak) = map { /^VmHWM:\s+(\d+)/ ? $1 : () } <$status>;
	return $peak || 0;
}

sub read_mail {
	my $mail = shift;                       # its own copy: it may be changed
	my $rows = eval { $read->('Sisimai', \$mail) };
	return $rows ? scalar @$rows : 0;
}

# It loads its modules when it first needs them: one pass before the clock runs.
my $memory = peak_memory();
read_mail($_) for @mails;

my ($bytes, $rows) = (0, 0);
my $start = clock_gettime(CLOCK_MONOTONIC);
for my $i (0 .. $count - 1) {
	$rows += read_mail($mails[$i % @mails]);
}
my $seconds = clock_gettime(CLOCK_MONOTONIC) - $start;
$bytes += length $mails[$_ % @mails] for 0 .. $count - 1;
printf "%s\t%d\t%d\t%.6f\t%d\t%d\n", $name, $count, $bytes, $seconds, $rows, peak_memory() - $memory;
