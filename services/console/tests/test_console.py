"""The menu on a pseudo-terminal; menu and `trireme` command with the real agent, corosync and API."""
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))

from lab import processes  # noqa: E402
from lab.nodes import Nodes, slow  # noqa: E402

BIN = TOP / "build/services/bin"
YANG = TOP / "services/schema"
PROMPT = r"Choose 1-5: $"
PASSWORD = "correct horse 7"


class Console:
    """trireme-console on a terminal of 80 x 24. Files of the machine and its programs are below `root`."""

    def __init__(self, root, prefix=(), term="vt100"):
        self.root = root
        for folder in ("bin", "sbin", "etc", "run/trireme", "data/trireme"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        if not (root / "bin/sh").exists():
            (root / "bin/sh").symlink_to("/bin/sh")
        (root / "etc/trireme-release").write_text("0.1.0 (test)\nBOARD=none\n")
        (root / "sbin/reboot").write_text(f"#!/bin/sh\ntouch {root}/rebooted\n")
        (root / "sbin/reboot").chmod(0o755)
        words = [*prefix, BIN / "trireme-console", "--root", root, "--yang", YANG]
        self.pty = pexpect.spawn(str(words[0]), [str(word) for word in words[1:]], encoding="utf-8", timeout=30,
                                 dimensions=(24, 80), env={**os.environ, "TERM": term})
        self.pty.delaybeforesend = None
        self.menu()

    def menu(self):
        """Waits for the menu; returns what was shown before it is asked for a number."""
        self.pty.expect(PROMPT)
        return self.pty.before

    def answer(self, line, then):
        """Types a line and waits for a pattern; returns what was shown up to its end."""
        self.pty.sendline(line)
        self.pty.expect(then)
        return self.pty.before + self.pty.after

    def choose(self, number, then):
        return self.answer(str(number), then)

    def set_password(self, password=PASSWORD, present=None):
        self.choose(3, "Present password: $" if present else "New password: $")
        if present:
            self.answer(present, "New password: $")
        shown = self.answer(password, "New password once more: $")
        shown += self.answer(password, r"The password is set\.")
        return shown + self.menu()

    @property
    def password_file(self):
        return self.root / "data/trireme/password"


@pytest.fixture
def console(tmp_path):
    console = Console(tmp_path)
    yield console
    console.pty.close(force=True)


def test_the_banner_without_anything_running(tmp_path):
    (tmp_path / "run/trireme").mkdir(parents=True)
    (tmp_path / "run/trireme/config.error").write_text("the configuration /x is not valid\n  value:   fa\x1b[2Jst\n")
    console = Console(tmp_path)
    shown = console.answer("", PROMPT)
    assert "Trireme 0.1.0 (test)" in shown
    assert "the agent is not running" in shown
    assert "! the configuration /x is not valid\r\n!   value:   fa?[2Jst" in shown
    assert "Password  none is set" in shown
    console.pty.close(force=True)


def test_the_banner_without_a_configuration(console):
    shown = console.answer("", PROMPT)
    assert "! there is no configuration: start this machine with a medium" in shown
    (console.root / "run/trireme/config.image").write_text("{}")
    assert "there is no configuration" not in console.answer("", PROMPT)


def test_a_wrong_choice_says_what_is_wrong(console):
    assert '"8" is not in the menu: type a number from 1 to 5' in console.answer("8", PROMPT)
    assert '"shel" is not in the menu' in console.answer("shel", PROMPT)


def test_without_an_agent_nothing_is_switched_over(console):
    assert "the agent is not running" in console.answer("2", PROMPT)


def test_a_line_of_any_length(console):
    console.pty.send("1" * 3000)
    console.pty.sendcontrol("u")
    assert '"11111111111111111111" is not in the menu' in console.answer("1" * 400, PROMPT)


def test_control_keys_never_leave_the_menu(console):
    for key in "c\\z":
        console.pty.sendcontrol(key)
        console.pty.send("\r")
        console.menu()
    console.pty.sendcontrol("d")
    console.menu()
    for number, question in ((3, "New password: $"), (4, "Type yes: $")):
        console.pty.sendline(str(number))
        console.pty.expect(question)
        console.pty.sendcontrol("c")
        console.menu()
    assert console.pty.isalive()


def test_password_is_stored_as_a_hash(console):
    shown = console.set_password()
    assert PASSWORD not in shown, "it is not echoed"
    stored = console.password_file.read_text()
    assert re.fullmatch(r"\$y\$[./A-Za-z0-9]+\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{43}\n", stored)
    assert stat.S_IMODE(console.password_file.stat().st_mode) == 0o600
    assert "Password  set" in console.answer("", PROMPT)
    console.set_password(present=PASSWORD)
    assert console.password_file.read_text() != stored, "the salt is random"


def test_bad_new_passwords_change_nothing(console):
    console.choose(3, "New password: $")
    assert "8 to 128 characters; this one has 3" in console.answer("abc", PROMPT)
    console.choose(3, "New password: $")
    console.answer(PASSWORD, "once more: $")
    assert "The two are different: nothing was changed." in console.answer(PASSWORD + "x", PROMPT)
    assert not console.password_file.exists()


def test_shell_asks_for_the_password_once_one_is_set(console):
    assert "No password is set" in console.choose(5, "# $")
    console.answer("exit", PROMPT)
    console.set_password()
    console.choose(5, "Password: $")
    began = time.monotonic()
    shown = console.answer("wrong", r"That is not the password\. Wait 1 s\.")
    assert "wrong" not in shown
    console.pty.sendcontrol("c")
    console.pty.sendline(PASSWORD)
    console.menu()
    assert time.monotonic() - began > 0.9, "Ctrl-C does not shorten the wait"
    console.choose(5, "Password: $")
    console.answer("wrong again", r"Wait 2 s\.")
    console.menu()
    console.choose(5, "Password: $")
    console.answer(PASSWORD, "# $")
    console.answer("exit", PROMPT)
    console.choose(5, "Password: $")
    console.answer("", r"Wait 1 s\."), "a right one starts the counting anew"
    audit = [json.loads(line) for line in (console.root / "data/trireme/audit").read_text().splitlines()]
    assert {entry["user"] for entry in audit} == {"console"}
    tries = [("sign-in", "console", outcome) for outcome in ("refused", "refused", "ok", "refused")]
    assert [(entry["action"], entry["target"], entry["outcome"]) for entry in audit] == [
        ("sign-in", "console", "ok"), ("set-password", "console", "ok"), ("set-password", "admin", "operation-failed"), *tries]


def test_a_damaged_password_file_does_not_open_the_shell(console):
    for damaged in ("", "x\n", "$y$broken\n", "*0\n", "a" * 5000):
        console.password_file.write_text(damaged)
        console.choose(5, "Password: $")
        shown = console.answer(damaged.strip()[:40], "Choose 1-5: $")
        assert "# " not in shown and "cannot be used" in shown, damaged
    console.password_file.unlink()
    console.password_file.mkdir()
    console.choose(5, "Password: $")
    assert "cannot be used" in console.answer("anything", PROMPT)


def test_the_shell_has_the_terminal_for_itself(console):
    console.choose(5, "# $")
    console.answer("tty; echo tty=$?", r"/dev/pts/\d+\r\ntty=0\r\n# $")
    console.pty.sendline("sleep 100; echo after=$?")
    time.sleep(0.3)
    console.pty.sendcontrol("c")
    console.pty.expect("# $")
    console.answer("trap", "# $")
    console.pty.sendline("stty -echo; exit 3")
    console.menu()
    assert "8" in console.answer("8", PROMPT).splitlines()[0], "the menu's terminal is as before"


def test_a_shell_that_is_killed_leads_back(console):
    console.choose(5, "# $")
    console.pty.sendline("kill -9 $$")
    console.menu()


def test_reboot_asks_first(console):
    console.choose(4, "Type yes: $")
    assert "Nothing was changed." in console.answer("no", PROMPT)
    assert not (console.root / "rebooted").exists()
    console.choose(4, "Type yes: $")
    console.answer("yes", r"Rebooting\.\r\n$")
    assert (console.root / "rebooted").exists()
    console.pty.send(" ")
    console.menu()
    (console.root / "sbin/reboot").write_text("#!/bin/sh\nexit 1\n")
    console.choose(4, "Type yes: $")
    assert "The reboot failed." in console.answer("yes", PROMPT)


def test_it_ends_when_the_terminal_is_gone(console):
    console.pty.close(force=False)
    assert not console.pty.isalive()


def test_a_dumb_terminal_gets_plain_text(tmp_path):
    console = Console(tmp_path, term="dumb")
    shown = console.choose(1, r"\(live: press a key for the menu\)")
    console.pty.send("x")
    shown += console.menu()
    assert "\x1b" not in shown
    console.pty.close(force=True)


@pytest.fixture(scope="module")
def cluster():
    with Nodes(TOP / "build/test/console", slow) as nodes:
        nodes.start()
        for node in nodes.nodes.values():
            node.start_api()
        nodes.wait_ready(nodes.wait_owner(), 30)
        yield nodes


def other(name):
    return {"r1": "r2", "r2": "r1"}[name]


def trireme(node, *words, program="trireme"):
    done = subprocess.run(node.command(BIN / program, *words), capture_output=True, text=True, timeout=30, check=False)
    return done.returncode, done.stdout + done.stderr


def test_status_of_a_real_cluster(cluster):
    owner = cluster.wait_owner()
    code, said = trireme(cluster[owner], "status")
    assert code == 0 and re.search(rf"^main +owner +{owner} ", said, re.M)
    code, said = trireme(cluster[other(owner)], "status", "--json")
    status = json.loads(said)
    assert code == 0 and status["quorum"] == "yes" and {entry["name"] for entry in status["member"]} == {"r1", "r2", "w"}
    group = status["group"][0]
    assert (group["name"], group["role"], group["owner"], group["lease-left"]) == ("main", "standby", owner, 0)
    assert {"part": "engine", "reason": "the engine is not running"} in status["unavailable"]
    assert trireme(cluster["w"], "status", "--ready") == (0, "ready\n")
    assert trireme(cluster[owner], "status", "--ready") == (1, "not ready: the engine is not running\n")


def test_readiness_is_told_without_the_api_too(cluster):
    def ready(node, seconds):
        return trireme(cluster[node], "--ready", seconds, program="trireme-console")

    assert ready("w", "0") == (0, "ready\n")
    assert ready("r1", "1") == (1, "not ready: the engine is not running\n")
    assert ready("w", "1 s") == (2, "trireme-console: --ready 1 s: a number from 0 to 3600 is wanted\n")


def test_a_change_of_a_real_cluster(cluster):
    """From the first word to what the other nodes have, and back."""
    owner = cluster.wait_owner()
    node, weight = cluster[owner], "pool=web/real-server=web1/weight"
    before = cluster.wait_current()
    assert trireme(node, "set", weight, "70000") == (
        1, "the change is not valid\n  path     /trireme:pool[name='web']/real-server[name='web1']/weight\n"
           "  value    70000\n  allowed  0..65535\n")
    assert trireme(node, "set", weight, "7")[0] == 0
    assert "weight: 3 → 7" in trireme(node, "diff")[1]
    assert json.loads(trireme(node, "show", weight, "--candidate")[1]) == {"trireme:weight": 7}
    assert trireme(node, "commit", "-m", "seven", "--confirm", "5") == (0, f"revision {before + 1} is in use\n")
    assert cluster.wait_current() == before + 1
    waits = f"revision {before + 1} is to be confirmed: trireme confirm keeps it"
    processes.wait_for("the word of it", lambda: waits in trireme(cluster["w"], "config")[1], 30)
    assert trireme(node, "cluster", "standby", owner) == (3, f"revision {before + 1} waits to be confirmed\n"), "not now"
    code, said = trireme(cluster["w"], "history", "1")
    assert code == 0 and re.search(r" root +to be confirmed +seven$", said, re.M)
    assert trireme(cluster["w"], "confirm")[0] == 0
    cluster.wait_current()
    assert json.loads(trireme(cluster[other(owner)], "show", weight)[1]) == {"trireme:weight": 7}
    assert json.loads(trireme(node, "show", weight, "--revision", before)[1]) == {"trireme:weight": 3}
    assert trireme(node, "rollback", before, "-m", "back")[0] == 0
    assert trireme(node, "commit")[0] == 1 and trireme(node, "discard") == (0, "there was no candidate\n")


def test_somebody_else_was_faster(cluster):
    first, second = cluster["r1"], cluster["r2"]
    for node, value in ((first, "11"), (second, "12")):
        assert trireme(node, "set", "pool=web/real-server=web1/weight", value)[0] == 0
    assert trireme(first, "commit")[0] == 0
    cluster.wait_current()
    code, said = trireme(second, "commit")
    assert code == 4 and "begun on revision" in said
    assert trireme(second, "discard") == (0, "the candidate is forgotten\n")


def test_what_is_exported_can_be_imported(cluster, tmp_path):
    node, path = cluster["r1"], tmp_path / "exported.json"
    cluster.wait_current()
    assert trireme(node, "export", path)[0] == 0
    document = json.loads(path.read_text())
    document["trireme:pool"][0]["real-server"][0]["weight"] = 9
    path.write_text(json.dumps(document))
    code, said = trireme(node, "import", path)
    assert code == 0 and re.search(r"weight: \d+ → 9", said)
    assert trireme(node, "commit", "-m", "imported")[0] == 0


KEEPALIVED = """virtual_server 203.0.113.10 8080 {
    lb_algo wrr
    lb_kind NAT
    protocol TCP
    real_server 10.77.0.101 8080 {
        weight 4
    }
}
"""


def test_the_file_of_another_load_balancer_is_imported(cluster, tmp_path):
    node, path = cluster["r1"], tmp_path / "keepalived.conf"
    path.write_text(KEEPALIVED)
    cluster.wait_current()
    code, said = trireme(node, "import", path, "--dry-run")
    assert code == 0 and re.search(r"^ +3 +mapped +lb_kind", said, re.M) and re.search(r"^\+ virtual-service", said, re.M), said
    assert trireme(node, "diff") == (0, ""), "nothing is kept of that"
    assert trireme(node, "import", path)[0] == 0
    assert re.search(r"^\+ virtual-service", trireme(node, "diff")[1], re.M)
    assert trireme(node, "discard") == (0, "the candidate is forgotten\n")
    path.write_text("virtual_server {")
    assert trireme(node, "import", path, "--format", "keepalived")[0] == 1


def test_users_and_tokens_of_a_real_cluster(cluster):
    node = cluster["r1"]
    cluster.wait_current()
    for words in (("user", "add", "anna", "--role", "administrator"), ("user", "password", "anna")):
        done = subprocess.run(node.command(BIN / "trireme", *words), input="correct horse 7\n", capture_output=True, text=True,
                              timeout=30, check=False)
        assert done.returncode == 0, done.stderr
    assert trireme(node, "user", "list") == (0, "anna                             administrator\n")
    code, token = trireme(node, "token", "create", "ci", "--role", "viewer", "--expires", "2099-01-01T00:00:00Z")
    assert code == 0 and re.fullmatch(r"[A-Za-z0-9._-]+\n", token)
    assert "2099-01-01T00:00:00Z" in trireme(node, "token", "list")[1]
    code, said = trireme(node, "audit")
    assert code == 0 and "create-token" in said and token.strip() not in said
    assert trireme(node, "token", "delete", "ci") == (0, "token delete ci: done\n")
    assert trireme(node, "user", "delete", "anna")[0] == 0
    assert trireme(node, "user", "list")[1].startswith("(no user")


def test_standby_and_online_of_a_real_cluster(cluster):
    owner = cluster.wait_owner()
    cluster.wait_current()
    assert trireme(cluster["w"], "cluster", "standby", owner, "-m", "new memory")[0] == 0
    assert cluster.wait_owner((other(owner),)) == other(owner)
    processes.wait_for("the reason", lambda: "standby by configuration" in trireme(cluster[owner], "cluster", "why")[1], 30)
    assert trireme(cluster["w"], "cluster", "online", owner)[0] == 0
    assert trireme(cluster["w"], "cluster", "standby", "nobody")[0] == 1


def test_switch_over_of_a_real_cluster(cluster):
    owner = cluster.wait_owner()
    code, said = trireme(cluster[owner], "cluster", "switchover")
    assert code == 0 and f"main is now with {other(owner)}" in said
    assert cluster.wait_owner() == other(owner)
    code, said = trireme(cluster["w"], "cluster", "switchover", "nothing")
    assert code == 1 and "there is no alias group 'nothing'" in said


def test_the_menu_of_a_real_router(cluster):
    owner = cluster.wait_owner()
    node = cluster[owner]
    console = Console(node.root, node.command())
    shown = console.answer("", PROMPT)
    assert "Group     main: owner eth0:1=203.0.113.10" in shown and "w=present" in shown
    live = console.choose(1, r"\(live: press a key for the menu\)")
    assert re.search(rf"main +owner +{owner} ", live) and "\x1b[H\x1b[2J" in live
    console.pty.expect(r"\(live: press a key")
    console.pty.send(" ")
    console.menu()
    assert re.search(rf"main +owner {owner}\r\n", console.choose(2, "Type yes: $"))
    assert "Nothing was changed." in console.answer("maybe", PROMPT)
    console.choose(2, "Type yes: $")
    assert f"main is now with {other(owner)}" in console.answer("yes", r"Press a key for the menu\.")
    console.pty.send(" ")
    assert f"main: standby (owner {other(owner)})" in console.menu()
    assert cluster.wait_owner() == other(owner)
    console.pty.close(force=True)


def test_the_menu_of_a_router_that_is_left_alone(cluster):
    """The item is there as long as there is no quorum, and takes nothing but its word; nobody else answers for the addresses."""
    owner = cluster.wait_owner()
    gone = [name for name in cluster.nodes if name != owner]
    node = cluster[owner]
    console = Console(node.root, node.command())
    try:
        for name in gone:
            cluster[name].cables(False)
        processes.wait_for("the loss of the quorum", lambda: "without a quorum" in console.answer("", r"Choose 1-\d: $"), 20)
        shown = console.choose(6, "Type others-are-off: $")
        assert "Whether every other node is off is YOUR word." in shown
        assert "Nothing was changed." in console.answer("yes", r"Choose 1-6: $")
        console.choose(6, "Type others-are-off: $")
        assert "forced: this node goes on alone" in console.answer("others-are-off", r"Press a key for the menu\.")
        console.pty.send(" ")
        assert "Quorum    forced" in console.menu(), "and the item is gone"
    finally:
        for name in gone:
            cluster[name].cables(True)
        console.pty.close(force=True)
    cluster.wait_current()
    processes.wait_for("a real quorum", lambda: trireme(node, "status", "--ready")[1].startswith("not ready: the engine"), 20)


def test_an_agent_that_hangs_keeps_nobody_waiting(cluster):
    node = cluster["w"]
    node.send_signal("agent", signal.SIGSTOP)
    try:
        time.sleep(1)  # so old a state is asked for anew
        began = time.monotonic()
        assert trireme(node, "status", "--ready") == (1, "not ready: the agent does not answer in time\n")
        assert time.monotonic() - began < 10
    finally:
        node.send_signal("agent", signal.SIGCONT)
    processes.wait_for("the agent again", lambda: trireme(node, "status", "--ready")[0] == 0, 30)


def test_the_password_of_the_menu_is_that_of_the_page_too(cluster):
    node = cluster[cluster.wait_owner()]
    console = Console(node.root, node.command())
    # Once more, as after the console's own was lost: it is so already.
    for present in (None, PASSWORD):
        assert "The web page's user admin has the same password." in console.set_password(present=present)
    (user,) = node.config().ask("get", path="/access/user")["document"]["trireme:user"]
    assert user == {"name": "admin", "role": "administrator", "password": "$hidden$"}


def test_without_the_service_the_page_keeps_its_password(console):
    """The console has it all the same."""
    assert "The web page's user admin could not be changed: " in console.set_password()
