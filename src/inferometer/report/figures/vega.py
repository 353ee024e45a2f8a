"""Parts of Vega-Lite specifications, as plain data: altair, whose names they have, takes
most of a second to say the same. The tests check what is drawn against its schema.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

Spec = dict[str, Any]

SCHEMA_URL = "https://vega.github.io/schema/vega-lite/v6.json"
TYPES = {"Q": "quantitative", "N": "nominal", "O": "ordinal", "T": "temporal"}


def channel(shorthand: str, **settings: Any) -> Spec:
    """What a field is drawn as. `x:Q`: the field and its type; one end of a range has the type of
    the other.
    """
    name, _, kind = shorthand.partition(":")
    return {"field": name, "type": TYPES[kind], **settings}


def end(name: str) -> Spec:
    """The other end of a range."""
    return {"field": name}


@dataclass(frozen=True, slots=True)
class Layer:
    """One mark and what it shows; each method returns a layer with more."""

    encoding: Spec = field(default_factory=dict)
    drawn_as: Spec = field(default_factory=dict)
    transform: tuple[Spec, ...] = ()

    def encode(self, **channels: Any) -> Layer:
        return replace(self, encoding={**self.encoding, **channels})

    def mark(self, kind: str, **settings: Any) -> Layer:
        return replace(self, drawn_as={"type": kind, **settings})

    def transform_filter(self, test: str | Spec) -> Layer:
        return replace(self, transform=(*self.transform, {"filter": test}))

    def transform_calculate(self, **fields: str) -> Layer:
        added = [
            {"as": name, "calculate": formula}
            for name, formula in fields.items()
        ]
        return replace(self, transform=(*self.transform, *added))

    @property
    def spec(self) -> Spec:
        spec: Spec = {"encoding": self.encoding, "mark": self.drawn_as}
        if self.transform:
            spec["transform"] = [*self.transform]
        return spec
