"""Outcome: what became of every planned point, the checklist of a finished campaign, and its exit code. Pure.

Exit code 0 says that every planned point has a result that counts: VALID, or SUSPECT (which `bench` lets pass too, and which is
named), or INVALID where that was allowed; 1 that some have not; 2 that the campaign could not go on; 130 that it was stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from inferometer.spec.campaign import Group
from inferometer.store.standing import Standing

State = Literal["VALID", "SUSPECT", "INVALID", "failed", "not run"]
STATES: tuple[State, ...] = ("VALID", "SUSPECT", "INVALID", "failed", "not run")

NAMED = 20
"""Points that are listed one by one, of each state."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of one point."""

    point: str
    state: State
    counts: bool
    """Whether it need not be measured again."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run of the campaign."""

    endings: Sequence[Ending]
    groups: int
    served: int
    """Groups that had their server to the end, or needed none."""
    lost: Mapping[str, str]
    """Why a group had no server to the end, by its id."""
    records: str
    """Folder of the ledger and the run directories."""
    elapsed_s: float
    interrupted: bool = False
    trouble: str | None = None
    """Why it could not go on."""
    spreads: Sequence[str] = ()
    """A line for each point that has several results."""
    rechecked: str = ""
    """What became of points that did not fit their neighbours; empty if there were none."""

    @property
    def complete(self) -> bool:
        return all(ending.counts for ending in self.endings)

    @property
    def exit_code(self) -> int:
        if self.trouble is not None:
            return 2
        if self.interrupted:
            return 130
        return 0 if self.complete else 1


def endings_of(groups: Iterable[Group], standing: Standing, versions: Mapping[str, str | None]) -> list[Ending]:
    """Of every point, in order. `versions` are those of the servers that came up, by group."""
    return [
        _ending(point.id, point.spec.fingerprint, standing, versions.get(group.id))
        for group in groups
        for point in group.points
    ]


def _ending(point: str, fingerprint: str, standing: Standing, version: str | None) -> Ending:
    counting = standing.result(fingerprint, version)
    if counting is not None:
        history = standing.history
        return Ending(point, history.status_of(counting), True, _first(history.reasons_of(counting)))
    if fingerprint in standing.history.failures:
        return Ending(point, "failed", False, standing.history.failures[fingerprint])
    if fingerprint in standing.damage:
        return Ending(point, "not run", False, f"{_first(standing.damage[fingerprint])}.")
    current = standing.history.current.get(fingerprint)
    if current is not None and not current.counts:
        return Ending(point, "INVALID", False, _first(current.reasons))
    if current is not None:
        return Ending(point, "not run", False, f"It was measured with version {current.server_version} of the server.")
    return Ending(point, "not run", False)


def recheck_in_words(groups: Iterable[Group], standing: Standing) -> str:
    """How many points did not fit their neighbours, and what became of them."""
    history = standing.history
    results = [found for group in groups for point in group.points if (found := standing.result(point.spec.fingerprint))]
    fits = sum(history.doubt_before(result) is not None for result in results)
    doubts = [doubt for result in results if (doubt := history.doubt_of(result)) is not None]
    if not (fits or doubts):
        return ""
    waiting = sum(doubt.again == "no" for doubt in doubts)
    told = {"resolved": fits, "confirmed": len(doubts) - waiting, "not measured again": waiting}
    number = fits + len(doubts)
    head = f"{number} point{'s' * (number != 1)} contradicted {'its' if number == 1 else 'their'} neighbours"
    return f"{head} ({', '.join(f'{what}: {count}' for what, count in told.items() if count)})."


def _first(phrases: Sequence[str]) -> str:
    return phrases[0] if phrases else ""


def summary_lines(outcome: Outcome) -> list[str]:
    """Counts, checklist and what is missing, to be printed at the end."""
    numbers = Counter(ending.state for ending in outcome.endings)
    counted = ", ".join(f"{numbers[state]} {state.lower()}" for state in STATES)
    number = len(outcome.endings)
    counts = f"{number} point{'s' * (number != 1)}: {counted}; this run took {duration(outcome.elapsed_s)}."
    lines = ["", counts, *_checklist(outcome)]
    for state in STATES[1:]:
        found = [ending for ending in outcome.endings if ending.state == state and (ending.reason or not ending.counts)]
        lines += [f"  {ending.state:8} {ending.point}  {ending.reason}".rstrip() for ending in found[:NAMED]]
        if len(found) > NAMED:
            lines.append(f"  {state:8} and {len(found) - NAMED} more")
    if outcome.spreads:
        lines.append("Repeats, by their mean and how far the farthest lies from it:")
        lines += [f"  {line}" for line in outcome.spreads[:NAMED]]
        lines += [f"  and {len(outcome.spreads) - NAMED} more"] if len(outcome.spreads) > NAMED else []
    lines += [outcome.rechecked] if outcome.rechecked else []
    if outcome.trouble:
        lines.append(f"It could not go on: {outcome.trouble}.")
    if not outcome.complete:
        lines.append("The same command goes on where this one ended.")
    return lines


def _checklist(outcome: Outcome) -> list[str]:
    have = sum(ending.counts for ending in outcome.endings)
    ended = "was interrupted" if outcome.interrupted else "broke off" if outcome.trouble else "ran to its end"
    return [
        _item(outcome.served == outcome.groups, f"servers: {outcome.served} of {outcome.groups} groups served to the end"),
        _item(not (outcome.interrupted or outcome.trouble), f"campaign: {ended}"),
        _item(outcome.complete, f"results: {have} of {len(outcome.endings)} points have one that counts, its files whole"),
        _item(True, f"configuration, servers and times: recorded in {outcome.records}"),
    ]


def _item(good: bool, text: str) -> str:
    return f"[{'x' if good else ' '}] {text}"


def duration(seconds: float) -> str:
    """As `45 s`, `12 min`, `3 h 20 min`."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
