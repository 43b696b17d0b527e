# shellcheck shell=sh
# Class debian-binary: files picked from Debian's own packages.
#   binaries   names of the packages      files   globs, relative to /, after merging /lib into /usr/lib

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
	cd "$SRC"
	for glob in $files; do
		[ -e "$glob" ] || [ -L "$glob" ] || die "package $name: no file matches '$glob' in $binaries"
		cp -a --parents "$glob" "$DEST"
	done
}

class_meta() {
	for binary in $binaries; do
		deb=$(deb_path "$binary" "$(input_field "$binary" 4)")
		from=$(deb_source "$deb")
		meta_line "$binary" "$(input_field "$binary" 4)" "${from%%"$TAB"*}" "${from#*"$TAB"}" "$(input_field "$binary" 5)"
		deb_documents "$binary" "$deb"
	done
}

# deb_documents NAME DEB: copyright and Debian changelog of a package; some have only a link to another package's folder.
deb_documents() {
	documents=$PKG_WORK/documents/$1
	mkdir -p "$documents"
	dpkg-deb --fsys-tarfile "$2" | tar -xf - -C "$documents" --wildcards './usr/share/doc/*' 2>/dev/null || :
	find "$documents" -path '*/copyright' -type f -exec cp {} "$PKG_WORK/result/copyright/$1" \;
	find "$documents" -name 'changelog.Debian*.gz' -type f -not -name '*.amd64.gz' |
		while read -r changelog; do
			gzip -dc "$changelog" >"$PKG_WORK/result/copyright/$1.changelog"
		done
}
