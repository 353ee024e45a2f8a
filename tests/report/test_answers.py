"""What a report answers first: results whose truth is known, and the sentence and table that say
it; what is not decided is not claimed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from inferometer.analysis.pcie import link_costs
from inferometer.report.answers import ReportAnswer, answers
from inferometer.report.answers.answer import (
    between,
    some_levels,
    unknown_intervals,
)
from inferometer.report.tables.markdown import answers_as_markdown
from inferometer.results import Point, Range
from inferometer.words import LANGUAGES, Said, Words
from tests.analysis.test_pcie import measured
from tests.report.page_points import point

EN = Words()


def only(points: Sequence[Point]) -> ReportAnswer:
    (answer,) = answers(points, EN)
    return answer


def links(*, control: float = 1.0) -> list[Point]:
    rng = np.random.default_rng(1)
    points = []
    for config in "BC":
        factor = control if config == "B" else 1.0
        points += measured(config, "7B", 1, rng, factor=factor)
        points += measured(config, "7B", 2, rng, factor=factor)
    return points


def runs(values: Sequence[float], **conditions: Any) -> list[Point]:
    """Repeats of one point, by turns with those of other conditions."""
    return [
        point(
            number,
            conditions={
                "model": "m",
                "concurrency": 8,
                "date": f"2026-01-01T00:{number:02}:00Z",
                **conditions,
            },
            values={"output_throughput": value, "mean_ttft_ms": 1000 / value},
            status="VALID",
        )
        for number, value in enumerate(values)
    ]


def ladder(throughputs: Mapping[int, float], **conditions: Any) -> list[Point]:
    """By the requests in flight."""
    return [
        point(
            load,
            conditions={"model": "m", "concurrency": load, **conditions},
            values={"output_throughput": value},
            status="VALID",
        )
        for load, value in throughputs.items()
    ]


def test_a_curve_that_still_grows_has_the_throughput_of_its_highest_load() -> (
    None
):
    measured_at = {1: 50, 2: 90, 4: 160, 8: 290, 16: 450}
    measured_at |= {32: 630, 64: 790, 100: 865, 150: 915, 200: 937}
    answer = only(ladder(measured_at))
    assert (
        "does not saturate up to the highest load: 937 tok/s"
        in answer.sentences[0]
    )
    assert "937" in answer.rows[0]


def test_what_is_true_of_all_answers_is_said_in_the_first() -> None:
    points = [
        each
        for engine in ("vllm", "sglang")
        for each in ladder(
            {1: 100, 2: 190, 4: 340, 8: 560, 16: 800},
            engine=engine,
            rehearsal="simulated",
        )
    ]
    told = [each.sentences for each in answers(points, EN)]
    assert len(told) > 1
    assert sum("twin computed" in each for one in told for each in one) == 1
    assert "twin computed" in told[0][-1]


def cold_and_warm(**conditions: Any) -> list[Point]:
    return [
        each
        for cache, value in (("cold", 100.0), ("warm", 200.0))
        for each in runs([value], cache=cache, **conditions)
    ]


def test_doubt_about_the_results_of_one_answer_is_said_beside_it() -> None:
    doubtful = [
        replace(each, status="SUSPECT")
        for model in ("m", "n")
        for each in cold_and_warm(model=model)
    ]
    told = [
        " ".join(each.sentences)
        for each in answers([*doubtful, *cold_and_warm(model="o")], EN)
    ]
    assert ["2 of the 2" in each for each in told] == [True, True, False]


def test_a_load_that_was_not_reached_is_said_beside_the_answer() -> None:
    for prompts, is_told in ((4, True), (8, False)):
        load = {"max_concurrency": 8, "num_prompts": prompts}
        told = " ".join(only(cold_and_warm(**load)).sentences)
        assert ("Load not reached by 2 of the 2 results" in told) is is_told


def test_each_model_has_a_prefix_cache_answer_of_its_own() -> None:
    points = [
        each for model in ("7B", "14B") for each in cold_and_warm(model=model)
    ]
    told = [each.sentences[0] for each in answers(points, EN)]
    assert len(told) == 2
    assert told[0].startswith("7B at concurrency 8: ")
    assert told[1].startswith("14B at concurrency 8: ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_over_several_loads_no_value_stands_for_all_of_them(
    language: str,
) -> None:
    points = [
        each for load in (8, 16) for each in cold_and_warm(concurrency=load)
    ]
    one, both = (
        answers(each, Words(language))[0].sentences[0]
        for each in (points[:2], points)
    )
    assert ("→" in one, "→" in both) == (True, False)


def test_a_rate_is_a_load_too() -> None:
    points = [
        replace(
            each,
            conditions={
                **{
                    n: v
                    for n, v in each.conditions.items()
                    if n != "concurrency"
                },
                "request_rate": 4.0,
            },
        )
        for each in cold_and_warm()
    ]
    assert only(points).sentences[0].startswith("m at 4 req/s: ")


def test_the_cost_of_a_link_is_said_first_and_listed_by_load() -> None:
    answer = answers(links(), EN)[0]
    assert answer.sentences[0].startswith("x8 (B) costs 1")
    assert (
        "of output throughput against x16 (C) at concurrency 60"
        in answer.sentences[0]
    )
    assert answer.sentences[1].startswith(
        "Nothing at TP=1, as expected (7B, x8 (B) against x16 (C), control)"
    )
    assert [row[0] for row in answer.rows] == [
        "mean",
        "1",
        "2",
        "4",
        "8",
        "16",
        "32",
        "60",
    ]
    assert "7 of 60 loads are listed" in answer.note


def test_what_the_control_shows_is_not_the_link() -> None:
    control = answers(links(control=0.9), EN)[0].sentences[1]
    assert control.startswith(
        "Control: 7B with TP=1 needs no link, and still x8 (B) is "
    )
    assert control.endswith(
        "That much is not the link; it is subtracted above."
    )


def test_an_effect_that_is_not_decided_is_not_claimed() -> None:
    rng = np.random.default_rng(2)
    points = [
        p
        for c in "BC"
        for p in measured(c, "7B", 2, rng, levels=range(1, 9), noise=0.2)
    ]
    told = answers(points, EN)[0].sentences[0]
    assert told.startswith(
        "Undecided at concurrency 8, 7B with TP=2, x8 (B) against"
    )


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (93.75, "Prefix cache hit rate: 93.8% warm, 0.0% cold."),
        (
            0.0,
            "Prefix cache hit rate: 0.0% warm. The server found nothing in its cache",
        ),
        (None, "The server does not report its prefix cache hit rate."),
    ],
)
def test_what_the_cache_saves(share: float | None, told: str) -> None:
    cold, warm = (
        runs([100.0, 101.0, 100.5, 99.5], cache="cold"),
        runs([290.0, 291.0, 289.0, 292.0], cache="warm"),
    )
    for each, rate in ((cold, 0.0), (warm, share)):
        for one in each:
            if rate is not None and share is not None:
                one.values["cached_share"] = rate  # type: ignore[index]
    answer = only([*cold, *warm])
    place = 0 if share == 0.0 else -1
    assert answer.sentences[place].startswith(told)
    (saved,) = (each for each in answer.sentences if "TTFT" in each)
    assert saved.startswith("m at concurrency 8: warm, mean TTFT is 2.90× (2.")
    assert saved.endswith("as fast (9.98 → 3.44 ms).")
    assert answer.rows[0][0] == "Prompt tokens from the prefix cache (%)"


def test_engines_stand_in_one_table_the_fastest_first() -> None:
    speeds = {"slow": 80.0, "fast": 100.0, "alike": 99.8}
    points = [
        p
        for engine, speed in speeds.items()
        for p in runs(
            [speed, speed * 1.002, speed * 0.998, speed * 1.001], engine=engine
        )
    ]
    answer = only(points)
    assert [row[0] for row in answer.rows] == ["fast", "alike", "slow"]
    slower = next(told for told in answer.sentences if "slow has" in told)
    assert slower.startswith("fast is faster than slow: slow has −20.0% (")
    assert not any("faster than alike" in told for told in answer.sentences)


def test_what_was_simulated_answers_for_itself() -> None:
    cold, warm, other = (
        runs([speed, speed * 1.01, speed * 0.99], engine="e", **conditions)
        for speed, conditions in (
            (100.0, {"cache": "cold"}),
            (290.0, {"cache": "warm", "rehearsal": "simulated"}),
            (80.0, {"cache": "cold", "rehearsal": "simulated"}),
        )
    )
    for each in other:
        each.conditions["engine"] = "o"  # type: ignore[index]
    assert [*answers([*cold, *warm], EN)] == []
    assert [*answers([*cold, *other], EN)] == []


def simulated(*speeds: float, **conditions: Any) -> list[Point]:
    rates = {"card": "k100-ai", "rates": ["dense_tflops = 100"]}
    note = Said("note.unverified", rates)
    return [
        replace(each, notes=(note,))
        for each in runs(speeds, rehearsal="simulated", **conditions)
    ]


@pytest.mark.parametrize(
    ("low", "high", "interval", "told"),
    [
        (0.5, 0.5, "", "equal to the last digit"),
        (None, None, "", "repeated runs would tell it"),
        (-0.989, 58.34, "", "repeated runs would tell it"),
        (0.4, 0.6, "+40.0 … +60.0", ""),
    ],
)
def test_repeats_of_a_simulation_have_no_interval(
    low: float | None, high: float | None, interval: str, told: str
) -> None:
    effect = SimpleNamespace(low=low, high=high)
    assert between(low, high, EN) == interval
    assert told in " ".join(unknown_intervals([effect], EN))
    assert bool(told) == bool(unknown_intervals([effect], EN))


def test_of_a_simulation_no_further_run_would_tell_an_interval() -> None:
    unknown = SimpleNamespace(low=None, high=None)
    same = SimpleNamespace(low=0.0, high=0.0)
    known = EN.text("answer.no_interval.same")
    assert unknown_intervals([unknown, same], EN) == [known]
    assert unknown_intervals([unknown], EN, simulated(1.0)) == [known]
    assert unknown_intervals([unknown], EN, runs([1.0])) != [known]


def test_of_simulated_links_no_further_run_would_tell_an_interval() -> None:
    points = [
        replace(each, conditions={**each.conditions, "rehearsal": "simulated"})
        for each in links()
    ]
    study = link_costs(points)
    effects = [replace(each, low=None, high=None) for each in study.effects]
    unknown = replace(study, effects=tuple(effects))
    told = answers(points, EN, links=unknown)[0].sentences
    assert EN.text("answer.no_interval.same") in told
    assert EN.text("answer.no_interval") not in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_rates_that_nobody_verified_are_said_where_the_figures_are(
    language: str,
) -> None:
    points = [
        *simulated(100.0, 101.0, cache="cold"),
        *simulated(250.0, 251.0, cache="warm"),
    ]
    (answer,) = answers(points, Words(language))
    *_, what, rates = answer.sentences
    assert what == Words(language).text("answer.simulated")
    assert "k100-ai" in rates
    assert "dense_tflops = 100" in rates


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            "m TP=4 at concurrency 2: from 1,024 to 8,192 input tokens, mean TTFT goes from 10 to "
            "80 ms, output throughput goes from 100 to 60 tok/s.",
        ),
        (
            "zh-CN",
            "m TP=4，并发 2 时：输入从 1,024 增加到 8,192 token，平均 TTFT 由 10 变为 80 ms，"
            "输出吞吐量由 100 变为 60 tok/s。",
        ),
    ],
)
def test_longer_prompts_are_held_against_the_shortest(
    language: str, told: str
) -> None:
    points = [
        point(
            100 * level + length,
            conditions={
                "model": "m",
                "tp": 4,
                "input_len": 1024 * length,
                "output_len": 128,
                "concurrency": level,
            },
            values={
                "mean_ttft_ms": 5.0 * length * level,
                "output_throughput": 100.0 - 5 * length * (length > 1),
            },
        )
        for level in (1, 2)
        for length in (1, 4, 8)
    ]
    answer = next(
        each for each in answers(points, Words(language)) if len(each.rows) == 3
    )
    assert answer.sentences[1] == told
    assert [row[0] for row in answer.rows] == ["1024", "4096", "8192"]
    assert answers(points[:2], Words(language)) == []


def test_longer_prompts_of_a_twin_have_the_interval_of_its_error() -> None:
    points = [
        point(
            length,
            conditions={
                "model": "m",
                "input_len": 1024 * length,
                "concurrency": 8,
                "rehearsal": "simulated",
            },
            values={"mean_ttft_ms": 10.0 * length, "output_throughput": 100.0},
            intervals={"mean_ttft_ms": Range(9.0 * length, 11.0 * length)},
            predicted={"mean_ttft_ms": Range(5.0 * length, 20.0 * length, 0.9)},
        )
        for length in (1, 4, 8)
    ]
    assert "from 10 (5–20) to 80 (40–160) ms" in only(points).sentences[0]
    chinese = answers(points, Words("zh-CN"))[0].sentences[0]
    assert "由 10（5–20）变为 80（40–160）ms" in chinese


def test_scaling_says_the_highest_load_per_card() -> None:
    points = [
        point(
            gpus * 100 + load,
            conditions={
                "model": "m",
                "gpus": gpus,
                "tp": gpus,
                "max_concurrency": gpus * load,
            },
            values={
                "output_throughput": 100.0
                * load
                * gpus
                * (1 if gpus == 1 else 0.94)
            },
        )
        for gpus in (1, 8)
        for load in (1, 2, 4)
    ]
    told, unknown = only(points).sentences
    assert told == (
        "m: 8 GPUs deliver 94.0% of 8 times one GPU's output throughput at a load of 4 per GPU, "
        "3,008 tok/s against 400 tok/s of one."
    )
    assert unknown == (
        "Where no interval is given, it is unknown; repeated runs would tell it."
    )
    assert [row[:2] for row in only(points).rows] == [
        ("1", "100"),
        ("2", "200"),
        ("4", "400"),
    ]
    others = [
        replace(
            each, id=f"n{each.id}", conditions={**each.conditions, "model": "n"}
        )
        for each in points
    ]
    assert [row[:2] for row in only([*points, *others]).rows][2:4] == [
        ("m, 8 GPUs", "4"),
        ("n, 8 GPUs", "1"),
    ]


@pytest.mark.parametrize("minutes_between", [10, 600])
def test_an_efficiency_without_drift_is_said_to_be_no_quotient(
    minutes_between: int,
) -> None:
    """One card always first, on a machine that gets 2% faster a day: the two cards look that
    much better.
    """
    points = [
        point(
            10 * day + gpus,
            conditions={
                "model": "m",
                "gpus": gpus,
                "max_concurrency": 4 * gpus,
                "date": f"2026-01-0{1 + day}T{minute // 60:02}:{minute % 60:02}:00Z",
            },
            values={
                "output_throughput": 100.0
                * gpus
                * 1.02 ** (day + minute / 1440)
            },
        )
        for day in range(3)
        for gpus, minute in ((1, 0), (2, minutes_between))
    ]
    told, *others = only(points).sentences
    assert "deliver 100.0% of 2 times" in told
    drift = EN.text("answer.drift")
    assert (drift in others) == (minutes_between == 600)


def test_doubtful_results_are_told_and_invalid_ones_answer_nothing() -> None:
    points = runs([100.0, 100.1], engine="a") + runs([100.0, 100.2], engine="b")
    as_they_are = [
        *points[:3],
        point(9, conditions=dict(points[3].conditions), status="INVALID"),
    ]
    assert only(as_they_are).sentences
    suspect = [
        point(
            n,
            conditions=dict(p.conditions),
            values=dict(p.values),
            status="SUSPECT",
        )
        for n, p in enumerate(points)
    ]
    assert (
        only(suspect)
        .sentences[-1]
        .startswith("SUSPECT: 4 of the 4 results used.")
    )
    assert answers([], EN) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_answers(language: str) -> None:
    for answer in answers(links(), Words(language)):
        assert answer.title
        assert all(len(row) == len(answer.head) for row in answer.rows)


def test_markdown_begins_with_the_answer() -> None:
    lines = answers_as_markdown(links()).splitlines()
    assert lines[0] == "## What does the narrower PCIe link cost?"
    assert lines[2].startswith("- x8 (B) costs 1")


def test_of_many_loads_those_that_double_are_listed() -> None:
    assert some_levels([4.0, 2.0, 2.0]) == [2.0, 4.0]
    assert some_levels([float(n) for n in range(1, 201)]) == [
        1,
        2,
        4,
        8,
        16,
        32,
        64,
        128,
        200,
    ]
