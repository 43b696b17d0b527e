"""Chromium at the page of a router, from a namespace: one step after the other (services/web/ui/tests/steps.mjs)."""
import json
import os
import subprocess
from pathlib import Path

from . import processes

BUILT = Path(__file__).resolve().parents[2] / "build/web-ui"  # by services/web/ui/prepare
CHROMIUM = "/usr/bin/chromium"


class Page:
    """`logs` is the folder for what the browser says, and for screenshots of steps that failed."""

    def __init__(self, lab, namespace, url, logs):
        self.logs, shots = logs / "browser.log", logs / "shots"
        shots.mkdir(parents=True, exist_ok=True)
        # An IPv6 address comes some time after its link, and Chromium gives up its requests when the network changes.
        lab.sysctl(namespace, "ipv6.conf.all.disable_ipv6", 1)
        command = lab.command(namespace, "node", BUILT / "tests/browser.mjs", url, CHROMIUM, shots)
        self.words = self.logs.open("w")
        self.process = processes.spawn(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.words,
                                       text=True, env={**os.environ, "HOME": str(logs)}, start_new_session=True)
        # Its start takes all processors for seconds, which emulated routers beside it would miss.
        processes.come_last(self.process.pid)
        assert self._answer() == "ready"

    def _answer(self):
        line = self.process.stdout.readline()
        assert line, f"the browser has ended; {self.logs}"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["ok"]

    def __call__(self, step, **words):
        """Does a step; what it returns. A step that does not come about fails the test in its words."""
        self.process.stdin.write(json.dumps({"step": step, **words}) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        finally:
            processes.end(self.process)
            self.words.close()
