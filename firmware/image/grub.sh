# GRUB for the image: sourced by make-disk when the board says BOOTLOADER=grub.
# shellcheck shell=sh
# shellcheck disable=SC2154  # work, board_dir, START_… come from lib.sh, GRUB_… from the board's image.conf

# The locked package's modules when make-image says where they are, else those of this machine.
: "${GRUB_DIR:=/usr/lib/grub}"

# grub_core PLATFORM OUT: GRUB with its modules and the few lines that find the disk it was started from.
grub_core() {
	[ -d "$GRUB_DIR/$1" ] || die "no $GRUB_DIR/$1: install grub-pc-bin and grub-efi-amd64-bin"
	cat >"$work/early.cfg" <<-'EOF'
		regexp --set=1:disk '^([a-z]+[0-9]+)' $root
		set root=$disk,gpt2
		set prefix=($disk,gpt2)/grub
	EOF
	eval "extra=\${GRUB_MODULES_$(echo "$1" | tr - _):-}"
	# shellcheck disable=SC2086  # module names are words
	grub-mkimage -d "$GRUB_DIR/$1" -O "$1" -p /grub -c "$work/early.cfg" -o "$2" $GRUB_MODULES $extra
}

# grub_bios DISK: boot code into the first sector (before the partition table), GRUB into the BIOS boot
# partition. Offsets are those of grub-core/boot/i386/pc/boot.S and diskboot.S, patched as grub-bios-setup does.
grub_bios() {
	grub_core i386-pc "$work/core.img"
	[ "$(file_bytes "$work/core.img")" -le 1048576 ] || die "GRUB is larger than its partition of 1 MiB"
	poke "$work/core.img" 500 "$(le64 $((START_BIOS + 1)))"
	put_sectors "$work/core.img" "$1" "$START_BIOS"
	head -c 440 "$GRUB_DIR/i386-pc/boot.img" >"$work/boot.img"
	poke "$work/boot.img" 92 "$(le64 "$START_BIOS")"
	# Some BIOSes pass a wrong drive number: with these two NOPs it is checked (not done for floppies).
	poke "$work/boot.img" 102 '\0220\0220'
	dd if="$work/boot.img" of="$1" conv=notrunc status=none
}

# grub_esp DIR: what belongs on the ESP.
grub_esp() {
	mkdir -p "$1/grub" "$1/$(dirname "$GRUB_EFI_FILE")"
	grub_core x86_64-efi "$1/$GRUB_EFI_FILE"
	grub-script-check "$board_dir/grub.cfg" || die "$board_dir/grub.cfg has errors"
	cp "$board_dir/grub.cfg" "$1/grub/grub.cfg"
	grubenv_write "$1/grub/grubenv" A
}

grub_install() {
	case " $GRUB_PLATFORMS " in *' i386-pc '*) grub_bios "$1" ;; esac
}
