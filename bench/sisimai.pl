#!/usr/bin/perl
# sisimai.pl NAME MESSAGES: Sisimai for Perl, on mails in memory, by its documented
# interface: rise() of version 5, make() before.  Reads names of files, prints a
# line, as the C programs do (see mails.h).
#
# sisimai.pl --version: prints its version.
#
# sisimai.pl --once SECONDS SMALL FILE: reads one mail, after a small one that has
# it load its modules, and prints a line as growth.c does.  If that takes longer
# than SECONDS, SIGALRM ends it.
use strict;
use warnings;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);
use Sisimai;

if (@ARGV && $ARGV[0] eq '--version') {
	print Sisimai->version, "\n";
	exit;
}

my $read = Sisimai->can('rise') || Sisimai->can('make') or die "neither rise() nor make()\n";

sub content {
	my $path = shift;
	open my $file, '<:raw', $path or die "$path: $!\n";
	local $/;
	return scalar <$file>;
}

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

if (@ARGV && $ARGV[0] eq '--once') {
	my (undef, $limit, $small, $path) = @ARGV;
	my $mail = content($path);
	read_mail(content($small));
	my $memory = peak_memory();
	alarm $limit;
	my $start = clock_gettime(CLOCK_MONOTONIC);
	my $rows  = read_mail($mail);
	my $seconds = clock_gettime(CLOCK_MONOTONIC) - $start;
	alarm 0;
	printf "%d\t%.9f\t%d\t%d\n", length $mail, $seconds, $rows, peak_memory() - $memory;
	exit;
}

my ($name, $count) = @ARGV;
my @mails = map { chomp; content($_) } <STDIN>;
@mails or die "no mails\n";

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
