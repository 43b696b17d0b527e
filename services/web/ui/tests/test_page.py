"""The page as a person uses it: Chromium at the real front, with broker, config service and agents of a whole cluster behind it."""
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(TOP / "services/web/tests"))
import web_lab  # noqa: E402 - the path must be set first
from lab import browser, nodes  # noqa: E402

LOGS = TOP / "build/test/tools/page"
URL = f"https://{web_lab.ADDRESS}"
ADA = {"user": "ada", "password": web_lab.PASSWORD}
LVS = """serial_no = 14
primary = 203.0.113.11
nat_router = 10.77.0.1 eth1:1
virtual ftp {
     active = 1
     address = 203.0.113.10 eth0:1
     port = 21
     protocol = tcp
     scheduler = wlc
     server web1 {
         address = 10.77.0.101
         active = 1
         weight = 1
     }
}
"""


@pytest.fixture(scope="module")
def machine():
    """r1 is the one that the browser is at; r2 and w make the cluster whole."""
    with web_lab.Machine(LOGS, nodes.slow, browser.BUILT / "build/dist") as made:
        made.cluster.wait_current()
        yield made


@pytest.fixture(scope="module")
def page(machine):
    made = browser.Page(machine.lab, "client", URL, LOGS)
    yield made
    made.close()


def revision(machine):
    return machine.root("/restconf/data/trireme-api:state/configuration/revision").json()["trireme-api:revision"]


def scheduler(machine, of="web"):
    return machine.root(f"/restconf/data/trireme:virtual-service={of}/scheduler").json()["trireme:scheduler"]


def change_scheduler(machine, value, of="web"):
    machine.change(f"/restconf/data/trireme:virtual-service={of}/scheduler", "PATCH", {"trireme:scheduler": value})


# What a router says that has a data path of its own: none runs here.
CARRIED = {
    "service": [{"name": "carried", "address": "203.0.113.10", "port": 80, "protocol": "tcp", "method": "nat", "scheduler": "mh", "applied": True,
                 "datapath": "xdp", "real-server": [
                     {"name": "a-real-server-with-a-long-name", "address": "10.77.0.101", "port": 80, "weight": 1, "health": "up",
                      "admin-state": "enabled", "in-use": True, "active": 1234567, "inactive": 34567, "connections": "18446744073709551615",
                      "packets-in": "1234567890", "packets-out": "1234567891", "bytes-in": "987654321098", "bytes-out": "1234567890123"}]}],
    "datapath": {"half-open": 3, "half-open-max": 65536, "memory": "56000000", "expired": "77", "gone": "5",
                 "table": [{"family": "ipv4", "flows": 1048576, "templates": 2, "room": 1048576},
                           {"family": "ipv6", "flows": 0, "templates": 0, "room": 262144}],
                 "reason": [{"name": "drop-malformed", "description": "dropped: malformed", "packets": "9"},
                            {"name": "never", "description": "never seen", "packets": "0"}]},
    "synchronisation": {"synchronised": False, "records": "1234567890123", "messages": "1", "bytes": "2048", "events-lost": "1",
                        "full-transfers": "2", "repeated": "3", "unsent": "4", "refused": "5", "router": [
                            {"name": "r2", "present": True, "complete": False, "whole": True, "lag": "1200", "records": "6", "messages": "7",
                             "missed": "8", "stale": "1", "unknown": "1", "no-room": "1", "wrong-key": "1"}]},
}


# The tests build on one another: a person does not start anew for each.


def test_nobody_can_sign_in_before_there_is_a_user(machine, page):
    page("says", text="Set the administrator's password at the router's console")
    machine.user("ada", "administrator")
    page("reload")
    page("says_not", text="Nobody can sign in yet")


def test_a_wrong_password_is_refused_in_words(page):
    words = page("is_refused", user="ada", password="wrong")
    assert "The user or the password is not right." in words
    page("sign_in", **ADA)


def test_the_tiers_are_drawn(machine, page):
    owner = machine.cluster.wait_owner()
    page("tiers_show", node="r1", owner=owner, addresses=machine.cluster.addresses(), services=["web", "web-direct"])


def test_what_changes_is_seen_without_a_reload(machine, page):
    machine.change("/restconf/data/trireme:pool=web/real-server=web1/weight", "PATCH", {"trireme:weight": 4711})
    page("server_row_has", service="web", server="web1", text="4711")


def test_a_real_server_is_drained_and_used_again(machine, page):
    path = "/restconf/data/trireme:pool=web/real-server=web2/admin-state"
    page("use_server", service="web", server="web2", choice="Drain")
    assert machine.root(path).json() == {"trireme:admin-state": "drain"}
    page("use_server", service="web", server="web2", choice="Enabled")
    assert machine.root(path).json() == {"trireme:admin-state": "enabled"}


def test_a_form_says_what_the_model_says(page):
    scheduling = page("field_says", part="virtual-service", entry="web", field="scheduler")
    assert "mh" in scheduling["options"] and "How a real server is chosen" in scheduling["words"]
    interval = page("field_says", part="virtual-service", entry="web", field="interval")
    assert interval["placeholder"] == "1000" and "100..600000" in interval["words"]
    assert set(page("field_says", part="virtual-service", entry="web", field="pool")["options"]) >= {"web", "web-direct"}


def test_a_pool_says_what_its_machines_need(page):
    page("part_says", part="pool", entry="web", text="sh realserver.sh nat --gateway 10.77.0.1")
    page("part_says", part="pool", entry="web-direct", text="sh realserver.sh direct --vip 203.0.113.20")


def test_a_wrong_value_is_refused_at_its_field(machine, page):
    before = revision(machine)
    words = page("is_not_saved", part="pool", entry="web", below="web2", field="address", value="10.77.0.300")
    assert "/trireme:pool[name='web']/real-server[name='web2']/address" in words and "10.77.0.300" in words
    assert "an IPv4 address as in 192.0.2.1" in words
    page("nothing_to_commit")
    assert revision(machine) == before


def test_a_commit_on_trial_is_kept(machine, page):
    page("set_field", part="virtual-service", entry="web", field="scheduler", value="rr", choose=True)
    lines = page("changes")
    assert len(lines) == 1 and "virtual-service[name='web']/scheduler" in lines[0] and "→ rr" in lines[0]
    assert scheduler(machine) == "wrr"
    page("commit", comment="round robin", trial=5)
    assert scheduler(machine) == "rr"
    assert 280 < page("trial_left") <= 300
    page("reload")
    assert 270 < page("trial_left") <= 300
    page("end_trial", keep=True)
    assert "confirm" not in machine.root("/restconf/data/trireme-api:state/configuration").body


def test_a_commit_on_trial_is_rolled_back(machine, page):
    page("set_field", part="virtual-service", entry="web", field="scheduler", value="sh", choose=True)
    page("commit", comment="by source", trial=5)
    assert scheduler(machine) == "sh"
    page("end_trial", keep=False)
    assert scheduler(machine) == "rr"


def test_nobodys_commit_is_overwritten(machine, page):
    page("set_field", part="virtual-service", entry="web", field="scheduler", value="lc", choose=True)
    change_scheduler(machine, "nq", "web-direct")
    refused = page("is_not_committed")
    assert "web-direct" in refused["theirs"] and "nq" in refused["theirs"], refused
    assert scheduler(machine) == "rr"
    page("discard")


def test_a_form_follows_what_others_commit(machine, page):
    page("type_only", part="virtual-service", entry="web", field="scheduler", value="wlc")
    change_scheduler(machine, "sed")
    words = page("is_told_of_the_other")
    assert "scheduler: rr → sed" in words, words
    page("form_has", field="scheduler", value="sed")
    change_scheduler(machine, "rr")
    page("form_has", field="scheduler", value="rr")


def test_a_secret_is_removed_by_the_form(machine, page):
    machine.user("bob", "viewer")
    path = "/restconf/data/trireme:access/user=bob"
    assert "password" in machine.root(path).body
    page("remove_secret", part="access", entry="bob", field="password")
    page("commit", comment="bob signs in no more", trial=0)
    assert "password" not in machine.root(path).body


def test_entries_are_added_and_removed(machine, page):
    page("add_entry", part="virtual-service", fields=[["name", "extra"], ["port", "8080"]],
         choices=[["kind of match", "address"], ["address", "203.0.113.10"], ["kind of port", "port"], ["pool", "web"]])
    page("commit", comment="a further service", trial=0)
    assert machine.root("/restconf/data/trireme:virtual-service=extra/port").json() == {"trireme:port": 8080}
    page("remove_entry", part="virtual-service", entry="extra")
    page("commit", comment="and without it", trial=0)
    assert machine.root("/restconf/data/trireme:virtual-service=extra").status == 404


def test_history_leads_back(machine, page):
    before = revision(machine)
    change_scheduler(machine, "sed")
    lines = page("go_back", revision=before)
    assert "sed → rr" in lines, lines
    assert scheduler(machine) == "rr" and revision(machine) == before + 2


def test_a_file_is_imported(page):
    assert page("drop_file", name="lvs.cf", text=LVS) == LVS
    lines = page("import_text", text=LVS)
    (port,) = [line for line in lines if "port = 21" in line]
    assert "mapped" in port and "virtual-service[name='ftp']/port" in port, port
    assert any("serial_no" in line and "dropped" in line for line in lines)
    assert any("virtual-service[name='ftp']" in line for line in page("changes"))
    page("discard")


def test_addresses_move_by_the_page(machine, page):
    owner = machine.cluster.wait_owner()
    other = "r2" if owner == "r1" else "r1"
    words = page("switch_over", **{"from": owner})
    for text in (f"{owner} gives up these addresses, and {other} takes them", *machine.cluster.addresses(), "Connections that are open now break"):
        assert text in words, words
    page("member_is", member=other, word="active")
    assert machine.cluster.wait_owner() == other


def test_maintenance_begins_and_ends(machine, page):
    owner = machine.cluster.wait_owner()
    other = "r2" if owner == "r1" else "r1"
    assert "gives up these addresses" in page("maintenance", member=owner, end=False)
    page("member_is", member=owner, word="in maintenance")
    assert machine.cluster.wait_owner() == other
    page("maintenance", member=owner, end=True)
    page("member_is", member=owner, word="ready to take over")


def test_of_several_groups_each_has_its_sentence(machine, page):
    owner = machine.cluster.wait_owner()
    other = "r2" if owner == "r1" else "r1"
    path = "/restconf/data/trireme:alias-group=second"
    machine.change(path, "PUT", {"trireme:alias-group": [
        {"name": "second", "preferred": [other], "alias": [{"label": "eth0:9", "address": "203.0.113.90"}]}]})
    page("part_is", member=other, group="second", role="owner", text="203.0.113.90")
    page("part_is", member=other, group="main", role="standby", text=f"{owner} is the owner")
    page("part_is", member=owner, group="second", role="standby", text=f"{other} is the owner")
    page("part_is", member=owner, group="main", role="owner", text="with epoch")
    machine.cluster[other].cables(False, [1])
    page("part_is", member=other, group="main", role="unfit", text="eth1 has no carrier since")
    machine.cluster[other].cables(True, [1])
    page("part_is", member=other, group="main", role="standby", text=f"{owner} is the owner")
    machine.change(path, "DELETE")
    page("has_no_parts", member=other, group="main")
    machine.cluster.wait_owner()


def test_the_keyboard_is_enough(page):
    page("keyboard_alone")


def test_every_page_fits_a_telephone(page):
    page("open", viewport={"width": 360, "height": 740}, hasTouch=True)
    page("sign_in", **ADA)
    places = ["overview", "configuration", "configuration/cluster", "configuration/pool=web", "configuration/virtual-service=%2B", "changes",
              "history", "import", "account"]
    assert page("too_wide", places=places) == {}
    page("open")
    page("sign_in", **ADA)


@pytest.mark.parametrize("options", ({}, {"viewport": {"width": 360, "height": 740}, "hasTouch": True}), ids=("desk", "telephone"))
def test_what_the_data_path_has_done(page, options):
    page("open", **options)
    page("sign_in", **ADA)
    names = "Real servers of carried", "Data path", "Synchronisation"
    said = page("overview_with", more=CARRIED, sections=names)
    servers, carried, told = (said[name].replace("\u202f", " ") for name in names)
    assert "in 988 GB, 1 234 567 890 packets · out 1.2 TB, 1 234 567 891 packets · 34 567 closed or of UDP" in servers, servers
    for text in ("1 048 576 connections, 2 clients kept at a real server; room for 1 048 576", "3; with more than 65 536", "56 MB",
                 "77 by their time, 5 with their real server or service", "9 packets not simply forwarded", "dropped: malformed"):
        assert text in carried, carried
    assert "never seen" not in carried
    for text in ("not complete", "1 234 567 890 123 connections and changes in 1 message, 2.0 kB", "4 messages not sent, 3 sent once more",
                 "5 messages of strangers", "told 2 times; too many changes at once 1 time", "lacks some connections of r1, 1 200 ms behind"):
        assert text in told, told
    assert said["over"] <= 0, "it does not fit the window"
    page("open")
    page("sign_in", **ADA)


def test_a_lost_connection_is_said(machine, page):
    page("visit_page", name="Overview")
    machine.cluster[machine.node.name].cables(False)
    page("connection_is_lost")
    machine.cluster[machine.node.name].cables(True)
    page("connection_is_back")
    machine.cluster.wait_current()


def test_a_password_is_changed(page):
    page("change_password", old=web_lab.PASSWORD, password="another horse battery")
    page("sign_out")
    page("is_refused", **ADA)
    page("sign_in", user="ada", password="another horse battery")


def test_edits_outlive_a_session(machine, page):
    page("type_only", part="virtual-service", entry="web", field="scheduler", value="wlc")
    machine.user("ada", "administrator")
    page("goes_on_after_sign_in", **ADA, field="scheduler", value="wlc")


def test_viewers_only_look(machine, page):
    machine.user("eve", "viewer")
    page("sign_out")
    page("sign_in", user="eve", password=web_lab.PASSWORD)
    assert page("buttons_of_the_overview") == []


def test_many_wrong_passwords_are_stopped(page):
    page("sign_out")
    words = ""
    for _ in range(12):
        words = page("is_refused", user="eve", password="wrong")
        if "Next attempt in" in words:
            break
    assert "Next attempt in" in words


def test_the_page_did_nothing_that_it_must_not(page):
    assert page("faults") == []
