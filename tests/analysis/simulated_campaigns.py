"""Campaigns on a machine that drifts: every run's value is known to be base × effect × drift ×
noise, and when it ended.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inferometer.results import Condition, Point

Shape = Callable[
    [npt.NDArray[np.float64], np.random.Generator], npt.NDArray[np.float64]
]
"""How far a machine has drifted at each time of [0, 1], as a fraction of its whole drift."""


def linear(
    at: npt.NDArray[np.float64], rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    return at


def warming_up(
    at: npt.NDArray[np.float64], rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    shape: npt.NDArray[np.float64] = 1 - np.exp(-4 * at)
    return shape


def wave(
    at: npt.NDArray[np.float64], rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """One period, begun anywhere: an air conditioner, or the users of the same machine."""
    shape: npt.NDArray[np.float64] = (
        np.sin(2 * math.pi * (at + rng.random())) / 2
    )
    return shape


def step(
    at: npt.NDArray[np.float64], rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Once, in the middle half: a clock limit, a neighbour that came."""
    shape: npt.NDArray[np.float64] = (at > rng.uniform(0.25, 0.75)).astype(
        float
    )
    return shape


SHAPES: dict[str, Shape] = {
    shape.__name__: shape for shape in (linear, warming_up, wave, step)
}


def in_turns(repeats: int) -> list[str]:
    """A B B A A B B A …, `repeats` of each."""
    return [
        side for i in range(repeats) for side in ("AB" if i % 2 == 0 else "BA")
    ]


def one_after_the_other(repeats: int) -> list[str]:
    return ["A"] * repeats + ["B"] * repeats


def campaign(
    order: Sequence[str],
    *,
    rng: np.random.Generator,
    shape: Shape = linear,
    drift: float = 0.0,
    effect: float = 0.0,
    noise: float = 0.01,
    levels: Sequence[int] = (8,),
    by_level: bool = False,
) -> tuple[list[Point], list[Point]]:
    """The points of A and of B: at each place of `order` one pass over all levels, or, `by_level`,
    at each turn (two places of `order`) both sides of a level after each other. Throughput falls by
    `drift` over the campaign.

    `effect` is what B has more than A, `noise` the standard deviation from run to run, all as
    fractions.
    """
    total = len(order) * len(levels)
    drifted = np.exp(
        -drift * shape(np.arange(total) / max(1, total - 1), rng)
        + noise * rng.standard_normal(total)
    )
    sides: dict[str, list[Point]] = {"A": [], "B": []}
    turns = (
        [order[i : i + 2] for i in range(0, len(order), 2)]
        if by_level
        else [[side] for side in order]
    )
    for i, (side, level) in enumerate(
        (side, level) for turn in turns for level in levels for side in turn
    ):
        value = 100.0 * level * (1 + effect * (side == "B")) * float(drifted[i])
        sides[side].append(
            point(
                f"{side}{i}",
                {"output_throughput": value},
                engine=side,
                concurrency=level,
                minute=i,
            )
        )
    return sides["A"], sides["B"]


def point(
    name: str,
    values: dict[str, float],
    *,
    minute: int | None = None,
    **conditions: Condition,
) -> Point:
    """A point as a result file gives it."""
    date = (
        {}
        if minute is None
        else {
            "date": (
                datetime(2026, 7, 1)  # noqa: DTZ001 - recorded in local time
                + timedelta(minutes=minute)
            ).isoformat()
        }
    )
    return Point(
        name,
        Path(f"{name}.json"),
        "inferometer",
        {"model": "m", "tp": 1, **conditions, **date},
        values,
    )
