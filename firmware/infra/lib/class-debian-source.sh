# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# Class debian-source: Debian's source with Debian's patches, built with our configuration.
#   source   name of the source package; the recipe gives recipe_build and recipe_install

class_unpack() {
	folder=$(dsc_folder "$source" "$(input_field "$source" 4)")
	rmdir "$SRC"
	dpkg-source --no-check -x "$folder"/*.dsc "$SRC"
}

class_meta() {
	version=$(input_field "$source" 4)
	meta_line "$name" "$version" "$source" "$version" "$(input_field "$source" 5)"
	cp "$SRC/debian/copyright" "$PKG_WORK/result/copyright/$name"
	cp "$SRC/debian/changelog" "$PKG_WORK/result/copyright/$name.changelog"
}
