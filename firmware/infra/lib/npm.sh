# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# npm packages, as a folder's package-lock.json names them: from the machine's own registry into a cache of ours. npm checks each
# against the lock's sha512 when it comes and again when it is taken from the cache; no code of a package runs while it is installed. Sourced.

NPM_CACHE=$CACHE/dl/npm

# npm_install OPTION…: in the current folder, whose node_modules is then exactly what the lock says the build needs.
npm_install() {
	npm ci --omit=dev --ignore-scripts --no-audit --no-fund --no-update-notifier --cache "$NPM_CACHE" "$@"
}

# npm_fetch NAME…: after this every npm package that these need is in the cache, whole.
npm_fetch() {
	for each; do
		[ "$(recipe_field "$each" 2)" = npm ] || continue
		npm_fetch_one "$each" "$TOP/$(recipe_field "$each" 6)"
	done
}

npm_fetch_one() {
	npm_try=$WORK/npm-$1
	rm -rf "$npm_try"
	mkdir -p "$npm_try"
	cp "$2/package.json" "$2/package-lock.json" "$npm_try/"
	(cd "$npm_try" && npm_install --offline) >"$WORK/npm-log" 2>&1 || {
		say "         downloading npm packages of $1 …"
		(cd "$npm_try" && npm_install --prefer-offline) >"$WORK/npm-log" 2>&1 || npm_failed "$1"
	}
	rm -rf "$npm_try"
}

npm_failed() {
	grep -i 'error' "$WORK/npm-log" | head -n 8 | sed 's/^/    /' >&2
	! grep -q EINTEGRITY "$WORK/npm-log" ||
		die "package $1, step fetch: what npm brought does not have the sha512 that package-lock.json says (npm's words above).
  This must not happen; look into the lock before trusting it."
	! grep -qE 'EUSAGE|EJSONPARSE' "$WORK/npm-log" ||
		die "package $1, step fetch: package-lock.json does not fit package.json (npm's words above)"
	die "no network for packages: downloading npm packages of $1 failed (npm's words above).
  Check the network and proxy (npm ping must work), then run the same command again: what is already here is kept."
}
