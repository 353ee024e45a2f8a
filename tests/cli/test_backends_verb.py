"""`inferometer backends`, and the same table in docs/backends.md: UPDATE_GOLDEN=1 writes it."""

from __future__ import annotations

import re

from typer.testing import CliRunner

from inferometer.cli.backends import HEADINGS, rows
from inferometer.cli.main import app
from inferometer.cli.tables import markdown_table
from inferometer.protocol import PROTOCOLS
from tests.cli.generated_table import cells, check_document

UNCARRIED = "`sessions` of a file, `random-mm`, pictures and tools of rows"


def table() -> str:
    return markdown_table(HEADINGS, rows())


def test_the_documentation_has_the_table() -> None:
    check_document("backends", table())


def test_the_command_prints_it_as_markdown() -> None:
    said = CliRunner().invoke(app, ["backends", "--markdown"])
    assert (said.exit_code, said.output) == (0, table())


def test_into_a_pipe_go_lines_of_columns_without_markdown() -> None:
    said = CliRunner().invoke(app, ["backends"])
    lines = said.output.splitlines()
    assert said.exit_code == 0
    assert len(lines) == len(rows()) + 1
    for line, row in zip(lines, (HEADINGS, *rows()), strict=True):
        assert re.split(r"  +", line) == [cell.replace("`", "") for cell in row]


def test_every_backend_has_its_place_once() -> None:
    headings, rule, *rows = [cells(line) for line in table().splitlines()]
    assert all(set(cell) == {"-"} for cell in rule)
    assert {len(row) for row in (headings, rule, *rows)} == {9}
    named = [name for row in rows for name in re.findall(r"`(.+?)`", row[0])]
    assert sorted(named) == sorted(PROTOCOLS)


def test_a_row_says_what_the_backend_says() -> None:
    by_name = {row[0]: row for row in map(cells, table().splitlines())}
    assert by_name["`tgi`"][2:] == [
        "`/generate_stream`",
        "text",
        "exact",
        "at most",
        "the server's count",
        "by request",
        UNCARRIED,
    ]
    assert by_name["`tensorrt-llm`"][4:] == [
        "about",
        "exact",
        "one an event",
        "no",
        UNCARRIED,
    ]
    assert by_name["`openai`, `vllm`"][3] == "token ids, text"
    assert by_name["`openai-chat`"][8] == "nothing"
