# For rcS, its steps and rcK; sourced. Programs are started sparingly: on a slow machine each costs as much as
# everything else in a step, so facts are read from /proc and /sys by the shell itself.
# shellcheck shell=sh disable=SC2034,SC3045  # $fact, $value, $code, $uptime are the answers; `read -t` is busybox

# Messages go through the kernel log: to every console, into `dmesg`, stamped with the time since power-on.
notice() { printf '<5>trireme: %s\n' "$*" >/dev/kmsg; }
complain() { printf '<3>trireme: %s\n' "$*" >/dev/kmsg; }

# bounded SECONDS COMMAND…: what it prints goes to /run/boot.out; $code is its exit code, 143 or 137 when it had
# to be ended. The clock beside it is a shell that waits for a pipe nobody writes to: no program is started for
# it, as timeout(1) would be.
bounded() {
	limit=$1
	shift
	[ -p /run/never ] || mkfifo /run/never
	"$@" >/run/boot.out 2>&1 </dev/null &
	child=$!
	{
		read -r -t "$limit" _
		kill -TERM "$child"
		read -r -t 2 _
		kill -KILL "$child"
	} <>/run/never 2>/dev/null &
	guard=$!
	code=0
	wait "$child" 2>/dev/null || code=$?
	kill "$guard" 2>/dev/null
	return "$code"
}

# relay notice|complain: hands on what the last bounded command printed, 20 lines of it at most.
relay() {
	lines=0
	while [ "$lines" -lt 20 ] && IFS= read -r line; do
		"$1" "  $line"
		lines=$((lines + 1))
	done </run/boot.out
}

# failed CONSEQUENCE COMMAND…: the console shows why the last bounded command failed, what it said and what the
# machine does without it.
failed() {
	consequence=$1
	shift
	case $code in
	137 | 143) why="still running after $limit s" ;;
	*) why="exit $code" ;;
	esac
	complain "$* failed ($why): $consequence"
	relay complain
}

# step SECONDS CONSEQUENCE COMMAND…: runs a bounded command; if it fails, the console says so.
step() {
	seconds=$1 consequence=$2
	shift 2
	bounded "$seconds" "$@" && return 0
	failed "$consequence" "$@"
	return 1
}

# fact FILE: the first line of a file into $fact; false if there is none.
fact() {
	fact=
	[ -r "$1" ] && IFS= read -r fact <"$1"
}

# uevent_value FILE KEY: one value of a uevent file into $value; false if it is not there.
uevent_value() {
	while IFS='=' read -r key value; do
		[ "$key" != "$2" ] || return 0
	done <"$1"
	value=
	return 1
}

# uptime_tenths: "N.N" seconds since the kernel started into $uptime.
uptime_tenths() {
	read -r uptime _ </proc/uptime
	uptime=${uptime%?}
}

# For a run script: waits until the services that traffic depends on are up, or have been given their time (announce).
# What reads the model when it starts costs a slow processor seconds, and they are then all the others'.
after_services() {
	waited=0
	until [ -e /run/trireme/announced ] || [ "$waited" -ge 60 ]; do
		sleep 1
		waited=$((waited + 1))
	done
}
