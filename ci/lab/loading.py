"""What trireme-config reads when a machine starts and what it leaves, in a folder instead of the machine."""
import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PROGRAM = TOP / "build/services/bin/trireme-config"
YANG = TOP / "services/schema"
DEMO = json.loads((YANG / "examples/demo.json").read_text())


class Machine:
    """A machine's files below a folder, with the network cards of r2."""

    def __init__(self, folder):
        self.root, self.seed = folder / "root", folder / "seed"
        self.seed.mkdir()
        self.cards("52:54:00:77:02:00", "52:54:00:77:02:01")

    def cards(self, *macs):
        net = self.root / "sys/class/net"
        shutil.rmtree(net, ignore_errors=True)
        for number, mac in enumerate(macs):
            (net / f"nic{number}").mkdir(parents=True)
            (net / f"nic{number}/type").write_text("1\n")
            (net / f"nic{number}/address").write_text(mac + "\n")
        (net / "lo").mkdir(parents=True)
        (net / "lo/type").write_text("772\n")
        (net / "lo/address").write_text("00:00:00:00:00:00\n")

    def run(self, *words, yang=YANG, environment=None):
        return subprocess.run([PROGRAM, *words, "--root", self.root, "--yang", yang], capture_output=True, text=True,
                              timeout=30, check=False, env={**os.environ, **(environment or {})})

    def load(self, code=0, yang=YANG):
        done = self.run("load", "--seed", self.seed, yang=yang)
        assert done.returncode == code, done.stderr
        return done.stderr

    def seed_with(self, document=DEMO, key=b"k" * 256):
        (self.seed / "trireme.json").write_text(document if isinstance(document, str) else json.dumps(document))
        if key is not None:
            (self.seed / "authkey").write_bytes(key)

    def read(self, path):
        return (self.root / path).read_bytes()

    def has(self, path):
        return (self.root / path).exists()

    def mode(self, path):
        return stat.S_IMODE((self.root / path).stat().st_mode)
