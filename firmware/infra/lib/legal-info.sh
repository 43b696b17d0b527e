# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# build/legal-info/: what the image is made of and under which licences. Sourced.
#   manifest.csv    component, version, source package, source version, licence, sha256, class, files
#   licences/       the copyright file of each component; common/ holds the texts these refer to
#   sbom.cdx.json   the same as CycloneDX 1.4
# A file of the image that comes from no component, or a component without licence or copyright file, is an error.

LEGAL=$BUILD/legal-info
COMMON_LICENSES=/usr/share/common-licenses

# legal_info: of what was assembled last.
legal_info() {
	[ -s "$BUILD/rootfs.meta" ] || die "nothing is assembled yet: run make"
	rm -rf "$LEGAL.new"
	mkdir -p "$LEGAL.new/licences/common"
	: >"$WORK/gaps"
	legal_files
	legal_copyrights
	legal_manifest
	[ ! -s "$WORK/gaps" ] || {
		sed 's/^/    /' "$WORK/gaps" >&2
		die "the licence manifest has $(wc -l <"$WORK/gaps") gaps (above)"
	}
	legal_sbom
	rm -rf "$LEGAL"
	mv "$LEGAL.new" "$LEGAL"
	say "legal-info: $(wc -l <"$WORK/components") components in $LEGAL/manifest.csv and sbom.cdx.json"
}

# legal_files: each file of the tree belongs to a package; counts them per package.
legal_files() {
	(cd "$BUILD/rootfs" && find . -not -type d -printf '%P\n') | sort >"$WORK/in-tree"
	cut -f 2 "$BUILD/rootfs.files" | sort >"$WORK/owned"
	comm -23 "$WORK/in-tree" "$WORK/owned" | sed 's/^/file from no component: /' >>"$WORK/gaps"
	cut -f 1 "$BUILD/rootfs.files" | sort | uniq -c | awk '{ print $2 "\t" $1 }' >"$WORK/file-counts"
	awk -F '\t' -v OFS='\t' '
	FILENAME ~ /file-counts$/ { files[$1] = $2; next }
	{ print $0, ($1 in files ? files[$1] : 0) }
	' "$WORK/file-counts" "$BUILD/rootfs.meta" >"$WORK/components"
}

legal_copyrights() {
	while IFS=$TAB read -r package component _; do
		copyright=$(assembled_from "$package")/copyright/$component
		if [ -s "$copyright" ]; then
			cp "$copyright" "$LEGAL.new/licences/$component"
		else
			say "no copyright file: $component (package $package)" >>"$WORK/gaps"
		fi
	done <"$WORK/components"
	grep -ohE "$COMMON_LICENSES/[A-Za-z0-9.-]*[A-Za-z0-9]" -r "$LEGAL.new/licences" | sort -u |
		while read -r text; do
			[ ! -e "$text" ] || cp -L "$text" "$LEGAL.new/licences/common/"
		done
}

# legal_manifest: fields are package, component, version, source, source version, licence, sha256, class, files.
legal_manifest() {
	awk -F '\t' -v gaps="$WORK/gaps" '
	function quoted(text) { gsub(/"/, "\"\"", text); return text ~ /[",]/ ? "\"" text "\"" : text }
	BEGIN { print "package,component,version,source_package,source_version,licence,sha256,class,files" }
	{
		for (i = 1; i <= 8; i++)
			if ($i == "") print "empty field " i ": component " $2 " of package " $1 >> gaps
		line = quoted($1)
		for (i = 2; i <= 9; i++) line = line "," quoted($i)
		print line
	}' "$WORK/components" >"$LEGAL.new/manifest.csv"
}

# legal_sbom: CycloneDX 1.4. The serial number follows from the content, so that the same image has the same SBOM.
legal_sbom() {
	serial=$(sha256sum <"$WORK/components" |
		sed 's/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)\(.\{12\}\).*/\1-\2-5\3-8\4-\5/')
	when=$(git -C "$TOP" log -1 --format=%cI 2>/dev/null) || when=$(date -u +%Y-%m-%dT%H:%M:%SZ)
	jq -R -n --arg version "$(cat "$TOP/firmware/VERSION")" --arg serial "$serial" --arg when "$when" '
	[inputs | split("\t")] as $rows |
	{
		bomFormat: "CycloneDX", specVersion: "1.4", serialNumber: ("urn:uuid:" + $serial), version: 1,
		metadata: {
			timestamp: $when,
			tools: [{vendor: "Trireme", name: "firmware/infra/recipe"}],
			component: {type: "firmware", name: "trireme", version: $version, "bom-ref": "trireme-firmware"}
		},
		components: [$rows[] | . as [$package, $name, $version, $source, $sversion, $licence, $sha256, $class, $files] | {
			type: (if $class == "kernel" then "operating-system" elif $class == "local" then "application" else "library" end),
			"bom-ref": ($name + "@" + $version),
			name: $name, version: $version,
			supplier: {name: (if $class == "local" then "Trireme" elif $class == "npm" then "npm" else "Debian" end)},
			hashes: [{alg: "SHA-256", content: $sha256}],
			licenses: [{expression: $licence}],
			properties: [
				{name: "trireme:package", value: $package}, {name: "trireme:class", value: $class},
				{name: "trireme:source-package", value: $source}, {name: "trireme:source-version", value: $sversion},
				{name: "trireme:files", value: $files}
			]
		} + (if $class == "local" then {}
			elif $class == "npm" then {purl: ("pkg:npm/" + ($source | sub("^@"; "%40")) + "@" + ($sversion | @uri))}
			else {purl: ("pkg:deb/debian/" + $source + "@" + ($sversion | @uri) + "?distro=bookworm&arch=source")} end)],
		dependencies: [{ref: "trireme-firmware", dependsOn: [$rows[] | .[1] + "@" + .[2]]}]
	}' "$WORK/components" >"$LEGAL.new/sbom.cdx.json"
	jq -e --argjson count "$(wc -l <"$WORK/components")" '
		(.components | length) == $count
		and all(.components[]; (.name | length) > 0 and (.version | length) > 0
			and (.licenses[0].expression | length) > 0 and (.hashes[0].content | test("^[0-9a-f]{64}$")))
		and (.serialNumber | test("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"))
		and ([.components[]."bom-ref"] | unique | length) == $count
	' "$LEGAL.new/sbom.cdx.json" >/dev/null || die "the SBOM that was made is not as it should be: $LEGAL.new/sbom.cdx.json"
}
