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
from inferometer.spec.campaign import CampaignSpec, Group, GroupSpec, PlannedPoint
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
    counts = [
        count_points(group.matrix or campaign.matrix) * campaign.repeats
        for group in campaign.groups
    ]
    if sum(counts) > MAX_POINTS:
        return [
            (
                ("groups", counts.index(max(counts))),
                f"with these there are more than {MAX_POINTS} points: narrow the matrix.",
            )
        ]
    found: list[Finding] = [
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


def _mapping(raw: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _written_groups(raw: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    groups = raw.get("groups")
    yield from (
        (i, group)
        for i, group in enumerate(groups if isinstance(groups, list) else [])
        if isinstance(group, dict)
    )


def _groups(raw: Mapping[str, Any]) -> Iterator[Finding]:
    first_with: dict[Any, int] = {}
    for i, group in _written_groups(raw):
        for field, section in (
            ("model", "models"),
            ("server", "servers"),
            ("hardware", "hardware"),
        ):
            name, known = group.get(field), _mapping(raw, section)
            if isinstance(name, str) and name not in known:
                listed = f"; there are {', '.join(known)}" if 0 < len(known) <= 12 else ""
                yield (
                    ("groups", i, field),
                    f"{section} has no {name!r}{did_you_mean(name, known)}{listed}.",
                )
        identifier = group.get("id")
        if isinstance(identifier, str) and first_with.setdefault(identifier, i) != i:
            yield (
                ("groups", i, "id"),
                f"there is another group {identifier!r}: give each an id of its own.",
            )
        yield from _cards(raw, i, group)


def _pairs(raw: Mapping[str, Any]) -> Iterator[Finding]:
    pairs, ids = raw.get("interleave"), [group.get("id") for _, group in _written_groups(raw)]
    for i, pair in enumerate(pairs if isinstance(pairs, list) else []):
        for name in pair if isinstance(pair, list) else []:
            if isinstance(name, str) and name not in ids:
                known = [each for each in ids if isinstance(each, str)]
                yield (
                    ("interleave", i),
                    (f"there is no group {name!r}{did_you_mean(name, known)}: give ids of groups."),
                )


def _interleaved(campaign: CampaignSpec, groups: Sequence[Group]) -> Iterator[Finding]:
    if campaign.interleave and campaign.repeats % 2:
        yield (
            ("repeats",),
            (
                f"{campaign.repeats} repeats do not cancel a drift (A B, B A needs two): give an "
                "even number."
            ),
        )
    for i, names in enumerate(campaign.interleave):
        for pair in combinations(names, 2):
            yield from _pair(("interleave", i), pair, groups)


def _pair(place: Place, names: tuple[str, str], groups: Sequence[Group]) -> Iterator[Finding]:
    """What keeps two tests of a set from taking turns."""
    one, other = (next(group for group in groups if name in group.tests) for name in names)
    if one is other:
        told = f"{names[0]} and {names[1]} share a server: there is nothing to take turns."
        yield place, told
        return
    if not in_common(one, other):
        yield (
            place,
            (
                f"{one.id} and {other.id} have no point with the same settings: give them "
                "the same matrix and load."
            ),
        )
    recipes = (one.server.recipe, other.server.recipe)
    if all(
        recipe.exclusive is False and recipe.kind != "external" for recipe in recipes
    ) and same_address(one, other):
        yield (
            place,
            (
                f"two servers of ours cannot both be at {recipes[0].base_url}: give each a "
                "base_url, or leave exclusive."
            ),
        )


def _cards(raw: Mapping[str, Any], i: int, group: dict[str, Any]) -> Iterator[Finding]:
    hardware, tp = _mapping(raw, "hardware").get(str(group.get("hardware"))), group.get("tp", 1)
    gpus = hardware.get("gpus", 1) if isinstance(hardware, dict) else None
    if isinstance(gpus, int) and isinstance(tp, int) and tp > gpus:
        yield (
            ("groups", i, "tp"),
            f"tp {tp} needs {tp} GPUs, but hardware {group['hardware']!r} declares {gpus}.",
        )


def _recipes(raw: Mapping[str, Any]) -> Iterator[Finding]:
    for name, written in _mapping(raw, "servers").items():
        recipe = completed(written)
        if not isinstance(recipe, dict):
            continue
        place: Place = ("servers", name)
        yield from _placeholders(raw, name, recipe)
        yield from _secrets(place, recipe)
        yield from _start(place, recipe) if recipe.get("recipe") in (None, *recipe_names()) else ()
        if isinstance(address := recipe.get("base_url"), str):
            try:
                parse_base_url(address)
            except ValueError as error:
                yield (*place, "base_url"), str(error).replace("server.base_url", "base_url")


def _placeholders(raw: Mapping[str, Any], name: str, recipe: dict[str, Any]) -> Iterator[Finding]:
    used = [
        (field, word)
        for field in _RECIPE_STRINGS
        for text in _strings(recipe.get(field))
        for word in placeholders(text)
    ]
    for field, word in dict.fromkeys(used):
        if word not in PLACEHOLDERS:
            yield (
                ("servers", name, field),
                (
                    f"nothing is known to fill {{{word}}} "
                    f"with{did_you_mean(word, PLACEHOLDERS)}: use {', '.join(PLACEHOLDERS)}."
                ),
            )
    if recipe.get("numa_node") is not None and ("command", "numactl") not in used:
        yield (
            ("servers", name, "numa_node"),
            "the command has no place for it: write {numactl} before the server's program.",
        )
    if any(word == "image" for _, word in used) and recipe.get("image") is None:
        yield ("servers", name), "it holds {image}, but names none."
    bare = [
        i
        for i, group in _written_groups(raw)
        if group.get("server") == name and group.get("hardware") is None
    ]
    wanted = [word for _, word in used if word in _OF_HARDWARE]
    if wanted and bare:
        yield (
            ("groups", bare[0]),
            f"recipe {name!r} holds {{{wanted[0]}}}, but this group names no hardware.",
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
                    f"{name} looks like a secret: set it in the shell, from where servers have it.",
                )
    for field in ("command", "arguments"):
        if found := secret_in(_words(recipe.get(field))):
            yield (
                (*place, field),
                f"{found} is a secret on a command line, which can be read by all and would be "
                "recorded: export it in the "
                "shell that starts inferometer (VLLM_API_KEY, HF_TOKEN) instead, since the "
                "server inherits it.",
            )


def _words(command: Any) -> list[str]:
    """The words of a command, which may be written as one string."""
    if not isinstance(command, str):
        return [str(word) for word in command] if isinstance(command, list) else []
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()


def _start(place: Place, recipe: dict[str, Any]) -> Iterator[Finding]:
    kind = recipe.get("kind", "operator")
    if kind == "process" and not recipe.get("command"):
        yield place, "a server of kind process needs its command."
    if kind == "operator" and not (recipe.get("command") or recipe.get("note")):
        yield (
            place,
            (
                "a server of kind operator needs a command, or a note, to tell the person who "
                "starts it."
            ),
        )
    if recipe.get("registration") and not recipe.get("launch"):
        yield (
            place,
            "what is registered has to be launched: give it a launch with the same model_name.",
        )
    if recipe.get("launch") and not isinstance(_mapping(recipe, "launch").get("model_name"), str):
        yield place, "launch needs the model_name that Xinference knows the model by."
    if kind == "compose" and not (recipe.get("compose_file") and recipe.get("compose_service")):
        yield place, "a server of kind compose needs compose_file and compose_service."


def _file_name(raw: Mapping[str, Any]) -> Iterator[Finding]:
    pattern = raw.get("file_name")
    if not isinstance(pattern, str):
        return
    place: Place = ("file_name",)
    if not pattern.isprintable():
        yield place, "a file name holds no control characters: type it anew."
    if "/" in pattern or "\\" in pattern or pattern.startswith("."):
        yield (
            place,
            "a file name holds no / and does not begin with a dot: the folder is result_dir.",
        )
    fields = re.findall(r"\{([^{}]*)\}", pattern)
    for field in dict.fromkeys(fields):
        if field not in FILE_NAME_FIELDS:
            known = ", ".join(FILE_NAME_FIELDS)
            yield (
                place,
                (
                    "a file name cannot hold "
                    f"{{{field}}}{did_you_mean(field, FILE_NAME_FIELDS)}: use {known}."
                ),
            )
    if set("{}") & set(re.sub(r"\{[^{}]*\}", "", pattern)):
        yield place, "a brace is open."
    bare = [i for i, group in _written_groups(raw) if group.get("hardware") is None]
    if "config" in fields and bare:
        yield ("groups", bare[0]), "file_name holds {config}, but this group names no hardware."


def _cells(campaign: CampaignSpec, group: GroupSpec) -> Iterator[str]:
    test = whole_group(campaign, group)
    try:
        listed = list(cells(test))
        for settings in listed:
            test.workload_of(settings), test.load_of(settings)
    except ValidationError as error:
        wrong = error.errors()[0]
        what = (
            f"a {test.workload.kind} workload has none"
            if wrong["type"] == "extra_forbidden"
            else wrong["msg"]
        )
        yield (
            f"its matrix gives {'.'.join(map(str, wrong['loc'])) or 'a point'}: "
            f"{what.removeprefix('Value error, ')}."
        )
        return
    if not listed:
        yield "no point is left of it: look at its matrix and what it excludes."
    if test.matrix.num_prompts_per_concurrency and any(
        test.load_of(settings).max_concurrency is None for settings in listed
    ):
        yield "num_prompts_per_concurrency needs a max_concurrency in the matrix or under load."
    if any(
        settings.get("cache") == "warm" and {**settings, "cache": "cold"} not in listed
        for settings in listed
    ):
        yield "a warm point needs its cold one, which fills the cache: write `cache: [cold, warm]`."


def _unmeasurable(campaign: CampaignSpec, groups: Sequence[Group]) -> Iterator[Finding]:
    """What would be refused when the point's turn comes; told once for each test, at the first
    point it is true of.
    """
    told = set()
    for group in groups:
        limit = group.server.max_model_len
        for point in group.points:
            wrong = check_run(point.spec)
            prompt, output = point.spec.workload.longest_request() or (
                0,
                0,
            )  # what only a file can tell is found out later
            if limit is not None and prompt + output > limit:
                wrong.append(
                    f"{prompt} input and {output} output tokens are {prompt + output}, but "
                    "max_model_len of "
                    f"servers.{group.server.recipe_name} is {limit}: raise it, leave it out, or "
                    "shorten the requests."
                )
            place = _place(campaign, point)
            for sentence in wrong:
                if (place, sentence) not in told:
                    told.add((place, sentence))
                    yield place, f"{point.id}: {sentence}"


def _place(campaign: CampaignSpec, point: PlannedPoint) -> Place:
    test = point.id.partition("/")[0]
    return "groups", next(i for i, group in enumerate(campaign.groups) if group.id == test)


def _twins(campaign: CampaignSpec, groups: Sequence[Group]) -> Iterator[Finding]:
    """Points that would write the same file, or measure the same thing under two names; the first
    of each kind.
    """
    points = [point for group in groups for point in group.points]
    fields = [name for name in re.findall(r"\{(\w+)\}", name_pattern(campaign)) if name != "time"]
    if twins := _same(points, lambda point: tuple(point.file_name_fields[name] for name in fields)):
        first, second = (point.id for point in twins)
        yield (
            ("file_name",),
            (
                f"{first} and {second} have the same: add what tells them apart, such as {{n}} "
                f"or {{repeat}}."
            ),
        )
    if twins := _same(points, lambda point: point.spec.fingerprint):
        first, second = (point.id for point in twins)
        yield (
            _place(campaign, twins[1]),
            f"{second} is the same measurement as {first}: leave one of the two out.",
        )


def _long_name(campaign: CampaignSpec, groups: Sequence[Group]) -> Iterator[Finding]:
    """A name that no disk would take, which would only show when the point has been measured."""
    names = (file_name(campaign, point, _ANY_TIME) for group in groups for point in group.points)
    longest = max(names, key=lambda name: len(name.encode()), default="")
    if len(longest.encode()) > MAX_NAME_BYTES:
        size = f"{len(longest.encode())} bytes, and files take {MAX_NAME_BYTES}"
        yield ("file_name",), f"it makes names of up to {size}: shorten it, or what it names."


def _same(
    points: Iterable[PlannedPoint], key: Callable[[PlannedPoint], Any]
) -> tuple[PlannedPoint, PlannedPoint] | None:
    seen: dict[Any, PlannedPoint] = {}
    for point in points:
        other = seen.setdefault(key(point), point)
        if other is not point:
            return other, point
    return None
