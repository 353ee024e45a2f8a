"""What a runner gets: the campaign to run, and who displays its progress."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from inferometer.loadgen import Snapshot
from inferometer.measurement.sampling import Newest
from inferometer.measurement.session import VirtualServer
from inferometer.metrics import Summary
from inferometer.metrics.calibration import Calibration, Missing
from inferometer.server.base import Confirmation, Server
from inferometer.spec.campaign import (
    CampaignSpec,
    Group,
    PlannedPoint,
    ServerNeed,
)
from inferometer.spec.expand import file_name
from inferometer.spec.interleave import Block, blocks_of
from inferometer.spec.output import Output

FindCalibration = Callable[[int], Calibration | Missing]
"""This host's calibration for a number of workers, or why there is none; cached."""


def _not_calibrated(workers: int) -> Calibration | Missing:
    return Missing("none")


@dataclass(frozen=True, slots=True)
class Task:
    """A campaign, or the part of it that was chosen, and how to go about it."""

    name: str
    groups: Sequence[Group]
    output: Output
    file_name: Callable[[PlannedPoint, datetime], str]
    """Name of a point's JSON file, from the point and the local time of its end."""
    server: Callable[[ServerNeed], Server]
    about: Mapping[str, Any]
    """The configuration, for the ledger."""
    pairs: Sequence[Sequence[str]] = ()
    """Sets of tests whose groups are interleaved."""
    recheck: bool = True
    """Whether points that contradict their neighbours are named, and measured once more."""
    allow_invalid: bool = False
    """Accept INVALID results as finished."""
    restarts: int = 2
    """How often a group's server is restarted after it died."""
    real_time: bool = True
    """Whether workers ask for a real-time priority."""
    calibration: FindCalibration = _not_calibrated
    root: Path | None = None
    """Where the files of the servers' machine are, if it is not this host; see `Session`."""
    virtual: Callable[[ServerNeed], VirtualServer] | None = None
    """What runs a server's points in virtual time, from one start to the next."""
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Groups that are not simulated, by their engine, of which there is no twin."""

    @classmethod
    def of(
        cls,
        spec: CampaignSpec,
        groups: Sequence[Group],
        server: Callable[[ServerNeed], Server],
        *,
        allow_invalid: bool = False,
        real_time: bool = True,
        calibration: FindCalibration = _not_calibrated,
        root: Path | None = None,
        virtual: Callable[[ServerNeed], VirtualServer] | None = None,
        left_out: Mapping[str, Sequence[str]] | None = None,
    ) -> Task:
        """The task of a campaign file."""
        return cls(
            name=spec.name,
            groups=groups,
            output=spec.output,
            file_name=lambda point, time: file_name(spec, point, time),
            server=server,
            about=spec.model_dump(mode="json", exclude_defaults=True),
            pairs=spec.interleave,
            recheck=spec.recheck,
            allow_invalid=allow_invalid,
            real_time=real_time,
            calibration=calibration,
            root=root,
            virtual=virtual,
            left_out=left_out or {},
        )

    @property
    def points(self) -> list[PlannedPoint]:
        """All points, group by group."""
        return [point for group in self.groups for point in group.points]

    @property
    def blocks(self) -> list[Block]:
        """All points, in the order in which they are measured."""
        return blocks_of(self.groups, self.pairs)


class Display(Protocol):
    """Shows a campaign's progress. Called between points, and a few times a second during one."""

    def say(self, text: str) -> None:
        """Show one or more lines. One between two empty ones is a command, and stays one line."""

    def block(self, block: Block, *, todo: int) -> None:
        """A block begins, of one group or several in turns; `todo` of its points are measured."""

    def server(self, need: ServerNeed, confirmation: Confirmation) -> None:
        """Its server is up."""

    def measuring(
        self, point: PlannedPoint
    ) -> AbstractContextManager[Callable[[Snapshot], None]]:
        """While a point is measured; yields the function that shows its progress."""

    def beside(
        self, newest: Callable[[], Newest], log: Callable[[], Sequence[str]]
    ) -> None:
        """What tells, during this point, the newest samples and the end of the server's log."""

    def measured(
        self,
        point: PlannedPoint,
        status: str,
        reasons: Sequence[str],
        summary: Summary,
        path: str,
    ) -> None:
        """Its files are saved; `path` is the JSON file."""

    def failed(self, point: PlannedPoint, reason: str) -> None:
        """It could not be measured."""

    def lost(self, group: Group, reason: str, log_tail: Sequence[str]) -> None:
        """There is no server for the group, or not any more."""
