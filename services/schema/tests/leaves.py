"""Every leaf of the model, with another value than its default and where that value must be seen.

A row names one leaf of one entry, the value that it gets, the place (test_leaves.py has those of a machine; "ipvs" and
"links" are the guests of services/engine and services/system, whose kernel has them) and a pattern that is not found
there before and is found afterwards. In the guests, where all rows change at once, each row has an object of its own and the
pattern is a whole line.
"""
import base64
import copy
import hashlib
import re
from collections import namedtuple

Row = namedtuple("Row", "path value place wanted also")
STEP = re.compile(r"/([\w-]+)(?:\[([\w-]+)='([^']*)'\])?")
VIP, OTHER, VIP6 = "203.0.113.10", "203.0.113.20", "2001:db8:113::10"
ETH2 = "/cluster/node[name='r1']/port[name='eth2']"
RESOURCE = "/alias-group[name='main']/resource[name='notice']"
HASH = "$y$j9T$V7qMYJaNbVKOeh4PhtqPk/$xgxK153wAJzwn2yi45vvcV98nqiXv1qw0NrQfeRmRt1"  # crypt(5) of "correct horse battery"
KEY = base64.b64encode(hashlib.sha512(b"ring").digest() * 2).decode()


def row(path, value, place, wanted, also=None):
    return Row(path, value, place, wanted, also or {})


def of_model(path):
    """The path without keys."""
    return re.sub(r"\[[^]]*\]", "", path)


def _descend(node, name, key, value):
    """The member of that name, or the list's entry; made where there is none."""
    if key is None:
        return node.setdefault(name, {})
    entries = node.setdefault(name, [])
    for entry in entries:
        if str(entry[key]) == value:
            return entry
    entries.append({key: value})
    return entries[-1]


def put(document, path, value):
    """Sets a leaf, leaf-list, container or entry; None takes a leaf away."""
    steps = STEP.findall(path)
    assert "".join(m[0] for m in STEP.finditer(path)) == path, path
    node = document
    for number, (name, key, text) in enumerate(steps):
        name = name if number else f"trireme:{name}"
        if number + 1 < len(steps):
            node = _descend(node, name, key or None, text)
        elif value is None:
            del node[name]
        elif key:
            _descend(node, name, key, text).update(value)
        else:
            node[name] = value


def changed(document, *rows):
    """A copy with these rows' values."""
    other = copy.deepcopy(document)
    for each in rows:
        for path, value in {**each.also, each.path: each.value}.items():
            put(other, path, value)
    return other


def lines(rows):
    """The patterns of a guest, one a line."""
    return "".join(f"{each.wanted}\n" for each in rows)


# -- one machine of a cluster, with the daemons

def _service(name, port, reals, **members):
    """A service and its pool, both of that name."""
    return ({"name": name, "real-server": reals},
            {"name": name, "address": VIP, "port": port, "pool": name, **members})


def machine(demo, timing):
    """Changes the demonstration document: three routers, and something of everything that a row changes."""
    put(demo, "/cluster/timing", dict(timing))
    put(demo, "/cluster/node[name='w']/role", None)
    put(demo, ETH2, {"name": "eth2", "mac": "52:54:00:77:01:02", "address": "192.0.2.1",
                     "additional-address": [{"address": "198.51.100.1"}],
                     "ipv6-address": [{"address": "2001:db8:2::1"}]})
    put(demo, "/alias-group[name='main']/ipv6-alias", [{"address": "2001:db8::10", "port": "eth0"}])
    put(demo, RESOURCE, {"name": "notice", "agent": "trireme:Absent", "parameter": [{"name": "file", "value": "/tmp/a"}]})
    put(demo, "/cluster/node[name='r1']/route", [{"destination": "10.1.0.0/16", "via": "10.77.0.2"}])
    quick = {"interval": 100, "timeout": 80}
    made = [
        _service("plain", 2001, [{"name": "p1", "address": "10.77.0.101", "port": 8001}]),
        _service("mute", 2002, [{"name": "m1", "address": "10.77.0.101", "port": 8002}]),
        _service("moody", 2003, [{"name": "m1", "address": "10.77.0.101", "port": 8003}], **{"health-check": dict(quick)}),
    ]
    several = {"name": "several", "address": VIP, "ports": ["4430-4439"], "pool": "plain"}
    marked = {"name": "marked", "firewall-mark": 7, "pool": "plain"}
    demo["trireme:pool"] += [pool for pool, _ in made]
    demo["trireme:virtual-service"] += [service for _, service in made] + [several, marked]
    demo["trireme:firewall-mark"] = [{"mark": 7, "match": [{"name": "control", "address": VIP, "port-first": 3000}]},
                                     {"mark": 8, "match": [{"name": "other", "address": VIP, "port-first": 3100}]}]
    source = {"type": "tcp", "address": "10.77.0.101"}
    demo["trireme:data-source"] = [
        {"name": "store", **source, "port": 8011, "consumer": ["plain"]},
        {"name": "silent", **source, "port": 8012},
        {"name": "wavering", **source, "port": 8013, "check": dict(quick)}]
    demo["trireme:access"] = {"user": [{"name": "boss", "role": "administrator", "password": HASH},
                                       {"name": "bob", "role": "viewer"}],
                              "token": [{"name": "ansible", "role": "operator", "hash": 64 * "a"}]}
    demo["trireme:fencing"] = {"device": [{"node": "w", "agent": "fence_pdu", "parameter": [{"name": "ip", "value": "10.77.0.9"}],
                                           "secret": [{"name": "password", "value": "$text$sesame"}]}]}


PLAIN, MOODY = "/virtual-service[name='plain']", "/virtual-service[name='moody']"
STORE, WAVERING = "/data-source[name='store']", "/data-source[name='wavering']"
CONTROL = "/firewall-mark[mark='7']/match[name='control']"
P1 = "/pool[name='plain']/real-server[name='p1']"
FENCE = "/fencing/device[node='w']"
ANSIBLE = "/access/token[name='ansible']"
DEVICE, QNETD = "/cluster/quorum-device", "203.0.113.200"
FOURTH = {"/cluster/node[name='r4']": {"id": 4, "port": [
    {"name": "eth0", "mac": "52:54:00:77:04:00", "address": "203.0.113.14"},
    {"name": "eth1", "mac": "52:54:00:77:04:01", "address": "10.77.0.14"}]}}
UNTIMED = {f"/cluster/timing/{name}": None for name in ("token", "consensus", "heartbeat")}

MACHINE = (
    # What the machine reads at boot, of the node that it is.
    row("/machine/node", "r2", "boot", r"^node: r2$"),
    row("/cluster/node[name='r1']/name", "lb1", "boot", r"^node: lb1$"),
    row("/cluster/node[name='w']/id", 7, "boot", r"^\t\tnodeid: 7$"),
    row("/cluster/timing/profile", "fast", "boot", r"^\ttoken: 200$", UNTIMED),
    row(f"{ETH2}/name", "eth3", "boot", r"^eth3 mac 52:54:00:77:01:02$"),
    row(f"{ETH2}/mac", "52:54:00:77:01:99", "boot", r"^eth2 mac 52:54:00:77:01:99$"),
    row(f"{ETH2}/pci-path", "0000:03:00.0", "boot", r"^eth2 pci 0000:03:00.0$", {f"{ETH2}/mac": None}),
    row(f"{ETH2}/bond/member[name='eth2a']/pci-path", "0000:03:00.1", "boot", r"^eth2a pci 0000:03:00.1$",
        {f"{ETH2}/mac": None}),
    row(f"{ETH2}/bond/member[name='eth2a']/mac", "52:54:00:77:01:88", "boot", r"^eth2a mac 52:54:00:77:01:88$",
        {f"{ETH2}/mac": None}),
    # The ring as corosync runs it.
    row("/cluster/name", "other", "boot", r"^\tcluster_name: other$"),
    row("/cluster/timing/token", 950, "ring", r"^runtime.config.totem.token .* = 950$"),
    row("/cluster/timing/consensus", 1500, "ring", r"^runtime.config.totem.consensus .* = 1500$"),
    row("/cluster/ring/cipher", "aes128", "ring", r"^totem.crypto_cipher .* = aes128$"),
    row("/cluster/ring/hash", "sha512", "ring", r"^totem.crypto_hash .* = sha512$"),
    row("/cluster/ring/key", KEY, "ring", rf"^authkey {re.escape(KEY)}$"),
    # A fourth vote makes a fifth worth while.
    row(DEVICE, {"host": QNETD}, "boot", r"^\tdevice \{$", FOURTH),
    row(f"{DEVICE}/host", "203.0.113.201", "boot", r"^\t\t\thost: 203\.0\.113\.201$", FOURTH),
    row(f"{DEVICE}/port", 5404, "boot", r"^\t\t\tport: 5404$", {**FOURTH, f"{DEVICE}/host": QNETD}),
    row(f"{DEVICE}/timeout", 1250, "boot", r"^\t\ttimeout: 1250$", {**FOURTH, f"{DEVICE}/host": QNETD}),
    row(f"{DEVICE}/sync-timeout", 4000, "boot", r"^\t\tsync_timeout: 4000$", {**FOURTH, f"{DEVICE}/host": QNETD}),
    # The agents: a lease of T + C + R + H + 2A (services/agent/lease.c).
    row("/cluster/timing/heartbeat", 80, "agent", r"^a lease runs for 2620 ms$"),
    row("/cluster/node[name='w']/role", "witness", "agent", r"^w: witness: votes and never owns$"),
    row("/cluster/node[name='w']/standby", True, "agent", r"^w: standby by configuration since "),
    row("/alias-group[name='main']/track-address", ["203.0.113.1"], "agent", r"^\w+: .*203\.0\.113\.1 does not answer"),
    # Before w owns anything.
    row("/alias-group[name='main']/preempt", True, "agent", r"^w: standby: r\d is the owner \(w is preferred, but connections are not",
        {"/alias-group[name='main']/preferred": ["w"]}),
    row("/cluster/node[name='w']/priority", 200, "successor", r"gives to w$"),
    row("/alias-group[name='main']/preferred", ["w"], "successor", r"gives to w$"),
    row("/cluster/watchdog/timeout", 12, "watchdog", r"the watchdog keeps its own timeout, not 12 s"),
    row("/cluster/watchdog/enabled", False, "watchdog", r"trireme-watchdog\[\d+\] notice: switched off by configuration"),
    row("/alias-group[name='main']/name", "first", "agent", r"^group first: r"),
    row("/alias-group[name='main']/alias[label='eth0:2']/label", "eth0:7", "addresses", rf"{OTHER}/32 .* eth0:7\b"),
    row("/alias-group[name='main']/alias[label='eth0:2']/address", "203.0.113.30", "addresses", r"203\.0\.113\.30/32 .* eth0:2\b",
        {"/virtual-service[name='web-direct']/address": "203.0.113.30"}),
    row("/alias-group[name='main']/ipv6-alias[address='2001:db8::10']/address", "2001:db8::11", "addresses", r"eth0 .*2001:db8::11/128 "),
    row("/alias-group[name='main']/ipv6-alias[address='2001:db8::10']/port", "eth1", "addresses", r"eth1 .*2001:db8::10/128 "),
    # Ports and routes in the kernel.
    row(f"{ETH2}/mtu", 1400, "addresses", r"eth2\b.* mtu 1400 "),
    row(f"{ETH2}/address", "192.0.2.7", "addresses", r"eth2 .*192\.0\.2\.7/24 "),
    row(f"{ETH2}/prefix-length", 25, "addresses", r"eth2 .*192\.0\.2\.1/25 "),
    row(f"{ETH2}/additional-address[address='198.51.100.1']/address", "198.51.100.9", "addresses", r"eth2 .*198\.51\.100\.9/24 "),
    row(f"{ETH2}/additional-address[address='198.51.100.1']/prefix-length", 28, "addresses", r"eth2 .*198\.51\.100\.1/28 "),
    row("/cluster/node[name='r1']/gateway", "203.0.113.254", "routes", r"^default via 203\.0\.113\.254 dev eth0"),
    row(f"{ETH2}/ipv6-address[address='2001:db8:2::1']/address", "2001:db8:2::9", "addresses", r"eth2 .*2001:db8:2::9/64 "),
    row(f"{ETH2}/ipv6-address[address='2001:db8:2::1']/prefix-length", 56, "addresses", r"eth2 .*2001:db8:2::1/56 "),
    row("/cluster/node[name='r1']/ipv6-gateway", "2001:db8:2::fe", "routes", r"^default via 2001:db8:2::fe dev eth2"),
    row("/cluster/node[name='r1']/route[destination='10.1.0.0/16']/destination", "10.2.0.0/16", "routes",
        r"^10\.2\.0\.0/16 via 10\.77\.0\.2 dev eth1"),
    row("/cluster/node[name='r1']/route[destination='10.1.0.0/16']/via", "10.77.0.3", "routes",
        r"^10\.1\.0\.0/16 via 10\.77\.0\.3 dev eth1"),
    # What other programs read.
    row("/system/dns/server", ["192.0.2.53"], "files", r"^nameserver 192\.0\.2\.53$"),
    row("/system/dns/search", ["example.org"], "files", r"^search example\.org$"),
    row("/system/ntp/server", ["time.example.org"], "files", r"^time\.example\.org$"),
    row("/system/time-zone", "Europe/Berlin", "files", r"^zone .*/zoneinfo/Europe/Berlin$"),
    row("/system/log/level", "info", "files", r"^-l 7$"),
    row("/system/log/remote", {"address": "192.0.2.5"}, "files", r" -R 192\.0\.2\.5:514$"),
    row("/system/log/remote/address", "192.0.2.6", "files", r" -R 192\.0\.2\.6:514$"),
    row("/system/log/remote/port", 5140, "files", r" -R 192\.0\.2\.7:5140$", {"/system/log/remote/address": "192.0.2.7"}),
    # The ruleset: protocol numbers, marks in hex.
    row("/forwarding/masquerade-ports/first", 33000, "firewall", r":33000-60999$"),
    row("/forwarding/masquerade-ports/last", 60000, "firewall", r":32768-60000$"),
    row("/firewall-mark[mark='7']/mark", 9, "firewall", rf"{VIP} \. 6 \. 3000 : 0x00000009",
        {"/virtual-service[name='marked']/firewall-mark": 9}),
    row(f"{CONTROL}/name", "signals", "shown", r'"name":"signals"'),
    row(f"{CONTROL}/address", OTHER, "firewall", rf"{OTHER} \. 6 \. 3000 : 0x00000007"),
    row(f"{CONTROL}/protocol", "udp", "firewall", rf"{VIP} \. 17 \. 3000 : 0x00000007"),
    row(f"{CONTROL}/port-first", 3001, "firewall", rf"{VIP} \. 6 \. 3001 : 0x00000007"),
    row(f"{CONTROL}/port-last", 3009, "firewall", rf"{VIP} \. 6 \. 3000-3009 : 0x00000007"),
    row("/virtual-service[name='marked']/firewall-mark", 8, "firewall", rf"{VIP} \. 6 \. 3100 : 0x00000008"),
    row(f"{PLAIN}/address", OTHER, "firewall", rf"{OTHER} \. 6 \. 2001\b"),
    row(f"{PLAIN}/protocol", "udp", "firewall", rf"{VIP} \. 17 \. 2001\b"),
    row(f"{PLAIN}/port", 2011, "firewall", rf"{VIP} \. 6 \. 2011\b"),
    row("/virtual-service[name='several']/ports", ["4430-4441"], "firewall", rf"{VIP} \. 6 \. 4430-4441 : 0x"),
    row(f"{PLAIN}/pool", "web", "firewall", r"10\.77\.0\.102 \. 6 \. 2001\b"),
    row(f"{P1}/address", "10.77.0.105", "firewall", r"10\.77\.0\.105 \. 6 \. 8001\b"),
    row(f"{P1}/port", 8009, "firewall", r"10\.77\.0\.101 \. 6 \. 8009\b"),
    row("/management/https/enabled", False, "firewall", r"\A(?![\s\S]* dport 443 )"),
    row("/management/https/port", 8443, "firewall", r"^\t*iifname \"eth1\" ip saddr 10\.77\.0\.0/24 ip daddr .* tcp dport 8443 "),
    row("/management/https/public", True, "firewall", r"^\t*iifname \"eth0\" ip daddr 203\.0\.113\.11 tcp dport 443 ",
        {"/management/network": ["0.0.0.0/0"]}),
    row("/management/network", ["192.0.2.0/24"], "firewall", r"^\t*iifname \"eth1\" ip saddr 192\.0\.2\.0/24 .* tcp dport 443 "),
    # What is told to who checks names and passwords.
    row("/access/user[name='bob']/name", "rob", "access", r"^user rob viewer "),
    row("/access/user[name='bob']/role", "operator", "access", r"^user bob operator "),
    row("/access/user[name='boss']/password", "$0$correct horse", "access",
        rf"^user boss administrator (?!{re.escape(HASH)})\$y\$j9T\$"),
    row(f"{ANSIBLE}/name", "bash", "access", r"^token bash "),
    row(f"{ANSIBLE}/role", "viewer", "access", r"^token ansible viewer "),
    row(f"{ANSIBLE}/hash", 64 * "b", "access", r"^token ansible operator b{64} "),
    row(f"{ANSIBLE}/expires", "2027-01-31T13:00:00+01:00", "access", r"^token ansible operator a{64} 1801396800$"),
    row("/management/metrics/enabled", False, "access", r"^metrics 0 "),
    row("/management/metrics/anonymous", True, "access", r"^metrics 1 anonymous 1$"),
    row("/management/session-timeout", 600, "access", r"^session 600$"),
    # What is told to who has nodes powered off.
    row(f"{FENCE}/node", "r2", "access", r"^device r2 fence_pdu "),
    row(f"{FENCE}/agent", "fence_ipmi", "access", r"^device w fence_ipmi off "),
    row(f"{FENCE}/action", "reboot", "access", r"^device w fence_pdu reboot "),
    row(f"{FENCE}/verify", False, "access", r"^device w .* verify 0 "),
    row(f"{FENCE}/timeout", 7, "access", r"^device w .* timeout 7 "),
    row(f"{FENCE}/delay", 5, "access", r"^device w .* delay 5 "),
    row(f"{FENCE}/parameter[name='ip']/name", "ipaddr", "access", r"^device w .* ipaddr=10\.77\.0\.9 "),
    row(f"{FENCE}/parameter[name='ip']/value", "10.77.0.8", "access", r"^device w .* ip=10\.77\.0\.8 "),
    row(f"{FENCE}/secret[name='password']/name", "passwd", "access", r"^device w .* secret passwd=\$text\$sesame$"),
    row(f"{FENCE}/secret[name='password']/value", "$text$open", "access", r"^device w .* secret password=\$text\$open$"),
    # What is told to who runs resources.
    row(f"{RESOURCE}/name", "mail", "access", r"^resource main mail "),
    row(f"{RESOURCE}/agent", "trireme:Other", "access", r"^resource main notice trireme:Other "),
    row(f"{RESOURCE}/timeout", 7, "access", r"^resource main notice .* timeout 7 "),
    row(f"{RESOURCE}/interval", 5, "access", r"^resource main notice .* interval 5 "),
    row(f"{RESOURCE}/parameter[name='file']/name", "path", "access", r"^resource main notice .* path=/tmp/a$"),
    row(f"{RESOURCE}/parameter[name='file']/value", "/tmp/b", "access", r"^resource main notice .* file=/tmp/b$"),
    # What engine and checker say, and do.
    row(f"{P1}/name", "p9", "status", r'"name":"p9","address":"10\.77\.0\.101"'),
    row(f"{PLAIN}/name", "simple", "status", rf'"name":"simple","address":"{VIP}"'),
    row(f"{PLAIN}/datapath", "ipvs", "status", r'"datapath":"ipvs","datapath-reason":"the configuration says so"'),
    row("/pool[name='plain']/name", "shop", "status", r'"consumer":\["shop"\]',
        {f"/virtual-service[name='{name}']/pool": "shop" for name in ("plain", "several", "marked")} |
        {f"{STORE}/consumer": ["shop"]}),
    row(f"{STORE}/name", "depot", "status", r'"name":"depot","type":"tcp"'),
    row(f"{WAVERING}/type", "nfs", "status", r"closes the connection without an answer"),
    row(f"{STORE}/address", "10.77.0.102", "status", r'"name":"store","type":"tcp","address":"10\.77\.0\.102"'),
    row(f"{STORE}/port", 8014, "status", r'"address":"10\.77\.0\.101","port":8014,"state":"up"'),
    row(f"{STORE}/consumer", ["web"], "status", r'"consumer":\["web"\]'),
    row("/virtual-service[name='mute']/health-check/timeout", 300, "status", r"no answer within 300 ms"),
    row("/data-source[name='silent']/check/timeout", 350, "status", r"no answer within 350 ms"),
    row(f"{MOODY}/health-check/type", "none", "checks", r"^8003 never$"),
    row(f"{PLAIN}/health-check/interval", 300, "checks", r"^8001 every 300 ms$", {f"{PLAIN}/health-check/timeout": 200}),
    row(f"{STORE}/check/interval", 300, "checks", r"^8011 every 300 ms$", {f"{STORE}/check/timeout": 200}),
    row(f"{MOODY}/health-check/fall", 8, "moody", r"^8003 down after ([89]|1\d)$"),
    row(f"{MOODY}/health-check/rise", 8, "moody", r"^8003 up after ([89]|1\d)$"),
    row(f"{WAVERING}/check/fall", 8, "wavering", r"^8013 down after ([89]|1\d)$"),
    row(f"{WAVERING}/check/rise", 8, "wavering", r"^8013 up after ([89]|1\d)$"),
)

# -- the guest with IPVS: lines of `ipvsadm -Sn`, and of the guest's script for what these leave out

_REALS = [{"name": f"web{n}", "address": f"10.77.0.10{n}", "port": 80} for n in (1, 2)]
_IPVS = {  # name: members of the service that are no default
    "scheduler": {}, "method": {}, "weight": {}, "admin": {}, "upper": {}, "lower": {}, "persistent": {},
    "timeout": {"persistence": {}}, "prefix": {"persistence": {}}, "sorry": {},
    "quorum": {"sorry-server": {"address": "10.77.0.120"}}, "sorry-address": {"sorry-server": {"address": "10.77.0.121"}},
    "sorry-port": {"sorry-server": {"address": "10.77.0.123"}},
    "prefix6": {"address": VIP6, "persistence": {}},
}


def _port(name):
    return 3000 + list(_IPVS).index(name)


def _vs(name):
    return f"/virtual-service[name='{name}']"


def _real(name):
    return f"/pool[name='{name}']/real-server[name='web1']"


def _dest(name, at="10.77.0.101:80", how="-m -w 1"):
    return f"-a -t {VIP}:{_port(name)} -r {at} {how}"


def ipvs(demo):
    """A service of its own for every row, without checks; of two real servers one takes nothing."""
    document = copy.deepcopy(demo)
    made = [_service(name, _port(name), copy.deepcopy(_REALS), **{"health-check": {"type": "none"}}, **copy.deepcopy(members))
            for name, members in _IPVS.items()]
    document["trireme:pool"], document["trireme:virtual-service"] = map(list, zip(*made))
    put(document, "/alias-group[name='main']/ipv6-alias", [{"address": VIP6, "port": "eth0"}, {"address": "fd00:77::1", "port": "eth1"}])
    for node, number in (("r1", 11), ("r2", 12)):
        put(document, f"/cluster/node[name='{node}']/port[name='eth1']/ipv6-address", [{"address": f"fd00:77::{number}"}])
    for n in (1, 2):
        put(document, f"/pool[name='prefix6']/real-server[name='web{n}']/address", f"fd00:77::10{n}")
    put(document, f"{_real('lower')}/upper-threshold", 100)
    put(document, f"{_real('quorum')}/admin-state", "disabled")
    put(document, f"{_real('method')}/port", None)
    put(document, "/pool[name='method']/real-server[name='web2']/port", None)
    return document


IPVS = (
    row("/forwarding/timeouts/tcp", 901, "ipvs", "tcp 901"),
    row("/forwarding/timeouts/tcp-fin", 121, "ipvs", "tcp-fin 121"),
    row("/forwarding/timeouts/udp", 301, "ipvs", "udp 301"),
    row(f"{_vs('scheduler')}/scheduler", "sed", "ipvs", f"-A -t {VIP}:{_port('scheduler')} -s sed"),
    row(f"{_vs('method')}/method", "direct", "ipvs", _dest("method", f"10.77.0.101:{_port('method')}", "-g -w 1")),
    row(f"{_real('weight')}/weight", 7, "ipvs", _dest("weight", how="-m -w 7")),
    row(f"{_real('admin')}/admin-state", "drain", "ipvs", _dest("admin", how="-m -w 0")),
    row(f"{_real('upper')}/upper-threshold", 50, "ipvs", f"{VIP}:{_port('upper')} 10.77.0.101:80 upper 50"),
    row(f"{_real('lower')}/lower-threshold", 20, "ipvs", f"{VIP}:{_port('lower')} 10.77.0.101:80 lower 20"),
    row(f"{_vs('persistent')}/persistence", {}, "ipvs", f"-A -t {VIP}:{_port('persistent')} -s wlc -p 300"),
    row(f"{_vs('timeout')}/persistence/timeout", 60, "ipvs", f"-A -t {VIP}:{_port('timeout')} -s wlc -p 60"),
    row(f"{_vs('prefix')}/persistence/prefix-length", 24, "ipvs",
        f"-A -t {VIP}:{_port('prefix')} -s wlc -p 300 -M 255.255.255.0"),
    row(f"{_vs('prefix6')}/persistence/ipv6-prefix-length", 56, "ipvs",
        f"-A -t [{VIP6}]:{_port('prefix6')} -s wlc -p 300 -M 56"),
    row(f"{_vs('quorum')}/quorum", 2, "ipvs", _dest("quorum", f"10.77.0.120:{_port('quorum')}")),
    row(f"{_vs('sorry')}/sorry-server", {"address": "10.77.0.124"}, "ipvs",
        _dest("sorry", f"10.77.0.124:{_port('sorry')}", "-m -w 0")),
    row(f"{_vs('sorry-address')}/sorry-server/address", "10.77.0.122", "ipvs",
        _dest("sorry-address", f"10.77.0.122:{_port('sorry-address')}", "-m -w 0")),
    row(f"{_vs('sorry-port')}/sorry-server/port", 8080, "ipvs", _dest("sorry-port", "10.77.0.123:8080", "-m -w 0")),
)

# -- the guest with VLANs and bonds: lines of its own script

R1 = "/cluster/node[name='r1']"


def _bond(number, **members):
    return {"member": [{"name": f"eth{number}a", "mac": f"52:54:00:77:02:{number:02}"}], **members}


def links(demo):
    """Bonds and VLANs beside eth0 and eth1."""
    document = copy.deepcopy(demo)
    for name, members in {
            "eth4": {"vlan": {"parent": "eth0", "id": 10}}, "eth5": {"vlan": {"parent": "eth1", "id": 20}},
            "eth6": {"bond": _bond(6, mode="802.3ad")}, "eth7": {"bond": _bond(7)}, "eth8": {"bond": _bond(8)}}.items():
        put(document, f"{R1}/port[name='{name}']", {"name": name, "address": f"192.0.2.{4 + 8 * int(name[3])}",
                                                    "prefix-length": 29, **members})
    return document


LINKS = (
    row(f"{R1}/port[name='eth4']/vlan/parent", "eth1", "links", "eth4 10 eth1"),
    row(f"{R1}/port[name='eth5']/vlan/id", 21, "links", "eth5 21 eth1"),
    row(f"{R1}/port[name='eth9']/vlan", {"parent": "eth0", "id": 30}, "links", "eth9 30 eth0",
        {f"{R1}/port[name='eth9']/address": "192.0.2.76", f"{R1}/port[name='eth9']/prefix-length": 29}),
    row(f"{R1}/port[name='eth10']/bond", _bond(10), "links", "eth10 member eth10a",
        {f"{R1}/port[name='eth10']/address": "192.0.2.84", f"{R1}/port[name='eth10']/prefix-length": 29}),
    row(f"{R1}/port[name='eth6']/bond/monitor-interval", 250, "links", "eth6 monitor 250"),
    row(f"{R1}/port[name='eth6']/bond/lacp-rate", "fast", "links", "eth6 rate fast"),
    row(f"{R1}/port[name='eth6']/bond/hash-policy", "layer3+4", "links", "eth6 policy layer3+4 (1)"),
    row(f"{R1}/port[name='eth7']/bond/mode", "balance-xor", "links", "eth7 mode load balancing (xor)"),
    row(f"{R1}/port[name='eth8']/bond/member[name='eth8a']/name", "eth8b", "links", "eth8 member eth8b"),
)

ALL = MACHINE + IPVS + LINKS
