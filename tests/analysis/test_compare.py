"""Comparisons of points made by hand: rows, cautions, what is refused, and the plain data of all of
it.
"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from inferometer.analysis.cautions import CannotCompareError
from inferometer.analysis.compare import DEFAULT_METRICS, Comparison, compare
from inferometer.metrics.finding import Finding, Level
from inferometer.results import Point, Range
from inferometer.results.point import Status
from inferometer.words import Words
from tests.analysis.simulated_campaigns import (
    campaign,
    in_turns,
    one_after_the_other,
    point,
)


def single(
    name: str,
    throughput: float,
    half: float = 0.01,
    *,
    status: Status | None = "VALID",
    engine: str = "x",
) -> Point:
    """One run whose own interval has this half width, as a fraction."""
    made = point(
        name,
        {"output_throughput": throughput, "mean_tpot_ms": 1e4 / throughput},
        engine=engine,
    )
    ranges = {
        key: Range(value * (1 - half), value * (1 + half))
        for key, value in made.values.items()
    }
    return replace(
        made,
        intervals=ranges,
        status=status,
        reasons=("p99 rests on 3 samples.",) if status == "SUSPECT" else (),
    )


def of_two(a: float, b: float, **options: float) -> Comparison:
    return compare(
        [single("a", a)],
        [single("b", b)],
        metrics=["output_throughput", "mean_tpot_ms"],
        **options,  # type: ignore[arg-type]
    )


def test_single_runs_that_differ_more_than_drift_explains() -> None:
    throughput, tpot = of_two(100.0, 80.0).rows
    assert (throughput.verdict, tpot.verdict) == ("slower", "slower")
    assert throughput.effect == pytest.approx(-0.2)
    assert tpot.effect == pytest.approx(0.25)
    assert throughput.a == pytest.approx(100)
    assert throughput.b == pytest.approx(80)
    assert (throughput.design, throughput.runs) == ("single runs", (1, 1))
    assert throughput.allowance == pytest.approx(0.05)
    assert {row.verdict for row in of_two(80.0, 100.0).rows} == {"faster"}


def test_single_runs_that_differ_by_what_drift_explains_are_undecided_and_told_what_would_help() -> (
    None
):
    comparison = of_two(100.0, 95.0)
    assert {row.verdict for row in comparison.rows} == {"undecided"}
    assert all((row.more_runs or 0) >= 3 for row in comparison.rows)
    assert [
        warning
        for warning in comparison.warnings
        if "A B B A" in warning and "5%" in warning
    ]
    assert {
        row.verdict for row in of_two(100.0, 95.0, drift=0.0, delta=0.01).rows
    } == {"slower"}


def test_more_runs_of_a_simulation_would_decide_nothing() -> None:
    a, b = (
        [
            replace(
                each, conditions={**each.conditions, "rehearsal": "simulated"}
            )
        ]
        for each in (single("a", 100.0), single("b", 95.0))
    )
    rows = compare(a, b, metrics=["output_throughput"]).rows
    assert {(row.verdict, row.more_runs) for row in rows} == {
        ("undecided", None)
    }


def test_the_same_within_delta() -> None:
    assert {
        row.verdict for row in of_two(100.0, 100.5, drift=0.0, delta=0.03).rows
    } == {"no difference"}
    assert of_two(100.0, 100.5, drift=0.0, delta=0.03).warnings == ()


def test_runs_in_turns_need_no_allowance_and_no_caution() -> None:
    a, b = campaign(in_turns(8), rng=np.random.default_rng(1), effect=-0.08)
    comparison = compare(a, b)
    (row,) = comparison.rows
    assert (row.verdict, row.design, row.allowance, row.runs) == (
        "slower",
        "in turns",
        0.0,
        (8, 8),
    )
    assert comparison.headline == (row,)
    assert [
        (each.condition, each.a, each.b)
        for each in comparison.pairing.differences
    ] == [("engine", ("A",), ("B",))]
    assert [
        warning for warning in comparison.warnings if "--drift" in warning
    ] == []
    assert "not on both sides" in comparison.warnings[0]


def test_a_regression_at_one_level_only_is_seen() -> None:
    a, b = campaign(
        in_turns(8), rng=np.random.default_rng(2), levels=(1, 4, 16, 64)
    )
    slow = [
        replace(
            each,
            values={
                "output_throughput": 0.8 * each.values["output_throughput"]
            },
        )
        if each.conditions["concurrency"] == 64
        else each
        for each in b
    ]
    comparison = compare(a, slow, metrics=["output_throughput"])
    by_point = {
        row.point: row.verdict
        for row in comparison.rows
        if row.point is not None
    }
    assert by_point["concurrency 64"] == "slower"
    assert by_point["concurrency 1"] != "slower"
    assert comparison.has("slower")
    assert [row.point for row in comparison.headline] == [None]


def test_rehearsals_are_told_though_both_sides_are() -> None:
    a = [replace(single("a", 100.0), conditions={"rehearsal": "embedded"})]
    b = [replace(single("b", 100.0), conditions={"rehearsal": "embedded"})]
    told = [
        warning
        for warning in compare(a, b, metrics=["output_throughput"]).warnings
        if warning.startswith("rehearsed")
    ]
    words = "all points are of a quick run, the embedded engine or a twin, and say nothing about hardware"
    assert told == [f"rehearsed in {side}: {words}" for side in "AB"]


def test_invalid_points_are_left_out_and_suspect_ones_named() -> None:
    a = [single("a", 100.0)]
    b = [
        single("bad", 50.0, status="INVALID"),
        single("doubtful", 100.0, status="SUSPECT"),
    ]
    comparison = compare(a, b, metrics=["output_throughput"])
    assert comparison.rows[0].b == pytest.approx(100.0)
    assert (
        "SUSPECT in B: doubtful: p99 rests on 3 samples" in comparison.warnings
    )
    assert "INVALID in B, left out: bad" in comparison.warnings
    allowed = compare(a, b, metrics=["output_throughput"], allow_invalid=True)
    assert allowed.rows[0].runs == (1, 2)
    assert "INVALID in B, used nevertheless: bad" in allowed.warnings


def test_why_points_are_suspect_is_said_in_the_readers_language() -> None:
    """With the range over all of them; what no finding says stays as it is."""
    found = [
        Finding("run_queue", Level.SUSPECT, "found", {"run_queue_share": share})
        for share in (0.15, 0.2)
    ]
    b = [
        replace(
            single(f"b{number}", 100.0, status="SUSPECT"),
            findings=(each,),
            reasons=(each.sentence,),
        )
        for number, each in enumerate(found)
    ]
    rows = compare([single("a", 100.0)], b, metrics=["output_throughput"])
    (told,) = [each for each in rows.warnings if "SUSPECT" in each]
    assert "15.0–20.0" in told
    chinese = Words("zh-CN").say(told)
    assert "15.0–20.0" in chinese
    assert found[0].said("zh-CN").sentence[:6] in chinese
    assert "client" not in chinese


@pytest.mark.parametrize(
    ("a", "b", "metrics", "why"),
    [
        ([], [single("b", 1.0)], DEFAULT_METRICS, "no result in A"),
        (
            [single("a", 1.0, status="INVALID")],
            [single("b", 1.0)],
            DEFAULT_METRICS,
            "every result in A is INVALID",
        ),
        (
            [single("a", 1.0)],
            [single("b", 1.0)],
            ["p99_ttft"],
            "no metric 'p99_ttft'",
        ),
        (
            [single("a", 1.0)],
            [single("b", 1.0)],
            ["duration"],
            "neither good nor bad",
        ),
        (
            [single("a", 1.0)],
            [single("b", 1.0)],
            ["mean_itl_ms"],
            "no pair has mean_itl_ms on both sides",
        ),
        (
            [point("a", {"failed": 0.0})],
            [point("b", {"failed": 0.0})],
            ["failed"],
            "no pair has failed",
        ),
    ],
)
def test_what_cannot_be_compared(
    a: list[Point], b: list[Point], metrics: list[str], why: str
) -> None:
    with pytest.raises(CannotCompareError, match=why):
        compare(a, b, metrics=metrics)


def test_nothing_in_common_says_what_differs() -> None:
    a = [
        point(f"a{n}", {"output_throughput": 1.0}, minute=None, concurrency=n)
        for n in (1, 2)
    ]
    b = [
        point(f"b{n}", {"output_throughput": 1.0}, minute=None, concurrency=n)
        for n in (8, 16)
    ]
    with pytest.raises(
        CannotCompareError,
        match=r"no point in common: the first points of each differ in concurrency 1 -> 8",
    ):
        compare(a, b)


def test_two_configurations_under_the_same_settings_are_no_repeats() -> None:
    a = [point("a", {"output_throughput": 1.0}, minute=None, config="B")]
    b = [
        point(
            f"b{config}", {"output_throughput": 1.0}, minute=None, config=config
        )
        for config in ("A", "C")
    ]
    with pytest.raises(
        CannotCompareError,
        match=r"B has several values of config .* \(A, C\): choose one with --where config=A",
    ):
        compare(a, b)


def test_other_lengths_than_asked_are_seen_in_the_tokens() -> None:
    totals = {
        "output_throughput": 1.0,
        "completed": 10.0,
        "total_input_tokens": 10240.0,
        "total_output_tokens": 1280.0,
    }
    a, b = (
        point("a", totals),
        point("b", {**totals, "total_output_tokens": 640.0}),
    )
    told = " ".join(compare([a], [b]).warnings)
    assert (
        "outputs had other lengths at 1 point, such as 128 and 64 tokens"
        in told
    )
    assert "prompts" not in told


def test_lengths_that_were_asked_for_are_told_once_and_runs_without_an_interval_are() -> (
    None
):
    totals = {
        "output_throughput": 1.0,
        "completed": 10.0,
        "total_input_tokens": 10240.0,
        "total_output_tokens": 1280.0,
    }
    a = point("a", totals, minute=None, output_len=128)
    b = point(
        "b",
        {**totals, "total_output_tokens": 640.0},
        minute=None,
        output_len=64,
    )
    comparison = compare([a], [b], metrics=["output_throughput"])
    assert (
        sum("other lengths" in warning for warning in comparison.warnings) == 1
    )
    assert "1 of 1 rows have no interval" in " ".join(comparison.warnings)


@pytest.mark.parametrize(("degrees", "told"), [(74.0, False), (76.0, True)])
def test_cards_that_were_not_equally_warm(degrees: float, told: bool) -> None:
    values = {"tokens_per_joule": 1.0, "gpu_temperature": 65.0}
    a, b = (
        point("a", values),
        point("b", {**values, "gpu_temperature": degrees}),
    )
    found = compare([a], [b], metrics=["tokens_per_joule"])
    assert found.rows[0].metric == "tokens_per_joule"
    warned = "not equally warm: 65 °C in A, 76 °C in B" in " ".join(
        found.warnings
    )
    assert warned == told


@pytest.mark.parametrize("other", ["$", None, "CNY"])
def test_costs_in_two_currencies_are_not_compared(other: str | None) -> None:
    values = {"cost_per_million_tokens": 1.0, "output_throughput": 100.0}
    a = point("a", values, currency="$")
    b = point("b", values, currency=other)
    asked = [*values]
    found = compare([a], [b], metrics=asked)
    compared = {row.metric for row in found.rows}
    told = "and nothing is converted: costs are" in " ".join(found.warnings)
    apart = other != "$"  # a price without a currency may be in any
    assert (compared == {"output_throughput"}, told) == (apart, apart)
    if apart:
        with pytest.raises(CannotCompareError, match="nothing is converted"):
            compare([a], [b], metrics=["cost_per_million_tokens"])


def test_a_result_held_against_itself_is_told() -> None:
    same = [single("a", 100.0)]
    assert (
        "1 result is in both A and B, and held against itself"
        in compare(same, same).warnings
    )


def test_everything_is_plain_data() -> None:
    a, b = campaign(
        one_after_the_other(3), rng=np.random.default_rng(4), levels=(1, 8)
    )
    told = json.loads(json.dumps(compare(a, b, names=("old", "new")).to_dict()))
    assert (told["a"], told["b"], told["delta"], told["confidence"]) == (
        "old",
        "new",
        0.02,
        0.95,
    )
    assert [row["point"] for row in told["rows"]] == [
        None,
        "concurrency 1",
        "concurrency 8",
    ]
    assert told["pairs"][0]["a"] == ["A0", "A2", "A4"]
    assert told["differences"] == [
        {"condition": "engine", "a": ["A"], "b": ["B"]}
    ]


def test_two_equal_servers_rarely_differ_in_any_of_many_rows() -> None:
    """Eight levels, 100 campaigns, no margin and no drift: any "faster" or "slower" at all is a
    false alarm.
    """
    rng = np.random.default_rng(8)
    levels = (1, 2, 4, 8, 16, 32, 64, 128)
    alarms = 0
    for _ in range(100):
        a, b = campaign(in_turns(4), rng=rng, levels=levels, by_level=True)
        comparison = compare(a, b, delta=0.0)
        alarms += comparison.has("faster") or comparison.has("slower")
    assert alarms <= 9
