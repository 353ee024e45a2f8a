"""Runner: a campaign from its first group to its last, whatever goes wrong with a point, a group or
a server on the way.

A point that has a result that counts is left alone, all others are measured in the order of the
plan. What goes wrong with a point is that point's failure, what goes wrong with a server is its
group's (and that of the groups it takes turns with, which would not be interleaved any more), and
the others go on. A server that is needed next stays up. Ctrl-C, and a directory that cannot be
written any more, end the campaign with what is done. Not known here: terminals, and kinds of
servers.
"""

from __future__ import annotations

import socket
import sys
import time
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import ExitStack

import inferometer
from inferometer.campaign.estimate import estimates
from inferometer.campaign.group_run import GroupLostError, GroupRun
from inferometer.campaign.lock import locked
from inferometer.campaign.outcome import (
    CampaignOutcome,
    duration,
    endings_of,
    recheck_in_words,
)
from inferometer.campaign.recheck import Recheck
from inferometer.campaign.results import Results
from inferometer.campaign.task import Display, Task
from inferometer.measurement.other_machines import clocks_apart
from inferometer.metrics.calibration import Calibration, host_in_words
from inferometer.secret import masked_command
from inferometer.server.hardware import HardwareNotConfirmedError
from inferometer.spec.campaign import Group, PlannedPoint
from inferometer.spec.interleave import Block, partners_of, starts
from inferometer.spec.run import MEASUREMENT_VERSION
from inferometer.store.atomic import CannotWriteError, require_writable
from inferometer.store.campaign.checked_ledger import require_no_links
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.state import CampaignState, read_campaign_state
from inferometer.system.interruption import Interruption
from inferometer.words import Said, in_words, sentence_of, spoken

TELL_LEFT_EVERY_S = 600.0
"""Interval at which the remaining time is printed; each group prints it at its start, too."""
MIN_LEFT_S = 60.0
"""Less is not worth a line."""

NAMED = 10
"""Damaged results that are listed one by one."""


def run_campaign(
    task: Task, places: CampaignPaths, display: Display
) -> CampaignOutcome:
    """Measure all points without a result. Raises LockedError, LedgerError, CannotWriteError, and
    PointError if the monitor of the server's host does not answer.
    """
    require_no_links(places)
    require_writable(places.directory)
    specs = [point.spec for point in task.points]
    with (
        locked(places.lock) as hold,
        Results(places, specs, require_lock=hold.require) as results,
        Interruption() as interruption,
    ):
        if not hold.is_locked:
            display.say(
                spoken().text("run.no_locks", directory=places.directory)
            )
        for remark in results.remarks:
            display.say(in_words(remark))
        run = _CampaignRun(task, places, results, display)
        return run.run(interruption)


class _CampaignRun:
    """One run of the campaign."""

    def __init__(
        self,
        task: Task,
        places: CampaignPaths,
        results: Results,
        display: Display,
    ) -> None:
        self.task = task
        self.places = places
        self.results = results
        self.display = display
        self.began_s = time.monotonic()
        self.lost: dict[str, str] = {}
        self.blocks = task.blocks
        self.groups = {
            group.id: GroupRun(task, group, results, display)
            for group in task.groups
        }
        self.unneeded = {
            group.id
            for group in task.groups
            if not any(map(self.groups[group.id].is_todo, group.points))
        }
        """Groups whose points were all done before."""
        self.took: dict[str, float] = {}
        """Seconds that points of this run took, by fingerprint."""
        self.told_left_s = self.began_s
        self.blocks_left = Counter(
            group.id for block in self.blocks for group in block.groups
        )
        """Blocks left by group; a group with none was measured to its end."""

    def run(self, interruption: Interruption) -> CampaignOutcome:
        interrupted, trouble = False, None
        try:
            self._note_beginning()
            self._name_damage()
            self._measure_all()
            interruption.finish()
        except KeyboardInterrupt:
            interrupted = True
        except CannotWriteError as error:
            trouble = sentence_of(error)
        servers = {name: group.facts for name, group in self.groups.items()}
        state = self._as_it_is_now()
        endings = endings_of(self.task.groups, state, servers)
        came_up = {name for name, group in self.groups.items() if group.came_up}
        return CampaignOutcome(
            endings=endings,
            groups=len(self.task.groups),
            served=sum(
                left == 0 and name in came_up
                for name, left in self.blocks_left.items()
            ),
            unneeded=len(self.unneeded),
            lost=self.lost,
            records=str(self.places.directory),
            elapsed_s=time.monotonic() - self.began_s,
            interrupted=interrupted,
            trouble=trouble,
            rechecked=recheck_in_words(self.task.groups, state),
        )

    def _measure_all(self) -> None:
        try:
            todo = self._todo()
            self._require_monitor(todo)
            self._calibrate(todo)
            for block in self.blocks:
                if not any(group.id in self.lost for group in block.groups):
                    self._measure(block)
            self._recheck()
        finally:
            self._keep_up(())

    def _todo(self) -> list[PlannedPoint]:
        return [
            point
            for group in self.task.groups
            for point in group.points
            if self.groups[group.id].is_todo(point)
        ]

    def _require_monitor(self, todo: Sequence[PlannedPoint]) -> None:
        """Raise PointError if it does not answer: every point would fail for it. A simulation asks
        none.
        """
        output = self.task.output
        if (
            self.task.virtual is None
            and todo
            and output.telemetry
            and output.monitor
        ):
            clocks_apart(output.monitor)

    def _calibrate(self, todo: Sequence[PlannedPoint]) -> None:
        """Calibrate before the first server is up, because calibration uses the host's cores."""
        for workers in sorted({point.spec.workers for point in todo}):
            calibration = self.task.calibration(workers)
            if isinstance(calibration, Calibration):
                self.display.say(host_in_words(calibration, spoken().language))

    def _measure(self, block: Block) -> None:
        todo = [
            (group, point)
            for group, point in block.turns
            if self.groups[group.id].is_todo(point)
        ]
        self.display.block(block, todo=len(todo))
        if todo and self.took:
            self._tell_left()
        try:
            if todo:
                self._take_turns(block, {group.id for group, _ in todo})
            self.blocks_left.subtract(group.id for group in block.groups)
        except GroupLostError as error:
            self._lose(error)
            self._keep_up(())

    def _take_turns(self, block: Block, needed: set[str]) -> None:
        self._keep_up(needed)
        servers = [
            self.groups[group.id]
            for group in block.groups
            if group.id in needed
        ]
        for server in servers:
            if not server.is_up:
                server.start()
        for group, point in block.turns:
            server = self.groups[group.id]
            if not (server in servers and server.is_todo(point)):
                continue
            for other in servers:
                if other is not server:
                    other.stand_by()
            began_s = time.monotonic()
            server.attend(point)
            self.took[point.spec.fingerprint] = time.monotonic() - began_s
            if time.monotonic() - self.told_left_s >= TELL_LEFT_EVERY_S:
                self._tell_left()

    def _tell_left(self) -> None:
        """About how long the rest takes: servers that still have to start included, points that
        have to be measured again not.
        """
        self.told_left_s = time.monotonic()
        todo = [
            point
            for group in self.task.groups
            for point in group.points
            if group.id not in self.lost
            and self.groups[group.id].is_todo(point)
        ]
        names = {point.id for point in todo}
        starting = starts(self.blocks, lambda point: point.id not in names)
        often = Counter(
            group.id for group in starting if not self.groups[group.id].is_up
        )
        groups = [
            group for group in self.task.groups if group.id not in self.lost
        ]
        done = {
            point.spec.fingerprint for group in groups for point in group.points
        }
        done -= {point.spec.fingerprint for point in todo}
        left_s = sum(
            each.seconds for each in estimates(groups, done, self.took, often)
        )
        if left_s >= MIN_LEFT_S:
            told = {"n": len(todo), "time": duration(left_s)}
            self.display.say(spoken().text("campaign.left", **told))

    def _recheck(self) -> None:
        """Measure again what contradicts its neighbours, first on servers that are still up."""
        recheck = Recheck(self.task, self.results, self.display)
        while todo := recheck.next_round(without=self.lost):
            for name in sorted(
                todo, key=lambda name: not self.groups[name].is_up
            ):
                self._measure_again(self.groups[name], todo[name])

    def _measure_again(
        self, server: GroupRun, points: Sequence[PlannedPoint]
    ) -> None:
        name = server.group.id
        self._keep_up({name})
        try:
            if not server.is_up:
                server.start()
            if any(server.is_todo(point) for point in points):
                self.display.say(spoken().text("run.other_server", group=name))
                return
            for point in points:
                server.measure_again(point)
        except GroupLostError as error:
            self.results.note(
                "group failed",
                group=name,
                reason=str(error),
                log_tail=error.log_tail,
            )
            why = in_words(error)
            self.display.say(
                spoken().text("run.doubt_stays", group=name, why=why)
            )
            self._keep_up(())

    def _keep_up(self, wanted: Collection[str]) -> None:
        """Stop all other servers, even if stopping one of them fails."""
        with ExitStack() as stack:
            for name, group in self.groups.items():
                if group.is_up and name not in wanted:
                    stack.callback(group.stop)

    def _lose(self, error: GroupLostError) -> None:
        self._note_loss(error.group, error.sentence, error.log_tail)
        if isinstance(error.__cause__, HardwareNotConfirmedError):
            for group in self._others_on_the_hardware_of(error.group):
                needed = {"name": group.server.hardware_name}
                self._note_loss(group, Said("run.lost.hardware", needed), ())
        for partner in partners_of(
            error.group, self.task.groups, self.task.pairs
        ):
            self._note_loss(
                partner, Said("run.lost.turns", {"group": error.group.id}), ()
            )

    def _others_on_the_hardware_of(self, lost: Group) -> list[Group]:
        """Groups that wait for the same change of hardware."""
        return [
            group
            for group in self.task.groups
            if group.server.hardware_name == lost.server.hardware_name
            and group.id not in {*self.lost, *self.unneeded}
            and self.blocks_left[group.id]
        ]

    def _note_loss(
        self, group: Group, reason: Said | str, log_tail: Sequence[str]
    ) -> None:
        self.lost[group.id] = str(reason)
        self.results.note(
            "group failed",
            group=group.id,
            reason=str(reason),
            log_tail=log_tail,
        )
        self.display.lost(group, in_words(reason), log_tail)

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
            left_out=self.task.left_out,
        )

    def _name_damage(self) -> None:
        planned = {
            point.spec.fingerprint: point.id for point in self.task.points
        }
        damaged = [
            (planned[fp], phrases)
            for fp, phrases in self.results.state.damage.items()
            if fp in planned
        ]
        for point, phrases in damaged[:NAMED]:
            why = spoken().listed(map(in_words, phrases))
            self.display.say(spoken().text("run.again", point=point, why=why))
        if len(damaged) > NAMED:
            self.display.say(
                spoken().text("run.again.more", n=len(damaged) - NAMED)
            )

    def _as_it_is_now(self) -> CampaignState:
        """Read from the files again, because a result that cannot be read does not count."""
        return read_campaign_state(self.places)
