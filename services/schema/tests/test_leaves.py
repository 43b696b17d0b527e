"""A leaf without effect is a defect: every leaf of the model is given another value, and that value is seen in the kernel, in a
process, in a file that another program reads, or in what the API says. The table is leaves.py; its rows for IPVS and for
VLANs and bonds are walked in the guests of services/engine/tests and services/system/tests. Logs: build/test/labs/leaves/."""
import re
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import leaf_lab  # noqa: E402 - the path must be set first
import leaves  # noqa: E402
from lab import processes  # noqa: E402 - leaf_lab has set its path


@pytest.fixture(scope="module")
def machine():
    with leaf_lab.Machine(lambda document: leaves.machine(document, leaf_lab.nodes.TIMING)) as made:
        yield made


@pytest.fixture(scope="module")
def model(machine):
    """What the model says of every leaf, leaf-list and presence container, by path."""
    found = {}

    def walk(path, keys):
        for child in machine.api.ask("describe", path=path or "/")["node"]["children"]:
            below = f"{path}/{child['name']}"
            if child["kind"] in ("leaf", "leaf-list") or child.get("presence"):
                found[below] = {**child, "is_key": child["name"] in keys}
            if child["kind"] in ("container", "list"):
                walk(below, child.get("keys", []))
    walk("", [])
    return found


def test_every_leaf_has_a_row_and_every_row_a_leaf(model):
    rows = [leaves.of_model(row.path) for row in leaves.ALL]
    assert set(model) - set(rows) == set(), "without a row"
    assert set(rows) - set(model) == set(), "no such leaf"
    assert len(rows) == len(set(rows)), "two rows for one leaf"


def test_no_row_gives_the_default(model):
    for row in leaves.ALL:
        assert str(row.value) != model[leaves.of_model(row.path)].get("default"), row.path


def test_what_is_only_shown_is_a_name(model):
    """Everything stands in the document that the API shows: that counts for nothing but the name of an entry."""
    shown = [row.path for row in leaves.ALL if row.place == "shown"]
    assert all(model[leaves.of_model(path)]["is_key"] for path in shown), shown


@pytest.mark.parametrize("row", leaves.MACHINE, ids=lambda row: leaves.of_model(row.path))
def test_leaf(machine, row):
    wanted = re.compile(row.wanted, re.MULTILINE)
    assert not wanted.search(machine.before[row.place]), "seen before it was set"
    if row.place == "boot":
        machine.document = leaves.changed(machine.base, row)
        assert wanted.search(machine.look("boot"))
        return
    machine.put(leaves.changed(machine.base, row))
    processes.wait_for(f"{row.wanted} in {row.place}", lambda: wanted.search(machine.look(row.place)), 30)
