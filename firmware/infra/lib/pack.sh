# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# From an install tree to a package's result: target.tar, stage.tar, meta, copyright. Sourced by step.

# merge_usr DIRECTORY: bin, sbin, lib, lib64 become usr/…, as in every current Debian.
merge_usr() {
	for top in bin sbin lib lib64; do
		[ ! -L "$1/$top" ] || continue
		[ -d "$1/$top" ] || continue
		mkdir -p "$1/usr/$top"
		cp -a "$1/$top/." "$1/usr/$top/"
		rm -rf "${1:?}/$top"
	done
}

# pack_tar DIRECTORY FILE: the same bytes for the same tree.
pack_tar() {
	tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
		--format=gnu -C "$1" -cf "$2" .
}

# meta_line COMPONENT VERSION SOURCE SOURCE-VERSION SHA256
meta_line() {
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$licence" "$5" "$class" >>"$PKG_WORK/result/meta"
}

pack_result() {
	merge_usr "$DEST"
	: >"$PKG_WORK/result/meta"
	mkdir -p "$PKG_WORK/result/copyright"
	class_meta
	[ -s "$PKG_WORK/result/meta" ] || die "package $name: no component recorded"
	[ "$target" = no ] || [ -n "$(find "$DEST" -mindepth 1 -not -type d -print -quit)" ] ||
		die "package $name installed no file"
	pack_tar "$DEST" "$PKG_WORK/result/target.tar"
	pack_tar "$STAGE_DEST" "$PKG_WORK/result/stage.tar"
}

# input_field NAME FIELD: of the locked inputs (package, kind, name, version, sha256).
input_field() {
	awk -F '\t' -v name="$1" -v field="$2" '$3 == name { print $field }' "$PKG_WORK/inputs"
}

# deb_source DEB: source package and its version, tab-separated.
deb_source() {
	dpkg-deb -f "$1" Package Version Source | awk '
	/^Package: / { package = $2 }
	/^Version: / { version = $2 }
	/^Source: / { source = $2; if (NF > 2) { sversion = $3; gsub(/[()]/, "", sversion) } }
	END { print (source == "" ? package : source) "\t" (sversion == "" ? version : sversion) }'
}
