"""Recheck: when all points of a campaign are measured, those that contradict their neighbours are
named and measured once more.

What is named, measured again and concluded is in the ledger, each before the next, so that a run
which is killed in between goes on where it ended, and a campaign that is finished measures nothing
a third time. A second result that fits replaces the first, whose files are kept. If the second
contradicts the neighbours too it stays, and the point is SUSPECT. Who starts servers and measures
is the runner.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace

import orjson

from inferometer.analysis import neighbours
from inferometer.campaign.results import Results
from inferometer.campaign.task import Display, Task
from inferometer.results.campaign import point_of_result, read_campaign
from inferometer.results.point import Point
from inferometer.spec.campaign import PlannedPoint
from inferometer.store.campaign.doubt import Doubt, figure
from inferometer.store.campaign.history import Result
from inferometer.store.importers import UNREADABLE
from inferometer.store.json_values import Object, at
from inferometer.vocabulary import METRICS, SET_LOADS
from inferometer.words import Said, counted, in_words, spoken

MAX_ROUNDS = 3
"""Measuring a point again may show that its neighbour was the one in doubt."""
MIN_POINTS = 3
MAX_POINTS = 20
MAX_SHARE = 0.1
"""At most this share of all points is measured again, within the two limits above."""
MAX_NAMED = 10
AXES = {
    "load": SET_LOADS,
    "workload": ("input_len",),
    "target": ("base_url",),
}
"""What points of a ladder may differ in; all other settings have to be the same."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A result that counts, and its point."""

    result: Result
    point: Point


class Recheck:
    """The doubtful points of one run of a campaign."""

    def __init__(self, task: Task, results: Results, display: Display) -> None:
        self.task = task
        self.results = results
        self.display = display
        self._planned = {
            point.spec.fingerprint: (group.id, point)
            for group in task.groups
            for point in group.points
        }
        self._given: set[str] = set()
        """Fingerprints of points that this run was to measure again."""
        self._rounds = 0

    def next_round(
        self, *, without: Container[str] = ()
    ) -> dict[str, list[PlannedPoint]]:
        """Conclude what was measured again, name what contradicts its neighbours, and return the
        points to measure again now, by group, `without` those that have no server. Empty when there
        is no more to do.
        """
        if not self.task.recheck:
            return {}
        severity = self._judge()
        self._rounds += 1
        waiting = [
            name
            for name, (group, _) in self._planned.items()
            if group not in without and self._waits(name)
        ]
        waiting.sort(key=lambda fingerprint: -severity.get(fingerprint, 0.0))
        rechecked = len(
            self.results.state.history.rechecked & self._planned.keys()
        )
        room = (
            0
            if self._rounds > MAX_ROUNDS
            else max(0, limit(len(self._planned)) - rechecked)
        )
        chosen = waiting[:room]
        self._announce(waiting, len(chosen))
        self._given.update(chosen)
        groups: dict[str, list[PlannedPoint]] = {}
        for fingerprint in self._planned:
            if fingerprint in chosen:
                group, point = self._planned[fingerprint]
                groups.setdefault(group, []).append(point)
        return groups

    def _waits(self, fingerprint: str) -> bool:
        """Whether a doubt stands on the current result, and nobody has measured the point again."""
        history = self.results.state.history
        current = history.current.get(fingerprint)
        doubt = history.doubts.get(fingerprint)
        if (
            current is None
            or doubt is None
            or fingerprint in self._given
            or fingerprint in history.again
        ):
            return False
        return doubt.again == "no" and history.doubt_of(current) is not None

    def _judge(self) -> dict[str, float]:
        """Note what neighbours say now; how severe each doubt is, by fingerprint."""
        known = list(self._readable())
        found = neighbours.contradicted(
            [_with_settings(each.point) for each in known]
        )
        doubts = {
            known[doubt.point].result.fingerprint: doubt for doubt in found
        }
        names = [each.result.point for each in known]
        for each in known:
            if each.result.fingerprint in self._planned:
                self._conclude(each, doubts.get(each.result.fingerprint), names)
        return {
            fingerprint: doubt.severity for fingerprint, doubt in doubts.items()
        }

    def _conclude(
        self, read: _Read, found: neighbours.Outlier | None, names: list[str]
    ) -> None:
        history, result = self.results.state.history, read.result
        noted = history.doubts.get(result.fingerprint)
        if found is None:
            if noted is not None:
                self._settle(read, noted)
            return
        second = history.again.get(result.fingerprint)
        if noted is None or (
            noted.again != "no" and result.checksum not in noted.results
        ):
            self._note(_doubt(result, found, names))
        elif noted.again == "no" and second is not None and not second.counts:
            self._note(replace(noted, again="INVALID"))
            self.display.say(Said("recheck.invalid", {"point": noted.point}))
        elif noted.again == "no" and second is not None:
            value = read.point.values.get(noted.metric, found.value)
            results = (*noted.results, result.checksum)
            values = (*noted.values, value)
            doubt = replace(noted, results=results, values=values, again="same")
            self._note(doubt)
            why = doubt.finding().said(spoken().language).sentence
            told = {"point": doubt.point, "why": why}
            self.display.say(spoken().text("recheck.same", **told))

    def _note(self, doubt: Doubt) -> None:
        self.results.note("doubt", **doubt.facts())

    def _settle(self, read: _Read, doubt: Doubt) -> None:
        fits = read.result.checksum
        self.results.note(
            "doubt over",
            fingerprint=doubt.fingerprint,
            point=doubt.point,
            contradicted=doubt.results,
            fits=fits,
        )
        if fits not in doubt.results:
            value = read.point.values.get(doubt.metric, math.nan)
            now = {**doubt.named, "value": figure(value)}
            before = {"before": figure(doubt.values[-1])}
            self.display.say(Said("recheck.fits", {**now, **before}))
        else:
            self.display.say(Said("recheck.neighbours_fit", doubt.named))

    def _announce(self, waiting: list[str], chosen: int) -> None:
        if not waiting or (self._rounds > 1 and not chosen):
            return
        n = len(waiting)
        if 0 < chosen < n:
            head = Said("recheck.some", {"n": n, "chosen": chosen})
        else:
            head = counted("recheck.all" if chosen else "recheck.none", n)
        self.display.say(f"\n{in_words(head)}")
        for fingerprint in waiting[:MAX_NAMED]:
            doubt = self.results.state.history.doubts[fingerprint]
            self.display.say(doubt.in_short())
        if n > MAX_NAMED:
            self.display.say(Said("recheck.more", {"n": n - MAX_NAMED}))

    def _readable(self) -> Iterator[_Read]:
        """All results of the campaign that count, whether or not they are planned now. What cannot
        be read is measured again for that, or named by who reads the results.
        """
        campaign = read_campaign(self.results.places)
        for result in campaign.results:
            if (
                result.counts
                and result.fingerprint not in self.results.state.damage
            ):
                try:
                    point = point_of_result(campaign, result)
                except UNREADABLE:
                    continue
                if point.run is not None:
                    yield _Read(result, point)


def limit(planned: int) -> int:
    """How many points of a campaign may be measured again, all its runs together."""
    return max(MIN_POINTS, min(MAX_POINTS, round(MAX_SHARE * planned)))


def _doubt(
    result: Result, found: neighbours.Outlier, names: list[str]
) -> Doubt:
    return Doubt(
        fingerprint=result.fingerprint,
        point=result.point,
        metric=found.metric,
        unit=METRICS[found.metric].unit,
        suggested=found.suggested,
        neighbours=tuple(names[place] for place in found.neighbours),
        results=(result.checksum,),
        values=(found.value,),
    )


def _with_settings(point: Point) -> Point:
    """With a digest of all that its run was asked to do, as one more condition: names of points and
    conditions of a table do not tell two servers apart that were started with other arguments.
    """
    spec = at(point.recorded.run, "spec") if point.recorded else None
    settings = _without_axes(spec if isinstance(spec, dict) else {})
    digest = hashlib.sha256(
        orjson.dumps(settings, option=orjson.OPT_SORT_KEYS)
    ).hexdigest()
    return replace(point, conditions={**point.conditions, "settings": digest})


def _without_axes(spec: Object) -> Mapping[str, object]:
    kept = {name: value for name, value in spec.items() if name != "repeat"}
    for section, axes in AXES.items():
        if isinstance(inner := kept.get(section), dict):
            kept[section] = {
                name: value for name, value in inner.items() if name not in axes
            }
    return kept
