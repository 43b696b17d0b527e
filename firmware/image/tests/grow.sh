#!/bin/sh
# grow.sh: growth of the data partition (rootfs/init/grow) on a loop device, interrupted at every program it
# starts and inside each write of the partition table; each time the table must still be readable with all
# partitions in place, GRUB and the kernel must see the same slots, and a second run must finish. Needs root and a
# loop device.
# Prints "ok NAME" or "not ok NAME: why".
set -eu
# A mount namespace that somebody makes meanwhile has a copy of all mounts, and keeps the partition busy.
[ -n "${GROW_APART:-}" ] || exec env GROW_APART=1 unshare --mount --propagation private "$0" "$@"
top=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/trireme-grow.XXXXXX")
loop='' failed=0
detach() {
	umount "$work/mnt" 2>"$work/umount.log" || :
	if [ -n "$loop" ]; then
		delpart "$loop" 5 2>"$work/umount.log" || :
		losetup -d "$loop"
	fi
	loop=
}
trap 'detach; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
size_mib=700

mkdir -p "$work/bin" "$work/mnt"
# Stands before the real programs: ends the run at the CUT-th start of one, or tears that write.
cat >"$work/wrapper" <<'EOF'
#!/bin/sh
name=${0##*/}
read -r count <"$COUNT"
count=$((count + 1))
echo "$count $name" >>"$COUNT.names"
echo "$count" >"$COUNT"
real=$(PATH=${PATH#*:} command -v "$name")
[ "$count" != "$CUT" ] || exit 1
case "$name $*" in "dd "*" of=$DISK "*)
	read -r writes <"$COUNT.writes"
	writes=$((writes + 1))
	echo "$writes" >"$COUNT.writes"
	if [ "$writes" = "${TEAR%:*}" ]; then
		"$real" "$@" count="${TEAR#*:}"
		exit 1
	fi
	;;
esac
if [ "$name" = resize2fs ]; then
	# A mounted filesystem only grows with CAP_SYS_RESOURCE, which a build machine may lack: the boot test
	# shows that; here it is grown unmounted.
	umount "$MNT"
	e2fsck -fp "$1"
	"$real" "$@"
	exec mount "$1" "$MNT"
fi
exec "$real" "$@"
EOF
chmod +x "$work/wrapper"
for program in dd sfdisk resizepart resize2fs truncate; do
	ln -s ../wrapper "$work/bin/$program"
done

head -c 1048576 /dev/zero >"$work/slot"
"$top/firmware/image/make-disk" "$work/slot" "$work/image" >"$work/make.log" 2>&1 || { cat "$work/make.log" && exit 1; }

# grow CUT TEAR: one run on the loop device.
grow() {
	echo 0 >"$work/count"
	echo 0 >"$work/count.writes"
	DISK=$loop COUNT=$work/count CUT=$1 TEAR=$2 MNT=$work/mnt PATH=$work/bin:$PATH \
		sh "$top/rootfs/init/grow" "$loop" "${loop}p5" $((size_mib * 2048)) >"$work/grow.log" 2>&1
}

# starts: where the partitions begin, as any reader of the table sees it.
starts() { sfdisk --dump "$1" 2>"$work/dump.log" | sed -n 's/.*p\{0,1\}\([1-5]\) : start= *\([0-9]*\),.*/\1=\2/p' | tr '\n' ' '; }

# slots_for_grub: GUIDs of partitions 3 and 4 as they stand in sector 2, whether or not the table is valid.
slots_for_grub() {
	for offset in 1296 1424; do
		od -An -v -tx1 -j "$offset" -N 16 "$1" |
			awk '{ print $4 $3 $2 $1 "-" $6 $5 "-" $8 $7 "-" $9 $10 "-" $11 $12 $13 $14 $15 $16 }'
	done
}

# slots_for_kernel: the same from the table that is valid, the first if both are.
slots_for_kernel() {
	for number in 3 4; do sfdisk --part-uuid "$1" "$number" 2>"$work/uuid.log"; done | tr 'A-F' 'a-f'
}

try() {
	name=$1 cut=$2 tear=$3
	cp --sparse=always "$work/image" "$work/disk"
	truncate -s "${size_mib}M" "$work/disk"
	expected=$(starts "$work/disk")
	loop=$(losetup -f --show "$work/disk")
	# Told by hand: not every host's kernel reads GPT.
	start=${expected#*5=}
	addpart "$loop" 5 "${start%% *}" 131072
	mount "${loop}p5" "$work/mnt"
	echo kept >"$work/mnt/file"
	why=
	if [ -n "$cut$tear" ] && grow "$cut" "$tear"; then
		why="was not interrupted"
	fi
	sync
	[ "$(starts "$loop")" = "$expected" ] || why="partitions after the cut: $(starts "$loop"), not $expected"
	slots=$(slots_for_kernel "$loop")
	[ "$slots" = "$(slots_for_grub "$loop")" ] || why="GRUB sees $(slots_for_grub "$loop"), the kernel $slots"
	# A copy that is the only valid table may only be written as it is: that write can be torn, too.
	only=
	grep -q corrupt "$work/uuid.log" && only=$(tail -c 16896 "$loop" | cksum)
	grow '' '' || why="second run failed: $(tail -n 1 "$work/grow.log")"
	[ -z "$only" ] || [ "$only" = "$(tail -c 16896 "$loop" | cksum)" ] || why="the only valid table was changed"
	sgdisk -v "$loop" | grep -q '^No problems found' || why="table not valid: $(sgdisk -v "$loop" | head -n 3)"
	[ "$(starts "$loop")" = "$expected" ] || why="partitions at the end: $(starts "$loop"), not $expected"
	blocks=$(df -Pm "$work/mnt" | awk 'NR == 2 { print $2 }')
	[ "$blocks" -gt $((size_mib - 230)) ] || why="the filesystem has $blocks MiB"
	[ "$(cat "$work/mnt/file")" = kept ] || why="the data is lost"
	! sfdisk --dump "$loop" | grep -qi 54726972-656d || why="GUIDs of the image are left"
	umount "$work/mnt"
	e2fsck -fn "${loop}p5" >"$work/fsck.log" 2>&1 || why="filesystem has errors: $(tail -n 3 "$work/fsck.log")"
	detach
	if [ -n "$why" ]; then
		echo "not ok grow-$name: $why"
		failed=1
	else
		echo "ok grow-$name"
	fi
}

try whole '' ''
steps=$(cat "$work/count")
step=1
while [ "$step" -le "$steps" ]; do
	try "cut-$step-of-$steps" "$step" ''
	step=$((step + 1))
done
# WRITE:SECTORS: of this write only so many sectors reach the disk. 1 is the copy at the end, 2 sector 2,
# 3 the rest of the entries, 4 boot sector and header.
for tear in 1:0 1:1 1:20 1:32 2:0 3:0 3:1 3:20 4:0 4:1; do
	try "torn-$tear" '' "$tear"
done
exit "$failed"
