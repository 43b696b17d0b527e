"""Requests through the engine's own data path on the host's kernel, which has no IPVS: nothing is lost when the engine is killed,
comes back and gets another configuration. The network: traffic_lab.py."""
import hashlib
import re
import secrets
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import traffic_lab  # noqa: E402 - the path must be set first
from lab import load, name_lookup, processes, stream  # noqa: E402 - traffic_lab has set its path
from traffic_lab import DIRECT, GATEWAY, PRIVATE, VIP  # noqa: E402


@pytest.fixture(scope="module")
def world():
    with traffic_lab.Lab() as made:
        # The log says what serves before it is in the tables.
        with load.Load(made.lab, "client", VIP, rate=50) as client:
            client.wait_good(20, 20)
        yield made


def changed(**members):
    """The document with these members of the service web and of that of the long connection."""
    document = traffic_lab.document()
    for service in document["trireme:virtual-service"]:
        if service["name"] in ("web", "stream"):
            service.update(members)
    return document


def give_to_ipvs(world):
    """These two services, from now on."""
    words = "stream: ipvs: the configuration says so"
    before = world.router.count(words)
    world.router.put(changed(datapath="ipvs"))
    world.router.wait(words, before + 1)


def test_what_serves_and_why(world):
    said = {name: (service["datapath"], service["datapath-reason"]) for name, service in world.router.services().items()}
    assert said == {"web": ("xdp", "native XDP on eth0 and eth1"), "web-direct": ("xdp", "native XDP on eth0 and eth1"),
                    "stream": ("xdp", "native XDP on eth0 and eth1"), "dns": ("xdp", "native XDP on eth0 and eth1"), "ftp": ("ipvs", "port 21: FTP needs the kernel's helper")}
    assert world.router.count("cannot reach IPVS in the kernel") == 1 and world.router.count("changed by hand") == 0


def test_nothing_passes_without_the_lease(world):
    """At once; here the kernel has no gate (agent), and refuses whatever is passed up."""
    with load.Load(world.lab, "client", VIP, rate=20, patience=0.5) as client:
        client.wait_good(5, 20)
        world.router.lease(1)
        since = time.monotonic() + 0.1
        processes.wait_for("five requests", lambda: len(client.failed(since)) >= 5, 20)
        assert not client.good(since)
        world.router.lease(traffic_lab.FOREVER)
        client.wait_good(5, 20, time.monotonic())


def test_a_real_server_is_a_client_of_its_own(world):
    """Full NAT: the real servers, itself among them, see the gateway, so that their answers come by the router."""
    seen = {name: len(server.log()) for name, server in world.webs.items()}
    long, names = stream.Stream(world.lab, "web2", VIP), name_lookup.ask(world.lab, "web3", VIP, 100)
    long.start()
    with load.Load(world.lab, "web2", VIP, rate=100) as client:
        client.wait_good(60, 20)
    assert not client.failed() and set(client.shares()[0]) == {"web1", "web2", "web3"}
    assert long.end() is None and len(names) == 100
    for name, server in world.webs.items():
        assert {who for _, who, *_ in server.log()[seen[name]:]} == {GATEWAY}, name


def test_a_real_server_is_no_client_of_ipvs(world):
    """Which has no full NAT: the kernel refuses it."""
    give_to_ipvs(world)
    with load.Load(world.lab, "web2", VIP, rate=20, patience=1) as client:
        processes.wait_for("five requests", lambda: len(client.failed()) + len(client.good()) >= 5, 20)
    assert not client.good()
    world.router.put(traffic_lab.document())
    with load.Load(world.lab, "client", VIP, rate=20) as client:
        client.wait_good(10, 20)


def with_private(document):
    """The document with services at a private address, for the real servers' own network."""
    document["trireme:alias-group"][0]["alias"].append({"label": "eth1:2", "address": PRIVATE})
    document["trireme:virtual-service"] += [
        {"name": "private", "address": PRIVATE, "port": 80, "pool": "web", "health-check": {"type": "none"}},
        {"name": "private-dns", "address": PRIVATE, "protocol": "udp", "port": 53, "pool": "dns", "health-check": {"type": "none"}}]
    return document


@pytest.fixture
def private(world):
    """They are there, and go again."""
    world.router.put(with_private(traffic_lab.document()))
    world.router.wait("private-dns: xdp: native XDP on eth1")
    # The log says it before they are in the tables.
    with load.Load(world.lab, "app", PRIVATE, rate=50) as client:
        client.wait_good(5, 20)
    yield
    world.router.put(traffic_lab.document())
    processes.wait_for("the services' end", lambda: "private" not in world.router.services(), 10)


def test_a_service_at_a_private_address(world, private):
    """Machines of the real servers' own network ask it, and one of these; the real servers see the gateway."""
    seen = {name: len(server.log()) for name, server in world.webs.items()}
    for place in ("app", "web2"):
        assert set(name_lookup.ask(world.lab, place, PRIVATE, 100)) == {traffic_lab.real_address(name) for name in traffic_lab.NAMES}, place
        with load.Load(world.lab, place, PRIVATE, rate=100) as client:
            client.wait_good(60, 20)
        assert not client.failed() and set(client.shares()[0]) == {"web1", "web2", "web3"}, place
    for name, server in world.webs.items():
        assert {who for _, who, *_ in server.log()[seen[name]:]} == {GATEWAY}, name


def test_a_private_address_is_not_for_the_outside(world, private):
    """Answers would leave the public port with it as their source."""
    world.lab.run("client", "ip", "route", "add", PRIVATE, "via", "203.0.113.11")
    with load.Load(world.lab, "client", PRIVATE, rate=20, patience=0.5) as client:
        processes.wait_for("five requests", lambda: len(client.failed()) + len(client.good()) >= 5, 20)
    world.lab.run("client", "ip", "route", "del", PRIVATE)
    assert not client.good()


def test_a_private_service_that_is_ipvs_alone_refuses_its_network(world, private):
    """It shares the real servers with one that has become IPVS's."""
    words = "private: ipvs: shares a real server's port with web, which IPVS serves; clients in the network of real server web1 are refused"
    world.router.put(with_private(changed(datapath="ipvs")))
    world.router.wait(words)
    with load.Load(world.lab, "app", PRIVATE, rate=20, patience=1) as client:
        processes.wait_for("five requests", lambda: len(client.failed()) + len(client.good()) >= 5, 20)
    assert not client.good()


def test_both_methods_by_weight(world):
    for address, wanted in ((VIP, {"web1": 3, "web2": 2, "web3": 1}), (DIRECT, {"web1": 2, "web2": 2, "web3": 2})):
        with load.Load(world.lab, "client", address, rate=200) as client:
            client.wait_good(120, 20)
        shares, total = client.shares()
        assert not client.failed() and total >= 120
        assert {name: round(6 * share / 100) for name, share in shares.items()} == wanted, shares


def test_an_engine_that_is_killed_loses_nothing(world):
    """Killed, away for a while, back, another configuration, killed again: hundreds of requests, and a connection in use."""
    router, long = world.router, stream.Stream(world.lab, "client", VIP)
    began = router.count("node r1: ")
    long.start()
    with load.Load(world.lab, "client", VIP, rate=300) as client:
        client.wait_good(50, 20)
        for round_ in (1, 2):
            router.kill()
            client.wait_good(50, 20, time.monotonic())
            router.start()
            router.wait("data path taken over", round_)
            since = time.monotonic()
            router.put(changed(scheduler="rr" if round_ == 1 else "wlc"))
            router.wait("node r1: ", began + 2 * round_)
            client.wait_good(50, 20, since)
    assert not client.failed() and len(client.good()) >= 250
    assert long.end() is None and long.gap < 1, f"{long.broken}, silent for {long.gap} s at {long.gap_at}"
    assert router.count("data path loaded") == 1 and router.count("changed by hand") == 0


def test_a_connection_stays_where_it_began(world):
    """The service becomes IPVS's: what began by the data path goes on there; new ones do not begin there."""
    long = stream.Stream(world.lab, "client", VIP)
    long.start()
    processes.wait_for("answers", lambda: long.answers > 20, 10)
    give_to_ipvs(world)
    time.sleep(0.5)
    answered = long.answers
    with load.Load(world.lab, "client", VIP, rate=20, patience=0.5) as client:
        processes.wait_for("five requests", lambda: len(client.failed()) + len(client.good()) >= 5, 20)
    assert not client.good()
    processes.wait_for("answers", lambda: long.answers > answered + 20, 10)
    assert long.end() is None
    world.router.put(traffic_lab.document())
    with load.Load(world.lab, "client", VIP, rate=20) as client:
        client.wait_good(10, 20)


def weighed(**weights):
    """The document with these real servers in the pool web."""
    document = traffic_lab.document()
    pool = document["trireme:pool"][0]
    pool["real-server"] = [dict(real, weight=weights[real["name"]]) for real in pool["real-server"] if real["name"] in weights]
    return document


def wait_for_requests_at(world, name):
    """Until that real server alone gets new ones: the log says a change before it is in the tables."""
    with load.Load(world.lab, "client", VIP, rate=100) as client:
        processes.wait_for(f"20 requests at {name} alone", lambda: [r.server for r in client.good()[-20:]] == 20 * [name], 20)
    assert not client.failed()


def test_drain_and_removal(world):
    """Weight 0 keeps its connections and gets no new ones; a real server that is removed loses them."""
    def put(**weights):
        began = world.router.count("node r1: ")
        world.router.put(weighed(**weights))
        world.router.wait("node r1: ", began + 1)

    put(web1=1, web2=0, web3=0)
    wait_for_requests_at(world, "web1")
    long = stream.Stream(world.lab, "client", VIP)
    long.start()
    processes.wait_for("answers", lambda: long.answers > 20, 10)
    put(web1=0, web2=1, web3=0)
    answered = long.answers
    wait_for_requests_at(world, "web2")
    processes.wait_for("answers", lambda: long.answers > answered + 20, 10)
    put(web2=1, web3=1)
    processes.wait_for("the connection's end", lambda: long.broken, 10)
    world.router.put(traffic_lab.document())
    with load.Load(world.lab, "client", VIP, rate=20) as client:
        client.wait_good(10, 20)


def test_a_program_that_is_taken_off_is_put_back(world):
    with load.Load(world.lab, "client", VIP, rate=50) as client:
        client.wait_good(10, 20)
        world.lab.run("r1", "ip", "link", "set", "eth0", "xdp", "off")
        world.router.wait("eth0: the data path's program was changed by hand: put right")
        client.wait_good(20, 20, time.monotonic())


def test_statistics_are_those_of_the_data_path(world):
    before = world.router.services()["web-direct"]["real-server"]
    with load.Load(world.lab, "client", DIRECT, rate=100) as client:
        client.wait_good(60, 20)
    made = len(client.good())
    after = world.router.services()["web-direct"]["real-server"]
    assert made <= sum(int(b["connections"]) - int(a["connections"]) for a, b in zip(before, after)) <= made + 2
    assert all(int(b["bytes-in"]) > int(a["bytes-in"]) for a, b in zip(before, after))


def test_counters_go_on_and_what_is_counted_is_there(world):
    """An engine that is started anew goes on counting; a pass over the tables finds as many flows as packets have counted."""
    def stream_has(member):
        return sum(int(real[member]) for real in world.router.services()["stream"]["real-server"])

    def agree():
        state = world.router.state()
        counted = sum(real["active"] + real["inactive"] for service in state["service"] for real in service["real-server"])
        return counted > 0 and [table["flows"] for table in state["datapath"]["table"]] == [counted, 0]
    connections, packets = stream_has("connections"), stream_has("packets-out")
    long = stream.Stream(world.lab, "client", VIP)
    long.start()
    processes.wait_for("answers", lambda: long.answers > 20, 10)
    again = world.router.count("data path taken over")
    world.router.kill()
    world.router.start()
    world.router.wait("data path taken over", again + 1)
    world.router.wait("server name: ", again + 2)
    assert (stream_has("connections"), stream_has("active")) == (connections + 1, 1) and stream_has("packets-out") > packets + 20
    processes.wait_for("a pass that finds what was counted", agree, 15)
    assert long.end() is None
    processes.wait_for("the connection's end to be counted", lambda: stream_has("active") == 0, 5)


def connections(world, service):
    """How many each real server of a service has had, by name."""
    return {real["name"]: int(real["connections"]) for real in world.router.services()[service]["real-server"]}


def test_names_by_udp(world):
    """500 questions to real servers of DNS, each from a port of its own: every one answered, and spread as the weights."""
    before = connections(world, "dns")
    answers = Counter(name_lookup.ask(world.lab, "client", VIP, 500))
    assert answers == {traffic_lab.real_address(name): 125 * weight for name, weight in traffic_lab.NAMES.items()}
    after = connections(world, "dns")
    assert {name: after[name] - before[name] for name in after} == {name: 125 * weight for name, weight in traffic_lab.NAMES.items()}


def test_long_answers_are_whole(world):
    """1 MiB from each real server, several times: full segments in one direction, bare acknowledgements in the other."""
    content, got = secrets.token_bytes(1 << 20), world.lab.scratch / "long"
    wanted = hashlib.sha256(content).digest()
    for server in world.webs.values():
        server.put("long", content)
    asked = {name: len(server.log()) for name, server in world.webs.items()}
    for address in (VIP, DIRECT):
        for _ in range(6):
            world.lab.run("client", "curl", "-sS", "--fail", "--max-time", "10", "-o", got, f"http://{address}/files/long")
            assert hashlib.sha256(got.read_bytes()).digest() == wanted, address
    assert all(len(server.log()) > asked[name] for name, server in world.webs.items())


def test_as_many_connections_as_the_client_counts(world):
    """wrk for three seconds, each request a connection of its own, a few at a time."""
    parallel = 8

    def logged():
        return sum(len(server.log()) for server in world.webs.values())
    before, logged_before = sum(connections(world, "web").values()), logged()
    said = world.lab.run("client", "wrk", "-t1", f"-c{parallel}", "-d3s", f"http://{VIP}/")
    made = int(re.search(r"(\d+) requests in", said)[1])
    assert made > 300 and "Socket errors" not in said and "Non-2xx" not in said, said
    # It tries the address with a connection of its own first (wrk.connect), and leaves in the end those that it has without a word.
    assert made + 1 <= sum(connections(world, "web").values()) - before <= made + 1 + parallel
    assert made <= logged() - logged_before <= made + parallel


def attach(world, ports):
    """What trireme-attach says, as at boot."""
    return world.router.run(traffic_lab.BIN / "trireme-attach", "--config", world.router.folder / "config.json",
                            "--yang", traffic_lab.YANG, "--bpf", world.router.folder / "bpf",
                            "--drivers", traffic_lab.TOP / "hw/nics.tsv", "--ports", ports)


def test_the_boot_step_changes_nothing_that_is_there(world):
    link = world.lab.run("r1", "ip", "-j", "link", "show", "dev", "eth0")
    assert attach(world, "all") == "eth0: native\neth1: native\n"
    assert world.lab.run("r1", "ip", "-j", "link", "show", "dev", "eth0") == link
    put_right = "eth1: the data path's program was changed by hand: put right"
    before = world.router.count(put_right)
    assert attach(world, "none") == ""
    world.router.wait(put_right, before + 1)
    with load.Load(world.lab, "client", VIP, rate=50) as client:
        client.wait_good(10, 20)


def test_a_client_that_the_router_forgets(world):
    """Beside the router, and known to no gateway: its answers wait until it is found again."""
    with load.Load(world.lab, "client", VIP, rate=50) as client:
        client.wait_good(10, 20)
        world.lab.run("r1", "ip", "neigh", "del", traffic_lab.CLIENT, "dev", "eth0")
        client.wait_good(20, 20, time.monotonic())


def test_a_real_server_with_another_card(world):
    """Frames go to the new MAC as soon as the machine says so."""
    world.lab.run("web1", "sysctl", "-qw", "net.ipv4.conf.eth0.arp_notify=1")
    with load.Load(world.lab, "client", VIP, rate=100) as client:
        client.wait_good(20, 20)
        world.lab.run("web1", "ip", "link", "set", "eth0", "address", "02:00:00:00:77:65")
        client.wait_good(60, 20, time.monotonic())
    assert "web1" in client.shares()[0]
