# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# Bringing Debian's files into the cache: all in one apt call per kind, verified by sha256 before anything uses them. Sourced.
# A file under its final name in dl/ is whole; what is still coming lies in dl/.part/ and is taken up again by the next run.

DL=$CACHE/dl

# deb_path NAME VERSION: a version's ':' and '~' stay as they are; they are legal in file names.
deb_path() {
	printf '%s/%s_%s.deb\n' "$DL" "$1" "$2"
}

dsc_folder() {
	printf '%s/%s_%s\n' "$DL" "$1" "$2"
}

# fetch_verify FILE SHA256: 0 if whole; a damaged file is removed, with a message.
fetch_verify() {
	[ -e "$1" ] || return 1
	printf '%s  %s\n' "$2" "$1" | sha256sum --status -c - && return 0
	warn "${1##*/} in the cache is damaged or half-downloaded: removed, fetching it again"
	rm -f "$1"
	return 1
}

# fetch_dsc_whole FOLDER DSC-SHA256: 0 if the .dsc and all files it lists are there and whole.
fetch_dsc_whole() {
	[ -d "$1" ] || return 1
	for dsc in "$1"/*.dsc; do
		fetch_verify "$dsc" "$2" || return 1
		dsc_missing=''
		awk '/^[A-Z]/ { field = $1 } field == "Checksums-Sha256:" && NF == 3 { print $1, $3 }' "$dsc" >"$WORK/dsc-files"
		while read -r dsc_sum dsc_file; do
			fetch_verify "$1/$dsc_file" "$dsc_sum" || dsc_missing=yes
		done <"$WORK/dsc-files"
		[ -z "$dsc_missing" ] || return 1
	done
}

# fetch_all NAME…: after this every Debian input and npm package of these packages is in the cache, whole. Prints nothing if there is nothing to do.
# Where a locked version has left the archive the lock is rewritten (an error with LOCKED=1); sets relocked=yes then.
fetch_all() {
	relocked=''
	npm_fetch "$@"
	fetch_look "$@"
	[ -s "$WORK/absent" ] || return 0
	apt_alone
	# Another run may have brought some while this one waited.
	fetch_look "$@"
	fetch_round "$@"
	if [ -n "$fetch_failed" ] && apt_gone "$WORK/apt-download"; then
		# Our lists may be hours old, and name a version that has left the archive since.
		apt_forget_lists
		fetch_look "$@"
		fetch_round "$@"
	fi
	[ -z "$fetch_failed" ] || apt_failed "$fetch_failed" "$WORK/apt-download"
	exec 7>&-
}

# fetch_look NAME…: what these packages have locked and the cache lacks, to $WORK/absent.
fetch_look() {
	lock_read "$@" >"$WORK/locked"
	fetch_absent <"$WORK/locked" >"$WORK/absent"
}

# fetch_round NAME…: brings what $WORK/absent names; where apt fails, fetch_failed says in what.
fetch_round() {
	fetch_failed=''
	[ -s "$WORK/absent" ] || return 0
	fetch_space "$WORK/absent"
	cut -f 1-3 "$WORK/absent" >"$WORK/wanted"
	lock_archive "$WORK/wanted"
	fetch_vanished
	[ -z "$relocked" ] || fetch_look "$@"
	fetch_debs
	[ -n "$fetch_failed" ] || fetch_dscs
}

# fetch_absent: of the locked inputs on stdin, those the cache does not have whole.
fetch_absent() {
	while IFS=$TAB read -r package kind input version sum; do
		if [ "$kind" = deb ]; then
			fetch_verify "$(deb_path "$input" "$version")" "$sum" && continue
		else
			fetch_dsc_whole "$(dsc_folder "$input" "$version")" "$sum" && continue
		fi
		printf '%s\t%s\t%s\t%s\t%s\n' "$package" "$kind" "$input" "$version" "$sum"
	done
}

fetch_space() {
	if grep -q "^linux$TAB" "$1"; then
		need_space "$CACHE" 600 "downloads"
	else
		need_space "$CACHE" 100 "downloads"
	fi
}

# fetch_vanished: compares $WORK/absent with $WORK/archive and relocks the packages whose version is gone.
fetch_vanished() {
	awk -F '\t' '
	FILENAME ~ /\/archive$/ { have[$1, $2, $3] = $4; next }
	!(($2, $3, $4) in have) { print $1 "\t" $2 "\t" $3 "\t" $4 "\tgone" }
	($2, $3, $4) in have && have[$2, $3, $4] != $5 { print $1 "\t" $2 "\t" $3 "\t" $4 "\tchanged" }
	' "$WORK/archive" "$WORK/absent" >"$WORK/vanished"
	[ -s "$WORK/vanished" ] || return 0
	while IFS=$TAB read -r package kind input version how; do
		[ "$how" = gone ] || die "package $package: Debian's archive now has another file under $input $version than the locked hash says.
  This must not happen; look into firmware/package/$package/hashes before trusting it."
		[ "${LOCKED:-0}" != 1 ] || die "package $package: the locked version $version of $input has left Debian's archive (LOCKED=1: not taking another).
  Without LOCKED=1 the build takes the archive's current version and records it."
		found=$(lock_newest "$kind" "$input")
		[ -n "$found" ] || die "package $package: Debian's archive has no $input at all any more (locked: $version)"
		say "$package: $input $version has left Debian's archive; taken instead: ${found%%"$TAB"*}" >>"$BUILD/relocked"
	done <"$WORK/vanished"
	relocked=yes
	cut -f 1 "$WORK/vanished" | sort -u >"$WORK/relock"
	# shellcheck disable=SC2046
	lock_now $(cat "$WORK/relock")
}

fetch_debs() {
	awk -F '\t' '$2 == "deb"' "$WORK/absent" >"$WORK/get"
	[ -s "$WORK/get" ] || return 0
	say "         downloading $(wc -l <"$WORK/get") binary packages …"
	mkdir -p "$DL/.part"
	# shellcheck disable=SC2046
	(cd "$DL/.part" && apt_run apt-get download $(awk -F '\t' '{ print $3 "=" $4 }' "$WORK/get")) >"$WORK/apt-download" 2>&1 || {
		fetch_failed="downloading packages"
		return 0
	}
	while IFS=$TAB read -r package kind input version sum; do
		part=$DL/.part/${input}_$(say "$version" | sed 's/:/%3a/')_$(dpkg --print-architecture).deb
		[ -e "$part" ] || part=${part%_*}_all.deb
		fetch_verify "$part" "$sum" ||
			die "package $package, step fetch: what apt brought for $kind $input $version does not have the locked sha256 $sum"
		mv "$part" "$(deb_path "$input" "$version")"
	done <"$WORK/get"
}

fetch_dscs() {
	awk -F '\t' '$2 == "dsc"' "$WORK/absent" >"$WORK/get"
	while IFS=$TAB read -r package kind input version sum; do
		say "         downloading source $input $version …"
		part=$DL/.part/${input}_$version
		folder=$(dsc_folder "$input" "$version")
		mkdir -p "$part"
		[ ! -d "$folder" ] || fetch_keep_whole "$folder" "$part"
		(cd "$part" && apt_run apt-get source --download-only "$input=$version") >"$WORK/apt-download" 2>&1 || {
			fetch_failed="downloading the source of $input"
			return 0
		}
		fetch_dsc_whole "$part" "$sum" ||
			die "package $package, step fetch: what apt brought for $kind $input $version does not have the locked sha256 $sum"
		rm -rf "$folder"
		mv "$part" "$folder"
	done <"$WORK/get"
}

# fetch_keep_whole FROM TO: files of a source that lost one of its parts need not be fetched again.
fetch_keep_whole() {
	for file in "$1"/*; do
		[ ! -f "$file" ] || mv "$file" "$2"
	done
}
