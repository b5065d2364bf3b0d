# docs.t - the SQL in the documentation runs, and says what the documentation
# shows.
#
# Every ```sql block of a page runs in psql, in order, in one session, in the
# project's folder; a ```text block that follows one (blank lines between) must
# be what it printed.  Pages are those named here that are there; what a page
# takes for granted is in %before.
#
# DOCS_UPDATE=yes writes what psql printed into the ```text blocks: look at the
# difference before you keep it.
use strict;
use warnings;
use utf8;
use Cwd qw(getcwd);
use File::Temp qw(tempfile);
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Server;

binmode(Test::More->builder->$_, ':encoding(UTF-8)') for qw(output failure_output todo_output);
chdir "$FindBin::Bin/.." or die "$FindBin::Bin/..: $!";

my @pages = @ARGV ? @ARGV : grep { -f } 'README.md', map { "docs/$_.md" } qw(cookbook store own-rules suppression attribution domains logs webhooks redact explain speed data limits security);

# The tables of "make psql", where a page speaks of mail that is there.
my $samples = <<'END';
CREATE TABLE inbound_mail (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, received_at timestamptz NOT NULL DEFAULT now(), file text, raw bytea NOT NULL);
CREATE TABLE subscribers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL, name text, list text);
\copy inbound_mail (file, raw) FROM PROGRAM 'samples/copy-text'
\copy subscribers (email, name, list) FROM 'samples/subscribers.tsv' WITH (FORMAT csv, HEADER, DELIMITER E'\t')
END
my %before = map { $_ => $samples } qw(README.md docs/redact.md docs/explain.md docs/speed.md docs/limits.md);

sub read_file {
    my ($name) = @_;
    open my $file, '<:encoding(UTF-8)', $name or die "$name: $!";
    local $/;
    return scalar <$file>;
}

# The fenced blocks of a page: { kind, line of its fence, first and last line of
# its content, text }; lines count from 0.
sub blocks {
    my ($lines) = @_;
    my @blocks;
    my $open;
    for my $i (0 .. $#$lines) {
        if ($open) {
            next unless $lines->[$i] eq '```';
            @$open{qw(last text)} = ($i - 1, join '', map { "$_\n" } @$lines[ $open->{first} .. $i - 1 ]);
            push @blocks, $open;
            undef $open;
        }
        elsif ($lines->[$i] =~ /^```(\w*)/) {
            $open = { kind => $1, fence => $i, first => $i + 1 };
        }
    }
    die 'line ' . ($open->{fence} + 1) . ": a block does not end\n" if $open;
    return @blocks;
}

# A script with the page's SQL on the page's own lines, so that psql's messages
# name them; each fence becomes the mark that parts the outputs.  The database
# has the extension already.
sub script {
    my ($lines, @blocks) = @_;
    my @script = ('') x @$lines;
    for my $block (grep { $_->{kind} eq 'sql' } @blocks) {
        $script[ $block->{fence} ] = "\\echo -- block $block->{fence}";
        @script[ $block->{first} .. $block->{last} ] = @$lines[ $block->{first} .. $block->{last} ];
    }
    s/^CREATE EXTENSION (?=bounce;)/CREATE EXTENSION IF NOT EXISTS / for @script;
    return join '', map { "$_\n" } @script;
}

# Runs it, in the session that has run what comes before; returns the outputs by
# line of the fence, what was said on standard error, and the exit status.
sub run {
    my ($server, $script, $before) = @_;
    my ($in, $in_name)       = tempfile(UNLINK => 1);
    my ($first, $first_name) = tempfile(UNLINK => 1);
    my ($err, $err_name)     = tempfile(UNLINK => 1);
    for my $part ([ $in, $script ], [ $first, $before || '' ]) {
        my ($file, $text) = @$part;
        binmode $file, ':encoding(UTF-8)';
        print {$file} $text;
        close $file or die "a temporary file: $!";
    }
    local $ENV{PGTZ}        = 'UTC';
    local $ENV{PGDATESTYLE} = 'ISO';
    local $ENV{PGOPTIONS}   = '-c client_min_messages=warning -c intervalstyle=postgres';
    open my $psql, '-|:encoding(UTF-8)', 'sh', '-c', 'exec psql -X -q -v ON_ERROR_STOP=1 -P pager=off -d "$1" -f "$2" -f "$3" 2>"$4"', 'sh',
        $server->{database}, $first_name, $in_name, $err_name
        or die "psql: $!";
    my (%outputs, $block);
    while (my $line = <$psql>) {
        if ($line =~ /^-- block (\d+)$/) {
            $outputs{ $block = $1 } = '';
        }
        elsif (defined $block) {
            $outputs{$block} .= $line;
        }
    }
    close $psql;
    my $status = $? >> 8;
    my $error  = read_file($err_name);
    $error =~ s/\Q$in_name\E:/line /g;
    return (\%outputs, $error, $status);
}

# Without blanks at line ends and blank lines at the end, which nobody sees.
sub tidy {
    my ($text) = @_;
    $text =~ s/[ \t]+$//mg;
    $text =~ s/\n+\z/\n/;
    return $text eq "\n" ? '' : $text;
}

sub test_page {
    my ($page, $server) = @_;
    my @lines  = split /\n/, read_file($page);
    my @blocks = blocks(\@lines);
    my ($outputs, $error, $status) = run($server, script(\@lines, @blocks), $before{$page});
    my ($sql, @changes);

    is($status, 0, "$page: no block fails") or diag($error);
    for my $block (@blocks) {
        my $follows = $sql && !grep { /\S/ } @lines[ $sql->{last} + 2 .. $block->{fence} - 1 ];

        if ($block->{kind} eq 'text' && $follows) {
            my $said = tidy($outputs->{ $sql->{fence} } // '');
            is(tidy($block->{text}), $said, "$page: what line " . ($block->{first} + 1) . ' shows');
            unshift @changes, [ $block, $said ];
        }
        $sql = $block->{kind} eq 'sql' ? $block : undef;
    }
    return unless $ENV{DOCS_UPDATE} && $status == 0;
    for my $change (@changes) {
        my ($block, $said) = @$change;
        splice @lines, $block->{first}, $block->{last} - $block->{first} + 1, split /\n/, $said;
    }
    open my $file, '>:encoding(UTF-8)', $page or die "$page: $!";
    print {$file} map { "$_\n" } @lines;
    close $file or die "$page: $!";
}

# A page that is wrong must be seen to be.
sub test_the_test {
    my @lines  = ('text', '```sql', 'SELECT 1 AS one;', '```', '', '```text', ' one', '-----', '   1', '(1 row)', '```');
    my @blocks = blocks(\@lines);
    is(join(' ', map { "$_->{kind}:$_->{first}-$_->{last}" } @blocks), 'sql:2-2 text:6-9', 'blocks are found');
    is(script(\@lines, @blocks), "\n\\echo -- block 1\nSELECT 1 AS one;\n" . "\n" x 8, 'and stand at their lines');
    my $server = Server->new('docs_test');
    my ($outputs, $error, $status) = run($server, script(\@lines, @blocks));
    is(tidy($outputs->{1}), tidy($blocks[1]{text}), 'what is printed is compared');
    (undef, $error, $status) = run($server, "\n\nSELECT nothing;\nSELECT 1;\n");
    like("$status $error", qr/^3 .*line 3/, 'an error ends the page, and names its line');
}

test_the_test();
for my $page (@pages) {
    (my $name = lc $page) =~ s/\W+/_/g;
    test_page($page, Server->new("docs_$name"));
}
done_testing();
