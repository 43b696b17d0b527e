#!/bin/sh
# Downloads: damaged and half files, versions that left the archive, no network, no space. Uses Debian's archive.
# shellcheck source-path=SCRIPTDIR
set -eu
. "$(dirname "$0")/lib.sh"
lab_tree
lab_apt
recipe=$TREE/firmware/infra/recipe
dl=$TRIREME_CACHE/dl
"$TREE/firmware/infra/kconfig" defconfig >"$OUT" 2>&1
locked() { awk -v name="$1" '$2 == name { print $'"$2"' }' "$TREE"/firmware/package/"$3"/hashes; }
version=$(locked libmnl0 3 libmnl)
sum=$(locked libmnl0 4 libmnl)
deb=$dl/libmnl0_$version.deb

succeeds "fetch: a package" "$recipe" fetch libmnl
succeeds "fetch: the file is whole" sh -c "echo '$sum  $deb' | sha256sum -c -"
truncate -s 5000 "$deb"
succeeds "fetch: half-downloaded file" "$recipe" fetch libmnl
says "fetch: says so" "libmnl0_.* is damaged or half-downloaded: removed, fetching it again"
succeeds "fetch: and is whole again" sh -c "echo '$sum  $deb' | sha256sum -c -"

mkdir -p "$dl/.part"
rm "$deb"
head -c 3000 /dev/urandom >"$dl/.part/libmnl0_${version}_amd64.deb"
succeeds "fetch: rubbish left by an interrupted download" "$recipe" fetch libmnl
succeeds "fetch: does not get through" sh -c "echo '$sum  $deb' | sha256sum -c -"

source_version=$(locked busybox 3 busybox)
succeeds "fetch: a source package" "$recipe" fetch busybox
orig=$(find "$dl/busybox_$source_version" -name '*.orig.tar.*')
truncate -s 100000 "$orig"
succeeds "fetch: half-downloaded source" "$recipe" fetch busybox
says "fetch: says which file" "${orig##*/} in the cache is damaged or half-downloaded"
succeeds "fetch: and it is whole again" "$recipe" fetch busybox
code=0
[ ! -s "$OUT" ] || code=1
result "fetch: nothing more to do then" "$code" "the second run did something"

# No network: a proxy on a port where nothing listens.
rm "$deb"
echo 'Acquire::http::Proxy "http://127.0.0.1:9"; Acquire::https::Proxy "http://127.0.0.1:9"; Acquire::Retries "0";' >"$LAB/no-network"
cat >"$LAB/apt-get" <<END
#!/bin/sh
exec $(command -v apt-get) -c "$LAB/no-network" "\$@"
END
mkdir -p "$LAB/bin"
chmod +x "$LAB/apt-get"
mv "$LAB/apt-get" "$LAB/bin/apt-get"
fails_saying "fetch: no network" "no network for packages: downloading packages failed" \
	env PATH="$LAB/bin:$PATH" "$recipe" build libmnl
says "fetch: gives apt's own reason" "127.0.0.1"
rm -f "$TRIREME_CACHE/apt/updated"
fails_saying "fetch: no network for the lists" "no network for packages: reading Debian's package lists failed" \
	env PATH="$LAB/bin:$PATH" "$recipe" fetch libmnl
succeeds "fetch: with the network back the same command goes on" "$recipe" fetch libmnl

# A version that left the archive.
rm "$deb"
sed -i "s/^deb libmnl0 [^ ]*/deb libmnl0 1.0.4-1/" "$TREE/firmware/package/libmnl/hashes"
fails_saying "fetch: vanished version with LOCKED=1" "the locked version 1.0.4-1 of libmnl0 has left Debian's archive (LOCKED=1" \
	env LOCKED=1 "$recipe" fetch libmnl
succeeds "fetch: vanished version" "$recipe" fetch libmnl
says "fetch: says at the end what was taken instead" "libmnl0 1.0.4-1 has left Debian's archive; taken instead: $version"
succeeds "fetch: and records it" grep -qx "deb libmnl0 $version $sum" "$TREE/firmware/package/libmnl/hashes"

# A file that left the archive after the lists were read; "update" is what the test's apt-get waits for.
cat >"$LAB/bin/apt-get" <<END
#!/bin/sh
case " \$* " in
*" update "*) [ -n "\${GONE:-}" ] || : >"$LAB/updated" ;;
*" download "*)
	[ -e "$LAB/updated" ] || {
		echo "E: Failed to fetch http://mirror/pool/libmnl0.deb  404  Not Found"
		exit 100
	} ;;
esac
exec $(command -v apt-get) "\$@"
END
cp "$deb" "$LAB/deb"
rm "$deb"
fails_saying "fetch: what the lists name and the archive does not have" "404  Not Found.*not in the archive: downloading packages failed" \
	env PATH="$LAB/bin:$PATH" GONE=1 "$recipe" fetch libmnl
succeeds "fetch: lists older than the archive are read anew" env PATH="$LAB/bin:$PATH" "$recipe" fetch libmnl
says "fetch: says so when it does" "reading Debian's package lists"
succeeds "fetch: and the file is whole" cmp "$deb" "$LAB/deb"

# Another run that fetches: waited for, and what it brought is not fetched again.
rm "$deb"
(flock 7 && sleep 3 && cp "$LAB/deb" "$deb") 7>>"$TRIREME_CACHE/lock/fetch" &
sleep 1
succeeds "fetch: beside another run" "$recipe" fetch libmnl
says "fetch: waits for it" "another run is fetching packages; waiting"
code=0
! grep -q downloading "$OUT" || code=1
result "fetch: and takes what it brought" "$code" "fetched again"

# A package that has to be built only because one it is built with got another version: its files are fetched too.
sed -i 's/^needs=.*/depends=libmnl/' "$TREE/firmware/package/libnftnl/recipe"
cp "$TREE/firmware/package/libmnl/hashes" "$LAB/hashes"
sed -i "s/^deb libmnl0 [^ ]*/deb libmnl0 1.0.4-1/" "$TREE/firmware/package/libmnl/hashes"
mkdir -p "$("$recipe" path libnftnl)"
succeeds "fetch: files of what a new version below makes stale" "$recipe" build libnftnl
cp "$LAB/hashes" "$TREE/firmware/package/libmnl/hashes"

# The same version with another content must never be taken.
rm "$deb"
sed -i "s/^\(deb libmnl0 $version\) ..../\1 0000/" "$TREE/firmware/package/libmnl/hashes"
fails_saying "fetch: other content under the locked version" "another file under libmnl0 $version than the locked hash says" \
	"$recipe" fetch libmnl

# No space: a small file system as cache.
mkdir "$LAB/small"
if mount -t tmpfs -o size=8m tmpfs "$LAB/small"; then
	: >"$LAB/mounted"
	fails_saying "space: says needed and available" "not enough disk space in .*/small.*: [0-9]* MiB needed, [0-9]* MiB available" \
		env TRIREME_CACHE="$LAB/small" "$recipe" build jansson
else
	result "space: small file system" 1 "cannot mount a tmpfs (not root?)"
fi
# npm's packages.
page=trireme-web-ui
succeeds "npm: packages of the page" "$recipe" fetch "$page"
succeeds "npm: once more" "$recipe" fetch "$page"
code=0
[ ! -s "$OUT" ] || code=1
result "npm: nothing is to do then" "$code" "the second run did something"
kept=$(find "$dl/npm/_cacache/content-v2" -type f -size +200k | sort | head -n 1)
cp "$kept" "$LAB/whole"
printf x | dd of="$kept" bs=1 seek=5000 conv=notrunc 2>"$OUT"
succeeds "npm: a damaged file" "$recipe" fetch "$page"
says "npm: is fetched again" "downloading npm packages of $page"
succeeds "npm: and is whole again" cmp "$kept" "$LAB/whole"
lock=$TREE/services/web/ui/package-lock.json
cp "$lock" "$LAB/lock"
jq '.packages["node_modules/preact"].integrity = .packages["node_modules/vite"].integrity' "$LAB/lock" >"$lock"
fails_saying "npm: not what the lock says" "does not have the sha512 that package-lock.json says" "$recipe" fetch "$page"
jq 'del(.packages["node_modules/preact"])' "$LAB/lock" >"$lock"
fails_saying "npm: a lock that does not fit" "package-lock.json does not fit package.json" "$recipe" fetch "$page"
cp "$LAB/lock" "$lock"
rm -rf "$dl/npm"
fails_saying "npm: no network" "no network for packages: downloading npm packages of $page failed" \
	env npm_config_registry=http://127.0.0.1:9 npm_config_fetch_retries=0 "$recipe" build "$page"
finish
