# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# Class debian-binary: files picked from Debian's own packages.
#   binaries   names of the packages      files   globs, relative to /, after merging /lib into /usr/lib
#   documents  packages that only hold the copyright file and changelog of those

class_unpack() {
	for binary in $binaries; do
		deb=$(deb_path "$binary" "$(input_field "$binary" 4)")
		dpkg-deb -x "$deb" "$SRC"
	done
	merge_usr "$SRC"
}

recipe_build() {
	:
}

# Every glob must match: a file that Debian moved is an error here, not a surprise on the router.
recipe_install() {
	cd "$SRC" || return
	for glob in $files; do
		[ -e "$glob" ] || [ -L "$glob" ] || die "package $name: no file matches '$glob' in $binaries"
		cp -a --parents "$glob" "$DEST"
	done
}

class_meta() {
	deb_documents
	for binary in $binaries; do
		deb=$(deb_path "$binary" "$(input_field "$binary" 4)")
		from=$(deb_source "$deb")
		meta_line "$binary" "$(input_field "$binary" 4)" "${from%%"$TAB"*}" "${from#*"$TAB"}" "$(input_field "$binary" 5)"
		cp "$PKG_WORK/doc/$binary/copyright" "$PKG_WORK/result/copyright/$binary"
		for changelog in "$PKG_WORK/doc/$binary"/changelog.Debian.gz "$PKG_WORK/doc/$binary"/changelog.gz; do
			[ ! -e "$changelog" ] || gzip -dc "$changelog" >>"$PKG_WORK/result/copyright/$binary.changelog"
		done
	done
}

# deb_documents: /usr/share/doc of all packages in one place; the folder of some is a link to that of another.
deb_documents() {
	mkdir -p "$PKG_WORK/doc"
	for binary in $binaries $documents; do
		deb=$(deb_path "$binary" "$(input_field "$binary" 4)")
		dpkg-deb --fsys-tarfile "$deb" |
			tar -xf - -C "$PKG_WORK/doc" --strip-components=4 --wildcards './usr/share/doc/*'
	done
}
