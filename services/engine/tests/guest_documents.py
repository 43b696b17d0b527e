"""Documents for the guest, derived from the demonstration cluster's."""
import copy
import ipaddress

SCHEDULERS = ("rr", "wrr", "lc", "wlc", "sed", "nq", "lblc", "lblcr", "dh", "sh", "mh", "fo", "ovf")
VIP = "203.0.113.10"
VIP6, DIRECT6 = "2001:db8:113::10", "2001:db8:113::20"


def weight(demo):
    """One weight another."""
    document = copy.deepcopy(demo)
    document["trireme:pool"][0]["real-server"][1]["weight"] = 5
    return document


def ipvs(demo):
    """All services are IPVS's."""
    document = copy.deepcopy(demo)
    for service in document["trireme:virtual-service"]:
        service["datapath"] = "ipvs"
    return document


def empty(demo):
    """No service at all."""
    document = copy.deepcopy(demo)
    del document["trireme:virtual-service"], document["trireme:pool"]
    return document


def add_ipv6(document, add, lines):
    """The same by IPv6: NAT, by its own port and by a mark, and direct routing."""
    document["trireme:alias-group"][0]["ipv6-alias"] = [
        {"address": VIP6, "port": "eth0"}, {"address": DIRECT6, "port": "eth0"}, {"address": "fd00:77::1", "port": "eth1"}]
    for node, number in zip(document["trireme:cluster"]["node"][:2], (11, 12)):
        for port, network in zip(node["port"], ("2001:db8:113::", "fd00:77::")):
            port["ipv6-address"] = [{"address": f"{network}{number}"}]
    document["trireme:firewall-mark"] = [{"mark": 6, "match": [{"name": "web", "address": VIP6, "port-first": 81, "port-last": 82}]}]

    def web(**members):
        return [{"name": f"web{n}", "address": f"fd00:77::10{n}", **members} for n in (1, 2)]

    def dests(key, port, how):
        return [f"-a {key} -r [fd00:77::10{n}]:{port} {how} -w 1" for n in (1, 2)]

    add("nat6", web(), address=VIP6, port=80, scheduler="rr", persistence={"timeout": 1, "ipv6-prefix-length": 56})
    lines += [f"-A -t [{VIP6}]:80 -s rr -p 1 -M 56"] + dests(f"-t [{VIP6}]:80", 80, "-m")
    add("direct6", web(), address=DIRECT6, port=80, method="direct", scheduler="rr")
    lines += [f"-A -t [{DIRECT6}]:80 -s rr"] + dests(f"-t [{DIRECT6}]:80", 80, "-g")
    add("mark6", web(port=80), scheduler="rr", **{"firewall-mark": 6})
    lines += ["-A -f 6 -6 -s rr"] + dests("-f 6 -6", 80, "-m")


def every(demo):
    """One service per scheduler, and what else the kernel can be told; with what ipvsadm -Sn, sorted, then says."""
    document = empty(demo)
    pools, services, lines = [], [], []

    def add(name, reals, **service):
        pools.append({"name": name, "real-server": reals})
        at = {} if "firewall-mark" in service else {"address": VIP}
        services.append({"name": name, **at, "pool": name, "health-check": {"type": "none"}, **service})

    def web():
        return [{"name": f"web{n}", "address": f"10.77.0.10{n}", "port": 80} for n in (1, 2)]

    for number, scheduler in enumerate(SCHEDULERS):
        port = 1000 + number
        add(scheduler, web(), port=port, scheduler=scheduler)
        fallback = f" -b {scheduler}-fallback" if scheduler in ("sh", "mh") else ""
        lines += [f"-A -t {VIP}:{port} -s {scheduler}{fallback}"]
        lines += [f"-a -t {VIP}:{port} -r 10.77.0.10{n}:80 -m -w 1" for n in (1, 2)]
    add("dns", [{"name": "a", "address": "10.77.0.102", "port": 5353, "weight": 65535},
                {"name": "b", "address": "10.77.0.102", "port": 5354, "weight": 0}],
        port=53, protocol="udp", scheduler="rr", persistence={"timeout": 1234, "prefix-length": 24})
    mask = ipaddress.ip_network("0.0.0.0/24").netmask
    lines += [f"-A -u {VIP}:53 -s rr -p 1234 -M {mask}",
              f"-a -u {VIP}:53 -r 10.77.0.102:5353 -m -w 65535", f"-a -u {VIP}:53 -r 10.77.0.102:5354 -m -w 0"]
    add("sticky", web(), port=2000, scheduler="rr", persistence={})
    lines += [f"-A -t {VIP}:2000 -s rr -p 300"] + [f"-a -t {VIP}:2000 -r 10.77.0.10{n}:80 -m -w 1" for n in (1, 2)]
    add("direct", [{"name": "a", "address": "10.77.0.103"}], address="203.0.113.20", port=443, method="direct",
        persistence={})
    lines += ["-A -t 203.0.113.20:443 -s wlc -p 300", "-a -t 203.0.113.20:443 -r 10.77.0.103:443 -g -w 1"]
    add_ipv6(document, add, lines)
    document["trireme:pool"] = pools
    document["trireme:virtual-service"] = services
    return document, "\n".join(sorted(lines)) + "\n"


def drained(demo):
    """Of every(), web2 with weight 0 in the services whose schedulers are rr, sh and mh."""
    document, _ = every(demo)
    for pool in document["trireme:pool"]:
        if pool["name"] in ("rr", "sh", "mh"):
            pool["real-server"][1]["weight"] = 0
    return document


def _traffic(demo, eth2):
    """Services for real traffic: one of a network of its own, behind a port eth2, and two that only IPVS serves."""
    document = empty(demo)
    for node, number in zip(document["trireme:cluster"]["node"][:2], (11, 12)):
        node["port"].append({"name": "eth2", "address": f"198.51.100.{number}", "prefix-length": 24, **eth2(number)})
    document["trireme:alias-group"][0]["alias"].append({"label": "eth2:1", "address": "198.51.100.10"})
    web1, web2 = [{"name": f"web{n}", "address": f"10.77.0.10{n}"} for n in (1, 2)]
    document["trireme:pool"] = [demo["trireme:pool"][0], {"name": "ftp", "real-server": [web1]}, {"name": "signals", "real-server": [web2]}]
    document["trireme:virtual-service"] = [
        {"name": "net", "address": "198.51.100.10", "port": 80, "scheduler": "wrr", "pool": "web"},
        {"name": "ftp", "address": VIP, "port": 21, "pool": "ftp"},
        {"name": "signals", "address": VIP, "protocol": "sctp", "port": 2905, "pool": "signals"}]
    for service in document["trireme:virtual-service"]:
        service["health-check"] = {"type": "none"}
    return document


def vlan(demo):
    """eth2 is a VLAN of eth0."""
    return _traffic(demo, lambda number: {"vlan": {"parent": "eth0", "id": 7}})


def bond(demo):
    """eth2 is a bond."""
    return _traffic(demo, lambda number: {"bond": {"member": [
        {"name": f"eth2{letter}", "mac": f"52:54:00:77:{number}:0{letter}"} for letter in "ab"]}})
