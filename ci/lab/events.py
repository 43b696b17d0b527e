"""What can happen to a cluster (nodes.Nodes), each from a healthy one to a healthy one: `event(cluster, owner, standby)`
does it, waits for what must follow, mends it and returns an Outcome, or raises TimeoutError. settled() then waits until
all is as before. The machines may be routers of another kind (keepalived.py) where an event asks for no agent.
"""
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass

from . import faults, processes, ring

PATIENCE = 30  # s that a cluster has for whatever must follow
SEEN = 0.3     # s for which a new state is watched
DISK = 32 << 20


@dataclass
class Outcome:
    """Who has the group then; where it was down by intent: when nobody might serve any more, and when somebody might again
    (CLOCK_MONOTONIC, s)."""
    owner: str
    lost: float | None = None
    since: float | None = None


def moved(cluster, standby):
    """Waits until the group is with the standby."""
    cluster.wait_owner((standby,), PATIENCE)
    time.sleep(SEEN)
    return Outcome(standby)


def taken(cluster, standby):
    """The same where the old owner may have its aliases still, unheard."""
    wanted = cluster.group_labels()
    processes.wait_for(f"{standby} to take over", lambda: cluster[standby].labels() == wanted, PATIENCE)
    time.sleep(SEEN)
    return Outcome(standby)


def nothing(cluster, owner, _standby):
    """No event: what the prober itself sees."""
    time.sleep(cluster.lease + 1)
    return Outcome(owner)


def power_loss(cluster, owner, standby):
    cluster[owner].power_off()
    outcome = moved(cluster, standby)
    cluster[owner].power_on()
    return outcome


def killed_corosync(cluster, owner, standby):
    cluster[owner].kill("corosync")
    outcome = moved(cluster, standby)
    cluster[owner].repair()
    return outcome


def killed_agent(cluster, owner, _standby):
    """It is started anew at once, as runsv does."""
    cluster[owner].kill("agent")
    cluster[owner].start_agent()
    time.sleep(cluster.lease + 1)
    return Outcome(cluster.wait_owner(seconds=PATIENCE))


def _stopped(daemon, cluster, owner, standby):
    cluster[owner].send_signal(daemon, signal.SIGSTOP)
    taken(cluster, standby)
    time.sleep(cluster.lease)  # what the stopped one still has would be seen
    cluster[owner].send_signal(daemon, signal.SIGCONT)
    return moved(cluster, standby)


def stopped_corosync(cluster, owner, standby):
    return _stopped("corosync", cluster, owner, standby)


def stopped_agent(cluster, owner, standby):
    return _stopped("agent", cluster, owner, standby)


def _carrier_lost(number, cluster, owner, standby):
    cluster[owner].cables(False, (number,))
    outcome = moved(cluster, standby)
    cluster[owner].cables(True, (number,))
    return outcome


def carrier_lost_eth0(cluster, owner, standby):
    return _carrier_lost(0, cluster, owner, standby)


def carrier_lost_eth1(cluster, owner, standby):
    return _carrier_lost(1, cluster, owner, standby)


def black_hole(cluster, owner, standby):
    """Both networks swallow what the owner sends and what is sent to it; its carriers stay."""
    cluster.faults.silence(owner)
    outcome = taken(cluster, standby)
    cluster.faults.heal()
    return outcome


def _others(cluster, name):
    return [other for other in cluster.nodes if other != name]


def one_way_out(cluster, owner, standby):
    """The owner hears the other nodes, which do not hear it; the prober hears and reaches all."""
    cluster.faults.lose([owner], _others(cluster, owner))
    outcome = moved(cluster, standby)
    cluster.faults.heal()
    return outcome


def one_way_in(cluster, owner, standby):
    """The other way round."""
    cluster.faults.lose(_others(cluster, owner), [owner])
    outcome = moved(cluster, standby)
    cluster.faults.heal()
    return outcome


def partition(cluster, owner, standby):
    """The owner is alone, the others have the quorum; the prober hears and reaches all. Then it heals."""
    others = _others(cluster, owner)
    cluster.faults.lose([owner], others)
    cluster.faults.lose(others, [owner])
    outcome = moved(cluster, standby)
    cluster.faults.heal()
    return outcome


def one_ring_link(cluster, owner, _standby):
    """The nodes lose each other on one network, then on the other one, each time wholly and then only what the owner sends:
    the ring, which has both, is not formed anew."""
    before = ring.memberships(cluster)
    for number in faults.NUMBERS:
        for senders in (list(cluster.nodes), [owner]):
            processes.wait_for("every link", lambda: ring.all_connected(cluster), PATIENCE)
            cluster.faults.lose(senders, list(cluster.nodes), (number,))
            processes.wait_for("a link to be given up", lambda: not ring.all_connected(cluster), PATIENCE)
            time.sleep(SEEN)
            cluster.faults.heal()
    if ring.memberships(cluster) != before:
        raise RuntimeError("the ring was formed anew, though it had a link")
    return Outcome(owner)


def switch_over(cluster, owner, standby):
    cluster[owner].switch_over()
    return moved(cluster, standby)


def standby_and_online(cluster, owner, standby):
    """The configuration tells the owner to stand by, then not any more."""
    cluster.wait_current()
    asker = cluster["w"].config()

    def wish(value):
        asker.set(f"/cluster/node[name='{owner}']/standby", value)
        asker.commit()
    wish("true")
    outcome = moved(cluster, standby)
    wish("false")
    return outcome


def _without(name, cluster, owner):
    cluster[name].power_off()
    time.sleep(cluster.lease + 1)
    cluster[name].power_on()
    return Outcome(owner)


def standby_death(cluster, owner, standby):
    return _without(standby, cluster, owner)


def witness_death(cluster, owner, _standby):
    return _without("w", cluster, owner)


def quorum_loss(cluster, owner, standby):
    """The witness is lost, then the standby: nobody may serve until there is a quorum again."""
    cluster["w"].power_off()

    def of_two():
        status = cluster[owner].ask("status")
        return status["quorum"] == 2 and [entry["name"] for entry in status["nodes"] if not entry["present"]] == ["w"]
    processes.wait_for("a quorum of two", of_two, PATIENCE)
    time.sleep(cluster.lease)
    lost = time.monotonic()
    cluster[standby].power_off()
    processes.wait_for("nobody to serve", lambda: not cluster.holders(), PATIENCE)
    time.sleep(SEEN)
    since = time.monotonic()
    for name in ("w", standby):
        cluster[name].power_on()
    return Outcome(cluster.wait_owner(seconds=PATIENCE), lost, since)


def boot(cluster, _owner, _standby):
    """All nodes lose their power at once, and get it again at once."""
    lost = time.monotonic()
    for node in cluster.nodes.values():
        node.power_off()
    since = time.monotonic()
    for node in cluster.nodes.values():
        node.power_on()
    return Outcome(cluster.wait_owner(seconds=PATIENCE), lost, since)


@contextmanager
def _own_disk(node):
    """The node's /data on a file system of its own meanwhile; gives the folder."""
    folder, image = node.root / "data", node.root / "disk.img"
    with image.open("wb") as file:
        file.truncate(DISK)
    node.kill("config", signal.SIGTERM)
    node.run("mkfs.ext4", "-q", "-F", image)
    node.run("sh", "-ec", "mount -o loop $0 /mnt; cp -a $1/. /mnt; umount /mnt; mount -o loop $0 $1", image, folder)
    try:
        node.start_config()
        yield folder
    finally:
        node.kill("config", signal.SIGTERM)
        node.run("umount", folder)
        node.start_config()


def frozen_disk(cluster, owner, standby):
    """Whatever the owner writes to its disk hangs, a commit among it: it goes on serving, and gives up when it is asked to."""
    node = cluster[owner]
    with _own_disk(node) as folder:
        cluster.wait_current()
        node.run("fsfreeze", "--freeze", folder)
        try:
            writer = processes.spawn(node.command("sh", "-c", "echo frozen >$0/frozen", folder))
            time.sleep(cluster.lease + 1)
            if writer.poll() is not None:
                raise TimeoutError("the disk is not frozen")
            outcome = switch_over(cluster, owner, standby)
        finally:
            node.run("fsfreeze", "--unfreeze", folder)
        writer.wait(10)
    return outcome


def settled(cluster, owner):
    """Repairs what does not run; waits until everybody is where it belongs and the group is with `owner`."""
    for node in cluster.nodes.values():
        node.repair()
    cluster.wait_owner((owner,), PATIENCE)
    cluster.wait_ready(owner, PATIENCE)
    time.sleep(SEEN)

