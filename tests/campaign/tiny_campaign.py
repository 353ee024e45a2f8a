"""A campaign of tiny points on a very fast embedded engine, and a display that remembers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from inferometer.campaign.task import Task
from inferometer.engine import EngineSettings
from inferometer.loadgen import Snapshot
from inferometer.metrics import Summary
from inferometer.server.base import Confirmation, Server
from inferometer.spec.campaign import (
    CampaignSpec,
    Group,
    PlannedPoint,
    ServerNeed,
)
from inferometer.spec.expand import expand
from inferometer.spec.interleave import Block

FAST = EngineSettings(ttft_ms=1, itl_ms=0.5, max_model_len=64)


def tiny_campaign(points: int = 3, **changes: Any) -> CampaignSpec:
    """Points of 1, 2, ... requests, 8 tokens in and 3 out, on an external server; the machine is not
    sampled, which takes longer than they do.
    """
    return CampaignSpec.model_validate(
        {
            "name": "tiny",
            "models": {"m": "tiny-model"},
            "servers": {
                "s": {"kind": "external", "base_url": "http://127.0.0.1:1"}
            },
            "groups": [{"id": "g", "model": "m", "server": "s"}],
            "matrix": {"num_prompts": list(range(1, points + 1))},
            "workload": {"input_len": 8, "output_len": 3},
            "sampling": {"ignore_eos": True},
            "file_name": "{group}_np{n}_{time}.json",
            "telemetry": False,
            "recheck": False,  # points this small differ by chance
            **changes,
        }
    )


def unsampled(spec: CampaignSpec) -> CampaignSpec:
    """The same points; sampling the machine takes longer than tiny ones do."""
    return spec.model_copy(update={"telemetry": False})


def task_of(
    spec: CampaignSpec,
    server: Callable[[ServerNeed], Server],
    groups: Sequence[Group] = (),
    **options: Any,
) -> Task:
    return Task.of(
        spec, groups or expand(spec), server, real_time=False, **options
    )


class Remembering:
    """A display that keeps what it is told, as words."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.measured_points: list[str] = []

    def say(self, text: str) -> None:
        self.told.append(text)

    def block(self, block: Block, *, todo: int) -> None:
        self.told.append(f"group {block.id} {todo}")

    def server(self, need: ServerNeed, confirmation: Confirmation) -> None:
        self.told.append(f"server {need.recipe_name}")

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
        self.measured_points.append(point.id)
        self.told.append(f"{status} {point.id}")

    def failed(self, point: PlannedPoint, reason: str) -> None:
        self.told.append(f"failed {point.id}: {reason}")

    def lost(self, group: Group, reason: str, log_tail: Sequence[str]) -> None:
        self.told.append(f"lost {group.id}: {reason}")
