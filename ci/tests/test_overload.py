"""Which windows of bench forward's overload count."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))
import forward_overload  # noqa: E402 - the path must be set first

NEAR, FAR = 60, 330


def _found(distances):
    return {"nat": {"1k": [[6000, 1000 + ns, ns] for ns in distances]}, "nft": {"1k": [[6000, ns, NEAR] for ns in (1, 2, 3)]}}


def test_windows_with_far_processors_do_not_count():
    near, windows = forward_overload.steady(_found([NEAR, FAR, NEAR, FAR, NEAR]))
    assert near and [ns for *_, ns in windows["nat"]["1k"]] == [NEAR] * 3
    assert forward_overload.middle(windows["nat"]["1k"]) == [6000, 1000 + NEAR]


def test_all_count_where_one_router_has_too_few():
    near, windows = forward_overload.steady(_found([NEAR, FAR, NEAR, FAR, FAR]))
    assert not near and len(windows["nat"]["1k"]) == 5
    assert forward_overload.middle(windows["nat"]["1k"]) == [6000, 1000 + FAR]
