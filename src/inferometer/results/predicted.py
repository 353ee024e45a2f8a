"""How far a simulated point may be from a measured one: 90 % intervals by the errors that its twin
is known to have, which its server's identity says. What chance does within the run is in them too.

They are apart from the run's own intervals: what sets one simulated point against another asks
for those, because the twin's error is that of both.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, hypot, log, sqrt
from typing import Any

import orjson

from inferometer.results.derived import derived_intervals
from inferometer.results.point import Range, Values
from inferometer.results.tail import spread_of
from inferometer.store.json_values import (
    Object,
    at,
    entries,
    members,
    number,
    text,
)
from inferometer.vocabulary import statistic_of
from inferometer.words import Said

TWO_SIDED_90 = 1.645
CONFIDENCE, METHOD = 0.9, "twin"
MAX_ERROR = 5.0
"""Of a logarithm; a file that says more says nothing."""
THROUGHPUTS = (
    "request_throughput",
    "output_throughput",
    "total_token_throughput",
)
"""Of those that meet limits, the twin's error is not known: latencies decide it."""
KIND_OF = {"itl": "tpot"}
"""Kinds that have the errors of another."""
MEDIAN = 50
TAIL = "p99"
"""What a standard deviation is known as well as."""
BOTH = sqrt(2)
"""A measured run differs by chance as much as the simulated one."""
TWO_SIDED_95 = 1.960
BY_CHANCE = BOTH * TWO_SIDED_90 / TWO_SIDED_95
"""Times the 95 % interval of one run: where 90 of 100 others are."""
MAX_REACH = 20.0
"""Of an interval to either side, as a logarithm."""
MAX_NAMES, MAX_NAME = 16, 40
PROVENANCE, UNVERIFIED = "provenance", "unverified"
FOLLOWING = (
    PROVENANCE,
    UNVERIFIED,
    "factors",
    "relative_errors",
    "extrapolated",
)
"""Of a twin's identity, what it computes with and what follows from that: the rest are settings."""


def twin_settings(server: object) -> dict[str, object]:
    """What a twin was asked to be, without what it computed with; empty where there is none."""
    for kind in ("simulated", "embedded"):
        told = at(server, kind)
        if isinstance(told, dict) and "card" in told:
            kept = {k: v for k, v in told.items() if k not in FOLLOWING}
            return {"kind": kind, **kept}
    return {}


def point_on_twin(spec: Any) -> bytes | None:
    """What a simulated point is, whatever its twin computed with and wherever it was; None of
    another point.
    """
    settings = twin_settings(at(spec, "server"))
    if not settings:
        return None
    kind, target = str(settings["kind"]), at(spec, "target")
    server = {**at(spec, "server"), kind: settings}
    where = {**target, "base_url": ""} if isinstance(target, dict) else None
    plain = {**spec, "server": server, "target": where}
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)


def twin_name(server: object) -> str | None:
    """Its card, and the digest of its fitted profile; None where there is no twin."""
    told = twin_settings(server)
    card, kind = text(told.get("card")), str(told.get("kind"))
    fitted = text(at(server, kind, PROVENANCE, "fitted"))
    return f"{card} fitted {fitted}" if card and fitted else card


def predicted_ranges(
    run: Object,
    summary: Object,
    values: Values,
    own: Mapping[str, Range],
) -> dict[str, Range]:
    """By metric; empty for what was not simulated. `own`: intervals of the run itself."""
    told = at(run, "spec", "server", "simulated", "relative_errors")
    if not isinstance(told, dict):
        return {}
    found = {}
    for name, value in values.items():
        error = _error(name, told)
        if error is not None and value > 0:
            chance = _chance(name, summary, values, own)
            found[name] = _around(value, error, chance)
    return found | derived_intervals(found, values)


def _error(metric: str, told: Mapping[object, object]) -> float | None:
    """None where nothing is known of such a metric."""
    found = statistic_of(metric)
    if found is not None:
        kind = found.latency
    else:
        kind = "throughput" if metric in THROUGHPUTS else ""
    each = entries(told.get(KIND_OF.get(kind, kind)))
    if len(each) != 2:
        return None
    error = number(each[_is_further_out(metric)])
    return error if error is not None and 0 < error <= MAX_ERROR else None


def _is_further_out(metric: str) -> bool:
    found = statistic_of(metric)
    if found is None or found.percentile is None:
        return found is not None and found.name == "std"
    return found.percentile > MEDIAN


def _chance(
    metric: str,
    summary: Object,
    values: Values,
    own: Mapping[str, Range],
) -> tuple[float, float]:
    """How far down and up chance in the run reaches, as logarithms. What is further out than the
    mean is not known better than the mean.
    """
    if metric in own:
        return _reaches(values[metric], own[metric])
    if (found := statistic_of(metric)) is None:
        return 0.0, 0.0
    mean, tail = (f"{each}_{found.latency}_ms" for each in ("mean", TAIL))
    has_mean = mean in own and mean in values
    low, high = _reaches(values[mean], own[mean]) if has_mean else (0.0, 0.0)
    if not _is_further_out(metric):
        return low, high
    name = metric if found.percentile is not None else tail
    which = statistic_of(name)
    assert which is not None
    spread = spread_of(which, values.get(name, 0.0), summary)
    reach = BOTH * TWO_SIDED_90 * spread
    return max(low, reach), max(high, reach)


def _reaches(value: float, own: Range) -> tuple[float, float]:
    low, high = (_reach(value, end) for end in (own.low, own.high))
    return BY_CHANCE * low, BY_CHANCE * high


def _around(value: float, error: float, chance: tuple[float, float]) -> Range:
    """Two independent errors."""
    low, high = (
        min(MAX_REACH, hypot(TWO_SIDED_90 * error, each)) for each in chance
    )
    return Range(value / exp(low), value * exp(high), CONFIDENCE, METHOD)


def _reach(value: float, end: float) -> float:
    """0 for a value or an end without a logarithm."""
    return abs(log(end) - log(value)) if end > 0 and value > 0 else 0.0


def unverified_rates(server: object) -> list[Said]:
    """Rates of a twin's card that nobody has verified."""
    for kind in ("simulated", "embedded"):
        told, card = at(server, kind, UNVERIFIED), at(server, kind, "card")
        rates = [
            f"{str(name)[:MAX_NAME]} = {rate:g}"
            for name, each in members(told).items()
            if (rate := number(each)) is not None
        ]
        if rates and (name := text(card)):
            said = {"card": name, "rates": rates[:MAX_NAMES]}
            return [Said("note.unverified", said)]
    return []


def how_sure(run: Mapping[str, Any]) -> list[Said]:
    """Why intervals of a simulated point are as wide as they are."""
    simulated = at(run, "spec", "server", "simulated")
    if at(simulated, "relative_errors") is None:
        return []
    outside = at(simulated, "extrapolated")
    if outside is None:
        return [Said("note.twin_unfitted")]
    names = [
        name for each in entries(outside)[:MAX_NAMES] if (name := text(each))
    ]
    if not names:
        return []
    return [Said("note.twin_extrapolated", {"names": names})]
