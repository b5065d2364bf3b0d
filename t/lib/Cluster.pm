# Cluster - a cluster of the test's own, to be killed, filled and copied.
#
# It lies in a temporary folder, listens on a socket in there, knows the
# extension as the server does that PGHOST etc. name, and is gone at the end; its
# log stays in the folder that BOUNCE_LOGS names, if it does.  run() and sql()
# are those of Server.  Its owner is the caller, who can't be root: unavailable()
# says why there can be none.
package Cluster;

use strict;
use warnings;
use File::Temp qw(tempdir);
use POSIX ();
use Scalar::Util qw(weaken);
use Server;
our @ISA = ('Server');

# How many times slower the server may be than an ordinary one.
my $SLOWNESS = $ENV{BOUNCE_SLOWNESS} || 1;

# All that there are.
my @clusters;

# So that an interrupted test, too, leaves no server behind.
$SIG{$_} = sub { exit 1 } for grep { !$SIG{$_} } qw(INT TERM HUP);

# Why there can be no cluster, or nothing.
sub unavailable {
    return 'PostgreSQL refuses to be run by root' if $> == 0;
    return 'there is no /proc' unless -e '/proc/self/stat';
    my $bin = _server_says(q{SELECT setting FROM pg_config() WHERE name = 'BINDIR'});
    my ($lacking) = grep { !-x "$bin/$_" } qw(initdb pg_ctl postgres);
    return $lacking && "$bin/$lacking can't be executed";
}

# A new one, not started.  Options:
#	conf		more lines of postgresql.conf
#	initdb		a list of more options of initdb
#	bin			where the programs lie; those of the running server
#	of_backup	a folder that backup() made: it gets no initdb, and its
#				postgresql.conf is that of the other cluster
sub new {
    my ($class, %option) = @_;
    my $dir = tempdir('bounce-XXXXXX', TMPDIR => 1, CLEANUP => 1);
    # a socket's path may have about a hundred bytes
    $dir = tempdir('/tmp/bounce-XXXXXX', CLEANUP => 1) if length $dir > 60;
    my $self = bless {
        dir      => $dir,
        data     => "$dir/data",
        made     => $$,
        database => 'postgres',
        bin      => $option{bin} || _server_says(q{SELECT setting FROM pg_config() WHERE name = 'BINDIR'}),
    }, $class;
    if ($option{of_backup}) {
        rename $option{of_backup}, $self->{data} or die "$option{of_backup}: $!";
    }
    else {
        $self->_quietly("$self->{bin}/initdb", '-D', $self->{data}, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync', @{ $option{initdb} || [] });
        $self->append_conf(<<'END', _inherited());
listen_addresses = ''
port = 5432
timezone = 'UTC'
lc_messages = 'C'
logging_collector = off
log_line_prefix = '%m [%p] '
fsync = off
shared_buffers = '16MB'
END
    }
    $self->append_conf("unix_socket_directories = '$dir'", $option{conf} || ());
    push @clusters, $self;
    weaken($clusters[-1]);
    return $self;
}

# The settings by which the running server finds the extension, as lines.
sub _inherited {
    return _server_says(<<'END');
SELECT coalesce(string_agg(format('%s = %L', name, setting), E'\n'), '') FROM pg_settings
WHERE name IN ('dynamic_library_path', 'extension_control_path', 'extension_destdir')
END
}

sub _server_says {
    my ($query) = @_;
    my ($out, $error) = Server::run({ database => 'postgres' }, $query);
    die "psql said:\n$error\n" if $error ne '';
    return $out;
}

# Adds lines; of two for the same setting the last counts.
sub append_conf {
    my ($self, @lines) = @_;
    open my $conf, '>>', "$self->{data}/postgresql.conf" or die "postgresql.conf: $!";
    print {$conf} map { "$_\n" } @lines;
    close $conf or die "postgresql.conf: $!";
}

# Starts it and waits until it answers; true when it does.  Options: "before",
# commands of sh for the postmaster's process (ulimit ...); "env", variables for
# it; "patience", seconds.
sub start {
    my ($self, %option) = @_;
    my $before = $option{before} ? "$option{before}; " : '';
    my %env = %{ $option{env} || {} };
    local @ENV{ keys %env } = values %env;
    return system('sh', '-c', $before . 'exec "$0" "$@" >/dev/null 2>&1 </dev/null', "$self->{bin}/pg_ctl",
                  '-D', $self->{data}, '-l', "$self->{dir}/log", '-w', '-t', ($option{patience} || 60) * $SLOWNESS, 'start') == 0;
}

# "fast", "smart" or "immediate", which is a crash that gets no checkpoint.
sub stop {
    my ($self, $mode) = @_;
    $self->_quietly("$self->{bin}/pg_ctl", '-D', $self->{data}, '-m', $mode || 'fast', '-w', '-t', 60 * $SLOWNESS, 'stop');
}

sub restart {
    my ($self, %option) = @_;
    $self->stop($option{mode});
    $self->start(%option) or die "the server does not start again:\n" . $self->log_tail;
}

# An end that no process sees coming: SIGKILL for all of them.
sub kill_all {
    my ($self) = @_;
    my $postmaster = $self->postmaster or die 'no postmaster';
    # so that it starts none meanwhile
    kill 'STOP', $postmaster;
    my @pids = ($postmaster, $self->children);
    kill 'KILL', $_ for @pids;
    for (1 .. 600) {
        last unless grep { kill 0, $_ } @pids;
        select undef, undef, undef, 0.05;
    }
}

# The process ids of the postmaster's children.
sub children {
    my ($self) = @_;
    my $postmaster = $self->postmaster or return;
    my @pids;
    for my $path (glob '/proc/[0-9]*/stat') {
        open my $file, '<', $path or next;
        my $stat = <$file>;
        # pid (name) state parent
        push @pids, $1 if defined $stat && $stat =~ /^(\d+) \(.*\) \S (\d+)/s && $2 == $postmaster;
    }
    return @pids;
}

# The postmaster's process id; nothing when none runs.
sub postmaster {
    my ($self) = @_;
    open my $file, '<', "$self->{data}/postmaster.pid" or return;
    my $pid = <$file>;
    chomp $pid if defined $pid;
    return $pid && kill(0, $pid) ? $pid : ();
}

# A copy of the running cluster in a new folder, which is returned; more options
# of pg_basebackup follow ("-R" for a standby).
sub backup {
    my ($self, $name, @options) = @_;
    my $folder = "$self->{dir}/$name";
    $self->_quietly("$self->{bin}/pg_basebackup", '-D', $folder, '-h', $self->{dir}, '-p', 5432, '-U', 'postgres', '-c', 'fast', '--no-sync', @options);
    return $folder;
}

# Waits until a query that gives one value says it is true; false when it does not.
sub wait_for {
    my ($self, $query, $seconds) = @_;
    for (1 .. 20 * ($seconds || 60) * $SLOWNESS) {
        my ($out, $error) = $self->run($query);
        return 1 if $error eq '' && $out eq 't';
        select undef, undef, undef, 0.05;
    }
    return 0;
}

# What the server has logged, all of it or from that byte on.
sub log {
    my ($self, $from) = @_;
    open my $log, '<', "$self->{dir}/log" or return '';
    seek $log, $from || 0, 0;
    local $/;
    my $text = <$log>;
    return defined $text ? $text : '';
}

sub log_size { return -s "$_[0]{dir}/log" || 0 }

sub log_tail {
    my @lines = split /^/, $_[0]->log;
    return join '', @lines > 40 ? @lines[-40 .. -1] : @lines;
}

# For who looks for faults in it when the test is over (scripts/sanitized-server).
sub _leave_log {
    my ($self) = @_;
    my ($name) = $self->{dir} =~ m{([^/]+)$};
    open my $to, '>', "$ENV{BOUNCE_LOGS}/$name" or return;
    print {$to} $self->log;
}

# Calls a function with the environment by which libpq's programs find this cluster.
sub inside {
    my ($self, $what) = @_;
    local @ENV{qw(PGHOST PGPORT PGUSER PGDATABASE)} = ($self->{dir}, 5432, 'postgres', $self->{database});
    return $what->();
}

sub run {
    my ($self, @arguments) = @_;
    return $self->inside(sub { $self->SUPER::run(@arguments) });
}

# A session that stays open, for those who use Session.
sub session {
    my ($self, $database) = @_;
    return $self->inside(sub { Session->new($database || $self->{database}) });
}

# Runs a program; dies with what it said when it fails.
sub _quietly {
    my ($self, @command) = @_;
    my $pid = open my $from, '-|';
    die "fork: $!" unless defined $pid;
    if (!$pid) {
        open STDERR, '>&', \*STDOUT;
        open STDIN, '<', '/dev/null';
        exec @command or POSIX::_exit(127);
    }
    my $said = do { local $/; <$from> };
    close $from;
    die "@command:\n" . (defined $said ? $said : '') if $?;
}

sub DESTROY {
    my $self = shift;
    return unless $self->{made} && $self->{made} == $$;
    delete $self->{made};
    local ($?, $@, $!);
    eval { $self->stop('immediate') } if $self->postmaster;
    $self->_leave_log if $ENV{BOUNCE_LOGS};
}

# Before File::Temp takes the folder away, from a server that runs there.
END { $_->DESTROY for grep { defined } @clusters }

1;
