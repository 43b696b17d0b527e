# shellcheck shell=sh disable=SC2034 # for the tests
# Shared by the tests of the build system: a throw-away tree with the real engine, and lines "ok NAME" / "not ok NAME: why".
# Each test provokes a real fault. Sourced.

REAL=$(cd "$(dirname "$0")/../../.." && pwd)
REAL_CACHE=${TRIREME_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/trireme}
LAB=$(mktemp -d "${TMPDIR:-/tmp}/trireme-infra-test.XXXXXX")
chmod 0755 "$LAB"
TREE=$LAB/tree
OUT=$LAB/out
export TRIREME_CACHE="$LAB/cache" BUILD="$LAB/build" CONFIG_FILE="$TREE/.config"
unset MAKEFLAGS MAKELEVEL LOCKED BOARD
failed=0
trap 'lab_end' EXIT
trap 'exit 130' INT TERM

lab_end() {
	[ ! -e "$LAB/mounted" ] || umount "$LAB/small"
	rm -rf "$LAB"
}

# lab_tree: the real tree without build output, git and product code but for the page.
lab_tree() {
	mkdir -p "$TREE/services"
	(cd "$REAL" && tar --exclude=node_modules --exclude=ui/build -cf - Kconfig Makefile LICENSE board firmware hw rootfs services/web/ui) |
		tar -xf - -C "$TREE"
}

# lab_package NAME: a recipe of class local in the throw-away tree; its text comes from stdin.
lab_package() {
	folder=$TREE/firmware/package/$1
	mkdir -p "$folder"
	cat >"$folder/recipe"
	symbol=PACKAGE_$(printf '%s' "$1" | tr 'a-z-' 'A-Z_')
	printf 'config %s\n\tbool "%s"\n\thelp\n\t  Test.\n' "$symbol" "$1" >"$folder/Config.in"
	grep -q "package/$1/" "$TREE/firmware/Config.in" ||
		printf 'source "firmware/package/%s/Config.in"\n' "$1" >>"$TREE/firmware/Config.in"
}

# lab_apt: Debian's package lists from the real cache, so that they are not fetched for each test.
lab_apt() {
	mkdir -p "$TRIREME_CACHE"
	[ ! -e "$REAL_CACHE/apt/updated" ] || cp -a "$REAL_CACHE/apt" "$TRIREME_CACHE/apt"
}

result() {
	if [ "$2" = 0 ]; then
		echo "ok $1"
	else
		failed=$((failed + 1))
		echo "not ok $1: $3"
		sed 's/^/#   /' "$OUT" | tail -n 12
	fi
}

# succeeds NAME COMMAND…
succeeds() {
	name=$1
	shift
	code=0
	"$@" >"$OUT" 2>&1 || code=$?
	result "$name" "$code" "exit $code from: $*"
}

# fails_saying NAME TEXT COMMAND…: the command must fail and its output hold the text (a basic regular expression).
fails_saying() {
	name=$1 text=$2
	shift 2
	code=0
	"$@" >"$OUT" 2>&1 || code=$?
	if [ "$code" = 0 ]; then
		result "$name" 1 "did not fail: $*"
	elif tr '\n' ' ' <"$OUT" | grep -q "$text"; then
		result "$name" 0
	else
		result "$name" 1 "failed (exit $code), but without saying '$text'"
	fi
}

# says NAME TEXT: the output of the last command holds the text.
says() {
	code=0
	grep -q "$2" "$OUT" || code=1
	result "$1" "$code" "no line with '$2'"
}

finish() {
	[ "$failed" = 0 ]
}
