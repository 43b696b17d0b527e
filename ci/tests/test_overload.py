"""Which windows of bench forward's overload count."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))
import forward_overload  # noqa: E402 - the path must be set first

NEAR, FAR = 60, 330


def _found(distances, others):
    return {"nat": {"1k": [[6000, 1000 + ns, ns] for ns in distances]}, "nft": {"1k": [[6000, ns, ns] for ns in others]}}


def test_windows_with_far_processors_do_not_count():
    where, windows = forward_overload.steady(_found([NEAR, FAR, NEAR, FAR, NEAR, FAR], [NEAR] * 3 + [FAR] * 3))
    assert where == "with" and [ns for *_, ns in windows["nat"]["1k"]] == [NEAR] * 3
    assert forward_overload.middle(windows["nat"]["1k"]) == [6000, 1000 + NEAR]


def test_they_do_where_one_router_has_too_few_others():
    where, windows = forward_overload.steady(_found([NEAR, FAR, NEAR, FAR, FAR], [NEAR] * 3 + [FAR] * 3))
    assert where == "WITHOUT" and [ns for *_, ns in windows["nft"]["1k"]] == [FAR] * 3
    assert forward_overload.middle(windows["nat"]["1k"]) == [6000, 1000 + FAR]


def test_all_count_where_there_are_too_few_of_both():
    where, windows = forward_overload.steady(_found([NEAR, FAR, FAR], [NEAR, NEAR, FAR]))
    assert where == "PARTLY WITH" and len(windows["nat"]["1k"]) == 3
