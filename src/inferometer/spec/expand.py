"""From a campaign to its points, grouped by the server they need. A pure function: the same file
gives the same plan.

Files, the ledger and the clock are not its business; a campaign that was not checked by
`campaign_file` may make it fail.
"""

from __future__ import annotations

import fnmatch
import hashlib
import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from inferometer.spec.base import Spec
from inferometer.spec.campaign import (
    CampaignError,
    CampaignSpec,
    Cell,
    Group,
    GroupSpec,
    Matrix,
    PlannedPoint,
    ServerNeed,
)
from inferometer.spec.flags import did_you_mean
from inferometer.spec.recipe import server_need
from inferometer.spec.run import Load, RunSpec, Sampling, Target
from inferometer.spec.workload import AnyWorkload
from inferometer.words import Said

QUICK_PROMPTS = 4
QUICK_POINTS = 3

FILE_NAME_FIELDS = {
    "name": "the campaign",
    "group": "id of the test",
    "config": "hardware configuration",
    "model": "alias of the model",
    "server": "name of the recipe",
    "tp": "tensor parallelism",
    "input": "prompt length, such as 1k",
    "INPUT": "prompt length, such as 1K",
    "output": "output length, such as 128",
    "n": "num_prompts",
    "c": "max_concurrency, or inf",
    "rate": "request_rate, or inf",
    "burstiness": "shape of the gaps between arrivals",
    "cache": "cold or warm",
    "repeat": "1 for the first measurement of a point",
    "time": "local time of its end, YYYYmmdd_HHMMSS",
}
"""What a file-name pattern may hold in braces."""

Settings = dict[str, Any]
"""Fields of `Cell` that a point was given by its matrix."""

ID_PARTS: dict[str, Callable[[Any], str]] = {
    "input_len": lambda value: f"in{short_length(value)}",
    "output_len": lambda value: f"out{short_length(value)}",
    "prefix_len": lambda value: f"prefix{short_length(value)}",
    "max_concurrency": lambda value: f"c{value}",
    "request_rate": lambda value: f"r{value:g}",
    "burstiness": lambda value: f"b{value:g}",
    "num_prompts": lambda value: f"np{value}",
    "cache": str,
}
"""How an id names what varies, in this order."""

M = TypeVar("M", bound=Spec)
T = TypeVar("T")

WORKLOAD_AXES = ("input_len", "output_len", "prefix_len", "cache")
LOAD_AXES = ("num_prompts", "request_rate", "burstiness", "max_concurrency")


@dataclass(frozen=True, slots=True)
class WholeGroup:
    """A test of the file with what it leaves to the campaign; its points are not yet specs."""

    spec: GroupSpec
    matrix: Matrix
    workload: AnyWorkload
    load: Load
    sampling: Sampling

    def workload_of(self, settings: Settings) -> AnyWorkload:
        """Raises ValidationError where a matrix says what this kind of workload has no word for, or
        says otherwise.
        """
        return _with(self.workload, settings, WORKLOAD_AXES)

    def load_of(self, settings: Settings) -> Load:
        return _with(self.load, settings, LOAD_AXES)


@dataclass(frozen=True, slots=True)
class _Unit:
    """Points that stay together: a cold one and its warm one, or a single one."""

    test: WholeGroup
    settings: list[Settings]

    @property
    def id(self) -> str:
        return _point_id(self.test, self.settings[0])


def expand(
    campaign: CampaignSpec, *, quick: bool = False, only: Sequence[str] = ()
) -> list[Group]:
    """The points in the order they are to be measured, one `Group` for each server start.

    `quick` takes few points, few requests and one warm-up of every test, once (there and back what
    is interleaved). `only` keeps what one of its entries names: a test, a group, a point with all
    its repeats, or a glob over any of them; an entry that names nothing raises CampaignError.
    Neither changes the servers: they are those of the whole campaign.
    """
    whole = [whole_group(campaign, group) for group in campaign.groups]
    groups = [
        _group(campaign, tests, quick=quick) for tests in _by_server(whole)
    ]
    return _chosen(groups, only) if only else groups


def _group(
    campaign: CampaignSpec, tests: Sequence[WholeGroup], *, quick: bool
) -> Group:
    """Of tests that need the same server."""
    works = (work for test in tests for work in _workloads(test))
    longest = {work.longest_request() for work in works}
    need = server_need(campaign, tests[0].spec, longest)
    units = [
        _Unit(_briefly(test) if quick else test, cell)
        for test in tests
        for cell in _units(test, quick=quick)
    ]
    repeats = _repeats(campaign, quick=quick)
    points = tuple(
        _point(campaign, unit.test, need, settings, repeat)
        for unit, repeat in _ordered(campaign, units, repeats=repeats)
        for settings in unit.settings
    )
    names = tuple(test.spec.id for test in tests)
    return Group("+".join(names), names, need, points)


def _repeats(campaign: CampaignSpec, *, quick: bool) -> int:
    """In short, once; and there and back where two servers take turns."""
    return campaign.repeats if not quick else 2 if campaign.interleave else 1


def file_name(
    campaign: CampaignSpec, point: PlannedPoint, time: datetime
) -> str:
    """Name of the point's result file; `time` is the local time of its end."""
    fields = {**point.file_name_fields, "time": time.strftime("%Y%m%d_%H%M%S")}
    return re.sub(
        r"\{(\w+)\}", lambda found: fields[found[1]], name_pattern(campaign)
    )


def name_pattern(campaign: CampaignSpec) -> str:
    """The pattern of the file; where a campaign has repeats and it does not tell them, with `_r1`,
    `_r2`, … at its end.
    """
    if campaign.repeats == 1 or "{repeat}" in campaign.file_name:
        return campaign.file_name
    suffix = ".json" if campaign.file_name.endswith(".json") else ""
    return f"{campaign.file_name.removesuffix(suffix)}_r{{repeat}}{suffix}"


def server_groups(campaign: CampaignSpec) -> list[list[str]]:
    """The ids of tests that share a server, for each server."""
    return [
        [test.spec.id for test in tests]
        for tests in _by_server(
            [whole_group(campaign, group) for group in campaign.groups]
        )
    ]


def short_length(tokens: int) -> str:
    """1024 as `1k`, 98304 as `96k`, 500 as `500`: the names that the result files of these studies
    have.
    """
    return (
        f"{tokens // 1024}k" if tokens and tokens % 1024 == 0 else str(tokens)
    )


def whole_group(campaign: CampaignSpec, group: GroupSpec) -> WholeGroup:
    return WholeGroup(
        group,
        group.matrix or campaign.matrix,
        group.workload or campaign.workload,
        group.load or campaign.load,
        group.sampling or campaign.sampling,
    )


def count_points(matrix: Matrix) -> int:
    """The most points that a matrix can give, without drawing them up."""
    axes = [getattr(matrix, name) for name in ID_PARTS]
    crossed = math.prod(len(axis) or 1 for axis in axes) * (
        len(matrix.paired) or 1
    )
    return crossed + len(matrix.include)


def cells(test: WholeGroup) -> Iterator[Settings]:
    """The settings of every point of a test, in the order of its matrix, each once."""
    matrix = test.matrix
    rows = [_given(row) for row in matrix.paired] or [{}]
    axes = {
        name: values for name in ID_PARTS if (values := getattr(matrix, name))
    }
    crossed = (
        {**row, **dict(zip(axes, values, strict=True))}
        for row in rows
        for values in itertools.product(*axes.values())
    )
    listed = itertools.chain(
        (
            settings
            for settings in crossed
            if not any(_matches(test, settings, out) for out in matrix.exclude)
        ),
        (_given(row) for row in matrix.include),
    )
    seen = set()
    for given in listed:
        per_slot = matrix.num_prompts_per_concurrency
        slots = per_slot and test.load_of(given).max_concurrency
        derived = (
            {"num_prompts": per_slot * slots} if per_slot and slots else {}
        )
        settings = {**derived, **given}
        key = tuple(sorted(settings.items()))
        if key not in seen:
            seen.add(key)
            yield settings


def _given(cell: Cell) -> Settings:
    return cell.model_dump(exclude_none=True)


def _matches(test: WholeGroup, settings: Settings, out: Cell) -> bool:
    """Whether a point has all values of `out`, also those that are not in its matrix."""
    whole = {
        **test.workload_of(settings).model_dump(),
        **test.load_of(settings).model_dump(),
    }
    return all(whole.get(name) == value for name, value in _given(out).items())


def _with(base: M, settings: Settings, names: Sequence[str]) -> M:
    """`base` with those settings, validated anew: what goes with one length need not go with
    another.
    """
    own = {name: settings[name] for name in names if name in settings}
    return (
        base
        if not own
        else type(base).model_validate(
            {**base.model_dump(exclude_unset=True), **own}
        )
    )


def _by_server(tests: Iterable[WholeGroup]) -> list[list[WholeGroup]]:
    """Tests that need the same server together, in the order in which a server is first asked
    for.
    """
    shared: dict[tuple[Any, ...], list[WholeGroup]] = {}
    for test in tests:
        key = (
            test.spec.server,
            test.spec.model,
            test.spec.tp,
            test.spec.hardware,
        )
        shared.setdefault(key, []).append(test)
    return list(shared.values())


def _workloads(test: WholeGroup) -> set[AnyWorkload]:
    return {test.workload_of(settings) for settings in cells(test)}


def _units(test: WholeGroup, *, quick: bool) -> list[list[Settings]]:
    """The cells of a test; a cold one and its warm one together, in this order."""
    units: dict[tuple[Any, ...], list[Settings]] = {}
    for whole in cells(test):
        settings = dict(whole)
        if quick:
            number = test.load_of(whole).num_prompts
            settings["num_prompts"] = min(number, QUICK_PROMPTS)
        others = (each for each in settings.items() if each[0] != "cache")
        unit = units.setdefault(tuple(others), [])
        if settings not in unit:
            unit.append(settings)
    together = [
        sorted(unit, key=lambda settings: settings.get("cache", ""))
        for unit in units.values()
    ]
    return _few(together) if quick else together


def _briefly(test: WholeGroup) -> WholeGroup:
    return replace(
        test,
        load=test.load.model_copy(
            update={"num_warmups": min(test.load.num_warmups, 1)}
        ),
    )


def _few(units: list[T]) -> list[T]:
    """The first, the last, and what lies evenly between."""
    last = len(units) - 1
    return [
        units[i]
        for i in sorted(
            {last * k // (QUICK_POINTS - 1) for k in range(QUICK_POINTS)}
        )
    ]


def _ordered(
    campaign: CampaignSpec, units: list[_Unit], *, repeats: int
) -> Iterator[tuple[_Unit, int]]:
    """Each unit with each repeat. The place of a unit in a shuffled order depends on nothing but
    the seed and itself.
    """
    if campaign.order == "interleaved":
        for repeat in range(repeats):
            yield from (
                (unit, repeat)
                for unit in (units if repeat % 2 == 0 else reversed(units))
            )
        return
    listed = [(unit, repeat) for unit in units for repeat in range(repeats)]
    if campaign.order == "shuffled":
        listed.sort(
            key=lambda each: hashlib.sha256(
                f"{campaign.seed} {each[0].id} {each[1]}".encode()
            ).digest()
        )
    yield from listed


def _point_id(test: WholeGroup, settings: Settings, repeat: int = 0) -> str:
    named = settings or {"num_prompts": test.load.num_prompts}
    parts = "-".join(
        write(named[name]) for name, write in ID_PARTS.items() if name in named
    )
    return f"{test.spec.id}/{parts}" + (f"#{repeat + 1}" if repeat else "")


def _point(
    campaign: CampaignSpec,
    test: WholeGroup,
    need: ServerNeed,
    settings: Settings,
    repeat: int,
) -> PlannedPoint:
    spec = RunSpec(
        target=Target(
            backend=need.recipe.backend,
            base_url=need.recipe.base_url,
            model=need.served_model,
        ),
        workload=test.workload_of(settings),
        load=test.load_of(settings),
        sampling=test.sampling,
        timeouts=campaign.timeouts,
        seed=campaign.seed,
        repeat=repeat,
        workers=campaign.workers,
        server=need.identity(),
    )
    after = (
        _point_id(test, {**settings, "cache": "cold"}, repeat)
        if settings.get("cache") == "warm"
        else None
    )
    return PlannedPoint(
        _point_id(test, settings, repeat),
        spec,
        _file_name_fields(campaign, test, spec),
        after,
    )


def _file_name_fields(
    campaign: CampaignSpec, test: WholeGroup, spec: RunSpec
) -> dict[str, str]:
    load, work = spec.load, spec.workload
    prompt, output = (
        str(work.kind) if length is None else short_length(length)
        for length in work.nominal_lengths()
    )
    return {
        "name": campaign.name,
        "group": test.spec.id,
        "config": test.spec.hardware or "",
        "model": test.spec.model,
        "server": test.spec.server,
        "tp": str(test.spec.tp),
        "input": prompt,
        "INPUT": prompt.upper(),
        "output": output,
        "n": str(load.num_prompts),
        "c": "inf"
        if load.max_concurrency is None
        else str(load.max_concurrency),
        "rate": f"{load.request_rate:g}",
        "burstiness": f"{load.burstiness:g}",
        "cache": work.cache or "",
        "repeat": str(spec.repeat + 1),
    }


def _chosen(groups: list[Group], only: Sequence[str]) -> list[Group]:
    """The groups with the points that were asked for, and the cold points that warm ones among them
    need.
    """
    known: dict[str, set[str]] = {}
    for group in groups:
        for point in group.points:
            for name in (
                group.id,
                point.id.partition("/")[0],
                point.id.partition("#")[0],
                point.id,
            ):
                known.setdefault(name, set()).add(point.id)
    chosen: set[str] = set()
    reasons = []
    for pattern in only:
        found = (
            [known[pattern]]
            if pattern in known
            else [known[name] for name in fnmatch.filter(known, pattern)]
        )
        chosen.update(*found)
        if not found:
            told = {"pattern": pattern, "near": did_you_mean(pattern, known)}
            reasons.append(Said("campaign_file.only", told))
    if reasons:
        raise CampaignError(reasons)
    chosen |= {
        point.after
        for group in groups
        for point in group.points
        if point.after and point.id in chosen
    }
    kept = (
        replace(
            group,
            points=tuple(point for point in group.points if point.id in chosen),
        )
        for group in groups
    )
    return [group for group in kept if group.points]
