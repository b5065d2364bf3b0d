# addresses.t - in a database of any encoding an address has the key that it has
# in all others, as far as that has its letters.
use strict;
use warnings;
use utf8;
use Encode qw(encode decode);
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;

binmode(Test::More->builder->$_, ':encoding(UTF-8)') for qw(output failure_output todo_output);

# Encoding, an address, its key, its domain as it is shown.
my @cases = (
    ['LATIN1',        'JÖRG@BÜCHER.example',          'jörg@xn--bcher-kva.example',          'bücher.example'],
    # the micro sign is no Greek letter here, and ÿ has no capital
    ['LATIN1',        "\x{B5}ÿÐ\x{AA}\x{BA}\@x\x{AD}.example\x{A0}", "\x{B5}ÿð\x{AA}\x{BA}\@x.example", 'x.example'],
    ['LATIN1',        'x@xn--e1afmkfd.xn--p1ai',      'x@xn--e1afmkfd.xn--p1ai',             'xn--e1afmkfd.xn--p1ai'],
    ['LATIN1',        'x@xn--bcher-kva.xn--p1ai',     'x@xn--bcher-kva.xn--p1ai',            'xn--bcher-kva.xn--p1ai'],
    ['LATIN5',        'İIıi@x.example',               'İiıi@x.example',                      'x.example'],
    ['ISO_8859_7',    'ΣΊΣΥΦΟΣ@ΒΌΛΟΣ.example',        'σίσυφοσ@xn--nxasmq6b.example',        'βόλοσ.example'],
    ['KOI8R',         'ИВАН@ПРИМЕР.РФ',               'иван@xn--e1afmkfd.xn--p1ai',          'пример.рф'],
    ['EUC_JP',        'ｔａｒｏ＠例え。テスト',       'taro@xn--r8jz45g.xn--zckzah',         '例え.テスト'],
    ['EUC_JP',        "太郎\@\x{FF83}\x{FF7D}\x{FF84}.jp", '太郎@xn--zckzah.jp',             'テスト.jp'],
    ['EUC_KR',        '홍길동@한국.example',          '홍길동@xn--3e0b707e.example',         '한국.example'],
    ['UTF8',          "J\x{F6}rg\@bu\x{308}cher.example", 'jörg@xn--bcher-kva.example',      'bücher.example'],
    ['SQL_ASCII',     'JÖRG@BÜCHER.example',          'jörg@xn--bcher-kva.example',          'bücher.example'],
    ['MULE_INTERNAL', 'Joerg@xn--bcher-kva.Example',  'joerg@xn--bcher-kva.example',         'xn--bcher-kva.example'],
);

for my $encoding (sort keys %{{map { $_->[0] => 1 } @cases}}) {
    # These are not converted for a client: what comes is what is stored.
    local $ENV{PGCLIENTENCODING} = $encoding =~ /^(SQL_ASCII|MULE_INTERNAL)$/ ? $encoding : 'UTF8';
    my $server = eval { Server->new('address_' . lc $encoding, "ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C'") };
    if (!$server) {
        like($@, qr/encoding/, "$encoding: not in this server");
        next;
    }
    for my $case (grep { $_->[0] eq $encoding } @cases) {
        my (undef, $address, $key, $display) = @$case;
        my $got = decode('UTF-8', $server->sql(encode('UTF-8', <<"END")));
SELECT bounce_address_key('$address'), bounce_address_key(bounce_address_key('$address')), bounce_domain_display(split_part(bounce_address_key('$address'), '\@', 2));
END
        is($got, "$key|$key|$display", "$encoding: $address");
    }

    # Each byte beyond ASCII, one and two, that is a text at all: a key is its own key.
    my $tried = $server->sql(<<'END');
CREATE FUNCTION text_of(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN convert_from(bytes, getdatabaseencoding());
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END $$;
SELECT count(*) > 90, count(*) FILTER (WHERE bounce_address_key(key) IS DISTINCT FROM key)
FROM (
    SELECT letters, bounce_address_key('a' || letters || '@b' || letters || '.example') AS key
    FROM (SELECT text_of(set_byte(set_byte('\x6161', 0, a), 1, b)) AS letters FROM generate_series(128, 255) a, generate_series(64, 255) b) t
    WHERE letters IS NOT NULL
) k
WHERE key IS NOT NULL;
END
    like($tried, $encoding eq 'MULE_INTERNAL' ? qr/^[ft]\|0$/ : qr/^t\|0$/, "$encoding: a key is its own key");
    # two that differ have two keys, unless they do in case (three letters are sigma)
    is($server->sql(<<'END'), '0', "$encoding: other letters, other keys");
SELECT count(*) FROM (
    SELECT bounce_address_key('a' || letters || '@b.example') AS key, count(DISTINCT letters) AS n
    FROM (SELECT text_of(set_byte('\x61', 0, a)) AS letters FROM generate_series(128, 255) a) t
    WHERE letters IS NOT NULL GROUP BY 1) k
WHERE key IS NOT NULL AND n > 3;
END
}

# Bytes that are no text, which only SQL_ASCII lets in
{
    local $ENV{PGCLIENTENCODING} = 'SQL_ASCII';
    my $server = Server->new('address_bytes', "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");
    my ($count, $error) = $server->run(<<'END');
SELECT count(bounce_address_key(t)), count(bounce_domain_key(t)), count(bounce_domain_display(t)), count((bounce_decode_address(t)).scheme)
FROM (SELECT convert_from(set_byte(set_byte('\x61406261612e6578616d706c65', 3, a), p, b), 'SQL_ASCII') AS t FROM generate_series(128, 255) a, generate_series(1, 255, 3) b, generate_series(0, 4, 4) p) x;
END
    like($count, qr/^\d+\|/, 'bytes that are no text raise no error');
    is($error, '', 'and say nothing');
}

done_testing();
