"""From an effect to a word: the three zones, many rows at once, and how many runs would do."""

from __future__ import annotations

import math

import numpy as np
import pytest

from inferometer.analysis.decision import (
    MAX_RUNS,
    beyond_chance,
    decide,
    margin,
    runs_needed,
)
from inferometer.analysis.effect import Effect
from inferometer.metrics.student import student_quantile


def effect(
    log_ratio: float,
    error: float | None,
    *,
    degrees: int = 5,
    spread: float | None = None,
    allowance: float = 0.0,
) -> Effect:
    return Effect(
        log_ratio,
        error,
        degrees,
        "in turns",
        allowance,
        (degrees + 1, degrees + 1),
        spread,
    )


def verdict(
    log_ratio: float,
    half: float,
    *,
    more_is_faster: bool = True,
    allowance: float = 0.0,
) -> str:
    known = effect(
        log_ratio, half / student_quantile(0.95, 5), allowance=allowance
    )
    believed = beyond_chance([known.p_beyond(margin(0.02))])[0]
    return decide(known, 0.02, believed=believed, more_is_faster=more_is_faster)


@pytest.mark.parametrize(
    ("log_ratio", "half", "says"),
    [
        (0.050, 0.025, "faster"),
        (-0.050, 0.025, "slower"),
        (0.050, 0.035, "undecided"),  # reaches into the margin
        (0.000, 0.015, "no difference"),
        (-0.010, 0.005, "no difference"),
        (0.010, 0.015, "undecided"),  # reaches out of it
        (0.000, 0.500, "undecided"),
        (0.025, 0.0, "faster"),
    ],
)
def test_the_interval_decides(log_ratio: float, half: float, says: str) -> None:
    assert verdict(log_ratio, half) == says
    swapped = {"faster": "slower", "slower": "faster"}.get(says, says)
    assert verdict(log_ratio, half, more_is_faster=False) == swapped
    assert verdict(-log_ratio, half) == swapped


def test_what_is_allowed_for_drift_widens_the_interval() -> None:
    assert verdict(0.06, 0.02) == "faster"
    assert verdict(0.06, 0.02, allowance=0.03) == "undecided"
    assert verdict(0.0, 0.01, allowance=0.03) == "undecided"


def test_what_has_no_interval_is_undecided() -> None:
    unknown = effect(5.0, None)
    assert unknown.p_beyond(0.0) == 1.0
    assert (
        decide(unknown, 0.02, believed=False, more_is_faster=True)
        == "undecided"
    )


def test_holm_by_hand() -> None:
    assert beyond_chance([0.01, 0.04, 0.03]) == [True, False, False]
    assert beyond_chance([0.01, 0.02, 0.03]) == [True, True, True]
    assert beyond_chance([0.02, 0.02, 0.02]) == [False, False, False]
    assert beyond_chance([]) == []


def test_many_rows_without_any_effect_are_rarely_wrong() -> None:
    """40 rows, 400 times: without the procedure nearly every family has a false one, with it about
    one in twenty.
    """
    rng = np.random.default_rng(5)
    families = rng.uniform(size=(400, 40))
    assert (
        np.mean([any(p <= 0.05 for p in family) for family in families]) > 0.8
    )
    assert (
        np.mean([any(beyond_chance(family.tolist())) for family in families])
        <= 0.07
    )


def test_how_many_runs_would_decide() -> None:
    """The interval of that many fits between the effect and the margin, and that of one less does
    not.
    """
    for log_ratio in (0.0, 0.06, -0.06):
        needed = runs_needed(effect(log_ratio, 0.1, spread=0.02), 0.02, 0.05)
        assert needed is not None
        room = abs(abs(log_ratio) - margin(0.02))
        assert (
            0.02 * student_quantile(0.95, needed - 1) / math.sqrt(needed)
            <= room
        )
        assert (
            0.02 * student_quantile(0.95, needed - 2) / math.sqrt(needed - 1)
            > room
        )


def test_how_many_runs_nobody_can_tell() -> None:
    assert (
        runs_needed(effect(margin(0.02), 0.1, spread=0.02), 0.02, 0.05) is None
    )
    assert runs_needed(effect(0.0, None), 0.02, 0.05) is None
    assert runs_needed(effect(0.5, 0.1, spread=1e-6), 0.02, 0.05) == 3
    assert (
        runs_needed(effect(0.0, 0.1, spread=0.09), 0.02, 0.05) or 0
    ) <= MAX_RUNS
