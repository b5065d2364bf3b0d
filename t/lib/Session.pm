# Session - a session of psql that stays open, so that several can be looked at
# side by side.
package Session;

use strict;
use warnings;
use IPC::Open2;

# A session with that database, as that user (PGUSER by default).
sub new {
    my ($class, $database, $user) = @_;
    my $self = bless { number => 0 }, $class;
    my @user = $user ? ('-U', $user) : ();
    $self->{pid} = open2($self->{out}, $self->{in}, 'sh', '-c', 'exec psql -X -q -A -t "$@" 2>&1', 'sh', '-d', $database, @user);
    binmode $self->{$_}, ':encoding(UTF-8)' for qw(in out);
    return $self;
}

# Runs statements and returns what they say, errors included.
sub ask {
    my ($self, $script) = @_;
    my $mark = '-- answer ' . ++$self->{number};
    my $answer = '';
    print { $self->{in} } "$script;\n\\echo $mark\n";
    $self->{in}->flush;
    while (defined(my $line = readline $self->{out})) {
        if ($line eq "$mark\n") {
            chomp $answer;
            return $answer;
        }
        $answer .= $line;
    }
    die "the session ended: $answer\n";
}

sub DESTROY {
    my $self = shift;
    local ($?, $@, $!);
    close $self->{in};
    close $self->{out};
    waitpid $self->{pid}, 0;
}

1;
