"""Live lab: two releases in one cluster of real corosync, config services and agents. The older one is what is shipped; the
later one is the same program built with the next feature level (trireme-config-after) and a model with one more leaf. At the
end what is shipped is the later one, beside one of the level before with its model. Logs: build/test/labs/versions/."""
import json
import re
import shutil
import sqlite3
import struct
import sys
import tempfile
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "ci"))
from lab import nodes, processes  # noqa: E402 - the path must be set first

LOGS = TOP / "build/test/labs/versions"
TESTS = nodes.BIN.parent / "tests"
OLDER, MODEL, LATER = "2026-11-24", "2026-11-28", "2099-01-01"  # documents that need no more follow the oldest
LEVEL_AT = 72  # in the image's header (services/schema/image.c)
LEAF = """
    leaf contact {
      type string {
        length "1..64";
      }
      tre:since 4;
      description "Whom to ask.";
    }
"""


def later_model(folder):
    """The model with one more leaf, of feature level 4, and a revision that says so."""
    shutil.copytree(nodes.YANG, folder, ignore=shutil.ignore_patterns("*.[ch]", "tests"))
    for name, old, new in (
            ("trireme.yang", f"  revision {MODEL}", f'  revision {LATER} {{\n    description "A leaf more.";\n  }}\n  revision {MODEL}'),
            ("trireme-system.yang", "  description", "  import trireme-extensions {\n    prefix tre;\n  }\n\n  description"),
            ("trireme-system.yang", "  container system {", "  container system {" + LEAF)):
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))
    return folder


def without(word, text):
    """The model's text without the statements that carry that word."""
    opened, blocks = [], []
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[{}]', text):
        if token[0] == "{":
            opened.append(text.rfind("\n", 0, token.start()) + 1)
        elif token[0] == "}":
            blocks.append((opened.pop(), token.end() + 1))
    for begin, end in sorted(blocks, key=lambda block: block[1] - block[0]):  # inner ones first
        if word in text[begin:end]:
            return without(word, text[:begin] + text[end:])
    return text


def earlier_model(folder):
    """The model without what its newest revision has added."""
    shutil.copytree(nodes.YANG, folder, ignore=shutil.ignore_patterns("*.[ch]", "tests", "trireme-access.yang",
                                                                      "trireme-management.yang", "trireme-fencing.yang"))
    for name, old in (("trireme.yang", r"  include trireme-(access|management|fencing);\n"),
                      ("trireme.yang", rf"  revision {MODEL} {{[^}}]*}}\n"),
                      ("trireme-cluster.yang", rf"  revision {MODEL} {{[^}}]*}}\n")):
        text, n = re.subn(old, "", (folder / name).read_text())
        assert n
        (folder / name).write_text(text)
    for path in folder.glob("*.yang"):
        path.write_text(without("tre:since", path.read_text()))
    assert not any("tre:since" in path.read_text() for path in folder.glob("*.yang"))
    return folder


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return TESTS / "trireme-config-before", earlier_model(tmp_path_factory.mktemp("yang") / "yang")


@pytest.fixture(scope="module")
def after(tmp_path_factory):
    return TESTS / "trireme-config-after", later_model(tmp_path_factory.mktemp("yang") / "yang")


@pytest.fixture(scope="module")
def whole(after):
    with nodes.Nodes(LOGS, nodes.slow, {"r1": after, "w": after}) as made:
        made.start()
        made.wait_ready(made.wait_owner(("r1", "r2")), 20)
        yield made


@pytest.fixture
def cluster(whole):
    """Every test leaves all nodes with the same revision."""
    whole.wait_current()
    return whole


def restart(node, release):
    """The machine starts with the other slot, as far as the configuration is concerned; returns what the boot said."""
    node.kill("config")
    node.release = release
    said = node.load()
    node.start_config()
    return said


def running(node):
    return node.config().document()


def priority(node):
    return {entry["name"]: entry.get("priority", 100) for entry in running(node)["trireme:cluster"]["node"]}["w"]


def contact(node):
    return running(node).get("trireme:system", {}).get("contact")


def set_and_commit(node, path, value, refused=False):
    administrator = node.config()
    administrator.set(path, value)
    said = administrator.commit(refused)
    if refused:
        administrator.discard()
    return said


def revisions(node):
    return node.config().history(100)["revisions"]


def model(node):
    """Which model the newest revision follows."""
    return revisions(node)[0]["model"]


def published(node):
    """What the services are told: the revision, whether it is the newest, the feature level."""
    number, _, level, flags = struct.unpack_from("=Q32sII", (node.root / "run/trireme/config.image").read_bytes(), 32)
    return number, bool(flags & 1), level


def stored(node):
    """Every revision as the datastore has it, without what the replication notes beside it. The service has it locked: a
    copy is read."""
    with tempfile.TemporaryDirectory() as folder:
        for path in (node.root / "data/trireme").glob("config.db*"):
            shutil.copy(path, folder)
        with sqlite3.connect(f"{folder}/config.db") as store:
            return store.execute("SELECT number, hex(id), model, text FROM revision JOIN body ON digest = body "
                                 "ORDER BY number").fetchall()


def wait_behind(node, number):
    """Until the node has heard that this revision is the newest, and cannot use it."""
    def behind():
        state = node.config_state()
        return state.get("open") and state["revision"] == number and not state["current"]
    processes.wait_for(f"{node.name} to be behind {number}", behind, 30, 0.1)


def check_owns_nothing(cluster, name):
    """The agent of that node is there, and may not take the addresses."""
    def unfit():
        entry = next(entry for entry in cluster[name].ask("status")["nodes"] if entry["name"] == name)
        return not entry["fit"] and entry["present"] and "its configuration is not the newest" in entry["reason"]
    processes.wait_for(f"{name} to be unfit", unfit, 30, 0.1)
    owner = cluster.wait_owner()
    assert owner != name and cluster[owner].ask("switchover")["error"] != 0
    assert cluster.holders() == [owner]


def test_one_medium_gives_both_releases_the_same_first_revision(cluster):
    assert len({revisions(node)[-1]["id"] for node in cluster.nodes.values()}) == 1
    assert {row[2] for row in stored(cluster["r1"])} == {OLDER}
    for node in cluster.nodes.values():
        assert node.config_state()["level"] == 3
        processes.wait_for("the level in the image", lambda node=node: published(node)[1:] == (True, 3), 30)
    assert "feature level 3, as r2 has no more" in cluster["r1"].config_state()["summary"]


@pytest.mark.parametrize("author,value", (("r1", 31), ("r2", 32)))
def test_a_commit_of_either_is_in_use_everywhere(cluster, author, value):
    set_and_commit(cluster[author], "/cluster/node[name='w']/priority", str(value))
    cluster.wait_current()
    assert {priority(node) for node in cluster.nodes.values()} == {value}
    assert {model(node) for node in cluster.nodes.values()} == {OLDER}


def test_a_leaf_that_one_node_does_not_know_is_refused(cluster):
    said = set_and_commit(cluster["r1"], "/system/contact", "x", refused=True)
    assert "/trireme:system/contact" in said and "feature level 4, r2 has 3" in said
    assert "contact" in cluster["r2"].config().set("/system/contact", "x", refused=True)


def test_the_owner_is_lost_and_the_other_release_takes_over(cluster):
    owner = cluster.wait_owner(("r1", "r2"))
    other = "r2" if owner == "r1" else "r1"
    cluster[owner].power_off()
    assert cluster.wait_owner((other,)) == other
    set_and_commit(cluster[other], "/cluster/node[name='w']/priority", "33")
    cluster[owner].power_on()
    cluster.wait_current()
    assert {priority(node) for node in cluster.nodes.values()} == {33}
    cluster.wait_ready(other)


@pytest.mark.parametrize("author,back", (("r2", 1), ("r1", 3)))
def test_a_rollback_of_either_is_in_use_everywhere(cluster, author, back):
    number = revisions(cluster[author])[back]["revision"]
    cluster[author].config().rollback(number)
    cluster.wait_current()
    expected = cluster["w"].config().document(number)
    assert all(running(node) == expected for node in cluster.nodes.values())


def test_a_node_that_is_updated_keeps_what_is_stored_and_lifts_the_level(cluster, after):
    before = stored(cluster["r2"])
    assert restart(cluster["r2"], after) == ""
    cluster.wait_current()
    assert stored(cluster["r2"]) == before
    assert all(node.config_state()["level"] == 4 for node in cluster.nodes.values())
    set_and_commit(cluster["r2"], "/system/contact", "x")
    cluster.wait_current()
    assert {contact(node) for node in cluster.nodes.values()} == {"x"}
    assert stored(cluster["r1"])[:-1] == before and stored(cluster["r1"])[-1][2] == LATER


def test_the_older_release_after_that_works_with_what_it_knows_and_owns_nothing(cluster):
    """As from the other slot. A rollback that takes the leaf away lets it in again."""
    node, last = cluster["r2"], stored(cluster["r1"])
    newest = last[-1][0]
    if cluster.wait_owner() == "r2":
        cluster.wait_ready("r2")
        node.switch_over()
        cluster.wait_owner(("r1",))
    said = restart(node, nodes.RELEASE)
    assert f"revision {newest} is of a later software" in said and f"knows, {newest - 1}, is in use" in said
    wait_behind(node, newest)
    assert published(node)[:2] == (newest - 1, False)
    check_owns_nothing(cluster, "r2")
    assert f"it works with revision {newest - 1}, and owns nothing" in node.config_state()["summary"]
    assert "commit on another node" in set_and_commit(node, "/cluster/node[name='w']/priority", "41", refused=True)
    assert "r2 has 3" in set_and_commit(cluster["r1"], "/cluster/node[name='w']/priority", "41", refused=True)
    node.kill("config")  # a crash: what it was told at boot is still there
    node.start_config()
    wait_behind(node, newest)
    check_owns_nothing(cluster, "r2")
    assert stored(node) == last
    cluster["r1"].config().rollback(newest - 1)
    cluster.wait_current()
    assert published(node)[:2] == (newest + 1, True) and contact(cluster["r1"]) is None
    assert stored(node)[:-1] == last and model(node) == OLDER


def test_a_running_node_that_hears_of_a_revision_it_does_not_know(cluster):
    node, newest = cluster["r2"], cluster.wait_current() + 1
    node.kill("config")
    processes.wait_for("the level", lambda: cluster["r1"].config_state()["level"] == 4, 30, 0.1)
    set_and_commit(cluster["r1"], "/system/contact", "y")
    node.start_config()
    wait_behind(node, newest)
    assert published(node)[:2] == (newest - 1, False)
    check_owns_nothing(cluster, "r2")
    node.config().rollback(newest - 1)
    cluster.wait_current()
    assert published(node)[:2] == (newest + 1, True)
    assert stored(node) == stored(cluster["r1"])


def test_the_level_before_this_one(cluster, before):
    """What is shipped, with a node of the release before."""
    last = stored(cluster["r2"])
    for name in ("r1", "w"):
        restart(cluster[name], nodes.RELEASE)
    assert restart(cluster["r2"], before) == ""
    cluster.wait_current()
    assert stored(cluster["r2"]) == last
    assert all(node.config_state()["level"] == 2 for node in cluster.nodes.values())
    for author, value in (("r1", 51), ("r2", 52)):
        set_and_commit(cluster[author], "/cluster/node[name='w']/priority", str(value))
        cluster.wait_current()
        assert {priority(node) for node in cluster.nodes.values()} == {value}
    assert "is not understood" not in "".join(node.log("config") for node in cluster.nodes.values())


@pytest.mark.parametrize("path,value", (("/cluster/node[name='r1']/standby", "true"), ("/management/session-timeout", "600"),
                                        ("/pool[name='six']/real-server[name='a']", json.dumps({"address": "fd00:77::101"})),
                                        ("/access/token[name='t']", json.dumps({"role": "viewer", "hash": 64 * "a"}))))
def test_what_this_release_adds_waits_for_the_last_node(cluster, path, value):
    said = set_and_commit(cluster["r1"], path, value, 1)
    assert f"/trireme:{path[1:]}" in said and "feature level 3, r2 has 2" in said
