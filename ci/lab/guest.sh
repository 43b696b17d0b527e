# For the first and only process of a guest (guest.py); sourced. Mounts what every program needs, and says what is seen.
# shellcheck shell=sh
set -u
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
busybox mkdir -p /proc /sys /dev /run /tmp /var/run
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
busybox mount -t devtmpfs dev /dev
busybox mkdir -p /dev/shm
busybox mount -t tmpfs shm /dev/shm
busybox mount -t tmpfs run /run
busybox --install -s /bin
mkdir -p /run/trireme
cd /tmp || exit

# busybox's shell prefers its own applet.
ip() { /usr/sbin/ip "$@"; }

# -- what is said

verdict() { if [ "$1" -eq 0 ]; then echo "ok $2"; else echo "not ok $2"; fi; }
same() { # WHAT WANTED SEEN
	if [ "$2" = "$3" ]; then echo "ok $1"; else
		echo "not ok $1"
		printf 'wanted:\n%s\nseen:\n%s\n' "$2" "$3"
	fi
}
# until_same SECONDS WHAT WANTED COMMAND…: polls ten times a second.
until_same() {
	tries=$(($1 * 10)) what=$2 wanted=$3
	shift 3
	while seen=$("$@" 2>&1) && [ "$seen" != "$wanted" ] || [ "$seen" != "$wanted" ]; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || break
		sleep 0.1
	done
	same "$what" "$wanted" "$seen"
}
