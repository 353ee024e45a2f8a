"""What follows from a point's values and conditions."""

from __future__ import annotations

import math

import pytest

from inferometer.results.derived import (
    concurrency,
    derived_intervals,
    derived_values,
)
from inferometer.results.point import Condition, Range


@pytest.mark.parametrize(
    ("conditions", "level"),
    [
        (
            {
                "max_concurrency": 8,
                "num_prompts": 100,
                "request_rate": math.inf,
            },
            8,
        ),
        ({"num_prompts": 100, "request_rate": math.inf}, 100),
        ({"num_prompts": 100}, 100),
        ({"num_prompts": 100, "request_rate": 2.5}, None),
        ({"max_concurrency": 8, "request_rate": 2.5}, None),
        ({"num_prompts": 100, "arrivals": "a ramp"}, None),
        ({"num_prompts": 1.5}, None),
        ({}, None),
    ],
)
def test_the_level_of_load(
    conditions: dict[str, Condition], level: int | None
) -> None:
    assert concurrency(conditions) == level


def test_throughput_is_shared_by_the_accelerators_in_use() -> None:
    values = {"output_throughput": 1000.0}
    assert derived_values(values, {"gpus": 8, "tp": 2}) == {
        "output_throughput_per_gpu": 125.0
    }
    assert derived_values(values, {"tp": 2}) == {
        "output_throughput_per_gpu": 500.0
    }
    assert derived_values(values, {"gpus": 0}) == {}
    assert derived_values(values, {}) == {}
    assert derived_values({}, {"gpus": 8, "cost_per_hour": 1.0}) == {}


def test_what_a_million_tokens_cost() -> None:
    # 1,000 tok/s are 3.6 million in an hour
    assert derived_values(
        {"output_throughput": 1000.0}, {"cost_per_hour": 7.2}
    ) == {"cost_per_million_tokens": 2.0, "tokens_per_currency": 500_000.0}
    assert (
        derived_values({"output_throughput": 0.0}, {"cost_per_hour": 7.2}) == {}
    )


def test_what_good_tokens_and_energy_cost() -> None:
    values = {
        "output_throughput": 1000.0,
        "good_output_throughput": 500.0,
        "average_power": 600.0,
    }
    # 600 W are 0.6 kWh in an hour, and 0.78 with what the building takes
    by_energy = derived_values(values, {"price_per_kwh": 0.5, "pue": 1.3})
    hourly = 0.5 * 0.6 * 1.3
    assert by_energy == {
        "cost_per_million_tokens": pytest.approx(hourly / 3.6),
        "cost_per_million_good_tokens": pytest.approx(hourly / 1.8),
        "tokens_per_currency": pytest.approx(3_600_000 / hourly),
    }
    by_hour = derived_values(values, {"cost_per_hour": 7.2, "pue": 1.3})
    assert by_hour["cost_per_million_good_tokens"] == pytest.approx(4.0)
    del values["average_power"]
    assert derived_values(values, {"price_per_kwh": 0.5}) == {}


def test_intervals_of_what_follows_from_throughput() -> None:
    values = {
        "output_throughput": 1000.0,
        "output_throughput_per_gpu": 500.0,
        "cost_per_million_tokens": 2.0,
    }
    found = derived_intervals(
        {"output_throughput": Range(800.0, 1250.0, 0.9)}, values
    )
    assert found == {
        "output_throughput_per_gpu": Range(400.0, 625.0, 0.9),
        "cost_per_million_tokens": Range(1.6, 2.5, 0.9),
    }
    assert derived_intervals({}, values) == {}
    unbounded = derived_intervals(
        {"output_throughput": Range(-10.0, 1250.0)}, values
    )
    assert unbounded.keys() == {
        "output_throughput_per_gpu"
    }  # no throughput, no end to the cost
