"""Is a machine that drifts taken for a difference? Whole campaigns of known truth, compared as a
user would compare them.

Beside it the comparison that everyone makes: all runs of A, then all of B, and the textbook's
interval of independent runs. Figures for a release: `pytest -m wide tests/analysis/test_drift.py
-s`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from inferometer.analysis.compare import Comparison, compare
from inferometer.metrics.student import student_quantile
from inferometer.results import Point
from tests.analysis.simulated_campaigns import (
    SHAPES,
    Shape,
    campaign,
    in_turns,
    one_after_the_other,
)

FEW, MANY = 250, 4_000
REPEATS = 8
DRIFT = 0.10
"""Of the machine over the campaign, as a fraction; runs differ by 1% besides."""
LADDER = (1, 4, 16, 64)


@pytest.fixture(
    params=[FEW, pytest.param(MANY, marks=pytest.mark.wide)],
    ids=["few", "many"],
)
def trials(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


shapes = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def compared(
    a: Sequence[Point], b: Sequence[Point], delta: float = 0.02
) -> Comparison:
    return compare(a, b, metrics=["output_throughput"], delta=delta)


def verdicts(comparisons: Sequence[Comparison]) -> dict[str, float]:
    """Shares of the verdicts of the headlines."""
    counts = Counter(each.headline[0].verdict for each in comparisons)
    return {
        verdict: number / len(comparisons) for verdict, number in counts.items()
    }


def claimed(comparisons: Sequence[Comparison]) -> float:
    """Share in which any row, of all points or of one, says that there is a difference."""
    return float(
        np.mean(
            [each.has("faster") or each.has("slower") for each in comparisons]
        )
    )


def covered(comparisons: Sequence[Comparison], effect: float) -> float:
    rows = [each.headline[0] for each in comparisons]
    return float(
        np.mean(
            [
                row.low is not None
                and row.high is not None
                and row.low <= effect <= row.high
                for row in rows
            ]
        )
    )


def textbook_claims(a: Sequence[Point], b: Sequence[Point]) -> bool:
    """Student's t for two samples of independent runs, at 95%."""
    one, other = (
        np.log([point.values["output_throughput"] for point in side])
        for side in (a, b)
    )
    error = np.sqrt((np.var(one, ddof=1) + np.var(other, ddof=1)) / len(one))
    return bool(
        abs(other.mean() - one.mean())
        > student_quantile(0.95, 2 * len(one) - 2) * error
    )


@shapes
def test_no_difference_on_a_machine_that_drifts(
    shape: Shape, trials: int
) -> None:
    rng = np.random.default_rng(1)
    naive, ours, at_all = 0, [], []
    for _ in range(trials):
        naive += textbook_claims(
            *campaign(
                one_after_the_other(REPEATS), rng=rng, shape=shape, drift=DRIFT
            )
        )
        sides = campaign(in_turns(REPEATS), rng=rng, shape=shape, drift=DRIFT)
        ours.append(compared(*sides))
        at_all.append(compared(*sides, delta=0.0))
    print(
        f"\n{shape.__name__}: fooled: textbook {naive / trials:.1%}, ours "
        f"{claimed(ours):.1%}, at δ = 0 {claimed(at_all):.1%}"
    )
    assert naive / trials > 0.5
    assert claimed(ours) <= 0.01
    assert claimed(at_all) <= 0.05
    assert covered(ours, 0.0) >= 0.93


@shapes
def test_a_real_difference_is_found_in_spite_of_drift(
    shape: Shape, trials: int
) -> None:
    rng = np.random.default_rng(2)
    turns = [
        compared(
            *campaign(
                in_turns(REPEATS),
                rng=rng,
                shape=shape,
                drift=DRIFT / 2,
                effect=0.05,
            )
        )
        for _ in range(trials)
    ]
    print(
        f"\n{shape.__name__}: 5% found {verdicts(turns).get('faster', 0):.1%}, covered "
        f"{covered(turns, 0.05):.1%}"
    )
    assert verdicts(turns)["faster"] > 0.85
    assert "slower" not in verdicts(turns)
    assert covered(turns, 0.05) >= 0.93


@pytest.mark.parametrize("effect", [0.0, 0.05])
def test_on_a_quiet_machine_the_interval_holds_what_it_promises(
    effect: float, trials: int
) -> None:
    rng = np.random.default_rng(3)
    for repeats in (4, 8):
        quiet = [
            compared(*campaign(in_turns(repeats), rng=rng, effect=effect))
            for _ in range(trials)
        ]
        print(
            f"\n{repeats} repeats, effect {effect:.0%}: covered "
            f"{covered(quiet, effect):.1%}, {verdicts(quiet)}"
        )
        assert 0.93 <= covered(quiet, effect) <= 0.975
        right = "faster" if effect else "no difference"
        assert verdicts(quiet)[right] > (0.75 if repeats == 8 else 0.2)


@pytest.mark.parametrize("repeats", [1, 4])
@pytest.mark.parametrize(
    "shape",
    [SHAPES[name] for name in ("linear", "warming_up", "wave")],
    ids=["linear", "warming_up", "wave"],
)
def test_one_after_the_other_nothing_is_claimed_that_drift_explains(
    shape: Shape, repeats: int, trials: int
) -> None:
    rng = np.random.default_rng(4)
    series = [
        compared(
            *campaign(
                one_after_the_other(repeats), rng=rng, shape=shape, drift=DRIFT
            )
        )
        for _ in range(trials // 4)
    ]
    assert claimed(series) <= 0.05
    assert all("--drift" in " ".join(each.warnings) for each in series)


def test_one_after_the_other_a_jump_between_the_sides_is_beyond_any_method(
    trials: int,
) -> None:
    """What a machine does exactly between the two cannot be told from what the sides do: only a
    larger allowance helps.
    """
    rng = np.random.default_rng(5)

    def jump(
        at: npt.NDArray[np.float64], _: np.random.Generator
    ) -> npt.NDArray[np.float64]:
        return (at > 0.5).astype(float)

    sides = [
        campaign(one_after_the_other(4), rng=rng, shape=jump, drift=DRIFT)
        for _ in range(trials // 4)
    ]
    assert claimed([compared(*each) for each in sides]) > 0.5
    allowed = [
        compare(*each, metrics=["output_throughput"], drift=0.12)
        for each in sides
    ]
    assert claimed(allowed) <= 0.05


@shapes
@pytest.mark.parametrize(
    ("repeats", "by_level"),
    [(2, True), (4, True), (4, False)],
    ids=["2-by-level", "4-by-level", "4-passes"],
)
def test_ladders_taken_in_turns(
    shape: Shape, repeats: int, by_level: bool, trials: int
) -> None:
    """Both sides of each level one after the other, or pass by pass over the whole ladder: neither
    is fooled.
    """
    rng = np.random.default_rng(6)
    order = in_turns(repeats)
    ladders = [
        compared(
            *campaign(
                order,
                rng=rng,
                shape=shape,
                drift=DRIFT,
                levels=LADDER,
                by_level=by_level,
            )
        )
        for _ in range(trials // 4)
    ]
    print(
        f"\n{shape.__name__}: ladder fooled {claimed(ladders):.1%}, covered "
        f"{covered(ladders, 0.0):.1%}"
    )
    assert claimed(ladders) <= 0.05
    assert all(
        len(each.headline) == 1 and len(each.rows) == 1 + len(LADDER)
        for each in ladders
    )


def test_a_ladder_knows_together_what_its_points_do_not(trials: int) -> None:
    rng = np.random.default_rng(7)
    for by_level in (True, False):
        ladders = [
            compared(
                *campaign(
                    in_turns(4),
                    rng=rng,
                    effect=0.04,
                    levels=LADDER,
                    by_level=by_level,
                )
            )
            for _ in range(trials // 2)
        ]
        points = [
            row
            for each in ladders
            for row in each.rows
            if row.point is not None
        ]
        found = float(np.mean([row.verdict == "faster" for row in points]))
        print(
            f"\nby level {by_level}: mean found {verdicts(ladders).get('faster', 0):.1%}, "
            f"single points {found:.1%}"
        )
        assert verdicts(ladders)["faster"] > found + 0.2
        assert 0.92 <= covered(ladders, 0.04) <= 0.99
