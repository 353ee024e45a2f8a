"""Scaling efficiency from points: by hand, and what has no partner."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inferometer.analysis.scaling import (
    scaling,
    scaling_records,
    why_nothing_scales,
)
from inferometer.results import Point
from inferometer.words import Words
from tests.analysis.simulated_campaigns import point


def measured(
    name: str,
    throughput: float,
    gpus: int,
    concurrency: int,
    *,
    engine: str = "vllm",
    config: str = "",
) -> Point:
    load = {"max_concurrency": concurrency, "gpus": gpus}
    return point(
        name,
        {"output_throughput": throughput},
        config=config or f"{gpus}-card",
        engine=engine,
        minute=None,
        **load,
    )


def test_eight_cards_against_one() -> None:
    """The figures of the study: 1,880 tok/s on one card, 14,720 on eight, 97.9%."""
    (row,) = scaling(
        [measured("one", 1880.0, 1, 32), measured("eight", 14720.0, 8, 256)]
    )
    assert (row.name, row.gpus, row.load_per_gpu) == ("8-card m vllm", 8, 32.0)
    assert row.efficiency == pytest.approx(14720 / (8 * 1880))
    assert (row.throughput, row.throughput_of_one) == (14720.0, 1880.0)
    assert (row.low, row.high) == (None, None)
    assert scaling_records([row])[0]["efficiency_percent"] == pytest.approx(
        97.87, abs=0.01
    )


def test_the_load_per_card_must_agree() -> None:
    assert (
        scaling(
            [measured("one", 1880.0, 1, 32), measured("eight", 14720.0, 8, 128)]
        )
        == []
    )
    assert (
        scaling(
            [
                measured("one", 1880.0, 1, 32),
                measured("eight", 14720.0, 8, 256, engine="sglang"),
            ]
        )
        == []
    )
    assert scaling([measured("eight", 14720.0, 8, 256)]) == []


def test_load_at_a_rate_and_all_at_once() -> None:
    by_rate = [
        point("one", {"output_throughput": 100.0}, tp=1, request_rate=2.0),
        point(
            "two",
            {"output_throughput": 150.0},
            tp=2,
            request_rate=4.0,
            num_prompts=7,
        ),
    ]
    assert [(row.load_per_gpu, row.efficiency) for row in scaling(by_rate)] == [
        (2.0, 0.75)
    ]
    at_once = [
        point(
            "one",
            {"output_throughput": 100.0},
            tp=1,
            request_rate=float("inf"),
            num_prompts=17,
        ),
        point(
            "two",
            {"output_throughput": 150.0},
            tp=2,
            request_rate=float("inf"),
            num_prompts=34,
        ),
    ]
    assert [(row.load_per_gpu, row.efficiency) for row in scaling(at_once)] == [
        (17.0, 0.75)
    ]


def test_one_card_of_the_same_configuration_counts_first() -> None:
    points = [
        measured("other", 100.0, 1, 4, config="A"),
        measured("own", 80.0, 1, 4, config="C"),
        measured("two", 160.0, 2, 8, config="C"),
        measured("far", 160.0, 2, 8, config="D"),
    ]
    assert [(row.name, row.efficiency) for row in scaling(points)] == [
        ("C m vllm", 1.0),
        ("D m vllm", 0.8),
    ]


def test_repeats_give_an_interval_and_the_worst_status_is_told() -> None:
    ones = [measured(f"one{i}", 100.0 + i, 1, 4) for i in range(3)]
    eights = [measured(f"eight{i}", 760.0 + 8 * i, 8, 32) for i in range(3)]
    invalid = Point(
        "bad",
        ones[0].source,
        "inferometer",
        eights[0].conditions,
        {"output_throughput": 1.0},
        status="INVALID",
    )
    (row,) = scaling([*ones, *eights, invalid])
    assert row.low is not None
    assert row.high is not None
    assert row.low < row.efficiency < row.high
    assert row.efficiency == pytest.approx(0.95, abs=0.005)
    assert row.status is None
    (with_invalid,) = scaling([*ones, *eights, invalid], allow_invalid=True)
    assert (with_invalid.status, with_invalid.efficiency < 0.5) == (
        "INVALID",
        True,
    )


def test_why_nothing_scales_is_what_was_found() -> None:
    def why(*points: Point) -> str:
        assert scaling(points) == []
        return Words().say(why_nothing_scales(points))

    one, eight = (
        measured("one", 1880.0, 1, 32),
        measured("eight", 14720.0, 8, 256),
    )
    assert (
        why()
        == why(point("x", {"output_throughput": 1.0}))
        == (
            "No point tells its number of GPUs, its load and its output throughput."
        )
    )
    assert why(one) == "There is no point on several GPUs."
    assert why(eight) == "There is no point on a single GPU."
    assert why(
        one, measured("other", 1.0, 8, 128), measured("third", 1.0, 8, 64)
    ) == (
        "The points on one GPU and on several have no load per GPU in common (32; 8, 16)."
    )
    named = measured("eight", 14720.0, 8, 256, engine="eight")
    assert why(one, named) == (
        "The points on one GPU and on several differ in more than the number of GPUs: engine "
        "(vllm, eight)."
    )
    assert "推理引擎 (vllm、eight)" in Words("zh-CN").say(
        why_nothing_scales([one, named])
    )
    assert (
        why(one, replace(eight, status="INVALID"))
        == "There is no point on several GPUs."
    )


@pytest.mark.parametrize(
    ("condition", "label"),
    [
        *(("card", "card"), ("stack", "stack"), ("dtype", "number format")),
        ("rehearsal", "rehearsal"),
    ],
)
def test_another_card_or_other_software_is_no_pair(
    condition: str, label: str
) -> None:
    one, eight = measured("one", 100.0, 1, 4), measured("eight", 700.0, 8, 32)
    told = [
        replace(each, conditions={**each.conditions, condition: value})
        for each, value in ((one, "a"), (eight, "b"))
    ]
    assert scaling(told) == []
    assert f"{label} (a, b)" in str(why_nothing_scales(told))


def test_two_deployments_are_named_by_what_tells_them_apart() -> None:
    points = [
        replace(
            each,
            id=f"{each.id}-{stack}",
            conditions={**each.conditions, "stack": stack},
        )
        for stack in ("ROCm 7.0", "ROCm 7.1")
        for each in (
            measured("one", 100.0, 1, 4),
            measured("eight", 700.0, 8, 32),
        )
    ]
    assert [row.name for row in scaling(points)] == [
        "8-card m vllm ROCm 7.0",
        "8-card m vllm ROCm 7.1",
    ]
