# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# Checking recipes without building them. Sourced.

LINT_CLASSES='kernel debian-source debian-binary local npm'

# lint_all: prints every finding; fails if there is one.
lint_all() {
	BOARD=generic-x86_64 TRIPLET=x86_64-linux-gnu LIBDIR=usr/lib/x86_64-linux-gnu
	: >"$WORK/findings"
	sed 's/#.*//; /^ *$/d' "$INFRA/spdx-ids" >"$WORK/spdx"
	count=0
	for each in $(recipe_all); do
		count=$((count + 1))
		lint_recipe "$each" || :
	done
	lint_config_list
	lint_cve_table
	lint_host_tools
	if [ -s "$WORK/findings" ]; then
		cat "$WORK/findings" >&2
		die "recipe lint: $(wc -l <"$WORK/findings") findings in $count recipes"
	fi
	say "recipe lint: $count recipes, no findings"
}

finding() {
	say "firmware/package/$1: $2" >>"$WORK/findings"
}

# lint_recipe NAME, in a process of its own because it sources the recipe.
lint_recipe() (
	folder=$PACKAGES/$1
	case $1 in
	*[!a-z0-9-]* | -*) finding "$1" "a package's name has only a-z, 0-9 and '-'" ;;
	esac
	[ -r "$folder/recipe" ] || {
		finding "$1" "no recipe"
		return 0
	}
	sh -n "$folder/recipe" 2>"$WORK/syntax" || {
		finding "$1" "recipe is not valid sh: $(head -n 1 "$WORK/syntax")"
		return 0
	}
	recipe_load "$1"
	lint_variables "$1"
	lint_class "$1"
	lint_licence "$1"
	lint_config "$1"
	lint_hashes "$1"
	for path in $inputs; do
		[ -e "$TOP/$path" ] || finding "$1" "inputs names $path, which does not exist"
	done
	for patch in "$folder"/patches/*; do
		case $patch in
		*/'*' | *.patch) ;;
		*) finding "$1" "patches/ holds ${patch##*/}, which does not end in .patch" ;;
		esac
	done
)

# lint_variables NAME: what the recipe sets at its left margin must be known.
lint_variables() {
	sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p' "$PACKAGES/$1/recipe" | while read -r variable; do
		case " $RECIPE_VARIABLES " in
		*" $variable "*) ;;
		*) finding "$1" "unknown variable '$variable' (known: $RECIPE_VARIABLES)" ;;
		esac
	done
	case $target in
	yes | no) ;;
	*) finding "$1" "target is '$target'; allowed are yes and no" ;;
	esac
}

lint_class() {
	case " $LINT_CLASSES " in
	*" $class "*) ;;
	*) finding "$1" "class is '$class'; allowed are: $LINT_CLASSES" ;;
	esac
	case $class in
	debian-binary)
		[ -n "$binaries" ] || finding "$1" "class debian-binary needs binaries"
		[ -n "$files" ] || finding "$1" "class debian-binary needs files"
		;;
	debian-source)
		[ -n "$source" ] || finding "$1" "class debian-source needs source"
		lint_function "$1" recipe_build
		lint_function "$1" recipe_install
		;;
	kernel)
		[ -n "$binaries" ] || finding "$1" "class kernel needs binaries (the package that holds the tree)"
		lint_function "$1" kernel_fragments
		;;
	local)
		lint_function "$1" recipe_install
		;;
	npm)
		lint_function "$1" recipe_install
		lint_npm_lock "$1" "$TOP/$inputs/package-lock.json"
		;;
	esac
	for needed in $depends $needs; do
		[ -r "$PACKAGES/$needed/recipe" ] || finding "$1" "depends on or needs '$needed', which does not exist"
	done
}

# lint_npm_lock NAME LOCK: every package has its hash, and none names the host it comes from.
lint_npm_lock() {
	jq -r '.packages | to_entries[] | select(.key != "") | .key as $key |
		(if .value.integrity // "" | test("^sha512-") then empty else "\($key) has no sha512" end),
		(if .value.resolved then "\($key) names where it comes from (npm config: omit-lockfile-registry-resolved)" else empty end)' \
		"$2" >"$WORK/lint-npm" 2>&1 || finding "$1" "$2 cannot be read: $(head -n 1 "$WORK/lint-npm")"
	while read -r line; do
		finding "$1" "package-lock.json: $line"
	done <"$WORK/lint-npm"
}

lint_function() {
	grep -q "^$2() {\$" "$PACKAGES/$1/recipe" || finding "$1" "class $class needs the function $2"
}

lint_licence() {
	[ -n "$licence" ] || finding "$1" "no licence"
	for word in $(say "$licence" | tr '()' '  '); do
		case $word in
		AND | OR | WITH) ;;
		*) grep -qxF "$word" "$WORK/spdx" || finding "$1" "licence '$word' is not in firmware/infra/spdx-ids" ;;
		esac
	done
}

# lint_config NAME: Config.in defines the package's symbol, has help, and selects all that the recipe depends on or needs.
lint_config() {
	file=$PACKAGES/$1/Config.in
	[ -r "$file" ] || {
		finding "$1" "no Config.in"
		return 0
	}
	symbol=$(recipe_symbol "$1")
	grep -qx "config ${symbol#CONFIG_}" "$file" || finding "$1" "Config.in does not define ${symbol#CONFIG_}"
	grep -q '^	help$' "$file" || finding "$1" "Config.in has no help"
	for needed in $depends $needs; do
		symbol=$(recipe_symbol "$needed")
		grep -qx "	select ${symbol#CONFIG_}" "$file" || finding "$1" "depends on or needs $needed, but Config.in does not select ${symbol#CONFIG_}"
	done
	grep -qxF "source \"firmware/package/$1/Config.in\"" "$TOP/firmware/Config.in" ||
		finding "$1" "firmware/Config.in does not source its Config.in"
}

# lint_hashes NAME: exactly the Debian inputs are locked.
lint_hashes() {
	# shellcheck disable=SC2086 # lists of names
	case $class in
	debian-source) lint_wanted="dsc:$source" ;;
	debian-binary | kernel) lint_wanted=$(printf 'deb:%s ' $binaries $documents) ;;
	*) lint_wanted='' ;;
	esac
	lock_read "$1" | awk -F '\t' '{ print $2 ":" $3 }' >"$WORK/lint-locked"
	for input in $lint_wanted; do
		grep -qxF "$input" "$WORK/lint-locked" ||
			finding "$1" "hashes has no line for $input (firmware/infra/recipe lock $1)"
	done
	while read -r input; do
		case " $lint_wanted " in
		*" $input "*) ;;
		*) finding "$1" "hashes locks $input, which the recipe does not use" ;;
		esac
	done <"$WORK/lint-locked"
	[ ! -e "$PACKAGES/$1/hashes" ] || grep -vE '^(#|(deb|dsc) [^ ]+ [^ ]+ [0-9a-f]{64}$)' "$PACKAGES/$1/hashes" |
		while read -r line; do
			finding "$1" "hashes: line not understood: $line"
		done
}

# lint_config_list: firmware/Config.in names no package that is not there.
lint_config_list() {
	sed -n 's|^source "firmware/package/\(.*\)/Config.in"$|\1|p' "$TOP/firmware/Config.in" | while read -r each; do
		[ -d "$PACKAGES/$each" ] || finding "$each" "named in firmware/Config.in, but there is no such package"
	done
}

# lint_cve_table: three fields, well-formed, and a source package that some lock or recipe brings.
lint_cve_table() {
	awk -F '\t' '
	/^#/ { next }
	NF != 3 || $1 !~ /^CVE-[0-9][0-9][0-9][0-9]-[0-9]+$/ || !($3 ~ /^[0-9]/ || $3 == "patched here" || ($3 ~ /^not affected: / && length($3) > 30)) {
		print "firmware/infra/cve-known.tsv: line " NR " is not CVE, source package, and version, \"patched here\" or \"not affected: why\""
	}
	seen[$1, $2]++ { print "firmware/infra/cve-known.tsv: line " NR " repeats " $1 " of " $2 }
	' "$INFRA/cve-known.tsv" >>"$WORK/findings"
}

# lint_host_tools: what recipes need of the host is installed by host-setup.
lint_host_tools() {
	sed 's/#.*//; /^ *$/d' "$INFRA/host-packages" | sort -u >"$WORK/host"
	for each in $(recipe_all); do
		(
			sh -n "$PACKAGES/$each/recipe" 2>/dev/null || exit 0
			recipe_load "$each"
			for tool in $host_tools; do
				grep -qxF "$tool" "$WORK/host" || finding "$each" "host_tools names $tool, which firmware/infra/host-packages lacks"
			done
		)
	done
}
