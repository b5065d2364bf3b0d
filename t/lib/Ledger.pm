# Ledger - mails of which is known what they report, and whether an inbox kept
# just that of each.
package Ledger;

use strict;
use warnings;
use Test::More;
use Server;

# A report on several recipients as a literal of SQL.  The time, in minutes, is
# part of what tells events apart: the same name and minute is the same event.
sub mail {
    my ($name, $minute, $recipients) = @_;
    my $mail = Server::report("$name-1\@koharu.example");
    my $time = sprintf '%02d:%02d', 10 + int($minute / 60), $minute % 60;
    $mail =~ s/^Date: Sat, 7 Mar 2026 09:00:00/Date: Sat, 7 Mar 2026 $time:00/m or die;
    my $more = join '', map { "\nFinal-Recipient: rfc822; $name-$_\@koharu.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n" } 2 .. $recipients;
    $mail =~ s/(?=\n--x\nContent-Type: message\/rfc822)/$more/ or die;
    return q(') . '\x' . unpack('H*', $mail) . q(');
}

# The statement that brings it.  The mailbox says who it is and what it reports.
sub insert {
    my ($inbox, $who, $name, $minute, $recipients) = @_;
    return "INSERT INTO $inbox (mailbox, raw) VALUES ('$who/$recipients', " . mail($name, $minute, $recipients) . ')';
}

# What does not tally in an inbox, as names of what is wrong; 'true' where the
# events are partitioned.
my %wrong = (
    'a mail is there twice' => 'SELECT mailbox FROM INBOX GROUP BY mailbox HAVING count(*) > 1',
    'a mail lacks an event, or has one too many' =>
        q{SELECT m.mailbox FROM INBOX m WHERE split_part(m.mailbox, '/', 2)::int <>
          (SELECT count(*) FROM INBOX_event e WHERE e.mail_id = m.id) + (SELECT count(*) FROM INBOX_copy c WHERE c.mail_id = m.id)},
    'an event is there twice' => 'SELECT token FROM INBOX_event GROUP BY token, kind HAVING count(*) > 1',
    'an event has no mail'    => 'SELECT token FROM INBOX_event e WHERE NOT EXISTS (SELECT FROM INBOX m WHERE m.id = e.mail_id AND m.received_at = e.received_at)',
    'a copy has no mail'      => 'SELECT token FROM INBOX_copy c WHERE NOT EXISTS (SELECT FROM INBOX m WHERE m.id = c.mail_id AND m.received_at = c.received_at)',
    'a copy has no event'     => 'SELECT token FROM INBOX_copy c WHERE NOT EXISTS (SELECT FROM INBOX_event e WHERE e.token = c.token AND e.kind = c.kind)',
);
my %wrong_where_partitioned = (
    'an event has no token' => 'SELECT token FROM INBOX_event e WHERE NOT EXISTS (SELECT FROM INBOX_token t WHERE t.token = e.token AND t.kind = e.kind)',
    'a token has no event'  => 'SELECT token FROM INBOX_token t WHERE NOT EXISTS (SELECT FROM INBOX_event e WHERE e.token = t.token AND e.kind = t.kind)',
);

# One test: every mail that was acknowledged is in the inbox once, everything
# that is kept of mails is right, and the roll-up counts it.  "acknowledged" are
# the values of mailbox; the number of mails may be more: a commit that nobody
# was told of.
sub tallies {
    my ($cluster, $inbox, $name, @acknowledged) = @_;
    my %all = (%wrong, $cluster->sql("SELECT tokens IS NOT NULL FROM bounce_inbox WHERE inbox = '$inbox'::regclass") eq 't' ? %wrong_where_partitioned : ());
    my @bad;
    for my $what (sort keys %all) {
        (my $query = $all{$what}) =~ s/INBOX/$inbox/g;
        my $found = $cluster->sql($query);
        push @bad, "$what: $found" if $found ne '';
    }
    my %there = map { $_ => 1 } split /\n/, $cluster->sql("SELECT mailbox FROM $inbox");
    my @lost = grep { !$there{$_} } @acknowledged;
    push @bad, "lost: @lost" if @lost;
    if ($cluster->sql("SELECT daily IS NOT NULL FROM bounce_inbox WHERE inbox = '$inbox'::regclass") eq 't') {
        $cluster->sql("SELECT bounce_roll_up('$inbox')");
        my $counted = $cluster->sql("SELECT coalesce(sum(n), 0) FROM ${inbox}_daily");
        my $kept = $cluster->sql("SELECT count(*) FROM ${inbox}_event");
        push @bad, "the roll-up counts $counted events of $kept" if $counted ne $kept;
    }
    return is(join("\n", @bad), '', $name);
}

1;
