"""`make run` as a person uses it: a terminal, the live line, a browser, a router killed, Ctrl-C."""
import os
import signal
import urllib.request
from pathlib import Path

import pexpect
import pytest

from conftest import OUT
from lab import cluster, processes

READY = 180


@pytest.fixture
def terminal():
    OUT.mkdir(parents=True, exist_ok=True)
    with (OUT / "run-cluster.log").open("w") as log:
        child = pexpect.spawn(str(cluster.TOP / "ci/run-cluster"), ["--port", "18080"], encoding="utf-8", timeout=60,
                              dimensions=(40, 240), logfile=log)
        yield child
        if child.isalive():
            child.kill(signal.SIGTERM)
            processes.wait_for("run-cluster to end", lambda: not child.isalive(), 60)
        child.close()


def test_live_line_browser_kill_and_end(terminal, figure):
    pids, consoles = {}, {}
    for name in cluster.NODES:
        terminal.expect(rf"  {name} +pid (\d+) +console: socat \S+ unix-connect:(\S+)")
        pids[name], consoles[name] = int(terminal.match[1]), Path(terminal.match[2])
    terminal.expect(r"browser: (http://127\.0\.0\.1:\d+/)")
    url = terminal.match[1]
    terminal.expect(r"the cluster answers, ([\d.]+) s after power on", timeout=READY)
    figure(f"make run: the cluster answers {terminal.match[1]} s after power on")
    terminal.expect(r"active: (r[12]) \| ([1-9]\d*) requests/s \| web1 \d+ %  web2 \d+ %  web3 \d+ %", timeout=30)
    owner = terminal.match[1]
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.read().decode().strip() in cluster.WEBS
    other = next(name for name in cluster.ROUTERS if name != owner)
    terminal.sendline("sing")
    terminal.expect("'sing' is no command; allowed: kill NODE")
    terminal.sendline(f"kill {owner}")
    terminal.expect(f"{owner}: power cut")
    assert processes.start_time(pids[owner]) is None
    terminal.expect(rf"active: {other} \|[^\n]*last interruption: ([\d.]+) s \({owner} → {other}\)", timeout=30)
    figure(f"make run: the line shows {terminal.match[1]} s of interruption after `kill {owner}`")
    terminal.sendintr()
    terminal.expect("nothing is left running", timeout=30)
    terminal.expect(pexpect.EOF, timeout=30)
    terminal.close()
    assert terminal.exitstatus == 0
    assert not [name for name, pid in pids.items() if processes.start_time(pid) is not None], "guests left behind"
    assert not consoles["w"].parent.exists(), "files left behind"
    assert not list(Path("/run/netns").glob(f"tl-{terminal.pid}-*")), "namespaces left behind"
    assert not os.path.exists(f"/run/trireme-lab/tl-{terminal.pid}-.json")
