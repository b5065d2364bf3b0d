# encodings.t - in a database of any encoding each text is valid there, and as
# much of it as the encoding has.
use strict;
use warnings;
use utf8;
use Encode qw(encode decode);
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;

binmode(Test::More->builder->$_, ':encoding(UTF-8)') for qw(output failure_output todo_output);

# The Subject fields of the returned messages: a name, the field, and what it is.
my @subjects = (
    ['ASCII',        'Spring',                                 'Spring'],
    ['Latin',        '=?ISO-8859-1?Q?Fr=FChling?=',            'Frühling'],
    ['Japanese',     '=?ISO-2022-JP?B?GyRCPVUkTkpYJGobKEI=?=', '春の便り'],
    ['Russian',      '=?KOI8-R?B?18XTzsE=?=',                  'весна'],
    ['signs',        '=?UTF-8?Q?=F0=9F=8C=B8_and_=E2=82=AC?=', '🌸 and €'],
    ['mixed',        '=?UTF-8?Q?=E6=98=A5=C3=BC=D0=B2=F0=9F=8C=B8x?=', '春üв🌸x'],
    ['long',         join("\n ", ('=?UTF-8?Q?' . '=F0=9F=8C=B8' x 12 . '?=') x 40), '🌸' x 480],
    ['not UTF-8',    "raw \xFF bytes",                         "raw \x{FFFD} bytes"],
);

# What the encoding keeps of them; the rest is '?'.
my %keeps = (
    UTF8      => qr/./s,
    SQL_ASCII => qr/./s,
    LATIN1    => qr/[\x{00}-\x{FF}]/,
    LATIN9    => qr/[\x{00}-\x{A3}\x{A5}\x{A7}\x{A9}-\x{B3}\x{B5}-\x{B7}\x{B9}-\x{BB}\x{BF}-\x{FF}€]/,
    KOI8R     => qr/[\x{00}-\x{7F}а-яА-Я]/,
    EUC_JP    => qr/[\x{00}-\x{7F}春の便りвеснаü]/,
    EUC_KR    => qr/[\x{00}-\x{7F}春の便весна€り]/,
    MULE_INTERNAL => qr/[\x{00}-\x{7F}]/,    # there is no conversion from UTF8
);

for my $encoding (sort keys %keeps) {
    # These are not converted for a client: what comes is what is stored.
    local $ENV{PGCLIENTENCODING} = $encoding =~ /^(SQL_ASCII|MULE_INTERNAL)$/ ? $encoding : 'UTF8';
    my $server = eval { Server->new(lc $encoding, "ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C'") };
    if (!$server) {
        like($@, qr/encoding/, "$encoding: not in this server");
        next;
    }

    my $rows = join ",\n", map {
        my $mail = Server::report('rosa@koharu.example', subject => $_->[1]);
        utf8::downgrade($mail);
        my $hex = unpack 'H*', $mail;
        "('$_->[0]', '\\x$hex'::bytea)"
    } @subjects;
    # convert_from() raises an error where a text is not valid; that of SQL_ASCII is UTF-8.
    my $real = $encoding eq 'SQL_ASCII' ? 'UTF8' : $encoding;
    my $out = $server->sql(<<"END");
CREATE TABLE mail (name text, raw bytea);
INSERT INTO mail VALUES $rows;
SELECT name, b.recipient, b.subject FROM mail, bounce_parse(raw) b;
SELECT 'reply', b.recipient, b.diagnostic_code FROM bounce_parse_reply('550 5.1.1 <rosa\@koharu.example>: User unknown') b;
END
    my %got = map { my @f = split /\|/, decode('UTF-8', $_); ($f[0] => [@f[1, 2]]) } split /\n/, $out;
    for my $subject (@subjects) {
        my ($name, undef, $text) = @$subject;
        my $want = join '', map { $_ =~ $keeps{$encoding} ? $_ : '?' } split //, $text;
        is($got{$name}[0], 'rosa@koharu.example', "$encoding: $name: recipient");
        is($got{$name}[1], $want, "$encoding: $name: subject");
    }
    like($got{reply}[1], qr/User unknown/, "$encoding: a reply");

    # Each text of each row, not only those above.
    is($server->sql(<<"END"), '0', "$encoding: all texts are valid");
SELECT count(*) FROM mail, bounce_parse(raw, true) b, jsonb_each_text(to_jsonb(b)) t
WHERE t.value <> convert_from(convert_to(t.value, '$encoding'), '$real');
END

    # A mail in a text column: its characters are those that were put in.
    my $mail = encode('UTF-8', Server::report('rosa@koharu.example', subject => 'SUBJECT'));
    for my $word ('Spring', 'Frühling', '春の便り', 'весна') {
        next if grep { $_ !~ $keeps{$encoding} } split //, $word;
        (my $with = $mail) =~ s/SUBJECT/encode('UTF-8', $word)/e;
        my $got = decode('UTF-8', $server->sql("SELECT b.subject FROM bounce_parse(\$mail\$$with\$mail\$::text) b;\n"));
        is($got, $word, "$encoding: $word from a text column");
        $got = decode('UTF-8', $server->sql(encode('UTF-8', <<"END")));
SELECT b.subject FROM bounce_parse_json('{"type": "hard", "email": "rosa\@koharu.example", "$word": 1, "subject": "$word"}') b;
END
        is($got, $word, "$encoding: $word from an event");
    }

    # A character that has no place in Unicode, where an address has a local part.
    if ($encoding =~ /^(EUC_JP|MULE_INTERNAL)$/) {
        my $bytes = $encoding eq 'EUC_JP' ? '40fefe40a4a2' : '4092fefe4092a4a2';
        is($server->sql(<<"END"), 't|t', "$encoding: a fingerprint is its own fingerprint");
SELECT bounce_fingerprint(f) = f, bounce_fingerprint(f) <> '' FROM (SELECT bounce_fingerprint(convert_from('\\x6120${bytes}'::bytea, '$encoding')) AS f) x;
END
    }

    # Bytes that are valid in no encoding, through both doors.
    my ($count, $error) = $server->run(<<"END");
SELECT count(*) >= 0 FROM generate_series(0, 255) x, bounce_parse(set_byte(repeat('x', 200)::bytea || decode(repeat('8fa1ff', 100), 'hex'), 100, x), true) b;
SELECT count(*) >= 0 FROM mail, generate_series(0, length(raw) - 1, 7) n, bounce_parse(set_byte(raw, n, 255 - get_byte(raw, n)), true) b;
END
    is($count, "t\nt", "$encoding: broken bytes raise no error");
    is($error, '', "$encoding: and say nothing");
}

done_testing();
