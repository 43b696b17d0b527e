# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# The lock: firmware/package/NAME/hashes, lines "deb NAME VERSION SHA256" or "dsc NAME VERSION SHA256". Sourced.

# lock_wanted NAME…: kind and Debian name of every Debian input of these packages: package, kind, name.
lock_wanted() {
	printf '%s\n' "$@" | awk -F '\t' '
	FILENAME == "-" { pick[$1] = 1; next }
	!($1 in pick) { next }
	$2 == "debian-source" { print $1 "\tdsc\t" $3 }
	$2 == "debian-binary" || $2 == "kernel" { n = split($4, b, " "); for (i = 1; i <= n; i++) print $1 "\tdeb\t" b[i] }
	' - "$WORK/index"
}

# lock_read NAME…: the locked inputs of these packages: package, kind, name, version, sha256.
lock_read() {
	for each; do
		[ -e "$PACKAGES/$each/hashes" ] || continue
		sed -n "s/^\(de*b\|dsc\) \([^ ]*\) \([^ ]*\) \([0-9a-f]\{64\}\)\$/$each$TAB\1$TAB\2$TAB\3$TAB\4/p" \
			"$PACKAGES/$each/hashes"
	done
}

# lock_archive FILE: for a lock_wanted list, what the archive has: kind, name, version, sha256, source, source version.
lock_archive() {
	# shellcheck disable=SC2046
	awk -F '\t' '$2 == "deb" { print $3 }' "$1" | sort -u >"$WORK/ask-deb"
	awk -F '\t' '$2 == "dsc" { print $3 }' "$1" | sort -u >"$WORK/ask-dsc"
	apt_ready
	{
		# shellcheck disable=SC2046
		[ ! -s "$WORK/ask-deb" ] || apt_debs $(cat "$WORK/ask-deb") | sed 's/^/deb\t/'
		# shellcheck disable=SC2046
		[ ! -s "$WORK/ask-dsc" ] || apt_dscs $(cat "$WORK/ask-dsc") | sed 's/^/dsc\t/'
	} >"$WORK/archive"
}

# lock_newest KIND NAME: version and sha256 of the archive's newest, tab-separated; empty if it has none.
lock_newest() {
	newest=''
	awk -F '\t' -v kind="$1" -v name="$2" '$1 == kind && $2 == name { print $3 "\t" $4 }' "$WORK/archive" >"$WORK/versions"
	while IFS=$TAB read -r version sum; do
		if [ -z "$newest" ] || dpkg --compare-versions "$version" gt "${newest%%"$TAB"*}"; then
			newest=$version$TAB$sum
		fi
	done <"$WORK/versions"
	printf '%s\n' "$newest"
}

# lock_write PACKAGE FILE-OF-LINES: replaces the lock of one package.
lock_write() {
	{
		say "# Locked inputs, written by 'firmware/infra/recipe lock $1'; a change is reviewed like code."
		sort -u "$2"
	} >"$PACKAGES/$1/hashes.new"
	mv "$PACKAGES/$1/hashes.new" "$PACKAGES/$1/hashes"
}

# lock_now NAME…: locks the archive's newest version of every input.
lock_now() {
	lock_wanted "$@" >"$WORK/wanted"
	lock_archive "$WORK/wanted"
	for each; do
		awk -F '\t' -v name="$each" '$1 == name { print $2 "\t" $3 }' "$WORK/wanted" >"$WORK/inputs"
		[ -s "$WORK/inputs" ] || continue
		while IFS=$TAB read -r kind input; do
			found=$(lock_newest "$kind" "$input")
			[ -n "$found" ] || die "package $each: Debian's archive has no $kind '$input'"
			say "$kind $input ${found%%"$TAB"*} ${found#*"$TAB"}"
		done <"$WORK/inputs" >"$WORK/lines"
		lock_write "$each" "$WORK/lines"
	done
}
