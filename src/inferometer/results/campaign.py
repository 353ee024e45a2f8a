"""A campaign's results by its ledger: which run directories are its points, under which names, and what a run does not know.

Points that were measured again count once, by the result that is current; one that is INVALID is shown until another counts.
Ledgers come with archives from elsewhere: their paths are followed only below the result directory.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from inferometer.results.foreign import points_in
from inferometer.results.measured_lengths import with_lengths
from inferometer.results.point import Condition, Point
from inferometer.results.run_point import point_of_run
from inferometer.spec.target import Target, campaign_target
from inferometer.store.checksum import checksum_of
from inferometer.store.doubt import Doubt
from inferometer.store.history import History, Result
from inferometer.store.importers import CannotImportError
from inferometer.store.importers.reading import Object, at, entries, number, text
from inferometer.store.ledger import LedgerError, Record, read_ledger
from inferometer.store.run_directory import RUN, SUMMARY, VERDICT
from inferometer.store.standing import HIDDEN, Places

MOST_LEDGER_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Campaign:
    """What a ledger tells."""

    places: Places
    results: tuple[Result, ...]
    """The current ones, in the order in which they were measured."""
    by_path: Mapping[str, Result]
    """The same by JSON file and by run directory, relative to the result directory."""
    files: frozenset[str]
    """Names of all JSON files it knows, current or not."""
    configuration: Object = field(default_factory=dict)
    """The campaign file, as it was opened last."""
    history: History = field(default_factory=History)

    @property
    def targets(self) -> list[Target]:
        """Those of its file; what cannot be understood, which no Inferometer wrote, is left out."""
        told = self.configuration.get("targets")
        found = []
        for metric, comparison in told.items() if isinstance(told, dict) else ():
            with suppress(ValueError):
                found.append(campaign_target(str(metric), str(comparison)))
        return found


def campaigns_in(result_dir: Path) -> list[Places]:
    """The campaigns whose results lie in a result directory, by name."""
    return [Places(result_dir, path.parent.name) for path in sorted((result_dir / HIDDEN).glob("*/ledger.jsonl"))]


def read_campaign(places: Places) -> Campaign:
    """Raises LedgerError, one sentence."""
    try:
        status = os.stat(places.ledger)
    except OSError as error:
        raise LedgerError(f"{places.ledger} cannot be read ({error.strerror})") from None
    if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_LEDGER_BYTES:
        raise LedgerError(f"{places.ledger} is no regular file, or larger than any campaign's: it is not used.")
    records = read_ledger(places.ledger)
    try:
        history = History.of(records)
        everything = [*history.current.values(), *history.older, *([history.intent] if history.intent else [])]
        if not all(_is_sound(result) for result in everything):
            raise ValueError
        current = tuple(history.current.values())
        return Campaign(
            places,
            current,
            {name: result for result in current for name in (result.json, result.run)},
            frozenset(result.json for result in everything),
            _configuration(records),
            history,
        )
    except (LookupError, TypeError, ValueError, AttributeError):
        raise LedgerError(f"{places.ledger} holds what no campaign writes: it is not used.") from None


def point_of_result(campaign: Campaign, result: Result) -> Point:
    """The point of a current result; of its JSON file alone where its run directory is gone.

    Raises CannotImportError if its files are not what the ledger says.
    """
    told = _told(campaign, result)
    try:
        _require_unchanged(campaign, result, (f"{result.run}/{name}" for name in (RUN, SUMMARY, VERDICT)))
        point = point_of_run(campaign.places.result_dir / result.run, told)
        notes = point.notes
    except CannotImportError as error:
        if (campaign.places.result_dir / result.run).exists():
            raise
        _require_unchanged(campaign, result, [result.json])
        found, _ = points_in(campaign.places.result_dir / result.json)
        if len(found) != 1:
            raise error from None
        point = with_lengths(found[0].point, found[0].lengths)
        point = replace(point, tool="inferometer", conditions={**point.conditions, **told})
        notes = (*point.notes, "Its run directory is gone: this is what its JSON file tells.")
    if result.status == "INVALID" and result.allowed:
        notes = (*notes, "It was allowed to count although it is INVALID.")
    if (before := campaign.history.doubt_before(result)) is not None:
        notes = (*notes, _measured_again(before))
    judged = replace(point, id=result.point, status=result.status, reasons=result.reasons, notes=notes)
    doubt = campaign.history.doubt_of(result)
    return judged if doubt is None else _doubted(judged, doubt)


def _doubted(point: Point, doubt: Doubt) -> Point:
    """SUSPECT at best, whatever the run says of itself."""
    finding = doubt.finding()
    return replace(
        point,
        status="INVALID" if point.status == "INVALID" else "SUSPECT",
        reasons=(finding.sentence, *point.reasons),
        findings=(finding, *point.findings),
    )


def _measured_again(doubt: Doubt) -> str:
    values = ", ".join(f"{value:.6g}" for value in doubt.values)
    return (
        f"An earlier result was replaced: its {doubt.metric} of {values} {doubt.unit} contradicted its neighbours, "
        f"which suggest {doubt.suggested:.6g} {doubt.unit}; measured again, the point fits."
    )


def _require_unchanged(campaign: Campaign, result: Result, names: Iterable[str]) -> None:
    for name in names:
        path = campaign.places.result_dir / name
        if not path.is_file():
            raise CannotImportError(f"{result.point} is left out: its {path} is missing; measure it again")
        if checksum_of(path) != result.files.get(name):
            raise CannotImportError(f"{result.point} is left out: {path} has changed since it was measured; measure it again")


def _is_sound(result: Result) -> bool:
    """Whether its paths stay in the result directory, and its words are words."""
    words = (result.point, result.status, result.json, result.run, *result.reasons, *result.files.values())
    return all(isinstance(word, str) for word in words) and all(
        _is_plain(name) for name in (result.json, result.run, *result.files)
    )


def _is_plain(name: str) -> bool:
    path = PurePosixPath(name)
    return name.isprintable() and not path.is_absolute() and ".." not in path.parts


def _configuration(records: Iterable[Record]) -> Object:
    """Of all times it was opened, the later ones first: groups that a later file has left out were measured once."""
    whole: Object = {}
    groups: dict[str, Object] = {}
    hardware: Object = {}
    for record in records:
        found = record.get("configuration") if record["kind"] == "opened" else None
        if isinstance(found, dict):
            whole = found
            groups |= {name: group for group in entries(found.get("groups")) if (name := text(at(group, "id")))}
            hardware |= cards if isinstance(cards := found.get("hardware"), dict) else {}
    return {**whole, "groups": groups, "hardware": hardware}


def _told(campaign: Campaign, result: Result) -> Mapping[str, Condition]:
    """What only the campaign file knows of a point."""
    configuration = campaign.configuration
    name = result.point.partition("/")[0]
    group = at(configuration, "groups", name)
    alias, hardware = text(at(group, "model")), text(at(group, "hardware"))
    cost = number(at(configuration, "hardware", hardware or "", "cost_per_hour"))
    if cost is None:
        cost = number(configuration.get("cost_per_hour"))
    told: dict[str, Condition] = {"campaign": campaign.places.name, "group": name}
    told |= {key: value for key, value in (("model", alias), ("cost_per_hour", cost)) if value is not None}
    if result.server_version is not None:
        told["engine_version"] = str(result.server_version)
    return told
