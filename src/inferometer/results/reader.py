"""Reading whatever holds results into one collection of points: the door of this room.

A measurement that is there twice, as a run directory and as the JSON file that was written with it,
counts once: the run directory, which knows more. What cannot be read is a sentence in `problems`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from inferometer.results.apart import told_apart
from inferometer.results.campaign import Campaign, point_of_result
from inferometer.results.derived import derived_intervals, derived_values
from inferometer.results.folders import Folders, is_metadata
from inferometer.results.foreign import FilePoint, points_in
from inferometer.results.json_text import storable
from inferometer.results.measured_lengths import common_lengths, with_lengths
from inferometer.results.point import (
    Collection,
    Condition,
    Point,
    Range,
    ordered,
)
from inferometer.results.predicted import point_on_twin
from inferometer.results.run_point import identity_of_run, point_of_run
from inferometer.results.sources import (
    CampaignResult,
    ResultFile,
    RunDirectory,
    Source,
    Sources,
)
from inferometer.results.told_twice import told_once
from inferometer.spec.target import Threshold, Where
from inferometer.store.importers import (
    NOT_OURS,
    UNREADABLE,
    CannotImportError,
    CompanionError,
    DoubtfulNamesError,
    ForeignToolError,
    UnknownResultError,
    is_json,
    unpacked_name,
)
from inferometer.store.json_values import at, number
from inferometer.vocabulary import CONDITIONS
from inferometer.words import (
    Said,
    counted,
    first_few,
    reason_of,
    sentence_of,
)

MAX_NAMED = 5
"""Files in one sentence."""

TABLES, REPORTS = (".csv",), (".log", ".out", ".txt")
"""Texts that people take for results; their notes and settings end otherwise."""
PASSED_OVER = frozenset(
    {
        *("readme", "license", "licence", "copying", "notice", "authors"),
        *("changelog", "changes", "contributing", "todo", "notes"),
        *("requirements", "constraints", "freeze", "cmakelists"),
        *("server", "engine", "docker", "dmesg", "syslog"),
    }
)
"""Words in names of such texts, but not of tables, that nobody takes for results."""

SUMMARIES = ("summary.json",)
"""Of `vllm bench sweep serve`: all runs of a folder, which have files of their own beside it."""

ORDER = tuple(name for name in CONDITIONS if name != "seed")
"""Of points; those that differ by nothing but the seed are in the order of time."""


class ResultsError(Exception):
    """There is nothing to read: one sentence with cause and cure."""

    def __init__(self, sentence: Said) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def _read_all(
    sources: Sources, tell: Callable[[int, int], None]
) -> _CollectionReader:
    reading = _CollectionReader(sources.problems, sources.archives)
    count = len(sources.found)
    for done, source in enumerate(sources.found):
        tell(done, count)
        reading.add(source)
    tell(count, count)
    return reading


def read(
    paths: Sequence[Path], *, progress: Callable[[int, int], None] | None = None
) -> Collection:
    """Every point under `paths`: run directories and result directories of ours, result files of
    any tool, trees of all these.

    `progress` is told how many of how many sources are read. Raises ResultsError if there is no
    point at all.
    """
    sources = Sources.under([Path(path) for path in paths])
    reading = _read_all(sources, progress or (lambda *_: None))
    points = in_order(told_apart(reading.points()))
    if not points:
        raise ResultsError(
            _nothing(paths, reading.problems, reading.more_files)
        )
    unique = _with_unique_ids(points)
    targets = _targets(sources.found, unique)
    return Collection(unique, tuple(reading.problems), targets, reading.unread)


def in_order(points: Iterable[Point]) -> list[Point]:
    """By their conditions, with texts that every file can hold."""
    whole = [_with_whole_texts(point) for point in points]
    there = set().union(*(point.conditions for point in whole))
    names = [name for name in ORDER if name in there]
    return sorted(whole, key=lambda point: _by_conditions(point, names))


def _targets(
    sources: Iterable[Source], points: Iterable[Point]
) -> tuple[Threshold, ...]:
    """Of every campaign, each for its own points alone."""
    campaigns = {
        each.campaign.places: each.campaign
        for each in sources
        if isinstance(each, CampaignResult)
    }
    alone = len({point.conditions.get("campaign") for point in points}) == 1
    return tuple(
        target
        if alone
        else replace(
            target, where=(*target.where, Where("campaign", "=", places.name))
        )
        for places, campaign in campaigns.items()
        for target in campaign.targets
    )


class _CollectionReader:
    """Points so far, and what could not be read."""

    def __init__(self, problems: list[str], archives: Sequence[Path]) -> None:
        self.problems = problems
        self._unread = len(problems)
        """Files that have a problem each; of archives and strangers a sentence tells all."""
        self._archives = archives
        self._folders = Folders()
        self._runs: dict[Path, Point] = {}
        """By where they lie."""
        self._twins: dict[tuple[object, ...], Path] = {}
        """Where the latest result of each simulated point of a campaign lies."""
        self._files: list[FilePoint] = []
        self._labels: list[FilePoint] = []
        """Not points, but what the file beside a run tells of it."""
        self._strangers: list[Path] = []
        self._texts: list[Path] = []
        """Without results."""
        self._foreign: dict[str, list[Path]] = {}
        """Results of tools that are not read here."""
        self._unnamed: dict[Path, set[tuple[object, ...] | None]] = {}
        """Identities of the runs that a ledger does not name, by ledger."""

    @property
    def more_files(self) -> int:
        """That could not be read, besides what the first of the problems is about."""
        first = (
            1 if self._unread else len(next(filter(None, self._together), ()))
        )
        return self.unread - first

    @property
    def unread(self) -> int:
        return self._unread + sum(map(len, self._together))

    @property
    def _together(self) -> tuple[Sequence[Path], ...]:
        """Files that one sentence is about, in the order of the sentences."""
        return (
            self._archives,
            *self._foreign.values(),
            self._strangers,
            self._texts,
        )

    def add(self, source: Source) -> None:
        known = len(self.problems)
        self._add(source)
        self._unread += len(self.problems) > known

    def _add(self, source: Source) -> None:
        try:
            if isinstance(source, ResultFile):
                self._add_file(source)
            else:
                self._add_run(source, _point_of(source))
        except CannotImportError as error:
            self.problems.append(_ended(sentence_of(error)))
        except OSError as error:
            told = {"path": error.filename, "why": reason_of(error)}
            self.problems.append(_ended(Said("unread", told)))
        except NOT_OURS as error:
            strange = Said("unread.strange", {"why": type(error).__name__})
            self.problems.append(
                _ended(Said("unread", {"path": _place(source), "why": strange}))
            )

    def _add_run(
        self, source: RunDirectory | CampaignResult, point: Point
    ) -> None:
        """A campaign knows more of a run than its directory does."""
        place = (point.run or point.source).resolve()
        if isinstance(source, CampaignResult):
            self._runs[place] = point
            self._leave_outdated(source, point, place)
            return
        self._runs.setdefault(place, point)
        if source.label is not None:
            with suppress(CannotImportError, OSError):
                self._labels += points_in(source.label)[0]

    def _leave_outdated(
        self, source: CampaignResult, point: Point, place: Path
    ) -> None:
        """A point that was simulated again, because its twin had changed, counts once."""
        run = point.recorded.run if point.recorded else {}
        simulated = point_on_twin(at(run, "spec"))
        if simulated is None:
            return
        which = (source.campaign.places.ledger, source.result.point, simulated)
        known = self._twins.get(which, place)
        older, latest = sorted((known, place), key=self._started_ns)
        if older != latest:
            del self._runs[older]
        self._twins[which] = latest

    def _started_ns(self, place: Path) -> float:
        recorded = self._runs[place].recorded
        return number(at(recorded and recorded.run, "start_realtime_ns")) or 0.0

    def _add_file(self, source: ResultFile) -> None:
        try:
            points, problems = points_in(source.path, self._folders)
        except UnknownResultError as error:
            if is_metadata(source.path) and not source.named:
                return
            if source.named or isinstance(error, DoubtfulNamesError):
                raise
            if isinstance(error, ForeignToolError):
                self._foreign.setdefault(error.tool, []).append(source.path)
                return
            if not isinstance(error, CompanionError):
                self._add_stranger(source.path)
            return
        if not (points or problems or is_json(source.path.name)):
            self._add_stranger(source.path)
        identities = {point.identity for point in points} - {None}
        for campaign in source.beside if identities else ():
            if identities <= self._unnamed_by(campaign):
                told = {"path": source.path, "name": campaign.places.name}
                self.problems.append(Said("problem.not_of_campaign", told))
                return
        self._files += points
        self.problems += map(_ended, problems)
        for run in source.runs if identities else ():
            with suppress(CannotImportError, OSError):
                point = _point_of(run)
                if identity_of_run(point) in identities:
                    self._add_run(run, point)

    def _add_stranger(self, path: Path) -> None:
        if is_json(path.name):
            self._strangers.append(path)
        elif _may_be_taken_for_results(path):
            self._texts.append(path)

    def _unnamed_by(self, campaign: Campaign) -> set[tuple[object, ...] | None]:
        """What the files are known by that this campaign wrote, and its ledger does not name."""
        ledger = campaign.places.ledger
        if ledger not in self._unnamed:
            found = self._unnamed[ledger] = set()
            for run in campaign.unnamed_runs():
                with suppress(*UNREADABLE):
                    found.add(identity_of_run(point_of_run(run)))
        return self._unnamed[ledger]

    def points(self) -> list[Point]:
        """All of them, each measurement once."""
        foreign = [
            ("problem.foreign", paths, tool)
            for tool, paths in self._foreign.items()
        ]
        for key, paths, tool in (
            ("problem.archives", self._archives, ""),
            *foreign,
            ("problem.strange", self._strangers, ""),
            ("problem.no_results", self._texts, ""),
        ):
            if paths:
                self.problems.append(_together(key, paths, tool))
        runs = list(self._runs.values())
        index_of = {
            identity: index
            for index, run in enumerate(runs)
            if (identity := identity_of_run(run))
        }
        for each in (*self._files, *self._labels):
            if each.identity in index_of:
                runs[index_of[each.identity]] = _with_told(
                    runs[index_of[each.identity]], each.told
                )
        found = [
            each
            for each in _each_once(self._files)
            if each.identity not in index_of
        ]
        files = [(each.point, each.lengths) for each in told_once(found, runs)]
        settled = zip(files, common_lengths(files), strict=True)
        return [
            *runs,
            *(with_lengths(point, lengths) for (point, _), lengths in settled),
        ]


def _may_be_taken_for_results(path: Path) -> bool:
    """Of a text that has none. One beside a JSON file of the same name belongs to that file."""
    name = unpacked_name(path.name).lower()
    is_report = name.endswith(REPORTS) and PASSED_OVER.isdisjoint(
        re.split(r"[^a-z]+", name)
    )
    return (is_report or name.endswith(TABLES)) and not path.with_suffix(
        ".json"
    ).exists()


def _each_once(points: Sequence[FilePoint]) -> Iterator[FilePoint]:
    """Without the runs of a summary that have files of their own, in its folder or below."""
    summed_up = {
        point.point.source.parent
        for point in points
        if point.point.source.name in SUMMARIES
    }
    alone = {
        (folder, point.identity)
        for point in points
        if summed_up and point.point.source.name not in SUMMARIES
        for folder in point.point.source.parents
        if folder in summed_up
    }
    for each in points:
        source = each.point.source
        if (
            source.name not in SUMMARIES
            or (source.parent, each.identity) not in alone
        ):
            yield each


def _point_of(source: RunDirectory | CampaignResult) -> Point:
    if isinstance(source, RunDirectory):
        return point_of_run(source.path)
    return point_of_result(source.campaign, source.result)


def _place(source: Source) -> Path:
    return (
        source.campaign.places.result_dir / source.result.run
        if isinstance(source, CampaignResult)
        else source.path
    )


def _with_told(point: Point, told: Mapping[str, Condition]) -> Point:
    """A run with the label and metadata of its JSON file, and what follows from those."""
    if not told:
        return point
    conditions = {**point.conditions, **told}
    values = {**point.values, **derived_values(point.values, conditions)}

    def ranges(known: Mapping[str, Range]) -> dict[str, Range]:
        return {**known, **derived_intervals(known, values)}

    return replace(
        point,
        conditions=ordered(conditions),
        values=values,
        intervals=ranges(point.intervals),
        predicted=ranges(point.predicted),
    )


def _with_whole_texts(point: Point) -> Point:
    texts = [each for each in point.conditions.values() if type(each) is str]
    if all(map(str.isascii, (point.id, *texts, *point.reasons))):
        return point
    conditions = {
        name: storable(value) if isinstance(value, str) else value
        for name, value in point.conditions.items()
    }
    reasons = tuple(map(storable, point.reasons))
    return replace(
        point, id=storable(point.id), conditions=conditions, reasons=reasons
    )


def _together(key: str, paths: Sequence[Path], tool: str) -> str:
    """One sentence for files that are not read for one reason."""
    named = first_few(paths, MAX_NAMED)
    return counted(key, len(paths), {"paths": named, "tool": tool})


def _ended(text: str) -> str:
    """As a sentence, with one full stop."""
    return text if text.endswith(".") else Said("sentence", {"what": text})


def _nothing(
    paths: Sequence[Path], problems: Sequence[str], more_files: int
) -> Said:
    names: Said | str = (
        ", ".join(map(str, paths)) if paths else Said("problem.no_path")
    )
    if not problems:
        return Said("problem.nothing", {"paths": names})
    told = {"paths": names, "problem": _unended(problems[0]), "n": more_files}
    more = {0: "because", 1: "one"}.get(more_files, "more")
    return Said(f"problem.nothing.{more}", told)


def _unended(text: str) -> str:
    """To be put into another sentence."""
    if isinstance(text, Said) and text.key == "sentence":
        what: str = text.values["what"]
        return what
    return text.rstrip(".")


def _by_conditions(point: Point, names: Iterable[str]) -> tuple[object, ...]:
    """Words with the numbers in them as numbers (7B before 14B); what is absent comes first."""
    own = sorted(point.conditions.keys() - CONDITIONS.keys())
    return (
        *(_rank(point.conditions.get(name)) for name in names),
        tuple((name, _rank(point.conditions[name])) for name in own),
        _rank(point.id),
    )


@lru_cache(1 << 14)
def _rank(value: Condition) -> tuple[object, ...]:
    if value is None:
        return (0,)
    if isinstance(value, int | float):
        return (1, float(value))
    parts = re.split(r"(\d+)", value)
    return (
        (2, tuple(parts[::2]), tuple(int(part) for part in parts[1::2]))
        if len(value) < 200
        else (3, value)
    )


def _with_unique_ids(points: Sequence[Point]) -> tuple[Point, ...]:
    """Where several have one id, all but the first get a number."""
    taken = {point.id for point in points}
    counts: Counter[str] = Counter()
    unique = []
    for point in points:
        counts[point.id] += 1
        name, number = point.id, counts[point.id]
        while number > 1 and (name := f"{point.id} ({number})") in taken:
            number += 1
        counts[point.id] = number
        taken.add(name)
        unique.append(point if name == point.id else replace(point, id=name))
    return tuple(unique)
