"""Documents name every tool whose files are read, and which files those are: UPDATE_GOLDEN=1 writes
the table and the lists.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from inferometer.cli.tables import markdown_table
from inferometer.store.importers import READERS, TEXT_READERS, TOOLS

ROOT = Path(__file__).parents[1]
HEADINGS = ("Tool", "What is read of it")
IN_TABLE = re.compile(r"(?<=\n\n)\| Tool .*?\n(?=\n)", re.DOTALL)
LISTS = {
    "README.md": (r"(?<=those of )[^.]*?(?=\. See \[)", ", ", " and "),
    "README.zh-CN.md": (r"(?<=自己的以及 )[^。]*?(?= 的都能读)", "、", "、"),
}
"""Where each README lists the tools, and how its language joins them."""


def table() -> str:
    files = {
        tool: [
            each.files
            for each in (*READERS, *TEXT_READERS)
            if each.tool == tool
        ]
        for tool in ("Inferometer", *TOOLS)
    }
    files["EvalScope"] = ["the directory of `evalscope perf`"]
    return markdown_table(
        HEADINGS, [(tool, "; ".join(each)) for tool, each in files.items()]
    )


def check(path: Path, pattern: re.Pattern[str], expected: str) -> None:
    text = path.read_text(encoding="utf-8")
    if os.environ.get("UPDATE_GOLDEN"):
        text = pattern.sub(lambda _: expected, text, count=1)
        path.write_text(text, encoding="utf-8")
    found = pattern.search(text)
    assert found is not None
    assert found[0].split() == expected.split(), (
        f"{path.name} is out of date: UPDATE_GOLDEN=1"
    )


def test_the_table_of_what_is_read() -> None:
    check(ROOT / "docs" / "results.md", IN_TABLE, table())


@pytest.mark.parametrize("name", LISTS)
def test_the_line_of_each_readme(name: str) -> None:
    pattern, comma, last = LISTS[name]
    check(
        ROOT / name,
        re.compile(pattern),
        f"{comma.join(TOOLS[:-1])}{last}{TOOLS[-1]}",
    )
