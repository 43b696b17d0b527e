#!/bin/sh
# Configuration: what cannot be had as asked is refused with symbol, wanted and resulting value.
# shellcheck source-path=SCRIPTDIR
set -eu
. "$(dirname "$0")/lib.sh"
lab_tree
kconfig=$TREE/firmware/infra/kconfig

succeeds "kconfig: defconfig of the board" "$kconfig" defconfig generic-x86_64
succeeds "kconfig: its result resolves" "$kconfig" resolve
cp "$CONFIG_FILE" "$LAB/good"
fails_saying "kconfig: unknown board" "there is no board 'toaster' (boards: generic-x86_64" "$kconfig" defconfig toaster

sed 's/^CONFIG_SLOT_MIB=.*/CONFIG_SLOT_MIB=99999/' "$LAB/good" >"$CONFIG_FILE"
fails_saying "kconfig: value out of range" "CONFIG_SLOT_MIB: asked for 99999, came out as" "$kconfig" resolve
fails_saying "kconfig: olddefconfig refuses it too" "CONFIG_SLOT_MIB: asked for 99999" "$kconfig" olddefconfig
succeeds "kconfig: and leaves the file as it was" grep -qx CONFIG_SLOT_MIB=99999 "$CONFIG_FILE"

sed 's/^CONFIG_SLOT_MIB=.*/CONFIG_SLOT_MIB=many/' "$LAB/good" >"$CONFIG_FILE"
fails_saying "kconfig: not a number" "CONFIG_SLOT_MIB: asked for many, came out as" "$kconfig" resolve

{ cat "$LAB/good" && echo CONFIG_PACKAGE_EMACS=y; } >"$CONFIG_FILE"
fails_saying "kconfig: unknown symbol" "CONFIG_PACKAGE_EMACS: asked for y, came out as (no such symbol" "$kconfig" resolve
fails_saying "kconfig: the build refuses it before it does anything" "CONFIG_PACKAGE_EMACS" "$TREE/firmware/infra/recipe" build

sed 's/^CONFIG_PACKAGE_BUSYBOX=y/# CONFIG_PACKAGE_BUSYBOX is not set/' "$LAB/good" >"$CONFIG_FILE"
fails_saying "kconfig: switched off what another package selects" "CONFIG_PACKAGE_BUSYBOX: asked for n, came out as y" "$kconfig" resolve

sed 's/^CONFIG_PACKAGE_COROSYNC_QDEVICE=y/# CONFIG_PACKAGE_COROSYNC_QDEVICE is not set/' "$LAB/good" >"$CONFIG_FILE"
succeeds "kconfig: a package can be switched off" "$kconfig" resolve
code=0
"$TREE/firmware/infra/recipe" list >"$OUT" 2>&1 || code=1
! grep -qx -e corosync-qdevice -e nss "$OUT" || code=1
result "kconfig: and what only it needs goes with it" "$code" "corosync-qdevice or nss still listed"

# A value of the board that cannot be had must not pass because the first run wrote the value it came out as.
board=$TREE/board/generic-x86_64/defconfig
cp "$board" "$LAB/defconfig"
echo CONFIG_SLOT_MIB=99999 >>"$board"
rm "$CONFIG_FILE"
for run in first second; do
	fails_saying "kconfig: defconfig with a value out of range, $run run" "defconfig cannot be had as asked: *CONFIG_SLOT_MIB: asked for 99999" \
		"$kconfig" resolve
done
cp "$LAB/defconfig" "$board"

# A kernel fragment that switches off what is not there: mistyped, or gone from the kernel.
cat >"$LAB/names.sh" <<END
INFRA=$TREE/firmware/infra
. "\$INFRA/lib/common.sh"
. "\$INFRA/lib/kconfig.sh"
kconfig_known "$LAB/fragment" "$TREE/firmware" "the fragment"
END
printf 'menuconfig REAL\n\tbool "Real"\n' >"$TREE/firmware/Kconfig.test"
printf '# CONFIG_REAL is not set\nCONFIG_ELSEWHERE=y\n' >"$LAB/fragment"
succeeds "kconfig: switching off a symbol that exists" sh -eu "$LAB/names.sh"
echo '# CONFIG_GHOST is not set' >>"$LAB/fragment"
fails_saying "kconfig: switching off one that does not" "the fragment switches off what does not exist: CONFIG_GHOST *\$" sh -eu "$LAB/names.sh"

cp "$LAB/good" "$CONFIG_FILE"
sed -i 's/^CONFIG_DATA_MIB=.*/CONFIG_DATA_MIB=128/' "$CONFIG_FILE"
succeeds "kconfig: savedefconfig" "$kconfig" savedefconfig
succeeds "kconfig: writes what differs" grep -qx CONFIG_DATA_MIB=128 "$TREE/board/generic-x86_64/defconfig"
finish
