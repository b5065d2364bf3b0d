# common.sh: what demo, psql and check share.  Sourced, not run.
#
#   need_packages      installs what is missing, or says what to install
#   want_package       the same for one that may stay missing
#   make_copy          $work/src, a copy of the sources to build in
#   build              compiles there and installs into $work/stage
#   start_cluster      a PostgreSQL cluster in $work that knows the extension;
#                      sets PGHOST, PGUSER, PGPORT, PGDATABASE; runs it by
#                      $postgres_program, if there is one
#
# All of it lies in one temporary folder, $work, and is gone at exit, however
# that comes.  Nothing is written into the source tree.  Into the system goes
# nothing but packages, save where PostgreSQL can take an extension only from
# its own folders (see install_to_system).
set -u
umask 022
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES PGOPTIONS PGSERVICE PGHOSTADDR PGPASSWORD PSQLRC
export LC_ALL=C PGCLIENTENCODING=UTF8
top=$(cd "$(dirname "$0")/.." && pwd -P) || exit 1
jobs=$(nproc 2>/dev/null || echo 1)
work= running= installed= as=
bold= plain=
[ -t 1 ] && { bold=$(printf '\033[1m'); plain=$(printf '\033[0m'); }

# One line a step: what, then with what result, and how long it took.
step()
{
	step_start=$(date +%s)
	printf '  %-10s ' "$1"
}

done_step()
{
	seconds=$(($(date +%s) - step_start))
	if [ "$seconds" -lt 1 ]; then printf '%s\n' "$*"; else printf '%s, %s s\n' "$*" "$seconds"; fi
}

fail()
{
	printf '\n%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# quietly COMMAND...: its output is seen only when it fails.
quietly()
{
	"$@" </dev/null >"$work/log" 2>&1 && return
	printf 'FAILED\n\n' >&2
	tail -n 60 "$work/log" >&2
	fail "this command failed: $*"
}

cleanup()
{
	status=$?
	trap '' INT TERM HUP
	[ -z "$running" ] || (cd / && $as "$bin/pg_ctl" -D "$work/data" -m immediate -w stop >/dev/null 2>&1)
	[ -z "$installed" ] || $sudo "$make" -C "$work/src" uninstall PG_CONFIG="$pg_config" >/dev/null 2>&1
	[ -z "$work" ] || rm -rf "$work"
	exit $status
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

make=$(command -v gmake || command -v make)
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo

# Where a cluster's owner, who need not be the caller, can work.  The path of
# the server's socket is limited to about a hundred bytes.
make_work()
{
	folder=${TMPDIR:-/tmp}
	[ "${#folder}" -lt 60 ] || folder=/tmp
	[ "$(id -u)" != 0 ] || runuser -u nobody -- test -x "$folder" 2>/dev/null || folder=/tmp
	work=$(mktemp -d "$folder/bounce.XXXXXX") || fail "no temporary folder in $folder"
	chmod 755 "$work"
}

# Sets pg_config to one that has both the server and its build files, or to
# nothing.  PG_CONFIG in the environment or on make's command line decides.
find_pg_config()
{
	pg_config=
	for candidate in ${PG_CONFIG:-pg_config $(ls -d /usr/lib/postgresql/*/bin/pg_config /usr/pgsql-*/bin/pg_config 2>/dev/null | sort -t/ -k5,5Vr)}; do
		bin=$("$candidate" --bindir 2>/dev/null) || continue
		# Debian's server package has the makefiles, too, but not the headers
		[ -f "$("$candidate" --pgxs)" ] && [ -f "$("$candidate" --includedir-server)/postgres.h" ] &&
			[ -x "$bin/initdb" ] && [ -x "$bin/postgres" ] || continue
		pg_config=$candidate
		return
	done
}

has() { command -v "$1" >/dev/null 2>&1; }

# What is missing, as names of Debian packages.  $1 is "check" for what only the
# tests want.
missing_packages()
{
	missing=
	has cc || missing="$missing gcc"
	[ -f /usr/include/stdio.h ] || missing="$missing libc6-dev"
	has pkg-config || missing="$missing pkg-config"
	pkg-config --exists libpcre2-8 2>/dev/null || missing="$missing libpcre2-dev"
	if [ "${1:-}" = check ]; then
		pkg-config --exists gmime-3.0 2>/dev/null || missing="$missing libgmime-3.0-dev"
		has perl && perl -MTest::More -e 1 2>/dev/null || missing="$missing perl"
	fi
	find_pg_config
	[ -n "$pg_config" ] || missing="$missing $(postgresql_packages)"
	missing=${missing# }
}

# The server that is there and lacks only its build files, else the one that
# the distribution has.
postgresql_packages()
{
	version=$(ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null | cut -d/ -f5 | sort -n | tail -n 1)
	[ -n "$version" ] ||
		version=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1)
	echo "postgresql-${version:-NN} postgresql-server-dev-${version:-NN}"
}

need_packages()
{
	make_work
	step packages
	missing_packages "${1:-}"
	if [ -z "$missing" ]; then
		done_step "all here"
		return
	fi
	if ! has apt-get; then
		echo missing
		fail "please install these, by the names that your system gives them, and come again:
  $missing
(on Fedora: gcc pkgconf gmime30-devel pcre2-devel postgresql-server postgresql-server-devel perl-Test-Simple;
 a PostgreSQL outside the PATH is named by PG_CONFIG=/path/to/pg_config)"
	fi
	[ -z "${PG_CONFIG:-}" ] || [ -n "$pg_config" ] ||
		fail "PG_CONFIG=$PG_CONFIG has no server or no build files beside it"
	if [ -n "$sudo" ] && ! has sudo; then
		echo missing
		fail "please install these packages and come again: $missing"
	fi
	[ -z "$sudo" ] || sudo true || fail "please install these packages and come again: $missing"

	printf 'installing %s ...\n' "$missing"
	quietly $sudo apt-get -q update
	case $missing in *postgresql-NN*) missing_packages "${1:-}" ;; esac
	# A demo should leave no database server running: no cluster "main".
	no_cluster=/etc/postgresql-common/createcluster.d/bounce-demo.conf
	quietly $sudo sh -c "mkdir -p ${no_cluster%/*} && echo create_main_cluster = false >$no_cluster"
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $missing \
		</dev/null >"$work/log" 2>&1
	status=$?
	$sudo rm -f "$no_cluster"
	[ $status = 0 ] || { tail -n 30 "$work/log" >&2; fail "apt-get could not install: $missing"; }
	missing_packages "${1:-}"
	[ -z "$missing" ] || fail "still missing after installing: $missing"
	printf '  %-10s ' ''
	done_step installed
}

# want_package NAME COMMAND...: a package that we can do without, there when the
# command succeeds.  Installed where apt-get can do that unasked; false when it
# is not there in the end.
want_package()
{
	name=$1; shift
	"$@" >/dev/null 2>&1 && return
	has apt-get || return
	[ -z "$sudo" ] || sudo -n true 2>/dev/null || return
	step packages
	for update in no yes; do
		[ "$update" = no ] || $sudo apt-get -q update >/dev/null 2>&1 </dev/null
		$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "$name" \
			>/dev/null 2>&1 </dev/null && break
	done
	if "$@" >/dev/null 2>&1; then
		done_step "$name installed"
	else
		done_step "$name could not be installed"
		return 1
	fi
}

make_copy()
{
	mkdir "$work/src"
	(cd "$top" && tar -cf - --exclude=./.git --exclude=./build --exclude='*.o' --exclude='*.bc' --exclude='*.so' .) |
		(cd "$work/src" && tar -xf - --no-same-owner) || fail "could not copy the sources"
}

# build [VARIABLE=VALUE...]
build()
{
	quietly "$make" -C "$work/src" -j "$jobs" PG_CONFIG="$pg_config" "$@"
	quietly "$make" -C "$work/src" PG_CONFIG="$pg_config" "$@" install DESTDIR="$work/stage"
}

# PostgreSQL before 18, unless Debian's, takes extensions only from its own
# folders: we go in, and out again at the end.
install_to_system()
{
	control=$("$pg_config" --sharedir)/extension/bounce.control
	[ ! -e "$control" ] || fail "this PostgreSQL can't take an extension from a temporary folder, and $control is there already: not touched"
	if [ -n "$sudo" ] && [ -w "${control%/*}" ] && [ -w "$("$pg_config" --pkglibdir)" ]; then sudo=; fi
	installed=yes
	quietly $sudo "$make" -C "$work/src" PG_CONFIG="$pg_config" install
}

start_cluster()
{
	# The server and initdb refuse to be run by root.
	if [ "$(id -u)" = 0 ]; then
		owner=postgres
		id "$owner" >/dev/null 2>&1 || owner=nobody
		has runuser || fail "runuser is missing (package util-linux)"
		as="runuser -u $owner --"
		$as test -x "$work" -a -r "$work/src" || fail "the user $owner can't reach $work; set TMPDIR to a folder that it can"
	else
		owner=$(id -un)
	fi

	# Only the owner (and root) may reach the socket, so trust is enough.
	mkdir -m 700 "$work/data" "$work/socket"
	[ "$(id -u)" != 0 ] || chown "$owner" "$work/data" "$work/socket"
	cd "$work/src" || exit 1
	quietly $as "$bin/initdb" -D "$work/data" -U postgres -A trust -E UTF8 --no-locale --no-sync

	{
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$work/socket'"
		echo "port = 5432"
		echo "fsync = off"
		echo "timezone = 'UTC'"
		echo "lc_messages = 'C'"
		echo "logging_collector = off"
		lib=$work/stage$("$pg_config" --pkglibdir) share=$work/stage$("$pg_config" --sharedir)
		echo "dynamic_library_path = '$lib:\$libdir'"
		settings=$("$bin/postgres" --describe-config | cut -f1)
		case $settings in
			*extension_control_path*) echo "extension_control_path = '$share:\$system'" ;;
			*extension_destdir*) echo "extension_destdir = '$work/stage'" ;;
			*) echo "# nowhere but in the system" ;;
		esac
	} >"$work/conf"
	[ "$(id -u)" != 0 ] || chmod 644 "$work/conf"
	$as sh -c 'cat "$1" >>"$2"' sh "$work/conf" "$work/data/postgresql.conf" || exit 1
	grep -q '^extension_' "$work/conf" || install_to_system

	running=yes
	quietly $as "$bin/pg_ctl" -D "$work/data" -l "$work/data/server.log" -w -t "${start_seconds:-60}" \
		${postgres_program:+-p "$postgres_program"} start
	export PGHOST="$work/socket" PGPORT=5432 PGUSER=postgres PGDATABASE=bounce
	export PATH="$bin:$PATH"
	quietly "$bin/createdb" bounce
}

server_name()
{
	"$pg_config" --version
}
