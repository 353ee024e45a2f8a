"""Tables on a terminal: nothing is cut off, however narrow it is."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from inferometer.analysis.ratings import RATED
from inferometer.cli import backends, datasets
from inferometer.cli.run_ending import RunRequest, show_answers, show_results
from inferometer.cli.tables import aligned, markdown_table, show
from inferometer.cli.telling import notice
from inferometer.report.rated import ratings_in_words
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.words import Words
from tests.campaign.tiny_campaign import tiny_campaign
from tests.report.test_answers import runs

TABLES = [
    (backends.HEADINGS, backends.rows()),
    (datasets.HEADINGS, datasets.rows()),
]


def on_terminal(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: int,
    columns: int,
) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    show(*TABLES[number])
    return [
        re.sub(r"\x1b\[[0-9;]*m", "", line)
        for line in capsys.readouterr().out.splitlines()
    ]


@pytest.mark.parametrize("number", range(len(TABLES)))
@pytest.mark.parametrize("columns", [80, 100, 120, 250])
def test_a_table_fits_the_terminal_and_keeps_every_word(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: int,
    columns: int,
) -> None:
    lines = on_terminal(monkeypatch, capsys, number, columns)
    assert max(map(len, lines)) <= columns
    shown = {word for line in lines for word in line.split()}
    headings, rows = TABLES[number]
    cells = [cell.replace("`", "") for row in (headings, *rows) for cell in row]
    assert {word for cell in cells for word in cell.split()} - shown == set()


@pytest.mark.parametrize("columns", range(40, 120, 8))
def test_the_ends_of_an_interval_stand_on_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    columns: int,
) -> None:
    said = "1,234.5 (1,100.0 … 1,300.0)"
    table = (["point", "a", "b"], [["n=8 c=1", said, f"{said} at the rate"]])
    monkeypatch.setitem(globals(), "TABLES", [table])
    lines = on_terminal(monkeypatch, capsys, 0, columns)
    assert max(map(len, lines)) <= columns
    assert " ".join(lines).count("(1,100.0 … 1,300.0)") == 2


def test_a_wide_terminal_has_one_table_and_a_narrow_one_several(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [
        sum(
            "--backend" in line
            for line in on_terminal(monkeypatch, capsys, 0, columns)
        )
        for columns in (80, 120, 170)
    ]
    assert found == [3, 2, 1]


def test_words_are_to_the_left_and_numbers_to_the_right() -> None:
    rows = [("a", "1"), ("bcd", "200")]
    assert list(aligned(("w", "number"), rows, left={0})) == [
        "w    number",
        "a         1",
        "bcd     200",
    ]
    assert markdown_table(("w", "number"), rows) == (
        "| w   | number |\n| --- | ------ |\n| a   | 1      |\n| bcd | 200    |\n"
    )


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (160, "a 100.05"),
        (60, "Output throughput (tok/s) at concurrency 8 100.05"),
    ],
)
def test_an_answer_that_is_too_wide_has_a_cell_a_line(
    columns: int,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    show_answers(
        [*runs([100.0, 100.1], engine="a"), *runs([50.0, 50.1], engine="b")]
    )
    lines = capsys.readouterr().out.splitlines()
    assert any(" ".join(each.split()).startswith(line) for each in lines)


def test_the_ratings_of_a_campaign_fit_the_terminal(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    rated = {"mean_ttft_ms": 150.0, "mean_tpot_ms": 10.0, "p99_ttft_ms": 9e3}
    points = {
        f"p{number}": replace(point, id=f"p{number}", values=rated)
        for number, point in enumerate(runs([100.0, 100.1]))
    }
    show_results(
        points,
        CampaignPaths(tmp_path, "c"),
        (),
        RunRequest(tiny_campaign(), (), (), (), (), RATED),
        rehearsal=False,
    )
    lines = capsys.readouterr().out.splitlines()
    begin = next(n for n, each in enumerate(lines) if "Ratings:" in each)
    told = lines[begin : lines.index("", begin)]
    assert max(map(len, told)) <= 40
    assert " ".join(map(str.strip, told)) == ratings_in_words(
        [*points.values()], Words()
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_sentences_end_at_the_edge_of_the_terminal_and_of_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    text = "inferometer: one two three four five six seven"
    for stream in (Terminal(), io.StringIO()):
        monkeypatch.setattr(sys, "stderr", stream)
        notice("one two three four five six seven")
        lines = stream.getvalue().splitlines()
        assert (lines == [text]) is not stream.isatty()
        assert " ".join(line.strip() for line in lines) == text
        assert max(map(len, lines)) <= 30 or not stream.isatty()
