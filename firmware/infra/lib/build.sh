# shellcheck shell=sh disable=SC2034,SC2154 # variables go from file to file
# Building packages: steps, progress, logs, results in the cache. Sourced.

# build_all NAME…: brings the named packages and all they depend on into the cache.
build_all() {
	mkdir -p "$LOGS" "$CACHE/out" "$CACHE/lock" "$DL"
	order=$(recipe_order "$@")
	# shellcheck disable=SC2086
	build_missing $order
	if [ -n "$missing" ]; then
		need_space "$CACHE" "$(build_space)" "building $(say "$missing" | wc -w) packages"
		# shellcheck disable=SC2086
		fetch_all $missing
		# Other versions are other keys, of the packages built with them too, and those may lack files of their own.
		while [ -n "$relocked" ]; do
			key_all
			# shellcheck disable=SC2086
			build_missing $order
			# shellcheck disable=SC2086
			fetch_all $missing
		done
	fi
	total=$(say "$order" | wc -l)
	rm -rf "$BUILD/unkept"
	# shellcheck disable=SC2086
	say "$(set -- $missing && say $#) $total" >"$BUILD/build-counts"
	build_lanes
	for each in $order; do
		printf '%s\t%s\t%s\n' "$each" "$(build_result "$each")" "$(recipe_field "$each" 9)"
	done >"$WORK/results"
}

# build_result NAME: where its result lies: in the cache, or, if its inputs changed while it was built, in this build only.
build_result() {
	kept=$(result_of "$1")
	if [ -d "$kept" ]; then say "$kept"; else say "$BUILD/unkept/$1"; fi
}

# build_changed NAME: 0 if the files that its key was made of are others by now.
build_changed() {
	old_key=$(key_of "$1") work_then=$WORK
	mkdir -p "$WORK/again-$1"
	cp "$WORK/index" "$WORK/again-$1/"
	WORK=$WORK/again-$1
	key_all
	new_key=$(key_of "$1")
	WORK=$work_then
	[ "$new_key" != "$old_key" ]
}

# build_sweep NAME: removes the package's work folders of builds that failed or were killed; those of running ones are locked.
build_sweep() {
	for left in "$CACHE/work/$1"-????????????/; do
		left=${left%/}
		if [ ! -d "$left" ] || [ "${left##*/}" = "${result##*/}" ]; then continue; fi
		(flock -n 8 && rm -rf "$left") 8>>"$CACHE/lock/${left##*/}" || :
	done
}

# build_missing NAME…: sets missing to the packages whose result the cache does not have.
build_missing() {
	missing=''
	for each; do
		[ -d "$(result_of "$each")" ] || missing="$missing $each"
	done
}

# build_space: MiB that the work folders of the missing packages need at their largest.
build_space() {
	case " $missing " in
	*" linux "*) say 4500 ;;
	*) say 700 ;;
	esac
}

# build_lanes: kernels, which take longest and which nothing waits for, in one lane; all else in order in the other.
build_lanes() {
	number=0
	heavy='' light=''
	for each in $order; do
		number=$((number + 1))
		if [ "$(recipe_field "$each" 2)" = kernel ]; then
			heavy="$heavy $number:$each"
		else
			light="$light $number:$each"
		fi
	done
	: >"$WORK/failed"
	export total
	# shellcheck disable=SC2086
	setsid "$INFRA/lane" $heavy </dev/null &
	heavy_pid=$!
	trap 'kill -- "-$heavy_pid" 2>/dev/null; rm -rf "$WORK"' EXIT
	# shellcheck disable=SC2086
	"$INFRA/lane" $light || [ -s "$WORK/failed" ] || exit 1
	if [ -s "$WORK/failed" ] && kill -0 "$heavy_pid" 2>/dev/null; then
		warn "the kernel goes on building and will be kept; Ctrl-C ends it"
	fi
	wait "$heavy_pid" || [ -s "$WORK/failed" ] || exit 1
	trap 'rm -rf "$WORK"' EXIT
	[ ! -s "$WORK/failed" ] || {
		cat "$WORK/failed" >&2
		exit 1
	}
}

build_lane() {
	for item; do
		build_one "${item%%:*}" "${item#*:}"
	done
}

# progress NUMBER NAME TEXT
progress() {
	printf '[%2d/%2d] %-18s %s\n' "$1" "$total" "$2" "$3"
}

# build_one NUMBER NAME: runs the steps of one package unless the cache has its result.
build_one() {
	result=$(result_of "$2")
	if [ -d "$result" ]; then
		progress "$1" "$2" cached
		return 0
	fi
	exec 8>"$CACHE/lock/${result##*/}"
	flock -n 8 || {
		progress "$1" "$2" "another run builds this; waiting for it"
		flock 8
	}
	if [ -d "$result" ]; then
		progress "$1" "$2" "cached (built by another run)"
	else
		build_steps "$1" "$2"
	fi
	exec 8>&-
}

build_steps() {
	log=$LOGS/$2.log
	: >"$log"
	build_sweep "$2"
	PKG_WORK=$CACHE/work/${result##*/}
	rm -rf "$PKG_WORK"
	mkdir -p "$PKG_WORK/result"
	export PKG_WORK
	lock_read "$2" >"$PKG_WORK/inputs"
	build_depends "$2" >"$PKG_WORK/depends"
	kind=$(recipe_field "$2" 2)
	for step in unpack build install pack; do
		build_step "$1" "$2" "$step" 8>&-
	done
	cp "$log" "$PKG_WORK/result/log"
	if [ -n "$(recipe_field "$2" 6)" ] && build_changed "$2"; then
		warn "package $2: files it is made of changed while it was built; the result serves this build and is not kept"
		result=$BUILD/unkept/$2
		mkdir -p "$BUILD/unkept"
	fi
	mv "$PKG_WORK/result" "$result"
	rm -rf "$PKG_WORK"
	progress "$1" "$2" "done"
}

# build_depends NAME: results of all packages it depends on, nearest last.
build_depends() {
	recipe_order "$1" | while read -r each; do
		# What is only needed at run time is no part of it (key_all holds who is).
		! grep -q "^$each " "$WORK/full/$1" || [ "$each" = "$1" ] || build_result "$each"
	done
}

# build_step NUMBER NAME STEP: runs it in a process of its own (so that 'set -e' holds), reports time or failure.
build_step() {
	started=$(date +%s)
	case $kind.$3 in
	debian-source.build | kernel.build | local.build | npm.build)
		progress "$1" "$2" "build …"
		build_ticker "$1" "$2" &
		ticker=$!
		;;
	*) ticker='' ;;
	esac
	failed=''
	sh "$INFRA/step" "$2" "$3" >>"$log" 2>&1 || failed=yes
	if [ -n "$ticker" ]; then
		kill "$ticker" 2>/dev/null || :
		wait "$ticker" 2>/dev/null || :
	fi
	took=$(($(date +%s) - started))
	[ -z "$failed" ] || build_failed "$2" "$3"
	if [ -n "$ticker" ] || [ "$took" -ge 2 ]; then
		progress "$1" "$2" "$3 … $took s"
	fi
}

# build_ticker NUMBER NAME: a sign of life each minute of a long build.
build_ticker() {
	trap 'kill "$nap" 2>/dev/null; exit 0' TERM
	minutes=0
	while [ "$minutes" -lt 600 ]; do
		sleep 60 &
		nap=$!
		wait "$nap"
		minutes=$((minutes + 1))
		progress "$1" "$2" "build … $minutes min, log has $(wc -l <"$log") lines"
	done
}

build_failed() {
	{
		say ""
		say "FAILED  package $1, step $2. The end of its log:"
		tail -n 15 "$log" | sed 's/^/    /'
		say "  whole log: $log"
		say "  Run the same command again to go on from here; packages that are done stay done."
	} >&2
	say "FAILED: package $1, step $2, log $log" >>"$WORK/failed"
	exit 1
}

# build_forget NAME…: forgets the results, so that the next build makes them anew.
build_forget() {
	for each; do
		[ -n "$(key_of "$each")" ] || die "there is no package '$each'"
		rm -rf "$(result_of "$each")"
	done
}

build_relock_report() {
	[ -s "$BUILD/relocked" ] || return 0
	say ""
	say "Locked versions changed in this build (recorded in firmware/package/*/hashes; commit them):"
	sed 's/^/  /' "$BUILD/relocked"
	rm -f "$BUILD/relocked"
}
