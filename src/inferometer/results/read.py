"""Reading whatever holds results into one collection of points: the door of this room.

A measurement that is there twice, as a run directory and as the JSON file that was written with it, counts once: the run
directory, which knows more. What cannot be read is a sentence in `problems`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from inferometer.results.campaign import point_of_result
from inferometer.results.columns import CONDITIONS
from inferometer.results.foreign import FilePoint, points_in
from inferometer.results.point import Collection, Condition, Point
from inferometer.results.run_point import identity_of_run, point_of_run
from inferometer.results.sources import CampaignResult, ResultFile, RunDirectory, Source, Sources
from inferometer.store.importers import CannotImportError, UnknownResultError


class ResultsError(Exception):
    """There is nothing to read: one sentence with cause and cure."""


def read(paths: Sequence[Path], *, progress: Callable[[int, int], None] | None = None) -> Collection:
    """Every point under `paths`: run directories and result directories of ours, result files of any tool, trees of all these.

    `progress` is told how many of how many sources are read. Raises ResultsError if there is no point at all.
    """
    sources = Sources.under([Path(path) for path in paths])
    reading = _Reading(problems=sources.problems)
    for number, source in enumerate(sources.found):
        if progress is not None:
            progress(number, len(sources.found))
        reading.add(source)
    if progress is not None:
        progress(len(sources.found), len(sources.found))
    points = reading.points()
    if not points:
        raise ResultsError(_nothing(paths, reading.problems))
    return Collection(_with_unique_ids(sorted(points, key=_by_conditions)), tuple(reading.problems))


class _Reading:
    """Points so far, and what could not be read."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        self._runs: list[Point] = []
        self._files: list[FilePoint] = []
        self._strangers: list[Path] = []

    def add(self, source: Source) -> None:
        try:
            if isinstance(source, RunDirectory):
                self._runs.append(point_of_run(source.path))
            elif isinstance(source, CampaignResult):
                self._runs.append(point_of_result(source.campaign, source.result))
            else:
                self._add_file(source)
        except CannotImportError as error:
            self.problems.append(f"{str(error).rstrip('.')}.")
        except OSError as error:
            self.problems.append(f"cannot read {error.filename}: {error.strerror}.")

    def _add_file(self, source: ResultFile) -> None:
        try:
            points, problems = points_in(source.path)
        except UnknownResultError:
            if source.named:
                raise
            self._strangers.append(source.path)
            return
        self._files += points
        self.problems += [f"{problem}." for problem in problems]

    def points(self) -> list[Point]:
        """All of them, each measurement once."""
        if self._strangers:
            count, first = len(self._strangers), self._strangers[0]
            self.problems.append(
                f"{first} is JSON, but no result of a tool that is known here."
                if count == 1
                else f"{count} files are JSON, but no results of a tool that is known here, {first} among them."
            )
            self._strangers = []
        runs = list(self._runs)
        at = {identity: index for index, run in enumerate(runs) if (identity := identity_of_run(run))}
        rest = []
        for each in self._files:
            index = at.get(each.identity) if each.identity is not None else None
            if index is None:
                rest.append(each.point)
            else:
                runs[index] = replace(runs[index], conditions=_in_order({**runs[index].conditions, **each.told}))
        return [*runs, *rest]


def _in_order(conditions: dict[str, Condition]) -> dict[str, Condition]:
    return {name: conditions[name] for name in CONDITIONS if name in conditions}


def _nothing(paths: Iterable[Path], problems: Sequence[str]) -> str:
    names = ", ".join(map(str, paths)) or "no path at all"
    if problems:
        more = f" ({len(problems) - 1} more files could not be read)" if len(problems) > 1 else ""
        return f"There are no results in {names}: {problems[0].rstrip('.')}{more}."
    return (
        f"There are no results in {names}: give a result directory such as bench_results/pcie, a run directory, or JSON files "
        "of vllm bench serve or another tool."
    )


def _by_conditions(point: Point) -> tuple[object, ...]:
    """Words with the numbers in them as numbers (7B before 14B); what is absent comes first."""
    return (*(_rank(point.conditions.get(name)) for name in CONDITIONS), _rank(point.id))


def _rank(value: Condition) -> tuple[object, ...]:
    if value is None:
        return (0,)
    if isinstance(value, int | float):
        return (1, float(value))
    parts = re.split(r"(\d+)", value)
    return (2, tuple(parts[::2]), tuple(int(part) for part in parts[1::2])) if len(value) < 200 else (3, value)


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
