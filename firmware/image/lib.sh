# Shared by the image scripts; sourced, not run. Sizes are in MiB, positions on a disk in 512-byte sectors.
# shellcheck shell=sh

# Partition table of every image. The numbers are part of the format: the boot menu, the running machine and
# these scripts find a partition by its number on the disk they booted from.
PART_BIOS=1 PART_ESP=2 PART_A=3 PART_B=4 PART_DATA=5
export PART_BIOS PART_ESP PART_A PART_B PART_DATA

# Every image carries the same GUIDs (two builds of one tree differ in times on the data partition only); the
# machine replaces them by random ones when it first boots, and knows by this prefix that it still has to
# ("Trireme" in ASCII).
IMAGE_GUID=54726972-656d-4500-8000-00000000000
export IMAGE_GUID
SECTORS_PER_MIB=2048

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
	say "$*"
	exit 1
}

# need PROGRAM=PACKAGE …: stops with the list of all that is missing.
need() {
	missing=
	for pair in "$@"; do
		command -v "${pair%%=*}" >/dev/null 2>&1 || missing="$missing ${pair#*=} (for ${pair%%=*})"
	done
	[ -z "$missing" ] || die "missing Debian packages:$missing; install them with apt-get install"
}

# need_space FILE MIB: the folder of FILE must have that much room.
need_space() {
	free_kib=$(df -Pk "$(dirname "$1")" | awk 'NR == 2 { print $4 }')
	[ "$free_kib" -ge $(($2 * 1024)) ] ||
		die "no space for $1: needs $2 MiB, $(dirname "$1") has $((free_kib / 1024)) MiB free"
}

file_bytes() { stat -L -c %s "$1"; }

# mib_of FILE: its size, rounded up.
mib_of() { echo $((($(file_bytes "$1") + 1048575) / 1048576)); }

# le64 N: N as eight bytes, least significant first, in printf's octal notation.
le64() {
	value=$1 bytes='' count=0
	while [ "$count" -lt 8 ]; do
		bytes="$bytes\\0$(printf '%03o' $((value & 255)))"
		value=$((value >> 8)) count=$((count + 1))
	done
	printf '%s' "$bytes"
}

# poke FILE OFFSET BYTES: overwrites bytes (printf %b notation) in place.
poke() { printf '%b' "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none; }

# put_sectors SOURCE DISK START: copies a file into a disk image, leaving holes where it is zero.
put_sectors() {
	dd if="$1" of="$2" bs=1M oflag=seek_bytes seek=$(($3 * 512)) conv=notrunc,sparse status=none
}

# load_board: the board's facts (sizes, boot loader) from board/$BOARD/image.conf.
load_board() {
	top=$(cd "$(dirname "$0")/../.." && pwd)
	board=${BOARD:-generic-x86_64}
	board_dir=$top/board/$board
	[ -f "$board_dir/image.conf" ] || die "board $board: no $board_dir/image.conf"
	# shellcheck source=/dev/null
	. "$board_dir/image.conf"
	START_BIOS=$SECTORS_PER_MIB
	START_ESP=$((START_BIOS + SECTORS_PER_MIB))
	START_A=$((START_ESP + ESP_MIB * SECTORS_PER_MIB))
	START_B=$((START_A + SLOT_MIB * SECTORS_PER_MIB))
	START_DATA=$((START_B + SLOT_MIB * SECTORS_PER_MIB))
	# One MiB in front (table) and one behind (its copy).
	DISK_MIB=$((3 + ESP_MIB + 2 * SLOT_MIB + DATA_MIB))
	export START_BIOS START_ESP START_A START_B START_DATA DISK_MIB
}

# work_dir: a scratch folder, removed at exit; its name is in $work.
work_dir() {
	work=$(mktemp -d "${TMPDIR:-/tmp}/trireme-image.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# grubenv_write FILE SLOT: the environment block GRUB reads the chosen slot from (1024 bytes, '#' padded).
grubenv_write() {
	text=$(printf '# GRUB Environment Block\nslot=%s\n' "$2" && printf .)
	text=${text%.}
	{
		printf '%s' "$text"
		head -c $((1024 - ${#text})) /dev/zero | tr '\0' '#'
	} >"$1"
}
