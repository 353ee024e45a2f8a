"""What the page says: sentences, verdicts, best points, environment and precision, from points and
run directories.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inferometer.analysis.targets import check
from inferometer.report.page.best import best_points, common_load
from inferometer.report.page.evidence import gather
from inferometer.report.page.html import render
from inferometer.report.page.view import ReportView, make_view, measured
from inferometer.report.tables.columns import four_digits
from inferometer.report.tables.markdown import targets_as_markdown
from inferometer.report.targets import target_lines
from inferometer.results import Collection, Point
from inferometer.results.run_point import recorded_in
from inferometer.spec.target import parse_target
from inferometer.words import LANGUAGES, Said, Words
from tests.report.page_points import point, study


def view_of(*points: Point, language: str = "en", **more: Any) -> ReportView:
    return make_view(
        Collection(points, more.pop("problems", ())),
        language=language,
        title=None,
        written="today",
        **more,
    )


def test_the_summary_counts_verdicts_and_names_their_reasons() -> None:
    view = view_of(*study().points)
    assert [(tally.status, tally.points) for tally in view.verdicts] == [
        ("VALID", 14),
        ("SUSPECT", 1),
        ("INVALID", 1),
    ]
    assert "Judged points: 16, of which 14 VALID, 1 SUSPECT" in " ".join(
        view.sentences
    )


def test_what_was_simulated_is_not_said_to_be_measured() -> None:
    twin = {"rehearsal": "simulated"}
    simulated = [point(n, conditions=twin) for n in range(2)]
    told = " ".join(view_of(*simulated).sentences)
    assert "Simulated, not measured" in told
    assert "Measured by" not in told
    assert "nothing about hardware" not in told
    quick = point(2, conditions={"rehearsal": "quick"})
    told = " ".join(view_of(*simulated, quick).sentences)
    assert "Simulated, not measured: 2 of 3 points." in told
    assert "in place of a server): 1." in told


def test_a_best_point_does_not_repeat_the_load_of_its_label() -> None:
    points = [
        point(
            load,
            conditions={"concurrency": load},
            values={"output_throughput": float(load), "mean_ttft_ms": 9.0},
            status="VALID",
        )
        for load in (1, 2)
    ]
    best = view_of(*points).best
    assert [(each.label, each.where) for each in best] == [
        ("Output throughput", "concurrency 2"),
        ("Mean TTFT at concurrency 2", ""),
    ]


def test_reasons_that_differ_in_figures_only_are_counted_together_the_worst_first() -> (
    None
):
    view = view_of(
        *(
            point(
                n,
                status="SUSPECT",
                reasons=[f"{n} requests of 1,00{n} failed."],
            )
            for n in range(1, 4)
        ),
        point(9, status="INVALID", reasons=["Nothing was measured."]),
    )
    assert [
        (tally.status, tally.points, tally.text) for tally in view.reasons
    ] == [
        ("INVALID", 1, "Nothing was measured."),
        ("SUSPECT", 3, "1–3 requests of 1,001–1,003 failed."),
    ]


def test_points_of_tools_without_a_verdict_are_said_to_be_so() -> None:
    view = view_of(point(tool="vllm"), point(1, status="VALID"))
    assert [(tally.text, tally.points) for tally in view.verdicts] == [
        ("VALID", 1),
        ("no verdict", 1),
    ]
    assert any("gives no verdict" in sentence for sentence in view.sentences)


def test_a_rehearsal_is_said_to_be_one() -> None:
    assert any(
        "rehearsal" in sentence
        for sentence in view_of(
            point(conditions={"rehearsal": "quick"})
        ).sentences
    )
    assert not any(
        "rehearsal" in sentence for sentence in view_of(point()).sentences
    )


def test_the_best_point_is_never_an_invalid_one() -> None:
    points = [
        point(n, values={"output_throughput": value}, status=status)
        for n, (value, status) in enumerate(
            [(10.0, "VALID"), (99.0, "INVALID")]
        )
    ]
    (best,) = best_points(points, ["a", "a"])
    assert (best.metric.name, best.point) == ("output_throughput", 0)


def test_latencies_are_compared_at_the_load_that_most_series_share() -> None:
    loads = [("a", 1, 10.0), ("a", 8, 50.0), ("b", 8, 40.0), ("b", 16, 5.0)]
    points = [
        point(n, conditions={"concurrency": load}, values={"p99_ttft_ms": ttft})
        for n, (_, load, ttft) in enumerate(loads)
    ]
    series = [name for name, _, _ in loads]
    assert common_load(points, range(4), series) == ("concurrency", 8.0)
    (best,) = best_points(points, series)
    assert (best.point, best.at) == (2, ("concurrency", 8.0))


def test_a_rate_is_a_load_too_and_no_load_is_none() -> None:
    assert common_load(
        [point(conditions={"request_rate": 4.0})], [0], ["a"]
    ) == (
        "request_rate",
        4.0,
    )
    assert (
        common_load(
            [point(conditions={"request_rate": float("inf")})], [0], ["a"]
        )
        is None
    )


def test_a_title_is_the_campaign_or_the_directory() -> None:
    assert view_of(point(conditions={"campaign": "pcie"})).title == "pcie"
    assert (
        view_of(point(), paths=[Path("/somewhere/results")]).title == "results"
    )
    assert (
        make_view(
            Collection((point(),)), language="en", title="Mine", written="today"
        ).title
        == "Mine"
    )


def test_metrics_are_defined_only_where_they_are_shown() -> None:
    names = [
        name for name, _ in view_of(point(values={"mean_ttft_ms": 1.0})).method
    ]
    assert "TTFT" in names
    assert "ITL" not in names


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    view = make_view(study(), language=language, title=None, written="today")
    assert all(view.sentences)
    labels = {
        each["name"]: each["label"] for each in view.explorer["conditions"]
    }
    series = {"en": "Series", "zh-CN": "系列", "zh-TW": "系列"}
    assert labels["series"] == series[language]
    assert labels["tp"] == "TP"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_points_are_no_reason_to_fail(language: str) -> None:
    assert len(view_of(language=language).sentences) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234.5, "1,234"),
        (12.3456, "12.35"),
        (0.00012345, "0.0001234"),
        (0.0, "0"),
    ],
)
def test_figures_have_four_digits(value: float, text: str) -> None:
    assert four_digits(value) == text


# ---- run directories


def recorded(
    description: Any, summary: Any = None, verdict: Any = None
) -> Point:
    return point(recorded=recorded_in(description, summary, verdict))


DESCRIPTION = {
    "inferometer_version": "0.1.0",
    "environment": {
        "hostname": "bench",
        "kernel": "6.1",
        "cpu": {"model": "EPYC", "logical": 64, "governor": "performance"},
        "memory": {"total_bytes": 64 << 30},
        "server": {"version": "0.32.0"},
    },
    "spec": {
        "server": {
            "recipe": "vllm",
            "hardware": {
                "name": "C",
                "gpus": 2,
                "pcie_generation": 4,
                "pcie_width": 16,
            },
        }
    },
}
SUMMARY = {
    "events": {
        "stamp_sources": {"KERNEL": 990, "USER": 10},
        "shared_stamp_share": 0.02,
    },
    "metrics": {"client_delay": {"percentiles": {"p99": 0.25}}},
}


def test_environment_and_precision_come_from_runs() -> None:
    view = view_of(recorded(DESCRIPTION, SUMMARY), point(tool="vllm"))
    told = {listed.label: listed.values for listed in view.environment}
    assert told["Hardware, as declared"] == (("C: 2 GPU, PCIe 4 x16", 1),)
    assert told["CPU"] == (("EPYC × 64, performance", 1),)
    assert told["Memory"] == (("64 GiB", 1),)
    assert "99.00%" in view.precision[0]
    assert "0.25 ms" in view.precision[1]
    assert view.precision[-1].endswith(": 1.")


@pytest.mark.parametrize(
    ("recipe", "version", "engine"),
    [
        (None, "0.32.0", "vLLM"),
        ("running", "0.32.0", "vLLM"),
        ("old", "0.32.0", "old"),
        ("running", "0.32.0+inferometer.0.1.0", None),
    ],
)
def test_an_engine_that_the_campaign_does_not_name_is_known_by_its_counters(
    recipe: str | None, version: str, engine: str | None
) -> None:
    description = {
        "environment": {"server": {"version": version}},
        "spec": {"server": {"recipe": recipe}},
        "server_counters": {"engine": "vLLM"},
    }
    told = {
        listed.label: listed.values
        for listed in view_of(recorded(description)).environment
    }
    assert told.get("Engine") == (engine and ((engine, None),))


def test_what_hosts_can_take_is_told_by_the_run_that_used_most() -> None:
    runs = []
    for name, used in (("a", 0.1), ("b", 0.7), ("c", None)):
        precision = {
            "statement": f"This host: as {name}.",
            "used": {"events": used, "streams": 0.05},
        }
        runs.append(
            replace(
                recorded(DESCRIPTION, SUMMARY, {"precision": precision}),
                id=name,
            )
        )
    assert view_of(*runs).precision[0] == "b: This host: as b."
    assert view_of(runs[0]).precision[0] == "This host: as a."


@pytest.mark.parametrize(
    "verdict",
    [
        None,
        [],
        {"precision": None},
        {"precision": {"statement": 3, "used": [1]}},
    ],
)
def test_a_verdict_without_precision_tells_none(verdict: Any) -> None:
    assert (
        "99.00%"
        in view_of(recorded(DESCRIPTION, SUMMARY, verdict)).precision[0]
    )


def test_a_fact_of_all_points_is_not_counted() -> None:
    view = view_of(recorded(DESCRIPTION), recorded(DESCRIPTION))
    assert {listed.label: listed.values for listed in view.environment}[
        "Client host"
    ] == (("bench", None),)


@pytest.mark.parametrize(
    "description",
    [
        [],
        "text",
        None,
        {"environment": []},
        {
            "environment": {
                "cpu": 5,
                "memory": {"total_bytes": "x"},
                "server": {"version": {}},
            }
        },
    ],
)
def test_descriptions_of_another_shape_tell_nothing(description: Any) -> None:
    evidence = gather([recorded(description, {"events": 5, "metrics": [1]})])
    assert evidence.facts == {}
    assert not evidence.stamps


def test_a_point_without_a_run_tells_of_none() -> None:
    assert gather([point()]).runs == 0


def test_a_share_is_written_without_a_space_on_the_page_in_markdown_and_in_lines() -> (
    None
):
    points = [point(1, values={"gpu_utilization": 78.99}, status="VALID")]
    checked = check([parse_target("gpu_utilization > 70")], points)
    assert view_of(*points, checked=checked).aims[0].value == "78.99%"
    assert "| 78.99% |" in targets_as_markdown(checked)
    assert "78.99%" in target_lines(checked)[0]


def test_targets_and_ratings_are_on_the_page() -> None:
    points = [
        point(
            n,
            values={"output_throughput": 10.0 * n, "mean_ttft_ms": ttft},
            status="VALID",
        )
        for n, ttft in ((1, 50.0), (2, 150.0), (3, 160.0))
    ]
    targets = [
        parse_target(text)
        for text in (
            "output_throughput > 25",
            "mean_ttft_ms < 100",
            "gpu_utilization > 85",
        )
    ]
    view = view_of(*points, checked=check(targets, points))
    assert [
        (aim.target, aim.value, aim.status, aim.result) for aim in view.aims
    ] == [
        ("output_throughput > 25", "30 tok/s", "VALID", "reached"),
        ("mean_ttft_ms < 100", "160 ms", "INVALID", "missed"),
        ("gpu_utilization > 85", "", "", "not checked"),
    ]
    assert view.aims[2].reason == "the machine was not sampled"
    chinese = view_of(*points, checked=check(targets, points), language="zh-CN")
    assert [(aim.result, aim.reason) for aim in chinese.aims[1:]] == [
        ("未达标", "该负载未达到"),
        ("未检查", "没有对机器采样"),
    ]
    assert [(listed.label, listed.values) for listed in view.ratings] == [
        ("Mean TTFT", (("excellent", 1), ("good", 2)))
    ]
    invalid = replace(points[0], id="invalid", status="INVALID")
    assert view_of(*points, invalid).ratings == view.ratings
    page = render(view)
    assert "missed" in page
    assert "<span>excellent × 1, </span><wbr><span>good × 2</span>" in page


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (12.69, "12.69"),
        (11.9996, "12.00"),
        (541.02, "541.0"),
        (0.012, "0.01200"),
        (12.0, "12"),
        (0.0, "0"),
        (999.96, "1,000"),
        (12345.6, "12,346"),
        (-15.3, "-15.30"),
    ],
)
def test_measured_numbers_keep_the_zeros_that_were_measured(
    value: float, told: str
) -> None:
    assert measured(value) == told


def test_a_point_without_a_verdict_stands_out_only_where_none_has_one() -> None:
    unjudged = point(0, values={"output_throughput": 99.0}, tool="vllm")
    judged = point(1, values={"output_throughput": 10.0}, status="VALID")
    assert [
        best.point for best in best_points([unjudged, judged], ["a", "a"])
    ] == [1]
    assert [best.point for best in best_points([unjudged], ["a"])] == [0]


def test_numbers_at_a_glance_are_in_their_order() -> None:
    view = view_of(
        *(
            point(n, conditions={"concurrency": load, "model": "m"})
            for n, load in enumerate((4, 16, 1))
        )
    )
    (loads,) = [
        listed.values for listed in view.glance if listed.label == "Concurrency"
    ]
    assert [value for value, _ in loads] == ["1", "4", "16"]


def test_a_command_has_the_address_of_its_server_and_none_in_a_rehearsal() -> (
    None
):
    """A rehearsal listens at whatever port is free, which no server had."""

    def commands(stood_in: dict[str, Any]) -> list[tuple[str, int | None]]:
        runs = [
            recorded(
                {
                    "spec": {
                        "server": {
                            "command": [
                                "serve",
                                *["--volume", "{hf_cache}:/cache"] * 20,
                                *["--port", "{port}"],
                            ],
                            **stood_in,
                        },
                        "target": {"base_url": f"http://127.0.0.1:{port}"},
                    }
                }
            )
            for port in (8000, 8001)
        ]
        (listed,) = view_of(*runs).environment
        return list(listed.values)

    serve = f"serve {'--volume HF_CACHE:/cache ' * 20}--port"
    assert commands({}) == [(f"{serve} 8000", 1), (f"{serve} 8001", 1)]
    for each in ("embedded", "simulated"):
        rehearsal = {each: {"card": "r9700"}}
        assert commands(rehearsal) == [(f"{serve} PORT", None)]


def test_what_could_not_be_read_is_told_in_the_language_of_the_page() -> None:
    problems = (Said("problem.no_path"), "Other people's words.")
    told = view_of(problems=problems, language="zh-CN").problems
    assert told == (
        Words("zh-CN").text("problem.no_path"),
        "Other people's words.",
    )
