"""The lines before a run: load and prompts in words."""

from __future__ import annotations

from typing import Any

import pytest
from numpy.random import default_rng

from inferometer.cli.announcement import (
    announcement,
    load_in_words,
    prompts_in_words,
)
from inferometer.measurement.prepare import ReadyPoint, plan_of
from inferometer.protocol import PROTOCOLS, Generation
from inferometer.request import Request
from inferometer.spec.load import Load
from inferometer.spec.run import RunSpec, Target
from inferometer.spec.workload import (
    AnyWorkload,
    ImagesWorkload,
    JsonlWorkload,
    PrefixWorkload,
    RandomWorkload,
)
from inferometer.trace import MISSING
from inferometer.workload import Workload


@pytest.mark.parametrize(
    ("load", "words"),
    [
        (
            {"num_prompts": 200, "num_warmups": 16, "max_concurrency": 16},
            "200 requests after 16 warm-ups, closed loop of 16",
        ),
        ({"num_prompts": 5}, "5 requests, all at once"),
        (
            {"num_prompts": 5, "request_rate": 2.5},
            "5 requests, 2.5 requests/s (burstiness 1)",
        ),
        (
            {
                "num_prompts": 5,
                "request_rate": 2.5,
                "max_concurrency": 3,
                "when_full": "drop",
                "max_seconds": 60,
            },
            (
                "5 requests or 60 s, whichever comes first, 2.5 requests/s (burstiness 1), at "
                "most 3 in flight, the others dropped"
            ),
        ),
        (
            {
                "num_prompts": 5,
                "ramp": {"start_rps": 1, "end_rps": 9},
                "max_concurrency": 2,
            },
            "5 requests, 1 to 9 requests/s (linear ramp, burstiness 1), at most 2 in flight",
        ),
        (
            {
                "steps": [{"rate": 1, "seconds": 2}, {"rate": 4, "seconds": 2}],
                "burstiness": 0.5,
            },
            "10 requests, 1 requests/s for 2 s, 4 requests/s for 2 s (steps, burstiness 0.5)",
        ),
        (
            {"num_prompts": 5, "replay_speed": 2},
            "5 requests, at their recorded times, 2 times as fast",
        ),
    ],
    ids=str,
)
def test_a_load_in_words(load: dict[str, Any], words: str) -> None:
    assert load_in_words(Load.model_validate(load)) == words


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (RandomWorkload(input_len=256, output_len=64), "256 in, 64 out"),
        (
            RandomWorkload(scenario="U(1,9)/(2,4)"),
            "U(1,9)/(2,4), 20 in, 5 out on average",
        ),
        (
            JsonlWorkload(path="p.jsonl"),
            "jsonl of p.jsonl, 20 in, 5 out on average",
        ),
        (PrefixWorkload(), "prefix, 20 in, 5 out on average"),
    ],
    ids=str,
)
def test_prompts_in_words(work: AnyWorkload, words: str) -> None:
    made = Workload(
        [Request(i, "x", 10 + 10 * i, 5) for i in range(3)],
        "counted",
        exact=True,
    )
    assert prompts_in_words(work, made) == words


def test_prompts_that_come_again_or_have_no_known_length() -> None:
    made = Workload(
        [Request(0, "x", MISSING, 5)],
        "counted",
        exact=False,
        origin={"distinct": 3},
    )
    assert prompts_in_words(ImagesWorkload(), made) == (
        "images, input length known only to the server, 5 out on average, 3 different ones, "
        "repeated"
    )


def test_what_rows_say_is_a_line_where_they_say_something() -> None:
    def lines(origin: dict[str, Any]) -> list[str]:
        spec = RunSpec(
            target=Target(model="m"), workload=JsonlWorkload(path="p.jsonl")
        )
        made = Workload(
            [Request(0, "x", 10, 5)], "counted", exact=True, origin=origin
        )
        facts: dict[str, Any] = {
            "max_model_len": None,
            "limits": [],
            "notes": [],
        }
        ready = ReadyPoint(
            spec,
            PROTOCOLS["openai"],
            "/x",
            Generation("m"),
            made,
            plan_of(spec.load, made, default_rng(0)),
            facts,
        )
        return [
            line
            for line in announcement(ready, "http://x")
            if line.startswith("Rows:")
        ]

    origin = {
        "fields_sent": {"tools": 3},
        "fields_left_out": {"metadata": 2},
        "images_in_rows": 4,
    }
    assert lines(origin) == [
        "Rows:     sent with the prompts: tools (3); pictures sent: 4; not sent: metadata"
    ]
    assert lines({"fields_sent": {}, "fields_left_out": {}}) == lines({}) == []
