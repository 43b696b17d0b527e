# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# Reading recipes: what exists, what is selected, in which order. Sourced.

RECIPE_VARIABLES="class source binaries documents files licence depends needs inputs host_tools target"

# recipe_load NAME: sources one recipe into the current shell, starting from nothing.
recipe_load() {
	class='' source='' binaries='' documents='' files='' licence='' depends='' needs='' inputs='' host_tools='' target=yes
	name=$1
	[ -r "$PACKAGES/$1/recipe" ] || die "there is no package '$1' (no firmware/package/$1/recipe)"
	# shellcheck disable=SC1090
	. "$PACKAGES/$1/recipe"
}

recipe_all() {
	for folder in "$PACKAGES"/*/; do
		folder=${folder%/}
		say "${folder##*/}"
	done
}

recipe_symbol() {
	printf 'CONFIG_PACKAGE_%s\n' "$1" | tr 'a-z-' 'A-Z_'
}

# recipe_selected: the packages switched on in the resolved configuration.
recipe_selected() {
	sed -n 's/^CONFIG_PACKAGE_\([A-Z0-9_]*\)=y$/\1/p' "$BUILD/config" | tr 'A-Z_' 'a-z-'
}

# recipe_index: one line per recipe: name, class, source, binaries (with those for documents only), depends, inputs, licence, host tools, target,
# needs.
recipe_index() {
	recipe_all | while read -r each; do
		(
			recipe_load "$each"
			# shellcheck disable=SC2086 # lists of names, brought to one blank between them
			printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$each" "$class" "$source" \
				"$(say $binaries $documents)" "$(say $depends)" "$(say $inputs)" "$licence" \
				"$(say $host_tools)" "$target" "$(say $needs)"
		) || exit 1
	done >"$WORK/index"
}

# recipe_order NAME…: the names and all they depend on or need at run time, each after those; a circle or an unknown name is an error.
recipe_order() {
	awk -F '\t' -v want="$*" '
	function visit(name, from,    n, i, list) {
		if (state[name] == 2) return
		if (!(name in depends)) { fail("package " from " needs " name ", which does not exist"); return }
		if (state[name] == 1) { fail("packages depend on each other in a circle: " from " -> " name); return }
		state[name] = 1
		n = split(depends[name], list, " ")
		for (i = 1; i <= n; i++) visit(list[i], name)
		state[name] = 2
		print name
	}
	function fail(text) { print "trireme: " text > "/dev/stderr"; bad = 1; exit 1 }
	{ depends[$1] = $5 " " $10 }
	END { if (!bad) { n = split(want, names, " "); for (i = 1; i <= n; i++) visit(names[i], "the selection") }; exit bad }
	' "$WORK/index"
}

# assembled_from NAME: the folder of the result that is in build/rootfs.
assembled_from() {
	awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$BUILD/rootfs.results"
}

# recipe_field NAME NUMBER: one field of the index.
recipe_field() {
	awk -F '\t' -v name="$1" -v number="$2" '$1 == name { print $number }' "$WORK/index"
}
