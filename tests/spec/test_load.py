"""Load as a value: when a loop is open, and how many requests fill the time that is set."""

from __future__ import annotations

import math
from typing import Any

import pytest
from pydantic import ValidationError

from inferometer.spec.load import Load, Ramp

RAMP = {"start_rps": 10, "end_rps": 30}


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ({}, 1000),
        ({"request_rate": 5}, 1000),
        ({"request_rate": 5, "max_seconds": 60}, 300),
        ({"request_rate": 5, "max_seconds": 60, "num_prompts": 7}, 7),
        ({"max_seconds": 60}, 1000),  # a closed loop takes as many as it takes
        (
            {"steps": [{"rate": 5, "seconds": 10}, {"rate": 20, "seconds": 2}]},
            90,
        ),
        ({"ramp": RAMP}, 1000),
        ({"ramp": RAMP, "max_seconds": 10}, 200),
        (
            {"ramp": {**RAMP, "strategy": "exponential"}, "max_seconds": 10},
            round(10 * 20 / math.log(3)),
        ),
        ({"request_rate": 0.001, "max_seconds": 1}, 1),
    ],
    ids=str,
)
def test_rates_that_have_their_time_tell_the_number_of_requests(
    given: dict[str, Any], number: int
) -> None:
    load = Load.model_validate(given)
    assert load.num_prompts == number
    assert Load.model_validate(load.model_dump()) == load


def test_what_is_wrong_is_told_once() -> None:
    with pytest.raises(ValidationError) as told:
        Load.model_validate({"max_seconds": 0, "request_rate": 5})
    assert [error["loc"] for error in told.value.errors()] == [("max_seconds",)]


@pytest.mark.parametrize(
    ("given", "is_open"),
    [
        ({}, False),
        ({"max_concurrency": 4}, False),
        ({"request_rate": 1}, True),
        ({"ramp": RAMP}, True),
        ({"steps": [{"rate": 5, "seconds": 10}]}, True),
        ({"replay_speed": 1}, True),
    ],
    ids=str,
)
def test_a_loop_is_open_when_requests_are_due_at_times_of_their_own(
    given: dict[str, Any], is_open: bool
) -> None:
    assert Load.model_validate(given).open_loop is is_open


@pytest.mark.parametrize(
    "given",
    [
        {"steps": []},
        {"steps": [{"rate": 0, "seconds": 1}]},
        {"ramp": {"start_rps": 1}},
        {"when_full": "wait"},
        {"replay_speed": 0},
    ],
    ids=str,
)
def test_values_that_make_no_sense_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Load.model_validate(given)


def test_a_ramp_that_does_not_rise_is_a_constant_rate() -> None:
    assert (
        Ramp(start_rps=4, end_rps=4, strategy="exponential").requests_in(3)
        == 12
    )
