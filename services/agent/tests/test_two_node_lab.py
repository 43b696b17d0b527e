"""Live lab: routers without a third vote, real corosync and agents, a prober on both networks. What corosync does not
hear of the other router its ports do. Logs and the prober's records: build/test/labs/two-node/."""
import json
import sys
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
from lab import nodes, processes  # noqa: E402 - the path must be set first
from lab.failover import reason  # noqa: E402

LOGS = TOP / "build/test/labs/two-node"
VIP = "203.0.113.10"
RING_CUT = "\n".join(["add table inet cut", *(f"add chain inet cut {way} {{ type filter hook {way} priority 0; }}\n"
                                            f"add rule inet cut {way} udp dport 5405-5408 drop" for way in ("input", "output"))])


ARP_LOST = "\n".join(["add table netdev cut", *(f'add chain netdev cut {port} {{ type filter hook ingress device "{port}" priority 0; }}\n'
                                               f"add rule netdev cut {port} ether type arp drop" for port in ("eth0", "eth1"))])


def routers(*names):
    """A change for Nodes: only these are there. Addresses of both families float."""
    def change(document):
        nodes.slow(document)
        nodes.dual(document)
        cluster = document["trireme:cluster"]
        cluster["node"] = [node for node in cluster["node"] if node["name"] in names]
    return change


@pytest.fixture(scope="module")
def pair():
    """Two routers: (cluster, owner, standby)."""
    with nodes.Nodes(LOGS, routers("r1", "r2")) as cluster:
        cluster.start()
        owner = cluster.wait_owner()
        cluster.wait_ready(owner)
        yield cluster, owner, "r2" if owner == "r1" else "r1"


CLAIM = "import socket, sys; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(('pub', 0)); s.send(bytes.fromhex(sys.argv[1]))"


def claim(cluster, address, mac):
    """Another machine on the public network says that it has the address."""
    ip, sender = bytes(map(int, address.split("."))).hex(), mac.replace(":", "")
    cluster.lab.run("prober", "/usr/bin/python3", "-c", CLAIM, f"{'ff' * 6}{sender}08060001080006040001{sender}{ip}{'00' * 6}{ip}")


def test_an_address_that_another_machine_claims_is_defended(pair):
    cluster, owner, _ = pair
    address, mac = cluster.aliases["eth0:1"]["address"], "52:54:00:99:00:01"
    with cluster.probe() as probe:
        time.sleep(0.3)
        for _ in range(3):
            claim(cluster, address, mac)
        processes.wait_for("the claims to be shown", lambda: f"; {address} is claimed by {mac}, too (3 frames" in reason(cluster, owner), 30)
        time.sleep(0.3)
    assert cluster[owner].log().count(f"warning: main: {address} is claimed by {mac}, too: announced again") == 1
    assert probe.spoke(owner) and cluster.holders() == [owner]


def test_an_owner_that_only_corosync_does_not_hear_keeps_the_group(pair):
    """Its kernel answers, by either family. And once it is really gone the standby takes over."""
    cluster, owner, standby = pair
    with cluster.probe() as probe:
        cluster[standby].run("nft", ARP_LOST)
        cluster[standby].run("nft", RING_CUT)
        processes.wait_for("the alert", lambda: "alert: main: not claimed" in cluster[standby].log(), 30)
        by_ipv6 = "main: not claimed, 2001:db8:113::10 is answered by " + cluster[owner].ports[0]["mac"]
        assert by_ipv6 in cluster[standby].log() or "main: not claimed, fd00:77::1 is answered" in cluster[standby].log()
        cluster[standby].run("nft", "delete", "table", "netdev", "cut")
        processes.wait_for("the answer by ARP", lambda: f"{VIP} is answered by {cluster[owner].ports[0]['mac']}" in reason(cluster, standby), 30)
        assert "the owner lives on a net that this router does not hear otherwise" in reason(cluster, standby)
        assert reason(cluster, owner).startswith("owner ")
        time.sleep(1.5)
        assert cluster.holders() == [owner]
    assert probe.overlaps() == [] and not probe.spoke(standby) and probe.gap() < 0.5
    with cluster.probe() as probe:
        time.sleep(0.3)
        cluster[owner].power_off()
        assert cluster.wait_owner((standby,)) == standby
        time.sleep(0.3)
    assert probe.overlaps() == [] and probe.spoke(standby)
    cluster[standby].run("nft", "delete", "table", "inet", "cut")
    cluster[owner].power_on()
    cluster.wait_ready(standby)
    assert cluster.holders() == [standby]


def leaves(entry, place):
    """The edits that put an entry of the model into the configuration."""
    for leaf, value in entry.items():
        if leaf == "port":
            for port in value:
                yield from leaves(port, f"{place}/port[name='{port['name']}']")
        elif leaf != "name":
            yield {"operation": "merge", "path": f"{place}/{leaf}", "value": str(value)}


def drop_alias(cluster, name, address):
    """An IPv6 alias floats no longer: it leaves the ports at once, one where nothing renews it and the kernel does not end it, too."""
    cluster[name].run("ip", "addr", "add", f"{address}/128", "dev", "eth0", "nodad")
    path = f"/alias-group[name='main']/ipv6-alias[address='{address}']"
    cluster[name].config().say("edit", edits=[{"operation": "delete", "path": path}])
    cluster[name].config().commit()
    group = cluster.document["trireme:alias-group"][0]
    group["ipv6-alias"] = [alias for alias in group["ipv6-alias"] if alias["address"] != address]
    processes.wait_for("the alias to be gone", lambda: f" {address}/" not in cluster[name].run("ip", "addr", "show"), 10)


def test_a_single_router_owns_after_its_guard_and_grows():
    """One node in the document: no other one is waited for, also when there is to be a second one that has not come yet."""
    with nodes.Nodes(LOGS.with_name("single-router"), routers("r1")) as cluster:
        cluster.start()
        assert cluster.wait_owner(("r1",)) == "r1"
        cluster.wait_ready("r1", 20)
        assert reason(cluster, "r1").startswith("owner since ")
        drop_alias(cluster, "r1", "fd00:77::1")
        with cluster.probe() as probe:
            time.sleep(0.3)
            cluster["r1"].kill("agent")
            cluster["r1"].start_agent()
            time.sleep(1.5)
            entry = json.loads(nodes.DOCUMENT.read_text())["trireme:cluster"]["node"][1]
            cluster["r1"].config().say("edit", edits=list(leaves(entry, f"/cluster/node[name='{entry['name']}']")))
            cluster["r1"].config().commit()
            processes.wait_for("two_node", lambda: "two_node" in (cluster["r1"].root / "run/corosync/corosync.conf").read_text(), 30)
            time.sleep(2.0)
            assert cluster.wait_owner(("r1",)) == "r1"
        assert probe.spoke("r1") and probe.gap() < 1.0


def test_an_operator_forces_the_quorum_of_the_survivor():
    """Of three nodes one is back after a full outage. Its word ends with its agent, and with a real quorum."""
    with nodes.Nodes(LOGS.with_name("forced-quorum"), nodes.slow) as cluster:
        survivor, vip = cluster["r1"], cluster.aliases["eth0:1"]["address"]
        force = ("cluster", "force-quorum", "others-are-off")
        cluster.start(("r1",))
        survivor.start_api()
        processes.wait_for("no quorum", lambda: survivor.ask("status")["quorum"] == 1, 30)
        assert "word: allowed is 'others-are-off'; it is your word" in survivor.trireme("cluster", "force-quorum", "yes", code=1)
        cluster.lab.run("prober", "ip", "addr", "add", f"{vip}/32", "dev", "pub")
        assert f"refused: {vip} is answered by" in survivor.trireme(*force, code=1)
        cluster.lab.run("prober", "ip", "addr", "del", f"{vip}/32", "dev", "pub")
        assert cluster.holders() == [] and survivor.ask("status")["quorum"] == 1

        assert "forced: this node goes on alone" in survivor.trireme(*force)
        assert cluster.wait_owner(("r1",)) == "r1"
        assert survivor.ask("status")["quorum"] == 3 and reason(cluster, "r1").startswith("forced quorum: owner since ")
        assert "alert: quorum forced by an operator" in survivor.log()
        assert "refused: it is forced already" in survivor.trireme(*force, code=1)
        assert survivor.trireme("audit").count("force-quorum") == 4 and "forced" in survivor.trireme("status")

        survivor.kill("agent")
        survivor.start_agent()
        processes.wait_for("the word to be forgotten", lambda: survivor.ask("status")["quorum"] == 1, 30)
        processes.wait_for("nobody to serve", lambda: cluster.holders() == [], 30)

        survivor.trireme(*force)
        assert cluster.wait_owner(("r1",)) == "r1"
        cluster.start(("w",))
        processes.wait_for("a real quorum", lambda: survivor.ask("status")["quorum"] == 2, 30)
        assert cluster.holders() == ["r1"] and "the forced quorum has ended" in survivor.log()
