"""The engine and the checker on the kernel that they are made for: the one built for the image, in a guest of its own.

The host's kernel need not have IPVS. All that happens is in guest/init; each of its lines is a test here.
"""
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
sys.path[:0] = [str(HERE), str(TOP / "ci"), str(TOP / "services/schema/tests")]

import guest_documents  # noqa: E402
import leaves  # noqa: E402
from lab import guest  # noqa: E402

INIT, TRAFFIC = HERE / "guest/init", HERE / "guest/traffic.sh"
PROGRAMS = ("ip", "ipvsadm", "nft", "ethtool", "curl", "vsftpd")
BUILT = TOP / "build/services/bin"
CONFORM = [TOP / "build/services/tests" / name for name in ("conform-ipvs", "test_engine_conform", "ask_daemons")]
WORDS = TOP / "build/test/engine-guest.console"
PASSWD = "root:x:0:0::/:/bin/sh\ntrireme-health:x:900:900::/:/bin/false\n" \
         "ftp:x:901:901::/tmp/ftp:/bin/false\nnobody:x:65534:65534::/:/bin/false\n"
VSFTPD = """listen=YES
background=NO
anonymous_enable=YES
local_enable=NO
secure_chroot_dir=/tmp/empty
connect_from_port_20=YES
seccomp_sandbox=NO
isolate=NO
isolate_network=NO
"""


def fill(root):
    """The guest's files."""
    own = {"udp": [], "lease": ["base/poke_io.c", "base/local_socket_io.c", "base/parse.c", "proto/agent_wire.c"]}
    for name, others in own.items():
        subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-D_GNU_SOURCE", "-I", TOP / "services", "-o", root.parent / name, HERE / f"guest/{name}.c",
                        *(TOP / "services" / other for other in others)], check=True)
    sctp = root.parent / "sctp"
    subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-o", sctp, HERE / "guest/sctp.c", "-lusrsctp"], check=True)
    guest.prepare(root, INIT, (*PROGRAMS, BUILT / "trireme-engine", BUILT / "trireme-health", *CONFORM, sctp,
                               *(root.parent / name for name in own)))
    shutil.copy(TRAFFIC, root / "traffic.sh")
    cases = HERE / "conform"
    shutil.copytree(cases, root / cases.relative_to(TOP))
    etc = root / "etc"
    (etc / "passwd").write_text(PASSWD)
    demo = json.loads((TOP / "services/schema/examples/demo.json").read_text())
    every, expected = guest_documents.every(demo)
    walk = leaves.ipvs(demo)
    documents = {"leaves.before": walk, "leaves.after": leaves.changed(walk, *leaves.IPVS), "demo": demo, "weight": guest_documents.weight(demo),
                 "vlan": guest_documents.vlan(demo), "bond": guest_documents.bond(demo), "empty": guest_documents.empty(demo), "ipvs": guest_documents.ipvs(demo), "every": every, "drained": guest_documents.drained(demo)}
    for name, document in documents.items():
        (etc / f"{name}.json").write_text(json.dumps(document))
    (etc / "vsftpd.conf").write_text(VSFTPD)
    (etc / "every.expected").write_text(expected)
    (etc / "leaves.wanted").write_text(leaves.lines(leaves.IPVS))


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    """Everything the guest said."""
    root = tmp_path_factory.mktemp("guest") / "root"
    fill(root)
    return guest.run(root, WORDS)


def test_the_guest_came_to_its_end(console):
    assert re.search(r"^end$", console, re.M), console[-4000:]


@pytest.mark.parametrize("what", [*guest.announced(INIT), *guest.announced(TRAFFIC)])
def test_in_the_guest(console, what):
    guest.check(console, what)
