"""A campaign's results by its ledger: which run directories are its points, under which names, and
what a run does not know.

Points that were measured again count once, by the result that is current; one that is INVALID is
shown until another counts. A campaign file changes between runs, and names in it may come to
mean other things: what it says of a result is taken from a version of it that declares the
server which the run itself tells of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from inferometer.results.foreign import points_in
from inferometer.results.measured_lengths import with_lengths
from inferometer.results.point import Condition, Conditions, Point
from inferometer.results.run_point import is_run_directory, point_of_run
from inferometer.spec.target import Threshold, campaign_target
from inferometer.store.campaign.checked_ledger import read_campaign_ledger
from inferometer.store.campaign.doubt import Doubt
from inferometer.store.campaign.history import History, Result
from inferometer.store.campaign.ledger import LedgerError, Record
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.result_files import DamagedError, read_unchanged
from inferometer.store.importers import CannotImportError
from inferometer.store.importers.reading import MAX_BYTES
from inferometer.store.json_values import (
    Object,
    at,
    entries,
    members,
    number,
    text,
)
from inferometer.vocabulary import CONDITIONS
from inferometer.words import Said, sentence_of


@dataclass(frozen=True, slots=True)
class Campaign:
    """What a ledger tells."""

    places: CampaignPaths
    results: tuple[Result, ...]
    """The current ones, in the order in which they were measured."""
    by_path: Mapping[str, Result]
    """The same by JSON file and by run directory, relative to the result directory."""
    files: frozenset[str]
    """Names of all JSON files it knows, current or not."""
    runs: frozenset[str]
    """Names of all run directories it knows, likewise."""
    configurations: tuple[Object, ...] = ()
    """The campaign file, each time it was opened, the latest first."""
    remarks: tuple[str, ...] = ()
    """What is the matter with the ledger, a sentence each."""
    left_out: tuple[Said, ...] = ()
    """Which groups were not simulated, and why."""
    history: History = field(default_factory=History)
    _declarations: dict[str, list[_Declaration]] = field(default_factory=dict)

    def unnamed_runs(self) -> Iterator[Path]:
        """Run directories in its folder that its ledger does not name, such as after damage to
        it.
        """
        runs = (
            sorted(self.places.runs.iterdir())
            if self.places.runs.is_dir()
            else []
        )
        return (
            path
            for path in runs
            if self.places.relative(path) not in self.runs
            and is_run_directory(path)
        )

    @property
    def targets(self) -> list[Threshold]:
        """Those of its file; what cannot be understood, which no Inferometer wrote, is left out."""
        told = (
            at(self.configurations[0], "targets")
            if self.configurations
            else None
        )
        found = []
        for metric, comparison in members(told).items():
            with suppress(ValueError):
                found.append(campaign_target(str(metric), str(comparison)))
        return found

    def declarations(self, group: str) -> list[_Declaration]:
        """What its file has said of a group, the latest first, each thing once."""
        if group not in self._declarations:
            found = (
                _declaration(configuration, group)
                for configuration in self.configurations
            )
            self._declarations[group] = list(
                dict.fromkeys(each for each in found if each is not None)
            )
        return self._declarations[group]


@dataclass(frozen=True, slots=True)
class _Declaration:
    """What one version of the campaign file says of a group."""

    recipe: str | None
    model: str | None
    tp: float
    hardware: str | None
    told: tuple[tuple[str, Condition], ...]
    """What no run knows: the model's alias, and the price."""

    def is_of(self, server: object) -> bool:
        """Whether it declares the server that a run tells of."""
        return (self.recipe, self.model, self.tp, self.hardware) == (
            text(at(server, "recipe")),
            text(at(server, "model")),
            number(at(server, "tp")),
            text(at(server, "hardware", "name")),
        )


def read_campaign(places: CampaignPaths) -> Campaign:
    """Raises LedgerError, one sentence."""
    reading = read_campaign_ledger(places)
    if not places.ledger.exists():
        raise LedgerError(Said("ledger.none", {"path": places.ledger}))
    records = reading.records
    history = History.of(records)
    current = tuple(history.current.values())
    everything = history.results + ([history.intent] if history.intent else [])
    return Campaign(
        places,
        current,
        _by_file(current),
        frozenset(result.json for result in everything),
        frozenset(result.run for result in everything),
        tuple(_configurations(records)),
        reading.remarks,
        tuple(_left_out(places.name, records, current)),
        history,
    )


def _by_file(results: Iterable[Result]) -> dict[str, Result]:
    return {
        name: result for result in results for name in (result.json, result.run)
    }


def point_of_result(campaign: Campaign, result: Result) -> Point:
    """The point of a current result; of its JSON file alone where its run directory is gone.

    Raises CannotImportError if its files are not what the ledger says.
    """
    point = _own_point(campaign, result)
    notes = (*point.notes, *campaign.left_out)
    if result.status == "INVALID" and result.allowed:
        notes = (*notes, Said("note.allowed"))
    if (before := campaign.history.doubt_before(result)) is not None:
        notes = (*notes, _measured_again(before))
    judged = replace(
        point,
        id=result.point,
        status=result.status,
        reasons=result.reasons,
        notes=notes,
    )
    doubt = campaign.history.doubt_of(result)
    return judged if doubt is None else _doubted(judged, doubt)


def _own_point(campaign: Campaign, result: Result) -> Point:
    """As its files tell it, with what the campaign knows of its conditions."""
    group = result.point.partition("/")[0]
    told: Conditions = {
        "campaign": campaign.places.name,
        "group": group,
    }
    if result.server_version is not None:
        told["engine_version"] = result.server_version
    declared = campaign.declarations(group)

    def conditions(run: Object) -> Conditions:
        server = at(run, "spec", "server")
        known = _first(each.told for each in declared if each.is_of(server))
        return {**told, **known, **_address(result, run)}

    run_directory = campaign.places.result_dir / result.run
    try:
        return point_of_run(
            run_directory,
            conditions,
            lambda path, max_bytes: _read_unchanged(
                campaign, result, path, max_bytes
            ),
        )
    except CannotImportError as error:
        if run_directory.exists():
            raise
        point = _point_of_json(campaign, result)
        if point is None:
            raise error from None
    known = _first(each.told for each in declared) if len(declared) == 1 else {}
    return replace(
        point,
        tool="inferometer",
        conditions={**point.conditions, **told, **known},
        notes=(*point.notes, Said("note.gone")),
    )


def _point_of_json(campaign: Campaign, result: Result) -> Point | None:
    """None where its JSON file does not tell of just one point."""
    json = campaign.places.result_dir / result.json
    _read_unchanged(campaign, result, json, MAX_BYTES)
    found, _ = points_in(json)
    if len(found) != 1:
        return None
    return with_lengths(found[0].point, found[0].lengths)


def _doubted(point: Point, doubt: Doubt) -> Point:
    """SUSPECT at best, whatever the run says of itself."""
    finding = doubt.finding()
    return replace(
        point,
        status="INVALID" if point.status == "INVALID" else "SUSPECT",
        reasons=(finding.sentence, *point.reasons),
        findings=(finding, *point.findings),
    )


def _measured_again(doubt: Doubt) -> Said:
    told = {
        "metric": doubt.metric,
        "values": ", ".join(f"{value:.6g}" for value in doubt.values),
        "unit": doubt.unit,
        "suggested": f"{doubt.suggested:.6g}",
    }
    return Said("note.replaced", told)


def _read_unchanged(
    campaign: Campaign, result: Result, path: Path, max_bytes: int
) -> bytes:
    name = campaign.places.relative(path)
    result_dir = campaign.places.result_dir
    try:
        return read_unchanged(
            result_dir, name, result.files.get(name, ""), max_bytes
        )
    except DamagedError as error:
        told = {
            "point": result.point,
            "directory": result_dir,
            "what": sentence_of(error),
        }
        key = (
            "problem.changed"
            if str(error).endswith("changed")
            else "problem.left_out"
        )
        raise CannotImportError(Said(key, told)) from None


def _configurations(records: Iterable[Record]) -> list[Object]:
    found = [
        record.get("configuration")
        for record in records
        if record["kind"] == "opened"
    ]
    return [each for each in reversed(found) if isinstance(each, dict)]


def _left_out(
    campaign: str, records: Iterable[Record], results: Iterable[Result]
) -> Iterator[Said]:
    """A sentence for each engine of groups that were not simulated. Some may have been since."""
    simulated = {result.point.partition("/")[0] for result in results}
    for engine, names in _groups_left_out(records).items():
        if groups := [each for each in names if each not in simulated]:
            of = {"engine": engine, "groups": groups}
            yield Said("note.left_out", {"campaign": campaign, **of})


def _groups_left_out(records: Iterable[Record]) -> dict[str, dict[str, None]]:
    """By engine, each once."""
    found: dict[str, dict[str, None]] = {}
    for record in records:
        told = record.get("left_out") if record["kind"] == "opened" else None
        for engine, names in members(told).items():
            each = dict.fromkeys(map(str, entries(names)))
            found.setdefault(engine, {}).update(each)
    return found


def _declaration(configuration: Object, name: str) -> _Declaration | None:
    group = next(
        (
            each
            for each in entries(configuration.get("groups"))
            if text(at(each, "id")) == name
        ),
        None,
    )
    if group is None:
        return None
    alias, hardware = text(at(group, "model")), text(at(group, "hardware"))
    cost = number(
        at(configuration, "hardware", hardware or "", "cost_per_hour")
    )
    if cost is None:
        cost = number(configuration.get("cost_per_hour"))
    tp = number(at(group, "tp"))
    return _Declaration(
        recipe=text(at(group, "server")),
        model=text(at(configuration, "models", alias or "")),
        tp=1.0 if tp is None else tp,
        hardware=hardware,
        told=(
            *(
                (("model", alias),)
                if alias not in {None, CONDITIONS["model"].placeholder}
                else ()
            ),
            *(
                (("cost_per_hour", cost), ("currency", None))
                if cost is not None
                else ()
            ),  # in whatever currency, which need not be that of the price
        ),
    )


def _address(result: Result, run: Object) -> Conditions:
    """Of a server that is not ours, where the run is of an earlier version, whose fingerprint
    did not tell it."""
    is_told_later = (
        result.base_url is not None
        and run.get("fingerprint") != result.fingerprint
    )
    return {"address": result.base_url} if is_told_later else {}


def _first(
    told: Iterable[tuple[tuple[str, Condition], ...]],
) -> Conditions:
    return dict(next(iter(told), ()))
