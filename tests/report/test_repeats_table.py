"""What is told of repeats: in a table, and in a line where there are many points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from inferometer.report.repeats import render_repeats, repeats_in_lines
from inferometer.results import Point, Range
from inferometer.results.repeats import Repeat, spreads

BATCHES = "batch means"


def repeat(
    number: int, *, left_out: str = "", bounded: bool = True, **values: float
) -> Repeat:
    """Each of the values with an interval of ±1."""
    intervals = {
        name: Range(value - 1, value + 1, method=BATCHES)
        for name, value in values.items()
    }
    point = Point(
        "p", Path("p"), "inferometer", {}, values, intervals if bounded else {}
    )
    return Repeat(number, point, left_out)


def of_throughput(*values: float) -> list[Repeat]:
    return [
        repeat(number, output_throughput=value)
        for number, value in enumerate(values, 1)
    ]


def table(
    repeats: Sequence[Repeat], asked: int, **more: Sequence[str]
) -> list[str]:
    return render_repeats(repeats, asked=asked, **more).splitlines()


def test_a_row_for_each_number_that_is_reported() -> None:
    repeats = [
        repeat(
            number,
            output_throughput=100.0 + number,
            mean_ttft_ms=5.0,
            mean_e2el_ms=9.0,
        )
        for number in range(5)
    ]
    assert table(repeats, 5, metrics=("ttft",)) == [
        "================================== 5 Repeats ===================================",
        "                                      Mean        95% interval         Min – max",
        "Throughput of output (tok/s):       102.00     100.04 – 103.96   100.00 – 104.00",
        "TTFT, mean (ms):                      5.00         5.00 – 5.00       5.00 – 5.00",
        "================================================================================",
        "Run-to-run variation: Throughput of output varies 3.3 times as much between runs",
        "as the runs' own intervals explain. Something changes between runs: quote the",
        "interval over repeats.",
    ]


def test_few_runs_and_missing_ones_are_told() -> None:
    text = table(of_throughput(100.0, 101.0), 3)
    assert " 2 of 3 Repeats " in text[0]
    assert "The intervals are those of 2 runs:" in " ".join(text)
    alone = table(of_throughput(100.0), 3)
    assert " 1 of 3 Repeats " in alone[0]
    assert alone[2].endswith("100.00                 n/a   100.00 – 100.00")
    assert alone[-1] == "=" * 80


def test_what_does_not_count_is_named_and_no_part_of_the_numbers() -> None:
    left_out = repeat(2, left_out="INVALID", output_throughput=1.0)
    lines = table(
        [*of_throughput(100.0), left_out, Repeat(3, None, "failed")], 3
    )
    assert " 1 of 3 Repeats " in lines[0]
    assert lines[-1] == "Left out: 2 (INVALID), 3 (failed)."
    assert not any("1.00 –" in line for line in lines)
    assert table([left_out], 3) == ["Left out: 2 (INVALID)."]


def test_numbers_that_a_run_lacks_or_that_nobody_can_reckon_with_are_left_out() -> (
    None
):
    repeats = [
        repeat(1, output_throughput=1e200, mean_ttft_ms=5.0, mean_tpot_ms=1.0),
        repeat(2, output_throughput=1.0, mean_ttft_ms=6.0),
    ]
    assert list(spreads(repeats)) == ["mean_ttft_ms"]
    odd = Range(4.0, 6.0, confidence=7.0, method=BATCHES)
    point = Point(
        "p",
        Path("p"),
        "inferometer",
        {},
        {"mean_ttft_ms": 5.0},
        {"mean_ttft_ms": odd},
    )
    assert (
        spreads([Repeat(1, point), repeats[1]])["mean_ttft_ms"].variation
        is None
    )


def test_the_same_in_a_line_and_more_only_where_the_runs_differ() -> None:
    (line,) = repeats_in_lines(
        "g/np1", of_throughput(100.0, 100.1, 99.9, 100.0, 100.2), asked=5
    )
    assert line == "g/np1  5 repeats: 100.04 (99.90 – 100.18) tok/s"
    differing = of_throughput(100.0, 101.0, 102.0, 103.0, 104.0)
    head, *more = repeats_in_lines(
        "g/np2", [*differing, Repeat(6, None, "failed")], asked=6
    )
    assert head == "g/np2  5 of 6 repeats: 102.00 (100.04 – 103.96) tok/s"
    told = " ".join(line.strip() for line in more)
    assert told == " ".join(
        table([*differing, Repeat(6, None, "failed")], 6)[4:]
    )


@pytest.mark.parametrize("size", [1.0, 1e3, 1e4, 1e5, 1e6])
def test_columns_stay_apart_however_large_their_numbers(size: float) -> None:
    values = [1.234567 * size, 1.345678 * size, 1.456789 * size]
    row = table(of_throughput(*values), 3)[2]
    assert len(row.split(":")[1].replace(" – ", "–").split()) == 3
    assert len(row) <= 80


@pytest.mark.parametrize("rehearsal", ["simulated", "embedded"])
def test_equal_repeats_of_a_simulation_have_no_interval(rehearsal: str) -> None:
    repeats = [
        replace(
            each,
            point=replace(each.point, conditions={"rehearsal": rehearsal}),
        )
        for each in of_throughput(100.0, 100.0)
        if each.point
    ]
    is_simulated = rehearsal == "simulated"
    *lines, told = table(repeats, 2)[2:]
    (line,) = repeats_in_lines("p", repeats, asked=2)
    assert ("n/a" in lines[0]) == is_simulated
    assert ("because they are simulated" in " ".join(lines)) == is_simulated
    assert ("(" in line) != is_simulated
    assert told
