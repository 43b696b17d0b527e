# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# Kconfig: comparing what was asked for with what came out. Sourced.

# kconfig_compare REQUESTED RESOLVED WHAT: fails, naming symbol and both values, where a request was silently changed. A symbol that
# is to be off may be absent from RESOLVED: so is one whose dependencies are off.
kconfig_compare() {
	awk -v what="$3" '
	function value(line) { return substr(line, index(line, "=") + 1) }
	function symbol(line) { return substr(line, 1, index(line, "=") - 1) }
	/^# CONFIG_[A-Za-z0-9_]+ is not set/ { name = $2; given = "n" }
	/^CONFIG_[A-Za-z0-9_]+=/ { name = symbol($0); given = value($0) }
	!/^(# )?CONFIG_/ { next }
	FILENAME == ARGV[1] { if (!(name in want)) order[++count] = name; want[name] = given; next }
	{ have[name] = given }
	END {
		for (i = 1; i <= count; i++) {
			name = order[i]
			if (want[name] == "n" && (!(name in have) || have[name] == "n")) continue
			if (!(name in have)) shown = "(no such symbol, or what it depends on is off)"
			else if (have[name] == want[name]) continue
			else shown = have[name]
			if (!bad++) print "trireme: " what " cannot be had as asked:" > "/dev/stderr"
			printf "  %s: asked for %s, came out as %s\n", name, want[name], shown > "/dev/stderr"
		}
		exit bad ? 1 : 0
	}' "$1" "$2"
}

# kconfig_known REQUESTED FOLDER WHAT: fails where REQUESTED switches off what no Kconfig file below FOLDER defines. kconfig_compare
# cannot tell a mistyped or retired name from one that is off.
kconfig_known() {
	sed -n 's/^# \(CONFIG_[A-Za-z0-9_]*\) is not set.*/\1/p' "$1" | sort -u >"$1.off"
	find "$2" -name 'Kconfig*' -exec \
		sed -n 's/^[[:space:]]*\(menu\)\{0,1\}config[[:space:]]\{1,\}\([A-Za-z0-9_]*\).*/CONFIG_\2/p' {} + |
		sort -u | comm -23 "$1.off" - >"$1.unknown"
	[ ! -s "$1.unknown" ] || die "$3 switches off what does not exist: $(paste -s -d ' ' "$1.unknown")"
}
