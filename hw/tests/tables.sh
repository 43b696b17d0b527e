#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The tools around hw/nics.tsv: on the table itself, and check-nics on a small made-up kernel tree and build, where each way in which a
# row can be wrong must be found and named. (On the real kernel it runs in each kernel build.)
set -eu
hw=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
failed=0

verdict() {
	if [ "$1" -eq 0 ]; then
		echo "ok $2"
	else
		echo "not ok $2"
		sed 's/^/# /' "$work/words"
		failed=1
	fi
}

# Kernel tree and build with two drivers: native "fast" with firmware, generic "slow".
tree=$work/tree build=$work/build
mkdir -p "$tree/drivers/net/fast" "$tree/drivers/net/slow" "$build/drivers/net/fast" "$build/drivers/net/slow"
: >"$tree/Kconfig"
printf 'kernelversion:\n\t@echo 6.1.0\n' >"$tree/Makefile"
cat >"$tree/drivers/net/fast/main.c" <<'END'
	if (dev->mtu >
	    FAST_MAX)
	.ndo_bpf	= fast_xdp,
	.ndo_xdp_xmit = fast_xmit,
END
printf '#define FAST_MAX \\\n\t(3000 - ETH_HLEN)\n' >"$tree/drivers/net/fast/fast.h"
mkdir -p "$tree/include/uapi/linux" "$tree/include/linux" "$tree/arch/x86/include/asm"
printf '#define ETH_HLEN\t14\t\t/* octets\n\t\t\t * in two lines */\n' >"$tree/include/uapi/linux/if_ether.h"
for file in include/linux/if_vlan.h include/linux/skbuff.h include/uapi/linux/bpf.h arch/x86/include/asm/processor.h; do
	: >"$tree/$file"
done
echo 'static int slow;' >"$tree/drivers/net/slow/main.c"
printf 'CONFIG_NET_VENDOR_X=y\nCONFIG_FAST=m\nCONFIG_FAST_EN=y\nCONFIG_SLOW=m\nCONFIG_PCI=y\n' >"$build/.config"
: >"$build/modules.builtin"
printf 'ELF\0alias=pci:v00008086d0000100Esv*sd*bc*sc*i*\0alias=pci:v00008086d000010F5sv00001025sd*bc*sc*i*\0firmware=fast/a.bin\0' \
	>"$build/drivers/net/fast/fast.ko"
printf 'ELF\0alias=virtio:d00000001v*\0' >"$build/drivers/net/slow/slow.ko"

{
	head -n 1 "$hw/nics.tsv"
	printf '%s\t' fast NET_VENDOR_X FAST m FAST_EN PCI fast drivers/net/fast native 2986 no \
		'main.c:if (dev->mtu > FAST_MAX);; fast.h:#define FAST_MAX (3000 - ETH_HLEN)' FAST_MAX fast/a.bin 'some licence' 'Slower.' 'It is quick.'
	echo '8086:100e,10f5/1025/*'
	printf '%s\t' slow - SLOW m - PCI slow drivers/net/slow generic - - - - - - - 'It is slow.'
	echo 'virtio:d00000001v*'
} >"$work/good"

check() {
	"$hw/check-nics" "$tree" "$build" "$1" >"$work/words" 2>&1
}

result=0
check "$work/good" || result=1
verdict "$result" "check-nics: a table that agrees"

# wrong WHAT SED_EXPRESSION EXPECTED_WORDS: the changed table must be refused, with these words.
wrong() {
	sed "$2" "$work/good" >"$work/bad"
	result=0
	if cmp -s "$work/good" "$work/bad"; then
		echo "the case changes nothing" >"$work/words"
		result=1
	elif check "$work/bad"; then
		result=1
	else
		grep -qF "$3" "$work/words" || result=1
	fi
	verdict "$result" "check-nics: $1"
}

wrong "a device id too few" 's/100e,//' 'row fast, column ids: expected no such entry, found 8086:100e in the build'
wrong "a device id too many" 's/:100e/:100d,100e/' 'row fast, column ids: expected 8086:100d, found no such entry in the build'
wrong "an id on another bus" 's/virtio:d00000001/virtio:d00000002/' 'row slow, column ids: expected virtio:d00000002v*'
wrong "another symbol" 's/	SLOW	/	SLOWER	/' 'row slow, column symbol: expected CONFIG_SLOWER=m, found not set'
wrong "a further symbol that is off" 's/FAST_EN/FAST_ON/' 'row fast, column extra: expected CONFIG_FAST_ON=y, found not set'
wrong "another menu" 's/NET_VENDOR_X/NET_VENDOR_Y/' 'row fast, column menu: expected CONFIG_NET_VENDOR_Y=y, found not set'
wrong "a dependency that is off" 's/PCI	slow/USB	slow/' 'row slow, column needs: expected CONFIG_USB=y|m, found not set'
wrong "built in" 's/SLOW	m/SLOW	y/' 'row slow, column build: expected m, found y'
wrong "another module" 's/PCI	slow	/PCI	sloth	/' 'row slow, column module: expected sloth.ko'
wrong "a PCI driver without a row" '/^fast/d' 'row fast, column module: expected no NIC driver that is not in the table'
wrong "a virtio driver without a row" '/^slow/d' 'row slow, column module: expected no NIC driver that is not in the table'
wrong "native that is generic" 's/drivers\/net\/slow	generic	-	-	-	-/drivers\/net\/slow	native	1500	no	main.c:static int slow	1500/' \
	'row slow, column xdp: expected native, found no .ndo_bpf'
wrong "generic that is native" 's/native	2986/generic	-/' 'row fast, column xdp: expected generic, found .ndo_bpf'
wrong "native without a limit" 's/2986/-/' 'row fast, column xdp_mtu: expected a number of bytes, found -'
wrong "another number than the source's" 's/2986/2987/' 'row fast, column xdp_mtu: expected 2986, found 2987'
wrong "another limit in the source" 's/3000 - ETH/3000 - 4 - ETH/' \
	'row fast, column xdp_src: expected "#define FAST_MAX (3000 - 4 - ETH_HLEN)", found not in fast.h'
wrong "a limit of unknown words" 's/	FAST_MAX/	FAST_MIN/' 'row fast, column xdp_mtu: expected a number from "FAST_MIN"'
wrong "a source file that is not there" 's/fast\.h:/slow.h:/' 'row fast, column xdp_src: expected file slow.h, found no such file'
wrong "multi-buffer that is not there" 's/2986	no/2986	yes/' 'row fast, column xdp_frags'
wrong "other firmware" 's/a\.bin/b.bin/' 'row fast, column firmware: expected fast/b.bin'
wrong "firmware without licence" 's/some licence/-/' 'row fast, column firmware_licence'
wrong "firmware without consequence" 's/Slower\./-/' 'row fast, column without_firmware'
wrong "no quirk" 's/It is slow\./-/' 'row slow, column quirk: expected one sentence, found -'
wrong "a column missing" 's/	It is slow\.//' 'row slow, column -: expected 18 columns'
wrong "other columns" '1s/quirk/oddity/' 'expected the columns'
wrong "no rows" '2,3d' 'has no rows'

# nic-fragment: the shipped table, each symbol once, and a broken symbol named.
result=0
"$hw/nic-fragment" >"$work/words" 2>&1 || result=1
[ "$(sort "$work/words" | uniq -d | wc -l)" -eq 0 ] || result=1
for line in CONFIG_NET_VENDOR_INTEL=y CONFIG_VIRTIO_NET=m CONFIG_MLX5_CORE=m CONFIG_MLX5_CORE_EN=y CONFIG_REALTEK_PHY=y; do
	grep -qx "$line" "$work/words" || result=1
done
! grep -qv '^CONFIG_[A-Z0-9_]*=[ym]$' "$work/words" || result=1
verdict "$result" "nic-fragment: the shipped table"
sed 's/	SLOW	/	CONFIG-SLOW	/' "$work/good" >"$work/bad"
result=0
if "$hw/nic-fragment" "$work/bad" >"$work/words" 2>&1 || ! grep -qF 'driver slow, column symbol: "CONFIG-SLOW"' "$work/words"; then result=1; fi
verdict "$result" "nic-fragment: a broken symbol"

# firmware-check: a warning for what is missing, silence when it is there.
mkdir -p "$work/root/usr/lib/firmware/fast"
result=0
"$hw/firmware-check" "$work/root" "$work/good" >"$work/words" 2>&1 || result=1
grep -qF 'warning: fast: firmware not in the image: fast/a.bin' "$work/words" && grep -qF 'some licence' "$work/words" || result=1
verdict "$result" "firmware-check: a missing file"
: >"$work/root/usr/lib/firmware/fast/a.bin"
result=0
"$hw/firmware-check" "$work/root" "$work/good" >"$work/words" 2>&1 || result=1
[ ! -s "$work/words" ] || result=1
verdict "$result" "firmware-check: all files there"

exit "$failed"
