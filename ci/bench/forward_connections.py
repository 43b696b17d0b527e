"""New connections through a real nginx, one request each: by the data path, and by HAProxy in its place."""
import re

import forward_host
from forward_lab import PORT, REAL_PORT, REALS, ROUTER_MACS, VIP, real
from lab import processes, web

ROUNDS, SECONDS, AT_ONCE = 3, 4, 64
SERVER_MAC = "02:00:00:00:03:ff"
HAPROXY = """\
global
  maxconn 4000
  nbthread 2
defaults
  mode tcp
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen web
  bind {vip}:{port}
  balance roundrobin
"""


def _servers(router):
    """nginx on the addresses of all real servers; the endpoints leave no checksum to their devices."""
    lab, tool, port = router.lab, router.network.tool, router.network.port
    router.say([tool, "endpoint", port("c"), port("s")])
    for number in range(1, REALS + 1):
        lab.run("s", "ip", "addr", "add", f"{real(number)}/16", "dev", "eth0")
    lab.run("s", "ip", "route", "add", "default", "via", "10.99.255.254")
    lab.run("c", "ip", "neigh", "replace", VIP, "lladdr", ROUTER_MACS[0], "nud", "permanent", "dev", "eth0")
    lab.run("c", "ip", "neigh", "replace", "203.0.113.11", "lladdr", ROUTER_MACS[0], "nud", "permanent", "dev", "eth0")
    for number in range(1, REALS + 1):
        lab.run("r", "ip", "neigh", "replace", real(number), "lladdr", SERVER_MAC, "nud", "permanent", "dev", "eth1")
    lab.run("s", "ip", "neigh", "replace", "10.99.255.254", "lladdr", ROUTER_MACS[1], "nud", "permanent", "dev", "eth0")
    return web.WebServer(lab, "s", REAL_PORT)


def _haproxy(router):
    lab = router.lab
    lab.run("r", "ip", "addr", "add", f"{VIP}/32", "dev", "eth0")
    path = lab.scratch / "haproxy.cfg"
    path.write_text(HAPROXY.format(vip=VIP, port=PORT) +
                    "".join(f"  server r{n} {real(n)}:{REAL_PORT}\n" for n in range(1, REALS + 1)))
    with (lab.scratch / "haproxy.log").open("w") as words:
        lab.spawn("r", "haproxy", "-db", "-f", str(path), stdout=words, stderr=words)
    processes.wait_for("haproxy", lambda: f":{PORT} " in lab.run("r", "ss", "-ltn"), 20)


def _rate(router):
    words = router.lab.run("c", "wrk", "-t", "1", "-c", str(AT_ONCE), "-d", str(SECONDS), f"http://{VIP}:{PORT}/")
    errors = re.search(r"Socket errors: connect (\d+), read (\d+)|Non-2xx", words)
    if errors:
        raise RuntimeError(f"wrk: {words}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", words)[1])


def measure(tool):
    """{name: connections a second, round by round}."""
    def ours(network, scratch):
        return [(None, [network.tool, "ours", network.port("a"), network.port("b"), "nat", SERVER_MAC])]

    each = {"ours": forward_host.Router(tool, ours), "haproxy": forward_host.Router(tool, lambda network, scratch: [])}
    for router in each.values():
        _servers(router)
    _haproxy(each["haproxy"])
    found = {name: [] for name in each}
    for _ in range(ROUNDS):
        for name, router in each.items():
            found[name].append(_rate(router))
    forward_host.close(each)
    return found
