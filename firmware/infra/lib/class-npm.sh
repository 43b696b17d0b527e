# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# Class npm: a page of this repository, bundled from its sources and from npm packages into files for a browser.
#   inputs   its folder, with package-lock.json; `npm run build` writes build/dist, and to build/bundled a line for each npm package
#            whose code is in there: these are components of the image, with a licence of their own

class_unpack() {
	tar -C "$TOP/$inputs" --exclude=./node_modules --exclude=./build -cf - . | tar -xf - -C "$SRC"
	cd "$SRC" || return
	npm_install --offline
}

recipe_build() {
	npm run build
}

# The version of what is ours is that of the firmware; a component's hash is that of what was installed of it.
class_meta() {
	version=$(cat "$TOP/firmware/VERSION")
	(
		class=local
		licence=GPL-2.0-or-later
		meta_line "$name" "$version" trireme "$version" "$(pack_tar "$DEST" - | sha256sum | cut -c 1-64)"
	)
	cp "$TOP/LICENSE" "$PKG_WORK/result/copyright/$name"
	sed 's/#.*//; /^ *$/d' "$INFRA/spdx-ids" >"$PKG_WORK/spdx"
	while read -r package; do
		npm_meta "$package"
	done <"$SRC/build/bundled"
}

# npm_meta NPM-PACKAGE: "@scope/name" becomes the component "scope-name".
npm_meta() {
	folder=$SRC/node_modules/$1
	component=$(say "${1#@}" | tr / -)
	version=$(jq -r .version "$folder/package.json")
	licence=$(jq -r .license "$folder/package.json")
	# recipe lint looks at the recipe's own licence; this one comes from the package.
	grep -qxF -- "$licence" "$PKG_WORK/spdx" ||
		die "package $name: npm's $1 has the licence '$licence', which is not in firmware/infra/spdx-ids"
	set -- "$1" "$folder"/LICENSE*
	[ -s "$2" ] || die "package $name: npm's $1 has no LICENSE file"
	meta_line "$component" "$version" "$1" "$version" "$(pack_tar "$folder" - | sha256sum | cut -c 1-64)"
	cat "$2" >"$PKG_WORK/result/copyright/$component"
}
