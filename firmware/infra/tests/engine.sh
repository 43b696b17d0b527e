#!/bin/sh
# The engine itself: order, keys, failures, assembly checks, lint, licences, holes: on small packages of its own.
# shellcheck source-path=SCRIPTDIR disable=SC2016 # texts of scripts
set -eu
. "$(dirname "$0")/lib.sh"
lab_tree
recipe=$TREE/firmware/infra/recipe
rm -rf "$TREE/firmware/package"/* "$TREE/firmware/infra/cve-known.tsv"
: >"$TREE/firmware/infra/cve-known.tsv"
printf 'config GREETING\n\tstring "Greeting"\n\tdefault "hello"\n' >"$TREE/firmware/Config.in"

lab_package low <<'END'
class=local
licence=MIT
inputs=services/low.txt

recipe_install() {
	install -D -m 0644 "$TOP/services/low.txt" "$DEST/usr/share/low"
	printf 'staged\n' >"$STAGE_DEST/for-others"
}
END
lab_package high <<'END'
class=local
licence="MIT AND ISC"
depends=low

recipe_build() {
	cat "$STAGE/usr/share/low" "$STAGE/for-others" >both
}

recipe_install() {
	install -D -m 0644 both "$DEST/usr/share/high"
	printf '%s\n' "$CONFIG_GREETING" >"$DEST/usr/share/greeting"
}
END
printf '\tselect PACKAGE_LOW\n' >>"$TREE/firmware/package/high/Config.in"
sed -i '/^\tselect/d; s/^\thelp/\tselect PACKAGE_LOW\n\thelp/' "$TREE/firmware/package/high/Config.in"
echo one >"$TREE/services/low.txt"
printf 'CONFIG_BOARD_GENERIC_X86_64=y\nCONFIG_PACKAGE_LOW=y\nCONFIG_PACKAGE_HIGH=y\n' >"$CONFIG_FILE"
"$TREE/firmware/infra/kconfig" olddefconfig

# Order, staging, cache.
succeeds "engine: builds" "$recipe" build
says "engine: what is needed first" '^\[ 1/ 2\] low '
says "engine: what needs it after" '^\[ 2/ 2\] high '
tar -xOf "$("$recipe" path high)/target.tar" ./usr/share/high >"$OUT"
code=0
[ "$(tr '\n' ' ' <"$OUT")" = "one staged " ] || code=1
result "engine: a package sees the files of those it depends on" "$code" "wrong content"
succeeds "engine: builds again" "$recipe" build
code=0
[ "$(grep -c cached "$OUT")" = 2 ] || code=1
result "engine: and finds both in the cache" "$code" "not cached"

# Keys: what counts and what does not.
low=$("$recipe" key low) high=$("$recipe" key high)
echo two >"$TREE/services/low.txt"
code=0
[ "$("$recipe" key low)" != "$low" ] && [ "$("$recipe" key high)" != "$high" ] || code=1
result "key: an input changes its package and those that depend on it" "$code" "key is the same"
echo one >"$TREE/services/low.txt"
code=0
[ "$("$recipe" key low)" = "$low" ] && [ "$("$recipe" key high)" = "$high" ] || code=1
result "key: the same content has the same key" "$code" "key differs"
chmod 0755 "$TREE/services/low.txt"
code=0
[ "$("$recipe" key low)" != "$low" ] || code=1
result "key: a file's mode counts" "$code" "key is the same"
chmod 0644 "$TREE/services/low.txt"
sed -i 's/^depends=low/needs=low/' "$TREE/firmware/package/high/recipe"
needing=$("$recipe" key high)
echo three >"$TREE/services/low.txt"
code=0
[ "$("$recipe" key high)" = "$needing" ] && "$recipe" list | grep -qx low || code=1
result "key: what is only needed at run time does not count, and is still part of the image" "$code" "key differs or not listed"
echo one >"$TREE/services/low.txt"
sed -i 's/^needs=low/depends=low/' "$TREE/firmware/package/high/recipe"
sed -i 's/^CONFIG_GREETING=.*/CONFIG_GREETING="good day"/' "$CONFIG_FILE"
code=0
[ "$("$recipe" key low)" = "$low" ] && [ "$("$recipe" key high)" != "$high" ] || code=1
result "key: an option counts for the recipe that uses it, only" "$code" "wrong keys"
mkdir "$TREE/firmware/package/high/patches"
echo x >"$TREE/firmware/package/high/patches/a.patch"
code=0
patched=$("$recipe" key high)
rm -r "$TREE/firmware/package/high/patches"
[ "$patched" != "$("$recipe" key high)" ] || code=1
result "key: patches count" "$code" "key is the same"

echo 99.0 >"$TREE/firmware/VERSION"
code=0
[ "$("$recipe" key low)" != "$low" ] || code=1
result "key: the firmware's version counts for what is ours" "$code" "key is the same"
cp "$REAL/firmware/VERSION" "$TREE/firmware/VERSION"
echo '# only a comment' >>"$TREE/firmware/infra/lib/pack.sh"
code=0
[ "$("$recipe" key low)" = "$low" ] || code=1
result "key: a comment of the engine does not count" "$code" "key differs"
for file in step lib/pack.sh lib/kconfig.sh lib/class-local.sh; do
	code=0
	cp "$TREE/firmware/infra/$file" "$LAB/engine"
	echo : >>"$TREE/firmware/infra/$file"
	[ "$("$recipe" key low)" != "$low" ] || code=1
	cp "$LAB/engine" "$TREE/firmware/infra/$file"
	result "key: code of $file counts" "$code" "key is the same"
done

# Inputs that change while a package is built: the result must not stand in the cache under the key of the old ones.
cp "$TREE/firmware/package/low/recipe" "$LAB/low"
sed -i 's|^	printf|	echo later >"$TOP/services/low.txt"\n	printf|' "$TREE/firmware/package/low/recipe"
succeeds "engine: an input that changes meanwhile" "$recipe" build
says "engine: is noticed" "package low: files it is made of changed while it was built"
cp "$LAB/low" "$TREE/firmware/package/low/recipe"
succeeds "engine: the next build" "$recipe" build
code=0
tar -xOf "$("$recipe" path low)/target.tar" ./usr/share/low >"$OUT"
[ "$(cat "$OUT")" = later ] || code=1
result "engine: has the new content" "$code" "old content"

# Failures name package, step and log; a rerun goes on.
cp "$TREE/firmware/package/high/recipe" "$LAB/high"
sed -i 's/^	cat .*/	echo "the compiler is unhappy"; false; echo "not reached"/' "$TREE/firmware/package/high/recipe"
fails_saying "failure: names package and step" "FAILED  package high, step build" "$recipe" build
says "failure: shows the end of the log" "the compiler is unhappy"
says "failure: names the log" "whole log: $BUILD/log/high.log"
code=0
! grep -q 'not reached$' "$BUILD/log/high.log" || ! grep -v '^+' "$BUILD/log/high.log" | grep -q 'not reached' || code=1
result "failure: a step ends at its first error" "$code" "went on"
cp "$LAB/high" "$TREE/firmware/package/high/recipe"
succeeds "failure: a rerun goes on" "$recipe" build
says "failure: with what was done before" "low *cached"
fails_saying "engine: unknown package" "there is no package 'nonesuch'" "$recipe" rebuild nonesuch
sed -i 's/^licence=MIT/depends=high\nlicence=MIT/' "$TREE/firmware/package/low/recipe"
fails_saying "engine: packages that need each other" "depend on each other in a circle" "$recipe" build
sed -i '/^depends=high/d' "$TREE/firmware/package/low/recipe"

# Assembly.
assemble=$TREE/firmware/infra/assemble
lab_package odd <<'END'
class=local
licence=MIT

recipe_install() {
	mkdir -p "$DEST/etc" "$DEST/usr/bin"
	. "$TOP/services/odd"
}
END
cat >>"$CONFIG_FILE" <<'END'
CONFIG_PACKAGE_ODD=y
END
sed -i 's/^class=local/class=local\ninputs=services\/odd/' "$TREE/firmware/package/odd/recipe"
# odd TEXT…: what the package "odd" installs; builds it.
odd() {
	printf '%s\n' "$@" >"$TREE/services/odd"
	"$recipe" build >"$OUT" 2>&1 || result "odd package" 1 "does not build"
}
odd 'echo fine >"$DEST/etc/odd"'
succeeds "assembly: a sound tree" "$assemble"
succeeds "assembly: an unchanged tree" "$assemble"
says "assembly: is left as it is" unchanged
for change in 1 2; do
	[ "$change" = 2 ] || odd 'wc -l <"$TOP/services/odd" >"$DEST/etc/odd"; echo "# one more" >>"$TOP/services/odd"'
	[ "$change" = 1 ] || "$recipe" build >"$OUT" 2>&1
	"$assemble" >"$OUT" 2>&1
	code=0
	[ "$(cat "$BUILD/rootfs/etc/odd")" = "$change" ] || code=1
	result "assembly: takes a result that is not kept, change $change" "$code" "has $(cat "$BUILD/rootfs/etc/odd")"
done
odd 'cp /usr/bin/xz "$DEST/usr/bin/xz"'
fails_saying "assembly: missing library" "/usr/bin/xz needs liblzma.so.5, which no package brings" "$assemble"
says "assembly: missing loader" "/usr/bin/xz needs the loader /lib64/ld-linux-x86-64.so.2"
odd 'printf "#!/usr/bin/perl\n" >"$DEST/usr/bin/script"; chmod 755 "$DEST/usr/bin/script"'
fails_saying "assembly: missing interpreter" "/usr/bin/script needs the interpreter /usr/bin/perl" "$assemble"
odd 'mkdir -p "$DEST/usr/lib/python3.11"; echo >"$DEST/usr/lib/python3.11/os.py"'
fails_saying "assembly: no Python" "has no place in the image: /usr/lib/python3.11" "$assemble"
odd 'mkdir -p "$DEST/usr/lib"; echo >"$DEST/usr/lib/libicudata.so.72"; mkdir "$DEST/usr/lib/systemd"; echo >"$DEST/usr/lib/systemd/systemd"; echo >"$DEST/usr/bin/dbus-daemon"'
fails_saying "assembly: no ICU" "libicudata" "$assemble"
says "assembly: no systemd" "no place in the image: /usr/lib/systemd/systemd"
says "assembly: no D-Bus" "no place in the image: /usr/bin/dbus-daemon"
odd 'echo >"$DEST/usr/bin/su"; chmod 4755 "$DEST/usr/bin/su"; echo >"$DEST/etc/open"; chmod 666 "$DEST/etc/open"; ln -s nowhere "$DEST/etc/dangling"'
fails_saying "assembly: setuid file" "setuid or setgid: usr/bin/su" "$assemble"
says "assembly: file that everyone can write" "writable by everyone: etc/open"
says "assembly: link to nothing" "/etc/dangling leads nowhere"
odd 'mkdir -p "$DEST/usr/share"; echo mine >"$DEST/usr/share/low"'
fails_saying "assembly: one file from two packages" "usr/share/low comes from both" "$assemble"
odd 'echo fine >"$DEST/etc/odd"'
succeeds "assembly: sound again" "$assemble"

# Licences and SBOM.
succeeds "legal: manifest and SBOM" "$recipe" legal-info
succeeds "legal: names a component with its licence" grep -q '^high,high,.*,MIT AND ISC,[0-9a-f]\{64\},local,2$' "$BUILD/legal-info/manifest.csv"
succeeds "legal: SBOM is CycloneDX" jq -e '.bomFormat == "CycloneDX" and (.components | length) == 3' "$BUILD/legal-info/sbom.cdx.json"
echo stray >"$BUILD/rootfs/etc/stray"
fails_saying "legal: a file from no component" "file from no component: etc/stray" "$recipe" legal-info
rm "$BUILD/rootfs/etc/stray"
rm "$("$recipe" path odd)/copyright/odd"
fails_saying "legal: a component without copyright file" "no copyright file: odd" "$recipe" legal-info
"$recipe" rebuild odd >"$OUT" 2>&1
succeeds "legal: whole again" "$recipe" legal-info

# Known holes.
cve_table=$TREE/firmware/infra/cve-known.tsv
ours=$(cat "$TREE/firmware/VERSION")
printf 'CVE-2099-0001\ttrireme\t%s\n' "$ours" >"$cve_table"
succeeds "holes: fixed in the shipped version" "$recipe" cve-check
printf 'CVE-2099-0002\ttrireme\t99.0\n' >"$cve_table"
fails_saying "holes: an open one" "CVE-2099-0002: open in trireme" "$recipe" cve-check
printf 'CVE-2099-0002\ttrireme\tpatched here\n' >"$cve_table"
fails_saying "holes: a patch that is not there" "CVE-2099-0002: open in trireme" "$recipe" cve-check
printf 'CVE-2099-0002\ttrireme\tnot affected: the router has no teapot\n' >"$cve_table"
succeeds "holes: not affected, with the reason" "$recipe" cve-check
{ echo "trireme (1) x; urgency=low"; echo "  * repair CVE-2099-0003"; } >"$("$recipe" path odd)/copyright/odd.changelog"
printf 'CVE-2099-0003\ttrireme\t99.0\n' >"$cve_table"
succeeds "holes: named as fixed by the changelog" "$recipe" cve-check

# Lint.
: >"$cve_table"
succeeds "lint: sound recipes" "$recipe" lint
good=$TREE/firmware/package/odd/recipe
cp "$good" "$LAB/odd"
broken() {
	cp "$LAB/odd" "$good"
	sed -i "$2" "$good"
	fails_saying "lint: $1" "$3" "$recipe" lint
}
broken "class" 's/^class=.*/class=magic/' "class is 'magic'; allowed are"
broken "unknown variable" 's/^licence=/licence=MIT\nlisense=/' "unknown variable 'lisense'"
broken "no licence" '/^licence=/d' "no licence"
broken "licence that SPDX does not know" 's/^licence=.*/licence=MINE/' "licence 'MINE' is not in"
broken "unknown dependency" 's/^licence=/depends=ghost\nlicence=/' "depends on or needs 'ghost', which does not exist"
broken "dependency that Config.in does not select" 's/^licence=/depends=low\nlicence=/' "Config.in does not select PACKAGE_LOW"
broken "input that does not exist" 's/^inputs=.*/inputs=services\/ghost/' "inputs names services/ghost"
broken "missing function" 's/^recipe_install/other_name/' "needs the function recipe_install"
broken "Debian input without hash" 's/^class=.*/class=debian-binary\nbinaries=ghost\nfiles=x/' "hashes has no line for deb:ghost"
broken "not sh" 's/^licence=.*/if/' "recipe is not valid sh"
cp "$LAB/odd" "$good"
lock=$TREE/services/web/ui/package-lock.json
cp "$lock" "$LAB/lock"
sed -i 's/^class=.*/class=npm/; s/^inputs=.*/inputs=services\/web\/ui/' "$good"
succeeds "lint: sound npm packages" "$recipe" lint
jq '.packages["node_modules/preact"].resolved = "somewhere"' "$LAB/lock" >"$lock"
fails_saying "lint: npm package with an address" "node_modules/preact names where it comes from" "$recipe" lint
jq 'del(.packages["node_modules/preact"].integrity)' "$LAB/lock" >"$lock"
fails_saying "lint: npm package without hash" "node_modules/preact has no sha512" "$recipe" lint
cp "$LAB/odd" "$good"
rm "$TREE/firmware/package/odd/Config.in"
fails_saying "lint: no Config.in" "no Config.in" "$recipe" lint
finish
