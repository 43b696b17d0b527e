#!/bin/sh
# flash.sh: what firmware/image/flash refuses, and that it writes what it should, on loop devices (root).
# Prints "ok NAME" or "not ok NAME: why".
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/trireme-flash.XXXXXX")
loop='' failed=0
trap '[ -z "$loop" ] || losetup -d "$loop"; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# refused NAME WORDS ARGUMENTS…: flash must fail, say WORDS, and leave the device as it was.
refused() {
	name=$1 words=$2
	shift 2
	if "$top/firmware/image/flash" "$@" >"$work/log" 2>&1 </dev/null; then
		echo "not ok flash-$name: accepted" && failed=1
	elif ! grep -q "$words" "$work/log"; then
		echo "not ok flash-$name: said '$(tail -n 1 "$work/log")'" && failed=1
	elif ! cmp -s "$work/before" "$work/disk"; then
		echo "not ok flash-$name: wrote to the device" && failed=1
	else
		echo "ok flash-$name"
	fi
}

head -c 8388608 /dev/urandom >"$work/image"
head -c 16777216 /dev/urandom >"$work/disk"
cp "$work/disk" "$work/before"
head -c 33554432 /dev/zero >"$work/large"
loop=$(losetup -f --show "$work/disk")

refused file 'not a disk' --force "$work/disk" "$work/image"
refused no-image 'is missing' --force "$loop" "$work/nothing"
refused too-small 'too small' --force "$loop" "$work/large"
refused not-removable 'not a removable disk' "$loop" "$work/image"
addpart "$loop" 1 2048 8192
refused partition 'a partition' --force "${loop}p1" "$work/image"
delpart "$loop" 1
mke2fs -q -t ext4 "$loop"
cp "$work/disk" "$work/before"
mkdir "$work/mnt"
mount -o ro "$loop" "$work/mnt"
refused mounted 'in use' --force "$loop" "$work/image"
umount "$work/mnt"

if ! "$top/firmware/image/flash" --force "$loop" "$work/image" >"$work/log" 2>&1; then
	echo "not ok flash-write: $(tail -n 1 "$work/log")" && failed=1
elif ! cmp -s -n 8388608 "$work/image" "$work/disk"; then
	echo "not ok flash-write: the disk differs from the image" && failed=1
else
	echo "ok flash-write"
fi
exit "$failed"
