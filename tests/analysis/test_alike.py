"""Sentences that differ in their figures alone become one that is true of all of them."""

from __future__ import annotations

import pytest

from inferometer.analysis.alike import grouped, merged, skeleton


@pytest.mark.parametrize(
    ("sentences", "one"),
    [
        (["10.2% of the events came late."], "10.2% of the events came late."),
        (
            ["10.2% of the events came late.", "2.1% of the events came late."],
            "2.1–10.2% of the events came late.",
        ),
        (
            [
                "共用：10.2% 的事件和 0.0% 的首个事件。",
                "共用：2.1% 的事件和 0.0% 的首个事件。",
            ],
            "共用：2.1–10.2% 的事件和 0.0% 的首个事件。",
        ),
        (
            ["占1,024个，共8。", "占64个，共8。", "占500个，共8。"],
            "占64–1,024个，共8。",
        ),
        (["error ±0.021 ms", "error ±0.3 ms"], "error ±0.021–0.3 ms"),
    ],
)
def test_figures_that_differ_become_a_range(
    sentences: list[str], one: str
) -> None:
    assert len(grouped(sentences)) == 1
    assert merged(sentences) == one


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (
            "its neighbours g/np4 and g/np16 suggest 905",
            "its neighbours g/np8 and g/np32 suggest 905",
        ),
        ("2 requests failed (2 × 503)", "2 requests failed (2 × 429)"),
        ("请求失败：HTTP 503 × 2", "请求失败：HTTP 429 × 2"),
        ("version 0.32.0 of the server", "version 0.33.0 of the server"),
        ("measured on 2026-11-28", "measured on 2026-11-29"),
        ("beyond p99 TTFT", "beyond p90 TTFT"),
        ("1 request failed", "2 requests failed"),
    ],
)
def test_names_versions_dates_and_statuses_have_no_range(
    a: str, b: str
) -> None:
    assert grouped([a, b]) == [[a], [b]]


def test_an_endless_text_of_a_stranger_takes_no_time() -> None:
    text = "1 " * 1_000_000
    assert len(skeleton(text)) <= 1000
    assert merged([text, text]) == text


def test_groups_are_in_the_order_of_their_first_sentence() -> None:
    assert grouped(["b 1", "a 1", "b 2"]) == [["b 1", "b 2"], ["a 1"]]
