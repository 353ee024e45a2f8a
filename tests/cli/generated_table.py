"""Tables that a command prints and `docs/` shows: UPDATE_GOLDEN=1 writes them there anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def check_document(name: str, table: str) -> None:
    """The table in `docs/NAME.md`, between the comments of that name, is the one given."""
    path = DOCS / f"{name}.md"
    place = re.compile(
        rf"(<!-- {name}: [^\n]* -->\n)(.*?)(<!-- /{name} -->\n)", re.DOTALL
    )
    text = path.read_text(encoding="utf-8")
    if os.environ.get("UPDATE_GOLDEN"):
        text = place.sub(lambda found: found[1] + table + found[3], text)
        path.write_text(text, encoding="utf-8")
    (found,) = place.finditer(text)
    assert found[2] == table, (
        f"docs/{name}.md is out of date: UPDATE_GOLDEN=1 pytest tests/cli/test_{name}_verb.py"
    )


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|\n").split(" | ")]
