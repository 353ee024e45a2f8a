"""Targets against points: which point decides, and why a target is not reached."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from inferometer.analysis.ratings import ratings
from inferometer.analysis.targets import (
    check,
    check_campaigns,
    deployment_of,
    mistakes,
    unanswerable,
)
from inferometer.metrics.finding import Finding, Level
from inferometer.report.targets import (
    deployment_in_words,
    place_in_words,
    why_in_words,
)
from inferometer.results import Collection, Condition, Point, Range, Status
from inferometer.spec.target import Where, parse_target
from inferometer.words import LANGUAGES, Words


def point(
    concurrency: int,
    throughput: float | None,
    *,
    tp: int = 1,
    status: Status | None = "VALID",
    ttft: float = 50,
) -> Point:
    values = {"mean_ttft_ms": ttft} | (
        {} if throughput is None else {"output_throughput": throughput}
    )
    reasons = ("The client was late.",) if status != "VALID" else ()
    conditions: dict[str, Condition] = {
        "config": "C",
        "model": "7B",
        "tp": tp,
        "concurrency": concurrency,
    }
    return Point(
        f"tp{tp}/c{concurrency}",
        Path("x"),
        "inferometer",
        conditions,
        values,
        status=status,
        reasons=reasons,
    )


LADDER = [point(1, 30), point(8, 1900), point(64, 1700, ttft=900)]


def only(
    target: str, points: list[Point]
) -> tuple[bool, float | None, str, str]:
    (checked,) = check([parse_target(target)], points)
    assert checked.state in ("reached", "missed")
    return (
        checked.state == "reached",
        checked.value,
        checked.at,
        why_in_words(checked, Words()),
    )


@pytest.mark.parametrize(
    ("target", "reached", "value", "at"),
    [
        (
            "output_throughput > 1800",
            True,
            1900,
            "tp1/c8",
        ),  # a rate: at one load
        ("every output_throughput > 1800", False, 30, "tp1/c1"),
        ("every output_throughput > 29", True, 30, "tp1/c1"),
        (
            "mean_ttft_ms < 100",
            False,
            900,
            "tp1/c64",
        ),  # a latency: at every load
        ("any mean_ttft_ms < 100", True, 50, "tp1/c1"),
        ("mean_ttft_ms < 100 if concurrency<=8", True, 50, "tp1/c1"),
        ("any mean_ttft_ms > 800", True, 900, "tp1/c64"),
        ("any output_throughput < 31", True, 30, "tp1/c1"),
    ],
)
def test_the_point_that_decides(
    target: str, reached: bool, value: float, at: str
) -> None:
    assert only(target, LADDER)[:3] == (reached, value, at)


def test_each_deployment_is_checked() -> None:
    first, second = check(
        [parse_target("output_throughput > 1800")],
        [*LADDER, point(8, 900, tp=2)],
    )
    assert (first.deployment, first.state) == ("C 7B TP1", "reached")
    assert (second.deployment, second.state, second.value) == (
        "C 7B TP2",
        "missed",
        900,
    )
    assert (
        why_in_words(second, Words())
        == "the best of all loads does not reach it"
    )


def test_deployments_that_would_have_one_name_are_told_apart() -> None:
    """An alias stands for what its file says at the time, and a server is another one at another
    address."""
    slow, fast = point(8, 900), point(8, 1900)
    for condition in ("model_id", "address"):
        pair = [
            replace(each, conditions={**each.conditions, condition: name})
            for each, name in ((slow, "http://one"), (fast, "http://two"))
        ]
        checked = check([parse_target("output_throughput > 1800")], pair)
        assert [(each.deployment, each.state) for each in checked] == [
            ("C 7B TP1 http://one", "missed"),
            ("C 7B TP1 http://two", "reached"),
        ]
        (alone,) = check([parse_target("output_throughput > 1800")], pair[:1])
        assert alone.deployment == "C 7B TP1"


@pytest.mark.parametrize(
    ("predicted", "why"),
    [
        (Range(30.0, 90.0), ""),
        (
            Range(30.0, 1110.5),
            "simulated, and not surely: 90% interval 30.0 to 1,110.5",
        ),
    ],
)
def test_a_simulated_value_reaches_a_target_surely_or_not(
    predicted: Range, why: str
) -> None:
    told = replace(point(1, 30), predicted={"mean_ttft_ms": predicted})
    found = only("mean_ttft_ms < 100", [told])
    assert found == (True, 50, "tp1/c1", why)


def test_what_was_not_measured_is_not_reached() -> None:
    assert only("p99_e2el_ms < 1e9", LADDER) == (
        False,
        None,
        "tp1/c1",
        "it was not measured",
    )
    assert only("every output_throughput > 1", [*LADDER, point(2, None)])[
        :3
    ] == (
        False,
        None,
        "tp1/c2",
    )
    assert (
        only("any output_throughput > 1", [*LADDER, point(2, None)])[0] is True
    )
    assert (
        "nothing here has tp=4"
        in only("output_throughput > 1 if tp=4", LADDER)[3]
    )
    loads = [
        replace(each, conditions={**each.conditions, "num_prompts": 64})
        for each in LADDER
    ]
    assert (
        only("scaling_efficiency > 95", loads)[3]
        == "it was not measured: there is no point on several GPUs"
    )
    assert (
        "nothing here has model=8B"
        in only("scaling_efficiency > 95 if model=8B", LADDER)[3]
    )
    assert "there are no points" in only("output_throughput > 1", [])[3]


def test_an_invalid_point_does_not_count_and_a_suspect_one_is_named() -> None:
    reached, value, _, reason = only(
        "mean_ttft_ms < 100", [point(1, 30, status="INVALID")]
    )
    assert (reached, value, reason) == (
        False,
        None,
        "it is INVALID: The client was late",
    )
    assert only(
        "output_throughput > 29", [point(1, 30), point(8, 99, status="INVALID")]
    )[:3] == (
        True,
        30,
        "tp1/c1",
    )
    assert only("mean_ttft_ms < 100", [point(1, 30, status="SUSPECT")]) == (
        True,
        50,
        "tp1/c1",
        "it is SUSPECT",
    )


def test_scaling_efficiency_is_that_of_every_load() -> None:
    def on(gpus: int, per_gpu: int, throughput: float) -> Point:
        conditions: dict[str, Condition] = {
            "model": "7B",
            "gpus": gpus,
            "max_concurrency": gpus * per_gpu,
        }
        return Point(
            f"{gpus}/{per_gpu}",
            Path("x"),
            "inferometer",
            conditions,
            {"output_throughput": throughput},
        )

    points = [on(1, 1, 100), on(1, 2, 200), on(8, 1, 792), on(8, 2, 1504)]
    (checked,) = check([parse_target("scaling_efficiency > 95")], points)
    assert (
        checked.state,
        checked.unit,
        checked.gpus,
        checked.load_per_gpu,
    ) == (
        "missed",
        "%",
        8,
        2,
    )
    assert deployment_in_words(checked, Words()) == "7B on 8 GPUs"
    assert place_in_words(checked, Words()) == "load 2 a GPU"
    assert checked.value == pytest.approx(94)
    assert (
        check(
            [parse_target("scaling_efficiency > 90 if gpus=8, model=7B")],
            points,
        )[0].state
        == "reached"
    )
    assert (
        check([parse_target("scaling_efficiency > 90 if gpus=4")], points)[
            0
        ].state
        == "missed"
    )


def test_what_does_not_exist_is_named() -> None:
    assert (
        mistakes(
            [
                parse_target(text)
                for text in (
                    "p95_itl_ms<1",
                    "scaling_efficiency>1",
                    "request_goodput>1",
                )
            ]
        )
        == []
    )
    wrong = mistakes(
        [
            parse_target("output_troughput > 1"),
            parse_target("failed < 1 if modell=7B"),
        ]
    )
    assert "did you mean 'output_throughput'?" in wrong[0]
    assert "did you mean 'model'?" in wrong[1]
    far = mistakes([parse_target("x > 1"), parse_target("failed < 1 if z=7B")])
    assert "such as p99_ttft_ms" in far[0]
    assert "there are campaign, " in far[1]
    swept = [parse_target("failed < 1 if max_num_seqs=4")]
    assert mistakes(swept, conditions=None) == []
    assert mistakes(swept, conditions=["max_num_seqs"]) == []
    (unknown,) = mistakes(swept, conditions=["model", "tp"])
    assert unknown.endswith("no condition: there are model, tp.")


def test_what_cannot_be_measured_is_named_before_anything_is() -> None:
    (told,) = mistakes(
        [parse_target("gpu_utilization > 85")], lacking=["gpu_utilization"]
    )
    assert "gpu_utilization needs samples of the machine" in told
    assert mistakes([parse_target("tokens_per_joule > 1")]) == []
    (told,) = mistakes(
        [parse_target("request_goodput > 1")], lacking=["request_goodput"]
    )
    assert "request_goodput needs goodput limits" in told


def test_results_of_earlier_versions_do_not_miss_what_was_not_sampled() -> None:
    (checked,) = check([parse_target("gpu_utilization > 85")], LADDER)
    assert (checked.state, why_in_words(checked, Words())) == (
        "not checked",
        "the machine was not sampled",
    )


def test_targets_of_points_that_were_not_chosen_are_not_missed() -> None:
    targets = [
        parse_target(text)
        for text in (
            "scaling_efficiency > 95",
            "output_throughput > 1 if tp=4",
            "failed < 1",
        )
    ]
    assert [each.state for each in check(targets, LADDER, only_some=True)] == [
        "not checked",
        "not checked",
        "missed",
    ]
    assert [each.state for each in check(targets, LADDER)] == [
        "missed",
        "missed",
        "missed",
    ]


def test_what_no_planned_point_can_decide_is_named_before_anything_is_measured() -> (
    None
):
    targets = [
        parse_target(f"mean_ttft_ms < 100 if {where}")
        for where in ("tp=9", "tp=1", "engine=vllm", "concurrency>64")
    ]
    reasons = unanswerable(targets, LADDER)
    assert [
        reason.partition(" cannot be checked: ")[2].partition(". ")[0]
        for reason in reasons
    ] == [
        "no point of this run has tp=9",
        "no point of this run has concurrency>64",
    ]


def test_any_spelling_of_a_percentile_is_that_percentile() -> None:
    measured = Point(
        "x", Path("x"), "vllm", {}, {"p95_ttft_ms": 5, "p99.9_itl_ms": 7}
    )
    assert only("p95.0_ttft_ms < 6", [measured])[:2] == (True, 5)
    assert only("p99.90_itl_ms < 6", [measured])[:2] == (False, 7)


def test_a_file_without_single_requests_says_how_to_have_its_percentiles() -> (
    None
):
    told = only("p95_ttft_ms < 6", LADDER)[3]
    assert "no single requests" in told
    assert "--metric-percentiles 95" in told
    assert only("p95_e2el_ms < 6", LADDER)[3] == "it was not measured", (
        "nothing is known of that latency"
    )


def campaign(
    name: str, *targets: str, rehearsal: str | None = None, several: bool = True
) -> Collection:
    conditions: dict[str, Condition] = {
        "campaign": name,
        **({"rehearsal": rehearsal} if rehearsal else {}),
    }
    points = tuple(
        replace(each, conditions={**each.conditions, **conditions})
        for each in LADDER
    )
    where = (Where("campaign", "=", name),) if several else ()
    return Collection(
        points,
        (),
        tuple(replace(parse_target(target), where=where) for target in targets),
    )


def test_the_targets_of_a_rehearsed_campaign_are_not_checked() -> None:
    real, rehearsed = (
        campaign("a", "output_throughput > 1800"),
        campaign("b", "output_throughput > 1e9", rehearsal="quick"),
    )
    both = Collection(
        (*real.points, *rehearsed.points),
        (),
        (*real.targets, *rehearsed.targets),
    )
    first, second = check_campaigns(both)
    assert (first.state, second.state) == ("reached", "not checked")
    assert why_in_words(second, Words()) == "these points are a rehearsal"
    (alone,) = check_campaigns(
        campaign(
            "b", "output_throughput > 1e9", rehearsal="embedded", several=False
        )
    )
    assert alone.state == "not checked"
    (scaling,) = check_campaigns(
        campaign("b", "scaling_efficiency > 95", rehearsal="embedded")
    )
    assert scaling.state == "not checked"


def test_a_campaign_that_was_measured_and_rehearsed_is_held_against_what_was_measured() -> (
    None
):
    real, rehearsed = (
        campaign("a", "every output_throughput > 1"),
        campaign("a", "every output_throughput > 1", rehearsal="quick"),
    )
    slow = tuple(
        replace(point, values={"output_throughput": 0.5})
        for point in rehearsed.points
    )
    (checked,) = check_campaigns(
        Collection(
            (*real.points, *slow), (), (*real.targets, *rehearsed.targets)
        )
    )
    assert (checked.state, checked.value) == ("reached", 30)


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_is_said_in_the_readers_language(language: str) -> None:
    words = Words(language)
    finding = Finding(
        "run_queue", Level.SUSPECT, "found", {"run_queue_share": 0.15}
    )
    invalid = replace(
        point(1, 30, status="INVALID"),
        findings=(finding,),
        reasons=(finding.sentence,),
    )
    texts = [
        "mean_ttft_ms < 1",
        "p95_ttft_ms < 1",
        "gpu_utilization > 1",
        "output_throughput > 1 if tp=4",
        "scaling_efficiency > 1",
    ]
    told = [
        why_in_words(check([parse_target(text)], [point(8, 99)])[0], words)
        for text in texts
    ]
    told.append(
        why_in_words(
            check([parse_target("mean_ttft_ms < 1")], [invalid])[0], words
        )
    )
    assert all(told)
    if language != "en":
        assert [
            sentence
            for sentence in told
            if not re.search("[\u4e00-\u9fff]", sentence)
        ] == []
        assert "15.0%" in told[-1], "with the reason of the point"


def test_a_name_that_model_and_server_share_is_said_once() -> None:
    conditions = {"model_alias": "embedded", "engine": "embedded"}
    same = Point("x", Path("x"), "vllm", conditions, {})
    assert deployment_of(same) == "embedded"


def test_a_deployment_of_which_nothing_is_known() -> None:
    point = Point("x", Path("x"), "vllm", {}, {"mean_ttft_ms": 5.0})
    assert deployment_of(point) == "all"
    (checked,) = check([parse_target("mean_ttft_ms < 9")], [point])
    assert deployment_in_words(checked, Words()) == "all"
    assert deployment_in_words(checked, Words("zh-CN")) == "全部"


@pytest.mark.parametrize(
    ("ttft", "tpot", "words"),
    [
        (99.9, 49.9, ("excellent", "excellent")),
        (100, 50, ("good", "good")),
        (200, 100, ("fair", "fair")),
        (500, 200, ("fair", "fair")),
        (500.1, 200.1, ("needs work", "needs work")),
    ],
)
def test_ratings(ttft: float, tpot: float, words: tuple[str, str]) -> None:
    assert (
        tuple(
            ratings(
                {"mean_ttft_ms": ttft, "mean_tpot_ms": tpot, "p99_ttft_ms": 1}
            ).values()
        )
        == words
    )


def test_what_was_not_measured_has_no_rating() -> None:
    assert ratings({"mean_tpot_ms": 1}) == {"mean_tpot_ms": "excellent"}


def repeat(number: int, throughput: float, status: Status = "VALID") -> Point:
    made = point(8, throughput, status=status)
    return replace(
        made,
        conditions={**made.conditions, "repeat": number, "seed": str(number)},
    )


@pytest.mark.parametrize(
    ("points", "value", "why"),
    [
        ([repeat(1, 90), repeat(2, 110)], 100, ""),  # none of them decides
        (
            [repeat(1, 90), repeat(1, 110)],
            90,
            "this load does not reach it",
        ),  # of two days
        (
            [repeat(1, 120), repeat(2, 110, "INVALID")],
            None,
            "it is INVALID: The client was late",
        ),
    ],
)
def test_repeats_are_judged_by_their_mean(
    points: list[Point], value: float | None, why: str
) -> None:
    reached, found, _, said = only("every output_throughput >= 100", points)
    assert (reached, found, said) == (why == "", value, why)


def test_a_repeat_without_a_value_leaves_its_point_without_one() -> None:
    missing = replace(repeat(2, 0), values={})
    assert (
        only("output_throughput > 1", [repeat(1, 90), missing])[3]
        == "it was not measured"
    )
