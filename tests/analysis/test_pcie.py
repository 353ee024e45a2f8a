"""What a narrow link costs: machines whose truth is known, with and without a control, dense
ladders and sparse ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from inferometer.analysis import pcie
from inferometer.analysis.cautions import CannotCompareError
from inferometer.analysis.pcie import (
    LinkEffect,
    LinkStudy,
    link_costs,
    link_records,
    why_no_links,
)
from inferometer.results import Point
from inferometer.words import Words
from tests.analysis.simulated_campaigns import point

LEVELS = range(1, 61)
WIDTHS = {"A": 16, "B": 8, "C": 16}


def cost_at(level: int) -> float:
    """Of throughput, at TP=2."""
    return 0.02 + 0.10 * level / max(LEVELS)


def measured(
    config: str,
    model: str,
    tp: int,
    rng: np.random.Generator,
    *,
    factor: float = 1.0,
    levels: Iterable[int] = LEVELS,
    noise: float = 0.015,
) -> list[Point]:
    """A ladder of single runs on a machine that is `factor` as fast; its link costs what it costs
    if it is narrow.
    """
    points = []
    for level in levels:
        narrow = config == "B" and tp > 1
        throughput = (
            30
            * level
            / (1 + level / 60)
            * factor
            * (1 - cost_at(level) * narrow)
            * np.exp(noise * rng.standard_normal())
        )
        values = {
            "output_throughput": float(throughput),
            "mean_tpot_ms": float(1000 * level / throughput),
        }
        points.append(
            point(
                f"{config}-{model}-{tp}-{level}",
                values,
                minute=None,
                config=config,
                pcie_width=WIDTHS[config],
                num_prompts=level,
                concurrency=level,
                model=model,
                tp=tp,
            )
        )
    return points


def study(
    seed: int = 0, *, machine: float = 1.0, control: bool = True
) -> LinkStudy:
    """Machine A/B with both links against machine C, which is `machine` as fast, whatever its
    links.
    """
    rng = np.random.default_rng(seed)
    points = [
        *measured("B", "7B", 2, rng),
        *measured("C", "7B", 2, rng, factor=machine),
    ]
    if control:
        points += [
            *measured("A", "7B", 1, rng),
            *measured("B", "7B", 1, rng),
            *measured("C", "7B", 1, rng, factor=machine),
        ]
    return link_costs(points, metrics=["output_throughput", "mean_tpot_ms"])


def mean_of(
    found: LinkStudy,
    *,
    tp: int,
    metric: str = "output_throughput",
    wide: str = "C",
) -> LinkEffect:
    return next(
        each
        for each in found.effects
        if each.level is None
        and (each.tp, each.metric, each.wide) == (tp, metric, wide)
    )


def levels_of(
    found: LinkStudy, *, tp: int, metric: str = "output_throughput"
) -> list[LinkEffect]:
    return [
        each
        for each in found.effects
        if each.level is not None
        and (each.tp, each.metric, each.wide) == (tp, metric, "C")
    ]


def test_the_cost_by_load_and_the_control_that_shows_nothing() -> None:
    found = study()
    mean, control = mean_of(found, tp=2), mean_of(found, tp=1)
    assert (found.narrow, found.wide) == ("pcie_width 8", "pcie_width 16")
    assert (mean.narrow, mean.wide, mean.verdict, mean.is_control) == (
        "B",
        "C",
        "slower",
        False,
    )
    assert mean.effect == pytest.approx(
        -np.mean([cost_at(level) for level in LEVELS]), abs=0.015
    )
    assert (control.verdict, control.is_control, control.control) == (
        "no difference",
        True,
        None,
    )
    by_level = levels_of(found, tp=2)
    assert [each.level for each in by_level] == list(LEVELS)
    assert by_level[0].verdict == "undecided"
    assert {each.verdict for each in by_level[30:]} == {"slower"}
    assert mean_of(found, tp=2, metric="mean_tpot_ms").effect > 0.05
    assert mean_of(found, tp=2, metric="mean_tpot_ms").verdict == "slower"


def test_the_intervals_of_the_levels_hold_the_truth() -> None:
    held = [
        each.low is not None
        and each.high is not None
        and each.low <= -cost_at(int(each.level or 0)) <= each.high
        for seed in range(20)
        for each in levels_of(study(seed), tp=2)
    ]
    assert np.mean(held) >= 0.93


def test_what_differs_between_the_machines_is_taken_away_and_allowed_for() -> (
    None
):
    """Machine C is 6% slower in all: without the control, x8 would seem to be free."""
    found = study(machine=0.94)
    mean = mean_of(found, tp=2)
    assert mean.shown == pytest.approx(-0.07 + 0.06, abs=0.02)
    assert mean.control == pytest.approx(0.064, abs=0.015)
    assert mean.effect == pytest.approx(-0.071, abs=0.015)
    assert mean.high is not None
    assert mean.high - mean.effect > 0.05, (
        "as much as the control shows is allowed for"
    )
    assert mean.verdict == "undecided"
    assert mean_of(found, tp=1).verdict == "faster"


def test_no_link_no_cost() -> None:
    """Both sides are x16 in truth: nothing is claimed, at any level, in twenty campaigns but
    one.
    """
    alarms = 0
    for seed in range(20):
        rng = np.random.default_rng(100 + seed)
        points = [
            *measured("A", "7B", 2, rng),
            *measured("C", "7B", 2, rng),
            *measured("A", "7B", 1, rng),
            *measured("C", "7B", 1, rng),
        ]
        found = link_costs(
            points, by=("config", "A", "C"), metrics=["output_throughput"]
        )
        alarms += any(
            each.verdict in {"faster", "slower"} for each in found.effects
        )
    assert alarms <= 1


def test_without_a_control_drift_is_allowed_for() -> None:
    with_one, without = (
        mean_of(study(), tp=2),
        mean_of(study(control=False), tp=2),
    )
    assert without.control is None
    assert without.low is not None
    assert with_one.low is not None
    assert without.low < with_one.low - 0.02
    assert (
        "7B TP=2 (B against C) has no control."
        in study(control=False).sentences
    )


def test_the_control_of_another_model_stands_in() -> None:
    rng = np.random.default_rng(1)
    points = [
        *measured("B", "14B", 2, rng),
        *measured("C", "14B", 2, rng),
        *measured("B", "7B", 1, rng),
        *measured("C", "7B", 1, rng),
    ]
    found = link_costs(points, metrics=["output_throughput"])
    assert mean_of(found, tp=2).control is not None
    assert (
        "14B TP=2 (B against C) has no control of its own; that of 7B stands in."
        in found.sentences
    )


def test_a_sparse_ladder_keeps_its_own_values() -> None:
    rng = np.random.default_rng(2)
    levels = (1, 5, 10, 30, 60)
    points = [
        each
        for config in "BC"
        for tp in (1, 2)
        for each in measured(config, "7B", tp, rng, levels=levels, noise=0.002)
    ]
    found = levels_of(link_costs(points, metrics=["output_throughput"]), tp=2)
    assert [each.effect for each in found] == [
        pytest.approx((1 + e.shown) / (1 + (e.control or 0)) - 1) for e in found
    ]
    assert [each.effect for each in found] == [
        pytest.approx(-cost_at(level), abs=0.015) for level in levels
    ]


def test_limits_that_say_nothing_are_not_told() -> None:
    effects = study().effects
    wide = replace(effects[0], low=-0.989, high=58.34)
    assert "(interval not known)" in pcie._sentence(wide, effects)


def test_the_answer_in_words_and_for_a_figure() -> None:
    found = study()
    assert found.sentences[0].startswith(
        "7B TP=2, x8 (B) against x16 (C), output throughput: slower, −"
    )
    assert "the control (TP=1) shows" in found.sentences[0]
    records = link_records(found)
    assert {(record["tp"], record["metric"]) for record in records} == {
        (tp, metric)
        for tp in (1, 2)
        for metric in ("output_throughput", "mean_tpot_ms")
    }
    assert len(records) == 4 * len(LEVELS), (
        "the control of A, which nothing was taken from, is not among them"
    )
    assert records[-1]["concurrency"] == 60.0


def test_what_has_no_two_links() -> None:
    rng = np.random.default_rng(3)
    with pytest.raises(
        CannotCompareError,
        match="the results tell only x16: name the sides, such as --by config=B,C",
    ):
        link_costs(measured("C", "7B", 2, rng))
    with pytest.raises(
        CannotCompareError,
        match="no model was measured with the same tensor parallelism",
    ):
        link_costs(
            [*measured("B", "7B", 2, rng), *measured("C", "14B", 2, rng)]
        )
    with pytest.raises(CannotCompareError, match="neither good nor bad"):
        link_costs(
            [*measured("B", "7B", 2, rng), *measured("C", "7B", 2, rng)],
            metrics=["duration"],
        )


def simulated(points: Iterable[Point]) -> list[Point]:
    return [
        replace(
            each,
            id=f"{each.id} simulated",
            conditions={**each.conditions, "rehearsal": "simulated"},
            values={name: value / 2 for name, value in each.values.items()},
        )
        for each in points
    ]


def test_a_simulated_side_is_no_side_of_a_measured_one() -> None:
    rng = np.random.default_rng(3)
    narrow, wide, control = (
        measured(config, "7B", tp, rng)
        for config, tp in (("B", 2), ("C", 2), ("C", 1))
    )
    with pytest.raises(CannotCompareError, match="no model was measured"):
        link_costs([*narrow, *simulated(wide)])
    metrics = ["output_throughput"]
    alone = link_costs([*narrow, *wide], metrics=metrics)
    beside = [*narrow, *wide, *control, *measured("B", "7B", 1, rng)]
    found = link_costs([*narrow, *wide, *simulated(beside)], metrics=metrics)
    (of_alone,) = (each for each in alone.effects if each.level is None)
    of_two = [each for each in found.effects if each.tp == 2]
    real = [each for each in of_two if not each.software]
    assert [each for each in real if each.level is None] == [of_alone]
    assert {each.software for each in of_two} == {"", "simulated"}


def test_why_there_are_no_links_to_compare() -> None:
    rng = np.random.default_rng(0)
    wide, narrow = (
        measured(config, "7B", 2, rng, levels=[1, 2]) for config in "CB"
    )

    def why(points: list[Point]) -> str:
        with pytest.raises(CannotCompareError):
            link_costs(points)
        return Words().say(why_no_links(points))

    assert (
        why([replace(point, conditions={"model": "7B"}) for point in wide])
        == "No point tells the width of its PCIe link."
    )
    assert why(wide) == "All points have a link of one width, x16."
    assert why([*wide, *measured("B", "14B", 2, rng, levels=[1, 2])]) == (
        "No model was measured with the same TP and load at both x8 and x16."
    )
    assert (
        why([replace(point, status="INVALID") for point in [*wide, *narrow]])
        == "Every point is INVALID."
    )
    assert why(
        [replace(point, values={}) for point in [*wide, *narrow]]
    ).startswith("The points at x8 and x16 have none of")
