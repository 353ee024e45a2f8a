"""`inferometer datasets`, and the same table in docs/datasets.md: UPDATE_GOLDEN=1 writes it."""

from __future__ import annotations

import re

from typer.testing import CliRunner

from inferometer.cli.datasets import HEADINGS, rows
from inferometer.cli.flag_errors import flag_name
from inferometer.cli.main import app
from inferometer.cli.tables import markdown_table
from inferometer.spec.workload import DATASETS
from tests.cli.generated_table import cells, check_document


def table() -> str:
    return markdown_table(HEADINGS, rows())


def test_the_documentation_has_the_table() -> None:
    check_document("datasets", table())


def test_the_command_prints_it_as_markdown() -> None:
    said = CliRunner().invoke(app, ["datasets", "--markdown"])
    assert (said.exit_code, said.output) == (0, table())


def test_into_a_pipe_go_lines_of_columns_without_markdown() -> None:
    said = CliRunner().invoke(app, ["datasets"])
    lines = said.output.splitlines()
    assert said.exit_code == 0
    assert len(lines) == len(rows()) + 1
    for line, row in zip(lines, (HEADINGS, *rows()), strict=True):
        assert re.split(r"  +", line) == [cell.replace("`", "") for cell in row]


def test_every_data_set_has_its_place_once_with_all_its_flags() -> None:
    headings, rule, *rows = [cells(line) for line in table().splitlines()]
    assert all(set(cell) == {"-"} for cell in rule)
    assert {len(row) for row in (headings, rule, *rows)} == {4}
    named = [name for row in rows for name in re.findall(r"`(.+?)`", row[0])]
    assert sorted(named) == sorted(DATASETS)
    for row in rows:
        name = re.findall(r"`(.+?)`", row[0])[0]
        assert re.findall(r"`(.+?)`", row[3]) == [
            flag_name(flag) for flag in DATASETS[name].flags
        ]
        assert row[1]


def test_a_row_says_who_decides_about_lengths() -> None:
    lengths = {row[0]: row[2] for row in map(cells, table().splitlines())}
    assert (
        lengths["`random`"],
        lengths["`sonnet`"],
        lengths["`prefix_repetition`"],
    ) == ("as asked",) * 3
    assert (lengths["`sharegpt`"], lengths["`burstgpt`, `trace`"]) == (
        "as in the file",
    ) * 2
