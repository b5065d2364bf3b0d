# machine.sh: what the measuring scripts tell of the machine, and the core that
# they keep to.  Sourced behind scripts/common.sh; prints "what words", with a
# tab between.

# Sets $pinned to what runs a command on one core, the last that we may use.
find_pinned()
{
	pinned=
	CORES=$(taskset -p -c $$ 2>/dev/null | sed 's/.*: *//')
	CORE=${CORES##*[,-]}
	export CORE CORES
	[ -z "$CORE" ] || pinned="taskset -c $CORE"
}

machine()
{
	model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
	system=$(. /etc/os-release 2>/dev/null && echo "${PRETTY_NAME:-}")
	echo "processor	${model:-$(uname -m)}, $(nproc) cores$(grep -q '^flags.* hypervisor' /proc/cpuinfo 2>/dev/null && echo ', virtual')"
	echo "system	${system:-$(uname -s)}, $(uname -s) $(uname -r | cut -d. -f1,2)"
	echo "server	$(server_name)"
	echo "compiler	$(cc --version | head -n 1), -O2"
	echo "libraries	GMime $(pkg-config --modversion gmime-3.0), PCRE2 $(pkg-config --modversion libpcre2-8)"
}

where_and_when()
{
	echo "pinned	$([ -n "$CORE" ] && echo 'to one core' || echo 'no, taskset is missing')"
	echo "load	$load before it began"
	echo "date	$(date -u +%Y-%m-%d)"
}
