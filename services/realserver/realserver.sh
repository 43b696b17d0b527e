#!/bin/sh
# Makes this Linux host a real server behind a Trireme router, says whether it is one, and takes all of that back.
# POSIX sh; needs ip(8) (iproute2 or BusyBox) and root. Served by every router: https://ROUTER/realserver.sh
#
#   realserver.sh nat --gateway ADDRESS      default route through the routers' private floating address
#   realserver.sh direct --vip ADDRESS       the service's address on lo, which nobody is told by ARP
#   realserver.sh tunnel --vip ADDRESS       the same on tunl0 (IPv6: lo), and tunl0 or ip6tnl0 take packets out of IP in IP
#   realserver.sh status                     what is set, and what is wrong; 1: something is
#   realserver.sh undo                       everything as it was before the first of these
#
# --gateway and --vip may be given more than once, IPv4 and IPv6; --dry-run shows what would be done. Running it again,
# also with other values, is harmless. What is to last is in /etc/trireme-realserver, with a hook of whatever sets up this
# host's network. REALSERVER_ROOT: a folder in whose etc/ all files are looked for and written, in place of /etc.
set -eu

ROOT=${REALSERVER_ROOT:-}
HOME_DIR=$ROOT/etc/trireme-realserver
BEFORE=$HOME_DIR/before     # what was there before, a line each: KIND KEY VALUE…
SETTINGS=$HOME_DIR/settings # METHOD ADDRESS…
FILES=$HOME_DIR/files       # written outside of the folder
APPLY=$HOME_DIR/apply       # the commands, for the next boot
dry=false
nl='
'

say() { printf '%s\n' "$*"; }
warn() { printf 'realserver.sh: %s\n' "$*" >&2; }
die() {
	warn "$1"
	exit "${2:-1}"
}

usage() { sed -n '2,/^set -eu/{/^#/s/^#\{1,\} \{0,1\}//p;}' "$0" 2>/dev/null || say "see the beginning of the file"; }

# ---- what may be asked for

family() { case $1 in *:*) echo 6 ;; *) echo 4 ;; esac; }
bits() { case $1 in *:*) echo 128 ;; *) echo 32 ;; esac; }

is_ipv4() {
	case $1 in *[!0-9.]* | .* | *. | *..*) return 1 ;; esac
	# shellcheck disable=SC2046 # the parts are what is wanted
	set -- $(printf '%s' "$1" | tr . ' ')
	[ $# -eq 4 ] || return 1
	for part; do
		case $part in 0?* | ????*) return 1 ;; esac
		[ "$part" -le 255 ] || return 1
	done
	[ "$1" -ge 1 ] && [ "$1" -lt 224 ] && [ "$1" -ne 127 ]
}

is_ipv6() {
	case $1 in *[!0-9a-fA-F:]* | *:::* | *::*::* | :[!:]* | *[!:]:) return 1 ;; esac
	case $1 in :: | ::1 | [fF][fF]*) return 1 ;; *::* | *:*:*:*:*:*:*:*) ;; *) return 1 ;; esac
	# shellcheck disable=SC2046
	set -- $(printf '%s' "$1" | tr : ' ')
	[ $# -le 8 ] || return 1
	for part; do case $part in ?????*) return 1 ;; esac done
}

check_address() { # SWITCH ADDRESS
	is_ipv4 "$2" || is_ipv6 "$2" ||
		die "$1 $2: allowed is the address of a host, as 10.77.0.1 or 2001:db8::1" 2
}

# The interface in whose network the gateway is.
port_to() {
	route=$(ip "-$(family "$1")" route get "$1" 2>/dev/null) || route=
	case $route in
	'' | *' via '* | *'unreachable '* | 'local '*) die "--gateway $1: allowed is an address in a network of this host, not its own" 2 ;;
	esac
	printf '%s' "$route" | sed -n '1s/.* dev \([^ ]*\).*/\1/p'
}

# ---- the commands: what is done now is what is done at boot

sysctl_path() { printf '/proc/sys/net/%s' "$1"; }

# Where an address is.
place_of() { case $1:$(family "$2") in tunnel:4) echo tunl0 ;; *) echo lo ;; esac; }
kind_of() { case $(place_of "$1" "$2") in lo) echo address ;; *) echo inner ;; esac; }

families() { for address; do family "$address"; done | sort -u; }
tunnel_device() { case $1 in 4) echo tunl0 ;; *) echo ip6tnl0 ;; esac; }

# The kernel's own device takes what comes from any router. What has come out of it has a client's address, to which
# another port leads: rp_filter 2 lets that pass, whatever 'all' says, and 0 would not. It does so only on a device that
# has an address, which is why IPv4's is not on lo.
tunnel_commands() { # FAMILY
	device=$(tunnel_device "$1")
	if [ "$1" = 4 ]; then
		say "[ -d $(sysctl_path "ipv4/conf/$device") ] || modprobe ipip"
		say "echo 2 >$(sysctl_path "ipv4/conf/$device/rp_filter")"
	else
		say "[ -d $(sysctl_path "ipv6/conf/$device") ] || modprobe ip6_tunnel"
	fi
	say "ip link set $device up"
}

# Settings before the address: from its first moment on nobody is told where it is.
commands() {
	# shellcheck disable=SC2086 # addresses
	set -- $wanted
	method=$1
	shift
	if [ "$method" = nat ]; then
		for address; do
			port=$(port_to "$address") || exit
			metric=
			[ "$(family "$address")" = 4 ] || metric=' metric 1'
			say "ip -$(family "$address") route replace default via $address dev $port$metric"
		done
		return
	fi
	[ "$method" != tunnel ] || for family in $(families "$@"); do tunnel_commands "$family"; done
	say "echo 1 >$(sysctl_path ipv4/conf/all/arp_ignore)"
	say "echo 2 >$(sysctl_path ipv4/conf/all/arp_announce)"
	for address; do
		# An old address of IPv6 is good for what comes in, and never the source of what this host begins.
		more=
		[ "$(family "$address")" = 4 ] || more=' preferred_lft 0'
		place=$(place_of "$method" "$address")
		say "ip -o addr show dev $place to $address/$(bits "$address") | grep -q . || ip addr add $address/$(bits "$address") dev $place$more"
	done
}

# ---- what was before

recorded() { [ -f "$BEFORE" ] && grep -q "^$1 $2 " "$BEFORE"; }

# KIND KEY VALUE: only the first time.
record() { recorded "$1" "$2" || printf '%s %s %s\n' "$1" "$2" "$3" >>"$BEFORE"; }

has_address() { ip -o addr show dev "$2" to "$1/$(bits "$1")" 2>/dev/null | grep -q .; } # ADDRESS DEVICE

# The default route in whose place ours is, in words of ip(8): of IPv4 that without a metric, of IPv6 that with 1.
default_route() {
	ip "-$1" route show default |
		case $1 in 4) grep -v ' metric ' ;; *) grep ' metric 1 ' ;; esac |
		sed -n '1{s/^default //;s/ dead//;s/ linkdown//;p;}'
}

record_sysctl() { # KEY [KEY of what a device has that is not there yet]
	file=$(sysctl_path "$1")
	[ -r "$file" ] || file=$(sysctl_path "${2:-$1}")
	[ ! -r "$file" ] || record sysctl "$1" "$(cat "$file")"
}

is_up() { ip -o link show dev "$1" 2>/dev/null | grep -q '[<,]UP[,>]'; }

record_tunnel() { # FAMILY
	device=$(tunnel_device "$1")
	[ "$1" = 6 ] || record_sysctl "ipv4/conf/$device/rp_filter" ipv4/conf/default/rp_filter
	if is_up "$device"; then record link "$device" up; else record link "$device" down; fi
}

record_all() {
	# shellcheck disable=SC2086
	set -- $wanted
	method=$1
	shift
	if [ "$method" = nat ]; then
		for address; do record route "$(family "$address")" "$(default_route "$(family "$address")")"; done
		return
	fi
	[ "$method" != tunnel ] || for family in $(families "$@"); do record_tunnel "$family"; done
	record_sysctl ipv4/conf/all/arp_ignore
	record_sysctl ipv4/conf/all/arp_announce
	for address; do
		kind=$(kind_of "$method" "$address")
		if has_address "$address" "$(place_of "$method" "$address")"; then record "$kind" "$address" kept; else record "$kind" "$address" new; fi
	done
}

# What of it the present settings need.
still_wanted() { # KIND KEY
	# shellcheck disable=SC2086
	set -- "$1" "$2" ${wanted:-none}
	case $1:$3 in
	address:direct | address:tunnel | inner:tunnel)
		[ "$1" = "$(kind_of "$3" "$2")" ] || return 1
		case " $wanted " in *" $2 "*) return 0 ;; esac
		;;
	route:nat)
		key=$2
		shift 3
		for address; do [ "$(family "$address")" != "$key" ] || return 0; done
		;;
	sysctl:direct | sysctl:tunnel | link:tunnel)
		case $2 in
		*tunl0/* | *tunl0 | ip6tnl0)
			[ "$3" = tunnel ] || return 1
			device=${2#ipv4/conf/}
			device=${device%%/*}
			shift 3
			for family in $(families "$@"); do [ "$(tunnel_device "$family")" != "$device" ] || return 0; done
			;;
		*) return 0 ;;
		esac
		;;
	esac
	return 1
}

take_back() { # KIND KEY VALUE
	case $1 in
	sysctl) [ ! -e "$(sysctl_path "$2")" ] || echo "$3" >"$(sysctl_path "$2")" ;;
	link) [ "$3" = up ] || ! is_up "$2" || ip link set "$2" down ;;
	address) [ "$3" = kept ] || ! has_address "$2" lo || ip addr del "$2/$(bits "$2")" dev lo ;;
	inner) [ "$3" = kept ] || ! has_address "$2" tunl0 || ip addr del "$2/$(bits "$2")" dev tunl0 ;;
	route)
		ours=$(default_route "$2")
		# shellcheck disable=SC2086 # words of ip(8), as it has listed them
		if [ -n "$3" ]; then
			ip "-$2" route replace default $3
		elif [ -n "$ours" ]; then
			ip "-$2" route del default $ours
		fi
		;;
	esac
}

# The newest first: addresses go before what hides them.
forget_unwanted() {
	[ -f "$BEFORE" ] || return 0
	kept=
	while read -r kind key value; do
		if still_wanted "$kind" "$key"; then kept=$kept$kind' '$key' '$value$nl; fi
	done <"$BEFORE"
	sed '1!G;h;$!d' "$BEFORE" | while read -r kind key value; do
		still_wanted "$kind" "$key" || take_back "$kind" "$key" "$value" || warn "$kind $key cannot be set back to '$value'"
	done
	printf '%s' "$kept" >"$BEFORE"
}

# ---- the next boot

manager() {
	if [ -n "$(find "$ROOT/etc/netplan" -name '*.yaml' 2>/dev/null)" ]; then
		echo netplan
	elif [ -d "$ROOT/etc/NetworkManager" ] && { [ -n "$ROOT" ] || [ -d /run/NetworkManager ]; }; then
		echo NetworkManager
	elif [ -n "$(find "$ROOT/etc/systemd/network" -name '*.network' 2>/dev/null)" ]; then
		echo systemd-networkd
	elif [ -f "$ROOT/etc/network/interfaces" ]; then
		echo ifupdown
	elif [ -d "$ROOT/etc/systemd/system" ]; then
		echo systemd
	elif [ -d "$ROOT/etc/local.d" ]; then
		echo local.d
	elif [ -d "$ROOT/etc/init.d" ]; then
		echo init.d
	else
		echo none
	fi
}

# With those above it; which of them were not there is noted.
make_folder() {
	[ ! -d "$ROOT$1" ] || return 0
	make_folder "$(dirname "$1")"
	mkdir "$ROOT$1"
	say "$1/" >>"$FILES"
}

put() { # MODE PATH, content from standard input
	case $2 in
	"${HOME_DIR#"$ROOT"}"/*) ;;
	*)
		grep -qxF "$2" "$FILES" 2>/dev/null || [ ! -e "$ROOT$2" ] || die "$2 is there and not ours: nothing was written over it"
		make_folder "$(dirname "$2")"
		say "$2" >>"$FILES"
		;;
	esac
	cat >"$ROOT$2.new"
	chmod "$1" "$ROOT$2.new"
	mv "$ROOT$2.new" "$ROOT$2"
}

link() { # TO PATH
	make_folder "$(dirname "$2")"
	ln -sf "$1" "$ROOT$2"
	grep -qxF "$2" "$FILES" || say "$2" >>"$FILES"
}

hook() { printf '#!/bin/sh\n# Written by realserver.sh of Trireme; realserver.sh undo removes it.\n%s\n' "$1"; }

unit() { # when it runs
	put 644 /etc/systemd/system/trireme-realserver.service <<-END
		# Written by realserver.sh of Trireme; realserver.sh undo removes it.
		[Unit]
		Description=Real server behind a Trireme router
		$1

		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStart=/bin/sh /etc/trireme-realserver/apply

		[Install]
		WantedBy=multi-user.target
	END
	link ../trireme-realserver.service /etc/systemd/system/multi-user.target.wants/trireme-realserver.service
}

# lo is no manager's: what is on it only has to be there before the network is.
persist_lo() {
	case $1 in
	ifupdown) hook 'exec /bin/sh /etc/trireme-realserver/apply' | put 755 /etc/network/if-pre-up.d/trireme-realserver ;;
	netplan | NetworkManager | systemd-networkd | systemd)
		unit "DefaultDependencies=no${nl}After=local-fs.target systemd-sysctl.service systemd-modules-load.service${nl}Before=network-pre.target${nl}Wants=network-pre.target"
		;;
	*) return 1 ;;
	esac
}

# The file by which networkd sets an interface up, as far as its name says it.
network_file() {
	for file in "$ROOT"/etc/systemd/network/*.network; do
		! grep -q "^Name=\(.* \)\{0,1\}$1\( .*\)\{0,1\}$" "$file" 2>/dev/null || { basename "$file" && return; }
	done
	return 1
}

online="After=network-online.target${nl}Wants=network-online.target"

persist_nat() {
	manager=$1
	shift 2
	for address; do
		port=$(port_to "$address")
		default=0.0.0.0/0
		[ "$(family "$address")" = 4 ] || default=::/0
		case $manager in
		netplan)
			printf '# Written by realserver.sh of Trireme; realserver.sh undo removes it.\nnetwork:\n  version: 2\n  ethernets:\n    %s:\n      routes:\n        - to: %s\n          via: %s\n          metric: 1\n' \
				"$port" "$default" "$address" | put 600 "/etc/netplan/90-trireme-realserver-$(family "$address").yaml"
			;;
		systemd-networkd)
			file=$(network_file "$port") || {
				unit "$online"
				continue
			}
			printf '# Written by realserver.sh of Trireme; realserver.sh undo removes it.\n[Route]\nDestination=%s\nGateway=%s\nMetric=1\n' \
				"$default" "$address" | put 644 "/etc/systemd/network/$file.d/90-trireme-realserver-$(family "$address").conf"
			;;
		NetworkManager)
			# shellcheck disable=SC2016 # the hook has words of its own
			hook 'case $2 in up | dhcp4-change | dhcp6-change) exec /bin/sh /etc/trireme-realserver/apply ;; esac' |
				put 755 /etc/NetworkManager/dispatcher.d/90-trireme-realserver
			;;
		ifupdown) hook "[ \"\$IFACE\" != $port ] || exec /bin/sh /etc/trireme-realserver/apply" | put 755 /etc/network/if-up.d/trireme-realserver ;;
		systemd) unit "$online" ;;
		*) return 1 ;;
		esac
	done
}

persist_script() {
	case $1 in
	local.d) hook 'exec /bin/sh /etc/trireme-realserver/apply' | put 755 /etc/local.d/trireme-realserver.start ;;
	init.d)
		put 755 /etc/init.d/trireme-realserver <<-'END'
			#!/bin/sh
			### BEGIN INIT INFO
			# Provides:          trireme-realserver
			# Required-Start:    $network
			# Required-Stop:
			# Default-Start:     2 3 4 5
			# Default-Stop:
			# Short-Description: Real server behind a Trireme router
			### END INIT INFO
			# Written by realserver.sh of Trireme; realserver.sh undo removes it.
			[ "$1" != start ] || exec /bin/sh /etc/trireme-realserver/apply
		END
		for level in 2 3 4 5; do
			[ -d "$ROOT/etc/rc$level.d" ] || continue
			link ../init.d/trireme-realserver "/etc/rc$level.d/S99trireme-realserver"
		done
		;;
	*) return 1 ;;
	esac
}

drop_files() {
	[ -f "$FILES" ] || return 0
	sed '1!G;h;$!d' "$FILES" | while read -r file; do
		case $file in
		*/) rmdir "$ROOT$file" 2>/dev/null || true ;;
		*) rm -f "$ROOT$file" ;;
		esac
	done
	: >"$FILES"
}

hear_of_units() {
	if [ -z "$ROOT" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload || warn 'systemctl daemon-reload has failed'; fi
}

persist() {
	which=$(manager)
	# shellcheck disable=SC2086
	set -- $wanted
	case $1 in nat) persist_nat "$which" "$@" ;; *) persist_lo "$which" ;; esac ||
		persist_script "$which" || warn "nothing was found here that runs commands at boot: have it run 'sh /etc/trireme-realserver/apply'"
	hear_of_units
}

# ---- what is asked for

settings() { [ ! -f "$SETTINGS" ] || cat "$SETTINGS"; }

set_up() {
	todo=$(commands) || exit
	if $dry; then
		say "would run:$nl$todo"
		say "would keep them for the next boot, by $(manager)"
		return
	fi
	mkdir -p "$HOME_DIR"
	record_all
	printf '#!/bin/sh\n# Written by realserver.sh of Trireme: %s\n%s\n' "$wanted" "$todo" | put 755 /etc/trireme-realserver/apply
	sh -e "$APPLY" || die "this host could not be set up; realserver.sh undo takes back what was done"
	forget_unwanted
	say "$wanted" >"$SETTINGS"
	drop_files
	persist
	status
}

undo() {
	[ -d "$HOME_DIR" ] || {
		say 'nothing to undo: this host was not set up by realserver.sh'
		return
	}
	if $dry; then
		[ ! -f "$BEFORE" ] || sed 's/^/would set back: /' "$BEFORE"
		[ ! -f "$FILES" ] || sed 's/^/would remove: /' "$FILES"
		return
	fi
	wanted=
	forget_unwanted
	drop_files
	rm -rf "$HOME_DIR"
	hear_of_units
	say 'as it was before'
}

wrong=0
good() { say "  good   $1"; }
bad() {
	say "  WRONG  $1"
	wrong=1
}

check_sysctl() { # KEY VALUE WHAT_ELSE
	value=$(cat "$(sysctl_path "$1")" 2>/dev/null) || value=absent
	if [ "$value" = "$2" ]; then good "$1 is $value"; else bad "$1 is $value, not $2: $3"; fi
}

status_nat() {
	for address; do
		test_address=198.51.100.1
		[ "$(family "$address")" = 4 ] || test_address=2001:db8:ffff::1
		route=$(ip "-$(family "$address")" route get "$test_address" 2>/dev/null | sed -n 1p) || route=
		case " $route " in
		*" via $address "*) good "default route through $address" ;;
		*) bad "answers to clients do not go through $address, but: ${route:-nowhere}" ;;
		esac
	done
}

status_lo() {
	check_sysctl ipv4/conf/all/arp_ignore 1 'this host answers ARP for the address, and takes it from the router'
	check_sysctl ipv4/conf/all/arp_announce 2 'this host tells others the address by ARP'
	for address; do
		place=$(place_of "$method" "$address")
		if has_address "$address" "$place"; then good "$address on $place"; else bad "$address is not on $place: packets to it are refused"; fi
		other=$(ip -o addr show to "$address/$(bits "$address")" | awk -v place="$place" '$2 != "lo" && $2 != place { print $2; exit }')
		[ -z "$other" ] || bad "$address is on $other too, and answered there"
	done
}

status_tunnel() {
	for family in $(families "$@"); do
		device=$(tunnel_device "$family")
		if is_up "$device"; then good "$device is up"; else bad "$device is not up: what comes through the tunnel is refused"; fi
		[ "$family" = 6 ] || check_sysctl "ipv4/conf/$device/rp_filter" 2 'what comes out of the tunnel is taken for forged'
	done
}

status() {
	# shellcheck disable=SC2046
	set -- $(settings)
	[ $# -gt 0 ] || {
		say 'this host was not set up by realserver.sh'
		return 1
	}
	method=$1
	say "real server, method $method"
	shift
	case $method in
	nat) status_nat "$@" ;;
	tunnel)
		status_tunnel "$@"
		status_lo "$@"
		;;
	*) status_lo "$@" ;;
	esac
	# shellcheck disable=SC2013 # no blanks in them
	for file in $(grep -v '/$' "$FILES" 2>/dev/null); do
		if [ -e "$ROOT$file" ]; then good "for the next boot: $file"; else bad "$file is gone: the next boot forgets all of this"; fi
	done
	[ -s "$FILES" ] || bad "nothing here runs 'sh /etc/trireme-realserver/apply' at boot"
	return $wrong
}

action=
addresses=
while [ $# -gt 0 ]; do
	case $1 in
	nat | direct | tunnel | status | undo)
		[ -z "$action" ] || die "$1: allowed is one of nat, direct, tunnel, status, undo" 2
		action=$1
		;;
	--gateway | --vip)
		[ $# -ge 2 ] || die "$1: allowed is an address behind it" 2
		case $action:$1 in
		nat:--gateway | direct:--vip | tunnel:--vip) ;;
		*) die "$1: allowed with $([ "$1" = --vip ] && echo direct and tunnel || echo nat), which stands before it" 2 ;;
		esac
		check_address "$1" "$2"
		case " $addresses " in *" $2 "*) ;; *) addresses="$addresses $2" ;; esac
		shift
		;;
	--dry-run) dry=true ;;
	-h | --help)
		usage
		exit 0
		;;
	*) die "$1: allowed is nat, direct, tunnel, status, undo, --gateway, --vip, --dry-run" 2 ;;
	esac
	shift
done

case $action:$addresses in
:*) die 'allowed is nat, direct, tunnel, status or undo' 2 ;;
nat: | direct: | tunnel:) die "$action: it needs $([ "$action" = nat ] && echo --gateway || echo --vip) and an address" 2 ;;
esac
command -v ip >/dev/null 2>&1 || die 'ip(8) is not here: install iproute2'
$dry || [ "$(id -u)" = 0 ] || die 'only root can do this'
wanted=$action$addresses
case $action in
status) status ;;
undo) undo ;;
*) set_up ;;
esac
