# Server - what the tests in t/ need of a running server, through psql only.
#
# The server is the one that PGHOST, PGPORT and PGUSER name (a superuser); the
# extension must be installed there.  Each test makes a database of its own,
# which is dropped at the end.
package Server;

use strict;
use warnings;
use File::Temp qw(tempfile);

# The tests talk UTF-8 whatever the database's encoding is.
$ENV{PGCLIENTENCODING} = 'UTF8';
$ENV{PGOPTIONS} = '-c client_min_messages=warning';

# A new database; options as CREATE DATABASE has them ("ENCODING 'LATIN1' ...").
sub new {
    my ($class, $name, $options) = @_;
    my $self = bless { database => "bounce_t_$name" }, $class;
    $self->_admin("DROP DATABASE IF EXISTS $self->{database}");
    $self->_admin("CREATE DATABASE $self->{database} TEMPLATE template0 " . ($options || "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"));
    $self->{made} = $$;
    # as it is since PostgreSQL 15; else CREATE EXTENSION warns
    $self->sql('REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE EXTENSION bounce');
    return $self;
}

sub DESTROY {
    my $self = shift;
    return unless $self->{made} && $self->{made} == $$;
    local ($?, $@);
    eval { $self->_admin("DROP DATABASE IF EXISTS $self->{database}") };
}

# Runs a script in one session and returns (standard output, standard error,
# exit status); goes on after an error.  Rows are unaligned, columns parted by
# "|"; -q, -A, -t.
sub run {
    my ($self, $script, $database) = @_;
    my ($in, $in_name)   = tempfile(UNLINK => 1);
    my ($err, $err_name) = tempfile(UNLINK => 1);
    print {$in} $script;
    close $in or die "$in_name: $!";
    my $out = do {
        local $/;
        open my $psql, '-|', 'sh', '-c', 'exec psql -X -q -A -t -d "$1" -f "$2" 2>"$3"', 'sh', $database || $self->{database}, $in_name, $err_name
            or die "psql: $!";
        my $text = <$psql>;
        close $psql;
        $text;
    };
    my $status = $? >> 8;
    my $error = do { local $/; <$err> };
    close $err;
    unlink $in_name, $err_name;
    $out = '' unless defined $out;
    chomp $out;
    return ($out, defined $error ? $error : '', $status);
}

# The same where no error is expected: dies of one.
sub sql {
    my ($self, $script) = @_;
    my ($out, $error, $status) = $self->run($script);
    die "psql said:\n$error\n" if $error ne '' || $status != 0;
    return $out;
}

sub _admin {
    my ($self, $command) = @_;
    local $ENV{PGCLIENTENCODING} = 'UTF8';    # that of the new database may not suit
    my (undef, $error, $status) = $self->run($command, 'postgres');
    die "$command:\n$error\n" if $error ne '' || $status != 0;
}

# A report on one recipient, as RFC 3464 has it; the rest of its options are
# the Status, the Diagnostic-Code and the Subject field of the returned message.
sub report {
    my ($recipient, %with) = @_;
    my $status  = $with{status}  || '5.1.1';
    my $reply   = $with{reply}   || "550 5.1.1 <$recipient>: User unknown";
    my $subject = $with{subject} || 'Spring';
    return <<"END";
Return-Path: <>
Received: from out.news.example (out.news.example [192.0.2.1]) by in.news.example; Sat, 7 Mar 2026 09:00:01 +0900
Date: Sat, 7 Mar 2026 09:00:00 +0900
From: MAILER-DAEMON\@out.news.example (Mail Delivery System)
To: letters\@news.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce.1\@out.news.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

I could not deliver your letter to <$recipient>:=20
$reply

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; out.news.example
Arrival-Date: Sat, 7 Mar 2026 08:59:58 +0900

Final-Recipient: rfc822; $recipient
Action: failed
Status: $status
Remote-MTA: dns; mx.koharu.example
Diagnostic-Code: smtp; $reply

--x
Content-Type: message/rfc822

Date: Sat, 7 Mar 2026 08:59:57 +0900
From: =?ISO-8859-1?Q?Fr=FChling?= <letters\@news.example>
To: $recipient
Subject: $subject
Message-ID: <letter.1\@news.example>

Hello.

--x--
END
}

1;
