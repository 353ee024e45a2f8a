"""What there is to read under some paths: run directories, results of campaigns, result files. Opens ledgers only.

Links to directories are not followed, pipes and devices are not opened, and nothing is counted twice.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from inferometer.results.campaign import Campaign, campaigns_in, read_campaign
from inferometer.results.run_point import is_run_directory
from inferometer.store.history import Result
from inferometer.store.importers import is_evalscope
from inferometer.store.ledger import LedgerError
from inferometer.store.run_directory import RUN, SUMMARY, VERDICT
from inferometer.store.standing import HIDDEN, Places

SUFFIXES = (".json", ".jsonl")

OF_OTHERS = {"profile_export.jsonl": "profile_export_aiperf.json"}
"""Files that belong to another one beside them, which is read with them."""

NO_RESULTS = ("experiment_metadata.json",)


@dataclass(frozen=True, slots=True)
class RunDirectory:
    path: Path


@dataclass(frozen=True, slots=True)
class CampaignResult:
    campaign: Campaign
    result: Result


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A file, or a directory of EvalScope's."""

    path: Path
    named: bool
    """The user named it: it is told of if it is no result."""


Source = RunDirectory | CampaignResult | ResultFile


@dataclass(slots=True)
class Sources:
    """All sources below some paths, each once."""

    found: list[Source] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    _seen: set[tuple[int, int]] = field(default_factory=set)

    @classmethod
    def under(cls, paths: Sequence[Path]) -> Sources:
        sources = cls()
        for path in paths:
            sources._add(path)
        return sources

    def _add(self, path: Path) -> None:
        """What the user named."""
        try:
            os.stat(path)
        except OSError as error:
            self.problems.append(f"cannot read {path}: {error.strerror}")
            return
        if path.name == "ledger.jsonl" and path.parent.parent.name == HIDDEN:
            path = path.parent
        if path.parent.name == HIDDEN and (path / "ledger.jsonl").exists():
            self._campaign(Places(path.parent.parent, path.name))
        elif path.name == HIDDEN:
            self._walk(path.parent)
        elif path.is_dir():
            self._walk(path)
        elif path.name in (RUN, SUMMARY, VERDICT) and is_run_directory(path.parent):
            self._once(path.parent, RunDirectory(path.parent))
        else:
            self._file(path, named=True)

    def _walk(self, top: Path) -> None:
        waiting = [top]
        while waiting:
            directory = waiting.pop()
            if not self._is_new(directory):
                continue
            if is_run_directory(directory):
                self.found.append(RunDirectory(directory))
            elif is_evalscope(directory):
                self.found.append(ResultFile(directory, named=True))
            else:
                known = self._campaigns(directory)
                waiting += reversed(list(self._inside(directory, known)))

    def _campaigns(self, directory: Path) -> frozenset[str]:
        """Names of the files in it that its ledgers know."""
        known = [self._campaign(places) for places in campaigns_in(directory)]
        return frozenset().union(*known)

    def _campaign(self, places: Places) -> frozenset[str]:
        if not self._is_new(places.directory):
            return frozenset()
        try:
            campaign = read_campaign(places)
        except LedgerError as error:
            self.problems.append(f"{str(error).rstrip('.')}. Its JSON files are read as they are.")
            return frozenset()
        self.found += [CampaignResult(campaign, result) for result in campaign.results]
        return campaign.files

    def _inside(self, directory: Path, known: frozenset[str]) -> Iterator[Path]:
        """Take the files of a directory, and give the directories in it."""
        try:
            with os.scandir(directory) as scan:
                inside = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            self.problems.append(f"cannot read {directory}: {error.strerror}")
            return
        names = {entry.name for entry in inside}
        for entry in inside:
            path = directory / entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield path
            elif entry.is_dir():
                self.problems.append(f"{path} is a link to a directory and was not followed: name it too if it is to be read.")
            elif _may_be_result(entry.name, names) and entry.name not in known and entry.is_file():
                self._file(path, named=False)

    def _file(self, path: Path, *, named: bool) -> None:
        self._once(path, ResultFile(path, named))

    def _once(self, path: Path, source: Source) -> None:
        if self._is_new(path):
            self.found.append(source)

    def _is_new(self, path: Path) -> bool:
        try:
            status = os.stat(path)
        except OSError:
            return False
        key = (status.st_dev, status.st_ino)
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new


def _may_be_result(name: str, beside: Container[str]) -> bool:
    return name.endswith(SUFFIXES) and name not in NO_RESULTS and not (name in OF_OTHERS and OF_OTHERS[name] in beside)
