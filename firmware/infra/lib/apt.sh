# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# An apt state of our own under the cache: Debian's archive only, with source packages, whatever else the machine uses. Sourced.
# Signatures are checked by apt as always; nothing here switches that off.

APT=$CACHE/apt

apt_options() {
	printf '%s\n' \
		-o "Dir::Etc::SourceList=$APT/trireme.sources" -o Dir::Etc::SourceParts=/dev/null \
		-o "Dir::State::Lists=$APT/lists" -o "Dir::Cache=$APT/cache" \
		-o Acquire::Retries=2 -o Acquire::http::Timeout=30 -o APT::Sandbox::User=root -o Acquire::Languages=none
}

# apt_run PROGRAM ARGUMENT…: apt-get or apt-cache on our state.
apt_run() {
	apt_program=$1
	shift
	(
		IFS=$NL
		# shellcheck disable=SC2046
		exec "$apt_program" -qq $(apt_options) "$@"
	)
}

# apt_sources: the machine's own Debian entries (Origin: Debian, release 12), as deb and deb-src.
apt_sources() {
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(CREATED_BY)|$(ORIGIN)|$(CODENAME)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)' |
		awk -F '|' '
		$1 != "Packages" || $2 != "Debian" || $3 !~ /^bookworm/ { next }
		seen[$4, $5, $6]++ { next }
		{ printf "Types: deb deb-src\nURIs: %s\nSuites: %s\nComponents: %s\nSigned-By: %s\n\n", $4, $5, $6, key }
		' key=/usr/share/keyrings/debian-archive-keyring.gpg
}

# apt_ready: makes the state if need be, and brings its lists up to date once a run.
apt_ready() {
	[ ! -e "$WORK/apt-ready" ] || return 0
	mkdir -p "$APT/lists/partial" "$APT/cache/archives/partial"
	apt_sources >"$WORK/trireme.sources"
	[ -s "$WORK/trireme.sources" ] || die "apt knows no package list of Debian 12 on this machine.
  Run 'apt-get update' as root; the machine's own sources must name Debian's bookworm."
	cmp -s "$WORK/trireme.sources" "$APT/trireme.sources" || {
		cp "$WORK/trireme.sources" "$APT/trireme.sources"
		rm -f "$APT/updated"
	}
	if [ -z "$(find "$APT/updated" -mmin -720 2>/dev/null)" ]; then
		say "         reading Debian's package lists …" >&2
		apt_run apt-get update >"$WORK/apt-update" 2>&1 ||
			apt_no_network "reading Debian's package lists" "$WORK/apt-update"
		! grep -q '^[EW]: .*[Ff]ail' "$WORK/apt-update" ||
			apt_no_network "reading Debian's package lists" "$WORK/apt-update"
		: >"$APT/updated"
	fi
	: >"$WORK/apt-ready"
}

# apt_alone: the state and dl/.part are shared by all clones, and apt waits for nobody; held until file 7 is closed.
apt_alone() {
	mkdir -p "$CACHE/lock"
	exec 7>"$CACHE/lock/fetch"
	flock -n 7 && return 0
	warn "another run is fetching packages; waiting for it"
	flock 7
}

# apt_forget_lists: the next apt_ready reads the archive's lists anew.
apt_forget_lists() {
	rm -f "$APT/updated" "$WORK/apt-ready"
}

# apt_gone LOG: 0 if apt failed because the archive no longer has a file that the lists name, or has another in its place.
apt_gone() {
	grep -Eiq ' 404 |not found|mismatch|unexpected size' "$1"
}

# apt_failed WHAT LOG: ends with the reason why WHAT could not be downloaded.
apt_failed() {
	apt_gone "$2" || apt_no_network "$1" "$2"
	sed 's/^/    /' "$2" | tail -n 8 >&2
	die "not in the archive: $1 failed (apt's words above), although Debian's package lists were just read and name it.
  The mirror is probably being brought up to date: run the same command again later, or name another mirror in apt's sources."
}

# apt_no_network WHAT LOG: ends with apt's own words and what to do.
apt_no_network() {
	sed 's/^/    /' "$2" | tail -n 8 >&2
	die "no network for packages: $1 failed (apt's words above).
  Check the network and proxy (apt-get update must work), then run the same command again: what is already here is kept."
}

# apt_debs NAME…: what the archive has of these binary packages: name, version, sha256, source, source version.
apt_debs() {
	apt_ready
	apt_run apt-cache show --no-all-versions=false "$@" 2>/dev/null | awk '
	function flush() {
		if (name != "") print name "\t" version "\t" sum "\t" (source == "" ? name : source) "\t" (sversion == "" ? version : sversion)
		name = version = sum = source = sversion = ""
	}
	/^$/ { flush() }
	/^Package: / { flush(); name = $2 }
	/^Version: / { version = $2 }
	/^SHA256: / { sum = $2 }
	/^Source: / { source = $2; if (NF > 2) { sversion = $3; gsub(/[()]/, "", sversion) } }
	END { flush() }'
}

# apt_dscs NAME…: the same of source packages: name, version, sha256 of the .dsc, source, source version.
apt_dscs() {
	apt_ready
	apt_run apt-cache showsrc "$@" 2>/dev/null | awk '
	function flush() { if (name != "" && sum != "") print name "\t" version "\t" sum "\t" name "\t" version; name = version = sum = "" }
	/^$/ { flush() }
	/^Package: / { flush(); name = $2 }
	/^Version: / { version = $2 }
	/^[A-Z]/ { field = $1 }
	field == "Checksums-Sha256:" && $3 ~ /\.dsc$/ { sum = $1 }
	END { flush() }'
}
