"""Pydantic's errors as sentences for whoever wrote the file: where it is by the names written
there, and what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import ValidationError

from inferometer.secret import repeatable
from inferometer.spec.base import Spec
from inferometer.spec.campaign import CampaignSpec, Matrix
from inferometer.spec.flags import did_you_mean
from inferometer.spec.marked_yaml import Place
from inferometer.spec.run import Load, Sampling, Timeouts
from inferometer.spec.wishes import wish_of
from inferometer.spec.workload import AnyWorkload, RandomWorkload
from inferometer.words import Said, either

WORKLOADS: dict[str, type[Spec]] = {
    get_args(tagged)[1].tag: get_args(tagged)[0]
    for tagged in get_args(get_args(AnyWorkload)[0])
}
"""The model of each kind."""

SECTIONS: dict[str, type[Spec]] = {
    "matrix": Matrix,
    "workload": RandomWorkload,
    "load": Load,
    "sampling": Sampling,
    "timeouts": Timeouts,
}
"""Where settings live that are easily written one level too high."""


def readable(place: Place, raw: Mapping[str, Any]) -> str:
    """`groups.1C-1k.tp`: a group by its id where it has one."""
    names: list[str] = []
    here: Any = raw
    for step in place:
        here = _step(here, step)
        identifier = (
            here.get("id")
            if names == ["groups"] and isinstance(here, dict)
            else None
        )
        names.append(identifier if isinstance(identifier, str) else str(step))
    return ".".join(names)


def sentences(
    error: ValidationError, raw: Mapping[str, Any]
) -> Iterator[tuple[Place, str]]:
    """Each error as the place in the file and one sentence."""
    errors = error.errors()
    of_campaign = {(each["loc"], each["type"]) for each in errors}
    for each in errors:
        if (
            each["loc"][:1] == ("groups",)
            and (each["loc"][2:], each["type"]) in of_campaign
        ):
            continue  # taken over from the campaign, where it is told
        if (
            each["type"] == "too_short"
            and len(
                [other for other in errors if other["loc"][:1] == each["loc"]]
            )
            > 1
        ):
            continue  # there are enough, but they are wrong
        yield _sentence(each, raw)


def _sentence(
    error: Mapping[str, Any], raw: Mapping[str, Any]
) -> tuple[Place, str]:
    place = _place(error)
    name = readable(place, raw)
    kind, value = error["type"], repeatable(error["input"], name)
    if kind == "extra_forbidden":
        return place, _unknown_key(error["loc"])
    if kind == "missing":
        return place[:-1], Said("campaign_file.missing", {"name": name})
    if kind == "literal_error":
        return place, _not_one_of(name, value, error["ctx"]["expected"])
    if kind == "union_tag_invalid":
        tag = repeatable(error["ctx"]["tag"])
        tags = error["ctx"]["expected_tags"]
        return (*place, "kind"), _not_one_of(f"{name}.kind", tag, tags)
    wish = wish_of(error)
    if error["msg"].startswith("Input "):
        wish = Said("wish.input", {"wish": wish})
    key = "campaign_file.wrong" + (".value" if _is_short(value) else "")
    return place, Said(key, {"name": name, "wish": wish, "value": value})


def _not_one_of(name: str, value: object, expected: str) -> Said:
    """`expected` as pydantic lists it: `'a', 'b' or 'c'`, or numbers."""
    known = re.findall(r"'([^']*)'", expected) or [expected]
    told = {"name": name, "value": value, "known": ", ".join(known)}
    return Said(
        "campaign_file.not_one_of",
        {**told, "near": did_you_mean(str(value), known)},
    )


def _place(error: Mapping[str, Any]) -> Place:
    """Where in the file: an axis is one value there, however many numbers it stands for, and so is
    a name that is a bad key.
    """
    steps = [step for step in error["loc"] if step != "[key]"]
    before = [None, *steps]
    place = tuple(
        step
        for last, step in zip(before, steps, strict=False)
        if last != "workload" or step not in WORKLOADS
    )
    if (
        "matrix" in place[-3:-1]
        and place[-2] in Matrix.model_fields
        and isinstance(place[-1], int)
    ):
        return (
            place
            if place[-2] in ("paired", "include", "exclude")
            else place[:-1]
        )
    return place


def _is_short(value: Any) -> bool:
    return (
        isinstance(value, str | int | float | None) and len(repr(value)) <= 60
    )


def _unknown_key(loc: Place) -> str:
    key = str(loc[-1])
    model = _model_at(loc[:-1])
    known = list(model.model_fields) if model else []
    hint = did_you_mean(key, known)
    sections = [
        name
        for name, section in SECTIONS.items()
        if key in section.model_fields
    ]
    if not hint and sections:
        return Said(
            "campaign_file.misplaced",
            {"key": key, "sections": either(sections)},
        )
    if hint:
        return Said("campaign_file.unknown", {"key": key, "near": hint})
    return Said(
        "campaign_file.unknown.known", {"key": key, "known": ", ".join(known)}
    )


def _model_at(loc: Place) -> type[Spec] | None:
    """The model whose keys stand there."""
    kind: Any = CampaignSpec
    for step in loc:
        model = _model_in(kind)
        if str(step) in WORKLOADS:
            kind = WORKLOADS[str(step)]
        elif model is not None:
            kind = (
                model.model_fields[str(step)].annotation
                if str(step) in model.model_fields
                else None
            )
        else:  # the values of a mapping or a list: what it is declared to hold last that is a model
            kind = next(
                (
                    inner
                    for inner in reversed(get_args(kind))
                    if _model_in(inner) or get_args(inner)
                ),
                None,
            )
    return _model_in(kind)


def _model_in(kind: Any) -> type[Spec] | None:
    """The model itself, also where it is optional."""
    options = [kind, *(get_args(kind) if type(None) in get_args(kind) else ())]
    return next(
        (
            each
            for each in options
            if isinstance(each, type) and issubclass(each, Spec)
        ),
        None,
    )


def _step(here: Any, step: str | int) -> Any:
    try:
        return here[step]
    except (LookupError, TypeError):
        return None
