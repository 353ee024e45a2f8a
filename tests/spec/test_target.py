"""Targets as they are written, and what is refused."""

from __future__ import annotations

import pytest

from inferometer.spec.target import (
    Threshold,
    Where,
    campaign_target,
    parse_target,
)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("p99_ttft_ms<200", Threshold("p99_ttft_ms", "<", 200.0)),
        (" p99.9_ttft_ms  <=  1e3 ", Threshold("p99.9_ttft_ms", "<=", 1000.0)),
        (
            "any output_throughput > 1800",
            Threshold("output_throughput", ">", 1800.0, "any"),
        ),
        ("every failed<=0", Threshold("failed", "<=", 0.0, "every")),
        (
            "mean_tpot_ms < 50 if tp=1, concurrency<=32",
            Threshold(
                "mean_tpot_ms",
                "<",
                50.0,
                None,
                (Where("tp", "=", "1"), Where("concurrency", "<=", "32")),
            ),
        ),
        (
            "completed>=1 if model=org/Name-7B v2",
            Threshold(
                "completed",
                ">=",
                1.0,
                None,
                (Where("model", "=", "org/Name-7B v2"),),
            ),
        ),
    ],
)
def test_a_target_is_read_and_written_again(
    text: str, target: Threshold
) -> None:
    assert parse_target(text) == target
    assert parse_target(str(target)) == target


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("p99_ttft_ms", "is no target"),
        ("p99_ttft_ms == 3", "is no target"),
        ("p99_ttft_ms < fast", "is no target"),
        ("<200", "is no target"),
        ("p99_ttft_ms<200ms", "is no target"),
        ("p99_ttft_ms<200 if", "is no target"),
        ("p99_ttft_ms<200 if tp", "'tp' is no condition"),
        ("p99_ttft_ms<200 if tp=1,", "'' is no condition"),
        ("p99_ttft_ms<200 if config<B", "compares with what is not a number"),
    ],
)
def test_what_is_no_target_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_target(text)


def test_a_campaign_names_the_metric_by_its_key() -> None:
    assert campaign_target("output_throughput", "> 1800") == Threshold(
        "output_throughput", ">", 1800.0
    )
    assert campaign_target("p99_itl_ms", "any < 100 if tp=1") == Threshold(
        "p99_itl_ms", "<", 100.0, "any", (Where("tp", "=", "1"),)
    )
    with pytest.raises(ValueError, match="wants a comparison such as"):
        campaign_target("output_throughput", "about 1800")


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        (Where("tp", "=", "2"), True),
        (Where("tp", "=", "2.0"), True),
        (Where("tp", ">", "2"), False),
        (Where("tp", "<=", "2"), True),
        (Where("model", "=", "7B"), True),
        (Where("model", "=", "7b"), False),
        (Where("model", "<", "8"), False),
        (Where("config", "=", "C"), False),
    ],
)
def test_conditions(where: Where, holds: bool) -> None:
    assert where.holds({"tp": 2, "model": "7B", "config": None}) is holds
