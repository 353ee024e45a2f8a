"""A campaign's record of a result that contradicts the points at neighbouring loads.

The result's own files stay unchanged: nothing in its run looked wrong. The doubt is in the ledger,
and readers of the ledger report SUSPECT.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from inferometer.metrics.finding import Figure, Finding, Level
from inferometer.words import Said, counted

Again = Literal["no", "same", "INVALID"]
"""Whether the point was measured again, and the outcome."""
AGAIN: tuple[Again, ...] = ("no", "same", "INVALID")

NAME = "neighbours"
MAX_TEXT = 200

VARIANTS: Mapping[Again, str] = {
    "no": "once",
    "same": "twice",
    "INVALID": "invalid",
}
"""Of the finding."""


TEXTS = ("fingerprint", "point", "metric", "unit")


@dataclass(frozen=True, slots=True)
class Doubt:
    """One point whose result its neighbours contradict, by the metric that shows it best."""

    fingerprint: str
    point: str
    """Its id in the plan."""
    metric: str
    unit: str
    suggested: float
    """By the neighbours."""
    neighbours: tuple[str, ...]
    """Ids of the nearest points."""
    results: tuple[str, ...]
    """Checksums of the JSON files of the contradicting results, the first one first."""
    values: tuple[float, ...]
    """The metric of each result."""
    again: Again = "no"

    @property
    def share(self) -> float:
        """The first value as a share of the suggested one."""
        return self.values[0] / self.suggested

    @property
    def named(self) -> dict[str, str]:
        """What a sentence about it names."""
        return {"point": self.point, "metric": self.metric, "unit": self.unit}

    def in_short(self) -> Said:
        """The point, the first value, and the suggested one."""
        figures = {
            "value": figure(self.values[0]),
            "suggested": figure(self.suggested),
            "neighbours": self.neighbours,
        }
        told = {**self.named, **figures}
        return counted("recheck.point", len(self.neighbours), told)

    def facts(self) -> dict[str, Any]:
        """As plain values, for a record."""
        return asdict(self)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Doubt:
        """Raises LookupError, TypeError or ValueError for a record that no campaign has written."""
        texts = {name: _text(record[name]) for name in TEXTS}
        neighbours, results = (
            tuple(map(_text, _listed(record[name])))
            for name in ("neighbours", "results")
        )
        values = tuple(map(_positive, _listed(record["values"])))
        if (
            not (values and neighbours)
            or len(values) != len(results)
            or record["again"] not in AGAIN
        ):
            raise ValueError(
                "a doubt has neighbours, and a value for each of its results"
            )
        return cls(
            **texts,
            suggested=_positive(record["suggested"]),
            neighbours=neighbours,
            results=results,
            values=values,
            again=record["again"],
        )

    def finding(self) -> Finding:
        """As the checks of a run say what they found."""
        values: dict[str, Figure] = {
            "metric": self.metric,
            "unit": self.unit,
            "share": self.share,
            "suggested": self.suggested,
            "values": ", ".join(map(figure, self.values)),
            "neighbours": ", ".join(self.neighbours),
            "again": self.again,
        }
        return Finding(NAME, Level.SUSPECT, VARIANTS[self.again], values)


def figure(value: float) -> str:
    """With as many digits as matter."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _listed(value: Any) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError("what a doubt lists is a list")
    return value


def _text(value: Any) -> str:
    if (
        not isinstance(value, str)
        or not value.isprintable()
        or len(value) > MAX_TEXT
    ):
        raise ValueError("a text of a doubt is short and printable")
    return value


def _positive(value: Any) -> float:
    if type(value) not in (int, float) or not 0 < value < math.inf:
        raise ValueError("a figure of a doubt is above 0 and finite")
    return float(value)
