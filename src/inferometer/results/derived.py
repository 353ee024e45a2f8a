"""What follows from a point's values and conditions, whoever measured it. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from inferometer.results.point import Condition, Range, Values
from inferometer.store.json_values import given, number
from inferometer.vocabulary import COSTS

if TYPE_CHECKING:
    from inferometer.spec.output import Price

SECONDS_PER_HOUR = 3600
MS_PER_SECOND = 1000
MILLION = 1_000_000
SPEEDS = ("output_throughput_per_request", "mean_decode_speed")
"""Of single requests, as they were measured."""
RECIPROCAL = ("speed_from_tpot",)
"""Derived from a rounded figure, they are off by more than its last digit."""
WATTS_PER_KILOWATT = 1000


def identity_of(
    *,
    model: object,
    duration_s: object,
    completed: object,
    tokens_in: object,
    tokens_out: object,
    rate: object,
) -> tuple[object, ...] | None:
    """What two files have in common only if they tell of the same run: its duration is known to the
    nanosecond.
    """
    return (
        (model, duration_s, completed, tokens_in, tokens_out, rate)
        if number(duration_s)
        else None
    )


def concurrency(conditions: Mapping[str, Condition]) -> int | None:
    """The level of load: max_concurrency, or num_prompts where all are sent at once; None where
    requests come at a rate.
    """
    rate = conditions.get("request_rate", math.inf)
    if "arrivals" in conditions or rate != math.inf:
        return None
    level = conditions.get("max_concurrency") or conditions.get("num_prompts")
    return level if isinstance(level, int) else None


def derived_values(
    values: Values, conditions: Mapping[str, Condition]
) -> dict[str, float]:
    """Output throughput per accelerator in use, what tokens cost, and the output speed of a request
    where only its TPOT is known.
    """
    found: dict[str, float] = {}
    throughput = values.get("output_throughput")
    gpus = conditions.get("gpus") or conditions.get("tp")
    if throughput is not None and isinstance(gpus, int) and gpus > 0:
        found["output_throughput_per_gpu"] = throughput / gpus
    tpot = values.get("mean_tpot_ms")
    if tpot and not any(name in values for name in SPEEDS):
        found["speed_from_tpot"] = MS_PER_SECOND / tpot
    hourly = hourly_cost(values, conditions)
    return found if hourly is None else found | _costs(values, hourly)


def _costs(values: Values, hourly: float) -> dict[str, float]:
    found = {}
    throughput = values.get("output_throughput")
    for name, rate in (
        ("cost_per_million_tokens", throughput),
        ("cost_per_million_good_tokens", values.get("good_output_throughput")),
    ):
        if rate:
            found[name] = per_million(hourly, rate)
    if throughput and hourly > 0:
        found["tokens_per_currency"] = throughput * SECONDS_PER_HOUR / hourly
    return found


def costs_at(
    price: Price, values: Mapping[str, float | None]
) -> dict[str, float]:
    """What tokens cost at this price, from the values of a run; without what is not known."""
    by_hour = price.per == "h"
    told = {
        "cost_per_hour": price.amount if by_hour else None,
        "price_per_kwh": None if by_hour else price.amount,
        "pue": price.pue,
    }
    costs = derived_values(given(values), told)
    return {name: costs[name] for name in COSTS if name in costs}


def per_million(hourly: float, rate: float) -> float:
    """What a million tokens cost, at a price per hour and `rate` tokens per second."""
    return hourly / (rate * SECONDS_PER_HOUR) * MILLION


def hourly_cost(
    values: Values, conditions: Mapping[str, Condition]
) -> float | None:
    """By the hour as it was told, else of the energy that was measured; None if neither is
    known.
    """
    told, tariff = (
        conditions.get(name) for name in ("cost_per_hour", "price_per_kwh")
    )
    if isinstance(told, int | float):
        return float(told)
    power_w, pue = values.get("average_power"), conditions.get("pue")
    if power_w is None or not isinstance(tariff, int | float):
        return None
    building = pue if isinstance(pue, int | float) else 1.0
    return power_w / WATTS_PER_KILOWATT * tariff * building


def derived_intervals(
    intervals: Mapping[str, Range], values: Values
) -> dict[str, Range]:
    """Of those values, from the interval of the throughput that they follow from."""
    known = intervals.get("output_throughput")
    throughput = values.get("output_throughput")
    if known is None or not throughput:
        return {}
    found = {}
    if (per_gpu := values.get("output_throughput_per_gpu")) is not None:
        scale = per_gpu / throughput
        found["output_throughput_per_gpu"] = Range(
            known.low * scale, known.high * scale, known.confidence
        )
    if (
        cost := values.get("cost_per_million_tokens")
    ) is not None and known.low > 0:
        per = cost * throughput
        found["cost_per_million_tokens"] = Range(
            per / known.high, per / known.low, known.confidence
        )
    return found
