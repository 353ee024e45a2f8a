"""Targets against points: which point decides, and why a target is not reached."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from inferometer.analysis.ratings import ratings
from inferometer.analysis.targets import check, deployment_of, mistakes
from inferometer.results import Condition, Point, Status
from inferometer.spec.target import parse_target


def point(
    concurrency: int, throughput: float | None, *, tp: int = 1, status: Status | None = "VALID", ttft: float = 50
) -> Point:
    values = {"mean_ttft_ms": ttft} | ({} if throughput is None else {"output_throughput": throughput})
    reasons = ("The client was late.",) if status != "VALID" else ()
    conditions: dict[str, Condition] = {"config": "C", "model": "7B", "tp": tp, "concurrency": concurrency}
    return Point(f"tp{tp}/c{concurrency}", Path("x"), "inferometer", conditions, values, status=status, reasons=reasons)


LADDER = [point(1, 30), point(8, 1900), point(64, 1700, ttft=900)]


def only(target: str, points: list[Point]) -> tuple[bool, float | None, str, str]:
    (checked,) = check([parse_target(target)], points)
    return checked.reached, checked.value, checked.at, checked.reason


@pytest.mark.parametrize(
    ("target", "reached", "value", "at"),
    [
        ("output_throughput > 1800", True, 1900, "tp1/c8"),  # a rate: at one load
        ("every output_throughput > 1800", False, 30, "tp1/c1"),
        ("every output_throughput > 29", True, 30, "tp1/c1"),
        ("mean_ttft_ms < 100", False, 900, "tp1/c64"),  # a latency: at every load
        ("any mean_ttft_ms < 100", True, 50, "tp1/c1"),
        ("mean_ttft_ms < 100 if concurrency<=8", True, 50, "tp1/c1"),
        ("any mean_ttft_ms > 800", True, 900, "tp1/c64"),
        ("any output_throughput < 31", True, 30, "tp1/c1"),
    ],
)
def test_the_point_that_decides(target: str, reached: bool, value: float, at: str) -> None:
    assert only(target, LADDER)[:3] == (reached, value, at)


def test_each_deployment_is_checked() -> None:
    first, second = check([parse_target("output_throughput > 1800")], [*LADDER, point(8, 900, tp=2)])
    assert (first.deployment, first.reached) == ("C 7B TP1", True)
    assert (second.deployment, second.reached, second.reason) == ("C 7B TP2", False, "the best of all loads does not reach it")


def test_deployments_that_would_have_one_name_are_told_apart() -> None:
    """An alias stands for what its file says at the time, and a server is another one at another
    address."""
    slow, fast = point(8, 900), point(8, 1900)
    for condition in ("model_id", "address"):
        pair = [
            replace(each, conditions={**each.conditions, condition: name})
            for each, name in ((slow, "http://one"), (fast, "http://two"))
        ]
        checked = check([parse_target("output_throughput > 1800")], pair)
        assert [(each.deployment, each.reached) for each in checked] == [
            ("C 7B TP1 http://one", False),
            ("C 7B TP1 http://two", True),
        ]
        (alone,) = check([parse_target("output_throughput > 1800")], pair[:1])
        assert alone.deployment == "C 7B TP1"


def test_what_was_not_measured_is_not_reached() -> None:
    assert only("p99_e2el_ms < 1e9", LADDER) == (False, None, "tp1/c1", "it was not measured")
    assert only("every output_throughput > 1", [*LADDER, point(2, None)])[:3] == (False, None, "tp1/c2")
    assert only("any output_throughput > 1", [*LADDER, point(2, None)])[0] is True
    assert "nothing measures it yet" in only("gpu_utilization > 85", LADDER)[3]
    assert "nothing here has tp=4" in only("output_throughput > 1 if tp=4", LADDER)[3]
    assert "no pair of one card and several" in only("scaling_efficiency > 95", LADDER)[3]
    assert "there are no points" in only("output_throughput > 1", [])[3]


def test_an_invalid_point_does_not_count_and_a_suspect_one_is_named() -> None:
    reached, value, _, reason = only("mean_ttft_ms < 100", [point(1, 30, status="INVALID")])
    assert (reached, value, reason) == (False, None, "it is INVALID: The client was late")
    assert only("output_throughput > 29", [point(1, 30), point(8, 99, status="INVALID")])[:3] == (True, 30, "tp1/c1")
    assert only("mean_ttft_ms < 100", [point(1, 30, status="SUSPECT")]) == (True, 50, "tp1/c1", "it is SUSPECT")


def test_scaling_efficiency_is_that_of_every_load() -> None:
    def on(gpus: int, per_gpu: int, throughput: float) -> Point:
        conditions: dict[str, Condition] = {"model": "7B", "gpus": gpus, "max_concurrency": gpus * per_gpu}
        return Point(f"{gpus}/{per_gpu}", Path("x"), "inferometer", conditions, {"output_throughput": throughput})

    points = [on(1, 1, 100), on(1, 2, 200), on(8, 1, 792), on(8, 2, 1504)]
    (checked,) = check([parse_target("scaling_efficiency > 95")], points)
    assert (checked.deployment, checked.reached, checked.at, checked.unit) == ("7B on 8 GPUs", False, "load 2 a GPU", "%")
    assert checked.value == pytest.approx(94)
    assert check([parse_target("scaling_efficiency > 90 if gpus=8")], points)[0].reached


def test_what_does_not_exist_is_named() -> None:
    assert mistakes([parse_target(text) for text in ("p95_itl_ms<1", "scaling_efficiency>1", "gpu_utilization>1")]) == []
    wrong = mistakes([parse_target("output_troughput > 1"), parse_target("failed < 1 if modell=7B")])
    assert "did you mean 'output_throughput'?" in wrong[0]
    assert "did you mean 'model'?" in wrong[1]
    far = mistakes([parse_target("x > 1"), parse_target("failed < 1 if z=7B")])
    assert "such as p99_ttft_ms" in far[0]
    assert "there are campaign, " in far[1]


def test_a_deployment_of_which_nothing_is_known() -> None:
    assert deployment_of(Point("x", Path("x"), "vllm", {}, {})) == "all"


@pytest.mark.parametrize(
    ("ttft", "tpot", "words"),
    [
        (99.9, 49.9, ("excellent", "excellent")),
        (100, 50, ("good", "good")),
        (200, 100, ("fair", "fair")),
        (500, 200, ("fair", "fair")),
        (500.1, 200.1, ("needs work", "needs work")),
    ],
)
def test_ratings(ttft: float, tpot: float, words: tuple[str, str]) -> None:
    assert tuple(ratings({"mean_ttft_ms": ttft, "mean_tpot_ms": tpot, "p99_ttft_ms": 1}).values()) == words


def test_what_was_not_measured_has_no_rating() -> None:
    assert ratings({"mean_tpot_ms": 1}) == {"mean_tpot_ms": "excellent"}
