# The checks of ci/lint, sourced by run. Each check_NAME looks at the tree in $tree, prints what it finds, and
# fails when it found something. None may depend on what is outside the tree but the tools themselves.
# shellcheck shell=sh disable=SC2154,SC2016 # run sets tree, top, lint and scratch; awk's programs stand in single quotes

# files [PATTERN…]: what git tracks or would (so that a new file is looked at before it is committed), by
# shell patterns on the path; in a tree without git, all files but what is built.
files() {
	if [ -e "$tree/.git" ] && command -v git >/dev/null; then
		# The clone may belong to somebody else than root, who runs this.
		git -c safe.directory="$tree" -C "$tree" ls-files -co --exclude-standard
	else
		(cd "$tree" && find . -name .git -prune -o -path ./build -prune -o -type f -print | sed 's,^\./,,')
	fi | sort | while read -r path; do
		[ -f "$tree/$path" ] || continue
		[ $# -gt 0 ] || echo "$path"
		for pattern in "$@"; do
			# shellcheck disable=SC2254 # a pattern is what is wanted
			case $path in $pattern) echo "$path" && break ;; esac
		done
	done
}

# found: fails when standard input has any line, and shows it.
found() {
	! grep . || return 1
}

# Text a person wrote: not the licence, not data tables, not patches of others' code.
own_text() { files | grep -vE '^LICENSE$|\.patch$|\.tsv$|/hashes$|/vendor/'; }

cflags() {
	if [ -f "$tree/services/Makefile" ]; then
		make --no-print-directory -s -C "$tree/services" BUILD="$tree/build/services" print-cflags
	else
		echo "-std=gnu11 -Wall -Wextra"
	fi
}

check_warnings() {
	if [ -f "$tree/services/Makefile" ]; then
		make --no-print-directory -C "$tree/services" BUILD="$tree/build/services" -j2 all tests
	else
		# shellcheck disable=SC2046
		(cd "$tree" && gcc $(make --no-print-directory -s -C "$top/services" BUILD="$top/build/services" print-cflags) -fsyntax-only $(files '*.c'))
	fi
}

check_format() {
	(cd "$tree" && files '*.c' '*.h' | xargs -r clang-format --dry-run -Werror 2>&1 | grep 'error: ' |
		sed 's/:[0-9]*:[0-9]*: error: code should be clang-formatted.*/: not as clang-format has it/' | sort | uniq -c | found)
}

# clang-tidy takes seconds a file: a file whose preprocessed text, flags and rules passed before is not
# looked at again, in whatever folder the tree lies. Only success is remembered.
tidy_one() {
	# shellcheck disable=SC2046,SC2086
	key=$({ clang-tidy --version; cat .clang-tidy; echo "$2"; clang -E -C $2 "$1"; } | sed "s,$PWD/,,g" | sha256sum | cut -d' ' -f1)
	if [ -e "$TIDY_CACHE/$key" ]; then return 0; fi
	# shellcheck disable=SC2086
	if clang-tidy --quiet "$1" -- $2 >"$TIDY_CACHE/$key.words" 2>&1; then
		mv "$TIDY_CACHE/$key.words" "$TIDY_CACHE/$key"
		return 0
	fi
	# The finding itself; the way that leads to it is for who runs clang-tidy on that file.
	grep -E '(error|warning): ' "$TIDY_CACHE/$key.words" || cat "$TIDY_CACHE/$key.words"
	rm -f "$TIDY_CACHE/$key.words"
	return 1
}

check_tidy() {
	TIDY_CACHE=${TRIREME_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/trireme}/tidy
	export TIDY_CACHE
	mkdir -p "$TIDY_CACHE"
	find "$TIDY_CACHE" -type f -mtime +30 -delete
	flags=$(cflags)
	(cd "$tree" && files '*.c' | grep -vE '/tests/|^firmware/' |
		xargs -r -n 1 -P "$(nproc)" sh -c '. "$0"; tidy_one "$2" "$1"' "$lint/checks.sh" "$flags")
}

# memleak does not know the cleanup attribute (the sanitized unit tests look for leaks); legacyUninitvar takes the
# name of a member in an initializer for a variable (uninitvar, its successor, is on). Pointers to void count in bytes, as
# gnu11 has it and programs for the kernel do it. Macros of headers that it does not read are told it.
check_cppcheck() {
	(cd "$tree" && files '*.c' >"$scratch/sources" && [ -s "$scratch/sources" ] &&
		cppcheck -q -j "$(nproc)" --std=c11 --language=c --enable=warning,performance,portability --inline-suppr \
			--suppress=memleak --suppress=legacyUninitvar --suppress=arithOperationsOnVoidPointer --suppress=missingInclude --suppress=missingIncludeSystem -D__GNUC__=12 -D__x86_64__ -D_GNU_SOURCE \
			'-DSEC(name)=' '-DLIBBPF_OPTS(type, name, ...)=struct type name = {__VA_ARGS__}' \
			-Iservices -Ihw --error-exitcode=1 --file-list="$scratch/sources")
}

# first_lines N EXPRESSION: of the files that standard input names, those of whose first N lines one matches.
# Read in one go: starting a program for each file would take longer than most checks.
first_lines() {
	(cd "$tree" && tr '\n' '\0' | LC_ALL=C xargs -0 -r awk -v n="$1" -v wanted="$2" \
		'FNR > n { nextfile } $0 ~ wanted { print FILENAME; nextfile }')
}

# Shell scripts by ending, by their first line, or by saying so to shellcheck.
scripts() {
	files '*.sh'
	files | grep -v '\.sh$' | first_lines 3 '^#!.*[/ ](ba|da|a)?sh$|^#!.*[/ ](ba)?sh -|^# shellcheck shell='
}

check_shellcheck() {
	(cd "$tree" && scripts | sort -u | xargs -r -n 12 -P "$(nproc)" shellcheck -x)
}

# Pure objects (services/Makefile says which) may use one another and what stands in pure-symbols.allow.
check_purity() {
	if [ -f "$tree/services/Makefile" ]; then
		make --no-print-directory -s -C "$tree/services" BUILD="$tree/build/services" print-pure | grep '\.o$' >"$scratch/pure"
	else
		(cd "$tree" && for source in $(files '*.c'); do gcc -c -o "$source.o" "$source"; done)
		files '*.c.o' | sed "s,^,$tree/," >"$scratch/pure"
	fi
	[ -s "$scratch/pure" ] || return 1
	# Names that may be used, `*` for the rest of a name: the list's, then what the objects define themselves.
	sed 's/[[:blank:]]*#.*//; /^$/d' "$lint/pure-symbols.allow" >"$scratch/allow"
	xargs nm --defined-only -P <"$scratch/pure" | awk 'NF > 2 { print $1 }' >>"$scratch/allow"
	xargs nm -u -P -A <"$scratch/pure" | awk '
		FNR == NR && /\*$/ { begins[substr($1, 1, length($1) - 1)]; next }
		FNR == NR { allowed[$1]; next }
		$2 in allowed { next }
		{
			for (begin in begins) if (index($2, begin) == 1) next
			sub(/.*\/obj\//, "", $1)
			print $1 " uses " $2
		}' "$scratch/allow" - | found
}

check_python() {
	files '*.py' >"$scratch/python"
	files | grep -v '\.py$' | first_lines 1 '^#!.*python' >>"$scratch/python"
	# Syntax is part of what pyflakes reports; nothing is written beside the sources.
	(cd "$tree" && xargs -r pyflakes3 <"$scratch/python")
}

# The page's TypeScript, by its compiler at its strictest, which is one of the page's npm packages.
check_page() {
	"$top/services/web/ui/prepare" "$top/build/web-ui" >"$scratch/prepare" 2>&1 || {
		cat "$scratch/prepare"
		return 1
	}
	if [ -f "$tree/services/web/ui/package.json" ]; then
		(cd "$top/build/web-ui" && npm run -s check)
	else
		(cd "$tree" && files '*.ts' | xargs -r "$top/build/web-ui/node_modules/.bin/tsc" --noEmit --strict)
	fi
}

check_yang() {
	for model in $(files '*.yang'); do
		# A submodule is read with its module, and by nothing else.
		grep -q '^submodule ' "$tree/$model" && continue
		yanglint -i -p "$tree/services/schema" -p /usr/share/yang/modules/libyang "$tree/$model" || return 1
	done
}

# No line of C above 100 columns (tabs are 8), no file above 600 lines; functions above 40 lines stay the exception (at most one in ten), none above 100.
check_size() {
	(cd "$tree" && files '*.c' '*.h' '*.py' '*.sh' '*.ts' '*.tsx' '*.css' | xargs -r awk '
		FNR == 601 { print FILENAME ": more than 600 lines" }') >"$scratch/long"
	# Columns are characters, and tabs reach to the next multiple of eight.
	(cd "$tree" && files '*.c' '*.h' | LC_ALL=C xargs -r awk '{
		gsub(/[\200-\277]/, "")
		while (tab = index($0, "\t"))
			$0 = substr($0, 1, tab - 1) sprintf("%*s", 8 - (tab - 1) % 8, "") substr($0, tab + 1)
		if (length($0) > 100) print FILENAME ":" FNR ": above 100 columns"
	}') >>"$scratch/long"
	# shellcheck disable=SC2046
	(cd "$tree" && awk '
		FNR == 1 { name = "" }
		/^[A-Za-z_].*\(/ && !/;[ \t]*$/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
		/^{/ { start = FNR }
		/^}/ && name != "" {
			n++; size = FNR - start - 1; name_now = name; name = ""
			if (size > 40) { over++; print FILENAME ": " name_now "(): " size " lines" > "/dev/stderr" }
			if (size > 100) print FILENAME ": " name_now "(): " size " lines, at most 100"
		}
		END {
			printf "%d functions, %d above 40 lines\n", n, over > "/dev/stderr"
			if (over * 10 > n) print "more than one function in ten is above 40 lines"
		}' $(files '*.c' | grep -v /tests/) /dev/null) >>"$scratch/long"
	found <"$scratch/long"
}

# No registry host, and no path that only one machine has: everything comes from the user's own apt sources.
check_hosts() {
	(cd "$tree" && own_text | xargs -r grep -nIE \
		'//[a-z0-9.-]*(debian|npm)[a-z]*\.[a-z]{2,3}|\.\./shared/|(^|[^A-Za-z0-9_.$}"-])/(work|farm|home)/' |
		grep -v '^ci/lint/checks.sh:' | found)
}

# Unfinished by its own words, or a check that cannot fail.
check_finished() {
	(cd "$tree" && own_text | grep -v '^ci/lint/' | xargs -r grep -nIE \
		'\b(TODO|FIXME|XXX|HACK)\b|not implemented|\|\| true$|pytest\.(mark\.)?(skip|xfail)|@unittest\.skip' | found)
}

# A service uses only itself, base, schema, proto and hw; the lower ones do not look up.
check_layers() {
	(cd "$tree" && files 'services/*.c' 'services/*.h' 'hw/*.c' 'hw/*.h' | xargs -r awk '
		FNR == 1 { part = FILENAME; sub(/^services\//, "", part); sub(/\/.*/, "", part) }
		/^#include "\.\.\// { print FILENAME ": includes by a relative path: " $2 }
		/^#include "[a-z0-9_-]*\// {
			used = $2; sub(/^"/, "", used); sub(/\/.*/, "", used)
			if (used == part || used == "base") next
			# Pure importers, for the one service that offers them.
			if (part == "api" && used == "import") next
			if (part != "base" && part != "hw" && used ~ /^(schema|proto|hw)$/) next
			print FILENAME ": includes \"" used "/…\", which " part " must not know"
		}' | found)
}

check_layout() {
	files | cut -d/ -f1 | sort -u |
		grep -vxE 'firmware|board|rootfs|services|hw|ci|Makefile|Kconfig|README\.md|LICENSE|\..*' |
		sed 's/^/not a place of the agreed layout: /' | found
}

check_licence() {
	(cd "$tree" && files '*.c' '*.h' | xargs -r awk '
		FNR == 1 && !/SPDX-License-Identifier: GPL-2.0-or-later/ { print FILENAME ": no SPDX line" }' | found)
}

check_recipes() {
	"$tree/firmware/infra/recipe" lint
}
