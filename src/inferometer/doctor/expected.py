"""What a machine should be, as `machine.yaml` says it; read strictly, with all errors at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from inferometer.spec.base import (
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ReasonsError,
    Spec,
)
from inferometer.spec.flags import did_you_mean
from inferometer.spec.marked_yaml import MAX_BYTES, YamlError, read_yaml
from inferometer.spec.wishes import wish_of
from inferometer.words import Said, reason_of

Text = Annotated[str, Field(min_length=1, max_length=200)]


class ExpectedLink(Spec):
    generation: Annotated[int, Field(ge=1, le=7)] | None = None
    """PCI Express generation of every card's slot."""
    width: Literal[1, 2, 4, 8, 16, 32] | None = None
    """Lanes."""


class ExpectedCards(Spec):
    count: NonNegativeInt | None = None
    vendor: (
        Literal["nvidia", "amd", "hygon", "intel", "ascend", "mthreads"] | None
    ) = None
    name: Text | None = None
    """A part of the name that the vendor's tool reports."""
    memory_gib: PositiveFloat | None = None
    """Of each card, at least."""
    power_limit_w: PositiveFloat | None = None
    driver: Text | None = None
    """Version, or its beginning: `590` fits `590.48.01`."""
    architecture: Text | None = None
    """`gfx1201`; AMD and Hygon."""
    link: ExpectedLink | None = None
    direct_links: bool | None = None
    """Whether NVLink or XGMI joins them."""


class ExpectedHost(Spec):
    cpu: Text | None = None
    """A part of the processor's name."""
    cpus: PositiveInt | None = None
    memory_gib: PositiveFloat | None = None
    """At least."""
    numa_nodes: PositiveInt | None = None
    kernel: Text | None = None
    """Release, or its beginning."""
    governor: Text | None = None
    numa_balancing: bool | None = None
    smt: bool | None = None
    iommu: Literal["off", "identity", "translated"] | None = None
    clock_source: Text | None = None


class MachineSpec(Spec):
    """The whole file."""

    name: Text | None = None
    host: ExpectedHost = ExpectedHost()
    cards: ExpectedCards = ExpectedCards()


SECTIONS: dict[tuple[str, ...], type[Spec]] = {
    (): MachineSpec,
    ("host",): ExpectedHost,
    ("cards",): ExpectedCards,
    ("cards", "link"): ExpectedLink,
}


def load_machine(path: Path) -> MachineSpec:
    """Raises ReasonsError with all that is wrong, each with its line."""
    name = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ReasonsError(
                [
                    Said(
                        "doctor.expect.too_long",
                        {"name": name, "most": MAX_BYTES},
                    )
                ]
            )
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ReasonsError(
            [Said("campaign_file.not_utf8", {"name": name})]
        ) from None
    except OSError as error:
        why = {"name": name, "why": reason_of(error)}
        raise ReasonsError([Said("campaign_file.unread", why)]) from None
    return parse_machine(text, name)


def parse_machine(text: str, name: str) -> MachineSpec:
    """Raises ReasonsError."""
    try:
        marked = read_yaml(text)
    except YamlError as error:
        raise ReasonsError(
            [_at(name, *each) for each in error.reasons]
        ) from None
    if not isinstance(marked.data, dict):
        raise ReasonsError([Said("doctor.expect.no_mapping", {"name": name})])
    try:
        return MachineSpec.model_validate(marked.data, strict=True)
    except ValidationError as error:
        found = [
            _at(name, marked.line(place) or 1, sentence)
            for place, sentence in _sentences(error)
        ]
        raise ReasonsError(found) from None


def _at(name: str, line: int, sentence: str) -> Said:
    told = {"name": name, "line": line, "what": sentence}
    return Said("campaign_file.line", told)


def _sentences(
    error: ValidationError,
) -> Iterator[tuple[tuple[Any, ...], Said]]:
    for each in error.errors():
        place = each["loc"]
        if each["type"] == "extra_forbidden":
            yield place, _unknown([*map(str, place)])
        else:
            wish = wish_of(each)
            if each["msg"].startswith("Input "):
                wish = Said("wish.input", {"wish": wish})
            told = {
                "name": ".".join(map(str, place)),
                "wish": wish,
                "value": str(each["input"])[:60],
            }
            yield place, Said("campaign_file.wrong.value", told)


def _unknown(place: Sequence[str]) -> Said:
    *section, key = place
    known = list(SECTIONS[tuple(section)].model_fields)
    near = did_you_mean(key, known)
    told = {"key": key, "near": near, "known": ", ".join(known)}
    return Said("campaign_file.unknown" + ("" if near else ".known"), told)
