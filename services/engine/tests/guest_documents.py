"""Documents for the guest, derived from the demonstration cluster's."""
import copy
import ipaddress

SCHEDULERS = ("rr", "wrr", "lc", "wlc", "sed", "nq", "lblc", "lblcr", "dh", "sh", "mh", "fo", "ovf")
VIP = "203.0.113.10"


def weight(demo):
    """One weight another."""
    document = copy.deepcopy(demo)
    document["trireme:pool"][0]["real-server"][1]["weight"] = 5
    return document


def empty(demo):
    """No service at all."""
    document = copy.deepcopy(demo)
    del document["trireme:virtual-service"], document["trireme:pool"]
    return document


def every(demo):
    """One service per scheduler, and what else the kernel can be told; with what ipvsadm -Sn, sorted, then says."""
    document = empty(demo)
    pools, services, lines = [], [], []

    def add(name, reals, **service):
        pools.append({"name": name, "real-server": reals})
        services.append({"name": name, "address": VIP, "pool": name, "health-check": {"type": "none"}, **service})

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
