# Tables - what the reports of bench/ share: results from files of lines whose
# fields are separated by tabs, numbers as people read them, tables as text and
# as Markdown.
package Tables;

use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(lines_of median with_commas short text_table markdown_table escaped);

sub lines_of {
	open my $file, '<', $_[0] or die "$_[0]: $!\n";
	return map { chomp; [ split /\t/, $_, -1 ] } <$file>;
}

sub median {
	my @sorted = sort { $a <=> $b } @_;
	return undef unless @sorted;
	my $half = int(@sorted / 2);
	return @sorted % 2 ? $sorted[$half] : ($sorted[ $half - 1 ] + $sorted[$half]) / 2;
}

sub with_commas {
	my $number = sprintf '%.0f', shift;
	1 while $number =~ s/^(\d+)(\d{3})/$1,$2/;
	return $number;
}

# 123, 12.3, 1.23: three digits tell enough
sub short {
	my $number = shift;
	return '' unless defined $number;
	return with_commas($number) if $number >= 100;
	return sprintf $number >= 10 ? '%.1f' : '%.2f', $number;
}

# Bytes are not columns: ± and µ take two.
sub width { my $text = shift; utf8::decode($text); return length $text }

# A row of heads and rows of cells; numbers to the right, but for the first column.
sub text_table {
	my @rows = @_;
	my @widths = map {
		my $i = $_;
		my ($widest) = sort { $b <=> $a } map { width($_->[$i]) } @rows;
		$widest;
	} 0 .. $#{ $rows[0] };
	for my $row (@rows) {
		my $line = join '  ', map {
			my $fill = ' ' x ($widths[$_] - width($row->[$_]));
			$_ == 0 ? $row->[$_] . $fill : $fill . $row->[$_];
		} 0 .. $#$row;
		$line =~ s/ +$//;
		print "$line\n";
	}
}

sub markdown_table {
	my ($heads, @rows) = @_;
	print join(' | ', map { length $_ ? $_ : ' ' } @$heads), "\n";
	print join(' | ', '---', ('--:') x $#$heads), "\n";
	print join(' | ', map { length $_ ? $_ : ' ' } @$_), "\n" for @rows;
}

sub escaped {
	my $text = shift;
	$text =~ s/&/&amp;/g;
	$text =~ s/</&lt;/g;
	return $text;
}

1;
