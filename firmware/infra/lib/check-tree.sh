# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# What must hold of the assembled tree. Sourced by assemble and by its tests.

# What has no place on the router, as parts of file names.
FORBIDDEN='/(lib)?(perl|python)[0-9.]*(/|$)|/libperl|/libpython|/systemd(/|$)|/systemd-|/dbus-|/libdbus|/libicu|/libsystemd-shared'
# Libraries that glibc itself loads by name need no NEEDED entry; interpreters that scripts may name:
INTERPRETERS='/bin/sh /usr/bin/awk'

# check_tree ROOT ELF-LIST: all checks; every finding is printed before the one error at the end.
check_tree() {
	: >"$WORK/findings"
	check_needed "$1" "$2"
	check_scripts "$1"
	check_links "$1"
	(cd "$1" && find . -print | sed 's|^\.||') | grep -E "$FORBIDDEN" |
		sed 's/^/has no place in the image: /' >>"$WORK/findings" || :
	(cd "$1" && find . -perm /6000 -type f -printf 'setuid or setgid: %P\n' -o \
		-perm -0002 -not -type l -not -path ./tmp -not -path './var/tmp' -printf 'writable by everyone: %P\n' -o \
		\( -type b -o -type c -o -type p -o -type s \) -printf 'device, pipe or socket: %P\n') >>"$WORK/findings"
	[ ! -s "$WORK/findings" ] || {
		sed 's/^/    /' "$WORK/findings" >&2
		die "the assembled tree has $(wc -l <"$WORK/findings") faults (above)"
	}
}

# check_needed ROOT ELF-LIST: libraries by soname and loaders by path.
check_needed() {
	# The first one twice: of a single file readelf does not print the name.
	{ head -n 1 "$2" && cat "$2"; } | xargs -r -d '\n' readelf -W -d -l >"$WORK/readelf"
	find "$1/usr/lib" -name '*.so*' -not -path '*/modules/*' -printf '%f\n' | sort -u >"$WORK/have"
	awk -v root="$1" '
	FILENAME ~ /\/have$/ { have[$0] = 1; next }
	/^File: / { file = substr($0, 7 + length(root)); next }
	/\(NEEDED\)/ { sub(/.*\[/, ""); sub(/\].*/, ""); if (!($0 in have)) print file " needs " $0 ", which no package brings" }
	/Requesting program interpreter:/ {
		sub(/.*: /, ""); sub(/\].*/, "")
		if (system("test -e \"" root $0 "\"")) print file " needs the loader " $0
	}' "$WORK/have" "$WORK/readelf" | sort -u >>"$WORK/findings"
}

# check_scripts ROOT: the program in a script's first line exists.
check_scripts() {
	(cd "$1" && find . -type f -perm /0111 -exec grep -lIm1 '^#!' {} + | while read -r script; do
		IFS= read -r line <"$script"
		line=${line#\#!}
		line=${line# }
		[ -e ".${line%% *}" ] || [ -L ".${line%% *}" ] || say "${script#.} needs the interpreter ${line%% *}"
	done) >>"$WORK/findings"
}

# check_links ROOT: links lead somewhere, except into what is mounted or made at run time.
check_links() {
	(cd "$1" && find . -type l -printf '%p %l\n') | awk '
	{ folder = $1; sub(/[^\/]*$/, "", folder); print $1, ($2 ~ /^\// ? "." $2 : folder $2) }' >"$WORK/links"
	while read -r link leads; do
		[ -e "$1/$leads" ] || [ -L "$1/$leads" ] && continue
		path=$(readlink -m "$1/$leads")
		case ${path#"$1"} in
		/run | /run/* | /proc/* | /data/* | /var/* | /tmp/* | /dev/* | /sys/*) ;;
		*) say "${link#.} leads nowhere" ;;
		esac
	done <"$WORK/links" >>"$WORK/findings"
}
