"""Load: how many requests, and when. Which of these may go together is checked in `checks`."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator

from inferometer.spec.base import (
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    Seconds,
    Spec,
)
from inferometer.words import Said


class Ramp(Spec):
    """Arrivals that become more (or fewer) a second while the run lasts."""

    strategy: Literal["linear", "exponential"] = "linear"
    """How the rate grows with time; exponential: by the same factor in every second."""
    start_rps: PositiveFloat
    end_rps: PositiveFloat

    def requests_in(self, seconds: float) -> float:
        """Arrivals that a ramp of this duration makes: the mean rate times its duration."""
        if self.strategy == "linear" or self.start_rps == self.end_rps:
            return seconds * (self.start_rps + self.end_rps) / 2
        return (
            seconds
            * (self.end_rps - self.start_rps)
            / math.log(self.end_rps / self.start_rps)
        )


class Step(Spec):
    """Arrivals at one rate for some time."""

    rate: PositiveFloat
    """Requests per second."""
    seconds: Seconds


def _some(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    # Checked here: a minimum length would be complained of beside each step that is wrong.
    if not steps:
        raise ValueError(Said("steps.none"))
    return steps


class Load(Spec):
    """How many requests, and when. What ends a run is its last request, or `max_seconds` if that
    comes first.
    """

    num_prompts: PositiveInt = 1000
    """Requests to measure. Where it is left out, rates that have their time (`steps`,
    `max_seconds`) tell the number.
    """
    request_rate: Annotated[float, Field(gt=0)] = math.inf
    burstiness: Annotated[float, Field(gt=0)] = 1.0
    max_concurrency: PositiveInt | None = None
    num_warmups: NonNegativeInt = 0
    ramp: Ramp | None = None
    """Instead of `request_rate`."""
    steps: Annotated[tuple[Step, ...], AfterValidator(_some)] | None = None
    """Instead of `request_rate`: one rate after the other. With more requests than they hold, the
    last one goes on.
    """
    replay_speed: PositiveFloat | None = None
    """Instead of `request_rate`: at the times that the workload's file has, this many times as
    fast.
    """
    max_seconds: Seconds | None = None
    """From the first measured request on: then nothing more is sent, and what is still running is
    cut off.
    """
    when_full: Literal["drop"] | None = None
    """What becomes of an arrival for which `max_concurrency` leaves no room. None: it waits, as in
    `vllm bench serve`.
    """

    @model_validator(mode="before")
    @classmethod
    def _number_from_time(cls, given: Any) -> Any:
        """Without `num_prompts`: as many requests as the rates make in the time they have."""
        if (
            not isinstance(given, dict)
            or "num_prompts" in given
            or not given.keys() & {"steps", "max_seconds"}
        ):
            return given
        try:
            number = cls.model_validate(
                {**given, "num_prompts": 1}
            ).requests_in_time()
        except ValidationError:
            return (
                given  # what is wrong is told by the validation that comes next
            )
        return (
            given
            if number is None
            else {**given, "num_prompts": max(1, round(number))}
        )

    def requests_in_time(self) -> float | None:
        """Arrivals in the time that is set; None where no time is set, or no rate."""
        if self.steps:
            return sum(step.rate * step.seconds for step in self.steps)
        if self.max_seconds is None:
            return None
        if self.ramp is not None:
            return self.ramp.requests_in(self.max_seconds)
        return (
            None
            if math.isinf(self.request_rate)
            else self.request_rate * self.max_seconds
        )

    @property
    def open_loop(self) -> bool:
        """Whether requests are due at times of their own."""
        return not (
            math.isinf(self.request_rate)
            and self.ramp is None
            and self.steps is None
            and self.replay_speed is None
        )
