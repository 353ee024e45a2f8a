"""Tables that a command prints and the README shows: UPDATE_GOLDEN=1 writes them there anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def check_readme(name: str, table: str) -> None:
    """The README's table between the comments of this name is the one given."""
    place = re.compile(rf"(<!-- {name}: [^\n]* -->\n)(.*?)(<!-- /{name} -->\n)", re.DOTALL)
    text = README.read_text(encoding="utf-8")
    if os.environ.get("UPDATE_GOLDEN"):
        text = place.sub(lambda found: found[1] + table + found[3], text)
        README.write_text(text, encoding="utf-8")
    (found,) = place.finditer(text)
    assert found[2] == table, (
        f"the README is out of date: UPDATE_GOLDEN=1 pytest tests/cli/test_{name}_verb.py"
    )


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|\n").split(" | ")]
