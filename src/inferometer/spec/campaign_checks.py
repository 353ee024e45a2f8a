"""What is wrong with a campaign as a whole, beyond what each value can say of itself. Every check
returns all it finds.

`check_names` looks at the file's plain values, so that it finds its faults beside those of the
models; `check_points` needs a campaign whose values are right.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from itertools import combinations
from typing import Any

from pydantic import ValidationError

from inferometer.secret import is_secret, secret_in
from inferometer.spec.campaign import (
    CampaignSpec,
    Group,
    GroupSpec,
    PlannedPoint,
    ServerNeed,
)
from inferometer.spec.checks import check_run
from inferometer.spec.expand import (
    FILE_NAME_FIELDS,
    cells,
    count_points,
    expand,
    file_name,
    name_pattern,
    whole_group,
)
from inferometer.spec.flags import did_you_mean, parse_base_url
from inferometer.spec.interleave import in_common, same_address
from inferometer.spec.marked_yaml import Place
from inferometer.spec.ready_made import completed, recipe_names
from inferometer.spec.recipe import PLACEHOLDERS, placeholders
from inferometer.spec.run import RunSpec
from inferometer.spec.wishes import wish_of
from inferometer.words import Said, sentence_of

MAX_POINTS = 100_000
MAX_NAME_BYTES = 255
"""Of a file, on all disks that are in use."""
_ANY_TIME = datetime(2000, 1, 1, tzinfo=timezone.utc)

Finding = tuple[Place, str]
"""Where in the file, and one sentence with cause and cure."""

_RECIPE_STRINGS = (
    "command",
    "arguments",
    "environment",
    "launch",
    "image",
    "compose_file",
    "compose_service",
    "served_model",
    "note",
)
_OF_HARDWARE = ("hardware", "gpus")


def check_names(raw: Mapping[str, Any]) -> list[Finding]:
    """Names that lead nowhere, placeholders nobody knows, groups of one id, addresses, and keys
    that would be written down.
    """
    return [*_groups(raw), *_pairs(raw), *_recipes(raw), *_file_name(raw)]


def check_points(campaign: CampaignSpec) -> list[Finding]:
    """Too many points or none, points that cannot be measured, and points that are one."""
    found = _too_many(campaign) or [
        (("groups", i), sentence)
        for i, group in enumerate(campaign.groups)
        for sentence in _cells(campaign, group)
    ]
    if found:
        return found
    groups = expand(campaign)
    return [
        *_unmeasurable(campaign, groups),
        *_twins(campaign, groups),
        *_long_name(campaign, groups),
        *_interleaved(campaign, groups),
    ]


def _too_many(campaign: CampaignSpec) -> list[Finding]:
    counts = [
        count_points(group.matrix or campaign.matrix) * campaign.repeats
        for group in campaign.groups
    ]
    if sum(counts) <= MAX_POINTS:
        return []
    sentence = Said("campaign_check.too_many", {"most": MAX_POINTS})
    return [(("groups", counts.index(max(counts))), sentence)]


def _mapping(raw: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _written_groups(
    raw: Mapping[str, Any],
) -> Iterator[tuple[int, dict[str, Any]]]:
    groups = raw.get("groups")
    yield from (
        (i, group)
        for i, group in enumerate(groups if isinstance(groups, list) else [])
        if isinstance(group, dict)
    )


SECTION_OF = {"model": "models", "server": "servers", "hardware": "hardware"}
"""Where what a group names is described."""


def _unknown_name(name: str, section: str, known: Mapping[str, Any]) -> Said:
    told = {
        "section": section,
        "name": name,
        "known": ", ".join(known),
        "near": did_you_mean(name, known),
    }
    few = ".known" if 0 < len(known) <= 12 else ""
    return Said(f"campaign_check.unknown{few}", told)


def _groups(raw: Mapping[str, Any]) -> Iterator[Finding]:
    first_with: dict[Any, int] = {}
    for i, group in _written_groups(raw):
        for field, section in SECTION_OF.items():
            name, known = group.get(field), _mapping(raw, section)
            if isinstance(name, str) and name not in known:
                yield ("groups", i, field), _unknown_name(name, section, known)
        identifier = group.get("id")
        if (
            isinstance(identifier, str)
            and first_with.setdefault(identifier, i) != i
        ):
            yield (
                ("groups", i, "id"),
                Said("campaign_check.same_id", {"id": identifier}),
            )
        yield from _cards(raw, i, group)


def _pairs(raw: Mapping[str, Any]) -> Iterator[Finding]:
    pairs = raw.get("interleave")
    ids = [group.get("id") for _, group in _written_groups(raw)]
    for i, pair in enumerate(pairs if isinstance(pairs, list) else []):
        for name in pair if isinstance(pair, list) else []:
            if isinstance(name, str) and name not in ids:
                known = [each for each in ids if isinstance(each, str)]
                told = {"name": name, "near": did_you_mean(name, known)}
                yield ("interleave", i), Said("campaign_check.no_group", told)


def _interleaved(
    campaign: CampaignSpec, groups: Sequence[Group]
) -> Iterator[Finding]:
    if campaign.interleave and campaign.repeats % 2:
        yield ("repeats",), Said("campaign_check.odd", {"n": campaign.repeats})
    for i, names in enumerate(campaign.interleave):
        for pair in combinations(names, 2):
            yield from _pair(("interleave", i), pair, groups)


def _pair(
    place: Place, names: tuple[str, str], groups: Sequence[Group]
) -> Iterator[Finding]:
    """What keeps two tests of a set from taking turns."""
    one, other = (
        next(group for group in groups if name in group.tests) for name in names
    )
    if one is other:
        told = {"one": names[0], "other": names[1]}
        yield place, Said("campaign_check.one_server", told)
        return
    if not in_common(one, other):
        ids = {"one": one.id, "other": other.id}
        yield place, Said("campaign_check.nothing_shared", ids)
    recipes = (one.server.recipe, other.server.recipe)
    if all(
        recipe.exclusive is False and recipe.kind != "external"
        for recipe in recipes
    ) and same_address(one, other):
        yield (
            place,
            Said("campaign_check.same_address", {"url": recipes[0].base_url}),
        )


def _cards(
    raw: Mapping[str, Any], i: int, group: dict[str, Any]
) -> Iterator[Finding]:
    hardware = _mapping(raw, "hardware").get(str(group.get("hardware")))
    tp = group.get("tp", 1)
    gpus = hardware.get("gpus", 1) if isinstance(hardware, dict) else None
    if isinstance(gpus, int) and isinstance(tp, int) and tp > gpus:
        yield (
            ("groups", i, "tp"),
            Said(
                "campaign_check.gpus",
                {"tp": tp, "hardware": group["hardware"], "gpus": gpus},
            ),
        )


def _recipes(raw: Mapping[str, Any]) -> Iterator[Finding]:
    for name, written in _mapping(raw, "servers").items():
        recipe = completed(written)
        if not isinstance(recipe, dict):
            continue
        place = ("servers", name)
        yield from _placeholders(raw, name, recipe)
        yield from _secrets(place, recipe)
        yield from (
            _start(place, recipe)
            if recipe.get("recipe") in (None, *recipe_names())
            else ()
        )
        if isinstance(address := recipe.get("base_url"), str):
            try:
                parse_base_url(address, "base_url")
            except ValueError as error:
                yield (*place, "base_url"), sentence_of(error)


def _placeholders(
    raw: Mapping[str, Any], name: str, recipe: dict[str, Any]
) -> Iterator[Finding]:
    used = [
        (field, word)
        for field in _RECIPE_STRINGS
        for text in _strings(recipe.get(field))
        for word in placeholders(text)
    ]
    for field, word in dict.fromkeys(used):
        if word not in PLACEHOLDERS:
            known = ", ".join(PLACEHOLDERS)
            told = {
                "word": word,
                "near": did_you_mean(word, PLACEHOLDERS),
                "known": known,
            }
            yield (
                ("servers", name, field),
                Said("campaign_check.placeholder", told),
            )
    if (
        recipe.get("numa_node") is not None
        and ("command", "numactl") not in used
    ):
        yield ("servers", name, "numa_node"), Said("campaign_check.numa_node")
    if any(word == "image" for _, word in used) and recipe.get("image") is None:
        yield ("servers", name), Said("campaign_check.no_image")
    bare = [
        i
        for i, group in _written_groups(raw)
        if group.get("server") == name and group.get("hardware") is None
    ]
    wanted = [word for _, word in used if word in _OF_HARDWARE]
    if wanted and bare:
        yield (
            ("groups", bare[0]),
            Said(
                "campaign_check.no_hardware", {"name": name, "word": wanted[0]}
            ),
        )


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        yield from (
            each
            for each in (value.values() if isinstance(value, dict) else value)
            if isinstance(each, str)
        )


def _secrets(place: Place, recipe: dict[str, Any]) -> Iterator[Finding]:
    """Campaign files are shared, and commands are recorded: neither is a place for a key."""
    for section in ("environment", "launch"):
        for name, value in _mapping(recipe, section).items():
            if is_secret(str(name), str(value)):
                yield (
                    (*place, section, name),
                    Said("campaign_check.secret", {"name": name}),
                )
    for field in ("command", "arguments"):
        if found := secret_in(_words(recipe.get(field))):
            yield (
                (*place, field),
                Said("campaign_check.secret.command", {"name": found}),
            )


def _words(command: Any) -> list[str]:
    """The words of a command, which may be written as one string."""
    if not isinstance(command, str):
        return (
            [str(word) for word in command] if isinstance(command, list) else []
        )
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()


def _start(place: Place, recipe: dict[str, Any]) -> Iterator[Finding]:
    kind = recipe.get("kind", "operator")
    if kind == "process" and not recipe.get("command"):
        yield place, Said("campaign_check.process")
    if kind == "operator" and not (recipe.get("command") or recipe.get("note")):
        yield place, Said("campaign_check.operator")
    if recipe.get("registration") and not recipe.get("launch"):
        yield place, Said("campaign_check.registration")
    if recipe.get("launch") and not isinstance(
        _mapping(recipe, "launch").get("model_name"), str
    ):
        yield place, Said("campaign_check.launch")
    if kind == "compose" and not (
        recipe.get("compose_file") and recipe.get("compose_service")
    ):
        yield place, Said("campaign_check.compose")


def _unknown_field(field: str) -> Said:
    told = {
        "field": field,
        "near": did_you_mean(field, FILE_NAME_FIELDS),
        "known": ", ".join(FILE_NAME_FIELDS),
    }
    return Said("campaign_check.name.field", told)


def _file_name(raw: Mapping[str, Any]) -> Iterator[Finding]:
    pattern = raw.get("file_name")
    if not isinstance(pattern, str):
        return
    place = ("file_name",)
    if not pattern.isprintable():
        yield place, Said("campaign_check.name.control")
    if "/" in pattern or "\\" in pattern or pattern.startswith("."):
        yield place, Said("campaign_check.name.slash")
    fields = re.findall(r"\{([^{}]*)\}", pattern)
    for field in dict.fromkeys(fields):
        if field not in FILE_NAME_FIELDS:
            yield place, _unknown_field(field)
    if set("{}") & set(re.sub(r"\{[^{}]*\}", "", pattern)):
        yield place, Said("campaign_check.name.brace")
    bare = [
        i for i, group in _written_groups(raw) if group.get("hardware") is None
    ]
    if "config" in fields and bare:
        yield ("groups", bare[0]), Said("campaign_check.name.config")


def _cells(campaign: CampaignSpec, group: GroupSpec) -> Iterator[str]:
    test = whole_group(campaign, group)
    try:
        listed = list(cells(test))
        for settings in listed:
            test.workload_of(settings), test.load_of(settings)
    except ValidationError as error:
        wrong = error.errors()[0]
        wish = wish_of(wrong)
        if wrong["type"] == "extra_forbidden":
            wish = Said(
                "campaign_check.cell.none", {"kind": test.workload.kind}
            )
        elif wrong["msg"].startswith("Input "):
            wish = Said("wish.input", {"wish": wish})
        what = ".".join(map(str, wrong["loc"])) or Said(
            "campaign_check.cell.point"
        )
        yield Said("campaign_check.cell", {"what": what, "wish": wish})
        return
    if not listed:
        yield Said("campaign_check.no_point")
    if test.matrix.num_prompts_per_concurrency and any(
        test.load_of(settings).max_concurrency is None for settings in listed
    ):
        yield Said("campaign_check.per_concurrency")
    if any(
        settings.get("cache") == "warm"
        and {**settings, "cache": "cold"} not in listed
        for settings in listed
    ):
        yield Said("campaign_check.warm")


def _why_refused(spec: RunSpec, server: ServerNeed) -> list[str]:
    wrong, limit = check_run(spec), server.max_model_len
    # what only a file can tell is found out later
    prompt, output = spec.workload.longest_request() or (0, 0)
    if limit is not None and prompt + output > limit:
        told = {
            "input": prompt,
            "output": output,
            "total": prompt + output,
            "server": server.recipe_name,
            "limit": limit,
        }
        wrong.append(Said("campaign_check.too_long", told))
    return wrong


def _unmeasurable(
    campaign: CampaignSpec, groups: Sequence[Group]
) -> Iterator[Finding]:
    """What would be refused when the point's turn comes; told once for each test, at the first
    point it is true of.
    """
    known = set()
    for group in groups:
        for point in group.points:
            place = _place(campaign, point)
            for sentence in _why_refused(point.spec, group.server):
                if (place, sentence) not in known:
                    known.add((place, sentence))
                    what = {"place": point.id, "what": sentence}
                    yield place, Said("campaign_file.at", what)


def _place(campaign: CampaignSpec, point: PlannedPoint) -> Place:
    test = point.id.partition("/")[0]
    return "groups", next(
        i for i, group in enumerate(campaign.groups) if group.id == test
    )


def _twins(
    campaign: CampaignSpec, groups: Sequence[Group]
) -> Iterator[Finding]:
    """Points that would write the same file, or measure the same thing under two names; the first
    of each kind.
    """
    points = [point for group in groups for point in group.points]
    fields = {*re.findall(r"\{(\w+)\}", name_pattern(campaign))} - {"time"}
    if twins := _same(
        points,
        lambda point: tuple(point.file_name_fields[name] for name in fields),
    ):
        yield ("file_name",), _of_both("campaign_check.same_name", twins)
    if twins := _same(points, lambda point: point.spec.fingerprint):
        yield (
            _place(campaign, twins[1]),
            _of_both("campaign_check.same_point", twins),
        )


def _of_both(key: str, twins: Sequence[PlannedPoint]) -> Said:
    told = {"one": twins[0].id, "other": twins[1].id}
    return Said(key, told)


def _long_name(
    campaign: CampaignSpec, groups: Sequence[Group]
) -> Iterator[Finding]:
    """A name that no disk would take, which would only show when the point has been measured."""
    names = (
        file_name(campaign, point, _ANY_TIME)
        for group in groups
        for point in group.points
    )
    longest = max(names, key=lambda name: len(name.encode()), default="")
    if len(longest.encode()) > MAX_NAME_BYTES:
        told = {"n": len(longest.encode()), "most": MAX_NAME_BYTES}
        yield ("file_name",), Said("campaign_check.long_name", told)


def _same(
    points: Iterable[PlannedPoint], key: Callable[[PlannedPoint], Any]
) -> tuple[PlannedPoint, PlannedPoint] | None:
    seen: dict[Any, PlannedPoint] = {}
    for point in points:
        other = seen.setdefault(key(point), point)
        if other is not point:
            return other, point
    return None
