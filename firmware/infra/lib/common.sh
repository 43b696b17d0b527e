# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# Paths, messages and limits that every part of the engine shares. Sourced.

umask 022
export LC_ALL=C.UTF-8
unset MAKEFLAGS MFLAGS MAKELEVEL CDPATH

TOP=$(cd "$INFRA/../.." && pwd)
PACKAGES=$TOP/firmware/package
BUILD=${BUILD:-$TOP/build}
# A service manager sets no HOME; a plain 'su' leaves the administrator's programs out of PATH.
HOME=${HOME:-/root}
PATH=$PATH:/usr/sbin:/sbin
export HOME PATH
CACHE=${TRIREME_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/trireme}
CONFIG_FILE=${CONFIG_FILE:-$TOP/.config}
LOGS=$BUILD/log
JOBS=${JOBS:-$(nproc)}
# Raised when the engine changes what a package's result looks like; what key_all takes the sum of counts by itself.
ENGINE_VERSION=2
TAB=$(printf '\t')
NL='
'
export TOP PACKAGES BUILD CACHE CONFIG_FILE LOGS JOBS INFRA TAB

say() {
	printf '%s\n' "$*"
}

warn() {
	printf 'trireme: %s\n' "$*" >&2
}

die() {
	warn "$*"
	exit 1
}

# need_space DIR MIB WHAT: refuses to start what would end in a full disk.
need_space() {
	mkdir -p "$1" || die "cannot create $1"
	space_kib=$(df -Pk "$1" | awk 'NR == 2 { print $4 }')
	[ "$space_kib" -ge "$(($2 * 1024))" ] && return 0
	die "not enough disk space in $1 for $3: $2 MiB needed, $((space_kib / 1024)) MiB available.
  Free some, or put the cache elsewhere: TRIREME_CACHE=/big/disk/trireme make"
}

# one_at_a_time FILE WHAT: waits for another run that holds the same lock; released when this process ends.
one_at_a_time() {
	exec 9>"$1"
	flock -n 9 && return 0
	warn "another $2 is running; waiting for it"
	flock 9
}

# config_load: makes CONFIG_… shell variables from the resolved configuration.
config_load() {
	resolved=$BUILD/config
	[ -r "$resolved" ] || die "no resolved configuration ($resolved): run 'make olddefconfig'"
	# shellcheck disable=SC1090
	. "$resolved"
	BOARD=$CONFIG_BOARD
	TRIPLET=$CONFIG_TRIPLET
	LIBDIR=usr/lib/$TRIPLET
	export BOARD TRIPLET LIBDIR
}
