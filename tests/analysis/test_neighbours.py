"""Points that their neighbours contradict are named; knees, cliffs and noise are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from inferometer.analysis.neighbours import Outlier, contradicted
from inferometer.results import Condition, Point, Range
from tests.analysis.simulated_ladders import ladder, point

UP_TO_64 = (1, 2, 4, 8, 16, 32, 64)
SATURATING = (100.0, 190.0, 370.0, 660.0, 1100.0, 1500.0, 1700.0)
ALONE = "output_throughput"


def at_once(
    values: Sequence[float],
    levels: Sequence[int] = UP_TO_64,
    metric: str = ALONE,
    **conditions: Condition,
) -> list[Point]:
    """As many requests as the level, all at once."""
    return [
        point(
            f"np{level}",
            {metric: value},
            num_prompts=level,
            concurrency=level,
            **conditions,
        )
        for level, value in zip(levels, values, strict=True)
    ]


def named(points: Sequence[Point]) -> list[str]:
    return sorted(points[doubt.point].id for doubt in contradicted(points))


def only(points: Sequence[Point]) -> Outlier:
    (doubt,) = contradicted(points)
    return doubt


def changed(values: Sequence[float], by: Mapping[int, float]) -> list[float]:
    return [value * by.get(place, 1) for place, value in enumerate(values)]


def test_a_third_of_what_its_neighbours_suggest_is_named_with_what_they_suggest() -> (
    None
):
    throughput, tpot = (
        (165.0, 330.0, 647.0, 283.0, 1597.0, 2900.0),
        (2.9, 2.9, 3.0, 10.2, 2.4, 2.5),
    )
    points = [
        point(
            f"np{level}",
            {"output_throughput": a, "mean_tpot_ms": b},
            num_prompts=level,
        )
        for level, a, b in zip(UP_TO_64, throughput, tpot, strict=False)
    ]
    doubt = only(points)
    assert (
        points[doubt.point].id,
        [points[place].id for place in doubt.neighbours],
    ) == (
        "np8",
        ["np4", "np16"],
    )
    assert (doubt.metric, doubt.value) == ("mean_tpot_ms", 10.2)
    assert doubt.suggested == pytest.approx((3.0 * 2.4) ** 0.5)
    assert doubt.severity > 1
    without = [
        replace(each, values={ALONE: each.values[ALONE]}) for each in points
    ]
    assert only(without).value == 283.0
    assert only(without).suggested == pytest.approx((647 * 1597) ** 0.5)


@pytest.mark.parametrize("factor", [0.3, 0.5, 0.65, 2.0, 3.0])
@pytest.mark.parametrize("place", [2, 3, 4])
def test_an_inner_point_may_not_be_far_off_in_either_direction(
    place: int, factor: float
) -> None:
    assert named(at_once(changed(SATURATING, {place: factor}))) == [
        f"np{UP_TO_64[place]}"
    ]


@pytest.mark.parametrize("place", [1, 5])
def test_beside_an_end_it_takes_more(place: int) -> None:
    assert named(at_once(changed(SATURATING, {place: 0.25}))) == [
        f"np{UP_TO_64[place]}"
    ]
    assert named(at_once(changed(SATURATING, {place: 0.8}))) == []


def test_at_an_end_only_a_gross_contradiction_counts() -> None:
    assert named(at_once(changed(SATURATING, {6: 0.3}))) == ["np64"]
    assert named(at_once(changed(SATURATING, {6: 0.5}))) == [], (
        "a server may collapse at its highest load"
    )
    assert named(at_once(changed(SATURATING, {0: 0.1}))) == ["np1"]
    assert named(at_once(changed(SATURATING, {0: 0.5}))) == []


def test_a_disturbance_of_two_points_is_two_points() -> None:
    assert named(at_once(changed(SATURATING, {3: 0.35, 4: 0.35}))) == [
        "np16",
        "np8",
    ]


def test_a_good_point_beside_two_disturbed_ones_is_not_taken_for_the_wrong_one() -> (
    None
):
    throughput = (178.0, 354.0, 230.0, 432.0, 2263.0, 3687.0)
    tpot = (5.0, 5.1, 15.9, 17.1, 6.5, 8.2)
    points = [
        point(
            f"c{level}",
            {"output_throughput": a, "mean_tpot_ms": b},
            num_prompts=64,
            max_concurrency=level,
        )
        for level, a, b in zip(UP_TO_64, throughput, tpot, strict=False)
    ]
    assert named(points) == ["c4", "c8"]


def test_on_a_dense_ladder_it_may_last_longer() -> None:
    values = [level / (1 + level / 60) for level in range(1, 101)]
    points = at_once(
        changed(values, dict.fromkeys(range(40, 45), 0.5)), range(1, 101)
    )
    assert named(points) == ["np41", "np42", "np43", "np44", "np45"]


@pytest.mark.parametrize(
    ("metric", "values"),
    [
        ("output_throughput", (100, 200, 400, 800, 820, 830, 835)),
        ("output_throughput", (100, 200, 400, 800, 350, 360, 365)),
        ("output_throughput", (100, 200, 400, 600, 500, 350, 200)),
        ("mean_ttft_ms", (50, 50, 52, 55, 9_000, 30_000, 80_000)),
        ("mean_ttft_ms", (50, 50, 52, 55, 60, 70, 80_000)),
        ("mean_tpot_ms", (20, 20, 21, 22, 48, 50, 52)),
        ("mean_tpot_ms", (20, 20, 21, 23, 28, 44, 90)),
        ("output_throughput", (24.2, 90.2, 297, 497, 791, 371, 383)),
    ],
)
def test_knees_cliffs_and_jumps_are_shapes(
    metric: str, values: Sequence[float]
) -> None:
    assert named(at_once(values, metric=metric)) == []


def test_a_published_ladder_with_a_known_outlier() -> None:
    """TPOT of gpt-oss-120b on four H100, vLLM 0.18: at 32 in flight three times what it is at 16,
    and more than at 64.
    """
    assert named(
        at_once((4.0, 4.7, 5.8, 15.9, 9.7), (4, 8, 16, 32, 64), "mean_tpot_ms")
    ) == ["np32"]


def test_three_points_are_too_few() -> None:
    assert named(at_once((100, 1, 400), (1, 2, 4))) == []


def test_noise_makes_a_ladder_tolerant() -> None:
    jagged = [
        value * (0.82 if place % 2 else 1)
        for place, value in enumerate(SATURATING)
    ]
    assert named(at_once(jagged)) == []


def test_what_a_run_knows_of_its_own_noise_counts() -> None:
    points = at_once(changed(SATURATING, {3: 0.7}))
    assert named(points) == ["np8"]
    value = points[3].values[ALONE]
    points[3] = replace(
        points[3], intervals={ALONE: Range(value * 0.6, value * 1.4)}
    )
    assert named(points) == []


def test_every_kind_of_ladder() -> None:
    bad = changed(SATURATING, {3: 0.4})
    kinds: dict[str, list[dict[str, Condition]]] = {
        "a fixed number of requests": [
            {"num_prompts": 1000, "max_concurrency": level}
            for level in UP_TO_64
        ],
        "a number for each slot": [
            {"num_prompts": 16 * level, "max_concurrency": level}
            for level in UP_TO_64
        ],
        "more and more requests": [
            {"num_prompts": level, "max_concurrency": 8} for level in UP_TO_64
        ],
        "rates": [
            {"num_prompts": 500, "request_rate": float(level)}
            for level in UP_TO_64
        ],
        "rates of some time": [
            {"num_prompts": 60 * level, "request_rate": float(level)}
            for level in UP_TO_64
        ],
    }
    for kind, conditions in kinds.items():
        points = [
            point(str(place), {ALONE: value}, **conditions[place])
            for place, value in enumerate(bad)
        ]
        assert named(points) == ["3"], kind
    lengths = [
        point(str(level), {ALONE: 1 / value}, num_prompts=8, input_len=level)
        for level, value in zip(UP_TO_64, bad, strict=True)
    ]
    assert named(lengths) == ["8"]


@pytest.mark.parametrize(
    "other",
    [
        {"tp": 2},
        {"engine": "sglang"},
        {"cache": "warm"},
        {"output_len": 64},
        {"host": "b"},
        {"settings": "other"},
    ],
)
def test_points_of_other_settings_are_no_neighbours(
    other: dict[str, Condition],
) -> None:
    points = at_once(changed(SATURATING, {3: 0.4}))
    points[3] = replace(points[3], conditions={**points[3].conditions, **other})
    assert named(points) == []


def test_the_seed_the_date_and_the_test_do_not_matter() -> None:
    points = at_once(changed(SATURATING, {3: 0.4}))
    points = [
        replace(
            each, conditions={**each.conditions, "seed": n, "group": str(n)}
        )
        for n, each in enumerate(points)
    ]
    assert named(points) == ["np8"]


def test_what_is_invalid_is_no_neighbour_and_not_judged() -> None:
    points = at_once(changed(SATURATING, {3: 0.1}))
    assert (
        named([*points[:3], replace(points[3], status="INVALID"), *points[4:]])
        == []
    )


def test_points_without_the_metric_are_passed_over() -> None:
    points = at_once(changed(SATURATING, {4: 0.4}))
    points[2] = replace(points[2], values={})
    points[1] = replace(points[1], values={ALONE: 0.0})
    assert named(points) == ["np16"]


def repeated(
    off: Mapping[tuple[int, int], float], *, repeats: int, interleaved: bool
) -> list[Point]:
    """The saturating ladder several times; `off` by place and repeat."""
    turns = [
        (place, repeat)
        for place in range(len(UP_TO_64))
        for repeat in range(repeats)
    ]
    if interleaved:
        turns.sort(key=lambda turn: turn[1])
    began = datetime(2026, 7, 1, tzinfo=timezone.utc)
    return [
        point(
            f"np{UP_TO_64[place]}#{repeat}",
            {
                ALONE: SATURATING[place]
                * off.get((place, repeat), 1.0)
                * (1 + 0.01 * repeat)
            },
            num_prompts=UP_TO_64[place],
            repeat=repeat,
            date=(began + timedelta(minutes=minute)).isoformat(),
        )
        for minute, (place, repeat) in enumerate(turns)
    ]


def test_a_repeat_that_lies_far_from_the_others_is_named() -> None:
    assert named(repeated({(3, 1): 0.4}, repeats=3, interleaved=False)) == [
        "np8#1"
    ]
    assert named(repeated({(3, 1): 0.4}, repeats=2, interleaved=True)) == [
        "np8#1"
    ]
    alone = [
        each
        for each in repeated({(3, 1): 0.4}, repeats=4, interleaved=False)
        if each.id.startswith("np8#")
    ]
    assert named(alone) == ["np8#1"], (
        "without a ladder their own spread says it"
    )


def test_repeats_right_after_each_other_may_all_be_wrong() -> None:
    off = {(3, 0): 0.4, (3, 1): 0.4}
    assert named(repeated(off, repeats=2, interleaved=False)) == [
        "np8#0",
        "np8#1",
    ]
    assert named(repeated(off, repeats=2, interleaved=True)) == [], (
        "measured at another time, it is the same: a shape"
    )


def doubted(
    rng: np.random.Generator, ladders: int, noise: float, *, dense: bool = False
) -> int:
    """How many clean ladders have any doubt."""
    return sum(
        bool(contradicted(ladder(rng, noise, dense=dense).points()))
        for _ in range(ladders)
    )


def found(
    rng: np.random.Generator, ladders: int, noise: float, factor: float
) -> float:
    """Of inner points that had `factor` of their throughput, the share that is named."""
    hits = tried = 0
    while tried < ladders:
        each = ladder(rng, noise)
        if len(each.levels) < 5:
            continue
        place = int(rng.integers(2, len(each.levels) - 2))
        each.disturb([place], factor, rng)
        hits += place in {doubt.point for doubt in contradicted(each.points())}
        tried += 1
    return hits / ladders


def test_clean_ladders_are_left_alone() -> None:
    rng = np.random.default_rng(20260722)
    assert doubted(rng, 150, 0.05) <= 3
    assert doubted(rng, 6, 0.05, dense=True) <= 1


def test_disturbed_points_are_found() -> None:
    rng = np.random.default_rng(20260723)
    assert found(rng, 60, 0.03, 1 / 3) >= 0.9
    assert found(rng, 60, 0.03, 1 / 2) >= 0.85


@pytest.mark.wide
@pytest.mark.parametrize(
    ("noise", "most"), [(0.01, 0.005), (0.03, 0.01), (0.05, 0.01), (0.1, 0.08)]
)
def test_false_alarms_in_simulation(noise: float, most: float) -> None:
    rng = np.random.default_rng(1)
    ladders, dense = 1500, 150
    alarms = doubted(rng, ladders, noise) + doubted(
        rng, dense, noise, dense=True
    )
    print(
        f"noise {noise:.0%}: {alarms / (ladders + dense):.2%} of clean ladders have a doubt"
    )
    assert alarms <= most * (ladders + dense)


@pytest.mark.wide
@pytest.mark.parametrize(
    ("noise", "factor", "least"),
    [
        (0.02, 1 / 3, 0.95),
        (0.02, 0.5, 0.9),
        (0.02, 0.7, 0.7),
        (0.05, 1 / 3, 0.95),
        (0.05, 0.5, 0.85),
        (0.05, 0.7, 0.4),
    ],
)
def test_detection_in_simulation(
    noise: float, factor: float, least: float
) -> None:
    share = found(np.random.default_rng(2), 600, noise, factor)
    print(f"noise {noise:.0%}, {factor:.2f} of the truth: {share:.1%} found")
    assert share >= least
