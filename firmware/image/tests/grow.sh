#!/bin/sh
# grow.sh: growth of the data partition (rootfs/init/grow) on a loop device, interrupted at every program it
# starts and inside the write of the partition table; each time the table must still be readable with all
# partitions in place, and a second run must finish. Needs root and a loop device.
# Prints "ok NAME" or "not ok NAME: why".
set -eu
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
if [ "$name" = dd ] && [ -n "$TEAR" ]; then
	case "$*" in *bs=17408*)
		"$real" "$@" bs=512 count="$TEAR"
		exit 1
		;;
	esac
fi
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
	COUNT=$work/count CUT=$1 TEAR=$2 MNT=$work/mnt PATH=$work/bin:$PATH \
		sh "$top/rootfs/init/grow" "$loop" "${loop}p5" $((size_mib * 2048)) >"$work/grow.log" 2>&1
}

# starts: where the partitions begin, as any reader of the table sees it.
starts() { sfdisk --dump "$1" 2>"$work/dump.log" | sed -n 's/.*p\{0,1\}\([1-5]\) : start= *\([0-9]*\),.*/\1=\2/p' | tr '\n' ' '; }

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
	grow '' '' || why="second run failed: $(tail -n 1 "$work/grow.log")"
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
# Sectors of the front table that reach the disk: boot sector; header; header and some entries; …
for sectors in 1 2 3 4 20; do
	try "torn-$sectors" '' "$sectors"
done
exit "$failed"
