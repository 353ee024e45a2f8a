"""Outcome: what became of every planned point, the checklist of a finished campaign, and its exit
code. Pure.

Exit code 0 says that every planned point has a result that counts: VALID, or SUSPECT (which `bench`
lets pass too, and which is named), or INVALID where that was allowed; 1 that some have not; 2 that
the campaign could not go on; 130 that it was stopped.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from inferometer.analysis.alike import merged, skeleton
from inferometer.printable import padded
from inferometer.spec.campaign import Group
from inferometer.store.campaign.history import Result, ServerInfo
from inferometer.store.campaign.state import UNKNOWN, CampaignState
from inferometer.words import Said, in_words, spoken

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
    result: Result | None = None
    """The latest result on the server as it is now, of any run; None if there is none."""


@dataclass(frozen=True, slots=True)
class CampaignOutcome:
    """What became of a run of the campaign."""

    endings: Sequence[Ending]
    groups: int
    served: int
    """Groups whose server came up and served to the end."""
    lost: Mapping[str, str]
    """Why a group had no server to the end, by its id."""
    records: str
    """Folder of the ledger and the run directories."""
    elapsed_s: float
    interrupted: bool = False
    trouble: str | None = None
    """Why it could not go on."""
    unneeded: int = 0
    """Groups whose points were all done before: no server was asked for."""
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


def endings_of(
    groups: Iterable[Group],
    state: CampaignState,
    servers: Mapping[str, ServerInfo],
) -> list[Ending]:
    """Of every point, in order. `servers` are those that came up, by group."""
    return [
        _ending(
            point.id,
            point.spec.fingerprint,
            state,
            servers.get(group.id, UNKNOWN),
        )
        for group in groups
        for point in group.points
    ]


def _ending(
    point: str, fingerprint: str, state: CampaignState, server: ServerInfo
) -> Ending:
    counting = state.result(fingerprint, server)
    if counting is not None:
        history = state.history
        return Ending(
            point,
            history.status_of(counting),
            True,
            _first(history.reasons_of(counting)),
            counting,
        )
    current = state.history.current.get(fingerprint)
    invalid = current if current is not None and not current.counts else None
    if fingerprint in state.history.failures:
        return Ending(
            point, "failed", False, state.history.failures[fingerprint], invalid
        )
    if fingerprint in state.damage:
        damage = _first(state.damage[fingerprint])
        return Ending(
            point, "not run", False, Said("sentence", {"what": damage})
        )
    if invalid is not None:
        return Ending(point, "INVALID", False, _first(invalid.reasons), invalid)
    if current is not None:
        return Ending(
            point,
            "not run",
            False,
            Said("run.other_version", {"what": current.server.unlike(server)}),
        )
    return Ending(point, "not run", False)


def recheck_in_words(groups: Iterable[Group], state: CampaignState) -> str:
    """How many points did not fit their neighbours, and what became of them."""
    history = state.history
    results = [
        found
        for group in groups
        for point in group.points
        if (found := state.result(point.spec.fingerprint))
    ]
    fits = sum(history.doubt_before(result) is not None for result in results)
    doubts = list(filter(None, map(history.doubt_of, results)))
    if not (fits or doubts):
        return ""
    waiting, words = sum(doubt.again == "no" for doubt in doubts), spoken()
    numbers = {
        "resolved": fits,
        "confirmed": len(doubts) - waiting,
        "waiting": waiting,
    }
    counts = [
        f"{words.text(f'campaign.recheck.{what}')}: {count}"
        for what, count in numbers.items()
        if count
    ]
    n = fits + len(doubts)
    return words.text(
        _one_or_more("campaign.recheck", n), n=n, counts=words.listed(counts)
    )


def _one_or_more(key: str, n: int) -> str:
    return f"{key}.one" if n == 1 else key


def _first(phrases: Sequence[str]) -> str:
    return phrases[0] if phrases else ""


def summary_lines(
    outcome: CampaignOutcome,
    notes: Sequence[str] = (),
    translated: Mapping[str, str] | None = None,
) -> list[str]:
    """The summary: missing points, checklist, counts. `notes` say what limited the campaign;
    `translated` has the ledger's reasons in the language of the terminal.
    """
    lines = [""]
    for state in STATES[1:]:
        lines += _named(state, outcome.endings, translated or {})
    lines += [outcome.rechecked] if outcome.rechecked else []
    words = spoken()
    numbers = Counter(ending.state for ending in outcome.endings)
    counts = [
        f"{numbers[state]} {words.text(f'campaign.state.{state}')}"
        for state in STATES
    ]
    n, time = len(outcome.endings), duration(outcome.elapsed_s)
    values = {"n": n, "counts": words.listed(counts), "time": time}
    lines.append(words.text(_one_or_more("campaign.count", n), **values))
    lines += [*map(in_words, notes), *_checklist(outcome)]
    if outcome.trouble:
        lines.append(
            words.text("campaign.trouble", reason=in_words(outcome.trouble))
        )
    if not outcome.complete:
        lines.append(words.text("campaign.resume"))
    return lines


def _named(
    state: State, endings: Sequence[Ending], translated: Mapping[str, str]
) -> list[str]:
    """A line per point in this state that needs one; consecutive points of a test share it, where
    their reasons differ in figures only.
    """
    words = spoken()

    def reason_of(ending: Ending) -> str:
        return translated.get(ending.reason) or words.say(ending.reason)

    def said(ending: Ending) -> tuple[bool, str, str]:
        is_named = ending.state == state and bool(
            ending.reason or not ending.counts
        )
        return is_named, _test_of(ending.point), skeleton(reason_of(ending))

    runs = [
        list(run)
        for (is_named, *_), run in itertools.groupby(endings, said)
        if is_named
    ]
    shown = (
        state if state in STATES[:3] else words.text(f"campaign.state.{state}")
    )
    head = f"  {padded(shown, 8)}"
    lines = []
    for run in runs[:NAMED]:
        reasons = merged([reason_of(ending) for ending in run])
        lines.append(f"{head} {_together(run)}  {reasons}".rstrip())
    if (more := sum(map(len, runs[NAMED:]))) > 0:
        lines.append(f"{head} {words.text('console.more', n=more)}")
    return lines


def _together(endings: Sequence[Ending]) -> str:
    """`g/np1`, or `g/np31 ... np200: 170 points`."""
    first, last = endings[0].point, endings[-1].point
    if len(endings) == 1:
        return first
    last = last.removeprefix(f"{_test_of(first)}/")
    return spoken().text(
        "campaign.together", first=first, last=last, n=len(endings)
    )


def _test_of(point: str) -> str:
    return point.partition("/")[0]


def _checklist(outcome: CampaignOutcome) -> Iterator[str]:
    words, have = spoken(), sum(ending.counts for ending in outcome.endings)
    asked, unneeded = outcome.groups - outcome.unneeded, outcome.unneeded
    if not asked:
        yield f"[-] {words.text('campaign.servers.unneeded')}"
    else:
        served = outcome.served
        numbers = {"served": served, "asked": asked, "unneeded": unneeded}
        key = "campaign.servers.some" if unneeded else "campaign.servers"
        yield _item(served == asked, words.text(key, **numbers))
    yield _item(
        not (outcome.interrupted or outcome.trouble or outcome.lost),
        words.text("campaign.ended", how=_how_it_ended(outcome, asked)),
    )
    n = len(outcome.endings)
    yield _item(
        outcome.complete, words.text("campaign.results", have=have, n=n)
    )
    key = "campaign.recorded" if asked else "campaign.recorded.unserved"
    key += ".until" if outcome.trouble else ""
    yield _item(outcome.trouble is None, words.text(key, place=outcome.records))


def _how_it_ended(outcome: CampaignOutcome, asked: int) -> str:
    lost = len(outcome.lost)
    how = "whole"
    if outcome.interrupted:
        how = "interrupted"
    elif outcome.trouble:
        how = "trouble"
    elif lost:
        how = "lost" if asked > 1 else "only"
    return spoken().text(f"campaign.ended.{how}", lost=lost, asked=asked)


def _item(good: bool, text: str) -> str:
    return f"[{'x' if good else ' '}] {text}"


def duration(seconds: float) -> str:
    """As `45 s`, `12 min`, `3 h 20 min`."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return f"{seconds:.0f} s"
    return (
        f"{minutes} min"
        if minutes < 60
        else f"{minutes // 60} h {minutes % 60} min"
    )
