#!/bin/sh
# make.sh: what the image scripts make of a small tree, and what they say about bad input. Needs no root.
# Prints "ok NAME" or "not ok NAME: why".
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
image=$top/firmware/image
work=$(mktemp -d "${TMPDIR:-/tmp}/trireme-make.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
failed=0

report() {
	if [ -z "$2" ]; then
		echo "ok make-$1"
	else
		echo "not ok make-$1: $2"
		failed=1
	fi
}

# says NAME WORDS COMMAND…: the command must fail, its last line must hold WORDS, and no half-made OUT may stay.
says() {
	name=$1 words=$2 why=''
	shift 2
	if "$@" >"$work/log" 2>&1; then
		why="accepted"
	elif ! tail -n 1 "$work/log" | grep -q "$words"; then
		why="said '$(tail -n 1 "$work/log")'"
	fi
	[ ! -e "$work/out" ] || why="left a result"
	report "$name" "$why"
}

# holds NAME WANTED GOT
holds() { report "$1" "$([ "$2" = "$3" ] || echo "'$3' instead of '$2'")"; }

mkdir -p "$work/root/sbin" "$work/root/boot"
for folder in proc sys dev run tmp var data mnt root; do mkdir "$work/root/$folder"; done
ln -s ../bin/busybox "$work/root/sbin/init"
says slot-no-kernel 'boot/vmlinuz is missing' "$image/make-slot" "$work/root" "$work/out"
head -c 3000000 /dev/urandom >"$work/root/boot/vmlinuz"
rmdir "$work/root/data"
says slot-no-folder 'data is missing' "$image/make-slot" "$work/root" "$work/out"
mkdir "$work/root/data"
rm "$work/root/sbin/init"
says slot-no-init 'sbin/init is missing' "$image/make-slot" "$work/root" "$work/out"
ln -s ../bin/busybox "$work/root/sbin/init"
says slot-too-large 'a slot partition .* has 2' env CONFIG_SLOT_MIB=2 "$image/make-slot" "$work/root" "$work/out"
says slot-board 'board nothing' env BOARD=nothing "$image/make-slot" "$work/root" "$work/out"
says disk-no-slot 'is missing' "$image/make-disk" "$work/nothing" "$work/out"
says image-no-tree 'rootfs is missing' env BUILD="$work/empty" "$image/make-image"
mkdir "$work/bin"
for program in sh dirname mktemp rm stat awk df sed cat; do ln -s "$(command -v $program)" "$work/bin/"; done
says disk-no-tools 'missing Debian packages: fdisk .*grub-common' env PATH="$work/bin" "$image/make-disk" "$work/root/boot/vmlinuz" "$work/out"
ln -s /bin/echo "$work/bin/mksquashfs"
printf '#!/bin/sh\necho x\necho x x x 100\n' >"$work/df"
chmod +x "$work/df"
ln -sf ../df "$work/bin/df"
ln -s "$(command -v tr)" "$work/bin/"
says slot-no-space 'no space' env PATH="$work/bin" "$image/make-slot" "$work/root" "$work/out"
printf '{}' >"$work/doc.json"
truncate -s 2097152 "$work/large.json"
truncate -s 2097153 "$work/larger.json"
says seed-too-large 'larger than 2 MiB' "$image/make-seed" "$work/out" "$work/larger.json"
says seed-no-document 'document .* is missing' "$image/make-seed" "$work/out" "$work/nothing"
says seed-short-key 'at least 128 bytes' "$image/make-seed" "$work/out" "$work/doc.json" "$work/doc.json"

mkdir -p "$work/build"
mv "$work/root" "$work/build/rootfs"
mkdir "$work/build/rootfs/etc"
why=
GRUB_DIR=/usr/lib/grub BUILD=$work/build "$image/make-image" >"$work/log" 2>&1 || why=$(tail -n 1 "$work/log")
report image "$why"
if [ -n "$why" ]; then exit 1; fi
disk=$work/build/images/trireme-generic-x86_64.img
holds sums 'slot.squashfs: OK trireme-generic-x86_64.img: OK ' "$(cd "$work/build/images" && sha256sum -c SHA256SUMS | tr '\n' ' ')"
holds table 'No problems found' "$(sgdisk -v "$disk" | grep -o 'No problems found')"
holds names 'bios esp slot-a slot-b trireme-data ' "$(sfdisk --dump "$disk" | sed -n 's/.*name="\(.*\)"/\1/p' | tr '\n' ' ')"

# part N OUT: one partition of the disk.
part() {
	sfdisk --dump "$disk" | sed -n "s/.*img$1 : start= *\([0-9]*\), size= *\([0-9]*\),.*/\1 \2/p" >"$work/at"
	read -r start size <"$work/at"
	dd if="$disk" of="$2" bs=1M iflag=skip_bytes,count_bytes skip=$((start * 512)) count=$((size * 512)) status=none
}
part 2 "$work/esp"
part 5 "$work/data"
holds esp-label 'TRIREME-ESP' "$(blkid -p -s LABEL -o value "$work/esp")"
holds data-label 'trireme-data' "$(blkid -p -s LABEL -o value "$work/data")"
# As many per GiB as a large file system has: they grow with it.
holds data-inodes $((${CONFIG_DATA_MIB:-64} * 16)) "$(dumpe2fs -h "$work/data" 2>/dev/null | sed -n 's/^Inode count: *//p')"
holds data-clean 0 "$(e2fsck -fn "$work/data" >"$work/log" 2>&1 && echo 0)"
for slot in 3 4; do
	part "$slot" "$work/slot"
	size=$(stat -c %s "$work/build/images/slot.squashfs")
	holds "slot-$slot" 0 "$(cmp -n "$size" "$work/slot" "$work/build/images/slot.squashfs" && echo 0)"
done
unsquashfs -q -d "$work/unpacked" "$work/build/images/slot.squashfs" boot/vmlinuz >"$work/log" 2>&1
holds kernel-whole 0 "$(cmp "$work/unpacked/boot/vmlinuz" "$work/build/rootfs/boot/vmlinuz" && echo 0)"
holds grubenv-first 'slot=A' "$(mcopy -i "$work/esp" ::/grub/grubenv - | head -n 2 | tail -n 1)"
"$image/set-slot" "$disk" B
part 2 "$work/esp"
mcopy -n -i "$work/esp" ::/grub/grubenv "$work/grubenv"
holds set-slot 'slot=B' "$(grub-editenv "$work/grubenv" list)"
says set-slot-c "only A or B" "$image/set-slot" "$disk" C

"$image/make-seed" "$work/seed" "$work/doc.json" >"$work/log" 2>&1
holds seed-label TRIREME "$(blkid -p -s LABEL -o value "$work/seed")"
holds seed-document '{}' "$(mcopy -i "$work/seed" ::/trireme.json -)"
holds seed-key 256 "$(mcopy -i "$work/seed" ::/authkey - | wc -c)"
holds seed-mode 600 "$(stat -c %a "$work/seed")"
why=
"$image/make-seed" "$work/seed2" "$work/large.json" >"$work/log" 2>&1 || why=$(tail -n 1 "$work/log")
report seed-large "$why"
"$image/make-seed" "$work/seed2" "$work/doc.json" >"$work/log" 2>&1
mcopy -i "$work/seed" ::/authkey "$work/key"
mcopy -i "$work/seed2" ::/authkey "$work/key2"
holds seed-random 1 "$(cmp -s "$work/key" "$work/key2" || echo 1)"
exit "$failed"
