"""A campaign's tables on terminals of all widths: bars give way, numbers do not."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from inferometer.report.rated import ratings_in_words
from inferometer.report.terminal import BAR, FULL, tables_of
from inferometer.results import Condition, Point
from inferometer.words import Words

THROUGHPUT = 123_456.7


def repeated(*, rates: bool) -> list[Point]:
    """Points of four loads, measured twice each; `rates` makes a third condition differ."""
    return [
        Point(
            id=f"c{load}#{repeat}",
            source=Path("results"),
            tool="inferometer",
            conditions=_conditions(load, repeat, rates=rates),
            values={
                "output_throughput": THROUGHPUT / 8 * load,
                "mean_ttft_ms": 1234.56,
                "p99_ttft_ms": 12345.6,
                "mean_tpot_ms": 123.45,
                "p99_tpot_ms": 1234.56,
            },
            intervals={},
            samples={},
            status="SUSPECT",
            reasons=(),
            run=None,
            notes=(),
        )
        for load in (1, 2, 4, 8)
        for repeat in (1, 2)
    ]


def _conditions(load: int, repeat: int, *, rates: bool) -> dict[str, Condition]:
    return {
        "concurrency": load,
        "max_concurrency": load,
        "repeat": repeat,
        "request_rate": load / 8 if rates else float("inf"),
    }


def printed(points: list[Point], width: int) -> str:
    out = io.StringIO()
    for table in tables_of(points):
        Console(file=out, width=width).print(table)
    return out.getvalue()


@pytest.mark.parametrize(
    "rates", [False, True], ids=["two loads", "three loads"]
)
@pytest.mark.parametrize("width", [80, 100, 200])
def test_no_number_and_no_head_is_cut_off(width: int, rates: bool) -> None:
    text = printed(repeated(rates=rates), width)
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
    assert text.count("123,456.7") == text.count("1,234.6  12,345.6") / 4 == 2
    assert text.count("SUSPECT") == 8
    assert "TTFT ms" in text
    assert "verdict" in text


def test_the_longest_bar_fills_what_is_there_and_the_others_their_share_of_it() -> (
    None
):
    wide = [
        line.count(FULL)
        for line in printed(repeated(rates=False), 200).splitlines()
        if "SUSPECT" in line
    ]
    assert wide == [2, 2, 3, 3, 6, 6, BAR, BAR]
    narrow = [
        line.count(FULL)
        for line in printed(repeated(rates=True), 80).splitlines()
        if "SUSPECT" in line
    ]
    assert 0 < narrow[-1] < BAR
    assert narrow == sorted(narrow)


def test_hits_of_the_cache_have_a_column_where_caching_is_the_question() -> (
    None
):
    plain = repeated(rates=False)[:2]
    asked = [
        replace(
            each,
            conditions={**each.conditions, "cache": "warm"},
            values={**each.values, "cached_share": 93.75},
        )
        for each in plain
    ]
    heads = [
        [str(column.header) for column in table.columns]
        for points in (plain, asked)
        for table in tables_of(points)
    ]
    assert ["hit %" in each for each in heads] == [False, True]


def test_ratings_are_counted_on_a_line() -> None:
    points = repeated(rates=False)
    good = [
        replace(points[0], values={"mean_ttft_ms": 150.0, "mean_tpot_ms": 10.0})
    ]
    invalid = [replace(points[0], status="INVALID")]
    assert ratings_in_words([*good, *points[:2], *invalid], Words()) == (
        "Ratings: Mean TTFT good × 1, needs work × 2; Mean TPOT excellent × 1, fair × 2"
    )
    assert ratings_in_words(invalid, Words()) == ""
