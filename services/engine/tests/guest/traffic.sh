# shellcheck shell=sh
# Real traffic beside the data path (XDP) on the image's kernel; sourced by init, whose router, tiers and words it uses.
# shellcheck disable=SC2005,SC2046 # echo $(…) makes one line of several
# shellcheck disable=SC2016 # programs of awk

# Programs see frames as cards have them: with their tags in them, and with checksums. A veth takes a program's frames with GRO only.
as_a_card() { in_ns "$1" ethtool -K "$2" tx off txvlan off rxvlan off gro on >/dev/null; }
for n in 1 2 3; do
	as_a_card "web$n" eth0
	as_a_card private "eth0.web$n"
done
as_a_card private eth1.-
as_a_card public eth0.-
as_a_card public eth0.client
as_a_card client eth0

# told SERVICE KEY…: what the engine says of it and its real servers under these keys
told() {
	about=$1
	shift
	echo $(ask_daemons | tr '{' '\n' | awk -F '"' -v name="$about" -v keys=" $* " '
		/"datapath":"/ { here = $4 == name }
		here { for (i = 2; i + 2 <= NF; i += 2) if (index(keys, " " $i " ")) print $(i + 2) }')
}
all_of() { told "$1" connections | awk '{ for (i = 1; i <= NF; i++) n += $i; print n + 0 }'; }
# Connections to the service net that IPVS knows; its counters are up to 2 s late.
by_ipvs() { awk '$4 == "C633640A" && $5 == "0050"' /proc/net/ip_vs_conn | wc -l; }
# One request, and how many connections IPVS has made for it. Until a real server's MAC is known the kernel asks for it.
by_xdp() {
	earlier=$(by_ipvs)
	answer=$(ask_from client 198.51.100.10)
	echo "${answer#web? } $(($(by_ipvs) - earlier))"
}
# Spread by the weights; how many more connections the data path has counted then, how many IPVS, and whether answers left by eth2.
six_requests() {
	tries=100
	until [ "$(by_xdp)" = "192.0.2.1 0" ] || [ "$tries" -eq 0 ]; do tries=$((tries - 1)) && sleep 0.1; done
	[ "$tries" -eq 100 ] || sleep 3
	earlier=$(by_ipvs) connections=$(all_of net) packets=$(wire)
	echo $(shares 198.51.100.10 6) $(($(all_of net) - connections)) $(($(by_ipvs) - earlier)) \
		"$([ $(($(wire) - packets)) -ge 18 ] && echo by eth2)"
}
six="web1 192.0.2.1 3 web2 192.0.2.1 2 web3 192.0.2.1 1 6 0 by eth2"
# The client's network lies behind that of the router's port: of the port's own network, under NAT, the kernel takes care.
behind() { # INTERFACE
	in_ns client ip addr add 198.51.100.1/24 dev "$1"
	in_ns client ip route add 198.51.100.10 dev "$1" src 192.0.2.1
	ip addr add 198.51.100.11/24 dev eth2
	ip addr add 198.51.100.10/32 dev eth2 label eth2:1
	ip route add 192.0.2.0/24 via 198.51.100.1
}
in_ns client ip addr add 192.0.2.1/32 dev lo

# -- native, clients in a VLAN

ip link add link eth0 name eth2 type vlan id 7
ip link set eth2 up
in_ns client ip link add link eth0 name eth0.7 type vlan id 7
in_ns client ip link set eth0.7 up
behind eth0.7
# A gateway that no configuration names: the router knows its MAC by this.
in_ns client ping -c 1 -W 2 198.51.100.11 >/dev/null
put vlan
until_same 20 "VLAN: the port below is served" "xdp native XDP on eth0 and eth1" told net datapath datapath-reason
wire() { in_ns client awk '/total frames received/ { print $4 }' /proc/net/vlan/eth0.7; }
same "VLAN: requests are the data path's alone, and answers are tagged" "$six" "$(six_requests)"

# -- FTP and SCTP are IPVS's, beside it

mkdir -p /tmp/ftp /tmp/empty
head -c 300000 /dev/urandom >/tmp/ftp/file
in_ns web1 vsftpd /etc/vsftpd.conf &
in_ns web2 sctp serve 10.77.0.102 2905 web2 &
same "FTP and SCTP are IPVS's, and why" "ipvs port 21: FTP needs the kernel's helper, ipvs protocol sctp" \
	"$(told ftp datapath datapath-reason), $(told signals datapath datapath-reason)"
fetched() { # CURL'S OPTION…
	rm -f /tmp/fetched
	in_ns client curl -sS --max-time 15 -o /tmp/fetched "$@" ftp://203.0.113.10/file && cmp /tmp/ftp/file /tmp/fetched && echo whole
}
until_same 5 "FTP, passive (EPSV)" whole fetched
same "FTP, passive (PASV)" whole "$(fetched --disable-epsv 2>&1)"
same "FTP, active (EPRT)" whole "$(fetched --ftp-port - 2>&1)"
same "FTP, active (PORT)" whole "$(fetched --ftp-port - --disable-eprt 2>&1)"
same "SCTP: the server sees the client" "web2 203.0.113.1" "$(in_ns client sctp ask 203.0.113.1 203.0.113.10 2905)"

# -- a bond in the VLAN's place

ip link del eth2
in_ns client ip link del eth0.7
# As trireme-system does: eth0 is in the same network now, and must not answer for the other port.
echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore
echo 2 >/proc/sys/net/ipv4/conf/all/arp_announce
cable - eth2a public
cable - eth2b public
for port in eth2a eth2b; do as_a_card public "$port.-"; done
ip link add eth2 type bond mode active-backup miimon 50
for port in eth2a eth2b; do
	ip link set "$port" down
	ip link set "$port" master eth2
done
ip link set eth2 up
behind eth0
in_ns client ping -c 1 -W 2 198.51.100.11 >/dev/null
put bond
until_same 20 "bond: the data path is on its master" \
	"xdp generic XDP on eth2 and eth1: on a bond, of which a native program sees members only; as eth2, to which its frames go" \
	told net datapath datapath-reason
wire() { cat /sys/class/net/eth2/statistics/tx_packets; }
same "bond: requests are the data path's alone" "$six" "$(six_requests)"
other=$(sed "s/ *$(cat /sys/class/net/eth2/bonding/active_slave) *//" /sys/class/net/eth2/bonding/slaves)
in_ns public ip link set "$(cat /sys/class/net/eth2/bonding/active_slave).-" down
until_same 5 "bond: one card fails" "$other" cat /sys/class/net/eth2/bonding/active_slave
same "bond: the same by the other one" "$six" "$(six_requests)"
