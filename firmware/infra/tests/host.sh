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
printf 'ID=ubuntu\nVERSION_ID="24.04"\nPRETTY_NAME="Ubuntu 24.04"\n' >"$LAB/os"
fails_saying "host: another system" "this is Ubuntu 24.04; the build runs on Debian 12 (bookworm) only" env OS_RELEASE="$LAB/os" "$setup"
printf 'ID=debian\nVERSION_ID="13"\nPRETTY_NAME="Debian 13"\n' >"$LAB/os"
fails_saying "host: another Debian" "this is Debian 13; the build runs on Debian 12" env OS_RELEASE="$LAB/os" "$setup"

printf 'Acquire::http::Proxy "http://127.0.0.1:9"; Acquire::https::Proxy "http://127.0.0.1:9"; Acquire::Retries "0";\n' >"$LAB/no-network"
mkdir "$LAB/bin"
printf '#!/bin/sh\nexec %s -c "%s" "$@"\n' "$(command -v apt-get)" "$LAB/no-network" >"$LAB/bin/apt-get"
chmod +x "$LAB/bin/apt-get"
fails_saying "host: no network" "could not be installed .*no network for packages" env PATH="$LAB/bin:$PATH" "$setup" "$LAB/list"
code=0
[ ! -e /usr/sbin/policy-rc.d ] || grep -q 'exit 101' /usr/sbin/policy-rc.d || code=1
result "host: leaves no policy file of its own" "$code" "/usr/sbin/policy-rc.d"
finish
