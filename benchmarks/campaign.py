"""What a campaign costs beside its load: own time per point over a whole campaign, and the time to
go on with a finished one.

A point's own time is all that passes between the end of one point and that of the next, less the
time in which its load ran (first request sent to last one ended): the server's health, prompts,
workers, verdict, six files and the ledger. The embedded engine answers at once, so that little else
is left.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean

import numpy as np
from table import print_table

from inferometer.campaign.embedded_server import EmbeddedServer
from inferometer.campaign.runner import run_campaign
from inferometer.campaign.task import Task
from inferometer.engine import EngineSettings
from inferometer.loadgen import Snapshot
from inferometer.metrics import Summary
from inferometer.server.base import Confirmation
from inferometer.spec.campaign import (
    CampaignSpec,
    Group,
    PlannedPoint,
    ServerNeed,
)
from inferometer.spec.expand import expand
from inferometer.spec.interleave import Block
from inferometer.store.campaign.paths import CampaignPaths

POINTS = 2000
AT_ONCE = EngineSettings(ttft_ms=0.5, itl_ms=0.02, max_model_len=4096)
BLOCK = 500
"""Repeats of one point; the next block has a request more."""
EDGE = 100
"""Points at the beginning and at the end whose own times are compared: a campaign should not become
slower as it grows.
"""


class Stopwatch:
    """A display that notes when points end, and how long their load ran."""

    def __init__(self) -> None:
        self.ends_s = [time.monotonic()]
        self.loads_s: list[float] = []

    def own_s(self) -> list[float]:
        return [
            b - a - load
            for a, b, load in zip(
                self.ends_s, self.ends_s[1:], self.loads_s, strict=False
            )
        ]

    def say(self, text: str) -> None:
        pass

    def block(self, block: Block, *, todo: int) -> None:
        pass

    def server(self, need: ServerNeed, confirmation: Confirmation) -> None:
        self.ends_s = [time.monotonic()]

    @contextmanager
    def measuring(
        self, point: PlannedPoint
    ) -> Iterator[Callable[[Snapshot], None]]:
        yield lambda _: None

    def beside(self, newest: object, log: object) -> None:
        """Nothing is shown beside a point."""

    def measured(
        self,
        point: PlannedPoint,
        status: str,
        reasons: Sequence[str],
        summary: Summary,
        path: str,
    ) -> None:
        self.ends_s.append(time.monotonic())
        self.loads_s.append(summary.duration_s or 0.0)
        if len(self.loads_s) % 200 == 0:
            print(f"  {len(self.loads_s)} points", file=sys.stderr)

    def failed(self, point: PlannedPoint, reason: str) -> None:
        raise SystemExit(f"{point.id}: {reason}")

    def lost(self, group: Group, reason: str, log_tail: Sequence[str]) -> None:
        raise SystemExit(reason)


def run(repeats: int) -> None:
    rows: list[list[str]] = []
    for what, prompts, input_len, output_len, points in (
        ("4 requests of 8 / 4 tokens", 4, 8, 4, POINTS),
        ("100 requests of 1024 / 128 tokens", 100, 1024, 128, POINTS // 20),
    ):
        spec = _campaign(points, prompts, input_len, output_len)
        rows += [[what, *_figures(spec)] for _ in range(repeats)]
    heads = (
        "own time per point, s (target ≤ 0.15)",
        "points",
        "mean",
        "p99",
        "first",
        "last",
        "to go on, s",
        "ledger, MB",
    )
    print_table("A campaign", heads, rows)


def _campaign(
    points: int, prompts: int, input_len: int, output_len: int
) -> CampaignSpec:
    return CampaignSpec.model_validate(
        {
            "name": "benchmark",
            "models": {"m": "embedded"},
            "servers": {"s": {"kind": "external"}},
            "groups": [{"id": "g", "model": "m", "server": "s"}],
            "workload": {"input_len": input_len, "output_len": output_len},
            "matrix": {
                "num_prompts": [prompts]
                if points < BLOCK
                else [prompts + block for block in range(points // BLOCK)]
            },
            "repeats": min(points, BLOCK),
        }
    )


def _figures(spec: CampaignSpec) -> list[str]:
    groups = expand(spec)
    watch = Stopwatch()
    with tempfile.TemporaryDirectory(prefix="inferometer-benchmark-") as folder:
        places = CampaignPaths(Path(folder), spec.name)
        task = Task.of(
            spec,
            groups,
            lambda need: EmbeddedServer(need, AT_ONCE),
            allow_invalid=True,
        )
        outcome = run_campaign(task, places, watch)
        assert outcome.complete
        began_s = time.monotonic()
        run_campaign(task, places, watch)
        again_s = time.monotonic() - began_s
        ledger_mb = places.ledger.stat().st_size / 1e6
    own = watch.own_s()
    edge = min(EDGE, len(own) // 2)
    figures = [
        fmean(own),
        float(np.percentile(own, 99)),
        fmean(own[:edge]),
        fmean(own[-edge:]),
    ]
    return [
        str(len(own)),
        *(f"{each:.3f}" for each in figures),
        f"{again_s:.2f}",
        f"{ledger_mb:.1f}",
    ]


if __name__ == "__main__":
    run(1)
