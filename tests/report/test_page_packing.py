"""Rows of figures come out of the page's columns as they went in, but for digits nobody sees."""

from __future__ import annotations

import math
from typing import Any

import orjson
import pytest

from inferometer.report.figures.drawing import Row
from inferometer.report.page.packing import packed, rounded


def unpacked(columns: dict[str, Any]) -> list[Row]:
    """As assets/figures.js does it."""
    rows: list[Row] = [{} for _ in range(columns["length"])]
    for column in columns["columns"]:
        words = column.get("words")
        for row, value in zip(rows, column["data"], strict=True):
            if value is not None:
                row[column["name"]] = value if words is None else words[value]
    return rows


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{}, {"x": 1}],
        [{"x": 1.5, "curve": "a"}, {"curve": "b", "x": 2}, {"curve": "a"}],
        [{"mark": True, "on": "line"}, {"mark": False}, {"mark": 1}],
        [{"of": [1, 2]}, {"of": [1, 2]}, {"of": []}],
        [{"at": "7"}, {"at": 7}, {"at": "<script>"}],
    ],
)
def test_rows_come_out_as_they_went_in(rows: list[Row]) -> None:
    found = unpacked(orjson.loads(orjson.dumps(packed(rows, {}))))
    assert found == rows
    assert [[*map(type, row.values())] for row in found] == [
        [type(row[name]) for name in each]
        for row, each in zip(rows, found, strict=True)
    ]


def test_a_text_is_there_once() -> None:
    rows: list[Row] = [{"curve": "a long name"}] * 100
    assert orjson.dumps(packed(rows, {})).count(b"a long name") == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.23456789, 1.23457),
        (0.000123456789, 0.000123457),
        (46.0, 46),
        (7, 7),
        (123456.7, 123457),
        (1_767_225_600_123.4, 1_767_225_600_123),
        (math.inf, None),
        (math.nan, None),
    ],
)
def test_figures_keep_the_digits_that_tell(
    value: float, expected: float | None
) -> None:
    assert rounded(value) == expected
