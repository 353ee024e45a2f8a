"""Runner: a campaign from its first group to its last, whatever goes wrong with a point, a group or a server on the way.

A point that has a result that counts is left alone, all others are measured in the order of the plan. What goes wrong with a
point is that point's failure, what goes wrong with a server is its group's, and the others go on. Ctrl-C, and a directory that
cannot be written any more, end the campaign with what is done. Not known here: terminals, and kinds of servers.
"""

from __future__ import annotations

import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import inferometer
from inferometer.campaign.group_run import GroupLostError, GroupRun
from inferometer.campaign.lock import locked
from inferometer.campaign.outcome import Outcome, endings_of
from inferometer.campaign.results import Results
from inferometer.campaign.task import Display, Task
from inferometer.spec.run import MEASUREMENT_VERSION
from inferometer.store.atomic import CannotWriteError, require_writable
from inferometer.store.secret import masked_command
from inferometer.store.standing import Places, Standing, read_standing

NAMED = 10
"""Damaged results that are named one by one."""


def run_campaign(task: Task, places: Places, display: Display) -> Outcome:
    """Measure what is not measured yet. Raises LockedError, LedgerError, and CannotWriteError if it cannot even begin."""
    require_writable(places.directory)
    with locked(places.lock), Results(places) as results, _stopped_by_signals():
        return _Run(task, places, results, display).run()


class _Run:
    """One run of the campaign."""

    def __init__(self, task: Task, places: Places, results: Results, display: Display) -> None:
        self.task = task
        self.places = places
        self.results = results
        self.display = display
        self.began_s = time.monotonic()
        self.lost: dict[str, str] = {}
        self.served = 0
        self.versions: dict[str, str | None] = {}

    def run(self) -> Outcome:
        interrupted, trouble = False, None
        try:
            self._note_beginning()
            self._name_damage()
            for group in self.task.groups:
                self._measure(GroupRun(self.task, group, self.results, self.display))
        except KeyboardInterrupt:
            interrupted = True
        except CannotWriteError as error:
            trouble = str(error)
        return Outcome(
            endings=endings_of(self.task.groups, self._as_it_is_now(), self.versions),
            groups=len(self.task.groups),
            served=self.served,
            lost=self.lost,
            records=str(self.places.directory),
            elapsed_s=time.monotonic() - self.began_s,
            interrupted=interrupted,
            trouble=trouble,
        )

    def _measure(self, group_run: GroupRun) -> None:
        group = group_run.group
        try:
            group_run.run()
            self.served += 1
        except GroupLostError as error:
            self.lost[group.id] = str(error)
            self.results.note("group failed", group=group.id, reason=str(error), log_tail=error.log_tail)
            self.display.lost(group, str(error), error.log_tail)
        finally:
            self.versions[group.id] = group_run.version

    def _note_beginning(self) -> None:
        self.results.note(
            "opened",
            campaign=self.task.name,
            inferometer=inferometer.__version__,
            measurement=MEASUREMENT_VERSION,
            host=socket.gethostname(),
            command=masked_command(sys.argv),
            points=len(self.task.points),
            allow_invalid=self.task.allow_invalid,
            configuration=self.task.about,
        )

    def _name_damage(self) -> None:
        planned = {point.spec.fingerprint: point.id for point in self.task.points}
        damaged = [(planned[fp], phrases) for fp, phrases in self.results.standing.damage.items() if fp in planned]
        for point, phrases in damaged[:NAMED]:
            self.display.say(f"{point} is measured again: {', '.join(phrases)}.")
        if len(damaged) > NAMED:
            self.display.say(f"So are {len(damaged) - NAMED} more points, whose files are missing or have changed too.")

    def _as_it_is_now(self) -> Standing:
        """From the files again, also of what was measured just now: a result that cannot be read is none."""
        return read_standing(self.places)


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """A lost terminal or a polite `kill` stops the campaign as Ctrl-C does, unless they are ignored (nohup)."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number, handler in before.items():
        if handler == signal.SIG_DFL:
            signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
