"""The broker as a whole, on one node with all daemons: who may do what, what is done, and what is never told."""
import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import api_lab  # noqa: E402 - the path must be set first
from api_lab import PASSWORD, ROOT, TOP, Connection  # noqa: E402
from lab import nodes, processes  # noqa: E402

SIGN_IN = ("access-denied", "sign-in-required")
DENIED = ("access-denied", None)
NOT_FOUND = ("invalid-value", "not-found")
LOCKED_OUT = ("access-denied", "locked-out")
BUSY = ("operation-failed", "busy")
MAIL = {"name": "mail", "real-server": [{"name": "m1", "address": "10.77.0.150", "weight": 2}]}
CANARIES = ["canary in a password that is too long" + "g" * 128, "canary where an object is wanted", "canary in a wrong place"]
RING_KEY = base64.b64encode(b"canary of the ring's key" * 6).decode()
SECOND = "second password of anna"


@pytest.fixture(scope="module")
def machine():
    with api_lab.Machine(TOP / "build/test/tools/api") as made:
        made.unfinished, made.since = Connection(made.second, seconds=20), time.monotonic()
        made.unfinished.socket.sendall(b"\0\0\1\0{")
        yield made
        api_lab.nothing_secret_was_told(made, [PASSWORD, SECOND, RING_KEY, *CANARIES])


@pytest.fixture(scope="module")
def admin(machine):
    return machine.user("adam", "administrator")


@pytest.fixture(scope="module")
def operator(machine, admin):
    return machine.user("olga", "operator")


@pytest.fixture(scope="module")
def viewer(machine, admin):
    return machine.user("vera", "viewer")


# -- before there is anybody


def test_whoever_has_not_signed_in_hears_little(machine):
    hello = machine.well("hello")
    assert hello["node"] == "r1" and hello["users"] is False
    for op, members in (("get", {"target": ""}), ("state", {"target": ""}), ("rpc", {"name": "commit"}),
                        ("rpc", {"name": "sign-out"}), ("state", {"target": "", "metrics": True}),
                        ("write", {"method": "DELETE", "target": "/trireme:pool=web", "what": "running"})):
        assert machine.refused(op, **members)[:2] == SIGN_IN, op
        assert machine.refused(op, {"uid": 1000, "name": "user"}, **members)[:2] == SIGN_IN, op
    assert machine.refused("rpc", name="sign-in", input={"user": "adam", "password": "x" * 9}, origin="192.0.2.9")[:2] == SIGN_IN


def test_root_of_the_local_socket_is_an_administrator(machine):
    document = machine.get()["document"]
    assert document["trireme:cluster"]["name"] == "demo"
    assert machine.state()["session"] == {"user": "root", "role": "administrator"}


# -- documents


def test_a_resource_from_nothing_to_nothing(machine):
    made = machine.write("POST", "", {"trireme:pool": [MAIL]}, comment="mail comes")
    assert made["created"] and made["location"] == "/trireme:pool=mail" and made["revision"] > 1
    assert machine.refused("write", ROOT, method="POST", target="", value={"trireme:pool": [MAIL]})[:2] == ("data-exists", None)
    read = machine.get("/trireme:pool=mail")
    assert read["document"] == {"trireme:pool": [MAIL]} and read["etag"] == made["etag"]
    weight = {"trireme:weight": 5}
    changed = machine.write("PATCH", "/trireme:pool=mail/real-server=m1/weight", weight)
    assert not changed["created"] and changed["etag"] != read["etag"]
    same = machine.write("PUT", "/trireme:pool=mail/real-server=m1/weight", weight)
    assert same["etag"] == changed["etag"] and "revision" not in same, "what is so already makes no revision"
    assert machine.get("/trireme:pool=mail", what=made["revision"])["document"] == read["document"], "an earlier revision"
    assert machine.refused("get", ROOT, target="", what=9999)[:2] == NOT_FOUND
    stale = machine.refused("write", ROOT, method="DELETE", target="/trireme:pool=mail", **{"if-match": read["etag"]})
    assert stale[:2] == ("operation-failed", "precondition")
    second = {"trireme:real-server": [{"name": "m2", "address": "10.77.0.151"}]}
    assert machine.write("PUT", "/trireme:pool=mail/real-server=m2", second, insert="first")["created"]
    names = [real["name"] for real in machine.get("/trireme:pool=mail")["document"]["trireme:pool"][0]["real-server"]]
    assert names == ["m2", "m1"]
    machine.write("DELETE", "/trireme:pool=mail", **{"if-match": machine.get()["etag"]})
    assert machine.refused("get", ROOT, target="/trireme:pool=mail")[:2] == NOT_FOUND
    assert machine.refused("write", ROOT, method="DELETE", target="/trireme:pool=mail")[:2] == NOT_FOUND


@pytest.mark.parametrize("target, value, tag, words", [
    ("/trireme:virtual-service=web/scheduler", {"trireme:scheduler": "fastest"}, "invalid-value", "one of: rr"),
    ("/trireme:virtual-service=web", {"trireme:virtual-service": [{"name": "web", "colour": "red"}]}, "unknown-element", ""),
    ("/trireme:nothing", {"trireme:nothing": 1}, "invalid-value", "one of: "),
    ("/trireme:virtual-service=web/pool", {"trireme:pool": "none"}, "invalid-value", ""),
    ("/trireme:pool=web", {"trireme:mark": []}, "malformed-message", "a value whose member"),
])
def test_errors_say_what_is_allowed(machine, target, value, tag, words):
    found, _, error = machine.refused("write", ROOT, method="PUT", target=target, value=value)
    assert found == tag and error.get("allowed", "").startswith(words) and error["path"], error


def test_a_patch_names_the_edit_that_is_wrong(machine):
    edits = [{"edit-id": "a", "operation": "create", "target": "/trireme:pool=a", "value": {"trireme:pool": [{"name": "a"}]}},
             {"edit-id": "b", "operation": "delete", "target": "/trireme:pool=none"}]
    patch = {"ietf-yang-patch:yang-patch": {"patch-id": "1", "edit": edits}}
    tag, _, error = machine.refused("write", ROOT, method="YANG-PATCH", target="", value=patch)
    assert tag == "data-missing" and error["edit"] == 2
    assert machine.refused("get", ROOT, target="/trireme:pool=a")[:2] == NOT_FOUND, "all or nothing"


def test_candidates_are_the_users_own(machine, admin, operator):
    before = machine.get()["etag"]
    first = machine.write("PUT", "/trireme:virtual-service=web/scheduler", {"trireme:scheduler": "lc"}, operator, "candidate")
    assert machine.get(what="candidate", credential=operator)["etag"] == first["etag"] != before
    assert machine.get(what="candidate", credential=admin)["etag"] == machine.get()["etag"] == before
    other = machine.get(what="candidate", credential=operator, session="two")
    assert other["etag"] == before, "a further one has a name"
    machine.write("PUT", "/trireme:system/time-zone", {"trireme:time-zone": "Europe/Berlin"}, operator)
    machine.write("DELETE", "/trireme:system/time-zone", credential=operator)
    assert machine.get(what="candidate", credential=operator)["etag"] == first["etag"], "what is committed at once leaves it"
    assert machine.refused("rpc", operator, name="commit")[0] == "in-use", "but it was begun on an earlier revision"
    machine.call("discard", operator)
    machine.write("PUT", "/trireme:virtual-service=web/scheduler", {"trireme:scheduler": "lc"}, operator, "candidate")
    lines = machine.call("diff", operator)["text"]
    assert "virtual-service[name='web']/scheduler: wrr → lc" in lines
    patch = machine.call("diff", operator, format="patch", **{"from": "running", "to": "candidate"})["patch"]
    assert patch["ietf-yang-patch:yang-patch"]["edit"][0]["operation"] == "replace"
    done = machine.call("commit", operator, comment="quieter")
    assert done["summary"] == f"revision {done['revision']} is in use"
    revision = machine.state()["revision"][0]
    assert (revision["author"], revision["comment"], revision["number"]) == ("olga", "quieter", done["revision"])
    machine.call("rollback", operator, revision=done["revision"] - 1)
    machine.write("DELETE", "/trireme:virtual-service=web/scheduler", None, operator, "candidate")
    assert machine.call("discard", operator)["summary"] == "the candidate is forgotten"
    assert machine.refused("rpc", operator, name="commit")[0] == "operation-failed"


def test_a_change_goes_back_by_itself_unless_it_is_confirmed(machine, operator):
    done = machine.write("PUT", "/trireme:virtual-service=web/scheduler", {"trireme:scheduler": "lc"}, operator, confirm=600)
    waits = machine.config()["confirm"]
    assert waits["revision"] == done["revision"] and 590 < waits["remaining"] <= 600 and not waits["reverted"]
    assert machine.call("confirm", operator, comment="good")["revision"] == done["revision"] + 1
    assert "confirm" not in machine.config()
    machine.write("PUT", "/trireme:virtual-service=web/scheduler", {"trireme:scheduler": "wrr"}, operator)


def test_the_model_is_described(machine, viewer):
    node = machine.call("describe", viewer, path="/trireme:virtual-service/scheduler")["node"]
    assert node["kind"] == "leaf" and any(value["name"] == "wrr" for value in node["values"])
    assert machine.refused("rpc", viewer, name="describe", input={"path": "/none"})[0] == "unknown-element"


# -- who may what


def test_viewers_see_and_change_nothing(machine, viewer):
    assert machine.get(credential=viewer)["document"]["trireme:cluster"]["name"] == "demo"
    assert machine.state(viewer)["session"] == {"user": "vera", "role": "viewer"}
    for what in ("running", "candidate"):
        assert machine.refused("write", viewer, method="DELETE", target="/trireme:pool=web", what=what)[:2] == DENIED
    for name in ("commit", "discard", "switch-over", "standby", "import", "override", "audit", "create-token"):
        assert machine.refused("rpc", viewer, name=name, input={})[:2] == DENIED, name


def test_what_is_the_administrators_is_kept_from_others(machine, operator, viewer):
    for who in (operator, viewer):
        document = machine.get(credential=who)["document"]
        assert "trireme:access" not in document and "trireme:management" not in document
        assert machine.refused("get", who, target="/trireme:access/user=adam/role")[:2] == DENIED
    mine = {"trireme:user": [{"name": "olga", "role": "administrator"}]}
    assert machine.refused("write", operator, method="PATCH", target="/trireme:access/user=olga", value=mine)[:2] == DENIED
    assert "trireme:access" in machine.get()["document"]


def test_no_way_leads_around_that(machine, operator):
    """A write above the restricted part, a patch, a candidate, a rollback, the ring's key."""
    whole = machine.get()["document"]
    next(user for user in whole["trireme:access"]["user"] if user["name"] == "olga")["role"] = "administrator"
    assert machine.refused("write", operator, method="PUT", target="", value=whole)[:2] == DENIED
    part = {"trireme:access": {"user": [{"name": "olga", "role": "administrator"}]}}
    # What is so already is no change, but would tell that it is so: who there is, and his password.
    guesses = [{"trireme:access": {"user": [{"name": "adam", **part}]}} for part in ({"role": "administrator"}, {"password": f"$0${PASSWORD}"})]
    edit = {"edit-id": "1", "operation": "merge", "target": "/trireme:access", "value": part}
    patch = {"ietf-yang-patch:yang-patch": {"patch-id": "1", "edit": [edit]}}
    for what in ("running", "candidate"):
        tag, app, error = machine.refused("write", operator, method="PATCH", target="", what=what, value=part)
        assert (tag, app) == DENIED and error["path"] == "/trireme:access", error
        assert machine.refused("write", operator, method="YANG-PATCH", target="", what=what, value=patch)[:2] == DENIED
        for guess in guesses:
            assert machine.refused("write", operator, method="PATCH", target="", what=what, value=guess)[:2] == DENIED
        ring = {"trireme:ring": {"key": RING_KEY}}
        assert machine.refused("write", operator, method="PATCH", target="/trireme:cluster/ring", what=what, value=ring)[:2] == DENIED
    for name, operation in (("adam", "create"), ("adam", "delete"), ("nobody-at-all", "create"), ("nobody-at-all", "delete")):
        value = {"value": {"trireme:user": [{"name": name, "role": "viewer"}]}} if operation == "create" else {}
        edit = {"edit-id": "1", "operation": operation, "target": f"/trireme:access/user={name}", **value}
        patch = {"ietf-yang-patch:yang-patch": {"patch-id": "1", "edit": [edit]}}
        tag, app, error = machine.refused("write", operator, method="YANG-PATCH", target="", value=patch)
        assert (tag, app) == DENIED and error["path"] == "/trireme:access", "nothing tells who there is"
    without = {name: value for name, value in whole.items() if name != "trireme:access"}
    assert machine.refused("write", operator, method="PUT", target="", value=without)[:2] == DENIED
    assert machine.refused("rpc", operator, name="rollback", input={"revision": 1})[:2] == DENIED
    assert "olga" not in machine.call("diff", operator, **{"from": 1, "to": "running"})["text"]
    assert "olga" in machine.call("diff", **{"from": 1, "to": "running"})["text"]


def test_secrets_are_written_and_never_read(machine, admin, operator):
    ring = {"trireme:ring": {"key": RING_KEY}}
    machine.write("PATCH", "/trireme:cluster/ring", ring, admin)
    for what in ("running", "candidate"):
        assert machine.refused("write", operator, method="PATCH", target="/trireme:cluster/ring", what=what, value=ring)[:2] == DENIED
    assert machine.get("/trireme:cluster/ring/key", admin)["document"] == {"trireme:key": "$hidden$"}
    users = machine.get("/trireme:access/user=adam", admin)["document"]["trireme:user"]
    assert users == [{"name": "adam", "role": "administrator", "password": "$hidden$"}]
    wrong = [f"$0${CANARIES[0]}", {"nested": CANARIES[1]}, [CANARIES[2]]]
    for value in wrong:
        user = {"trireme:user": [{"name": "adam", "password": value}]}
        for what in ("running", "candidate"):
            assert machine.refused("write", admin, method="PATCH", target="/trireme:access/user=adam", what=what, value=user)
    whole = machine.get(credential=admin)
    assert machine.write("PUT", "", whole["document"], admin)["etag"] == whole["etag"], "what was read can be written back"


# -- signing in


def sign_in(machine, user, password=PASSWORD, **members):
    return machine.call("sign-in", None, user=user, password=password, **members)


def test_a_session(machine, viewer):
    output = sign_in(machine, "vera")
    assert output["role"] == "viewer" and re.match(r"\d{4}-\d\d-\d\dT.*Z$", output["expires"])
    token = {"token": output["token"]}
    assert machine.state(token)["session"]["user"] == "vera"
    assert "renew" not in machine.ask("state", token, target="")
    changed = output["token"][:-2] + ("AA" if output["token"][-2:] != "AA" else "BB")
    assert machine.refused("state", {"token": changed}, target="")[:2] == SIGN_IN
    assert machine.call("sign-out", token) == {}
    assert machine.refused("state", token, target="")[:2] == SIGN_IN, "ended"


def test_a_session_ends_with_the_password_the_role_counts_at_once(machine, admin):
    credential = machine.user("anna", "viewer")
    token = {"token": sign_in(machine, "anna")["token"]}
    assert machine.refused("rpc", token, name="discard")[:2] == DENIED
    machine.write("PUT", "/trireme:access/user=anna/role", {"trireme:role": "operator"})
    assert machine.call("discard", token)["summary"]
    wrong = {"user": "anna", "password": SECOND, "old": "not the one"}
    assert machine.refused("rpc", token, name="set-password", input=wrong)[:2] == SIGN_IN
    assert machine.refused("rpc", token, name="set-password", input={"user": "anna", "password": SECOND})[0] == "missing-element"
    assert machine.refused("rpc", token, name="set-password", input={"user": "adam", "password": SECOND})[:2] == DENIED
    machine.call("set-password", token, user="anna", password=SECOND, old=PASSWORD)
    assert machine.refused("state", token, target="")[:2] == SIGN_IN
    assert machine.refused("state", credential, target="")[:2] == SIGN_IN
    assert machine.state({"user": "anna", "password": SECOND})["session"]["role"] == "operator"
    machine.call("set-password", admin, user="anna", password=PASSWORD)
    assert sign_in(machine, "anna")["role"] == "operator"
    machine.write("DELETE", "/trireme:access/user=anna")
    assert machine.refused("rpc", name="sign-in", input={"user": "anna", "password": PASSWORD}, origin="192.0.2.8")[:2] == SIGN_IN
    assert machine.refused("rpc", admin, name="set-password", input={"user": "anna", "password": SECOND})[:2] == NOT_FOUND


def test_a_session_of_another_router_is_taken(machine, admin):
    token = {"token": machine.well("rpc", name="sign-in", input=admin, at=machine.second)["output"]["token"]}
    assert machine.state(token)["session"]["user"] == "adam"
    machine.node.kill("api", signal.SIGTERM)
    assert not machine.socket.exists()
    machine.start_broker()
    assert machine.state(token)["session"]["user"] == "adam", "no broker keeps sessions"


def test_tokens_for_programs(machine, admin):
    made = machine.call("create-token", admin, name="ci", role="operator")
    token = {"token": made["token"]}
    assert made["token"].startswith("t1.ci.") and len(made["token"]) == 6 + 43
    assert machine.state(token)["session"] == {"user": "token:ci", "role": "operator"}
    done = machine.write("PUT", "/trireme:virtual-service=web/scheduler", {"trireme:scheduler": "lc"}, token)
    assert machine.state()["revision"][0]["author"] == "token:ci"
    machine.call("rollback", admin, revision=done["revision"] - 1)
    assert machine.refused("rpc", admin, name="create-token", input={"name": "ci", "role": "viewer"})[:2] == ("data-exists", None)
    assert machine.get("/trireme:access/token=ci", admin)["document"]["trireme:token"][0]["hash"] == "$hidden$"
    machine.write("DELETE", "/trireme:access/token=ci", credential=admin)
    assert machine.refused("state", token, target="")[:2] == SIGN_IN
    old = {"name": "old", "role": "viewer", "expires": "2020-01-01T00:00:00Z"}
    assert machine.refused("state", {"token": machine.call("create-token", admin, **old)["token"]}, target="")[:2] == SIGN_IN
    machine.write("DELETE", "/trireme:access/token=old", credential=admin)


def test_wrong_passwords_cost_time(machine, viewer, admin):
    wrong, right = {"user": "vera", "password": "wrong"}, {"user": "vera", "password": PASSWORD}
    machine.state(viewer)
    for _ in range(6):
        assert machine.refused("state", wrong, target="", origin="192.0.2.66")[:2] == SIGN_IN
    processes.wait_for("the seventh", lambda: machine.refused("state", wrong, target="", origin="192.0.2.66")[:2] == SIGN_IN, 30)
    tag, app, error = machine.refused("state", right, target="", origin="192.0.2.66")
    assert (tag, app) == LOCKED_OUT and 1 <= error["retry-after"] <= 2, "what was right elsewhere a moment ago is no way around"
    locked = machine.refused("rpc", name="sign-in", input=right, origin="192.0.2.67")
    assert locked[:2] == LOCKED_OUT, "the user from another address, too, with the right one"
    assert sign_in(machine, "vera")["role"] == "viewer", "but not where the user has signed in before"
    assert machine.state({"user": "adam", "password": PASSWORD}), "others are not"
    assert machine.state(ROOT), "nor is this machine's root"


def test_the_right_password_many_times_at_once_locks_nobody_out(machine, admin):
    credential = machine.user("pia", "viewer")
    request = json.dumps({"op": "get", "target": "/trireme:cluster/name", "from": "192.0.2.70", "credential": credential}).encode()
    connections = [Connection(machine.socket, api_lab.USERS["trireme-web"]) for _ in range(12)]
    for connection in connections:
        connection.send(request)
    answers = [json.loads(connection.receive()) for connection in connections]
    for connection in connections:
        connection.socket.close()
    wrong = [answer["error"]["app-tag"] for answer in answers if "error" in answer]
    assert set(wrong) <= {"busy"} and len(answers) - len(wrong) >= 5, answers
    machine.write("DELETE", "/trireme:access/user=pia")


def test_an_unknown_user_takes_as_long_as_a_known_one(machine, admin):
    """By turns, so that what else the machine does falls on both."""
    taken = {"adam": [], "nobody-at-all": []}
    for number in range(5):
        for user, times in taken.items():
            since = time.monotonic()
            machine.refused("rpc", name="sign-in", input={"user": user, "password": f"wrong {number}"}, origin=f"192.0.2.{number + 100}")
            times.append(time.monotonic() - since)
    known, unknown = map(min, taken.values())
    assert 0.5 < known / unknown < 2, taken


def test_a_password_that_was_right_is_not_checked_again_for_a_minute(machine, admin):
    credential = {"user": "adam", "password": PASSWORD}
    since = time.monotonic()
    machine.refused("rpc", name="sign-in", input={"user": "adam", "password": "wrong"}, origin="192.0.2.201")
    checking = time.monotonic() - since
    machine.state(credential)
    since = time.monotonic()
    for _ in range(50):
        machine.well("hello", credential)
        machine.get("/trireme:cluster/name", credential)
    assert time.monotonic() - since < 50 * checking, "two a turn"


# -- what is told of the node


def yanglint(machine, tmp_path, kind, value):
    path = tmp_path / "data.json"
    path.write_text(json.dumps(value))
    done = subprocess.run(["yanglint", "-p", nodes.YANG, "-t", kind, TOP / "services/api/trireme-api.yang", path],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_state_is_that_of_the_daemons(machine, tmp_path):
    state = processes.wait_for("an owner", lambda: machine.state() if machine.state()["group"][0].get("owner") else None, 30)
    yanglint(machine, tmp_path, "data", {"trireme-api:state": state})
    assert state["quorum"] == "yes" and state["node"] == "r1" and state["unavailable"] == []
    assert state["member"] == [{"name": "r1", "id": 1, "role": "router", "present": True, "fit": True, "standby": False,
                                "reason": state["member"][0]["reason"]}]
    assert {alias["address"] for alias in state["group"][0]["alias"]} == set(machine.cluster.addresses())
    web = next(service for service in state["service"] if service["name"] == "web")
    assert web["address"] == "203.0.113.10" and web["port"] == 80
    assert [real["name"] for real in web["real-server"]] == ["web1", "web2", "web3"]
    assert state["configuration"]["current"] and state["revision"][0]["number"] == state["configuration"]["revision"]


def test_a_daemon_that_does_not_answer_is_a_part_of_the_state(machine):
    machine.node.send_signal("engine", signal.SIGSTOP)
    try:
        machine.call("discard")
        since = time.monotonic()
        state = machine.state()
        assert time.monotonic() - since < 10
        assert [part["part"] for part in state["unavailable"]] == ["engine"] and "service" not in state
        assert state["group"], "the others are asked all the same"
    finally:
        machine.node.send_signal("engine", signal.SIGCONT)
    machine.node.kill("health")
    machine.call("discard")
    assert machine.state()["unavailable"] == [{"part": "health checker", "reason": "the health checker is not running"}]
    machine.start("health")
    processes.wait_for("all daemons", lambda: not machine.state()["unavailable"], 30, 0.2)


def test_numbers_for_everybody_only_where_it_is_said(machine, admin):
    assert machine.refused("state", target="", metrics=True)[:2] == SIGN_IN
    machine.write("PUT", "/trireme:management/metrics/anonymous", {"trireme:anonymous": True}, admin)
    assert "session" not in machine.well("state", target="", metrics=True)["state"]["trireme-api:state"]
    assert machine.refused("state", target="")[:2] == SIGN_IN
    machine.write("DELETE", "/trireme:management/metrics/anonymous", credential=admin)
    assert machine.refused("state", target="", metrics=True)[:2] == SIGN_IN


# -- orders


def test_routers_and_real_servers_are_told_what_to_be(machine, operator):
    machine.call("standby", operator, node="r1", comment="repair")
    assert processes.wait_for("the agent", lambda: machine.state()["member"][0]["standby"], 30)
    machine.call("online", operator, node="r1")
    processes.wait_for("the agent", lambda: not machine.state()["member"][0]["standby"], 30)
    assert machine.refused("rpc", operator, name="standby", input={"node": "r9"})[:2] == NOT_FOUND
    assert machine.refused("rpc", operator, name="switch-over", input={})[0] == "operation-failed", "there is no other router"
    order = {"pool": "web", "real-server": "web2", "admin-state": "drain"}
    machine.call("set-admin-state", operator, **order)
    web = next(service for service in machine.state()["service"] if service["name"] == "web")
    assert next(real for real in web["real-server"] if real["name"] == "web2")["admin-state"] == "drain"
    machine.call("set-admin-state", operator, **{**order, "admin-state": "enabled"})
    newest = machine.call("history", operator, count=1)["revision"][0]
    assert newest["comment"] == f"enabled {order['pool']} {order['real-server']}"
    assert machine.refused("rpc", operator, name="set-admin-state", input={**order, "pool": "none"})[:2] == NOT_FOUND


def test_another_products_file_becomes_the_candidate(machine, operator, tmp_path):
    text = "virtual_server 203.0.113.10 8080 {\n lb_algo wrr\n lb_kind NAT\n protocol TCP\n sorry\n" \
           " real_server 10.77.0.101 80 {\n  weight 2\n }\n}\n"
    machine.write("DELETE", "/trireme:virtual-service=web-direct", credential=operator, what="candidate")
    output = machine.call("import", operator, text=text)
    assert {row["verdict"] for row in output["mapping"]} >= {"mapped"} and "mapped" in output["summary"]
    lines = machine.call("diff", operator)["text"]
    assert "+ virtual-service" in lines and "- virtual-service" not in lines, "of what is in use, not of the candidate before"
    machine.call("discard", operator)
    tag, _, error = machine.refused("rpc", operator, name="import", input={"text": "virtual_server {", "format": "keepalived"})
    assert tag == "invalid-value" and error["value"].startswith("line ")


def test_quorum_is_forced_at_the_machine_itself_only(machine, admin):
    tag, _, error = machine.refused("rpc", admin, name="force-quorum", input={"word": "others-are-off"})
    assert tag == "access-denied" and "at the machine itself" in error["message"]
    tag, _, error = machine.refused("rpc", ROOT, name="force-quorum", input={"word": "yes"})
    assert tag == "invalid-value" and "allowed is 'others-are-off'" in error["message"]


# -- the audit


def test_the_audit(machine, admin, operator):
    machine.write("PUT", "/trireme:virtual-service=web/scheduler", {"trireme:scheduler": "lc"}, operator)
    machine.refused("rpc", operator, name="override", input={"word": "override"})
    entries = machine.call("audit", admin, count=1000)["entry"]
    last = entries[-2:]
    assert last[0]["user"] == "olga" and last[0]["action"] == "PUT" and last[0]["outcome"].startswith("revision ")
    assert last[0]["target"] == "/trireme:virtual-service=web/scheduler" and last[0]["from"] == "192.0.2.1"
    assert last[1]["action"] == "override" and last[1]["outcome"] == "access-denied"
    kinds = {(entry["user"], entry["action"], entry["outcome"]) for entry in entries}
    assert ("vera", "sign-in", "ok") in kinds and ("vera", "sign-in", "refused") in kinds
    assert ("", "sign-in", "refused: no such user") in kinds and ("", "sign-in", "refused: no such token") in kinds
    assert not any(entry["user"] == "nobody-at-all" for entry in entries), "it may be a password"
    assert (machine.data / "audit").stat().st_mode & 0o777 == 0o600
    assert 'audit: {"time":' in machine.log()
    assert len(machine.call("audit", admin, count=3)["entry"]) == 3
    machine.write("PUT", "/trireme:virtual-service=web/scheduler", {"trireme:scheduler": "wrr"}, operator)


def test_the_audit_is_bounded(machine, admin):
    filler = json.dumps({"time": "2020-01-01T00:00:00Z", "user": "filler"}) + "\n"
    with (machine.data / "audit").open("a") as audit:
        audit.write(filler * (((1 << 20) - audit.tell()) // len(filler)))
    machine.call("discard", admin)
    assert (machine.data / "audit").stat().st_size < 1000
    assert (1 << 20) - 1000 <= (machine.data / "audit.old").stat().st_size <= 1 << 20
    entries = machine.call("audit", admin, count=2)["entry"]
    assert [entry.get("action") for entry in entries] == [None, "discard"], "of both files, the newest last"


def test_an_entry_that_a_power_cut_has_cut_off_costs_no_other(machine, admin):
    with (machine.data / "audit").open("a") as audit:
        audit.write('{"time":"2020-01-01T00:00:00Z","us')
    machine.call("discard", admin)
    assert [entry["action"] for entry in machine.call("audit", admin, count=1)["entry"]] == ["discard"]


# -- the socket


def test_only_the_fronts_may_ask(machine):
    """Any other user of the machine is refused; the front with TLS does not speak for local users."""
    script = ("import json,struct,sys,socket\n"
              "s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); t=sys.argv[2].encode()\n"
              "try:\n s.sendall(struct.pack('>I',len(t))+t); n,=struct.unpack('>I',s.recv(4)); print(s.recv(n,socket.MSG_WAITALL).decode())\n"
              "except (OSError, struct.error): print('')\n")
    request = json.dumps({"op": "state", "target": "", "credential": ROOT})

    def ask(uid):
        command = ["setpriv", f"--reuid={uid}", "--clear-groups", "/usr/bin/python3", "-c", script, "/run/trireme/broker", request]
        return machine.node.run(*command).strip()
    assert ask(12345) == "" and ask(601) == ""
    assert json.loads(ask(602))["error"]["tag"] == "malformed-message"
    assert ask(603).startswith('{"state":')


def test_frames_are_bounded(machine):
    for head in (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x00\x30\x00\x01"):
        with Connection(machine.socket) as connection:
            connection.socket.sendall(head)
            assert connection.receive() is None
    with Connection(machine.socket) as connection:
        connection.send(b"x" * (3 << 20))
        assert json.loads(connection.receive())["error"]["tag"] == "malformed-message"
        assert connection.ask({"op": "hello"})["node"] == "r1", "the connection goes on"
        for number in range(20):
            assert connection.ask({"op": "hello", "from": str(number)})["node"] == "r1"


def test_many_clients_share_the_broker(machine):
    connections = [Connection(machine.socket) for _ in range(60)]
    try:
        alive = []
        for connection in connections:
            try:
                connection.send(b'{"op":"hello"}')
                alive.append(connection)
            except OSError:
                pass
        answered = sum(connection.receive() is not None for connection in alive)
        assert answered == 48, "no front has all of them"
    finally:
        for connection in connections:
            connection.socket.close()
    processes.wait_for("room", lambda: machine.well("hello"), 30)


def test_it_has_no_rights(machine):
    status = Path(f"/proc/{machine.pid()}/status").read_text()
    assert re.search(r"^CapEff:\t0+$", status, re.M) and re.search(r"^CapBnd:\t0+$", status, re.M)
    assert "NoNewPrivs:\t1" in status and "Seccomp:\t2" in status
    helper = next(pid for pid in os.listdir("/proc") if pid.isdigit() and parent(pid) == machine.pid())
    status = Path(f"/proc/{helper}/status").read_text()
    assert "Uid:\t604\t604\t604\t604" in status and "Seccomp:\t2" in status and re.search(r"^CapEff:\t0+$", status, re.M)
    assert os.listdir(f"/proc/{helper}/fd") == ["0"]


def parent(pid):
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0


def test_without_the_helper_it_begins_anew(machine, admin):
    helper = next(pid for pid in os.listdir("/proc") if pid.isdigit() and parent(pid) == machine.pid())
    os.kill(int(helper), signal.SIGKILL)
    assert machine.refused("rpc", name="sign-in", input={"user": "adam", "password": PASSWORD}, origin="192.0.2.5")[1] == "busy"
    machine.node.daemons["api"].wait(10)
    machine.start_broker()
    assert sign_in(machine, "adam")["role"] == "administrator"


def test_a_config_service_that_hangs_keeps_nobody_else_waiting(machine, admin):
    request = json.dumps({"op": "get", "target": "", "from": "192.0.2.1", "credential": admin}).encode()
    machine.state(admin)
    connections = [Connection(machine.socket, api_lab.USERS["trireme-web"]) for _ in range(12)]
    machine.node.send_signal("config", signal.SIGSTOP)
    try:
        for connection in connections:
            connection.send(request)
        since = time.monotonic()
        state = machine.state(admin)
        assert time.monotonic() - since < 10
        assert [part["part"] for part in state["unavailable"]] == ["config service"] and state["group"]
    finally:
        machine.node.send_signal("config", signal.SIGCONT)
    answers = [json.loads(connection.receive()) for connection in connections]
    busy = [answer["error"]["app-tag"] for answer in answers if "error" in answer]
    assert set(busy) == {"busy"} and len(answers) - len(busy) >= 3, "those who were waiting are answered"


def test_it_says_who_is_not_there(machine, admin):
    machine.node.kill("config")
    try:
        assert machine.refused("get", ROOT, target="")[:2] == BUSY
        assert sign_in(machine, "adam")["role"] == "administrator", "who somebody is, it knows by itself"
    finally:
        machine.node.start_config()
    processes.wait_for("the config service", lambda: machine.config().get("current"), 30, 0.2)


def test_a_frame_that_does_not_end_ends_the_connection(machine):
    """It was begun when everything else was."""
    assert machine.unfinished.receive() is None
    assert time.monotonic() - machine.since > 10
