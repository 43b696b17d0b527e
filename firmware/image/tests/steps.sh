#!/bin/sh
# steps.sh: boot steps (rootfs/init/boot) under busybox's shell in a tree of their own, with programs that fail,
# hang or have something to say: what the console is told, and what is done. Needs root (chroot).
# Prints "ok NAME" or "not ok NAME: why".
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/trireme-steps.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
root=$work/root failed=0

# fake NAME LINE…: a program of the machine.
fake() {
	program=$root/bin/$1
	shift
	{
		echo '#!/bin/sh'
		printf '%s\n' "$@"
	} >"$program"
	chmod +x "$program"
}

# A machine whose root is partition 3 of vda; its times are shortened to a second.
machine() {
	rm -rf "$root"
	mkdir -p "$root/bin" "$root/dev" "$root/run/trireme" "$root/data/trireme" "$root/etc/init.d" "$root/proc/self"
	cp "$(command -v busybox)" "$root/bin/busybox"
	for name in sh cat mkdir mkfifo mv sleep sync; do ln -s busybox "$root/bin/$name"; done
	: >"$root/dev/null"
	cp -r "$top/rootfs/init/boot" "$top/rootfs/init/lib.sh" "$root/etc/init.d/"
	sed -i -E 's/\b(bounded|step) [0-9]+ /\1 1 /' "$root"/etc/init.d/boot/*
	echo '20 1 253:3 / / ro - squashfs /dev/root ro' >"$root/proc/self/mountinfo"
	disk=$root/sys/devices/vda
	mkdir -p "$disk/vda3" "$disk/vda5" "$root/sys/dev/block" "$root/sys/bus/pci/devices/1" "$root/sys/bus/pci/devices/2" \
		"$root/sys/bus/virtio/devices/1"
	ln -s ../../devices/vda/vda3 "$root/sys/dev/block/253:3"
	echo DEVNAME=vda >"$disk/uevent"
	echo 2097152 | tee "$disk/size" >"$disk/vda5/size"
	echo 5 >"$disk/vda5/partition"
	printf 'DEVNAME=vda5\nPARTNAME=trireme-data\n' >"$disk/vda5/uevent"
	for name in grow ip mount umount e2fsck findfs modprobe trireme-config trireme-ports trireme-system; do
		fake "$name" "echo \"$name \$*\" >>/calls"
	done
	mv "$root/bin/grow" "$root/etc/init.d/"
	: >"$root/calls"
}

# boot STEP: runs one; what the console is told is in $work/said. This busybox prefers its own programs to those
# in PATH, but a function to both.
boot() {
	cat >"$root/go" <<-END
		export PATH=/bin
		. /etc/init.d/lib.sh
		notice() { echo "notice: \$*"; }
		complain() { echo "complain: \$*"; }
		for name in ip modprobe mount umount; do eval "\$name() { /bin/\$name \"\\\$@\"; }"; done
		. /etc/init.d/boot/$1
	END
	timeout -k 1 30 chroot "$root" /bin/sh /go >"$work/said" 2>&1 || echo "exit $?" >>"$work/said"
}

# verdict NAME: "ok" unless one of the expectations before it was not met.
why=
verdict() {
	! grep '^exit ' "$work/said" >"$work/end" || why="ends with $(cat "$work/end")"
	if [ -z "$why" ]; then
		echo "ok steps-$1"
	else
		echo "not ok steps-$1: $why; said: $(tr '\n' '|' <"$work/said")"
		failed=1
	fi
	why=
}
says() { grep -qF -- "$1" "$work/said" || why="does not say '$1'"; }
says_not() { ! grep -qF -- "$1" "$work/said" || why="says '$1'"; }
does() { grep -qxF -- "$1" "$root/calls" || why="does not run '$1'"; }

machine
# shellcheck disable=SC2016  # $1 is the program's
fake e2fsck 'case $1 in -p) exit 4 ;; -y) exit 1 ;; esac'
boot data
says 'notice: /dev/vda5: filesystem errors were repaired'
says_not complain
verdict data-repaired-in-full

machine
fake e2fsck 'echo "superblock is gone"; exit 8'
boot data
says 'complain: e2fsck -y /dev/vda5 failed (exit 8): the data partition stays damaged'
says 'complain:   superblock is gone'
verdict data-damaged

machine
boot ports
says_not complain
says_not notice
does 'trireme-ports apply'
verdict ports-quiet

machine
fake trireme-ports 'echo "firmware of ice is not in the image" >&2; echo "eth0 is 52:54"'
boot ports
says_not complain
says 'notice:   firmware of ice is not in the image'
says 'notice:   eth0 is 52:54'
verdict ports-with-words

machine
fake trireme-ports 'echo "port eth1: no network card has it" >&2; exit 1'
boot ports
says 'failed (exit 1): a port not listed here has no card'
says 'complain:   port eth1: no network card has it'
verdict ports-one-missing

machine
echo pci:v1 | tee "$root/sys/bus/pci/devices/1/modalias" >"$root/sys/bus/pci/devices/2/modalias"
echo virtio:d1 >"$root/sys/bus/virtio/devices/1/modalias"
boot modules
does 'modprobe -abq pci:v1 virtio:d1'
says_not complain
verdict modules-each-once

machine
boot modules
[ ! -s "$root/calls" ] || why="runs $(cat "$root/calls")"
verdict modules-none

machine
echo pci:v1 >"$root/sys/bus/pci/devices/1/modalias"
fake modprobe 'exec sleep 5'
boot modules
says 'complain: modprobe failed (still running after 1 s)'
verdict modules-hang

machine
: >"$root/data/trireme/config.previous.json"
boot config
does 'trireme-config load'
says_not complain
verdict config-previous-only

machine
mkdir "$root/data/trireme/incoming"
boot config
does 'trireme-config load'
says_not complain
verdict config-joined

machine
: >"$root/data/trireme/config.db"
boot config
does 'trireme-config load'
says_not complain
verdict config-in-the-datastore

machine
fake findfs 'echo /dev/sdb1'
boot config
does 'mount -o ro,nosuid,nodev,noexec /dev/sdb1 /run/trireme/seed'
does 'trireme-config load --seed /run/trireme/seed'
verdict config-from-medium

machine
fake findfs 'exit 1'
boot config
says 'complain: no configuration on the data partition, and no medium labelled TRIREME'
says 'notice: to join a cluster or to restore a backup'
verdict config-none

machine
mkdir -p "$root/sys/bus/usb/devices/usb1"
fake findfs 'exec sleep 5'
boot config
says 'complain: findfs LABEL=TRIREME failed (still running after 1 s): a disk does not answer'
verdict config-disk-hangs

exit "$failed"
