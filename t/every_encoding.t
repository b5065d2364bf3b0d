# every_encoding.t - all functions in a database of each encoding that the server
# has, and of locales in which letters have other forms: what the encoding holds
# of a text comes through, the rest is "?", and nothing raises an error.
use strict;
use warnings;
use utf8;
use Encode qw(encode);
use File::Temp qw(tempdir);
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;
use Cluster;

binmode(Test::More->builder->$_, ':encoding(UTF-8)') for qw(output failure_output todo_output);

# Letters of many scripts, each of which some encoding has: as UTF-8 they are
# valid nowhere else, so they are handed in as bytes.
my $letters = unpack 'H*', encode('UTF-8', 'üßñøłőşğțяїαωאבعفกขưş春のハ한국中文€®🌸');
(my $mail = Server::report('rosa@koharu.example', reply => '550 5.1.1 LETTERS User unknown', subject => 'LETTERS')) =~ s/^(Message-ID: <letter)/X-Letters: LETTERS\n$1/m;
$mail =~ s/=\?ISO-8859-1\?Q\?Fr=FChling\?=/LETTERS/;
utf8::encode($mail);
my $hex = unpack 'H*', $mail;

# A row for each thing that is tried: its name, and whether all is well.
my $script = <<"END";
SET client_min_messages = warning;
-- the letters that the encoding has, and all with "?" for those that it lacks
CREATE FUNCTION letters(lacking text) RETURNS text LANGUAGE plpgsql AS \$\$
DECLARE
	bytes bytea := '\\x$letters';
	result text := '';
	at int := 0;
	n int;
BEGIN
	IF getdatabaseencoding() = 'SQL_ASCII' THEN
		RETURN convert_from(bytes, 'SQL_ASCII');
	END IF;
	WHILE at < length(bytes) LOOP
		n := CASE WHEN get_byte(bytes, at) < 224 THEN 2 WHEN get_byte(bytes, at) < 240 THEN 3 ELSE 4 END;
		BEGIN
			result := result || convert_from(substring(bytes FROM at + 1 FOR n), 'UTF8');
		EXCEPTION WHEN undefined_function OR untranslatable_character OR character_not_in_repertoire THEN
			result := result || lacking;
		END;
		at := at + n;
	END LOOP;
	RETURN result;
END \$\$;
CREATE TABLE w AS
SELECT letters('') AS has, letters('?') AS shows,
	decode(replace('$hex', '4c455454455253', '$letters'), 'hex') AS raw,
	replace(convert_from('\\x$hex'::bytea, 'SQL_ASCII'), 'LETTERS', letters('')) AS words;
CREATE FUNCTION is_valid(t text) RETURNS boolean LANGUAGE sql AS
	\$\$ SELECT t IS NULL OR convert_from(convert_to(t, getdatabaseencoding()), CASE getdatabaseencoding() WHEN 'SQL_ASCII' THEN 'UTF8' ELSE getdatabaseencoding() END::name) = t \$\$;

SELECT 'parse', b.subject = shows AND b.recipient = 'rosa\@koharu.example' AND b.diagnostic_code = '550 5.1.1 ' || shows || ' User unknown', b.subject, b.diagnostic_code FROM w, bounce_parse(raw) b;
SELECT 'parse of text', b.subject = has AND b.diagnostic_code = '550 5.1.1 ' || has || ' User unknown', b.subject FROM w, bounce_parse(words) b WHERE has <> '';
SELECT 'reply', (bounce_parse_reply('550 5.1.1 ' || has || ' User unknown', has || '.example')).diagnostic_code = '550 5.1.1 ' || has || ' User unknown' FROM w WHERE has <> '';
SELECT 'json', b.diagnostic_code = '550 5.1.1 ' || has || ' unknown' AND b.subject = has || 'x' FROM w, bounce_parse_json(jsonb_build_object('email', 'rosa\@koharu.example', 'type', 'hard', has || '1', 2, 'subject', has || 'x', 'reason', '550 5.1.1 ' || has || ' unknown')) b WHERE has <> '';
SELECT 'judge', (j.b).subject = shows AND j.rule IS NOT NULL FROM w, bounce_judge(raw) j;
SELECT 'explain', bool_and(is_valid(e.evidence) AND is_valid(e.value) AND is_valid(e.why) AND is_valid(e.recipient)) AND count(*) > 1 FROM w, bounce_explain(raw) e;
SELECT 'explain of text', count(*) > 1 FROM w, bounce_explain(words) e;
SELECT 'header', bounce_header(raw, 'X-Letters') = shows AND bounce_header(words, 'x-letters:') = trim(has) AND NOT bounce_header(raw, has || 'x') IS NOT NULL FROM w WHERE has <> '';
SELECT 'headers', count(*) = 2 FROM w, bounce_headers(raw, 'Subject') h WHERE is_valid(h.value);
SELECT 'redact', (SELECT count(*) FROM bounce_parse(bounce_redact(raw))) = 1 AND (SELECT count(*) FROM bounce_parse(bounce_redact(words, has || 'key'))) = 1 AND is_valid(bounce_redact(words)) AND is_valid(bounce_redact(words, 'k')) FROM w;
SELECT 'pseudonym', bounce_pseudonym(has || 'rosa\@koharu.example', 'key') LIKE '%@%' FROM w;
SELECT 'fingerprint', bounce_fingerprint(f) = f AND f <> '' FROM w, bounce_fingerprint('550 ' || has || ' is full') f;
SELECT 'address key', bounce_address_key(k) = k AND is_valid(k) AND k LIKE '%\@koharu.example' FROM w, bounce_address_key(has || 'Rosa\@KOHARU.example') k;
SELECT 'domain key', bool_and(bounce_domain_key(x.k) = x.k AND x.k ~ '^xn--[a-z0-9-]+[.]example\$' AND bounce_domain_key(bounce_domain_display(x.k)) = x.k AND is_valid(bounce_domain_display(x.k))) IS NOT FALSE
FROM (SELECT bounce_domain_key(l || '.example') AS k FROM w, regexp_split_to_table(has, '') l) x WHERE x.k IS NOT NULL;
SELECT 'decoded address', d.address = 'rosa\@koharu.example' FROM w, bounce_decode_address('bounces+rosa=koharu.example\@news.example') d;
SELECT 'visible', bounce_visible(has) = has AND bounce_visible(E'a\\x1b' || has || E'\\n') = 'a[U+001B]' || has || '[U+000A]' AND is_valid(bounce_visible(shows)) FROM w;
SELECT 'knowledge', bool_and(is_valid(r.pattern) AND is_valid(r.example)) FROM bounce_rules() r;
SELECT 'providers', bool_and(is_valid(r.title) AND is_valid(r.domain)) FROM bounce_providers() r;

-- rules and formats of one's own, with letters in each place
INSERT INTO bounce_rule (ruleset, diagnostic, reason) SELECT has || 'plain', has || ' user', 'own_plain' FROM w WHERE has <> '';
INSERT INTO bounce_rule (ruleset, syntax, diagnostic, reason) SELECT 'regex', 'regex', '5.1.1 [' || has || ']{' || length(has) || '} \\w', 'own_regex' FROM w WHERE has <> '' AND getdatabaseencoding() <> 'SQL_ASCII';
INSERT INTO bounce_rule (ruleset, header, header_value, reason) SELECT 'header', 'X-Letters', has, 'own_header' FROM w WHERE has <> '';
INSERT INTO bounce_format (ruleset, name, header, header_value, recipient) SELECT 'format', 'my ' || left(has, 40), 'X-Letters', 'l', '(x)' FROM w;
INSERT INTO bounce_format (ruleset, name, human_text, recipient, end_marker) SELECT 'format', left(has, 20) || 'mine', 'could not deliver', 'letter to <(?<recipient>[^>]+)>:(?<diagnostic>[^x]+)', 'nothing ' || has FROM w;
SELECT 'plain rule', b.reason = 'own_plain' FROM w, bounce_parse(words, has || 'plain') b WHERE has <> '';
SELECT 'plain rule, bytes', b.reason = 'own_plain' FROM w, bounce_parse(raw, has || 'plain') b WHERE has = shows AND has <> '';
SELECT 'regular expression', b.reason = 'own_regex' FROM w, bounce_parse(words, 'regex') b WHERE has <> '' AND getdatabaseencoding() <> 'SQL_ASCII';
SELECT 'rule on a header', b.reason = 'own_header' FROM w, bounce_parse(words, 'header') b WHERE has <> '';
SELECT 'rule on a reply', (bounce_parse_reply('550 5.1.1 ' || has || ' User unknown', NULL, NULL, has || 'plain')).reason = 'own_plain' FROM w WHERE has <> '';
SELECT 'format', b.decoded_by = left(has, 20) || 'mine' AND b.recipient = 'rosa\@koharu.example' FROM w, bounce_parse(raw, 'format') b;
SELECT 'explain by rules', bool_or(e.value = 'own_plain') OR has = '' FROM w, bounce_explain(words, has || 'plain') e GROUP BY has;

-- own domains, inboxes, sums, policies
INSERT INTO bounce_domain (domain, provider) SELECT bounce_domain_display('xn--mnchen-3ya.example'), has || 'x' FROM w;
SELECT 'domain row', d.provider = has || 'x' FROM w, bounce_destination('rosa\@mail.XN--mnchen-3ya.example') d;
DO \$\$ BEGIN PERFORM bounce_create_inbox(format('%I', left(has, 8) || ' box'), rules => has || 'plain', daily => true) FROM w; END \$\$;
DO \$\$ BEGIN
	EXECUTE format('INSERT INTO %I (mailbox, raw) SELECT has, raw FROM w', (SELECT left(has, 8) || ' box' FROM w));
	EXECUTE format('INSERT INTO %I (payload) SELECT jsonb_build_object(''email'', ''otto\@koharu.example'', ''type'', ''hard'', ''reason'', ''550 '' || has) FROM w', (SELECT left(has, 8) || ' box' FROM w));
	EXECUTE format('CREATE VIEW events AS SELECT * FROM %I', (SELECT left(has, 8) || ' box_event' FROM w));
END \$\$;
SELECT 'inbox', count(*) = 2 AND bool_or(e.subject = shows) FROM w, events e;
SELECT 'judged again', count(*) = 0 FROM bounce_inbox i, bounce_reclassify(i.inbox, apply => true);
SELECT 'sums', bounce_roll_up(i.inbox) = 1 FROM bounce_inbox i;
INSERT INTO bounce_policy (policy, scope, soft_weight, threshold) SELECT has || 'mine', has || 'mail', 1, 1 FROM w;
SELECT 'policy', count(*) > 0 FROM w, bounce_suppress(has || 'mine', 'events');
SELECT 'suppressed', bounce_suppressed('rosa\@koharu.example', has || 'mail') FROM w;
END

my @encodings = grep { !/^(UTF8|LATIN1|EUC_JP)$/ } split /\n/, (Server::run({ database => 'postgres' },
    "SELECT DISTINCT pg_encoding_to_char(n) FROM generate_series(0, 60) n WHERE pg_encoding_to_char(n) <> '' ORDER BY 1"))[0];

# Says what went wrong of the script's rows, and how many there were.
sub try_all {
    my ($server) = @_;
    my ($out, $error) = $server->run(encode('UTF-8', $script));
    my @rows = split /\n/, $out;
    return join("\n", $error || (), grep { !/^[\w, ]+\|t(\||$)/ } @rows), scalar @rows;
}

for my $encoding ('UTF8', 'LATIN1', 'EUC_JP', @encodings) {
    # What these store is not converted for a client.
    local $ENV{PGCLIENTENCODING} = $encoding =~ /^(SQL_ASCII|MULE_INTERNAL)$/ ? $encoding : 'UTF8';
    my $server = eval { Server->new('every', "ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C'") };
    next if !$server && $@ =~ /is not a valid encoding name|invalid server encoding/;    # for clients only
    my ($wrong, $rows) = $server ? try_all($server) : ($@, 0);
    is($wrong, '', "$encoding: every function");
    cmp_ok($rows, '>=', 20, "$encoding: all were asked");
}

# Where the server knows no encoding, text columns hold any bytes.
{
    local $ENV{PGCLIENTENCODING} = 'SQL_ASCII';
    my $server = Server->new('every', "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");
    for my $write (
        "INSERT INTO bounce_rule (diagnostic, reason) VALUES (E'k\\374ken', 'blocked')",
        "INSERT INTO bounce_rule (syntax, diagnostic, reason) VALUES ('regex', E'k\\374ken', 'blocked')",
        "INSERT INTO bounce_rule (header, header_value, reason) VALUES ('x', E'\\303', 'blocked')",
        "INSERT INTO bounce_format (name, human_text, recipient) VALUES (E'\\377', 'x', '(x)')",
        "INSERT INTO bounce_format (name, human_text, recipient) VALUES ('x', E'\\377', '(x)')",
        "INSERT INTO bounce_format (name, human_text, recipient) VALUES ('x', 'x', E'(\\377)')")
    {
        like(($server->run($write))[1], qr/ERROR:  column "\w+" of table "\w+" is not UTF-8/, "SQL_ASCII: $write is refused");
    }
    my ($out, $error) = $server->run(<<"END");
CREATE TABLE any_bytes AS SELECT convert_from(decode(string_agg(lpad(to_hex(n), 2, '0'), ''), 'hex'), 'SQL_ASCII') AS t FROM generate_series(1, 255) n;
INSERT INTO any_bytes SELECT convert_from(decode(string_agg(lpad(to_hex(n), 2, '0'), '' ORDER BY n % 7, n), 'hex'), 'SQL_ASCII') FROM generate_series(1, 255) n;
INSERT INTO bounce_rule (syntax, diagnostic, rhost, reason) VALUES ('regex', '.*[^x]+\$', '.', 'blocked'), ('plain', 'nothing', NULL, 'blocked');
CREATE FUNCTION is_utf8(s text) RETURNS boolean LANGUAGE sql AS \$\$ SELECT s IS NULL OR convert_from(convert_to(s, 'SQL_ASCII'), 'UTF8') = s \$\$;
SELECT bool_and(is_utf8(b.diagnostic_code) AND is_utf8(b.rhost)) FROM any_bytes, bounce_parse_reply('550 ' || t, t, t, 'default') b;
SELECT bool_and(is_utf8(b.diagnostic_code) AND is_utf8(b.rhost)) FROM any_bytes, bounce_parse_reply('550 5.7.1 ' || left(t, 90), 'mx.' || right(t, 20) || '.example', t, t) b;
SELECT count(*) >= 0 FROM any_bytes, bounce_parse(t, true) b;
SELECT count(*) >= 0 FROM any_bytes, bounce_judge('Subject: ' || t, t) b;
SELECT bool_and(is_utf8(e.evidence)) FROM any_bytes, bounce_explain_reply('550 ' || t, t) e;
SELECT count(b) FROM any_bytes, bounce_parse_json(jsonb_build_object('email', 'rosa\@koharu.example', 'type', 'hard', 'reason', t, t, t)) b;
SELECT bool_and(is_utf8(bounce_fingerprint(t)) AND is_utf8(bounce_visible(t)) AND is_utf8(bounce_pseudonym(t, t)) AND is_utf8(bounce_redact('Subject: ' || t)) AND is_utf8(bounce_header('Subject: ' || t, 'subject')))
FROM any_bytes;
SELECT bool_and(is_utf8(bounce_address_key(t || '\@koharu.example')) AND is_utf8(bounce_domain_key(t)) AND is_utf8(bounce_domain_display(t))) FROM any_bytes;
SELECT count(*) >= 0 FROM any_bytes, bounce_decode_address(t), bounce_provider(t);
SELECT bounce_is_role(t) IS NOT NULL AND bounce_suggest_domain(t, ARRAY[t]) IS NULL FROM any_bytes;
END
    is($error, '', 'SQL_ASCII: any bytes: no error');
    unlike($out, qr/f/, '  and UTF-8 everywhere');
}

# NUL: no text has it, but mail may, in each of the ways in which it can be written.
{
    my $server = Server->new('every');
    my %nul = (
        'a byte'          => "a\0b",
        'an encoded word' => '=?UTF-8?Q?a=00b?=',
        'in base64'       => '=?UTF-8?B?YQBi?=',
        'in UTF-16'       => '=?UTF-16BE?B?AGEAAABi?=',
        'overlong'        => "a\xC0\x80b",
        'in UTF-7'        => '=?UTF-7?Q?a+AAA-b?=',
    );
    for my $name (sort keys %nul) {
        my $hex = unpack 'H*', Server::report('rosa@koharu.example', subject => $nul{$name}, reply => "550 $nul{$name}");
        is($server->sql(encode('UTF-8', <<"END")), '1|t|t|1', "NUL, $name");
SELECT count(*), bool_and(length(b.subject) > 1), bool_and(b.recipient = 'rosa\@koharu.example' AND bounce_header(raw, 'subject') = b.subject), (SELECT count(*) FROM bounce_parse(bounce_redact(raw)))
FROM (SELECT '\\x$hex'::bytea AS raw) m, bounce_parse(raw) b GROUP BY raw;
END
    }
    is($server->sql(<<'END'), "x\x{FFFD}y|" =~ s/\x{FFFD}/\xEF\xBF\xBD/r . "1", 'NUL, in JSON that jsonb can not hold, and that of a webhook in a string');
SELECT coalesce(b.subject, 'x' || U&'\FFFD' || 'y'), count(*) FROM bounce_parse_json('{"Message": "{\"email\": \"rosa@koharu.example\", \"type\": \"hard\", \"subject\": \"x\\u0000y\"}"}') b GROUP BY 1;
END
}

# Rows are the same whatever letters are to the locale.
sub digest {
    my ($server) = @_;
    my @mails = (sort glob "$FindBin::Bin/../samples/mail/*")[map { $_ * 12 } 0 .. 31];
    my $rows = join ",\n", map {
        open my $file, '<:raw', $_ or die "$_: $!";
        local $/;
        "('\\x" . unpack('H*', <$file>) . "'::bytea)";
    } grep { defined } @mails;
    return join "\n", $server->run(encode('UTF-8', <<"END"));
CREATE TABLE mail (raw bytea);
INSERT INTO mail VALUES $rows;
INSERT INTO bounce_rule (diagnostic, destination, header, reason) VALUES ('FILLED IN', 'I.EXAMPLE', 'X-WILLI', 'filled_in');
INSERT INTO bounce_domain VALUES ('INFO.Example', 'i');
SELECT bounce_create_inbox('IN_Box', daily => true, partitioned => true);
INSERT INTO in_box (raw) SELECT raw FROM mail;
SELECT count(*), md5(string_agg(b::text, ',' ORDER BY b::text COLLATE "C")) FROM mail, bounce_parse(raw, true) b;
SELECT count(*), md5(string_agg(e::text, ',' ORDER BY e::text COLLATE "C")) FROM mail, bounce_explain(raw) e;
SELECT count(*) > 0 FROM in_box_event;
SELECT bounce_roll_up('in_box') > 0, (SELECT count(*) FROM bounce_reclassify('in_box'));
SELECT bounce_address_key('INFO\@MIDORI.EXAMPLE'), bounce_address_key('İI\@I.example'), bounce_domain_key('IİŞ.EXAMPLE'), bounce_fingerprint('MAILBOX IS FULL, İI'), bounce_is_role('INFO\@i.example'),
	(bounce_destination('x\@INFO.EXAMPLE')).provider, bounce_reason_from('SES', 'MAILBOXFULL'), bounce_visible('Iiİı');
SELECT b.reason, b.smtp_command, b.diagnostic_type FROM bounce_parse_reply('552 5.2.2 MAILBOX IS FULL, QUOTA LIMIT, TRY AGAIN IN 5 MINUTES', 'MX.MIDORI.EXAMPLE', 'MAIL') b;
END
}
my $plain = digest(Server->new('every'));
like($plain, qr/^in_box\n3\d\|[0-9a-f]{32}\n/, 'rows of the C locale');
for my $locale ("LOCALE 'C.UTF-8'", "LOCALE 'C.utf8'", "LOCALE 'en_US.UTF-8'", "LOCALE 'tr_TR.UTF-8'", "LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LC_COLLATE 'C' LC_CTYPE 'C'",
    "LOCALE_PROVIDER icu ICU_LOCALE 'en-u-ks-level1' LC_COLLATE 'C' LC_CTYPE 'C'")
{
    my $server = eval { Server->new('every', "ENCODING 'UTF8' $locale") };
    next if !$server && $@ =~ /invalid locale name|ICU is not supported|syntax error|not recognized|not compiled/;
    is($server ? digest($server) : $@, $plain, "$locale: the same rows");
}

# Turkish as the C library has it, where the machine has what it is made of.
SKIP: {
    my $why = Cluster::unavailable();
    skip $why, 1 if $why;
    my $folder = tempdir(CLEANUP => 1);
    skip 'no Turkish locale can be made', 1 if system("localedef -i tr_TR -f UTF-8 '$folder/tr_TR.UTF-8' >/dev/null 2>&1") >> 8 > 1 || !-e "$folder/tr_TR.UTF-8/LC_CTYPE";
    local $ENV{LOCPATH} = $folder;
    my $cluster = Cluster->new;
    $cluster->start;
    local $ENV{PGHOST} = $cluster->{dir};
    local $ENV{PGPORT} = 5432;
    local $ENV{PGUSER} = 'postgres';
    my $server = eval { Server->new('turkish', "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'tr_TR.UTF-8'") };
    is($server ? $server->sql("SELECT upper('insert')") : $@, encode('UTF-8', 'İNSERT'), 'a Turkish database');
    is(digest($server), $plain, '  gives the same rows');
}
done_testing();
