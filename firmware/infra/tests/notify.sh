#!/bin/sh
# The library that stands in for libsystemd: its symbols as corosync and libqb want them, and what it sends.
# shellcheck source-path=SCRIPTDIR
set -eu
. "$(dirname "$0")/lib.sh"
src=$REAL/firmware/package/libsystemd-notify
lab_tree
"$TREE/firmware/infra/kconfig" defconfig >"$OUT" 2>&1
# Only this package, not the C library's files below it.
sed -i '/^depends=/d' "$TREE/firmware/package/libsystemd-notify/recipe"
succeeds "libsystemd-notify: builds" "$TREE/firmware/infra/recipe" build libsystemd-notify
tar -xf "$("$TREE/firmware/infra/recipe" path libsystemd-notify)/target.tar" -C "$LAB"
library=$(find "$LAB/usr" -name libsystemd.so.0)
readelf -W --dyn-syms "$library" >"$LAB/symbols"
succeeds "libsystemd-notify: sd_notify has its version" grep -q ' sd_notify@@LIBSYSTEMD_209$' "$LAB/symbols"
succeeds "libsystemd-notify: sd_journal_send has its version" grep -q ' sd_journal_send@@LIBSYSTEMD_209$' "$LAB/symbols"
cc -std=gnu11 -Wall -Wextra -Werror -o "$LAB/protocol" "$src/tests/protocol.c" "$library"
# shellcheck disable=SC2016 # the inner shell's own
unshare --mount sh -c 'mount -t tmpfs tmpfs /run && LD_LIBRARY_PATH=${1%/*} exec "$2"' sh "$library" "$LAB/protocol" || failed=1
finish
