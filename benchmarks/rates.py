"""The requested rate against the achieved one, by our own columns and by the engine's record of
arrivals; 10 to 5,000 req/s.
"""

from __future__ import annotations

from dataclasses import dataclass

import client
import cores
import numpy as np
from table import print_table, spread

from inferometer.clock import MS, NS
from inferometer.engine import EmbeddedEngine, EngineSettings

SECONDS = 4
NEVER_REACHED = 4096
FEWEST = 100
"""Requests, at the low rates."""

ARRIVALS = {"Poisson": "1", "metronome": "inf"}
RATES = (10, 100, 1000, 2500, 5000)
STEPS = ((200, 2), (1000, 1), (100, 2))
"""(req/s, s), one after the other."""

HALF_A_GAP_S = 0.5 / max(rate for rate, _ in STEPS)
"""A request that is due at the very end of a step is sent a little after it, and is counted there
all the same.
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """One run. Rates are per second."""

    rate: float
    sent_rate: float
    """All requests over the time from the start to just before the first byte of the last one was
    written.
    """
    arrived_rate: float
    """By the engine's record: the rate asked for, times how long the plan takes from first to last,
    over how long it took.
    """
    lag_p99_ms: float
    lag_max_ms: float
    steps: tuple[float, ...] = ()
    """Requests per second within each of STEPS."""

    @property
    def sent_error_percent(self) -> float:
        return (self.sent_rate / self.rate - 1) * 100

    @property
    def arrived_error_percent(self) -> float:
        return (self.arrived_rate / self.rate - 1) * 100


def run(repeats: int) -> None:
    rows = []
    for rate in RATES:
        for name, burstiness in ARRIVALS.items():
            n = max(FEWEST, rate * SECONDS)
            turns = [
                _turn(
                    n, rate, "--request-rate", rate, "--burstiness", burstiness
                )
                for _ in range(repeats)
            ]
            rows.append(_row(f"{rate:,} req/s, {name}, {n:,} requests", turns))
    print_table(
        "Rates: requested against achieved",
        (
            "",
            "sent, % off",
            "arrived, % off",
            "target",
            "schedule lag p99, ms",
            "max, ms",
        ),
        rows,
    )
    _print_steps(repeats)


def _print_steps(repeats: int) -> None:
    n = sum(rate * seconds for rate, seconds in STEPS)
    flag = ",".join(f"{rate}x{seconds}" for rate, seconds in STEPS)
    mean = n / sum(seconds for _, seconds in STEPS)
    turns = [
        _turn(n, mean, "--rate-steps", flag, "--burstiness", "inf")
        for _ in range(repeats)
    ]
    print_table(
        f"A step list: --rate-steps {flag}",
        ("", "sent per second", "% off"),
        [
            (
                f"{rate:,} req/s for {seconds} s",
                spread([turn.steps[i] for turn in turns], 1),
                spread([(turn.steps[i] / rate - 1) * 100 for turn in turns], 2),
            )
            for i, (rate, seconds) in enumerate(STEPS)
        ],
    )


def _row(what: str, turns: list[Turn]) -> tuple[str, ...]:
    return (
        what,
        spread([turn.sent_error_percent for turn in turns], 3),
        spread([turn.arrived_error_percent for turn in turns], 3),
        "≤ 0.5",
        spread([turn.lag_p99_ms for turn in turns], 3),
        spread([turn.lag_max_ms for turn in turns], 2),
    )


def _turn(n: int, rate: float, *flags: object) -> Turn:
    with cores.pinned(cores.SERVER, real_time=True):
        engine = EmbeddedEngine(
            EngineSettings(ttft_ms=1, itl_ms=1), record_truth=True
        )
        engine.start()
    try:
        lengths = ("--random-input-len", 8, "--random-output-len", 1)
        cap = (
            "--max-concurrency",
            NEVER_REACHED,
        )  # else as many files would have to be open as there are requests
        measured = client.measure(
            engine.base_url,
            "--num-prompts",
            n,
            "--seed",
            1,
            *lengths,
            *cap,
            *flags,
        )
        truth = engine.truth()
    finally:
        engine.stop()
    r = measured.run.trace.requests
    sent_s = r["sent_ns"] / NS
    mine = [
        name.startswith(client.REQUEST_ID_PREFIX) for name in truth.request_id
    ]
    arrived_s = np.sort(truth.arrival_ns[np.array(mine)]) / NS
    due_s = r["intended_ns"] / NS
    lag_ms = (r["sent_ns"] - r["intended_ns"]) / MS
    edges = np.cumsum([0, *(seconds for _, seconds in STEPS)])
    return Turn(
        rate=rate,
        sent_rate=n / float(sent_s.max()),
        arrived_rate=rate
        * float(due_s[-1] - due_s[0])
        / float(arrived_s[-1] - arrived_s[0]),
        lag_p99_ms=float(np.percentile(lag_ms, 99)),
        lag_max_ms=float(lag_ms.max()),
        steps=tuple(
            (
                np.histogram(sent_s - HALF_A_GAP_S, edges)[0] / np.diff(edges)
            ).tolist()
        ),
    )
