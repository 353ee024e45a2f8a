"""Tables of points against golden files; names that would be markup or formulas elsewhere stay
names.

UPDATE_GOLDEN=1 writes the golden files anew: read them before you commit them.
"""

from __future__ import annotations

import csv
import io
import os
import sys
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from rich.console import Console

from inferometer.analysis.targets import check
from inferometer.report.tables.columns import confidence_of, figure
from inferometer.report.tables.delimited import points_as_csv, points_as_dcu_csv
from inferometer.report.tables.markdown import (
    points_as_markdown,
    targets_as_markdown,
    text_in_markdown,
)
from inferometer.report.tables.workbook import NoExcelError, write_workbook
from inferometer.report.targets import target_lines
from inferometer.report.terminal import MAX_ROWS, course, tables_of
from inferometer.results import Collection, Point, Range, Status
from inferometer.results.frames import Frames
from inferometer.results.point import RunFiles
from inferometer.spec.target import parse_target
from inferometer.words import Said, Words
from tests.report.page_points import point as page_point

GOLDEN = Path(__file__).parent.parent / "golden"

HOSTILE = '=HYPERLINK("x")|<b>`*\n# head'


def point(
    concurrency: int,
    throughput: float,
    *,
    model: str = "7B",
    status: Status = "VALID",
    reason: str = "",
) -> Point:
    return Point(
        id=f"{model}/c{concurrency}",
        source=Path(f"results/{concurrency}.json"),
        tool="inferometer",
        conditions={
            "model": model,
            "tp": 1,
            "input_len": 1024,
            "output_len": 128,
            "max_concurrency": concurrency,
            "concurrency": concurrency,
            "request_rate": float("inf"),
        },
        values={
            "output_throughput": throughput,
            "total_token_throughput": throughput * 9,
            "mean_ttft_ms": 57.65 * concurrency,
            "p99_ttft_ms": 1234.5 * concurrency,
            "mean_tpot_ms": 33.43,
            "mean_itl_ms": 33.5,
        },
        intervals={"output_throughput": Range(throughput - 1, throughput + 2)}
        if concurrency > 1
        else {},
        status=status,
        reasons=(reason,) if reason else (),
    )


POINTS = (
    point(1, 29.74),
    point(
        8, 221.5, status="SUSPECT", reason="The client waited 31 ms for a core."
    ),
    point(
        32,
        812.25,
        status="SUSPECT",
        reason="The client waited 31 ms for a core.",
    ),
    point(
        1,
        31.0,
        model=HOSTILE,
        status="INVALID",
        reason="3 of 8 requests | failed.",
    ),
)
FRAMES = Frames(Collection(POINTS))


def assert_golden(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def printed(points: tuple[Point, ...], *, ascii_only: bool = False) -> str:
    out = io.StringIO()
    console = Console(file=out, width=80)
    for table in tables_of(points, ascii_only=ascii_only):
        console.print(table)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def test_markdown() -> None:
    assert_golden("points.md", points_as_markdown(POINTS))


@pytest.mark.parametrize("cheaper", [18.0, 9.0])
def test_a_cost_stands_beside_its_price(cheaper: float) -> None:
    """One price is said once, several are a column; without costs nobody needs it."""
    priced = [
        replace(
            POINTS[0],
            values={**POINTS[0].values, "cost_per_million_tokens": 50.83},
            conditions={**POINTS[0].conditions, "cost_per_hour": price},
        )
        for price in (18.0, cheaper)
    ]
    head, _, columns, _, row, *rest = points_as_markdown(priced).splitlines()
    assert rest[-1].startswith("Costs: prices name no currency")
    assert "Cost per million output tokens" in columns
    assert "50.83" in row
    assert ("cost_per_hour 18" in head) == (cheaper == 18.0)
    assert ("cost_per_hour" in columns) == (cheaper != 18.0)
    unpriced = [replace(each, values=POINTS[0].values) for each in priced]
    assert "cost" not in points_as_markdown(unpriced)


def test_markdown_of_targets() -> None:
    targets = [
        parse_target(text)
        for text in (
            "output_throughput > 800",
            "p99_ttft_ms < 2000",
            "scaling_efficiency > 95",
        )
    ]
    assert_golden("targets.md", targets_as_markdown(check(targets, POINTS)))


def test_markdown_in_chinese_has_no_english_but_terms() -> None:
    """Heads, conditions, ratings, notes and targets; names, units and verdicts stay."""
    words = Words("zh-CN")
    targets = [parse_target("output_throughput > 800")]
    text = points_as_markdown(POINTS, words=words) + targets_as_markdown(
        check(targets, POINTS), words
    )
    for said in ("输入长度 1024", "并发数", "评级", "需优化", "判定"):
        assert said in text
    for said in ("目标", "部署", "对应测试点", "是否达标", "**否**"):
        assert said in text
    for key in ("concurrency", "input_len", "rating", "verdict", "reached"):
        assert key not in text


def test_what_files_call_their_settings_is_no_markup() -> None:
    """Neither where all points share it, nor in the head of a table."""
    for values in ("xx", "xy"):
        told = [
            replace(
                POINTS[0], conditions={**POINTS[0].conditions, HOSTILE: value}
            )
            for value in values
        ]
        text = points_as_markdown(told)
        assert text_in_markdown(HOSTILE) in text
        assert "<b>" not in text.replace("\\<", "")
        assert "\n# head" not in text


def test_every_row_of_markdown_has_as_many_cells_as_the_head() -> None:
    rows = [
        line
        for line in points_as_markdown(POINTS).splitlines()
        if line.startswith("|")
    ]
    assert {row.replace("\\|", "").count("|") for row in rows} == {
        rows[0].count("|")
    }
    assert len(rows) == 2 + len(POINTS)


def test_csv() -> None:
    assert_golden("points.csv", points_as_csv(FRAMES))


def test_no_cell_of_a_csv_is_a_formula() -> None:
    rows = list(csv.reader(io.StringIO(points_as_csv(FRAMES))))
    assert len({len(row) for row in rows}) == 1
    assert rows[4][rows[0].index("model")] == "'" + HOSTILE
    assert not any(
        cell.startswith(("=", "+", "@")) for row in rows for cell in row
    )


def test_no_cell_of_a_csv_drives_a_terminal() -> None:
    text = points_as_csv(
        Frames(Collection((point(1, 30.0, model="\x1b[31mred\x9b1m\nline"),)))
    )
    assert "?[31mred?1m\nline" in text
    assert "\x1b" not in text


def test_the_columns_of_the_dcu_script() -> None:
    assert_golden("points_dcu.csv", points_as_dcu_csv(POINTS))


def test_a_workbook_holds_everything_and_computes_nothing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.xlsx"
    checked = check([parse_target("output_throughput > 800")], POINTS)
    assert write_workbook(path, FRAMES, checked) == []
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [
        "summary",
        "points",
        "targets",
        "requests",
        "environment",
    ]
    cells = [
        cell for sheet in book for row in sheet.iter_rows() for cell in row
    ]
    assert "f" not in {cell.data_type for cell in cells}
    assert all(cell.hyperlink is None for cell in cells)
    head, *rows = list(book["points"].iter_rows(values_only=True))
    assert [row[head.index("output_throughput")] for row in rows] == [
        29.74,
        221.5,
        812.25,
        31.0,
    ]
    assert rows[3][head.index("model")] == HOSTILE
    assert rows[0][head.index("p90_itl_ms")] is None
    assert rows[0][head.index("request_rate")] == "inf"


def test_what_is_more_than_a_sheet_holds_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inferometer.report.tables.workbook.MAX_ROWS", 2)
    told = write_workbook(tmp_path / "x.xlsx", FRAMES)
    assert (
        "The sheet points has the first 2 of 4 rows; --parquet writes all of them."
        in told
    )


def test_without_its_package_a_workbook_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(NoExcelError, match="pip install"):
        write_workbook(tmp_path / "x.xlsx", FRAMES)
    assert not list(tmp_path.iterdir())


def test_few_points_on_a_terminal() -> None:
    assert_golden("terminal_points.txt", printed(POINTS))


def test_many_points_on_a_terminal() -> None:
    many = tuple(
        point(c, 30.0 * c, model=model)
        for model in ("7B", "14B")
        for c in range(1, MAX_ROWS)
    )
    assert_golden(
        "terminal_curves.txt", printed(many) + printed(many, ascii_only=True)
    )


def test_nothing_on_a_terminal() -> None:
    assert printed(()) == ""


def test_names_do_not_drive_a_terminal() -> None:
    points = (point(1, 30.0, model="\x1b[31m[red]7B"), point(1, 31.0))
    assert "\x1b" not in printed(points)
    assert "?[31m[red]7B" in printed(points)
    assert "\x1b" not in "".join(
        target_lines(check([parse_target("output_throughput > 1")], points))
    )


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("mean_ttft_ms", "mean_ttft_ms"),
        ("_slant_", "\\_slant\\_"),
        ("a__b", "a\\_\\_b"),
        ("| a\n<b>", "\\| a \\<b\\>"),
    ],
)
def test_text_in_markdown(name: str, written: str) -> None:
    assert text_in_markdown(name) == written


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([], ""),
        ([None, None], ""),
        ([1.0, 1.0], "▁▁"),
        ([0.0, None, 7.0], "▁ █"),
        ([float(i) for i in range(100)], "▁▂▃▃▄▅▆▆▇█"),
    ],
)
def test_a_course(values: list[float | None], drawn: str) -> None:
    assert course(values) == drawn


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (0.0, "0"),
        (0.01234, "0.0123"),
        (29.744, "29.74"),
        (1234.56, "1,234.6"),
        (2e9, "2,000,000,000"),
    ],
)
def test_figures(value: float | None, text: str) -> None:
    assert figure(value) == text


def test_the_csv_is_read_back_as_the_frame_that_it_was() -> None:
    back = pl.read_csv(
        io.StringIO(points_as_csv(FRAMES)), infer_schema_length=None
    )
    assert (
        back["output_throughput"].to_list()
        == FRAMES.points["output_throughput"].to_list()
    )


def test_the_dcu_table_has_the_data_type_that_the_server_was_started_with() -> (
    None
):
    command = ["vllm", "serve", "m", "--dtype", "float16"]
    started = RunFiles({"spec": {"server": {"command": command}}})
    points = [
        replace(point(1, 30.0), conditions={"dtype": "AWQ"}),
        replace(point(2, 30.0), recorded=started),
        point(4, 30.0),
    ]
    rows = points_as_dcu_csv(points).splitlines()[1:]
    assert [row.split(",")[1] for row in rows] == ["AWQ", "float16", ""]


def test_a_table_says_when_costs_are_in_several_currencies() -> None:
    costs = {"cost_per_million_tokens": 2.0}
    one, other = (
        replace(point(1, 30.0), conditions=told, values=costs)
        for told in ({"currency": "$"}, {"tp": 1})
    )
    chinese = Words("zh-CN")
    assert "成本：价格" in points_as_markdown([one, other], words=chinese)
    assert "成本：" not in points_as_markdown([one, one], words=chinese)


def test_intervals_of_a_twin_are_called_what_they_are() -> None:
    measured = page_point(values={"mean_ttft_ms": 10.0})
    wide = Range(5.0, 20.0, 0.9, "twin")
    simulated = replace(measured, predicted={"mean_ttft_ms": wide})
    assert confidence_of([measured], ["mean_ttft_ms"]) == 95
    assert confidence_of([measured, simulated], ["mean_ttft_ms"]) == 90
    assert confidence_of([simulated], ["output_throughput"]) == 95


def test_rates_that_nobody_verified_are_said_below_the_table() -> None:
    rates = Said("note.unverified", {"card": "k", "rates": ["x = 1"]})
    told = points_as_markdown([replace(page_point(), notes=(rates,))] * 2)
    assert told.count(str(rates)) == 1
    assert str(rates) not in points_as_markdown([page_point()])
