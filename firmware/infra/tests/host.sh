#!/bin/sh
# Setting up the building machine: not root, another system, no network.
# shellcheck source-path=SCRIPTDIR
set -eu
. "$(dirname "$0")/lib.sh"
lab_tree
setup=$TREE/firmware/infra/host-setup
chmod -R a+rX "$LAB"
mkdir -m 0777 "$BUILD"
# A package that exists and that no build needs.
echo sl >"$LAB/list"
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }

succeeds "host: nothing missing needs no root" as_nobody "$setup"
fails_saying "host: not root" "not root: these Debian packages are missing and only root can install them: *sl" \
	as_nobody "$setup" "$LAB/list"
# Node.js from elsewhere: taken if it is new enough.
mkdir "$LAB/node"
printf '#!/bin/sh\n' >"$LAB/node/npm"
printf '#!/bin/sh\nprintenv NODE\n' >"$LAB/node/node"
printf '#!/bin/sh\necho nothing-is-installed\n' >"$LAB/node/dpkg-query"
chmod -R a+rX,+x "$LAB/node"
fails_saying "host: Node.js that is too old" "not root: .* nodejs npm " as_nobody env PATH="$LAB/node:$PATH" NODE=16 "$setup"
code=0
as_nobody env PATH="$LAB/node:$PATH" NODE=18 "$setup" >"$OUT" 2>&1 || code=$?
if [ "$code" = 0 ] || grep -q nodejs "$OUT"; then code=1; else code=0; fi
result "host: Node.js that will do" "$code" "asked for Debian's"
printf 'ID=ubuntu\nVERSION_ID="24.04"\nPRETTY_NAME="Ubuntu 24.04"\n' >"$LAB/os"
fails_saying "host: another system" "this is Ubuntu 24.04; the build runs on Debian 12 (bookworm) only" env OS_RELEASE="$LAB/os" "$setup"
printf 'ID=debian\nVERSION_ID="13"\nPRETTY_NAME="Debian 13"\n' >"$LAB/os"
fails_saying "host: another Debian" "this is Debian 13; the build runs on Debian 12" env OS_RELEASE="$LAB/os" "$setup"

printf 'Acquire::http::Proxy "http://127.0.0.1:9"; Acquire::https::Proxy "http://127.0.0.1:9"; Acquire::Retries "0";\n' >"$LAB/no-network"
mkdir "$LAB/bin"
printf '#!/bin/sh\nexec %s -c "%s" "$@"\n' "$(command -v apt-get)" "$LAB/no-network" >"$LAB/bin/apt-get"
chmod +x "$LAB/bin/apt-get"
policy_sum() { sha256sum /usr/sbin/policy-rc.d 2>/dev/null || echo none; }
policy=$(policy_sum)
fails_saying "host: no network" "could not be installed .*no network for packages" env PATH="$LAB/bin:$PATH" "$setup" "$LAB/list"
code=0
[ "$(policy_sum)" = "$policy" ] || code=1
result "host: leaves no policy file of its own" "$code" "/usr/sbin/policy-rc.d"

# A package manager that only pretends: "installs" a package with two units; sleep takes no time.
cat >"$LAB/bin/apt-get" <<END
#!/bin/sh
[ -z "\${LOCKED_BY:-}" ] || {
	echo "E: Could not get lock \$LOCKED_BY. It is held by process 1 (other)"
	echo "E: Unable to lock it"
	exit 100
}
cp "$LAB/policy" "$LAB/policy-then"
: >"$LAB/arrived"
END
cat >"$LAB/bin/dpkg-query" <<END
#!/bin/sh
case \$1 in
-L) printf '%s\n' /lib/systemd/system/pretend.service /usr/lib/systemd/system/pretend.socket /usr/bin/pretend.service ;;
*)
	[ ! -e "$LAB/arrived" ] || echo "installed pretend"
	exec $(command -v dpkg-query) "\$@"
	;;
esac
END
printf '#!/bin/sh\necho "$@" >"%s"\n' "$LAB/systemctl" >"$LAB/bin/systemctl"
printf '#!/bin/sh\n' >"$LAB/bin/sleep"
chmod +x "$LAB"/bin/*
pretend() { env PATH="$LAB/bin:$PATH" POLICY_RC_D="$LAB/policy" "$@" "$setup" "$LAB/list"; }

succeeds "host: installs" pretend
succeeds "host: nothing starts meanwhile" grep -qx 'exit 101' "$LAB/policy-then"
succeeds "host: nor when the machine starts again" grep -qx 'disable pretend.service pretend.socket' "$LAB/systemctl"
succeeds "host: the policy file is gone" [ ! -e "$LAB/policy" ]
cp "$LAB/policy-then" "$LAB/policy"
succeeds "host: a run beside what a killed one left" env POLICY_RC_D="$LAB/policy" "$setup"
succeeds "host: removes it" [ ! -e "$LAB/policy" ]
printf '#!/bin/sh\nexit 101\n' >"$LAB/policy"
succeeds "host: installs where there is a policy" pretend
succeeds "host: which is left alone" [ -e "$LAB/policy" ]
for lock in /var/lib/dpkg/lock-frontend /var/lib/apt/lists/lock; do
	fails_saying "host: $lock is held" "another program has held $lock for five minutes" pretend LOCKED_BY="$lock"
done
finish
