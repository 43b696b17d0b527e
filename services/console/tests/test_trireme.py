"""The `trireme` command against an API that says what a test wants: what it asks, prints and returns."""
import hashlib
import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(Path(__file__).parent))

from fake_api import FakeApi, error  # noqa: E402

TRIREME = TOP / "build/services/bin/trireme"
RPC = "POST /restconf/operations/trireme-api:"
RUNNING = "/restconf/ds/ietf-datastores:running"
CANDIDATE = "/restconf/ds/ietf-datastores:candidate"
STATE = "GET /restconf/data/trireme-api:state"
DOCUMENT = {"trireme:pool": [{"name": "web", "description": "ä"}]}
PASSWORD = "correct horse 7"


@pytest.fixture
def api(tmp_path):
    with FakeApi(tmp_path / "api.sock") as made:
        yield made


def environment(api, **more):
    return {**os.environ, "TRIREME_SOCKET": str(api.path), "TRIREME_SESSION": "", "SUDO_USER": "", **more}


def trireme(api, *words, given="", **more):
    done = subprocess.run([TRIREME, *words], capture_output=True, text=True, timeout=60, input=given, check=False,
                          env=environment(api, **more))
    return done.returncode, done.stdout, done.stderr


def output(**members):
    return 200, {"trireme-api:output": members}


@pytest.mark.parametrize("words,code", (
    (["--help"], 0), (["-h"], 0), (["help"], 0), (["help", "cluster"], 0), (["cluster", "--help"], 0), (["commit", "-h", "-m"], 0), (["help", "cluster", "standby"], 0), (["commit", "--help"], 0), ([], 2), (["statu"], 2),
    (["status", "more"], 2), (["status", "--nothing"], 2), (["cluster"], 2), (["cluster", "switchover", "a", "b"], 2),
    (["help", "nothing"], 2), (["set", "x"], 2)))
def test_usage(words, code):
    done = subprocess.run([TRIREME, *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == code
    assert "trireme " in done.stdout if code == 0 else not done.stdout and any(
        words in done.stderr for words in ("Usage: ", "see help", "allowed "))


def test_who_asks(api):
    api.answers[RPC + "commit"] = output(revision=7, summary="revision 7 is in use")
    assert trireme(api, "commit", "-m", "why", "--confirm", "90s", SUDO_USER="anna") == (0, "revision 7 is in use\n", "")
    what, fields, body = api.requests.pop()
    assert (what, body) == (RPC + "commit", {"trireme-api:input": {"comment": "why", "confirm": 90}})
    assert (fields["X-Trireme-User"], fields.get("X-Trireme-Session")) == ("anna", None)
    trireme(api, "commit", SUDO_USER="a\r\nEvil: 1", TRIREME_SESSION="mine" + 40 * "x")
    _, fields, _ = api.requests.pop()
    assert (fields["X-Trireme-User"], fields["X-Trireme-Session"]) == ("a--Evil--1", "mine" + 26 * "x") and "Evil" not in fields
    pty = terminal(api, "commit")
    pty.expect(pexpect.EOF)
    assert api.requests.pop()[1]["X-Trireme-Session"].startswith("pts-")


@pytest.mark.parametrize("status,answer,code", (
    (400, error("invalid-value", "no"), 1), (409, error("data-missing", "no"), 1), (500, error("operation-failed", "no"), 1),
    (404, error("invalid-value", "no", "not-found"), 1), (503, error("resource-denied", "no", "busy"), 3),
    (409, error("in-use", "no"), 4), (409, error("lock-denied", "no"), 4), (412, error("operation-failed", "no", "precondition"), 4),
    (401, error("access-denied", "no", "sign-in-required"), 5), (403, error("access-denied", "no"), 5),
    (429, error("access-denied", "no", "locked-out"), 5), (500, None, 1), (502, b"<html>", 3)))
def test_exit_codes(api, status, answer, code):
    api.answers[RPC + "discard"] = status, answer
    done, printed, said = trireme(api, "discard")
    assert (done, printed) == (code, "")
    assert said == ("no\n" if isinstance(answer, dict) else f"the API answers with status {status} of HTTP and says nothing more\n")


def test_an_error_has_all_that_helps(api):
    api.answers["PATCH " + CANDIDATE] = 400, error("invalid-value", "the change is not valid", value="70000", allowed="0 to 65535",
                                                   path="/trireme:pool[name='web']/weight\x1b[2J")
    assert trireme(api, "set", "pool=web/weight", "70000") == (
        1, "", "the change is not valid\n  path     /trireme:pool[name='web']/weight?[2J\n  value    70000\n  allowed  0 to 65535\n")
    patch = {"patch-id": "x", "edit-status": {"edit": [{"edit-id": "1", "errors": error("bad-element", "hm")["ietf-restconf:errors"]}]}}
    api.answers["PATCH " + CANDIDATE] = 400, {"ietf-yang-patch:yang-patch-status": patch}
    assert trireme(api, "delete", "pool=web/weight") == (1, "", "hm\n")


def test_without_the_api(tmp_path):
    class Nobody:
        path = tmp_path / "nothing"
    code, printed, said = trireme(Nobody, "status")
    assert (code, printed) == (3, "") and "does not run" in said and "logread" in said
    code, printed, _ = trireme(Nobody, "status", "--ready", "--wait", "1")
    assert (code, printed) == (3, "not ready: the API of this machine cannot be reached: it does not run\n")


@pytest.mark.parametrize("raw", (
    b"", b"HTTP/1.1 200 OK\r\n", b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nnot JSON",
    b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5000))
def test_an_api_that_answers_badly(api, raw):
    api.answers[STATE] = "raw", raw
    code, printed, said = trireme(api, "status")
    assert (code, printed) == (3, "") and said.startswith("the API of this machine ")


def test_an_answer_that_is_large(api):
    document = {"trireme:pool": [{"name": f"p{n}", "description": "x" * 200} for n in range(10000)]}
    api.answers["GET " + RUNNING] = 200, {"ietf-restconf:data": document}
    code, printed, _ = trireme(api, "show")
    assert code == 0 and json.loads(printed) == document


def test_what_is_printed_steers_no_terminal(api):
    api.answers[RPC + "history"] = output(revision=[
        {"number": 3, "time": "2026-11-28T10:00:00Z", "author": "x\x1b]0;y\x07", "comment": "ä \u009b2J\x7f", "state": "in use"}])
    assert trireme(api, "history") == (0, "    3  2026-11-28T10:00:00Z  x?]0;y?       in use  ä ?2J?\n", "")
    code, printed, _ = trireme(api, "history", "--json")
    assert code == 0 and printed.isascii() and json.loads(printed)["revision"][0]["number"] == 3


def test_export_never_replaces_a_file_by_itself(api, tmp_path):
    api.answers["GET " + RUNNING] = 200, {"ietf-restconf:data": DOCUMENT}
    assert json.loads(trireme(api, "export")[1]) == json.loads(trireme(api, "export", "-")[1]) == DOCUMENT
    path = tmp_path / "out.json"
    assert trireme(api, "export", path)[0] == 0
    assert json.loads(path.read_text()) == DOCUMENT and stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("mine")
    code, printed, said = trireme(api, "export", path)
    assert (code, printed, path.read_text()) == (1, "", "mine") and "--force replaces it" in said
    assert trireme(api, "export", path, "--force")[0] == 0 and json.loads(path.read_text()) == DOCUMENT
    assert trireme(api, "export", tmp_path / "no/where")[0] == 1
    assert sorted(one.name for one in tmp_path.iterdir()) == ["api.sock", "out.json"], "nothing is left behind"


def test_import_says_what_became_of_each_line(api, tmp_path):
    path = tmp_path / "lvs.cf"
    path.write_text("virtual web {\n")
    api.answers[RPC + "import"] = output(summary="1 line", mapping=[
        {"line": 1, "key": "virtual", "verdict": "mapped", "text": "a service", "path": "/trireme:virtual-service[name='web']"},
        {"line": 2, "key": "x", "verdict": "dropped", "text": "is not known"}])
    api.answers[RPC + "diff"] = output(text="+ /trireme:virtual-service[name='web']\n")
    api.answers[RPC + "discard"] = output(summary="the candidate is forgotten")
    code, printed, said = trireme(api, "import", path, "--format", "lvs", TRIREME_SESSION="me")
    assert code == 0 and printed == (
        "    1  mapped   virtual: a service  -> /trireme:virtual-service[name='web']\n"
        "    2  dropped  x: is not known\n1 line\n+ /trireme:virtual-service[name='web']\n") and "commit takes it into use" in said
    assert api.asked(RPC + "import") == [{"trireme-api:input": {"text": "virtual web {\n", "format": "lvs"}}]
    assert not api.asked(RPC + "discard") and {fields["X-Trireme-Session"] for _, fields, _ in api.requests} == {"me"}
    api.requests.clear()
    assert trireme(api, "import", path, "--dry-run", TRIREME_SESSION="me")[1] == printed
    sessions = {fields["X-Trireme-Session"] for _, fields, _ in api.requests}
    assert len(sessions) == 1 and "me" not in sessions and [what for what, _, _ in api.requests][-1] == RPC + "discard"
    printed = json.loads(trireme(api, "import", "-", "--json", given="virtual web {\n")[1])
    assert (printed["summary"], len(printed["mapping"]), printed["diff"]) == (
        "1 line", 2, "+ /trireme:virtual-service[name='web']\n"), "one JSON text"


def test_what_real_servers_need(api, tmp_path):
    """The sum is that of the script which this machine serves; only what is needed is asked for."""
    script = tmp_path / "realserver.sh"
    script.write_text("#!/bin/sh\n")
    service = {"name": "web", "address": "203.0.113.10", "pool": "shop", "method": "direct"}
    where = (f"GET {RUNNING}?fields=trireme:virtual-service;trireme:firewall-mark;trireme:alias-group;trireme:cluster;"
             "trireme:management")
    api.answers[where] = 200, {"ietf-restconf:data": {
        "trireme:virtual-service": [service], "trireme:cluster": {"node": [{"port": [{"name": "eth1", "address": "10.77.0.11"}]}]}}}
    code, printed, _ = trireme(api, "service", "realserver", "web", TRIREME_REALSERVER=str(script))
    assert code == 0 and hashlib.sha256(script.read_bytes()).hexdigest() + "  realserver.sh" in printed
    assert "sh realserver.sh direct --vip 203.0.113.10" in printed
    code, _, said = trireme(api, "service", "realserver", "mail", TRIREME_REALSERVER=str(script))
    assert code == 1 and "there is no virtual service 'mail'" in said
    code, _, said = trireme(api, "service", "realserver", "web", TRIREME_REALSERVER=str(tmp_path / "none"))
    assert code == 1 and "realserver.sh cannot be read" in said
    assert trireme(api, "service", "realserver")[0] == 2


def test_import_of_an_exported_document(api, tmp_path):
    path = tmp_path / "x.json"
    path.write_text(" \n" + json.dumps(DOCUMENT))
    api.answers["PUT " + CANDIDATE] = 204, None
    api.answers[RPC + "diff"] = output(text="")
    assert trireme(api, "import", path) == (0, "", "the configuration in use stays as it is: there is nothing to commit\n")
    assert api.asked("PUT " + CANDIDATE) == [{"ietf-restconf:data": DOCUMENT}]
    path.write_text('{"a": 1,\n"a": 2}')
    code, _, said = trireme(api, "import", path)
    assert code == 1 and "line 2" in said
    path.write_bytes(b"a\nb\xf6\nc")
    code, _, said = trireme(api, "import", path)
    assert code == 1 and said.startswith(f"trireme: {path}, line 2: a character that is not UTF-8: allowed ")
    path.write_bytes(b"a\0b")
    assert trireme(api, "import", path) == (1, "", f"trireme: {path} is no text: a byte of it is 0\n")
    path.write_bytes(b"")
    assert trireme(api, "import", path) == (1, "", f"trireme: {path} is no text: it is empty\n")
    assert trireme(api, "import", tmp_path / "nothing")[0] == 1


def test_programs_of_their_own(api, tmp_path):
    program = tmp_path / "trireme-join"
    program.write_text('#!/bin/sh\necho "$@"\nexit ${CODE:-0}\n')
    program.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    assert trireme(api, "join", "10.77.0.11", "--node", "r 2", PATH=path) == (0, "to 10.77.0.11 --node r 2\n", "")
    assert trireme(api, "cluster", "replace", "r2", PATH=path, SUDO_USER="anna") == (0, "open --replace --author anna r2\n", "")
    assert trireme(api, "cluster", "open-join", "r2", PATH=path, SUDO_USER="anna", CODE="2")[0] == 2
    assert trireme(api, "join", "x", PATH=path, CODE="77")[0] == 1
    assert "cannot be run: No such file" in trireme(api, "backup", "create", "x", PATH=str(tmp_path))[2]
    assert trireme(api, "join", "--help")[1].startswith("Usage: trireme join ADDRESS [CODE] [--node NODE]")


def test_passwords_come_from_standard_input(api):
    api.answers["PATCH " + RUNNING] = 200, {}
    api.answers[RPC + "set-password"] = output(summary="done")
    assert trireme(api, "user", "add", "anna", "--role", "operator", given=PASSWORD + "\n")[0] == 0
    edit = api.asked("PATCH " + RUNNING)[0]["ietf-yang-patch:yang-patch"]["edit"][0]
    assert (edit["operation"], edit["target"]) == ("create", "/trireme:access/user=anna")
    assert edit["value"] == {"trireme:user": [{"name": "anna", "role": "operator", "password": "$0$" + PASSWORD}]}
    assert api.requests[-1][1]["X-Trireme-Comment"] == "user add anna"
    assert trireme(api, "user", "add", "a\r\nb", "--role", "operator", given=PASSWORD + "\n")[0] == 0
    assert api.requests[-1][1]["X-Trireme-Comment"] == "user add a??b"
    assert trireme(api, "user", "password", "anna", given=PASSWORD) == (0, "done\n", "")
    assert api.asked(RPC + "set-password") == [{"trireme-api:input": {"user": "anna", "password": PASSWORD}}]
    api.requests.clear()
    assert "8 to 128 characters" in trireme(api, "user", "add", "anna", "--role", "viewer", given="short\n")[2]
    assert "has no password" in trireme(api, "user", "add", "anna", "--role", "viewer")[2]
    assert trireme(api, "user", "add", "anna", PASSWORD, "--role", "viewer")[0] == 2, "never from the command line"
    assert not api.requests


def terminal(api, *words, **more):
    pty = pexpect.spawn(str(TRIREME), list(words), encoding="utf-8", timeout=30, dimensions=(24, 100),
                        env=environment(api, **{"TERM": "vt100", **more}))
    pty.delaybeforesend = None
    return pty


def test_a_password_is_typed_twice_and_not_shown(api):
    api.answers[RPC + "set-password"] = output(summary="done")
    pty = terminal(api, "user", "password", "anna")
    for question, typed in (("New password: $", PASSWORD), ("once more: $", PASSWORD)):
        pty.expect(question)
        pty.sendline(typed)
    pty.expect(pexpect.EOF)
    assert pty.before.strip() == "done" and api.asked(RPC + "set-password")
    pty = terminal(api, "user", "password", "anna")
    pty.expect("New password: $")
    pty.sendline(PASSWORD)
    pty.expect("once more: $")
    pty.sendline(PASSWORD + "x")
    pty.expect("the two are different")
    pty.expect(pexpect.EOF)
    pty.close()
    assert pty.exitstatus == 1 and len(api.requests) == 1


MODEL = {"children": [{"name": "pool", "kind": "list", "help": "Real servers."}, {"name": "port", "kind": "leaf"}]}


def test_the_shell_completes_explains_and_runs(api):
    api.answers[RPC + "describe"] = output(node=MODEL)
    api.answers[f"GET {RUNNING}/trireme:port"] = 200, {"trireme:port": 7}
    api.answers[RPC + "discard"] = output(summary="the candidate is forgotten")
    pty = terminal(api)
    pty.expect("trireme> $")
    pty.send("dis\t\r")
    pty.expect("the candidate is forgotten\r\n.*trireme> $")
    pty.send("show po\t")
    pty.expect("  pool= +Real servers.*  port.*trireme> show po")
    pty.send("r\t\r")
    pty.expect('"trireme:port": 7.*trireme> $')
    pty.send("cluster s?")
    pty.expect("  standby .*  switchover .*trireme> cluster s")
    pty.send("\x15set a 'what?\r")
    pty.expect("a quote has no end.*trireme> $")
    pty.send("nothing at all\r")
    pty.expect("there is no command 'nothing'.*trireme> $")
    pty.send("discard 'ä€'x\r")
    pty.expect("one word too many: 'ä€x'.*trireme> $")
    pty.send(4 * "\x1b[A" + "\r")  # discard x, nothing, show, discard: the line with the quote was none
    pty.expect("the candidate is forgotten.*trireme> $")
    pty.send("exit\r")
    pty.expect(pexpect.EOF)
    pty.close()
    assert pty.exitstatus == 0 and len(api.asked(RPC + "discard")) == 2


def test_ctrl_c_ends_a_line_or_a_command_and_not_the_shell(api):
    api.answers[STATE] = "silent", None
    pty = terminal(api)
    pty.expect("trireme> $")
    pty.send("half a li")
    pty.expect("half a li$")
    pty.sendintr()
    pty.expect("trireme> $")
    for line, said in (("status", "interrupted"), ("status --ready --wait 60", "not ready: interrupted")):
        asked, end = len(api.requests), time.monotonic() + 30
        pty.send(f"{line}\r")
        while len(api.requests) == asked and time.monotonic() < end:
            time.sleep(0.02)
        pty.sendintr()
        pty.expect(f"{said}\r\n.*trireme> $")
    pty.sendeof()
    pty.expect(pexpect.EOF)
    pty.close()
    assert pty.exitstatus == 1


def service_state(taken=1000, connections=100, active=3, inactive=4, admin="drain", in_use=False, owner="r1"):
    real = {"name": "web1", "address": "10.77.0.101", "port": 80, "active": active, "inactive": inactive, "admin-state": admin,
            "in-use": in_use, "connections": str(connections), "packets-in": "10", "bytes-out": str(1000 * connections)}
    return 200, {"trireme-api:state": {
        "node": "r1", "taken": str(taken), "group": [{"name": "main", "owner": owner, "alias": [{"label": "eth0:1", "address": "203.0.113.10"}]}],
        "service": [{"name": "web", "address": "203.0.113.10", "port": 80, "protocol": "tcp", "real-server": [real]}]}}


def counting(**more):
    """Answers with a hundred connections more each second."""
    taken = [0]

    def answer():
        taken[0] += 1000
        return service_state(taken[0], taken[0] // 10, **more)
    return answer


def test_top_once_is_for_scripts(api):
    api.answers[STATE] = counting()
    code, printed, said = trireme(api, "service", "top", "--once", "--interval", "1")
    assert (code, said) == (0, "") and printed == (
        "r1   over 1.0 s\n"
        "SERVICE                  CONN/S  ACTIVE  PKT/S IN PKT/S OUT BYTE/S IN       OUT\n"
        "web                         100       3         0         0         0    100.0k\n"
        "  web1                      100       3         0         0         0    100.0k\n")
    assert trireme(api, "service", "top", "mail", "--once", "--interval", "1") == (1, "", "there is no virtual service 'mail'\n")
    code, printed, said = trireme(api, "service", "top")
    assert (code, printed) == (2, "") and "--once" in said
    api.answers[STATE] = 503, error("resource-denied", "no", "busy")
    assert trireme(api, "service", "top", "--once") == (3, "", "no\n")


def test_top_draws_until_a_key_ends_it(api):
    api.answers[STATE] = counting()
    pty = terminal(api, "service", "top", "--interval", "1", TERM="dumb")
    pty.expect(r"web1 +- +3")
    pty.send("x")  # means nothing
    pty.expect(r"web1 +100 +3")
    assert "\x1b" not in pty.before
    pty.send("q")
    pty.expect(pexpect.EOF)
    pty.close()
    assert pty.exitstatus == 0


def test_top_goes_on_when_the_api_is_back_and_ends_while_it_is_silent(api):
    api.answers[STATE] = 503, error("resource-denied", "a moment", "busy")
    pty = terminal(api, "service", "top", "--interval", "1")
    pty.expect("\x1b\\[2J\x1b\\[Ha moment")
    api.answers[STATE] = counting()
    pty.expect(r"web1 +- +3")
    api.answers[STATE] = "silent", None
    asked, end = len(api.requests), time.monotonic() + 30
    while len(api.requests) == asked and time.monotonic() < end:
        time.sleep(0.02)
    pty.sendintr()
    pty.expect(pexpect.EOF)
    pty.close()
    assert pty.exitstatus == 0


POOL_OF_WEB = {"ietf-restconf:data": {"trireme:virtual-service": [{"name": "web", "pool": "web"}]}}


@pytest.fixture
def draining(api):
    api.answers[RPC + "set-admin-state"] = output(summary="revision 7 is in use")
    api.answers[f"GET {RUNNING}?fields=trireme:virtual-service(name;pool)"] = 200, POOL_OF_WEB
    return api


def test_drain_waits_until_no_connection_is_left(draining):
    looks = [service_state(admin="enabled", in_use=True, active=0, inactive=0), service_state(), (503, error("resource-denied", "no", "busy")),
             service_state(active=0, inactive=1), service_state(active=0, inactive=0)]
    draining.answers[STATE] = lambda: looks.pop(0)
    assert trireme(draining, "service", "drain", "web", "web1", "--wait") == (
        0, "revision 7 is in use\nweb1 drains: 7 connections left (3 active)\nweb1 drains: 1 connection left (0 active)\n"
           "web1 has no connections left\n", "")
    assert not looks and draining.asked(RPC + "set-admin-state") == [
        {"trireme-api:input": {"admin-state": "drain", "pool": "web", "real-server": "web1"}}]


def test_drain_that_does_not_come_to_its_end(draining):
    wait = ["service", "drain", "web", "web1", "--wait", "1s"]
    draining.answers[STATE] = service_state()
    code, printed, said = trireme(draining, *wait)
    assert (code, printed) == (1, "revision 7 is in use\nweb1 drains: 7 connections left (3 active)\n")
    assert said == "trireme: the time is over; web1 goes on draining, 'service enable web web1' takes it back\n"
    draining.answers[STATE] = service_state(owner="r2")
    assert trireme(draining, *wait) == (1, "revision 7 is in use\n", "trireme: the connections are at r2, which owns main: wait there\n")
    silent = {"node": "r1", "unavailable": [{"part": "engine", "reason": "the engine does not answer in time"}]}
    draining.answers[STATE] = 200, {"trireme-api:state": silent}
    code, _, said = trireme(draining, *wait)
    assert code == 3 and "the time is over: the engine does not answer in time; web1 goes on draining" in said
    draining.requests.clear()
    assert trireme(draining, *wait, "--json")[0] == 2 and not draining.requests
    draining.answers[RPC + "set-admin-state"] = 400, error("data-missing", "there is no real server web1")
    assert trireme(draining, *wait) == (1, "", "there is no real server web1\n") and not draining.asked(STATE)


def test_ctrl_c_leaves_it_draining(draining):
    draining.answers[STATE] = service_state()
    pty = terminal(draining, "service", "drain", "web", "web1", "--wait")
    pty.expect("7 connections left")
    pty.sendintr()
    pty.expect("interrupted; web1 goes on draining, 'service enable web web1' takes it back")
    pty.expect(pexpect.EOF)
    pty.close()
    assert pty.exitstatus == 1


def test_a_daemon_that_is_silent_is_not_a_refusal(api):
    silent = {"node": "r1", "unavailable": [{"part": "agent", "reason": "the agent does not answer in time"},
                                            {"part": "engine", "reason": "the engine does not answer in time"}]}
    api.answers[STATE] = 200, {"trireme-api:state": silent}
    assert trireme(api, "service") == (3, "the engine does not answer in time\n", "")
    assert [trireme(api, *words)[0] for words in (["status"], ["config"], ["cluster", "why"])] == [3, 3, 3]
    api.answers[STATE] = 200, {"trireme-api:state": {"node": "r1"}}
    assert trireme(api, "service", "mail") == (1, "", "there is no virtual service 'mail'\n")


def test_services_by_the_names_of_commands(api):
    """The long form reaches those that the short one takes for something else."""
    named = [{"name": name, "applied": True, "address": "203.0.113.10", "port": 80, "protocol": "tcp", "method": "nat",
              "scheduler": "rr", "datapath": "ipvs", "datapath-reason": "the scheduler lblc is IPVS's"}
             for name in ("web", "show", "drain", "top")]
    api.answers[STATE] = 200, {"trireme-api:state": {"node": "r1", "service": named}}
    for name in ("web", "show", "drain", "top"):
        code, printed, _ = trireme(api, "service", "show", name)
        shown = [line.split()[0] for line in printed.splitlines()[1:] if not line.startswith(" ")]
        assert (code, shown) == (0, [name])
        assert "data path  ipvs: the scheduler lblc is IPVS's" in printed
    assert trireme(api, "service", "show", "web")[1] == trireme(api, "service", "web")[1]
    assert trireme(api, "service", "show")[1] == trireme(api, "service")[1]
    assert trireme(api, "service", "show", "mail") == (1, "", "there is no virtual service 'mail'\n")
