# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# Class local: sources of this repository; 'inputs' names the folders that count.

class_unpack() {
	:
}

recipe_build() {
	:
}

# The version of what is ours is the version of the firmware; its hash is that of what was installed.
class_meta() {
	version=$(cat "$TOP/firmware/VERSION")
	sum=$(pack_tar "$DEST" - | sha256sum | cut -c 1-64)
	meta_line "$name" "$version" trireme "$version" "$sum"
	cp "$TOP/LICENSE" "$PKG_WORK/result/copyright/$name"
}
