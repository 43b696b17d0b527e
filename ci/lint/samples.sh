# A sample for each check that it must find something in: a check that finds nothing in its sample is broken,
# and says so instead of passing for ever. Sourced by run; sample_NAME fills the empty folder $tree.
# shellcheck shell=sh disable=SC2154,SC2016 # run sets tree and top; samples are text

spdx='/* SPDX-License-Identifier: GPL-2.0-or-later */'

sample_warnings() { printf '%s\nint f(int a)\n{\n\treturn 0;\n}\n' "$spdx" >"$tree/a.c"; }

sample_format() {
	cp "$top/.clang-format" "$tree"
	printf 'int f(void){return 1;}\n' >"$tree/a.c"
}

sample_tidy() {
	cp "$top/.clang-tidy" "$tree"
	cat >"$tree/a.c" <<-'END'
		#include <stdlib.h>
		int f(int a);
		int f(int a)
		{
			int *p = 0;
			if (a)
				p = malloc(sizeof(p));
			return *p;
		}
	END
}

sample_cppcheck() { printf 'int f(void);\nint f(void)\n{\n\tint a[2];\n\ta[2] = 1;\n\treturn a[2];\n}\n' >"$tree/a.c"; }

sample_shellcheck() { printf '#!/bin/sh\nrm -r $1/*\n' >"$tree/a"; }

sample_purity() {
	printf '#include <time.h>\nlong f(void);\nlong f(void)\n{\n\treturn time(NULL);\n}\n' >"$tree/a.c"
}

sample_python() { printf 'import os\nprint(undefined_name)\n' >"$tree/a.py"; }

sample_page() { printf "export const a: number = 'text';\n" >"$tree/a.ts"; }

sample_yang() { printf 'module a { namespace "urn:a"; prefix a; leaf b { type no-such-type; } }\n' >"$tree/a.yang"; }

sample_size() { yes '/* a line */' | head -n 601 >"$tree/a.c"; }

sample_hosts() { printf 'source=http://deb.%s.org/x\n' debian >"$tree/recipe"; }

sample_finished() { printf '# TO%s: later\n' DO >"$tree/a.sh"; }

sample_layers() {
	mkdir -p "$tree/services/engine"
	printf '#include "agent/decide.h"\n' >"$tree/services/engine/a.c"
}

sample_layout() { : >"$tree/extra"; }

sample_licence() { printf 'int a;\n' >"$tree/a.c"; }

sample_recipes() {
	mkdir -p "$tree/firmware" && cp -r "$top/firmware/infra" "$tree/firmware/" && mkdir -p "$tree/firmware/package/broken"
	printf 'class=no-such-class\n' >"$tree/firmware/package/broken/recipe"
}
