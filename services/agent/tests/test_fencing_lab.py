"""Live lab: an owner leaves the ring and goes on serving; the other router has its helper power it off, by a fence
agent that this test is the other end of, and takes the group before the lease is over. Logs: build/test/labs/fencing/."""
import shutil
import signal
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
sys.path.insert(0, str(TOP / "ci"))
from lab import nodes, processes  # noqa: E402 - the path must be set first
from lab.failover import reason  # noqa: E402

LOGS = TOP / "build/test/labs/fencing"
PASSWORD = "open-sesame"
# Parameters and action come on standard input. Off is asked for by a file, and done when that is gone.
AGENT = """#!/bin/sh
while read -r line; do
	echo "$line" >>/run/power/said
	case $line in action=*) action=${line#action=} ;; esac
done
case $action in
off)
	: >/run/power/off
	while [ -e /run/power/off ]; do sleep 0.01; done
	;;
status) exit 2 ;;
*) exit 1 ;;
esac
"""


def with_devices(document):
    """Each router can be powered off; slow timing as in the other labs."""
    nodes.slow(document)
    document["trireme:fencing"] = {"device": [
        {"node": name, "agent": "fence_lab", "parameter": [{"name": "plug", "value": name}],
         "secret": [{"name": "password", "value": f"$text${PASSWORD}"}]} for name in ("r1", "r2")]}


def start_helper(node):
    """trireme-fence as in the image; its user may not look into the tree of this test."""
    folder, power = node.root / "run/fence", node.root / "run/power"
    folder.mkdir()
    shutil.copy(nodes.BIN / "trireme-fence-run", folder)
    (folder / "fence_lab").write_text(AGENT)
    (folder / "fence_lab").chmod(0o755)
    power.mkdir()
    power.chmod(0o777)
    node.add_users()
    node.spawn("fence", nodes.BIN / "trireme-fence", "--runner", "/run/fence/trireme-fence-run", "--agents", "/run/fence",
               "--foreground")


def command_lines():
    return [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]


def test_an_owner_that_left_is_fenced_and_nobody_waits_for_its_lease(capsys):
    with nodes.Nodes(LOGS, with_devices) as cluster:
        for name in ("r1", "r2"):
            start_helper(cluster[name])
        cluster.start()
        owner = cluster.wait_owner(("r1", "r2"))
        cluster.wait_ready(owner)
        standby = "r2" if owner == "r1" else "r1"
        power = cluster[standby].root / "run/power"
        with cluster.probe() as probe:
            cluster[owner].send_signal("agent", signal.SIGSTOP)
            cluster[owner].send_signal("corosync", signal.SIGTERM)
            processes.wait_for("the fence agent to be asked for off", (power / "off").exists, 30, 0.005)
            assert not any(PASSWORD.encode() in line for line in command_lines())
            assert cluster.holders() == [owner]
            cluster[owner].power_off()
            asked = time.monotonic()
            (power / "off").unlink()
            assert cluster.wait_owner((standby,)) == standby
            with capsys.disabled():
                print(f" [owner {(time.monotonic() - asked) * 1000:.0f} ms after the power was cut]", end="", flush=True)
        assert probe.overlaps() == []
        said = cluster[standby].log()
        assert f"{owner} is missing and may hold a lease: it is fenced, try 1 of 3" in said
        assert f"main claimed with epoch 2: {owner} is fenced" in said
        assert f"{standby} has fenced {owner}, whose lease has ended" in cluster["w"].log()
        assert (power / "said").read_text().splitlines().count(f"plug={owner}") == 2, "off, and status"
        assert f"password={PASSWORD}" in (power / "said").read_text()
        assert f"{standby}\n" not in (power / "said").read_text(), "nobody else is fenced"
        for log in LOGS.glob("*.log"):
            assert PASSWORD not in log.read_text(), log
        assert reason(cluster, owner, standby).endswith(", fenced")
