"""The counting behind the closing line: nothing that went wrong may be counted as passed."""
import subprocess
from pathlib import Path

import pytest

TALLY = Path(__file__).resolve().parents[1] / "tally"


def tally(folder, log, status=0):
    (folder / "log").write_text(log)
    done = subprocess.run([TALLY, folder, str(status)], text=True, capture_output=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("log, status, counts", [
    ("== a\n1..2\nok 1 - x\nok 2 - y\n", 0, "2 0"),
    ("== a\n1..2\nok 1 - x\nnot ok 2 - y\n", 1, "1 1"),
    ("== a\n1..3\nok 1 - x\n== b\n1..1\nok 1 - z\n", 2, "2 1"),  # a crashed after its first test
    ("== a\n== b\n1..1\nok 1 - z\n", 2, "1 1"),                  # a crashed before it said anything
    ("== a\nok x\n== end 3\n", 1, "1 1"),                        # a script that ends badly without a word
    ("== a\nok x\nnot ok y\n== end 1\n", 1, "1 1"),              # counted once
    ("ok x\n", 124, "1 1"),                                      # time limit
    ("", 0, "0 1"),                                              # nothing ran
    ("nothing to see\nokay\n", 0, "0 1"),
])
def test_logs(tmp_path, log, status, counts):
    assert tally(tmp_path, log, status)[0] == counts


def test_junit(tmp_path):
    (tmp_path / "a.xml").write_text(
        "<testsuites><testsuite><testcase classname='m' name='a'/>"
        "<testcase classname='m' name='b'><failure/></testcase>"
        "<testcase classname='m' name='c'><skipped/></testcase></testsuite></testsuites>")
    (tmp_path / "b.xml").write_text("<testsuites>")
    lines = tally(tmp_path, "", 1)
    assert lines[0] == "1 3"
    assert lines[1:3] == ["m.b", "m.c"]
