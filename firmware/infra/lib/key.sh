# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# The key of a package's result: a hash over all that can change it. Sourced.
# Two passes of sha256sum for all packages together, because a process per file would dominate a build with nothing to do.

# What every result of ours (classes local and npm) holds besides its own inputs: version and licence of the firmware.
LOCAL_INPUTS="firmware/VERSION LICENSE"

# host_versions: versions of the host's development packages that local and source builds compile against.
host_versions() {
	cut -f 8 "$WORK/index" | tr ' ' '\n' | sort -u | sed '/^$/d' >"$WORK/host-tools"
	# shellcheck disable=SC2016 # dpkg's own variables
	xargs -r dpkg-query -W -f '${Package} ${Version}\n' <"$WORK/host-tools" 2>/dev/null >"$WORK/host-versions" ||
		warn "not all host packages are installed: $(dpkg_missing <"$WORK/host-tools")"
}

dpkg_missing() {
	while read -r tool; do
		dpkg-query -W "$tool" >/dev/null 2>&1 || printf '%s ' "$tool"
	done
}

# key_files: mode, type, path, link target and content hash of every tracked input.
key_files() {
	{
		say firmware/package
		say "$LOCAL_INPUTS" | tr ' ' '\n'
		cut -f 6 "$WORK/index" | tr ' ' '\n' | sed '/^$/d'
	} | sort -u >"$WORK/input-roots"
	(
		cd "$TOP" || exit
		while read -r root; do
			[ -e "$root" ] && printf '%s\0' "$root"
		done <"$WORK/input-roots" | xargs -0 sh -c 'find "$@" \
			\( -name "*.o" -o -name "*.d" -o -name __pycache__ -o -name .git -o -name node_modules -o -path "*/ui/build" \) -prune -o \
			\( -type f -o -type l \) -printf "%m %y %p %l\n"' find
	) | sort -u >"$WORK/files"
	(cd "$TOP" && awk '$2 == "f" { print $3 }' "$WORK/files" | sort -u | xargs -r sha256sum) >"$WORK/sums"
}

# key_texts DIRECTORY: writes one text per package, holding all that its own result depends on (without its depends).
key_texts() {
	awk -F '\t' -v dir="$1" -v engine="$ENGINE_VERSION" -v local="$LOCAL_INPUTS" -v board="$BOARD" -v triplet="$TRIPLET" -v infra="$INFRA" '
	function under(path, root) { return path == root || index(path, root "/") == 1 }
	FILENAME ~ /\/files$/ { split($0, part, " "); file[++files] = part[3]; about[files] = $0; next }
	FILENAME ~ /\/sums$/ { sum[substr($0, 67)] = substr($0, 1, 64); next }
	FILENAME ~ /\/host-versions$/ { split($0, part, " "); version[part[1]] = part[2]; next }
	FILENAME ~ /\/code-sums$/ && !/\/class-[a-z-]*\.sh$/ { engine = engine " " substr($0, 1, 64); next }
	FILENAME ~ /\/code-sums$/ { name = $0; sub(/.*class-/, "", name); sub(/\.sh$/, "", name); classsum[name] = substr($0, 1, 64); next }
	FILENAME ~ /\/config$/ { at = index($0, "="); if (at && $0 ~ /^CONFIG_/) config[substr($0, 1, at - 1)] = $0; next }
	{
		out = dir "/" $1
		print "engine", engine, board, triplet, $2, classsum[$2] > out
		roots = split("firmware/package/" $1 " " $6 " " ($2 == "local" || $2 == "npm" ? local : ""), root, " ")
		for (i = 1; i <= files; i++)
			for (j = 1; j <= roots; j++)
				if (under(file[i], root[j]) && file[i] !~ /^firmware\/package\/[^\/]*\/Config\.in$/) {
					print about[i], sum[file[i]] > out
					break
				}
		n = split($8, tool, " ")
		for (i = 1; i <= n; i++) print tool[i], version[tool[i]] > out
		recipe = infra "/../package/" $1 "/recipe"
		while ((getline line < recipe) > 0)
			while (match(line, /CONFIG_[A-Z0-9_]+/)) {
				symbol = substr(line, RSTART, RLENGTH)
				if (symbol in config) print config[symbol] > out
				line = substr(line, RSTART + RLENGTH)
			}
		close(recipe)
		close(out)
	}' "$WORK/files" "$WORK/sums" "$WORK/host-versions" "$WORK/code-sums" "$BUILD/config" "$WORK/index"
}

# key_all: writes $WORK/keys: name, key. A package's key covers its own text and those of all it depends on.
key_all() {
	host_versions
	key_files
	# Of what makes a result the code counts, not its comments.
	for code_file in "$INFRA/step" "$INFRA/lib/pack.sh" "$INFRA/lib/kconfig.sh" "$INFRA"/lib/class-*.sh; do
		printf '%s  %s\n' "$(sed '/^[[:space:]]*#/d' "$code_file" | sha256sum | cut -c 1-64)" "$code_file"
	done >"$WORK/code-sums"
	rm -rf "$WORK/own" "$WORK/full"
	mkdir -p "$WORK/own" "$WORK/full"
	key_texts "$WORK/own"
	(cd "$WORK/own" && sha256sum ./*) >"$WORK/own-sums"
	awk -F '\t' -v dir="$WORK/full" '
	function visit(name, out,    n, i, list) {
		if (seen[name] == out) return
		seen[name] = out
		print name, own[name] > out
		n = split(depends[name], list, " ")
		for (i = 1; i <= n; i++) visit(list[i], out)
	}
	FILENAME ~ /own-sums$/ { own[substr($0, 69)] = substr($0, 1, 64); next }
	{ depends[$1] = $5; names[++count] = $1 }
	END { for (k = 1; k <= count; k++) { visit(names[k], dir "/" names[k]); close(dir "/" names[k]) } }
	' "$WORK/own-sums" "$WORK/index"
	(cd "$WORK/full" && sha256sum ./*) | awk '{ print substr($0, 69) "\t" substr($0, 1, 12) }' >"$WORK/keys"
}

key_of() {
	awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$WORK/keys"
}

# result_of NAME: the folder in the cache that holds, or will hold, the package's result.
result_of() {
	printf '%s/out/%s-%s\n' "$CACHE" "$1" "$(key_of "$1")"
}
