"""The tables of conditions and metrics agree with themselves, and a metric has one name."""

from __future__ import annotations

import pytest

from inferometer.vocabulary import (
    CONDITIONS,
    DISTINGUISHING,
    LATENCIES,
    LATENCY_NAMES,
    METRICS,
    ONE_A_REQUEST,
    SET_LOADS,
    SHOWN_LATENCIES,
    canonical,
    latencies_in,
    metric,
    metrics_in,
    of_role,
    percentile_name,
    settings_in,
    statistic_of,
)

INCIDENTAL = {
    *("campaign", "group", "label", "tag", "seed"),
    *("repeat", "cost_per_hour", "price_per_kwh", "pue", "currency", "date"),
    *("host", "tool_version"),
}
LOAD = {
    "num_prompts",
    "max_concurrency",
    "request_rate",
    "arrivals",
    "burstiness",
    "concurrency",
}
SUBJECT = {
    *("config", "gpus", "pcie_generation", "pcie_width"),
    *("engine", "engine_version", "address", "card", "stack", "origin"),
    "twin",
}


def test_every_condition_has_the_role_that_comparisons_rest_on() -> None:
    assert set(of_role("incidental")) == INCIDENTAL
    assert set(of_role("load")) == LOAD
    assert set(of_role("subject")) == SUBJECT
    assert (
        set(of_role("identity"))
        == CONDITIONS.keys() - INCIDENTAL - LOAD - SUBJECT
    )


def test_lines_join_points_that_differ_by_chance_or_by_hour_alone() -> None:
    joined = {
        name for name, each in CONDITIONS.items() if not each.parts_curves
    }
    assert joined == INCIDENTAL - {"campaign", "label", "host", "currency"}


def test_curves_are_told_apart_by_all_that_is_no_load_and_not_incidental() -> (
    None
):
    told = {
        *of_role("identity", "subject"),
        "tool",
        "burstiness",
        "label",
        "currency",
        "campaign",
        "group",
    }
    assert set(DISTINGUISHING) == told - {"model_id"}
    assert len(DISTINGUISHING) == len(set(DISTINGUISHING))


def test_a_key_in_a_file_tells_one_condition() -> None:
    keys = [key for each in CONDITIONS.values() for key in each.noted_as]
    assert len(keys) == len(set(keys))
    for tool in (
        "aiperf",
        "evalscope",
        "genai-bench",
        "guidellm",
        "sglang",
        "vllm",
    ):
        for names in (metrics_in(tool), latencies_in(tool), settings_in(tool)):
            assert len(names) == len(set(names.values()))


def test_the_names_of_latencies_are_one_list() -> None:
    assert tuple(LATENCIES) == LATENCY_NAMES
    assert {*ONE_A_REQUEST, *SHOWN_LATENCIES} == set(LATENCIES)
    assert set(SET_LOADS) < LOAD


def test_metrics_are_keyed_by_their_names() -> None:
    assert [each.name for each in METRICS.values()] == list(METRICS)
    assert all(
        METRICS[name].path for name in metrics_in("vllm") if name != "failed"
    )


def test_a_metric_finds_itself_in_a_summary() -> None:
    summary = {
        "counts": {"ok": 3},
        "metrics": {"ttft": {"percentiles": {"p99": 1.5}}},
    }
    assert METRICS["completed"].value_in(summary) == 3
    assert METRICS["p99_ttft_ms"].value_in(summary) == 1.5
    assert METRICS["mean_ttft_ms"].value_in(summary) is None
    assert METRICS["cost_per_million_tokens"].value_in(summary) is None


@pytest.mark.parametrize(
    ("typed", "name", "percentile"),
    [
        ("p99_ttft_ms", "p99_ttft_ms", 99),
        ("p95.0_itl_ms", "p95_itl_ms", 95),
        ("p99.90_e2el_ms", "p99.9_e2el_ms", 99.9),
        ("mean_tpot_ms", "mean_tpot_ms", None),
        ("std_itl_ms", "std_itl_ms", None),
    ],
)
def test_a_statistic_of_a_latency_has_one_name(
    typed: str, name: str, percentile: float | None
) -> None:
    found, described = statistic_of(typed), metric(typed)
    assert canonical(typed) == name
    assert found is not None
    assert found.percentile == percentile
    assert described is not None
    assert (described.name, described.unit, described.better) == (
        name,
        "ms",
        "lower",
    )


@pytest.mark.parametrize(
    "typed", ["p101_ttft_ms", "p99_ttft", "p99_lag_ms", "worst_ttft_ms", "p99"]
)
def test_what_is_no_statistic_of_a_latency_is_none(typed: str) -> None:
    assert statistic_of(typed) is None
    assert metric(typed) is None
    assert canonical(typed) == typed


def test_percentiles_are_named_by_one_rule() -> None:
    assert [percentile_name(p) for p in (99, 99.0, 99.9)] == [
        "p99",
        "p99",
        "p99.9",
    ]
