#!/usr/bin/env perl
#
# make_hostile.pl - write mail that is meant to hurt a parser
#
#   make_hostile.pl OUTDIR [SCALE] [NAME...]
#   make_hostile.pl --list
#
# Writes one file a kind, OUTDIR/NAME.eml.  SCALE (default 1) multiplies every
# count and size, so that the same input at 0.5 and at 1 shows whether cost
# grows linearly: twice the bytes may take twice the time, not four times.
# With NAMEs only those are written.  --list prints "name<TAB>what it is".
#
# Every file is a pure function of its name and SCALE: no clock, no randomness
# from outside, so that a time measured today can be compared with tomorrow's.
# Nothing is read, and nothing is written outside OUTDIR.
#
use strict;
use warnings;

my $scale = 1;

# A count at the chosen scale, never less than one.
sub times_scale { my $n = int($_[0] * $scale + 0.5); return $n > 1 ? $n : 1 }

# Print a piece many times without holding the result in memory.
sub repeat
{
	my ($out, $piece, $count) = @_;
	my $batch = int(65536 / (length($piece) || 1)) || 1;

	while ($count > 0)
	{
		my $n = $count < $batch ? $count : $batch;

		print $out $piece x $n;
		$count -= $n;
	}
}

# Print what a generator makes of each number from 0 up.
sub series
{
	my ($out, $count, $make) = @_;
	my $buffer = '';

	for my $i (0 .. $count - 1)
	{
		$buffer .= $make->($i);
		next if length($buffer) < 65536;
		print $out $buffer;
		$buffer = '';
	}
	print $out $buffer;
}

# The header of a daemon's mail: hostile input has to look like a bounce,
# or it would be set aside before the code under test sees it.
sub daemon_header
{
	my ($extra) = @_;

	return "Return-Path: <>\n"
	  . "From: Mail Delivery System <MAILER-DAEMON\@mx.example.org>\n"
	  . "To: sender\@example.org\n"
	  . "Subject: Undelivered Mail Returned to Sender\n"
	  . "Date: Mon, 2 Mar 2026 10:00:00 +0000\n"
	  . "Message-ID: <hostile\@mx.example.org>\n"
	  . ($extra // '');
}

sub report_header
{
	return daemon_header("MIME-Version: 1.0\n"
		  . "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n");
}

my $notice = "\n--b\nContent-Type: text/plain\n\nYour message could not be delivered.\n";

my $per_message = "\n--b\nContent-Type: message/delivery-status\n\n"
  . "Reporting-MTA: dns; mx.example.org\n\n";

my $one_recipient = "Final-Recipient: rfc822; user\@example.net\nAction: failed\n"
  . "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n";

my $returned = "\n--b\nContent-Type: text/rfc822-headers\n\n"
  . "From: sender\@example.org\nTo: user\@example.net\nSubject: hello\n"
  . "Message-ID: <1\@example.org>\n\n--b--\n";

# A whole report with something put in one place: "notice" instead of the
# words, "text" after them, "machine" instead of the recipient's fields,
# "returned" as the returned message.
sub report
{
	my ($out, %put) = @_;

	print $out report_header(), $put{notice} // $notice;
	$put{text}->($out) if $put{text};
	print $out $per_message;
	if ($put{machine}) { $put{machine}->($out) }
	else { print $out $one_recipient }
	if ($put{returned})
	{
		print $out "\n--b\nContent-Type: message/rfc822\n\n";
		$put{returned}->($out);
		print $out "\n--b--\n";
	}
	else { print $out $returned }
}

# A whole report with hostile header fields first, before the plain ones of
# the same name: a reader takes the first.
sub report_with_top
{
	my ($out, $top) = @_;

	$top->($out);
	print $out report_header(), $notice, $per_message, $one_recipient, $returned;
}

sub nested_multipart
{
	my ($out, $depth) = @_;

	print $out daemon_header("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"n0\"\n");
	series($out, $depth,
		sub { my $i = shift; "\n--n$i\nContent-Type: multipart/mixed; boundary=\"n" . ($i + 1) . "\"\n" });
	print $out "\n--n$depth\nContent-Type: message/delivery-status\n\n",
	  "Reporting-MTA: dns; mx.example.org\n\n", $one_recipient;
	series($out, $depth + 1, sub { "\n--n" . ($depth - $_[0]) . "--\n" });
}

sub dsn_recipients
{
	my ($out, $count) = @_;

	report($out, machine => sub {
			series($_[0], $count, sub {
					"Final-Recipient: rfc822; user$_[0]\@example.net\nAction: failed\nStatus: 5.1.1\n"
					  . "Diagnostic-Code: smtp; 550 5.1.1 <user$_[0]\@example.net>: User unknown\n\n"
			});
	});
}

my @base64 = ('A' .. 'Z', 'a' .. 'z', 0 .. 9, '+', '/');

# name, what it is, how it is written to a file handle
my @kinds = (

	# -- the smallest
	[ 'empty', 'no byte', sub { } ],
	[ 'one-byte', 'one letter', sub { print { $_[0] } 'F' } ],
	[ 'one-newline', 'one line end', sub { print { $_[0] } "\n" } ],
	[ 'one-nul', 'one NUL', sub { print { $_[0] } "\0" } ],
	[ 'colon-only', 'one colon', sub { print { $_[0] } ':' } ],
	[ 'only-cr', '10 MB of CR', sub { repeat($_[0], "\r", times_scale(10_000_000)) } ],
	[ 'only-lf', '10 MB of LF', sub { repeat($_[0], "\n", times_scale(10_000_000)) } ],
	[ 'only-crcrlf', '9 MB of CR CR LF', sub { repeat($_[0], "\r\r\n", times_scale(3_000_000)) } ],
	[ 'only-dashes', '10 MB of -- lines', sub { repeat($_[0], "--\n", times_scale(3_500_000)) } ],
	[ 'only-dashes-one-line', '10 MB of dashes', sub { repeat($_[0], '--', times_scale(5_000_000)) } ],
	[ 'only-blanks', '10 MB of blanks', sub { repeat($_[0], ' ', times_scale(10_000_000)) } ],
	[ 'only-folds', '5 million folded lines and nothing to fold', sub { repeat($_[0], " \n", times_scale(5_000_000)) } ],
	[ 'only-nuls', '10 MB of NUL', sub { repeat($_[0], "\0", times_scale(10_000_000)) } ],
	[ 'only-colons', '10 MB of colon lines', sub { repeat($_[0], ":\n", times_scale(5_000_000)) } ],
	[ 'only-from-lines', '200,000 mbox From lines', sub { repeat($_[0], "From MAILER-DAEMON Mon Mar  2 10:00:00 2026\n", times_scale(200_000)) } ],
	[ 'no-line-end', '50 MB without a line end, as a header', sub { print { $_[0] } 'Subject: '; repeat($_[0], 'x', times_scale(50_000_000)) } ],
	[ 'no-line-end-body', '50 MB without a line end, as a body', sub { print { $_[0] } daemon_header(), "\n"; repeat($_[0], 'x', times_scale(50_000_000)) } ],
	[ 'noise', '5 MB of every byte value in a fixed disorder', sub {
			my $x = 1;

			series($_[0], times_scale(5_000_000), sub { $x = ($x * 1103515245 + 12345) % 2147483648; chr(($x >> 16) & 255) });
	} ],

	# -- header fields
	[ 'to-groups', 'To: of 90 KB, address groups a:a:a: ...', sub {
			report_with_top($_[0], sub { print { $_[0] } 'To: '; repeat($_[0], 'a:', times_scale(45_000)); print { $_[0] } "\n" });
	} ],
	[ 'to-groups-2mb', 'To: of 2 MB, address groups', sub {
			report_with_top($_[0], sub { print { $_[0] } 'To: '; repeat($_[0], 'a:', times_scale(1_000_000)); print { $_[0] } "\n" });
	} ],
	[ 'to-groups-returned', 'From and To of the returned message are address groups of 90 KB', sub {
			report($_[0], returned => sub {
					for my $name ('From', 'To')
					{
						print { $_[0] } "$name: ";
						repeat($_[0], 'a:', times_scale(45_000));
						print { $_[0] } "\n";
					}
					print { $_[0] } "\nhello\n";
			});
	} ],
	[ 'to-routes', 'To: with 200,000 source routes', sub {
			report_with_top($_[0], sub { print { $_[0] } 'To: <'; repeat($_[0], '@a,', times_scale(200_000)); print { $_[0] } ":u\@example.org>\n" });
	} ],
	[ 'to-commas', 'To: of 1 MB of commas', sub {
			report_with_top($_[0], sub { print { $_[0] } 'To: '; repeat($_[0], ',', times_scale(1_000_000)); print { $_[0] } "\n" });
	} ],
	[ 'to-angles', 'To: of 1 MB of <', sub {
			report_with_top($_[0], sub { print { $_[0] } 'To: '; repeat($_[0], '<', times_scale(1_000_000)); print { $_[0] } "\n" });
	} ],
	[ 'from-comments', 'From with comments nested 1,000,000 deep', sub {
			report_with_top($_[0], sub { print { $_[0] } 'From: '; repeat($_[0], '(', times_scale(1_000_000)); print { $_[0] } "\n" });
	} ],
	[ 'from-comments-closed', 'From with nested comments that close again', sub {
			report_with_top($_[0], sub {
					print { $_[0] } 'From: ';
					repeat($_[0], '(', times_scale(500_000));
					repeat($_[0], ')', times_scale(500_000));
					print { $_[0] } " MAILER-DAEMON\@example.org\n";
			});
	} ],
	[ 'from-quotes', 'From of 1 MB of open quotes and backslashes', sub {
			report_with_top($_[0], sub { print { $_[0] } 'From: "'; repeat($_[0], '\\"', times_scale(500_000)); print { $_[0] } "\n" });
	} ],
	[ 'subject-1mb', 'Subject of 1 MB', sub {
			report_with_top($_[0], sub { print { $_[0] } 'Subject: '; repeat($_[0], 'Undelivered ', times_scale(85_000)); print { $_[0] } "\n" });
	} ],
	[ 'subject-5mb', 'Subject of 5 MB', sub {
			report_with_top($_[0], sub { print { $_[0] } 'Subject: '; repeat($_[0], 'Undelivered ', times_scale(420_000)); print { $_[0] } "\n" });
	} ],
	[ 'subject-encoded-words', 'Subject of a million RFC 2047 words', sub {
			report_with_top($_[0], sub { print { $_[0] } "Subject:\n"; repeat($_[0], " =?utf-8?B?w6Q=?=\n", times_scale(1_000_000)) });
	} ],
	[ 'subject-encoded-words-returned', 'the same in the returned message', sub {
			report($_[0], returned => sub { print { $_[0] } "Subject:\n"; repeat($_[0], " =?utf-8?Q?=C3=A4?=\n", times_scale(1_000_000)); print { $_[0] } "\nhello\n" });
	} ],
	[ 'subject-half-words', 'Subject of 2 MB of words that never end', sub {
			report_with_top($_[0], sub { print { $_[0] } 'Subject: '; repeat($_[0], '=?', times_scale(1_000_000)); print { $_[0] } "\n" });
	} ],
	[ 'subject-unknown-charset', 'words in charsets that nobody knows', sub {
			report_with_top($_[0], sub { print { $_[0] } "Subject:\n"; series($_[0], times_scale(100_000), sub { " =?x-no-such-$_[0]?B?w6Q=?=\n" }) });
	} ],
	[ 'xheader-20mb', 'one X- field of 20 MB', sub {
			report_with_top($_[0], sub { print { $_[0] } 'X-Filler: '; repeat($_[0], 'filler ', times_scale(2_900_000)); print { $_[0] } "\n" });
	} ],
	[ 'xheader-20mb-folded', 'one X- field of 20 MB, folded', sub {
			report_with_top($_[0], sub { print { $_[0] } "X-Filler:\n"; repeat($_[0], " filler\n", times_scale(2_500_000)) });
	} ],
	[ 'header-lines', 'a million header fields', sub {
			report_with_top($_[0], sub { series($_[0], times_scale(1_000_000), sub { "X-Field-$_[0]: value\n" }) });
	} ],
	[ 'header-same-field', 'the same field 500,000 times', sub {
			report_with_top($_[0], sub { repeat($_[0], "X-Failed-Recipients: user\@example.net\n", times_scale(500_000)) });
	} ],
	[ 'header-failed-recipients', 'X-Failed-Recipients with 500,000 addresses', sub {
			print { $_[0] } daemon_header(), "X-Failed-Recipients: u\@example.net";
			series($_[0], times_scale(500_000), sub { ",\n u$_[0]\@example.net" });
			print { $_[0] } "\n\nThis message was created automatically by mail delivery software.\n";
	} ],
	[ 'header-received', '200,000 Received fields', sub {
			report_with_top($_[0], sub { repeat($_[0], "Received: from a by b for <user\@example.net>; Mon, 2 Mar 2026 10:00:00 +0000\n", times_scale(200_000)) });
	} ],
	[ 'header-folded-without-end', 'a folded field that never ends', sub {
			print { $_[0] } daemon_header(), "X-Fold: a\n";
			repeat($_[0], "\tmore\n", times_scale(2_000_000));
	} ],
	[ 'header-fold-unread', 'the Subject folded over a million lines', sub {
			report_with_top($_[0], sub { print { $_[0] } "Subject: a\n"; repeat($_[0], " b\n", times_scale(1_000_000)) });
	} ],
	[ 'header-no-colon', 'a million header lines without a colon', sub {
			print { $_[0] } daemon_header();
			repeat($_[0], "no colon here\n", times_scale(1_000_000));
			print { $_[0] } "\n", $one_recipient;
	} ],
	[ 'header-name-5mb', 'a field name of 5 MB', sub {
			report_with_top($_[0], sub { repeat($_[0], 'X', times_scale(5_000_000)); print { $_[0] } ": value\n" });
	} ],
	[ 'date-1mb', 'Date of 1 MB', sub {
			report_with_top($_[0], sub { print { $_[0] } 'Date: '; repeat($_[0], 'Mon, 2 Mar 2026 ', times_scale(62_500)); print { $_[0] } "\n" });
	} ],
	[ 'date-digits', 'Date of 1 MB of digits', sub {
			report_with_top($_[0], sub { print { $_[0] } 'Date: '; repeat($_[0], '9', times_scale(1_000_000)); print { $_[0] } "\n" });
	} ],
	[ 'date-impossible', 'dates out of every range', sub {
			report($_[0], machine => sub {
					my ($out) = @_;

					for my $date ('Fri, 99 Xyz 99999999999999999999 99:99:99 +9999', '0 Jan 0000 00:00:00 -9999',
						'31 Feb 2026 24:61:61 +1460', '1 Jan 9999999 00:00:00 +0000', '-1 Jan -5 -1:-1:-1 Z',
						'1 Jan 300000 00:00:00 +0000', 'Thu, 1 Jan 1970 00:00:00 -9223372036854775808')
					{
						print $out $one_recipient, "Last-Attempt-Date: $date\nWill-Retry-Until: $date\n\n";
					}
			});
	} ],

	# -- content types and boundaries
	(map {
		my $length = $_;

		[ "parameter-name-$length", "a parameter name of $length bytes", sub {
				print { $_[0] } daemon_header("MIME-Version: 1.0\nContent-Type: multipart/report;\n report-type=delivery-status;\n "
					  . ('n' x $length) . "=v;\n boundary=\"b\"\n"), $notice, $per_message, $one_recipient, $returned;
		} ]
	} 69 .. 73),
	[ 'parameters-100000', 'Content-Type with 100,000 parameters', sub {
			print { $_[0] } daemon_header("MIME-Version: 1.0\nContent-Type: multipart/report; boundary=\"b\"");
			series($_[0], times_scale(100_000), sub { ";\n p$_[0]=\"v\"" });
			print { $_[0] } "\n", $notice, $per_message, $one_recipient, $returned;
	} ],
	[ 'parameter-continuations', 'a boundary in 100,000 RFC 2231 pieces', sub {
			print { $_[0] } daemon_header("MIME-Version: 1.0\nContent-Type: multipart/report");
			series($_[0], times_scale(100_000), sub { ";\n boundary*$_[0]*=%62" });
			print { $_[0] } "\n", $notice, $per_message, $one_recipient, $returned;
	} ],
	[ 'parameter-semicolons', 'Content-Type of 1 MB of semicolons', sub {
			print { $_[0] } daemon_header("MIME-Version: 1.0\nContent-Type: multipart/report");
			repeat($_[0], ';', times_scale(1_000_000));
			print { $_[0] } "boundary=b\n", $notice, $per_message, $one_recipient, $returned;
	} ],
	[ 'boundary-100kb', 'a boundary of 100 KB', sub {
			my $long = 'B' x times_scale(100_000);

			print { $_[0] } daemon_header("MIME-Version: 1.0\nContent-Type: multipart/report; boundary=\"$long\"\n"),
			  "\n--$long\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n$one_recipient\n--$long--\n";
	} ],
	[ 'boundary-empty', 'an empty boundary and a million -- lines', sub {
			print { $_[0] } daemon_header("MIME-Version: 1.0\nContent-Type: multipart/report; boundary=\"\"\n");
			repeat($_[0], "\n--\nx\n", times_scale(1_000_000));
	} ],
	[ 'boundary-almost', '100,000 lines that differ from the boundary in the last byte', sub {
			my $name = 'c' x 69;

			print { $_[0] } daemon_header("MIME-Version: 1.0\nContent-Type: multipart/report; boundary=\"${name}d\"\n\n");
			repeat($_[0], "--${name}e\n", times_scale(100_000));
			print { $_[0] } "--${name}d\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n$one_recipient\n--${name}d--\n";
	} ],
	[ 'boundaries-1000', '1,000 boundaries open at once and 10 MB of -- lines', sub {
			print { $_[0] } daemon_header("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"n0\"\n");
			series($_[0], 1000, sub { my $i = shift; "\n--n$i\nContent-Type: multipart/mixed; boundary=\"n" . ($i + 1) . "\"\n" });
			repeat($_[0], "\n--nx\n", times_scale(1_700_000));
	} ],
	[ 'boundaries-1000-prefixes', '1,000 boundaries, each the beginning of the next', sub {
			my $open = times_scale(1000);

			print { $_[0] } daemon_header("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"n\"\n");
			series($_[0], $open, sub { my $i = shift; "\n--" . ('n' x ($i + 1)) . "\nContent-Type: multipart/mixed; boundary=\"" . ('n' x ($i + 2)) . "\"\n" });
			repeat($_[0], "\n--" . ('n' x 900) . "x\n", times_scale(5_000));
	} ],
	[ 'parts-1000000', '7 MB with a million parts', sub {
			print { $_[0] } daemon_header("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n");
			repeat($_[0], "\n--b\n\n", times_scale(1_000_000));
			print { $_[0] } "\n--b--\n";
	} ],
	[ 'parts-delivery-status', '100,000 message/delivery-status parts', sub {
			print { $_[0] } report_header();
			series($_[0], times_scale(100_000), sub {
					"\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
					  . "Final-Recipient: rfc822; user$_[0]\@example.net\nAction: failed\nStatus: 5.1.1\n"
			});
			print { $_[0] } "\n--b--\n";
	} ],
	[ 'nested-multipart-10000', 'multipart nested 10,000 deep', sub { nested_multipart($_[0], times_scale(10_000)) } ],
	[ 'nested-multipart-100000', 'multipart nested 100,000 deep', sub { nested_multipart($_[0], times_scale(100_000)) } ],
	[ 'nested-same-boundary', 'multipart nested 100,000 deep, one boundary for all', sub {
			print { $_[0] } report_header();
			repeat($_[0], "\n--b\nContent-Type: multipart/mixed; boundary=\"b\"\n", times_scale(100_000));
			print { $_[0] } "\n--b\nContent-Type: message/delivery-status\n\n", $one_recipient;
	} ],
	[ 'nested-rfc822-10000', 'message/rfc822 nested 10,000 deep', sub {
			repeat($_[0], "From: MAILER-DAEMON\@example.org\nContent-Type: message/rfc822\n\n", times_scale(10_000));
			print { $_[0] } report_header(), $notice, $per_message, $one_recipient, $returned;
	} ],
	[ 'nested-bounces', 'a bounce in a bounce, 5,000 deep', sub {
			my $depth = times_scale(5_000);

			series($_[0], $depth, sub {
					daemon_header("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"w$_[0]\"\n")
					  . "\n--w$_[0]\nContent-Type: message/rfc822\n\n"
			});
			print { $_[0] } report_header(), $notice, $per_message, $one_recipient, $returned;
			series($_[0], $depth, sub { "\n--w" . ($depth - 1 - $_[0]) . "--\n" });
	} ],
	[ 'cut-in-boundary', 'a report that ends within a boundary line', sub {
			print { $_[0] } report_header(), $notice, $per_message, $one_recipient, "\n--";
	} ],
	[ 'cut-in-header', 'a report that ends within a field name', sub {
			print { $_[0] } report_header(), $notice, $per_message, "Final-Rec";
	} ],

	# -- bodies and encodings
	[ 'base64-bomb', 'the notice is 20 MB of base64', sub {
			report($_[0], notice => "\n--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n",
				text => sub { repeat($_[0], 'PGFAYi5leGFtcGxlPjo' x 4 . "\n", times_scale(260_000)) });
	} ],
	[ 'base64-one-line', '10 MB of base64 in one line', sub {
			report($_[0], notice => "\n--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n",
				text => sub { repeat($_[0], 'PGFAYi5leGFtcGxlPjo=', times_scale(500_000)) });
	} ],
	[ 'base64-rubbish', 'base64 of which nine bytes in ten are not base64', sub {
			report($_[0], notice => "\n--b\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n",
				text => sub { series($_[0], times_scale(500_000), sub { $base64[ $_[0] % 64 ] . '!?*<>:;,.' }) });
	} ],
	[ 'base64-in-base64', 'base64 parts in base64 messages, a thousand times', sub {
			print { $_[0] } report_header();
			repeat($_[0], "\n--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nQ29udGVudC1UeXBlOiBtZXNzYWdlL3JmYzgyMgpDb250ZW50LVRyYW5zZmVyLUVuY29kaW5nOiBiYXNlNjQKCg==\n", times_scale(1_000));
			print { $_[0] } "\n--b--\n";
	} ],
	[ 'quoted-printable-equals', '10 MB of = in quoted-printable', sub {
			report($_[0], notice => "\n--b\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n",
				text => sub { repeat($_[0], '=', times_scale(10_000_000)) });
	} ],
	[ 'quoted-printable-soft-breaks', 'one line of 2 million soft line breaks', sub {
			report($_[0], notice => "\n--b\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n",
				text => sub { repeat($_[0], "x=\n", times_scale(2_000_000)) });
	} ],
	[ 'bad-utf8', 'text that says utf-8 and is not', sub {
			report($_[0], notice => "\n--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n",
				text => sub { repeat($_[0], "<user\@example.net>: \xff\xfe\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80\xc3 \xe2\x82\n", times_scale(50_000)) },
				machine => sub { print { $_[0] } "Final-Recipient: rfc822; us\xff\xe9r\@example.net\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 \xc3\x28 \xa0\xa1 unknown\n" });
	} ],
	[ 'bad-utf8-returned', 'Subject, From and Message-ID of the returned message in raw 8 bit', sub {
			report($_[0], returned => sub { print { $_[0] } "From: \xe9\xff <s\xe9nder\@example.org>\nSubject: \x80\x81\xfe\nMessage-ID: <\xff\@example.org>\n\n\xff\n" });
	} ],
	[ 'bad-us-ascii', 'text that says us-ascii and has 8 bits', sub {
			report($_[0], notice => "\n--b\nContent-Type: text/plain; charset=us-ascii\n\n",
				text => sub { repeat($_[0], "\x80\x81\xfe<user\@example.net>: unbekannt f\xfcr uns\n", times_scale(50_000)) });
	} ],
	[ 'unknown-charset', 'a charset that nobody knows', sub {
			report($_[0], notice => "\n--b\nContent-Type: text/plain; charset=\"x-no-such-charset//TRANSLIT\"\n\n",
				text => sub { repeat($_[0], "\xa4\xa2\xa4\xa4 <user\@example.net>: 550 5.1.1\n", times_scale(50_000)) });
	} ],
	[ 'charset-escapes', 'ISO-2022-JP of escape sequences only', sub {
			report($_[0], notice => "\n--b\nContent-Type: text/plain; charset=ISO-2022-JP\n\n",
				text => sub { repeat($_[0], "\e\$B\e(B\e\$\@\e(J", times_scale(500_000)); print { $_[0] } "\e\$B\n" });
	} ],
	[ 'charset-utf7', 'UTF-7 that never shifts back', sub {
			report($_[0], notice => "\n--b\nContent-Type: text/plain; charset=unicode-1-1-utf-7\n\n",
				text => sub { repeat($_[0], '+AOQ', times_scale(500_000)) });
	} ],
	[ 'charset-utf16', 'UTF-16 with half pairs and an odd length', sub {
			report($_[0], notice => "\n--b\nContent-Type: text/plain; charset=UTF-16\n\n",
				text => sub { repeat($_[0], "\xd8\x00", times_scale(500_000)); print { $_[0] } 'x' });
	} ],
	[ 'nuls', 'NULs in header, text, report and returned message', sub {
			print { $_[0] } "Return-Path: <>\nFrom: MAILER\0-DAEMON\@example.org\nSubject: Undelivered\0 Mail\n",
			  "MIME-Version: 1.0\nContent-Type: multipart/report; boundary=\"b\"\n\n--b\n\n<us\0er\@example.net>: 550 \0 5.1.1\0\n",
			  "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; \0\n\nFinal-Recipient: rfc822; us\0er\@example.net\nAction: failed\0\n",
			  "Status: 5.1.1\0\nDiagnostic-Code: smtp; 550 5.1.1 \0 unknown\n\n--b\nContent-Type: message/rfc822\n\nSubject: a\0b\nMessage-ID: <1\0\@example.org>\n\n\0\n--b--\n";
	} ],
	[ 'attachment-50mb', 'an ordinary report whose returned message has 50 MB attached', sub {
			report($_[0], returned => sub {
					print { $_[0] } "From: sender\@example.org\nTo: user\@example.net\nSubject: film\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n";
					repeat($_[0], "UGxlYXNlIGRvIG5vdCByZWFkIG1lLiBUaGVyZSBpcyBub3RoaW5nIGhlcmUu\n", times_scale(820_000));
			});
	} ],

	# -- reports
	[ 'dsn-100000-recipients', 'a DSN with 100,000 recipients', sub { dsn_recipients($_[0], times_scale(100_000)) } ],
	[ 'dsn-1000000-recipients', 'a DSN with a million recipients', sub { dsn_recipients($_[0], times_scale(1_000_000)) } ],
	[ 'dsn-same-recipient', 'a DSN with the same recipient 200,000 times', sub {
			report($_[0], machine => sub { repeat($_[0], "$one_recipient\n", times_scale(200_000)) });
	} ],
	[ 'dsn-empty-groups', 'a DSN of 5 million empty groups', sub {
			report($_[0], machine => sub { repeat($_[0], "\n", times_scale(5_000_000)); print { $_[0] } $one_recipient });
	} ],
	[ 'dsn-no-blank-lines', '100,000 recipients without a blank line between them', sub {
			report($_[0], machine => sub { series($_[0], times_scale(100_000), sub { "Final-Recipient: rfc822; user$_[0]\@example.net\nAction: failed\nStatus: 5.1.1\n" }) });
	} ],
	[ 'dsn-text-for-each', '20,000 recipients in the report and in the text', sub {
			my $n = times_scale(20_000);

			report($_[0],
				text => sub { series($_[0], $n, sub { "\n<user$_[0]\@example.net>: host mx.example.net[192.0.2.1] said: 550 5.1.1 User\n    unknown (in reply to RCPT TO command)\n" }) },
				machine => sub { series($_[0], $n, sub { "Final-Recipient: rfc822; user$_[0]\@example.net\nAction: failed\nStatus: 5.0.0\n\n" }) });
	} ],
	[ 'status-digits', 'a Status of 1 MB of digits', sub {
			report($_[0], machine => sub {
					print { $_[0] } "Final-Recipient: rfc822; user\@example.net\nAction: failed\nStatus: 5.";
					repeat($_[0], '1', times_scale(1_000_000));
					print { $_[0] } ".1\nDiagnostic-Code: smtp; 550";
					repeat($_[0], '0', times_scale(1_000_000));
					print { $_[0] } " 5.1.1 unknown\n";
			});
	} ],
	[ 'status-dots', 'a Status of 1 MB of 5.5.5.5', sub {
			report($_[0], machine => sub {
					print { $_[0] } "Final-Recipient: rfc822; user\@example.net\nAction: failed\nStatus: ";
					repeat($_[0], '5.', times_scale(500_000));
					print { $_[0] } "\n";
			});
	} ],
	[ 'diagnostic-folded', 'a Diagnostic-Code folded over a million lines', sub {
			report($_[0], machine => sub {
					print { $_[0] } "Final-Recipient: rfc822; user\@example.net\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550";
					repeat($_[0], "\n user", times_scale(1_000_000));
					print { $_[0] } "\n unknown\n";
			});
	} ],
	[ 'diagnostic-5mb', 'a Diagnostic-Code of 5 MB in one line', sub {
			report($_[0], machine => sub {
					print { $_[0] } "Final-Recipient: rfc822; user\@example.net\nAction: failed\nDiagnostic-Code: smtp; ";
					repeat($_[0], '550-5.1.1 mailbox ', times_scale(280_000));
					print { $_[0] } "550 5.1.1 unknown\n";
			});
	} ],
	[ 'diagnostic-many-codes', 'replies within replies, 100,000 times', sub {
			report($_[0], machine => sub {
					print { $_[0] } "Final-Recipient: rfc822; user\@example.net\nAction: failed\nDiagnostic-Code: smtp; ";
					repeat($_[0], '550 5.1.1 host mx[192.0.2.1] said: 554 5.7.1 <a@b.example>: ', times_scale(100_000));
					print { $_[0] } "\n";
			});
	} ],
	[ 'recipient-1mb', 'a Final-Recipient of 1 MB', sub {
			report($_[0], machine => sub {
					print { $_[0] } 'Final-Recipient: rfc822; ';
					repeat($_[0], 'u', times_scale(1_000_000));
					print { $_[0] } "\@example.net\nAction: failed\nStatus: 5.1.1\n";
			});
	} ],
	[ 'recipient-ats', 'a Final-Recipient of 1 MB of @', sub {
			report($_[0], machine => sub {
					print { $_[0] } 'Final-Recipient: rfc822; ';
					repeat($_[0], '@', times_scale(1_000_000));
					print { $_[0] } "\nAction: failed\nStatus: 5.1.1\n";
			});
	} ],
	[ 'recipient-angles', 'a Final-Recipient of 1 MB of <', sub {
			report($_[0], machine => sub {
					print { $_[0] } 'Final-Recipient: rfc822; ';
					repeat($_[0], '<', times_scale(1_000_000));
					print { $_[0] } "\nAction: failed\nStatus: 5.1.1\n";
			});
	} ],
	[ 'verp-equals', 'a bounce address of 1 MB of = and +', sub {
			print { $_[0] } "Return-Path: <>\nDelivered-To: bounce";
			repeat($_[0], '+a=b', times_scale(250_000));
			print { $_[0] } "\@lists.example.org\n", report_header(), $notice, $per_message, $one_recipient, $returned;
	} ],
	[ 'ordinary-json-field', 'a KumoMTA-like field of base64 JSON of 1 MB', sub {
			report($_[0], returned => sub { print { $_[0] } 'X-KumoRef: '; repeat($_[0], 'eyJfQF8iOlt7', times_scale(85_000)); print { $_[0] } "\n\nhello\n" });
	} ],

	# -- reports in words
	[ 'qsbmf-100000-recipients', 'a qmail bounce with 100,000 recipients', sub {
			print { $_[0] } "Return-Path: <>\nFrom: MAILER-DAEMON\@mx.example.org\nTo: sender\@example.org\nSubject: failure notice\n\n",
			  "Hi. This is the qmail-send program at mx.example.org.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n",
			  "This is a permanent error; I've given up. Sorry it didn't work out.\n\n";
			series($_[0], times_scale(100_000), sub { "<user$_[0]\@example.net>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 User unknown\nGiving up on 192.0.2.1.\n\n" });
			print { $_[0] } "--- Below this line is a copy of the message.\n\nReturn-Path: <sender\@example.org>\nSubject: hello\n\nhello\n";
	} ],
	[ 'qsbmf-one-paragraph', 'a qmail paragraph of 500,000 lines', sub {
			print { $_[0] } "Return-Path: <>\nFrom: MAILER-DAEMON\@mx.example.org\nSubject: failure notice\n\n",
			  "Hi. This is the qmail-send program at mx.example.org.\n\n<user\@example.net>:\n";
			repeat($_[0], "Remote host said: 550 5.1.1\n", times_scale(500_000));
	} ],
	[ 'text-recipient-lines', '10 MB of <a@b>: lines', sub {
			print { $_[0] } daemon_header(), "\nThis is the mail system at host mx.example.org.\n\n";
			repeat($_[0], "<a\@b>:\n", times_scale(1_400_000));
	} ],
	[ 'text-open-angles', '10 MB of < in the text', sub {
			print { $_[0] } daemon_header(), "\nThis is the mail system at host mx.example.org.\n\n";
			repeat($_[0], '<', times_scale(10_000_000));
	} ],
	[ 'text-almost-markers', '5 MB of beginnings of known sentences', sub {
			print { $_[0] } daemon_header(), "\n";
			repeat($_[0], "This is the mail system at\nHi. This is th\n----- The following addresses had permanent fatal\n--- Below this lin\n", times_scale(45_000));
	} ],
	[ 'text-markers', '100,000 copies of the sentence that begins a report', sub {
			print { $_[0] } daemon_header(), "\n";
			repeat($_[0], "This message was created automatically by mail delivery software.\nHi. This is the qmail-send program at mx.\n   ----- The following addresses had permanent fatal errors -----\n", times_scale(100_000));
	} ],
	[ 'text-phrases', '5 MB of reasons, all at once', sub {
			report($_[0], machine => sub {
					print { $_[0] } "Final-Recipient: rfc822; user\@example.net\nAction: failed\nDiagnostic-Code: smtp; 550 ";
					repeat($_[0], 'user unknown mailbox full spam blocked greylisted relay access denied ', times_scale(70_000));
					print { $_[0] } "\n";
			});
	} ],
	[ 'text-transcript', 'a Sendmail transcript of 500,000 commands', sub {
			print { $_[0] } "Return-Path: <>\nFrom: Mail Delivery Subsystem <MAILER-DAEMON\@mx.example.org>\nSubject: Returned mail: see transcript for details\n\n",
			  "   ----- The following addresses had permanent fatal errors -----\n<user\@example.net>\n\n   ----- Transcript of session follows -----\n";
			repeat($_[0], ">>> RCPT To:<user\@example.net>\n<<< 550 5.1.1 User unknown\n", times_scale(250_000));
	} ],
	[ 'text-exim-generated', 'Exim recipients "generated from" each other', sub {
			print { $_[0] } daemon_header("X-Failed-Recipients: u0\@example.net\n"),
			  "\nThis message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n";
			series($_[0], times_scale(100_000), sub { "  u$_[0]\@example.net\n    (ultimately generated from u" . ($_[0] + 1) . "\@example.net)\n    Unrouteable address\n" });
	} ],
	[ 'html-tags', 'HTML of 5 million open tags', sub {
			print { $_[0] } daemon_header("MIME-Version: 1.0\nContent-Type: text/html\n"), "\n<html>";
			repeat($_[0], '<b', times_scale(5_000_000));
	} ],
	[ 'html-entities', 'HTML of a million half entities', sub {
			print { $_[0] } daemon_header("MIME-Version: 1.0\nContent-Type: text/html\n"), "\n<html>";
			repeat($_[0], '&#x', times_scale(1_000_000));
	} ],

	# -- JSON
	[ 'json-nested-100000', 'JSON nested 100,000 deep', sub {
			print { $_[0] } "From: no-reply\@sns.amazonaws.com\nSubject: AWS Notification Message\n\n{\"notificationType\":\"Bounce\",\"mail\":{},\"bounce\":";
			repeat($_[0], '[', times_scale(100_000));
	} ],
	[ 'json-nested-objects', 'JSON objects nested 100,000 deep, closed again', sub {
			my $depth = times_scale(100_000);

			print { $_[0] } "From: no-reply\@sns.amazonaws.com\nSubject: AWS Notification Message\n\n{\"notificationType\":\"Bounce\",\"bounce\":";
			repeat($_[0], '{"bounce":', $depth);
			print { $_[0] } '0';
			repeat($_[0], '}', $depth);
			print { $_[0] } "}\n";
	} ],
	[ 'json-open-braces', 'a million places where JSON might begin', sub {
			print { $_[0] } "From: no-reply\@sns.amazonaws.com\nSubject: AWS Notification Message\n\n";
			repeat($_[0], "{\"a\n", times_scale(1_000_000));
	} ],
	[ 'json-backslashes', 'a JSON string of 5 MB of backslashes', sub {
			print { $_[0] } "From: no-reply\@sns.amazonaws.com\nSubject: AWS Notification Message\n\n{\"notificationType\":\"";
			repeat($_[0], '\\', times_scale(5_000_000));
	} ],
	[ 'json-recipients', 'JSON with 100,000 bounced recipients', sub {
			print { $_[0] } "From: no-reply\@sns.amazonaws.com\nSubject: AWS Notification Message\n\n{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bounceSubType\":\"General\",\"bouncedRecipients\":[{\"emailAddress\":\"u\@example.net\"}";
			series($_[0], times_scale(100_000), sub { ",{\"emailAddress\":\"u$_[0]\@example.net\",\"action\":\"failed\",\"status\":\"5.1.1\"}" });
			print { $_[0] } "],\"timestamp\":\"2026-03-02T10:00:00.000Z\"},\"mail\":{\"messageId\":\"1\"}}\n";
	} ],
	[ 'json-surrogates', 'JSON with half surrogates and \\u0000', sub {
			print { $_[0] } "From: no-reply\@sns.amazonaws.com\nSubject: AWS Notification Message\n\n",
			  "{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"a\\u0000\\ud800\@example.net\",\"diagnosticCode\":\"smtp; 550 \\udc00\\ud800 \\u00e4 \\uZZZZ\"}]},\"mail\":{\"messageId\":\"\\u0000\"}}\n";
	} ],

	# -- complaints and receipts
	[ 'arf-recipients', 'a feedback report with 100,000 Original-Rcpt-To', sub {
			print { $_[0] } "From: fbl\@example.org\nSubject: complaint\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\ncomplaint\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n";
			series($_[0], times_scale(100_000), sub { "Original-Rcpt-To: <user$_[0]\@example.net>\n" });
			print { $_[0] } $returned;
	} ],
	[ 'mdn-disposition-1mb', 'a Disposition of 1 MB', sub {
			print { $_[0] } "From: user\@example.net\nSubject: Read: hello\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=disposition-notification; boundary=\"b\"\n\n--b\n\nread\n\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; user\@example.net\nDisposition: ";
			repeat($_[0], 'automatic-action/', times_scale(60_000));
			print { $_[0] } "; deleted\n\n--b--\n";
	} ],
);

if (@ARGV && $ARGV[0] eq '--list')
{
	print "$_->[0]\t$_->[1]\n" for @kinds;
	exit 0;
}

my ($dir, @rest) = @ARGV;
die "usage: make_hostile.pl OUTDIR [SCALE] [NAME...] | --list\n" unless defined $dir;

$scale = shift @rest if @rest && $rest[0] =~ /^[0-9]*\.?[0-9]+$/;
die "make_hostile.pl: SCALE must be more than 0\n" unless $scale > 0;

my %known = map { $_->[0] => 1 } @kinds;
for my $name (@rest)
{
	die "make_hostile.pl: no kind named $name (see --list)\n" unless $known{$name};
}
my %wanted = map { $_ => 1 } @rest ? @rest : keys %known;

-d $dir or mkdir $dir or die "make_hostile.pl: $dir: $!\n";
for my $kind (@kinds)
{
	my ($name, undef, $write) = @$kind;

	next unless $wanted{$name};
	open my $out, '>:raw', "$dir/$name.eml" or die "make_hostile.pl: $dir/$name.eml: $!\n";
	$write->($out);
	close $out or die "make_hostile.pl: $dir/$name.eml: $!\n";
}
