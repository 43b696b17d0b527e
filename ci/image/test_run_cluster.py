"""`make run` as a person uses it: a terminal, the live line, a browser, a router killed, Ctrl-C."""
import os
import signal
import time
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
        # What pytest's environment says of the size is not this terminal's.
        environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        child = pexpect.spawn(str(cluster.TOP / "ci/run-cluster"), ["--port", "18080"], encoding="utf-8", timeout=60,
                              dimensions=(24, 80), logfile=log, env=environment)
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
    terminal.expect(r"active (r[12]) \| [1-9]\d*/s \| gap [^|]* \| web1 \d+% web2 \d+% web3 \d+% \| on r1 r2 w",
                    timeout=30)
    owner = terminal.match[1]
    # The environment's proxy is not for an address of this machine.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(url, timeout=10) as answer:
        assert answer.read().decode().strip() in cluster.WEBS
    other = next(name for name in cluster.ROUTERS if name != owner)
    # It may still boot: the cluster answers as soon as two of the three machines are there.
    words = cluster.TOP / f"build/run/console-{other}.log"
    processes.wait_for(f"{other} to be standby", lambda: "services up" in words.read_text(errors="replace"), READY, 0.5)
    terminal.sendline("sing")
    terminal.expect("'sing' is no command; allowed: kill NODE")
    terminal.sendline(f"kill {owner}")
    terminal.expect(f"{owner}: power cut")
    assert processes.start_time(pids[owner]) is None
    terminal.expect(rf"active {other} \| \d+/s \| gap ([\d.]+) s \({owner}→{other}\) \| web1[^|\n]*\| on {other} w",
                    timeout=30)
    figure(f"make run: the line shows {terminal.match[1]} s of interruption after `kill {owner}`")
    terminal.sendintr()
    time.sleep(0.5)
    terminal.sendintr()  # by an impatient person
    terminal.expect("nothing is left running", timeout=30)
    terminal.expect(pexpect.EOF, timeout=30)
    terminal.close()
    assert terminal.exitstatus == 0
    assert not [name for name, pid in pids.items() if processes.start_time(pid) is not None], "guests left behind"
    assert not consoles["w"].parent.exists(), "files left behind"
    assert not list(Path("/run/netns").glob(f"tl-{terminal.pid}-*")), "namespaces left behind"
    assert not os.path.exists(f"/run/trireme-lab/tl-{terminal.pid}-.json")
