# glue.t - what lies between SQL and the library (src/pg), fed with what nobody
# would write: mails, texts, documents, patterns and options, changed byte by
# byte, in databases of several encodings.
#
# Asked of every function that reads a stranger's bytes or a user's words: no
# error but those that are documented, the same answer when it is asked again,
# texts that are valid in the database's encoding, and a server that stays up.
# Always the same inputs: RUNS (25 by default) rounds in each encoding, SEED
# others; 3,000 questions, 2 s.  SECONDS lets each encoding go on for that long, with new seeds.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;

my $runs    = $ENV{RUNS}    || 25;
my $seed    = $ENV{SEED}    || 1;
my $seconds = $ENV{SECONDS} || 0;
my @samples = map { slurp($_) } (sort glob("$FindBin::Bin/../samples/mail/*"))[map { $_ * 9 } 0 .. 40];
my @events  = map { slurp($_) } (sort glob("$FindBin::Bin/../samples/json/*"))[map { $_ * 5 } 0 .. 20];

sub slurp {
    my ($path) = @_;
    return () unless defined $path;
    open my $file, '<:raw', $path or die "$path: $!\n";
    local $/;
    return scalar <$file>;
}

# A generator of our own, so that every perl makes the same inputs.
my $state;
sub random {
    my ($below) = @_;
    $state = ($state * 1103515245 + 12345) & 0x7fffffff;
    return int($state / 65536) % $below;
}
sub one_of { return $_[random(scalar @_)] }

my @bytes = ("\0", "\xff", "\xe3\x81", "\xf0\x9f\x8c\xb8", "\xc0\x80", "\xed\xa0\x80", "\r", "\n", "\r\n", '"', "'", '\\', '%', '{', '}', '<', '>',
    '@', "\x1b\$B", "\x8e\xb1", "\x8f\xa1\xff", '=?UTF-8?B?4pyT?=', '=?ISO-2022-JP?B?GyRC?=', "\xe2\x80\xae", "\x01", '550 5.1.1 ', 'a' x 300, "\t" x 40);

# The bytes, changed in some places.
sub mutate {
    my ($text, $times) = @_;
    for (1 .. random($times) + 1) {
        my $at = random(length($text) + 1);
        my $n  = random(12);
        my $to = one_of(@bytes, map { chr random(256) } 1 .. 6);
        my $how = random(4);
        if    ($how == 0) { substr($text, $at, 0) = $to }
        elsif ($how == 1) { substr($text, $at, $at + $n > length($text) ? length($text) - $at : $n) = '' }
        elsif ($how == 2) { substr($text, $at, $at + $n > length($text) ? length($text) - $at : $n) = $to }
        else              { my $from = random(length($text) + 1); substr($text, $at, 0) = substr($text, $from, random(60)) }
    }
    return substr($text, 0, 12000);
}

sub bytea { return "'\\x" . unpack('H*', $_[0]) . "'::bytea" }

# Bytes as a text of the database: what is not valid in its encoding, and NUL, is left out on the server.
sub text { return 'pg_temp.as_text(' . bytea($_[0]) . ')' }

# What may be said.  The condition's code, as the documentation of the function has it.
my %allowed = (
    '22P02' => 'invalid_text_representation: no JSON',
    '22P05' => 'untranslatable_character: JSON that names a character that the encoding lacks',
    '22023' => 'invalid_parameter_value: an option, a key or a pattern of the user',
    '2201B' => 'invalid_regular_expression: likewise',
    '22026' => 'string_data_length_mismatch',
    '23514' => 'check_violation: a rule that its table refuses',
    '23505' => 'unique_violation: likewise',
    '22021' => 'character_not_in_repertoire',
    '22030' => 'duplicate_json_object_key_value',
    '54001' => 'statement_too_complex: JSON that is nested too deep',
    '54000' => 'program_limit_exceeded',
);

# Statements about one round's inputs: each is "SELECT text", of which the answer is compared with itself.
sub questions {
    my $mail  = mutate(one_of(@samples), 12);
    my $json  = mutate(one_of(@events), random(3) ? 1 : 6);
    my $reply = mutate(one_of('550 5.1.1 <a@b.example>: User unknown', '421-4.7.0 [192.0.2.1] try again in 5 minutes', "552 5.2.2 Mailbox full\r\n552 really",
        'host mx.b.example[192.0.2.7] said: 554 5.7.1 blocked using zen.spamhaus.org'), 6);
    my $address = mutate(one_of('a@b.example', 'bounce+a=b.example@list.example', 'SRS0=HHH=TT=b.example=a@f.example', '"a b"@xn--bcher-kva.example', 'user@[192.0.2.1]'), 3);
    my $word  = mutate(one_of('RCPT', 'mx.example.com', 'Subject', 'default', '_at_', '(a+)+$'), 2);
    my ($b, $m, $j, $r, $a, $w) = (bytea($mail), text($mail), 'pg_temp.as_jsonb(' . text($json) . ')', text($reply), text($address), text($word));
    return (
        "SELECT string_agg(x::text, ' ') FROM bounce_parse($b, true) x",
        "SELECT string_agg(x::text, ' ') FROM bounce_parse($m) x",
        "SELECT string_agg(x::text, ' ') FROM bounce_explain($b) x",
        "SELECT string_agg(x::text, ' ') FROM bounce_explain($m) x",
        "SELECT string_agg(x::text, ' ') FROM bounce_parse($b, 'default', true) x",
        "SELECT string_agg(x::text, ' ') FROM bounce_judge($b, 'default', true) x",
        "SELECT string_agg(x::text, ' ') FROM bounce_parse($m, $w, true) x",
        "SELECT string_agg(x::text, ' ') FROM bounce_headers($b, $w) x",
        "SELECT string_agg(x::text, ' ') FROM bounce_headers($m, 'Subject') x",
        "SELECT bounce_header($b, 'Subject')",
        "SELECT encode(bounce_redact($b), 'hex')",
        "SELECT encode(bounce_redact($b, $w), 'hex')",
        "SELECT bounce_redact($m)",
        "SELECT string_agg(x::text, ' ') FROM bounce_parse_json($j, true) x",
        "SELECT string_agg(x::text, ' ') FROM bounce_explain_json($j, 'default') x",
        "SELECT string_agg(x::text, ' ') FROM bounce_headers($j, 'Subject') x",
        "SELECT x::text FROM bounce_parse_reply($r, $w, $w) x",
        "SELECT string_agg(x::text, ' ') FROM bounce_explain_reply($r, $w, 'RCPT') x",
        "SELECT bounce_fingerprint($r)",
        "SELECT bounce_address_key($a, true, true) || ' ' || bounce_domain_key($a) || ' ' || bounce_domain_display($a)",
        "SELECT string_agg(x::text, ' ') FROM bounce_decode_address($a, $w) x",
        "SELECT string_agg(x::text, ' ') FROM bounce_decode_address($a, NULL) x",
        "SELECT bounce_is_role($a)::text || bounce_is_disposable($a)::text",
        "SELECT string_agg(x::text, ' ') FROM bounce_provider($a) x",
        "SELECT string_agg(x::text, ' ') FROM bounce_destination($a) x",
        "SELECT bounce_pseudonym($a, $w)",
        "SELECT bounce_reason_as($w, $w) || bounce_reason_from($w, $r)",
        "SELECT bounce_visible($m)",
        "SELECT bounce_domain_distance($a, $w)::text",
        "SELECT pg_temp.own_rule($w, $r)",
    );
}

# Asks each question twice; tells the state of an error, an answer that changed, a text that is not valid.
my $helpers = <<'END';
CREATE FUNCTION pg_temp.as_text(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	part bytea;
	result text := '';
BEGIN
	BEGIN
		RETURN convert_from(bytes, getdatabaseencoding());
	EXCEPTION WHEN OTHERS THEN
		NULL;
	END;
	-- piece by piece, of which those that are not valid are left out
	FOR i IN 0 .. length(bytes) / 16 LOOP
		part := substring(bytes FROM i * 16 + 1 FOR 16);
		BEGIN
			result := result || convert_from(part, getdatabaseencoding());
		EXCEPTION WHEN OTHERS THEN
			NULL;
		END;
	END LOOP;
	RETURN result;
END $$;
CREATE FUNCTION pg_temp.as_jsonb(doc text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	RETURN doc::jsonb;
EXCEPTION WHEN OTHERS THEN
	RETURN jsonb_build_array(jsonb_build_object('type', 'hard', 'email', left(doc, 40), 'reason', doc), jsonb_build_object('event', 'bounce', 'email', 'a@b.example', 'reason', left(doc, 3000)));
END $$;
-- A rule of words that nobody would write applies to a reply, and is gone again.
CREATE FUNCTION pg_temp.own_rule(pattern text, reply text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	told text;
BEGIN
	BEGIN
		INSERT INTO bounce_rule (syntax, diagnostic, reason) VALUES ('regex', pattern, 'mailboxfull');
		SELECT b::text INTO told FROM bounce_parse_reply(reply, NULL, NULL, 'default') b;
		RAISE EXCEPTION USING errcode = 'BX000';
	EXCEPTION WHEN SQLSTATE 'BX000' THEN
		NULL;
	END;
	RETURN told;
END $$;
CREATE FUNCTION pg_temp.ask(question text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	first text;
	again text;
BEGIN
	BEGIN
		EXECUTE question INTO first;
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLSTATE || ' ' || SQLERRM;
	END;
	EXECUTE question INTO again;
	IF first IS DISTINCT FROM again THEN
		RETURN 'CHANGE';
	END IF;
	-- raises an error where a text is not valid
	IF first <> convert_from(convert_to(first, getdatabaseencoding()), getdatabaseencoding()) THEN
		RETURN 'TEXT';
	END IF;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	RETURN 'TEXT ' || SQLERRM;
END $$;
END

my $asked = 0;
my $refused = 0;
for my $encoding (qw(UTF8 LATIN1 EUC_JP SQL_ASCII)) {
    local $ENV{PGCLIENTENCODING} = $encoding;
    my $server = eval { Server->new('glue_' . lc $encoding, "ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C'") };
    if (!$server) {
        like($@, qr/encoding/, "$encoding: not in this server");
        next;
    }
    $state = $seed;
    my $end = time + $seconds;
    my (%bad, %seen);
    my $lost = 0;
    do {
        my @all;
        push @all, questions() for 1 .. $runs;
        my $script = $helpers . join '', map { my $q = $_; my ($f) = $q =~ /(bounce_\w+|own_rule)\(/; "SELECT '$f ' || pg_temp.ask(\$question\$$q\$question\$);\n" } @all;
        my ($out, $error) = $server->run($script);
        my @lines = split /\n(?=(?:bounce_\w+|own_rule) )/, $out;
        $lost++ if @lines != @all || $error =~ /server closed|connection/;
        $asked += @lines;
        diag(substr($error, 0, 600)) if $error ne '';
        for my $i (0 .. $#lines) {
            my ($function, $answer) = $lines[$i] =~ /^(\w+) (.*)/s;
            next if !defined $answer || $answer eq 'ok';
            my ($code) = $answer =~ /^(\w+)/;
            $refused++, $seen{$code}++, next if $allowed{$code};
            $bad{"$function: " . substr($answer, 0, 150)} ||= $all[$i];
        }
    } while (time < $end && !%bad && !$lost);
    ok(!$lost, "$encoding: every question is answered");
    ok(!%bad, "$encoding: with what is documented");
    diag("$_\n  ", length $bad{$_} > 500 ? substr($bad{$_}, 0, 500) . '...' : $bad{$_}) for (sort keys %bad)[0 .. (keys %bad > 5 ? 4 : keys(%bad) - 1)];
    note("$encoding: refused: ", join ', ', map { "$_ $seen{$_}" } sort keys %seen);
}
print "# measured: $asked questions, $refused refused\n";
done_testing();
