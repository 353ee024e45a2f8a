"""Time left: the guess for a point, what finished points make of it, and groups that have none."""

from __future__ import annotations

from typing import Any

import pytest

from inferometer.campaign.embedded_server import embedded
from inferometer.campaign.estimate import (
    GUESSED,
    estimates,
    guess_seconds,
    measured_seconds,
    typical_lengths,
)
from inferometer.spec.campaign import CampaignSpec, Group
from inferometer.spec.expand import expand
from inferometer.spec.run import RunSpec
from tests.campaign.tiny_campaign import tiny_campaign

POINT_S, TOKEN_S, PROMPT_TOKEN_S = (
    GUESSED.point,
    GUESSED.token,
    GUESSED.prompt_token,
)


def spec(load: dict[str, Any], **work: Any) -> RunSpec:
    workload = {"input_len": 1000, "output_len": 100, **work}
    return RunSpec.model_validate(
        {"target": {"model": "m"}, "workload": workload, "load": load}
    )


@pytest.mark.parametrize(
    ("load", "seconds"),
    [
        ({"num_prompts": 1}, 100 * TOKEN_S + 1000 * PROMPT_TOKEN_S),
        ({"num_prompts": 50}, 100 * TOKEN_S + 50_000 * PROMPT_TOKEN_S),
        (
            {"num_prompts": 8, "num_warmups": 2, "max_concurrency": 5},
            2 * 100 * TOKEN_S + 10_000 * PROMPT_TOKEN_S,
        ),
        (
            {"num_prompts": 7, "max_concurrency": 100},
            100 * TOKEN_S + 7000 * PROMPT_TOKEN_S,
        ),
        ({"num_prompts": 600, "request_rate": 2}, 300 + 100 * TOKEN_S),
        ({"num_prompts": 600, "request_rate": 2, "max_seconds": 60}, 60),
        (
            {"num_prompts": 400, "ramp": {"start_rps": 1, "end_rps": 3}},
            200 + 100 * TOKEN_S,
        ),
        (
            {
                "steps": [
                    {"rate": 1, "seconds": 100},
                    {"rate": 2, "seconds": 50},
                ]
            },
            150 + 100 * TOKEN_S,
        ),
    ],
)
def test_the_guess_for_a_point(load: dict[str, Any], seconds: float) -> None:
    assert guess_seconds(spec(load)) == pytest.approx(POINT_S + seconds)


def test_lengths_are_those_that_are_known() -> None:
    assert typical_lengths(spec({}, prefix_len=50).workload) == (1050, 100)
    unknown = RunSpec.model_validate(
        {
            "target": {"model": "m"},
            "workload": {"kind": "sharegpt", "path": "x"},
        }
    )
    assert typical_lengths(unknown.workload) == (None, None)
    assert guess_seconds(unknown) > POINT_S


def test_a_point_took_what_lies_between_its_two_records() -> None:
    def record(kind: str, fingerprint: str, second: int) -> dict[str, Any]:
        return {
            "kind": kind,
            "fingerprint": fingerprint,
            "time": f"2026-01-31T12:00:{second:02}.500000+00:00",
        }

    records = [
        {"kind": "opened", "time": "2026-01-31T12:00:00.000000+00:00"},
        record("begun", "a", 1),
        record("begun", "b", 3),
        record("done", "b", 5),
        record("begun", "a", 10),  # after a crash
        record("done", "a", 17),
        record("done", "c", 20),
    ]
    assert measured_seconds(records) == {"a": 7.0, "b": 2.0}


def two_groups() -> CampaignSpec:
    return tiny_campaign(
        points=4,
        models={"m": "one", "n": "two"},
        servers={
            "s": {"kind": "external"},
            "t": {"kind": "operator", "command": "serve"},
        },
        groups=[
            {"id": "g", "model": "m", "server": "s"},
            {"id": "h", "model": "n", "server": "t"},
        ],
        file_name="{group}_{n}.json",
    )


def fingerprints(group: Group) -> list[str]:
    return [point.spec.fingerprint for point in group.points]


def guesses(group: Group) -> list[float]:
    return [guess_seconds(point.spec) for point in group.points]


def told(
    groups: list[Group], done: set[str], took: dict[str, float]
) -> tuple[list[float], list[int]]:
    """Seconds and finished points of each group."""
    found = estimates(groups, done, took)
    return [each.seconds for each in found], [each.measured for each in found]


def test_without_finished_points_it_is_a_guess() -> None:
    first, second = groups = expand(two_groups())
    seconds, measured = told(groups, set(), {})
    assert seconds == pytest.approx(
        [sum(guesses(first)), GUESSED.start + sum(guesses(second))]
    )
    assert measured == [0, 0]


def test_finished_points_correct_the_guess_of_their_group_and_of_those_without() -> (
    None
):
    first, second = groups = expand(two_groups())
    a, b, *_ = fingerprints(first)
    took = {a: 2 * guesses(first)[0], b: 2 * guesses(first)[1]}
    seconds, measured = told(groups, {a, b}, took)
    assert seconds == pytest.approx(
        [2 * sum(guesses(first)[2:]), GUESSED.start + 2 * sum(guesses(second))]
    )
    assert measured == [2, 2]
    c = fingerprints(second)[0]
    seconds, measured = told(
        groups, {a, b, c}, {**took, c: 10 * guesses(second)[0]}
    )
    assert seconds[1] == pytest.approx(
        GUESSED.start + 10 * sum(guesses(second)[1:])
    )
    assert measured == [2, 1]


def test_a_group_that_is_done_takes_no_time() -> None:
    groups = expand(two_groups())
    assert [
        each.seconds
        for each in estimates(
            groups, {fp for group in groups for fp in fingerprints(group)}, {}
        )
    ] == [0, 0]


def test_a_rehearsal_is_guessed_from_the_engine() -> None:
    group = expand(two_groups())[1]
    (rehearsed,) = embedded([group])
    assert (
        estimates([rehearsed], set(), {})[0].seconds
        < estimates([group], set(), {})[0].seconds / 10
    )


def test_a_server_that_comes_up_several_times_takes_its_time_each_time() -> (
    None
):
    (group,) = expand(
        tiny_campaign(2, servers={"s": {"kind": "process", "command": "serve"}})
    )
    once, thrice, never = (
        estimates([group], set(), {}, starts)[0].seconds
        for starts in (None, {group.id: 3}, {})
    )
    assert thrice - once == 2 * 240
    assert once - never == 240
