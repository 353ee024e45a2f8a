"""Ladders of loads as servers give them: growth, saturation, queues, cliffs, steps of captured
batch sizes; and run noise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inferometer.results import Condition, Point

Array = npt.NDArray[np.float64]

CLOSED = (
    range(1, 51),
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
    [1, 2, 4, 8, 16, 32],
    [1, 2, 4, 8, 16, 32, 64],
    [1, 2, 5, 10, 20],
    [1, 2, 4, 6, 8, 10, 16, 20, 24, 32, 64],
    [1, 4, 16, 64],
)
DENSE = (range(1, 201), [*range(1, 201), *range(250, 1001, 50)])
RATES = (
    [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2],
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.5, 2],
)
"""Shares of the highest rate that the server can keep."""
CAPTURED = np.array([1, 2, 4, *range(8, 513, 8)], np.float64)
"""Batch sizes that engines prepare: a batch takes as long as the next larger one of these."""


@dataclass
class Ladder:
    """What each level has, by metric."""

    levels: Array
    values: dict[str, Array]
    by_rate: bool = False

    def disturb(
        self, places: Iterable[int], factor: float, rng: np.random.Generator
    ) -> None:
        """Let these levels have had `factor` of their throughput."""
        for place in places:
            self.values["output_throughput"][place] *= factor
            self.values["mean_tpot_ms"][place] *= factor ** -rng.uniform(0.7, 1)
            self.values["mean_ttft_ms"][place] *= factor ** -rng.uniform(0, 1)

    def points(self) -> list[Point]:
        return [self._point(place) for place in range(len(self.levels))]

    def _point(self, place: int) -> Point:
        values = {
            metric: float(each[place]) for metric, each in self.values.items()
        }
        level = float(self.levels[place])
        if self.by_rate:
            return point(
                f"r{level:g}", values, num_prompts=500, request_rate=level
            )
        return point(
            f"np{level:g}",
            values,
            num_prompts=int(level),
            concurrency=int(level),
        )


def point(
    name: str, values: dict[str, float], **conditions: Condition
) -> Point:
    told = {"model": "m", "tp": 1, "input_len": 1024, **conditions}
    return Point(
        name, Path(f"{name}.json"), "inferometer", told, values, status="VALID"
    )


def ladder(
    rng: np.random.Generator, noise: float, *, dense: bool = False
) -> Ladder:
    """Any of these, with so much noise from run to run; a mean TTFT has heavier tails."""
    by_rate = not dense and rng.random() < 0.2
    grids = RATES if by_rate else DENSE if dense else CLOSED
    levels = np.array(grids[int(rng.integers(len(grids)))], np.float64)
    throughput, ttft, tpot = (
        at_rates(levels, rng) if by_rate else at_once_or_in_turn(levels, rng)
    )
    common = noise * rng.standard_normal(len(levels))
    own = noise * rng.standard_normal(len(levels))
    tail = noise * rng.standard_t(4, len(levels))
    return Ladder(
        levels,
        {
            "output_throughput": throughput * np.exp(common),
            "mean_tpot_ms": tpot * np.exp(0.5 * own - 0.7 * common),
            "mean_ttft_ms": ttft * np.exp(tail - common),
        },
        by_rate,
    )


def at_once_or_in_turn(
    load: Array, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """A batch that grows with the load up to the room for it; beyond, requests wait, or are
    preempted.
    """
    step_ms = rng.uniform(3, 40)
    each_ms = step_ms * 10 ** rng.uniform(-3.2, -1.2)
    room = 10 ** rng.uniform(1.3, 3.3)
    tokens = float(rng.choice([64, 128, 256, 512]))
    prefill_ms = float(rng.choice([64, 256, 1024])) * 10 ** rng.uniform(
        -2.3, -0.6
    )
    batch = np.minimum(load, room)
    tpot = step_ms + each_ms * batch
    if rng.random() < 0.6:
        captured = CAPTURED[
            np.minimum(np.searchsorted(CAPTURED, batch), len(CAPTURED) - 1)
        ]
        padded = np.where(batch <= CAPTURED[-1], captured, batch)
        tpot = (step_ms + each_ms * padded) * (
            1 + rng.uniform(0, 0.15) * _jagged(padded)
        )
    if rng.random() < 0.3:
        tpot = tpot * (
            1 + rng.uniform(0, 1) * (batch / (room * rng.uniform(0.5, 2))) ** 2
        )
    tpot = tpot + prefill_ms * np.minimum(batch, 64) / tokens * rng.uniform(
        0, 1
    )
    preempts = rng.random() < 0.3
    if preempts:
        tpot = np.where(load > room, tpot * rng.uniform(1.3, 2.3), tpot)
    if not preempts and rng.random() < 0.5:
        waves = np.ceil(load / room)
        took_ms = waves * tpot * tokens + prefill_ms * load
        ttft = prefill_ms * (batch + 1) / 2 + (waves - 1) / 2 * (
            tpot * tokens + prefill_ms * batch / 4
        )
        return 1000 * load * tokens / took_ms, ttft, tpot
    alone_ms = prefill_ms * (1 + np.log1p(batch) / 2)
    waits_ms = np.where(
        load > room, (load / room - 1) * (tpot * tokens + alone_ms), 0
    )
    took_ms = tpot * tokens + alone_ms + waits_ms
    return (
        1000 * load * tokens / took_ms,
        alone_ms + waits_ms + rng.uniform(2, 20),
        tpot,
    )


def at_rates(
    share: Array, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """A queue: TTFT jumps by decades where the rate is more than the server can keep."""
    highest = 10 ** rng.uniform(0, 2)
    busy = np.minimum(share, 0.98)
    service_ms = rng.uniform(20, 200)
    backlog_ms = (
        rng.uniform(50, 500)
        * np.maximum(1 / highest - 1 / (highest * share), 0)
        * 1000
    )
    ttft = (
        service_ms * (1 + busy / (1 - busy) / rng.uniform(2, 10)) + backlog_ms
    )
    return (
        128 * highest * np.minimum(share, 1),
        ttft,
        rng.uniform(5, 30) * (1 + busy * rng.uniform(0.2, 3)),
    )


def _jagged(values: Array) -> Array:
    """A number of [0, 1) for each value, the same for the same."""
    return np.asarray(np.sin(values * 12.9898) * 43758.5453 % 1, np.float64)
