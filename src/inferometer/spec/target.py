"""Targets: what results are to reach, as somebody writes it, such as `p99_ttft_ms < 200 if
concurrency <= 32`.

Only what a target says is known here. Which metrics there are, and whether results reach it, is the
business of `analysis`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from inferometer.words import Said

Quantifier = Literal["any", "every"]
QUANTIFIERS: dict[str, Quantifier] = {"any": "any", "every": "every"}

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_NUMBER = r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_LIMIT = (
    rf"(?P<op><=|>=|<|>)\s*(?P<limit>{_NUMBER})\s*(?:if\s+(?P<where>\S.*))?"
)
_ASSERTION = re.compile(
    rf"\s*(?:(?P<quantifier>any|every)\s+)?(?P<metric>[A-Za-z][\w.]*)\s*{_LIMIT}"
)
_COMPARISON = re.compile(rf"\s*(?:(?P<quantifier>any|every)\s+)?{_LIMIT}")
COMPARISON_IN_SCHEMA = (
    rf"^\s*((any|every)\s+)?(<=|>=|<|>)\s*{_NUMBER}\s*(if\s+\S.*)?$"
)
"""A target without its metric, as a campaign file has it, for a schema."""
_CONDITION = re.compile(
    r"\s*(?P<name>[A-Za-z_][\w.-]*)\s*(?P<op><=|>=|<|>|=)\s*(?P<value>[^,]*?)\s*"
)

EXAMPLE = (
    '"p99_ttft_ms < 200", "any output_throughput > 1800", "mean_tpot_ms < 50 if tp=1, '
    'concurrency<=32"'
)


@dataclass(frozen=True, slots=True)
class Where:
    """A condition that a point has to fulfil for a target to be asked of it."""

    name: str
    op: str
    """One of OPERATORS, or `=`."""
    value: str

    def holds(self, conditions: Mapping[str, object]) -> bool:
        """Whether it does; a point of which nothing is known does not. Numbers are compared as
        numbers.
        """
        known = conditions.get(self.name)
        if known is None:
            return False
        number = _number(self.value)
        if isinstance(known, int | float) and number is not None:
            return (
                known == number
                if self.op == "="
                else OPERATORS[self.op](known, number)
            )
        return self.op == "=" and str(known) == self.value

    def __str__(self) -> str:
        return f"{self.name}{self.op}{self.value}"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One target."""

    metric: str
    op: str
    limit: float
    quantifier: Quantifier | None = None
    """Whether any or every point is to reach it; None where nobody has said."""
    where: tuple[Where, ...] = ()

    def met(self, value: float) -> bool:
        return OPERATORS[self.op](value, self.limit)

    def __str__(self) -> str:
        quantifier = f"{self.quantifier} " if self.quantifier else ""
        where = f" if {', '.join(map(str, self.where))}" if self.where else ""
        return f"{quantifier}{self.metric} {self.op} {self.limit:g}{where}"


def parse_target(text: str) -> Threshold:
    """Of `--assert`. Raises ValueError, one sentence."""
    found = _ASSERTION.fullmatch(text)
    if found is None:
        raise ValueError(
            Said("target.none", {"text": text, "example": EXAMPLE})
        )
    return _target(found["metric"], found)


def campaign_target(metric: str, text: str) -> Threshold:
    """Of a campaign file, where the metric is the key: `output_throughput: "> 1800 if tp=1"`.
    Raises ValueError.
    """
    found = _COMPARISON.fullmatch(text)
    if found is None:
        raise ValueError(Said("target.comparison"))
    return _target(metric, found)


def _target(metric: str, found: re.Match[str]) -> Threshold:
    quantifier = QUANTIFIERS.get(found["quantifier"] or "")
    return Threshold(
        metric,
        found["op"],
        float(found["limit"]),
        quantifier,
        _where(found["where"]),
    )


def _where(text: str | None) -> tuple[Where, ...]:
    if text is None:
        return ()
    conditions = []
    for part in text.split(","):
        found = _CONDITION.fullmatch(part)
        if found is None or not found["value"]:
            raise ValueError(Said("target.condition", {"text": part.strip()}))
        if found["op"] != "=" and _number(found["value"]) is None:
            raise ValueError(Said("target.number", {"text": part.strip()}))
        conditions.append(Where(found["name"], found["op"], found["value"]))
    return tuple(conditions)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
