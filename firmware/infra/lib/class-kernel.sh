# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# Class kernel: Linux from Debian's linux-source package.
#   binaries    the package that holds the tree      kernel_fragments   prints the wanted symbols, one CONFIG_X=v per line
#   kernel_check   looks at the built tree in SRC
# tinyconfig + fragments + olddefconfig; then every wanted symbol must have come out as wanted, and one to be off must exist.

class_unpack() {
	deb=$(deb_path "$binaries" "$(input_field "$binaries" 4)")
	dpkg-deb --fsys-tarfile "$deb" | tar -xf - -C "$PKG_WORK" --wildcards './usr/src/*.tar.xz' './usr/share/doc/*'
	tar -xf "$PKG_WORK"/usr/src/linux-source-*.tar.xz -C "$SRC" --strip-components=1
	rm -rf "$PKG_WORK/usr/src"
}

kernel_make() {
	make -C "$SRC" -j"$JOBS" KBUILD_BUILD_USER=trireme KBUILD_BUILD_HOST=trireme \
		KBUILD_BUILD_TIMESTAMP="@$SOURCE_DATE_EPOCH" KBUILD_BUILD_VERSION=1 LOCALVERSION=-trireme "$@"
}

recipe_build() {
	kernel_fragments >"$PKG_WORK/wanted.config"
	kconfig_known "$PKG_WORK/wanted.config" "$SRC" "the kernel's configuration"
	kernel_make tinyconfig
	"$SRC/scripts/kconfig/merge_config.sh" -m -O "$SRC" "$SRC/.config" "$PKG_WORK/wanted.config"
	kernel_make olddefconfig
	kconfig_compare "$PKG_WORK/wanted.config" "$SRC/.config" "the kernel's configuration"
	kernel_make bzImage modules
	kernel_check
}

recipe_install() {
	install -D -m 0644 "$SRC/arch/x86/boot/bzImage" "$DEST/boot/vmlinuz"
	kernel_make modules_install INSTALL_MOD_PATH="$DEST/usr" INSTALL_MOD_STRIP=1
	rm -f "$DEST"/usr/lib/modules/*/build "$DEST"/usr/lib/modules/*/source
}

class_meta() {
	version=$(input_field "$binaries" 4)
	meta_line linux "$version" linux "$version" "$(input_field "$binaries" 5)"
	cp "$PKG_WORK/usr/share/doc/$binaries/copyright" "$PKG_WORK/result/copyright/linux"
	gzip -dc "$PKG_WORK/usr/share/doc/$binaries"/changelog.Debian.gz >"$PKG_WORK/result/copyright/linux.changelog"
	cp "$SRC/.config" "$PKG_WORK/result/linux.config"
}
